//! How an input is spoiled: bytes and words changed, cut, doubled and put together with another input's. Links get their
//! length and checksum right again most of the time: otherwise all would be refused at the door.

use fastrand::Rng;

/// Numbers at the edges of something.
const EDGES: [u8; 8] = [0x00, 0x01, 0x0f, 0x10, 0x7f, 0x80, 0xf0, 0xff];

/// One time in so many an input is blown up to its target's bound.
const SELDOM: u32 = 4_000;

/// Spoils an input by one step or some.
pub fn mutate(rng: &mut Rng, input: &mut Vec<u8>, other: &[u8], words: &[&str], longest: usize) {
    let steps = 1 << rng.u32(0..4);
    for _ in 0..rng.u32(1..=steps) {
        step(rng, input, other, words);
    }
    if rng.u32(0..SELDOM) == 0 {
        blow_up(rng, input, longest);
    }
    input.truncate(longest);
}

fn step(rng: &mut Rng, input: &mut Vec<u8>, other: &[u8], words: &[&str]) {
    let len = input.len();
    let at = rng.usize(0..=len);
    match rng.u32(0..9) {
        0 if at < len => input[at] ^= 1 << rng.u32(0..8),
        1 if at < len => input[at] = *rng.choice(&EDGES).expect("there are some"),
        2 if at < len => input[at] = rng.u8(..),
        3 => input.insert(at, rng.u8(..)),
        4 => {
            let end = (at + rng.usize(0..16)).min(len);
            input.drain(at..end);
        }
        5 => {
            let end = (at + rng.usize(0..32)).min(len);
            let piece = input[at..end].to_vec();
            let to = rng.usize(0..=len);
            input.splice(to..to, piece);
        }
        6 => {
            // The head of this one, and from somewhere on the other.
            let from = rng.usize(0..=other.len());
            let end = (from + rng.usize(0..64)).min(other.len());
            input.splice(
                at..(at + rng.usize(0..32)).min(len),
                other[from..end].iter().copied(),
            );
        }
        7 => {
            if let Some(word) = rng.choice(words) {
                let end = (at + rng.usize(0..4)).min(len);
                input.splice(at..end, word.bytes());
            }
        }
        _ => {
            // Digits are where bounds are.
            let digit = input.iter().skip(at).position(u8::is_ascii_digit);
            if let Some(found) = digit {
                input[at + found] = rng.u8(b'0'..=b'9');
                if rng.bool() {
                    input.insert(at + found, b'9');
                }
            }
        }
    }
}

/// The same piece again and again, as far as anything looks.
fn blow_up(rng: &mut Rng, input: &mut Vec<u8>, longest: usize) {
    let from = rng.usize(0..=input.len());
    let end = (from + rng.usize(1..40)).min(input.len());
    let piece = input[from..end].to_vec();
    if piece.is_empty() {
        return;
    }
    let times = longest.saturating_sub(input.len()) / piece.len();
    input.splice(from..from, piece.repeat(times));
}

/// The frame of a link around a payload: version, length, payload, checksum (`docs/link-format.md`).
pub fn reframe(link: &mut Vec<u8>) {
    let header = 1
        + link
            .iter()
            .skip(1)
            .take_while(|byte| **byte & 0x80 != 0)
            .count()
        + 1;
    if link.len() < header + 2 || header > 6 {
        return;
    }
    let payload = link[header..link.len() - 2].to_vec();
    link.truncate(1);
    let mut length = payload.len();
    while length >= 0x80 {
        link.push(length as u8 | 0x80);
        length >>= 7;
    }
    link.push(length as u8);
    link.extend(payload);
    let sum = link.iter().fold(0xffff_u16, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| match sum & 0x8000 {
            0 => sum << 1,
            _ => sum << 1 ^ 0x1021,
        })
    });
    link.extend(sum.to_be_bytes());
}
