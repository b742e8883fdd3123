//! Texts of what stands around the stage: top bar, call bar, pointers, lesson, timeline, scenario text, notices.

use super::{Arg, Lang, fill};
use crate::draft::Caller;
use crate::frame::Clicker;
use crate::stage::landmarks::Landmark;
use crate::view::{Tab, Theme};

/// Everything that is said around the stage. `{0}` and so on are filled where they are used.
pub struct Texts {
    /// The name of the page's main heading.
    pub name: &'static str,
    /// What the page is, for its title.
    pub tagline: &'static str,
    /// The section of the book.
    pub book: &'static str,
    /// Before the kernel's version.
    pub kernel: &'static str,
    /// Before the machine menu.
    pub machine: &'static str,
    /// A machine that no menu entry names: DMA, Normal, HighMem.
    pub other_machine: &'static str,
    /// Before the cache line menu.
    pub line: &'static str,
    /// What that menu is.
    pub line_long: &'static str,
    /// Button that makes a link.
    pub share: &'static str,
    /// Switch: everything large.
    pub projector: &'static str,
    /// The menu of what a clicker does.
    pub clicker: &'static str,
    /// Switch: lesson and text.
    pub column: &'static str,
    /// The group of language buttons.
    pub language: &'static str,
    /// The theme button: `{0}` is the theme.
    pub theme: &'static str,
    /// The call bar.
    pub call_bar: &'static str,
    /// The menu of functions.
    pub function: &'static str,
    /// The field of a pointer.
    pub pointer: &'static str,
    /// The field of an order.
    pub order_field: &'static str,
    /// The field of a byte.
    pub byte: &'static str,
    /// The field of a length.
    pub length: &'static str,
    /// The field of a time.
    pub milliseconds: &'static str,
    /// The field of a number of pages.
    pub page_count: &'static str,
    /// The field of a setting.
    pub value: &'static str,
    /// The field of a node's number.
    pub node: &'static str,
    /// A pointer to what was freed: `{0}` its name.
    pub freed: &'static str,
    /// The size field.
    pub size: &'static str,
    /// The slider.
    pub size_slider: &'static str,
    /// The unit menu.
    pub unit: &'static str,
    /// Bytes, in that menu.
    pub bytes: &'static str,
    /// The priority menu.
    pub priority: &'static str,
    /// The modifier checkboxes.
    pub modifiers: &'static str,
    /// A modifier that the priority contains: `{0}` is the priority.
    pub part_of: &'static str,
    /// The context menu.
    pub context: &'static str,
    /// The mask, aloud.
    pub mode: &'static str,
    /// How many modifiers are chosen, on a narrow screen.
    pub flags: &'static str,
    /// Button.
    pub undo: &'static str,
    /// Button.
    pub redo: &'static str,
    /// The row of pointers.
    pub pointers: &'static str,
    /// No pointer.
    pub no_pointers: &'static str,
    /// What hovering does.
    pub pointers_hint: &'static str,
    /// A pointer that the cursor has not reached.
    pub on_its_way: &'static str,
    /// Button of a chip: `{0}` the function, `{1}` the name.
    pub free: &'static str,
    /// Button that opens a folded array: `{0}` the name.
    pub unfold: &'static str,
    /// Elements that are not shown one by one: `{0}`.
    pub more: &'static str,
    /// A block of pages: `{0}` its order.
    pub order: &'static str,
    /// The lesson column.
    pub lesson: &'static str,
    /// The guide.
    pub guide: &'static str,
    /// `{0}` of 3.
    pub guide_step: &'static str,
    /// Its first step.
    pub guide_press: &'static str,
    /// Its second.
    pub guide_walk: &'static str,
    /// Its third.
    pub guide_look: &'static str,
    /// Its end.
    pub guide_done: &'static str,
    /// Button that ends it.
    pub guide_skip: &'static str,
    /// Button at its end.
    pub guide_close: &'static str,
    /// Decisions compared, decisions that differed.
    pub badge: &'static str,
    /// How they were compared.
    pub badge_how: &'static str,
    /// What the lab leaves out.
    pub badge_without: &'static str,
    /// The player.
    pub player: &'static str,
    /// Button.
    pub to_start: &'static str,
    /// Button.
    pub step_back: &'static str,
    /// Button.
    pub play: &'static str,
    /// Button.
    pub pause: &'static str,
    /// Button.
    pub step: &'static str,
    /// Button.
    pub to_end: &'static str,
    /// The scrub bar.
    pub timeline: &'static str,
    /// The speed menu.
    pub speed: &'static str,
    /// Button: the cursor's call again and again.
    pub looping: &'static str,
    /// The group of jumps.
    pub jumps: &'static str,
    /// The menu of what is jumped to.
    pub jump_to: &'static str,
    /// The field with the number of the call.
    pub call_number: &'static str,
    /// Button that unfolds the rest of the player.
    pub more_controls: &'static str,
    /// The list of keys, and the button that opens it.
    pub keys: &'static str,
    /// Switch in that list.
    pub letters: &'static str,
    /// `{0}` of `{1}` calls, `{2}` of `{3}` events.
    pub position: &'static str,
    /// While playing, aloud: `{0}` the call's line.
    pub playing: &'static str,
    /// Button: `{0}` calls before what the timeline shows.
    pub earlier_calls: &'static str,
    /// Button: `{0}` calls after it.
    pub later_calls: &'static str,
    /// The kernel's message log.
    pub says: &'static str,
    /// Button that opens it: `{0}` messages.
    pub dmesg: &'static str,
    /// The scenario panel.
    pub scenario: &'static str,
    /// `{0}` lines.
    pub lines: &'static str,
    /// `{0}` errors.
    pub errors: &'static str,
    /// The run that is shown is of an older text.
    pub last_good: &'static str,
    /// An error's place: line `{0}`, column `{1}`.
    pub place: &'static str,
    /// What a link leaves out.
    pub link_leaves_out: &'static str,
    /// A text is copied.
    pub text_copied: &'static str,
    /// The clipboard is closed to the page.
    pub text_not_copied: &'static str,
    /// The scenario is too long for a link.
    pub too_long: &'static str,
    /// Button.
    pub save_file: &'static str,
    /// An address of another browser.
    pub unknown_id: &'static str,
    /// A call would not run.
    pub mend_first: &'static str,
    /// There is nothing to compare for the same reason.
    pub mend_to_compare: &'static str,
    /// A call would not run.
    pub run_ended: &'static str,
    /// A link replaced the student's work.
    pub earlier: &'static str,
    /// Button.
    pub open_earlier: &'static str,
    /// Button.
    pub drop_earlier: &'static str,
    /// Button that closes a notice.
    pub close: &'static str,
    /// What a narrow screen shows.
    pub views: &'static str,
}

