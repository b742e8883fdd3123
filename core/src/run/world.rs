//! Calls about what surrounds the allocator: pages that reclaim can find, locks and sleep, bytes that leave the kernel,
//! addresses for high memory, `vmalloc`.
//!
//! Simplified where the allocator does not notice: a page of the page cache belongs to no named file, a process is its
//! pages, `vmalloc` does without the two small objects of its bookkeeping (mm/vmalloc.c `get_vm_area`, `__vmalloc`).

use alloc::vec::Vec;

use super::runner::{Lock, Outcome, Runner};
use super::{Answer, NullReason, Value};
use crate::context::Context;
use crate::event::{Dma, Event, Shrinker, Sin, Stop, Temperature};
use crate::gfp::Gfp;
use crate::lab::PageAnswer;
use crate::page::PageState;
use crate::profile::{ADDRESSED_LOW_BYTES, PAGE_OFFSET, PKMAP_BASE, ZoneId};
use crate::script::ast::{FilePages, Pointer};

/// `VMALLOC_OFFSET`: the gap between the direct mapping and the first area, in bytes.
const VMALLOC_OFFSET: u32 = 8 << 20;
/// `LAST_PKMAP` without PAE: pages that can be mapped at once.
const LAST_PKMAP: u32 = 1024;

/// Memory that a pointer means, through an address.
pub(super) struct Addressed {
    pub(super) address: u32,
    /// Bytes that the caller owns from there.
    pub(super) owned: u32,
    pub(super) serial: u32,
    pub(super) live: bool,
}

/// What reclaim can find.
impl Runner<'_> {
    pub(super) fn page_cache(&mut self, kinds: &[(FilePages, u32)]) -> Outcome {
        self.start_world();
        let mut there = 0;
        for &(kind, pages) in kinds {
            let state = match kind {
                FilePages::Clean => PageState::CLEAN,
                FilePages::Dirty => PageState::DIRTY,
                FilePages::Mapped => PageState::MAPPED,
                FilePages::Referenced => PageState::MAPPED.with(PageState::REFERENCED),
                FilePages::Buffers => PageState::BUFFERS,
                FilePages::Busy => PageState::BUSY_BUFFERS,
                FilePages::Locked => PageState::LOCKED,
            };
            match self.populate(pages, state, 0) {
                Ok(pages) => there += pages,
                Err(stopped) => return stopped,
            }
        }
        Outcome::of(Answer::Populated { pages: there })
    }

    /// A process touches pages of its own: they are mapped, and on *active* (mm/memory.c `do_anonymous_page`).
    pub(super) fn user_pages(&mut self, pages: u32) -> Outcome {
        self.start_world();
        // A process has a number; no script that means something has so many.
        let Ok(owner) = u16::try_from(self.lab.machine().user_tasks().len() + 1) else {
            return Outcome::of(Answer::Populated { pages: 0 });
        };
        self.lab.emit(Event::ProcessStarted { pages });
        let state = PageState::ANONYMOUS
            .with(PageState::MAPPED)
            .with(PageState::ACTIVE);
        match self.populate(pages, state, owner) {
            Ok(pages) => Outcome::of(Answer::Populated { pages }),
            Err(stopped) => stopped,
        }
    }

    pub(super) fn swap(&mut self, pages: u32) -> Outcome {
        self.start_world();
        self.lab.swap_on(pages);
        Outcome::of(Answer::Done)
    }

    pub(super) fn disk(&mut self, milliseconds: u32) -> Outcome {
        self.lab.set_disk(milliseconds, false);
        Outcome::of(Answer::Done)
    }

    pub(super) fn cache_pages(&mut self, shrinker: Shrinker, pages: u32) -> Outcome {
        self.start_world();
        let mut there = 0;
        for _ in 0..pages {
            match self.page_of_another(Gfp::KERNEL) {
                Ok(Some(pfn)) => self.lab.emit(Event::CachePageAdded { shrinker, pfn }),
                Ok(None) => break,
                Err(stopped) => return stopped,
            }
            there += 1;
        }
        Outcome::of(Answer::Populated { pages: there })
    }

    /// From the first such call on there are processes, and kswapd lives.
    fn start_world(&mut self) {
        if !self.lab.machine().has_daemon() {
            self.lab.set_world(true, true);
        }
    }

    fn populate(&mut self, pages: u32, state: PageState, owner: u16) -> Result<u32, Outcome> {
        for there in 0..pages {
            // The process may be gone by now: the OOM killer had it.
            let dead = owner > 0 && !self.lab.machine().user_tasks()[usize::from(owner) - 1].alive;
            if dead {
                return Ok(there);
            }
            match self.page_of_another(Gfp::HIGHUSER)? {
                Some(pfn) => self.lab.add_to_lru(pfn, state, owner),
                None => return Ok(there),
            }
        }
        Ok(pages)
    }

    /// One page for the task that runs, from its own node first.
    fn local_page(&mut self, gfp: Gfp) -> PageAnswer {
        let node = self.lab.machine().node();
        self.lab.alloc_pages_among(Some(self.script), node, gfp, 0)
    }

    /// A page that an ordinary process asks for, whatever this one is doing.
    fn page_of_another(&mut self, gfp: Gfp) -> Result<Option<u32>, Outcome> {
        if self.recorded() >= self.script.bounds.events {
            return Ok(None);
        }
        let context = self.lab.machine().context();
        self.lab.set_context(Context::PROCESS);
        let answer = self.local_page(gfp);
        self.lab.set_context(context);
        match answer {
            PageAnswer::Block(pfn) => Ok(Some(pfn)),
            PageAnswer::Refused(_) => Ok(None),
            PageAnswer::Endless => Err(Outcome::of(Answer::Stopped(Stop::Endless))),
        }
    }
}

