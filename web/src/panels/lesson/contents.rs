//! The contents: chapters by section with what is solved, what should be looked at again, and what becomes of the progress.

use yew::prelude::*;

use super::super::el::El;
use super::super::{Reference, reference};
use super::Shown;
use crate::browser;
use crate::lang::{Arg, fill};
use crate::lessons::Entry;
use crate::view::CourseAction;

/// The contents.
pub(super) fn contents(shown: &Shown<'_>) -> Html {
    let course = shown.course;
    let Some(contents) = course.contents.here() else {
        return Html::default();
    };
    let sections = contents.sections.iter().filter_map(|(number, title)| {
        let chapters: Vec<El> = contents
            .chapters
            .iter()
            .filter(|entry| entry.section == *number)
            .map(|entry| chapter(shown, entry))
            .collect();
        (!chapters.is_empty()).then(|| {
            El::new("section", "")
                .key(number)
                .put(El::new("h3", "").text(&format!("{number} {title}")))
                .put(El::new("ul", "").all(chapters))
        })
    });
    let all: usize = contents
        .chapters
        .iter()
        .map(|entry| entry.exercises.len())
        .sum();
    let solved: usize = contents
        .chapters
        .iter()
        .map(|entry| course.progress.solved(entry))
        .sum();
    html! {
        <nav class="contents" aria-label={shown.texts.contents}>
            { for sections }
            { beside(shown) }
            { again(shown) }
            { so_far(shown, solved, all) }
        </nav>
    }
}

fn chapter(shown: &Shown<'_>, entry: &Entry) -> El {
    let Shown { texts, course, .. } = shown;
    let solved = course.progress.solved(entry);
    let all = entry.exercises.len();
    let minutes: u32 = entry.minutes + entry.exercises.iter().map(|one| one.minutes).sum::<u32>();
    let mark = if all > 0 && solved == all {
        "✓"
    } else {
        "·"
    };
    let mut button = shown
        .button("chapter", "", CourseAction::Go(entry.name.clone()))
        .put(El::new("span", "mark").is("aria-hidden", "true").text(mark))
        .put(El::new("span", "title").text(&entry.title))
        .put(El::new("span", "minutes").text(&fill(texts.minutes, &[Arg::Number(minutes.into())])));
    if all > 0 {
        let count = fill(
            texts.solved_of,
            &[Arg::Number(solved as u64), Arg::Number(all as u64)],
        );
        button = button
            .put(
                El::new("span", "count")
                    .is("aria-hidden", "true")
                    .text(&format!("{solved}/{all}")),
            )
            .put(El::new("span", "visually-hidden").text(&count));
    }
    if entry.name == course.open {
        button = button.is("aria-current", "page");
    }
    El::new("li", "").key(&entry.name).put(button)
}

/// Pages of their own: the cheat sheet and the glossary.
fn beside(shown: &Shown<'_>) -> El {
    El::new("p", "beside")
        .put(reference(shown.lang, Reference::Sheet, ""))
        .put(reference(shown.lang, Reference::Glossary, ""))
}

/// What went wrong, to be looked at again.
fn again(shown: &Shown<'_>) -> El {
    let Shown { texts, course, .. } = shown;
    let missed: Vec<El> = course
        .chapters()
        .iter()
        .flat_map(|entry| entry.exercises.iter().map(move |one| (entry, one)))
        .filter(|(entry, one)| course.progress.of(&entry.name, &one.name).to_review())
        .map(|(entry, one)| {
            let place = format!("{}/{}", entry.name, one.name);
            El::new("li", "").key(&place).put(shown.button(
                "link",
                &one.title,
                CourseAction::Go(place.clone()),
            ))
        })
        .collect();
    let section = El::new("section", "again").put(El::new("h3", "").text(texts.to_review));
    if missed.is_empty() {
        section.put(El::new("p", "").text(texts.nothing_to_review))
    } else {
        section.put(El::new("ul", "").all(missed))
    }
}

/// How much is solved, and the file of it.
fn so_far(shown: &Shown<'_>, solved: usize, all: usize) -> Html {
    let texts = shown.texts;
    let count = fill(
        texts.solved_of,
        &[Arg::Number(solved as u64), Arg::Number(all as u64)],
    );
    let save = {
        let progress = shown.course.progress.clone();
        Callback::from(move |_: MouseEvent| {
            browser::download("kmalloc-lab-progress.txt", &progress.text());
        })
    };
    let import = {
        let on = shown.on.clone();
        Callback::from(move |event: Event| {
            let on = on.clone();
            browser::read_file(
                &event,
                Callback::from(move |text| on.emit(CourseAction::Import(text))),
            );
        })
    };
    html! {
        <section class="so-far">
            <h3>{ texts.kept_here }</h3>
            <progress max={all.to_string()} value={solved.to_string()} aria-label={texts.kept_here} />
            <p>{ count }</p>
            <div class="row">
                { El::new("button", "").is("type", "button").text(texts.export).click(save).html() }
                <label class="file">
                    { texts.import }
                    <input type="file" accept=".txt,text/plain" onchange={import} />
                </label>
            </div>
            // Nothing is forgotten by one press.
            <details class="reset">
                <summary>{ texts.reset }</summary>
                <p>{ texts.reset_sure }</p>
                { shown.button("", texts.reset_yes, CourseAction::Reset).html() }
            </details>
        </section>
    }
}