impl Lang {
    /// The texts around the stage.
    #[inline(never)]
    pub const fn app(self) -> &'static Texts {
        match self {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }
}

const EN: Texts = Texts {
    name: "kmalloc lab",
    tagline: "watch the Linux kernel decide",
    book: "8.1 The Real Story of kmalloc",
    kernel: "kernel",
    machine: "machine",
    other_machine: "{0} + {1} + {2}",
    line: "L1 line",
    line_long: "cache line of the processor",
    share: "Share",
    projector: "Projector",
    clicker: "clicker",
    column: "Lesson and scenario",
    language: "Language",
    theme: "Theme: {0}",
    call_bar: "The call",
    function: "function",
    pointer: "pointer",
    order_field: "order",
    byte: "byte",
    length: "length in bytes",
    milliseconds: "milliseconds",
    page_count: "pages",
    value: "value",
    node: "node",
    freed: "{0} (freed)",
    size: "size",
    size_slider: "size, on a logarithmic scale",
    unit: "unit of the size",
    bytes: "bytes",
    priority: "allocation priority",
    modifiers: "modifiers",
    part_of: "part of {0}",
    context: "context",
    mode: "the flags as a number",
    flags: "flags {0} of {1}",
    undo: "Undo",
    redo: "Redo",
    pointers: "pointers",
    no_pointers: "none yet",
    pointers_hint: "hover or focus one: it lights up everywhere",
    on_its_way: "on its way",
    free: "{0}({1})",
    unfold: "show each of {0}",
    more: "and {0} more",
    order: "order {0}",
    lesson: "Lesson",
    guide: "First time here?",
    guide_step: "{0} of 3",
    guide_press: "Press the blue `kmalloc` button: the driver asks for 100 bytes, and you see every test that the kernel makes.",
    guide_walk: "Now pause, or step back with the arrows of the player below: each tick is one event, and its sentence says what happened.",
    guide_look: "Go to the split: a free block is cut in half until one page is left. Watch the rows of the free lists.",
    guide_done: "That was one call, from the size to the page. Change the size or the flags and press again.",
    guide_skip: "Skip",
    guide_close: "Close",
    badge: "{0} recorded decisions of Linux 2.6.10, {1} disagreements",
    badge_how: "The unmodified sources of Linux 2.6.10 were compiled, asked and recorded. This build put every recorded question to the lab's own kernel and compared the answers: pages, addresses, the order of every list, the messages.",
    badge_without: "Not modelled: more than one processor, mlocked pages, quota entries, `pdflush`, the age and rights of processes when the OOM killer chooses, and caches other than `kmem_cache` and the general ones.",
    player: "Player",
    to_start: "To the start",
    step_back: "Step back",
    play: "Play",
    pause: "Pause",
    step: "Step",
    to_end: "To the end",
    timeline: "Timeline",
    speed: "Speed",
    looping: "Loop this call",
    jumps: "Jump",
    jump_to: "Jump to",
    call_number: "Number of the call",
    more_controls: "More of the player",
    keys: "Keys",
    letters: "Keys of one letter or sign",
    position: "call {0} of {1} · event {2} of {3}",
    playing: "Playing {0}",
    earlier_calls: "{0 earlier call}",
    later_calls: "{0 later call}",
    says: "the kernel says",
    dmesg: "kernel log: {0 message}",
    scenario: "Scenario",
    lines: "{0 line}",
    errors: "{0 error}",
    last_good: "The page shows the last text without errors.",
    place: "line {0}, column {1}",
    link_leaves_out: "Variables are renumbered in it, and comments are left out.",
    text_copied: "The text is copied.",
    text_not_copied: "The browser does not let the page copy: select the text and copy it by hand.",
    too_long: "This scenario is too long for a link. Its address works in this browser only; to pass it on, save it as a file.",
    save_file: "Save as a file",
    unknown_id: "This address opens only in the browser that made it; your work is as it was.",
    mend_first: "Mend the errors in the scenario text first: until then nothing new is run.",
    mend_to_compare: "Mend the errors in the scenario text first: there is no run to compare.",
    run_ended: "The run has ended early, so a new call would not be made. Undo the call that ended it.",
    earlier: "What you opened has replaced your own work on this page.",
    open_earlier: "Open my earlier work",
    drop_earlier: "Discard it",
    close: "Close",
    views: "What is shown",
};

