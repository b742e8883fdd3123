//! What stands beside the map besides the decision path: the kernel's messages up to the cursor, and what the kernel would
//! print about its memory at this moment. Every text is the core's (`proc`); this places it, and marks what is new.

use kmalloc_core::machine::Machine;
use kmalloc_core::proc;
use yew::prelude::*;

use super::el::El;
use super::log::{Line, Log, use_log};
use super::{reclaim, tools};
use crate::frame::{Pane, ProcFile, Side};
use crate::lang::stage::{Texts, fill, texts};
use crate::lang::world::lru_texts;
use crate::view::{Action, View};
use crate::widgets::hooks::use_memo;

/// Messages that are drawn; the earlier ones are counted.
const SHOWN: usize = 300;

/// What the panels are given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The moment to show.
    pub view: View,
    /// A narrow screen shows it now.
    pub shown: bool,
    /// Where actions go.
    pub on: Callback<Action>,
    /// Copies a text.
    pub copy: Callback<String>,
}

/// What stands there: a scenario without anything to reclaim has no lists to show.
pub fn shown_side(view: &View) -> Side {
    match view.frame.side {
        Side::Lru if !reclaim::concerns(view) => Side::Path,
        side => side,
    }
}

/// The head that they have in common: it chooses between them.
pub(super) fn head(view: &View, on: &Callback<Action>) -> El {
    let words = texts(view.lang);
    let now = shown_side(view);
    let offered = Side::ALL
        .into_iter()
        .filter(|side| *side != Side::Lru || reclaim::concerns(view));
    let tabs = offered.map(|side| {
        let name = match side {
            Side::Path => words.path_title.into(),
            Side::Transcript => words.transcript.into(),
            Side::Dmesg => format!("dmesg {}", spoken(view).len() + boot(view).len()),
            Side::Proc => "/proc".into(),
            Side::Lru => "LRU".into(),
        };
        let class = match side {
            Side::Path | Side::Transcript => "",
            Side::Dmesg | Side::Proc | Side::Lru => "mono",
        };
        El::new("button", class)
            .key(side.name())
            .is("type", "button")
            .attr("aria-pressed", (side == now).to_string())
            .does(on, Action::Side(side))
            .text(&name)
    });
    let title = match now {
        Side::Path => words.path_title,
        Side::Transcript => words.transcript,
        Side::Dmesg => words.log_label,
        Side::Proc => words.proc_label,
        Side::Lru => lru_texts(view.lang).title,
    };
    El::new("header", "")
        .put(El::new("h2", "visually-hidden").text(title))
        .put(
            El::new("div", "choice")
                .is("role", "group")
                .is("aria-label", words.side_label)
                .all(tabs),
        )
}

/// The events up to the cursor that the kernel printed something at.
pub(super) fn spoken(view: &View) -> &[usize] {
    let all = &view.spoken;
    &all[..all.partition_point(|&index| index < view.cursor)]
}

fn boot(view: &View) -> Vec<String> {
    proc::boot_messages(view.run.borrow().start())
}

/// How many messages there are at the cursor: the player tells it as well.
pub fn messages(view: &View) -> usize {
    boot(view).len() + lines(view, 0).len()
}

/// What was printed at and after the event that is number `from` of those that print.
fn lines(view: &View, from: usize) -> Vec<(usize, String)> {
    let run = view.run.borrow();
    let told = spoken(view).iter().skip(from);
    let told = told.filter_map(|&index| Some((index, run.event(index)?)));
    told.flat_map(|(index, event)| {
        proc::messages(run.start(), run.context_at(index + 1), &event)
            .into_iter()
            .map(move |line| (index + 1, line))
    })
    .collect()
}

/// Every message up to the cursor.
pub(super) fn dmesg(view: &View) -> String {
    let told = lines(view, 0).into_iter().map(|(_, line)| line);
    let all: Vec<String> = boot(view).into_iter().chain(told).collect();
    all.join("\n")
}

