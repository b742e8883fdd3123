//! *Linux Device Drivers*, 3rd edition, section 8.1, against the code of 2.6.10: what is true, what is simplified. The
//! numbers are those of the semantics extracted from the sources (§12, §4, §5), on machines whose marks §3 gives.

use kmalloc_core::context::Context;
use kmalloc_core::event::{Event, Failure, Stop, Temperature};
use kmalloc_core::gfp::Gfp;
use kmalloc_core::lab::{Lab, PageAnswer};
use kmalloc_core::linux_2_6_10::geometry::size_classes;
use kmalloc_core::profile::{BootLayout, MachineSpec, ZoneId};
use kmalloc_core::run::{Answer, Bounds, Ended, NullReason, Run};
use kmalloc_core::script::parse;

fn run(text: &str) -> Run {
    let parsed = parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    Run::new(&parsed.scenario, Bounds::default()).expect("the machine can be built")
}

/// Free pages of Normal and DMA after single pages were asked for until no more came.
fn left_by(gfp: &str) -> (u32, u32) {
    let run = run(&format!(
        "for (i = 0; i < 3000; i++) q[i] = alloc_pages({gfp}, 0);"
    ));
    let free = |zone| run.end().zone(zone).free_pages();
    (free(ZoneId::NORMAL), free(ZoneId::DMA))
}

fn count(run: &Run, wanted: impl Fn(&Event) -> bool) -> usize {
    run.events(0, run.len()).filter(wanted).count()
}

/// "Can use even the last free page": three eighths of `pages_min` stay, in every zone (56 → 28 → 21; 14 → 7 → 6).
#[test]
fn gfp_atomic_leaves_three_eighths() {
    assert_eq!(left_by("GFP_ATOMIC | __GFP_NOWARN"), (21, 6));
    assert_eq!(
        left_by("GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN"),
        (56, 14)
    );
    assert_eq!(
        left_by("GFP_KERNEL | __GFP_HIGH | __GFP_NORETRY | __GFP_NOWARN"),
        (28, 7)
    );
    assert_eq!(
        left_by("__GFP_NOWARN"),
        (42, 11),
        "neither WAIT nor HIGH: three quarters"
    );
}

/// The last page is for tasks that free memory: PF_MEMALLOC knows no mark, but not in an interrupt.
#[test]
fn a_memalloc_task_takes_the_last_page() {
    let exhaust = |context| {
        let mut lab = Lab::boot(MachineSpec::default()).expect("the default machine");
        lab.set_context(context);
        while let PageAnswer::Block(_) =
            lab.alloc_pages(Gfp::KERNEL | Gfp::NORETRY | Gfp::NOWARN, 0)
        {}
        lab.machine().zone(ZoneId::NORMAL).free_pages()
            + lab.machine().zone(ZoneId::DMA).free_pages()
    };
    assert_eq!(exhaust(Context::MEMALLOC), 0);
    assert_eq!(exhaust(Context::MEMALLOC.with(Context::HARDIRQ)), 56 + 14);
    assert_eq!(
        exhaust(Context::REALTIME),
        42 + 11,
        "a realtime task may try harder"
    );
    assert_eq!(
        exhaust(Context::REALTIME.with(Context::HARDIRQ)),
        56 + 14,
        "but not in an interrupt"
    );
}

/// GFP_KERNEL "may sleep": only when the second walk fails too; waking kswapd is not sleeping.
#[test]
fn gfp_kernel_sleeps_late() {
    let run = run("for (i = 0; i < 3000; i++) q[i] = alloc_pages(GFP_KERNEL, 0);");
    let at = |wanted: fn(&Event) -> bool| {
        run.events(0, run.len())
            .position(|event| wanted(&event))
            .expect("it happens")
    };
    let woken = at(|event| matches!(event, Event::KswapdWoken { .. }));
    let slept = at(|event| matches!(event, Event::ReclaimStarted { .. }));
    let granted = run
        .events(woken, slept)
        .filter(|event| matches!(event, Event::PcpGot { .. }))
        .count();
    assert!(
        granted > 10,
        "between pages_low and pages_min requests are served without sleeping"
    );
    assert_eq!(run.ended(), Some(Ended::Stopped(Stop::Endless)));
}

