//! Buckets: what was asked against what is given, the size classes around it, and the slabs that the object comes from.
//! For calls that take whole pages, the pages. The class was chosen by the core; the bar only draws it.

use kmalloc_core::event::{CacheId, Event, SlabId};
use kmalloc_core::exercise::{Guess, classes};
use kmalloc_core::machine::SlabList;
use kmalloc_core::profile::ORDERS;
use kmalloc_core::script::ast::Call;
use yew::prelude::*;

use super::el::El;
use super::{MovingProps, tools};
use crate::frame::Pane;
use crate::lang::Lang;
use crate::lang::stage::{Texts, fill, texts};
use crate::stage::supply::{
    Class, Fate, Fit, SlabSlots, Slabs, Slot, Supply, first_bytes, growing, ruler, slabs, slot_of,
    supply,
};
use crate::stage::{Current, bytes_label, grouped, hex};
use crate::tween::{mix, out, percent};
use crate::view::{Action, View};
use crate::widgets::hooks::use_memo;

/// Slots of a slab that stand side by side and can still be told apart; more of them are rows.
const ABREAST: usize = 32;

/// Pages that are drawn as squares; beyond, the sentence speaks.
const SQUARES: u32 = 64;

/// Whether this event is one that moves here: the bar grows, or the array's level changes.
pub fn moves(event: &Event) -> bool {
    matches!(
        event,
        Event::ClassChosen { .. }
            | Event::ObjectGot { .. }
            | Event::ObjectPut { .. }
            | Event::ObjectReturned { .. }
            | Event::ArrayFilled { .. }
            | Event::FlushStarted { .. }
    )
}

