//! The simulated kernel's public face: a machine, and the calls that can be made on it.
//!
//! Nothing here is generic: the one `match` on the recorder stands here, so that callers in other crates compile none of
//! the allocator. Scripts are run by `run`; this file knows nothing of text.

use crate::context::Context;
use crate::event::{Event, Sin, Stop, Temperature};
use crate::gfp::Gfp;
#[cfg(feature = "off")]
use crate::machine::Off;
use crate::machine::{Door, Machine, Moment, Recorder, Use};
pub use crate::mm::linux_2_6_10::page_alloc::PageAnswer;
pub use crate::mm::linux_2_6_10::slab::{CacheFailure, ObjectAnswer};
pub use crate::mm::linux_2_6_10::vmscan::KswapdRun;
use crate::mm::linux_2_6_10::{boot, page_alloc, slab, slow_path, vmscan};
use crate::page::PageState;
use crate::profile::{BootLayout, MachineSpec, SpecError};
use crate::recording::{Log, Recording};

/// A machine, live, with recording on or off.
#[derive(Clone)]
pub struct Lab {
    machine: Machine,
    log: Option<Log>,
}

/// Who may act in the middle of a call: other tasks, and the script's filesystem.
pub(crate) trait World {
    /// The lab is lent for this moment. False when what is asked for cannot be done.
    fn moment(&mut self, lab: &mut Lab, moment: Moment) -> bool;
}

/// The log, and those who may act in the middle of a call.
struct Watched<'a, 'w> {
    log: &'a mut Log,
    world: Option<&'w mut dyn World>,
}

impl Recorder for Watched<'_, '_> {
    #[inline(always)]
    fn record(&mut self, event: Event) {
        self.log.record(event);
    }

    fn is_full(&self) -> bool {
        self.log.is_full()
    }

    #[inline(never)]
    fn moment(&mut self, machine: &mut Machine, moment: Moment) -> bool {
        let Some(world) = self.world.as_deref_mut() else {
            return true;
        };
        let mut lab = Lab {
            machine: core::mem::replace(machine, Machine::hollow()),
            log: Some(core::mem::take(self.log)),
        };
        let done = world.moment(&mut lab, moment);
        *machine = lab.machine;
        *self.log = lab.log.unwrap_or_default();
        done
    }
}

/// Runs a function of `mm` on this lab's machine, through the recorder that is in place. Each recorder costs a copy of the
/// allocator: the page, which always records, does without the feature `off` and lets a log forget instead.
macro_rules! through {
    ($lab:expr, $door:ident => $body:expr) => {
        through!($lab, None, $door => $body)
    };
    ($lab:expr, $world:expr, $door:ident => $body:expr) => {
        match &mut $lab.log {
            #[cfg(feature = "off")]
            None => {
                let mut off = Off;
                let $door = &mut Door::new(&mut $lab.machine, &mut off);
                $body
            }
            #[cfg(not(feature = "off"))]
            None => {
                let mut log = Log::forgetful();
                let mut watched = Watched {
                    log: &mut log,
                    world: None,
                };
                let $door = &mut Door::new(&mut $lab.machine, &mut watched);
                $body
            }
            Some(log) => {
                let mut watched = Watched { log, world: $world };
                let $door = &mut Door::new(&mut $lab.machine, &mut watched);
                $body
            }
        }
    };
}

impl Lab {
    /// Boots a machine up to the point where drivers load; recording is off.
    pub fn boot(spec: MachineSpec) -> Result<Lab, SpecError> {
        spec.check()?;
        let layout = spec.layout();
        Ok(Lab::boot_with(spec, layout, true))
    }

    /// Boots with reservations other than the header can say, as the recordings have them.
    pub fn boot_with(spec: MachineSpec, layout: BootLayout, with_slab: bool) -> Lab {
        let mut lab = Lab {
            machine: boot::blank(spec, layout),
            log: None,
        };
        through!(lab, door => boot::power_on(door, with_slab));
        lab
    }

    /// Boots and keeps every event of it: the recording starts from a machine whose memory nobody holds yet.
    pub fn boot_recorded(spec: MachineSpec) -> Result<Recording, SpecError> {
        spec.check()?;
        let layout = spec.layout();
        let start = boot::blank(spec, layout);
        let mut machine = start.clone();
        let mut log = Log::default();
        let mut watched = Watched {
            log: &mut log,
            world: None,
        };
        boot::power_on(&mut Door::new(&mut machine, &mut watched), true);
        Ok(Recording::new(start, log))
    }

