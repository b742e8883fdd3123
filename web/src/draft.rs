//! The call that is being composed in the call bar.
//!
//! It knows what can be asked, not what the kernel would answer: nonsense is allowed here.

use kmalloc_core::event::Dma;
use kmalloc_core::gfp::{Gfp, GfpName, MODIFIERS, PRIORITIES};
use kmalloc_core::profile::MAX_PAGES;
use kmalloc_core::script::ast::{Call, FilePages, Place, Pointer, Sysctl, Who};
use kmalloc_core::script::{MAX_ORDER, MAX_SLEEP, MOST_NODE};

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
    /// A softirq.
    Softirq,
    /// A tasklet.
    Tasklet,
    /// A kernel timer's function.
    Timer,
    /// A hard interrupt handler.
    Irq,
    /// A process that holds a spinlock.
    Spinlock,
    /// A realtime task.
    Realtime,
    /// A task that frees memory.
    Memalloc,
    /// Another task, while this one sleeps.
    Meanwhile,
    /// The filesystem, whenever it writes a page.
    Writepage,
}

impl Caller {
    /// All of them, as they are offered.
    pub const ALL: [Caller; 10] = [
        Caller::Process,
        Caller::Softirq,
        Caller::Tasklet,
        Caller::Timer,
        Caller::Irq,
        Caller::Spinlock,
        Caller::Realtime,
        Caller::Memalloc,
        Caller::Meanwhile,
        Caller::Writepage,
    ];

    /// The block the call stands in.
    pub const fn who(self) -> Option<Who> {
        match self {
            Caller::Process | Caller::Spinlock => None,
            Caller::Softirq => Some(Who::Softirq),
            Caller::Tasklet => Some(Who::Tasklet),
            Caller::Timer => Some(Who::Timer),
            Caller::Irq => Some(Who::Irq),
            Caller::Realtime => Some(Who::Realtime),
            Caller::Memalloc => Some(Who::Memalloc),
            Caller::Meanwhile => Some(Who::Meanwhile),
            Caller::Writepage => Some(Who::Writepage),
        }
    }

    /// The lock that is held around the call.
    pub fn lock(self) -> Option<&'static str> {
        (self == Caller::Spinlock).then_some("lock")
    }
}

/// A field between the parentheses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Bytes, with the slider.
    Size,
    /// Priority and modifiers.
    Gfp,
    /// An order.
    Order,
    /// A variable, or NULL.
    Pointer,
    /// A byte.
    Byte,
    /// Bytes of what is read or written.
    Length,
    /// Milliseconds, at most an hour.
    Milliseconds,
    /// Pages.
    Pages,
    /// A sysctl's value.
    Value,
    /// A node of the machine.
    Node,
    /// A word that is always the same.
    Word(&'static str),
}

/// What the fields hold when the call is made.
struct Fields {
    to: Option<Place>,
    size: u32,
    gfp: Gfp,
    order: u32,
    pointer: Pointer,
    byte: u8,
    length: u32,
    number: u32,
}

/// A function that can be called in one line.
pub struct Function {
    /// As it is written.
    pub name: &'static str,
    /// What stands between its parentheses.
    pub parts: &'static [Part],
    /// It has an answer, which gets a name.
    pub answers: bool,
    make: fn(Fields) -> Call,
}

impl Function {
    /// Whether it has such a field.
    pub fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }
}

/// A function without an answer.
const fn does(name: &'static str, parts: &'static [Part], make: fn(Fields) -> Call) -> Function {
    Function {
        name,
        parts,
        answers: false,
        make,
    }
}

/// A function with an answer.
const fn gives(name: &'static str, parts: &'static [Part], make: fn(Fields) -> Call) -> Function {
    Function {
        name,
        parts,
        answers: true,
        make,
    }
}

const LOCK: &str = "lock";
const SEMAPHORE: &str = "sem";
const BUFFER: &[Part] = &[Part::Pointer, Part::Length];
const ISA_BUFFER: &[Part] = &[Part::Pointer, Part::Length, Part::Word("isa")];

fn moved(f: Fields, dma: Dma) -> Call {
    Call::Dma {
        dma,
        pointer: f.pointer,
        length: f.length,
    }
}

