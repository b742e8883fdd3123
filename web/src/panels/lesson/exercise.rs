//! An exercise on its page: closed a line, open a card with questions, goals, hints, verdict and what is said afterwards.

use kmalloc_core::exercise::{Foresight, Kind, Question};
use yew::prelude::*;

use super::super::el::El;
use super::{Shown, notes};
use crate::browser;
use crate::course::Judged;
use crate::lang::{Arg, course as texts, fill, plain, rich};
use crate::lessons::{ExerciseEntry, ExerciseText};
use crate::tween::percent;
use crate::view::CourseAction;

/// The exercise, open or closed.
pub(super) fn exercise(shown: &Shown<'_>, entry: &ExerciseEntry, text: &ExerciseText) -> Html {
    if entry.name == shown.course.exercise {
        card(shown, entry, text)
    } else {
        closed(shown, entry).html()
    }
}

fn minutes(shown: &Shown<'_>, entry: &ExerciseEntry) -> El {
    let minutes = fill(shown.texts.minutes, &[Arg::Number(entry.minutes.into())]);
    El::new("span", "minutes").text(&minutes)
}

fn closed(shown: &Shown<'_>, entry: &ExerciseEntry) -> El {
    let record = shown.course.progress.of(&shown.course.open, &entry.name);
    let (mark, said) = match record {
        _ if record.solved => ("✓", shown.texts.solved),
        _ if record.attempts > 0 => ("○", shown.texts.begun),
        _ => ("·", shown.texts.not_begun),
    };
    let place = format!("/{}", entry.name);
    shown
        .button("card closed", "", CourseAction::Go(place))
        .key(&entry.name)
        .put(El::new("span", "mark").is("aria-hidden", "true").text(mark))
        .put(El::new("span", "kind").text(texts::kind(shown.lang, entry.kind)))
        .put(El::new("span", "title").text(&entry.title))
        .put(minutes(shown, entry))
        .put(El::new("span", "visually-hidden").text(said))
}

fn card(shown: &Shown<'_>, entry: &ExerciseEntry, text: &ExerciseText) -> Html {
    let texts = shown.texts;
    let exercise = &text.exercise;
    let judged = shown.course.judged.as_deref();
    // What was foretold is then told beside what happened.
    let closed = judged.is_some_and(|judged| judged.closed);
    // The verdict waits until what decides was seen.
    let judged = judged.filter(|_| !shown.unfolding);
    let solved = judged.is_some_and(|judged| judged.verdict.passed());
    let record = shown.course.record();
    let told = !shown.course.teaching && (solved || record.solved || record.told);
    html! {
        <section key={entry.name.clone()} class="card exercise" tabindex="-1" aria-label={entry.title.clone()}>
            <header>
                <h3>{ texts::kind(shown.lang, entry.kind) }{ " · " }{ &entry.title }</h3>
                { minutes(shown, entry) }
            </header>
            { El::new("div", "prose").raw(&text.task).html() }
            if shown.course.waits {
                { waiting(shown) }
            } else {
                if !exercise.questions.is_empty() && (!closed || shown.unfolding) {
                    { questions(shown, text, closed) }
                }
                { findings(shown, text, judged) }
            }
            if solved {
                <p class="passed"><b>{ "✓ " }{ texts.passed }</b></p>
            }
            if told {
                <div class="prose explanation">
                    <h4>{ texts.explanation }</h4>
                    { El::new("div", "").raw(&text.explanation).html() }
                </div>
            }
            if !shown.course.teaching {
                { hints(shown, text) }
            }
            <div class="row">
                { shown.button("", texts.start_again, CourseAction::StartAgain) }
                if told && !text.solution.is_empty() {
                    { shown.button("", texts.solution, CourseAction::Solution) }
                }
            </div>
            if !shown.course.teaching {
                { notes(shown, &text.teacher, entry.minutes) }
            }
        </section>
    }
}

/// The text on the page is not this exercise's.
fn waiting(shown: &Shown<'_>) -> El {
    let texts = shown.texts;
    El::new("div", "waiting")
        .is("role", "status")
        .put(El::new("p", "").text(texts.another_scenario))
        .put(shown.button("primary", texts.to_the_exercise, CourseAction::Return))
}

// ── what is foretold ──────────────────────────────────────────────────────────────────────────────────────────────

/// The sentence of a question: the writer's, or the lab's.
fn sentence(shown: &Shown<'_>, text: &ExerciseText, at: usize) -> Html {
    match text.questions.get(at) {
        Some(own) => El::new("span", "own").raw(own).html(),
        None => rich(&texts::question(shown.lang, &text.exercise.questions[at])),
    }
}

