//! Two runs side by side as the session holds them: the present scenario as A, a text edited from it as B, one clock for
//! both. Which calls belong together, where both stand and what differs is decided in the core.

use std::cell::RefCell;
use std::rc::Rc;

use kmalloc_core::gfp::Gfp;
use kmalloc_core::profile::MachineSpec;
use kmalloc_core::run::compare::Comparison;
use kmalloc_core::run::remedy::{flags, with_flags};
use kmalloc_core::run::{Bounds, Run};
use kmalloc_core::script::ast::{ScriptError, Span};
use kmalloc_core::script::{change, edit, parse};

use crate::view::{Shared, SharedRun};

/// What can be asked of two runs.
#[derive(Clone, PartialEq, Debug)]
pub enum CompareAction {
    /// Show the present scenario beside itself; the clock stands where the cursor does.
    Open,
    /// Show it beside the change of this number that was found to work.
    OpenRemedy(usize),
    /// No longer.
    Close,
    /// B is this text.
    Text(String),
    /// B is A on another machine.
    Machine(MachineSpec),
    /// B is A with other flags in the call of this number.
    Flags(usize, Gfp),
    /// So many ticks have passed.
    Seek(usize),
    /// Play, or pause.
    Play,
    /// While playing: one tick more.
    Tick,
    /// Put B in place of the present text.
    Take,
}

/// Two runs on one clock.
#[derive(Clone, PartialEq)]
pub struct Compare {
    /// The texts of A and B.
    pub texts: [Rc<str>; 2],
    /// Their runs; B's is that of its last text without errors.
    pub runs: [SharedRun; 2],
    /// What could not be read in B.
    pub errors: Rc<Vec<ScriptError>>,
    /// What belongs together, and what differs.
    pub comparison: Shared<Comparison>,
    /// Ticks that have passed.
    pub clock: usize,
    /// The clock goes by itself.
    pub playing: bool,
}

impl Compare {
    /// A beside itself.
    pub fn open(text: &Rc<str>, run: &SharedRun, cursor: usize) -> Compare {
        let comparison = Comparison::new(&run.borrow(), &run.borrow());
        Compare {
            clock: comparison.moment(0, cursor),
            texts: [Rc::clone(text), Rc::clone(text)],
            runs: [run.clone(), run.clone()],
            errors: Rc::default(),
            comparison: Shared::new(comparison),
            playing: false,
        }
    }

    /// Carries out what concerns the two runs alone.
    pub fn act(&mut self, action: CompareAction) {
        let len = self.comparison.len();
        match action {
            CompareAction::Text(text) => self.put(&text),
            CompareAction::Machine(machine) => {
                self.put(&edit::with_machine(&self.texts[0], &machine));
            }
            CompareAction::Flags(call, gfp) => {
                let text = self.with_flags(call, gfp);
                self.put(&text.unwrap_or_else(|| self.texts[0].to_string()));
            }
            CompareAction::Seek(clock) => {
                self.clock = clock.min(len);
                self.playing = false;
            }
            CompareAction::Play => {
                self.playing = !self.playing && len > 0;
                if self.playing && self.clock >= len {
                    self.clock = 0;
                }
            }
            CompareAction::Tick if self.playing => {
                self.clock = (self.clock + 1).min(len);
                self.playing = self.clock < len;
            }
            CompareAction::Tick
            | CompareAction::Open
            | CompareAction::OpenRemedy(_)
            | CompareAction::Close
            | CompareAction::Take => {}
        }
    }

    /// Another text for B. The clock stays where A is; at the first difference when there is one.
    pub fn put(&mut self, text: &str) {
        let parsed = parse(text);
        self.texts[1] = text.into();
        let run = parsed
            .errors
            .is_empty()
            .then(|| Run::new(&parsed.scenario, Bounds::default()).ok())
            .flatten();
        self.errors = Rc::new(parsed.errors);
        let Some(run) = run else { return };
        self.runs[1] = Shared::new(RefCell::new(run));
        let comparison = Comparison::new(&self.runs[0].borrow(), &self.runs[1].borrow());
        let first = comparison.first_difference();
        self.clock = first.map_or(comparison.len(), |pair| comparison.pairs()[pair].end);
        self.comparison = Shared::new(comparison);
        self.playing = false;
    }

