//! Where a moving block is at a moment of its event: easing and positions, pure.
//!
//! Places are given in the units of the free lists panel, not in pixels, so that the same numbers fit every width: rows
//! count down from order 10, x counts in widths of *the cut*, of the gap beside it and of a list chip. Nothing here knows
//! the clock: the player says how far an event has come.

use kmalloc_core::profile::ORDERS;

/// Pixels by which halves part before they go their ways.
const PARTING: f32 = 7.0;
/// The part of a split after which the upper half leaves for its list.
const TURN: f32 = 0.3;

/// A cubic Bézier easing through (0,0) and (1,1), as CSS has it.
fn bezier(x1: f32, y1: f32, x2: f32, y2: f32, t: f32) -> f32 {
    let at = |a: f32, b: f32, s: f32| {
        let r = 1.0 - s;
        3.0 * r * r * s * a + 3.0 * r * s * s * b + s * s * s
    };
    // x grows with s, so halving finds the s whose x is t; 16 steps are finer than a pixel.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..16 {
        let middle = (low + high) / 2.0;
        if at(x1, x2, middle) < t {
            low = middle;
        } else {
            high = middle;
        }
    }
    at(y1, y2, high)
}

/// Arrives softly.
pub fn out(t: f32) -> f32 {
    if t >= 1.0 {
        1.0
    } else {
        bezier(0.2, 0.7, 0.2, 1.0, t.max(0.0))
    }
}

/// Leaves and arrives softly.
pub fn in_out(t: f32) -> f32 {
    if t >= 1.0 {
        1.0
    } else {
        bezier(0.5, 0.0, 0.3, 1.0, t.max(0.0))
    }
}

/// From `a` to `b`.
pub fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// A place and a width in the free lists panel.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spot {
    /// Rows from the top; order 10 is row 0.
    pub row: f32,
    /// Left edge, in widths of the cut.
    pub cut: f32,
    /// … plus gaps between the cut and the lists.
    pub gap: f32,
    /// … plus chips.
    pub chips: f32,
    /// … plus pixels.
    pub px: f32,
    /// Width, in widths of the cut.
    pub wide: f32,
    /// … plus widths of a chip.
    pub chip_wide: f32,
}

impl Spot {
    /// Between two spots.
    pub fn towards(self, to: Spot, t: f32) -> Spot {
        Spot {
            row: mix(self.row, to.row, t),
            cut: mix(self.cut, to.cut, t),
            gap: mix(self.gap, to.gap, t),
            chips: mix(self.chips, to.chips, t),
            px: mix(self.px, to.px, t),
            wide: mix(self.wide, to.wide, t),
            chip_wide: mix(self.chip_wide, to.chip_wide, t),
        }
    }

    /// The declarations that put an element there.
    pub fn style(self) -> String {
        let [row, cut, gap, chips, px, wide, chip_wide] = [
            self.row,
            self.cut,
            self.gap,
            self.chips,
            self.px,
            self.wide,
            self.chip_wide,
        ]
        .map(fixed);
        format!(
            "top:calc(var(--row)*{row});left:calc(var(--cut)*{cut} + var(--gap)*{gap} + (var(--chip) + 4px)*{chips} + \
             {px}px);width:calc(var(--cut)*{wide} + var(--chip)*{chip_wide})"
        )
    }
}

/// A number with four decimals for a style. The standard library's formatting of floats would be a tenth of the page's code.
pub fn fixed(number: f32) -> String {
    let parts = (number * 10_000.0).round() as i32;
    let sign = if parts < 0 { "-" } else { "" };
    let parts = parts.unsigned_abs();
    format!("{sign}{}.{:04}", parts / 10_000, parts % 10_000)
}

/// The same for a text that is kept: without the zeros behind it.
pub fn decimal(number: f32) -> String {
    let number = fixed(number);
    number.trim_end_matches('0').trim_end_matches('.').into()
}

/// A share as a percentage.
pub fn percent(share: f32) -> String {
    fixed(share * 100.0) + "%"
}

/// The row of an order.
pub fn row_of(order: u8) -> f32 {
    (ORDERS - 1) as f32 - f32::from(order)
}

/// The block that *the cut* shows from edge to edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scale {
    /// First page.
    pub pfn: u32,
    /// 2^order pages.
    pub order: u8,
}

