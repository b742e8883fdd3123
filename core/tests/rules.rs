//! Rules of Linux 2.6.10, one test each, with the numbers of the source that each test names: the section of the
//! semantics that were extracted from the kernel, or a row of the recordings. Nothing here was blessed from our output.

use kmalloc_core::event::{Event, Failure, Pass, Sin, Stop};
use kmalloc_core::gfp::Gfp;
use kmalloc_core::lab::{Lab, PageAnswer};
use kmalloc_core::linux_2_6_10::explain::terms;
use kmalloc_core::linux_2_6_10::geometry::{cache_shapes, size_classes};
use kmalloc_core::linux_2_6_10::marks::{default_min_free_kbytes, marks, needed, pcp_shapes};
use kmalloc_core::machine::{SlabList, Use};
use kmalloc_core::proc::messages;
use kmalloc_core::profile::{MachineSpec, Reserve, SpecError, ZoneId};
use kmalloc_core::run::{Answer, Bounds, Ended, NullReason, Run};
use kmalloc_core::script::parse;

fn run(text: &str) -> Run {
    let parsed = parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    Run::new(&parsed.scenario, Bounds::default()).expect("the machine can be built")
}

fn last_answer(text: &str) -> Answer {
    run(text).calls().last().expect("a call").answer
}

/// §3, the table of watermarks and batches by memory size.
#[test]
fn watermarks_by_memory_size() {
    // RAM in MB; DMA, Normal, HighMem pages; min_free_kbytes; marks DMA, Normal, HighMem; batches.
    #[rustfmt::skip]
    let table = [
        (16, [4096, 0, 0], 512, [(128, 160, 192), (0, 0, 0), (32, 40, 48)], [1, 1, 1]),
        (32, [4096, 4096, 0], 724, [(90, 112, 135), (90, 112, 135), (32, 40, 48)], [1, 1, 1]),
        (64, [4096, 12288, 0], 1024, [(64, 80, 96), (192, 240, 288), (32, 40, 48)], [1, 3, 1]),
        (128, [4096, 28672, 0], 1448, [(45, 56, 67), (316, 395, 474), (32, 40, 48)], [1, 7, 1]),
        (256, [4096, 61440, 0], 2048, [(32, 40, 48), (480, 600, 720), (32, 40, 48)], [1, 15, 1]),
        (512, [4096, 126976, 0], 2896, [(22, 27, 33), (701, 876, 1051), (32, 40, 48)], [1, 16, 1]),
        (896, [4096, 225280, 0], 3831, [(17, 21, 25), (939, 1173, 1408), (32, 40, 48)], [1, 16, 1]),
        (1024, [4096, 225280, 32768], 3831, [(17, 21, 25), (939, 1173, 1408), (32, 40, 48)], [1, 16, 8]),
        (4096, [4096, 225280, 819200], 3831, [(17, 21, 25), (939, 1173, 1408), (128, 160, 192)], [1, 16, 16]),
    ];
    for (megabytes, present, kbytes, expected, batches) in table {
        assert_eq!(default_min_free_kbytes(present), kbytes, "{megabytes} MB");
        let got = marks(present, kbytes).map(|mark| (mark.min, mark.low, mark.high));
        assert_eq!(got, expected, "{megabytes} MB");
        assert_eq!(
            present.map(|pages| pcp_shapes(pages)[0].batch),
            batches,
            "{megabytes} MB"
        );
    }
}

/// §4 step 4: what must remain of pages_min = 45, for each kind of request.
#[test]
fn what_flags_leave_of_pages_min() {
    let remains = |high, harder| needed(45, high, harder, 0, 0) - 1;
    assert_eq!(remains(false, false), 45, "GFP_KERNEL");
    assert_eq!(
        remains(false, true),
        34,
        "no flags, GFP_DMA alone, or a realtime task"
    );
    assert_eq!(remains(true, false), 22, "GFP_KERNEL | __GFP_HIGH");
    assert_eq!(remains(true, true), 17, "GFP_ATOMIC");
}

