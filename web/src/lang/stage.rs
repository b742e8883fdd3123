//! Texts of the stage panels: memory map, free lists, buckets, decision path.
//!
//! `{0}`, `{1}` … stand for values; in numbers of the decision path backticks mark what decided, and `^n` is an exponent. Names of
//! the kernel are not translated. Nothing here knows when a text is shown.

use kmalloc_core::event::{Failure, GrowFailure, Retry, Sin, Stop};
use kmalloc_core::machine::Use;
use kmalloc_core::run::NullReason;

use super::Lang;

/// Declares the table once; both languages are filled in the same line, so neither can miss a text.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $en:literal, $zh:literal;)*) => {
        /// Every text of the stage.
        pub struct Texts {
            $($(#[$doc])* pub $name: &'static str,)*
        }

        /// English.
        pub const EN: Texts = Texts { $($name: $en,)* };
        /// Simplified Chinese.
        pub const ZH: Texts = Texts { $($name: $zh,)* };

        #[cfg(test)]
        const PAIRS: &[(&str, &str, &str)] = &[$((stringify!($name), $en, $zh),)*];
    };
}

texts! {
    // ── beside the map ────────────────────────────────────────────────────────────────────────────────────────────
    /// The choice of what stands there.
    side_label: "Beside the map", "布局图旁的内容";
    /// Button of a panel's head; its title.
    fold: "Fold: {0}", "折叠：{0}";
    /// Button of a panel's head; its title.
    enlarge: "Enlarge: {0}", "放大：{0}";
    /// `protection[]` of a zone against the request, on its gauge.
    kept_back: "reserve", "保护值";
    /// What the learner has foreseen, beside what happens.
    guess: "guess: {0}", "预测：{0}";
    /// … of a zone: its place in the walk.
    guess_step: "no. {0}", "第 {0} 个";
    /// … that it serves the request.
    guess_serves: "serves it", "由它满足";
    /// … what its test wants to see free.
    guess_needs: "needs {0}", "需要 {0}";
    /// … what is free in the end.
    guess_free: "{0} free", "空闲 {0}";
    /// … how many bytes are given.
    guess_bytes: "your guess: {0}", "你的预测：{0}";
    /// Head, and the choice of it.
    transcript: "Transcript", "文字记录";
    /// Head of what is read to who does not see the page.
    summary: "Summary of the page", "页面概要";
    /// Kernel, pages, bytes of a page.
    summary_machine: "Linux {0} on a machine of {1} pages of {2}.", "Linux {0}，机器共 {1} 页，每页 {2}。";
    /// Events in all.
    summary_start: "The cursor stands at the start, before the first of {0} events.", "游标在开头，后面共有 {0} 个事件。";
    /// Call, calls, its text, event, events.
    summary_place: "The cursor stands in call {0} of {1}, {2}, after event {3} of {4}.", "游标在第 {0} 次调用（共 {1} 次）中：{2}；已发生 {3} 个事件，共 {4} 个。";
    /// Zone, free pages, pages, marks.
    summary_zone: "{0}: {1} of {2} pages free; pages_min {3}, pages_low {4}, pages_high {5}.", "{0}：{2} 页中空闲 {1} 页；pages_min {3}，pages_low {4}，pages_high {5}。";
    /// Head.
    log_label: "Kernel messages", "内核消息";
    /// No message.
    log_empty: "The kernel has nothing to complain about.", "内核没有发出任何警告。";
    /// Messages that are left out.
    log_more: "… {0} earlier", "… 之前还有 {0} 条";
    /// Number of the event that printed it.
    log_event: "event {0}", "事件 {0}";
    /// Below what is printed at boot: a zone that does not begin at a multiple of the largest block.
    log_boot_note: "At boot the kernel says that a zone does not begin at a multiple of 1,024 pages, as on every small machine here. It works all the same: the buddy lists count from the zone's first page.", "启动时内核提示：有的区不是从 1024 页的整数倍开始，这里的小机器都是如此。这并不影响运行：伙伴系统按区内的页号计算。";
    /// Printed before the first event.
    log_boot: "boot", "启动时";
    /// Button.
    copy: "Copy", "复制";
    /// Head.
    proc_label: "What the kernel prints now", "内核此刻的输出";
    /// The choice of a file.
    proc_files: "File", "文件";
    /// The entry of that choice that is no file.
    proc_marks: "watermarks", "水位线";
    /// Lines that are new.
    proc_changed: "▸ changed by this call: {0}", "▸ 本次调用改变了 {0} 行";
    /// No line is new.
    proc_same: "unchanged by this call", "本次调用后没有变化";
    /// A line that is new, aloud.
    proc_new: "changed: ", "已改变：";

    // ── memory map ────────────────────────────────────────────────────────────────────────────────────────────────
    /// Head.
    map_title: "Memory map", "内存布局";
    /// Pages, bytes in a page.
    map_fact: "{0} pages of {1}, one cell each", "共 {0} 页，每页 {1}，每格一页";
    /// Pages, bytes in a page, pages in a cell.
    map_fact_many: "{0} pages of {1}, {2} to a cell", "共 {0} 页，每页 {1}，每格 {2} 页";
    /// What the map is for those who do not see it.
    map_label: "Memory map. Arrow keys move by a page or a row, Page Up and Page Down by a block, a digit goes to the next free block of that order, plus and minus zoom, Enter pins the page, Escape lets go.",
        "内存布局。方向键移动一页或一行，Page Up 和 Page Down 移动一块，数字键跳到该阶的下一个空闲块，加减键缩放，Enter 固定当前页，Esc 取消固定。";
    /// The choice of an order.
    map_order: "Order of the free block to look for", "要找的空闲块的阶";
    /// Button; order.
    map_next_free: "Next free block of order {0}", "下一个 {0} 阶空闲块";
    /// The same button when there is none; order.
    map_none_free: "No free block of order {0}", "没有 {0} 阶空闲块";
    /// Button.
    map_closer: "Zoom in", "放大";
    /// Button.
    map_farther: "Zoom out", "缩小";
    /// Pages.
    free_pages: "{0} free", "空闲 {0}";
    /// What the inspector says before a page is chosen.
    inspect_hint: "Point at a page, or focus the map and use the arrow keys", "指向某一页，或聚焦布局图后用方向键查看";
    /// Use of a page.
    use_free: "free block", "空闲块";
    /// Use of a page.
    use_pages: "pages", "按页分配";
    /// Use of a page.
    use_hot: "per-cpu hot", "每 CPU 热页";
    /// Use of a page.
    use_cold: "per-cpu cold", "每 CPU 冷页";
    /// Use of a page.
    use_slab: "slab", "slab";
    /// Use of a page.
    use_reserved: "reserved", "保留";
    /// Use of a page.
    use_hand: "being cut or joined", "正在拆分或合并";
    /// Order.
    order: "order {0}", "{0} 阶";
    /// Cache, objects in use, objects.
    slab_facts: "{0}, {1} of {2} objects taken", "{0}，{2} 个对象中已取出 {1} 个";
    /// Variables.
    held_by: "held by {0}", "由 {0} 持有";
    /// Variables, how many more.
    held_by_more: "held by {0} and {1} more", "由 {0} 和另外 {1} 个指针持有";

    // ── free lists ────────────────────────────────────────────────────────────────────────────────────────────────
    /// Head.
    lists_title: "Free lists", "空闲链表";
    /// Label of the zone buttons.
    lists_zones: "Zone whose lists are shown", "显示哪个区的空闲链表";
    /// Hot, cold.
    percpu_fact: "per-cpu hot {0} · cold {1}", "每 CPU 热页 {0} · 冷页 {1}";
    /// Before the number of free pages.
    free: "free", "空闲";
    /// Pages, check or cross.
    needs: "needs {0} {1}", "需要 {0} {1}";
    /// Under a zone that the request does not walk.
    not_in_zonelist: "not in this zonelist", "不在本次的 zonelist 中";
    /// Column.
    column_order: "order", "阶";
    /// Column, while blocks part.
    column_cut: "the cut, to scale", "拆分过程（按比例）";
    /// Column, while blocks join.
    column_join: "the merge, to scale", "合并过程（按比例）";
    /// Column, when neither is under way.
    column_share: "where the free pages are", "空闲页分布";
    /// Column.
    column_list: "free list, head first", "空闲链表，表头在左";
    /// Zone: what the table is.
    lists_label: "Free lists of zone {0}", "{0} 区的空闲链表";
    /// List of the processor.
    hot: "hot", "热";
    /// List of the processor.
    cold: "cold", "冷";
    /// `hot` or `cold`.
    percpu_list: "per-cpu {0}, head first", "每 CPU {0}链表，表头在左";

    // ── buckets ───────────────────────────────────────────────────────────────────────────────────────────────────
    /// Head.
    buckets_title: "Buckets", "大小类";
    /// Classes, the smallest, the largest.
    buckets_fact: "{0} classes, {1} … {2}", "{0} 个大小类，{1} … {2}";
    /// Bytes.
    l1_line: "L1 line {0} B", "L1 缓存行 {0} B";
    /// Bytes.
    asked: "asked {0}", "申请 {0}";
    /// Unused bytes, given bytes, percent.
    waste: "{0} of {1} bytes unused, {2} %", "{0} / {1} 字节未用，{2}%";
    /// Bytes.
    exact: "{0} bytes: an exact fit", "{0} 字节，正好用满";
    /// Bytes, the largest class.
    too_large: "{0} bytes: more than the largest class, {1}. kmalloc returns NULL.", "{0} 字节，超过最大的大小类 {1}：kmalloc 返回 NULL。";
    /// Under a class.
    too_small: "too small", "装不下";
    /// Under a class.
    first_fit: "first that fits", "第一个装得下";
    /// Under a class.
    would_fit: "would fit too", "也装得下";
    /// What the ruler is.
    ruler_label: "Size classes", "大小类";
    /// Over the array.
    array: "array cache, last in first out", "数组缓存，后进先出";
    /// Address.
    array_next: "next out {0}", "下一个取出：{0}";
    /// When there is none.
    array_empty: "empty", "空";
    /// Over the first bytes of the object.
    bytes: "its first bytes", "它的前几个字节";
    /// The same of an object that was just handed out.
    bytes_stale: "first bytes, not cleared", "前几个字节，没有清零";
    /// Partial, full, free.
    slab_counts: "slabs: partial {0} · full {1} · free {2}", "slab：部分满 {0} · 全满 {1} · 空闲 {2}";
    /// List of slabs.
    list_partial: "partial", "部分满";
    /// List of slabs.
    list_full: "full", "全满";
    /// List of slabs.
    list_free: "free", "空闲";
    /// Objects out, objects, list.
    slab_line: "{0} of {1} objects taken · {2}", "已取出 {0} / {1} 个对象 · {2}";
    /// While a slab is asked for.
    slab_growing: "new slab, waiting for its pages", "新 slab，等待分配页";
    /// Slabs.
    slabs_more: "and {0} more", "另有 {0} 个 slab";
    /// A kind of slot.
    slot_used: "in use", "使用中";
    /// A kind of slot.
    slot_cached: "in the array", "在数组缓存中";
    /// A kind of slot.
    slot_free: "free", "空闲";
    /// A kind of slot.
    slot_kept: "management", "管理结构";
    /// A kind of slot.
    slot_lit: "this call's object", "本次调用的对象";
    /// Order, pages, bytes in a page, bytes in all.
    pages_given: "order {0}: {1} × {2} = {3}. No bucket: whole pages, a power of two of them.", "{0} 阶：{1} × {2} = {3}。不经过大小类，直接分配整页，页数是 2 的幂。";
    /// Order, pages, bytes in a page, bytes in all.
    pages_back: "order {0}: {1} × {2} = {3} go back to the buddy system.", "{0} 阶：{1} × {2} = {3}，归还伙伴系统。";
    /// Order, pages, bytes in a page, bytes in all.
    pages_refused: "order {0}: {1} × {2} = {3} were not given.", "{0} 阶：{1} × {2} = {3}，未能分配。";
    /// Order above the largest.
    pages_too_large: "order {0}: above the largest block, order 10.", "{0} 阶：超过最大的块（10 阶）。";

    // ── decision path ─────────────────────────────────────────────────────────────────────────────────────────────
    /// Head.
    path_title: "Decision path", "决策路径";
    /// Step, steps.
    path_fact: "step {0} of {1}", "第 {0} 步，共 {1} 步";
    /// The same of a very long call: event, events.
    path_fact_long: "event {0} of {1}", "第 {0} 个事件，共 {1} 个";
    /// Before a run.
    path_empty: "Press kmalloc: each test appears here with its numbers.", "按下 kmalloc：内核的每次判断都会连同数字列在这里。";
    /// State of a step.
    state_done: "done", "已完成";
    /// State of a step.
    state_failed: "failed", "未通过";
    /// State of a step.
    state_now: "now", "当前";
    /// State of a step.
    state_ahead: "ahead", "尚未发生";

    /// Step.
    flags: "Read the flags", "读取分配标志";
    /// Flags, zones.
    flags_numbers: "{0} → zonelist `{1}`", "{0} → zonelist `{1}`";
    /// Flags of a `kmalloc` with `__GFP_HIGHMEM` among them.
    flags_highmem: "{0} → `__GFP_HIGHMEM` is no door for kmalloc: a `BUG()` if the cache has to grow", "{0} → `__GFP_HIGHMEM` 对 kmalloc 不起作用：缓存一旦要增长就是 `BUG()`";
    /// Flags that no zonelist exists for.
    flags_undefined: "{0} → no such zonelist", "{0} → 没有这样的 zonelist";
    /// Step.
    class: "Choose the bucket", "选择大小类";
    /// Class before, size, class, name.
    class_numbers: "{0} < `{1} ≤ {2}` → `{3}`", "{0} < `{1} ≤ {2}` → `{3}`";
    /// Size, class, name.
    class_smallest: "`{0} ≤ {1}` → `{2}`", "`{0} ≤ {1}` → `{2}`";
    /// Step.
    class_missing: "No bucket is large enough", "没有装得下的大小类";
    /// Size, largest class.
    class_missing_numbers: "`{0} > {1}` → NULL", "`{0} > {1}` → NULL";
    /// Step.
    array_look: "Look in the array cache", "查看数组缓存";
    /// Cache, objects, capacity.
    array_some: "{0}: `{1}` of {2} objects", "{0}：`{1}` / {2} 个对象";
    /// Cache, capacity.
    array_none: "{0}: `0` of {1} objects → empty", "{0}：`0` / {1} 个对象 → 空";
    /// Step.
    refill: "Refill from the slabs", "从 slab 补充";
    /// Wanted, got.
    refill_some: "wanted {0} → `{1}` into the array", "需要 {0} 个 → `{1}` 个移入数组缓存";
    /// Wanted, untouched limit said.
    refill_none: "wanted {0} → no slab has one: `grow`", "需要 {0} 个 → 所有 slab 都已用完：`需新建 slab`";
    /// Pages, order.
    grow_one: "Ask for 1 page, order 0", "申请 1 页，0 阶";
    /// Pages, order.
    grow_many: "Ask for {0} pages, order {1}", "申请 {0} 页，{1} 阶";
    /// Objects, bytes each, bytes of management, bytes of the slab.
    grow_on_slab: "{0} × {1} + {2} of `{3}` bytes", "{0} × {1} + {2} ≤ `{3}` 字节";
    /// Objects, bytes each, bytes of the slab.
    grow_off_slab: "{0} × {1} of `{2}` bytes, management elsewhere", "{0} × {1} ≤ `{2}` 字节，管理结构在 slab 之外";
    /// Step.
    grow_failed: "The cache does not grow", "缓存没有增长";
    /// Flags, zones.
    ask_numbers: "{0} → zonelist `{1}`", "{0} → zonelist `{1}`";
    /// Zone.
    test_low: "Test the low watermark of {0}", "检查 {0} 的低水位线";
    /// Zone.
    test_min: "Second walk: the min watermark of {0}", "第二轮：{0} 的最低水位线";
    /// Zone.
    test_after: "After reclaim: the min watermark of {0}", "回收之后：{0} 的最低水位线";
    /// Free, mark, order, protection, need.
    test_yes: "free `{0} ≥` {1} + 2^{2} + {3} = `{4}` ? yes", "空闲 `{0} ≥` {1} + 2^{2} + {3} = `{4}`？是";
    /// Free, mark, order, protection, need, shortfall.
    test_no: "free `{0} ≥` {1} + 2^{2} + {3} = `{4}` ? no, {5} short", "空闲 `{0} ≥` {1} + 2^{2} + {3} = `{4}`？否，差 {5}";
    /// Zone.
    untested: "Try {0} without a test", "不检查水位线，直接试 {0}";
    /// Why.
    untested_numbers: "PF_MEMALLOC: no watermark holds this task", "PF_MEMALLOC：这个任务不受水位线约束";
    /// Order, zone.
    block_missing: "No free block of order {0} or above in {1}", "{1} 中没有 {0} 阶及以上的空闲块";
    /// Why.
    block_missing_numbers: "the count is enough, no block is: fragmentation", "空闲页数够，却没有够大的连续块：碎片";
    /// `hot` or `cold`.
    percpu: "Per-cpu {0} list", "每 CPU {0}链表";
    /// Count, low, pages taken.
    percpu_refill: "count `{0} ≤ low {1}` → take {2} from the buddy lists", "计数 `{0} ≤ low {1}` → 从伙伴系统取 {2} 页";
    /// Count, low, first page.
    percpu_enough: "count `{0} > low {1}` → take its head, page `{2}`", "计数 `{0} > low {1}` → 取表头的页 `{2}`";
    /// Step.
    kswapd: "Wake kswapd", "唤醒 kswapd";
    /// Zone, free, low.
    kswapd_numbers: "{0}: free `{1} ≤` low `{2}`", "{0}：空闲 `{1} ≤` low `{2}`";
    /// Step.
    might_sleep: "This call may sleep, its caller must not", "这里可能睡眠，而调用者不能睡眠";
    /// Flag.
    might_sleep_numbers: "__GFP_WAIT in atomic context", "在原子上下文中用了 __GFP_WAIT";
    /// Step.
    slept_atomic: "It slept in atomic context", "在原子上下文中睡眠了";
    /// The kernel's words.
    slept_atomic_numbers: "scheduling while atomic", "scheduling while atomic";
    /// Step.
    reclaim: "Direct reclaim", "直接回收";
    /// Order, flags.
    reclaim_numbers: "order {0} · {1}", "{0} 阶 · {1}";
    /// Step.
    reclaim_end: "Reclaim ends", "回收结束";
    /// Pages.
    reclaim_freed: "pages freed: `{0}`", "释放了 `{0}` 页";
    /// Step.
    reclaim_free: "Reclaim frees a block", "回收释放一块";
    /// What follows a process's end.
    victim_exits: "The victim exits", "被杀的进程退出";
    /// … in numbers.
    victim_pages: "pages that come back: `{0}`", "归还 `{0}` 页";
    /// Step.
    retry: "Try again", "重试";
    /// Step.
    loop_cut: "The lab stops following this retry", "模拟器不再跟踪这次重试";
    /// Waits.
    loop_cut_numbers: "waits so far: {0}; the kernel would never return", "已等待 {0} 次：内核永远不会返回";
    /// Step.
    refused: "The page allocator returns NULL", "页分配器返回 NULL";
    /// Step.
    sinned: "The caller's mistake", "调用者的错误";
    /// Order.
    take: "Take the head of order {0}", "取下 {0} 阶链表的表头块";
    /// First page.
    take_exact: "`{0}`, an exact fit: no split", "`{0}`，大小正好，不用拆分";
    /// Order, first page.
    split: "Split the order-{0} block {1}", "拆分 {0} 阶块 {1}";
    /// Order, half.
    split_now: "now `{0} → {1} + {1}`", "现在 `{0} → {1} + {1}`";
    /// First order, last order.
    split_all: "`{0} → {1}`, each upper half to the head of its list", "`{0} → {1}`，每次把上半块挂到对应链表的表头";
    /// First page, order.
    split_begin: "off its list: `{0}`, order {1} in hand", "已从链表取下：`{0}`，{1} 阶，待拆分";
    /// `hot` or `cold`.
    percpu_got: "Take the page from the {0} list", "从{0}链表取页";
    /// `hot` or `cold`.
    percpu_put: "Put the page on the {0} list", "把页放入{0}链表";
    /// `hot` or `cold`.
    percpu_drained: "The {0} list is full: give a page back", "{0}链表已满：归还一页";
    /// First page.
    page: "page `{0}`", "页 `{0}`";
    /// First page.
    page_head: "page `{0}`, at the head", "页 `{0}`，挂到表头";
    /// Order.
    join: "Join free buddies up to order {0}", "与空闲伙伴逐级合并到 {0} 阶";
    /// Half, half, order.
    join_now: "now `{0} + {0} → {1}`", "现在 `{0} + {0} → {1}`";
    /// First order, last order, first page.
    join_all: "`{0} → {1}`, then {2} to the head of its list", "`{0} → {1}`，然后把 {2} 挂到链表表头";
    /// Order.
    list: "Put the block on the list of order {0}", "把块挂到 {0} 阶链表";
    /// First page.
    list_numbers: "`{0}`, at the head; nothing to join it with", "`{0}`，挂到表头；没有可以合并的伙伴";
    /// Step.
    object_got: "Hand out the top of the array", "交出数组缓存顶端的对象";
    /// Cache.
    management_got: "Take the slab's management from {0}", "从 {0} 分配这个 slab 的管理结构";
    /// Address.
    address: "`{0}`", "`{0}`";
    /// Step.
    object_put: "Put it on top of the array cache", "放到数组缓存顶端";
    /// Cache, address.
    object_put_numbers: "{0}: `{1}`, next to go out", "{0}：`{1}`，下次最先取出";
    /// Step.
    flush: "The array is full: flush the oldest", "数组缓存已满：退回最旧的对象";
    /// Objects.
    flush_numbers: "back to their slabs: the oldest `{0}`", "最旧的 `{0}` 个对象回到各自的 slab";
    /// Step.
    grew: "Make the pages a slab", "用这些页建立 slab";
    /// Objects, first page, colour.
    grew_numbers: "{1}: objects `{0}`, colour {2}", "{1}：`{0}` 个对象，着色 {2}";
    /// Step.
    died: "An empty slab is destroyed", "销毁一个空闲 slab";
    /// First page.
    died_numbers: "its pages at `{0}` go back", "`{0}` 处的页归还";
    /// Step.
    warned: "Print the failure message", "打印失败消息";
    /// Order, flags.
    warned_numbers: "page allocation failure. order:{0}, mode:{1}", "page allocation failure. order:{0}, mode:{1}";
    /// When the rate limit holds.
    warned_kept: "kept back by the rate limit", "因限速而未打印";
    /// Step.
    oom: "Out of memory", "内存耗尽";
    /// Outcome.
    oom_kills: "a victim is chosen now", "现在选出牺牲进程";
    /// Outcome.
    oom_waits: "not yet: ten calls later than 1 s after the first, and 5 s after the last kill", "暂不杀进程：首次调用满 1 秒后还要再调用 10 次，且距上次杀进程至少 5 秒";
    /// Step.
    waited: "Wait", "等待";
    /// Milliseconds.
    waited_numbers: "`{0}` ms", "`{0}` ms";
    /// Step.
    memalloc_cleared: "The task is an ordinary one again", "任务恢复为普通任务";
    /// Flag.
    memalloc_cleared_numbers: "PF_MEMALLOC is cleared", "清除 PF_MEMALLOC";
    /// Step.
    lock_taken: "A spinlock is held from here on", "从这里起持有自旋锁";
    /// Step.
    lock_dropped: "No spinlock is held any more", "不再持有自旋锁";
    /// Step.
    context: "The context changes", "上下文改变";
    /// What the new context allows.
    no_sleep: "the code must not sleep", "此后不允许睡眠";
    /// What the new context allows.
    may_sleep: "the code may sleep", "此后可以睡眠";
    /// Step.
    written: "Write bytes", "写入字节";
    /// Bytes, value, address.
    written_numbers: "{0} × {1} at `{2}`", "{0} × {1}，从 `{2}` 起";
    /// Step.
    stopped: "The lab stops here", "模拟到此为止";
    /// A kind of event without words of its own.
    other: "Bookkeeping", "内部记账";
    /// Runs of the same.
    times: "{0} · {1} times", "{0} · 共 {1} 次";
    /// Step.
    answer: "Answer", "返回";
    /// Address, name of the slab's cache.
    answer_object: "`{0}`, {1} bytes of {2}", "`{0}`，取自 {2}，{1} 字节";
    /// Page.
    answer_pages: "page `{0}`, order {1}", "页 `{0}`，{1} 阶";
    /// Bytes.
    answer_size: "`{0}` bytes", "`{0}` 字节";
    /// For functions without a value.
    answer_done: "done", "完成";
    /// Why.
    answer_null: "`NULL`: {0}", "`NULL`：{0}";
    /// Steps left out, before or after those that are shown.
    steps_left_out: "… {0} more", "… 另有 {0} 步";
    /// Events of a very long call left out between those that are shown.
    events_left_out: "… {0} events left out", "… 有 {0} 个事件未列出";
}