    /// The text of A with other flags in a call.
    pub fn with_flags(&self, call: usize, gfp: Gfp) -> Option<String> {
        let run = self.runs[0].borrow();
        let record = run.calls().get(call)?;
        let new = with_flags(&record.call, gfp)?;
        change::with_call(&self.texts[0], record.span, &record.call, &new)
    }

    /// The cursors of both runs.
    pub fn cursors(&self) -> [usize; 2] {
        self.comparison.cursors(self.clock)
    }

    /// The calls of A that have flags, each statement once: its number, and the flags.
    pub fn flagged(&self) -> Vec<(usize, Gfp)> {
        let run = self.runs[0].borrow();
        let mut seen: Vec<Span> = Vec::new();
        let calls = run.calls().iter().enumerate().take(MAX_LOOKED_AT);
        let flagged = calls.filter_map(|(number, call)| {
            let gfp = flags(&call.call)?;
            let new = !seen.contains(&call.span);
            if new {
                seen.push(call.span);
            }
            new.then_some((number, gfp))
        });
        flagged.take(MAX_FLAGGED).collect()
    }
}

/// Calls among which statements with flags are looked for.
const MAX_LOOKED_AT: usize = 5_000;
/// Statements that are offered.
const MAX_FLAGGED: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::tests::run;

    fn opened(text: &str) -> Compare {
        let shared = Shared::new(RefCell::new(run(text)));
        Compare::open(&text.into(), &shared, 3)
    }

    #[test]
    fn b_is_a_with_one_thing_changed() {
        let mut both = opened("p = kmalloc(100, GFP_KERNEL); // why\nkfree(p);\n");
        assert_eq!((both.clock, both.cursors()), (3, [3, 3]));
        assert_eq!(both.flagged(), [(0, Gfp::KERNEL)]);
        both.act(CompareAction::Flags(0, Gfp::ATOMIC));
        assert_eq!(
            &*both.texts[1],
            "p = kmalloc(100, GFP_ATOMIC); // why\nkfree(p);\n"
        );
        let atomic = both.runs[1].clone();
        both.act(CompareAction::Text("p = kmalloc(".into()));
        assert_eq!(both.errors.len(), 1);
        assert!(both.runs[1] == atomic, "the last good run stays");
        let machine = MachineSpec {
            l1_cache_bytes: 128,
            ..MachineSpec::default()
        };
        both.act(CompareAction::Machine(machine));
        assert!(both.errors.is_empty() && both.texts[1].contains("l1=128"));
        assert!(
            both.texts[1].contains("GFP_KERNEL"),
            "from A, not from the B before"
        );
    }

    #[test]
    fn one_clock_plays_to_the_end_of_both() {
        let mut both = opened("p = kmalloc(100, GFP_KERNEL);");
        both.act(CompareAction::Text(
            "p = kmalloc(100000, GFP_KERNEL); kfree(p);".into(),
        ));
        both.act(CompareAction::Seek(0));
        both.act(CompareAction::Play);
        let mut ticks = 0;
        while both.playing {
            both.act(CompareAction::Tick);
            ticks += 1;
        }
        assert_eq!(ticks, both.comparison.len());
        let lengths = [0, 1].map(|side: usize| both.runs[side].borrow().len());
        assert_eq!(both.cursors(), lengths);
        both.act(CompareAction::Seek(usize::MAX));
        assert_eq!(both.clock, ticks);
        both.act(CompareAction::Play);
        assert_eq!(
            (both.clock, both.playing),
            (0, true),
            "from the end it plays again"
        );
    }
}
