//! How the content of the single file is packed: `pack` for `cargo xtask dist`, `unpack` for the page, where this package is a
//! small module of its own.
//!
//! Bit by bit, many contexts say how likely the next bit is set, by what followed them before (`table`, `guesses`), and a mixer
//! that learns whom to trust makes one probability of it (`predictor`). An arithmetic coder writes what is left of each bit
//! (`coder`). Who unpacks goes through the same, and predicts the same: all of it is counted in whole numbers.
//!
//! What the contexts are is most of the matter. A WebAssembly module packs badly by the bytes before each byte; what an
//! instruction does, which variable it takes and where its values come from say more (`code`). The texts come first, then the
//! module's data, which has the same words in it, and then its code.
//!
//! It trusts what it unpacks: it stands in the same file. Damage is noticed by a checksum.

// What unpacks is a module by itself: with the standard library its panics would be messages that nobody hears.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod code;
mod coder;
mod contexts;
mod curves;
mod guesses;
mod letters;
mod matches;
mod mixer;
mod numbers;
mod predictor;
mod reader;
mod refiner;
mod sections;
mod stack;
mod table;
mod variables;

use alloc::{vec, vec::Vec};
use core::{num::TryFromIntError, ops::Range};

use coder::{Decoder, Encoder};
use contexts::{Kind, Model, Situation};
use predictor::Predictor;
use sections::Signatures;

/// Whoever knows the next bits, or reads them.
trait Coder {
    /// A bit that is set with this probability: whether the byte that comes is this one.
    fn is(&mut self, byte: u8, probability: u32) -> u32;
    /// A bit of the byte that comes.
    fn bit(&mut self, place: u32, probability: u32) -> u32;
}

/// Writes the bits of a byte.
struct Writer<'a> {
    encoder: &'a mut Encoder,
    byte: u8,
}

impl Coder for Writer<'_> {
    fn is(&mut self, byte: u8, probability: u32) -> u32 {
        let bit = u32::from(self.byte == byte);
        self.encoder.write(bit, probability);
        bit
    }

    fn bit(&mut self, place: u32, probability: u32) -> u32 {
        let bit = u32::from(self.byte >> place & 1);
        self.encoder.write(bit, probability);
        bit
    }
}

impl Coder for Decoder<'_> {
    fn is(&mut self, _: u8, probability: u32) -> u32 {
        self.read(probability)
    }

    fn bit(&mut self, _: u32, probability: u32) -> u32 {
        self.read(probability)
    }
}

/// What packing and unpacking have in common.
struct Coding {
    model: Model,
    predictor: Predictor,
    situation: Situation,
}

impl Coding {
    fn new() -> Coding {
        Coding {
            model: Model::new(),
            predictor: Predictor::new(),
            situation: Situation::default(),
        }
    }

    /// What comes is of this kind. Code is told what stands before it in the module.
    fn begin(&mut self, kind: Kind, before: Range<usize>) {
        let mut signatures = Signatures::default();
        if kind == Kind::Code {
            signatures.read(self.model.came.get(before).unwrap_or_default());
            self.predictor.clear();
        }
        self.model.begin(kind, signatures);
    }

    /// It is called for each byte, so that browsers see that it pays to compile it well.
    #[inline(never)]
    fn byte(&mut self, coder: &mut impl Coder) {
        self.model.before_guess(&mut self.situation);
        let byte = self.coded(coder);
        self.predictor.guesses.learn(byte);
        self.model.take(byte);
    }

    #[inline(always)]
    fn coded(&mut self, coder: &mut impl Coder) -> u8 {
        let Coding {
            model,
            predictor,
            situation,
        } = self;
        let guess = predictor
            .guesses
            .guess(situation.kind, &situation.runs, &situation.matches);
        if let Some((byte, probability)) = guess
            && coder.is(byte, probability) == 1
        {
            return byte;
        }
        model.situation(situation);
        predictor.begin(situation);
        let mut byte = 0;
        for place in (0..8).rev() {
            let bit = coder.bit(place, predictor.predict(situation));
            predictor.learn(situation, bit);
            byte = byte << 1 | bit as u8;
        }
        byte
    }
}

/// Texts and a module, packed.
pub fn pack(texts: &[&[u8]], module: &[u8]) -> Result<Vec<u8>, TryFromIntError> {
    let texts = texts.concat();
    let (mut start, mut end) = sections::code(module);
    let bare = sections::without_sizes(&module[start..end]);
    if bare.is_none() {
        (start, end) = (module.len(), module.len());
    }
    let code = bare.unwrap_or_default();
    let mut coding = Coding::new();
    let mut encoder = Encoder::new();
    for (kind, part) in [
        (Kind::Text, &texts[..]),
        (Kind::Data, &module[..start]),
        (Kind::Data, &module[end..]),
        (Kind::Code, &code),
    ] {
        coding.begin(kind, texts.len()..texts.len() + start);
        for &byte in part {
            let encoder = &mut encoder;
            coding.byte(&mut Writer { encoder, byte });
        }
    }
    let written = encoder.finish();
    let mut packed = Vec::new();
    for number in [
        written.len(),
        texts.len(),
        start,
        code.len(),
        module.len() - end,
    ] {
        let number = u32::try_from(number)?;
        packed.extend(number.to_le_bytes());
    }
    packed.extend(checksum(&coding.model.came).to_le_bytes());
    packed.extend(written);
    Ok(packed)
}

