//! The few controls that more than one panel uses.

pub mod hooks;
pub mod icons;
pub mod part;

use yew::prelude::*;

use crate::browser;
use crate::widgets::hooks::use_effect_with;

/// A picture of 16 × 16 units, drawn in the text's colour.
pub fn icon(path: &'static str) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d={path} /></svg>
    }
}

/// What a menu is given.
#[derive(Properties, PartialEq)]
pub struct MenuProps {
    /// Its accessible name.
    pub label: AttrValue,
    /// What is shown before the choice; empty for nothing.
    #[prop_or_default]
    pub caption: AttrValue,
    /// The choices.
    pub options: Vec<AttrValue>,
    /// Index of the choice.
    pub chosen: usize,
    /// CSS classes.
    #[prop_or_default]
    pub class: Classes,
    /// The index that was chosen.
    pub on: Callback<usize>,
}

/// A menu to choose one of several.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let onchange = props
        .on
        .reform(|event: Event| browser::value_of(&event).parse().unwrap_or_default());
    let node = use_node_ref();
    // After the student has chosen, the browser no longer listens to attributes: what is chosen is told to the menu itself.
    use_effect_with((props.chosen, props.options.len()), {
        let node = node.clone();
        move |&(chosen, _)| browser::choose(&node, chosen)
    });
    let options = props.options.iter().enumerate().map(|(index, option)| {
        html! {
            <option key={index} value={index.to_string()}>
                { option }
            </option>
        }
    });
    html! {
        <label class={classes!("menu", props.class.clone())}>
            if !props.caption.is_empty() {
                <span class="caption" aria-hidden="true">{ &props.caption }</span>
            }
            <select ref={node} autocomplete="off" aria-label={props.label.clone()} {onchange}>{ for options }</select>
        </label>
    }
}
