//! Transcript: what has happened up to the cursor, a sentence an event, each a way to go there. For whoever would rather read
//! than watch, and to copy.
//!
//! The sentences are the player's. A long run's transcript is a window that ends at the cursor.

use kmalloc_core::event::Event;
use yew::prelude::*;

use super::el::El;
use super::log::{Line, Log, use_log};
use super::side::Props;
use crate::lang::stage::{fill, texts};
use crate::lang::{plain, sentences};
use crate::stage::grouped;
use crate::view::View;

/// Sentences that are drawn; the earlier ones are counted.
const SHOWN: usize = 200;

/// The sentences of the last events up to the cursor, with the cursor behind each, and whether a call begins with it.
fn told(view: &View) -> Vec<(usize, String, bool)> {
    let run = view.run.borrow();
    let from = view.cursor.saturating_sub(SHOWN);
    let events = run.events(from, view.cursor).enumerate();
    events
        .map(|(index, event)| {
            let begins = matches!(event, Event::Called { .. });
            let sentence = sentences::sentence(view.lang, &event, &run);
            (from + index + 1, sentence, begins)
        })
        .collect()
}

/// The panel.
#[component]
pub fn Transcript(props: &Props) -> Html {
    let Props { view, copy, .. } = props;
    let words = texts(view.lang);
    let told = told(view);
    let before = view.cursor - told.len();
    let mut notes = Vec::new();
    if told.is_empty() {
        notes.push(sentences::at_the_start(view.lang).into());
    }
    if before > 0 {
        notes.push(fill(words.log_more, &[&grouped(before as u32)]));
    }
    let lines = told.iter().map(|(cursor, sentence, begins)| Line {
        key: *cursor,
        cursor: *cursor,
        words: El::new("span", if *begins { "words begins" } else { "words" }).rich(sentence),
        place: grouped(*cursor as u32),
    });
    let text: Vec<String> = told
        .iter()
        .map(|(_, sentence, _)| plain(sentence))
        .collect();
    let log = Log {
        title: words.transcript,
        notes,
        lines: lines.collect(),
        count: view.cursor,
        everything: copy.reform(move |_| text.join("\n")),
    };
    use_log(props, log)
}
