//! The row of pointers: what every variable holds at the end of the run, each to be freed with the kernel's function for it.

use kmalloc_core::machine::Machine;
use kmalloc_core::run::Value;
use yew::prelude::*;

use super::el::El;
use crate::browser;
use crate::lang::app::Texts;
use crate::lang::{Arg, Lang, fill, plain};
use crate::session::Held;
use crate::view::{Action, Shared, SharedRun, emits};
use crate::widgets::hooks::{use_effect_with, use_memo};

/// Elements of an array that are shown one by one.
const MAX_UNFOLDED: usize = 200;

/// What the panel is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The run.
    pub run: SharedRun,
    /// Its variables at the end.
    pub held: Shared<Vec<Held>>,
    /// Events that have happened.
    pub cursor: usize,
    /// The highlighted variable.
    pub highlighted: Option<String>,
    /// Whether an edit can be taken back.
    pub can_undo: bool,
    /// Whether it can be made again.
    pub can_redo: bool,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// Neighbours that are one array, all of one size: places among what is held, at least one.
type Group = Vec<usize>;

/// The pointers.
#[component]
pub fn Pointers(props: &Props) -> Html {
    let unfolded = use_state(|| None::<String>);
    let texts = props.lang.app();
    let run = props.run.borrow();
    let machine = run.end();
    // What is held can be thousands of variables, and only the run decides how they stand together.
    let groups = use_memo((props.held.clone(), props.run.clone()), |(held, _)| {
        groups(held, machine)
    });
    // The newest stays in sight: it was just asked for. One that goes moves nothing.
    let row = use_node_ref();
    let newest = groups
        .iter()
        .enumerate()
        .flat_map(|(at, group)| group.iter().map(move |&held| (at, &props.held[held])))
        .max_by_key(|(_, held)| held.since);
    let name = newest.map(|(_, held)| (held.variable.name.clone(), held.since));
    use_effect_with(name, {
        let (row, at) = (row.clone(), newest.map(|(at, _)| at));
        move |_| {
            if let Some(at) = at {
                browser::reveal_across(&row, at);
            }
        }
    });
    let chips = groups.iter().map(|group| match group[..] {
        [held] => chip(props, texts, machine, &props.held[held]),
        _ => {
            let name = array_of(&props.held[group[0]]).0;
            let open = unfolded.as_deref() == Some(name);
            let toggle = {
                let (unfolded, name) = (unfolded.clone(), name.to_string());
                Callback::from(move |_: MouseEvent| unfolded.set((!open).then(|| name.clone())))
            };
            array(props, texts, machine, group, open, toggle)
        }
    });
    html! {
        <div class="pointers">
            <h2 class="caption">{ texts.pointers }</h2>
            if groups.is_empty() {
                <p class="empty">{ texts.no_pointers }</p>
            } else {
                <ul ref={row} title={texts.pointers_hint}>{ for chips }</ul>
            }
            <div class="history">
                { El::button(texts.undo, emits(&props.on, Action::Undo)).idle(!props.can_undo).html() }
                { El::button(texts.redo, emits(&props.on, Action::Redo)).idle(!props.can_redo).html() }
            </div>
        </div>
    }
}

/// The array's name, or the variable's, and whether it is an array.
fn array_of(held: &Held) -> (&str, bool) {
    match held.variable.name.split_once('[') {
        Some((name, _)) => (name, true),
        None => (&held.variable.name, false),
    }
}

/// Variables that are worth a chip, neighbours of one array and one size together.
fn groups(held: &[Held], machine: &Machine) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let size = |held: &Held| size(machine, &held.variable.value);
    for (place, own) in held.iter().enumerate() {
        if !own.variable.live && own.variable.value != Value::Null {
            continue;
        }
        let (name, in_array) = array_of(own);
        match groups.last_mut() {
            Some(last)
                if in_array
                    && array_of(&held[last[0]]).0 == name
                    && size(&held[last[0]]) == size(own) =>
            {
                last.push(place);
            }
            _ => groups.push(vec![place]),
        }
    }
    groups
}

/// What is said of a value: the class that it got, or its order.
#[derive(PartialEq, Clone, Copy)]
enum Size {
    Null,
    Bytes(u32),
    Order(u8),
    /// Of `vmalloc`: bytes, on pages of their own.
    Area(u32),
}

fn size(machine: &Machine, value: &Value) -> Size {
    match *value {
        Value::Null => Size::Null,
        Value::Object { cache, .. } => Size::Bytes(machine.cache(cache).shape().class_size),
        Value::Pages { order, .. } | Value::PageStruct { order, .. } => Size::Order(order),
        Value::Mapped { .. } => Size::Order(0),
        Value::Area { pages, .. } => Size::Area(pages * machine.spec().page_size),
    }
}