/// §8.1: the classes depend on cache line and page size.
#[test]
fn size_classes_by_cache_line() {
    let below_512 = |l1_cache_bytes, page_size| {
        let spec = MachineSpec {
            l1_cache_bytes,
            page_size,
            ..MachineSpec::default()
        };
        size_classes(&spec)
            .filter(|&size| size < 512)
            .collect::<Vec<_>>()
    };
    assert_eq!(below_512(32, 4096), [32, 64, 96, 128, 192, 256]);
    assert_eq!(below_512(64, 4096), [32, 64, 128, 192, 256]);
    assert_eq!(below_512(128, 4096), [32, 64, 128, 256]);
    assert_eq!(below_512(64, 8192), [64, 128, 192, 256]);
    let spec = MachineSpec::default();
    assert_eq!(size_classes(&spec).last(), Some(131_072));
}

/// §8.3: objects, order, colours, array limit, batch and free limit for 32-byte lines.
#[test]
fn slab_geometry() {
    #[rustfmt::skip]
    let table = [
        ("size-32", 119, 0, false, 288, 0, 120, 60, 239), ("size-64", 61, 0, false, 160, 1, 120, 60, 181),
        ("size-96", 41, 0, false, 128, 1, 120, 60, 161), ("size-128", 31, 0, false, 96, 1, 120, 60, 151),
        ("size-192", 20, 0, false, 64, 6, 120, 60, 140), ("size-256", 15, 0, false, 64, 6, 120, 60, 135),
        ("size-512", 8, 0, true, 40, 0, 54, 27, 62), ("size-1024", 4, 0, true, 32, 0, 54, 27, 58),
        ("size-2048", 2, 0, true, 28, 0, 24, 12, 26), ("size-4096", 1, 0, true, 26, 0, 24, 12, 25),
        ("size-8192", 1, 1, true, 26, 0, 8, 4, 9), ("size-131072", 1, 5, true, 26, 0, 8, 4, 9),
    ];
    let shapes = cache_shapes(&MachineSpec::default());
    for (name, objects, order, off_slab, management, colours, limit, batch, free_limit) in table {
        for name in [name.to_owned(), format!("{name}(DMA)")] {
            let shape = shapes
                .iter()
                .find(|shape| shape.name == name)
                .expect("a cache of this name");
            assert_eq!(
                (shape.objects, shape.order, shape.colours),
                (objects, order, colours),
                "{name}"
            );
            assert_eq!(
                (shape.off_slab, shape.management_size),
                (off_slab, management),
                "{name}"
            );
            assert_eq!(
                (shape.limit, shape.batch, shape.free_limit),
                (limit, batch, free_limit),
                "{name}"
            );
        }
    }
}

/// §8.2: the first class that holds the request; 0 is a real object; above 128 KB NULL, silently.
#[test]
fn the_class_of_a_size() {
    for (size, given) in [
        (0, 32),
        (1, 32),
        (32, 32),
        (33, 64),
        (65, 96),
        (97, 128),
        (100, 128),
        (129, 192),
        (131_072, 131_072),
    ] {
        match last_answer(&format!("p = kmalloc({size}, GFP_KERNEL);")) {
            Answer::Object { given: got, .. } => assert_eq!(got, given, "kmalloc({size})"),
            other => panic!("kmalloc({size}): {other:?}"),
        }
    }
    let mut too_large = run("p = kmalloc(131073, GFP_KERNEL);");
    assert_eq!(
        too_large.calls()[0].answer,
        Answer::Null(NullReason::TooLarge)
    );
    assert!(
        too_large
            .events(0, too_large.len())
            .all(|event| !event.is_effect()),
        "silently"
    );
    assert!(too_large.at(0) == *too_large.end(), "and nothing changed");
}

/// §6.2, §6.5: the lower half is kept, so order-0 pages of a fresh zone come in ascending order.
#[test]
fn a_fresh_zone_hands_out_ascending_pages() {
    let spec = MachineSpec {
        zone_pages: [4096, 12288, 0],
        ..MachineSpec::default()
    };
    let mut lab = Lab::boot_with(spec, kmalloc_core::profile::BootLayout::default(), false);
    let mut pages = (0..40).map(|_| match lab.alloc_pages(Gfp::KERNEL, 0) {
        PageAnswer::Block(pfn) => pfn,
        refused => panic!("{refused:?}"),
    });
    // §6.6: the highest 4 MB block was freed last at boot and sits at the head.
    let first = pages.next().expect("forty pages");
    assert_eq!(first, 16384 - 1024);
    for (offset, pfn) in (1..40).zip(pages) {
        assert_eq!(pfn, first + offset);
    }
}