/// The table of a language.
#[inline(never)]
pub const fn texts(lang: Lang) -> &'static Texts {
    match lang {
        Lang::En => &EN,
        Lang::Zh => &ZH,
    }
}

impl Texts {
    /// What a page is used for.
    pub const fn use_of(&self, what: Use) -> &'static str {
        match what {
            Use::Body | Use::Free => self.use_free,
            Use::Pages => self.use_pages,
            Use::Hot => self.use_hot,
            Use::Cold => self.use_cold,
            Use::Slab => self.use_slab,
            Use::Reserved => self.use_reserved,
            Use::Hand => self.use_hand,
        }
    }
}

const fn pick(lang: Lang, en: &'static str, zh: &'static str) -> &'static str {
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}

/// Why the page allocator gave up.
pub const fn failure(lang: Lang, why: Failure) -> &'static str {
    match why {
        Failure::OrderTooLarge => pick(lang, "the order is above 10", "阶大于 10"),
        Failure::EmptyZonelist => pick(
            lang,
            "no zone of this request has memory",
            "这次请求的各个区都没有内存",
        ),
        Failure::MayNotWait => pick(
            lang,
            "no __GFP_WAIT: it may not reclaim",
            "没有 __GFP_WAIT：不能回收",
        ),
        Failure::MemallocExhausted => pick(
            lang,
            "nothing left, even without watermarks",
            "即使不看水位线也没有页了",
        ),
        Failure::NoRetry => pick(
            lang,
            "__GFP_NORETRY: one reclaim, no more",
            "__GFP_NORETRY：只回收一次，不再重试",
        ),
        Failure::CostlyOrder => pick(
            lang,
            "order above 3, without __GFP_REPEAT or __GFP_NOFAIL",
            "高于 3 阶，又没有 __GFP_REPEAT 或 __GFP_NOFAIL",
        ),
    }
}