impl Scale {
    /// The place of a block inside the cut, in the row of its order.
    pub fn spot(self, pfn: u32, order: u8) -> Spot {
        let pages = (1u32 << self.order) as f32;
        Spot {
            row: row_of(order),
            cut: pfn.saturating_sub(self.pfn) as f32 / pages,
            gap: 0.0,
            chips: 0.0,
            px: 0.0,
            wide: (1u32 << order) as f32 / pages,
            chip_wide: 0.0,
        }
    }
}

/// The place of a chip in the list of an order; 0 is the head.
pub fn chip(order: u8, index: usize) -> Spot {
    Spot {
        row: row_of(order),
        cut: 1.0,
        gap: 1.0,
        chips: index as f32,
        px: 0.0,
        wide: 0.0,
        chip_wide: 1.0,
    }
}

/// The two halves of a block that parts, lower half first: `t` = 0 is the whole block in its row, 1 is one half in the next
/// row of the cut and the other at its place in that row's list. A merge is the same with `t` running backwards.
pub fn halves(
    scale: Scale,
    pfn: u32,
    order: u8,
    upper_is_listed: bool,
    index: usize,
    t: f32,
) -> [Spot; 2] {
    let half = order - 1;
    let part = |at: u32, listed: bool, away: f32| {
        let mut from = scale.spot(at, half);
        from.row = row_of(order);
        let to = if listed {
            chip(half, index)
        } else {
            scale.spot(at, half)
        };
        let turn = if listed {
            in_out((t - TURN) / (1.0 - TURN))
        } else {
            t
        };
        let mut spot = from.towards(to, turn);
        spot.row = mix(from.row, to.row, t);
        // They stand apart while they move, and touch again only where they arrive.
        spot.px = away * PARTING * (t / TURN).min(1.0) * (1.0 - turn);
        spot
    };
    let (lower_away, upper_away) = if upper_is_listed {
        (0.0, 1.0)
    } else {
        (-1.0, 0.0)
    };
    [
        part(pfn, !upper_is_listed, lower_away),
        part(pfn + (1 << half), upper_is_listed, upper_away),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: Scale = Scale {
        pfn: 0x180,
        order: 5,
    };

    #[test]
    fn easings_run_from_0_to_1_and_never_back() {
        for ease in [out, in_out] {
            assert_eq!((ease(1.0), ease(2.0)), (1.0, 1.0));
            assert!(ease(0.0) < 0.001 && ease(-1.0) < 0.001);
            let mut last = 0.0;
            for step in 0..=100 {
                let now = ease(step as f32 / 100.0);
                assert!(now >= last - 0.001, "{step}: {now} after {last}");
                last = now;
            }
        }
    }

    #[test]
    fn a_split_begins_whole_and_ends_in_the_next_row() {
        let [lower, upper] = halves(SOURCE, 0x180, 5, true, 0, 0.0);
        assert_eq!((lower.row, upper.row), (row_of(5), row_of(5)));
        assert_eq!(lower.cut + lower.wide, upper.cut, "still one block");
        let [lower, upper] = halves(SOURCE, 0x180, 5, true, 0, 1.0);
        assert_eq!(lower, SOURCE.spot(0x180, 4));
        assert_eq!(upper, chip(4, 0));
    }

    #[test]
    fn at_half_time_both_halves_are_between_the_rows() {
        for upper_is_listed in [true, false] {
            for spot in halves(SOURCE, 0x180, 4, upper_is_listed, 0, 0.5) {
                assert!(
                    spot.row > row_of(4) && spot.row < row_of(3),
                    "row {}",
                    spot.row
                );
            }
        }
        let [_, upper] = halves(SOURCE, 0x180, 4, true, 0, 0.5);
        assert!(
            upper.gap > 0.0 && upper.gap < 1.0,
            "on its way to the list, not there"
        );
    }

    #[test]
    fn numbers_of_styles_have_four_decimals() {
        assert_eq!(fixed(7.5), "7.5000");
        assert_eq!(fixed(-0.25), "-0.2500");
        assert_eq!(fixed(0.00004), "0.0000");
        assert_eq!(percent(0.5), "50.0000%");
        assert_eq!(decimal(-7.5), "-7.5");
        assert_eq!(decimal(120.0), "120");
        assert_eq!(decimal(0.0), "0");
    }

    #[test]
    fn a_spot_says_its_place_in_css() {
        let style = chip(10, 2).style();
        assert!(style.starts_with("top:calc(var(--row)*0.0000);left:calc(var(--cut)*1.0000"));
    }
}
