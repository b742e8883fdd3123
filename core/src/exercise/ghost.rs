//! What a learner has foreseen, as something that can be drawn beside what happened: in which call, and what of it.
//!
//! Only guesses about what the stage draws have a ghost: how much is given, which zones are tried, what a test wants to see free,
//! what is left. Whether a guess is right is the verdict's matter.

use alloc::vec::Vec;

use super::goal::{self, CallRef, Quantity};
use super::question::Question;
use super::words::{read_number, zone_named};
use crate::event::Event;
use crate::profile::ZoneId;
use crate::run::Run;

/// A guess beside what happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ghost {
    /// Number of the call in the run.
    pub call: usize,
    /// What was foreseen.
    pub guess: Guess,
}

/// What can be seen of a guess.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Guess {
    /// So many bytes are given.
    Bytes(u32),
    /// What is given lies in this zone.
    Zone(ZoneId),
    /// These zones are tested, in this order.
    Walk(Vec<ZoneId>),
    /// The test of this zone wants to see so many pages free.
    Need {
        /// Which zone.
        zone: ZoneId,
        /// Pages.
        pages: u32,
    },
    /// So many pages are free in this zone when the call has returned.
    Free {
        /// Which zone.
        zone: ZoneId,
        /// Pages.
        pages: u32,
    },
}

/// The ghost of a guess; None when its call was not made, when it says nothing that can be read, or nothing that is drawn.
pub fn ghost(question: &Question, guess: &str, run: &Run) -> Option<Ghost> {
    let guess = guess.trim();
    let of = |by: &CallRef| goal::call(run, by);
    let (call, guess) = match question {
        Question::Bytes(by) => (of(by)?, Guess::Bytes(read_number(guess)?)),
        Question::Zone(by) => (of(by)?, Guess::Zone(zone_named(guess)?)),
        Question::Walk(by) => {
            let zones: Option<Vec<ZoneId>> = guess.split_whitespace().map(zone_named).collect();
            (of(by)?, Guess::Walk(zones?))
        }
        Question::Need { call, zone } => {
            let call = of(call)?;
            let tested = || {
                let mut events = run.own_events(call).map(|(_, event)| event);
                events.find_map(|event| match event {
                    Event::ZoneTested { zone, .. } => Some(zone),
                    _ => None,
                })
            };
            let zone = zone.or_else(tested)?;
            let pages = read_number(guess)?;
            (call, Guess::Need { zone, pages })
        }
        Question::Measure {
            quantity: Quantity::FreePages(Some(zone)),
            after,
        } => {
            let call = match after {
                Some(after) => of(after)?,
                None => run.calls().len().checked_sub(1)?,
            };
            let (zone, pages) = (*zone, read_number(guess)?);
            (call, Guess::Free { zone, pages })
        }
        _ => return None,
    };
    Some(Ghost { call, guess })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Bounds;
    use crate::script::parse::parse;

    fn run(text: &str) -> Run {
        let parsed = parse(text);
        assert_eq!(parsed.errors, []);
        Run::new(&parsed.scenario, Bounds::default()).expect("the machine boots")
    }

    #[test]
    fn a_guess_stands_beside_the_call_that_it_is_about() {
        let run =
            run("p = kmalloc(100, GFP_KERNEL); q = __get_free_pages(GFP_KERNEL, 2); kfree(p);");
        let of = |question: &str, guess: &str| {
            let question = Question::parse(question).expect("is a question");
            ghost(&question, guess, &run).map(|ghost| (ghost.call, ghost.guess))
        };
        let (normal, dma) = (ZoneId::NORMAL, ZoneId::DMA);
        assert_eq!(of("bytes of p", " 0x80 "), Some((0, Guess::Bytes(128))));
        assert_eq!(of("zone of q", "DMA"), Some((1, Guess::Zone(dma))));
        assert_eq!(
            of("walk of q", "DMA Normal"),
            Some((1, Guess::Walk(Vec::from([dma, normal]))))
        );
        let need = |zone| Guess::Need { zone, pages: 74 };
        // The first test is that of the zone which the walk begins with.
        assert_eq!(of("need of q", "74"), Some((1, need(normal))));
        assert_eq!(of("need of q in DMA", "74"), Some((1, need(dma))));
        let free = Guess::Free {
            zone: dma,
            pages: 9,
        };
        assert_eq!(
            of("free pages in DMA after q", "9"),
            Some((1, free.clone()))
        );
        assert_eq!(of("free pages in DMA", "9"), Some((2, free)));
    }

    #[test]
    fn what_is_not_drawn_or_cannot_be_read_has_no_ghost() {
        let run = run("p = kmalloc(100, GFP_KERNEL);");
        let of = |question: &str, guess: &str| {
            ghost(
                &Question::parse(question).expect("is a question"),
                guess,
                &run,
            )
        };
        for (question, guess) in [
            ("bytes of p", "many"),
            ("bytes of p", ""),
            ("bytes of r", "128"),
            ("zone of p", "null"),
            ("zone of p", "Highmem"),
            ("walk of p", "Normal DMB"),
            ("sleep of p", "yes"),
            ("free pages", "9"),
        ] {
            assert_eq!(of(question, guess), None, "{question}: {guess}");
        }
    }
}
