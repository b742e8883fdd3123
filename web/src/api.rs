//! `window.kmallocLab`: what other scripts may ask of the page. Browser tests compare machines with it.
//!
//! `snapshot()` tells the moment that is shown, `run(text)` puts another scenario in place, `seek(cursor, progress)` looks at
//! another moment. Plain objects go out; nothing but texts and numbers comes in.

use std::rc::Rc;

use kmalloc_core::event::Temperature;
use kmalloc_core::machine::{Machine, SlabList};
use kmalloc_core::profile::{ORDERS, ZoneId};
use kmalloc_core::script::print_call;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use yew::Callback;

use crate::browser;
use crate::lang::{errors, plain, sentences};
use crate::session::Session;
use crate::view::Action;

/// Grows when a field changes its meaning; new fields do not count.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Snapshot {
    version: u32,
    cursor: usize,
    events: usize,
    calls: usize,
    text: String,
    machine: MachineSnapshot,
}

#[derive(Serialize)]
struct MachineSnapshot {
    zones: Vec<ZoneSnapshot>,
    caches: Vec<CacheSnapshot>,
}

#[derive(Serialize)]
struct ZoneSnapshot {
    name: &'static str,
    start: u32,
    pages: u32,
    free: u32,
    min: u32,
    low: u32,
    high: u32,
    /// Order 0 to 10, each head first.
    lists: Vec<Vec<u32>>,
    /// Head first.
    hot: Vec<u32>,
    cold: Vec<u32>,
}

#[derive(Serialize)]
struct CacheSnapshot {
    name: String,
    size: u32,
    available: u16,
    limit: u16,
    /// Addresses, oldest first: the last is handed out next.
    array: Vec<u32>,
    partial: Vec<SlabSnapshot>,
    free: Vec<SlabSnapshot>,
    full: Vec<SlabSnapshot>,
}

#[derive(Serialize)]
struct SlabSnapshot {
    pfn: u32,
    #[serde(rename = "inUse")]
    in_use: u16,
}

#[derive(Serialize)]
struct Ran {
    errors: Vec<RanError>,
    calls: Vec<RanCall>,
}

#[derive(Serialize)]
struct RanError {
    line: u32,
    column: u32,
    message: String,
}

#[derive(Serialize)]
struct RanCall {
    text: String,
    answer: String,
}

/// Puts the three functions on the window. `read` gives the present session, `act` changes it at once.
pub fn install(read: Rc<dyn Fn() -> Session>, act: Callback<Action>) {
    let object = js_sys::Object::new();
    let set = |name: &str, function: JsValue| {
        // A fresh object refuses nothing.
        js_sys::Reflect::set(&object, &name.into(), &function).ok();
    };
    let reader = Rc::clone(&read);
    let snapshot = Closure::<dyn Fn() -> JsValue>::new(move || to_js(&snapshot(&reader())));
    set("snapshot", snapshot.into_js_value());

    let actor = act.clone();
    let run = Closure::<dyn Fn(String) -> JsValue>::new(move |text: String| {
        actor.emit(Action::Replace(text));
        to_js(&ran(&read()))
    });
    set("run", run.into_js_value());

    let seek =
        Closure::<dyn Fn(f64, Option<f64>)>::new(move |cursor: f64, progress: Option<f64>| {
            let cursor = cursor.max(0.0) as usize;
            act.emit(match progress {
                Some(progress) => Action::SeekPartway(cursor, progress as f32),
                None => Action::Seek(cursor),
            });
        });
    set("seek", seek.into_js_value());
    browser::publish("kmallocLab", &object);
}

fn to_js(value: &impl Serialize) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).unwrap_or(JsValue::NULL)
}

fn snapshot(session: &Session) -> Snapshot {
    let view = session.view();
    let run = session.run.borrow();
    Snapshot {
        version: VERSION,
        cursor: view.cursor,
        events: run.len(),
        calls: run.calls().len(),
        text: session.text.to_string(),
        machine: machine(&view.machine),
    }
}

fn machine(machine: &Machine) -> MachineSnapshot {
    let zones = machine.zones().map(|(id, zone)| ZoneSnapshot {
        name: id.label(),
        start: zone.start(),
        pages: zone.pages(),
        free: zone.free_pages(),
        min: zone.pages_min(),
        low: zone.pages_low(),
        high: zone.pages_high(),
        lists: lists(machine, id),
        hot: zone.pcp(Temperature::Hot).pages().collect(),
        cold: zone.pcp(Temperature::Cold).pages().collect(),
    });
    let caches = machine.caches().map(|(id, cache)| {
        let slabs = |list| {
            let slabs = machine.slabs(id, list).map(|slab| machine.slab(slab));
            slabs
                .map(|slab| SlabSnapshot {
                    pfn: slab.pfn(),
                    in_use: slab.in_use(),
                })
                .collect()
        };
        CacheSnapshot {
            name: cache.shape().name.clone(),
            size: cache.shape().class_size,
            available: cache.available(),
            limit: cache.limit(),
            array: cache.array().collect(),
            partial: slabs(SlabList::Partial),
            free: slabs(SlabList::Free),
            full: slabs(SlabList::Full),
        }
    });
    MachineSnapshot {
        zones: zones.collect(),
        caches: caches.collect(),
    }
}

fn lists(machine: &Machine, zone: ZoneId) -> Vec<Vec<u32>> {
    (0..ORDERS as u8)
        .map(|order| machine.free_list(zone, order).collect())
        .collect()
}

fn ran(session: &Session) -> Ran {
    let run = session.run.borrow();
    let errors = session.errors.iter().map(|error| RanError {
        line: error.span.line,
        column: error.span.column,
        message: plain(&errors::script_error(session.lang, &error.kind)),
    });
    let calls = run.calls().iter().map(|call| RanCall {
        text: print_call(&call.call),
        answer: plain(&sentences::answer(session.lang, call, &run)),
    });
    Ran {
        errors: errors.collect(),
        calls: calls.collect(),
    }
}
