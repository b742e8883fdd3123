//! Where the memory of the current call comes from: a size class and its slabs, or whole pages.

use kmalloc_core::event::{CacheId, Event, SlabId};
use kmalloc_core::exercise::classes;
use kmalloc_core::machine::{Machine, SlabList};
use kmalloc_core::run::{Answer, Value};
use kmalloc_core::script::ast::Call;

use super::Current;

/// Slots that are drawn at most, over all slabs of a cache.
const SLOTS: usize = 150;
/// Classes closer than this share of the ruler would write over each other.
const APART: f32 = 0.105;
/// The least share of the ruler at which a class is still drawn.
const NEAREST: f32 = 0.1;

/// What the panel shows.
#[derive(Clone, PartialEq, Debug)]
pub enum Supply {
    /// No call concerns memory yet.
    None,
    /// `kmalloc` was entered, the class is not chosen yet.
    Asked(u32),
    /// `kmalloc` of more than the largest class.
    TooLarge(u32),
    /// An object of a cache.
    Object {
        /// Its cache.
        cache: CacheId,
        /// Bytes asked for, when this is a `kmalloc`.
        asked: Option<u32>,
        /// The object that was handed out or came back.
        address: Option<u32>,
    },
    /// A block of pages.
    Pages {
        /// 2^order pages.
        order: u32,
        /// What has become of them.
        fate: Fate,
    },
}

/// What has become of a block of pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// The call has not returned yet.
    Asked,
    /// The caller has them.
    Given,
    /// The request was refused.
    Refused,
    /// They go back.
    Back,
}

/// Finds out from the call's events, those ahead of the cursor not included.
pub fn supply(machine: &Machine, current: Option<&Current>) -> Supply {
    let Some(current) = current else {
        return Supply::None;
    };
    match &current.record.call {
        Call::Kmalloc { size, .. } => kmalloc(current, *size),
        Call::Kfree(_) => {
            // A slab that dies gives its management back first: the object itself is the last to be put.
            let put = current.events.iter().rev().find_map(|event| match *event {
                Event::ObjectPut { cache, address } => Some((cache, address)),
                _ => None,
            });
            put.map_or_else(
                || concerned(machine, current),
                |(cache, address)| Supply::Object {
                    cache,
                    asked: None,
                    address: Some(address),
                },
            )
        }
        Call::Memset { .. } => concerned(machine, current),
        Call::GetFreePages { order, .. } | Call::AllocPages { order, .. } => Supply::Pages {
            order: *order,
            fate: asked(current),
        },
        Call::FreePages { order, .. } | Call::FreePageStructs { order, .. } => {
            match current.record.answer {
                Answer::Sinned(_) | Answer::Stopped(_) => Supply::None,
                _ => Supply::Pages {
                    order: *order,
                    fate: Fate::Back,
                },
            }
        }
        _ => Supply::None,
    }
}

/// What has become of what was asked for.
fn asked(current: &Current) -> Fate {
    let refused =
        |event: &Event| matches!(event, Event::PagesRefused { .. } | Event::LoopCut { .. });
    if current.past().iter().any(refused) {
        Fate::Refused
    } else if current.at < current.events.len() {
        Fate::Asked
    } else {
        Fate::Given
    }
}

/// The object that bytes were written to, or that a mistake concerns.
fn concerned(machine: &Machine, current: &Current) -> Supply {
    let address = current.past().iter().find_map(|event| match *event {
        Event::Written { address, .. } | Event::Sinned { address, .. } => Some(address),
        _ => None,
    });
    let Some((address, (slab, _))) =
        address.and_then(|address| Some((address, machine.object_of(address)?)))
    else {
        return Supply::None;
    };
    Supply::Object {
        cache: machine.slab(slab).cache(),
        asked: None,
        address: Some(address),
    }
}

/// Bytes that are shown of an object or a page.
const BYTES: u32 = 8;

/// `41 41 41 …`: the first bytes at an address, unless nothing was ever written there: the lab does not know what
/// untouched memory holds.
pub fn first_bytes(machine: &Machine, address: u32) -> Option<String> {
    let bytes: Vec<u8> = (0..BYTES).map(|at| machine.byte(address + at)).collect();
    if bytes.iter().all(|byte| *byte == 0) {
        return None;
    }
    let mut text = String::new();
    for byte in bytes {
        text.push_str(&format!("{byte:02x} "));
    }
    text.push('…');
    Some(text)
}

fn kmalloc(current: &Current, size: u32) -> Supply {
    let chosen = current.past().iter().find_map(|event| match *event {
        Event::ClassChosen { cache, .. } => Some(Some(cache)),
        Event::ClassMissing { .. } => Some(None),
        _ => None,
    });
    match chosen {
        None => Supply::Asked(size),
        Some(None) => Supply::TooLarge(size),
        Some(Some(own)) => Supply::Object {
            cache: own,
            asked: Some(size),
            address: current.past().iter().rev().find_map(|event| match *event {
                Event::ObjectGot { cache, address, .. } if cache == own => Some(address),
                _ => None,
            }),
        },
    }
}

