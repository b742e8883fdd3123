//! The guide: three steps that lead a first visitor through one call. It stands beside the work and blocks nothing.

use yew::prelude::*;

use super::el::El;
use crate::lang::app::jump;
use crate::lang::{Arg, Lang, fill, rich};
use crate::session::Guide;
use crate::stage::landmarks::Landmark;
use crate::view::{Action, emits};

/// What the guide is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// Where it is.
    pub step: Guide,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The guide.
#[component]
pub fn GuideCard(props: &Props) -> Html {
    let Props { lang, step, on } = props;
    let texts = lang.app();
    let (number, text) = match step {
        Guide::Press => (1, texts.guide_press),
        Guide::Step => (2, texts.guide_walk),
        Guide::Look => (3, texts.guide_look),
        Guide::Done => (3, texts.guide_done),
    };
    let dismiss = emits(on, Action::DismissGuide);
    let progress = fill(texts.guide_step, &[Arg::Number(number)]);
    let act = match step {
        Guide::Press => html! {},
        Guide::Step => html! {
            { El::button(texts.step_back, emits(on, Action::StepBack)).html() }
        },
        Guide::Look => html! {
            <>
                { El::button(texts.to_start, emits(on, Action::ToStart)).html() }
                { El::button(&jump(*lang, Landmark::Split, true), emits(on, Action::Next(Landmark::Split))).class("strong").html() }
            </>
        },
        Guide::Done => html! {
            { El::button(texts.guide_close, dismiss.clone()).class("strong").html() }
        },
    };
    html! {
        <section class="guide" aria-label={texts.guide}>
            <p class="head"><b>{ texts.guide }</b><span>{ progress }</span></p>
            <p role="status">{ rich(text) }</p>
            <div class="row">
                { act }
                if *step != Guide::Done {
                    { El::button(texts.guide_skip, dismiss).class("plain").html() }
                }
            </div>
        </section>
    }
}