/// Locks.
impl Runner<'_> {
    pub(super) fn set_irqs(&mut self, on: bool) -> Outcome {
        let context = self.lab.machine().context();
        self.lab.set_context(if on {
            context.without(Context::IRQS_OFF)
        } else {
            context.with(Context::IRQS_OFF)
        });
        Outcome::of(Answer::Done)
    }

    pub(super) fn spin_lock_irqsave(&mut self, name: &str) -> Outcome {
        let off = self.lab.machine().context().has(Context::IRQS_OFF);
        self.script.locks.of(name, Lock::default).irqs_were_off = off;
        self.set_irqs(false);
        self.spin_lock(name)
    }

    pub(super) fn spin_unlock_irqrestore(&mut self, name: &str) -> Outcome {
        let outcome = self.spin_unlock(name);
        let lock = self.script.locks.of(name, Lock::default);
        let off = core::mem::take(&mut lock.irqs_were_off);
        self.set_irqs(!off);
        outcome
    }

    /// A semaphore that is free, or that this task has already: then it waits for itself.
    pub(super) fn down(&mut self, name: &str) -> Outcome {
        let lock = self.script.locks.of(name, Lock::default);
        if lock.holder.is_some() {
            return self.fatal(Sin::Deadlock, 0);
        }
        lock.holder = Some(self.script.task);
        Outcome::of(Answer::Done)
    }

    /// Whoever waits for it goes on at once.
    pub(super) fn up(&mut self, name: &str) -> Outcome {
        let lock = self.script.locks.of(name, Lock::default);
        if lock.holder.take().is_none() {
            self.lab.emit(Event::Sinned {
                sin: Sin::LockNotHeld,
                address: 0,
            });
            return Outcome::of(Answer::Sinned(Sin::LockNotHeld));
        }
        let waiter = self
            .script
            .blocked
            .iter()
            .position(|(held, _)| held == name);
        if let Some(at) = waiter {
            let (_, task) = self.script.blocked.remove(at);
            self.switch_to(task);
        }
        Outcome::of(Answer::Done)
    }
}