fn questions(shown: &Shown<'_>, text: &ExerciseText, closed: bool) -> Html {
    let texts = shown.texts;
    let exercise = &text.exercise;
    // A diagnosis is about a run that everybody sees.
    let (heading, when) = match (exercise.kind, closed) {
        (Kind::Predict, false) => (texts.predict, texts.open),
        (Kind::Predict, true) => (texts.predict, texts.closed),
        _ => (texts.your_answer, ""),
    };
    let fields = (0..exercise.questions.len()).map(|at| question(shown, text, at));
    let guessed = shown
        .course
        .guesses
        .iter()
        .filter(|guess| !guess.trim().is_empty());
    let ready = guessed.count() == exercise.questions.len();
    let answer = match exercise.kind {
        Kind::Predict => texts.run_and_compare,
        _ => texts.check_answer,
    };
    html! {
        <fieldset class="predict" disabled={closed}>
            <legend><h4>{ heading }</h4><span>{ when }</span></legend>
            { for fields }
            if ready && !closed {
                { shown.button("primary", answer, CourseAction::Answer) }
            }
        </fieldset>
    }
}

fn question(shown: &Shown<'_>, text: &ExerciseText, at: usize) -> Html {
    let question = &text.exercise.questions[at];
    let guess = shown.course.guesses.get(at).map_or("", String::as_str);
    let choices = question.choices(shown.run.borrow().start());
    let on = &shown.on;
    let Some(choices) = choices else {
        let oninput =
            on.reform(move |event: InputEvent| CourseAction::Guess(at, browser::value_of(&event)));
        return html! {
            <label key={at} class="given">
                <span>{ sentence(shown, text, at) }</span>
                <input autocomplete="off" spellcheck="false" value={guess.to_string()} {oninput} />
            </label>
        };
    };
    let choices = choices.into_iter().map(|word| {
        let said = texts::choice(shown.lang, question, &word);
        let told = word.clone();
        let onchange = on.reform(move |_: Event| CourseAction::Guess(at, told.clone()));
        html! {
            <label key={word.clone()}>
                <input
                    autocomplete="off"
                    type="radio"
                    name={format!("question-{at}")}
                    checked={word == guess}
                    value={word.clone()}
                    {onchange}
                />
                <span>{ rich(&said) }</span>
            </label>
        }
    });
    let name = plain(&texts::question(shown.lang, question));
    html! {
        <div key={at} role="radiogroup" aria-label={name}>
            <p aria-hidden="true">{ sentence(shown, text, at) }</p>
            { for choices }
        </div>
    }
}

// ── what was found ────────────────────────────────────────────────────────────────────────────────────────────────

