//! The shape of a scenario: a header, then statements. Text is parsed into it, printed from it, packed from it.
//!
//! It says nothing about what a call does; `run` gives it meaning.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::event::Dma;
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

/// Who runs a block, or when it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// `irq { }`: a hard interrupt handler.
    Irq,
    /// `softirq { }`: a softirq or tasklet.
    Softirq,
    /// `timer { }`: a kernel timer's function, which runs in a softirq.
    Timer,
    /// `tasklet { }`: runs in a softirq.
    Tasklet,
    /// `realtime { }`: a realtime task.
    Realtime,
    /// `memalloc { }`: a task that frees memory (PF_MEMALLOC).
    Memalloc,
    /// `meanwhile { }`: another task, which runs when this one sleeps next.
    Meanwhile,
    /// `writepage { }`: what the filesystem does whenever one of its pages is written.
    Writepage,
}

impl Who {
    /// The keyword.
    pub const fn keyword(self) -> &'static str {
        match self {
            Who::Irq => "irq",
            Who::Softirq => "softirq",
            Who::Timer => "timer",
            Who::Tasklet => "tasklet",
            Who::Realtime => "realtime",
            Who::Memalloc => "memalloc",
            Who::Meanwhile => "meanwhile",
            Who::Writepage => "writepage",
        }
    }

    /// Every sort of block. A link writes the place in this list: it only grows at its end.
    pub const ALL: &'static [Who] = &[
        Who::Irq,
        Who::Softirq,
        Who::Timer,
        Who::Tasklet,
        Who::Realtime,
        Who::Memalloc,
        Who::Meanwhile,
        Who::Writepage,
    ];
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
    /// `spin_lock_irqsave(&name, flags);`
    SpinLockIrqsave(String),
    /// `spin_unlock_irqrestore(&name, flags);`
    SpinUnlockIrqrestore(String),
    /// `local_irq_disable();`
    LocalIrqDisable,
    /// `local_irq_enable();`
    LocalIrqEnable,
    /// `down(&name);` — waits for a semaphore, asleep.
    Down(String),
    /// `up(&name);`
    Up(String),
    /// `run_on_node(n);` — the task goes on on a processor of this node; the last one when there are not so many.
    RunOnNode(u32),
    /// `to = alloc_pages_node(node, gfp, order);`
    AllocPagesNode {
        /// Where the answer goes.
        to: Option<Place>,
        /// Whose zonelist is walked.
        node: u32,
        /// Flags.
        gfp: Gfp,
        /// 2^order pages.
        order: u32,
    },
    /// `schedule();` — the task gives up the processor; no time passes.
    Schedule,
    /// `page_cache(clean=200, dirty=50);` — pages of files.
    PageCache(Vec<(FilePages, u32)>),
    /// `user_pages(n);` — a process with so many pages of its own.
    UserPages(u32),
    /// `swap(n);` — so many pages of swap space more.
    Swap(u32),
    /// `dentries(n);` — pages full of dentries that nobody uses.
    Dentries(u32),
    /// `inodes(n);` — pages full of inodes that nobody uses.
    Inodes(u32),
    /// `disk(n);` — a write takes n milliseconds.
    Disk(u32),
    /// `sync();` — every dirty page of a file begins to be written.
    Sync,
    /// `copy_to_user(pointer, length);`
    CopyToUser {
        /// From where.
        pointer: Pointer,
        /// How many bytes.
        length: u32,
    },
    /// `dma_to_device(pointer, length);`, `dma_from_device(pointer, length, isa);`
    Dma {
        /// Which way, and by what device.
        dma: Dma,
        /// An address, or a `struct page *`.
        pointer: Pointer,
        /// How many bytes.
        length: u32,
    },
    /// `to = kmap(page);`
    Kmap {
        /// Where the address goes.
        to: Option<Place>,
        /// From `alloc_pages`.
        page: Pointer,
    },
    /// `kunmap(page);`
    Kunmap(Pointer),
    /// `to = vmalloc(size);`
    Vmalloc {
        /// Where the answer goes.
        to: Option<Place>,
        /// Bytes asked for.
        size: u32,
    },
    /// `vfree(pointer);`
    Vfree(Pointer),
    /// `to = from;`
    Assign {
        /// The new name.
        to: Place,
        /// The value.
        from: Pointer,
    },
}

/// Sorts of a file's pages, as `page_cache` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FilePages {
    /// As on disk.
    Clean,
    /// Newer than on disk.
    Dirty,
    /// Clean, in a process's page tables.
    Mapped,
    /// Clean, mapped, used lately.
    Referenced,
    /// Clean, with buffers that can be released.
    Buffers,
    /// Clean, with buffers that are busy.
    Busy,
    /// Locked.
    Locked,
}