    /// Starts to record, from here. A log that is there is emptied and its memory used again.
    pub fn record(&mut self) {
        self.log.get_or_insert_default().clear();
    }

    /// Long work ends once so many events are recorded; one scan of a list may still go on to its end.
    pub fn record_at_most(&mut self, events: usize) {
        self.log.get_or_insert_default().set_limit(events);
    }

    /// Goes back to a machine of the same kind; the log, if there is one, begins anew.
    pub fn restart(&mut self, from: &Machine) {
        self.machine.clone_from(from);
        if let Some(log) = &mut self.log {
            log.clear();
        }
    }

    /// The machine now.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Events recorded so far.
    pub fn log(&self) -> Option<&Log> {
        self.log.as_ref()
    }

    /// Ends here and hands the recording out, given the machine it started from.
    pub fn into_recording(self, start: Machine) -> (Machine, Recording) {
        (
            self.machine,
            Recording::new(start, self.log.unwrap_or_default()),
        )
    }

    /// Records a decision of the script's side, or carries out an effect of it.
    pub(crate) fn emit(&mut self, event: Event) {
        through!(self, door => door.emit(event));
    }

    /// `kmalloc(size, gfp)`.
    pub fn kmalloc(&mut self, size: u32, gfp: Gfp) -> ObjectAnswer {
        self.kmalloc_among(None, size, gfp)
    }

    /// `kmalloc`, in the middle of which others may act.
    pub(crate) fn kmalloc_among(
        &mut self,
        world: Option<&mut dyn World>,
        size: u32,
        gfp: Gfp,
    ) -> ObjectAnswer {
        through!(self, world, door => slab::kmalloc(door, size, gfp))
    }

    /// `kfree(address)`; NULL is allowed. A pointer that is no live object is a sin, and nothing is freed.
    pub fn kfree(&mut self, address: u32) -> Result<(), Sin> {
        if address == 0 {
            return Ok(());
        }
        let (slab, index) = self.machine.object_of(address).ok_or(Sin::WrongFree)?;
        if self.machine.object_address(slab, index) != address {
            return Err(Sin::WrongFree);
        }
        if self.machine.is_chained(slab, index) || self.cached(address) {
            return Err(Sin::DoubleFree);
        }
        self.kfree_live(address);
        Ok(())
    }

    /// `kfree` without the lab's look at whether the object is live: for callers who know, and for benchmarks.
    pub fn kfree_live(&mut self, address: u32) {
        through!(self, door => slab::kfree(door, address));
    }

    /// Whether an object lies in its array cache, that is, was freed already.
    fn cached(&self, address: u32) -> bool {
        let cache = self.machine.cache_of(address);
        cache.is_some_and(|cache| {
            self.machine
                .cache(cache)
                .array()
                .any(|entry| entry == address)
        })
    }

    /// `ksize(address)`: the size class.
    pub fn ksize(&self, address: u32) -> Option<u32> {
        let cache = self.machine.cache_of(address)?;
        Some(self.machine.cache(cache).shape().class_size)
    }

    /// `alloc_pages(gfp, order)`. Both zone bits at once are undefined in the kernel: the caller has refused them.
    pub fn alloc_pages(&mut self, gfp: Gfp, order: u32) -> PageAnswer {
        self.alloc_pages_among(None, self.machine.node(), gfp, order)
    }

    /// `alloc_pages_node`, in the middle of which others may act.
    pub(crate) fn alloc_pages_among(
        &mut self,
        world: Option<&mut dyn World>,
        node: u8,
        gfp: Gfp,
        order: u32,
    ) -> PageAnswer {
        through!(self, world, door => page_alloc::alloc_pages_node(door, node, gfp, order))
    }

    /// `__free_pages(page, order)`. A block that no caller holds is a sin, and nothing is freed.
    pub fn free_pages(&mut self, pfn: u32, order: u8) -> Result<(), Sin> {
        let block = self.machine.block_at(pfn);
        match block.what {
            Use::Pages if block.order == order => {}
            Use::Pages => return Err(Sin::WrongOrder),
            Use::Free | Use::Hot | Use::Cold => return Err(Sin::DoubleFree),
            Use::Body => {
                let free = matches!(self.machine.block_of(pfn).what, Use::Free);
                return Err(if free {
                    Sin::DoubleFree
                } else {
                    Sin::WrongFree
                });
            }
            _ => return Err(Sin::WrongFree),
        }
        self.free_pages_live(pfn, order, Temperature::Hot);
        Ok(())
    }

