//! The player: buttons, the timeline with its ticks, the event at the cursor as a sentence.
//!
//! The timeline shows whole calls, at most about [`MAX_TICKS`] events at once, and turns to the next ones like a page; all
//! ticks are a few paths, however long the run is.

use kmalloc_core::proc;
use kmalloc_core::run::{Ended, Run};
use kmalloc_core::script::print_call;
use yew::prelude::*;

use super::el::El;
use super::side::{messages as messages_so_far, spoken};
use crate::browser;
use crate::frame::Side;
use crate::lang::app::{self, Texts, jump};
use crate::lang::{Arg, Lang, fill, plain, sentences};
use crate::player::SPEEDS;
use crate::stage::landmarks::Landmark;
use crate::tween;
use crate::view::{Action, View, emits};
use crate::widgets::Menu;
use crate::widgets::hooks::use_memo;
use crate::widgets::icons::{BACK, ON, PAUSE, PLAY, TO_END, TO_START};
use crate::widgets::part::part;

/// Events shown at once, unless a single call has more.
pub const MAX_TICKS: usize = 200;

const JUMP_BACK: &str = "M8 3 3 8l5 5M13 3 8 8l5 5";
const JUMP_ON: &str = "M3 3l5 5-5 5M8 3l5 5-5 5";
const LOOP: &str =
    "M4 6.5V6a2 2 0 0 1 2-2h6.5M10.5 2l2 2-2 2M12 9.5v.5a2 2 0 0 1-2 2H3.5M5.5 14l-2-2 2-2";
const KEYS: &str = "M6 6a2 2 0 1 1 3 1.7C8.3 8.2 8 8.6 8 9.5M8 12v.1";
const MORE: &str = "M3.5 8v.1M8 8v.1M12.5 8v.1";

/// What the player is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The moment to show.
    pub view: View,
    /// Whether it plays.
    pub playing: bool,
    /// Index into [`SPEEDS`].
    pub speed: usize,
    /// Whether it plays one call again and again.
    pub looping: bool,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The player.
#[component]
pub fn Timeline(props: &Props) -> Html {
    let Props {
        view,
        playing,
        speed,
        looping,
        on,
    } = props;
    let unfolded = use_state(|| false);
    let texts = view.lang.app();
    let run = view.run.borrow();
    let pages = use_memo((view.run.clone(), run.len()), |_| Pages::of(&run));
    let said = said(view, &run);
    let messages = view
        .event
        .map(|event| proc::messages(run.start(), run.context_at(view.cursor), &event))
        .unwrap_or_default();
    let told = (view.run.clone(), spoken(view).len());
    let count = *use_memo(told, |_| messages_so_far(view));
    let dmesg = fill(texts.dmesg, &[Arg::Number(count as u64)]);
    let position = position(texts, &run, view.cursor);
    let unfold = {
        let unfolded = unfolded.clone();
        Callback::from(move |()| unfolded.set(!*unfolded))
    };
    // While it plays, a reader hears which call runs; the sentences come when it rests.
    let aloud = if *playing {
        let line = run
            .call_at(view.cursor)
            .map(|call| print_call(&run.calls()[call].call));
        fill(texts.playing, &[Arg::Text(line.as_deref().unwrap_or(""))])
    } else {
        plain(&said)
    };
    html! {
        <footer class={classes!("player", unfolded.then_some("open"))} aria-label={texts.player} data-keys="">
            <div class="deck">
                { part::<Transport>(TransportProps { lang: view.lang, playing: *playing, on: on.clone() }) }
                { timeline(texts, &run, pages.at(view.cursor), view, on, &format!("{} {position}", plain(&said))) }
                { part::<Rest>(RestProps {
                    lang: view.lang,
                    speed: *speed,
                    looping: *looping,
                    on: on.clone(),
                }) }
                { El::icon_button(texts.more_controls, MORE, unfold).class("unfold-deck").expanded(*unfolded).html() }
            </div>
            <div class="said">
                { place(texts, &run, view.cursor, on) }
                <p class={classes!("sentence", view.event.map(|event| event.name()))}>{ explaining(view.lang, &said) }</p>
                if !messages.is_empty() {
                    <p class="kernel"><span>{ texts.says }</span><samp>{ messages.join(" ") }</samp></p>
                }
                <button
                    type="button"
                    class="dmesg mono"
                    aria-label={dmesg.clone()}
                    title={dmesg}
                    onclick={emits(on, Action::Side(Side::Dmesg)).reform(|_: MouseEvent| ())}
                >
                    { format!("dmesg {count}") }
                </button>
                <p class="visually-hidden" aria-live="polite">{ aloud }</p>
            </div>
        </footer>
    }
}