impl FilePages {
    /// The word in front of `=`.
    pub const fn name(self) -> &'static str {
        match self {
            FilePages::Clean => "clean",
            FilePages::Dirty => "dirty",
            FilePages::Mapped => "mapped",
            FilePages::Referenced => "referenced",
            FilePages::Buffers => "buffers",
            FilePages::Busy => "busy",
            FilePages::Locked => "locked",
        }
    }

    /// All of them. A link writes the place in this list: it only grows at its end.
    pub const ALL: &'static [FilePages] = &[
        FilePages::Clean,
        FilePages::Dirty,
        FilePages::Mapped,
        FilePages::Referenced,
        FilePages::Buffers,
        FilePages::Busy,
        FilePages::Locked,
    ];
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
    /// Whether it only makes the world that a story needs: who has memory already, how the machine is set.
    pub const fn prepares(&self) -> bool {
        matches!(
            self,
            Call::PageCache(_)
                | Call::UserPages(_)
                | Call::Swap(_)
                | Call::Dentries(_)
                | Call::Inodes(_)
                | Call::Disk(_)
                | Call::Sysctl { .. }
        )
    }

    /// The place that receives the answer, if one was given.
    pub fn target(&self) -> Option<&Place> {
        match self {
            Call::Kmalloc { to, .. }
            | Call::GetFreePages { to, .. }
            | Call::AllocPages { to, .. }
            | Call::AllocPagesNode { to, .. }
            | Call::Kmap { to, .. }
            | Call::Vmalloc { to, .. } => to.as_ref(),
            Call::Assign { to, .. } => Some(to),
            _ => None,
        }
    }

    /// The place that receives the answer, to be changed.
    pub fn target_mut(&mut self) -> Option<&mut Place> {
        match self {
            Call::Kmalloc { to, .. }
            | Call::GetFreePages { to, .. }
            | Call::AllocPages { to, .. }
            | Call::AllocPagesNode { to, .. }
            | Call::Kmap { to, .. }
            | Call::Vmalloc { to, .. } => to.as_mut(),
            Call::Assign { to, .. } => Some(to),
            _ => None,
        }
    }

    /// The pointer that the call is given.
    pub fn pointer(&self) -> Option<&Pointer> {
        match self {
            Call::Kfree(pointer)
            | Call::Ksize(pointer)
            | Call::FreePages { pointer, .. }
            | Call::FreePageStructs { pointer, .. }
            | Call::Memset { pointer, .. }
            | Call::CopyToUser { pointer, .. }
            | Call::Dma { pointer, .. }
            | Call::Kmap { page: pointer, .. }
            | Call::Kunmap(pointer)
            | Call::Vfree(pointer)
            | Call::Assign { from: pointer, .. } => Some(pointer),
            _ => None,
        }
    }

    /// The pointer that the call is given, to be changed.
    pub fn pointer_mut(&mut self) -> Option<&mut Pointer> {
        match self {
            Call::Kfree(pointer)
            | Call::Ksize(pointer)
            | Call::FreePages { pointer, .. }
            | Call::FreePageStructs { pointer, .. }
            | Call::Memset { pointer, .. }
            | Call::CopyToUser { pointer, .. }
            | Call::Dma { pointer, .. }
            | Call::Kmap { page: pointer, .. }
            | Call::Kunmap(pointer)
            | Call::Vfree(pointer)
            | Call::Assign { from: pointer, .. } => Some(pointer),
            _ => None,
        }
    }

    /// The lock or semaphore that the call names, to be changed.
    pub fn lock_mut(&mut self) -> Option<&mut String> {
        match self {
            Call::SpinLock(name)
            | Call::SpinUnlock(name)
            | Call::SpinLockIrqsave(name)
            | Call::SpinUnlockIrqrestore(name)
            | Call::Down(name)
            | Call::Up(name) => Some(name),
            _ => None,
        }
    }

    /// The lock or semaphore that the call names.
    pub fn lock(&self) -> Option<&String> {
        match self {
            Call::SpinLock(name)
            | Call::SpinUnlock(name)
            | Call::SpinLockIrqsave(name)
            | Call::SpinUnlockIrqrestore(name)
            | Call::Down(name)
            | Call::Up(name) => Some(name),
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
    /// More statements than a scenario may have; nothing behind this place was read.
    TooManyStatements,
    /// Longer than the lab reads.
    TooLong,
}
