//! A sentence for every event, every answer and every end, in both languages: the player's line, and what a screen reader
//! hears.
//!
//! The numbers are those of the event; names come from the run. `Backticks` mark what the kernel calls by that name.

use kmalloc_core::context::Context;
use kmalloc_core::event::{
    CacheId, Destination, Event, Failure, GrowFailure, Mark, Pass, Retry, Sin, Stop, Temperature,
};
use kmalloc_core::profile::ZoneId;
use kmalloc_core::run::{Answer, CallRecord, Ended, NullReason, Run};
use kmalloc_core::script::print_call;

use super::{Arg, Lang, fill};

/// One text in both languages.
type Both = [&'static str; 2];

/// What happened, said in one or two sentences.
pub fn sentence(lang: Lang, event: &Event, run: &Run) -> String {
    let say = |both: Both, args: &[Arg<'_>]| fill(both[lang as usize], args);
    let cache = |id: CacheId| Arg::Name(&run.start().cache(id).shape().name);
    let zone = |id: ZoneId| Arg::Name(id.label());
    let number = |value: u32| Arg::Number(value.into());
    let order = |value: u8| Arg::Number(value.into());
    let count = |value: u16| Arg::Number(value.into());
    let pcp = |list: Temperature| Arg::Text(temperature(list)[lang as usize]);
    match *event {
        Event::Called { call } => {
            let record = run.calls().get(call as usize);
            let line = record.map_or(String::new(), |record| print_call(&record.call));
            say(
                ["Call {0} begins: {1}.", "第 {0} 次调用开始：{1}。"],
                &[number(call + 1), Arg::Name(&line)],
            )
        }
        Event::ClassChosen {
            cache: id,
            size,
            gfp,
        } => {
            let class = run.start().cache(id).shape().class_size;
            say(
                [
                    "`kmalloc` is asked for {1 byte} with {4} ({5}): {0} is the first class that holds them; it gives {2} and wastes {3}.",
                    "`kmalloc` 收到请求：{1} 字节，标志 {4}（{5}）。能装下的第一个大小类是 {0}：给出 {2} 字节，其中 {3} 字节闲置。",
                ],
                &[
                    cache(id),
                    number(size),
                    number(class),
                    number(class.saturating_sub(size)),
                    Arg::Name(&gfp.expression()),
                    Arg::Hex(gfp.0),
                ],
            )
        }
        Event::ClassMissing { size, .. } => say(
            [
                "No size class holds {0 byte}: `kmalloc` returns `NULL`, without a message.",
                "没有哪个大小类能装下 {0} 字节：`kmalloc` 返回 `NULL`，不打印任何消息。",
            ],
            &[number(size)],
        ),
        Event::ArrayEmpty { cache: id, limit } => say(
            [
                "The array cache of {0} is empty: 0 of at most {1 object}. It must be refilled first.",
                "{0} 的数组缓存是空的：容量 {1} 个，现有 0 个对象，必须先补充。",
            ],
            &[cache(id), count(limit)],
        ),
        Event::RefillAsked {
            cache: id,
            wanted,
            touched: true,
        } => say(
            [
                "A refill begins: it is to move up to {1 object} from the slabs of {0} into its array cache.",
                "开始补充：从 {0} 的 slab 向数组缓存移入至多 {1} 个对象。",
            ],
            &[cache(id), count(wanted)],
        ),
        Event::RefillAsked {
            cache: id,
            wanted,
            touched: false,
        } => say(
            [
                "A refill begins: {0} has not been used lately, so it is to move only up to {1 object} into its array cache.",
                "开始补充：{0} 近来没有用过，所以只向数组缓存移入至多 {1} 个对象。",
            ],
            &[cache(id), count(wanted)],
        ),
        Event::GrowAsked {
            cache: id,
            order: value,
        } => say(
            [
                "No slab of {0} has a free object: the cache must grow by a block of order {1}.",
                "{0} 的 slab 都没有空闲对象：缓存必须增长，需要一个 {1} 阶的块。",
            ],
            &[cache(id), order(value)],
        ),
        Event::GrowFailed { cache: id, why } => say(grow_failure(why), &[cache(id)]),
        Event::PagesAsked { order: value, gfp } => say(
            [
                "The page allocator is asked for a block of order {0}, with the flags {1}.",
                "向页分配器申请一个 {0} 阶的块，分配标志 {1}。",
            ],
            &[number(value), Arg::Hex(gfp.0)],
        ),
        Event::ZoneTested {
            zone: id,
            pass,
            granted,
            free,
            need,
        } => {
            let both = if granted {
                [
                    "{0} grants the request: {1 free page}, at least the {2} needed ({3}).",
                    "{0} 通过检查：空闲 {1} 页，不少于所需的 {2} 页（{3}）。",
                ]
            } else {
                [
                    "{0} refuses: {1 free page}, fewer than the {2} needed ({3}).",
                    "{0} 未通过检查：空闲 {1} 页，少于所需的 {2} 页（{3}）。",
                ]
            };
            let against = Arg::Text(walk(pass)[lang as usize]);
            say(both, &[zone(id), number(free), number(need), against])
        }
        Event::ZoneUntested { zone: id } => say(
            [
                "{0} is tried without a test: no watermark holds this task.",
                "不检查水位线，直接尝试 {0}：这个任务不受水位线约束。",
            ],
            &[zone(id)],
        ),
        Event::BlockMissing {
            zone: id,
            order: value,
        } => say(
            [
                "{0} has enough free pages, but no free block of order {1} or above: that is fragmentation.",
                "{0} 的空闲页够多，却没有 {1} 阶或更高阶的空闲块：这就是碎片。",
            ],
            &[zone(id), order(value)],
        ),
        Event::PcpLow {
            zone: id,
            list,
            count: pages,
            low,
        } => say(
            [
                "The {0} list of {1} holds {2 page}, not above its low mark {3}: it is refilled from the buddy system.",
                "{1} 的{0}链表有 {2} 页，不高于下限 {3}：先从伙伴系统补充。",
            ],
            &[pcp(list), zone(id), count(pages), count(low)],
        ),
        Event::KswapdWoken {
            zone: id,
            free,
            low,
        } => say(
            [
                "{0} has {1 free page}, not above `pages_low` {2}: `kswapd` is woken.",
                "{0} 空闲 {1} 页，不高于 `pages_low` 的 {2}：唤醒 `kswapd`。",
            ],
            &[zone(id), number(free), number(low)],
        ),
        Event::MightSleep { in_slab, printed } => say(
            if printed {
                [
                    "`might_sleep()` in {0} complains: this call could sleep, and its context must not.",
                    "{0} 里的 `might_sleep()` 发出警告：这次调用可能睡眠，而当前上下文不允许睡眠。",
                ]
            } else {
                [
                    "This call could sleep, and its context must not. `might_sleep()` in {0} says nothing now: it only speaks with CONFIG_DEBUG_SPINLOCK_SLEEP, once a second.",
                    "这次调用可能睡眠，而当前上下文不允许睡眠。{0} 里的 `might_sleep()` 此时不报告：只有打开 CONFIG_DEBUG_SPINLOCK_SLEEP 才会警告，而且每秒最多一次。",
                ]
            },
            &[Arg::Name(if in_slab {
                "mm/slab.c"
            } else {
                "mm/page_alloc.c"
            })],
        ),
        Event::SleptAtomic => say(
            [
                "The task really slept where it must not: scheduling while atomic.",
                "任务在不允许睡眠的地方真的睡眠了：scheduling while atomic。",
            ],
            &[],
        ),
        Event::ReclaimStarted { order: value, gfp } => say(
            [
                "Direct reclaim begins: `try_to_free_pages`, for order {0}, with the flags {1}.",
                "开始直接回收：调用 `try_to_free_pages`，目标是 {0} 阶的块，分配标志 {1}。",
            ],
            &[order(value), Arg::Hex(gfp.0)],
        ),
        Event::ReclaimEnded { freed } => say(
            [
                "Direct reclaim ends: {0 page} freed.",
                "直接回收结束：释放了 {0} 页。",
            ],
            &[number(freed)],
        ),
        Event::RetryChosen { why } => say(retry(why), &[]),
        Event::LoopCut { waits } => say(
            [
                "After {0 wait} the lab stops following this retry: it would never end.",
                "等待 {0} 次之后，模拟器不再跟踪这次重试：它永远不会结束。",
            ],
            &[number(waits)],
        ),
        Event::PagesRefused {
            order: value,
            gfp,
            why,
        } => say(
            [
                "The page allocator returns `NULL` for order {0} with {1}: {2}.",
                "页分配器对 {0} 阶、分配标志 {1} 的请求返回 `NULL`：{2}。",
            ],
            &[
                number(value),
                Arg::Hex(gfp.0),
                Arg::Text(failure(why)[lang as usize]),
            ],
        ),
        Event::Sinned { sin, address } => say(self::sin(sin, address), &[Arg::Hex(address)]),
        Event::Taken {
            zone: id,
            order: value,
            want,
            to,
            pfn,
        } => {
            let both = if value == want {
                [
                    "Block {0} at the head of order {1} of {2} is taken {4}: it is just of that size.",
                    "从 {2} 的 {1} 阶链表表头取下块 {0}，{4}：大小正好。",
                ]
            } else {
                [
                    "Block {0} at the head of order {1} of {2} is taken {4}, to be cut down to order {3}.",
                    "从 {2} 的 {1} 阶链表表头取下块 {0}，{4}，先要拆分到 {3} 阶。",
                ]
            };
            let whom = Arg::Text(destination(to)[lang as usize]);
            say(
                both,
                &[Arg::Hex(pfn), order(value), zone(id), order(want), whom],
            )
        }
        Event::Split {
            order: value, pfn, ..
        } => {
            let half = value.saturating_sub(1);
            say(
                [
                    "Order-{0} block {1} splits: the lower half goes on, the upper half {2} goes to the head of order {3}.",
                    "{0} 阶的块 {1} 拆成两半：下半块留用，上半块 {2} 挂到 {3} 阶链表的表头。",
                ],
                &[
                    order(value),
                    Arg::Hex(pfn),
                    Arg::Hex(pfn + (1 << half)),
                    order(half),
                ],
            )
        }
        Event::Joined {
            order: value,
            buddy,
            ..
        } => say(
            [
                "The buddy {1} is free, too: two blocks of order {0} join into one of order {2}.",
                "伙伴 {1} 也空闲：两个 {0} 阶的块合并成一个 {2} 阶的块。",
            ],
            &[order(value), Arg::Hex(buddy), order(value + 1)],
        ),
        Event::Listed {
            zone: id,
            order: value,
            pfn,
        } => say(
            [
                "Block {0} goes to the head of the free list of order {1} of {2}.",
                "块 {0} 挂到 {2} 的 {1} 阶空闲链表的表头。",
            ],
            &[Arg::Hex(pfn), order(value), zone(id)],
        ),
        Event::PcpGot {
            zone: id,
            list,
            left,
            pfn,
        } => say(
            [
                "Page {0} at the head of the {1} list of {2} goes to the caller: {3 page} left on it.",
                "{2} 的{1}链表表头的页 {0} 交给调用者，链表上还剩 {3} 页。",
            ],
            &[Arg::Hex(pfn), pcp(list), zone(id), count(left)],
        ),
        Event::PcpPut {
            zone: id,
            list,
            pfn,
        } => say(
            [
                "Page {0} goes to the head of the {1} list of {2}.",
                "页 {0} 挂到 {2} 的{1}链表的表头。",
            ],
            &[Arg::Hex(pfn), pcp(list), zone(id)],
        ),
        Event::Drained {
            zone: id,
            list,
            pfn,
        } => say(
            [
                "Page {0} at the tail of the {1} list of {2} goes back to the buddy system.",
                "{2} 的{1}链表表尾的页 {0} 归还给伙伴系统。",
            ],
            &[Arg::Hex(pfn), pcp(list), zone(id)],
        ),
        Event::ObjectGot {
            cache: id,
            left,
            address,
        } => say(
            [
                "Object {0} on top of the array cache of {1} goes to the caller: {2 object} left in it.",
                "{1} 的数组缓存顶端的对象 {0} 交给调用者，缓存里还剩 {2} 个。",
            ],
            &[Arg::Hex(address), cache(id), count(left)],
        ),
        Event::ObjectPut { cache: id, address } => say(
            [
                "Object {0} is put on top of the array cache of {1}: the next call gets it first.",
                "对象 {0} 放到 {1} 的数组缓存顶端：下一次分配最先得到它。",
            ],
            &[Arg::Hex(address), cache(id)],
        ),
        Event::FreeSlabsTouched { cache: id } => say(
            [
                "{0} has no partial slab: its list of free slabs is looked at.",
                "{0} 没有部分满的 slab：转而查看空闲 slab 的链表。",
            ],
            &[cache(id)],
        ),
        Event::ArrayFilled {
            cache: id,
            count: objects,
            ..
        } => say(
            [
                "The array cache of {0} gets {1 object} from one of its slabs.",
                "{0} 的一个 slab 里有 {1} 个对象移入数组缓存。",
            ],
            &[cache(id), count(objects)],
        ),
        Event::FlushStarted {
            cache: id,
            count: objects,
        } => say(
            [
                "The array cache of {0} is full: it sends its oldest {1 object} back to the slabs.",
                "{0} 的数组缓存已满：最旧的 {1} 个对象将回到各自的 slab。",
            ],
            &[cache(id), count(objects)],
        ),
        Event::ObjectReturned { cache: id, address } => say(
            [
                "Object {0} is back in its slab of {1}.",
                "对象 {0} 回到 {1} 的 slab 里。",
            ],
            &[Arg::Hex(address), cache(id)],
        ),
        Event::ColourDrawn { cache: id } => say(
            [
                "The next slab of {0} gets the next colour: a small offset that spreads objects over the processor's cache lines.",
                "{0} 的下一个 slab 使用下一个着色值：一个小偏移量，让对象错开，分散到处理器的不同缓存行。",
            ],
            &[cache(id)],
        ),
        Event::SlabGrew {
            cache: id,
            pfn,
            management,
            ..
        } => {
            let objects = count(run.start().cache(id).shape().objects);
            let both = if management == 0 {
                [
                    "The block {0} becomes a slab of {1}: {2 object}, all of them free.",
                    "块 {0} 成为 {1} 的一个 slab：{2} 个对象，全部空闲。",
                ]
            } else {
                [
                    "The block {0} becomes a slab of {1}: {2 object}, all free; its management lies outside, at {3}.",
                    "块 {0} 成为 {1} 的一个 slab：{2} 个对象，全部空闲；管理结构放在 slab 之外的 {3}。",
                ]
            };
            say(
                both,
                &[Arg::Hex(pfn), cache(id), objects, Arg::Hex(management)],
            )
        }
        Event::SlabDied { cache: id, .. } => say(
            [
                "A slab of {0} is no longer needed: its pages go back to the page allocator.",
                "{0} 的一个 slab 不再需要：它的页归还给页分配器。",
            ],
            &[cache(id)],
        ),
        Event::CacheCreated {
            cache: id,
            descriptor,
            ..
        } => say(
            [
                "The cache {0} comes to life; its descriptor lies at {1}.",
                "缓存 {0} 建立，描述符位于 {1}。",
            ],
            &[cache(id), Arg::Hex(descriptor)],
        ),
        Event::ArrayMoved { cache: id, array } => say(
            [
                "The array cache of {0} moves to {1}, at the same size.",
                "{0} 的数组缓存搬到 {1}，大小不变。",
            ],
            &[cache(id), Arg::Hex(array)],
        ),
        Event::ArrayTuned { cache: id, array } => say(
            [
                "{0} gets its array cache of final size, at {1}.",
                "{0} 换上最终大小的数组缓存，位于 {1}。",
            ],
            &[cache(id), Arg::Hex(array)],
        ),
        Event::ArrayUntouched { cache: id } => say(
            [
                "`cache_reap` marks the array cache of {0} as not used lately.",
                "`cache_reap` 把 {0} 的数组缓存标记为近来未用。",
            ],
            &[cache(id)],
        ),
        Event::FreeSlabsUntouched { cache: id } => say(
            [
                "`cache_reap` marks the free slabs of {0} as not used lately.",
                "`cache_reap` 把 {0} 的空闲 slab 标记为近来未用。",
            ],
            &[cache(id)],
        ),
        Event::ReapPlanned { cache: id, at } => say(
            [
                "`cache_reap` will look at the slabs of {0} again at jiffy {1}.",
                "`cache_reap` 将在 jiffies 为 {1} 时再次查看 {0} 的 slab。",
            ],
            &[cache(id), number(at)],
        ),
        Event::ReapScheduled { at } => say(
            [
                "`cache_reap` will run again at jiffy {0}.",
                "`cache_reap` 将在 jiffies 为 {0} 时再次运行。",
            ],
            &[number(at)],
        ),
        Event::MarkSet {
            zone: id,
            mark,
            pages,
        } => say(
            ["{0} of {1} is set to {2 page}.", "{1} 的 {0} 设为 {2} 页。"],
            &[Arg::Name(self::mark(mark)), zone(id), number(pages)],
        ),
        Event::MinFreeSet { kbytes } => say(
            [
                "`min_free_kbytes` is set to {0} kB.",
                "`min_free_kbytes` 设为 {0} kB。",
            ],
            &[number(kbytes)],
        ),
        Event::ProtectionRatioSet { ratio } => say(
            [
                "`lower_zone_protection` is set to {0}.",
                "`lower_zone_protection` 设为 {0}。",
            ],
            &[number(ratio)],
        ),
        Event::BootHeld { order: value, pfn } => say(
            [
                "Boot holds the block {0} of order {1} before it frees it.",
                "启动代码先持有 {1} 阶的块 {0}，随后释放。",
            ],
            &[Arg::Hex(pfn), order(value)],
        ),
        Event::ContextSet { context } => say(self::context(context), &[]),
        Event::Waited { jiffies } => say(
            [
                "Waiting: `jiffies` grows by {0}, which is {0} ms.",
                "等待中：`jiffies` 增加 {0}，即 {0} 毫秒。",
            ],
            &[number(jiffies)],
        ),
        Event::Warned {
            order: value,
            printed: true,
            gfp,
            ..
        } => say(
            [
                "The kernel prints its message: page allocation failure, order {0}, mode {1}.",
                "内核打印消息：页分配失败，{0} 阶，mode 为 {1}。",
            ],
            &[order(value), Arg::Hex(gfp.0)],
        ),
        Event::Warned {
            order: value,
            printed: false,
            gfp,
            ..
        } => say(
            [
                "The failure of order {0}, mode {1}, is not printed: the rate limit swallows the message.",
                "{0} 阶、mode 为 {1} 的失败没有打印：限速机制丢弃了这条消息。",
            ],
            &[order(value), Arg::Hex(gfp.0)],
        ),
        Event::OomCalled { kills: true, gfp } => say(
            [
                "`out_of_memory()` is called, with the flags {0}, and kills a task.",
                "调用 `out_of_memory()`（分配标志 {0}），杀死一个进程。",
            ],
            &[Arg::Hex(gfp.0)],
        ),
        Event::OomCalled { kills: false, gfp } => say(
            [
                "`out_of_memory()` is called, with the flags {0}, and kills nobody yet: it waits for the tenth call that comes a second or more after the first, and five seconds after the last kill.",
                "调用 `out_of_memory()`（分配标志 {0}），暂不杀进程：首次调用满 1 秒后还要再调用 10 次，且距上次杀进程至少 5 秒。",
            ],
            &[Arg::Hex(gfp.0)],
        ),
        Event::ReclaimOffered { order: value, pfn } => say(
            [
                "Block {0} of order {1} is what reclaim can find.",
                "{1} 阶的块 {0} 可以被回收。",
            ],
            &[Arg::Hex(pfn), order(value)],
        ),
        Event::ReclaimPlanned { blocks } => say(
            [
                "The next direct reclaim will free {0 block}.",
                "下一次直接回收将释放 {0} 个块。",
            ],
            &[number(blocks)],
        ),
        Event::ReclaimPlanUsed => say(
            [
                "This reclaim follows the script's plan.",
                "这次回收按脚本的安排进行。",
            ],
            &[],
        ),
        Event::ReclaimUsed => say(["Reclaim frees the next block.", "回收释放下一个块。"], &[]),
        Event::VictimOffered { order: value, pfn } => say(
            [
                "Block {0} of order {1} belongs to the OOM killer's next victim.",
                "{1} 阶的块 {0} 属于 OOM killer 的下一个牺牲进程。",
            ],
            &[Arg::Hex(pfn), order(value)],
        ),
        Event::VictimUsed => say(
            [
                "The victim's next block is freed.",
                "牺牲进程的下一个块被释放。",
            ],
            &[],
        ),
        Event::PatienceSet { waits } => say(
            [
                "The lab will follow {0 wait} before it calls a retry endless.",
                "模拟器最多跟踪 {0} 次等待，此后就认定重试没有尽头。",
            ],
            &[number(waits)],
        ),
        Event::Written {
            byte,
            address,
            length,
        } => say(
            [
                "The lab writes {2} to {0 byte}, from {1} on.",
                "从 {1} 起的 {0} 字节填充为 {2}。",
            ],
            &[number(length), Arg::Hex(address), Arg::Hex(byte.into())],
        ),
        Event::Stopped { why } => say(stop(why), &[]),
        // A kind that no file speaks of fails the test below.
        ref other => super::world::sentence(lang, other).unwrap_or_default(),
    }
}

/// What is said where no event has happened yet.
pub fn at_the_start(lang: Lang) -> &'static str {
    [
        "The machine has booted; no call has been made yet.",
        "机器已经启动，还没有任何调用。",
    ][lang as usize]
}

/// What a call lost for good: its own answer does not tell. None when it lost nothing.
pub fn leak(lang: Lang, call: &CallRecord, run: &Run) -> Option<String> {
    let mut events = run.events(call.first, call.end);
    let lost = |event: &Event| {
        matches!(
            event,
            Event::Sinned {
                sin: Sin::Leaked,
                ..
            }
        )
    };
    events.find(lost).map(|event| sentence(lang, &event, run))
}

/// A call's answer, short.
pub fn answer(lang: Lang, call: &CallRecord, run: &Run) -> String {
    let say = |both: Both, args: &[Arg<'_>]| fill(both[lang as usize], args);
    let sinned = |what| {
        let mut events = run.events(call.first, call.end);
        let at = events.find_map(|event| match event {
            Event::Sinned { address, .. } => Some(address),
            _ => None,
        });
        let at = at.unwrap_or_default();
        say(sin(what, at), &[Arg::Hex(at)])
    };
    match call.answer {
        Answer::Object {
            address,
            asked,
            given,
            cache,
        } => say(
            [
                "{0} from {1}: {2 byte} asked, {3} given",
                "{0}，取自 {1}：申请 {2} 字节，给出 {3} 字节",
            ],
            &[
                Arg::Hex(address),
                Arg::Name(&run.start().cache(cache).shape().name),
                Arg::Number(asked.into()),
                Arg::Number(given.into()),
            ],
        ),
        Answer::Pages {
            pfn,
            order,
            address: Some(address),
        } => say(
            ["{0}: page {1}, order {2}", "{0}：页 {1}，{2} 阶"],
            &[Arg::Hex(address), Arg::Hex(pfn), Arg::Number(order.into())],
        ),
        Answer::Pages {
            pfn,
            order,
            address: None,
        } => say(
            [
                "`struct page` of {0}, order {1}",
                "{0} 的 `struct page`，{1} 阶",
            ],
            &[Arg::Hex(pfn), Arg::Number(order.into())],
        ),
        Answer::Null(why) => null(lang, why),
        Answer::Size(size) => say(["{0 byte}", "{0} 字节"], &[Arg::Number(size.into())]),
        Answer::Handed {
            writer: Some(writer),
            ..
        } => {
            let writer = run.calls().get(writer as usize);
            let line = writer.map_or(String::new(), |writer| print_call(&writer.call));
            super::world::answer(lang, &call.answer, &line)
        }
        Answer::Mapped { .. }
        | Answer::Area { .. }
        | Answer::Handed { .. }
        | Answer::Filled { .. }
        | Answer::Populated { .. } => super::world::answer(lang, &call.answer, ""),
        Answer::Done => say(["done", "完成"], &[]),
        Answer::Sinned(what) => sinned(what),
        Answer::Stopped(Stop::Undefined(what)) => sinned(what),
        Answer::Stopped(why) => say(stop(why), &[]),
    }
}

/// `NULL`, and why.
pub fn null(lang: Lang, why: NullReason) -> String {
    let reason = match why {
        NullReason::TooLarge => ["above the largest class", "超过最大的大小类"],
        NullReason::NoGrow => [
            "`__GFP_NO_GROW`, and nothing is cached",
            "`__GFP_NO_GROW`，而缓存里没有对象",
        ],
        NullReason::NoPages(why) => failure(why),
        NullReason::NoArea => [
            "there is no such range of addresses",
            "没有这样一段地址空间",
        ],
        NullReason::NoAddress => [
            "the page is in high memory and has no address; it is lost",
            "这一页在高端内存里，没有线性地址；它就此丢失",
        ],
    };
    let both: Both = ["`NULL`: {0}", "`NULL`：{0}"];
    fill(both[lang as usize], &[Arg::Text(reason[lang as usize])])
}

/// Why the run stops in a call.
pub fn stopped(lang: Lang, why: Stop) -> String {
    match why {
        Stop::Undefined(what) => sinned(lang, what),
        why => fill(stop(why)[lang as usize], &[]),
    }
}

/// What the caller did, without saying where.
pub fn sinned(lang: Lang, what: Sin) -> String {
    fill(sin(what, 0)[lang as usize], &[Arg::Hex(0)])
}

/// Why a run ended before its text did.
pub fn ended(lang: Lang, why: Ended) -> &'static str {
    let both = match why {
        Ended::Stopped(why) => stop(why),
        Ended::TooManyCalls => [
            "The scenario makes more calls than the lab follows. Everything up to here stands.",
            "调用次数超出了模拟器的上限。到此为止的内容都有效。",
        ],
        Ended::TooManyEvents => [
            "The scenario causes more events than the lab records. Everything up to here stands.",
            "事件数超出了模拟器能记录的上限。到此为止的内容都有效。",
        ],
        Ended::TooManySteps => [
            "The scenario's loops run longer than the lab follows. Everything up to here stands.",
            "循环次数超出了模拟器的上限。到此为止的内容都有效。",
        ],
        Ended::Blocked => [
            "A task waits for a semaphore that nobody gives back. Everything up to here stands.",
            "有任务在等待一个永远不会释放的信号量。到此为止的内容都有效。",
        ],
        Ended::Cancelled => [
            "The run was cancelled. Everything up to here stands.",
            "运行已被取消。到此为止的内容都有效。",
        ],
    };
    both[lang as usize]
}

fn temperature(list: Temperature) -> Both {
    match list {
        Temperature::Hot => ["hot", "热"],
        Temperature::Cold => ["cold", "冷"],
    }
}

fn destination(to: Destination) -> Both {
    match to {
        Destination::Caller => ["for the caller", "交给调用者"],
        Destination::Pcp(Temperature::Hot) => ["for the hot list", "用来补充热链表"],
        Destination::Pcp(Temperature::Cold) => ["for the cold list", "用来补充冷链表"],
    }
}

fn walk(pass: Pass) -> Both {
    match pass {
        Pass::Low => [
            "first walk, against `pages_low`",
            "第一轮，与 `pages_low` 比较",
        ],
        Pass::Min => [
            "second walk, against `pages_min` as the flags lower it",
            "第二轮，与按分配标志降低后的 `pages_min` 比较",
        ],
        Pass::AfterReclaim => [
            "after reclaim, against `pages_min` as the flags lower it",
            "回收之后，与按分配标志降低后的 `pages_min` 比较",
        ],
    }
}

fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::Min => "pages_min",
        Mark::Low => "pages_low",
        Mark::High => "pages_high",
        Mark::ProtectionDma => "protection[0]",
        Mark::ProtectionNormal => "protection[1]",
        Mark::ProtectionHighMem => "protection[2]",
    }
}

