//! The call bar: the line of C that a press of the button makes, with its fields in the line.

use kmalloc_core::gfp::{GfpName, MODIFIERS};
use kmalloc_core::profile::ORDERS;
use yew::prelude::*;

use super::el::El;
use crate::browser;
use crate::draft::{
    Caller, Draft, FUNCTIONS, Part, SLIDER_END, Unit, position_of, priorities, size_at,
};
use crate::lang::app::{Texts, caller};
use crate::lang::{Arg, Lang, fill, plain};
use crate::session::{Held, offered};
use crate::view::{Action, Shared};
use crate::widgets::Menu;

/// What the panel is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The fields.
    pub draft: Draft,
    /// The name of the answer.
    pub name: AttrValue,
    /// The variables at the end of the run.
    pub held: Shared<Vec<Held>>,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The call bar.
#[component]
pub fn CallBar(props: &Props) -> Html {
    let Props {
        lang,
        draft,
        name,
        held,
        on,
    } = props;
    let (lang, draft) = (*lang, *draft);
    let function = draft.function();
    let texts = lang.app();
    let open = use_state(|| false);
    let change = on.reform(Action::Draft);
    let call = on.reform(|_: SubmitEvent| Action::Call);
    let onsubmit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        call.emit(event);
    });
    let callers = Caller::ALL.map(|who| AttrValue::from(caller(lang, who)));
    let on_caller = change.reform(move |index: usize| Draft {
        caller: Caller::ALL[index],
        ..draft
    });
    html! {
        <form
            class={classes!("composer", open.then_some("open"))}
            aria-label={texts.call_bar}
            {onsubmit}
        >
            <div class="line">
                { line(texts, draft, name, held, &change) }
                <div class="go">
                    if function.has(Part::Gfp) {
                        <output class="mono" title={texts.mode}>
                            { El::term("gfp-mask", "mode:").html() }
                            { format!("{:#x}", draft.gfp()) }
                        </output>
                        { toggle(texts, draft, &open) }
                    }
                    <Menu
                        label={texts.context}
                        caption={texts.context}
                        options={callers.to_vec()}
                        chosen={draft.caller as usize}
                        on={on_caller}
                    />
                    <button class="primary mono" type="submit" onclick={|event: MouseEvent| browser::let_go(&event)}>{ function.name }</button>
                </div>
            </div>
            <div class="fields">
                if function.has(Part::Size) {
                    { size(texts, draft, &change) }
                }
                if function.has(Part::Order) {
                    { order(texts, draft, &change) }
                }
                if function.has(Part::Gfp) {
                    { modifiers(texts, draft, &change) }
                }
            </div>
        </form>
    }
}

/// `p = kmalloc(100, GFP_KERNEL);`
fn line(texts: &Texts, draft: Draft, name: &str, held: &[Held], change: &Callback<Draft>) -> Html {
    let function = draft.function();
    let around = match (draft.caller.who(), draft.caller.lock()) {
        (Some(who), _) => [format!("{} {{ ", who.keyword()), " }".into()],
        (None, Some(lock)) => [
            format!("spin_lock(&{lock}); "),
            format!(" spin_unlock(&{lock});"),
        ],
        (None, None) => Default::default(),
    };
    let [before, after] = around;
    let names = FUNCTIONS.iter().map(|known| {
        // Two functions of one name differ by a word between their parentheses.
        let word = known.parts.iter().find_map(|part| match part {
            Part::Word(word)
                if FUNCTIONS
                    .iter()
                    .filter(|other| other.name == known.name)
                    .count()
                    > 1 =>
            {
                Some(word)
            }
            _ => None,
        });
        match word {
            Some(word) => format!("{} {}", known.name, word.trim_end_matches('=')).into(),
            None => AttrValue::from(known.name),
        }
    });
    let names: Vec<AttrValue> = names.collect();
    let on_function = change.reform(move |function: usize| Draft { function, ..draft });
    // A word that ends in `=` is followed by its value, all others by a comma.
    let fields = function.parts.iter().enumerate().map(|(at, part)| {
        let glued =
            at > 0 && matches!(function.parts[at - 1], Part::Word(word) if word.ends_with('='));
        let comma = if at == 0 || glued { "" } else { ", " };
        html! { <>{ comma }{ field(texts, draft, *part, held, change) }</> }
    });
    html! {
        <div class="code">
            <span class="around">{ before }</span>
            if function.answers {
                <span>{ format!("{name} = ") }</span>
            }
            <Menu
                class="function"
                label={texts.function}
                options={names}
                chosen={draft.function}
                on={on_function}
            />
            <span>{ "(" }</span>
            { for fields }
            <span>{ ");" }</span>
            <span class="around">{ after }</span>
        </div>
    }
}

/// One field of the line.
fn field(texts: &Texts, draft: Draft, part: Part, held: &[Held], change: &Callback<Draft>) -> Html {
    let label = match part {
        Part::Word(word) => return html! { <span>{ word }</span> },
        Part::Gfp => return flags(texts, draft, change),
        Part::Pointer => return pointers(texts, draft, held, change),
        Part::Size => texts.size,
        Part::Order => texts.order_field,
        Part::Byte => texts.byte,
        Part::Length => texts.length,
        Part::Milliseconds => texts.milliseconds,
        Part::Pages => texts.page_count,
        Part::Value => texts.value,
        Part::Node => texts.node,
    };
    let oninput = change.reform(move |event: InputEvent| {
        let number = browser::value_of(&event).parse::<u64>().unwrap_or(0);
        draft.with_number(part, number)
    });
    let number = draft.number_in(part).min(Draft::most(part)).to_string();
    let in_kilobytes = part == Part::Size && draft.unit == Unit::Kilobytes;
    // As wide as its digits, so that the line reads as one line of C.
    let digits = number.len().max(2).to_string();
    html! {
        <>
            <input
                autocomplete="off"
                class="amount"
                type="number"
                min="0"
                max={Draft::most(part).to_string()}
                step="1"
                required=true
                aria-label={label}
                data-digits={digits}
                value={number}
                onfocus={|event: FocusEvent| browser::select_all(&event)}
                {oninput}
            />
            if in_kilobytes {
                <span>{ " * 1024" }</span>
            }
        </>
    }
}

