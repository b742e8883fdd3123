//! What every name holds at a cursor, gathered from the calls that have returned before it: all at once, or of a long run a
//! piece at a time.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::{Run, Variable};

/// Variables that are being gathered.
pub struct Holdings {
    /// Calls, in the order in which they returned: one that slept returns after those that ran meanwhile.
    returned: Vec<usize>,
    next: usize,
    /// In the order in which the names first appeared, each with the cursor from which it holds its value.
    found: Vec<(Variable, usize)>,
    places: BTreeMap<String, usize>,
    freed: BTreeSet<u32>,
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
            found: Vec::new(),
            places: BTreeMap::new(),
            freed: BTreeSet::new(),
        }
    }

    /// Looks at so many calls more of the same run. True once there is none left.
    pub fn go_on(&mut self, run: &Run, calls: usize) -> bool {
        let to = self.next.saturating_add(calls).min(self.returned.len());
        for &at in &self.returned[self.next..to] {
            let call = &run.calls[at];
            if let Some((name, value)) = &call.binds {
                match self.places.get(name.as_str()) {
                    Some(&place) => {
                        let (variable, since) = &mut self.found[place];
                        (variable.value, *since) = (*value, call.end);
                    }
                    None => {
                        self.places.insert(name.clone(), self.found.len());
                        let variable = Variable {
                            name: name.clone(),
                            value: *value,
                            live: true,
                        };
                        self.found.push((variable, call.end));
                    }
                }
            }
            self.freed.extend(call.frees);
        }
        self.next = to;
        to == self.returned.len()
    }

    /// Every variable, in the order in which the names first appeared, with the cursor from which it holds its value.
    pub fn finish(mut self) -> Vec<(Variable, usize)> {
        for (variable, _) in &mut self.found {
            let serial = variable.value.serial();
            variable.live = serial.is_some_and(|serial| !self.freed.contains(&serial));
        }
        self.found
    }
}