/// The panel.
#[component]
pub fn Buckets(props: &MovingProps) -> Html {
    let view = &props.view;
    let words = texts(view.lang);
    let current = use_memo((view.run.clone(), view.cursor), |(run, cursor)| {
        Current::of(&run.borrow(), *cursor)
    });
    let current = current.as_ref().as_ref();
    let t = props.progress.0.clamp(0.0, 1.0);
    let machine = &view.machine;
    let foreseen = view.foreseen(current.map(|current| current.index));
    let foreseen = foreseen.into_iter().find_map(|guess| match guess {
        Guess::Bytes(bytes) => Some(*bytes),
        _ => None,
    });
    let supply = supply(machine, current);
    let from = match supply {
        Supply::Object { cache, address, .. } => Some((cache, address)),
        _ => None,
    };
    // A cache can have thousands of slabs: they are read once a machine, not in every frame of a movement.
    let stocked = use_memo((machine.clone(), from), |(machine, from)| {
        let (cache, address) = (*from)?;
        let lit = address.and_then(|address| machine.object_of(address));
        Some((slabs(machine, cache, lit.map(|(slab, _)| slab)), lit))
    });
    let mut body = El::new("div", "body")
        .is("tabindex", "0")
        .is("role", "group")
        .is("aria-label", words.buckets_title);
    body = match supply {
        Supply::None => body.put(ladder(words, &ruler(machine, None), true)),
        Supply::Asked(size) => body
            .put(El::new("p", "quiet").text(&fill(words.asked, &[&grouped(size)])))
            .put(ladder(words, &ruler(machine, None), true)),
        Supply::TooLarge(size) => {
            let largest = classes(machine).last().unwrap_or_default();
            let text = fill(words.too_large, &[&grouped(size), &grouped(largest)]);
            let mut near = ruler(machine, Some(largest));
            for class in &mut near {
                class.fit = match class.fit {
                    Fit::First => Fit::TooSmall,
                    _ => Fit::Other,
                };
            }
            body.put(El::new("p", "").text(&text))
                .put(ladder(words, &near, true))
        }
        Supply::Object {
            cache,
            asked,
            address,
        } => {
            let given = machine.cache(cache).shape().class_size;
            let near = ruler(machine, Some(given));
            let choosing = matches!(view.event, Some(Event::ClassChosen { .. }));
            let t_bar = if choosing { t } else { 1.0 };
            body.maybe(asked.map(|asked| bar(words, asked, given, foreseen, &near, t_bar)))
                .put(ladder(words, &near, asked.is_some()))
                .maybe(
                    stocked
                        .as_ref()
                        .as_ref()
                        .map(|stocked| stock(view, current, cache, address, stocked, t, &props.on)),
                )
        }
        Supply::Pages { order, fate } => {
            let guess = foreseen.map(|bytes| fill(words.guess_bytes, &[&grouped(bytes)]));
            whole_pages(body, words, machine.spec().page_size, order, fate)
                .maybe(guess.map(|guess| El::new("p", "guess").text(&guess)))
        }
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
    let line = fill(words.l1_line, &[&machine.spec().l1_cache_bytes.to_string()]);
    let head = El::new("header", "")
        .put(El::new("h2", "").put(El::term("size-class", words.buckets_title)))
        .put(El::new("span", "fact").text(&fact))
        .put(El::new("span", "fact aside").terms(view.lang, &line))
        .put(tools(view, Pane::Buckets, words.buckets_title, &props.on));
    El::new("section", "panel bins")
        .is("aria-label", words.buckets_title)
        .put(head)
        .put(body)
        .html()
}

/// Asked, given, and the waste between them; the scale is the ruler's.
fn bar(words: &Texts, asked: u32, given: u32, foreseen: Option<u32>, near: &[Class], t: f32) -> El {
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
    let waste = if end > 0.55 {
        El::new("span", "waste above")
    } else {
        El::new("span", "waste").style(format!("left:{}", percent(end)))
    };
    let wide = |class, share| El::new("i", class).style(format!("width:{}", percent(share)));
    let guess = foreseen.map(|bytes| {
        // On the same scale, as far as that goes.
        let share = (bytes as f32 * end / given.max(1) as f32).min(1.0);
        let text = fill(words.guess_bytes, &[&grouped(bytes)]);
        let name = if share > 0.5 {
            El::new("span", "guess within")
        } else {
            El::new("span", "guess").style(format!("left:{}", percent(share)))
        };
        [wide("twin-bar", share), name.text(&text)]
    });
    let class = match guess {
        Some(_) => "bytes-bar foreseen",
        None => "bytes-bar",
    };
    El::new("div", class)
        .attr("data-asked", asked.to_string())
        .attr("data-given", given.to_string())
        .put(
            El::new("span", "asked")
                .style(format!("left:max(36px, {})", percent(end * share / 2.0)))
                .text(&fill(words.asked, &[&grouped(asked)])),
        )
        .put(wide("given", width))
        .put(wide("used", used))
        .put(waste.text(&sentence))
        .all(guess.into_iter().flatten())
}

/// The classes to scale.
fn ladder(words: &Texts, near: &[Class], asked: bool) -> El {
    let classes = near.iter().map(|class| {
        let end = class.at > 0.97;
        let (kind, note) = match class.fit {
            Fit::TooSmall => ("below", words.too_small),
            Fit::First => ("chosen", words.first_fit),
            Fit::Also if end => ("end", words.would_fit),
            Fit::Also => ("", words.would_fit),
            Fit::Other if end => ("end", ""),
            Fit::Other => ("", ""),
        };
        // What comes back was not asked for.
        let note = if asked { note } else { "" };
        let name = match class.fit {
            Fit::First => format!("size-{}", class.bytes),
            _ if !class.named => String::new(),
            _ => class.bytes.to_string(),
        };
        El::new("li", kind)
            .number(class.bytes as usize)
            .style(format!("left:{}", percent(class.at)))
            .text(&name)
            .put(El::new("small", "").text(note))
    });
    El::new("ol", "ruler")
        .is("aria-label", words.ruler_label)
        .all(classes)
}

/// The array cache and the slabs behind it.
fn stock(
    view: &View,
    current: Option<&Current>,
    cache: CacheId,
    address: Option<u32>,
    (all, lit): &(Slabs, Option<(SlabId, u16)>),
    t: f32,
    on: &Callback<Action>,
) -> El {
    let (words, lit) = (texts(view.lang), *lit);
    let machine = &view.machine;
    let state = machine.cache(cache);
    let available = state.available();
    let before = view.before.array.filter(|(own, _)| *own == cache);
    let before = before.map_or(available, |(_, before)| before);
    // Only the bar moves; the number is the one at the cursor.
    let level = mix(f32::from(before), f32::from(available), out(t));
    let share = level / f32::from(state.limit().max(1));
    let next = state.array().next_back().filter(|_| available > 0);
    let held = view.highlighted.as_ref().and_then(|name| {
        let variables = view.run.borrow().variables(view.cursor);
        let variable = variables.iter().find(|variable| variable.name == *name)?;
        slot_of(machine, &variable.value)
    });
    let [partial, full, free] = all.counts.map(|count| count.to_string());
    let slab = |slab: &SlabSlots| {
        let list = match slab.list {
            SlabList::Partial => words.list_partial,
            SlabList::Full => words.list_full,
            SlabList::Free => words.list_free,
        };
        let pfn = slab.pfn;
        // Slabs of a few objects share a line.
        let short = slab.slots.len() <= 8;
        let mut name = format!(" · {list}");
        if !short {
            let [taken, objects] = [slab.in_use.into(), slab.slots.len()].map(|n| n.to_string());
            name = format!(" · {}", fill(words.slab_line, &[&taken, &objects, list]));
        }
        let slots = slab.slots.iter().enumerate().map(|(index, slot)| {
            let here = Some((slab.id, index as u16));
            let class = match slot {
                _ if lit == here => "lit",
                Slot::Used => "used",
                Slot::Cached => "cached",
                Slot::Free => "free",
            };
            let element = El::new("i", class).number(index);
            if held == here {
                element.also(class, "held")
            } else {
                element
            }
        });
        let kept = slab
            .keeps_management
            .then(|| El::new("i", "kept").key("kept"));
        let places = slab.slots.len() + usize::from(slab.keeps_management);
        let row = match places.div_ceil(ABREAST) {
            0 | 1 => El::new("div", "slots"),
            // Rows of one length, not a last one of a few.
            rows => {
                El::new("div", "slots rows").style(format!("--slots:{}", places.div_ceil(rows)))
            }
        };
        El::new("div", if short { "slab short" } else { "slab" })
            .number(slab.id.0 as usize)
            .attr("data-pfn", pfn.to_string())
            .does(on, Action::Inspect(Some(pfn)))
            .put(row.is("aria-hidden", "true").maybe(kept).all(slots))
            .put(
                El::new("p", "name")
                    .put(El::new("b", "").text(&hex(pfn)))
                    .text(&name),
            )
    };
    let next = match next {
        Some(address) => fill(words.array_next, &[&hex(address)]),
        None => words.array_empty.into(),
    };
    let array = El::new("div", "array")
        .put(El::new("p", "caption").terms(view.lang, words.array))
        .put(
            El::new("div", "box")
                .put(El::new("i", "").style(format!("width:{}", percent(share.min(1.0)))))
                .put(El::new("span", "").text(&format!("{available} / {}", state.limit()))),
        )
        .put(El::new("p", "next").text(&next));
    // A new object shows what its last owner left in it: nothing has cleared it.
    let bytes = address.and_then(|address| first_bytes(machine, address));
    let caption = match current.map(|current| &current.record.call) {
        Some(Call::Kmalloc { .. }) => words.bytes_stale,
        _ => words.bytes,
    };
    let array = match bytes {
        Some(bytes) => array
            .put(El::new("p", "caption").text(caption))
            .put(El::new("p", "bytes").text(&bytes)),
        None => array,
    };
    let waiting = current
        .is_some_and(|current| growing(current, cache))
        .then(|| El::new("p", "slab growing").text(words.slab_growing));
    let more = (all.more > 0)
        .then(|| El::new("p", "caption").text(&fill(words.slabs_more, &[&all.more.to_string()])));
    let counts = fill(words.slab_counts, &[&partial, &full, &free]);
    let stocked = El::new("div", "slabs")
        .put(El::new("p", "caption").terms(view.lang, &counts))
        .maybe(waiting)
        .put(El::new("div", "drawn").all(all.drawn.iter().map(slab)))
        .maybe(more)
        .maybe((!all.drawn.is_empty()).then(|| key(view.lang)));
    El::new("div", "supply").put(array).put(stocked)
}

/// What the slots mean.
fn key(lang: Lang) -> El {
    let words = texts(lang);
    let kinds = [
        ("used", words.slot_used),
        ("cached", words.slot_cached),
        ("free", words.slot_free),
        ("kept", words.slot_kept),
        ("lit", words.slot_lit),
    ];
    El::new("ul", "key").all(kinds.map(|(class, name)| {
        El::new("li", "")
            .key(class)
            .put(El::new("span", "slots").put(El::new("i", class)))
            .put(El::new("span", "").terms(lang, name))
    }))
}

/// A block of pages: no class, no slab.
fn whole_pages(body: El, words: &Texts, page_size: u32, order: u32, fate: Fate) -> El {
    if order as usize >= ORDERS {
        let text = fill(words.pages_too_large, &[&order.to_string()]);
        return body.put(El::new("p", "").text(&text));
    }
    let pages = 1u32 << order;
    let text = match fate {
        Fate::Back => words.pages_back,
        Fate::Refused => words.pages_refused,
        Fate::Asked | Fate::Given => words.pages_given,
    };
    let text = fill(
        text,
        &[
            &order.to_string(),
            &grouped(pages),
            &bytes_label(u64::from(page_size)),
            &bytes_label(u64::from(page_size) << order),
        ],
    );
    let class = match fate {
        Fate::Given => "page-bar",
        Fate::Asked | Fate::Refused | Fate::Back => "page-bar away",
    };
    let squares = (0..pages.min(SQUARES)).map(|page| El::new("i", "").number(page as usize));
    let more = (pages > SQUARES).then(|| {
        El::new("span", "quiet")
            .key("more")
            .text(&format!("+{}", pages - SQUARES))
    });
    body.put(
        El::new("div", class)
            .is("aria-hidden", "true")
            .all(squares)
            .maybe(more),
    )
    .put(El::new("p", "").text(&text))
}
