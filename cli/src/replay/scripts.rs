//! `buddy`, `zones`, `slab`, `reclaim`: machines, then scripts of calls with the kernel's answers.

use std::collections::{HashMap, VecDeque};

use kmalloc_core::context::Context;
use kmalloc_core::event::{CacheId, Temperature};
use kmalloc_core::gfp::Gfp;
use kmalloc_core::lab::{CacheFailure, KswapdRun, Lab, ObjectAnswer, PageAnswer};
use kmalloc_core::page::PageState;
use kmalloc_core::profile::{BootLayout, MachineSpec, ORDERS};
use serde_json::{Value, json};

use super::boot::zone_pages;
use super::events::{expand, words};
use super::state;
use super::tally::Tally;

/// The `BUG()` that a growing cache runs into.
const CACHE_GROW_BUG: &str = "BUG:slab.c:cache_grow:1765";

/// A whole file.
pub fn file(lines: &[Value], tally: &mut Tally) {
    let mut machines: HashMap<&str, Start> = HashMap::new();
    for line in lines {
        if line["type"] == "machine" {
            let id = line["id"].as_str().unwrap_or_default();
            match Start::new(line, tally) {
                Ok(start) => drop(machines.insert(id, start)),
                Err(reason) => tally.unsupported_because(1, &reason),
            }
            continue;
        }
        let operations = line["ops"].as_array().cloned().unwrap_or_default();
        let results = operations.iter().map(results_in).sum();
        let machine = line["machine"].as_str().unwrap_or_default();
        let Some(start) = machines.get(machine) else {
            tally.unsupported_because(results, "the machine is not modelled");
            continue;
        };
        let id = line["id"].as_str().unwrap_or_default();
        let mut script = Script::new(start, id, tally);
        if !line["kinds"].is_null() {
            script.start_reclaim(line);
        }
        for (number, operation) in operations.iter().enumerate() {
            if let Err(reason) = script.run(number, operation) {
                let left = operations[number..].iter().map(results_in).sum();
                script.tally.unsupported_because(left, &reason);
                break;
            }
        }
    }
}

/// Recorded results in one operation: answers, states and event lists, as `Script::run` compares them.
fn results_in(operation: &Value) -> u64 {
    match operation[0].as_str() {
        Some("A") => {
            3 * operation[5]
                .as_array()
                .map_or(0, |groups| groups.len() as u64)
                + 1
        }
        Some("a" | "k") => 3,
        Some("f" | "c" | "x" | "t") => 2,
        Some("s") => 2,
        Some("lru") => 3,
        Some("io") => 2,
        Some("kswapd") => 4,
        _ => 0,
    }
}

/// A machine line, booted.
struct Start {
    lab: Lab,
    with_slab: bool,
}

