//! What one change would make a call succeed: a table of failures with what is offered, and that every offer keeps its
//! word when it is applied.

use expect_test::{Expect, expect};
use kmalloc_core::event::Event;
use kmalloc_core::run::remedy::{Change, Outcome, Search, trouble};
use kmalloc_core::run::{Answer, Bounds, Run};
use kmalloc_core::script::parse;

fn run(text: &str) -> Run {
    let parsed = parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    Run::new(&parsed.scenario, Bounds::default()).expect("the machine can be built")
}

/// The search for the first call with trouble, to its end.
fn searched(text: &str) -> Search {
    let run = run(text);
    let first = (0..run.calls().len()).find(|&call| trouble(&run, call).is_some());
    let call = first.expect("a call with trouble");
    let mut search = Search::begin(text, &run, call).expect("there is something to try");
    while !search.go_on(&run, usize::MAX) {}
    assert_eq!(search.left(), 0);
    search
}

/// The lines that work, and how many did not.
fn check(text: &str, expected: Expect) {
    let search = searched(text);
    let mut found = format!("{:?}\n", search.trouble());
    let mut failed = 0;
    for tried in search.tried() {
        match (&tried.outcome, &tried.change) {
            (Outcome::Works(_), Change::Earlier { who, lock }) => {
                found += &format!("earlier: {} ({who:?} {lock:?})\n", tried.now);
            }
            (Outcome::Works(_), Change::LeaveOut) => found += &format!("without: {}\n", tried.was),
            (Outcome::Works(_), _) => found += &format!("{}\n", tried.now),
            _ => failed += 1,
        }
    }
    expected.assert_eq(&format!("{found}{failed} did not work\n"));
}

/// 1 MB, of which 55 pages are left above a `pages_min` of 32.
const SMALL: &str = "kernel 2.6.10\nmachine dma=0 normal=1M highmem=0 reserve=none l1=32\n\
    a = __get_free_pages(GFP_KERNEL, 7);\nb = __get_free_pages(GFP_KERNEL, 6);\n";