/// Play, pause, step: drawn only when playing begins or ends, not with every event.
#[component]
fn Transport(props: &TransportProps) -> Html {
    let TransportProps { lang, playing, on } = props;
    let texts = lang.app();
    let act = |action: Action| emits(on, action);
    let (play, play_icon) = if *playing {
        (texts.pause, PAUSE)
    } else {
        (texts.play, PLAY)
    };
    html! {
        <div class="buttons" role="group" aria-label={texts.player}>
            { El::icon_button(texts.to_start, TO_START, act(Action::ToStart)).class("far").html() }
            { El::icon_button(texts.step_back, BACK, act(Action::StepBack)).html() }
            { El::icon_button(play, play_icon, act(Action::TogglePlay)).class("play").html() }
            { El::icon_button(texts.step, ON, act(Action::Step)).html() }
            { El::icon_button(texts.to_end, TO_END, act(Action::ToEnd)).class("far").html() }
        </div>
    }
}

/// What the steps are given.
#[derive(Properties, PartialEq)]
struct TransportProps {
    lang: Lang,
    playing: bool,
    on: Callback<Action>,
}

/// Jumps, speed, the loop, the list of keys: likewise.
#[component]
fn Rest(props: &RestProps) -> Html {
    let RestProps {
        lang,
        speed,
        looping,
        on,
    } = props;
    let texts = lang.app();
    let landmark = use_state(Landmark::default);
    let act = |action: Action| emits(on, action);
    let jump_to = |forward: bool| {
        let to = *landmark;
        let action = match forward {
            true => Action::Next(to),
            false => Action::Previous(to),
        };
        let icon = if forward { JUMP_ON } else { JUMP_BACK };
        El::icon_button(&jump(*lang, to, forward), icon, act(action)).html()
    };
    let landmarks = Landmark::ALL.map(|to| AttrValue::from(app::landmark(*lang, to)));
    let on_landmark = {
        let landmark = landmark.clone();
        Callback::from(move |index: usize| landmark.set(Landmark::ALL[index]))
    };
    html! {
        <div class="rest">
            <div class="jumps" role="group" aria-label={texts.jumps}>
                { jump_to(false) }
                <Menu
                    label={texts.jump_to}
                    options={landmarks.to_vec()}
                    chosen={*landmark as usize}
                    on={on_landmark}
                />
                { jump_to(true) }
            </div>
            { speeds(*lang, *speed, &on.reform(Action::Speed)) }
            { El::icon_button(texts.looping, LOOP, act(Action::ToggleLoop)).class("quiet-button").pressed(*looping).html() }
            { El::icon_button(texts.keys, KEYS, act(Action::Help(true))).class("quiet-button").html() }
        </div>
    }
}

/// The menu of speeds: of this clock, and of the one of two runs.
pub(super) fn speeds(lang: Lang, chosen: usize, on: &Callback<usize>) -> Html {
    let names = SPEEDS.iter().map(|&(over, under)| match under {
        1 => format!("×{over}").into(),
        2 => "×½".into(),
        _ => "×¼".into(),
    });
    let options: Vec<AttrValue> = names.collect();
    html! { <Menu class="speed" label={lang.app().speed} {options} {chosen} on={on.clone()} /> }
}

/// What the rest is given.
#[derive(Properties, PartialEq)]
struct RestProps {
    lang: Lang,
    speed: usize,
    looping: bool,
    on: Callback<Action>,
}

/// A text whose terms explain themselves, the kernel's names among them.
fn explaining(lang: Lang, text: &str) -> Html {
    let parts = text.split('`').enumerate().map(|(at, part)| {
        let tag = if at % 2 == 0 { "span" } else { "code" };
        El::new(tag, "").number(at).terms(lang, part).html()
    });
    parts.collect()
}

/// The event at the cursor, and where the run ends early also why.
fn said(view: &View, run: &Run) -> String {
    let mut said = match &view.event {
        Some(event) => sentences::sentence(view.lang, event, run),
        None => sentences::at_the_start(view.lang).into(),
    };
    if let Some(why) = run.ended()
        && view.cursor == run.len()
        // That the kernel stopped is an event, and was said.
        && !matches!(why, Ended::Stopped(_))
    {
        said.push(' ');
        said.push_str(sentences::ended(view.lang, why));
    }
    said
}

fn position(texts: &Texts, run: &Run, cursor: usize) -> String {
    let call = run.call_at(cursor).map_or(0, |call| call + 1);
    let numbers = [call, run.calls().len(), cursor, run.len()];
    fill(
        texts.position,
        &numbers.map(|number| Arg::Number(number as u64)),
    )
}