/// The kernel's messages.
#[component]
pub fn Dmesg(props: &Props) -> Html {
    let Props { view, copy, .. } = props;
    let words = texts(view.lang);
    let before = spoken(view).len().saturating_sub(SHOWN);
    let boot = boot(view);
    let mut notes = Vec::new();
    if before > 0 {
        notes.push(fill(words.log_more, &[&before.to_string()]));
    } else if !boot.is_empty() {
        notes.push(words.log_boot_note.into());
    }
    let mut all: Vec<(usize, String)> = boot.into_iter().map(|line| (0, line)).collect();
    all.extend(lines(view, before));
    if all.is_empty() {
        notes.push(words.log_empty.into());
    }
    let lines = all.iter().enumerate().map(|(key, (cursor, line))| Line {
        key,
        cursor: *cursor,
        words: El::new("samp", "").text(line),
        place: match cursor {
            0 => words.log_boot.into(),
            _ => fill(words.log_event, &[&cursor.to_string()]),
        },
    });
    let log = Log {
        title: words.log_label,
        notes,
        lines: lines.collect(),
        count: all.len(),
        everything: copy.reform({
            let view = view.clone();
            move |_| dmesg(&view)
        }),
    };
    use_log(props, log)
}

pub(super) fn copier(words: &Texts, onclick: Callback<MouseEvent>) -> El {
    El::new("button", "copy")
        .is("type", "button")
        .click(onclick)
        .text(words.copy)
}

/// One of the kernel's texts.
pub(super) fn print(file: ProcFile, machine: &Machine) -> String {
    match file {
        ProcFile::Buddyinfo => proc::buddyinfo(machine),
        ProcFile::Slabinfo => proc::slabinfo(machine),
        ProcFile::Meminfo => proc::meminfo(machine),
        ProcFile::Marks => proc::zone_marks(machine),
    }
}

/// What the kernel prints about its memory.
#[component]
pub fn Proc(props: &Props) -> Html {
    let Props { view, on, copy, .. } = props;
    let words = texts(view.lang);
    let file = view.frame.file;
    let first = {
        let run = view.run.borrow();
        run.call_at(view.cursor)
            .map_or(0, |call| run.calls()[call].first)
    };
    // As it was before the call at the cursor: read again only when that is another call.
    let earlier = use_memo((view.run.clone(), first, file), |(run, first, file)| {
        let machine = run.borrow_mut().at(*first);
        print(*file, &machine)
    });
    let text = use_memo((view.machine.clone(), file), |(machine, file)| {
        print(*file, machine)
    });
    let mut changed = 0;
    let rows: Vec<El> = text
        .lines()
        .enumerate()
        .map(|(index, line)| {
            let new = earlier.lines().all(|known| known != line);
            changed += usize::from(new);
            let mark = new.then(|| {
                El::new("b", "")
                    .put(El::new("span", "").is("aria-hidden", "true").text("▸"))
                    .put(El::new("span", "visually-hidden").text(words.proc_new))
            });
            El::new("span", if new { "line new" } else { "line" })
                .number(index)
                .put(El::new("span", "gutter").maybe(mark))
                .text(line)
                .text("\n")
        })
        .collect();
    let said = match changed {
        0 => words.proc_same.into(),
        _ => fill(words.proc_changed, &[&changed.to_string()]),
    };
    let files = ProcFile::ALL.map(|other| {
        let name = match other {
            ProcFile::Marks => words.proc_marks,
            _ => other.name(),
        };
        El::new("button", if other == ProcFile::Marks { "" } else { "mono" })
            .key(other.name())
            .is("type", "button")
            .attr("aria-pressed", (other == file).to_string())
            .does(on, Action::File(other))
            .text(name)
    });
    let all = {
        let text = text.clone();
        copy.reform(move |_: MouseEvent| text.to_string())
    };
    let menu = El::new("div", "choice")
        .is("role", "group")
        .is("aria-label", words.proc_files)
        .all(files);
    let bar = El::new("div", "files")
        .put(menu)
        .put(El::new("span", "fact").text(&said));
    El::new("section", "panel proc")
        .is("aria-label", words.proc_label)
        .put(head(view, on).put(copier(words, all)).put(tools(
            view,
            Pane::Path,
            words.proc_label,
            on,
        )))
        .put(bar)
        .put(
            El::new("div", "body")
                .is("tabindex", "0")
                .is("role", "group")
                .is("aria-label", file.place())
                .put(El::new("pre", "").put(El::new("code", "").all(rows))),
        )
        .html()
}