/// Why the allocator tries again.
pub const fn retry(lang: Lang, why: Retry) -> &'static str {
    match why {
        Retry::SmallOrder => pick(lang, "order ≤ 3 is always retried", "3 阶及以下总会重试"),
        Retry::Repeat => "__GFP_REPEAT",
        Retry::NoFail => "__GFP_NOFAIL",
    }
}

/// Why a cache did not grow.
pub const fn grow_failure(lang: Lang, why: GrowFailure) -> &'static str {
    match why {
        GrowFailure::NoGrow => "__GFP_NO_GROW",
        GrowFailure::NoPages => pick(lang, "no pages for a slab", "没有页给 slab 用"),
        GrowFailure::NoManagement => {
            pick(lang, "no memory for its management", "没有内存存放管理结构")
        }
    }
}

/// Why a call returned NULL.
pub const fn null_reason(lang: Lang, why: NullReason) -> &'static str {
    match why {
        NullReason::TooLarge => pick(lang, "larger than the largest bucket", "超过最大的大小类"),
        NullReason::NoGrow => pick(
            lang,
            "__GFP_NO_GROW, and nothing cached",
            "__GFP_NO_GROW，而缓存里没有对象",
        ),
        NullReason::NoPages(why) => failure(lang, why),
        NullReason::NoArea => pick(lang, "no such range of addresses", "没有这样一段地址空间"),
        NullReason::NoAddress => pick(
            lang,
            "a page of high memory has no address; it is lost",
            "高端内存的页没有线性地址；这一页就此丢失",
        ),
    }
}

