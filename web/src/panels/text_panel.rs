//! The scenario text: typed here, run a moment later, its errors told with line and column.

use std::rc::Rc;

use kmalloc_core::script::ast::ScriptError;
use yew::prelude::*;

use crate::browser::{self, Timer};
use crate::frame::Pane;
use crate::lang::{Arg, Lang, errors, fill, rich};
use crate::view::Action;
use crate::widgets::hooks::use_effect_with;

/// From the last key to the run.
const PAUSE_MS: i32 = 300;
/// Who scrolls the text looks at it: it stays where it is for so long.
const READING_MS: f64 = 1_500.0;

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
    let places = use_node_ref();
    let field = use_node_ref();
    let panel = use_node_ref();
    // When it was scrolled last.
    let scrolled = use_mut_ref(|| f64::NEG_INFINITY);
    use_effect_with((*line, *folded), {
        let (panel, field, scrolled) = (panel.clone(), field.clone(), scrolled.clone());
        move |(line, _)| {
            let reads = browser::now() - *scrolled.borrow() < READING_MS;
            if line.is_some() && !reads && !browser::has_focus(&field) {
                browser::reveal_under(&panel, "summary", ".now mark");
            }
        }
    });
    let onwheel = Callback::from({
        let scrolled = scrolled.clone();
        move |_: WheelEvent| *scrolled.borrow_mut() = browser::now()
    });
    let ontouchmove = Callback::from(move |_: TouchEvent| *scrolled.borrow_mut() = browser::now());
    // Where the text is another one than the errors are of, they wait for the next run.
    let faults = faults(&shown, errors, *shown == **text);
    let numbers = numbers(lines + 1, &faults);
    let marked = line
        .filter(|_| errors.is_empty())
        .map(|line| "\n".repeat(line as usize - 1));
    let count = fill(texts.lines, &[Arg::Number(lines as u64)]);
    let wrong = fill(texts.errors, &[Arg::Number(errors.len() as u64)]);
    html! {
        <section class="text" aria-label={texts.scenario}>
            <details class="panel" open={!folded} ref={panel} {onwheel} {ontouchmove}>
                <summary onclick={onfold}>
                    <h2>{ texts.scenario }</h2>
                    if errors.is_empty() {
                        <span class="fact">{ count }</span>
                    } else {
                        <span class="fact wrong">{ "✗ " }{ wrong }</span>
                    }
                </summary>
                <div class="sheet">
                    <pre class="numbers" aria-hidden="true">{ for numbers }</pre>
                    <div class="page">
                        if let Some(before) = marked {
                            <pre class="now" aria-hidden="true">{ before }<mark>{ " " }</mark></pre>
                        }
                        <div class="faults" aria-hidden="true" ref={places.clone()}>
                            { for faults.iter().map(fault) }
                        </div>
                        <textarea
                            ref={field.clone()}
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
                        <ol>{ for errors.iter().enumerate().map(|(at, error)| {
                            let place = faults.iter().find(|fault| fault.error == at).map(|fault| fault.place);
                            let (places, field) = (places.clone(), field.clone());
                            let go = Callback::from(move |_: MouseEvent| browser::go_to(&field, &places, at, place));
                            error_line(*lang, at, error, go)
                        }) }</ol>
                    }
                </div>
            </details>
        </section>
    }
}

/// An error as it is marked in the text.
struct Fault {
    /// Its number.
    error: usize,
    /// Lines above it.
    above: usize,
    /// The line's beginning, which the mark stands behind.
    before: String,
    /// What is wrong: at least one character.
    wrong: String,
    /// Its place in the whole text, in UTF-16 units as browsers count.
    place: u32,
}

/// Where the errors stand; none where the text is not the one they are of.
fn faults(text: &str, errors: &[ScriptError], is_theirs: bool) -> Vec<Fault> {
    if errors.is_empty() || !is_theirs {
        return Vec::new();
    }
    let units = |text: &str| text.encode_utf16().count();
    let lines: Vec<&str> = text.split('\n').collect();
    // Where each line begins: counted once, a text may be long and have many errors.
    let starts = lines.iter().scan(0, |next, line| {
        let start = *next;
        *next += units(line) + 1;
        Some(start)
    });
    let starts: Vec<usize> = starts.collect();
    let found = errors.iter().enumerate().filter_map(|(error, told)| {
        let above = (told.span.line as usize).checked_sub(1)?;
        let line = lines.get(above)?;
        let column = (told.span.column as usize).saturating_sub(1);
        let before: String = line.chars().take(column).collect();
        let wrong = line.chars().skip(column).take(told.span.length as usize);
        let mut wrong: String = wrong.collect();
        if wrong.is_empty() {
            wrong.push(' ');
        }
        let place = (starts[above] + units(&before)) as u32;
        Some(Fault {
            error,
            above,
            before,
            wrong,
            place,
        })
    });
    found.collect()
}

/// A mark behind the text, in its place.
fn fault(fault: &Fault) -> Html {
    let place = format!("top:calc({} * 1lh)", fault.above);
    html! {
        <pre key={fault.error} style={place}>{ &fault.before }<mark>{ &fault.wrong }</mark></pre>
    }
}

/// The lines' numbers; of a line with an error, with a sign.
fn numbers(lines: usize, faults: &[Fault]) -> Vec<Html> {
    let mut wrong: Vec<usize> = faults.iter().map(|fault| fault.above + 1).collect();
    wrong.sort_unstable();
    wrong.dedup();
    let mut found = Vec::new();
    let mut plain = String::new();
    for number in 1..=lines {
        if wrong.binary_search(&number).is_ok() {
            found.push(html! { { std::mem::take(&mut plain) } });
            found.push(html! { <b>{ format!("✗ {number}") }</b> });
            plain.push('\n');
        } else {
            plain.push_str(&format!("{number}\n"));
        }
    }
    found.push(html! { { plain } });
    found
}

/// An error in words; its place is a way there.
fn error_line(lang: Lang, at: usize, error: &ScriptError, onclick: Callback<MouseEvent>) -> Html {
    let place = [
        Arg::Number(error.span.line.into()),
        Arg::Number(error.span.column.into()),
    ];
    html! {
        <li key={at}>
            <button type="button" {onclick}>{ fill(lang.app().place, &place) }</button>
            { " " }
            { rich(&errors::script_error(lang, &error.kind)) }
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kmalloc_core::script::parse::parse;

    #[test]
    fn an_error_is_marked_where_it_stands() {
        let text = "// 零散\np = kmaloc(10);\nkfree(p);\n";
        let errors = parse(text).errors;
        let found = faults(text, &errors, true);
        let fault = &found[0];
        assert_eq!(
            (fault.above, &*fault.before, &*fault.wrong),
            (1, "p = ", "kmaloc")
        );
        assert_eq!(fault.place, 6 + 4);
        assert!(faults(text, &errors, false).is_empty());
    }
}
