//! Decision path: the steps that the kernel took in the current call, each with the numbers that decided, the function it
//! stands for and the clause of the book. A step is a way to go there. What a step is, is decided in `stage::steps`.

use yew::prelude::*;

use super::el::El;
use super::in_view::use_in_view;
use super::reclaim::tasks;
use super::side::head;
use super::tools;
use crate::frame::Pane;
use crate::lang::Lang;
use crate::lang::stage::{fill, texts};
use crate::stage::steps::{State, Step, steps};
use crate::stage::{Current, grouped};
use crate::view::{Action, View};
use crate::widgets::hooks::use_memo;
use crate::widgets::part::keyed;

/// What the panel is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The moment to show.
    pub view: View,
    /// A narrow screen shows it now.
    pub shown: bool,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The panel.
#[component]
pub fn Path(props: &Props) -> Html {
    let view = &props.view;
    let words = texts(view.lang);
    let key = (view.run.clone(), view.cursor, view.lang);
    let known = use_memo(key, |(run, cursor, lang)| {
        let current = Current::of(&run.borrow(), *cursor)?;
        let steps = steps(*lang, &view.machine, &current);
        Some((current, steps))
    });
    let reached = known.as_ref().as_ref().map(|(current, steps)| {
        let there = |step: &Step| step.state(current.at) != State::Ahead;
        steps
            .shown
            .iter()
            .rposition(there)
            .map_or(0, |place| place + 1)
    });
    let scroller = use_node_ref();
    // The step to look at: the one at the cursor, or the answer behind it.
    use_in_view(
        &scroller,
        (view.run.clone(), view.cursor, props.shown),
        reached,
    );
    let Some((current, steps)) = known.as_ref() else {
        return html! {
            <section aria-label={words.path_title} class="panel decisions">
                { head(view, &props.on).put(tools(view, Pane::Path, words.path_title, &props.on)).html() }
                <div class="body" ref={scroller}><p class="quiet">{ words.path_empty }</p></div>
            </section>
        };
    };
    let at = current.at;
    let total = steps.before + steps.shown.len() + steps.after;
    let reached = reached.unwrap_or(0);
    // The step that is marked is the one that is counted; the answer behind it needs no event of its own.
    let marked = steps
        .shown
        .iter()
        .position(|step| step.state(at) == State::Now)
        .map_or(reached, |place| place + 1);
    let place = match current.gaps.is_empty() {
        true => fill(
            words.path_fact,
            &[&(steps.before + marked).to_string(), &total.to_string()],
        ),
        false => {
            let all = current.record.end - current.record.first;
            let event = current.cursor(at) - current.record.first;
            fill(
                words.path_fact_long,
                &[&grouped(event as u32), &grouped(all as u32)],
            )
        }
    };
    // How many steps the events make that were not looked at, nobody knows.
    let (words_left_out, [before, after]) = match current.gaps.is_empty() {
        true => (words.steps_left_out, [steps.before, steps.after]),
        false => (words.events_left_out, steps.events_left_out(current)),
    };
    let left_out = |count: usize| {
        let text = || fill(words_left_out, &[&grouped(count as u32)]);
        (count > 0).then(|| html! { <p class="quiet">{ text() }</p> })
    };
    // By its place: the steps of the next call take over the rows of this one.
    let rows = steps.shown.iter().enumerate().map(|(index, step)| {
        let (state, to) = (step.state(at), current.cursor(step.to));
        keyed::<Row>(
            index.into(),
            RowProps {
                lang: view.lang,
                step: step.clone(),
                state,
                to,
                on: props.on.clone(),
            },
        )
    });
    html! {
        <section aria-label={words.path_title} class="panel decisions">
            { head(view, &props.on).put(El::new("span", "fact").text(&place)).put(tools(view, Pane::Path, words.path_title, &props.on)).html() }
            { for tasks(view) }
            <div class="body" ref={scroller}>
                { for left_out(before) }
                <ol class="steps" data-keys="">{ for rows }</ol>
                { for left_out(after) }
            </div>
        </section>
    }
}

/// What a row is given.
#[derive(Properties, PartialEq)]
struct RowProps {
    lang: Lang,
    step: Step,
    state: State,
    /// The cursor that it leads to.
    to: usize,
    on: Callback<Action>,
}

/// A row of the path: of one event to the next, one or two of them change.
#[component]
fn Row(props: &RowProps) -> Html {
    let to = props.to;
    let onclick = props.on.reform(move |_| Action::Seek(to));
    El::new("li", "")
        .put(row(props.lang, &props.step, props.state, onclick))
        .html()
}

/// A step. Its button covers the whole row; only the terms in the numbers lie above it.
fn row(lang: Lang, step: &Step, state: State, onclick: Callback<MouseEvent>) -> El {
    let words = texts(lang);
    let failed = step.failed && state != State::Ahead;
    let (class, spoken, sign) = match (state, failed) {
        (State::Done, false) => ("done", words.state_done, "✓"),
        (State::Done, true) => ("done failed", words.state_failed, "✗"),
        (State::Now, false) => ("now", words.state_now, ""),
        (State::Now, true) => ("now failed", words.state_failed, "✗"),
        (State::Ahead, _) => ("ahead", words.state_ahead, ""),
    };
    let file = match (step.source.file, step.source.clause) {
        (file, "") => file.to_string(),
        (file, clause) => format!("{file} · ¶ {clause}"),
    };
    let spoken = El::new("span", "visually-hidden").text(&format!(" ({spoken})"));
    let mut button = El::new("button", "")
        .is("type", "button")
        .is("data-step", step.kind)
        .click(onclick)
        .put(
            El::new("span", "state")
                .is("aria-hidden", "true")
                .text(sign),
        )
        .put(El::new("span", "title").text(&step.title).put(spoken));
    if state == State::Now {
        button = button.is("aria-current", "step");
    }
    El::new("div", "step")
        .also("step", class)
        .put(button)
        .put(El::new("span", "function").text(step.source.function))
        .put(rich(lang, El::new("span", "numbers"), &step.numbers))
        .put(El::new("span", "file").text(&file))
}

/// Numbers with their marks: backticks around what decided, `^` before an exponent.
fn rich(lang: Lang, mut into: El, text: &str) -> El {
    for (index, part) in text.split('`').enumerate() {
        into = if index % 2 == 1 {
            into.put(raised(lang, El::new("b", ""), part))
        } else {
            raised(lang, into, part)
        };
    }
    into
}

fn raised(lang: Lang, into: El, text: &str) -> El {
    let Some((base, rest)) = text.split_once('^') else {
        return into.terms(lang, text);
    };
    let digits = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (exponent, rest) = rest.split_at(digits);
    // Read aloud, 2 to the 3rd is not 23.
    into.terms(lang, base)
        .put(El::new("span", "visually-hidden").text("^"))
        .put(El::new("sup", "").text(exponent))
        .terms(lang, rest)
}
