//! Two runs side by side: a dialog with what B changes, one clock, a compact view of either side with the differences
//! marked, and the calls of both. What belongs together and what differs comes from the core (`run::compare`).

use std::rc::Rc;

use kmalloc_core::gfp::{Gfp, MODIFIERS, PRIORITIES};
use kmalloc_core::machine::Machine;
use kmalloc_core::profile::MachineSpec;
use kmalloc_core::run::Run;
use kmalloc_core::run::compare::{Difference, Number, Pair, ZoneCounts, zones};
use kmalloc_core::script::{change, parse, print_call};
use yew::prelude::*;

use super::el::El;
use super::running::{self, RunningLine};
use super::timeline::speeds;
use super::top::{machines, sizes};
use crate::browser::{self, Timer};
use crate::compare::{Compare, CompareAction};
use crate::lang::compare::difference;
use crate::lang::{Arg, Lang, fill, sentences};
use crate::stage::grouped;
use crate::tween::percent;
use crate::view::{Action, Shared};
use crate::widgets::Menu;
use crate::widgets::hooks::{use_effect_with, use_memo};
use crate::widgets::icons::{BACK, ON, PAUSE, PLAY, TO_END, TO_START};
use crate::widgets::part::part;

/// After typing, B is run when nothing was typed for so long.
const PAUSE_MS: i32 = 500;
/// Rows of the table of calls before and behind the present one.
const AROUND: usize = 12;

/// What the dialog is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The machine of A.
    pub machine: MachineSpec,
    /// Both runs.
    pub both: Compare,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The dialog; it opens as soon as it is drawn.
#[component]
pub fn CompareDialog(props: &Props) -> Html {
    let Props { lang, both, on, .. } = props;
    let words = lang.compare();
    let act = on.reform(Action::Compare);
    let dialog = use_node_ref();
    use_effect_with((), {
        let (dialog, closed) = (dialog.clone(), act.reform(|()| CompareAction::Close));
        move |()| browser::open_dialog(&dialog, closed)
    });
    let timer = use_mut_ref(|| None::<Timer>);
    use_effect_with((both.playing, both.clock, both.pace()), {
        let act = act.clone();
        move |(playing, _, (ms, _))| {
            let next = || Timer::after(*ms, move || act.emit(CompareAction::Tick));
            *timer.borrow_mut() = playing.then(next);
        }
    });
    let cursors = both.cursors();
    let key = |side: usize| (both.runs[side].clone(), cursors[side]);
    let machine_at =
        |(run, cursor): &(crate::view::SharedRun, usize)| Shared::new(run.borrow_mut().at(*cursor));
    let a = use_memo(key(0), machine_at);
    let b = use_memo(key(1), machine_at);
    let pair = both.comparison.pair_at(both.clock);
    let pair = pair.map(|at| both.comparison.pairs()[at]);
    let counts = [&a, &b].map(|machine: &Rc<Shared<Machine>>| zones(machine));
    let sides = [0, 1].map(|side| Side {
        lang: *lang,
        side,
        both,
        pair,
        cursor: cursors[side],
        counts: &counts,
    });
    html! {
        <dialog class="compare" aria-labelledby="compare-title" ref={dialog}>
            <header>
                <h2 id="compare-title">{ words.title }</h2>
                <p>{ words.about }</p>
                <form method="dialog"><button>{ lang.app().close }</button></form>
            </header>
            { part::<Setup>(Props {
                lang: *lang,
                machine: props.machine.clone(),
                both: both.clone(),
                on: on.clone(),
            }) }
            { part::<RunningLine>(running::Props {
                lang: *lang,
                under_way: both.under_way(),
                on: act.reform(|_| CompareAction::CancelRun),
            }) }
            { deck(*lang, both, &act) }
            <div class="sides">{ for sides.iter().map(Side::html) }</div>
            { calls(*lang, both, &act) }
        </dialog>
    }
}

// ── what B changes ────────────────────────────────────────────────────────────────────────────────────────────────────

