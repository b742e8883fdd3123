//! A scenario and a position as bytes, and bytes as the letters of a link. `docs/link-format.md` is the format; every
//! number of it is written out here once more and depends on no enum's order, for a link opens for ever.
//!
//! Comments, layout and the author's names are not carried. How long a link may be for a browser is the page's matter.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::ast::{
    Call, FilePages, Index, Place, Pointer, Scenario, Span, Stmt, StmtKind, Sysctl, Who,
};
use super::{MAX_DEPTH, MAX_INDEX, MAX_ORDER, MAX_SLEEP, MAX_STATEMENTS, MAX_TURNS, MOST_NODE};
use crate::event::Dma;
use crate::gfp::Gfp;
use crate::names::Names;
use crate::profile::{Kernel, MAX_PAGES, MachineSpec, Reserve};

/// The newest version this code writes and reads. What version 1 can say is still written in version 1; version 3 is a
/// sequence.
pub const VERSION: u8 = 3;
/// The newest version of a single scenario.
const ONE: u8 = 2;

/// Scenarios of a sequence at most.
pub const MAX_PARTS: usize = 64;
/// Bytes of a sentence at most.
pub const MAX_SENTENCE: usize = 600;

/// Bytes of a link that are looked at.
pub const MAX_LINK: usize = 1 << 20;

/// What a link carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The scenario, in canonical names and without spans.
    pub scenario: Scenario,
    /// The event at which the sender stood.
    pub cursor: u32,
}

/// One scenario of a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What is said about it, one line; empty for nothing.
    pub sentence: String,
    /// The scenario and the position.
    pub shared: Shared,
}

/// Why a link does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// A character that base64url does not have.
    BadCharacter,
    /// The end is missing.
    Truncated,
    /// The checksum does not fit, or there is more than was written.
    Damaged,
    /// Written by a later lab, in a later format.
    Newer {
        /// The format's version.
        version: u8,
    },
    /// Whole, but not what this format allows.
    Malformed,
    /// More than the lab takes: bytes, statements, or blocks inside of blocks.
    TooBig,
}

/// The zones that need no mention: version 1's teaching machine, whatever the default may become.
const USUAL_ZONES: [u32; 3] = [256, 1024, 256];

/// High nibbles of a statement's first byte.
mod op {
    pub(super) const END: u8 = 0;
    pub(super) const KMALLOC: u8 = 1;
    pub(super) const GET_FREE_PAGES: u8 = 2;
    pub(super) const ALLOC_PAGES: u8 = 3;
    pub(super) const KFREE: u8 = 4;
    pub(super) const KSIZE: u8 = 5;
    pub(super) const FREE_PAGES: u8 = 6;
    pub(super) const FREE_PAGE_STRUCTS: u8 = 7;
    pub(super) const MEMSET: u8 = 8;
    pub(super) const SPIN: u8 = 9;
    pub(super) const ASSIGN: u8 = 10;
    pub(super) const FOR: u8 = 11;
    pub(super) const IF: u8 = 12;
    pub(super) const WITHIN: u8 = 13;
    pub(super) const WORLD: u8 = 14;
    /// Version 2: a byte of [`super::more`] follows.
    pub(super) const MORE: u8 = 15;
}

/// Calls of version 2, one byte each behind [`op::MORE`].
mod more {
    pub(super) const SPIN_LOCK_IRQSAVE: u8 = 0;
    pub(super) const SPIN_UNLOCK_IRQRESTORE: u8 = 1;
    pub(super) const LOCAL_IRQ_DISABLE: u8 = 2;
    pub(super) const LOCAL_IRQ_ENABLE: u8 = 3;
    pub(super) const DOWN: u8 = 4;
    pub(super) const UP: u8 = 5;
    pub(super) const SCHEDULE: u8 = 6;
    pub(super) const PAGE_CACHE: u8 = 7;
    pub(super) const USER_PAGES: u8 = 8;
    pub(super) const SWAP: u8 = 9;
    pub(super) const DENTRIES: u8 = 10;
    pub(super) const INODES: u8 = 11;
    pub(super) const DISK: u8 = 12;
    pub(super) const SYNC: u8 = 13;
    pub(super) const COPY_TO_USER: u8 = 14;
    pub(super) const DMA_TO_PCI: u8 = 15;
    pub(super) const DMA_FROM_PCI: u8 = 16;
    pub(super) const DMA_TO_ISA: u8 = 17;
    pub(super) const DMA_FROM_ISA: u8 = 18;
    pub(super) const KMAP: u8 = 19;
    pub(super) const KUNMAP: u8 = 20;
    pub(super) const VMALLOC: u8 = 21;
    pub(super) const VFREE: u8 = 22;
    pub(super) const RUN_ON_NODE: u8 = 23;
    pub(super) const ALLOC_PAGES_NODE: u8 = 24;
}

/// The blocks that version 1 knows.
const WHO_OF_VERSION_1: u8 = 3;

/// The low half of [`op::WORLD`]: calls about what surrounds the allocator.
mod world {
    pub(super) const MSLEEP: u8 = 0;
    pub(super) const SYSCTL: u8 = 1;
}

/// The byte that ends a block.
const END: u8 = op::END << 4;
/// The byte that ends the first half of an `if` and begins its `else`.
const ELSE: u8 = op::END << 4 | 1;