impl Start {
    fn new(line: &Value, tally: &mut Tally) -> Result<Start, String> {
        let kernel = line["kernel"].as_str().unwrap_or("?");
        if kernel != "2.6.10" {
            return Err(format!("kernel {kernel} is not modelled"));
        }
        let number = |key: &str| line[key].as_u64().unwrap_or_default() as u32;
        let ranges = |key: &str| {
            let pairs = line[key].as_array().into_iter().flatten();
            pairs
                .map(|pair| {
                    (
                        pair[0].as_u64().unwrap_or_default() as u32,
                        pair[1].as_u64().unwrap_or_default() as u32,
                    )
                })
                .collect()
        };
        let spec = MachineSpec {
            zone_pages: zone_pages(&line["zones_pages"]),
            l1_cache_bytes: number("l1_cache_bytes"),
            page_size: number("page_size"),
            ..MachineSpec::default()
        };
        spec.check()
            .map_err(|error| format!("the machine cannot be built: {error:?}"))?;
        let layout = BootLayout {
            reserved: ranges("reserved"),
            bitmap_pfn: number("bitmap_pfn"),
            highmem_holes: ranges("highmem_holes"),
        };
        let place = |what: &str| format!("machine {} {what}", line["id"]);
        let pages_only = Lab::boot_with(spec.clone(), layout.clone(), false);
        tally.check(
            &line["boot_state"],
            &state::state(pages_only.machine()),
            || place("boot_state"),
        );
        let with_slab = line["slab"].is_object();
        let mut lab = if with_slab {
            Lab::boot_with(spec, layout, true)
        } else {
            pages_only
        };
        if let Some(kbytes) = line["min_free_kbytes_set"].as_u64() {
            lab.set_min_free_kbytes(kbytes as u32);
        }
        if let Some(ratio) = line["lower_zone_protection"]
            .as_u64()
            .filter(|&ratio| ratio > 0)
        {
            lab.set_lower_zone_protection(ratio as u32);
        }
        let machine = lab.machine();
        tally.check(&line["zones"], &state::zones(machine), || place("zones"));
        tally.check(&line["zonelists"], &state::zonelists(machine), || {
            place("zonelists")
        });
        tally.check(
            &line["min_free_kbytes"],
            &json!(machine.min_free_kbytes()),
            || place("min_free_kbytes"),
        );
        tally.check(&line["h0"], &json!(state::hash(machine, with_slab)), || {
            place("h0")
        });
        if with_slab {
            tally.check(&line["jiffies"], &json!(machine.jiffies()), || {
                place("jiffies")
            });
            tally.check(&line["reap_due"], &json!(machine.reap_due()), || {
                place("reap_due")
            });
            tally.check(&line["slab"]["state"], &state::state(machine), || {
                place("state after start-up")
            });
            let caches = line["slab"]["caches"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            tally.check(caches.len(), machine.caches().len(), || {
                place("number of caches")
            });
            for (expected, (id, _)) in caches.iter().zip(machine.caches().rev()) {
                check_cache(tally, expected, &lab, id, place);
            }
        } else {
            lab.set_clock(number("jiffies"));
        }
        lab.record();
        Ok(Start { lab, with_slab })
    }
}

/// A cache line against the machine; `kmem_cache` is static, so its own address is the recorder's.
fn check_cache(
    tally: &mut Tally,
    expected: &Value,
    lab: &Lab,
    id: CacheId,
    place: impl Fn(&str) -> String,
) {
    let mut got = state::cache(lab.machine(), id);
    if id.0 == 0 {
        got["desc"] = expected["desc"].clone();
    }
    tally.check(expected, &got, || {
        place(lab.machine().cache(id).shape().name.as_str())
    });
}

/// What a script's slot holds.
#[derive(Clone, Copy)]
enum Held {
    Pages(u32, u8),
    Object(u32),
}

struct Script<'t> {
    lab: Lab,
    with_slab: bool,
    id: String,
    context: Context,
    slots: HashMap<u64, Held>,
    /// Slots offered to reclaim and not yet planned away: whether each held a block.
    reclaimable: VecDeque<bool>,
    victim_pages: u32,
    /// Of `reclaim`: what the pages of the fill are to become, until they are; empty in every other recording.
    kinds: String,
    reclaims: bool,
    tally: &'t mut Tally,
}