/// §1.4: order 11 and above is refused at once: no warning, no reclaim, no event but the refusal.
#[test]
fn the_next_free_block_is_found_by_address_and_round_again() {
    let mut run = run(
        "a = __get_free_pages(GFP_KERNEL, 0); p = kmalloc(100, GFP_KERNEL); b = kmalloc(9000, GFP_KERNEL);",
    );
    let machine = run.at(run.len());
    for order in 0..=10 {
        let mut free: Vec<u32> = machine
            .blocks()
            .filter(|block| block.what == Use::Free && block.order == order)
            .map(|block| block.pfn)
            .collect();
        free.sort_unstable();
        let Some(&first) = free.first() else {
            assert_eq!(machine.next_free_block(order, 0), None);
            continue;
        };
        let mut at = u32::MAX;
        for pfn in free.into_iter().chain([first]) {
            assert_eq!(machine.next_free_block(order, at), Some(pfn));
            at = pfn;
        }
    }
}

#[test]
fn orders_above_ten_are_refused_silently() {
    let run = run("p = __get_free_pages(GFP_KERNEL, 11);");
    assert_eq!(
        run.calls()[0].answer,
        Answer::Null(NullReason::NoPages(Failure::OrderTooLarge))
    );
    let events: Vec<_> = run.events(0, run.len()).map(|event| event.name()).collect();
    assert_eq!(events, ["called", "pages-asked", "pages-refused"]);
}

/// §1.3: `__GFP_HIGHMEM` works from a cached object and is a BUG() on the first growth.
#[test]
fn kmalloc_with_highmem_works_until_the_cache_grows() {
    assert!(matches!(
        last_answer("p = kmalloc(100, GFP_HIGHUSER);"),
        Answer::Object { .. }
    ));
    let grown = run(
        "for (i = 0; i < 40; i++) q[i] = kmalloc(100, GFP_HIGHUSER); r = kmalloc(32, GFP_KERNEL);",
    );
    assert_eq!(grown.ended(), Some(Ended::Stopped(Stop::CacheGrowBug)));
    // The slab that start-up left half used has 27 objects to give.
    assert_eq!(grown.calls().len(), 28, "and nothing runs after it");
}

/// §1.3: both zone bits are one past the end of the zonelists: the lab stops and says so.
#[test]
fn both_zone_bits_are_undefined() {
    let both = run("p = alloc_pages(GFP_KERNEL | __GFP_DMA | __GFP_HIGHMEM, 0);");
    assert_eq!(
        both.ended(),
        Some(Ended::Stopped(Stop::Undefined(Sin::BothZoneBits)))
    );
}

/// §2.1: the zonelist of a request, seen in the order in which zones are tested.
#[test]
fn fallback_walks_the_zonelist() {
    let walked = |gfp: &str| {
        // Nothing can pass 2^10 pages: both walks visit every zone of the list.
        let run = run(&format!(
            "machine dma=1M normal=4M highmem=1M reserve=none l1=32\n\
             p = alloc_pages({gfp} | __GFP_NORETRY | __GFP_NOWARN, 10);"
        ));
        let tests = run.events(0, run.len()).filter_map(|event| match event {
            Event::ZoneTested {
                zone,
                pass: Pass::Min,
                ..
            } => Some(zone.name()),
            _ => None,
        });
        tests.collect::<Vec<_>>()
    };
    assert_eq!(walked("GFP_KERNEL"), ["Normal", "DMA"]);
    assert_eq!(walked("GFP_KERNEL | __GFP_DMA"), ["DMA"]);
    assert_eq!(walked("GFP_HIGHUSER"), ["HighMem", "Normal", "DMA"]);
}

