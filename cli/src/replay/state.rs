//! A machine in the recordings' own form: STATE, zones, caches, and the per-operation hash.

use std::fmt::Write;

use kmalloc_core::event::{CacheId, Temperature};
use kmalloc_core::machine::{LruList, Machine, SlabList};
use kmalloc_core::profile::{ORDERS, ZoneId};
use serde_json::{Value, json};

/// The three slab lists with the letters of the hash text.
const LISTS: [(char, SlabList); 3] = [
    ('P', SlabList::Partial),
    ('F', SlabList::Free),
    ('U', SlabList::Full),
];

/// STATE: lists of every zone that has pages.
pub fn state(machine: &Machine) -> Value {
    let zones = machine.zones().map(|(id, zone)| {
        let lists: Vec<Vec<u32>> = (0..ORDERS as u8)
            .map(|order| machine.free_list(id, order).collect())
            .collect();
        let pcp = |list| zone.pcp(list).pages().collect::<Vec<_>>();
        json!({
            "z": id.0, "free": zone.free_pages(), "lists": lists,
            "hot": pcp(Temperature::Hot), "cold": pcp(Temperature::Cold),
        })
    });
    json!(zones.collect::<Vec<_>>())
}

/// LISTS of `reclaim`: the LRU lists of every zone that has pages.
pub fn lru(machine: &Machine) -> Value {
    let zones = machine.zones().map(|(id, zone)| {
        let pages = |list| machine.lru_pages(id, list).collect::<Vec<_>>();
        json!({
            "z": id.0, "active": pages(LruList::Active), "inactive": pages(LruList::Inactive),
            "all_unreclaimable": u8::from(zone.all_unreclaimable()),
            "prev_priority": machine.lru(id).prev_priority(),
        })
    });
    json!(zones.collect::<Vec<_>>())
}

/// Marks and per-cpu numbers of all three zones.
pub fn zones(machine: &Machine) -> Value {
    let zones = ZoneId::ALL.map(|id| {
        let zone = machine.zone(id);
        let pcp = |list| {
            let list = zone.pcp(list);
            json!({"low": list.low(), "high": list.high(), "batch": list.batch()})
        };
        json!({
            "z": id.0, "name": id.name(), "start": if zone.pages() > 0 { zone.start() } else { 0 },
            "spanned": zone.pages(), "present": zone.pages(),
            "min": zone.pages_min(), "low": zone.pages_low(), "high": zone.pages_high(),
            "prot": [zone.protection(0), zone.protection(1), zone.protection(2)],
            "hot": pcp(Temperature::Hot), "cold": pcp(Temperature::Cold),
        })
    });
    json!(zones)
}

/// Zonelists for no zone bit, DMA, HIGHMEM.
pub fn zonelists(machine: &Machine) -> Value {
    let lists = [0, 1, 2].map(|bits| {
        machine
            .zonelist(bits)
            .zones()
            .iter()
            .map(|zone| zone.0)
            .collect::<Vec<_>>()
    });
    json!(lists)
}

/// A cache with every field of the machine line. `kmem_cache` itself is static: its address is the recorder's own.
pub fn cache(machine: &Machine, id: CacheId) -> Value {
    let cache = machine.cache(id);
    let shape = cache.shape();
    let slabs = |list| {
        let slabs = machine.slabs(id, list).map(|id| {
            let slab = machine.slab(id);
            json!({
                "pfn": slab.pfn(), "inuse": slab.in_use(), "s_mem": slab.first_object() - shape.red_zone, "off": shape.off_slab,
                "mgmt": slab.management(), "free": machine.free_chain(id).collect::<Vec<_>>(),
            })
        });
        slabs.collect::<Vec<_>>()
    };
    json!({
        "name": shape.name, "objsize": shape.object_size, "num": shape.objects, "order": shape.order,
        "limit": cache.limit(), "batch": cache.batch(), "free_limit": cache.free_limit(),
        "free_objects": cache.free_objects(), "colour": shape.colours, "colour_off": shape.colour_offset,
        "colour_next": cache.colour_next(), "off_slab": shape.off_slab, "slab_size": shape.management_size,
        "slabp_cache": shape.management_cache.map(|id| machine.cache(id).shape().name.clone()),
        "free_touched": u8::from(cache.free_touched()), "ac_touched": u8::from(cache.array_touched()),
        "next_reap": cache.next_reap(), "desc": cache.descriptor(), "ac_addr": cache.array_address(),
        "ac": cache.array().collect::<Vec<_>>(),
        "partial": slabs(SlabList::Partial), "free": slabs(SlabList::Free), "full": slabs(SlabList::Full),
    })
}

/// FNV-1a-32 over the text of FORMAT.md, as eight hex digits.
pub fn hash(machine: &Machine, with_slab: bool) -> String {
    let text = hash_text(machine, with_slab);
    let fold = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    let hash = text.bytes().fold(2_166_136_261, fold);
    format!("{hash:08x}")
}

fn hash_text(machine: &Machine, with_slab: bool) -> String {
    let mut text = String::new();
    for (id, zone) in machine.zones() {
        write!(text, "Z{}:{}|", id.0, zone.free_pages()).expect("writing to a String cannot fail");
        for order in 0..ORDERS as u8 {
            write!(text, "{order}:").expect("writing to a String cannot fail");
            join(&mut text, machine.free_list(id, order));
            text.push(';');
        }
        text.push_str("H:");
        join(&mut text, zone.pcp(Temperature::Hot).pages());
        text.push_str(";C:");
        join(&mut text, zone.pcp(Temperature::Cold).pages());
        text.push_str(";\n");
    }
    if with_slab {
        for (id, cache) in machine.caches().rev() {
            let (free, colour) = (cache.free_objects(), cache.colour_next());
            let (free_touched, touched) = (
                u8::from(cache.free_touched()),
                u8::from(cache.array_touched()),
            );
            let head = format!(
                "{}|{}|{free}|{colour}|{free_touched}|{touched}|{}:",
                cache.shape().name,
                cache.limit(),
                cache.available()
            );
            text.push_str(&head);
            join(&mut text, cache.array());
            for (letter, list) in LISTS {
                text.push('|');
                text.push(letter);
                text.push(' ');
                for id in machine.slabs(id, list) {
                    let slab = machine.slab(id);
                    write!(
                        text,
                        "{}/{}/{}/",
                        slab.pfn(),
                        slab.in_use(),
                        slab.first_object()
                    )
                    .expect("writing to a String cannot fail");
                    join(&mut text, machine.free_chain(id).map(u32::from));
                    text.push(' ');
                }
            }
            text.push('\n');
        }
    }
    text
}

fn join(text: &mut String, numbers: impl Iterator<Item = u32>) {
    for (place, number) in numbers.enumerate() {
        if place > 0 {
            text.push(',');
        }
        write!(text, "{number}").expect("writing to a String cannot fail");
    }
}
