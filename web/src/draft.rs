//! The call that is being composed in the call bar.
//!
//! It knows what can be asked, not what the kernel would answer: nonsense is allowed here.

use kmalloc_core::gfp::{Gfp, GfpName, MODIFIERS, PRIORITIES};
use kmalloc_core::script::ast::{Call, Place, Who};

/// The priorities that can be chosen: the kernel's names, and no flag at all.
pub fn priorities() -> impl Iterator<Item = GfpName> {
    let none = GfpName {
        name: "0",
        bits: Gfp::NONE,
    };
    PRIORITIES.iter().copied().chain([none])
}

/// In what the size is typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Unit {
    /// One by one.
    #[default]
    Bytes,
    /// By 1024.
    Kilobytes,
}

impl Unit {
    /// Bytes in one.
    pub const fn bytes(self) -> u32 {
        match self {
            Unit::Bytes => 1,
            Unit::Kilobytes => 1024,
        }
    }
}

/// Who makes the call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Caller {
    /// A system call of a process.
    #[default]
    Process,
    /// A softirq or tasklet.
    Softirq,
    /// A kernel timer's function.
    Timer,
    /// A hard interrupt handler.
    Irq,
    /// A process that holds a spinlock.
    Spinlock,
}

impl Caller {
    /// All of them, as they are offered.
    pub const ALL: [Caller; 5] = [
        Caller::Process,
        Caller::Softirq,
        Caller::Timer,
        Caller::Irq,
        Caller::Spinlock,
    ];

    /// The block the call stands in.
    pub const fn who(self) -> Option<Who> {
        match self {
            Caller::Process | Caller::Spinlock => None,
            Caller::Softirq => Some(Who::Softirq),
            Caller::Timer => Some(Who::Timer),
            Caller::Irq => Some(Who::Irq),
        }
    }

    /// The lock that is held around the call.
    pub fn lock(self) -> Option<&'static str> {
        (self == Caller::Spinlock).then_some("lock")
    }
}

/// The fields of the call bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Draft {
    /// The number in the size field.
    pub amount: u32,
    /// Its unit.
    pub unit: Unit,
    /// Index into [`priorities`].
    pub priority: usize,
    /// Checked modifiers.
    pub modifiers: Gfp,
    /// From where.
    pub caller: Caller,
}

impl Default for Draft {
    fn default() -> Draft {
        Draft {
            amount: 100,
            unit: Unit::Bytes,
            priority: 0,
            modifiers: Gfp::NONE,
            caller: Caller::Process,
        }
    }
}

impl Draft {
    /// Bytes that are asked for.
    pub fn size(&self) -> u32 {
        self.amount.saturating_mul(self.unit.bytes())
    }

    /// The chosen priority.
    pub fn priority(&self) -> GfpName {
        priorities().nth(self.priority).unwrap_or(PRIORITIES[0])
    }

    /// The whole mask.
    pub fn gfp(&self) -> Gfp {
        self.priority().bits | self.modifiers
    }

    /// The checked modifiers, as they stand in the line.
    pub fn chosen(&self) -> impl Iterator<Item = &'static GfpName> + '_ {
        MODIFIERS
            .iter()
            .filter(|known| self.modifiers.has(known.bits))
    }

    /// The same size, told in another unit; rounded to at least one.
    pub fn in_unit(self, unit: Unit) -> Draft {
        let amount = match self.size() {
            0 => 0,
            size => (size / unit.bytes()).max(1),
        };
        Draft {
            amount,
            unit,
            ..self
        }
    }

    /// With this many bytes, in bytes when the unit does not divide them.
    pub fn with_size(self, size: u32) -> Draft {
        let unit = if size.is_multiple_of(self.unit.bytes()) {
            self.unit
        } else {
            Unit::Bytes
        };
        Draft {
            amount: size / unit.bytes(),
            unit,
            ..self
        }
    }

    /// With one modifier checked or not.
    pub fn with_modifier(self, bits: Gfp, checked: bool) -> Draft {
        let modifiers = if checked {
            self.modifiers | bits
        } else {
            self.modifiers & !bits
        };
        Draft { modifiers, ..self }
    }

    /// The call, its answer going to `name`.
    pub fn call(&self, name: &str) -> Call {
        Call::Kmalloc {
            to: Some(Place {
                name: name.into(),
                index: None,
            }),
            size: self.size(),
            gfp: self.gfp(),
        }
    }
}

/// The slider's last position: 256 KB, twice the largest size class.
pub const SLIDER_END: u32 = 72;

/// Positions of the slider for each doubling of the size.
const PER_DOUBLING: f32 = 4.0;

/// The size at a position of the slider: a logarithmic scale from one byte.
pub fn size_at(position: u32) -> u32 {
    let position = position.min(SLIDER_END);
    (position as f32 / PER_DOUBLING).exp2().round() as u32
}

/// The position nearest to a size.
pub fn position_of(size: u32) -> u32 {
    let position = (size.max(1) as f32).log2() * PER_DOUBLING;
    (position.round() as u32).min(SLIDER_END)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kmalloc_core::script::print_call;

    #[test]
    fn the_line_of_the_book() {
        let draft = Draft::default();
        assert_eq!(print_call(&draft.call("p")), "p = kmalloc(100, GFP_KERNEL)");
        let draft = draft.with_modifier(Gfp::DMA, true).in_unit(Unit::Kilobytes);
        assert_eq!(
            print_call(&draft.call("p")),
            "p = kmalloc(1024, GFP_KERNEL | __GFP_DMA)"
        );
    }

    #[test]
    fn the_slider_goes_where_the_size_is() {
        for position in 0..=SLIDER_END {
            let size = size_at(position);
            assert_eq!(size_at(position_of(size)), size, "{position}");
        }
        assert_eq!((size_at(0), size_at(SLIDER_END)), (1, 256 * 1024));
        assert_eq!((position_of(0), position_of(u32::MAX)), (0, SLIDER_END));
    }

    #[test]
    fn sizes_survive_a_change_of_unit_or_say_so() {
        let draft = Draft::default().with_size(8192).in_unit(Unit::Kilobytes);
        assert_eq!((draft.amount, draft.size()), (8, 8192));
        let draft = draft.with_size(100);
        assert_eq!((draft.amount, draft.unit), (100, Unit::Bytes));
        assert_eq!(
            Draft {
                amount: u32::MAX,
                unit: Unit::Kilobytes,
                ..draft
            }
            .size(),
            u32::MAX
        );
    }
}