/// Masks with a nibble of their own; the place in the list is the nibble. 14 is free, 15 says that a mask follows.
const PRESETS: [u32; 14] = [
    0x0,    // no flag
    0xd0,   // GFP_KERNEL
    0x20,   // GFP_ATOMIC
    0xd2,   // GFP_HIGHUSER
    0x10,   // GFP_NOIO
    0x50,   // GFP_NOFS
    0xd1,   // GFP_KERNEL | __GFP_DMA
    0x21,   // GFP_ATOMIC | __GFP_DMA
    0x2d0,  // GFP_KERNEL | __GFP_NOWARN
    0x220,  // GFP_ATOMIC | __GFP_NOWARN
    0x4d0,  // GFP_KERNEL | __GFP_REPEAT
    0x8d0,  // GFP_KERNEL | __GFP_NOFAIL
    0x10d0, // GFP_KERNEL | __GFP_NORETRY
    0x01,   // __GFP_DMA
];
/// A mask follows, or an order.
const FOLLOWS: u8 = 15;

const POINTER_NAMES: &[&str] = &["p", "q", "r", "s", "t", "u", "v", "w"];
const COUNTER_NAMES: &[&str] = &["i", "j", "k"];
const LOCK_NAMES: &[&str] = &["lock"];

/// The bytes of a scenario and a position. A scenario that could not be written as text gives bytes that `decode`
/// refuses.
pub fn encode(scenario: &Scenario, cursor: u32) -> Vec<u8> {
    let (version, payload) = written(scenario, cursor);
    frame(version, &payload)
}

/// The bytes of several scenarios, each with a sentence. What is more than the format takes gives bytes that are refused.
pub fn encode_sequence(parts: &[Part]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.number(parts.len() as u32);
    for Part { sentence, shared } in parts {
        writer.number(sentence.len() as u32);
        writer.bytes.extend_from_slice(sentence.as_bytes());
        let (version, mut payload) = written(&shared.scenario, shared.cursor);
        writer.bytes.push(version);
        writer.bytes.append(&mut payload);
    }
    frame(VERSION, &writer.bytes)
}

/// The payload of one scenario, and the version that it needs.
fn written(scenario: &Scenario, cursor: u32) -> (u8, Vec<u8>) {
    let mut body = Writer::default();
    body.block(&scenario.body);
    body.bytes.push(END);
    let further =
        u8::from(scenario.machine.debug_sleep) | scenario.machine.nodes.saturating_sub(1) << 1;
    let version = if body.newer || further != 0 { ONE } else { 1 };
    let mut writer = Writer::default();
    writer.machine(&scenario.machine);
    if version >= ONE {
        writer.bytes.push(further);
    }
    writer.number(cursor);
    writer.bytes.append(&mut body.bytes);
    (version, writer.bytes)
}

/// Version, length, payload, checksum. Every version keeps this frame, so that "newer" and "damaged" stay apart.
fn frame(version: u8, payload: &[u8]) -> Vec<u8> {
    let mut framed = Writer::default();
    framed.bytes.push(version);
    framed.number(payload.len() as u32);
    framed.bytes.extend_from_slice(payload);
    let sum = checksum(&framed.bytes);
    framed.bytes.extend_from_slice(&sum.to_be_bytes());
    framed.bytes
}

/// CRC-16/CCITT: polynomial 0x1021, start 0xffff, highest bit first.
fn checksum(bytes: &[u8]) -> u16 {
    // Eight steps of the division at once: a megabyte is checked in milliseconds.
    bytes.iter().fold(0xffff, |sum: u16, &byte| {
        let high = sum >> 8 ^ u16::from(byte);
        let high = high ^ high >> 4;
        sum << 8 ^ high << 12 ^ high << 5 ^ high
    })
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    pointers: Names<()>,
    counters: Names<()>,
    locks: Names<()>,
    /// Whether something was written that version 1 does not have.
    newer: bool,
}

impl Writer {
    /// LEB128: seven bits a byte, lowest first, the high bit says that more follows.
    fn number(&mut self, mut number: u32) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    fn op(&mut self, op: u8, low: u8) {
        self.bytes.push(op << 4 | low);
    }

    fn machine(&mut self, machine: &MachineSpec) {
        self.bytes.push(match machine.kernel {
            Kernel::Linux2_6_10 => 0,
        });
        let reserve = match machine.reserve {
            Reserve::None => 0,
            Reserve::I386 => 1,
        };
        let l1 = match machine.l1_cache_bytes {
            32 => 0,
            64 => 1,
            128 => 2,
            _ => 3,
        };
        let zones = machine.zone_pages != USUAL_ZONES;
        self.bytes.push(
            reserve
                | l1 << 2
                | u8::from(machine.page_size == 8192) << 4
                | u8::from(machine.debug_slab) << 5
                | u8::from(machine.preempt) << 6
                | u8::from(zones) << 7,
        );
        if zones {
            machine
                .zone_pages
                .iter()
                .for_each(|&pages| self.number(pages));
        }
    }

    fn block(&mut self, body: &[Stmt]) {
        for statement in body {
            match &statement.kind {
                StmtKind::Call(call) => self.call(call),
                StmtKind::For { var, count, body } => {
                    self.op(op::FOR, 0);
                    let counter = self.counters.add(var);
                    self.number(counter);
                    self.number(*count);
                    self.block(body);
                    self.bytes.push(END);
                }
                StmtKind::If {
                    place,
                    negated,
                    body,
                    otherwise,
                } => {
                    self.op(op::IF, u8::from(*negated));
                    self.place(Some(place));
                    self.block(body);
                    if !otherwise.is_empty() {
                        self.bytes.push(ELSE);
                        self.block(otherwise);
                    }
                    self.bytes.push(END);
                }
                StmtKind::Within { who, body } => {
                    let place = Who::ALL.iter().position(|known| known == who);
                    let place = place.expect("the list is complete") as u8;
                    self.newer |= place >= WHO_OF_VERSION_1;
                    self.op(op::WITHIN, place);
                    self.block(body);
                    self.bytes.push(END);
                }
            }
        }
    }