/// The part in which B is chosen.
#[component]
fn Setup(props: &Props) -> Html {
    let Props {
        lang,
        machine,
        both,
        on,
    } = props;
    let words = lang.compare();
    let act = on.reform(Action::Compare);
    let flagged = both.flagged();
    let at = both.comparison.pair_at(both.clock);
    let now = at.and_then(|at| both.comparison.pairs()[at].calls[0]);
    // The call that is looked at, until one is chosen.
    let first = flagged.iter().position(|(call, _)| Some(*call) == now);
    let chosen = use_state(|| None::<usize>);
    let call = chosen.or(first).unwrap_or(0).min(flagged.len().max(1) - 1);
    let others = others(*lang, machine);
    let named = |names: Vec<String>| -> Vec<AttrValue> {
        let none = std::iter::once(AttrValue::from(words.as_in_a));
        none.chain(names.into_iter().map(AttrValue::from)).collect()
    };
    let machine_names = named(others.iter().map(|(name, _)| name.clone()).collect());
    let in_b = use_memo(Rc::clone(&both.texts[1]), |text| {
        parse(text).scenario.machine
    });
    let other = others.iter().position(|(_, other)| *other == *in_b);
    let on_machine = {
        let (act, text) = (act.clone(), both.texts[0].to_string());
        Callback::from(move |index: usize| match index.checked_sub(1) {
            Some(at) => act.emit(CompareAction::Machine(others[at].1.clone())),
            None => act.emit(CompareAction::Text(text.clone())),
        })
    };
    let call_names: Vec<AttrValue> = {
        let run = both.runs[0].borrow();
        let lines = flagged.iter().map(|(number, _)| {
            let line = print_call(&run.calls()[*number].call);
            format!("{} · {line}", number + 1).into()
        });
        lines.collect()
    };
    let flags = flagged
        .get(call)
        .map(|(_, gfp)| masks(*gfp))
        .unwrap_or_default();
    let flag_names = named(flags.iter().map(|gfp| gfp.expression()).collect());
    let mask = use_memo((both.texts.clone(), call), |(texts, _)| {
        let number = flagged.get(call)?.0;
        let text = |gfp: &Gfp| both.with_flags(number, *gfp);
        flags
            .iter()
            .position(|gfp| text(gfp).as_deref() == Some(&*texts[1]))
    });
    let on_flags = {
        let (act, text, flagged) = (act.clone(), both.texts[0].to_string(), flagged.clone());
        Callback::from(move |index: usize| match index.checked_sub(1) {
            Some(at) => act.emit(CompareAction::Flags(flagged[call].0, flags[at])),
            None => act.emit(CompareAction::Text(text.clone())),
        })
    };
    let on_call = {
        let chosen = chosen.clone();
        Callback::from(move |index: usize| chosen.set(Some(index)))
    };
    let typing = use_mut_ref(|| None::<Timer>);
    let oninput = {
        let act = act.clone();
        Callback::from(move |event: InputEvent| {
            let (act, value) = (act.clone(), browser::value_of(&event));
            let run = Timer::after(PAUSE_MS, move || act.emit(CompareAction::Text(value)));
            *typing.borrow_mut() = Some(run);
        })
    };
    let wrong = fill(words.errors, &[Arg::Number(both.errors.len() as u64)]);
    let rows = both.texts[1].lines().count() + 1;
    html! {
        <div class="setup">
            <Menu label={words.machine} caption={words.machine} options={machine_names} chosen={other.map_or(0, |at| at + 1)} on={on_machine} />
            if !flagged.is_empty() {
                <Menu class="which" label={words.call} caption={words.call} options={call_names} chosen={call} on={on_call} />
                <Menu label={words.flags} caption={words.flags} options={flag_names} chosen={mask.map_or(0, |at| at + 1)} on={on_flags} />
            }
            { El::button(words.take, act.reform(|()| CompareAction::Take)).class("take").idle(both.texts[0] == both.texts[1] || !both.errors.is_empty()).html() }
            <details>
                <summary>{ words.text }</summary>
                <textarea aria-label={words.text} spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off"
                    aria-invalid={(!both.errors.is_empty()).to_string()}
                    rows={rows.clamp(4, 12).to_string()} value={both.texts[1].to_string()} {oninput} />
            </details>
            <p role="status">
                if !both.errors.is_empty() {
                    { wrong }
                } else if !both.is_coming() && both.comparison.first_difference().is_none() {
                    { words.same }
                }
            </p>
        </div>
    }
}