/// The texts one after the other, and behind them the module.
pub fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut unpacking = Unpacking::new(packed)?;
    unpacking.go_on(usize::MAX);
    unpacking.finish()
}

/// What is unpacked piece by piece, for those who wait to see how far it has come.
pub struct Unpacking<'a> {
    decoder: Decoder<'a>,
    coding: Coding,
    /// What is to come, and how many bytes of it; the last is first.
    parts: Vec<(Kind, usize)>,
    /// Where the module's beginning stands.
    before: Range<usize>,
    /// How many bytes stand behind the module's code.
    after: usize,
    /// How many of it there are, without its functions' sizes.
    code: usize,
    sum: u32,
}

impl<'a> Unpacking<'a> {
    /// Begins with what [`pack`] made; with nothing else, as far as it can be told.
    pub fn new(mut packed: &'a [u8]) -> Option<Unpacking<'a>> {
        let [written, texts, before, code, after, sum] = [(); 6].map(|()| next_number(&mut packed));
        let (texts, before, code, after) = (texts?, before?, code?, after?);
        if packed.len() != written? {
            return None;
        }
        let mut coding = Coding::new();
        let before_code = texts..texts + before;
        coding.model.came.reserve(before_code.end + code + after);
        coding.begin(Kind::Text, before_code.clone());
        Some(Unpacking {
            decoder: Decoder::new(packed),
            coding,
            parts: vec![
                (Kind::Code, code),
                (Kind::Data, after),
                (Kind::Data, before),
                (Kind::Text, texts),
            ],
            before: before_code,
            after,
            code,
            sum: sum? as u32,
        })
    }

    /// Unpacks so many bytes more. Returns how many are left.
    pub fn go_on(&mut self, bytes: usize) -> usize {
        for _ in 0..bytes {
            while let Some((_, 0)) = self.parts.last() {
                self.parts.pop();
                if let Some(&(kind, _)) = self.parts.last() {
                    self.coding.begin(kind, self.before.clone());
                }
            }
            let Some((_, left)) = self.parts.last_mut() else {
                break;
            };
            *left -= 1;
            self.coding.byte(&mut self.decoder);
        }
        self.parts.iter().map(|(_, left)| left).sum()
    }

    /// All of it, when nothing is left; unless it is damaged.
    pub fn finish(self) -> Option<Vec<u8>> {
        let mut plain = self.coding.model.came;
        if checksum(&plain) != self.sum {
            return None;
        }
        let code = plain.split_off(plain.len() - self.code);
        let after = plain.split_off(plain.len() - self.after);
        plain.extend(sections::with_sizes(&code));
        plain.extend(after);
        Some(plain)
    }
}

/// So many of the same. `vec!` writes them out one by one, which for arrays is much code.
fn filled<T: Copy>(value: T, count: usize) -> Vec<T> {
    [value].repeat(count)
}

fn next_number(packed: &mut &[u8]) -> Option<usize> {
    let (number, rest) = packed.split_first_chunk()?;
    *packed = rest;
    usize::try_from(u32::from_le_bytes(*number)).ok()
}

/// FNV-1a.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, &byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// What the page calls. It forgets this module when it has what was unpacked, so nothing is ever given back.
#[cfg(target_arch = "wasm32")]
mod page {
    use alloc::{boxed::Box, vec, vec::Vec};
    use core::{
        alloc::{GlobalAlloc, Layout},
        arch::wasm32::{memory_grow, unreachable},
        panic::PanicInfo,
        sync::atomic::{AtomicUsize, Ordering::Relaxed},
    };

    use super::Unpacking;

    const PAGE: usize = 65_536;

    /// Memory is taken from the end of what there is. The usual way to keep it would be a third of this module.
    struct Fresh {
        free: AtomicUsize,
        end: AtomicUsize,
    }

    #[global_allocator]
    static FRESH: Fresh = Fresh {
        free: AtomicUsize::new(0),
        end: AtomicUsize::new(0),
    };

