//! The player: buttons, the timeline with its ticks, the event at the cursor as a sentence.
//!
//! The timeline shows whole calls, at most about [`MAX_TICKS`] events at once, and turns to the next ones like a page; all
//! ticks are a few paths, however long the run is.

use kmalloc_core::event::Event;
use kmalloc_core::proc;
use kmalloc_core::run::{Ended, Run};
use kmalloc_core::script::print_call;
use yew::prelude::*;

use super::side::messages as messages_so_far;
use crate::browser;
use crate::frame::Side;
use crate::lang::app::Texts;
use crate::lang::{Arg, fill, plain, rich, sentences};
use crate::player::SPEEDS;
use crate::view::{Action, View};
use crate::widgets::{Button, Menu};

/// Events shown at once, unless a single call has more.
pub const MAX_TICKS: usize = 200;

const TO_START: &str = "M3.5 3v10M12.5 3v10L6 8z";
const BACK: &str = "M10.5 3 5 8l5.5 5";
const PLAY: &str = "M5 3v10l8-5z";
const PAUSE: &str = "M5 3h2v10H5zM9.5 3h2v10h-2z";
const ON: &str = "M5.5 3 11 8l-5.5 5";
const TO_END: &str = "M12.5 3v10M3.5 3v10L10 8z";

/// What the player is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The moment to show.
    pub view: View,
    /// Whether it plays.
    pub playing: bool,
    /// Index into [`SPEEDS`].
    pub speed: usize,
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
        on,
    } = props;
    let texts = view.lang.app();
    let run = view.run.borrow();
    let said = said(view, &run);
    let messages = view
        .event
        .map(|event| proc::messages(&event))
        .unwrap_or_default();
    let count = messages_so_far(view);
    let dmesg = fill(texts.dmesg, &[Arg::Number(count as u64)]);
    let position = position(texts, &run, view.cursor);
    let act = |action: Action| on.reform(move |()| action.clone());
    let (play, play_icon) = if *playing {
        (texts.pause, PAUSE)
    } else {
        (texts.play, PLAY)
    };
    let speeds: Vec<AttrValue> = SPEEDS
        .iter()
        .map(|&(over, under)| match under {
            1 => format!("×{over}").into(),
            2 => "×½".into(),
            _ => "×¼".into(),
        })
        .collect();
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
        <footer class="player" aria-label={texts.player} data-keys="">
            <div class="deck">
                <div class="buttons" role="group" aria-label={texts.player}>
                    <Button class="far" label={texts.to_start} icon={TO_START} onclick={act(Action::ToStart)} />
                    <Button label={texts.step_back} icon={BACK} onclick={act(Action::StepBack)} />
                    <Button class="play" label={play} icon={play_icon} onclick={act(Action::TogglePlay)} />
                    <Button label={texts.step} icon={ON} onclick={act(Action::Step)} />
                    <Button class="far" label={texts.to_end} icon={TO_END} onclick={act(Action::ToEnd)} />
                </div>
                { timeline(texts, &run, view, on, &format!("{} {position}", plain(&said))) }
                <Menu
                    class="speed"
                    label={texts.speed}
                    options={speeds}
                    chosen={*speed}
                    on={on.reform(Action::Speed)}
                />
                <Button class="next-split" label={texts.next_split} onclick={act(Action::NextSplit)} />
            </div>
            <div class="said">
                <p class="position mono">{ position }</p>
                <p class={classes!("sentence", view.event.map(|event| event.name()))}>{ rich(&said) }</p>
                if !messages.is_empty() {
                    <p class="kernel"><span>{ texts.says }</span><samp>{ messages.join(" ") }</samp></p>
                }
                <button
                    type="button"
                    class="dmesg mono"
                    aria-label={dmesg.clone()}
                    title={dmesg}
                    onclick={on.reform(|_: MouseEvent| Action::Side(Side::Dmesg))}
                >
                    { format!("dmesg {count}") }
                </button>
                <p class="visually-hidden" aria-live="polite">{ aloud }</p>
            </div>
        </footer>
    }
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

/// The part of the run that the timeline shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// First call, and the one after the last.
    pub calls: (usize, usize),
    /// First event, and the one after the last.
    pub events: (usize, usize),
}