const ZH: Texts = Texts {
    name: "kmalloc lab",
    tagline: "看 Linux 内核如何决策",
    book: "8.1 kmalloc 函数的内幕",
    kernel: "内核",
    machine: "机器",
    other_machine: "{0} + {1} + {2}",
    line: "L1 缓存行",
    line_long: "处理器的缓存行大小",
    share: "分享",
    projector: "投影模式",
    clicker: "翻页笔",
    column: "课程与脚本",
    language: "语言",
    theme: "主题：{0}",
    call_bar: "调用",
    function: "函数",
    pointer: "指针",
    order_field: "阶",
    byte: "字节值",
    length: "长度（字节）",
    milliseconds: "毫秒",
    page_count: "页数",
    value: "数值",
    node: "节点",
    freed: "{0}（已释放）",
    size: "大小",
    size_slider: "大小（对数刻度）",
    unit: "大小的单位",
    bytes: "字节",
    priority: "分配优先级",
    modifiers: "修饰符",
    part_of: "已包含在 {0} 中",
    context: "上下文",
    mode: "分配标志的数值",
    flags: "标志 {0} / {1}",
    undo: "撤销",
    redo: "重做",
    pointers: "指针",
    no_pointers: "还没有",
    pointers_hint: "悬停或聚焦某个指针，它在各处同时亮起",
    on_its_way: "尚未返回",
    free: "{0}({1})",
    unfold: "逐个显示 {0}",
    more: "另有 {0} 个",
    order: "{0} 阶",
    lesson: "课程",
    guide: "第一次来？",
    guide_step: "第 {0} 步，共 3 步",
    guide_press: "按下蓝色的 `kmalloc` 按钮：驱动程序申请 100 字节，内核做的每一次判断都会逐一显示。",
    guide_walk: "现在暂停，或用下方播放器的箭头一步步后退：每个刻度对应一个事件，旁边的句子说明发生了什么。",
    guide_look: "跳到拆分那一步：一个空闲块不断对半拆分，直到只剩一页。请观察空闲链表的各行。",
    guide_done: "从字节数到页，这就是一次完整的调用。换个大小或标志，再按一次。",
    guide_skip: "跳过",
    guide_close: "关闭",
    badge: "对照 Linux 2.6.10 实测的 {0} 次决策，{1} 处不一致",
    badge_how: "我们编译了未经改动的 Linux 2.6.10 源码，让它处理一系列请求并记录结果。构建本页时，模拟内核把这些请求逐一重做一遍，再逐条比对结果：页、地址、每个链表的顺序、内核消息。",
    badge_without: "没有模拟的部分：多处理器、mlock 锁定的页、磁盘配额项、`pdflush`、OOM killer 选择进程时对运行时间和权限的考量，以及 `kmem_cache` 和通用缓存之外的缓存。",
    player: "播放器",
    to_start: "回到开头",
    step_back: "后退一步",
    play: "播放",
    pause: "暂停",
    step: "前进一步",
    to_end: "跳到结尾",
    timeline: "时间线",
    speed: "速度",
    looping: "循环播放本次调用",
    jumps: "跳转",
    jump_to: "跳转到",
    call_number: "调用序号",
    more_controls: "更多播放控件",
    keys: "快捷键",
    letters: "启用单个字母和符号的快捷键",
    position: "调用 {0} / {1} · 事件 {2} / {3}",
    playing: "正在播放 {0}",
    earlier_calls: "之前还有 {0} 次调用",
    later_calls: "之后还有 {0} 次调用",
    says: "内核消息",
    dmesg: "内核日志：{0} 条消息",
    scenario: "脚本",
    lines: "{0} 行",
    errors: "{0} 处错误",
    last_good: "页面显示的仍是上一份没有错误的脚本。",
    place: "第 {0} 行，第 {1} 列",
    link_leaves_out: "链接里的变量会重新编号，注释不会保留。",
    text_copied: "文本已复制。",
    text_not_copied: "浏览器不允许页面写入剪贴板，请选中文本后手动复制。",
    too_long: "脚本太长，放不进链接。这个地址只能在本浏览器里打开；要分享给别人，请保存为文件。",
    save_file: "保存为文件",
    unknown_id: "这个地址只能在生成它的浏览器里打开；你的内容保持不变。",
    mend_first: "请先改正脚本里的错误：改正之前，新的内容不会执行。",
    mend_to_compare: "请先改正脚本里的错误，才能对比。",
    run_ended: "运行已提前结束，新的调用不会执行。请撤销导致结束的那次调用。",
    earlier: "新打开的内容替换了你在本页原有的内容。",
    open_earlier: "打开我之前的内容",
    drop_earlier: "丢弃",
    close: "关闭",
    views: "显示的内容",
};

