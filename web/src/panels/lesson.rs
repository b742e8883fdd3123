//! The lesson: a chapter's text, the prediction that comes before the call, the exercise and its verdict.
//!
//! Whether a goal is reached, and why not, is the core's word.

use std::rc::Rc;

use kmalloc_core::exercise::{Attempt, Exercise, Foresight, Question, Verdict, verdict};
use kmalloc_core::run::Run;
use yew::prelude::*;

use crate::browser;
use crate::lang::app::Texts;
use crate::lang::{Arg, Lang, course, fill, rich};
use crate::lessons::{self, ExerciseText};
use crate::view::{Action, SharedRun};
use crate::widgets::Button;

/// What the panel is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The exercise.
    pub exercise: Rc<Exercise>,
    /// The scenario text.
    pub text: Rc<str>,
    /// The run that the exercise is checked against.
    pub run: SharedRun,
    /// What decides is just being played: the verdict waits for its end.
    pub unfolding: bool,
    /// What was foretold, a word a question.
    pub guesses: Rc<Vec<String>>,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The lesson.
#[component]
pub fn Lesson(props: &Props) -> Html {
    let Props {
        lang,
        exercise,
        text,
        run,
        unfolding,
        guesses,
        on,
    } = props;
    let texts = lang.app();
    let chapter = use_memo(*lang, |lang| {
        let contents = lessons::contents(*lang);
        let first = contents.chapters.into_iter().next();
        first.map(|entry| (lessons::chapter(*lang, &entry.name), entry))
    });
    // The text as DOM: made anew only when the language changes.
    let body = use_memo(Rc::clone(&chapter), |chapter| {
        let html = chapter
            .as_ref()
            .as_ref()
            .map(|(chapter, _)| chapter.html.clone());
        Html::from_html_unchecked(AttrValue::from(html.unwrap_or_default()))
    });
    let start = lessons::FIRST;
    let judged = use_memo(
        (run.clone(), Rc::clone(text), Rc::clone(guesses)),
        |(run, text, guesses)| {
            let run = &mut *run.borrow_mut();
            let decided = exercise.is_decided(run);
            let attempt = Attempt {
                start,
                text,
                run,
                guesses,
            };
            (decided, verdict(exercise, attempt))
        },
    );
    let Some((chapter, entry)) = &*chapter else {
        return html! {};
    };
    let Some(exercise_text) = chapter.exercises.first() else {
        return html! {};
    };
    let (decided, judged) = &*judged;
    html! {
        <section class="lesson" aria-label={texts.lesson}>
            <div class="scroll" tabindex="0" role="region" aria-label={entry.title.clone()}>
                <p class="kicker">{ texts.book }</p>
                <h2>{ &entry.title }</h2>
                <div class="prose">{ (*body).clone() }</div>
                { prediction_card(texts, *lang, exercise, run, guesses, *decided, on) }
                { exercise_card(texts, *lang, exercise_text, judged, &run.borrow(), *unfolding, on) }
            </div>
        </section>
    }
}

fn prediction_card(
    texts: &'static Texts,
    lang: Lang,
    exercise: &Exercise,
    run: &SharedRun,
    guesses: &[String],
    decided: bool,
    on: &Callback<Action>,
) -> Html {
    // The prediction is closed by the call that it is about.
    let when = if decided {
        texts.after_you_pressed
    } else {
        texts.before_you_press
    };
    let questions = exercise.questions.iter().enumerate().map(|(at, question)| {
        let guess = guesses.get(at).cloned().unwrap_or_default();
        question_field(lang, at, question, run, &guess, on)
    });
    html! {
        <fieldset class="card predict" disabled={decided}>
            <legend><h3>{ texts.predict }</h3><span>{ when }</span></legend>
            { for questions }
        </fieldset>
    }
}

