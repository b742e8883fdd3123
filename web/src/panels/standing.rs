//! What is told about the page itself and stands until it was read: a new version, and trouble with what the browser keeps.
//!
//! It has a state of its own: none of it is the session's, which would be the same without.

use std::rc::Rc;

use yew::prelude::*;

use super::el::El;
use crate::browser;
use crate::keep::{self, Trouble};
use crate::lang::Lang;
use crate::widgets::hooks::use_effect_with;

/// What it is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// Saves the scenario as a file.
    pub save: Callback<()>,
}

/// What stands there now.
#[derive(Default)]
struct Told {
    update: bool,
    troubles: Vec<Trouble>,
}

enum Change {
    Update(bool),
    Add(Trouble),
    Close(Trouble),
}

impl Reducible for Told {
    type Action = Change;

    fn reduce(self: Rc<Told>, change: Change) -> Rc<Told> {
        let mut told = Told {
            update: self.update,
            troubles: self.troubles.clone(),
        };
        match change {
            Change::Update(ready) => told.update = ready,
            Change::Add(trouble) => told.troubles.push(trouble),
            Change::Close(trouble) => told.troubles.retain(|other| *other != trouble),
        }
        Rc::new(told)
    }
}

/// The notices that stand.
#[component]
pub fn Standing(props: &Props) -> Html {
    let Props { lang, save } = props;
    let (texts, close) = (lang.standing(), lang.app().close);
    let told = use_reducer(Told::default);
    use_effect_with((), {
        let told = told.dispatcher();
        move |()| {
            let add = told.clone();
            keep::tell(Callback::from(move |trouble| {
                add.dispatch(Change::Add(trouble));
            }));
            browser::on_update(Callback::from(move |()| {
                told.dispatch(Change::Update(true));
            }));
        }
    });
    let shut = |change: fn(Trouble) -> Change, trouble| {
        let told = told.dispatcher();
        Callback::from(move |()| told.dispatch(change(trouble)))
    };
    let later = {
        let told = told.dispatcher();
        Callback::from(move |()| told.dispatch(Change::Update(false)))
    };
    let troubles = told.troubles.iter().map(|&trouble| {
        let text = match trouble {
            Trouble::Blocked => texts.blocked,
            Trouble::Full => texts.full,
            Trouble::Newer => texts.newer,
            Trouble::Damaged => texts.damaged,
            Trouble::OtherTab => texts.other_tab,
            Trouble::Others => texts.others,
        };
        let button = match trouble {
            Trouble::OtherTab => Html::default(),
            Trouble::Damaged => {
                El::button(texts.save_damaged, Callback::from(|()| save_damaged())).html()
            }
            Trouble::Others => {
                let shut = shut(Change::Close, trouble);
                let forget = Callback::from(move |()| {
                    keep::forget_others();
                    shut.emit(());
                });
                html! {
                    <>
                        { El::button(texts.save_others, Callback::from(|()| save_others())).html() }
                        { El::button(texts.forget_others, forget).html() }
                    </>
                }
            }
            _ => El::button(lang.app().save_file, save.clone()).html(),
        };
        html! {
            <div key={trouble as usize} class="notice">
                <p>{ text }</p>
                { button }
                { El::button(close, shut(Change::Close, trouble)).html() }
            </div>
        }
    });
    html! {
        <div class="notices standing" role="status">
            { for troubles }
            if told.update {
                <div key="update" class="notice">
                    <p>{ texts.update }</p>
                    { El::button(texts.take_update, Callback::from(|()| browser::take_update())).html() }
                    { El::button(close, later).html() }
                </div>
            }
        </div>
    }
}

fn save_damaged() {
    if let Some(text) = keep::damaged() {
        browser::download("progress.txt", &text);
    }
}

/// All of them in one file, each behind a line of its own.
fn save_others() {
    let texts = keep::others();
    let whole: String = texts
        .iter()
        .enumerate()
        .map(|(at, text)| format!("// {} / {}\n{}\n\n", at + 1, texts.len(), text.trim_end()))
        .collect();
    browser::download("other-tabs.txt", &whole);
}
