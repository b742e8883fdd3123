//! The one way in: `mm` holds a [`Door`], reads the machine through it, and changes it by emitting events.

use core::ops::Deref;

use super::Machine;
use crate::event::Event;

/// Receives every event after it was carried out.
pub trait Recorder {
    /// One event happened.
    fn record(&mut self, event: Event);
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
}

impl<R> Deref for Door<'_, R> {
    type Target = Machine;

    #[inline(always)]
    fn deref(&self) -> &Machine {
        self.machine
    }
}
