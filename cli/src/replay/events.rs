//! The core's events in the words of the recordings.

use std::fmt::Write;

use kmalloc_core::event::{Destination, Event, GrowFailure};
use kmalloc_core::gfp::Gfp;
use kmalloc_core::machine::Machine;
use kmalloc_core::proc::failure_messages;
use serde_json::Value;

/// Expands `[count, [block…]]` repetitions.
pub fn expand(recorded: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for item in recorded.as_array().into_iter().flatten() {
        if let Some(text) = item.as_str() {
            all.push(text.to_owned());
        } else {
            let block = expand(&item[1]);
            for _ in 0..item[0].as_u64().unwrap_or_default() {
                all.extend(block.iter().cloned());
            }
        }
    }
    all
}

/// A slab page request that has not been answered yet, or whose slab has not been made yet.
struct PageRequest {
    order: u32,
    gfp: Gfp,
    pfn: Option<u32>,
}

/// What the recorder would have written for these events, given the machine after them and what an OOM kill frees.
pub fn words(
    machine: &Machine,
    victim_pages: u32,
    events: impl Iterator<Item = Event>,
) -> Vec<String> {
    let mut words = Vec::new();
    let mut growing = false;
    let mut requests: Vec<PageRequest> = Vec::new();
    for event in events {
        match event {
            Event::PageDropped { pfn } => page_word(&mut words, "drop:", pfn),
            Event::SwapAdded { pfn } => page_word(&mut words, "add_to_swap:", pfn),
            Event::WriteStarted { pfn, .. } => page_word(&mut words, "writepage:", pfn),
            Event::KswapdWoken { zone, .. } => words.push(format!("kswapd:{}", zone.name())),
            Event::ReclaimStarted { .. } => words.push("ttfp".into()),
            Event::ReclaimEnded { freed } => words.push(format!("reclaimed:{freed}")),
            Event::OomCalled { kills, gfp } => {
                words.push("oom".into());
                if kills {
                    words.push(format!("printk:oom-killer: gfp_mask={gfp:#x}"));
                    words.push(format!("kill:{victim_pages}"));
                }
            }
            Event::Waited { jiffies } => words.push(format!("wait:{jiffies}")),
            Event::Warned {
                order,
                printed: true,
                suppressed,
                gfp,
            } => {
                let lines = failure_messages(order, suppressed, gfp);
                words.extend(lines.map(|line| format!("printk:{line}")));
                words.push("dump_stack".into());
            }
            Event::MightSleep { in_slab, .. } => {
                words.push(format!(
                    "might_sleep:{}",
                    if in_slab { "slab.c" } else { "page_alloc.c" }
                ));
            }
            Event::SleptAtomic => words.push("sched_atomic".into()),
            Event::GrowAsked { .. } => growing = true,
            Event::PagesAsked { order, gfp } if growing => {
                growing = false;
                requests.push(PageRequest {
                    order,
                    gfp,
                    pfn: None,
                });
            }
            Event::PcpGot { pfn, .. }
            | Event::Taken {
                to: Destination::Caller,
                pfn,
                ..
            } => {
                if let Some(request) = requests.last_mut().filter(|request| request.pfn.is_none()) {
                    request.pfn = Some(pfn);
                    words.push(format!(
                        "getpages:{},{:#x},{pfn}",
                        request.order, request.gfp
                    ));
                }
            }
            Event::PagesRefused { .. } | Event::LoopCut { .. } => {
                if let Some(request) = requests.pop_if(|request| request.pfn.is_none()) {
                    words.push(format!(
                        "getpages:{},{:#x},fail",
                        request.order, request.gfp
                    ));
                }
            }
            Event::SlabGrew { .. } => drop(requests.pop()),
            Event::GrowFailed {
                why: GrowFailure::NoManagement,
                ..
            } => {
                if let Some(PageRequest {
                    order,
                    pfn: Some(pfn),
                    ..
                }) = requests.pop()
                {
                    words.push(format!("freepages:{order},{pfn}"));
                }
            }
            Event::SlabDied { cache, slab } => {
                let order = machine.cache(cache).shape().order;
                words.push(format!("freepages:{order},{}", machine.slab(slab).pfn()));
            }
            _ => {}
        }
    }
    words
}

/// Pages to which the same happened one after the other stand in one word.
fn page_word(words: &mut Vec<String>, what: &str, pfn: u32) {
    match words.last_mut().filter(|word| word.starts_with(what)) {
        Some(word) => write!(word, ",{pfn}").expect("writing to a String cannot fail"),
        None => words.push(format!("{what}{pfn}")),
    }
}