/// Machines to run B on: those of the top bar, and A's with other cache lines.
fn others(lang: Lang, machine: &MachineSpec) -> Vec<(String, MachineSpec)> {
    let texts = lang.app();
    let sized = machines().into_iter().map(|other| {
        let spec = MachineSpec {
            zone_pages: other.zone_pages,
            reserve: other.reserve,
            ..machine.clone()
        };
        (sizes(texts, &spec), spec)
    });
    let lined = [32, 64, 128].into_iter().map(|bytes: u32| {
        let spec = MachineSpec {
            l1_cache_bytes: bytes,
            ..machine.clone()
        };
        let name = fill(lang.compare().line, &[Arg::Number(bytes.into())]);
        (name, spec)
    });
    let all = sized.chain(lined);
    all.filter(|(_, other)| other != machine).collect()
}

/// The priorities with the call's modifiers, then the call's flags with each modifier put in or left out.
fn masks(gfp: Gfp) -> Vec<Gfp> {
    let level = Gfp::KERNEL | Gfp::HIGH;
    let priorities = PRIORITIES.iter().map(|name| (gfp & !level) | name.bits);
    let modifiers = MODIFIERS.iter().map(|name| match gfp.has(name.bits) {
        true => gfp & !name.bits,
        false => gfp | name.bits,
    });
    let mut all = Vec::new();
    for mask in priorities.chain(modifiers) {
        if mask != gfp && !all.contains(&mask) {
            all.push(mask);
        }
    }
    all
}

// ── the clock ─────────────────────────────────────────────────────────────────────────────────────────────────────────

fn deck(lang: Lang, both: &Compare, act: &Callback<CompareAction>) -> Html {
    let (words, texts) = (lang.compare(), lang.app());
    let pairs = both.comparison.pairs();
    let at = both.comparison.pair_at(both.clock);
    let len = both.comparison.len();
    let seek = |clock: usize| act.reform(move |()| CompareAction::Seek(clock));
    let numbers = [at.map_or(0, |at| at + 1), pairs.len(), both.clock, len];
    let position = fill(
        words.position,
        &numbers.map(|number| Arg::Number(number as u64)),
    );
    let first = both.comparison.first_difference();
    let to_first = first.map_or(both.clock, |pair| pairs[pair].end);
    let (play, icon) = match both.playing {
        true => (texts.pause, PAUSE),
        false => (texts.play, PLAY),
    };
    let oninput = act.reform(|event: InputEvent| {
        CompareAction::Seek(browser::value_of(&event).parse().unwrap_or_default())
    });
    html! {
        <div class="clock" role="group" aria-label={words.clock}>
            { El::icon_button(texts.to_start, TO_START, seek(0)).html() }
            { El::icon_button(texts.step_back, BACK, seek(both.clock.saturating_sub(1))).html() }
            { El::icon_button(play, icon, act.reform(|()| CompareAction::Play)).html() }
            { El::icon_button(texts.step, ON, seek(both.clock + 1)).html() }
            { El::icon_button(texts.to_end, TO_END, seek(len)).html() }
            { speeds(lang, both.speed, &act.reform(CompareAction::Speed)) }
            <input type="range" autocomplete="off" min="0" max={len.to_string()} value={both.clock.to_string()}
                aria-label={words.clock} aria-valuetext={position.clone()} {oninput} />
            <span class="mono">{ position }</span>
            { El::button(words.first, seek(to_first)).class("first").idle(first.is_none()).html() }
        </div>
    }
}

