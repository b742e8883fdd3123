//! A run that is made a piece at a time, so that whoever waits for it can do something else in between.
//!
//! Where it is cut into pieces changes nothing of what happens. It stops between two statements of the text: a call is never
//! parted, nor what others do while it sleeps. It has no clock: how much a piece is, the caller says.

use alloc::vec::Vec;

use super::runner::{Frame, Runner, Script};
use super::{Bounds, Ended, Run};
use crate::lab::Lab;
use crate::machine::Machine;
use crate::profile::SpecError;
use crate::script::ast::Scenario;

/// A run under way.
pub struct Running {
    lab: Lab,
    start: Machine,
    script: Script,
    /// Where the first task stands, outermost first; empty when the run has ended.
    stack: Vec<Frame>,
    ended: Option<Ended>,
}

impl Running {
    /// Boots the scenario's machine; nothing of its text is done yet.
    pub fn begin(scenario: &Scenario, bounds: Bounds) -> Result<Running, SpecError> {
        let mut lab = Lab::boot(scenario.machine.clone())?;
        let start = lab.machine().clone();
        lab.record();
        lab.record_at_most(bounds.events);
        let script = Script::new(bounds, &scenario.body);
        Ok(Running {
            lab,
            start,
            stack: alloc::vec![Frame::Block(script.whole())],
            script,
            ended: None,
        })
    }

    /// Follows the text until so many statements and events have come in addition, or to its end. True once it has ended.
    pub fn go_on(&mut self, work: usize) -> bool {
        let mut runner = Runner {
            lab: &mut self.lab,
            script: &mut self.script,
        };
        let until = runner.work().saturating_add(work);
        if let Err(ended) = runner.follow(&mut self.stack, until) {
            runner.leave(&mut self.stack);
            self.ended = Some(ended);
        }
        self.stack.is_empty()
    }

    /// Calls made so far.
    pub fn calls(&self) -> usize {
        self.script.calls.len()
    }

    /// Events so far.
    pub fn events(&self) -> usize {
        self.lab.log().map_or(0, |log| log.len())
    }

    /// Statements done, and how many there are, turns of loops included. Where a test decides, or others act, they are an
    /// estimate; a run that a bound will end is never done before that.
    pub fn statements(&self) -> (u64, u64) {
        self.script.share()
    }

    /// The run, as far as it has come: one that has not ended was [cancelled](Ended::Cancelled).
    pub fn finish(self) -> Run {
        let ended = match self.stack.is_empty() {
            true => self.script.why_ended(self.ended),
            false => Some(Ended::Cancelled),
        };
        let (end, recording) = self.lab.into_recording(self.start);
        Run {
            recording,
            end,
            calls: self.script.calls,
            ended,
        }
    }
}