impl<'t> Script<'t> {
    fn new(start: &Start, id: &str, tally: &'t mut Tally) -> Script<'t> {
        let mut lab = start.lab.clone();
        lab.set_patience(2);
        Script {
            lab,
            with_slab: start.with_slab,
            id: id.to_owned(),
            context: Context::PROCESS,
            slots: HashMap::new(),
            reclaimable: VecDeque::new(),
            victim_pages: 0,
            kinds: String::new(),
            reclaims: false,
            tally,
        }
    }

    /// A script of `reclaim`: the real vmscan.c works on LRU lists, with a disk and swap space of the script's.
    fn start_reclaim(&mut self, line: &Value) {
        let number = |key: &str| line[key].as_u64().unwrap_or_default() as u32;
        self.kinds = line["kinds"].as_str().unwrap_or_default().to_owned();
        self.reclaims = true;
        // kswapd runs where the script says so, and the harness has no page tables.
        self.lab.set_world(false, false);
        self.lab.swap_on(number("swap_slots"));
        let writes_take = if number("autoio") == 1 { 0 } else { u32::MAX };
        self.lab.set_disk(writes_take, number("congested") == 1);
        self.lab.set_patience(45);
    }

    /// Makes the pages of the fill what the script says, in order, each to the head of *inactive*.
    fn fill_lru(&mut self, first_slot: u64) {
        for (slot, kind) in (first_slot..).zip(core::mem::take(&mut self.kinds).chars()) {
            let (Some(state), Some(&Held::Pages(pfn, _))) = (kind_of(kind), self.slots.get(&slot))
            else {
                continue;
            };
            self.lab.add_to_lru(pfn, state, 0);
        }
    }

    fn run(&mut self, number: usize, operation: &Value) -> Result<(), String> {
        let place = |id: &str| format!("script {id} op {number} {}", shortened(operation));
        let int = |at: usize| operation[at].as_u64().unwrap_or_default();
        let from = self.lab.log().map_or(0, |log| log.len());
        // A reclaim clears PF_MEMALLOC; the recorder sets its flags anew before each operation.
        self.lab.set_context(self.context);
        match operation[0].as_str().unwrap_or_default() {
            "a" if Gfp(int(3) as u32).has(Gfp::ZONE_MASK) && int(2) < ORDERS as u64 => {
                return Err("both zone bits at once are undefined in the kernel".into());
            }
            "a" => {
                let got = self.alloc(int(1), int(2) as u32, Gfp(int(3) as u32));
                self.check(json!([operation[4], operation[5]]), got, place);
                self.check_hash(&operation[6], place);
                // In `zones` the free counts stand before the events; in `buddy` and `slab` they do not exist.
                let counts = operation[7]
                    .as_array()
                    .is_some_and(|list| list.iter().all(Value::is_u64) && !list.is_empty());
                if counts {
                    self.check(operation[7].clone(), self.free_counts(), place);
                }
                let events = if counts { &operation[8] } else { &operation[7] };
                self.check_events(from, events, false, place);
            }
            "A" => {
                self.alloc_until_refused(operation, place);
                self.fill_lru(int(1));
            }
            "lru" => {
                self.check(operation[1].clone(), state::lru(self.lab.machine()), place);
                self.check(
                    operation[2].clone(),
                    state::state(self.lab.machine()),
                    place,
                );
                self.check_hash(&operation[3], place);
            }
            "io" => {
                self.lab.finish_writes();
                self.check_hash(&operation[1], place);
                self.check_events(from, &operation[2], false, place);
            }
            "kswapd" => {
                let got = match self.lab.run_kswapd() {
                    KswapdRun::Done(freed) => json!(freed),
                    KswapdRun::Spins => json!("spin"),
                };
                self.check(operation[1].clone(), got, place);
                self.check_hash(&operation[2], place);
                self.check(operation[3].clone(), self.free_counts(), place);
                self.check_events(from, &operation[4], false, place);
            }
            "f" | "c" => {
                let list = if operation[0] == "c" {
                    Temperature::Cold
                } else {
                    Temperature::Hot
                };
                if let Some(Held::Pages(pfn, order)) = self.slots.remove(&int(1)) {
                    self.lab.free_pages_live(pfn, order, list);
                }
                self.check_hash(&operation[2], place);
                if operation[3].is_array()
                    && operation[3]
                        .as_array()
                        .is_some_and(|list| list.iter().all(Value::is_u64))
                {
                    self.check(operation[3].clone(), self.free_counts(), place);
                }
            }
            "k" => {
                let got = self.kmalloc(int(1), int(2) as u32, Gfp(int(3) as u32));
                self.check(
                    json!([operation[4], operation[5], operation[6], operation[7]]),
                    got,
                    place,
                );
                self.check_hash(&operation[8], place);
                self.check_events(from, &operation[9], false, place);
            }
            "x" => {
                if let Some(Held::Object(address)) = self.slots.remove(&int(1)) {
                    let freed = self.lab.kfree(address);
                    self.check(
                        json!(null),
                        freed
                            .err()
                            .map_or(json!(null), |sin| json!(format!("{sin:?}"))),
                        place,
                    );
                }
                self.check_hash(&operation[2], place);
                self.check_events(from, &operation[3], false, place);
            }
            "t" => {
                if self.with_slab {
                    let reaps = self.lab.pass_time(int(1) as u32);
                    self.check(operation[2].clone(), json!(reaps), place);
                    self.check_hash(&operation[3], place);
                    self.check_events(from, &operation[4], true, place);
                } else {
                    let now = self.lab.machine().jiffies();
                    self.lab.set_clock(now.wrapping_add(int(1) as u32));
                }
            }
            "s" => {
                self.check(
                    operation[1].clone(),
                    state::state(self.lab.machine()),
                    place,
                );
                if self.with_slab {
                    for expected in operation[2].as_array().into_iter().flatten() {
                        let machine = self.lab.machine();
                        let found = machine
                            .caches()
                            .find(|(_, cache)| expected["name"] == cache.shape().name.as_str());
                        let Some((id, _)) = found else {
                            return Err("a cache that start-up does not make".into());
                        };
                        check_cache(self.tally, expected, &self.lab, id, |name| {
                            format!("{} {name}", place(&self.id))
                        });
                    }
                    self.check_hash(&operation[3], place);
                } else {
                    self.check_hash(&operation[2], place);
                }
            }
            "ctx" => {
                self.context = Context(int(1) as u8);
                self.lab.set_context(self.context);
            }
            "Q" => self.lab.set_patience(int(1) as u32),
            "L" => {
                for slot in operation[1].as_array().into_iter().flatten() {
                    let block = self.pages_in(&json!([slot])).first().copied();
                    if let Some((pfn, order)) = block {
                        self.lab.offer_to_reclaim(pfn, order);
                    }
                    self.reclaimable.push_back(block.is_some());
                }
            }
            "N" => {
                for slots in operation[1]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_u64)
                {
                    // A plan counts slots, and a slot may hold nothing: then that turn frees nothing.
                    let taken = self
                        .reclaimable
                        .drain(..self.reclaimable.len().min(slots as usize));
                    let blocks = taken.filter(|&held| held).count() as u32;
                    self.lab.plan_reclaim(blocks);
                }
            }
            "O" => {
                let blocks = self.pages_in(&operation[1]);
                self.victim_pages += blocks.iter().map(|&(_, order)| 1 << order).sum::<u32>();
                for (pfn, order) in blocks {
                    self.lab.offer_to_oom(pfn, order);
                }
            }
            other => return Err(format!("operation {other:?} is not known")),
        }
        Ok(())
    }

