//! A run as text: one line for each call, or for as many calls in a row as did the same, with the answer, the zone's free
//! pages after it, what happened on the way, and below it what the kernel printed; then the views that were asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use expect_test::Expect;
use kmalloc_core::event::{
    Activated, Event, Failure, Kept, Retry, Shrinker, Sin, Stop, Temperature,
};
use kmalloc_core::machine::{Cache, Machine, SlabList};
use kmalloc_core::proc;
use kmalloc_core::profile::ZoneId;
use kmalloc_core::run::{Answer, Bounds, CallRecord, Ended, NullReason, Run};
use kmalloc_core::script::{parse, print_call};

/// What is shown besides the calls.
#[derive(Clone, Copy, PartialEq)]
pub enum Show {
    /// No call: only what stands below.
    NoCalls,
    /// Each call by itself, with the page or the object that it got.
    Places,
    /// Of each call only its flags and what its reclaim did to pages before the task slept for the first time.
    FirstScan,
    /// Refills, growth, flushes and destroyed slabs.
    Slabs,
    /// `min_free_kbytes`, and each zone's marks and batch, in pages.
    Marks,
    /// `protection[]` of each zone.
    Protection,
    /// Free pages of each zone.
    Free,
    /// The per-cpu lists of a zone.
    Pcp(ZoneId),
    /// `/proc/buddyinfo`
    Buddyinfo,
    /// The line of `/proc/slabinfo` of a cache.
    Slabinfo(&'static str),
    /// Entries of a cache's array, and its slabs on each list.
    Cache(&'static str),
    /// §8.3's columns of every cache.
    Geometry,
}

/// Runs a text and compares.
pub fn check(text: &str, show: &[Show], expected: Expect) {
    expected.assert_eq(&look_at(text, show));
}

/// Runs a text and tells.
pub fn look_at(text: &str, show: &[Show]) -> String {
    look(&mut run(text), show, 0)
}

/// Runs the setup with each of the rows behind it, and compares what the rows alone did.
pub fn check_rows(setup: &str, rows: &[&str], show: &[Show], expected: Expect) {
    let before = run(setup).calls().len();
    let table: String = rows
        .iter()
        .map(|row| look(&mut run(&format!("{setup}\n{row}")), show, before))
        .collect();
    expected.assert_eq(&table);
}

pub fn run(text: &str) -> Run {
    let parsed = parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    Run::new(&parsed.scenario, Bounds::default()).expect("the machine can be built")
}

/// A run as text, from this call on.
fn look(run: &mut Run, show: &[Show], first: usize) -> String {
    let mut text = String::new();
    if !show.contains(&Show::NoCalls) {
        calls(run, show, first, &mut text);
    }
    match run.ended() {
        // What stopped is the last call's answer.
        None | Some(Ended::Stopped(_)) => {}
        Some(bound) => writeln!(text, "the run ends: {bound:?}").expect("a String"),
    }
    for view in show {
        text += &view_of(run.end(), *view);
    }
    text
}

/// Calls in a row that did the same.
#[derive(PartialEq)]
struct Line {
    call: String,
    answer: String,
    notes: Vec<String>,
    printed: Vec<String>,
}

fn calls(run: &mut Run, show: &[Show], first: usize, text: &mut String) {
    // Each group: what all did, how many they are, the zone's free pages after the last.
    let mut groups: Vec<(Line, usize, String)> = Vec::new();
    let mut after = run.start().clone();
    let mut cursor = 0;
    for number in first..run.calls().len() {
        let call = run.calls()[number].clone();
        run.seek(&mut after, cursor, call.end);
        cursor = call.end;
        let line = Line {
            call: without_places(&print_call(&call.call)),
            answer: answer(&after, &call, show),
            notes: notes(run, number, &call, show),
            printed: printed(run, number, &call),
        };
        let free = match call.answer {
            Answer::Pages { pfn, .. } => {
                format!(", {} left", after.zone(after.zone_of(pfn)).free_pages())
            }
            _ => String::new(),
        };
        match groups.last_mut() {
            Some((same, count, last)) if *same == line => {
                *count += 1;
                *last = free;
            }
            _ => groups.push((line, 1, free)),
        }
    }
    for (line, count, free) in groups {
        let times = if count > 1 {
            format!(" × {count}")
        } else {
            String::new()
        };
        if show.contains(&Show::FirstScan) {
            let done = if line.notes.is_empty() {
                "nothing".into()
            } else {
                line.notes.join("; ")
            };
            writeln!(text, "{}: {done}", flags_of(&line.call)).expect("a String");
            continue;
        }
        let notes: String = line.notes.iter().map(|note| format!("; {note}")).collect();
        writeln!(text, "{}{times} → {}{free}{notes}", line.call, line.answer).expect("a String");
        for message in line.printed {
            writeln!(text, "    | {message}").expect("a String");
        }
    }
}

/// The flags of `alloc_pages(flags, order)`, without those that every row has.
fn flags_of(call: &str) -> &str {
    let flags = call.split(['(', ',']).nth(1).unwrap_or(call);
    flags
        .strip_suffix(" | __GFP_NOWARN | __GFP_NORETRY")
        .unwrap_or(flags)
}

/// `q[3] = f(p[4])` as `f(p[])`.
fn without_places(call: &str) -> String {
    let call = call.split_once(" = ").map_or(call, |(_, call)| call);
    call.chars().fold(String::new(), |mut text, letter| {
        if !(letter.is_ascii_digit() && inside_brackets(&text)) {
            text.push(letter);
        }
        text
    })
}

fn inside_brackets(text: &str) -> bool {
    text.rfind('[') > text.rfind(']')
}

fn answer(machine: &Machine, call: &CallRecord, show: &[Show]) -> String {
    let places = show.contains(&Show::Places);
    match call.answer {
        Answer::Pages { pfn, .. } if places => {
            format!("page {pfn} of {}", machine.zone_of(pfn).name())
        }
        Answer::Pages { pfn, .. } => machine.zone_of(pfn).name().into(),
        Answer::Object { address, cache, .. } if places => {
            let (slab, index) = machine.object_of(address).expect("an object");
            let first = machine.slab(slab).pfn();
            format!(
                "{}, object {index}: byte {} of page {first}",
                machine.cache(cache).shape().name,
                address - machine.address_of(first)
            )
        }
        Answer::Object { cache, .. } => machine.cache(cache).shape().name.clone(),
        Answer::Null(why) => format!("NULL: {}", why_null(why)),
        Answer::Size(bytes) => bytes.to_string(),
        Answer::Populated { pages } => format!("{pages} pages"),
        Answer::Handed { bytes, foreign, .. } => {
            format!("{bytes} bytes, {foreign} of them somebody else's")
        }
        Answer::Filled { bytes, hot } => {
            format!(
                "{bytes} bytes into a {} page",
                if hot { "hot" } else { "cold" }
            )
        }
        Answer::Mapped { .. } | Answer::Area { .. } => "an address".into(),
        Answer::Done => "done".into(),
        Answer::Sinned(sin) => format!("done, a mistake: {}", mistake(sin)),
        Answer::Stopped(why) => why_stopped(why),
    }
}

fn why_null(why: NullReason) -> String {
    match why {
        NullReason::TooLarge => "larger than the largest class",
        NullReason::NoGrow => "__GFP_NO_GROW",
        NullReason::NoAddress => "high memory has no address",
        NullReason::NoArea => "no addresses",
        NullReason::NoPages(why) => match why {
            Failure::OrderTooLarge => "order above 10",
            Failure::EmptyZonelist => "no zone",
            Failure::MayNotWait => "may not wait",
            Failure::MemallocExhausted => "nothing left even without marks",
            Failure::NoRetry => "__GFP_NORETRY",
            Failure::CostlyOrder => "order above 3 is not retried",
        },
    }
    .into()
}

fn why_stopped(why: Stop) -> String {
    match why {
        Stop::CacheGrowBug => "BUG() in cache_grow".into(),
        Stop::Endless => "never returns".into(),
        Stop::Undefined(sin) => format!("undefined: {}", mistake(sin)),
    }
}

fn mistake(sin: Sin) -> String {
    format!("{sin:?}")
}

/// What happened in a call, each kind once and in the order in which it first happened. Pages are counted once each.
fn notes(run: &Run, number: usize, call: &CallRecord, show: &[Show]) -> Vec<String> {
    let mut order: Vec<String> = Vec::new();
    let mut pages: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut waited = 0;
    let mut kswapd = false;
    let first_scan = show.contains(&Show::FirstScan);
    for (_, event) in run.own_events(number) {
        let sleeps = matches!(event, Event::KswapdStarted { .. } | Event::Waited { .. });
        if first_scan && sleeps {
            break;
        }
        match event {
            Event::KswapdStarted { .. } => kswapd = true,
            Event::KswapdEnded { .. } => kswapd = false,
            Event::Waited { jiffies } if !kswapd => waited += jiffies,
            _ => {}
        }
        let about_kswapd = matches!(event, Event::KswapdStarted { .. });
        if kswapd && !about_kswapd {
            continue;
        }
        let (note, page) = match event {
            Event::KswapdWoken { zone, .. } => (format!("wakes kswapd for {}", zone.name()), None),
            Event::KswapdStarted { .. } => ("kswapd runs".into(), None),
            Event::ZoneUntested { .. } => ("no mark is asked".into(), None),
            Event::BlockMissing { zone, order } => (
                format!("no block of order {order} in {}", zone.name()),
                None,
            ),
            Event::ReclaimStarted { .. } => ("reclaims".into(), None),
            Event::RetryChosen { why } => (
                match why {
                    Retry::SmallOrder => "tries again: order ≤ 3".into(),
                    Retry::Repeat => "tries again: __GFP_REPEAT".into(),
                    Retry::NoFail => "tries again: __GFP_NOFAIL".into(),
                },
                None,
            ),
            Event::OomCalled { .. } => ("out_of_memory()".into(), None),
            Event::MightSleep { .. } => ("might sleep".into(), None),
            Event::SleptAtomic => ("sleeps in atomic context".into(), None),
            Event::WritepageCalled { .. } => ("writepage".into(), None),
            Event::PageDropped { pfn } => ("dropped".into(), Some(pfn)),
            Event::WriteStarted { pfn, .. } => ("being written".into(), Some(pfn)),
            Event::SwapAdded { pfn } => ("given swap space".into(), Some(pfn)),
            Event::Unmapped { pfn } => ("unmapped".into(), Some(pfn)),
            Event::BuffersReleased { pfn } => ("released from buffers".into(), Some(pfn)),
            // The write that keeps it was told already.
            Event::PageKept {
                why: Kept::WriteStarted,
                ..
            } => continue,
            Event::PageKept { why, pfn } => (format!("kept, {}", why_kept(why)), Some(pfn)),
            Event::PageActivated { why, pfn } => {
                (format!("activated, {}", why_activated(why)), Some(pfn))
            }
            Event::CachePageShrunk { shrinker, pfn } => (
                match shrinker {
                    Shrinker::Dentries => "of dentries freed".into(),
                    Shrinker::Inodes => "of inodes freed".into(),
                },
                Some(pfn),
            ),
            Event::SlabGrew { colour, .. } if show.contains(&Show::Slabs) => {
                (format!("grows, colour {colour}"), None)
            }
            Event::SlabDied { .. } if show.contains(&Show::Slabs) => ("a slab dies".into(), None),
            Event::ArrayFilled { count, .. } if show.contains(&Show::Slabs) => {
                (format!("fetches {count}"), None)
            }
            Event::FlushStarted { count, .. } if show.contains(&Show::Slabs) => {
                (format!("flushes {count}"), None)
            }
            _ => continue,
        };
        if first_scan && page.is_none() {
            continue;
        }
        if !order.contains(&note) {
            order.push(note.clone());
        }
        match page {
            Some(pfn) => drop(pages.entry(note).or_default().insert(pfn)),
            None => *counts.entry(note).or_default() += 1,
        }
    }
    // A loop that never ends has no number of turns.
    let endless = call.answer == Answer::Stopped(Stop::Endless);
    let mut notes: Vec<String> = order
        .into_iter()
        .map(|note| match (pages.get(&note), counts.get(&note)) {
            (Some(pages), _) => format!("{} {note}", pages.len()),
            (None, Some(&count)) if count > 1 && !endless && is_counted(&note) => {
                format!("{note} × {count}")
            }
            _ => note,
        })
        .collect();
    let by_itself = print_call(&call.call).starts_with("msleep");
    if waited > 0 && !endless && !by_itself {
        notes.push(format!("waits {waited} ms"));
    }
    notes
}

fn is_counted(note: &str) -> bool {
    !note.starts_with("wakes") && !note.starts_with("no ") && note != "might sleep"
}

fn why_kept(why: Kept) -> &'static str {
    match why {
        Kept::Locked => "locked",
        Kept::Writeback => "under writeback",
        Kept::Referenced => "dirty and referenced",
        Kept::MayNotWrite => "may not be written",
        Kept::Congested => "the queue is full",
        Kept::InUse => "in use",
        Kept::WriteStarted => "being written",
    }
}

fn why_activated(why: Activated) -> &'static str {
    match why {
        Activated::Referenced => "referenced",
        Activated::NoSwap => "no swap space",
        Activated::BusyBuffers => "its buffers are busy",
    }
}