#[test]
fn a_costly_order_that_was_tried_once() {
    check(
        &format!("{SMALL}p = __get_free_pages(GFP_NOFS, 5);"),
        expect![[r#"
            Null(NoPages(CostlyOrder))
            p = __get_free_pages(GFP_ATOMIC, 5)
            p = __get_free_pages(GFP_NOFS | __GFP_HIGH, 5)
            free_pages(a, 7)
            free_pages(b, 6)
            p = __get_free_pages(GFP_NOFS, 4)
            6 did not work
        "#]],
    );
}

#[test]
fn an_interrupt_that_finds_too_little() {
    check(
        &format!("{SMALL}irq {{\n    p = __get_free_pages(0, 5);\n}}\n"),
        expect![[r#"
            Null(NoPages(MayNotWait))
            p = __get_free_pages(GFP_ATOMIC, 5)
            free_pages(a, 7)
            free_pages(b, 6)
            p = __get_free_pages(0, 4)
            6 did not work
        "#]],
    );
}

#[test]
fn a_call_that_may_sleep_in_an_interrupt() {
    check(
        "irq { p = kmalloc(100, GFP_KERNEL); }",
        expect![[r#"
        MightSleep
        p = kmalloc(100, GFP_ATOMIC)
        earlier: p = kmalloc(100, GFP_KERNEL) (Some(Irq) None)
        6 did not work
    "#]],
    );
}

#[test]
fn a_call_that_may_sleep_under_a_lock() {
    let machine = "kernel 2.6.10\nmachine dma=0 normal=1M highmem=0 reserve=none l1=32 debug=sleep preempt=on\n";
    let text = "spin_lock(&lock);\np = kmalloc(100, GFP_KERNEL);\nspin_unlock(&lock);\n";
    check(
        &format!("{machine}{text}"),
        expect![[r#"
        MightSleep
        p = kmalloc(100, GFP_ATOMIC)
        earlier: p = kmalloc(100, GFP_KERNEL) (None Some("lock"))
        6 did not work
    "#]],
    );
    check(
        "irq { msleep(10); }",
        expect![[r#"
        SleptAtomic
        earlier: msleep(10) (Some(Irq) None)
        0 did not work
    "#]],
    );
}

#[test]
fn flags_that_a_slab_must_not_see() {
    check(
        "p = kmalloc(4000, GFP_KERNEL | __GFP_HIGHMEM);\np = kmalloc(131072, GFP_KERNEL | __GFP_HIGHMEM);",
        expect![[r#"
        Stopped(CacheGrowBug)
        p = kmalloc(4000, GFP_KERNEL)
        7 did not work
    "#]],
    );
    check(
        "p = alloc_pages(__GFP_DMA | __GFP_HIGHMEM, 0);",
        expect![[r#"
        Stopped(Undefined(BothZoneBits))
        p = alloc_pages(__GFP_DMA, 0)
        p = alloc_pages(__GFP_HIGHMEM, 0)
        4 did not work
    "#]],
    );
    check(
        "p = __get_free_pages(__GFP_HIGHMEM, 0);",
        expect![[r#"
        Null(NoAddress)
        p = __get_free_pages(0, 0)
        5 did not work
    "#]],
    );
}

#[test]
fn a_size_above_the_largest_class() {
    check(
        "p = kmalloc(200000, GFP_KERNEL);\nkfree(p);",
        expect![[r#"
        Null(TooLarge)
        p = vmalloc(200000)
        p = kmalloc(131072, GFP_KERNEL)
        7 did not work
    "#]],
    );
}

#[test]
fn sins_that_one_change_mends() {
    check(
        "p = kmalloc(100, GFP_KERNEL); kfree(p); kfree(p);",
        expect![[r#"
        Stopped(Undefined(DoubleFree))
        without: kfree(p)
        0 did not work
    "#]],
    );
    check(
        "p = __get_free_pages(GFP_KERNEL, 2); free_pages(p, 1);",
        expect![[r#"
        Stopped(Undefined(WrongOrder))
        free_pages(p, 2)
        0 did not work
    "#]],
    );
    check(
        "p = __get_free_pages(GFP_KERNEL, 2); kfree(p);",
        expect![[r#"
        Stopped(Undefined(WrongFree))
        free_pages(p, 2)
        0 did not work
    "#]],
    );
    check(
        "p = kmalloc(100, GFP_KERNEL); memset(p, 0, 129);",
        expect![[r#"
        Sinned(Overrun)
        memset(p, 0, 100)
        0 did not work
    "#]],
    );
    check(
        "p = kmalloc(100, GFP_KERNEL); p = kmalloc(200, GFP_KERNEL);",
        expect![[r#"
        Sinned(Leaked)
        kfree(p)
        0 did not work
    "#]],
    );
    check(
        "kmalloc(100, GFP_KERNEL);",
        expect![[r#"
        Sinned(Leaked)
        p = kmalloc(100, GFP_KERNEL)
        0 did not work
    "#]],
    );
    check(
        "p = kmalloc(100, GFP_KERNEL); memset(p, 0x41, 100); kfree(p); q = kmalloc(100, GFP_KERNEL); copy_to_user(q, 100);",
        expect![[r#"
        Sinned(Disclosed)
        memset(q, 0, 100)
        0 did not work
    "#]],
    );
}

/// The freed object of 128 KB stays in its cache, the freed block is on a free list.
#[test]
fn a_loop_that_takes_the_last_page() {
    check(
        "p = kmalloc(100000, GFP_KERNEL); b = __get_free_pages(GFP_KERNEL, 3); for (i = 0; i < 1400; i++) q[i] = __get_free_pages(GFP_ATOMIC, 0);",
        expect![[r#"
            Null(NoPages(MayNotWait))
            free_pages(b, 3)
            5 did not work
        "#]],
    );
}

/// A release that another call relies on, or that comes twice, is no remedy.
#[test]
fn what_harms_another_call_is_not_offered() {
    let text =
        format!("{SMALL}p = __get_free_pages(GFP_NOFS, 5);\nfree_pages(a, 7);\nmemset(b, 1, 4);\n");
    check(
        &text,
        expect![[r#"
        Null(NoPages(CostlyOrder))
        p = __get_free_pages(GFP_ATOMIC, 5)
        p = __get_free_pages(GFP_NOFS | __GFP_HIGH, 5)
        p = __get_free_pages(GFP_NOFS, 4)
        8 did not work
    "#]],
    );
    let harmed = searched(&text);
    let harmed = harmed
        .tried()
        .iter()
        .filter(|tried| matches!(tried.outcome, Outcome::Harms(..)));
    assert_eq!(harmed.count(), 2, "both releases");
}

#[test]
fn nothing_is_asked_of_a_call_that_went_well() {
    let text = "p = kmalloc(100, GFP_KERNEL);";
    assert!(Search::begin(text, &run(text), 0).is_none());
    assert!(Search::begin(text, &run(text), 9).is_none());
}

/// Every offer, applied, is a run in which that call succeeds and in which no more sins are committed than before.
fn keeps_its_word(text: &str) -> usize {
    let before = run(text);
    let sins = |run: &Run| {
        let bad = |answer| matches!(answer, Answer::Sinned(_) | Answer::Stopped(_));
        run.calls().iter().filter(|call| bad(call.answer)).count()
    };
    let troubled = (0..before.calls().len()).filter(|&call| trouble(&before, call).is_some());
    let mut offers = 0;
    for call in troubled.take(4) {
        let mut search = Search::begin(text, &before, call).expect("there is something to try");
        while !search.go_on(&before, usize::MAX) {}
        let mut by_pieces = Search::begin(text, &before, call).expect("there is something to try");
        while !by_pieces.go_on(&before, 3) {}
        assert_eq!(by_pieces.tried(), search.tried(), "pieces change nothing");
        for tried in search.tried() {
            let Some(effects) = tried.effects() else {
                continue;
            };
            offers += 1;
            assert_ne!(tried.text, text);
            assert_ne!(
                tried.was == tried.now,
                !matches!(tried.change, Change::Earlier { .. })
            );
            let after = run(&tried.text);
            let cut = before.ended().is_some();
            assert!(cut || sins(&after) <= sins(&before), "{text}\n{tried:?}");
            if tried.change == Change::LeaveOut {
                continue;
            }
            let found = after
                .calls()
                .iter()
                .position(|call| call.first == effects.first);
            let found = found.expect("the call is made");
            let record = &after.calls()[found];
            assert_eq!(Some(record.answer), effects.answer);
            assert!(
                !matches!(
                    record.answer,
                    Answer::Null(_) | Answer::Sinned(_) | Answer::Stopped(_)
                ),
                "{text}\n{tried:?}"
            );
            let slept = |event| matches!(event, Event::SleptAtomic | Event::MightSleep { .. });
            assert!(
                !after.own_events(found).any(|(_, event)| slept(event)),
                "{text}\n{tried:?}"
            );
        }
    }
    offers
}

#[test]
fn every_offer_for_the_gallery_keeps_its_word() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../static/scenarios");
    let (mut offers, mut scenarios) = (0, 0);
    for entry in std::fs::read_dir(folder).expect("the gallery") {
        let file = entry.expect("an entry").path().join("en.kms");
        if let Ok(text) = std::fs::read_to_string(file) {
            offers += keeps_its_word(&text);
            scenarios += 1;
        }
    }
    assert!(scenarios > 20 && offers > 20, "{scenarios} {offers}");
}

#[test]
fn every_offer_for_random_calls_keeps_its_word() {
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
    let mut roll = |sides: usize| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        (dice >> 11) as usize % sides
    };
    let flags = [
        "GFP_KERNEL | __GFP_NORETRY",
        "GFP_ATOMIC",
        "GFP_NOFS",
        "0",
        "GFP_KERNEL | __GFP_DMA",
        "GFP_KERNEL | __GFP_HIGHMEM",
    ];
    let names = ["p", "q", "r[1]"];
    let mut offers = 0;
    for _ in 0..120 {
        let mut text = String::from(
            "kernel 2.6.10\nmachine dma=256K normal=768K highmem=128K reserve=none l1=32 debug=sleep preempt=on\n",
        );
        for _ in 0..8 {
            let (name, flag) = (names[roll(3)], flags[roll(6)]);
            let order = roll(8);
            let size = 40_usize << roll(13);
            let line = match roll(9) {
                0 | 1 => format!("{name} = kmalloc({size}, {flag});"),
                2 | 3 => format!("{name} = __get_free_pages({flag}, {order});"),
                4 => format!("irq {{ {name} = kmalloc({size}, {flag}); }}"),
                5 => format!(
                    "spin_lock(&l); {name} = alloc_pages({flag}, {order}); spin_unlock(&l);"
                ),
                6 => format!("for (i = 0; i < 40; i++) s[i] = kmalloc({size}, {flag});"),
                7 => format!("kfree({name});"),
                _ => format!("memset({name}, 1, {size});"),
            };
            text += &line;
            text += "\n";
        }
        offers += keeps_its_word(&text);
    }
    assert!(offers > 100, "{offers}");
}