// ── a side ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/// One of the two, at a moment.
struct Side<'s> {
    lang: Lang,
    side: usize,
    both: &'s Compare,
    pair: Option<Pair>,
    cursor: usize,
    counts: &'s [Vec<ZoneCounts>; 2],
}

impl Side<'_> {
    fn html(&self) -> Html {
        let words = self.lang.compare();
        let run = self.both.runs[self.side].borrow();
        let event = self.cursor.checked_sub(1).and_then(|at| run.event(at));
        let said = match event {
            Some(event) => sentences::sentence(self.lang, &event, &run),
            None => sentences::at_the_start(self.lang).into(),
        };
        let zones = self.counts[self.side].iter().map(|zone| self.zone(zone));
        El::new("section", "side")
            .key(if self.side == 0 { "a" } else { "b" })
            .is("aria-label", words.sides[self.side])
            .put(El::new("h3", "").text(words.sides[self.side]))
            .put(self.call(&run))
            .put(El::new("p", "now").rich(&said))
            .all(zones)
            .html()
    }

    /// The call with its answer; what is different in it is marked.
    fn call(&self, run: &Run) -> El {
        let words = self.lang.compare();
        let into = El::new("div", "made");
        let Some(pair) = self.pair else {
            return into.put(El::new("p", "").text(words.start));
        };
        let Some(number) = pair.calls[self.side] else {
            return into.put(El::new("p", "").text(words.absent));
        };
        let record = &run.calls()[number];
        let line = format!("{};", print_call(&record.call));
        let other = pair.calls[1 - self.side].map(|number| {
            let run = self.both.runs[1 - self.side].borrow();
            format!("{};", print_call(&run.calls()[number].call))
        });
        let [part, _] = change::difference(&line, other.as_deref().unwrap_or(""));
        let marked = (!part.is_empty()).then(|| El::new("mark", "").text(&line[part.clone()]));
        let code = El::new("code", "")
            .text(&line[..part.start])
            .maybe(marked)
            .text(&line[part.end..]);
        let answer = match self.cursor >= record.end {
            true => sentences::answer(self.lang, record, run),
            false => words.running.into(),
        };
        let differs = pair.difference >= Difference::Numbers;
        let sign = differs.then(|| self.sign());
        into.put(code)
            .put(El::new("p", "answer").maybe(sign).rich(&answer))
    }

    /// The zone's free pages against its marks, and its free blocks by order.
    fn zone(&self, zone: &ZoneCounts) -> El {
        let words = self.lang.compare();
        let mut others = self.counts[1 - self.side].iter();
        let twin = others.find(|other| other.zone == zone.zone);
        let number = |here: u32, there: Option<u32>| self.number(Number::beside(here, there));
        let [min, low, high] =
            [0, 1, 2].map(|at| (zone.marks[at], twin.map(|twin| twin.marks[at])));
        let values = [(zone.free, twin.map(|twin| twin.free)), min, low, high];
        let percpu = [0, 1].map(|at| {
            let there = twin.map(|twin| u32::from(twin.percpu[at]));
            (u32::from(zone.percpu[at]), there)
        });
        let mut head = El::new("p", "").put(El::new("b", "").text(zone.zone.label()));
        let mut template = words.free;
        for (at, (here, there)) in values.into_iter().chain(percpu).enumerate() {
            let (before, after) = template
                .split_once(&format!("{{{at}}}"))
                .unwrap_or_default();
            head = head.text(if at == 0 { " " } else { "" }).text(before);
            head = head.put(number(here, there));
            template = after;
        }
        let end = zone.marks[2].max(zone.free).max(1);
        let share = |pages: u32| percent(pages as f32 / end as f32);
        let ticks = zone
            .marks
            .iter()
            .map(|mark| El::new("i", "at").style(format!("left:{}", share(*mark))));
        let low = if zone.free < zone.marks[0] {
            "bar low"
        } else {
            "bar"
        };
        let bar = El::new("div", low)
            .is("aria-hidden", "true")
            .put(El::new("i", "fill").style(format!("width:{}", share(zone.free))))
            .all(ticks);
        let names = (0..zone.blocks.len()).map(|order| {
            El::new("th", "")
                .is("scope", "col")
                .text(&order.to_string())
        });
        let cells = zone.blocks.iter().enumerate().map(|(order, count)| {
            El::new("td", "").put(number(*count, twin.map(|twin| twin.blocks[order])))
        });
        let table = El::new("table", "")
            .attr(
                "aria-label",
                format!("{} · {}", words.blocks, zone.zone.label()),
            )
            .put(El::new("thead", "").put(El::new("tr", "").all(names)))
            .put(El::new("tbody", "").put(El::new("tr", "").all(cells)));
        El::new("div", "zone")
            .key(zone.zone.label())
            .put(head)
            .put(bar)
            .put(table)
    }

    fn number(&self, number: Number) -> El {
        let text = grouped(number.here);
        match number.differs {
            true => El::new("mark", "").put(self.sign()).text(&text),
            false => El::new("span", "").text(&text),
        }
    }

    fn sign(&self) -> El {
        let word = format!("{} ", self.lang.compare().differs);
        El::new("span", "sign")
            .put(El::new("span", "").is("aria-hidden", "true").text("≠"))
            .put(El::new("span", "visually-hidden").text(&word))
    }
}

