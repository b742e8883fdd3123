//! Two runs on one clock: which calls belong together, where both stand, what differs.

use kmalloc_core::run::compare::{Comparing, Comparison, Difference, Number, zones};
use kmalloc_core::run::{Bounds, Run};
use kmalloc_core::script::parse;

fn run(text: &str) -> Run {
    let parsed = parse(text);
    assert_eq!(parsed.errors, [], "{text}");
    Run::new(&parsed.scenario, Bounds::default()).expect("the machine can be built")
}

/// The pairs as `1=1 2≠2 3·`: the call's number on either side with a sign for the difference between them.
fn paired(one: &str, other: &str) -> String {
    let comparison = Comparison::new(&run(one), &run(other));
    let signs = comparison.pairs().iter().map(|pair| {
        let [a, b] = pair
            .calls
            .map(|call| call.map_or("-".into(), |call| (call + 1).to_string()));
        let sign = match pair.difference {
            Difference::None => "=",
            Difference::Way => "~",
            Difference::Numbers => "#",
            Difference::Reason => "?",
            Difference::Outcome => "!",
            Difference::Alone => "|",
        };
        format!("{a}{sign}{b}")
    });
    signs.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_same_text_differs_nowhere() {
    let text = "p = kmalloc(100, GFP_KERNEL); irq { q = kmalloc(9, GFP_ATOMIC); } kfree(p);";
    assert_eq!(paired(text, text), "1=1 2=2 3=3");
    assert_eq!(
        Comparison::new(&run(text), &run(text)).first_difference(),
        None
    );
    let run = run(text);
    assert_eq!(
        Comparison::new(&run, &run),
        Comparison::new(&run, &self::run(text)),
        "a run beside itself is not looked through"
    );
}

#[test]
fn other_flags_and_other_machines() {
    let text = "p = kmalloc(100, GFP_KERNEL); kfree(p);";
    assert_eq!(paired(text, &text.replace("KERNEL", "ATOMIC")), "1~1 2=2");
    let machine = "kernel 2.6.10\nmachine dma=1M normal=4M highmem=0 reserve=none l1=128\n";
    assert_eq!(paired(text, &format!("{machine}{text}")), "1#1 2~2");
    let fails = "a = __get_free_pages(GFP_ATOMIC, 11);";
    assert_eq!(paired(fails, "a = __get_free_pages(GFP_ATOMIC, 3);"), "1!1");
    assert_eq!(
        paired(
            "irq { p = kmalloc(1, GFP_KERNEL); }",
            "irq { p = kmalloc(1, GFP_ATOMIC); }"
        ),
        "1!1",
        "both get memory, but one could have slept"
    );
}

#[test]
fn what_was_put_in_or_moved_stands_alone() {
    let text =
        "a = kmalloc(1, 0); b = kmalloc(2, 0); spin_lock(&l); c = kmalloc(3, 0); spin_unlock(&l);";
    let freed = text.replace("spin_lock", "kfree(a); spin_lock");
    assert!(
        paired(text, &freed).starts_with("1=1 2=2 -|3 3=4"),
        "{}",
        paired(text, &freed)
    );
    let moved =
        "a = kmalloc(1, 0); b = kmalloc(2, 0); c = kmalloc(3, 0); spin_lock(&l); spin_unlock(&l);";
    let found = paired(text, moved);
    assert_eq!(found.matches('|').count(), 2, "{found}");
    let vmalloc = "p = vmalloc(200000); vfree(p);";
    assert_eq!(
        paired("p = kmalloc(200000, GFP_KERNEL); kfree(p);", vmalloc),
        "1!1 2~2"
    );
    assert_eq!(paired("", "kfree(NULL);"), "-|1");
    assert_eq!(paired("kfree(NULL); schedule();", ""), "1|- 2|-");
}

/// On every tick each run goes on by an event, or waits; nothing is passed over, and both come to their ends.
#[test]
fn one_clock_moves_both() {
    let texts = [
        "p = kmalloc(100, GFP_KERNEL); q = kmalloc(70000, GFP_KERNEL); kfree(p);",
        "p = kmalloc(100000, GFP_ATOMIC); schedule(); irq { q = kmalloc(70, GFP_ATOMIC); } kfree(p);",
        "kernel 2.6.10\nmachine dma=0 normal=1M highmem=0 reserve=none l1=32\npage_cache(dirty=150);\n\
         p = kmalloc(100000, GFP_KERNEL); meanwhile { kfree(NULL); } q = kmalloc(100000, GFP_KERNEL);",
        "",
    ];
    for one in texts {
        for other in texts {
            let (one, other) = (run(one), run(other));
            let both = Comparison::new(&one, &other);
            let mut by_pieces = Comparing::begin(&one, &other);
            while !by_pieces.go_on(&one, &other, 1) {}
            assert_eq!(by_pieces.finish(), both, "pieces change nothing");
            let mut before = [0, 0];
            assert_eq!(both.cursors(0), before);
            for clock in 1..=both.len() {
                let now = both.cursors(clock);
                let steps = [now[0] - before[0], now[1] - before[1]];
                assert!(
                    steps == [1, 1] || steps == [1, 0] || steps == [0, 1],
                    "{steps:?}"
                );
                for side in [0, 1] {
                    assert!(both.moment(side, now[side]) <= clock);
                    assert_eq!(both.cursors(both.moment(side, now[side]))[side], now[side]);
                }
                before = now;
            }
            assert_eq!(before, [one.len(), other.len()]);
            assert_eq!(
                both.cursors(usize::MAX / 2),
                before,
                "past the end is the end"
            );
        }
    }
}

#[test]
fn zones_in_numbers() {
    let run = run("");
    let counts = zones(run.start());
    for zone in &counts {
        let free: u32 = zone
            .blocks
            .iter()
            .enumerate()
            .map(|(order, count)| count << order)
            .sum();
        assert_eq!(free, zone.free);
    }
    assert_eq!(counts.len(), 3);
    assert!(Number::beside(3, None).differs && Number::beside(3, Some(4)).differs);
    assert!(!Number::beside(3, Some(3)).differs);
}

/// Without memory is without memory; why is another matter.
#[test]
fn null_for_another_reason_is_no_other_number() {
    let machine = "kernel 2.6.10\nmachine dma=0 normal=1M highmem=0 reserve=none l1=32\n";
    let large = format!("{machine}p = __get_free_pages(GFP_ATOMIC, 10);\n");
    let larger = format!("{machine}p = __get_free_pages(GFP_ATOMIC, 11);\n");
    assert_eq!(paired(&large, &larger), "1?1");
}
