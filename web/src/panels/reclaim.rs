//! What reclaim works on: who runs and who sleeps, the LRU lists head first, swap space, the disk, processes. It is offered
//! only where a scenario has such pages.

use kmalloc_core::event::Shrinker;
use kmalloc_core::machine::LruList;
use kmalloc_core::page::PageKind;
use yew::prelude::*;

use super::el::El;
use super::map::world_swatch;
use super::side::head;
use super::tools;
use crate::frame::Pane;
use crate::lang::Lang;
use crate::lang::world::{self, LruTexts};
use crate::stage::world::{Listed, Running, lists};
use crate::stage::{grouped, hex};
use crate::view::{Action, View};
use crate::widgets::hooks::use_memo;

/// What the panel is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The moment to show.
    pub view: View,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// Whether this run has anything to do with reclaim.
pub(super) fn concerns(view: &View) -> bool {
    view.run.borrow().end().has_lru()
}

/// Who has the processor, who sleeps, what time it is.
pub(super) fn tasks(view: &View) -> Option<El> {
    if !concerns(view) {
        return None;
    }
    let words = world::lru_texts(view.lang);
    let running = Running::at(&view.run.borrow(), view.cursor);
    let machine = &view.machine;
    let chip = |name: &str, state: &str, class: &'static str| {
        El::new("span", class)
            .key(name)
            .put(El::new("b", "").text(name))
            .text(" ")
            .text(state)
    };
    let task = match running {
        Running::Task => (words.runs, "runs"),
        Running::Reclaim => (words.reclaims, "runs"),
        _ => (words.asleep, "asleep"),
    };
    let kswapd = match running {
        Running::Kswapd => (words.runs, "runs"),
        _ if machine.kswapd_awake(0) => (words.woken, "woken"),
        _ => (words.asleep, "asleep"),
    };
    let other = match running {
        Running::Other(number) => Some(chip(
            &world::other_task(view.lang, number),
            words.runs,
            "runs",
        )),
        _ => None,
    };
    let writes = machine.writes() as u32;
    let disk = (writes > 0).then(|| chip(words.disk, &world::writing(view.lang, writes), "runs"));
    Some(
        El::new("p", "tasks")
            .key("tasks")
            .put(chip(words.task, task.0, task.1))
            .put(chip("kswapd", kswapd.0, kswapd.1))
            .maybe(other)
            .maybe(disk)
            .put(
                El::new("span", "clock mono")
                    .key("clock")
                    .text(&format!("{} ms", grouped(since(view, machine.jiffies())))),
            ),
    )
}

/// A jiffy, in milliseconds since the run began: the kernel's own count begins five minutes before it overflows.
fn since(view: &View, jiffy: u32) -> u32 {
    let start = view.run.borrow().start().jiffies();
    jiffy.wrapping_sub(start)
}

/// The panel.
#[component]
pub fn Reclaim(props: &Props) -> Html {
    let Props { view, on } = props;
    let words = world::lru_texts(view.lang);
    let all = use_memo(view.machine.clone(), |machine| lists(machine));
    let rows = all.iter().map(|listed| list(view.lang, words, listed, on));
    let empty = all
        .is_empty()
        .then(|| El::new("p", "quiet").key("empty").text(words.empty));
    El::new("section", "panel reclaim")
        .is("aria-label", words.title)
        .put(head(view, on).put(tools(view, Pane::Path, words.title, on)))
        .put(
            El::new("div", "body")
                .is("tabindex", "0")
                .is("role", "group")
                .is("aria-label", words.title)
                .is("data-keys", "")
                .maybe(tasks(view))
                .maybe(empty)
                .all(rows)
                .put(around(view, words)),
        )
        .html()
}

fn list(lang: Lang, words: &LruTexts, listed: &Listed, on: &Callback<Action>) -> El {
    let name = match listed.list {
        LruList::Active => "active",
        LruList::Inactive => "inactive",
    };
    let kinds: Vec<String> = listed
        .kinds
        .iter()
        .map(|&(kind, count)| format!("{} {}", grouped(count), world::kind(lang, kind)))
        .collect();
    let title = El::new("h3", "")
        .text(listed.zone.name())
        .text(" ")
        .put(El::new("span", "mono").text(name))
        .text(" ")
        .put(El::new("b", "").text(&grouped(listed.count)))
        .put(El::new("small", "").text(&kinds.join(words.comma)));
    let chips = |pages: &[(u32, PageKind)]| -> Vec<El> {
        pages
            .iter()
            .map(|&(pfn, kind)| {
                let label = format!("{} {}", hex(pfn), world::kind(lang, kind));
                let button = El::new("button", "mono")
                    .is("type", "button")
                    .attr("aria-label", label.clone())
                    .attr("title", label)
                    .does(on, Action::Inspect(Some(pfn)))
                    .put(El::new("i", world_swatch(kind)))
                    .text(&hex(pfn));
                El::new("li", "").key(&hex(pfn)).put(button)
            })
            .collect()
    };
    let between = (listed.left_out > 0).then(|| {
        El::new("li", "between")
            .key("between")
            .text(&world::left_out(lang, listed.left_out))
    });
    let next = (listed.list == LruList::Inactive && listed.count > 0)
        .then(|| El::new("li", "next").key("next").text(words.scanned_next));
    let key = format!("{}-{name}", listed.zone.name());
    let row = (listed.count > 0).then(|| {
        El::new("ol", "")
            .all(chips(&listed.head))
            .maybe(between)
            .all(chips(&listed.tail))
            .maybe(next)
    });
    El::new("section", "list").key(&key).put(title).maybe(row)
}

/// What is no list: swap space, the disk, the shrinkers' pages, processes.
fn around(view: &View, words: &LruTexts) -> El {
    let (lang, machine) = (view.lang, &view.machine);
    let (free, total) = machine.swap();
    let (jiffies, _) = machine.disk();
    let row = |name: &str, text: String| {
        El::new("div", "")
            .key(name)
            .put(El::new("dt", "").text(name))
            .put(El::new("dd", "").text(&text))
    };
    let swap = if total == 0 {
        words.no_swap.into()
    } else {
        world::used_of(lang, total - free, total)
    };
    let disk = world::disk(
        lang,
        jiffies,
        machine.next_write().map(|(_, due)| since(view, due)),
    );
    let caches = [
        (Shrinker::Dentries, "dentries"),
        (Shrinker::Inodes, "inodes"),
    ]
    .into_iter()
    .map(|(shrinker, name)| (name, machine.cache_pages(shrinker).len() as u32))
    .filter(|(_, pages)| *pages > 0)
    .map(|(name, pages)| row(name, world::pages(lang, pages)));
    let processes = machine.user_tasks().iter().zip(1..).map(|(task, number)| {
        let state = if task.alive {
            world::pages(lang, task.total_vm)
        } else {
            words.killed.into()
        };
        row(&world::process(lang, number), state)
    });
    El::new("dl", "")
        .key("around")
        .put(row(words.swap, swap))
        .put(row(words.disk, disk))
        .all(caches)
        .all(processes)
}