// ── the calls ─────────────────────────────────────────────────────────────────────────────────────────────────────────

fn calls(lang: Lang, both: &Compare, act: &Callback<CompareAction>) -> El {
    let words = lang.compare();
    let pairs = both.comparison.pairs();
    let now = both.comparison.pair_at(both.clock);
    let middle = now.unwrap_or(0);
    let from = middle.saturating_sub(AROUND);
    let to = (middle + AROUND + 1).min(pairs.len());
    let first = both.comparison.first_difference();
    let rows = pairs[from..to].iter().enumerate().map(|(at, pair)| {
        let number = from + at;
        let end = pair.end;
        let sides = [0, 1].map(|side| {
            let cell = El::new("td", "");
            let Some(call) = pair.calls[side] else {
                return cell.text(words.absent);
            };
            let run = both.runs[side].borrow();
            let record = &run.calls()[call];
            cell.put(El::new("code", "").text(&print_call(&record.call)))
                .put(El::new("span", "").rich(&sentences::answer(lang, record, &run)))
        });
        let (sign, word) = difference(lang, pair.difference);
        let what = match first == Some(number) {
            true => format!("{word} · {}", words.first),
            false => word.to_string(),
        };
        let go = El::new("button", "")
            .is("type", "button")
            .attr("aria-label", format!("{} {}", words.columns[0], number + 1))
            .click(act.reform(move |_| CompareAction::Seek(end)))
            .text(&(number + 1).to_string());
        let class = if pair.difference == Difference::None {
            ""
        } else {
            "differs"
        };
        let row = El::new("tr", class).number(number);
        let row = if now == Some(number) {
            row.is("aria-current", "true")
        } else {
            row
        };
        row.put(El::new("td", "").put(go)).all(sides).put(
            El::new("td", "what")
                .put(El::new("b", "").is("aria-hidden", "true").text(sign))
                .text(" ")
                .text(&what),
        )
    });
    let names = words
        .columns
        .map(|name| El::new("th", "").is("scope", "col").text(name));
    let left = pairs.len() - (to - from);
    let more = (left > 0)
        .then(|| El::new("p", "more").text(&fill(words.more, &[Arg::Number(left as u64)])));
    El::new("section", "all")
        .is("aria-label", words.calls)
        .is("tabindex", "0")
        .put(
            El::new("table", "")
                .is("aria-label", words.calls)
                .put(El::new("thead", "").put(El::new("tr", "").all(names)))
                .put(El::new("tbody", "").all(rows)),
        )
        .maybe(more)
}
