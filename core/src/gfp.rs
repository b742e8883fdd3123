//! Allocation flags of Linux 2.6.10: the bits, their names, parsing and printing.
//!
//! Source: `include/linux/gfp.h`, `include/linux/mmzone.h`, `include/linux/slab.h` (2.6.10). What a flag *does*
//! stands in `mm`; this file only knows its spelling and its place in the word.

use alloc::string::String;
use core::fmt;
use core::ops::{BitAnd, BitOr, BitOrAssign, Not};

/// An allocation mask as the kernel passes it around (`int gfp_mask` in 2.6.10).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Gfp(pub u32);

/// One named bit or combination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GfpName {
    /// The C identifier, e.g. `__GFP_WAIT` or `GFP_KERNEL`.
    pub name: &'static str,
    /// Its value.
    pub bits: Gfp,
}

impl Gfp {
    /// No flag at all: may not sleep, may not touch the reserve.
    pub const NONE: Gfp = Gfp(0);
    /// `__GFP_DMA`: the DMA zonelist; for kmalloc the `(DMA)` caches.
    pub const DMA: Gfp = Gfp(0x01);
    /// `__GFP_HIGHMEM`: the HighMem zonelist.
    pub const HIGHMEM: Gfp = Gfp(0x02);
    /// `__GFP_WAIT`: may sleep.
    pub const WAIT: Gfp = Gfp(0x10);
    /// `__GFP_HIGH`: may use half of `pages_min`.
    pub const HIGH: Gfp = Gfp(0x20);
    /// `__GFP_IO`: reclaim may start disk I/O.
    pub const IO: Gfp = Gfp(0x40);
    /// `__GFP_FS`: reclaim may call into filesystems.
    pub const FS: Gfp = Gfp(0x80);
    /// `__GFP_COLD`: order 0 only, from the cold per-cpu list.
    pub const COLD: Gfp = Gfp(0x100);
    /// `__GFP_NOWARN`: no failure message.
    pub const NOWARN: Gfp = Gfp(0x200);
    /// `__GFP_REPEAT`: retry also above order 3.
    pub const REPEAT: Gfp = Gfp(0x400);
    /// `__GFP_NOFAIL`: retry always.
    pub const NOFAIL: Gfp = Gfp(0x800);
    /// `__GFP_NORETRY`: one reclaim pass only; wins over REPEAT and NOFAIL.
    pub const NORETRY: Gfp = Gfp(0x1000);
    /// `__GFP_NO_GROW`: slab internal, do not grow the cache.
    pub const NO_GROW: Gfp = Gfp(0x2000);
    /// `__GFP_COMP`: compound page; without CONFIG_HUGETLB_PAGE it has no effect.
    pub const COMP: Gfp = Gfp(0x4000);

    /// `GFP_ATOMIC` = HIGH. Being atomic is the *absence* of WAIT.
    pub const ATOMIC: Gfp = Gfp(0x20);
    /// `GFP_NOIO` = WAIT.
    pub const NOIO: Gfp = Gfp(0x10);
    /// `GFP_NOFS` = WAIT, IO.
    pub const NOFS: Gfp = Gfp(0x50);
    /// `GFP_KERNEL` = WAIT, IO, FS.
    pub const KERNEL: Gfp = Gfp(0xd0);
    /// `GFP_USER`: the same bits as `GFP_KERNEL`.
    pub const USER: Gfp = Gfp(0xd0);
    /// `GFP_HIGHUSER` = GFP_USER, HIGHMEM.
    pub const HIGHUSER: Gfp = Gfp(0xd2);

    /// `GFP_ZONEMASK`: the bits that choose a zonelist.
    pub const ZONE_MASK: Gfp = Gfp(0x03);
    /// `GFP_LEVEL_MASK` (= `SLAB_LEVEL_MASK`): every bit from WAIT to COMP.
    pub const LEVEL_MASK: Gfp = Gfp(0x7ff0);

    /// True when every bit of `other` is set here.
    pub const fn has(self, other: Gfp) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits of `self` that no name of this kernel covers.
    pub fn unnamed(self) -> Gfp {
        Gfp(self.0 & !(Gfp::LEVEL_MASK.0 | Gfp::ZONE_MASK.0))
    }

    /// The value of one C identifier (`GFP_KERNEL`, `__GFP_DMA`, `GFP_DMA`), if this kernel has it.
    pub fn by_name(name: &str) -> Option<Gfp> {
        PRIORITIES
            .iter()
            .chain(MODIFIERS)
            .chain(ALIASES)
            .find(|known| known.name == name)
            .map(|known| known.bits)
    }

    /// The C expression a driver author would write: one priority, then the modifiers it does not contain.
    /// `Gfp::by_name` of each term, OR-ed, gives the mask back. Bits without a name are printed in hex.
    pub fn expression(self) -> String {
        use fmt::Write;
        let mut text = String::new();
        let mut left = self;
        // GFP_HIGHUSER before GFP_KERNEL: the first priority that fits whole is the longest name for these bits.
        let by_size = [
            "GFP_HIGHUSER",
            "GFP_KERNEL",
            "GFP_NOFS",
            "GFP_NOIO",
            "GFP_ATOMIC",
        ];
        for name in by_size {
            let bits = Gfp::by_name(name).expect("a priority of this table");
            // GFP_ATOMIC is a lone HIGH: beside WAIT the honest spelling is __GFP_HIGH.
            let reads_well = name != "GFP_ATOMIC" || !self.has(Gfp::WAIT);
            if self.has(bits) && reads_well {
                text.push_str(name);
                left = left & !bits;
                break;
            }
        }
        for modifier in LEVEL_BITS.iter().chain(MODIFIERS) {
            if left.has(modifier.bits) {
                if !text.is_empty() {
                    text.push_str(" | ");
                }
                text.push_str(modifier.name);
                left = left & !modifier.bits;
            }
        }
        if left != Gfp::NONE || text.is_empty() {
            if !text.is_empty() {
                text.push_str(" | ");
            }
            if left == Gfp::NONE {
                text.push('0');
            } else {
                write!(text, "{:#x}", left.0).expect("writing to a String cannot fail");
            }
        }
        text
    }
}