/// What a caller did that no driver may do.
pub const fn sin(lang: Lang, sin: Sin) -> &'static str {
    match sin {
        Sin::DoubleFree => pick(lang, "freed twice", "重复释放"),
        Sin::WrongFree => pick(
            lang,
            "freed with a function that does not serve this pointer",
            "用错了释放函数",
        ),
        Sin::WrongOrder => pick(lang, "freed with another order", "释放时的阶与分配时不同"),
        Sin::Overrun => pick(lang, "went past its own bytes", "访问越界"),
        Sin::UseAfterFree => pick(lang, "used after it was freed", "释放之后仍在使用"),
        Sin::NullDereference => pick(lang, "dereferenced NULL", "对 NULL 解引用"),
        Sin::BothZoneBits => pick(
            lang,
            "__GFP_DMA | __GFP_HIGHMEM: past the end of the zonelists",
            "__GFP_DMA | __GFP_HIGHMEM：越过了 zonelist 数组的末尾",
        ),
        Sin::NotAnAddress => pick(
            lang,
            "no address that can be used here",
            "这个值在这里不能当地址用",
        ),
        Sin::Uninitialised => pick(
            lang,
            "a variable that was never given a value",
            "变量没有赋过值",
        ),
        Sin::LockHeld => pick(lang, "a lock that is already held", "锁已被持有"),
        Sin::LockNotHeld => pick(lang, "a lock that is not held", "锁并未持有"),
        Sin::Deadlock => pick(lang, "waits for ever: a deadlock", "永远等下去：死锁"),
        Sin::Disclosed => pick(
            lang,
            "gave away what a former owner wrote",
            "泄露了前一个主人写的内容",
        ),
        Sin::OutOfReach => pick(
            lang,
            "the device cannot address this memory",
            "设备寻址不到这块内存",
        ),
        Sin::Leaked => pick(
            lang,
            "lost the last pointer: a leak",
            "最后一个指针丢失：泄漏",
        ),
    }
}

