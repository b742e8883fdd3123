//! Transcript: what has happened up to the cursor, a sentence an event, each a way to go there. For whoever would rather read
//! than watch, and to copy.
//!
//! The sentences are the player's. A long run's transcript is a window that ends at the cursor.

use kmalloc_core::event::Event;
use yew::prelude::*;

use super::el::El;
use super::in_view::use_in_view;
use super::side::{Props, copier, head};
use super::tools;
use crate::frame::Pane;
use crate::lang::stage::{fill, texts};
use crate::lang::{plain, sentences};
use crate::stage::grouped;
use crate::view::{Action, View};

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
    let Props {
        view,
        shown,
        on,
        copy,
    } = props;
    let words = texts(view.lang);
    let told = told(view);
    let before = view.cursor - told.len();
    let scroller = use_node_ref();
    let newest = (!told.is_empty()).then_some(told.len());
    use_in_view(&scroller, (view.run.clone(), view.cursor, *shown), newest);
    let rows = told.iter().map(|(cursor, sentence, begins)| {
        let cursor = *cursor;
        let mut button = El::new("button", if cursor == view.cursor { "now" } else { "" })
            .is("type", "button")
            .does(on, Action::Seek(cursor))
            .put(El::new("span", if *begins { "words begins" } else { "words" }).rich(sentence))
            .put(El::new("span", "file").text(&grouped(cursor as u32)));
        if cursor == view.cursor {
            button = button.is("aria-current", "true");
        }
        html! { <li key={cursor}>{ button.html() }</li> }
    });
    let everything = {
        let text: Vec<String> = told
            .iter()
            .map(|(_, sentence, _)| plain(sentence))
            .collect();
        copy.reform(move |_: MouseEvent| text.join("\n"))
    };
    let mut top = head(view, on);
    if !told.is_empty() {
        top = top.put(copier(words, everything));
    }
    let top = top.put(tools(view, Pane::Path, words.transcript, on));
    html! {
        <section aria-label={words.transcript} class="panel log">
            { top.html() }
            <div class="body" ref={scroller} tabindex="0" role="group" aria-label={words.transcript} data-keys="">
                if told.is_empty() {
                    <p class="quiet">{ sentences::at_the_start(view.lang) }</p>
                }
                if before > 0 {
                    <p class="quiet">{ fill(words.log_more, &[&grouped(before as u32)]) }</p>
                }
                <ol>{ for rows }</ol>
            </div>
        </section>
    }
}