/// The same, with a field in it that leads to another call.
fn place(texts: &Texts, run: &Run, cursor: usize, on: &Callback<Action>) -> Html {
    let call = run.call_at(cursor).map_or(0, |call| call + 1);
    let calls = run.calls().len();
    let numbers = [call, calls, cursor, run.len()].map(|number| Arg::Number(number as u64));
    let (before, after) = texts.position.split_once("{0}").unwrap_or_default();
    let onchange = on.reform(|event: Event| {
        Action::GoToCall(browser::value_of(&event).parse().unwrap_or_default())
    });
    html! {
        <p class="position mono">
            { before }
            <input
                autocomplete="off"
                type="number"
                min="1"
                max={calls.to_string()}
                aria-label={texts.call_number}
                data-digits={calls.to_string().len().to_string()}
                value={call.to_string()}
                onfocus={|event: FocusEvent| browser::select_all(&event)}
                {onchange}
            />
            { fill(after, &numbers) }
        </p>
    }
}

/// The part of the run that the timeline shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// First call, and the one after the last.
    pub calls: (usize, usize),
    /// First event, and the one after the last.
    pub events: (usize, usize),
}

/// Pages of whole calls, counted from the start, so that the page stays while the cursor moves on it. They are found once
/// a run: a long one has more calls than can be looked through for every frame.
#[derive(PartialEq, Debug)]
pub struct Pages(Vec<Window>);

impl Pages {
    /// The pages of a run; at least one.
    pub fn of(run: &Run) -> Pages {
        let mut pages = Vec::new();
        let mut page = Window {
            calls: (0, 0),
            events: (0, 0),
        };
        for (index, call) in run.calls().iter().enumerate() {
            // A call that was made in the middle of another stays on its page.
            let outer = call.inside.is_none();
            if outer && call.end - page.events.0 > MAX_TICKS && page.calls.1 > page.calls.0 {
                pages.push(page);
                page.calls = (index, index);
                // What happens between two calls (an interrupt begins or ends) stands before the later one.
                page.events.0 = page.events.1;
            }
            page.calls.1 = index + 1;
            page.events.1 = page.events.1.max(call.end);
        }
        page.events.1 = run.len();
        pages.push(page);
        Pages(pages)
    }

    /// The page of a cursor. One between two pages belongs to the earlier one.
    pub fn at(&self, cursor: usize) -> Window {
        let earlier = self.0.partition_point(|page| page.events.1 < cursor);
        self.0[earlier.min(self.0.len() - 1)]
    }
}

/// Height and middle of the drawing, and its width: the browser stretches it.
const HEIGHT: usize = 34;
const MIDDLE: usize = 20;
const WIDTH: usize = 1000;

fn timeline(
    texts: &Texts,
    run: &Run,
    shown: Window,
    view: &View,
    on: &Callback<Action>,
    valuetext: &str,
) -> Html {
    let (from, to) = shown.events;
    let span = (to - from).max(1);
    let x = |cursor: usize| (cursor.clamp(from, to) - from) * WIDTH / span;
    let drawing = draw(run, shown, view.cursor, x);
    let current = run
        .call_at(view.cursor)
        .map(|call| &run.calls()[call])
        .map_or((0, 0), |call| (x(call.first), x(call.end.min(to))));
    // On later pages the first cursor belongs to the page before.
    let least = if from == 0 { 0 } else { from + 1 };
    let oninput = on.reform(move |event: InputEvent| {
        Action::Seek(browser::value_of(&event).parse().unwrap_or_default())
    });
    let earlier = shown.calls.0;
    let later = run.calls().len() - shown.calls.1;
    let fold = |count: usize, text: &str, seek: usize, mark: String| {
        let label = fill(text, &[Arg::Number(count as u64)]);
        html! {
            <button type="button" class="fold mono" aria-label={label.clone()} title={label}
                onclick={emits(on, Action::Seek(seek)).reform(|_: MouseEvent| ())}>
                { mark }
            </button>
        }
    };
    html! {
        <div class="timeline">
            if earlier > 0 {
                { fold(earlier, texts.earlier_calls, from, format!("‹ {earlier}")) }
            }
            <div class="track">
                <svg viewBox={format!("0 0 {WIDTH} {HEIGHT}")} preserveAspectRatio="none" aria-hidden="true">
                    <rect class="current" x={current.0.to_string()} y="2" height={(HEIGHT - 4).to_string()}
                        width={(current.1.max(current.0) - current.0).to_string()} />
                    <path class="axis" d={format!("M0 {MIDDLE}H{WIDTH}")} />
                    { for drawing.paths() }
                    <path class="cursor" d={format!("M{} 4V{}", x(view.cursor), HEIGHT - 2)} />
                </svg>
                { drawing.marks() }
                <input
                    autocomplete="off"
                    type="range"
                    data-keys=""
                    min={least.to_string()}
                    max={to.to_string()}
                    value={view.cursor.to_string()}
                    aria-label={texts.timeline}
                    aria-valuetext={valuetext.to_string()}
                    {oninput}
                />
            </div>
            if later > 0 {
                { fold(later, texts.later_calls, to + 1, format!("{later} ›")) }
            }
        </div>
    }
}

