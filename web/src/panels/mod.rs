//! The panels of the page, one a file.

pub mod badge;
pub mod buckets;
pub mod call_bar;
pub mod compare;
mod el;
pub mod free_lists;
pub mod gallery;
pub mod guide;
mod in_view;
pub mod keys;
pub mod lecture;
pub mod lesson;
mod log;
pub mod map;
mod map_tools;
pub mod notices;
pub mod path;
pub mod pointers;
pub mod reclaim;
pub mod remedies;
pub mod running;
pub mod share;
pub mod side;
pub mod standing;
pub mod summary;
pub mod term;
pub mod text_panel;
pub mod timeline;
pub mod top;
pub mod transcript;

use yew::{Callback, Properties};

use self::el::El;
use crate::frame::Pane;
use crate::lang::Lang;
use crate::lang::stage::{fill, texts};
use crate::view::{Action, Progress, View};

/// What a panel that moves is given.
#[derive(Properties, PartialEq)]
pub struct MovingProps {
    /// The moment to show.
    pub view: View,
    /// How far the movement has come.
    pub progress: Progress,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// A page of its own beside the lab (`kmalloc-course` makes them).
#[derive(Clone, Copy)]
enum Reference {
    Sheet,
    Glossary,
}

/// A link to such a page; the lab stays where it is. `term` is the place in it.
fn reference(lang: Lang, to: Reference, term: &str) -> El {
    let texts = lang.course();
    let (file, name) = match to {
        Reference::Sheet => ("sheet", texts.sheet),
        Reference::Glossary => ("glossary", texts.glossary),
    };
    let language = ["en", "zh"][lang as usize];
    let place = match term {
        "" => String::new(),
        term => format!("#{term}"),
    };
    El::new("a", "reference")
        .attr("href", format!("reference/{file}-{language}.html{place}"))
        .is("target", "_blank")
        .is("rel", "noopener")
        .text(name)
}

const FOLD: &str = "M4 6l4 4 4-4";
const UNFOLD: &str = "M6 4l4 4-4 4";
const ENLARGE: &str = "M9.5 2.5h4v4M13.5 2.5 9 7M6.5 13.5h-4v-4M2.5 13.5 7 9";
const SHRINK: &str = "M13 7H9V3M9 7l4.5-4.5M3 9h4v4M7 9l-4.5 4.5";

/// At the end of a panel's head: fold it, or give it the whole stage.
fn tools(view: &View, pane: Pane, title: &str, on: &Callback<Action>) -> El {
    let words = texts(view.lang);
    let folded = view.frame.is_folded(pane);
    let enlarged = view.frame.enlarged == Some(pane);
    let tool = |class: &'static str, label: &str, icon: &'static str| {
        let label = fill(label, &[title]);
        El::new("button", class)
            .key(class)
            .is("type", "button")
            .attr("title", label.clone())
            .attr("aria-label", label)
            .put(
                El::new("svg", "icon")
                    .is("viewBox", "0 0 16 16")
                    .is("aria-hidden", "true")
                    .put(El::new("path", "").is("d", icon)),
            )
    };
    let to = if enlarged { None } else { Some(pane) };
    let fold = tool("fold", words.fold, if folded { UNFOLD } else { FOLD })
        .attr("aria-expanded", (!folded).to_string())
        .does(on, Action::Fold(pane));
    let enlarge = tool(
        "enlarge",
        words.enlarge,
        if enlarged { SHRINK } else { ENLARGE },
    )
    .attr("aria-pressed", enlarged.to_string())
    .does(on, Action::Enlarge(to));
    El::new("div", "tools").put(fold).put(enlarge)
}