/// How a question or a goal stands: its class, its mark, and the same in words.
type State = (&'static str, &'static str, &'static str);

fn findings(shown: &Shown<'_>, text: &ExerciseText, judged: Option<&Judged>) -> Html {
    let Shown { lang, texts, .. } = *shown;
    let exercise = &text.exercise;
    let open: State = ("open", "○", texts.not_yet);
    let met: State = ("met", "✓", texts.met);
    let missed: State = ("missed", "✗", texts.missed);
    let asked = if judged.is_some_and(|judged| judged.closed) {
        &exercise.questions[..]
    } else {
        &[]
    };
    let questions = asked.iter().enumerate().map(|(at, question)| {
        let foresight = judged.and_then(|judged| judged.verdict.questions.get(at));
        let state = match foresight {
            Some(Foresight::Right { .. }) => met,
            Some(Foresight::Wrong { .. }) => missed,
            _ => open,
        };
        let guess = shown.course.guesses.get(at).map_or("", String::as_str);
        let twin = foresight.and_then(|foresight| twin(shown, question, guess, foresight));
        // Where the twin says it all, nothing is added.
        let says_more = |foresight: &&Foresight| match foresight {
            Foresight::Wrong { counterexample, .. } => counterexample.is_some(),
            _ => twin.is_none(),
        };
        let why = foresight.filter(says_more);
        let why = why.map(|why| texts::foresight(lang, question, why));
        item(
            at,
            state,
            sentence(shown, text, at),
            why.unwrap_or_default(),
            twin,
        )
    });
    let goals = exercise.goals.iter().enumerate().map(|(at, goal)| {
        let finding = judged.and_then(|judged| judged.verdict.goals.get(at));
        let state = match finding {
            Some(finding) if finding.met => met,
            _ => open,
        };
        let why = finding.map(|finding| texts::finding(lang, goal, finding, &shown.run.borrow()));
        let said = rich(&texts::goal(lang, goal));
        item(
            exercise.questions.len() + at,
            state,
            said,
            why.unwrap_or_default(),
            None,
        )
    });
    let right = |judged: &Judged| {
        let foreseen = judged.verdict.questions.iter();
        let foreseen = foreseen.filter(|found| matches!(found, Foresight::Right { .. }));
        foreseen.count()
            + judged
                .verdict
                .goals
                .iter()
                .filter(|found| found.met)
                .count()
    };
    let count = fill(
        texts.goals,
        &[
            Arg::Number(judged.map_or(0, right) as u64),
            Arg::Number((exercise.questions.len() + exercise.goals.len()) as u64),
        ],
    );
    let verdict = judged.map(|judged| &judged.verdict);
    let gone = verdict.and_then(|verdict| verdict.gone);
    let score = exercise
        .score
        .as_ref()
        .zip(verdict.and_then(|verdict| verdict.score));
    html! {
        <div role="status" class="findings">
            <p class="count">{ count }</p>
            <ul>{ for questions }{ for goals }</ul>
            if let Some(line) = gone {
                <p class="why gone">{ "✗ " }{ texts::line_gone(lang, line) }</p>
            }
            if let Some((quantity, value)) = score {
                <p class="score">
                    { rich(&texts::score(lang, quantity, value)) }
                    if let Some(par) = judged.and_then(|judged| judged.par) {
                        { " · " }{ fill(texts.par, &[Arg::Number(par)]) }
                    }
                </p>
            }
        </div>
    }
}

fn item(key: usize, state: State, what: Html, why: String, twin: Option<El>) -> Html {
    let (class, mark, said) = state;
    html! {
        <li {key} {class}>
            <span class="mark" aria-hidden="true">{ mark }</span>
            <div>
                { what }<span class="visually-hidden">{ ": " }{ said }</span>
                if !why.is_empty() {
                    <p class="why">{ rich(&why) }</p>
                }
                if let Some(twin) = twin {
                    { twin }
                }
            </div>
        </li>
    }
}

/// The guess as a pale twin beside what happened: two bars on one scale, or two words.
fn twin(shown: &Shown<'_>, question: &Question, guess: &str, foresight: &Foresight) -> Option<El> {
    let truth = match foresight {
        Foresight::Right { truth } | Foresight::Wrong { truth, .. } => truth,
        _ => return None,
    };
    let number = |word: &str| word.trim().parse::<u32>().ok();
    let scale = number(guess)
        .zip(number(truth))
        .map(|(guess, truth)| guess.max(truth).max(1));
    if scale.is_none() && matches!(foresight, Foresight::Right { .. }) {
        return None;
    }
    let row = |class: &'static str, name: &str, word: &str| {
        let row = El::new("div", class)
            .attr("data-word", word.to_string())
            .put(El::new("span", "name").text(name));
        match (scale, number(word)) {
            (Some(scale), Some(value)) => {
                let width = percent(value as f32 / scale as f32);
                row.put(
                    El::new("span", "scale")
                        .put(El::new("span", "length").style(format!("width:{width}"))),
                )
                .put(El::new("span", "value").text(word.trim()))
            }
            _ => row.put(El::new("span", "word").rich(&texts::choice(shown.lang, question, word))),
        }
    };
    Some(
        El::new("div", "twin")
            .put(row("ghost", shown.texts.your_guess, guess))
            .put(row("fact", shown.texts.the_kernel, truth)),
    )
}

// ── hints ─────────────────────────────────────────────────────────────────────────────────────────────────────────

fn hints(shown: &Shown<'_>, text: &ExerciseText) -> El {
    let texts = shown.texts;
    let read = (shown.course.hints as usize).min(text.hints.len());
    let list = text.hints[..read]
        .iter()
        .enumerate()
        .map(|(at, hint)| El::new("li", "").number(at).raw(hint));
    let hints = El::new("div", "hints").is("role", "status");
    let hints = match read {
        0 => hints,
        _ => hints.put(El::new("ol", "prose").all(list)),
    };
    let wrapper = El::new("div", "").put(hints);
    if read < text.hints.len() {
        let label = fill(
            texts.hint,
            &[
                Arg::Number(read as u64 + 1),
                Arg::Number(text.hints.len() as u64),
            ],
        );
        wrapper.put(shown.button("link", &label, CourseAction::Hint))
    } else if text.solution.is_empty() || shown.course.record().solved || shown.course.record().told
    {
        wrapper
    } else {
        wrapper.put(shown.button("link", texts.solution, CourseAction::Solution))
    }
}
