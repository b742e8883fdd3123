//! A zone's free pages against its marks: what the gauge of the free lists panel shows, as shares of its width.

use kmalloc_core::event::Event;
use kmalloc_core::exercise::Guess;
use kmalloc_core::gfp::Gfp;
use kmalloc_core::machine::Machine;
use kmalloc_core::profile::ZoneId;
use kmalloc_core::script::ast::Call;

use super::Current;

/// The bar ends at this many hundredths of `pages_high`; above, it is drawn broken and the number speaks.
const END: u32 = 128;

/// What this request was measured against.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Need {
    /// Pages that had to be free.
    pub pages: u32,
    /// Pages that were.
    pub free: u32,
    /// The outcome.
    pub granted: bool,
    /// Share of the width.
    pub at: f32,
    /// The event at the cursor is this test.
    pub now: bool,
}

/// `protection[]` of a zone against a request: pages above the mark that are for others.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Reserve {
    /// How many.
    pub pages: u32,
    /// Shares of the width between which they lie.
    pub span: [f32; 2],
}

/// One zone's gauge.
#[derive(Clone, PartialEq, Debug)]
pub struct Gauge {
    /// Whose.
    pub zone: ZoneId,
    /// Free pages.
    pub free: u32,
    /// Pages at the end of the bar.
    pub end: f32,
    /// Share of the width that is filled.
    pub fill: f32,
    /// There is more than the bar can show.
    pub broken: bool,
    /// `pages_min`, `pages_low`, `pages_high` and their shares of the width.
    pub marks: [(u32, f32); 3],
    /// The latest test of this zone in this call.
    pub need: Option<Need>,
    /// What the zone keeps back from this sort of request, when it keeps anything.
    pub reserve: Option<Reserve>,
    /// The request may take from this zone.
    pub inside: bool,
    /// The walk has gone on from here to the next gauge.
    pub walked: bool,
    /// What the learner has foreseen of this zone in this call.
    pub guesses: Vec<Guessed>,
}

/// A guess that shows on a gauge.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Guessed {
    /// The zone is tested in this place of the walk, counted from 1, and the walk goes on to a gauge beside this one.
    Step {
        /// Its place.
        number: usize,
        /// Where the walk goes on.
        on: Option<Beside>,
    },
    /// It serves the request.
    Serves,
    /// The test wants to see so many pages free; share of the width.
    Needs(u32, f32),
    /// So many are free when the call has returned; share of the width.
    Free(u32, f32),
}

/// The gauge beside one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Beside {
    /// At its left.
    Left,
    /// At its right.
    Right,
}

/// The gauges of every zone that has memory, in the order of the request's walk, then the others.
pub fn gauges(machine: &Machine, current: Option<&Current>, foreseen: &[&Guess]) -> Vec<Gauge> {
    let request = current.and_then(|current| Some((current, current.request()?)));
    // The caches of `kmalloc` lie in Normal or in DMA, whatever else its flags say, and even if no page is asked for.
    let cached = current.and_then(|current| match current.record.call {
        Call::Kmalloc { gfp, .. } => Some(current.zonelist(machine, gfp & Gfp::DMA)),
        _ => None,
    });
    let walk = match request {
        Some((current, (_, gfp))) => current.zonelist(machine, gfp),
        None => cached.unwrap_or_else(|| machine.zonelist(0).zones()),
    };
    let everybody = request.is_none() && cached.is_none();
    let of_node =
        |node| [ZoneId::NORMAL, ZoneId::DMA, ZoneId::HIGHMEM].map(|kind| ZoneId::of(node, kind));
    let everywhere: Vec<ZoneId> = (0..machine.spec().nodes).flat_map(of_node).collect();
    let others = everywhere.iter().filter(|zone| !walk.contains(zone));
    let past = current.map_or(&[][..], Current::past);
    // As the kernel's `alloc_type`: the sort of the first zone of the walk.
    let class = walk.first().map(|zone| zone.kind().index());
    let order = request.map_or(0, |(_, (order, _))| order);
    let mut all: Vec<Gauge> = walk
        .iter()
        .chain(others)
        .filter(|zone| machine.zone(**zone).pages() > 0)
        .map(|&zone| {
            let inside = everybody || walk.contains(&zone);
            let mut gauge = gauge(machine, zone, past, inside);
            let kept = class.filter(|_| inside);
            let kept = kept.map_or(0, |class| machine.zone(zone).protection(class));
            gauge.reserve = gauge.reserve(kept, order);
            gauge
        })
        .collect();
    for index in 1..all.len() {
        all[index - 1].walked = all[index].need.is_some() && all[index - 1].need.is_some();
    }
    let zones: Vec<ZoneId> = all.iter().map(|gauge| gauge.zone).collect();
    for (index, gauge) in all.iter_mut().enumerate() {
        let seen = foreseen.iter().filter_map(|guess| match guess {
            Guess::Walk(walk) => step(walk, &zones, index),
            Guess::Zone(zone) => (*zone == gauge.zone).then_some(Guessed::Serves),
            Guess::Need { zone, pages } => {
                (*zone == gauge.zone).then(|| Guessed::Needs(*pages, gauge.share(*pages)))
            }
            Guess::Free { zone, pages } => {
                (*zone == gauge.zone).then(|| Guessed::Free(*pages, gauge.share(*pages)))
            }
            Guess::Bytes(_) => None,
        });
        gauge.guesses = seen.collect();
        // As the walk has them, in whatever order they were asked.
        gauge.guesses.sort_by_key(|guessed| match guessed {
            Guessed::Step { .. } => 0,
            Guessed::Serves => 1,
            Guessed::Needs(..) => 2,
            Guessed::Free(..) => 3,
        });
    }
    all
}