    fn call(&mut self, call: &Call) {
        match call {
            Call::Kmalloc { to, size, gfp } => {
                self.asking(op::KMALLOC, *gfp, to.as_ref());
                self.number(*size);
            }
            Call::GetFreePages { to, gfp, order } => {
                self.asking(op::GET_FREE_PAGES, *gfp, to.as_ref());
                self.number(*order);
            }
            Call::AllocPages { to, gfp, order } => {
                self.asking(op::ALLOC_PAGES, *gfp, to.as_ref());
                self.number(*order);
            }
            Call::Kfree(pointer) => {
                self.op(op::KFREE, 0);
                self.pointer(pointer);
            }
            Call::Ksize(pointer) => {
                self.op(op::KSIZE, 0);
                self.pointer(pointer);
            }
            Call::FreePages { pointer, order } => self.freeing(op::FREE_PAGES, *order, pointer),
            Call::FreePageStructs { pointer, order } => {
                self.freeing(op::FREE_PAGE_STRUCTS, *order, pointer);
            }
            Call::Memset {
                pointer,
                byte,
                length,
            } => {
                self.op(op::MEMSET, 0);
                self.pointer(pointer);
                self.bytes.push(*byte);
                self.number(*length);
            }
            Call::SpinLock(lock) | Call::SpinUnlock(lock) => {
                self.op(op::SPIN, u8::from(matches!(call, Call::SpinUnlock(_))));
                let lock = self.locks.add(lock);
                self.number(lock);
            }
            Call::Msleep(milliseconds) => {
                self.op(op::WORLD, world::MSLEEP);
                self.number(*milliseconds);
            }
            Call::Sysctl { name, value } => {
                self.op(op::WORLD, world::SYSCTL);
                self.bytes.push(match name {
                    Sysctl::MinFreeKbytes => 0,
                    Sysctl::LowerZoneProtection => 1,
                });
                self.number(*value);
            }
            Call::Assign { to, from } => {
                self.op(op::ASSIGN, 0);
                self.place(Some(to));
                self.pointer(from);
            }
            _ => self.more(call),
        }
    }

    /// A call that version 1 does not have: its byte, then a lock, a place, a pointer, numbers, as far as it has them.
    fn more(&mut self, call: &Call) {
        self.newer = true;
        self.op(op::MORE, 0);
        self.bytes.push(match call {
            Call::SpinLockIrqsave(_) => more::SPIN_LOCK_IRQSAVE,
            Call::SpinUnlockIrqrestore(_) => more::SPIN_UNLOCK_IRQRESTORE,
            Call::LocalIrqDisable => more::LOCAL_IRQ_DISABLE,
            Call::LocalIrqEnable => more::LOCAL_IRQ_ENABLE,
            Call::Down(_) => more::DOWN,
            Call::Up(_) => more::UP,
            Call::Schedule => more::SCHEDULE,
            Call::PageCache(_) => more::PAGE_CACHE,
            Call::UserPages(_) => more::USER_PAGES,
            Call::Swap(_) => more::SWAP,
            Call::Dentries(_) => more::DENTRIES,
            Call::Inodes(_) => more::INODES,
            Call::Disk(_) => more::DISK,
            Call::Sync => more::SYNC,
            Call::CopyToUser { .. } => more::COPY_TO_USER,
            Call::Dma { dma, .. } => match dma {
                Dma::ToPci => more::DMA_TO_PCI,
                Dma::FromPci => more::DMA_FROM_PCI,
                Dma::ToIsa => more::DMA_TO_ISA,
                Dma::FromIsa => more::DMA_FROM_ISA,
            },
            Call::Kmap { .. } => more::KMAP,
            Call::Kunmap(_) => more::KUNMAP,
            Call::Vmalloc { .. } => more::VMALLOC,
            Call::Vfree(_) => more::VFREE,
            Call::RunOnNode(_) => more::RUN_ON_NODE,
            Call::AllocPagesNode { .. } => more::ALLOC_PAGES_NODE,
            other => unreachable!("{other:?} has an op of its own"),
        });
        if let Some(lock) = call.lock() {
            let lock = self.locks.add(lock);
            self.number(lock);
        }
        if let Call::Kmap { to, .. } | Call::Vmalloc { to, .. } = call {
            self.place(to.as_ref());
        }
        if let Some(pointer) = call.pointer() {
            self.pointer(pointer);
        }
        match call {
            Call::PageCache(kinds) => {
                self.number(kinds.len() as u32);
                for (kind, pages) in kinds {
                    let place = FilePages::ALL.iter().position(|known| known == kind);
                    self.bytes.push(place.expect("the list is complete") as u8);
                    self.number(*pages);
                }
            }
            Call::AllocPagesNode {
                to,
                node,
                gfp,
                order,
            } => {
                self.place(to.as_ref());
                self.number(*node);
                self.number(gfp.0);
                self.number(*order);
            }
            Call::UserPages(number)
            | Call::RunOnNode(number)
            | Call::Swap(number)
            | Call::Dentries(number)
            | Call::Inodes(number)
            | Call::Disk(number)
            | Call::CopyToUser { length: number, .. }
            | Call::Dma { length: number, .. }
            | Call::Vmalloc { size: number, .. } => self.number(*number),
            _ => {}
        }
    }

    /// A call with flags and perhaps a place for its answer.
    fn asking(&mut self, op: u8, gfp: Gfp, to: Option<&Place>) {
        match PRESETS.iter().position(|&preset| preset == gfp.0) {
            Some(nibble) => self.op(op, nibble as u8),
            None => {
                self.op(op, FOLLOWS);
                self.number(gfp.0);
            }
        }
        self.place(to);
    }

