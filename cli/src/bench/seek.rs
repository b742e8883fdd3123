//! Looking back: how long it takes until the machine at any cursor of a long recording is there. The scenario is that of
//! `cargo xtask bench --web`.

use std::time::{Duration, Instant};

use kmalloc_core::run::{Bounds, Run};
use kmalloc_core::script::parse;

/// About a million events on a gigabyte.
const SCENARIO: &str = include_str!("large.kms");
/// Seeks that are timed.
const SEEKS: usize = 2_000;

/// Prints the table.
pub(super) fn table() {
    let scenario = parse(SCENARIO).scenario;
    let mut run = Run::new(&scenario, Bounds::default()).expect("a machine of a gigabyte boots");
    let pages = scenario.machine.total_pages();
    let events = run.len();
    let start = Instant::now();
    let _ = run.at(events);
    let folded = milliseconds(start.elapsed());
    let mut times = Vec::with_capacity(SEEKS);
    let mut seed: u64 = 1;
    for _ in 0..SEEKS {
        seed = seed * 48_271 % 2_147_483_647;
        let cursor = (seed as usize) % (events + 1);
        let start = Instant::now();
        let machine = run.at(cursor);
        times.push(milliseconds(start.elapsed()));
        drop(machine);
    }
    times.sort_by(f64::total_cmp);
    let at = |hundredths: usize| times[(SEEKS - 1) * hundredths / 100];
    println!("\nLooking back: {events} events on {pages} pages");
    println!("  all of them folded, with the checkpoints {folded:>7.2} ms");
    println!(
        "  {SEEKS} seeks anywhere: {:.2} ms in the median, {:.2} ms p99, {:.2} ms at worst",
        at(50),
        at(99),
        at(100)
    );
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