/// §8.5: the first object of a refill is the last one fetched (index 15 of an untouched array), then they descend.
#[test]
fn the_array_cache_is_last_in_first_out() {
    let run = run(
        "p = kmalloc(4000, GFP_KERNEL); for (i = 0; i < 60; i++) q[i] = kmalloc(200, GFP_KERNEL); kfree(q[20]); r = kmalloc(200, GFP_KERNEL);",
    );
    let address = |name: &str| {
        let variables = run.variables(run.len());
        let found = variables
            .into_iter()
            .find(|variable| variable.name == name)
            .expect("bound");
        match found.value {
            kmalloc_core::run::Value::Object { address, .. } => address,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        address("q[20]"),
        address("r"),
        "what was freed last comes back first"
    );
    assert_eq!(
        address("q[1]") - address("q[2]"),
        256,
        "and addresses descend inside a refill"
    );
}

/// The teaching machine: `dma=1M normal=4M highmem=1M`, marks as §3 gives them for these zones.
#[test]
fn the_teaching_machine() {
    let lab = Lab::boot(MachineSpec::default()).expect("the default machine");
    let marks = |zone| {
        let zone = lab.machine().zone(zone);
        (zone.pages_min(), zone.pages_low(), zone.pages_high())
    };
    assert_eq!(marks(ZoneId::DMA), (14, 17, 21));
    assert_eq!(marks(ZoneId::NORMAL), (56, 70, 84));
    assert_eq!(marks(ZoneId::HIGHMEM), (32, 40, 48));
}

/// §4 step 8: order ≤ 3 with WAIT never returns NULL; the lab names the endless retry instead of hanging.
#[test]
fn a_small_order_is_retried_for_ever() {
    let run = run("for (i = 0; i < 2000; i++) q[i] = kmalloc(4096, GFP_KERNEL);");
    assert_eq!(run.ended(), Some(Ended::Stopped(Stop::Endless)));
    let atomic = "for (i = 0; i < 2000; i++) q[i] = kmalloc(4096, GFP_ATOMIC | __GFP_NOWARN);";
    assert_eq!(
        last_answer(atomic),
        Answer::Null(NullReason::NoPages(Failure::MayNotWait))
    );
}

/// What no driver may do is an event with a lesson, and the lab stops where the kernel's behaviour is undefined.
#[test]
fn sins_are_named() {
    let sin = |text: &str| match run(text).ended() {
        Some(Ended::Stopped(Stop::Undefined(sin))) => Some(sin),
        _ => None,
    };
    assert_eq!(
        sin("p = kmalloc(100, GFP_KERNEL); kfree(p); kfree(p);"),
        Some(Sin::DoubleFree)
    );
    assert_eq!(
        sin("p = kmalloc(9, GFP_KERNEL); kfree(p); q = kmalloc(9, GFP_KERNEL); kfree(p);"),
        Some(Sin::DoubleFree)
    );
    assert_eq!(
        sin("p = __get_free_pages(GFP_KERNEL, 2); kfree(p);"),
        Some(Sin::WrongFree)
    );
    assert_eq!(
        sin("p = __get_free_pages(GFP_KERNEL, 2); free_pages(p, 1);"),
        Some(Sin::WrongOrder)
    );
    assert_eq!(sin("kfree(p);"), Some(Sin::Uninitialised));
    assert_eq!(sin("memset(NULL, 0, 1);"), Some(Sin::NullDereference));
    assert_eq!(sin("spin_lock(&a); spin_lock(&a);"), Some(Sin::LockHeld));
    assert_eq!(sin("kfree(NULL);"), None);
    let overrun = last_answer("p = kmalloc(100, GFP_KERNEL); memset(p, 1, 129);");
    assert_eq!(overrun, Answer::Sinned(Sin::Overrun));
    assert_eq!(
        last_answer("p = kmalloc(100, GFP_KERNEL); memset(p, 1, 128);"),
        Answer::Done
    );
}

/// Memory is not cleared: the next owner reads what the last one left.
#[test]
fn stale_bytes_stay() {
    let run = run(
        "p = kmalloc(64, GFP_KERNEL); memset(p, 0x5e, 64); kfree(p); q = kmalloc(64, GFP_KERNEL);",
    );
    match run.calls().last().expect("a call").answer {
        Answer::Object { address, .. } => assert_eq!(run.end().byte(address + 63), 0x5e),
        other => panic!("{other:?}"),
    }
}

/// Bounds: past one, everything up to there stands and the reason is named.
#[test]
fn running_is_bounded() {
    let bounds = Bounds {
        calls: 10,
        events: 1000,
        steps: 50,
    };
    let ended = |text: &str| {
        Run::new(&parse(text).scenario, bounds)
            .expect("a machine")
            .ended()
    };
    assert_eq!(
        ended("for (i = 0; i < 100; i++) kfree(NULL);"),
        Some(Ended::TooManyCalls)
    );
    assert_eq!(
        ended("for (i = 0; i < 100; i++) { }"),
        Some(Ended::TooManySteps)
    );
    assert_eq!(
        ended("for (i = 0; i < 9; i++) q[i] = kmalloc(4096, 0);"),
        None
    );
}

/// §8.8: `cache_reap` runs when its time has come; idle arrays and idle free slabs go back to the page allocator.
#[test]
fn idle_slabs_go_back_in_time() {
    let text = |rest: &str| {
        format!(
            "for (i = 0; i < 40; i++) q[i] = kmalloc(4096, GFP_KERNEL); for (i = 0; i < 40; i++) kfree(q[i]);{rest}"
        )
    };
    let slabs = |run: &Run| {
        let (id, _) = run
            .end()
            .caches()
            .find(|(_, cache)| cache.shape().name == "size-4096")
            .expect("a class");
        [SlabList::Partial, SlabList::Free, SlabList::Full]
            .into_iter()
            .map(|list| run.end().slabs(id, list).count())
            .sum::<usize>()
    };
    let before = slabs(&run(&text("")));
    let after = run(&text(" msleep(60000);"));
    assert!(before > 0, "freed objects stay cached");
    assert_eq!(
        slabs(&after),
        0,
        "a quiet minute gives every idle slab back"
    );
    // First a second after boot, then every two.
    let reaps = after
        .events(0, after.len())
        .filter(|event| matches!(event, Event::ReapScheduled { .. }))
        .count();
    assert_eq!(reaps, 30);
}

/// §3 step 2: a write to the sysctl takes any value, and the marks follow; §3.1 with L = 1.
#[test]
fn sysctls_move_the_marks() {
    let written = run("sysctl(min_free_kbytes, 2048); sysctl lower_zone_protection 1;");
    let zone = |id| written.end().zone(id);
    // 512 pages over 256 DMA and 1024 Normal pages.
    assert_eq!(
        (
            zone(ZoneId::DMA).pages_min(),
            zone(ZoneId::NORMAL).pages_min()
        ),
        (102, 409)
    );
    assert_eq!(
        zone(ZoneId::HIGHMEM).pages_min(),
        32,
        "independent of min_free_kbytes"
    );
    assert_eq!(
        zone(ZoneId::DMA).protection(1),
        zone(ZoneId::NORMAL).pages_low()
    );
    assert_eq!(zone(ZoneId::NORMAL).protection(1), 0);
    assert_eq!(
        zone(ZoneId::DMA).protection(2),
        zone(ZoneId::NORMAL).pages_low() + zone(ZoneId::HIGHMEM).pages_low()
    );
}

/// §7: sleeping in an interrupt is the kernel's complaint, and it sleeps all the same.
#[test]
fn msleep_in_an_interrupt() {
    let run = run("irq { msleep(5); }");
    let names: Vec<_> = run.events(0, run.len()).map(|event| event.name()).collect();
    assert_eq!(
        names,
        [
            "context-set",
            "called",
            "slept-atomic",
            "waited",
            "context-set"
        ]
    );
}

/// Whatever the flags and the caller, the terms add up to what the allocator really tested.
#[test]
fn terms_add_up_to_every_test() {
    let text = "machine dma=256K normal=1M highmem=256K\n\
                for (i = 0; i < 300; i++) a[i] = __get_free_pages(GFP_KERNEL | __GFP_NORETRY, 0);\n\
                irq { for (i = 0; i < 300; i++) b[i] = __get_free_pages(GFP_ATOMIC, 0); }\n\
                for (i = 0; i < 9; i++) c[i] = alloc_pages(GFP_HIGHUSER | __GFP_HIGH | __GFP_NORETRY, 3);\n\
                for (i = 0; i < 9; i++) d[i] = kmalloc(9000, 0);";
    let parsed = parse(text);
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let run = Run::new(&parsed.scenario, Bounds::default()).expect("boots");
    let (mut tests, mut lowered) = (0, 0);
    for call in run.calls() {
        let mut asked = None;
        for event in run.events(call.first, call.end) {
            match event {
                Event::PagesAsked { order, gfp } => asked = Some((order, gfp)),
                Event::ZoneTested {
                    zone, pass, need, ..
                } => {
                    let (order, gfp) = asked.expect("a request comes before its tests");
                    let terms = terms(
                        run.start(),
                        run.start().node(),
                        zone,
                        pass,
                        gfp,
                        order,
                        call.context,
                    )
                    .expect("it was tested");
                    assert_eq!(terms.need, need, "{event:?} of {:?}", call.call);
                    assert_eq!(terms.lowered + terms.pages + terms.protection, need);
                    tests += 1;
                    lowered += u32::from(terms.lowered < terms.mark);
                }
                _ => {}
            }
        }
    }
    assert!(tests > 100 && lowered > 10, "{tests}, {lowered}");
}

/// §1.4 before §1.3: `alloc_pages` tests the order before it looks at the zone bits.
#[test]
fn the_order_is_tested_before_the_zone_bits() {
    let run = run("p = alloc_pages(GFP_KERNEL | __GFP_DMA | __GFP_HIGHMEM, 11);");
    assert_eq!(
        run.calls()[0].answer,
        Answer::Null(NullReason::NoPages(Failure::OrderTooLarge))
    );
    assert_eq!(run.ended(), None);
}

/// §2: a PC's kernel image lies from 1 MB on; a machine without that memory is no such PC.
#[test]
fn a_reserved_image_needs_its_memory() {
    let pc = |zone_pages| MachineSpec {
        zone_pages,
        reserve: Reserve::I386,
        ..MachineSpec::default()
    };
    assert_eq!(
        pc([256, 0, 256]).check(),
        Err(SpecError::TooLittleLowMemory)
    );
    assert_eq!(
        pc([416, 0, 0]).check(),
        Err(SpecError::TooLittleLowMemory),
        "the image and the bitmap fit, the slab allocator does not"
    );
    let lab = Lab::boot(pc([448, 0, 0])).expect("room for both");
    lab.machine().validate().expect("a sound machine");
}

/// A `memset` gone wild on a large machine fills all its low memory and costs a note a page, not the bytes.
#[test]
fn a_wild_memset_is_followed_to_the_end_of_low_memory() {
    let run = run(
        "machine dma=16M normal=880M highmem=128M reserve=i386 l1=32\n\
                   p = kmalloc(64, GFP_KERNEL); memset(p, 0x41, 4294967295); memset(p, 0x42, 3);",
    );
    let machine = run.end();
    assert_eq!(run.calls()[1].answer, Answer::Sinned(Sin::Overrun));
    let Answer::Object { address, .. } = run.calls()[0].answer else {
        panic!("an object")
    };
    let bytes = [0, 2, 3, 4096, 100_000].map(|offset| machine.byte(address + offset));
    assert_eq!(bytes, [0x42, 0x42, 0x41, 0x41, 0x41]);
    assert_eq!(
        machine.byte(address - 1),
        0,
        "nothing in front of the object"
    );
    let end = machine.address_of(machine.zone(ZoneId::HIGHMEM).start());
    assert_eq!(machine.byte(end - 1), 0x41);
}

/// However much there is to scan, and however hopeless, a run ends, and says that it was cut.
#[test]
fn hopeless_reclaim_is_cut() {
    let text = "machine dma=16M normal=512M highmem=0\npage_cache(locked=200000);\n\
                for (i = 0; i < 200000; i++) p[i] = __get_free_pages(GFP_KERNEL, 0);\n";
    let bounds = Bounds {
        events: 2_000_000,
        ..Bounds::default()
    };
    let run = Run::new(&parse(text).scenario, bounds).expect("a machine");
    assert_eq!(run.ended(), Some(Ended::TooManyEvents));
    assert!(run.len() < 3_000_000, "{} events", run.len());
}

/// What the kernel prints in a run on a machine with CONFIG_DEBUG_SLAB.
fn slab_messages(calls: &str) -> Vec<String> {
    let text = format!("machine dma=1M normal=4M highmem=0 debug=slab\n{calls}");
    let run = Run::new(&parse(&text).scenario, Bounds::default()).expect("a machine");
    run.end().validate().expect("the invariants hold");
    let events = run.events(0, run.len()).enumerate();
    events
        .flat_map(|(at, event)| messages(run.start(), run.context_at(at + 1), &event))
        .collect()
}

/// Semantics 8.10: poison and red zones, and the kernel's words for what they find.
#[test]
fn the_debugging_slab_finds_what_was_damaged() {
    let use_after_free =
        "p = kmalloc(100, GFP_KERNEL); kfree(p); memset(p, 1, 4); q = kmalloc(100, GFP_KERNEL);";
    let found = slab_messages(use_after_free);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("Slab corruption: start=c0"),
        "{found:?}"
    );
    assert!(found[0].ends_with(", len=128"), "{found:?}");
    let error = "slab error in cache_free_debugcheck(): cache `size-128': \
                 double free, or memory outside object was overwritten";
    let overrun = "p = kmalloc(100, GFP_KERNEL); memset(p, 1, 132); kfree(p);";
    assert_eq!(slab_messages(overrun), [error]);
    let twice = "p = kmalloc(100, GFP_KERNEL); kfree(p); kfree(p);";
    assert_eq!(slab_messages(twice), [error]);
    // The class is the caller's to its last byte: 128 of them are no overrun.
    let whole =
        "p = kmalloc(100, GFP_KERNEL); memset(p, 1, 128); kfree(p); q = kmalloc(100, GFP_KERNEL);";
    assert!(slab_messages(whole).is_empty());
    // From 4096 on there are no red zones, only poison.
    let large = "p = kmalloc(4096, GFP_KERNEL); memset(p, 1, 4100); kfree(p);";
    assert!(slab_messages(large).is_empty());
}