    // SAFETY: each piece begins behind the one before it, in memory that was added to this module for it.
    unsafe impl GlobalAlloc for Fresh {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            let place = self.free.load(Relaxed).next_multiple_of(layout.align());
            let end = place + layout.size();
            let missing = end.saturating_sub(self.end.load(Relaxed)).div_ceil(PAGE);
            if missing > 0 {
                let pages = memory_grow::<0>(missing);
                if pages == usize::MAX {
                    return core::ptr::null_mut();
                }
                if self.end.load(Relaxed) == 0 {
                    // The first piece: what lies before it is the module's own.
                    self.free.store(pages * PAGE, Relaxed);
                    self.end.store((pages + missing) * PAGE, Relaxed);
                    // SAFETY: the same call, with memory to take it from.
                    return unsafe { self.alloc(layout) };
                }
                self.end.fetch_add(missing * PAGE, Relaxed);
            }
            self.free.store(end, Relaxed);
            place as *mut u8
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            // SAFETY: the caller's promise. What was never used is zero.
            unsafe { self.alloc(layout) }
        }

        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }

    #[panic_handler]
    fn stop(_: &PanicInfo<'_>) -> ! {
        unreachable()
    }

    /// Room for what is packed. The page writes it and hands it to [`begin`].
    // SAFETY: no other function of this module has the name.
    #[unsafe(no_mangle)]
    pub extern "C" fn room(length: usize) -> *mut u8 {
        Box::leak(vec![0; length].into_boxed_slice()).as_mut_ptr()
    }

    /// Begins to unpack. What it returns is for [`go_on`] and [`plain`].
    ///
    /// # Safety
    ///
    /// `place` comes from [`room`] for this length.
    // SAFETY: no other function of this module has the name.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn begin(
        place: *const u8,
        length: usize,
    ) -> Option<Box<Unpacking<'static>>> {
        // SAFETY: the caller's promise.
        let packed = unsafe { core::slice::from_raw_parts(place, length) };
        Unpacking::new(packed).map(Box::new)
    }

    /// Unpacks so many bytes more. Returns how many are left.
    // SAFETY: no other function of this module has the name.
    #[unsafe(no_mangle)]
    pub extern "C" fn go_on(unpacking: &mut Unpacking<'_>, bytes: usize) -> usize {
        unpacking.go_on(bytes)
    }

    /// Where what was packed stands, its length in four bytes before it; nothing, if it is damaged.
    // SAFETY: no other function of this module has the name.
    #[unsafe(no_mangle)]
    pub extern "C" fn plain(unpacking: Box<Unpacking<'_>>) -> *const u8 {
        let plain = unpacking.finish().unwrap_or_default();
        let mut answer = Vec::with_capacity(4 + plain.len());
        answer.extend((plain.len() as u32).to_le_bytes());
        answer.extend(plain);
        Box::leak(answer.into_boxed_slice()).as_ptr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with every sort of section and operand that the reader tells apart: nothing of it needs to be valid.
    fn module() -> Vec<u8> {
        let mut body = vec![1, 3, 0x7f];
        body.extend([
            0x02, 0x40, 0x20, 0x01, 0x41, 0x80, 0x7f, 0x36, 0x02, 0xa8, 0x01,
        ]);
        body.extend([
            0x44, 0x20, 0x41, 0, 0, 0, 0, 0, 0, 0x0e, 2, 0, 1, 0, 0x10, 0x80, 0x01,
        ]);
        body.extend([
            0xfc, 0x0a, 0, 0, 0xfc, 0x02, 0x11, 0x03, 0x00, 0x43, 0x10, 1, 2, 3, 0x0b, 0x0b,
        ]);
        let mut code = vec![2, body.len() as u8];
        code.extend(&body);
        code.extend([2, 0, 0x0b]);
        let mut module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0".to_vec();
        module.extend([10, code.len() as u8]);
        module.extend(&code);
        module.extend(b"\x0b\x05\0data");
        module
    }

    #[test]
    fn what_was_packed_comes_out_again() {
        let module = module();
        let chinese = "分配标志".repeat(99);
        let texts = ["kmalloc(100, GFP_KERNEL);", "", &chinese].map(str::as_bytes);
        let packed = pack(&texts, &module).expect("packs");
        let whole: Vec<u8> = texts.concat().into_iter().chain(module).collect();
        assert_eq!(unpack(&packed), Some(whole));
    }

    #[test]
    fn what_is_no_module_comes_out_again_too() {
        for seed in 0..60u32 {
            let byte =
                |at: u32| (at.wrapping_mul(2_654_435_761 ^ seed.wrapping_mul(97)) >> 24) as u8;
            let mut wild = module();
            let at = seed as usize % wild.len();
            wild[at] = byte(seed);
            wild.extend((0..seed).map(byte));
            assert_eq!(unpack(&pack(&[], &wild).expect("packs")), Some(wild));
        }
    }

    #[test]
    fn what_is_cut_off_is_nothing() {
        let packed = pack(&[b"text"], &module()).expect("packs");
        assert_eq!(unpack(&packed[..packed.len() - 1]), None);
        assert_eq!(unpack(&packed[..9]), None);
        assert_eq!(unpack(&[]), None);
    }
}