/// "`__GFP_NORETRY` gives up immediately": one full reclaim first.
#[test]
fn noretry_reclaims_once() {
    let run = run("for (i = 0; i < 3000; i++) q[i] = alloc_pages(GFP_KERNEL, 0);");
    assert_eq!(
        run.ended(),
        Some(Ended::Stopped(Stop::Endless)),
        "without the flag it never ends"
    );
    let text = "for (i = 0; i < 3000; i++) q[i] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);\
                p = alloc_pages(GFP_KERNEL | __GFP_NORETRY, 0);";
    let run = crate::run(text);
    assert_eq!(
        count(&run, |event| matches!(event, Event::ReclaimStarted { .. })),
        1
    );
    let last = run.calls().last().expect("a call");
    assert_eq!(
        last.answer,
        Answer::Null(NullReason::NoPages(Failure::NoRetry))
    );
}

/// "`__GFP_REPEAT` might still fail" and "`__GFP_NOFAIL` never fails": above order 3 both retry for ever; NORETRY beats them.
#[test]
fn repeat_and_nofail() {
    // Order 10 needs 1024 free pages in one block; after one order-0 page none is left whole.
    let ask = |flags: &str| {
        let run = run(&format!(
            "x = alloc_pages(GFP_KERNEL, 0); p = alloc_pages({flags} | __GFP_NOWARN, 10);"
        ));
        run.calls().last().expect("a call").answer
    };
    let null = |why| Answer::Null(NullReason::NoPages(why));
    assert_eq!(
        ask("GFP_KERNEL"),
        null(Failure::CostlyOrder),
        "one reclaim, then NULL"
    );
    assert_eq!(
        ask("GFP_KERNEL | __GFP_REPEAT"),
        Answer::Stopped(Stop::Endless)
    );
    assert_eq!(
        ask("GFP_KERNEL | __GFP_NOFAIL"),
        Answer::Stopped(Stop::Endless)
    );
    assert_eq!(
        ask("GFP_KERNEL | __GFP_NOFAIL | __GFP_NORETRY"),
        null(Failure::NoRetry)
    );
    assert_eq!(ask("GFP_ATOMIC | __GFP_NOFAIL"), null(Failure::MayNotWait));
    let eleven = run("p = alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 11);");
    assert_eq!(eleven.calls()[0].answer, null(Failure::OrderTooLarge));
}

/// "Up to twice the memory asked for": at most, from 16 bytes on; below that more.
#[test]
fn at_most_twice_from_sixteen_bytes_on() {
    for l1_cache_bytes in [32, 64, 128] {
        let spec = MachineSpec {
            l1_cache_bytes,
            ..MachineSpec::default()
        };
        let classes: Vec<u32> = size_classes(&spec).collect();
        for size in 1..=131_072 {
            let given = *classes
                .iter()
                .find(|&&class| class >= size)
                .expect("a class");
            assert_eq!(given > 2 * size, size < 16, "{size} → {given}");
        }
    }
}

/// GFP_USER is GFP_KERNEL by another name in this kernel.
#[test]
fn gfp_user_has_the_same_bits() {
    assert_eq!(Gfp::by_name("GFP_USER"), Gfp::by_name("GFP_KERNEL"));
}

/// A machine of one small zone, no slab allocator, nothing on its per-cpu lists but what boot parked there.
fn small_zone() -> Lab {
    let spec = MachineSpec {
        zone_pages: [1024, 0, 0],
        ..MachineSpec::default()
    };
    let mut lab = Lab::boot_with(spec, BootLayout::default(), false);
    lab.record();
    lab
}

