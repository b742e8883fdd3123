//! Buckets: what was asked against what is given, the size classes around it, and the slabs that the object comes from.
//! For calls that take whole pages, the pages. The class was chosen by the core; the bar only draws it.

use kmalloc_core::event::{CacheId, Event};
use kmalloc_core::exercise::classes;
use kmalloc_core::machine::SlabList;
use kmalloc_core::profile::ORDERS;
use yew::prelude::*;

use crate::lang::stage::{Texts, fill, texts};
use crate::stage::supply::{Class, Fit, Slot, Supply, growing, ruler, slabs, slot_of, supply};
use crate::stage::{Current, bytes_label, grouped, hex};
use crate::tween::{mix, out};
use crate::view::{Action, Progress, View};

/// Pages that are drawn as squares; beyond, the sentence speaks.
const SQUARES: u32 = 64;

/// What the panel is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The moment to show.
    pub view: View,
    /// How far the movement has come.
    pub progress: Progress,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The panel.
#[component]
pub fn Buckets(props: &Props) -> Html {
    let view = &props.view;
    let words = texts(view.lang);
    let current = use_memo((view.run.clone(), view.cursor), |(run, cursor)| {
        Current::of(&run.borrow(), *cursor)
    });
    let current = current.as_ref().as_ref();
    let t = props.progress.0.clamp(0.0, 1.0);
    let machine = &view.machine;
    let body = match supply(current) {
        Supply::None => html! { { ladder(words, &ruler(machine, None)) } },
        Supply::Asked(size) => html! {
            <>
                <p class="quiet">{ fill(words.asked, &[&grouped(size)]) }</p>
                { ladder(words, &ruler(machine, None)) }
            </>
        },
        Supply::TooLarge(size) => {
            let largest = classes(machine).last().unwrap_or_default();
            html! {
                <>
                    <p>{ fill(words.too_large, &[&grouped(size), &grouped(largest)]) }</p>
                    { ladder(words, &ruler(machine, Some(largest))) }
                </>
            }
        }
        Supply::Object {
            cache,
            asked,
            address,
        } => {
            let given = machine.cache(cache).shape().class_size;
            let near = ruler(machine, Some(given));
            let choosing = matches!(view.event, Some(Event::ClassChosen { .. }));
            html! {
                <>
                    if let Some(asked) = asked {
                        { bar(words, asked, given, &near, if choosing { t } else { 1.0 }) }
                    }
                    { ladder(words, &near) }
                    { stock(words, view, current, cache, address, t, &props.on) }
                </>
            }
        }
        Supply::Pages {
            order,
            back,
            refused,
        } => whole_pages(words, machine.spec().page_size, order, back, refused),
    };
    let all: Vec<u32> = classes(machine).collect();
    let fact = fill(
        words.buckets_fact,
        &[
            &all.len().to_string(),
            &format!("size-{}", all.first().copied().unwrap_or_default()),
            &format!("size-{}", all.last().copied().unwrap_or_default()),
        ],
    );
    html! {
        <div class="panel bins">
            <header>
                <h2>{ words.buckets_title }</h2>
                <span class="fact">{ fact }</span>
                <span class="fact aside">{ fill(words.l1_line, &[&machine.spec().l1_cache_bytes.to_string()]) }</span>
            </header>
            <div class="body" tabindex="0" role="region" aria-label={words.buckets_title}>{ body }</div>
        </div>
    }
}

/// Asked, given, and the waste between them; the scale is the ruler's.
fn bar(words: &Texts, asked: u32, given: u32, near: &[Class], t: f32) -> Html {
    let end = near
        .iter()
        .find(|class| class.bytes == given)
        .map_or(1.0, |class| class.at);
    let share = asked as f32 / given.max(1) as f32;
    // First what was asked grows, then what is given for it.
    let used = end * share * out(t * 2.0);
    let width = if t < 0.5 {
        used
    } else {
        mix(end * share, end, out(t * 2.0 - 1.0))
    };
    let unused = given.saturating_sub(asked);
    let sentence = if unused == 0 {
        fill(words.exact, &[&grouped(given)])
    } else {
        let percent = (u64::from(unused) * 100 + u64::from(given) / 2) / u64::from(given.max(1));
        fill(
            words.waste,
            &[&grouped(unused), &grouped(given), &percent.to_string()],
        )
    };
    let inside = end > 0.55;
    html! {
        <div class="bytes-bar" data-asked={asked.to_string()} data-given={given.to_string()}>
            <span class="asked" style={format!("left:max(36px, {:.2}%)", end * share * 50.0)}>
                { fill(words.asked, &[&grouped(asked)]) }
            </span>
            <i class="given" style={format!("width:{:.2}%", width * 100.0)} />
            <i class="used" style={format!("width:{:.2}%", used * 100.0)} />
            <span
                class={classes!("waste", inside.then_some("inside"))}
                style={(!inside).then(|| format!("left:{:.2}%", end * 100.0))}
            >
                { sentence }
            </span>
        </div>
    }
}

