//! The lesson: a chapter's page with its exercises, or the contents of the course.
//!
//! Prose is HTML that was made when the page was built; a click on one of its links or cards is read off the element
//! (`browser::prose_link`). Whether a goal is reached, and why not, is the core's word.

mod contents;
mod exercise;

use yew::prelude::*;

use super::el::El;
use crate::browser;
use crate::course::{Course, Load, Sheet};
use crate::frame::Pane;
use crate::lang::{Arg, Lang, course as texts, fill};
use crate::lessons::{Chapter, Entry};
use crate::view::{Action, CourseAction, SharedRun};
use crate::widgets::hooks::use_effect_with;

/// What the panel is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The course.
    pub course: Course,
    /// The run that the open exercise is checked against.
    pub run: SharedRun,
    /// What decides is just being played: the verdict waits for its end.
    pub unfolding: bool,
    /// It takes the stage's place, to be read.
    pub wide: bool,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// What the parts of the panel are given.
struct Shown<'a> {
    lang: Lang,
    texts: &'static texts::Texts,
    course: &'a Course,
    run: &'a SharedRun,
    unfolding: bool,
    wide: bool,
    on: Callback<CourseAction>,
    act: Callback<Action>,
}

impl Shown<'_> {
    /// A button that asks for something.
    fn button(&self, class: &'static str, label: &str, action: CourseAction) -> El {
        El::new("button", class)
            .is("type", "button")
            .text(label)
            .click(self.on.reform(move |_| action.clone()))
    }
}

/// The lesson.
#[component]
pub fn Lesson(props: &Props) -> Html {
    let shown = Shown {
        lang: props.lang,
        texts: props.lang.course(),
        course: &props.course,
        run: &props.run,
        unfolding: props.unfolding,
        wide: props.wide,
        act: props.on.clone(),
        on: props.on.reform(Action::Course),
    };
    let judged = props.course.judged.as_deref();
    let closed = judged.is_some_and(|judged| judged.closed);
    let arrived = props.course.chapter.here().is_some();
    let place = (props.course.place(), props.course.sheet, arrived);
    let scroll = use_node_ref();
    // What is opened is what the eye and the keyboard go on from, and a button that has gone must not take the keyboard's
    // place with it; but only what was done in here moves the focus.
    let pressed = use_mut_ref(|| false);
    let before = use_mut_ref(|| place.clone());
    // Who comes for the first time, and by no link, reads from the top.
    let newcomer = use_mut_ref(|| place.0.is_empty());
    use_effect_with((place, closed), {
        let (scroll, pressed) = (scroll.clone(), pressed.clone());
        move |(place, _)| {
            let opened = before.replace(place.clone()) != *place && !*newcomer.borrow();
            browser::show_lesson(&scroll, opened, *pressed.borrow());
            // A chapter that was asked for may still be on its way.
            if place.2 {
                pressed.replace(false);
                newcomer.replace(false);
            }
        }
    });
    let follow = shown.on.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        pressed.replace(true);
        if let Some(link) = browser::prose_link(&event) {
            follow.emit(CourseAction::Follow(link));
        }
    });
    let entry = props.course.entry();
    let title = match (props.course.sheet, entry) {
        (Sheet::Page, Some(entry)) => entry.title.clone(),
        _ => shown.texts.contents.into(),
    };
    html! {
        <section class="lesson" aria-label={shown.lang.app().lesson}>
            <div class="scroll" tabindex="0" role="region" aria-label={title.clone()} ref={scroll} {onclick}>
                { head(&shown, entry, &title) }
                { body(&shown, entry) }
            </div>
        </section>
    }
}

/// Where this is in the course, and its title.
fn head(shown: &Shown<'_>, entry: Option<&Entry>, title: &str) -> Html {
    let Shown { texts, course, .. } = shown;
    let other = match course.sheet {
        Sheet::Page => (texts.contents, Sheet::Contents),
        Sheet::Contents => (texts.back, Sheet::Page),
    };
    let place = match (course.sheet, entry, course.number()) {
        (Sheet::Page, Some(entry), Some(number)) => fill(
            texts.page,
            &[
                Arg::Text(&entry.section),
                Arg::Number(number as u64 + 1),
                Arg::Number(course.chapters().len() as u64),
                Arg::Number(entry.minutes.into()),
            ],
        ),
        _ => shown.lang.app().book.into(),
    };
    El::new("header", "head")
        .put(
            El::new("div", "row")
                .put(El::new("p", "kicker").text(&place))
                .put(widen(shown))
                .put(shown.button("link", other.0, CourseAction::Show(other.1))),
        )
        .put(El::new("h2", "").text(title))
        .html()
}

/// To read in the stage's place, or beside it again.
fn widen(shown: &Shown<'_>) -> El {
    let (label, to) = match shown.wide {
        true => (shown.texts.narrow, None),
        false => (shown.texts.wide, Some(Pane::Column)),
    };
    El::new("button", "link widen")
        .is("type", "button")
        .text(label)
        .does(&shown.act, Action::Enlarge(to))
}

fn body(shown: &Shown<'_>, entry: Option<&Entry>) -> Html {
    let Shown { texts, course, .. } = shown;
    let failed = || {
        El::new("div", "state")
            .is("role", "alert")
            .put(El::new("p", "").text(texts.failed))
            .put(shown.button("", texts.again, CourseAction::Fetch))
            .html()
    };
    let coming = || {
        El::new("p", "state")
            .is("role", "status")
            .text(texts.coming)
            .html()
    };
    match (&course.contents, course.sheet, &course.chapter) {
        (Load::Failed, _, _) => failed(),
        (Load::Coming, _, _) => coming(),
        (Load::Here(_), Sheet::Contents, _) => contents::contents(shown),
        (_, _, Load::Failed) => failed(),
        (_, _, Load::Coming) => coming(),
        (_, _, Load::Here(chapter)) => match entry {
            Some(entry) => page(shown, entry, chapter),
            None => failed(),
        },
    }
}

fn page(shown: &Shown<'_>, entry: &Entry, chapter: &Chapter) -> Html {
    let exercises = entry.exercises.iter().zip(&chapter.exercises);
    html! {
        <>
            { El::new("div", "prose").raw(&chapter.html).html() }
            { for exercises.map(|(entry, text)| exercise::exercise(shown, entry, text)) }
            if !shown.course.teaching {
                { notes(shown, &chapter.teacher, entry.minutes) }
            }
            { turn(shown) }
        </>
    }
}

/// What a teacher shows, and what students get wrong.
fn notes(shown: &Shown<'_>, html: &str, minutes: u32) -> El {
    let minutes = fill(shown.texts.minutes, &[Arg::Number(minutes.into())]);
    El::new("details", "notes")
        .put(El::new("summary", "").text(shown.texts.for_teachers))
        .put(El::new("p", "minutes").text(&minutes))
        .put(El::new("div", "prose").raw(html))
}

/// To the pages before and after.
fn turn(shown: &Shown<'_>) -> El {
    let chapters = shown.course.chapters();
    let number = shown.course.number().unwrap_or(0);
    let to = |entry: &Entry, class: &'static str, label: String| {
        shown.button(class, &label, CourseAction::Go(entry.name.clone()))
    };
    let before = number.checked_sub(1).and_then(|at| chapters.get(at));
    let after = chapters.get(number + 1);
    El::new("nav", "turn")
        .is("aria-label", shown.texts.pages)
        .maybe(before.map(|entry| to(entry, "link before", format!("←\u{a0}{}", entry.title))))
        .maybe(after.map(|entry| to(entry, "link after", format!("{}\u{a0}→", entry.title))))
}