/// Closer ticks than this are a bar on a phone: there only the coarse ones are drawn.
const COARSE: usize = 26;
/// Signs closer than this write over each other, on a phone and on a wide page.
const SIGNS: [usize; 2] = [44, 13];

/// The kinds of ticks: events that have happened, events ahead, beginnings of calls.
const KINDS: [&str; 3] = ["ticks", "ticks ahead", "calls"];

/// The ticks as paths, and the signs over them.
#[derive(Default)]
struct Drawing {
    /// By kind; coarse ones first.
    ticks: [[String; 2]; 3],
    /// Where the last coarse tick of each kind stands.
    last: [Option<usize>; 3],
    /// Place, kind, and whether a phone has room for it.
    signs: Vec<(usize, Landmark, bool)>,
}

impl Drawing {
    fn tick(&mut self, kind: usize, x: usize, half: usize) {
        let room = self.last[kind].is_none_or(|last| x >= last + COARSE);
        if room {
            self.last[kind] = Some(x);
        }
        tick(
            &mut self.ticks[kind][usize::from(!room)],
            x,
            MIDDLE - half,
            MIDDLE + half,
        );
    }

    /// Of two signs that are too close to each other, a failure speaks rather than a sleep, and that rather than a split.
    fn sign(&mut self, x: usize, what: Landmark) {
        let [phone, wide] = SIGNS;
        match self.signs.last_mut() {
            Some((last, kind, _)) if x < *last + wide => {
                if (*kind as u8) < what as u8 {
                    *kind = what;
                }
            }
            _ => {
                let mut before = self.signs.iter().rev();
                let on_phones = before.find(|(.., on_phones)| *on_phones);
                let room = on_phones.is_none_or(|&(last, ..)| x >= last + phone);
                self.signs.push((x, what, room));
            }
        }
    }

    fn paths(&self) -> impl Iterator<Item = Html> + '_ {
        self.ticks.iter().zip(KINDS).flat_map(|(both, kind)| {
            let drawn = both.iter().zip(["", "fine"]);
            drawn.map(move |(path, fine)| html! { <path class={classes!(kind, fine)} d={path.clone()} /> })
        })
    }

    fn marks(&self) -> Html {
        let signs = self.signs.iter().map(|&(x, what, on_phones)| {
            let sign = match what {
                Landmark::Failure => "✗",
                Landmark::Sleep => "z",
                Landmark::Split | Landmark::Call => "▾",
            };
            El::new("i", what.name())
                .also(what.name(), if on_phones { "" } else { "fine" })
                .style(format!(
                    "left:{}%",
                    tween::fixed(x as f32 * 100.0 / WIDTH as f32)
                ))
                .text(sign)
        });
        let signs = El::new("div", "signs").is("aria-hidden", "true").all(signs);
        signs.html()
    }
}

fn draw(run: &Run, shown: Window, cursor: usize, x: impl Fn(usize) -> usize) -> Drawing {
    let mut drawing = Drawing::default();
    let (from, to) = shown.events;
    // A single call can have more events than there is room for: then not each has a tick.
    let every = (to - from).div_ceil(MAX_TICKS).max(1);
    for (index, event) in (from..to).zip(run.events(from, to)) {
        // Between the cursors before it and after it: inside of its own call, also where that ends with it.
        let at = (x(index) + x(index + 1)) / 2;
        if (index - from) % every == 0 {
            drawing.tick(usize::from(index >= cursor), at, 4);
        }
        if let Some(what) = Landmark::of(&event) {
            drawing.sign(at, what);
        }
    }
    for call in &run.calls()[shown.calls.0..shown.calls.1] {
        drawing.tick(2, x(call.first), 9);
    }
    drawing
}

