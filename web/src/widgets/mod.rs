//! The few controls that more than one panel uses.

pub mod icons;

use yew::prelude::*;

use crate::browser;

/// A picture of 16 × 16 units, drawn in the text's colour.
pub fn icon(path: &'static str) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d={path} /></svg>
    }
}

/// What a button is given.
#[derive(Properties, PartialEq)]
pub struct ButtonProps {
    /// Its name; shown unless there is an icon.
    pub label: AttrValue,
    /// A path for [`icon`]; empty for none.
    #[prop_or_default]
    pub icon: &'static str,
    /// CSS classes.
    #[prop_or_default]
    pub class: Classes,
    /// It would do nothing now. It stays reachable, so that the focus does not jump away.
    #[prop_or_default]
    pub idle: bool,
    /// It switches something that is on or off.
    #[prop_or_default]
    pub pressed: Option<bool>,
    /// It unfolds something that is open or not.
    #[prop_or_default]
    pub expanded: Option<bool>,
    /// What it does.
    pub onclick: Callback<()>,
}

/// A button.
#[component]
pub fn Button(props: &ButtonProps) -> Html {
    let onclick = {
        let (idle, act) = (props.idle, props.onclick.clone());
        Callback::from(move |_: MouseEvent| {
            if !idle {
                act.emit(());
            }
        })
    };
    let with_icon = !props.icon.is_empty();
    let name = with_icon.then(|| props.label.clone());
    html! {
        <button
            type="button"
            class={props.class.clone()}
            aria-disabled={props.idle.then_some("true")}
            aria-pressed={props.pressed.map(|pressed| pressed.to_string())}
            aria-expanded={props.expanded.map(|expanded| expanded.to_string())}
            aria-label={name.clone()}
            title={name}
            {onclick}
        >
            if with_icon {
                { icon(props.icon) }
            } else {
                { &props.label }
            }
        </button>
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
