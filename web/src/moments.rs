//! The machine at the cursor, brought from one moment to the next, and the little that a movement needs of the one before.
//!
//! A machine is megabytes, and playing asks for the next one many times a second. A machine that nobody looks at any more
//! is carried on by the events between, which are few; only when there is none, one is copied. How a machine is made far
//! from here is the recording's matter.

use std::cell::RefCell;
use std::rc::Rc;

use kmalloc_core::event::{CacheId, Event};
use kmalloc_core::machine::Machine;

use crate::view::{Shared, SharedRun};

/// Further than this, events cost more than a copy.
const NEAR: usize = 4_096;
/// Machines that are kept to be carried on: those of the moment before, and one that a panel may still show (`relay`).
const SPARE: usize = 3;

/// A machine of a run at a cursor.
#[derive(Clone)]
struct Standing {
    run: SharedRun,
    cursor: usize,
    machine: Shared<Machine>,
}

/// What a movement begins with: facts of the machine before the event. A second machine would cost a second copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Before {
    /// The array cache that the event fills or empties, and the objects in it.
    pub array: Option<(CacheId, u16)>,
    /// The place in its free list of the block that the event takes off; 0 is the head.
    pub index: usize,
}

impl Before {
    /// What this event finds.
    pub fn of(machine: &Machine, event: &Event) -> Before {
        let array = match *event {
            Event::ObjectGot { cache, .. }
            | Event::ObjectPut { cache, .. }
            | Event::ObjectReturned { cache, .. }
            | Event::ArrayFilled { cache, .. }
            | Event::FlushStarted { cache, .. } => Some((cache, machine.cache(cache).available())),
            _ => None,
        };
        let taken = match *event {
            Event::Taken {
                zone, order, pfn, ..
            } => Some((zone, order, pfn)),
            Event::Joined {
                zone, order, buddy, ..
            } => Some((zone, order, buddy)),
            _ => None,
        };
        let index = taken.and_then(|(zone, order, pfn)| {
            let mut list = machine.free_list(zone, order);
            list.position(|head| head == pfn)
        });
        Before {
            array,
            index: index.unwrap_or(0),
        }
    }
}

/// A moment of a run.
#[derive(Clone)]
pub struct Moments {
    /// After the event before the cursor; where a decision changed nothing, the same as at the cursor before.
    pub machine: Shared<Machine>,
    /// What that event found.
    pub before: Before,
    /// The event.
    pub event: Option<Event>,
    /// Whose moment, and which; None until one was looked at.
    of: Option<(SharedRun, usize)>,
    /// Shared by all copies of this value, so that nothing else holds what is in it.
    spare: Rc<RefCell<Vec<Standing>>>,
}

impl Moments {
    /// A machine that stands for every moment until one is looked at.
    pub fn new(machine: Shared<Machine>) -> Moments {
        Moments {
            machine,
            before: Before::default(),
            event: None,
            of: None,
            spare: Rc::default(),
        }
    }

    /// Goes to a cursor of a run.
    pub fn look(&mut self, run: &SharedRun, cursor: usize) {
        let seen = self.of.as_ref().filter(|(known, _)| known == run);
        let seen = seen.map(|(_, cursor)| *cursor);
        if seen == Some(cursor) {
            return;
        }
        let event = cursor
            .checked_sub(1)
            .and_then(|index| run.borrow().event(index));
        let mut spare = self.spare.take();
        spare.retain(|standing| standing.run == *run);
        let (before, machine) = match (event, seen) {
            (None, _) => (Before::default(), Shared::new(run.borrow_mut().at(cursor))),
            (Some(event), Some(seen)) if seen + 1 == cursor => {
                let before = Before::of(&self.machine, &event);
                // What a decision leaves as it was is the same machine: nobody has to look at it again.
                let machine = match event.is_effect().then(|| carried(run, cursor, &mut spare)) {
                    None => self.machine.clone(),
                    Some(Some(machine)) => Shared::new(machine),
                    Some(None) => {
                        let mut copy = Machine::clone(&self.machine);
                        run.borrow_mut().seek(&mut copy, seen, cursor);
                        Shared::new(copy)
                    }
                };
                (before, machine)
            }
            (Some(event), _) => {
                let mut machine = self.machine_at(run, cursor - 1, seen, &mut spare);
                let before = Before::of(&machine, &event);
                run.borrow_mut().seek(&mut machine, cursor - 1, cursor);
                (before, Shared::new(machine))
            }
        };
        self.before = before;
        let old = std::mem::replace(&mut self.machine, machine);
        // One that is still looked at, here or by its neighbour, cannot be carried on.
        if let Some(cursor) = seen.filter(|_| old != self.machine) {
            spare.push(Standing {
                run: run.clone(),
                cursor,
                machine: old,
            });
        }
        let old = spare.len().saturating_sub(SPARE);
        spare.drain(..old);
        self.spare.replace(spare);
        self.event = event;
        self.of = Some((run.clone(), cursor));
    }

    /// The machine at a cursor, from the nearest place.
    fn machine_at(
        &self,
        run: &SharedRun,
        cursor: usize,
        seen: Option<usize>,
        spare: &mut Vec<Standing>,
    ) -> Machine {
        if let Some(machine) = carried(run, cursor, spare) {
            return machine;
        }
        match seen.filter(|seen| is_near(*seen, cursor)) {
            Some(seen) => {
                let mut machine = Machine::clone(&self.machine);
                run.borrow_mut().seek(&mut machine, seen, cursor);
                machine
            }
            None => run.borrow_mut().at(cursor),
        }
    }
}

fn is_near(from: usize, to: usize) -> bool {
    from <= to && to - from <= NEAR
}

/// A machine that nobody looks at, carried on to a cursor.
fn carried(run: &SharedRun, to: usize, spare: &mut Vec<Standing>) -> Option<Machine> {
    let free = |standing: &Standing| is_near(standing.cursor, to) && standing.machine.is_alone();
    let place = spare.iter().rposition(free)?;
    let Standing {
        cursor, machine, ..
    } = spare.remove(place);
    let mut machine = machine.into_inner()?;
    run.borrow_mut().seek(&mut machine, cursor, to);
    Some(machine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::tests::run;

    /// Every way to a moment gives the machine of that moment: on, back, far, and to a cursor of another run.
    #[test]
    fn a_machine_that_was_carried_on_is_the_one_of_its_cursor() {
        let shared = |text| Shared::new(RefCell::new(run(text)));
        let long = shared("for (i = 0; i < 900; i++) p[i] = kmalloc(1500, GFP_KERNEL);");
        let short = shared("p = kmalloc(100, GFP_KERNEL); kfree(p);");
        let machine = Shared::new(long.borrow().start().clone());
        let mut moments = Moments::new(machine);
        let len = long.borrow().len();
        let far = [0, len, 3, len - 1, len / 2];
        let ways = (0..40)
            .chain((0..40).rev())
            .chain((100..400).step_by(7))
            .chain(far)
            .map(|cursor| (&long, cursor))
            .chain([
                (&short, 2),
                (&short, 3),
                (&long, 3),
                (&long, 4),
                (&short, 4),
            ]);
        for (run, cursor) in ways {
            moments.look(run, cursor);
            assert!(*moments.machine == run.borrow_mut().at(cursor), "{cursor}");
            let event = cursor.checked_sub(1).and_then(|at| run.borrow().event(at));
            assert_eq!(moments.event, event);
            let found = event.map(|event| Before::of(&run.borrow_mut().at(cursor - 1), &event));
            assert_eq!(moments.before, found.unwrap_or_default(), "{cursor}");
        }
    }
}
