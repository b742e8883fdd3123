//! What happens around the allocator, in both languages: reclaim, kswapd, writes, other tasks, devices, addresses.
//!
//! Sentences for the player's line; titles, reasons and sources for the decision path. Events of the allocator itself are
//! in `sentences` and `stage`.

use kmalloc_core::event::{Activated, Event, Kept, Shrinker};
use kmalloc_core::page::{PageKind, PageState};
use kmalloc_core::run::Answer;

use super::{Arg, Lang, fill};

/// One text in both languages.
type Both = [&'static str; 2];

/// What happened, or None for an event of the allocator.
pub fn sentence(lang: Lang, event: &Event) -> Option<String> {
    let say = |both: Both, args: &[Arg<'_>]| Some(fill(both[lang as usize], args));
    let number = |value: u32| Arg::Number(value.into());
    match *event {
        Event::LruAdded { state, owner, pfn } => {
            say(added(state), &[Arg::Hex(pfn), Arg::Number(owner.into())])
        }
        Event::ScanPlanned {
            zone,
            priority,
            active,
            inactive,
        } => say(
            [
                "Priority {1} for {0}: {2 page} of `active` and {3 page} of `inactive` stay due for a later scan.",
                "{0} 的优先级为 {1}：`active` 累计 {2} 页、`inactive` 累计 {3} 页待扫描，留到下次。",
            ],
            &[
                Arg::Name(zone.label()),
                Arg::Number(priority.into()),
                number(active),
                number(inactive),
            ],
        ),
        Event::ZoneScanned {
            zone,
            active,
            pages,
        } => say(
            if active {
                [
                    "Up to {1 page} at the tail of the `active` list of {0} are looked at.",
                    "从 {0} 的 `active` 链表表尾起，最多查看 {1} 页。",
                ]
            } else {
                [
                    "Up to {1 page} at the tail of the `inactive` list of {0} are looked at.",
                    "从 {0} 的 `inactive` 链表表尾起，最多查看 {1} 页。",
                ]
            },
            &[Arg::Name(zone.label()), number(pages)],
        ),
        Event::ActiveScanned { zone, pages } => say(
            [
                "{1 page} of the `active` list of {0} count as scanned.",
                "{0} 的 `active` 链表：扫描计数增加 {1} 页。",
            ],
            &[Arg::Name(zone.label()), number(pages)],
        ),
        Event::ZoneGivenUp { zone } => say(
            [
                "`kswapd` gives up on {0} until something is freed there.",
                "`kswapd` 暂时放弃 {0}，直到有页释放回这里。",
            ],
            &[Arg::Name(zone.label())],
        ),
        Event::PrioritiesReset => say(
            [
                "A reclaim begins at priority 12: only a 4096th of each list.",
                "回收从优先级 12 开始：每个链表只扫描 1/4096。",
            ],
            &[],
        ),
        Event::PrioritiesSettled { .. } => say(
            [
                "The zones remember how far down the priority had to go.",
                "各内存区记下这次优先级降到了多低。",
            ],
            &[],
        ),
        Event::Unreferenced { pfn } => say(
            [
                "Page {0} was used since the last look; that mark is cleared.",
                "页 {0} 自上次查看之后被访问过，现在清除访问标记。",
            ],
            &[Arg::Hex(pfn)],
        ),
        Event::Unmapped { pfn } => say(
            [
                "Page {0} is taken out of every process's page tables.",
                "页 {0} 从所有进程的页表中解除映射。",
            ],
            &[Arg::Hex(pfn)],
        ),
        Event::SwapAdded { pfn } => say(
            [
                "Page {0} of a process gets a place in swap space; it must be written there first.",
                "进程的页 {0} 分到一个交换槽，必须先写入交换区。",
            ],
            &[Arg::Hex(pfn)],
        ),
        Event::BuffersReleased { pfn } => say(
            [
                "The filesystem releases the buffers of page {0}, without I/O.",
                "文件系统释放页 {0} 的缓冲头，不需要 I/O。",
            ],
            &[Arg::Hex(pfn)],
        ),
        Event::WriteStarted { pfn, .. } => say(
            [
                "Page {0} begins to be written to the disk.",
                "页 {0} 开始写回磁盘。",
            ],
            &[Arg::Hex(pfn)],
        ),
        Event::WriteEnded { pfn } => say(
            [
                "The write of page {0} is done: the page is clean.",
                "页 {0} 写回完成，现在是干净页。",
            ],
            &[Arg::Hex(pfn)],
        ),
        Event::PageKept { why, pfn } => say(
            [
                "Page {0} stays on `inactive`: {1}.",
                "页 {0} 留在 `inactive`：{1}。",
            ],
            &[Arg::Hex(pfn), Arg::Text(kept(why)[lang as usize])],
        ),
        Event::PageActivated { why, pfn } => say(
            [
                "Page {0} goes to `active`: {1}.",
                "页 {0} 移到 `active`：{1}。",
            ],
            &[Arg::Hex(pfn), Arg::Text(activated(why)[lang as usize])],
        ),
        Event::PageDeactivated { pfn } => say(
            [
                "Page {0} moves from `active` to `inactive`: it may be reclaimed soon.",
                "页 {0} 从 `active` 移到 `inactive`：不久可能被回收。",
            ],
            &[Arg::Hex(pfn)],
        ),
        Event::PageRotated { pfn } => say(
            [
                "Page {0} is mapped and stays on `active`.",
                "页 {0} 有映射，留在 `active`。",
            ],
            &[Arg::Hex(pfn)],
        ),
        Event::PageDropped { pfn } => say(
            [
                "Page {0} leaves its file or its process: it can be freed.",
                "页 {0} 脱离所属的文件或进程：可以释放了。",
            ],
            &[Arg::Hex(pfn)],
        ),
        Event::CachePageAdded { shrinker, pfn } => say(
            [
                "Page {0} is full of {1} that nobody uses.",
                "页 {0} 装满了没人用的 {1}。",
            ],
            &[Arg::Hex(pfn), Arg::Text(objects(shrinker)[lang as usize])],
        ),
        Event::ShrinkerAsked {
            shrinker,
            allowed,
            objects: count,
        } => say(
            if allowed {
                [
                    "The shrinker of the {0} is asked: {1} could go.",
                    "询问 {0} 的收缩函数：有 {1} 个可以丢弃。",
                ]
            } else {
                [
                    "The shrinker of the {0} has {1} to give, but without `__GFP_FS` it must not.",
                    "{0} 的收缩函数有 {1} 个可以丢弃，但没有 `__GFP_FS`，不允许收缩。",
                ]
            },
            &[Arg::Text(objects(shrinker)[lang as usize]), number(count)],
        ),
        Event::ShrinkPlanned { shrinker, due } => say(
            [
                "The shrinker of the {0} still owes {1}.",
                "{0} 的收缩函数累计 {1} 个待扫描，留到下次。",
            ],
            &[Arg::Text(objects(shrinker)[lang as usize]), number(due)],
        ),
        Event::CachePageShrunk { shrinker, pfn } => say(
            [
                "The {1} on page {0} are thrown away: the page can be freed.",
                "页 {0} 上的 {1} 被丢弃：这一页可以释放了。",
            ],
            &[Arg::Hex(pfn), Arg::Text(objects(shrinker)[lang as usize])],
        ),
        Event::SwapOn { pages } => say(
            [
                "There is swap space for {0 page} more.",
                "新增可容纳 {0} 页的交换空间。",
            ],
            &[number(pages)],
        ),
        Event::DiskSet { jiffies, .. } => say(
            [
                "A write to the disk takes {0 millisecond} from now on.",
                "从现在起，写一次磁盘需要 {0} 毫秒。",
            ],
            &[number(jiffies)],
        ),
        Event::WorldSet { .. } => say(
            [
                "From now on there are files and processes beside the driver, and `kswapd` lives.",
                "从现在起，除了驱动还有文件和进程，`kswapd` 也在运行。",
            ],
            &[],
        ),
        Event::ProcessStarted { pages } => say(
            [
                "A user process starts that wants {0 page} of its own.",
                "启动一个用户进程，它要用 {0} 页自己的内存。",
            ],
            &[number(pages)],
        ),
        Event::ProcessKilled { process: 0 } => say(
            [
                "The OOM killer finds no process but the one that asks: no watermark holds it any more.",
                "OOM killer 找不到别的进程，只好选中正在申请内存的任务：它不再受水位线约束。",
            ],
            &[],
        ),
        Event::ProcessKilled { process } => say(
            [
                "The OOM killer chooses user process {0}: all of its pages come back.",
                "OOM killer 选中 {0} 号用户进程：它的页全部收回。",
            ],
            &[Arg::Number(process.into())],
        ),
        Event::KswapdStarted { .. } => say(
            [
                "`kswapd` gets the processor and goes to work.",
                "`kswapd` 得到处理器，开始工作。",
            ],
            &[],
        ),
        Event::NodeSet { node } => say(
            [
                "The task goes on on a processor of node {0}: its own memory comes first from here on.",
                "任务转到 {0} 号节点的处理器上运行：此后优先使用该节点的内存。",
            ],
            &[Arg::Number(node.into())],
        ),
        Event::KswapdEnded { .. } => say(
            ["`kswapd` goes back to sleep.", "`kswapd` 收工，重新睡眠。"],
            &[],
        ),
        Event::KswapdSpins => say(
            [
                "`kswapd` would scan here for ever: what is left cannot be reclaimed. The lab stops following it.",
                "`kswapd` 会在这里一直扫描下去：剩下的页都无法回收。模拟器不再跟踪它。",
            ],
            &[],
        ),
        Event::TaskSwitched { task: 0 } => say(
            [
                "The first task has the processor again.",
                "第一个任务重新得到处理器。",
            ],
            &[],
        ),
        Event::TaskSwitched { task } => say(
            [
                "While that task sleeps, task {0} gets the processor.",
                "那个任务睡眠期间，{0} 号任务得到处理器。",
            ],
            &[Arg::Number(task.into())],
        ),
        Event::WritepageCalled { pfn } => say(
            [
                "The filesystem's `writepage` is called for page {0}.",
                "为页 {0} 调用文件系统的 `writepage`。",
            ],
            &[Arg::Hex(pfn)],
        ),
        Event::CopiedToUser { address, bytes } => say(
            [
                "{1 byte} from {0} on are copied to user space.",
                "从 {0} 起的 {1} 字节复制到用户空间。",
            ],
            &[Arg::Hex(address), number(bytes)],
        ),
        Event::DmaDone {
            dma, pfn, bytes, ..
        } => say(
            if dma.to_device() {
                [
                    "A device reads {1 byte} from page {0} on, past the processor.",
                    "设备绕过处理器，从页 {0} 起读取 {1} 字节。",
                ]
            } else {
                [
                    "A device writes {1 byte} from page {0} on, past the processor.",
                    "设备绕过处理器，从页 {0} 起写入 {1} 字节。",
                ]
            },
            &[Arg::Hex(pfn), number(bytes)],
        ),
        Event::SlabCorrupted { address, .. } => say(
            [
                "The poison in the free object at {0} is damaged: somebody wrote to it after it was freed.",
                "空闲对象 {0} 的毒化字节被改动：有人在释放之后写过它。",
            ],
            &[Arg::Hex(address)],
        ),
        Event::SlabError { address, .. } => say(
            [
                "The red zone of the object at {0} is not as it should be: freed twice, or overrun.",
                "对象 {0} 的红区不对：要么重复释放，要么写越界。",
            ],
            &[Arg::Hex(address)],
        ),
        Event::ObjectPoisoned {
            allocated, address, ..
        } => say(
            if allocated {
                [
                    "CONFIG_DEBUG_SLAB fills the object at {0} with 0x5a: a caller that reads it uninitialised will notice.",
                    "CONFIG_DEBUG_SLAB 用 0x5a 填满对象 {0}：谁读到未初始化的内容，一眼就能看出来。",
                ]
            } else {
                [
                    "CONFIG_DEBUG_SLAB fills the free object at {0} with 0x6b: whoever writes to it now will be found.",
                    "CONFIG_DEBUG_SLAB 用 0x6b 填满空闲对象 {0}：此后谁再写它，都会被发现。",
                ]
            },
            &[Arg::Hex(address)],
        ),
        Event::SlabPoisoned { .. } => say(
            [
                "CONFIG_DEBUG_SLAB fills every object of the new slab with 0x6b.",
                "CONFIG_DEBUG_SLAB 用 0x6b 填满新 slab 的每个对象。",
            ],
            &[],
        ),
        Event::KernelMapped { address, pfn } => say(
            ["Page {1} gets the address {0}.", "页 {1} 映射到地址 {0}。"],
            &[Arg::Hex(address), Arg::Hex(pfn)],
        ),
        Event::KernelUnmapped { address } => say(
            [
                "The address {0} means nothing any more.",
                "地址 {0} 的映射已解除。",
            ],
            &[Arg::Hex(address)],
        ),
        _ => None,
    }
}

/// A call's answer, short; empty for those of the allocator. `writer` is the call that wrote what was given away.
pub fn answer(lang: Lang, answer: &Answer, writer: &str) -> String {
    let say = |both: Both, args: &[Arg<'_>]| fill(both[lang as usize], args);
    let number = |value: u32| Arg::Number(value.into());
    match *answer {
        Answer::Mapped { address, pfn } => say(
            ["{0}, an address for page {1}", "{0}，页 {1} 的地址"],
            &[Arg::Hex(address), Arg::Hex(pfn)],
        ),
        Answer::Area { address, pages } => say(
            [
                "{0}: {1 page}, each from anywhere",
                "{0}：{1} 页，物理上散在各处",
            ],
            &[Arg::Hex(address), number(pages)],
        ),
        Answer::Handed {
            bytes, foreign: 0, ..
        } => say(
            [
                "{0 byte} given: the caller's own, or never written",
                "交出 {0} 字节：都是自己写的，或从未写过",
            ],
            &[number(bytes)],
        ),
        Answer::Handed { bytes, foreign, .. } if writer.is_empty() => say(
            [
                "{0 byte} given; a former owner wrote {1} of them",
                "交出 {0} 字节，其中 {1} 字节是前一个主人写的",
            ],
            &[number(bytes), number(foreign)],
        ),
        Answer::Handed { bytes, foreign, .. } => say(
            [
                "{0 byte} given; a former owner wrote {1} of them, by {2}",
                "交出 {0} 字节，其中 {1} 字节是前一个主人用 {2} 写的",
            ],
            &[number(bytes), number(foreign), Arg::Name(writer)],
        ),
        Answer::Filled { bytes, hot: true } => say(
            [
                "{0 byte} from the device; the page came from the hot list, and its lines in the processor's cache are thrown away",
                "设备写入 {0} 字节；这一页取自热链表，对应的处理器缓存行全部作废",
            ],
            &[number(bytes)],
        ),
        Answer::Filled { bytes, hot: false } => say(
            ["{0 byte} from the device", "设备写入 {0} 字节"],
            &[number(bytes)],
        ),
        Answer::Populated { pages } => say(["{0 page} filled", "填充了 {0} 页"], &[number(pages)]),
        _ => String::new(),
    }
}

fn added(state: PageState) -> Both {
    if state.has(PageState::ANONYMOUS) {
        [
            "Page {0} belongs to user process {1} now, on `active`.",
            "页 {0} 现在属于 {1} 号用户进程，挂在 `active`。",
        ]
    } else if state.has(PageState::DIRTY) {
        [
            "Page {0} is page cache now, newer than its file on disk.",
            "页 {0} 现在是页缓存，内容比磁盘上的文件新（脏页）。",
        ]
    } else {
        ["Page {0} is page cache now.", "页 {0} 现在是页缓存。"]
    }
}

/// Why a page stays where it is.
pub const fn kept(why: Kept) -> Both {
    match why {
        Kept::Locked => ["it is locked", "它被锁住"],
        Kept::Writeback => ["its write is not done yet", "还在写回"],
        Kept::Referenced => ["it is dirty and was used lately", "是脏页，最近又被访问过"],
        Kept::MayNotWrite => [
            "it is dirty, and the flags forbid to write it",
            "是脏页，而分配标志不允许写回",
        ],
        Kept::Congested => ["the disk's queue is full", "磁盘请求队列已满"],
        Kept::InUse => ["somebody else holds it", "还有别处在引用它"],
        Kept::WriteStarted => [
            "its write has just begun; a later scan can free it",
            "刚开始写回，之后的扫描才能释放它",
        ],
    }
}

/// Why a page is put aside.
pub const fn activated(why: Activated) -> Both {
    match why {
        Activated::Referenced => [
            "it is mapped and was used lately",
            "它有映射，最近又被访问过",
        ],
        Activated::NoSwap => [
            "it belongs to a process, and no swap space is free",
            "它属于进程，而交换空间已用完",
        ],
        Activated::BusyBuffers => ["its buffers are busy", "它的缓冲头正忙"],
    }
}

/// What a page of the world is.
pub const fn kind(lang: Lang, kind: PageKind) -> &'static str {
    let both: Both = match kind {
        PageKind::Clean => ["file, clean", "文件页，干净"],
        PageKind::Dirty => ["dirty", "脏页"],
        PageKind::Writeback => ["being written", "正在写回"],
        PageKind::User => ["user", "用户页"],
        PageKind::Objects => ["dentries, inodes", "dentry、inode"],
    };
    both[lang as usize]
}

/// What its flags say beyond that: which list, whose, and what keeps it.
pub fn state(lang: Lang, state: PageState, owner: u16) -> String {
    let mut words: Vec<String> = Vec::new();
    if state.has(PageState::LISTED) {
        let list = if state.has(PageState::ACTIVE) {
            "active"
        } else {
            "inactive"
        };
        words.push(list.into());
    }
    if owner > 0 {
        let both: Both = ["of process {0}", "属于进程 {0}"];
        words.push(fill(both[lang as usize], &[Arg::Number(owner.into())]));
    }
    let flags: [(PageState, Both); 7] = [
        (PageState::MAPPED, ["mapped", "已映射"]),
        (PageState::REFERENCED, ["used lately", "最近访问过"]),
        (PageState::SWAP_CACHE, ["in swap space", "已分到交换槽"]),
        (PageState::BUFFERS, ["with buffers", "带缓冲头"]),
        (PageState::BUSY_BUFFERS, ["buffers busy", "缓冲头正忙"]),
        (PageState::LOCKED, ["locked", "已加锁"]),
        (PageState::IN_USE, ["held elsewhere", "别处在引用"]),
    ];
    let set = flags.iter().filter(|(flag, _)| state.has(*flag));
    words.extend(set.map(|(_, both)| both[lang as usize].to_string()));
    words.join(["; ", "；"][lang as usize])
}

const fn objects(shrinker: Shrinker) -> Both {
    match shrinker {
        Shrinker::Dentries => ["dentries", "dentry"],
        Shrinker::Inodes => ["inodes", "inode"],
    }
}

/// A scan as one step: its title with what came of it, and where to read on. What was looked at is counted by what was
/// decided of it, in the order in which that came up first.
pub fn scan(lang: Lang, events: &[Event]) -> ((String, String), [&'static str; 3]) {
    let mut counts: Vec<(Both, Option<Both>, u64)> = Vec::new();
    let mut count = |what: Both, why: Option<Both>| {
        let known = counts
            .iter_mut()
            .find(|(known, reason, _)| *known == what && *reason == why);
        match known {
            Some((_, _, times)) => *times += 1,
            None => counts.push((what, why, 1)),
        }
    };
    for event in events {
        match *event {
            Event::PageDropped { .. } => count(["{0} dropped", "丢弃 {0} 页"], None),
            Event::PageKept { why, .. } => {
                count(["{0} kept: {1}", "保留 {0} 页：{1}"], Some(kept(why)))
            }
            Event::PageActivated { why, .. } => count(
                ["{0} to `active`: {1}", "{0} 页移到 `active`：{1}"],
                Some(activated(why)),
            ),
            Event::PageDeactivated { .. } => {
                count(["{0} to `inactive`", "{0} 页移到 `inactive`"], None);
            }
            Event::PageRotated { .. } => {
                count(["{0} stay on `active`", "{0} 页留在 `active`"], None)
            }
            _ => {}
        }
    }
    let all: u64 = counts.iter().map(|(_, _, times)| times).sum();
    let told: Vec<String> = counts
        .iter()
        .map(|(what, why, times)| {
            let why = why.map_or("", |why| why[lang as usize]);
            fill(what[lang as usize], &[Arg::Number(*times), Arg::Text(why)])
        })
        .collect();
    let title: Both = ["{0 page} looked at", "查看 {0} 页"];
    let title = fill(title[lang as usize], &[Arg::Number(all)]);
    let is_active = counts
        .iter()
        .all(|(what, ..)| what[0].contains("active`") && !what[0].contains(':'));
    let place = if is_active && all > 0 {
        ["refill_inactive_zone", "vmscan.c", ""]
    } else {
        ["shrink_list", "vmscan.c", "8.1.1"]
    };
    let told = told.join(["; ", "；"][lang as usize]);
    ((title, told), place)
}

/// A step of the decision path: its title, the kernel function and file, and the book's clause. The numbers are the
/// sentence's.
pub fn step(lang: Lang, event: &Event) -> Option<(&'static str, [&'static str; 3])> {
    let (title, place): (Both, [&str; 3]) = match event {
        Event::LruAdded { .. } => (
            ["A page that reclaim can find", "可回收的页"],
            ["lru_cache_add", "swap.c", ""],
        ),
        Event::PrioritiesReset | Event::PrioritiesSettled { .. } => (
            ["Set the priorities", "设置优先级"],
            ["try_to_free_pages", "vmscan.c", ""],
        ),
        Event::ScanPlanned { .. } => (
            ["Plan the scan", "计算扫描量"],
            ["shrink_zone", "vmscan.c", ""],
        ),
        Event::ZoneScanned { active: true, .. } | Event::ActiveScanned { .. } => (
            ["Look at `active`", "查看 `active` 链表"],
            ["refill_inactive_zone", "vmscan.c", ""],
        ),
        Event::ZoneScanned { active: false, .. } => (
            ["Look at `inactive`", "查看 `inactive` 链表"],
            ["shrink_cache", "vmscan.c", ""],
        ),
        Event::PageDeactivated { .. } | Event::PageRotated { .. } => (
            ["Sort the `active` pages", "整理 `active` 页"],
            ["refill_inactive_zone", "vmscan.c", ""],
        ),
        Event::Unreferenced { .. }
        | Event::PageKept { .. }
        | Event::PageActivated { .. }
        | Event::BuffersReleased { .. } => (
            ["A page is not freed", "这一页没有释放"],
            ["shrink_list", "vmscan.c", ""],
        ),
        Event::Unmapped { .. } => (
            ["Take it from its processes", "解除进程映射"],
            ["try_to_unmap", "rmap.c", ""],
        ),
        Event::SwapAdded { .. } => (
            ["Give it swap space", "分配交换槽"],
            ["add_to_swap", "swap_state.c", ""],
        ),
        Event::WriteStarted { .. } => (
            ["Begin to write a page", "开始写回一页"],
            ["pageout", "vmscan.c", "8.1.1"],
        ),
        Event::WriteEnded { .. } => (
            ["A write is done", "写回完成"],
            ["end_page_writeback", "filemap.c", "8.1.1"],
        ),
        Event::PageDropped { .. } => (
            ["Reclaim a page", "回收一页"],
            ["shrink_list", "vmscan.c", "8.1.1"],
        ),
        Event::CachePageAdded { .. } => (
            ["A page of objects nobody uses", "装满闲置对象的页"],
            ["set_shrinker", "vmscan.c", ""],
        ),
        Event::ShrinkerAsked { .. }
        | Event::ShrinkPlanned { .. }
        | Event::CachePageShrunk { .. } => (
            ["Shrink a cache", "收缩对象缓存"],
            ["shrink_slab", "vmscan.c", ""],
        ),
        Event::ZoneGivenUp { .. }
        | Event::KswapdStarted { .. }
        | Event::KswapdEnded { .. }
        | Event::KswapdSpins => (
            ["`kswapd` at work", "`kswapd` 在工作"],
            ["balance_pgdat", "vmscan.c", ""],
        ),
        Event::ProcessKilled { .. } => (
            ["A process is killed", "杀死一个进程"],
            ["oom_kill_process", "oom_kill.c", ""],
        ),
        Event::SwapOn { .. }
        | Event::DiskSet { .. }
        | Event::WorldSet { .. }
        | Event::ProcessStarted { .. } => (["The world around", "外部环境"], ["", "", ""]),
        Event::NodeSet { .. } => (
            ["Run on another node", "换到另一个节点运行"],
            ["set_cpus_allowed", "sched.c", "8.1.1"],
        ),
        Event::TaskSwitched { .. } => (
            ["Another task runs", "切换任务"],
            ["schedule", "sched.c", "8.1.1"],
        ),
        Event::WritepageCalled { .. } => (
            ["Ask the filesystem to write", "请文件系统写回"],
            ["pageout", "vmscan.c", "8.1.1"],
        ),
        Event::CopiedToUser { .. } => (
            ["Copy to user space", "复制到用户空间"],
            ["copy_to_user", "uaccess.h", "8.1"],
        ),
        Event::DmaDone { .. } => (["A device moves bytes", "设备搬运数据"], ["", "", "8.1.1"]),
        Event::ObjectPoisoned { .. } | Event::SlabPoisoned { .. } => (
            ["Poison the object", "毒化对象"],
            ["poison_obj", "slab.c", ""],
        ),
        Event::SlabCorrupted { .. } | Event::SlabError { .. } => (
            ["The debugging slab complains", "slab 调试检查报错"],
            ["cache_free_debugcheck", "slab.c", "8.1"],
        ),
        Event::KernelMapped { .. } | Event::KernelUnmapped { .. } => (
            ["An address for a page", "为页映射地址"],
            ["map_vm_area", "vmalloc.c", "8.1.1"],
        ),
        _ => return None,
    };
    Some((title[lang as usize], place))
}

/// What the panel of reclaim and the line of tasks say by themselves.
pub struct LruTexts {
    /// Head of the panel.
    pub title: &'static str,
    /// The driver's task.
    pub task: &'static str,
    /// It has the processor.
    pub runs: &'static str,
    /// It reclaims memory by itself.
    pub reclaims: &'static str,
    /// It sleeps.
    pub asleep: &'static str,
    /// kswapd was woken, and waits for the processor.
    pub woken: &'static str,
    /// Swap space.
    pub swap: &'static str,
    /// There is none.
    pub no_swap: &'static str,
    /// The disk.
    pub disk: &'static str,
    /// Behind the tail of `inactive`.
    pub scanned_next: &'static str,
    /// The OOM killer had it.
    pub killed: &'static str,
    /// No page is on a list.
    pub empty: &'static str,
    /// Between two counts.
    pub comma: &'static str,
}

/// The texts of a language.
#[inline(never)]
pub const fn lru_texts(lang: Lang) -> &'static LruTexts {
    match lang {
        Lang::En => &LruTexts {
            title: "LRU lists",
            task: "task",
            runs: "runs",
            reclaims: "runs: reclaims",
            asleep: "z asleep",
            woken: "woken",
            swap: "swap",
            no_swap: "none",
            disk: "disk",
            scanned_next: "◂ looked at next",
            killed: "killed",
            empty: "No page is on a list.",
            comma: ", ",
        },
        Lang::Zh => &LruTexts {
            title: "LRU 链表",
            task: "任务",
            runs: "运行",
            reclaims: "运行：正在回收",
            asleep: "z 睡眠",
            woken: "已唤醒",
            swap: "交换区",
            no_swap: "没有",
            disk: "磁盘",
            scanned_next: "◂ 下一个查看",
            killed: "已被杀死",
            empty: "链表上没有页。",
            comma: "，",
        },
    }
}

fn counted(lang: Lang, both: Both, numbers: &[u32]) -> String {
    let args: Vec<Arg<'_>> = numbers.iter().map(|&n| Arg::Number(n.into())).collect();
    fill(both[lang as usize], &args)
}

/// Another task, by its number.
pub fn other_task(lang: Lang, number: u16) -> String {
    counted(lang, ["task {0}", "任务 {0}"], &[u32::from(number) + 1])
}

/// Writes under way.
pub fn writing(lang: Lang, writes: u32) -> String {
    counted(lang, ["writes {0 page}", "正在写 {0} 页"], &[writes])
}

/// Pages that a long list does not show.
pub fn left_out(lang: Lang, pages: u32) -> String {
    counted(lang, ["… {0} more …", "…… 还有 {0} 页 ……"], &[pages])
}

/// Of something that has an end.
pub fn used_of(lang: Lang, used: u32, total: u32) -> String {
    counted(
        lang,
        ["{0} of {1 page} used", "共 {1} 页，已用 {0} 页"],
        &[used, total],
    )
}

/// So many pages.
pub fn pages(lang: Lang, pages: u32) -> String {
    counted(lang, ["{0 page}", "{0} 页"], &[pages])
}

/// A user process, by its number.
pub fn process(lang: Lang, number: u32) -> String {
    counted(lang, ["process {0}", "进程 {0}"], &[number])
}

/// How long a write takes, and when the next one is done.
pub fn disk(lang: Lang, milliseconds: u32, due: Option<u32>) -> String {
    match due {
        None => counted(
            lang,
            ["a write takes {0} ms", "写一页要 {0} 毫秒"],
            &[milliseconds],
        ),
        Some(due) => counted(
            lang,
            [
                "a write takes {0} ms; the next is done at {1} ms",
                "写一页要 {0} 毫秒；下一页在 {1} 毫秒时写完",
            ],
            &[milliseconds, due],
        ),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use kmalloc_core::event::{CacheId, Dma, SlabId};
    use kmalloc_core::profile::ZoneId;

    /// One or more of every kind of this file.
    pub fn samples() -> Vec<Event> {
        let (pfn, address, zone) = (0x180, 0xc010_39e0, ZoneId::NORMAL);
        let cache = CacheId(7);
        let mut samples = vec![
            Event::LruAdded {
                state: PageState::DIRTY,
                owner: 0,
                pfn,
            },
            Event::LruAdded {
                state: PageState::CLEAN,
                owner: 0,
                pfn,
            },
            Event::LruAdded {
                state: PageState::ANONYMOUS,
                owner: 1,
                pfn,
            },
            Event::ScanPlanned {
                zone,
                priority: 12,
                active: 0,
                inactive: 1,
            },
            Event::ActiveScanned { zone, pages: 32 },
            Event::ZoneGivenUp { zone },
            Event::PrioritiesReset,
            Event::PrioritiesSettled { zones: 3 },
            Event::Unreferenced { pfn },
            Event::Unmapped { pfn },
            Event::SwapAdded { pfn },
            Event::BuffersReleased { pfn },
            Event::WriteStarted {
                for_reclaim: true,
                pfn,
                due: 5,
            },
            Event::WriteEnded { pfn },
            Event::PageDeactivated { pfn },
            Event::PageRotated { pfn },
            Event::PageDropped { pfn },
            Event::SwapOn { pages: 50 },
            Event::DiskSet {
                jiffies: 10,
                congested: false,
            },
            Event::WorldSet {
                kswapd: true,
                page_tables: true,
            },
            Event::ProcessStarted { pages: 300 },
            Event::ProcessKilled { process: 0 },
            Event::ProcessKilled { process: 1 },
            Event::KswapdStarted { node: 0 },
            Event::NodeSet { node: 1 },
            Event::KswapdEnded { freed: 3 },
            Event::KswapdSpins,
            Event::TaskSwitched { task: 0 },
            Event::TaskSwitched { task: 1 },
            Event::WritepageCalled { pfn },
            Event::CopiedToUser {
                address,
                bytes: 128,
            },
            Event::SlabPoisoned { slab: SlabId(0) },
            Event::SlabCorrupted { cache, address },
            Event::SlabError { cache, address },
            Event::KernelMapped { address, pfn },
            Event::KernelUnmapped { address },
        ];
        samples.extend([true, false].map(|allowed| Event::ObjectPoisoned {
            allocated: allowed,
            cache,
            address,
        }));
        samples.extend([true, false].map(|active| Event::ZoneScanned {
            zone,
            active,
            pages: 64,
        }));
        samples.extend([Dma::ToPci, Dma::FromIsa].map(|dma| Event::DmaDone {
            dma,
            offset: 0,
            pfn,
            bytes: 128,
        }));
        let kept = [
            Kept::Locked,
            Kept::Writeback,
            Kept::Referenced,
            Kept::MayNotWrite,
            Kept::Congested,
            Kept::InUse,
            Kept::WriteStarted,
        ];
        samples.extend(kept.map(|why| Event::PageKept { why, pfn }));
        let activated = [
            Activated::Referenced,
            Activated::NoSwap,
            Activated::BusyBuffers,
        ];
        samples.extend(activated.map(|why| Event::PageActivated { why, pfn }));
        for shrinker in Shrinker::ALL {
            samples.extend([
                Event::CachePageAdded { shrinker, pfn },
                Event::ShrinkPlanned { shrinker, due: 3 },
                Event::CachePageShrunk { shrinker, pfn },
            ]);
            samples.extend([true, false].map(|allowed| Event::ShrinkerAsked {
                shrinker,
                allowed,
                objects: 200,
            }));
        }
        samples
    }

    #[test]
    fn every_event_of_the_world_is_a_step_and_a_sentence() {
        for event in samples() {
            for lang in Lang::ALL {
                assert!(sentence(lang, &event).is_some(), "{}", event.name());
                let (title, _) = step(lang, &event).unwrap_or_else(|| panic!("{}", event.name()));
                assert!(!title.is_empty());
            }
        }
    }
}
