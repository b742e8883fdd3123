//! An event as one word of a log: what a busy machine does all the time fits in eight bytes.
//!
//! Recording costs what it writes, so the frequent kinds have a packed form. The other kinds, and values too large for
//! their field, have none: the log keeps those aside as they are.

use crate::event::{CacheId, Destination, Event, Pass, SlabId, Temperature};
use crate::gfp::Gfp;
use crate::profile::{MAX_ZONES, ZoneId};

/// A packed event: its kind in the low byte, 0 for none, and its fields above.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Word(u64);

/// Bits of the kind.
const KIND: u32 = 8;

impl Word {
    /// A place that no event has yet.
    pub(crate) const EMPTY: Word = Word(0);

    /// Stands for the event at this place of the log's side table.
    pub(crate) const fn aside(place: usize) -> Word {
        Word((place as u64) << KIND)
    }

    /// The place in the side table, of a word that is no packed event.
    pub(crate) const fn place(self) -> usize {
        (self.0 >> KIND) as usize
    }
}

/// A value as a field of a word.
trait Field {
    /// Bits that hold every value.
    const BITS: u32;
    fn to_bits(self) -> u64;
    fn from_bits(bits: u64) -> Self;
}

/// `BITS` of a field's type, which a pattern does not name.
const fn bits_of<F: Field>(_: &F) -> u32 {
    F::BITS
}

/// Fields that are numbers, or wrap one.
macro_rules! numbers {
    ($($type:ty: $width:literal, $value:pat => $bits:expr, $from:ident => $make:expr;)*) => {$(
        impl Field for $type {
            const BITS: u32 = $width;

            #[inline(always)]
            fn to_bits(self) -> u64 {
                let $value = self;
                u64::from($bits)
            }

            #[inline(always)]
            fn from_bits($from: u64) -> $type {
                $make
            }
        }
    )*};
}

numbers! {
    bool: 1, value => value, bits => bits != 0;
    u8: 8, value => value, bits => bits as u8;
    u16: 16, value => value, bits => bits as u16;
    u32: 32, value => value, bits => bits as u32;
    CacheId: 8, CacheId(id) => id, bits => CacheId(bits as u8);
    SlabId: 32, SlabId(id) => id, bits => SlabId(bits as u32);
    Gfp: 32, Gfp(flags) => flags, bits => Gfp(bits as u32);
    ZoneId: 4, ZoneId(zone) => zone, bits => ZoneId(bits as u8);
    Temperature: 1, list => list.index() as u8, bits => [Temperature::Hot, Temperature::Cold][bits as usize];
    Pass: 2, pass => pass as u8, bits => [Pass::Low, Pass::Min, Pass::AfterReclaim][bits as usize];
}

const _: () = assert!(MAX_ZONES <= 16, "a zone is four bits");

impl Field for Destination {
    const BITS: u32 = 2;

    #[inline(always)]
    fn to_bits(self) -> u64 {
        match self {
            Destination::Caller => 0,
            Destination::Pcp(list) => 1 + list.to_bits(),
        }
    }

    #[inline(always)]
    fn from_bits(bits: u64) -> Destination {
        match bits {
            0 => Destination::Caller,
            list => Destination::Pcp(Temperature::from_bits(list - 1)),
        }
    }
}

/// `number Kind { field: bits, … }`: both directions from one table.
macro_rules! packed {
    ($($number:literal $kind:ident { $($field:ident: $width:literal),* })*) => {
        $(const _: () = assert!(u64::BITS.checked_sub(KIND $(+ $width)*).is_some(), "the fields fit in a word");)*

        impl Word {
            /// The packed form; the event itself when it has none.
            #[inline(always)]
            pub(crate) fn pack(event: Event) -> Result<Word, Event> {
                match event {
                    $(Event::$kind { $($field),* } => {
                        let (mut word, mut shift, mut fits) = ($number, KIND, true);
                        $(
                            let bits = $field.to_bits();
                            fits &= $width >= bits_of(&$field) || bits >> $width == 0;
                            word |= bits << shift;
                            shift += $width;
                        )*
                        let _ = shift;
                        if fits {
                            Ok(Word(word))
                        } else {
                            Err(Event::$kind { $($field),* })
                        }
                    })*
                    _ => Err(event),
                }
            }

            /// The event, unless this word stands for one in the side table.
            #[inline(always)]
            pub(crate) fn unpack(self) -> Option<Event> {
                match self.0 as u8 {
                    $($number => {
                        let mut rest = self.0 >> KIND;
                        $(
                            let $field = Field::from_bits(rest & ((1 << $width) - 1));
                            rest >>= $width;
                        )*
                        let _ = rest;
                        Some(Event::$kind { $($field),* })
                    })*
                    _ => None,
                }
            }
        }
    };
}

