//! The page in a few sentences, for who does not see it: which machine, where the cursor stands, what is free and held.
//!
//! It is there to be read on request; what happens is told by the player, aloud. While the run plays it stays as it was.

use kmalloc_core::script::print::print_call;
use yew::prelude::*;

use crate::lang::stage::{fill, texts};
use crate::stage::{bytes_label, grouped};
use crate::view::View;

/// What it is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The moment to tell of.
    pub view: View,
    /// Time passes by itself.
    pub playing: bool,
}

/// The summary.
#[component]
pub fn Summary(props: &Props) -> Html {
    let latest = use_mut_ref(|| None::<Vec<String>>);
    let mut latest = latest.borrow_mut();
    if !props.playing || latest.is_none() {
        *latest = Some(summary(&props.view));
    }
    let sentences = latest.iter().flatten();
    html! {
        <section class="visually-hidden" aria-labelledby="summary">
            <h2 id="summary">{ texts(props.view.lang).summary }</h2>
            { for sentences.map(|sentence| html! { <p>{ sentence }</p> }) }
        </section>
    }
}

/// Its sentences.
fn summary(view: &View) -> Vec<String> {
    let words = texts(view.lang);
    let run = view.run.borrow();
    let spec = view.machine.spec();
    let count = |number: usize| grouped(u32::try_from(number).unwrap_or(u32::MAX));
    let machine = fill(
        words.summary_machine,
        &[
            spec.kernel.name(),
            &grouped(u32::try_from(spec.total_pages()).unwrap_or(u32::MAX)),
            &bytes_label(u64::from(spec.page_size)),
        ],
    );
    let events = [view.cursor, run.len()].map(count);
    let place = match run.call_at(view.cursor) {
        None => fill(words.summary_start, &[&events[1]]),
        Some(call) => fill(
            words.summary_place,
            &[
                &count(call + 1),
                &count(run.calls().len()),
                &print_call(&run.calls()[call].call),
                &events[0],
                &events[1],
            ],
        ),
    };
    let zones: Vec<String> = view
        .machine
        .zones()
        .filter(|(_, zone)| zone.pages() > 0)
        .map(|(id, zone)| {
            let numbers = [
                zone.free_pages(),
                zone.pages(),
                zone.pages_min(),
                zone.pages_low(),
                zone.pages_high(),
            ]
            .map(grouped);
            let [free, pages, min, low, high] = &numbers;
            fill(
                words.summary_zone,
                &[id.label(), free, pages, min, low, high],
            )
        })
        .collect();
    [machine, place].into_iter().chain(zones).collect()
}