/// Semantics 8.10: new objects hold 0x5a, free ones 0x6b, the last byte 0xa5.
#[test]
fn the_debugging_slab_fills_objects() {
    let text = "machine dma=1M normal=4M highmem=0 debug=slab\n\
                p = kmalloc(64, GFP_KERNEL); q = kmalloc(64, GFP_KERNEL); kfree(p);";
    let run = Run::new(&parse(text).scenario, Bounds::default()).expect("a machine");
    let address = |call: usize| match run.calls()[call].answer {
        Answer::Object { address, .. } => address,
        other => panic!("{other:?}"),
    };
    let byte = |at: u32| run.end().byte(at);
    let (p, q) = (address(0), address(1));
    assert_eq!([byte(p), byte(p + 62), byte(p + 63)], [0x6b, 0x6b, 0xa5]);
    assert_eq!([byte(q), byte(q + 62), byte(q + 63)], [0x5a, 0x5a, 0xa5]);
    let word = |at: u32| u32::from_le_bytes([0, 1, 2, 3].map(|place| byte(at + place)));
    assert_eq!([word(p - 4), word(p + 64)], [0x5a2c_f071; 2]);
    assert_eq!([word(q - 4), word(q + 64)], [0x170f_c2a5; 2]);
}

/// The calls' pages of a run, each with the node and the zone that they came from.
fn places(text: &str) -> Vec<String> {
    let run = Run::new(&parse(text).scenario, Bounds::default()).expect("a machine");
    run.end().validate().expect("the invariants hold");
    let pages = run.calls().iter().filter_map(|call| match call.answer {
        Answer::Pages { pfn, .. } => {
            let zone = run.end().zone_of(pfn);
            Some(format!("{} {}", zone.node(), zone.name()))
        }
        _ => None,
    });
    pages.collect()
}