/// Bytes.
impl Runner<'_> {
    /// What a pointer means that is used as an address.
    pub(super) fn addressed(&self, pointer: &Pointer) -> Result<Addressed, Sin> {
        let machine = self.lab.machine();
        let page = machine.spec().page_size;
        let live = |serial| self.script.allocations.is_live(serial);
        let (address, owned, serial) = match self.value(pointer)? {
            Value::Null => return Err(Sin::NullDereference),
            Value::PageStruct { .. } => return Err(Sin::NotAnAddress),
            Value::Object {
                address, serial, ..
            } => (address, self.lab.ksize(address).unwrap_or(0), serial),
            Value::Pages { pfn, order, serial } => (machine.address_of(pfn), page << order, serial),
            Value::Mapped {
                address, serial, ..
            } => {
                if machine.place_of(address).is_none() {
                    return Err(Sin::NotAnAddress);
                }
                (address, page, serial)
            }
            Value::Area {
                address,
                pages,
                serial,
            } => {
                if !live(serial) {
                    return Err(Sin::UseAfterFree);
                }
                (address, pages * page, serial)
            }
        };
        Ok(Addressed {
            address,
            owned,
            serial,
            live: live(serial),
        })
    }

    /// Bytes from an address to the end of what is mapped there.
    pub(super) fn reach(&self, address: u32) -> u32 {
        let machine = self.lab.machine();
        if machine.pfn_of(address).is_some() {
            let low_bytes = u64::from(machine.low_end()) * u64::from(machine.spec().page_size);
            return (low_bytes - u64::from(address.wrapping_sub(PAGE_OFFSET))) as u32;
        }
        let page = machine.spec().page_size;
        let first = address - address % page;
        let mapped = (0..).take_while(|step| {
            let next = first.checked_add(step * page);
            next.is_some_and(|next| machine.place_of(next).is_some())
        });
        mapped.count() as u32 * page - (address - first)
    }

    /// The physical pieces of a range of addresses: first byte and length.
    fn pieces(&self, address: u32, length: u32) -> Vec<(u64, u32)> {
        let machine = self.lab.machine();
        let page = machine.spec().page_size;
        if machine.pfn_of(address).is_some() {
            return Vec::from([(u64::from(address.wrapping_sub(PAGE_OFFSET)), length)]);
        }
        let mut pieces = Vec::new();
        let mut done = 0;
        while done < length {
            let Some((pfn, offset)) = machine.place_of(address.wrapping_add(done)) else {
                break;
            };
            let here = (page - offset).min(length - done);
            pieces.push((u64::from(pfn) * u64::from(page) + u64::from(offset), here));
            done += here;
        }
        pieces
    }

    /// Notes who wrote a range.
    pub(super) fn note_written(&mut self, address: u32, length: u32, serial: u32, call: u32) {
        for (start, length) in self.pieces(address, length) {
            self.script.owners.written(start, length, serial, call);
        }
    }

    /// CONFIG_DEBUG_SLAB fills an object that comes or goes: nobody's words stand in it any more.
    pub(super) fn own_again(&mut self, address: u32) {
        if self.lab.machine().spec().debug_slab {
            let size = self.lab.ksize(address).unwrap_or(0);
            let start = u64::from(address.wrapping_sub(PAGE_OFFSET));
            self.script.owners.forget(start, size);
        }
    }

    /// CONFIG_DEBUG_SLAB sees by the red zone that an object is free already.
    pub(super) fn find_double_free(&mut self, address: u32) {
        let machine = self.lab.machine();
        let cache = machine.cache_of(address);
        if let Some(cache) = cache.filter(|&cache| machine.cache(cache).shape().red_zone > 0) {
            self.lab.emit(Event::SlabError { cache, address });
        }
    }

    /// Hands physical pieces out: what a former owner wrote in them is disclosed.
    fn hand_out(&mut self, pieces: &[(u64, u32)], address: u32, serial: u32) -> Outcome {
        let (mut bytes, mut foreign, mut writer) = (0, 0, None);
        for &(start, length) in pieces {
            let found = self.script.owners.foreign(start, length, serial);
            if let (None, Some((offset, call))) = (writer, found.first) {
                writer = Some((address.wrapping_add(bytes + offset), call));
            }
            foreign += found.bytes;
            bytes += length;
        }
        if let Some((address, _)) = writer {
            self.lab.emit(Event::Sinned {
                sin: Sin::Disclosed,
                address,
            });
        }
        Outcome::of(Answer::Handed {
            bytes,
            foreign,
            writer: writer.map(|(_, call)| call),
        })
    }

    /// Memory is read or written: a sin when it was freed, or is not all the caller's.
    pub(super) fn misuse(
        &mut self,
        address: u32,
        live: bool,
        length: u32,
        owned: u32,
    ) -> Option<Sin> {
        let sin = match (live, length > owned) {
            (false, _) => Sin::UseAfterFree,
            (true, true) => Sin::Overrun,
            (true, false) => return None,
        };
        self.lab.emit(Event::Sinned { sin, address });
        Some(sin)
    }

    pub(super) fn copy_to_user(&mut self, pointer: &Pointer, length: u32) -> Outcome {
        let memory = match self.addressed(pointer) {
            Ok(memory) => memory,
            Err(sin) => return self.fatal(sin, 0),
        };
        let address = memory.address;
        let length = length.min(self.reach(address));
        self.lab.emit(Event::CopiedToUser {
            address,
            bytes: length,
        });
        self.misuse(address, memory.live, length, memory.owned);
        let pieces = self.pieces(address, length);
        self.hand_out(&pieces, address, memory.serial)
    }

    /// A device reads or writes physical memory. It needs pages side by side, and within its reach.
    pub(super) fn dma(&mut self, dma: Dma, pointer: &Pointer, length: u32) -> Outcome {
        let page = self.lab.machine().spec().page_size;
        let (pfn, offset, owned, serial) = match self.value(pointer) {
            Ok(Value::PageStruct { pfn, order, serial } | Value::Pages { pfn, order, serial }) => {
                (pfn, 0, page << order, serial)
            }
            Ok(Value::Mapped { pfn, serial, .. }) => (pfn, 0, page, serial),
            Ok(Value::Object {
                address, serial, ..
            }) => {
                let (pfn, offset) = self
                    .lab
                    .machine()
                    .place_of(address)
                    .expect("objects lie in low memory");
                (pfn, offset, self.lab.ksize(address).unwrap_or(0), serial)
            }
            // Addresses of `vmalloc` say nothing of where its pages lie.
            Ok(Value::Area { address, .. }) => return self.fatal(Sin::NotAnAddress, address),
            Ok(Value::Null) => return self.fatal(Sin::NullDereference, 0),
            Err(sin) => return self.fatal(sin, 0),
        };
        let address = self.address_or_zero(pfn).wrapping_add(offset);
        let machine = self.lab.machine();
        let left = (machine.spec().total_pages() - u64::from(pfn)) * u64::from(page);
        let length = u64::from(length).min(left - u64::from(offset)) as u32;
        let end = u64::from(offset) + u64::from(length.max(1));
        let last = pfn + ((end - 1) / u64::from(page)) as u32;
        if dma.isa() && machine.zone_of(last).kind() != ZoneId::DMA {
            self.lab.emit(Event::Sinned {
                sin: Sin::OutOfReach,
                address,
            });
            return Outcome::of(Answer::Sinned(Sin::OutOfReach));
        }
        self.lab.emit(Event::DmaDone {
            dma,
            offset: offset as u16,
            pfn,
            bytes: length,
        });
        let live = self.script.allocations.is_live(serial);
        self.misuse(address, live, length, owned);
        let start = u64::from(pfn) * u64::from(page) + u64::from(offset);
        if dma.to_device() {
            return self.hand_out(&[(start, length)], address, serial);
        }
        let call = self.script.calls.len() as u32 - 1;
        self.script.owners.written(start, length, serial, call);
        Outcome::of(Answer::Filled {
            bytes: length,
            hot: self.script.allocations.is_hot(serial),
        })
    }
}

