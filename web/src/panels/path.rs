//! Decision path: the steps that the kernel took in the current call, each with the numbers that decided, the function it
//! stands for and the clause of the book. A step is a way to go there. What a step is, is decided in `stage::steps`.

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::lang::stage::{Texts, fill, texts};
use crate::paint::screen;
use crate::stage::Current;
use crate::stage::steps::{State, Step, steps};
use crate::view::{Action, View};

/// What the panel is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The moment to show.
    pub view: View,
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
    let (scroller, now) = (use_node_ref(), use_node_ref());
    {
        let (scroller, now) = (scroller.clone(), now.clone());
        use_effect_with((view.run.clone(), view.cursor), move |_| {
            if let (Some(scroller), Some(now)) = (
                scroller.cast::<web_sys::Element>(),
                now.cast::<HtmlElement>(),
            ) {
                screen::reveal(&scroller, &now);
            }
        });
    }
    let Some((current, steps)) = known.as_ref() else {
        return html! {
            <div class="panel decisions">
                <header><h2>{ words.path_title }</h2></header>
                <div class="body" ref={scroller}><p class="quiet">{ words.path_empty }</p></div>
            </div>
        };
    };
    let at = current.at;
    let total = steps.before + steps.shown.len() + steps.after;
    let reached = steps
        .shown
        .iter()
        .rposition(|step| step.state(at) != State::Ahead)
        .map_or(0, |place| place + 1);
    let place = fill(
        words.path_fact,
        &[&(steps.before + reached).to_string(), &total.to_string()],
    );
    let left_out = |count: usize| {
        (count > 0).then(|| html! { <p class="quiet">{ fill(words.steps_left_out, &[&count.to_string()]) }</p> })
    };
    html! {
        <div class="panel decisions">
            <header>
                <h2>{ words.path_title }</h2>
                <span class="fact">{ place }</span>
                <span class="fact aside">{ words.path_aside }</span>
            </header>
            <div class="body" ref={scroller}>
                { for left_out(steps.before) }
                <ol class="steps">
                    { for steps.shown.iter().enumerate().map(|(index, step)| {
                        let state = step.state(at);
                        // The step to look at: the one at the cursor, or the answer behind it.
                        let here = index + 1 == reached;
                        let to = current.record.first + step.to;
                        let onclick = props.on.reform(move |_: MouseEvent| Action::Seek(to));
                        row(words, step, state, onclick, here.then(|| now.clone()))
                    }) }
                </ol>
                { for left_out(steps.after) }
            </div>
        </div>
    }
}

fn row(
    words: &Texts,
    step: &Step,
    state: State,
    onclick: Callback<MouseEvent>,
    place: Option<NodeRef>,
) -> Html {
    let (class, spoken) = match state {
        State::Done if step.failed => ("done", words.state_failed),
        State::Done => ("done", words.state_done),
        State::Now => ("now", words.state_now),
        State::Ahead => ("ahead", words.state_ahead),
    };
    let failed = step.failed && state != State::Ahead;
    let sign = match state {
        _ if failed => "✗",
        State::Done => "✓",
        State::Now | State::Ahead => "",
    };
    let file = match (step.source.file, step.source.clause) {
        (file, "") => file.to_string(),
        (file, clause) => format!("{file} · ¶ {clause}"),
    };
    html! {
        <li key={format!("{}-{}", step.from, step.kind)} ref={place.unwrap_or_default()}>
            <button
                type="button"
                class={classes!(class, failed.then_some("failed"))}
                data-step={step.kind}
                aria-current={(state == State::Now).then_some("step")}
                {onclick}
            >
                <span class="state" aria-hidden="true">{ sign }</span>
                <span class="title">{ &step.title }<span class="visually-hidden">{ format!(" ({spoken})") }</span></span>
                <span class="function">{ step.source.function }</span>
                <span class="numbers">{ rich(&step.numbers) }</span>
                <span class="file">{ file }</span>
            </button>
        </li>
    }
}

/// Numbers with their marks: backticks around what decided, `^` before an exponent.
fn rich(text: &str) -> Html {
    text.split('`')
        .enumerate()
        .map(|(index, part)| {
            if index % 2 == 1 {
                html! { <b>{ raised(part) }</b> }
            } else {
                raised(part)
            }
        })
        .collect()
}

fn raised(text: &str) -> Html {
    let Some((base, rest)) = text.split_once('^') else {
        return html! { { text } };
    };
    let digits = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (exponent, rest) = rest.split_at(digits);
    html! { <>{ base }<sup>{ exponent }</sup>{ rest }</> }
}