/// Semantics 10: the local node first, in it from the highest zone down, then the next node's.
#[test]
fn a_node_serves_its_own_tasks_first() {
    let machine = "machine dma=1M normal=4M highmem=1M nodes=2\n";
    let calls = "a = alloc_pages(GFP_KERNEL, 0); run_on_node(1); b = alloc_pages(GFP_KERNEL, 0);\n\
                 c = alloc_pages(GFP_HIGHUSER, 0); d = alloc_pages(GFP_KERNEL | __GFP_DMA, 0);\n\
                 e = alloc_pages_node(0, GFP_KERNEL, 0); f = alloc_pages(GFP_KERNEL, 0);\n";
    assert_eq!(
        places(&format!("{machine}{calls}")),
        [
            "0 Normal",
            "1 Normal",
            "1 HighMem",
            "0 DMA",
            "0 Normal",
            "1 Normal"
        ]
    );
    // 512 pages twice: the first node has one such block left after start-up, the second gives the next. A third would
    // leave it nothing of its reserve.
    let far = "machine dma=1M normal=8M highmem=0 nodes=2\n\
               a = alloc_pages(GFP_ATOMIC, 9); b = alloc_pages(GFP_ATOMIC, 9); c = alloc_pages(GFP_ATOMIC, 9);\n";
    assert_eq!(places(far), ["0 Normal", "1 Normal"]);
}

