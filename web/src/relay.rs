//! Which moment each panel shows while it plays: an event is drawn over a few frames, not all of it in one.
//!
//! A panel in which the event moves something shows it in the event's own frame. The others follow in the frames after it,
//! a wave a frame, so that no frame has to carry all of them. What a panel shows is always one moment of the run; for a few
//! frames it is the one before. As soon as anything but time makes a change, or playing ends, every panel shows the same
//! moment in the same frame.
//!
//! Nothing is drawn here, and what a moment is was decided before.

use kmalloc_core::event::Event;

use crate::panels::{buckets, free_lists};
use crate::view::View;

/// Frames that a wave waits for one in which nothing else is drawn; after so many it is drawn all the same.
const PATIENCE: u32 = 5;

/// Panels that are drawn together when nothing moves in them: the rest of the stage, then what is read.
const WAVES: [&[usize]; 3] = [
    &[Relay::MAP, Relay::LISTS, Relay::BUCKETS],
    &[Relay::PATH],
    &[Relay::READING],
];

/// Whether an event moves something.
type Moves = fn(&Event) -> bool;

/// In which panels something moves, and at which events.
const MOVING: [(usize, Moves); 2] = [
    (Relay::LISTS, free_lists::moves),
    (Relay::BUCKETS, buckets::moves),
];

/// What was drawn in the frame before.
#[derive(Default)]
pub struct Relay {
    shown: Option<[View; Relay::PANELS]>,
    /// For each wave, the frames in which it was not what it should be.
    waited: [u32; WAVES.len()],
}

impl Relay {
    /// The memory map.
    pub const MAP: usize = 0;
    /// The free lists.
    pub const LISTS: usize = 1;
    /// The buckets.
    pub const BUCKETS: usize = 2;
    /// The decision path and what takes its place.
    pub const PATH: usize = 3;
    /// The player, the pointers and the text.
    pub const READING: usize = 4;
    /// How many there are.
    pub const PANELS: usize = 5;

    /// What each panel shows in this frame. `by_itself` says that only time has passed since the last one, and that
    /// another comes.
    pub fn draw(&mut self, view: &View, by_itself: bool) -> [View; Relay::PANELS] {
        let mut shown = match self.shown.take() {
            Some(shown) if by_itself => shown,
            _ => std::array::from_fn(|_| view.clone()),
        };
        let late = |shown: &View| shown.cursor != view.cursor;
        let mut busy = false;
        for (panel, moves) in MOVING {
            let shown = &mut shown[panel];
            // One that has just moved arrives where it went.
            let either = [&view.event, &shown.event];
            if late(shown) && either.into_iter().flatten().any(moves) {
                *shown = view.clone();
                busy = true;
            }
        }
        let waves = WAVES.into_iter().zip(&mut self.waited);
        let mut waiting: Vec<_> = waves
            .filter_map(|(panels, waited)| {
                let waits = panels.iter().any(|panel| late(&shown[*panel]));
                *waited = if waits { *waited + 1 } else { 0 };
                waits.then_some((panels, waited))
            })
            .collect();
        // The first of those that have waited longest.
        waiting.sort_by_key(|(_, waited)| std::cmp::Reverse(**waited));
        if let Some((panels, waited)) = waiting.first_mut()
            && (!busy || **waited > PATIENCE)
        {
            **waited = 0;
            for panel in *panels {
                shown[*panel] = view.clone();
            }
        }
        self.shown = Some(shown.clone());
        shown
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::moments::Moments;
    use crate::session::{Boot, Session};
    use crate::stage::tests::{after, run};
    use crate::view::{Shared, SharedRun};

    struct Page {
        relay: Relay,
        view: View,
        moments: Moments,
    }

    impl Page {
        fn new() -> Page {
            let text = "for (i = 0; i < 9; i++) p[i] = kmalloc(1500, GFP_KERNEL);";
            let run: SharedRun = Shared::new(RefCell::new(run(text)));
            let moments = Moments::new(Shared::new(run.borrow().start().clone()));
            let view = Session::open(Boot::default()).view();
            Page {
                relay: Relay::default(),
                view: View { run, ..view },
                moments,
            }
        }

        fn after(&self, event: &str) -> usize {
            after(&self.view.run.borrow(), event)
        }

        /// The cursors of map, lists, buckets, path and reading in a frame.
        fn frame(&mut self, cursor: usize, by_itself: bool) -> [usize; Relay::PANELS] {
            self.moments.look(&self.view.run, cursor);
            self.view.cursor = cursor;
            self.view.event = self.moments.event;
            self.view.machine = self.moments.machine.clone();
            let shown = self.relay.draw(&self.view, by_itself);
            for view in &shown {
                // Late or not: never a machine of another moment.
                assert!(*view.machine == view.run.borrow_mut().at(view.cursor));
            }
            shown.map(|view| view.cursor)
        }
    }

    #[test]
    fn what_moves_is_drawn_first_and_a_wave_a_frame_follows() {
        let mut page = Page::new();
        let split = page.after("split");
        let before = split - 1;
        assert_eq!(page.frame(before, false), [before; 5]);
        assert_eq!(
            page.frame(split, true),
            [before, split, before, before, before]
        );
        assert_eq!(
            page.frame(split, true),
            [split, split, split, before, before]
        );
        assert_eq!(
            page.frame(split, true),
            [split, split, split, split, before]
        );
        assert_eq!(page.frame(split, true), [split; 5]);
        let asked = page.after("pages-asked");
        assert_eq!(page.frame(asked - 1, false), [asked - 1; 5]);
        let [map, .., path, reading] = page.frame(asked, true);
        assert_eq!(
            (map, path, reading),
            (asked, asked - 1, asked - 1),
            "nothing moves"
        );
    }

    /// A block on its way arrives when the next event begins, whatever that moves.
    #[test]
    fn what_has_moved_arrives() {
        let mut page = Page::new();
        let taken = page.after("grow-asked");
        for cursor in taken..taken + 30 {
            page.frame(cursor, false);
            let moved = page.view.event.as_ref().is_some_and(free_lists::moves);
            let [_, lists, ..] = page.frame(cursor + 1, true);
            assert!(!moved || lists == cursor + 1, "{cursor}");
        }
    }

    #[test]
    fn whoever_acts_sees_one_moment_everywhere() {
        let mut page = Page::new();
        page.frame(5, true);
        for cursor in [6, 7, 3, 3, 8] {
            assert_eq!(page.frame(cursor, false), [cursor; 5]);
            page.frame(cursor + 1, true);
        }
        assert_eq!(page.frame(9, false), [9; 5], "playing has ended");
    }

    /// As fast as it goes, every frame has another event: nothing is forgotten, and no two waves share a frame.
    #[test]
    fn no_panel_stays_behind() {
        for every in 1..5 {
            let mut page = Page::new();
            page.frame(0, false);
            let mut seen = [0; Relay::PANELS];
            for frame in 1..200 {
                let cursor = frame / every;
                let before = page.relay.waited;
                let now = page.frame(cursor, true);
                for (seen, now) in seen.iter_mut().zip(now) {
                    // Frames since it was up to date.
                    *seen = if now == cursor { 0 } else { *seen + 1 };
                    assert!(
                        *seen <= PATIENCE + 3,
                        "every {every}, frame {frame}: {now:?}"
                    );
                }
                let drawn = before.iter().zip(page.relay.waited);
                assert!(drawn.filter(|(old, new)| **old > 0 && *new == 0).count() <= 1);
            }
        }
    }
}