packed! {
    1 ClassChosen { cache: 8, gfp: 16, size: 32 }
    2 PagesAsked { order: 8, gfp: 32 }
    3 ZoneTested { zone: 4, pass: 2, granted: 1, free: 24, need: 24 }
    4 Taken { zone: 4, order: 8, want: 8, to: 2, pfn: 32 }
    5 Split { zone: 4, order: 8, pfn: 32 }
    6 Joined { zone: 4, order: 8, hand_is_upper: 1, buddy: 32 }
    7 Listed { zone: 4, order: 8, pfn: 32 }
    8 PcpGot { zone: 4, list: 1, left: 16, pfn: 32 }
    9 PcpPut { zone: 4, list: 1, pfn: 32 }
    10 Drained { zone: 4, list: 1, pfn: 32 }
    11 PcpLow { zone: 4, list: 1, count: 16, low: 16 }
    12 BlockMissing { zone: 4, order: 8 }
    13 ObjectGot { cache: 8, left: 16, address: 32 }
    14 ObjectPut { cache: 8, address: 32 }
    15 ArrayEmpty { cache: 8, limit: 16 }
    16 RefillAsked { cache: 8, wanted: 16, touched: 1 }
    17 ArrayFilled { cache: 8, count: 16, slab: 32 }
    18 FreeSlabsTouched { cache: 8 }
    19 GrowAsked { cache: 8, order: 8 }
    20 ColourDrawn { cache: 8 }
    21 FlushStarted { cache: 8, count: 16 }
    22 ObjectReturned { cache: 8, address: 32 }
    23 SlabDied { cache: 8, slab: 32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest and the smallest values that a machine may have in the fields, and what is too large for one.
    #[test]
    fn an_event_comes_back_as_it_was_or_has_no_packed_form() {
        let (zone, list) = (ZoneId(11), Temperature::Cold);
        let (cache, gfp) = (CacheId(u8::MAX), Gfp(0xffff));
        let tested = |pass, free, need| Event::ZoneTested {
            zone,
            pass,
            granted: free >= need,
            free,
            need,
        };
        let taken = |to| Event::Taken {
            zone,
            order: 10,
            want: 0,
            to,
            pfn: u32::MAX,
        };
        let packed = [
            Event::ClassChosen {
                cache,
                size: u32::MAX,
                gfp,
            },
            Event::PagesAsked {
                order: 255,
                gfp: Gfp(u32::MAX),
            },
            tested(Pass::Low, (1 << 24) - 1, 0),
            tested(Pass::Min, 0, (1 << 24) - 1),
            tested(Pass::AfterReclaim, 0, 0),
            taken(Destination::Caller),
            taken(Destination::Pcp(Temperature::Hot)),
            taken(Destination::Pcp(Temperature::Cold)),
            Event::Joined {
                zone,
                order: 9,
                hand_is_upper: true,
                buddy: u32::MAX,
            },
            Event::PcpGot {
                zone,
                list,
                left: u16::MAX,
                pfn: u32::MAX,
            },
            Event::ObjectGot {
                cache,
                left: u16::MAX,
                address: u32::MAX,
            },
            Event::ArrayFilled {
                cache,
                count: u16::MAX,
                slab: SlabId(u32::MAX),
            },
            Event::ColourDrawn { cache: CacheId(0) },
        ];
        for event in packed {
            let word = Word::pack(event);
            assert_eq!(word.map(Word::unpack), Ok(Some(event)));
        }
        let too_large = [
            Event::ClassChosen {
                cache,
                size: 1,
                gfp: Gfp(0x1_0000),
            },
            Event::PagesAsked { order: 256, gfp },
            tested(Pass::Low, 1 << 24, 0),
            tested(Pass::Low, 0, 1 << 24),
            Event::Waited { jiffies: 1 },
        ];
        for event in too_large {
            assert_eq!(Word::pack(event), Err(event));
        }
        for place in [0, 1, 1 << 40] {
            let word = Word::aside(place);
            assert_eq!((word.unpack(), word.place()), (None, place));
        }
    }
}
