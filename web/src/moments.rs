//! The machine at the cursor and the one before its event, brought from one moment to the next.
//!
//! A machine is megabytes, and playing asks for the next one many times a second. A machine that nobody looks at any more
//! is carried on by the events between, which are few; only when there is none, one is copied. How a machine is made far
//! from here is the recording's matter.

use std::cell::RefCell;
use std::rc::Rc;

use kmalloc_core::event::Event;
use kmalloc_core::machine::Machine;

use crate::view::{Shared, SharedRun};

/// Further than this, events cost more than a copy.
const NEAR: usize = 4_096;
/// Machines that are kept to be carried on: those of the moment before.
const SPARE: usize = 2;

/// A machine of a run at a cursor.
#[derive(Clone)]
struct Standing {
    run: SharedRun,
    cursor: usize,
    machine: Shared<Machine>,
}

/// A moment of a run.
#[derive(Clone)]
pub struct Moments {
    /// After the event before the cursor.
    pub machine: Shared<Machine>,
    /// Before that event; the same machine at cursor 0 and where a decision changed nothing.
    pub before: Shared<Machine>,
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
            before: machine.clone(),
            machine,
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
        let (before, machine) = match cursor.checked_sub(1) {
            None => {
                let start = Shared::new(run.borrow_mut().at(0));
                (start.clone(), start)
            }
            Some(earlier) => {
                let before = match seen {
                    Some(seen) if seen == earlier => self.machine.clone(),
                    _ => Shared::new(self.machine_at(run, earlier, seen, &mut spare)),
                };
                // What a decision leaves as it was is the same machine: nobody has to look at it again.
                let changes = event.is_some_and(|event| event.is_effect());
                let machine = match changes.then(|| carried(run, cursor, &mut spare)) {
                    None => before.clone(),
                    Some(Some(machine)) => Shared::new(machine),
                    Some(None) => {
                        let mut copy = Machine::clone(&before);
                        run.borrow_mut().seek(&mut copy, earlier, cursor);
                        Shared::new(copy)
                    }
                };
                (before, machine)
            }
        };
        let standing = |cursor, machine| Standing {
            run: run.clone(),
            cursor,
            machine,
        };
        let old_before = std::mem::replace(&mut self.before, before);
        let old_machine = std::mem::replace(&mut self.machine, machine);
        if let Some(seen) = seen {
            // One that is still looked at, here or by its neighbour, cannot be carried on.
            let kept = [&self.before, &self.machine];
            if old_before != old_machine && !kept.contains(&&old_before) {
                spare.push(standing(seen.saturating_sub(1), old_before));
            }
            if !kept.contains(&&old_machine) {
                spare.push(standing(seen, old_machine));
            }
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
    let near = |standing: &Standing| is_near(standing.cursor, to);
    let place = spare.iter().rposition(near)?;
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
            let earlier = cursor.saturating_sub(1);
            assert!(*moments.before == run.borrow_mut().at(earlier), "{cursor}");
            assert_eq!(
                moments.event,
                cursor.checked_sub(1).and_then(|at| run.borrow().event(at))
            );
        }
    }
}