/// Everything that can be called: what takes, what gives back, what uses memory, who waits, what stands around it.
pub const FUNCTIONS: &[Function] = &[
    gives("kmalloc", &[Part::Size, Part::Gfp], |f| Call::Kmalloc {
        to: f.to,
        size: f.size,
        gfp: f.gfp,
    }),
    gives("__get_free_pages", &[Part::Gfp, Part::Order], |f| {
        Call::GetFreePages {
            to: f.to,
            gfp: f.gfp,
            order: f.order,
        }
    }),
    gives("alloc_pages", &[Part::Gfp, Part::Order], |f| {
        Call::AllocPages {
            to: f.to,
            gfp: f.gfp,
            order: f.order,
        }
    }),
    gives(
        "alloc_pages_node",
        &[Part::Node, Part::Gfp, Part::Order],
        |f| Call::AllocPagesNode {
            to: f.to,
            node: f.number,
            gfp: f.gfp,
            order: f.order,
        },
    ),
    gives("vmalloc", &[Part::Size], |f| Call::Vmalloc {
        to: f.to,
        size: f.size,
    }),
    gives("kmap", &[Part::Pointer], |f| Call::Kmap {
        to: f.to,
        page: f.pointer,
    }),
    does("kfree", &[Part::Pointer], |f| Call::Kfree(f.pointer)),
    does("free_pages", &[Part::Pointer, Part::Order], |f| {
        Call::FreePages {
            pointer: f.pointer,
            order: f.order,
        }
    }),
    does("__free_pages", &[Part::Pointer, Part::Order], |f| {
        Call::FreePageStructs {
            pointer: f.pointer,
            order: f.order,
        }
    }),
    does("vfree", &[Part::Pointer], |f| Call::Vfree(f.pointer)),
    does("kunmap", &[Part::Pointer], |f| Call::Kunmap(f.pointer)),
    does("ksize", &[Part::Pointer], |f| Call::Ksize(f.pointer)),
    does("memset", &[Part::Pointer, Part::Byte, Part::Length], |f| {
        Call::Memset {
            pointer: f.pointer,
            byte: f.byte,
            length: f.length,
        }
    }),
    does("copy_to_user", BUFFER, |f| Call::CopyToUser {
        pointer: f.pointer,
        length: f.length,
    }),
    does("dma_to_device", BUFFER, |f| moved(f, Dma::ToPci)),
    does("dma_from_device", BUFFER, |f| moved(f, Dma::FromPci)),
    does("dma_to_device", ISA_BUFFER, |f| moved(f, Dma::ToIsa)),
    does("dma_from_device", ISA_BUFFER, |f| moved(f, Dma::FromIsa)),
    does("msleep", &[Part::Milliseconds], |f| {
        Call::Msleep(f.number.min(MAX_SLEEP))
    }),
    does("schedule", &[], |_| Call::Schedule),
    does("run_on_node", &[Part::Node], |f| Call::RunOnNode(f.number)),
    does("spin_lock", &[Part::Word("&lock")], |_| {
        Call::SpinLock(LOCK.into())
    }),
    does("spin_unlock", &[Part::Word("&lock")], |_| {
        Call::SpinUnlock(LOCK.into())
    }),
    does(
        "spin_lock_irqsave",
        &[Part::Word("&lock"), Part::Word("flags")],
        |_| Call::SpinLockIrqsave(LOCK.into()),
    ),
    does(
        "spin_unlock_irqrestore",
        &[Part::Word("&lock"), Part::Word("flags")],
        |_| Call::SpinUnlockIrqrestore(LOCK.into()),
    ),
    does("local_irq_disable", &[], |_| Call::LocalIrqDisable),
    does("local_irq_enable", &[], |_| Call::LocalIrqEnable),
    does("down", &[Part::Word("&sem")], |_| {
        Call::Down(SEMAPHORE.into())
    }),
    does("up", &[Part::Word("&sem")], |_| Call::Up(SEMAPHORE.into())),
    does(
        "sysctl",
        &[Part::Word("min_free_kbytes"), Part::Value],
        |f| Call::Sysctl {
            name: Sysctl::MinFreeKbytes,
            value: f.number,
        },
    ),
    does(
        "sysctl",
        &[Part::Word("lower_zone_protection"), Part::Value],
        |f| Call::Sysctl {
            name: Sysctl::LowerZoneProtection,
            value: f.number,
        },
    ),
    does("page_cache", &[Part::Word("clean="), Part::Pages], |f| {
        Call::PageCache(vec![(FilePages::Clean, f.number)])
    }),
    does("page_cache", &[Part::Word("dirty="), Part::Pages], |f| {
        Call::PageCache(vec![(FilePages::Dirty, f.number)])
    }),
    does("user_pages", &[Part::Pages], |f| Call::UserPages(f.number)),
    does("swap", &[Part::Pages], |f| Call::Swap(f.number)),
    does("dentries", &[Part::Pages], |f| Call::Dentries(f.number)),
    does("inodes", &[Part::Pages], |f| Call::Inodes(f.number)),
    does("disk", &[Part::Milliseconds], |f| {
        Call::Disk(f.number.min(MAX_SLEEP))
    }),
    does("sync", &[], |_| Call::Sync),
];