    /// `A`: the same request until the first refusal; equal successes are recorded as one group.
    fn alloc_until_refused(&mut self, operation: &Value, place: impl Fn(&str) -> String + Copy) {
        let int = |at: usize| operation[at].as_u64().unwrap_or_default();
        let (first, order, gfp) = (int(1), int(2) as u32, Gfp(int(3) as u32));
        let mut slot = first;
        for group in operation[5].as_array().into_iter().flatten() {
            let expected = expand(&group[2]);
            let endless = group[5] == "loop";
            for _ in 0..group[0].as_u64().unwrap_or_default() {
                let from = self.lab.log().map_or(0, |log| log.len());
                self.lab.set_context(self.context);
                let got = self.alloc(slot, order, gfp);
                slot += 1;
                let zone = got[0].clone();
                self.check(group[1].clone(), zone, place);
                if endless {
                    self.check(json!("loop"), got[1].clone(), place);
                }
                let events = self.words_since(from);
                self.tally.check(&expected, &events, || place(&self.id));
            }
            self.check(group[3].clone(), self.free_counts(), place);
            self.check_hash(&group[4], place);
        }
    }

    /// `[zone, pfn]` as the recordings write it.
    fn alloc(&mut self, slot: u64, order: u32, gfp: Gfp) -> Value {
        match self.lab.alloc_pages(gfp, order) {
            PageAnswer::Block(pfn) => {
                self.slots.insert(slot, Held::Pages(pfn, order as u8));
                json!([self.lab.machine().zone_of(pfn).0, pfn])
            }
            PageAnswer::Refused(_) => json!([null, null]),
            PageAnswer::Endless => json!([null, "loop"]),
        }
    }

