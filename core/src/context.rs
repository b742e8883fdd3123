//! Who is calling: process, softirq, timer, hard interrupt, with which locks and task flags.
//!
//! Source: `include/asm/hardirq.h`, `kernel/sched.c` (2.6.10). This file answers questions; what follows from the
//! answers is decided in `mm`.

/// What surrounds a call, as one byte of flags.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Context(pub u8);

impl Context {
    /// An ordinary system call of a process: may sleep.
    pub const PROCESS: Context = Context(0);
    /// PF_MEMALLOC: the task frees memory, no watermark holds it.
    pub const MEMALLOC: Context = Context(1);
    /// PF_MEMDIE: the OOM killer's victim.
    pub const MEMDIE: Context = Context(2);
    /// In a hard interrupt handler.
    pub const HARDIRQ: Context = Context(4);
    /// A realtime task.
    pub const REALTIME: Context = Context(8);
    /// `preempt_count` raised, as by a spinlock under CONFIG_PREEMPT.
    pub const PREEMPT_OFF: Context = Context(16);
    /// Local interrupts disabled.
    pub const IRQS_OFF: Context = Context(32);
    /// In a softirq: tasklets and timers.
    pub const SOFTIRQ: Context = Context(64);
    /// A spinlock is held (without CONFIG_PREEMPT the kernel itself cannot tell).
    pub const SPINLOCK: Context = Context(128);

    /// True when every flag of `other` is set.
    pub const fn has(self, other: Context) -> bool {
        self.0 & other.0 == other.0
    }

    /// This context and the flags of another.
    pub const fn with(self, other: Context) -> Context {
        Context(self.0 | other.0)
    }

    /// This context without the flags of another.
    pub const fn without(self, other: Context) -> Context {
        Context(self.0 & !other.0)
    }

    /// `in_interrupt()`: hard or soft interrupt. A held spinlock is not interrupt.
    pub const fn in_interrupt(self) -> bool {
        self.0 & (Self::HARDIRQ.0 | Self::SOFTIRQ.0) != 0
    }

    /// `in_atomic()`: `preempt_count` is not zero.
    pub const fn in_atomic(self) -> bool {
        self.in_interrupt() || self.has(Self::PREEMPT_OFF)
    }

    /// `preempt_count`, as far as these flags tell it (include/asm/hardirq.h): a bit for each sort of interrupt, one for a
    /// lock that preemption knows of.
    pub const fn preempt_count(self) -> u32 {
        (if self.has(Self::HARDIRQ) { 0x1_0000 } else { 0 })
            + (if self.has(Self::SOFTIRQ) { 0x100 } else { 0 })
            + (if self.has(Self::PREEMPT_OFF) { 1 } else { 0 })
    }

    /// The condition of `might_sleep()`: sleeping here would be wrong, and the kernel can see it.
    pub const fn must_not_sleep(self) -> bool {
        self.in_atomic() || self.has(Self::IRQS_OFF)
    }
}
