//! The list of keys: a dialog over the page. The browser keeps the focus in it, closes it with Escape, and gives the focus
//! back to where it was.

use yew::prelude::*;

use super::el::El;
use super::{Reference, reference};
use crate::browser;
use crate::lang::Lang;
use crate::lang::app::keys;
use crate::view::{Action, emits};
use crate::widgets::hooks::use_effect_with;

/// What the dialog is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// Whether keys of one letter do something.
    pub letters: bool,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The dialog; it opens as soon as it is drawn.
#[component]
pub fn Keys(props: &Props) -> Html {
    let Props { lang, letters, on } = props;
    let texts = lang.app();
    let dialog = use_node_ref();
    use_effect_with((), {
        let (dialog, closed) = (dialog.clone(), emits(on, Action::Help(false)));
        move |()| browser::open_dialog(&dialog, closed)
    });
    let rows = keys(*lang).iter().map(|(names, does)| {
        let names = names
            .split(' ')
            .map(|name| El::new("kbd", "").key(name).text(name));
        El::new("div", "")
            .put(El::new("dt", "").all(names))
            .put(El::new("dd", "").text(does))
    });
    let list = El::new("dl", "").all(rows);
    let onchange = on.reform(|event: Event| Action::Letters(browser::is_checked(&event)));
    html! {
        <dialog class="keys" aria-labelledby="keys-title" ref={dialog}>
            <form method="dialog">
                <header>
                    <h2 id="keys-title">{ texts.keys }</h2>
                    <button>{ texts.close }</button>
                </header>
                { list.html() }
                <p class="beside">
                    { reference(*lang, Reference::Sheet, "") }
                    { reference(*lang, Reference::Glossary, "") }
                </p>
                <label>
                    <input type="checkbox" autocomplete="off" checked={*letters} {onchange} />
                    { texts.letters }
                </label>
            </form>
        </dialog>
    }
}