    fn freeing(&mut self, op: u8, order: u32, pointer: &Pointer) {
        if order < u32::from(FOLLOWS) {
            self.op(op, order as u8);
        } else {
            self.op(op, FOLLOWS);
            self.number(order);
        }
        self.pointer(pointer);
    }

    fn pointer(&mut self, pointer: &Pointer) {
        match pointer {
            Pointer::Null => self.place(None),
            Pointer::Place(place) => self.place(Some(place)),
        }
    }

    /// 0 for none (or NULL), else 1 + 4 · name + the sort of its index, which follows.
    fn place(&mut self, place: Option<&Place>) {
        let Some(place) = place else {
            return self.number(0);
        };
        let name = 1 + 4 * self.pointers.add(&place.name);
        match &place.index {
            None => self.number(name),
            Some(Index::Number(number)) => {
                self.number(name + 1);
                self.number(*number);
            }
            Some(Index::Var(counter)) => {
                self.number(name + 2);
                let counter = self.counters.add(counter);
                self.number(counter);
            }
        }
    }
}

/// Opens the bytes of a link; of a sequence, its first scenario.
pub fn decode(bytes: &[u8]) -> Result<Shared, LinkError> {
    let mut parts = decode_sequence(bytes)?;
    Ok(parts.swap_remove(0).shared)
}

/// Opens the bytes of a link of any version: at least one scenario. A single one comes without a sentence.
pub fn decode_sequence(bytes: &[u8]) -> Result<Vec<Part>, LinkError> {
    if bytes.len() > MAX_LINK {
        return Err(LinkError::TooBig);
    }
    let mut frame = Reader::new(bytes);
    let version = frame.byte()?;
    let length = frame.number()? as usize;
    let left = bytes.len() - frame.at;
    match left.cmp(&length.saturating_add(2)) {
        core::cmp::Ordering::Less => return Err(LinkError::Truncated),
        core::cmp::Ordering::Equal => {}
        core::cmp::Ordering::Greater => return Err(LinkError::Damaged),
    }
    let (summed, sum) = bytes.split_at(bytes.len() - 2);
    if sum != checksum(summed).to_be_bytes() {
        return Err(LinkError::Damaged);
    }
    match version {
        1..=VERSION => {}
        0 => return Err(LinkError::Malformed),
        _ => return Err(LinkError::Newer { version }),
    }
    // Whole and undamaged: an end in the middle of something is now the writer's fault, not the road's.
    payload(&summed[frame.at..], version).map_err(|error| match error {
        LinkError::Truncated => LinkError::Malformed,
        other => other,
    })
}

fn payload(bytes: &[u8], version: u8) -> Result<Vec<Part>, LinkError> {
    let mut reader = Reader::new(bytes);
    let parts = if version <= ONE {
        let sentence = String::new();
        let shared = reader.shared(version)?;
        Vec::from([Part { sentence, shared }])
    } else {
        reader.sequence()?
    };
    if reader.at != bytes.len() {
        return Err(LinkError::Malformed);
    }
    Ok(parts)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    version: u8,
    /// Names met so far, of each sort: a number is a known name's, or the next.
    pointers: u32,
    counters: u32,
    locks: u32,
    /// Counters of the loops around.
    scope: Vec<u32>,
    statements: usize,
}

/// The next number, or one that was met before.
fn numbered(number: u32, met: &mut u32) -> Result<u32, LinkError> {
    if number > *met {
        return Err(LinkError::Malformed);
    }
    *met = (*met).max(number + 1);
    Ok(number)
}

/// The canonical name of a number: the letters, then the first of them with 1, 2 …
fn name(letters: &[&str], number: u32) -> String {
    match letters.get(number as usize) {
        Some(letter) => letter.to_string(),
        None => format!("{}{}", letters[0], number as usize - letters.len() + 1),
    }
}

