//! What stands around two runs side by side, in both languages.

use kmalloc_core::run::compare::Difference;

use super::Lang;

/// Everything that it says by itself.
pub struct Texts {
    /// The dialog, and the button that opens it.
    pub title: &'static str,
    /// What opens it.
    pub open: &'static str,
    /// What it is, a sentence.
    pub about: &'static str,
    /// The names of the sides.
    pub sides: [&'static str; 2],
    /// Menu: another machine for B.
    pub machine: &'static str,
    /// Menu: the call whose flags are replaced.
    pub call: &'static str,
    /// Menu: the flags in their place.
    pub flags: &'static str,
    /// Nothing is chosen in a menu.
    pub as_in_a: &'static str,
    /// Folds open: the text of B.
    pub text: &'static str,
    /// Button: B in place of the present text.
    pub take: &'static str,
    /// Button: to the first difference.
    pub first: &'static str,
    /// There is no difference.
    pub same: &'static str,
    /// The clock.
    pub clock: &'static str,
    /// What the clock says to a reader: call, calls, tick, ticks.
    pub position: &'static str,
    /// The table of the calls.
    pub calls: &'static str,
    /// Its columns.
    pub columns: [&'static str; 4],
    /// No such call here.
    pub absent: &'static str,
    /// The call has not returned yet.
    pub running: &'static str,
    /// Before the first call.
    pub start: &'static str,
    /// Behind a number that is another one on the other side, for readers.
    pub differs: &'static str,
    /// The table of free blocks of a zone.
    pub blocks: &'static str,
    /// Free pages, the marks, the per-cpu lists: free, min, low, high, hot, cold.
    pub free: &'static str,
    /// B's text has errors: what is shown is the run before.
    pub errors: &'static str,
    /// Calls that the table leaves out.
    pub more: &'static str,
    /// An address that the machine of the menu is called by: L1 line.
    pub line: &'static str,
}

const EN: Texts = Texts {
    title: "Compare two runs",
    open: "Compare",
    about: "A is your scenario, B is the same with one thing changed. One clock moves both; the shorter call waits.",
    sides: ["A · your scenario", "B · changed"],
    machine: "B on another machine",
    call: "B with other flags in call",
    flags: "flags",
    as_in_a: "as in A",
    text: "Text of B",
    take: "Take B",
    first: "First difference",
    same: "Nothing differs. Choose what is to be different in B.",
    clock: "Clock of both runs",
    position: "call {0} of {1}, tick {2} of {3}",
    calls: "Calls of both runs",
    columns: ["call", "A", "B", "difference"],
    absent: "not made here",
    running: "has not returned yet",
    start: "No call has been made yet.",
    differs: "differs",
    blocks: "Free blocks by order",
    free: "free {0} · min {1} · low {2} · high {3} · per-cpu hot {4}, cold {5}",
    errors: "The text of B has errors: {0}. Shown is its last run without.",
    more: "{0 call} more",
    line: "L1 line {0} B",
};

const ZH: Texts = Texts {
    title: "并排对比两次运行",
    open: "对比",
    about: "A 是你的脚本，B 只改动一处。两边共用一个时钟，先结束的调用等待另一边。",
    sides: ["A · 你的脚本", "B · 改动后"],
    machine: "B 换一台机器",
    call: "B 换这次调用的标志",
    flags: "标志",
    as_in_a: "与 A 相同",
    text: "B 的脚本",
    take: "采用 B",
    first: "第一处不同",
    same: "没有不同。请选择 B 要改动什么。",
    clock: "两次运行共用的时钟",
    position: "调用 {0} / {1}，时刻 {2} / {3}",
    calls: "两次运行的调用",
    columns: ["调用", "A", "B", "差异"],
    absent: "这边没有这次调用",
    running: "尚未返回",
    start: "还没有任何调用。",
    differs: "不同",
    blocks: "各阶空闲块",
    free: "空闲 {0} · min {1} · low {2} · high {3} · 每 CPU 热页 {4}、冷页 {5}",
    errors: "B 的脚本有 {0} 处错误，这里显示的是最后一次能运行的结果。",
    more: "另有 {0} 次调用",
    line: "L1 缓存行 {0} B",
};

impl Lang {
    /// The texts of two runs side by side.
    #[inline(never)]
    pub const fn compare(self) -> &'static Texts {
        match self {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }
}

/// A difference as a sign and a word.
pub const fn difference(lang: Lang, difference: Difference) -> (&'static str, &'static str) {
    let (sign, both) = match difference {
        Difference::None => ("=", ["same", "相同"]),
        Difference::Way => ("≈", ["other way", "过程不同"]),
        Difference::Numbers => ("≠", ["other numbers", "数值不同"]),
        Difference::Reason => ("≠", ["other reason", "原因不同"]),
        Difference::Outcome => ("✗", ["other outcome", "结果不同"]),
        Difference::Alone => ("+", ["one side only", "仅一边有"]),
    };
    (sign, both[lang as usize])
}