fn tick(path: &mut String, x: usize, top: usize, bottom: usize) {
    path.push('M');
    path.push_str(&x.to_string());
    path.push(' ');
    path.push_str(&top.to_string());
    path.push('V');
    path.push_str(&bottom.to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use kmalloc_core::run::Bounds;
    use kmalloc_core::script::parse;

    fn run(text: &str) -> Run {
        Run::new(&parse(text).scenario, Bounds::default()).expect("the teaching machine boots")
    }

    #[test]
    fn pages_cover_the_run_without_gaps() {
        let calls = "for (i = 0; i < 300; i++) q[i] = kmalloc(4000, GFP_KERNEL);";
        let between = "for (i = 0; i < 300; i++) irq { q[i] = kmalloc(4000, GFP_ATOMIC); }";
        for text in [calls, between] {
            cover(&run(text));
        }
    }

    /// Writes call into the filesystem in the middle of a request that reclaims.
    #[test]
    fn a_call_and_what_was_made_inside_of_it_share_a_page() {
        let run = run(
            "writepage { w = NULL; }\nswap(100);\npage_cache(clean=215, dirty=60);\nuser_pages(125);\n\
             for (i = 0; i < 1015; i++) q[i] = __get_free_pages(GFP_KERNEL, 0);\n\
             p = __get_free_pages(GFP_KERNEL, 0);\n",
        );
        assert!(run.calls().iter().any(|call| call.inside.is_some()));
        let pages = Pages::of(&run);
        for cursor in (0..=run.len()).step_by(31) {
            let Window { calls, events } = pages.at(cursor);
            assert!((events.0..=events.1).contains(&cursor));
            for call in &run.calls()[calls.0..calls.1] {
                assert!(events.0 <= call.first && call.end <= events.1);
            }
        }
    }

    fn cover(run: &Run) {
        let pages = Pages::of(run);
        let mut cursor = 0;
        let mut next_call = 0;
        loop {
            let page = pages.at(cursor);
            assert_eq!(page.calls.0, next_call);
            assert!(page.events.1 - page.events.0 <= MAX_TICKS + 1);
            for inside in page.events.0 + 1..=page.events.1 {
                assert_eq!(
                    pages.at(inside),
                    page,
                    "the page stays while the cursor is on it"
                );
            }
            next_call = page.calls.1;
            if page.events.1 == run.len() {
                break;
            }
            cursor = page.events.1 + 1;
        }
        assert_eq!(next_call, run.calls().len());
    }

    #[test]
    fn a_phone_gets_few_enough_ticks_and_signs() {
        let calls = "for (i = 0; i < 900; i++) q[i] = __get_free_pages(GFP_ATOMIC, 0);";
        let one = "for (i = 0; i < 1280; i++) q[i] = __get_free_pages(GFP_ATOMIC, 0); p = kmalloc(100, GFP_KERNEL);";
        for run in [run(calls), run(one)] {
            for cursor in [0, run.len() / 2, run.len()] {
                let page = Pages::of(&run).at(cursor);
                let span = page.events.1 - page.events.0;
                let drawing = draw(&run, page, cursor, |at| (at - page.events.0) * WIDTH / span);
                let coarse = drawing
                    .ticks
                    .iter()
                    .map(|both| both[0].matches('M').count());
                assert!(coarse.clone().max() <= Some(WIDTH / COARSE + 1));
                let fine = drawing
                    .ticks
                    .iter()
                    .map(|both| both[1].matches('M').count());
                assert!(coarse.chain(fine).sum::<usize>() <= 2 * MAX_TICKS + 2);
                assert!(drawing.signs.len() <= WIDTH / SIGNS[1] + 1);
            }
        }
    }

    #[test]
    fn marks_stand_inside_of_their_own_call() {
        let run = run("spin_lock(&l); msleep(5); spin_unlock(&l);");
        let page = Pages::of(&run).at(0);
        let span = page.events.1 - page.events.0;
        let x = |at| (at - page.events.0) * WIDTH / span;
        let drawing = draw(&run, page, run.len(), x);
        let sleeps = &run.calls()[1];
        let sleep = drawing
            .signs
            .iter()
            .find(|(_, what, _)| *what != Landmark::Split);
        let (at, ..) = sleep.expect("msleep in a spinlock is a mark");
        assert!((x(sleeps.first) + 1..x(sleeps.end)).contains(at), "{at}");
    }

    #[test]
    fn an_empty_run_has_an_empty_window() {
        assert_eq!(Pages::of(&run("")).at(0).events, (0, 0));
    }

    #[test]
    fn the_end_of_an_interrupt_lies_on_the_timeline() {
        let run = run("irq { p = kmalloc(100, GFP_ATOMIC); }");
        assert!(run.calls()[0].end < run.len());
        assert_eq!(Pages::of(&run).at(run.len()).events, (0, run.len()));
    }
}