    /// Frees a block that a caller holds; order 0 goes to the given per-cpu list.
    pub fn free_pages_live(&mut self, pfn: u32, order: u8, list: Temperature) {
        through!(self, door => page_alloc::free_pages(door, pfn, order, list));
    }

    /// From now on calls come from this context.
    pub fn set_context(&mut self, context: Context) {
        if self.machine.context() != context {
            self.emit(Event::ContextSet { context });
        }
    }

    /// From now on the task runs on this node of the machine.
    pub fn set_node(&mut self, node: u8) {
        assert!(node < self.machine.spec().nodes, "a node of this machine");
        if self.machine.node() != node {
            self.emit(Event::NodeSet { node });
        }
    }

    /// Lets jiffies pass; returns how often `cache_reap` ran.
    pub fn pass_time(&mut self, jiffies: u32) -> u32 {
        through!(self, door => slab::pass_time(door, jiffies))
    }

    /// The task gives up the processor for so many jiffies: others act, writes end, `cache_reap` runs.
    pub(crate) fn sleep_among(&mut self, world: &mut dyn World, jiffies: u32) {
        through!(self, Some(world), door => {
            slow_path::yield_processor(door);
            slab::pass_time(door, jiffies);
            vmscan::finish_writes(door, false);
        });
    }

    /// Writes every dirty page of a file, in the middle of which the filesystem acts.
    pub(crate) fn sync_among(&mut self, world: &mut dyn World) {
        through!(self, Some(world), door => vmscan::sync(door));
    }

    /// Writes the sysctl `vm.min_free_kbytes`.
    pub fn set_min_free_kbytes(&mut self, kbytes: u32) {
        through!(self, door => boot::set_min_free_kbytes(door, kbytes));
    }

    /// Writes the sysctl `vm.lower_zone_protection`.
    pub fn set_lower_zone_protection(&mut self, ratio: u32) {
        through!(self, door => boot::set_lower_zone_protection(door, ratio));
    }

    /// Follows a retry for at most so many congestion waits.
    pub fn set_patience(&mut self, waits: u32) {
        self.emit(Event::PatienceSet { waits });
    }

    /// Offers a block that a caller holds to the next direct reclaims.
    pub fn offer_to_reclaim(&mut self, pfn: u32, order: u8) {
        self.emit(Event::ReclaimOffered { order, pfn });
    }

    /// The next reclaim that finds this plan frees so many of the offered blocks.
    pub fn plan_reclaim(&mut self, blocks: u32) {
        self.emit(Event::ReclaimPlanned { blocks });
    }

    /// Gives a block that a caller holds to the OOM killer's next victim.
    pub fn offer_to_oom(&mut self, pfn: u32, order: u8) {
        self.emit(Event::VictimOffered { order, pfn });
    }

    /// Whether kswapd runs when the task gives up the processor, and whether processes have page tables. Without this call
    /// neither is so; from it on reclaim scans the LRU lists.
    pub fn set_world(&mut self, kswapd: bool, page_tables: bool) {
        self.emit(Event::WorldSet {
            kswapd,
            page_tables,
        });
    }

    /// Puts a page that a caller holds on an LRU list: a file's page (`owner` 0) or a process's, counted from 1.
    pub fn add_to_lru(&mut self, pfn: u32, state: PageState, owner: u16) {
        self.emit(Event::LruAdded { state, owner, pfn });
    }

    /// So many pages of swap space come in addition (`swapon`).
    pub fn swap_on(&mut self, pages: u32) {
        self.emit(Event::SwapOn { pages });
    }

    /// How long a write takes, in jiffies (`u32::MAX`: no write ends by itself), and whether the disk's queue is full.
    pub fn set_disk(&mut self, jiffies: u32, congested: bool) {
        self.emit(Event::DiskSet { jiffies, congested });
    }

    /// Every write under way ends.
    pub fn finish_writes(&mut self) {
        through!(self, door => vmscan::finish_writes(door, true));
    }

    /// Runs the first node's kswapd once (`balance_pgdat`).
    pub fn run_kswapd(&mut self) -> KswapdRun {
        through!(self, door => vmscan::kswapd(door, 0))
    }

    /// Moves the clock to an absolute jiffy without anything happening meanwhile: for recordings' start states.
    pub fn set_clock(&mut self, jiffies: u32) {
        let by = jiffies.wrapping_sub(self.machine.jiffies());
        self.emit(Event::Waited { jiffies: by });
    }

    /// Stops the machine: what follows is not defined.
    pub(crate) fn stop(&mut self, why: Stop) {
        self.emit(Event::Stopped { why });
    }
}