fn failure(why: Failure) -> Both {
    match why {
        Failure::OrderTooLarge => ["the largest order is 10", "最大只有 10 阶"],
        Failure::EmptyZonelist => [
            "no zone of its zonelist has memory",
            "它的 zonelist 里没有一个区有内存",
        ],
        Failure::MayNotWait => [
            "without `__GFP_WAIT` it may not sleep and reclaim",
            "没有 `__GFP_WAIT`，不能睡眠，也就不能回收",
        ],
        Failure::MemallocExhausted => [
            "even without watermarks there is nothing",
            "即使不看水位线也没有页了",
        ],
        Failure::NoRetry => [
            "`__GFP_NORETRY` allows one reclaim only",
            "`__GFP_NORETRY` 只允许回收一次",
        ],
        Failure::CostlyOrder => [
            "above order 3 it does not try again without `__GFP_REPEAT` or `__GFP_NOFAIL`",
            "高于 3 阶时，没有 `__GFP_REPEAT` 或 `__GFP_NOFAIL` 就不再重试",
        ],
    }
}

fn grow_failure(why: GrowFailure) -> Both {
    match why {
        GrowFailure::NoGrow => [
            "`__GFP_NO_GROW` forbids {0} to grow.",
            "`__GFP_NO_GROW` 禁止 {0} 增长。",
        ],
        GrowFailure::NoPages => [
            "{0} cannot grow: the page allocator returned `NULL`.",
            "{0} 无法增长：页分配器返回了 `NULL`。",
        ],
        GrowFailure::NoManagement => [
            "{0} cannot grow: there is no memory for the slab's management.",
            "{0} 无法增长：没有内存存放 slab 的管理结构。",
        ],
    }
}