/// A value this format gives a bound.
fn within(number: u32, most: u32) -> Result<u32, LinkError> {
    if number <= most {
        Ok(number)
    } else {
        Err(LinkError::Malformed)
    }
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader {
            bytes,
            at: 0,
            version: 1,
            pointers: 0,
            counters: 0,
            locks: 0,
            scope: Vec::new(),
            statements: 0,
        }
    }

    fn sequence(&mut self) -> Result<Vec<Part>, LinkError> {
        let count = self.number()?;
        if count == 0 {
            return Err(LinkError::Malformed);
        }
        if count > MAX_PARTS as u32 {
            return Err(LinkError::TooBig);
        }
        (0..count)
            .map(|_| {
                let sentence = self.sentence()?;
                let version = self.byte()?;
                if !(1..=ONE).contains(&version) {
                    return Err(LinkError::Malformed);
                }
                let shared = self.shared(version)?;
                Ok(Part { sentence, shared })
            })
            .collect()
    }

    /// A line of text: without the signs that a line has not.
    fn sentence(&mut self) -> Result<String, LinkError> {
        let length = self.number()? as usize;
        if length > MAX_SENTENCE {
            return Err(LinkError::TooBig);
        }
        let end = self.at + length;
        let bytes = self.bytes.get(self.at..end).ok_or(LinkError::Truncated)?;
        self.at = end;
        match core::str::from_utf8(bytes) {
            Ok(text) if !text.contains(char::is_control) => Ok(text.into()),
            _ => Err(LinkError::Malformed),
        }
    }

    /// A machine, a cursor and statements. Names begin anew; statements are counted on.
    fn shared(&mut self, version: u8) -> Result<Shared, LinkError> {
        self.version = version;
        (self.pointers, self.counters, self.locks) = (0, 0, 0);
        let machine = self.machine()?;
        let cursor = self.number()?;
        match self.block(0)? {
            (body, END) => Ok(Shared {
                scenario: Scenario { machine, body },
                cursor,
            }),
            _ => Err(LinkError::Malformed),
        }
    }

    fn byte(&mut self) -> Result<u8, LinkError> {
        let byte = *self.bytes.get(self.at).ok_or(LinkError::Truncated)?;
        self.at += 1;
        Ok(byte)
    }

    fn number(&mut self) -> Result<u32, LinkError> {
        let mut number = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            // The fifth byte has room for four bits; and a number has one spelling, without empty bytes at its end.
            if shift == 28 && byte > 0x0f || shift > 0 && byte == 0 {
                return Err(LinkError::Malformed);
            }
            number |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(LinkError::Malformed)
    }

    fn machine(&mut self) -> Result<MachineSpec, LinkError> {
        let kernel = match self.byte()? {
            0 => Kernel::Linux2_6_10,
            _ => return Err(LinkError::Malformed),
        };
        let bits = self.byte()?;
        let reserve = match bits & 3 {
            0 => Reserve::None,
            1 => Reserve::I386,
            _ => return Err(LinkError::Malformed),
        };
        let l1_cache_bytes = match bits >> 2 & 3 {
            0 => 32,
            1 => 64,
            2 => 128,
            _ => return Err(LinkError::Malformed),
        };
        let zone_pages = match bits >> 7 {
            0 => USUAL_ZONES,
            _ => [self.number()?, self.number()?, self.number()?],
        };
        let further = if self.version >= 2 { self.byte()? } else { 0 };
        if further > 7 {
            return Err(LinkError::Malformed);
        }
        let machine = MachineSpec {
            kernel,
            zone_pages,
            reserve,
            l1_cache_bytes,
            page_size: if bits >> 4 & 1 == 0 { 4096 } else { 8192 },
            debug_slab: bits >> 5 & 1 == 1,
            preempt: bits >> 6 & 1 == 1,
            debug_sleep: further & 1 == 1,
            nodes: (further >> 1) + 1,
        };
        machine.check().map_err(|_| LinkError::Malformed)?;
        Ok(machine)
    }

    /// Statements up to a byte that ends them, and that byte.
    fn block(&mut self, depth: usize) -> Result<(Vec<Stmt>, u8), LinkError> {
        if depth > MAX_DEPTH {
            return Err(LinkError::TooBig);
        }
        let mut body = Vec::new();
        loop {
            let first = self.byte()?;
            if first == END || first == ELSE {
                return Ok((body, first));
            }
            self.statements += 1;
            if self.statements > MAX_STATEMENTS {
                return Err(LinkError::TooBig);
            }
            let kind = self.statement(first, depth)?;
            body.push(Stmt {
                kind,
                span: Span::default(),
            });
        }
    }

    /// A block with nothing but its plain end.
    fn body(&mut self, depth: usize) -> Result<Vec<Stmt>, LinkError> {
        match self.block(depth + 1)? {
            (body, END) => Ok(body),
            _ => Err(LinkError::Malformed),
        }
    }

    fn statement(&mut self, first: u8, depth: usize) -> Result<StmtKind, LinkError> {
        let low = first & 15;
        Ok(match (first >> 4, low) {
            (op::FOR, 0) => {
                let number = self.number()?;
                let counter = numbered(number, &mut self.counters)?;
                if self.scope.contains(&counter) {
                    return Err(LinkError::Malformed);
                }
                let count = within(self.number()?, MAX_TURNS)?;
                self.scope.push(counter);
                let body = self.body(depth)?;
                self.scope.pop();
                StmtKind::For {
                    var: name(COUNTER_NAMES, counter),
                    count,
                    body,
                }
            }
            (op::IF, 0 | 1) => {
                let place = self.place()?.ok_or(LinkError::Malformed)?;
                let (body, end) = self.block(depth + 1)?;
                let otherwise = if end == ELSE {
                    self.body(depth)?
                } else {
                    Vec::new()
                };
                StmtKind::If {
                    place,
                    negated: low == 1,
                    body,
                    otherwise,
                }
            }
            (op::WITHIN, place) => {
                let newer = place >= WHO_OF_VERSION_1 && self.version < 2;
                let who = Who::ALL.get(usize::from(place)).filter(|_| !newer);
                StmtKind::Within {
                    who: *who.ok_or(LinkError::Malformed)?,
                    body: self.body(depth)?,
                }
            }
            (op, _) => StmtKind::Call(self.call(op, low)?),
        })
    }

    fn call(&mut self, op: u8, low: u8) -> Result<Call, LinkError> {
        Ok(match (op, low) {
            (op::KMALLOC, _) => {
                let (gfp, to) = self.asking(low)?;
                Call::Kmalloc {
                    to,
                    size: self.number()?,
                    gfp,
                }
            }
            (op::GET_FREE_PAGES, _) => {
                let (gfp, to) = self.asking(low)?;
                Call::GetFreePages {
                    to,
                    gfp,
                    order: within(self.number()?, MAX_ORDER)?,
                }
            }
            (op::ALLOC_PAGES, _) => {
                let (gfp, to) = self.asking(low)?;
                Call::AllocPages {
                    to,
                    gfp,
                    order: within(self.number()?, MAX_ORDER)?,
                }
            }
            (op::KFREE, 0) => Call::Kfree(self.pointer()?),
            (op::KSIZE, 0) => Call::Ksize(self.pointer()?),
            (op::FREE_PAGES, _) => {
                let order = self.order(low)?;
                Call::FreePages {
                    pointer: self.pointer()?,
                    order,
                }
            }
            (op::FREE_PAGE_STRUCTS, _) => {
                let order = self.order(low)?;
                Call::FreePageStructs {
                    pointer: self.pointer()?,
                    order,
                }
            }
            (op::MEMSET, 0) => {
                let pointer = self.pointer()?;
                Call::Memset {
                    pointer,
                    byte: self.byte()?,
                    length: self.number()?,
                }
            }
            (op::SPIN, 0) => Call::SpinLock(self.lock()?),
            (op::SPIN, 1) => Call::SpinUnlock(self.lock()?),
            (op::WORLD, world::MSLEEP) => Call::Msleep(within(self.number()?, MAX_SLEEP)?),
            (op::WORLD, world::SYSCTL) => {
                let name = match self.byte()? {
                    0 => Sysctl::MinFreeKbytes,
                    1 => Sysctl::LowerZoneProtection,
                    _ => return Err(LinkError::Malformed),
                };
                Call::Sysctl {
                    name,
                    value: self.number()?,
                }
            }
            (op::ASSIGN, 0) => {
                let to = self.place()?.ok_or(LinkError::Malformed)?;
                Call::Assign {
                    to,
                    from: self.pointer()?,
                }
            }
            (op::MORE, 0) if self.version >= 2 => self.more()?,
            _ => return Err(LinkError::Malformed),
        })
    }

    /// A call that version 1 does not have.
    fn more(&mut self) -> Result<Call, LinkError> {
        let dma = |dma| {
            move |reader: &mut Self| {
                Ok(Call::Dma {
                    dma,
                    pointer: reader.pointer()?,
                    length: reader.number()?,
                })
            }
        };
        Ok(match self.byte()? {
            more::SPIN_LOCK_IRQSAVE => Call::SpinLockIrqsave(self.lock()?),
            more::SPIN_UNLOCK_IRQRESTORE => Call::SpinUnlockIrqrestore(self.lock()?),
            more::LOCAL_IRQ_DISABLE => Call::LocalIrqDisable,
            more::LOCAL_IRQ_ENABLE => Call::LocalIrqEnable,
            more::DOWN => Call::Down(self.lock()?),
            more::UP => Call::Up(self.lock()?),
            more::SCHEDULE => Call::Schedule,
            more::PAGE_CACHE => {
                let mut kinds: Vec<(FilePages, u32)> = Vec::new();
                for _ in 0..within(self.number()?, FilePages::ALL.len() as u32)? {
                    let place = usize::from(self.byte()?);
                    let kind = *FilePages::ALL.get(place).ok_or(LinkError::Malformed)?;
                    if kinds.iter().any(|&(known, _)| known == kind) {
                        return Err(LinkError::Malformed);
                    }
                    kinds.push((kind, within(self.number()?, MAX_PAGES)?));
                }
                if kinds.is_empty() {
                    return Err(LinkError::Malformed);
                }
                Call::PageCache(kinds)
            }
            more::USER_PAGES => Call::UserPages(within(self.number()?, MAX_PAGES)?),
            more::SWAP => Call::Swap(within(self.number()?, MAX_PAGES)?),
            more::DENTRIES => Call::Dentries(within(self.number()?, MAX_PAGES)?),
            more::INODES => Call::Inodes(within(self.number()?, MAX_PAGES)?),
            more::DISK => Call::Disk(within(self.number()?, MAX_SLEEP)?),
            more::SYNC => Call::Sync,
            more::COPY_TO_USER => Call::CopyToUser {
                pointer: self.pointer()?,
                length: self.number()?,
            },
            more::DMA_TO_PCI => dma(Dma::ToPci)(self)?,
            more::DMA_FROM_PCI => dma(Dma::FromPci)(self)?,
            more::DMA_TO_ISA => dma(Dma::ToIsa)(self)?,
            more::DMA_FROM_ISA => dma(Dma::FromIsa)(self)?,
            more::KMAP => Call::Kmap {
                to: self.place()?,
                page: self.pointer()?,
            },
            more::KUNMAP => Call::Kunmap(self.pointer()?),
            more::VMALLOC => Call::Vmalloc {
                to: self.place()?,
                size: self.number()?,
            },
            more::VFREE => Call::Vfree(self.pointer()?),
            more::RUN_ON_NODE => Call::RunOnNode(within(self.number()?, MOST_NODE)?),
            more::ALLOC_PAGES_NODE => Call::AllocPagesNode {
                to: self.place()?,
                node: within(self.number()?, MOST_NODE)?,
                gfp: Gfp(self.number()?),
                order: within(self.number()?, MAX_ORDER)?,
            },
            _ => return Err(LinkError::Malformed),
        })
    }

    fn asking(&mut self, low: u8) -> Result<(Gfp, Option<Place>), LinkError> {
        let gfp = match PRESETS.get(usize::from(low)) {
            Some(&preset) => preset,
            None if low == FOLLOWS => self.number()?,
            None => return Err(LinkError::Malformed),
        };
        Ok((Gfp(gfp), self.place()?))
    }

    fn order(&mut self, low: u8) -> Result<u32, LinkError> {
        if low < FOLLOWS {
            Ok(u32::from(low))
        } else {
            within(self.number()?, MAX_ORDER)
        }
    }

    fn lock(&mut self) -> Result<String, LinkError> {
        let number = self.number()?;
        Ok(name(LOCK_NAMES, numbered(number, &mut self.locks)?))
    }

    fn pointer(&mut self) -> Result<Pointer, LinkError> {
        Ok(self.place()?.map_or(Pointer::Null, Pointer::Place))
    }

    fn place(&mut self) -> Result<Option<Place>, LinkError> {
        let Some(code) = self.number()?.checked_sub(1) else {
            return Ok(None);
        };
        let pointer = numbered(code / 4, &mut self.pointers)?;
        let index = match code % 4 {
            0 => None,
            1 => Some(Index::Number(within(self.number()?, MAX_INDEX)?)),
            2 => {
                let counter = self.number()?;
                if !self.scope.contains(&counter) {
                    return Err(LinkError::Malformed);
                }
                Some(Index::Var(name(COUNTER_NAMES, counter)))
            }
            _ => return Err(LinkError::Malformed),
        };
        Ok(Some(Place {
            name: name(POINTER_NAMES, pointer),
            index,
        }))
    }
}

