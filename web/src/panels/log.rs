//! A panel of lines that came one after the other, each with a way to its moment: the frame of the kernel's messages and of
//! the transcript.

use yew::prelude::*;

use super::el::El;
use super::in_view::use_in_view;
use super::side::{Props, copier, head};
use super::tools;
use crate::frame::Pane;
use crate::lang::stage::texts;
use crate::view::Action;

/// A line.
pub(super) struct Line {
    pub(super) key: usize,
    /// Where it leads. That of this moment is marked.
    pub(super) cursor: usize,
    pub(super) words: El,
    /// What stands at its end.
    pub(super) place: String,
}

/// What the panel says.
pub(super) struct Log {
    pub(super) title: &'static str,
    /// Sentences above the lines.
    pub(super) notes: Vec<String>,
    pub(super) lines: Vec<Line>,
    /// How many there are with those that are not shown: another number is a new line to see.
    pub(super) count: usize,
    /// All of it, to copy.
    pub(super) everything: Callback<MouseEvent>,
}

/// The panel. The newest line stays in sight.
#[hook]
pub(super) fn use_log(props: &Props, log: Log) -> Html {
    let Props {
        view, shown, on, ..
    } = props;
    let scroller = use_node_ref();
    let newest = (!log.lines.is_empty()).then_some(log.lines.len());
    use_in_view(&scroller, (view.run.clone(), log.count, *shown), newest);
    let mut top = head(view, on);
    if !log.lines.is_empty() {
        top = top.put(copier(texts(view.lang), log.everything));
    }
    let top = top.put(tools(view, Pane::Path, log.title, on));
    let lines = log.lines.into_iter().map(|line| {
        let now = line.cursor == view.cursor;
        let mut button = El::new("button", if now { "now" } else { "" })
            .is("type", "button")
            .does(on, Action::Seek(line.cursor))
            .put(line.words)
            .put(El::new("span", "file").text(&line.place));
        if now {
            button = button.is("aria-current", "true");
        }
        html! { <li key={line.key}>{ button.html() }</li> }
    });
    let notes = log.notes.into_iter();
    html! {
        <section aria-label={log.title} class="panel log">
            { top.html() }
            <div class="body" ref={scroller} tabindex="0" role="group" aria-label={log.title} data-keys="">
                { for notes.map(|note| html! { <p class="quiet">{ note }</p> }) }
                <ol>{ for lines }</ol>
            </div>
        </section>
    }
}
