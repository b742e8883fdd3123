//! A term that explains itself: its popover. The browser opens it, closes it with Escape or a press beside it, and gives
//! the focus back to the word.

use kmalloc_glossary::Term;
use yew::prelude::*;

use super::el::El;
use super::{Reference, reference};
use crate::browser;
use crate::lang::{Lang, plain};
use crate::widgets::hooks::use_effect_with;

/// What the popover is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The term, and how many were asked for: the same one may be asked for again.
    pub explained: Option<(&'static Term, u32)>,
}

/// The popover; it opens whenever another term is asked for.
#[component]
pub fn Explained(props: &Props) -> Html {
    let Props { lang, explained } = props;
    let node = use_node_ref();
    let count = explained.map(|(_, count)| count);
    use_effect_with(count, {
        let node = node.clone();
        move |count| {
            if count.is_some() {
                browser::open_popover(&node);
            }
        }
    });
    let told = explained.map(|(term, _)| {
        El::new("div", "")
            .put(
                El::new("h2", "")
                    .is("id", "explained")
                    .text(term.name(*lang as usize)),
            )
            .put(El::new("p", "").text(&plain(term.text(*lang as usize))))
            .put(El::new("p", "source").text(term.source()))
            .put(reference(*lang, Reference::Glossary, term.id))
            .html()
    });
    html! {
        <div class="explained" popover="auto" autofocus={explained.is_some()} tabindex="-1" role="dialog" aria-labelledby="explained" ref={node}>
            { for told }
        </div>
    }
}