/// §5: below 8192 pages the lists are hot 2/6/1 and cold 0/2/1.
#[test]
fn per_cpu_numbers_of_a_small_zone() {
    let lab = small_zone();
    let numbers = |list| {
        let list = lab.machine().zone(ZoneId::DMA).pcp(list);
        (list.low(), list.high(), list.batch())
    };
    assert_eq!(numbers(Temperature::Hot), (2, 6, 1));
    assert_eq!(numbers(Temperature::Cold), (0, 2, 1));
}

/// §5: an allocation refills while the count is at or below `low`; a free drains from the tail at `high`.
#[test]
fn per_cpu_lists_refill_and_drain() {
    let mut lab = small_zone();
    let count = |lab: &Lab| {
        lab.machine()
            .zone(ZoneId::DMA)
            .pcp(Temperature::Hot)
            .count()
    };
    // Boot left the list full.
    assert_eq!(count(&lab), 6);
    let mut held = Vec::new();
    for expected in [5, 4, 3, 2, 2, 2] {
        let before = lab.machine().zone(ZoneId::DMA).free_pages();
        let refilled = count(&lab) <= 2;
        match lab.alloc_pages(Gfp::KERNEL, 0) {
            PageAnswer::Block(pfn) => held.push(pfn),
            refused => panic!("{refused:?}"),
        }
        assert_eq!(count(&lab), expected);
        let after = lab.machine().zone(ZoneId::DMA).free_pages();
        assert_eq!(
            before - after,
            u32::from(refilled),
            "pages on the list were not counted as free"
        );
    }
    for expected in [3, 4, 5, 6, 6, 6] {
        lab.free_pages(held.pop().expect("six pages"), 0)
            .expect("held");
        assert_eq!(count(&lab), expected);
    }
}

/// §5: `__GFP_COLD` takes from the cold list; orders from 1 on never touch the lists.
#[test]
fn cold_and_large_requests() {
    let mut lab = small_zone();
    let lists = |lab: &Lab| {
        let zone = lab.machine().zone(ZoneId::DMA);
        (
            zone.pcp(Temperature::Hot).count(),
            zone.pcp(Temperature::Cold).count(),
        )
    };
    assert!(matches!(
        lab.alloc_pages(Gfp::KERNEL | Gfp::COLD, 0),
        PageAnswer::Block(_)
    ));
    assert_eq!(lists(&lab), (6, 0), "refilled by one and taken");
    assert!(matches!(
        lab.alloc_pages(Gfp::KERNEL | Gfp::COLD, 1),
        PageAnswer::Block(_)
    ));
    assert_eq!(lists(&lab), (6, 0));
}

/// §6.4: free memory without a free block: every count test passes, and no pair of pages is to be had.
#[test]
fn fragmentation_passes_every_count() {
    let text = "machine dma=4M normal=0 highmem=0 reserve=none l1=32\n\
                for (i = 0; i < 900; i++) q[i] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);";
    let whole = run(text);
    let mut pages: Vec<(u32, usize)> = whole
        .calls()
        .iter()
        .enumerate()
        .filter_map(|(call, record)| match record.answer {
            Answer::Pages { pfn, .. } => Some((pfn, call)),
            _ => None,
        })
        .collect();
    pages.sort_unstable();
    // Every other page goes back: none has a free buddy.
    let frees: String = pages
        .iter()
        .filter(|(pfn, _)| pfn % 2 == 0)
        .map(|(_, call)| format!("__free_pages(q[{call}], 0);\n"))
        .collect();
    let rest = "for (i = 0; i < 100; i++) r[i] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 1);";
    let scattered = run(&format!("{text}\n{frees}{rest}"));
    let last = scattered.calls().last().expect("a call");
    assert_eq!(
        last.answer,
        Answer::Null(NullReason::NoPages(Failure::MayNotWait))
    );
    let events: Vec<Event> = scattered.events(last.first, last.end).collect();
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::ZoneTested { granted: true, .. })),
        "the count passed"
    );
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::BlockMissing { order: 1, .. }))
    );
    assert!(
        !events
            .iter()
            .any(|event| matches!(event, Event::KswapdWoken { .. })),
        "and nobody is woken"
    );
}
