//! The gallery: a dialog with a card for every scenario, in themes. The browser keeps the focus in it, closes it with
//! Escape, and gives the focus back to where it was.

use std::rc::Rc;

use yew::prelude::*;

use super::el::El;
use crate::browser;
use crate::course::Load;
use crate::gallery::{Gallery, Scenario, Theme};
use crate::lang::Lang;
use crate::view::{Action, emits};
use crate::widgets::hooks::use_effect_with;

/// What the dialog is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The scenarios.
    pub gallery: Load<Gallery>,
    /// The text that is on the page.
    pub text: Rc<str>,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The dialog; it opens as soon as it is drawn.
#[component]
pub fn GalleryDialog(props: &Props) -> Html {
    let Props {
        lang,
        gallery,
        text,
        on,
    } = props;
    let words = lang.gallery();
    let dialog = use_node_ref();
    use_effect_with((), {
        let (dialog, closed) = (dialog.clone(), emits(on, Action::Gallery(false)));
        move |()| browser::open_dialog(&dialog, closed)
    });
    let inside = match gallery {
        Load::Coming => html! { <p role="status">{ words.coming }</p> },
        Load::Failed => html! {
            <div class="failed" role="alert">
                <p>{ words.failed }</p>
                { El::button(words.again, emits(on, Action::FetchGallery)).html() }
            </div>
        },
        Load::Here(gallery) => {
            let themes = gallery.themes.iter().enumerate();
            html! { { for themes.map(|(number, theme)| section(*lang, number, theme, text, on)) } }
        }
    };
    html! {
        <dialog class="gallery" aria-labelledby="gallery-title" ref={dialog}>
            <form method="dialog">
                <header>
                    <h2 id="gallery-title">{ words.title }</h2>
                    <p>{ words.about }</p>
                    <button>{ lang.app().close }</button>
                </header>
                <div class="themes">{ inside }</div>
            </form>
        </dialog>
    }
}

fn section(lang: Lang, number: usize, theme: &Theme, text: &str, on: &Callback<Action>) -> El {
    let id = format!("gallery-theme-{number}");
    let cards = theme
        .scenarios
        .iter()
        .map(|scenario| card(lang, scenario, text, on));
    El::new("section", "")
        .key(&id)
        .attr("aria-labelledby", id.clone())
        .put(El::new("h3", "").attr("id", id).text(&theme.title))
        .put(El::new("ul", "").all(cards))
}

fn card(lang: Lang, scenario: &Scenario, text: &str, on: &Callback<Action>) -> El {
    let name = scenario.name.clone();
    let is_open = *scenario.text == *text;
    let title = El::new("strong", "").text(&scenario.title);
    let title = if is_open {
        title.put(El::new("small", "").text(lang.gallery().open))
    } else {
        title
    };
    // It submits the form: so the browser closes the dialog, with the value as its answer.
    let button = El::new("button", "")
        .attr("value", name.clone())
        .attr("data-scenario", name.clone())
        .does(on, Action::OpenScenario(name.clone()))
        .put(title)
        .put(El::new("span", "").text(&scenario.why));
    let button = if is_open {
        button.is("aria-current", "true")
    } else {
        button
    };
    El::new("li", "").key(&scenario.name).put(button)
}
