//! The lesson: a chapter's text, the prediction that comes before the call, the exercise and its verdict.
//!
//! Whether a goal is reached, and why not, is the core's word.

use std::rc::Rc;

use kmalloc_core::exercise::{Exercise, Finding, Goal, Prediction, Rule, verdict};
use yew::prelude::*;

use crate::browser;
use crate::lang::app::{self, Texts};
use crate::lang::{Arg, Lang, fill, rich};
use crate::lessons;
use crate::view::{Action, SharedRun};
use crate::widgets::Button;

/// What the panel is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The exercise.
    pub exercise: Rc<Exercise>,
    /// The run that the exercise is checked against.
    pub run: SharedRun,
    /// The call that decides is just being played: the verdict waits for its end.
    pub unfolding: bool,
    /// What was foretold.
    pub prediction: Prediction,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The lesson.
#[component]
pub fn Lesson(props: &Props) -> Html {
    let Props {
        lang,
        exercise,
        run,
        unfolding,
        prediction,
        on,
    } = props;
    let texts = lang.app();
    let page = lessons::page(&lessons::chapter().pages, *lang);
    // The text as DOM: made anew only when the language changes.
    let body = use_memo(*lang, |_| {
        Html::from_html_unchecked(AttrValue::from(page.html))
    });
    let findings = use_memo((run.clone(), *prediction), |(run, prediction)| {
        verdict(exercise, &run.borrow(), *prediction)
    });
    // The prediction is closed by the call that it is about.
    let pressed = exercise
        .goals
        .iter()
        .zip(findings.iter())
        .any(|(goal, finding)| matches!(goal, Goal::Asked { .. }) && *finding == Finding::Met);
    let told = if *unfolding {
        vec![Finding::NotRun; findings.len()]
    } else {
        (*findings).clone()
    };
    html! {
        <section class="lesson" aria-label={texts.lesson}>
            <div class="scroll" tabindex="0" role="region" aria-label={page.title}>
                <p class="kicker">{ texts.book }</p>
                <h2>{ page.title }</h2>
                <div class="prose">{ (*body).clone() }</div>
                { prediction_card(texts, *lang, *prediction, pressed, on) }
                { exercise_card(texts, *lang, exercise, &told, on) }
            </div>
        </section>
    }
}

fn prediction_card(
    texts: &'static Texts,
    lang: Lang,
    prediction: Prediction,
    pressed: bool,
    on: &Callback<Action>,
) -> Html {
    let oninput = on.reform(move |event: InputEvent| {
        Action::Predict(Prediction {
            given: browser::value_of(&event).parse().ok(),
            ..prediction
        })
    });
    let rules = Rule::ALL.iter().map(|&rule| {
        let onchange = on.reform(move |_: Event| {
            Action::Predict(Prediction {
                rule: Some(rule),
                ..prediction
            })
        });
        html! {
            <label key={rule.name()}>
                <input
                    autocomplete="off"
                    type="radio"
                    name="rule"
                    value={rule.name()}
                    checked={prediction.rule == Some(rule)}
                    {onchange}
                />
                <span>{ app::rule(lang, rule) }</span>
            </label>
        }
    });
    let given = prediction
        .given
        .map(|given| given.to_string())
        .unwrap_or_default();
    let when = if pressed {
        texts.after_you_pressed
    } else {
        texts.before_you_press
    };
    html! {
        <fieldset class="card predict" disabled={pressed}>
            <legend><h3>{ texts.predict }</h3><span>{ when }</span></legend>
            <label class="given">
                <span>{ texts.predict_given }</span>
                <input type="number" autocomplete="off" min="0" max="4294967295" value={given} {oninput} />
            </label>
            <div role="radiogroup" aria-label={texts.predict_rule}>
                <p aria-hidden="true">{ texts.predict_rule }</p>
                { for rules }
            </div>
        </fieldset>
    }
}

fn exercise_card(
    texts: &'static Texts,
    lang: Lang,
    exercise: &Exercise,
    findings: &[Finding],
    on: &Callback<Action>,
) -> Html {
    let page = lessons::page(&lessons::exercise().pages, lang);
    let met = findings
        .iter()
        .filter(|finding| **finding == Finding::Met)
        .count();
    let count = fill(
        texts.goals,
        &[Arg::Number(met as u64), Arg::Number(findings.len() as u64)],
    );
    let goals = exercise.goals.iter().zip(findings).enumerate().map(|(at, (goal, finding))| {
        let (class, mark, said) = match finding {
            Finding::Met => ("met", "✓", texts.met),
            Finding::WrongGiven { .. } | Finding::WrongRule { .. } => ("missed", "✗", texts.missed),
            _ => ("open", "○", texts.open),
        };
        let why = app::finding(lang, finding);
        html! {
            <li key={at} {class}>
                <span class="mark" aria-hidden="true">{ mark }</span>
                <div>
                    { rich(&app::goal(lang, goal)) }<span class="visually-hidden">{ ": " }{ said }</span>
                    if !why.is_empty() {
                        <p class="why">{ rich(&why) }</p>
                    }
                </div>
            </li>
        }
    });
    html! {
        <section class="card exercise" aria-label={texts.exercise}>
            <header><h3>{ texts.exercise }</h3><span>{ count }</span></header>
            <div class="prose">{ Html::from_html_unchecked(AttrValue::from(page.html)) }</div>
            <div role="status"><ul>{ for goals }</ul></div>
            if met == findings.len() {
                <p class="passed"><b>{ "✓ " }{ texts.passed }</b></p>
            }
            <Button label={texts.start_again} onclick={on.reform(|()| Action::StartAgain)} />
        </section>
    }
}
