//! The one way in: `mm` holds a [`Door`], reads the machine through it, and changes it by emitting events.

use core::ops::Deref;

use super::Machine;
use crate::event::Event;

/// A moment at which others may act in the middle of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// The task sleeps: another one gets the processor.
    Asleep,
    /// The filesystem is asked to write a page (`writepage`).
    Writepage {
        /// The page.
        pfn: u32,
        /// By kswapd, and not by the task that runs.
        kswapd: bool,
    },
}

/// Receives every event after it was carried out.
pub trait Recorder {
    /// One event happened.
    fn record(&mut self, event: Event);

    /// Lends the machine to others for a moment. False when what was asked for could not be done.
    fn moment(&mut self, _machine: &mut Machine, _moment: Moment) -> bool {
        true
    }

    /// True when more was recorded than anybody will look at: what is still going on should come to an end.
    fn is_full(&self) -> bool {
        false
    }
}

/// Recording off: costs nothing.
pub struct Off;

impl Recorder for Off {
    #[inline(always)]
    fn record(&mut self, _event: Event) {}
}

/// A machine that can be read freely and changed only by [`Door::emit`].
pub struct Door<'m, R> {
    machine: &'m mut Machine,
    recorder: &'m mut R,
}

impl<'m, R: Recorder> Door<'m, R> {
    /// Opens the door of a machine.
    pub fn new(machine: &'m mut Machine, recorder: &'m mut R) -> Door<'m, R> {
        Door { machine, recorder }
    }

    /// Carries an event out and records it.
    #[inline(always)]
    pub fn emit(&mut self, event: Event) {
        self.machine.apply(&event);
        self.recorder.record(event);
    }

    /// True when long work should end here: the machine stopped, or the recording is full.
    pub(crate) fn should_end(&self) -> bool {
        self.machine.stopped().is_some() || self.recorder.is_full()
    }

    /// Others may act now; what they did is in the machine afterwards. False when they could not do what was asked for.
    pub(crate) fn moment(&mut self, moment: Moment) -> bool {
        self.recorder.moment(self.machine, moment)
    }
}

impl<R> Deref for Door<'_, R> {
    type Target = Machine;

    #[inline(always)]
    fn deref(&self) -> &Machine {
        self.machine
    }
}