/// base64url (RFC 4648 §5).
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bytes as the part of an address behind `#`: base64url without padding.
pub fn to_fragment(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .zip([16, 8, 0])
            .fold(0, |bits, (&b, shift)| bits | u32::from(b) << shift);
        for shift in [18, 12, 6, 0].iter().take(chunk.len() + 1) {
            text.push(char::from(LETTERS[(bits >> shift & 63) as usize]));
        }
    }
    text
}

/// The bytes of a fragment (without its `#`), up to a `&`: what follows is not the link's.
pub fn from_fragment(text: &str) -> Result<Vec<u8>, LinkError> {
    let text = text.split('&').next().unwrap_or_default();
    if text.len() > MAX_LINK / 3 * 4 {
        return Err(LinkError::TooBig);
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for chunk in text.as_bytes().chunks(4) {
        let mut bits = 0;
        for (&letter, shift) in chunk.iter().zip([18, 12, 6, 0]) {
            bits |= sextet(letter)? << shift;
        }
        let whole = match chunk.len() {
            1 => return Err(LinkError::Truncated),
            letters => letters - 1,
        };
        let spread = bits.to_be_bytes();
        bytes.extend_from_slice(&spread[1..1 + whole]);
        // Bits that belong to no byte were written as zero.
        if spread[1 + whole..].iter().any(|&rest| rest != 0) {
            return Err(LinkError::Damaged);
        }
    }
    Ok(bytes)
}

fn sextet(letter: u8) -> Result<u32, LinkError> {
    let value = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return Err(LinkError::BadCharacter),
    };
    Ok(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{parse, print};
    use alloc::vec;

    fn bytes(text: &str, cursor: u32) -> Vec<u8> {
        let parsed = parse(text);
        assert_eq!(parsed.errors, [], "{text}");
        encode(&parsed.scenario, cursor)
    }

    /// The worked example of `docs/link-format.md`.
    #[test]
    fn the_documented_link() {
        let text = "buf = kmalloc(100, GFP_KERNEL);\nif (!buf) buf = NULL;\nkfree(buf);";
        let link = bytes(text, 7);
        let expected = [
            0x01, 0x0f, 0x00, 0x00, 0x07, 0x11, 0x01, 0x64, 0xc1, 0x01, 0xa0, 0x01, 0x00, 0x00,
            0x40, 0x01, 0x00, 0x8c, 0xfa,
        ];
        assert_eq!(link, expected);
        assert_eq!(to_fragment(&link), "AQ8AAAcRAWTBAaABAABAAQCM-g");
    }

    #[test]
    fn the_checksum_is_ccitt() {
        assert_eq!(checksum(b"123456789"), 0x29b1);
    }

    #[test]
    fn names_are_renumbered() {
        let many = "a=b; c=d; e=f; g=h; x=y; for (n = 0; n < 2; n++) for (m = 0; m < 2; m++) a[m] = y[n]; \
                    spin_lock(&one); spin_lock(&two);";
        let shared = decode(&bytes(many, 0)).expect("whole");
        let text = print(&shared.scenario);
        let body: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(
            body,
            [
                "p = q;",
                "r = s;",
                "t = u;",
                "v = w;",
                "p1 = p2;",
                "for (i = 0; i < 2; i++) {",
                "    for (j = 0; j < 2; j++) p[j] = p2[i];",
                "}",
                "spin_lock(&lock);",
                "spin_lock(&lock1);"
            ]
        );
    }

    #[test]
    fn errors_stay_apart() {
        let link = bytes("p = kmalloc(100, GFP_KERNEL);", 3);
        assert_eq!(decode(&[]), Err(LinkError::Truncated));
        assert_eq!(decode(&link[..link.len() - 1]), Err(LinkError::Truncated));
        let mut longer = link.clone();
        longer.push(0);
        assert_eq!(decode(&longer), Err(LinkError::Damaged));
        let payload = &link[2..link.len() - 2];
        assert_eq!(
            decode(&frame(VERSION + 1, payload)),
            Err(LinkError::Newer {
                version: VERSION + 1
            })
        );
        assert_eq!(decode(&frame(0, payload)), Err(LinkError::Malformed));
        assert_eq!(
            decode(&frame(1, &payload[..payload.len() - 1])),
            Err(LinkError::Malformed)
        );
        assert_eq!(decode(&vec![1; MAX_LINK + 1]), Err(LinkError::TooBig));
        assert_eq!(from_fragment("AQ!"), Err(LinkError::BadCharacter));
        assert_eq!(from_fragment("AQIDB"), Err(LinkError::Truncated));
        assert_eq!(
            from_fragment("AR"),
            Err(LinkError::Damaged),
            "spare bits set"
        );
        assert_eq!(from_fragment("AQID&step=!"), Ok(vec![1, 2, 3]));
        assert_eq!(
            from_fragment(&"A".repeat(MAX_LINK * 2)),
            Err(LinkError::TooBig)
        );
    }

    /// Payloads behind a right checksum that no writer makes: machine (two bytes), cursor, statements.
    #[test]
    fn forged_payloads_are_malformed() {
        let mut forged: Vec<(&str, Vec<u8>)> = vec![
            ("kernel", vec![1, 0, 0, 0]),
            ("reserve", vec![0, 2, 0, 0]),
            ("cache line", vec![0, 0x0c, 0, 0]),
            ("no low memory", vec![0, 0x80, 0, 0, 1, 0, 0]),
            ("two spellings of a number", vec![0, 0, 0x80, 0, 0]),
            (
                "number past 32 bits",
                vec![0, 0, 0xff, 0xff, 0xff, 0xff, 0x1f, 0],
            ),
            ("else without if", vec![0, 0, 0, 1]),
            ("else of a loop", vec![0, 0, 0, 0xb0, 0, 2, 1, 0, 0]),
            ("free preset", vec![0, 0, 0, 0x1e, 0, 1, 0]),
            ("reserved op", vec![0, 0, 0, 0xe0, 0]),
            ("stray low bits", vec![0, 0, 0, 0x41, 1, 0]),
            ("a name before its turn", vec![0, 0, 0, 0x40, 5, 0]),
            ("free sort of index", vec![0, 0, 0, 0x40, 4, 0]),
            ("counter out of scope", vec![0, 0, 0, 0x40, 3, 0, 0]),
            (
                "one counter twice",
                vec![0, 0, 0, 0xb0, 0, 1, 0xb0, 0, 1, 0, 0, 0],
            ),
            ("order 65", vec![0, 0, 0, 0x20, 0, 65, 0]),
            ("answer to nowhere", vec![0, 0, 0, 0xa0, 0, 0, 0]),
            ("more behind the end", vec![0, 0, 0, 0, 0]),
        ];
        // 1,000,001 turns.
        forged.push(("turns", vec![0, 0, 0, 0xb0, 0, 0xc1, 0x84, 0x3d, 0, 0]));
        for (what, payload) in forged {
            assert_eq!(
                decode(&frame(1, &payload)),
                Err(LinkError::Malformed),
                "{what}"
            );
        }
    }

    /// A sequence that no writer makes.
    #[test]
    fn forged_sequences_are_refused() {
        let part = [1, b'!', 1, 0, 0, 0, 0];
        let sequence = |count: u8, part: &[u8]| {
            let mut payload = vec![count];
            (0..count).for_each(|_| payload.extend_from_slice(part));
            decode_sequence(&frame(3, &payload))
        };
        assert_eq!(sequence(2, &part).map(|parts| parts.len()), Ok(2));
        assert_eq!(
            sequence(MAX_PARTS as u8, &part).map(|parts| parts.len()),
            Ok(MAX_PARTS)
        );
        assert_eq!(sequence(MAX_PARTS as u8 + 1, &part), Err(LinkError::TooBig));
        let mut long = vec![0xd9, 0x04];
        long.resize(2 + 601, b'x');
        long.extend_from_slice(&part[2..]);
        assert_eq!(sequence(1, &long), Err(LinkError::TooBig));
        for (what, part) in [
            ("no text", &[1, 0xff, 1, 0, 0, 0, 0][..]),
            ("two lines", &[1, b'\n', 1, 0, 0, 0, 0]),
            ("a sequence inside", &[0, 3, 0, 0, 0, 0]),
            ("version 0", &[0, 0, 0, 0, 0, 0]),
            ("cut short", &[9, b'x']),
            ("an else", &[0, 1, 0, 0, 0, 1]),
        ] {
            assert_eq!(sequence(1, part), Err(LinkError::Malformed), "{what}");
        }
        assert_eq!(sequence(0, &[]), Err(LinkError::Malformed), "nothing");
        assert_eq!(
            decode_sequence(&frame(3, &[1, 0, 1, 0, 0, 0, 0, 0])),
            Err(LinkError::Malformed),
            "more behind the end"
        );
        // Names and loops of one part are not another's.
        assert_eq!(
            sequence(2, &[0, 1, 0, 0, 0, 0x40, 1, 0]).map(|parts| parts.len()),
            Ok(2)
        );
        assert_eq!(
            decode_sequence(&frame(
                3,
                &[2, 0, 1, 0, 0, 0, 0x40, 1, 0, 0, 1, 0, 0, 0, 0x40, 5, 0]
            )),
            Err(LinkError::Malformed)
        );
    }

    #[test]
    fn statements_of_a_sequence_are_counted_together() {
        let half = MAX_STATEMENTS / 2;
        let sequence = |more: usize| {
            let mut payload = vec![2];
            for count in [half, half + more] {
                payload.extend_from_slice(&[0, 1, 0, 0, 0]);
                (0..count).for_each(|_| payload.extend_from_slice(&[0x40, 0]));
                payload.push(0);
            }
            decode_sequence(&frame(3, &payload)).map(|parts| parts.len())
        };
        assert_eq!(sequence(0), Ok(2));
        assert_eq!(sequence(1), Err(LinkError::TooBig));
    }

    #[test]
    fn depth_and_number_of_statements_are_bounded() {
        let nested = |depth: usize| {
            let mut payload = vec![0, 0, 0];
            payload.resize(3 + depth, 0xd0);
            payload.resize(3 + 2 * depth + 1, 0);
            frame(1, &payload)
        };
        assert!(decode(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(decode(&nested(MAX_DEPTH + 1)), Err(LinkError::TooBig));
        let many = |count: usize| {
            let mut payload = vec![0, 0, 0];
            (0..count).for_each(|_| payload.extend_from_slice(&[0x40, 0]));
            payload.push(0);
            frame(1, &payload)
        };
        assert!(decode(&many(MAX_STATEMENTS)).is_ok());
        assert_eq!(decode(&many(MAX_STATEMENTS + 1)), Err(LinkError::TooBig));
    }
}