/// Who makes the call.
pub const fn caller(lang: Lang, caller: Caller) -> &'static str {
    let both = match caller {
        Caller::Process => ["process", "进程"],
        Caller::Softirq => ["softirq", "软中断"],
        Caller::Tasklet => ["tasklet", "tasklet"],
        Caller::Timer => ["timer", "定时器"],
        Caller::Irq => ["hard irq", "硬中断"],
        Caller::Spinlock => ["holding a spinlock", "持有自旋锁"],
        Caller::Realtime => ["realtime task", "实时任务"],
        Caller::Memalloc => ["PF_MEMALLOC task", "PF_MEMALLOC 任务"],
        Caller::Meanwhile => [
            "another task, while this one sleeps",
            "另一个任务（本任务睡眠期间）",
        ],
        Caller::Writepage => ["filesystem writing a page", "正在写页的文件系统"],
    };
    both[lang as usize]
}

/// A light.
pub const fn theme(lang: Lang, theme: Theme) -> &'static str {
    let both = match theme {
        Theme::Auto => ["as the system", "跟随系统"],
        Theme::Light => ["light", "浅色"],
        Theme::Dark => ["dark", "深色"],
    };
    both[lang as usize]
}

/// A tab of the narrow screen.
pub const fn tab(lang: Lang, tab: Tab) -> &'static str {
    let both = match tab {
        Tab::Lesson => ["Lesson", "课程"],
        Tab::Stage => ["Stage", "演示"],
        Tab::Path => ["Path", "路径"],
        Tab::Text => ["Text", "脚本"],
    };
    both[lang as usize]
}

