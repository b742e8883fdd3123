//! The allocations of a run. Their numbers are given out one after the other, from 1 on.

use alloc::vec::Vec;

/// What is known of one.
#[derive(Clone, Copy)]
struct Allocation {
    /// 0: none.
    address: u32,
    /// Names that hold it.
    holders: u32,
    live: bool,
    /// Its page came from a hot list.
    hot: bool,
}

/// All of them.
#[derive(Default)]
pub(super) struct Allocations(Vec<Allocation>);

impl Allocations {
    /// A new one, at this address (0: none). Gives its number.
    pub(super) fn born(&mut self, address: u32) -> u32 {
        self.0.push(Allocation {
            address,
            holders: 0,
            live: true,
            hot: false,
        });
        self.0.len() as u32
    }

    fn of(&mut self, serial: u32) -> &mut Allocation {
        &mut self.0[serial as usize - 1]
    }

    fn known(&self, serial: u32) -> Option<&Allocation> {
        self.0.get((serial as usize).checked_sub(1)?)
    }

    /// It is no longer live.
    pub(super) fn end(&mut self, serial: u32) {
        self.of(serial).live = false;
    }

    /// As long as it was not freed.
    pub(super) fn is_live(&self, serial: u32) -> bool {
        self.known(serial).is_some_and(|known| known.live)
    }

    /// Its address.
    pub(super) fn address_of(&self, serial: u32) -> u32 {
        self.known(serial).map_or(0, |known| known.address)
    }

    /// One name more holds it.
    pub(super) fn hold(&mut self, serial: u32) {
        self.of(serial).holders += 1;
    }

    /// One name less holds it. True when it was the last.
    pub(super) fn let_go(&mut self, serial: u32) -> bool {
        let allocation = self.of(serial);
        allocation.holders -= 1;
        allocation.holders == 0
    }

    /// Its page came from a hot list, or may have.
    pub(super) fn set_hot(&mut self, serial: u32, hot: bool) {
        self.of(serial).hot = hot;
    }

    /// As it was set.
    pub(super) fn is_hot(&self, serial: u32) -> bool {
        self.known(serial).is_some_and(|known| known.hot)
    }
}