/// Why a run ended.
pub const fn stop(lang: Lang, why: Stop) -> &'static str {
    match why {
        Stop::CacheGrowBug => "kernel BUG at mm/slab.c:1765!",
        Stop::Undefined(_) => pick(
            lang,
            "the kernel's behaviour is undefined from here on",
            "从这里开始，内核的行为是未定义的",
        ),
        Stop::Endless => pick(lang, "the call would never return", "这次调用永远不会返回"),
    }
}

/// A text with its values.
pub fn fill(text: &str, values: &[&str]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        let index = usize::from(rest.as_bytes()[open + 1] - b'0');
        filled.push_str(values.get(index).copied().unwrap_or_default());
        rest = &rest[open + 3..];
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_where_the_language_wants_them() {
        assert_eq!(
            fill(EN.waste, &["28", "128", "22"]),
            "28 of 128 bytes unused, 22 %"
        );
        assert_eq!(
            fill(ZH.waste, &["28", "128", "22"]),
            "28 / 128 字节未用，22%"
        );
    }

    #[test]
    fn both_languages_use_the_same_values_and_the_same_emphasis() {
        for (name, en, zh) in PAIRS {
            assert!(!en.is_empty() && !zh.is_empty(), "{name}");
            let used = |text: &str| {
                (0..10)
                    .filter(|n| text.contains(&format!("{{{n}}}")))
                    .collect::<Vec<_>>()
            };
            assert_eq!(used(en), used(zh), "{name}");
            let marks = |text: &str| text.matches('`').count();
            assert_eq!(marks(en) % 2, 0, "{name}");
            assert_eq!(marks(en), marks(zh), "{name}");
        }
    }

    #[test]
    fn chinese_prose_has_full_width_punctuation() {
        for (name, _, zh) in PAIRS {
            let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
            let chars: Vec<char> = zh.chars().collect();
            for pair in chars.windows(2) {
                assert!(
                    !(han(pair[0]) && [',', ';', ':', '.'].contains(&pair[1])),
                    "{name}: {zh}"
                );
            }
        }
    }
}