/// The "allocation priorities" of the book, in its order; `GFP_USER` is `GFP_KERNEL` by another name.
pub const PRIORITIES: &[GfpName] = &[
    GfpName {
        name: "GFP_KERNEL",
        bits: Gfp::KERNEL,
    },
    GfpName {
        name: "GFP_ATOMIC",
        bits: Gfp::ATOMIC,
    },
    GfpName {
        name: "GFP_USER",
        bits: Gfp::USER,
    },
    GfpName {
        name: "GFP_HIGHUSER",
        bits: Gfp::HIGHUSER,
    },
    GfpName {
        name: "GFP_NOIO",
        bits: Gfp::NOIO,
    },
    GfpName {
        name: "GFP_NOFS",
        bits: Gfp::NOFS,
    },
];

/// The modifiers a caller may OR in, in the order of the book and of `gfp.h`.
pub const MODIFIERS: &[GfpName] = &[
    GfpName {
        name: "__GFP_DMA",
        bits: Gfp::DMA,
    },
    GfpName {
        name: "__GFP_HIGHMEM",
        bits: Gfp::HIGHMEM,
    },
    GfpName {
        name: "__GFP_COLD",
        bits: Gfp::COLD,
    },
    GfpName {
        name: "__GFP_NOWARN",
        bits: Gfp::NOWARN,
    },
    GfpName {
        name: "__GFP_HIGH",
        bits: Gfp::HIGH,
    },
    GfpName {
        name: "__GFP_REPEAT",
        bits: Gfp::REPEAT,
    },
    GfpName {
        name: "__GFP_NOFAIL",
        bits: Gfp::NOFAIL,
    },
    GfpName {
        name: "__GFP_NORETRY",
        bits: Gfp::NORETRY,
    },
    GfpName {
        name: "__GFP_NO_GROW",
        bits: Gfp::NO_GROW,
    },
    GfpName {
        name: "__GFP_COMP",
        bits: Gfp::COMP,
    },
];

/// The bits that the priorities are made of.
pub const LEVEL_BITS: &[GfpName] = &[
    GfpName {
        name: "__GFP_WAIT",
        bits: Gfp::WAIT,
    },
    GfpName {
        name: "__GFP_IO",
        bits: Gfp::IO,
    },
    GfpName {
        name: "__GFP_FS",
        bits: Gfp::FS,
    },
];

/// Further spellings that are accepted but never printed.
const ALIASES: &[GfpName] = &[
    GfpName {
        name: "GFP_DMA",
        bits: Gfp::DMA,
    },
    GfpName {
        name: "__GFP_WAIT",
        bits: Gfp::WAIT,
    },
    GfpName {
        name: "__GFP_IO",
        bits: Gfp::IO,
    },
    GfpName {
        name: "__GFP_FS",
        bits: Gfp::FS,
    },
];

impl BitOr for Gfp {
    type Output = Gfp;
    fn bitor(self, other: Gfp) -> Gfp {
        Gfp(self.0 | other.0)
    }
}

impl BitOrAssign for Gfp {
    fn bitor_assign(&mut self, other: Gfp) {
        self.0 |= other.0;
    }
}

impl BitAnd for Gfp {
    type Output = Gfp;
    fn bitand(self, other: Gfp) -> Gfp {
        Gfp(self.0 & other.0)
    }
}

impl Not for Gfp {
    type Output = Gfp;
    fn not(self) -> Gfp {
        Gfp(!self.0)
    }
}

/// The form of the failure message: `0xd0`.
impl fmt::LowerHex for Gfp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&self.0, f)
    }
}

impl fmt::Debug for Gfp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    /// Values and composites: linux-2.6.10 `gfp.h`, the table of flag values.
    #[test]
    fn values() {
        assert_eq!(Gfp::by_name("GFP_KERNEL"), Some(Gfp(0xd0)));
        assert_eq!(Gfp::by_name("GFP_DMA"), Gfp::by_name("__GFP_DMA"));
        assert_eq!(Gfp::by_name("__GFP_ZERO"), None, "2.6.11 only");
    }

    #[test]
    fn every_mask_reads_back_from_its_expression() {
        for bits in 0..0x8000u32 {
            let text = Gfp(bits).expression();
            let mut back = Gfp::NONE;
            for term in text.split(" | ") {
                back |= match term.strip_prefix("0x") {
                    Some(hex) => Gfp(u32::from_str_radix(hex, 16).expect("hex digits")),
                    None if term == "0" => Gfp::NONE,
                    None => Gfp::by_name(term).expect("a known name"),
                };
            }
            assert_eq!(back, Gfp(bits), "{text}");
        }
    }

    #[test]
    fn the_drivers_spelling() {
        let spelled = |bits: u32| Gfp(bits).expression().to_string();
        assert_eq!(spelled(0xd0), "GFP_KERNEL");
        assert_eq!(spelled(0x21), "GFP_ATOMIC | __GFP_DMA");
        assert_eq!(spelled(0xf0), "GFP_KERNEL | __GFP_HIGH");
        assert_eq!(spelled(0), "0");
    }
}
