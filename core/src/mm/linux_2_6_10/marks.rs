//! Watermarks, protection and per-cpu list sizes as numbers: no machine is touched here.
//!
//! Source: mm/page_alloc.c, `init_per_zone_pages_min`, `setup_per_zone_pages_min`, `setup_per_zone_protection`,
//! `free_area_init_core` (2.6.10). Zonelists are in `numa`.

use crate::machine::PcpShape;
use crate::profile::{ZONES, ZoneId};

/// `pages_min`, `pages_low`, `pages_high` of a zone, in pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Marks {
    /// The reserve.
    pub min: u32,
    /// kswapd wakes at or below.
    pub low: u32,
    /// kswapd sleeps above.
    pub high: u32,
}

/// The default `min_free_kbytes`: the square root of 16 × lowmem in kB, within [128, 65536].
pub fn default_min_free_kbytes(present: [u32; ZONES]) -> u32 {
    // At boot pages_high is still 0, so all low memory counts.
    let lowmem_kbytes = 4 * (u64::from(present[0]) + u64::from(present[1]));
    ((lowmem_kbytes * 16).isqrt() as u32).clamp(128, 65536)
}

/// The marks that `min_free_kbytes` gives each zone. An absent HighMem zone still gets its smallest marks.
pub fn marks(present: [u32; ZONES], min_free_kbytes: u32) -> [Marks; ZONES] {
    node_marks(present, present, min_free_kbytes)
}

/// The same for one node of several: its share of what all low memory together keeps back.
pub fn node_marks(node: [u32; ZONES], all: [u32; ZONES], min_free_kbytes: u32) -> [Marks; ZONES] {
    let pages_min = u64::from(min_free_kbytes / 4);
    let lowmem = u64::from(all[0]) + u64::from(all[1]);
    ZoneId::ALL.map(|zone| {
        let pages = node[zone.index()];
        let min = if zone == ZoneId::HIGHMEM {
            (pages / 1024).clamp(32, 128)
        } else {
            let share = pages_min * u64::from(pages);
            share.checked_div(lowmem).unwrap_or(0) as u32
        };
        Marks {
            min,
            low: (u64::from(min) * 5 / 4) as u32,
            high: (u64::from(min) * 6 / 4) as u32,
        }
    })
}

/// `protection[class]` of each zone, for `lower_zone_protection` = `ratio`. With the default 0 all are 0.
pub fn protection(
    present: [u32; ZONES],
    marks: [Marks; ZONES],
    ratio: u32,
) -> [[u32; ZONES]; ZONES] {
    let highest = present.iter().rposition(|&pages| pages > 0).unwrap_or(0);
    let mut all = [[0u32; ZONES]; ZONES];
    for zone in (0..ZONES - 1).rev().filter(|&zone| zone <= highest) {
        let above = zone + 1;
        let own = if present[above] > 0 {
            marks[above].low.wrapping_mul(ratio)
        } else {
            0
        };
        let inherited = all[above];
        for (class, pages) in all[zone].iter_mut().enumerate().skip(above) {
            *pages = inherited[class].wrapping_add(own);
        }
    }
    all
}

/// The hot and the cold list of a zone of `present` pages.
pub fn pcp_shapes(present: u32) -> [PcpShape; 2] {
    let batch = (present / 1024).min(64) as u16 / 4;
    let batch = batch.max(1);
    [
        PcpShape {
            low: 2 * batch,
            high: 6 * batch,
            batch,
        },
        PcpShape {
            low: 0,
            high: 2 * batch,
            batch,
        },
    ]
}

/// A mark as the flags lower it: `__GFP_HIGH` halves it, then `can_try_harder` takes a quarter off what is left.
#[inline(always)]
pub const fn lowered(mark: u32, high: bool, try_harder: bool) -> u32 {
    let mut mark = mark;
    if high {
        mark /= 2;
    }
    if try_harder {
        mark -= mark / 4;
    }
    mark
}

/// The pages that must be free for a request to pass: mark lowered by the flags, what it takes, and the protection.
///
/// The threshold is what must *remain*: it contains the 2^order pages of the request itself.
#[inline(always)]
pub const fn needed(mark: u32, high: bool, try_harder: bool, order: u8, protection: u32) -> u32 {
    lowered(mark, high, try_harder)
        .wrapping_add(1 << order)
        .wrapping_add(protection)
}