fn retry(why: Retry) -> Both {
    match why {
        Retry::SmallOrder => [
            "Requests of order 3 and below always try again.",
            "3 阶及以下的请求总会重试。",
        ],
        Retry::Repeat => [
            "`__GFP_REPEAT`: it tries again.",
            "`__GFP_REPEAT`：再试一次。",
        ],
        Retry::NoFail => [
            "`__GFP_NOFAIL`: it tries again, for ever.",
            "`__GFP_NOFAIL`：一直重试下去。",
        ],
    }
}

/// `{0}` is the address; pages of high memory have none, then it is 0.
fn sin(sin: Sin, address: u32) -> Both {
    match sin {
        Sin::DoubleFree if address == 0 => [
            "Double free: this block is free already.",
            "重复释放：这一块已经是空闲的。",
        ],
        Sin::WrongFree if address == 0 => [
            "This block was not given by the function that this one frees for.",
            "这一块的分配函数与这个释放函数不配对。",
        ],
        Sin::WrongOrder if address == 0 => [
            "The block is freed with another order than it was asked for.",
            "释放这一块时，给出的阶与申请时不同。",
        ],
        Sin::DoubleFree => [
            "Double free: {0} is free already.",
            "重复释放：{0} 已经是空闲的。",
        ],
        Sin::WrongFree => [
            "{0} was not given by the function that this one frees for.",
            "{0} 的分配函数与这个释放函数不配对。",
        ],
        Sin::WrongOrder => [
            "The block at {0} is freed with another order than it was asked for.",
            "释放 {0} 处的块时，给出的阶与申请时不同。",
        ],
        Sin::Overrun => [
            "The bytes used from {0} on reach past the end of what the caller owns.",
            "从 {0} 起使用的字节超出了调用者拥有的范围。",
        ],
        Sin::UseAfterFree => [
            "The memory at {0} is used after it was freed.",
            "{0} 处的内存在释放之后又被使用。",
        ],
        Sin::NullDereference => ["`NULL` is dereferenced.", "解引用了 `NULL`。"],
        Sin::BothZoneBits => [
            "`__GFP_DMA` and `__GFP_HIGHMEM` together point past the end of the zonelists.",
            "同时给出 `__GFP_DMA` 与 `__GFP_HIGHMEM`，会越过 zonelist 数组的末尾。",
        ],
        Sin::NotAnAddress => [
            "This is no address that can be used here: a `struct page *`, what `kunmap` took back, or an address of `vmalloc` given to a device.",
            "这个值在这里不能当地址用：它是 `struct page *`、已被 `kunmap` 收回的地址，或者交给设备的 `vmalloc` 地址。",
        ],
        Sin::Uninitialised => [
            "A variable is used that was never given a value.",
            "使用了从未赋值的变量。",
        ],
        Sin::LockHeld => [
            "The lock is held already: on one processor nobody could ever release it.",
            "锁已被持有：在单处理器上，再也没有人能释放它。",
        ],
        Sin::LockNotHeld => [
            "A lock is released that was not held.",
            "释放了并未持有的锁。",
        ],
        Sin::Deadlock => [
            "The task waits for a semaphore that nobody can give back: a deadlock.",
            "任务等待的信号量再也没有人能释放：死锁。",
        ],
        Sin::Disclosed => [
            "From {0} on, bytes that a former owner wrote leave the kernel.",
            "从 {0} 起，前一个主人写下的字节泄露到了内核之外。",
        ],
        Sin::OutOfReach => [
            "The device cannot address this memory: an ISA device reaches no further than the DMA zone.",
            "设备寻址不到这块内存：ISA 设备只能访问 DMA 区。",
        ],
        Sin::Leaked if address == 0 => [
            "The last pointer to these pages is gone: nobody can free them any more. A leak.",
            "指向这些页的最后一个指针丢了：再也没有人能释放它们。这就是内存泄漏。",
        ],
        Sin::Leaked => [
            "The last pointer to {0} is gone: nobody can free it any more. A leak.",
            "指向 {0} 的最后一个指针丢了：再也没有人能释放它。这就是内存泄漏。",
        ],
    }
}