/// Pages of whole calls, counted from the start, so that the page stays while the cursor moves on it. A cursor between
/// two pages belongs to the earlier one.
pub fn window(run: &Run, cursor: usize) -> Window {
    let calls = run.calls();
    let mut page = Window {
        calls: (0, 0),
        events: (0, 0),
    };
    for (index, call) in calls.iter().enumerate() {
        if call.end - page.events.0 > MAX_TICKS && page.calls.1 > page.calls.0 {
            if cursor <= page.events.1 {
                return page;
            }
            page.calls = (index, index);
            // What happens between two calls (an interrupt begins or ends) stands before the later one.
            page.events.0 = page.events.1;
        }
        page.calls.1 = index + 1;
        page.events.1 = call.end;
    }
    page.events.1 = run.len();
    page
}

/// Height and middle of the drawing, and its width: the browser stretches it.
const HEIGHT: usize = 34;
const MIDDLE: usize = 20;
const WIDTH: usize = 1000;

fn timeline(texts: &Texts, run: &Run, view: &View, on: &Callback<Action>, valuetext: &str) -> Html {
    let shown = window(run, view.cursor);
    let (from, to) = shown.events;
    let span = (to - from).max(1);
    let x = |cursor: usize| (cursor - from) * WIDTH / span;
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
                onclick={on.reform(move |_: MouseEvent| Action::Seek(seek))}>
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
                    <path class="ticks" d={drawing.past} />
                    <path class="ticks ahead" d={drawing.ahead} />
                    <path class="calls" d={drawing.calls} />
                    <path class="splits" d={drawing.splits} />
                    <path class="failures" d={drawing.failures} />
                    <path class="cursor" d={format!("M{} 4V{}", x(view.cursor), HEIGHT - 2)} />
                </svg>
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

/// The ticks as paths.
#[derive(Default)]
struct Drawing {
    past: String,
    ahead: String,
    calls: String,
    splits: String,
    failures: String,
}

fn draw(run: &Run, shown: Window, cursor: usize, x: impl Fn(usize) -> usize) -> Drawing {
    let mut drawing = Drawing::default();
    let (from, to) = shown.events;
    // A single call can have more events than there is room for: then not each has a tick.
    let every = (to - from).div_ceil(MAX_TICKS).max(1);
    for (index, event) in (from..to).zip(run.events(from, to)) {
        let at = x(index + 1);
        if (index - from) % every == 0 {
            let path = if index < cursor {
                &mut drawing.past
            } else {
                &mut drawing.ahead
            };
            tick(path, at, MIDDLE - 4, MIDDLE + 4);
        }
        match event {
            Event::Split { .. } => tick(&mut drawing.splits, at, 5, 10),
            Event::ZoneTested { granted: false, .. }
            | Event::BlockMissing { .. }
            | Event::PagesRefused { .. }
            | Event::ClassMissing { .. }
            | Event::Sinned { .. }
            | Event::MightSleep { .. }
            | Event::Stopped { .. } => tick(&mut drawing.failures, at, 3, 11),
            _ => {}
        }
    }
    for call in &run.calls()[shown.calls.0..shown.calls.1] {
        tick(&mut drawing.calls, x(call.first), MIDDLE - 9, MIDDLE + 9);
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

    fn cover(run: &Run) {
        let mut cursor = 0;
        let mut next_call = 0;
        loop {
            let page = window(run, cursor);
            assert_eq!(page.calls.0, next_call);
            assert!(page.events.1 - page.events.0 <= MAX_TICKS + 1);
            for inside in page.events.0 + 1..=page.events.1 {
                assert_eq!(
                    window(run, inside),
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
    fn an_empty_run_has_an_empty_window() {
        assert_eq!(window(&run(""), 0).events, (0, 0));
    }

    #[test]
    fn the_end_of_an_interrupt_lies_on_the_timeline() {
        let run = run("irq { p = kmalloc(100, GFP_ATOMIC); }");
        assert!(run.calls()[0].end < run.len());
        assert_eq!(window(&run, run.len()).events, (0, run.len()));
    }
}
