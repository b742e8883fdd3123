//! What the kernel prints: its messages, and the files under /proc.
//!
//! Source: the format strings of mm/page_alloc.c, mm/slab.c, kernel/printk.c (2.6.10). Pure text from a machine; nothing
//! is decided here.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use crate::context::Context;
use crate::event::{CacheId, Event, Stop};
use crate::gfp::Gfp;
use crate::machine::{Machine, SlabList, Use};
use crate::profile::{ORDERS, ZONES, ZoneId};

/// The process on whose behalf everything runs.
pub const PROCESS_NAME: &str = "insmod";
/// Its number.
pub const PROCESS_ID: u32 = 512;
/// The number of the first user process.
pub const FIRST_USER_PROCESS_ID: u32 = 1001;

/// `free_area_init_core` complains about zones that do not start on a boundary of the largest block.
pub fn boot_messages(machine: &Machine) -> Vec<String> {
    let largest = 1 << (ORDERS - 1);
    let unaligned = machine
        .zones()
        .filter(|(_, zone)| zone.start() % largest != 0);
    unaligned
        .map(|_| "BUG: wrong zone alignment, it will crash".into())
        .collect()
}

/// The lines of a failure that the rate limit lets through: swallowed ones are counted first.
pub fn failure_messages(order: u8, suppressed: u32, gfp: Gfp) -> impl Iterator<Item = String> {
    let counted = (suppressed > 0).then(|| format!("printk: {suppressed} messages suppressed."));
    let failure = format!("{PROCESS_NAME}: page allocation failure. order:{order}, mode:{gfp:#x}");
    counted.into_iter().chain([failure])
}

/// Whether an event adds to dmesg.
pub const fn prints(event: &Event) -> bool {
    matches!(
        event,
        Event::Warned { printed: true, .. }
            | Event::MightSleep { printed: true, .. }
            | Event::SleptAtomic
            | Event::OomCalled { kills: true, .. }
            | Event::ProcessKilled { .. }
            | Event::SlabCorrupted { .. }
            | Event::SlabError { .. }
            | Event::Stopped {
                why: Stop::CacheGrowBug
            }
    )
}

/// What an event adds to dmesg, given the machine at any time of the run and the context of the event's call.
pub fn messages(machine: &Machine, context: Context, event: &Event) -> Vec<String> {
    let one = |line: String| alloc::vec![line];
    match *event {
        Event::Warned {
            order,
            printed: true,
            suppressed,
            gfp,
        } => failure_messages(order, suppressed, gfp).collect(),
        // kernel/sched.c `__might_sleep`. Where in the file the check stands was not recorded.
        Event::MightSleep {
            in_slab,
            printed: true,
        } => {
            let file = if in_slab {
                "mm/slab.c"
            } else {
                "mm/page_alloc.c"
            };
            alloc::vec![
                format!("Debug: sleeping function called from invalid context at {file}"),
                format!(
                    "in_atomic():{}, irqs_disabled():{}",
                    u8::from(context.in_atomic()),
                    u8::from(context.has(Context::IRQS_OFF))
                ),
            ]
        }
        // kernel/sched.c `schedule`
        Event::SleptAtomic => one(format!(
            "scheduling while atomic: {PROCESS_NAME}/{:#010x}/{PROCESS_ID}",
            context.preempt_count()
        )),
        Event::OomCalled { kills: true, gfp } => one(format!("oom-killer: gfp_mask={gfp:#x}")),
        Event::ProcessKilled { process: 0 } => one(format!(
            "Out of Memory: Killed process {PROCESS_ID} ({PROCESS_NAME})."
        )),
        Event::ProcessKilled { process } => one(format!(
            "Out of Memory: Killed process {} (user).",
            FIRST_USER_PROCESS_ID + u32::from(process) - 1
        )),
        Event::SlabCorrupted { cache, address } => one(format!(
            "Slab corruption: start={address:08x}, len={}",
            machine.cache(cache).shape().class_size
        )),
        Event::SlabError { cache, .. } => one(format!(
            "slab error in cache_free_debugcheck(): cache `{}': double free, or memory outside object was overwritten",
            machine.cache(cache).shape().name
        )),
        Event::Stopped {
            why: Stop::CacheGrowBug,
        } => one("kernel BUG at mm/slab.c:1765!".into()),
        _ => Vec::new(),
    }
}

