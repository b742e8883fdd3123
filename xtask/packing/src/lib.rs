//! How the content of the single file is packed: `pack` for `cargo xtask dist`, `unpack` for the page, where this package is a
//! small module of its own.
//!
//! A WebAssembly module packs badly as it stands: what an instruction does, which variable it takes and how far a field lies
//! from its pointer follow each other byte by byte, and each of them repeats itself only among its own kind. So the module is
//! dealt out into streams by what each byte is (`streams`), and each stream is packed by itself. PPMd predicts text and
//! instructions better than what browsers unpack on their own.
//!
//! It does not know what is in the texts, and trusts what it unpacks: it stands in the same file.

mod streams;

use std::io::{self, Read as _, Write as _};

use ppmd_rust::{Ppmd7Decoder, Ppmd7Encoder};

use streams::{Reader, STREAMS};

/// How far back a prediction may look; the best is found by trying.
const ORDERS: [u8; 6] = [3, 4, 6, 10, 16, 32];

/// Memory for the predictions about so many bytes: more than any order needs.
fn memory(length: usize) -> u32 {
    u32::try_from(length.saturating_mul(32))
        .unwrap_or(u32::MAX)
        .clamp(1 << 20, 1 << 25)
}

/// Texts and a module, packed.
pub fn pack(texts: &[&[u8]], module: &[u8]) -> io::Result<Vec<u8>> {
    let mut streams = vec![Vec::new(); STREAMS];
    let mut reader = Reader::default();
    for &byte in module {
        streams[reader.stream()].push(byte);
        reader.take(byte);
    }
    let mut packed = Vec::new();
    number(&mut packed, texts.len())?;
    number(&mut packed, module.len())?;
    let streams = streams.iter().map(Vec::as_slice);
    for plain in texts.iter().copied().chain(streams) {
        let mut best: Option<(u8, Vec<u8>)> = None;
        for order in ORDERS {
            let mut packer = Ppmd7Encoder::new(Vec::new(), order.into(), memory(plain.len()))
                .map_err(io::Error::other)?;
            packer.write_all(plain)?;
            let stream = packer.finish(false)?;
            if best
                .as_ref()
                .is_none_or(|(_, best)| stream.len() < best.len())
            {
                best = Some((order, stream));
            }
        }
        let (order, stream) = best.unwrap_or_default();
        number(&mut packed, plain.len())?;
        number(&mut packed, stream.len())?;
        packed.push(order);
        packed.extend(stream);
    }
    Ok(packed)
}

fn number(packed: &mut Vec<u8>, number: usize) -> io::Result<()> {
    let number = u32::try_from(number).map_err(io::Error::other)?;
    packed.extend(number.to_le_bytes());
    Ok(())
}

/// The texts one after the other, and behind them the module.
pub fn unpack(mut packed: &[u8]) -> Option<Vec<u8>> {
    let texts = next_number(&mut packed)?;
    let module = next_number(&mut packed)?;
    let mut plain = Vec::new();
    for _ in 0..texts {
        plain.extend(next_stream(&mut packed)?);
    }
    let mut streams = Vec::new();
    for _ in 0..STREAMS {
        streams.push(next_stream(&mut packed)?.into_iter());
    }
    let mut reader = Reader::default();
    for _ in 0..module {
        let byte = streams[reader.stream()].next()?;
        plain.push(byte);
        reader.take(byte);
    }
    Some(plain)
}

fn next_number(packed: &mut &[u8]) -> Option<usize> {
    let (number, rest) = packed.split_first_chunk()?;
    *packed = rest;
    usize::try_from(u32::from_le_bytes(*number)).ok()
}

fn next_stream(packed: &mut &[u8]) -> Option<Vec<u8>> {
    let length = next_number(packed)?;
    let (stream, rest) = {
        let size = next_number(packed)?;
        let (&order, rest) = packed.split_first()?;
        let (stream, rest) = rest.split_at_checked(size)?;
        ((order, stream), rest)
    };
    *packed = rest;
    let (order, stream) = stream;
    let mut plain = vec![0; length];
    let mut unpacker = Ppmd7Decoder::new(stream, order.into(), memory(length)).ok()?;
    unpacker.read_exact(&mut plain).ok()?;
    Some(plain)
}

/// What the page calls.
#[cfg(target_arch = "wasm32")]
mod page {
    /// Room for what is packed. The page writes it and hands it to [`unpacked`].
    // SAFETY: no other function of this module has the name.
    #[unsafe(no_mangle)]
    pub extern "C" fn room(length: usize) -> *mut u8 {
        Box::leak(vec![0; length].into_boxed_slice()).as_mut_ptr()
    }

    /// Where what was packed stands, its length in four bytes before it. The page takes it and forgets this module.
    ///
    /// # Safety
    ///
    /// `place` comes from [`room`] for this length.
    // SAFETY: no other function of this module has the name.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn unpacked(place: *const u8, length: usize) -> *const u8 {
        // SAFETY: the caller's promise.
        let packed = unsafe { std::slice::from_raw_parts(place, length) };
        let plain = super::unpack(packed).unwrap_or_default();
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
        for seed in 0..200u32 {
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
        assert_eq!(unpack(&[]), None);
    }
}