/// Semantics 10: watermarks are computed over all nodes together: M times a zone's share of all low memory.
#[test]
fn nodes_share_the_reserve() {
    let spec = MachineSpec {
        zone_pages: [1024, 2048, 0],
        nodes: 2,
        ..MachineSpec::default()
    };
    let lab = Lab::boot(spec).expect("a machine");
    let machine = lab.machine();
    // isqrt(4 * 3072 * 16) = 443 kB, 110 pages; a third of the low memory each.
    let marks: Vec<_> = machine
        .zones()
        .map(|(id, zone)| (id.node(), id.name(), zone.pages(), zone.pages_min()))
        .collect();
    assert_eq!(
        marks,
        [
            (0, "DMA", 1024, 36),
            (0, "Normal", 1024, 36),
            (1, "Normal", 1024, 36)
        ]
    );
}

/// kswapd that writes a page for a filesystem waits for a semaphore of the sleeping task; it is no deadlock of that task.
#[test]
fn kswapd_waits_for_a_semaphore_of_the_sleeping_task() {
    let text = "page_cache(clean=100, dirty=300);\nwritepage { down(&journal); up(&journal); }\n\
                down(&journal);\nfor (i = 0; i < 1300; i++) b[i] = __get_free_pages(GFP_NOFS | __GFP_NORETRY, 0);\n\
                msleep(50);\nup(&journal);\n";
    let run = Run::new(&parse(text).scenario, Bounds::default()).expect("a machine");
    assert_eq!(run.ended(), None);
    let ran = |name| run.events(0, run.len()).any(|event| event.name() == name);
    assert!(ran("kswapd-started") && ran("writepage-called"));
}

