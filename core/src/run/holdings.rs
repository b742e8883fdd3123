//! What every name holds at a cursor, gathered from the calls that have returned before it: all at once, or of a long run a
//! piece at a time.

use alloc::vec::Vec;

use super::{Run, Variable};
use crate::names::Names;

/// Variables that are being gathered.
pub struct Holdings {
    /// Calls, in the order in which they returned: one that slept returns after those that ran meanwhile.
    returned: Vec<usize>,
    next: usize,
    /// Each with the cursor from which it holds its value.
    found: Names<(Variable, usize)>,
    /// Allocations that were freed, by their numbers.
    freed: Vec<bool>,
}

impl Holdings {
    /// At a cursor of a run; nothing is gathered yet.
    pub fn begin(run: &Run, cursor: usize) -> Holdings {
        let calls = run.calls.iter().enumerate();
        let before = calls.take_while(|(_, call)| call.first <= cursor);
        let mut returned: Vec<usize> = before
            .filter(|(_, call)| call.end <= cursor)
            .map(|(at, _)| at)
            .collect();
        returned.sort_by_key(|&at| run.calls[at].end);
        Holdings {
            returned,
            next: 0,
            found: Names::default(),
            freed: Vec::new(),
        }
    }

    /// Looks at so many calls more of the same run. True once there is none left.
    pub fn go_on(&mut self, run: &Run, calls: usize) -> bool {
        let to = self.next.saturating_add(calls).min(self.returned.len());
        for &at in &self.returned[self.next..to] {
            let call = &run.calls[at];
            if let Some((name, value)) = &call.binds {
                let new = || {
                    let variable = Variable {
                        name: name.clone(),
                        value: *value,
                        live: true,
                    };
                    (variable, call.end)
                };
                let (variable, since) = self.found.of(name, new);
                (variable.value, *since) = (*value, call.end);
            }
            if let Some(serial) = call.frees {
                let serial = serial as usize;
                let numbers = self.freed.len().max(serial + 1);
                self.freed.resize(numbers, false);
                self.freed[serial] = true;
            }
        }
        self.next = to;
        to == self.returned.len()
    }

    /// Every variable, in the order in which the names first appeared, with the cursor from which it holds its value.
    pub fn finish(self) -> Vec<(Variable, usize)> {
        let mut found = self.found.into_things();
        for (variable, _) in &mut found {
            let serial = variable.value.serial();
            let freed = |serial: u32| self.freed.get(serial as usize) == Some(&true);
            variable.live = serial.is_some_and(|serial| !freed(serial));
        }
        found
    }
}