/// What a press of a clicker goes on by.
pub const fn clicker(lang: Lang, clicker: Clicker) -> &'static str {
    let both = match clicker {
        Clicker::Step => ["by steps", "逐步"],
        Clicker::Call => ["by calls", "逐次调用"],
    };
    both[lang as usize]
}

/// What can be jumped to.
pub const fn landmark(lang: Lang, landmark: Landmark) -> &'static str {
    let both = match landmark {
        Landmark::Split => ["split", "拆分"],
        Landmark::Failure => ["failure", "失败"],
        Landmark::Sleep => ["sleep", "睡眠"],
        Landmark::Call => ["call", "调用"],
    };
    both[lang as usize]
}

/// A button that jumps there, forward or back.
pub fn jump(lang: Lang, to: Landmark, forward: bool) -> String {
    let both = match forward {
        true => ["Next {0}", "下一次{0}"],
        false => ["Previous {0}", "上一次{0}"],
    };
    fill(both[lang as usize], &[Arg::Text(landmark(lang, to))])
}

/// The keys, several apart by spaces, and what they do.
pub const fn keys(lang: Lang) -> &'static [(&'static str, &'static str)] {
    match lang {
        Lang::En => &[
            ("Space", "play, pause"),
            ("→ ←", "step, step back"),
            ("PgDn PgUp", "to the end, to the start of a call"),
            ("Home End", "to the start, to the end"),
            ("s S", "next, previous split"),
            ("f F", "next, previous failure"),
            ("z Z", "next, previous sleep"),
            ("+ -", "faster, slower"),
            ("l", "loop this call"),
            ("g", "gallery"),
            ("c", "compare two runs"),
            ("p", "projector: large; PgDn PgUp step"),
            ("Esc", "ends enlarging"),
            ("Ctrl+Z Ctrl+Y", "undo, redo"),
            ("?", "this list"),
            ("→ ← ↑ ↓", "in the map: another page"),
            ("0–9", "in the map: the next free block of this order"),
            ("PgDn PgUp", "in the map: the next, the previous block"),
            ("Home End", "in the map: the first, the last page"),
            ("Enter Esc", "in the map: hold the page, let it go"),
            ("+ -", "in the map: closer, farther"),
        ],
        Lang::Zh => &[
            ("Space", "播放、暂停"),
            ("→ ←", "前进、后退一步"),
            ("PgDn PgUp", "到一次调用的结尾、开头"),
            ("Home End", "到开头、到结尾"),
            ("s S", "下一次、上一次拆分"),
            ("f F", "下一次、上一次失败"),
            ("z Z", "下一次、上一次睡眠"),
            ("+ -", "加快、放慢"),
            ("l", "循环播放本次调用"),
            ("g", "场景集"),
            ("c", "并排对比两次运行"),
            ("p", "投影模式：大字号，PgDn PgUp 单步前进、后退"),
            ("Esc", "收回放大的面板"),
            ("Ctrl+Z Ctrl+Y", "撤销、重做"),
            ("?", "打开本列表"),
            ("→ ← ↑ ↓", "在内存布局中：移到另一页"),
            ("0–9", "在内存布局中：该阶的下一个空闲块"),
            ("PgDn PgUp", "在内存布局中：下一个、上一个块"),
            ("Home End", "在内存布局中：第一页、最后一页"),
            ("Enter Esc", "在内存布局中：固定这一页、取消"),
            ("+ -", "在内存布局中：放大、缩小"),
        ],
    }
}