/// The step of a walk that one of the gauges is.
fn step(walk: &[ZoneId], gauges: &[ZoneId], index: usize) -> Option<Guessed> {
    let place = walk.iter().position(|zone| *zone == gauges[index])?;
    let next = walk.get(place + 1);
    let beside = |at: usize| next.is_some() && gauges.get(at) == next;
    let on = if beside(index + 1) {
        Some(Beside::Right)
    } else if index > 0 && beside(index - 1) {
        Some(Beside::Left)
    } else {
        None
    };
    Some(Guessed::Step {
        number: place + 1,
        on,
    })
}

impl Gauge {
    /// What is kept back lies above the mark of the latest test, or above the one that the next begins with.
    fn reserve(&self, pages: u32, order: u32) -> Option<Reserve> {
        let beyond = pages.saturating_add(1_u32.checked_shl(order).unwrap_or(u32::MAX));
        let [_, (low, _), _] = self.marks;
        let mark = self
            .need
            .map_or(low, |need| need.pages.saturating_sub(beyond));
        (pages > 0).then(|| Reserve {
            pages,
            span: [mark, mark.saturating_add(pages)].map(|end| self.share(end)),
        })
    }

    /// Share of the width that so many pages are.
    fn share(&self, pages: u32) -> f32 {
        (pages as f32 / self.end).min(1.0)
    }
}

