//! In the map's head: the way to the next free block of an order, closer and farther.

use kmalloc_core::profile::ORDERS;
use yew::prelude::*;

use super::el::El;
use crate::lang::Lang;
use crate::lang::stage::{fill, texts};
use crate::widgets::Menu;

const NEXT: &str = "M2.5 8h9M8 4.5 11.5 8 8 11.5M14 3.5v9";
const CLOSER: &str = "M8 3.5v9M3.5 8h9";
const FARTHER: &str = "M3.5 8h9";

/// One press comes closer by this factor.
pub(super) const STEP: f32 = 1.5;

/// What the tools are given.
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The language.
    pub lang: Lang,
    /// The order that is looked for.
    pub order: u8,
    /// There is a free block of that order.
    pub found: bool,
    /// The map can be larger.
    pub closer: bool,
    /// The map can be smaller.
    pub farther: bool,
    /// Another order.
    pub choose: Callback<u8>,
    /// To the next block of the order.
    pub next: Callback<()>,
    /// Larger by this factor, or smaller.
    pub zoom: Callback<f32>,
}

/// The tools.
#[component]
pub(super) fn MapTools(props: &Props) -> Html {
    let words = texts(props.lang);
    let named = |template| fill(template, &[&props.order.to_string()]);
    let orders = (0..ORDERS)
        .map(|order| fill(words.order, &[&order.to_string()]).into())
        .collect::<Vec<AttrValue>>();
    let next = if props.found {
        words.map_next_free
    } else {
        words.map_none_free
    };
    html! {
        <div class="map-tools">
            <Menu
                label={words.map_order}
                options={orders}
                chosen={usize::from(props.order)}
                on={props.choose.reform(|order| order as u8)}
            />
            { El::icon_button(&named(next), NEXT, props.next.clone()).idle(!props.found).html() }
            { El::icon_button(words.map_closer, CLOSER, props.zoom.reform(|()| STEP)).idle(!props.closer).html() }
            { El::icon_button(words.map_farther, FARTHER, props.zoom.reform(|()| 1.0 / STEP)).idle(!props.farther).html() }
        </div>
    }
}