    /// `[address, cache, slab pfn, index]` as the recordings write it.
    fn kmalloc(&mut self, slot: u64, size: u32, gfp: Gfp) -> Value {
        match self.lab.kmalloc(size, gfp) {
            ObjectAnswer::Object { address, cache } => {
                self.slots.insert(slot, Held::Object(address));
                let machine = self.lab.machine();
                let (slab, index) = machine
                    .object_of(address)
                    .expect("kmalloc hands out objects");
                json!([
                    address,
                    machine.cache(cache).shape().name,
                    machine.slab(slab).pfn(),
                    index
                ])
            }
            ObjectAnswer::Failed(CacheFailure::Bug) => json!([null, CACHE_GROW_BUG, null, null]),
            ObjectAnswer::Failed(CacheFailure::Endless) => json!(["loop", null, null, null]),
            ObjectAnswer::Failed(_) | ObjectAnswer::TooLarge => json!([null, null, null, null]),
        }
    }

    fn pages_in(&self, slots: &Value) -> Vec<(u32, u8)> {
        let slots = slots
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_u64);
        let held = slots.filter_map(|slot| match self.slots.get(&slot) {
            Some(&Held::Pages(pfn, order)) => Some((pfn, order)),
            _ => None,
        });
        held.collect()
    }

    fn free_counts(&self) -> Value {
        json!(
            kmalloc_core::profile::ZoneId::ALL.map(|zone| self
                .lab
                .machine()
                .zone(zone)
                .free_pages())
        )
    }

    fn words_since(&self, from: usize) -> Vec<String> {
        let events = self
            .lab
            .log()
            .into_iter()
            .flat_map(|log| log.iter_from(from));
        let mut words = words(self.lab.machine(), self.victim_pages, events);
        if self.reclaims {
            // Only the recordings of scripted reclaim count what it freed.
            words.retain(|word| !word.starts_with("reclaimed:"));
        }
        words
    }

    fn check(&mut self, expected: Value, got: Value, place: impl Fn(&str) -> String) {
        self.tally.check(expected, got, || place(&self.id));
    }

    fn check_hash(&mut self, expected: &Value, place: impl Fn(&str) -> String) {
        let got = state::hash(self.lab.machine(), self.with_slab);
        self.check(expected.clone(), json!(got), place);
    }

    /// An absent list means that nothing happened that the recorder listens for.
    fn check_events(
        &mut self,
        from: usize,
        recorded: &Value,
        time_passed: bool,
        place: impl Fn(&str) -> String,
    ) {
        let mut got = self.words_since(from);
        if time_passed {
            got.retain(|word| !word.starts_with("wait:"));
        }
        self.tally.check(expand(recorded), got, || place(&self.id));
    }
}

/// What a letter of `kinds` makes of a page.
fn kind_of(letter: char) -> Option<PageState> {
    let (clean, mapped) = (PageState::CLEAN, PageState::MAPPED);
    Some(match letter {
        'c' => clean,
        'd' => PageState::DIRTY,
        'm' => mapped,
        'M' => mapped.with(PageState::DIRTY),
        'r' => mapped.with(PageState::REFERENCED),
        'R' => PageState::REFERENCED,
        'a' => mapped.with(PageState::ANONYMOUS),
        's' => PageState::ANONYMOUS.with(PageState::SWAP_CACHE),
        'S' => PageState::ANONYMOUS
            .with(PageState::SWAP_CACHE)
            .with(PageState::DIRTY),
        'b' => PageState::BUFFERS,
        'B' => PageState::BUSY_BUFFERS,
        'w' => PageState::WRITEBACK,
        'l' => PageState::LOCKED,
        'p' => PageState::IN_USE,
        _ => return None,
    })
}

/// An operation for a message: long parts cut.
fn shortened(operation: &Value) -> String {
    let text = operation.to_string();
    match text.char_indices().nth(200) {
        None => text,
        Some((cut, _)) => format!("{}…", &text[..cut]),
    }
}