/// What no driver would write: the run ends, or says why it does not begin, and nothing panics.
#[test]
fn texts_beyond_reason_are_answered() {
    let text = "machine dma=16M normal=5G highmem=0 page=8K";
    let parsed = parse(text);
    assert_eq!(
        parsed
            .errors
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["1:1 dma and normal are 4096 MB at most together; the rest is highmem"]
    );
    let run = |text: &str| {
        let parsed = parse(text);
        assert_eq!(parsed.errors, [], "{text}");
        Run::new(&parsed.scenario, Bounds::default()).expect("a machine")
    };
    // More low memory than the kernel has addresses for.
    let wide = run("machine dma=16M normal=3G highmem=0 debug=slab\n\
                    for (i = 0; i < 200; i++) p[i] = kmalloc(3000, GFP_KERNEL);\nmemset(p[7], 1, 4294967295);\n\
                    for (i = 0; i < 200; i++) kfree(p[i]);\nv = vmalloc(5000);");
    wide.end().validate().expect("the invariants hold");
    assert_eq!(wide.ended(), None);
    let tasks = "for (i = 0; i < 70000; i++) { meanwhile { kfree(NULL); } }\nmsleep(1);";
    assert_eq!(run(tasks).ended(), Some(Ended::TooManySteps));
    let processes = "for (i = 0; i < 70000; i++) user_pages(0);\nuser_pages(5);";
    let last = run(processes).calls().last().map(|call| call.answer);
    assert_eq!(last, Some(Answer::Populated { pages: 0 }));
    // From the first page of a machine of four gigabytes to its end.
    let device = "machine dma=16M normal=16M highmem=4064M\n\
                  for (i = 0; i < 300000; i++) p = kmalloc(64, GFP_ATOMIC | __GFP_DMA | __GFP_NOWARN);\n\
                  dma_from_device(p, 4294967295);";
    run(device).end().validate().expect("the invariants hold");
    let waits = "meanwhile { down(&a); }\ndown(&a);\nmsleep(5);";
    assert_eq!(run(waits).ended(), Some(Ended::Blocked));
}

/// Two tasks that sleep for pages of an area do not get the same addresses.
#[test]
fn areas_made_at_the_same_time_lie_apart() {
    let text = "page_cache(dirty=200, locked=1200);\nmeanwhile { w = vmalloc(40000); }\nv = vmalloc(200000);\nvfree(w);\nvfree(v);\n";
    let run = Run::new(&parse(text).scenario, Bounds::default()).expect("a machine");
    run.end().validate().expect("the invariants hold");
    let areas: Vec<_> = run
        .calls()
        .iter()
        .filter_map(|call| match call.answer {
            Answer::Area { address, pages } => Some((address, address + pages * 4096)),
            _ => None,
        })
        .collect();
    assert_eq!(areas.len(), 2, "{areas:x?}");
    assert!(
        areas[0].1 <= areas[1].0 || areas[1].1 <= areas[0].0,
        "{areas:x?}"
    );
}