/// Addresses.
impl Runner<'_> {
    /// The page that a `struct page *` means, and the number of its allocation.
    fn page_struct(&self, page: &Pointer) -> Result<(u32, u32), Sin> {
        match self.value(page)? {
            Value::PageStruct { pfn, serial, .. } => Ok((pfn, serial)),
            Value::Null => Err(Sin::NullDereference),
            _ => Err(Sin::NotAnAddress),
        }
    }

    /// The address that `kmap` gave a page.
    fn kmapped(&self, pfn: u32) -> Option<u32> {
        let mut mappings = self.lab.machine().kernel_mappings();
        let mapped = mappings.find(|&(at, of)| of == pfn && at >= PKMAP_BASE);
        mapped.map(|(address, _)| address)
    }

    /// `kmap` (arch/i386/mm/highmem.c): a page of low memory has its address already.
    pub(super) fn kmap(&mut self, page: &Pointer) -> Outcome {
        let (pfn, serial) = match self.page_struct(page) {
            Ok(page) => page,
            Err(sin) => return self.fatal(sin, 0),
        };
        let machine = self.lab.machine();
        let address = if !machine.zone_of(pfn).is_high() {
            machine.address_of(pfn)
        } else if let Some(address) = self.kmapped(pfn) {
            address
        } else {
            let free = (1..LAST_PKMAP)
                .map(|slot| PKMAP_BASE + slot * machine.spec().page_size)
                .find(|&address| machine.place_of(address).is_none());
            let Some(address) = free else {
                // The kernel would wait for somebody's kunmap.
                return Outcome::of(Answer::Stopped(Stop::Endless));
            };
            self.lab.emit(Event::KernelMapped { address, pfn });
            address
        };
        Outcome {
            value: Some(Value::Mapped {
                address,
                pfn,
                serial,
            }),
            ..Outcome::of(Answer::Mapped { address, pfn })
        }
    }

    pub(super) fn kunmap(&mut self, page: &Pointer) -> Outcome {
        let (pfn, _) = match self.page_struct(page) {
            Ok(page) => page,
            Err(sin) => return self.fatal(sin, 0),
        };
        if let Some(address) = self.kmapped(pfn) {
            self.lab.emit(Event::KernelUnmapped { address });
        }
        Outcome::of(Answer::Done)
    }

    /// `vmalloc` (mm/vmalloc.c): pages one by one with `GFP_KERNEL | __GFP_HIGHMEM`, addresses side by side, and a page
    /// left out behind them.
    pub(super) fn vmalloc(&mut self, size: u32) -> Outcome {
        let null = |why| Outcome {
            value: Some(Value::Null),
            ..Outcome::of(Answer::Null(why))
        };
        let machine = self.lab.machine();
        let page = machine.spec().page_size;
        let pages = size.div_ceil(page);
        if pages == 0 || u64::from(pages) > machine.spec().total_pages() {
            return null(NullReason::NoArea);
        }
        if self.free_area(pages).is_none() {
            return null(NullReason::NoArea);
        }
        // Another task may make an area while this one sleeps for a page: the place is chosen when all pages are there.
        let mut taken = Vec::new();
        while taken.len() < pages as usize {
            match self.local_page(Gfp::KERNEL | Gfp::HIGHMEM) {
                PageAnswer::Block(pfn) => taken.push(pfn),
                refused => {
                    for pfn in taken {
                        self.lab.free_pages_live(pfn, 0, Temperature::Hot);
                    }
                    return match refused {
                        PageAnswer::Refused(why) => null(NullReason::NoPages(why)),
                        _ => Outcome::of(Answer::Stopped(Stop::Endless)),
                    };
                }
            }
        }
        let Some(address) = self.free_area(pages) else {
            for pfn in taken {
                self.lab.free_pages_live(pfn, 0, Temperature::Hot);
            }
            return null(NullReason::NoArea);
        };
        for (number, pfn) in (0..).zip(taken) {
            let address = address + number * page;
            self.lab.emit(Event::KernelMapped { address, pfn });
        }
        let serial = self.new_serial(address);
        Outcome {
            value: Some(Value::Area {
                address,
                pages,
                serial,
            }),
            ..Outcome::of(Answer::Area { address, pages })
        }
    }

    pub(super) fn vfree(&mut self, pointer: &Pointer) -> Outcome {
        match self.value(pointer) {
            Ok(Value::Null) => Outcome::of(Answer::Done),
            Ok(Value::Area {
                address,
                pages,
                serial,
            }) => {
                if !self.script.allocations.is_live(serial) {
                    return self.fatal(Sin::DoubleFree, address);
                }
                self.unmap_area(address, pages);
                Outcome {
                    frees: Some(serial),
                    ..Outcome::of(Answer::Done)
                }
            }
            Ok(Value::Object { address, .. } | Value::Mapped { address, .. }) => {
                self.fatal(Sin::WrongFree, address)
            }
            Ok(Value::Pages { pfn, .. } | Value::PageStruct { pfn, .. }) => {
                let address = self.address_or_zero(pfn);
                self.fatal(Sin::WrongFree, address)
            }
            Err(sin) => self.fatal(sin, 0),
        }
    }

    /// Gives the pages of an area back, first to last (`__vunmap`).
    fn unmap_area(&mut self, address: u32, pages: u32) {
        let page = self.lab.machine().spec().page_size;
        for at in (0..pages).map(|number| address + number * page) {
            let (pfn, _) = self.lab.machine().place_of(at).expect("an area is mapped");
            self.lab.emit(Event::KernelUnmapped { address: at });
            self.lab.free_pages_live(pfn, 0, Temperature::Hot);
        }
    }

    /// The first gap that is wide enough, a page behind it left out (`__get_vm_area`).
    fn free_area(&self, pages: u32) -> Option<u32> {
        let machine = self.lab.machine();
        let page = machine.spec().page_size;
        if u64::from(machine.low_end()) * u64::from(page) > ADDRESSED_LOW_BYTES {
            return None;
        }
        let high_memory = machine.address_of(machine.low_end());
        let start = (high_memory + VMALLOC_OFFSET) & !(VMALLOC_OFFSET - 1);
        let bytes = (pages + 1).checked_mul(page)?;
        let mut at = start;
        for (mapped, _) in machine.kernel_mappings() {
            if mapped < at || mapped >= PKMAP_BASE {
                continue;
            }
            if mapped - at >= bytes {
                break;
            }
            at = mapped + 2 * page;
        }
        (at.checked_add(bytes)? <= PKMAP_BASE).then_some(at)
    }
}
