//! The scenario text: typed here, run a moment later, its errors told with line and column.

use std::rc::Rc;

use kmalloc_core::script::ast::ScriptError;
use yew::prelude::*;

use crate::browser::{self, Timer};
use crate::frame::Pane;
use crate::lang::{Arg, Lang, errors, fill, rich};
use crate::view::Action;

/// From the last key to the run.
const PAUSE_MS: i32 = 300;

/// What the panel is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The text.
    pub text: Rc<str>,
    /// What could not be read in it.
    pub errors: Rc<Vec<ScriptError>>,
    /// The 1-based line of the call at the cursor.
    pub line: Option<u32>,
    /// Only its head is shown.
    pub folded: bool,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The text.
#[component]
pub fn TextPanel(props: &Props) -> Html {
    let Props {
        lang,
        text,
        errors,
        line,
        folded,
        on,
    } = props;
    // The browser would open it by itself; but whether it is open is remembered.
    let onfold = on.reform(|event: MouseEvent| {
        event.prevent_default();
        Action::Fold(Pane::Text)
    });
    let texts = lang.app();
    // What is typed but not yet run; gone as soon as the text changes by other means.
    let typed = use_state(|| None::<(Rc<str>, String)>);
    let timer = use_mut_ref(|| None::<Timer>);
    let pending = typed
        .as_ref()
        .filter(|(of, _)| of == text)
        .map(|(_, typed)| typed.clone());
    let shown = pending.unwrap_or_else(|| text.to_string());
    let oninput = {
        let (typed, timer, on, text) = (typed.clone(), timer.clone(), on.clone(), Rc::clone(text));
        Callback::from(move |event: InputEvent| {
            let value = browser::value_of(&event);
            typed.set(Some((Rc::clone(&text), value.clone())));
            let on = on.clone();
            let run = Timer::after(PAUSE_MS, move || on.emit(Action::Type(value)));
            *timer.borrow_mut() = Some(run);
        })
    };
    // Leaving the field runs what is there at once: the next press may depend on it.
    let onchange = {
        let (timer, on) = (timer.clone(), on.clone());
        Callback::from(move |event: Event| {
            *timer.borrow_mut() = None;
            on.emit(Action::Type(browser::value_of(&event)));
        })
    };
    let lines = shown.lines().count().max(1);
    let longest = shown
        .lines()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0);
    let numbers: String = (1..=lines + 1)
        .map(|number| format!("{number}\n"))
        .collect();
    let marked = line
        .filter(|_| errors.is_empty())
        .map(|line| "\n".repeat(line as usize - 1));
    let count = fill(texts.lines, &[Arg::Number(lines as u64)]);
    let wrong = fill(texts.errors, &[Arg::Number(errors.len() as u64)]);
    html! {
        <section class="text" aria-label={texts.scenario}>
            <details class="panel" open={!folded}>
                <summary onclick={onfold}>
                    <h2>{ texts.scenario }</h2>
                    if errors.is_empty() {
                        <span class="fact">{ count }</span>
                    } else {
                        <span class="fact wrong">{ "✗ " }{ wrong }</span>
                    }
                </summary>
                <div class="sheet">
                    <pre class="numbers" aria-hidden="true">{ numbers }</pre>
                    <div class="page">
                        if let Some(before) = marked {
                            <pre class="now" aria-hidden="true">{ before }<mark>{ " " }</mark></pre>
                        }
                        <textarea
                            aria-label={texts.scenario}
                            aria-invalid={(!errors.is_empty()).to_string()}
                            aria-describedby="text-errors"
                            spellcheck="false"
                            autocapitalize="off"
                            autocomplete="off"
                            wrap="off"
                            rows={(lines + 1).to_string()}
                            cols={(longest + 1).max(20).to_string()}
                            value={shown}
                            {oninput}
                            {onchange}
                        />
                    </div>
                </div>
                <div id="text-errors" role="status">
                    if !errors.is_empty() {
                        <p>{ texts.last_good }</p>
                        <ol>{ for errors.iter().enumerate().map(|(at, error)| error_line(*lang, at, error)) }</ol>
                    }
                </div>
            </details>
        </section>
    }
}

fn error_line(lang: Lang, at: usize, error: &ScriptError) -> Html {
    let place = [
        Arg::Number(error.span.line.into()),
        Arg::Number(error.span.column.into()),
    ];
    html! {
        <li key={at}>
            <b>{ fill(lang.app().place, &place) }</b>
            { " " }
            { rich(&errors::script_error(lang, &error.kind)) }
        </li>
    }
}