fn said(texts: &Texts, size: Size) -> String {
    match size {
        Size::Null => "NULL".into(),
        Size::Bytes(bytes) | Size::Area(bytes) => bytes.to_string(),
        Size::Order(order) => fill(texts.order, &[Arg::Number(order.into())]),
    }
}

fn owner(size: Size) -> &'static str {
    match size {
        Size::Null => "null",
        Size::Bytes(_) => "slab",
        Size::Order(_) | Size::Area(_) => "pages",
    }
}

fn chip(props: &Props, texts: &Texts, machine: &Machine, held: &Held) -> Html {
    let name = &held.variable.name;
    let size = size(machine, &held.variable.value);
    let ahead = props.cursor < held.since;
    let lit = props.highlighted.as_deref() == Some(name);
    let light = emits(&props.on, Action::Highlight(Some(name.clone())));
    let dark = emits(&props.on, Action::Highlight(None));
    let free = free_function(&held.variable.value).map(|function| {
        let label = fill(texts.free, &[Arg::Text(function), Arg::Text(name)]);
        let act = emits(&props.on, Action::Free(name.clone())).reform(|_: MouseEvent| ());
        html! {
            <button type="button" class="free" aria-label={label.clone()} title={label} onclick={act}>
                { "✕" }
            </button>
        }
    });
    html! {
        <li
            key={name.clone()}
            class={classes!("pointer", ahead.then_some("ahead"), lit.then_some("lit"))}
            data-pointer={name.clone()}
            onmouseenter={light.reform(|_: MouseEvent| ())}
            onmouseleave={dark.reform(|_: MouseEvent| ())}
            onfocusin={light.reform(|_: FocusEvent| ())}
            onfocusout={dark.reform(|_: FocusEvent| ())}
        >
            <i class={classes!("swatch", owner(size))} aria-hidden="true" />
            <b class="mono">{ name }</b>
            // What is ahead is not told.
            <span>{ if ahead { texts.on_its_way.into() } else { said(texts, size) } }</span>
            { free }
        </li>
    }
}

fn array(
    props: &Props,
    texts: &Texts,
    machine: &Machine,
    group: &Group,
    open: bool,
    toggle: Callback<MouseEvent>,
) -> Html {
    let members = group.iter().map(|&place| &props.held[place]);
    let (first, last) = (&props.held[group[0]], &props.held[group[group.len() - 1]]);
    let array = array_of(first).0;
    let size = size(machine, &first.variable.value);
    let ahead = props.cursor < last.since;
    let index = |held: &Held| {
        let name = &held.variable.name;
        name[array.len()..].trim_matches(['[', ']']).to_string()
    };
    let range = format!("{array}[{}…{}]", index(first), index(last));
    let lit = props.highlighted.as_ref().is_some_and(|name| {
        name == array || members.clone().any(|held| held.variable.name == *name)
    });
    let light = emits(&props.on, Action::Highlight(Some(array.to_string())));
    let dark = emits(&props.on, Action::Highlight(None));
    let key = first.variable.name.clone();
    let label = plain(&fill(texts.unfold, &[Arg::Name(&range)]));
    let shown = members.take(MAX_UNFOLDED);
    let hidden = group.len().saturating_sub(MAX_UNFOLDED);
    html! {
        <li key={key} class={classes!("array-of", open.then_some("open"))}>
            <button
                type="button"
                class={classes!("pointer", ahead.then_some("ahead"), lit.then_some("lit"))}
                aria-expanded={open.to_string()}
                aria-label={format!("{label}: {} × {}", group.len(), said(texts, size))}
                onclick={toggle}
                onmouseenter={light.reform(|_: MouseEvent| ())}
                onmouseleave={dark.reform(|_: MouseEvent| ())}
                onfocus={light.reform(|_: FocusEvent| ())}
                onblur={dark.reform(|_: FocusEvent| ())}
            >
                <i class={classes!("swatch", owner(size))} aria-hidden="true" />
                <b class="mono">{ range }</b>
                <span>{ format!("{} × {}", group.len(), said(texts, size)) }</span>
                <span aria-hidden="true">{ if open { "‹" } else { "›" } }</span>
            </button>
            if open {
                <ul>
                    { for shown.map(|held| chip(props, texts, machine, held)) }
                    if hidden > 0 {
                        <li key="more">{ fill(texts.more, &[Arg::Number(hidden as u64)]) }</li>
                    }
                </ul>
            }
        </li>
    }
}

/// The kernel's function that gives this value back.
fn free_function(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null => None,
        Value::Object { .. } => Some("kfree"),
        Value::Pages { .. } => Some("free_pages"),
        Value::PageStruct { .. } => Some("__free_pages"),
        // `kunmap` takes the page, not the address.
        Value::Mapped { .. } => None,
        Value::Area { .. } => Some("vfree"),
    }
}