fn gauge(machine: &Machine, zone: ZoneId, past: &[Event], inside: bool) -> Gauge {
    let state = machine.zone(zone);
    // Not rounded: a high mark of one page would stand at the very end, and its name beyond it.
    let end = (state.pages_high() as f32 * END as f32 / 100.0).max(1.0);
    let free = state.free_pages();
    let mut gauge = Gauge {
        zone,
        free,
        end,
        fill: 0.0,
        broken: free as f32 > end,
        marks: [(0, 0.0); 3],
        need: None,
        reserve: None,
        inside,
        walked: false,
        guesses: Vec::new(),
    };
    gauge.fill = gauge.share(free);
    gauge.marks = [state.pages_min(), state.pages_low(), state.pages_high()]
        .map(|mark| (mark, gauge.share(mark)));
    gauge.need = past
        .iter()
        .enumerate()
        .rev()
        .find_map(|(index, event)| match *event {
            Event::ZoneTested {
                zone: tested,
                granted,
                free,
                need,
                ..
            } if tested == zone => Some(Need {
                pages: need,
                free,
                granted,
                at: gauge.share(need),
                now: index + 1 == past.len(),
            }),
            _ => None,
        });
    gauge
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::tests::{SPLITTING, after, run};

    #[test]
    fn marks_stand_in_order_and_a_full_zone_is_broken() {
        let run = run("");
        let all = gauges(run.start(), None, &[]);
        let names: Vec<_> = all.iter().map(|gauge| gauge.zone.label()).collect();
        assert_eq!(names, ["Normal", "DMA", "HighMem"]);
        let normal = &all[0];
        let [min, low, high] = normal.marks;
        assert_eq!((min.0, low.0, high.0), (56, 70, 84));
        assert!(min.1 < low.1 && low.1 < high.1 && high.1 < 1.0);
        assert!(normal.broken && normal.fill == 1.0 && normal.inside);
        assert_eq!(normal.need, None);
    }

    #[test]
    fn the_smallest_mark_stands_before_the_end() {
        let mut run = run("sysctl(min_free_kbytes, 8);\n");
        let all = gauges(&run.at(run.len()), None, &[]);
        let high = |gauge: &Gauge| gauge.marks[2];
        assert!(all.iter().any(|gauge| high(gauge).0 == 1), "{all:?}");
        assert!(all.iter().all(|gauge| high(gauge).1 < 1.0), "{all:?}");
    }

    #[test]
    fn every_node_has_its_gauges_and_each_its_own_name() {
        let run = run("machine dma=1M normal=4M highmem=1M nodes=2\n");
        let all = gauges(run.start(), None, &[]);
        let names: Vec<_> = all.iter().map(|gauge| gauge.zone.label()).collect();
        assert_eq!(names, ["Normal", "DMA", "Normal/1", "HighMem", "HighMem/1"]);
    }

    #[test]
    fn high_memory_is_no_door_for_kmalloc() {
        let mut run =
            run("p = kmalloc(100, GFP_KERNEL); q = kmalloc(5000, GFP_KERNEL | __GFP_HIGHMEM);");
        for call in 0..2 {
            let end = run.calls()[call].end;
            let machine = run.at(end);
            let current = Current::of(&run, end).expect("a call");
            let all = gauges(&machine, Some(&current), &[]);
            let doors: Vec<_> = all.iter().filter(|gauge| gauge.inside).collect();
            let doors: Vec<_> = doors.iter().map(|gauge| gauge.zone.label()).collect();
            assert_eq!(doors, ["Normal", "DMA"], "call {call}");
            let steps = crate::stage::steps::steps(crate::lang::Lang::En, &machine, &current);
            assert!(!steps.shown[0].numbers.contains("HighMem"), "call {call}");
        }
    }

    #[test]
    fn a_request_to_a_node_walks_the_list_of_that_node() {
        let mut run = run(
            "machine dma=1M normal=4M highmem=1M nodes=3\np = alloc_pages_node(2, GFP_HIGHUSER, 0);",
        );
        let cursor = after(&run, "zone-tested");
        let machine = run.at(cursor);
        let current = Current::of(&run, cursor).expect("a call");
        let all = gauges(&machine, Some(&current), &[]);
        let first: Vec<_> = all.iter().take(2).map(|gauge| gauge.zone.label()).collect();
        assert_eq!(first, ["HighMem/2", "Normal/2"]);
        assert!(all[0].need.is_some());
        let steps = crate::stage::steps::steps(crate::lang::Lang::En, &machine, &current);
        let numbers = &steps.shown[0].numbers;
        assert!(numbers.contains("`HighMem/2, "), "{numbers}");
    }

    #[test]
    fn the_mark_is_the_one_of_the_last_test() {
        let mut run = run(SPLITTING);
        let cursor = after(&run, "zone-tested");
        let machine = run.at(cursor);
        let current = Current::of(&run, cursor);
        let all = gauges(&machine, current.as_ref(), &[]);
        let need = all[0].need.expect("Normal was tested");
        assert_eq!((need.pages, need.granted, need.now), (71, true, true));
        let high = all
            .iter()
            .find(|gauge| gauge.zone == ZoneId::HIGHMEM)
            .expect("has memory");
        assert!(!high.inside, "GFP_KERNEL does not walk high memory");
    }

    #[test]
    fn what_a_zone_keeps_back_lies_above_the_mark() {
        let mut run = run("sysctl(lower_zone_protection, 1); p = __get_free_pages(GFP_KERNEL, 2);");
        let cursor = after(&run, "zone-tested");
        let machine = run.at(cursor);
        let current = Current::of(&run, cursor);
        let all = gauges(&machine, current.as_ref(), &[]);
        let reserves: Vec<_> = all.iter().map(|gauge| gauge.reserve).collect();
        // Normal's low mark, 70 pages, is what DMA keeps for others; its bar ends at 1.28 times 21 pages, before that.
        let kept = Reserve {
            pages: 70,
            span: [17.0 / 26.88, 1.0],
        };
        assert_eq!(reserves, [None, Some(kept), None]);

        let plain = gauges(run.start(), None, &[]);
        assert!(plain.iter().all(|gauge| gauge.reserve.is_none()));
    }

    #[test]
    fn a_guess_stands_at_the_gauge_that_it_is_about() {
        let run = run("");
        let (normal, dma, high) = (ZoneId::NORMAL, ZoneId::DMA, ZoneId::HIGHMEM);
        let seen = |guess: Guess| {
            let all = gauges(run.start(), None, &[&guess]);
            all.into_iter()
                .flat_map(|gauge| gauge.guesses.into_iter().map(move |it| (gauge.zone, it)))
                .collect::<Vec<_>>()
        };
        let step = |number, on| Guessed::Step { number, on };
        assert_eq!(
            seen(Guess::Walk(vec![normal, dma])),
            [(normal, step(1, Some(Beside::Right))), (dma, step(2, None))]
        );
        // Gauges stand in the order of the true walk; the foreseen one goes its own way.
        assert_eq!(
            seen(Guess::Walk(vec![dma, normal, high])),
            [
                (normal, step(2, None)),
                (dma, step(1, Some(Beside::Left))),
                (high, step(3, None)),
            ]
        );
        assert_eq!(seen(Guess::Zone(dma)), [(dma, Guessed::Serves)]);
        // Normal's bar ends at 1.28 times 84 pages.
        let need = |pages| Guess::Need {
            zone: normal,
            pages,
        };
        assert_eq!(
            seen(need(70)),
            [(normal, Guessed::Needs(70, 70.0 / 107.52))]
        );
        assert_eq!(seen(need(5000)), [(normal, Guessed::Needs(5000, 1.0))]);
        assert_eq!(seen(Guess::Bytes(70)), []);
    }
}
