//! The call bar: the line of C that a press of the button makes, with its fields in the line.

use kmalloc_core::gfp::{GfpName, MODIFIERS};
use yew::prelude::*;

use crate::browser;
use crate::draft::{Caller, Draft, SLIDER_END, Unit, position_of, priorities, size_at};
use crate::lang::app::{Texts, caller};
use crate::lang::{Arg, Lang, fill, plain};
use crate::view::Action;
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
        on,
    } = props;
    let (lang, draft) = (*lang, *draft);
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
                { line(texts, draft, name, &change) }
                <div class="go">
                    <output class="mono" title={texts.mode}>
                        <span>{ "mode:" }</span>
                        { format!("{:#x}", draft.gfp()) }
                    </output>
                    { toggle(texts, draft, &open) }
                    <Menu
                        label={texts.context}
                        caption={texts.context}
                        options={callers.to_vec()}
                        chosen={draft.caller as usize}
                        on={on_caller}
                    />
                    <button class="primary mono" type="submit">{ "kmalloc" }</button>
                </div>
            </div>
            <div class="fields">
                { size(texts, draft, &change) }
                { modifiers(texts, draft, &change) }
            </div>
        </form>
    }
}

/// `p = kmalloc(100, GFP_KERNEL);`
fn line(texts: &Texts, draft: Draft, name: &str, change: &Callback<Draft>) -> Html {
    let oninput = change.reform(move |event: InputEvent| {
        let amount = browser::value_of(&event).parse::<u64>().unwrap_or(0);
        Draft {
            amount: u32::try_from(amount).unwrap_or(u32::MAX),
            ..draft
        }
    });
    let names: Vec<AttrValue> = priorities().map(|known| known.name.into()).collect();
    let on_priority = change.reform(move |priority: usize| Draft { priority, ..draft });
    let before = match (draft.caller.who(), draft.caller.lock()) {
        (Some(who), _) => format!("{} {{ ", who.keyword()),
        (None, Some(lock)) => format!("spin_lock(&{lock}); "),
        (None, None) => String::new(),
    };
    let after = match (draft.caller.who(), draft.caller.lock()) {
        (Some(_), _) => " }".to_string(),
        (None, Some(lock)) => format!(" spin_unlock(&{lock});"),
        (None, None) => String::new(),
    };
    let chosen: String = draft
        .chosen()
        .map(|flag| format!(" | {}", flag.name))
        .collect();
    let in_kilobytes = draft.unit == Unit::Kilobytes;
    // As wide as its digits, so that the line reads as one line of C.
    let digits = draft.amount.to_string().len().max(2);
    html! {
        <div class="code">
            <span class="around">{ before }</span>
            <span>{ format!("{name} = kmalloc(") }</span>
            <input
                autocomplete="off"
                class="amount"
                type="number"
                min="0"
                max="4294967295"
                step="1"
                required=true
                aria-label={texts.size}
                data-digits={digits.to_string()}
                value={draft.amount.to_string()}
                onfocus={|event: FocusEvent| browser::select_all(&event)}
                {oninput}
            />
            <span>{ if in_kilobytes { " * 1024, " } else { ", " } }</span>
            <Menu
                class="priority"
                label={texts.priority}
                options={names}
                chosen={draft.priority}
                on={on_priority}
            />
            <span>{ format!("{chosen});") }</span>
            <span class="around">{ after }</span>
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
            <span class="prefix mono" aria-hidden="true">{ "__GFP_" }</span>
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
