//! The cut: the chain of splits or merges that the event at the cursor belongs to.
//!
//! A chain of splits begins with the block that is taken from its list and ends at the order that is wanted. A chain of
//! merges begins with the page that is given back and ends with the block that is listed. The whole block of the chain is
//! the scale of the drawing.

use kmalloc_core::event::Event;
use kmalloc_core::profile::ZoneId;

use super::Current;
use crate::tween::Scale;

/// What is under way at the cursor.
#[derive(Clone, PartialEq, Debug)]
pub struct Chain {
    /// In which zone.
    pub zone: ZoneId,
    /// The largest block of the chain.
    pub scale: Scale,
    /// True while blocks join, false while they part.
    pub joining: bool,
    /// The block in hand after the event at the cursor: first page and order.
    pub hand: (u32, u8),
    /// Blocks that the chain has put on lists already, before the event at the cursor: first page and order.
    pub left: Vec<(u32, u8)>,
    /// Orders that the chain will still reach after this event.
    pub ahead: Vec<u8>,
}

/// The chain at the cursor, if its event is part of one.
pub fn chain(current: &Current) -> Option<Chain> {
    let now = current.at.checked_sub(1)?;
    match current.events[now] {
        Event::Taken { .. } | Event::Split { .. } => parting(&current.events, now),
        Event::Drained { .. } | Event::Joined { .. } | Event::Listed { .. } => {
            joining(&current.events, now)
        }
        _ => None,
    }
}

fn parting(events: &[Event], now: usize) -> Option<Chain> {
    let begin = events[..=now]
        .iter()
        .rposition(|event| matches!(event, Event::Taken { .. }))?;
    let Event::Taken {
        zone,
        order,
        want,
        pfn,
        ..
    } = events[begin]
    else {
        return None;
    };
    let mut hand = order;
    let mut left = Vec::new();
    for event in &events[begin + 1..=now] {
        if let Event::Split { order, .. } = *event {
            hand = order - 1;
            left.push((pfn + (1 << hand), hand));
        }
    }
    // The last one is not left behind: it is what moves now.
    if now > begin {
        left.pop();
    }
    Some(Chain {
        zone,
        scale: Scale { pfn, order },
        joining: false,
        hand: (pfn, hand),
        left,
        ahead: (want..hand).rev().collect(),
    })
}

fn joining(events: &[Event], now: usize) -> Option<Chain> {
    let before = events[..now]
        .iter()
        .rev()
        .take_while(|event| matches!(event, Event::Joined { .. }))
        .count();
    let end = now
        + events[now..]
            .iter()
            .position(|event| matches!(event, Event::Listed { .. }))?;
    let Event::Listed { zone, order, pfn } = events[end] else {
        return None;
    };
    let scale = Scale { pfn, order };
    let mut hand = None;
    let mut ahead = Vec::new();
    for (index, event) in events[now - before..end].iter().enumerate() {
        match *event {
            Event::Drained { pfn, .. } => hand = Some((pfn, 0)),
            Event::Joined {
                order,
                hand_is_upper,
                buddy,
                ..
            } if now - before + index <= now => {
                let lower = if hand_is_upper {
                    buddy
                } else {
                    buddy - (1 << order)
                };
                hand = Some((lower, order + 1));
            }
            Event::Joined { order, .. } => ahead.push(order + 1),
            _ => {}
        }
    }
    Some(Chain {
        zone,
        scale,
        joining: true,
        // A block that is listed as it came has no event before: the hand is the block itself.
        hand: hand.unwrap_or((pfn, order)),
        left: Vec::new(),
        ahead,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::tests::{SPLITTING, after, run};

    #[test]
    fn a_chain_of_splits_knows_its_source_what_it_left_and_what_is_ahead() {
        let run = run(SPLITTING);
        let cursor = after(&run, "split");
        let at = |cursor| {
            chain(&Current::of(&run, cursor).expect("a call")).expect("the event is of a chain")
        };
        let taken = at(cursor - 1);
        assert_eq!(
            (taken.hand, taken.joining),
            ((taken.scale.pfn, taken.scale.order), false)
        );
        let first = at(cursor);
        assert_eq!(first.scale, taken.scale);
        assert_eq!(first.hand.1 + 1, taken.hand.1);
        assert!(first.left.is_empty());
        let second = at(cursor + 1);
        assert_eq!(
            second.left,
            [(first.scale.pfn + (1 << first.hand.1), first.hand.1)]
        );
        assert_eq!(second.ahead.len() + 1, first.ahead.len());
    }

    #[test]
    fn a_merge_is_drawn_in_the_block_that_it_will_make() {
        let run = run(
            "for (i = 0; i < 4; i++) q[i] = __get_free_pages(GFP_KERNEL, 3); for (i = 0; i < 4; i++) free_pages(q[i], 3);",
        );
        let cursor = after(&run, "joined");
        let joined = chain(&Current::of(&run, cursor).expect("a call")).expect("of a chain");
        assert!(joined.joining);
        assert_eq!(joined.hand.1, 4);
        let listed = (cursor..run.len())
            .find(|index| matches!(run.event(*index), Some(Event::Listed { .. })))
            .expect("a merge ends on a list")
            + 1;
        let end = chain(&Current::of(&run, listed).expect("a call")).expect("of a chain");
        assert_eq!(end.scale, joined.scale);
        assert_eq!(end.hand, (end.scale.pfn, end.scale.order));
        assert!(end.ahead.is_empty());
    }

    #[test]
    fn decisions_are_no_chain() {
        let run = run(SPLITTING);
        let cursor = after(&run, "zone-tested");
        assert_eq!(chain(&Current::of(&run, cursor).expect("a call")), None);
    }
}
