//! The shape of a scenario: a header, then statements. Text is parsed into it, printed from it, packed from it.
//!
//! It says nothing about what a call does; `run` gives it meaning.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::gfp::Gfp;
use crate::profile::MachineSpec;

/// A whole scenario.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Scenario {
    /// The two header lines.
    pub machine: MachineSpec,
    /// The statements, in order.
    pub body: Vec<Stmt>,
}

/// A place in the text: 1-based line and column (in characters), and the length in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Span {
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
    /// Characters covered on that line.
    pub length: u32,
}

/// One statement and where it stands. Equality of scenarios that came from different texts: compare `kind`s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stmt {
    /// What it says.
    pub kind: StmtKind,
    /// Where it says it (all zero when it was not parsed from text).
    pub span: Span,
}

/// What a statement says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StmtKind {
    /// A call, perhaps with a place for its answer.
    Call(Call),
    /// `for (i = 0; i < count; i++) body`
    For {
        /// The counter.
        var: String,
        /// Turns.
        count: u32,
        /// Run once a turn.
        body: Vec<Stmt>,
    },
    /// `if (p) body else otherwise`, or `if (!p) …`
    If {
        /// The pointer that is tested against NULL.
        place: Place,
        /// True for `if (!p)`.
        negated: bool,
        /// Run when the test holds.
        body: Vec<Stmt>,
        /// Run when it does not.
        otherwise: Vec<Stmt>,
    },
    /// `irq { … }`, `softirq { … }`, `timer { … }`
    Within {
        /// Who runs the body.
        who: Who,
        /// What it runs.
        body: Vec<Stmt>,
    },
}

/// The contexts that have a block of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// `irq { }`: a hard interrupt handler.
    Irq,
    /// `softirq { }`: a softirq or tasklet.
    Softirq,
    /// `timer { }`: a kernel timer's function, which runs in a softirq.
    Timer,
}

impl Who {
    /// The keyword.
    pub const fn keyword(self) -> &'static str {
        match self {
            Who::Irq => "irq",
            Who::Softirq => "softirq",
            Who::Timer => "timer",
        }
    }

    /// Every block context.
    pub const ALL: &'static [Who] = &[Who::Irq, Who::Softirq, Who::Timer];
}

/// A variable or an array element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// A C identifier.
    pub name: String,
    /// `[3]` or `[i]`.
    pub index: Option<Index>,
}

/// What stands in the brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Index {
    /// A number.
    Number(u32),
    /// A loop counter in scope.
    Var(String),
}

/// A value that may be given to `kfree` and its like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// The literal `NULL`.
    Null,
    /// What a place holds.
    Place(Place),
}

/// The calls a scenario can make. A place in front of `=` is optional where the kernel function returns something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// `to = kmalloc(size, gfp);`
    Kmalloc {
        /// Where the answer goes.
        to: Option<Place>,
        /// Bytes asked for.
        size: u32,
        /// Flags.
        gfp: Gfp,
    },
    /// `kfree(pointer);`
    Kfree(Pointer),
    /// `ksize(pointer);`
    Ksize(Pointer),
    /// `to = __get_free_pages(gfp, order);` — a linear address.
    GetFreePages {
        /// Where the answer goes.
        to: Option<Place>,
        /// Flags.
        gfp: Gfp,
        /// 2^order pages.
        order: u32,
    },
    /// `free_pages(pointer, order);`
    FreePages {
        /// From `__get_free_pages`.
        pointer: Pointer,
        /// As it was asked for.
        order: u32,
    },
    /// `to = alloc_pages(gfp, order);` — a `struct page *`.
    AllocPages {
        /// Where the answer goes.
        to: Option<Place>,
        /// Flags.
        gfp: Gfp,
        /// 2^order pages.
        order: u32,
    },
    /// `__free_pages(pointer, order);`
    FreePageStructs {
        /// From `alloc_pages`.
        pointer: Pointer,
        /// As it was asked for.
        order: u32,
    },
    /// `memset(pointer, byte, length);`
    Memset {
        /// What to fill.
        pointer: Pointer,
        /// With what.
        byte: u8,
        /// How many bytes.
        length: u32,
    },
    /// `spin_lock(&name);`
    SpinLock(String),
    /// `spin_unlock(&name);`
    SpinUnlock(String),
    /// `msleep(milliseconds);` — time passes, a jiffy a millisecond.
    Msleep(u32),
    /// `sysctl(name, value);`
    Sysctl {
        /// What is written.
        name: Sysctl,
        /// With which value.
        value: u32,
    },
    /// `to = from;`
    Assign {
        /// The new name.
        to: Place,
        /// The value.
        from: Pointer,
    },
}

/// The settings under /proc/sys/vm that the lab knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sysctl {
    /// `min_free_kbytes`: the reserve that the watermarks are made from.
    MinFreeKbytes,
    /// `lower_zone_protection`: how much lower zones are kept from requests that could use higher ones.
    LowerZoneProtection,
}

impl Sysctl {
    /// The file's name.
    pub const fn name(self) -> &'static str {
        match self {
            Sysctl::MinFreeKbytes => "min_free_kbytes",
            Sysctl::LowerZoneProtection => "lower_zone_protection",
        }
    }

    /// All of them.
    pub const ALL: &'static [Sysctl] = &[Sysctl::MinFreeKbytes, Sysctl::LowerZoneProtection];
}

impl Call {
    /// The place that receives the answer, if one was given.
    pub fn target(&self) -> Option<&Place> {
        match self {
            Call::Kmalloc { to, .. }
            | Call::GetFreePages { to, .. }
            | Call::AllocPages { to, .. } => to.as_ref(),
            Call::Assign { to, .. } => Some(to),
            _ => None,
        }
    }
}

/// A reason why a text could not be read, at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// Where.
    pub span: Span,
    /// What was wrong.
    pub kind: ScriptErrorKind,
}

/// What was wrong and what was expected. Languages make sentences of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptErrorKind {
    /// `found` stands where one of `expected` should.
    Expected {
        /// What could stand here, each as the student would type it or a short class such as `a number`.
        expected: Box<[&'static str]>,
        /// The text found, or `end of line`.
        found: String,
    },
    /// A name in call position that is no function of this kernel's lab; `closest` is a known name that differs little.
    UnknownCall {
        /// As written.
        name: String,
        /// Perhaps meant.
        closest: Option<&'static str>,
    },
    /// An identifier where a flag should stand.
    UnknownFlag {
        /// As written.
        name: String,
        /// Perhaps meant.
        closest: Option<&'static str>,
    },
    /// A number outside of what this place takes.
    OutOfRange {
        /// As written.
        text: String,
        /// Smallest allowed.
        least: u64,
        /// Largest allowed.
        most: u64,
    },
    /// A `{` or `(` without its partner.
    Unclosed {
        /// The opening character.
        open: char,
    },
    /// A loop counter used outside of its loop, or an index that is no counter.
    UnknownCounter {
        /// As written.
        name: String,
    },
    /// The header names something this lab does not have.
    BadHeader {
        /// The word.
        word: String,
        /// What could stand here.
        expected: Box<[&'static str]>,
    },
    /// The machine cannot be built.
    BadMachine(crate::profile::SpecError),
    /// Nested deeper than the lab follows.
    TooDeep,
    /// Longer than the lab reads.
    TooLong,
}
