//! The badge: how many decisions of the real kernel the lab was compared with, and what it leaves out.
//!
//! The numbers are the result of a replay that the release build makes; a build without one shows no badge.

use yew::prelude::*;

use crate::lang::{Arg, Lang, fill, rich};

/// What the replay of this build came to.
const REPLAYED: Option<(&str, &str)> = match (
    option_env!("KMALLOC_LAB_DECISIONS"),
    option_env!("KMALLOC_LAB_DISAGREEMENTS"),
) {
    (Some(decisions), Some(disagreements)) => Some((decisions, disagreements)),
    _ => None,
};

/// The badge of the release build.
pub fn badge(lang: Lang) -> Html {
    let (decisions, disagreements) = match REPLAYED {
        Some((decisions, disagreements)) => (decisions.parse(), disagreements.parse()),
        None => return html! {},
    };
    match (decisions, disagreements) {
        (Ok(decisions), Ok(disagreements)) => with(lang, decisions, disagreements),
        _ => html! {},
    }
}

fn with(lang: Lang, decisions: u64, disagreements: u64) -> Html {
    let texts = lang.app();
    let args = [Arg::Number(decisions), Arg::Number(disagreements)];
    html! {
        <details class="badge">
            <summary>{ fill(texts.badge, &args) }</summary>
            <p>{ rich(texts.badge_how) }</p>
            <p>{ rich(texts.badge_without) }</p>
        </details>
    }
}
