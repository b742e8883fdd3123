//! The bar of a sequence: what is said about the scenario on the page, and the way to the next.

use yew::prelude::*;

use super::el::El;
use super::share::{LEFT, RIGHT};
use crate::lang::{Arg, Lang, fill, rich};
use crate::share::ShareAction;
use crate::share::lecture::Lecture;
use crate::view::{Action, emits};

/// What the bar is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The sequence.
    pub lecture: Lecture,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The bar.
#[component]
pub fn LectureBar(props: &Props) -> Html {
    let Props { lang, lecture, on } = props;
    let words = lang.share();
    let (at, count) = (lecture.at, lecture.parts.len());
    let go = |at: usize| emits(on, Action::Share(ShareAction::Go(at)));
    let place = fill(
        words.place,
        &[Arg::Number(at as u64 + 1), Arg::Number(count as u64)],
    );
    let sentence = lecture.parts.get(at).map_or("", |part| &part.sentence);
    html! {
        <section class="lecture" aria-label={words.bar}>
            { El::icon_button(words.previous, LEFT, go(at.saturating_sub(1))).idle(at == 0).html() }
            <span class="place">{ place }</span>
            { El::icon_button(words.next, RIGHT, go(at + 1)).class("strong").idle(at + 1 >= count).html() }
            <p role="status">{ rich(sentence) }</p>
            { El::button(words.again, go(at)).html() }
            { El::button(words.leave, emits(on, Action::Share(ShareAction::Leave))).html() }
        </section>
    }
}