/// Priority and modifiers, as they stand in the line.
fn flags(texts: &Texts, draft: Draft, change: &Callback<Draft>) -> Html {
    let names: Vec<AttrValue> = priorities().map(|known| known.name.into()).collect();
    let on_priority = change.reform(move |priority: usize| Draft { priority, ..draft });
    let chosen: String = draft
        .chosen()
        .map(|flag| format!(" | {}", flag.name))
        .collect();
    html! {
        <>
            <Menu
                class="priority"
                label={texts.priority}
                options={names}
                chosen={draft.priority}
                on={on_priority}
            />
            <span>{ chosen }</span>
        </>
    }
}

/// Every variable, and NULL.
fn pointers(texts: &Texts, draft: Draft, held: &[Held], change: &Callback<Draft>) -> Html {
    let options = offered(held).enumerate().map(|(at, name)| {
        let freed = at > 0 && held[held.len() - at].is_freed();
        match freed {
            true => fill(texts.freed, &[Arg::Text(name)]).into(),
            false => AttrValue::from(name.to_string()),
        }
    });
    let options: Vec<AttrValue> = options.collect();
    let chosen = if draft.pointer < options.len() {
        draft.pointer
    } else {
        0
    };
    let on = change.reform(move |pointer: usize| Draft { pointer, ..draft });
    html! { <Menu class="priority" label={texts.pointer} {options} {chosen} {on} /> }
}

/// Orders that the slider reaches: one above the largest.
const LAST_ORDER: usize = ORDERS;

fn order(texts: &Texts, draft: Draft, change: &Callback<Draft>) -> Html {
    let oninput = change.reform(move |event: InputEvent| {
        let order = browser::value_of(&event).parse().unwrap_or_default();
        draft.with_number(Part::Order, order)
    });
    html! {
        <div class="size">
            <span aria-hidden="true">{ texts.order_field }</span>
            <input
                autocomplete="off"
                type="range"
                min="0"
                max={LAST_ORDER.to_string()}
                aria-label={texts.order_field}
                value={draft.order.to_string()}
                {oninput}
            />
        </div>
    }
}

fn size(texts: &Texts, draft: Draft, change: &Callback<Draft>) -> Html {
    let oninput = change.reform(move |event: InputEvent| {
        let position = browser::value_of(&event).parse().unwrap_or_default();
        draft.with_size(size_at(position))
    });
    let on_unit = change.reform(move |index: usize| {
        let units = [Unit::Bytes, Unit::Kilobytes];
        draft.in_unit(units[index])
    });
    html! {
        <div class="size">
            <span aria-hidden="true">{ texts.size }</span>
            <input
                autocomplete="off"
                type="range"
                min="0"
                max={SLIDER_END.to_string()}
                aria-label={texts.size_slider}
                aria-valuetext={format!("{} {}", draft.size(), texts.bytes)}
                value={position_of(draft.size()).to_string()}
                {oninput}
            />
            <Menu
                class="unit"
                label={texts.unit}
                options={vec![AttrValue::from(texts.bytes), "KB".into()]}
                chosen={draft.unit as usize}
                on={on_unit}
            />
        </div>
    }
}

/// On a narrow screen the slider and the modifiers unfold; a wide one always shows them, and has no such button.
fn toggle(texts: &Texts, draft: Draft, open: &UseStateHandle<bool>) -> Html {
    let count = fill(
        texts.flags,
        &[
            Arg::Number(draft.chosen().count() as u64),
            Arg::Number(MODIFIERS.len() as u64),
        ],
    );
    let onclick = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    html! {
        <button type="button" class="unfold" aria-expanded={open.to_string()} {onclick}>{ count }</button>
    }
}

fn modifiers(texts: &Texts, draft: Draft, change: &Callback<Draft>) -> Html {
    let boxes = MODIFIERS
        .iter()
        .map(|flag| modifier(texts, draft, flag, change));
    html! {
        <fieldset class="modifiers">
            <legend class="visually-hidden">{ texts.modifiers }</legend>
            { El::term("modifiers", "__GFP_").also("term", "prefix mono").html() }
            { for boxes }
        </fieldset>
    }
}

fn modifier(texts: &Texts, draft: Draft, flag: &'static GfpName, change: &Callback<Draft>) -> Html {
    let onchange = change
        .reform(move |event: Event| draft.with_modifier(flag.bits, browser::is_checked(&event)));
    // A bit that the priority has already: checked, and not to be taken away from here.
    let given = draft.priority().bits.has(flag.bits);
    let why = given.then(|| plain(&fill(texts.part_of, &[Arg::Name(draft.priority().name)])));
    let short = flag.name.trim_start_matches("__GFP_");
    html! {
        <label key={flag.name} class="mono" title={why}>
            <input
                autocomplete="off"
                type="checkbox"
                aria-label={flag.name}
                checked={draft.gfp().has(flag.bits)}
                disabled={given}
                {onchange}
            />
            { short }
        </label>
    }
}
