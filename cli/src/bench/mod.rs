//! `bench`: the core against other allocators on the same traces, in the same run.
//!
//! Every peer replays the trace in turn, round after round; the table shows medians and ratios to the core, after the floor
//! (an empty replay) is taken off. Timings are for reading, never for a test to assert.

mod peers;
mod seek;
mod trace;

use std::time::Instant;

use peers::{BuddyHeap, Core, Frames, LinkedList, Nobody, Peer, Rlsf, TalcHeap};
use trace::{Op, Trace};

/// Rounds a peer takes part in.
const ROUNDS: usize = 7;
/// Operations of a trace.
const OPERATIONS: usize = 1_000_000;
/// First fit walks its list: fewer operations keep the round bearable.
const SLOW_OPERATIONS: usize = 20_000;
/// 64 MiB and 4 GiB, in pages.
const SMALL: u32 = 16_384;
const LARGE: u32 = 1_048_576;
/// No block.
const NONE: usize = usize::MAX;

/// Prints the tables.
pub fn bench() {
    seek::table();
    for (title, pages) in [("64 MiB", SMALL), ("4 GiB", LARGE)] {
        println!(
            "\n{title}, {OPERATIONS} operations, median of {ROUNDS} rounds, nanoseconds an operation"
        );
        let (machine, count) = (u64::from(pages), OPERATIONS);
        for trace in [
            trace::w1(count),
            trace::w2(machine, count),
            trace::w4(machine.min(65_536), count),
        ] {
            let peers: Vec<Box<dyn Peer>> = vec![
                Box::new(Nobody),
                Box::new(Core::new(pages, false, false)),
                Box::new(Core::new(pages, false, true)),
                Box::new(Frames::new(pages)),
            ];
            table(&trace, peers, "buddy_system_allocator frames");
        }
        if pages == SMALL {
            let bytes = pages as usize * 4096;
            let peers: Vec<Box<dyn Peer>> = vec![
                Box::new(Nobody),
                Box::new(Core::new(pages, true, false)),
                Box::new(Core::new(pages, true, true)),
                Box::new(BuddyHeap::new(bytes)),
                Box::new(Rlsf::new(bytes)),
                Box::new(TalcHeap::new(bytes)),
            ];
            table(&trace::w3(machine, count), peers, "rlsf");
            let slow: Vec<Box<dyn Peer>> = vec![
                Box::new(Nobody),
                Box::new(Core::new(pages, true, false)),
                Box::new(Core::new(pages, true, true)),
                Box::new(LinkedList::new(bytes)),
            ];
            table(
                &trace::w3(machine, SLOW_OPERATIONS),
                slow,
                "linked_list_allocator",
            );
        }
    }
}

/// One trace, every peer in turn.
fn table(trace: &Trace, mut peers: Vec<Box<dyn Peer>>, reference: &str) {
    let mut times = vec![Vec::new(); peers.len()];
    let mut refused = vec![0; peers.len()];
    let mut names = vec![""; peers.len()];
    for _ in 0..ROUNDS {
        for (at, peer) in peers.iter_mut().enumerate() {
            peer.restart();
            let (nanoseconds, refusals) = replay(trace, peer.as_mut());
            times[at].push(nanoseconds / trace.ops.len() as f64);
            refused[at] = refusals;
            names[at] = peer.name();
        }
    }
    let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
    let floor = medians[0];
    let against = names
        .iter()
        .position(|name| *name == reference)
        .map_or(f64::NAN, |at| medians[at] - floor);
    println!(
        "\n{} {} ({} operations)",
        trace.name,
        trace.what,
        trace.ops.len()
    );
    for ((name, median), refused) in names.iter().zip(&medians).zip(&refused) {
        let ratio = (median - floor) / against;
        println!("  {name:<32} {median:>9.1}  {ratio:>6.2} × {reference}   {refused} refused");
    }
}

/// Nanoseconds of one replay, and how many requests were refused.
fn replay(trace: &Trace, peer: &mut dyn Peer) -> (f64, u64) {
    let mut slots = vec![NONE; trace.slots];
    let mut refused = 0;
    let start = Instant::now();
    for op in &trace.ops {
        match *op {
            Op::Alloc { slot, size } => {
                let block = peer.alloc(size).unwrap_or(NONE);
                refused += u64::from(block == NONE);
                slots[slot as usize] = block;
            }
            Op::Free { slot, size } => {
                let block = std::mem::replace(&mut slots[slot as usize], NONE);
                if block != NONE {
                    peer.free(block, size);
                }
            }
        }
    }
    (start.elapsed().as_nanos() as f64, refused)
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