fn stop(why: Stop) -> Both {
    match why {
        Stop::CacheGrowBug => [
            "`BUG()` in `cache_grow`: a slab may not pass `__GFP_HIGHMEM` on, nor a flag that nobody knows. The kernel stops here.",
            "`cache_grow` 里的 `BUG()`：slab 不得把 `__GFP_HIGHMEM` 或未知的标志传给页分配器。内核就此停止。",
        ],
        Stop::Undefined(_) => [
            "What the kernel does from here on is undefined: the lab stops here.",
            "从这里开始，内核的行为是未定义的：模拟到此为止。",
        ],
        Stop::Endless => [
            "This call would never return: the lab stops here.",
            "这次调用永远不会返回：模拟到此为止。",
        ],
    }
}

fn context(context: Context) -> Both {
    if context.has(Context::HARDIRQ) {
        [
            "Now a hard interrupt handler is running: it must not sleep.",
            "现在运行的是硬中断处理程序：不允许睡眠。",
        ]
    } else if context.has(Context::SOFTIRQ) {
        [
            "Now a softirq is running (a tasklet or a timer): it must not sleep.",
            "现在运行的是软中断（tasklet 或定时器）：不允许睡眠。",
        ]
    } else if context.has(Context::IRQS_OFF) {
        [
            "Now interrupts are off: the task must not sleep.",
            "现在中断已关闭：不允许睡眠。",
        ]
    } else if context.has(Context::SPINLOCK) {
        [
            "Now a spinlock is held: its holder must not sleep.",
            "现在持有自旋锁：持有者不允许睡眠。",
        ]
    } else if context.has(Context::MEMALLOC) {
        [
            "Now a task that frees memory is running (PF_MEMALLOC): no watermark holds it.",
            "现在运行的是正在回收内存的任务（PF_MEMALLOC）：不受水位线约束。",
        ]
    } else if context.has(Context::REALTIME) {
        [
            "Now a realtime task is running: it may sleep, and may dig deeper into the reserve.",
            "现在运行的是实时任务：可以睡眠，也可以更多地动用储备。",
        ]
    } else {
        [
            "Now an ordinary process is running: it may sleep.",
            "现在处于普通的进程上下文：可以睡眠。",
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kmalloc_core::event::SlabId;
    use kmalloc_core::gfp::Gfp;
    use kmalloc_core::run::Bounds;
    use kmalloc_core::script::parse;

    /// One or more of every kind; that none is forgotten is checked against the names.
    fn samples() -> Vec<Event> {
        let (cache, slab) = (CacheId(7), SlabId(0));
        let zone = ZoneId::NORMAL;
        let (pfn, order, gfp) = (0x180, 4, Gfp::KERNEL);
        let list = Temperature::Hot;
        let address = 0xc010_39e0;
        let mut samples = crate::lang::world::tests::samples();
        samples.extend([
            Event::Called { call: 0 },
            Event::Called { call: 99 },
            Event::ClassChosen {
                cache,
                size: 100,
                gfp,
            },
            Event::ClassMissing { size: 200_000, gfp },
            Event::ArrayEmpty { cache, limit: 120 },
            Event::RefillAsked {
                cache,
                wanted: 60,
                touched: true,
            },
            Event::RefillAsked {
                cache,
                wanted: 16,
                touched: false,
            },
            Event::GrowAsked { cache, order: 0 },
            Event::PagesAsked { order: 3, gfp },
            Event::ZoneUntested { zone },
            Event::BlockMissing { zone, order },
            Event::PcpLow {
                zone,
                list,
                count: 0,
                low: 2,
            },
            Event::KswapdWoken {
                zone,
                free: 1,
                low: 70,
            },
            Event::MightSleep {
                in_slab: true,
                printed: true,
            },
            Event::MightSleep {
                in_slab: false,
                printed: false,
            },
            Event::SleptAtomic,
            Event::ReclaimStarted { order, gfp },
            Event::ReclaimEnded { freed: 1 },
            Event::LoopCut { waits: 5 },
            Event::Taken {
                zone,
                order,
                want: 0,
                to: Destination::Pcp(list),
                pfn,
            },
            Event::Taken {
                zone,
                order,
                want: 4,
                to: Destination::Caller,
                pfn,
            },
            Event::Split { zone, order, pfn },
            Event::Joined {
                zone,
                order,
                hand_is_upper: true,
                buddy: pfn,
            },
            Event::Listed { zone, order, pfn },
            Event::PcpGot {
                zone,
                list,
                left: 5,
                pfn,
            },
            Event::PcpPut { zone, list, pfn },
            Event::Drained { zone, list, pfn },
            Event::ObjectGot {
                cache,
                left: 14,
                address,
            },
            Event::ObjectPut { cache, address },
            Event::FreeSlabsTouched { cache },
            Event::ArrayFilled {
                cache,
                count: 16,
                slab,
            },
            Event::FlushStarted { cache, count: 60 },
            Event::ObjectReturned { cache, address },
            Event::ColourDrawn { cache },
            Event::SlabGrew {
                cache,
                colour: 0,
                pfn,
                management: 0,
            },
            Event::SlabGrew {
                cache,
                colour: 0,
                pfn,
                management: address,
            },
            Event::SlabDied { cache, slab },
            Event::CacheCreated {
                cache,
                descriptor: address,
                array: address,
            },
            Event::ArrayMoved {
                cache,
                array: address,
            },
            Event::ArrayTuned {
                cache,
                array: address,
            },
            Event::ArrayUntouched { cache },
            Event::FreeSlabsUntouched { cache },
            Event::ReapPlanned { cache, at: 5000 },
            Event::ReapScheduled { at: 5000 },
            Event::MinFreeSet { kbytes: 282 },
            Event::ProtectionRatioSet { ratio: 1 },
            Event::BootHeld { order, pfn },
            Event::Waited { jiffies: 100 },
            Event::Warned {
                order,
                printed: true,
                suppressed: 0,
                gfp,
            },
            Event::Warned {
                order,
                printed: false,
                suppressed: 0,
                gfp,
            },
            Event::OomCalled { kills: true, gfp },
            Event::OomCalled { kills: false, gfp },
            Event::ReclaimOffered { order, pfn },
            Event::ReclaimPlanned { blocks: 3 },
            Event::ReclaimPlanUsed,
            Event::ReclaimUsed,
            Event::VictimOffered { order, pfn },
            Event::VictimUsed,
            Event::PatienceSet { waits: 50 },
            Event::Written {
                byte: 0x41,
                address,
                length: 100,
            },
        ]);
        let passes = [Pass::Low, Pass::Min, Pass::AfterReclaim];
        for (pass, granted) in passes
            .into_iter()
            .flat_map(|pass| [(pass, true), (pass, false)])
        {
            samples.push(Event::ZoneTested {
                zone,
                pass,
                granted,
                free: 70,
                need: 71,
            });
        }
        for why in [
            GrowFailure::NoGrow,
            GrowFailure::NoPages,
            GrowFailure::NoManagement,
        ] {
            samples.push(Event::GrowFailed { cache, why });
        }
        samples.extend(
            [Retry::SmallOrder, Retry::Repeat, Retry::NoFail].map(|why| Event::RetryChosen { why }),
        );
        for why in FAILURES {
            samples.push(Event::PagesRefused { order: 4, gfp, why });
        }
        for sin in SINS {
            samples.push(Event::Sinned { sin, address });
            samples.push(Event::Sinned { sin, address: 0 });
        }
        for why in [
            Stop::CacheGrowBug,
            Stop::Undefined(Sin::DoubleFree),
            Stop::Endless,
        ] {
            samples.push(Event::Stopped { why });
        }
        for mark in [
            Mark::Min,
            Mark::Low,
            Mark::High,
            Mark::ProtectionDma,
            Mark::ProtectionNormal,
            Mark::ProtectionHighMem,
        ] {
            samples.push(Event::MarkSet {
                zone,
                mark,
                pages: 56,
            });
        }
        for context in [
            Context::PROCESS,
            Context::HARDIRQ,
            Context::SOFTIRQ,
            Context::SPINLOCK,
        ] {
            samples.push(Event::ContextSet { context });
        }
        samples
    }

    const FAILURES: [Failure; 6] = [
        Failure::OrderTooLarge,
        Failure::EmptyZonelist,
        Failure::MayNotWait,
        Failure::MemallocExhausted,
        Failure::NoRetry,
        Failure::CostlyOrder,
    ];

    const SINS: [Sin; 15] = [
        Sin::DoubleFree,
        Sin::WrongFree,
        Sin::WrongOrder,
        Sin::Overrun,
        Sin::UseAfterFree,
        Sin::NullDereference,
        Sin::BothZoneBits,
        Sin::NotAnAddress,
        Sin::Uninitialised,
        Sin::LockHeld,
        Sin::LockNotHeld,
        Sin::Deadlock,
        Sin::Disclosed,
        Sin::OutOfReach,
        Sin::Leaked,
    ];

    fn run() -> Run {
        let parsed = parse("p = kmalloc(100, GFP_KERNEL);");
        Run::new(&parsed.scenario, Bounds::default()).expect("the teaching machine boots")
    }

    fn check(lang: Lang, text: &str) {
        assert!(!text.is_empty() && !text.contains(['{', '}']), "{text}");
        assert_eq!(
            text.matches('`').count() % 2,
            0,
            "a backtick has no partner: {text}"
        );
        let han = text
            .chars()
            .any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
        assert_eq!(han, lang == Lang::Zh, "the wrong language: {text}");
    }

    #[test]
    fn every_event_has_its_sentence_in_both_languages() {
        let run = run();
        let samples = samples();
        for name in Event::NAMES {
            assert!(
                samples.iter().any(|event| event.name() == *name),
                "no sample of {name}"
            );
        }
        for (event, lang) in samples
            .iter()
            .flat_map(|event| Lang::ALL.map(|lang| (event, lang)))
        {
            check(lang, &sentence(lang, event, &run));
        }
    }

    #[test]
    fn the_split_as_the_design_says_it() {
        let event = Event::Split {
            zone: ZoneId::NORMAL,
            order: 4,
            pfn: 0x180,
        };
        assert_eq!(
            sentence(Lang::En, &event, &run()),
            "Order-4 block `0x180` splits: the lower half goes on, the upper half `0x188` goes to the head of order 3."
        );
    }

    #[test]
    fn an_answer_names_the_address_of_the_mistake() {
        let last = |text: &str| {
            let parsed = parse(text);
            assert!(parsed.errors.is_empty());
            let run = Run::new(&parsed.scenario, Bounds::default()).expect("the machine boots");
            let call = run.calls().last().expect("a call");
            let address = match run.calls()[0].answer {
                Answer::Object { address, .. } => address,
                _ => 0,
            };
            (answer(Lang::En, call, &run), format!("`{address:#x}`"))
        };
        let (said, address) = last("p = kmalloc(100, GFP_KERNEL); kfree(p); kfree(p);");
        assert_eq!(said, format!("Double free: {address} is free already."));
        let (said, address) = last("p = kmalloc(100, GFP_KERNEL); memset(p, 0x41, 500);");
        assert!(said.contains(&address), "{said}");
        let (said, _) =
            last("h = alloc_pages(GFP_HIGHUSER, 3); __free_pages(h, 3); __free_pages(h, 3);");
        assert_eq!(said, "Double free: this block is free already.");
    }

    #[test]
    fn one_is_said_in_the_singular() {
        let run = run();
        let (cache, slab, address) = (CacheId(7), SlabId(0), 0xc010_39e0);
        let said = [
            Event::ArrayFilled {
                cache,
                count: 1,
                slab,
            },
            Event::FlushStarted { cache, count: 1 },
            Event::Waited { jiffies: 1 },
            Event::Written {
                byte: 0x41,
                address,
                length: 1,
            },
            Event::ZoneTested {
                zone: ZoneId::DMA,
                pass: Pass::Low,
                granted: false,
                free: 1,
                need: 15,
            },
        ]
        .map(|event| sentence(Lang::En, &event, &run));
        for text in said {
            for wrong in [
                "1 objects",
                "1 bytes",
                "1 jiffies",
                "1 free pages",
                " are ",
                " move ",
            ] {
                assert!(!text.contains(wrong), "{text}");
            }
        }
    }

    #[test]
    fn answers_and_ends_are_said_in_both_languages() {
        let run = run();
        let mut answers = vec![
            run.calls()[0].answer,
            Answer::Pages {
                pfn: 5,
                order: 0,
                address: Some(0xc000_5000),
            },
            Answer::Pages {
                pfn: 5,
                order: 0,
                address: None,
            },
            Answer::Null(NullReason::TooLarge),
            Answer::Null(NullReason::NoGrow),
            Answer::Null(NullReason::NoAddress),
            Answer::Null(NullReason::NoArea),
            Answer::Size(128),
            Answer::Mapped {
                address: 0xfe00_1000,
                pfn: 5,
            },
            Answer::Area {
                address: 0xc100_0000,
                pages: 3,
            },
            Answer::Handed {
                bytes: 128,
                foreign: 0,
                writer: None,
            },
            Answer::Handed {
                bytes: 128,
                foreign: 5,
                writer: Some(0),
            },
            Answer::Filled {
                bytes: 128,
                hot: true,
            },
            Answer::Filled {
                bytes: 128,
                hot: false,
            },
            Answer::Populated { pages: 5 },
            Answer::Done,
            Answer::Stopped(Stop::Endless),
        ];
        answers.extend(FAILURES.map(|why| Answer::Null(NullReason::NoPages(why))));
        answers.extend(SINS.map(Answer::Sinned));
        let ends = [
            Ended::Stopped(Stop::CacheGrowBug),
            Ended::TooManyCalls,
            Ended::TooManyEvents,
            Ended::TooManySteps,
            Ended::Blocked,
            Ended::Cancelled,
        ];
        for lang in Lang::ALL {
            for &given in &answers {
                let mut call = run.calls()[0].clone();
                call.answer = given;
                check(lang, &answer(lang, &call, &run));
            }
            for why in ends {
                check(lang, ended(lang, why));
            }
            check(lang, at_the_start(lang));
        }
    }
}