/// The fields of the call bar. Those that the function does not have keep their values for the next one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Draft {
    /// Index into [`FUNCTIONS`].
    pub function: usize,
    /// The number in the size field.
    pub amount: u32,
    /// Its unit.
    pub unit: Unit,
    /// Index into [`priorities`].
    pub priority: usize,
    /// Checked modifiers.
    pub modifiers: Gfp,
    /// 2^order pages.
    pub order: u32,
    /// 0 for NULL, then the variables, the newest first.
    pub pointer: usize,
    /// What is written.
    pub byte: u8,
    /// How much is read or written.
    pub length: u32,
    /// Milliseconds, pages, or a setting's value.
    pub number: u32,
    /// From where.
    pub caller: Caller,
}

impl Default for Draft {
    fn default() -> Draft {
        Draft {
            function: 0,
            amount: 100,
            unit: Unit::Bytes,
            priority: 0,
            modifiers: Gfp::NONE,
            order: 0,
            pointer: 1,
            byte: 0x41,
            length: 100,
            number: 10,
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

    /// The function.
    pub fn function(&self) -> &'static Function {
        &FUNCTIONS[self.function.min(FUNCTIONS.len() - 1)]
    }

    /// The largest number that a field takes.
    pub const fn most(part: Part) -> u32 {
        match part {
            Part::Order => MAX_ORDER,
            Part::Byte => u8::MAX as u32,
            Part::Milliseconds => MAX_SLEEP,
            Part::Pages => MAX_PAGES,
            Part::Node => MOST_NODE,
            _ => u32::MAX,
        }
    }

    /// The number in a field.
    pub const fn number_in(&self, part: Part) -> u32 {
        match part {
            Part::Size => self.amount,
            Part::Order => self.order,
            Part::Byte => self.byte as u32,
            Part::Length => self.length,
            _ => self.number,
        }
    }

    /// With another number in a field; what is too much for it becomes the most that it takes.
    pub fn with_number(self, part: Part, number: u64) -> Draft {
        let number = number.min(u64::from(Draft::most(part))) as u32;
        let mut draft = self;
        match part {
            Part::Size => draft.amount = number,
            Part::Order => draft.order = number,
            Part::Byte => draft.byte = number as u8,
            Part::Length => draft.length = number,
            _ => draft.number = number,
        }
        draft
    }

    /// The call, its answer going to `name`, on what `pointer` holds.
    pub fn call(&self, name: &str, pointer: Pointer) -> Call {
        let function = self.function();
        let to = function.answers.then(|| Place {
            name: name.into(),
            index: None,
        });
        (function.make)(Fields {
            to,
            size: self.size(),
            gfp: self.gfp(),
            order: self.order,
            pointer,
            byte: self.byte,
            length: self.length,
            // A number that another function left in the field may be too large for this one.
            number: match function {
                _ if function.has(Part::Pages) => self.number.min(MAX_PAGES),
                _ if function.has(Part::Node) => self.number.min(MOST_NODE),
                _ => self.number,
            },
        })
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
    use kmalloc_core::script::parse::{calls, parse};
    use kmalloc_core::script::print_call;

    #[test]
    fn the_line_of_the_book() {
        let draft = Draft::default();
        assert_eq!(
            print_call(&draft.call("p", Pointer::Null)),
            "p = kmalloc(100, GFP_KERNEL)"
        );
        let draft = draft.with_modifier(Gfp::DMA, true).in_unit(Unit::Kilobytes);
        assert_eq!(
            print_call(&draft.call("p", Pointer::Null)),
            "p = kmalloc(1024, GFP_KERNEL | __GFP_DMA)"
        );
    }

    #[test]
    fn every_call_is_a_line_that_the_text_understands() {
        let place = Place {
            name: "q".into(),
            index: None,
        };
        for function in 0..FUNCTIONS.len() {
            for number in [0, 1, u64::MAX] {
                let mut draft = Draft {
                    function,
                    ..Draft::default()
                };
                for part in draft.function().parts {
                    draft = draft.with_number(*part, number);
                }
                for pointer in [Pointer::Null, Pointer::Place(place.clone())] {
                    let call = draft.call("p", pointer);
                    let line = format!("{};", print_call(&call));
                    let read = parse(&line);
                    assert_eq!(read.errors, [], "{line}");
                    assert!(
                        line.contains(&format!("{}(", draft.function().name)),
                        "{line}"
                    );
                    assert_eq!(call.target().is_some(), draft.function().answers, "{line}");
                }
            }
        }
    }

    #[test]
    fn every_call_of_the_text_can_be_made() {
        // An assignment is no call of the kernel, and a list of several sorts of pages is typed.
        for name in calls() {
            assert!(
                FUNCTIONS.iter().any(|function| function.name == name),
                "{name}"
            );
        }
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