/// The classes to scale.
fn ladder(words: &Texts, near: &[Class]) -> Html {
    html! {
        <ol class="ruler" aria-label={words.ruler_label}>
            { for near.iter().map(|class| {
                let (kind, note) = match class.fit {
                    Fit::TooSmall => ("below", words.too_small),
                    Fit::First => ("chosen", words.first_fit),
                    Fit::Also => ("", words.would_fit),
                    Fit::Other => ("", ""),
                };
                let name = match class.fit {
                    Fit::First => format!("size-{}", class.bytes),
                    _ => class.bytes.to_string(),
                };
                html! {
                    <li
                        key={class.bytes.to_string()}
                        class={classes!(kind, (class.at > 0.97).then_some("end"))}
                        style={format!("left:{:.2}%", class.at * 100.0)}
                    >
                        { name }<small>{ note }</small>
                    </li>
                }
            }) }
        </ol>
    }
}

/// The array cache and the slabs behind it.
fn stock(
    words: &Texts,
    view: &View,
    current: Option<&Current>,
    cache: CacheId,
    address: Option<u32>,
    t: f32,
    on: &Callback<Action>,
) -> Html {
    let machine = &view.machine;
    let state = machine.cache(cache);
    let available = state.available();
    let before = view.before.cache(cache).available();
    // Only the bar moves; the number is the one at the cursor.
    let level = mix(f32::from(before), f32::from(available), out(t));
    let share = level / f32::from(state.limit().max(1));
    let next = state.array().next_back().filter(|_| available > 0);
    let lit = address.and_then(|address| machine.object_of(address));
    let held = view.highlighted.as_ref().and_then(|name| {
        let variables = view.run.borrow().variables(view.cursor);
        let variable = variables.iter().find(|variable| variable.name == *name)?;
        slot_of(machine, &variable.value)
    });
    let all = slabs(machine, cache, lit.map(|(slab, _)| slab));
    let [partial, full, free] = all.counts.map(|count| count.to_string());
    html! {
        <div class="supply">
            <div class="array">
                <p class="caption">{ words.array }</p>
                <div class="box">
                    <i style={format!("width:{:.2}%", share.min(1.0) * 100.0)} />
                    <span>{ format!("{available} / {}", state.limit()) }</span>
                </div>
                <p class="top">{ match next {
                    Some(address) => fill(words.array_next, &[&hex(address)]),
                    None => words.array_empty.into(),
                } }</p>
            </div>
            <div class="slabs">
                <p class="caption">{ fill(words.slab_counts, &[&partial, &full, &free]) }</p>
                if current.is_some_and(|current| growing(current, cache)) {
                    <p class="slab growing">{ words.slab_growing }</p>
                }
                { for all.drawn.iter().map(|slab| {
                    let list = match slab.list {
                        SlabList::Partial => words.list_partial,
                        SlabList::Full => words.list_full,
                        SlabList::Free => words.list_free,
                    };
                    let pfn = slab.pfn;
                    let onclick = on.reform(move |_: MouseEvent| Action::Inspect(Some(pfn)));
                    let counts = fill(words.slab_line, &[&slab.in_use.to_string(), &slab.slots.len().to_string(), list]);
                    html! {
                        <div key={slab.id.0.to_string()} class="slab" data-pfn={pfn.to_string()} {onclick}>
                            <div class="slots" aria-hidden="true">
                                if slab.keeps_management {
                                    <i key="kept" class="kept" />
                                }
                                { for slab.slots.iter().enumerate().map(|(index, slot)| {
                                    let here = Some((slab.id, index as u16));
                                    let class = match slot {
                                        _ if lit == here => "lit",
                                        Slot::Used => "used",
                                        Slot::Cached => "cached",
                                        Slot::Free => "free",
                                    };
                                    html! { <i key={index.to_string()} class={classes!(class, (held == here).then_some("held"))} /> }
                                }) }
                            </div>
                            <p class="name"><b>{ hex(pfn) }</b>{ " · " }{ counts }</p>
                        </div>
                    }
                }) }
                if all.more > 0 {
                    <p class="caption">{ fill(words.slabs_more, &[&all.more.to_string()]) }</p>
                }
                if !all.drawn.is_empty() {
                    { key(words) }
                }
            </div>
        </div>
    }
}

/// What the slots mean.
fn key(words: &Texts) -> Html {
    let kinds = [
        ("used", words.slot_used),
        ("cached", words.slot_cached),
        ("free", words.slot_free),
        ("kept", words.slot_kept),
        ("lit", words.slot_lit),
    ];
    html! {
        <ul class="key">
            { for kinds.map(|(class, name)| html! {
                <li key={class}><span class="slots"><i {class} /></span>{ name }</li>
            }) }
        </ul>
    }
}

/// A block of pages: no class, no slab.
fn whole_pages(words: &Texts, page_size: u32, order: u32, back: bool, refused: bool) -> Html {
    if order as usize >= ORDERS {
        return html! { <p>{ fill(words.pages_too_large, &[&order.to_string()]) }</p> };
    }
    let pages = 1u32 << order;
    let (page, bytes) = (
        bytes_label(u64::from(page_size)),
        bytes_label(u64::from(page_size) << order),
    );
    let text = match (back, refused) {
        (true, _) => words.pages_back,
        (_, true) => words.pages_refused,
        _ => words.pages_given,
    };
    html! {
        <>
            <div class={classes!("page-bar", (back || refused).then_some("back"))} aria-hidden="true">
                { for (0..pages.min(SQUARES)).map(|page| html! { <i key={page.to_string()} /> }) }
                if pages > SQUARES {
                    <span key="more" class="quiet">{ format!("+{}", pages - SQUARES) }</span>
                }
            </div>
            <p>{ fill(text, &[&order.to_string(), &grouped(pages), &page, &bytes]) }</p>
        </>
    }
}