/// The slab of this cache is asked for and has not come yet.
pub fn growing(current: &Current, own: CacheId) -> bool {
    let latest = current.past().iter().rev().find_map(|event| match *event {
        Event::GrowAsked { cache, .. } if cache == own => Some(true),
        Event::SlabGrew { cache, .. } | Event::GrowFailed { cache, .. } if cache == own => {
            Some(false)
        }
        _ => None,
    });
    latest == Some(true) && current.record.end > current.record.first + current.at
}

/// A class on the ruler.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Class {
    /// Bytes.
    pub bytes: u32,
    /// Share of the ruler.
    pub at: f32,
    /// How it stands to the request.
    pub fit: Fit,
    /// There is room for its name.
    pub named: bool,
}

/// How a class stands to a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fit {
    /// The largest of those before the chosen one.
    TooSmall,
    /// The chosen one.
    First,
    /// The one after it.
    Also,
    /// Neither.
    Other,
}

/// The neighbouring classes to scale, up to twice the chosen one; without a choice, the whole ladder evenly,
/// every second class with its name.
pub fn ruler(machine: &Machine, chosen: Option<u32>) -> Vec<Class> {
    let all: Vec<u32> = classes(machine).collect();
    let Some(place) = chosen.and_then(|bytes| all.iter().position(|class| *class == bytes)) else {
        let last = all.len().max(2) - 1;
        return all
            .iter()
            .enumerate()
            .map(|(index, &bytes)| Class {
                bytes,
                at: 0.04 + 0.96 * index as f32 / last as f32,
                fit: Fit::Other,
                named: (last - index).is_multiple_of(2),
            })
            .collect();
    };
    let end = all[place].saturating_mul(2);
    let mut ruler: Vec<Class> = Vec::new();
    let near = all.iter().enumerate().map(|(index, &bytes)| Class {
        bytes,
        at: bytes as f32 / end as f32,
        fit: match index {
            _ if index == place => Fit::First,
            _ if index + 1 == place => Fit::TooSmall,
            _ if index == place + 1 => Fit::Also,
            _ => Fit::Other,
        },
        named: true,
    });
    for class in near.filter(|class| class.at <= 1.0 && class.at >= NEAREST) {
        let crowded = ruler.last().is_some_and(|last| class.at - last.at < APART);
        match (crowded, class.fit) {
            (false, _) => ruler.push(class),
            // Of two that would write over each other, the one that says more stays.
            (true, Fit::Other | Fit::Also) => {}
            (true, _) => *ruler.last_mut().expect("crowded by it") = class,
        }
    }
    ruler
}

/// What an object's place in a slab is used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Slot {
    /// Held by somebody.
    Used,
    /// In the array cache: free to the caches, in use to its slab.
    Cached,
    /// In the slab's free chain.
    Free,
}

/// A slab, slot by slot.
#[derive(Clone, PartialEq, Debug)]
pub struct SlabSlots {
    /// Which.
    pub id: SlabId,
    /// First page.
    pub pfn: u32,
    /// On which list of its cache.
    pub list: SlabList,
    /// Objects out of its chain.
    pub in_use: u16,
    /// Its management lies in front of the objects.
    pub keeps_management: bool,
    /// In address order.
    pub slots: Vec<Slot>,
}

/// The slabs of a cache: how many on each list (partial, full, free), and as many of them as can be drawn.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Slabs {
    /// Partial, full, free.
    pub counts: [usize; 3],
    /// Partial first, then full, then free.
    pub drawn: Vec<SlabSlots>,
    /// Slabs beyond.
    pub more: usize,
}

/// Reads a cache's slabs; `first` is drawn before all others, so that the slab of the call is always seen.
pub fn slabs(machine: &Machine, cache: CacheId, first: Option<SlabId>) -> Slabs {
    let lists = [SlabList::Partial, SlabList::Full, SlabList::Free];
    let shape = machine.cache(cache).shape();
    let mut all = Slabs {
        counts: lists.map(|list| machine.slabs(cache, list).count()),
        ..Slabs::default()
    };
    let room = (SLOTS / usize::from(shape.objects).max(1)).max(1);
    let others = lists
        .into_iter()
        .flat_map(|list| machine.slabs(cache, list))
        .filter(|id| Some(*id) != first);
    let drawn: Vec<SlabId> = first.into_iter().chain(others).take(room.min(6)).collect();
    all.more = all.counts.iter().sum::<usize>().saturating_sub(drawn.len());
    let cached: Vec<_> = machine
        .cache(cache)
        .array()
        .filter_map(|address| machine.object_of(address))
        .collect();
    for id in drawn {
        let slab = machine.slab(id);
        let mut slots = vec![Slot::Used; usize::from(shape.objects)];
        for index in machine.free_chain(id) {
            slots[usize::from(index)] = Slot::Free;
        }
        for (_, index) in cached.iter().filter(|(owner, _)| *owner == id) {
            slots[usize::from(*index)] = Slot::Cached;
        }
        all.drawn.push(SlabSlots {
            id,
            pfn: slab.pfn(),
            list: slab.list(),
            in_use: slab.in_use(),
            keeps_management: !shape.off_slab,
            slots,
        });
    }
    all
}