/// `/proc/buddyinfo`: free blocks of each order (`frag_show`).
pub fn buddyinfo(machine: &Machine) -> String {
    let mut text = String::new();
    for (id, _) in machine.zones() {
        write!(text, "Node {}, zone {:>8} ", id.node(), id.name())
            .expect("writing to a String cannot fail");
        for order in 0..ORDERS as u8 {
            write!(text, "{:>6} ", machine.free_list(id, order).count())
                .expect("writing to a String cannot fail");
        }
        text.push('\n');
    }
    text
}

/// The marks of each zone, as `show_free_areas` prints them (in kB).
pub fn zone_marks(machine: &Machine) -> String {
    let kbytes = |pages: u32| u64::from(pages) * u64::from(machine.spec().page_size / 1024);
    let mut text = String::new();
    for (id, zone) in machine.zones() {
        // `show_node`: nothing without CONFIG_NUMA.
        if machine.spec().nodes > 1 {
            write!(text, "Node {} ", id.node()).expect("writing to a String cannot fail");
        }
        writeln!(
            text,
            "{} free:{}kB min:{}kB low:{}kB high:{}kB present:{}kB",
            id.name(),
            kbytes(zone.free_pages()),
            kbytes(zone.pages_min()),
            kbytes(zone.pages_low()),
            kbytes(zone.pages_high()),
            kbytes(zone.pages()),
        )
        .expect("writing to a String cannot fail");
    }
    text
}

/// The lines of `/proc/meminfo` that follow from the allocator (`meminfo_read_proc`): free pages are those of the buddy
/// lists, without the per-cpu lists, as the watermarks see them.
pub fn meminfo(machine: &Machine) -> String {
    let kbytes = |pages: u32| u64::from(pages) * u64::from(machine.spec().page_size / 1024);
    let mut total = [0; ZONES];
    let mut slab = 0;
    for block in machine.blocks() {
        let pages = 1 << block.order;
        if block.what != Use::Reserved {
            total[machine.zone_of(block.pfn).kind().index()] += pages;
        }
        if block.what == Use::Slab {
            slab += pages;
        }
    }
    let free = ZoneId::ALL.map(|kind| {
        let zones = machine.zones().filter(|(id, _)| id.kind() == kind);
        zones.map(|(_, zone)| zone.free_pages()).sum::<u32>()
    });
    let [dma, normal, high] = total;
    let mut text = String::new();
    for (name, pages) in [
        ("MemTotal:", dma + normal + high),
        ("MemFree:", free.iter().sum()),
        ("HighTotal:", high),
        ("HighFree:", free[2]),
        ("LowTotal:", dma + normal),
        ("LowFree:", free[0] + free[1]),
        ("Slab:", slab),
    ] {
        writeln!(text, "{name:<14}{:>8} kB", kbytes(pages))
            .expect("writing to a String cannot fail");
    }
    text
}

/// `/proc/slabinfo` version 2.1 (`s_show`), newest cache first as the chain has them, without the caches that never
/// held a slab.
pub fn slabinfo(machine: &Machine) -> String {
    let mut text = String::from(
        "slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> \
         : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n",
    );
    for (id, cache) in machine.caches().rev() {
        let shape = cache.shape();
        let count = |list| machine.slabs(id, list).count() as u32;
        let (partial, free, full) = (
            count(SlabList::Partial),
            count(SlabList::Free),
            count(SlabList::Full),
        );
        let slabs = partial + free + full;
        if slabs == 0 {
            continue;
        }
        writeln!(
            text,
            "{:<17} {:>6} {:>6} {:>6} {:>4} {:>4} : tunables {:>4} {:>4} {:>4} : slabdata {:>6} {:>6} {:>6}",
            shape.name,
            active_objects(machine, id),
            slabs * u32::from(shape.objects),
            shape.object_size,
            shape.objects,
            1 << shape.order,
            cache.limit(),
            cache.batch(),
            0,
            partial + full,
            slabs,
            0,
        )
        .expect("writing to a String cannot fail");
    }
    text
}

/// Objects out of the slabs' chains; those in the array cache count as active, as the kernel counts them.
fn active_objects(machine: &Machine, id: CacheId) -> u32 {
    [SlabList::Partial, SlabList::Full]
        .into_iter()
        .flat_map(|list| machine.slabs(id, list))
        .map(|slab| u32::from(machine.slab(slab).in_use()))
        .sum()
}