fn question_field(
    lang: Lang,
    at: usize,
    question: &Question,
    run: &SharedRun,
    guess: &str,
    on: &Callback<Action>,
) -> Html {
    let label = course::question(lang, question);
    match question.choices(run.borrow().start()) {
        None => {
            let oninput =
                on.reform(move |event: InputEvent| Action::Predict(at, browser::value_of(&event)));
            html! {
                <label key={at} class="given">
                    <span>{ rich(&label) }</span>
                    <input autocomplete="off" inputmode="numeric" value={guess.to_string()} {oninput} />
                </label>
            }
        }
        Some(choices) => {
            let choices = choices.into_iter().map(|word| {
                let said = course::choice(lang, question, &word);
                let told = word.clone();
                let onchange = on.reform(move |_: Event| Action::Predict(at, told.clone()));
                html! {
                    <label key={word.clone()}>
                        <input
                            autocomplete="off"
                            type="radio"
                            name={format!("question-{at}")}
                            value={word.clone()}
                            checked={word == guess}
                            {onchange}
                        />
                        <span>{ rich(&said) }</span>
                    </label>
                }
            });
            html! {
                <div key={at} role="radiogroup" aria-label={crate::lang::plain(&label)}>
                    <p aria-hidden="true">{ rich(&label) }</p>
                    { for choices }
                </div>
            }
        }
    }
}

fn exercise_card(
    texts: &'static Texts,
    lang: Lang,
    text: &ExerciseText,
    judged: &Verdict,
    run: &Run,
    unfolding: bool,
    on: &Callback<Action>,
) -> Html {
    let exercise = &text.exercise;
    let met = judged.goals.iter().filter(|finding| finding.met).count();
    let right = judged
        .questions
        .iter()
        .filter(|question| matches!(question, Foresight::Right { .. }))
        .count();
    let met = if unfolding { 0 } else { met + right };
    let all = judged.goals.len() + judged.questions.len();
    let count = fill(
        texts.goals,
        &[Arg::Number(met as u64), Arg::Number(all as u64)],
    );
    let item = |key: usize, state: (&'static str, &str, &str), what: String, why: String| {
        let (class, mark, said) = state;
        html! {
            <li {key} {class}>
                <span class="mark" aria-hidden="true">{ mark }</span>
                <div>
                    { rich(&what) }<span class="visually-hidden">{ ": " }{ said }</span>
                    if !why.is_empty() {
                        <p class="why">{ rich(&why) }</p>
                    }
                </div>
            </li>
        }
    };
    let open = ("open", "○", texts.open);
    let reached = ("met", "✓", texts.met);
    let questions = exercise.questions.iter().zip(&judged.questions);
    let questions = questions.enumerate().map(|(at, (question, foresight))| {
        let state = match foresight {
            _ if unfolding => open,
            Foresight::Right { .. } => reached,
            Foresight::Wrong { .. } => ("missed", "✗", texts.missed),
            _ => open,
        };
        let why = if unfolding {
            String::new()
        } else {
            course::foresight(lang, question, foresight)
        };
        item(at, state, course::question(lang, question), why)
    });
    let goals = exercise.goals.iter().zip(&judged.goals);
    let goals = goals.enumerate().map(|(at, (goal, finding))| {
        let state = if finding.met && !unfolding {
            reached
        } else {
            open
        };
        let why = if unfolding {
            String::new()
        } else {
            course::finding(lang, finding, run)
        };
        item(
            exercise.questions.len() + at,
            state,
            course::goal(lang, goal),
            why,
        )
    });
    html! {
        <section class="card exercise" aria-label={texts.exercise}>
            <header><h3>{ course::kind(lang, exercise.kind) }</h3><span>{ count }</span></header>
            <div class="prose">{ Html::from_html_unchecked(AttrValue::from(text.task.clone())) }</div>
            <div role="status"><ul>{ for questions }{ for goals }</ul></div>
            if judged.passed() && !unfolding {
                <p class="passed"><b>{ "✓ " }{ texts.passed }</b></p>
            }
            <Button label={texts.start_again} onclick={on.reform(|()| Action::StartAgain)} />
        </section>
    }
}
