//! The line that tells how far a long run has come, with a button that cancels it.
//!
//! What is said aloud is said once; the numbers beside it change in silence.

use yew::prelude::*;

use super::el::El;
use crate::lang::{Arg, Lang, fill};
use crate::making::UnderWay;
use crate::view::Action;

/// What the line is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// How far the run has come; None while nothing is to be told.
    pub under_way: Option<UnderWay>,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The line; nothing is seen of it while no run takes long.
#[component]
pub fn RunningLine(props: &Props) -> Html {
    let words = props.lang.running();
    let said = props.under_way.map_or("", |_| words.said);
    let said = El::new("p", "visually-hidden")
        .key("said")
        .is("role", "status")
        .text(said);
    let line = props.under_way.map(|now| {
        // A run that is not done never says so.
        let percent = ((now.share * 100.0) as u64).min(99);
        let numbers = [Arg::Number(now.events as u64), Arg::Number(percent)];
        let bar = El::new("progress", "")
            .is("aria-label", words.name)
            .is("max", "100")
            .attr("value", percent.to_string());
        let cancel = El::new("button", "")
            .is("type", "button")
            .is("aria-keyshortcuts", "Escape")
            .does(&props.on, Action::CancelRun)
            .text(words.cancel);
        El::new("section", "line")
            .key("line")
            .is("aria-label", words.region)
            .put(El::new("span", "name").text(words.name))
            .put(bar)
            .put(El::new("span", "mono").text(&fill(words.numbers, &numbers)))
            .put(cancel)
    });
    El::new("div", "running").put(said).maybe(line).html()
}