/// What the call added to dmesg; equal lines in a row once, with their number.
fn printed(run: &Run, number: usize, call: &CallRecord) -> Vec<String> {
    let endless = call.answer == Answer::Stopped(Stop::Endless);
    let mut lines: Vec<(String, u32)> = Vec::new();
    for (_, event) in run.own_events(number) {
        for message in proc::messages(run.start(), call.context, &event) {
            match lines.iter_mut().find(|(same, _)| *same == message) {
                Some((_, count)) => *count += 1,
                None => lines.push((message, 1)),
            }
        }
    }
    lines
        .into_iter()
        .map(|(line, count)| match count {
            1 => line,
            _ if endless => format!("{line} × …"),
            _ => format!("{line} × {count}"),
        })
        .collect()
}

fn view_of(machine: &Machine, view: Show) -> String {
    let zones = || machine.zones();
    let lines = |lines: Vec<String>| lines.iter().map(|line| format!("{line}\n")).collect();
    match view {
        Show::NoCalls | Show::Places | Show::Slabs | Show::FirstScan => String::new(),
        Show::Marks => {
            let first = format!("min_free_kbytes {}\n", machine.min_free_kbytes());
            zones().fold(first, |text, (id, zone)| {
                text + &format!(
                    "{:<8}{:>7} pages: {}/{}/{}, batch {}\n",
                    id.name(),
                    zone.pages(),
                    zone.pages_min(),
                    zone.pages_low(),
                    zone.pages_high(),
                    zone.pcp(Temperature::Hot).batch()
                )
            })
        }
        Show::Protection => lines(
            zones()
                .map(|(id, zone)| {
                    let of = [0, 1, 2].map(|class| zone.protection(class));
                    format!("{:<8}{of:?}", id.name())
                })
                .collect(),
        ),
        Show::Free => {
            let each: Vec<String> = zones()
                .map(|(id, zone)| format!("{} {}", id.name(), zone.free_pages()))
                .collect();
            format!("free: {}\n", each.join(", "))
        }
        Show::Pcp(zone) => {
            let of = |list| {
                let list = machine.zone(zone).pcp(list);
                let pages: String = list.pages().map(|pfn| format!(" {pfn}")).collect();
                format!("{}/{}/{}:{pages}", list.low(), list.high(), list.batch())
            };
            format!(
                "{} hot {}\n{} cold {}\n",
                zone.name(),
                of(Temperature::Hot),
                zone.name(),
                of(Temperature::Cold)
            )
        }
        Show::Buddyinfo => lines(
            proc::buddyinfo(machine)
                .lines()
                .map(|line| line.trim_end().into())
                .collect(),
        ),
        Show::Slabinfo(name) => proc::slabinfo(machine)
            .lines()
            .filter(|line| line.split_whitespace().next() == Some(name))
            .map(|line| format!("{line}\n"))
            .collect(),
        Show::Cache(name) => {
            let mut caches = machine.caches();
            let (id, cache) = caches
                .find(|(_, cache)| cache.shape().name == name)
                .expect("a cache of this name");
            let count = |list| machine.slabs(id, list).count();
            format!(
                "{name}: {} in the array; slabs: {} full, {} partial, {} free\n",
                cache.available(),
                count(SlabList::Full),
                count(SlabList::Partial),
                count(SlabList::Free)
            )
        }
        Show::Geometry => lines(
            machine
                .caches()
                .map(|(_, cache)| geometry(machine, cache))
                .collect(),
        ),
    }
}

fn geometry(machine: &Machine, cache: &Cache) -> String {
    let shape = cache.shape();
    let management = match shape.management_cache {
        None => format!("on, {}", shape.management_size),
        Some(general) => format!(
            "off, {} of {}",
            shape.management_size,
            machine.cache(general).shape().name
        ),
    };
    format!(
        "{:<17} {:>6} bytes {:>3} objects, order {}, {management:<18} {:>2} colours, {}/{}, {}",
        shape.name,
        shape.object_size,
        shape.objects,
        shape.order,
        shape.colours,
        shape.limit,
        shape.batch,
        shape.free_limit
    )
}