/// The slot that a variable's object lies in.
pub fn slot_of(machine: &Machine, value: &Value) -> Option<(SlabId, u16)> {
    match *value {
        Value::Object { address, .. } => machine.object_of(address),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::tests::run;

    #[test]
    fn the_class_appears_when_it_is_chosen() {
        let run = run("p = kmalloc(100, GFP_KERNEL);");
        let at = |cursor| supply(run.start(), Current::of(&run, cursor).as_ref());
        assert_eq!(at(0), Supply::None);
        assert_eq!(at(1), Supply::Asked(100));
        let Supply::Object {
            cache,
            asked: Some(100),
            address: None,
        } = at(2)
        else {
            panic!("{:?}", at(2));
        };
        assert_eq!(run.start().cache(cache).shape().name, "size-128");
        assert!(matches!(
            at(run.len()),
            Supply::Object {
                address: Some(_),
                ..
            }
        ));
    }

    #[test]
    fn pages_are_given_when_the_call_returns() {
        let run = run(
            "a = __get_free_pages(GFP_KERNEL, 2); b = __get_free_pages(GFP_ATOMIC, 10); \
                       c = __get_free_pages(GFP_ATOMIC, 10); free_pages(a, 2);",
        );
        let fates = |call: usize| {
            let record = &run.calls()[call];
            let mut seen = Vec::new();
            for cursor in record.first + 1..=record.end {
                let supply = supply(run.start(), Current::of(&run, cursor).as_ref());
                let Supply::Pages { fate, .. } = supply else {
                    panic!("{supply:?}");
                };
                if seen.last() != Some(&fate) {
                    seen.push(fate);
                }
            }
            seen
        };
        assert_eq!(fates(0), [Fate::Asked, Fate::Given]);
        assert_eq!(fates(2), [Fate::Asked, Fate::Refused]);
        assert_eq!(fates(3), [Fate::Back]);
    }

    #[test]
    fn what_the_last_owner_wrote_is_still_there() {
        let mut run = run(
            "p = kmalloc(100, GFP_KERNEL); memset(p, 0x41, 3); kfree(p); q = kmalloc(100, GFP_KERNEL); kfree(q); kfree(q);",
        );
        let mut seen = Vec::new();
        for call in 0..run.calls().len() {
            let end = run.calls()[call].end;
            let machine = run.at(end);
            let Supply::Object {
                address: Some(address),
                ..
            } = supply(&machine, Current::of(&run, end).as_ref())
            else {
                panic!("call {call} concerns an object");
            };
            seen.push(first_bytes(&machine, address));
        }
        assert_eq!(seen[0], None);
        for bytes in &seen[1..] {
            assert_eq!(bytes.as_deref(), Some("41 41 41 00 00 00 00 00 …"));
        }
    }

    #[test]
    fn the_ruler_names_what_is_too_small_what_fits_and_what_would_fit_too() {
        let run = run("");
        let classes = ruler(run.start(), Some(128));
        let named: Vec<_> = classes
            .iter()
            .map(|class| (class.bytes, class.fit))
            .collect();
        assert_eq!(
            named,
            [
                (32, Fit::Other),
                (64, Fit::Other),
                (96, Fit::TooSmall),
                (128, Fit::First),
                (192, Fit::Also),
                (256, Fit::Other),
            ]
        );
        for pair in classes.windows(2) {
            assert!(pair[1].at - pair[0].at >= APART);
        }
        let largest = ruler(run.start(), Some(131_072));
        assert_eq!(largest.last().map(|class| class.fit), Some(Fit::First));
    }

    #[test]
    fn slots_count_what_the_slab_counts() {
        let mut run = run("p = kmalloc(100, GFP_KERNEL); q = kmalloc(100, GFP_KERNEL); kfree(p);");
        let machine = run.at(run.len());
        let Supply::Object { cache, .. } = supply(&machine, Current::of(&run, run.len()).as_ref())
        else {
            panic!("kfree of an object");
        };
        let all = slabs(&machine, cache, None);
        assert_eq!(all.counts.iter().sum::<usize>(), all.drawn.len() + all.more);
        let mut cached = 0;
        for slab in &all.drawn {
            let free = slab
                .slots
                .iter()
                .filter(|slot| **slot == Slot::Free)
                .count();
            assert_eq!(slab.slots.len() - free, usize::from(slab.in_use));
            cached += slab
                .slots
                .iter()
                .filter(|slot| **slot == Slot::Cached)
                .count();
        }
        assert_eq!(cached, usize::from(machine.cache(cache).available()));
    }
}
