//! What one change would make a call succeed, in both languages: why a change works, what it costs, and why others do not.

use kmalloc_core::gfp::Gfp;
use kmalloc_core::run::remedy::{Change, Effects, Outcome, Tried, Trouble};
use kmalloc_core::script::ast::Call;

use super::{Arg, Lang, fill, sentences};

/// One text in each language.
type Both = [&'static str; 2];

/// Everything that stands around the changes.
pub struct Texts {
    /// The button, and the title behind it.
    pub question: &'static str,
    /// While it is tried: how many were, how many are left.
    pub trying: &'static str,
    /// At the end: how many were tried, how many work.
    pub found: &'static str,
    /// At the end: nothing works. How many were tried.
    pub none: &'static str,
    /// There is nothing that one change of this call could do.
    pub nothing: &'static str,
    /// Button: put it into the text.
    pub take: &'static str,
    /// Those that do not work, with their number.
    pub in_vain: &'static str,
    /// Button: no more of this.
    pub close: &'static str,
    /// Button: see both runs.
    pub compare: &'static str,
}

const EN: Texts = Texts {
    question: "What one change would make it succeed?",
    trying: "Running the scenario again: {0} tried, {1} to go …",
    found: "{0 change} tried, each by running the scenario again; {1} of them would do.",
    none: "{0 change} tried, each by running the scenario again: none of them is enough alone. Try two together, or look at what happens before this call.",
    nothing: "This call has nothing that one change could put right. Look at the calls before it.",
    take: "Try it",
    in_vain: "Tried in vain ({0})",
    close: "Close",
    compare: "Compare",
};

const ZH: Texts = Texts {
    question: "只改一处，怎样才能成功？",
    trying: "正在重新运行脚本：试过 {0} 种，还剩 {1} 种……",
    found: "试了 {0} 种改法，每种都把脚本重新运行一遍；其中 {1} 种可行。",
    none: "试了 {0} 种改法，每种都把脚本重新运行一遍：单靠其中任何一种都不够。可以同时改两处，或者看看这次调用之前发生了什么。",
    nothing: "只改这次调用的一处，解决不了问题。请看看它之前的调用。",
    take: "试试看",
    in_vain: "试过但无效（{0}）",
    close: "关闭",
    compare: "对比",
};

impl Lang {
    /// The texts around the changes.
    #[inline(never)]
    pub const fn remedies(self) -> &'static Texts {
        match self {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }
}

fn say(lang: Lang, both: Both, args: &[Arg<'_>]) -> String {
    fill(both[lang as usize], args)
}

fn number(value: u32) -> Arg<'static> {
    Arg::Number(value.into())
}

/// Why a change works and what it costs. `call`: as it is now.
pub fn why(lang: Lang, call: &Call, tried: &Tried, effects: &Effects) -> String {
    let mut text = match &tried.change {
        Change::Flags { from, to } => say(lang, flags(*from, *to), &[]),
        Change::Earlier { who: Some(who), .. } => say(
            lang,
            [
                "Made before the {0} block, in process context: there it may sleep.",
                "移到 {0} 块之前，在进程上下文里调用：那里可以睡眠。",
            ],
            &[Arg::Name(who.keyword())],
        ),
        Change::Earlier {
            lock: Some(lock), ..
        } => say(
            lang,
            [
                "Made before {0} is taken: there it may sleep.",
                "在获取锁 {0} 之前调用：那里可以睡眠。",
            ],
            &[Arg::Name(lock)],
        ),
        Change::Earlier { .. } => say(
            lang,
            [
                "Made while interrupts are still enabled: there it may sleep.",
                "在关中断之前调用：那里可以睡眠。",
            ],
            &[],
        ),
        Change::Vmalloc => say(
            lang,
            [
                "`vmalloc` needs no large block: its pages may lie anywhere, only the addresses lie side by side. It may sleep, costs page tables, is given back with `vfree`, and is not for DMA.",
                "`vmalloc` 不需要大块：页可以散在各处，只有地址是连续的。它可能睡眠，要占用页表，用 `vfree` 释放，也不能用于 DMA。",
            ],
            &[],
        ),
        Change::Free(name) => say(
            lang,
            [
                "Given back first, the memory of {0} is enough for this request.",
                "先释放 {0}，腾出的内存就足够满足这次请求。",
            ],
            &[Arg::Name(name)],
        ),
        Change::Size(size) => {
            let asked = match call {
                Call::Kmalloc { size, .. } => *size,
                _ => 0,
            };
            say(
                lang,
                [
                    "The largest class that succeeds here holds {0 byte}, {1} fewer than asked. You could ask for several of these instead.",
                    "这里能成功的最大的大小类是 {0} 字节，比申请的少 {1} 字节。可以改为分几次申请。",
                ],
                &[number(*size), number(asked.saturating_sub(*size))],
            )
        }
        Change::Order(order) => say(
            lang,
            [
                "The largest block that succeeds here has order {0}: {1 page}. You could ask for several of these instead.",
                "这里能成功的最大的块是 {0} 阶：{1} 页。可以改为分几次申请。",
            ],
            &[number(*order), number(1 << order)],
        ),
        Change::Keep(_) => say(
            lang,
            [
                "A name keeps the address: without it nobody could ever free the memory.",
                "用一个变量记住地址：否则再也没有人能释放这块内存。",
            ],
            &[],
        ),
        Change::RightFree => say(
            lang,
            [
                "Memory goes back through the partner of the function that gave it, with the same order.",
                "内存要用与分配函数配对的函数释放，阶也必须相同。",
            ],
            &[],
        ),
        Change::Length(bytes) => say(
            lang,
            [
                "So many bytes were asked for: {0}. What lies behind belongs to nobody, or to somebody else.",
                "当初申请的就是 {0} 字节。后面的内存不属于你，也许属于别人。",
            ],
            &[number(*bytes)],
        ),
        Change::Clear => say(
            lang,
            [
                "Cleared first, the memory holds nothing of its former owner. `kmalloc` does not clear.",
                "先清零，内存里就不再有前一个主人的数据。`kmalloc` 自己不清零。",
            ],
            &[],
        ),
        Change::LeaveOut => say(
            lang,
            [
                "The call is one too many: left out, nothing is wrong.",
                "这次调用是多余的：去掉它就没有问题。",
            ],
            &[],
        ),
    };
    for cost in costs(lang, effects) {
        if lang == Lang::En {
            text.push(' ');
        }
        text.push_str(&cost);
    }
    text
}

/// What the run with it has cost.
fn costs(lang: Lang, effects: &Effects) -> impl Iterator<Item = String> {
    let Effects {
        waited,
        freed,
        killed,
        ..
    } = *effects;
    let slept = (waited > 0).then(|| {
        say(
            lang,
            ["Here it waits {0} ms.", "这里它等待了 {0} 毫秒。"],
            &[number(waited)],
        )
    });
    let reclaimed = (freed > 0).then(|| {
        say(
            lang,
            ["Its reclaim frees {0 page}.", "它的回收释放了 {0} 页。"],
            &[number(freed)],
        )
    });
    let victims = (killed > 0).then(|| {
        say(
            lang,
            [
                "The OOM killer acts for it; killed: {0}.",
                "为此 OOM killer 杀掉了 {0} 个进程。",
            ],
            &[number(killed)],
        )
    });
    let reserve = effects.reserve.map(|(zone, free, min)| {
        say(
            lang,
            [
                "It takes from the reserve: zone {0} is left with {1} free, below `pages_min` = {2}.",
                "它动用了储备：{0} 区只剩 {1} 个空闲页，低于 `pages_min` = {2}。",
            ],
            &[Arg::Name(zone.name()), number(free), number(min)],
        )
    });
    let starved = effects.starved.map(|call| {
        say(
            lang,
            [
                "But later, call {0} gets `NULL` for it.",
                "但后面的第 {0} 次调用因此得到 `NULL`。",
            ],
            &[number(call as u32 + 1)],
        )
    });
    let all = [slept, reclaimed, victims, reserve, starved];
    all.into_iter().flatten()
}

fn flags(from: Gfp, to: Gfp) -> Both {
    let added = to & !from;
    let removed = from & !to;
    if removed.has(Gfp::WAIT) {
        [
            "Without `__GFP_WAIT` it never sleeps, and `__GFP_HIGH` lets it use part of the reserve. It fails more easily: check for `NULL`.",
            "没有 `__GFP_WAIT` 就绝不睡眠，`__GFP_HIGH` 又允许它动用一部分储备。但它更容易失败：一定要检查 `NULL`。",
        ]
    } else if added.has(Gfp::WAIT) {
        [
            "With `__GFP_WAIT` it may sleep until reclaim has freed memory. Never write this in an interrupt or under a spinlock.",
            "有了 `__GFP_WAIT`，它可以睡眠，等回收腾出内存。在中断里或持有自旋锁时绝不能这样写。",
        ]
    } else if removed.has(Gfp::HIGHMEM) {
        [
            "Memory that is used by its address cannot come from high memory: it has none.",
            "要按地址使用的内存不能来自高端内存：那里没有线性地址。",
        ]
    } else if removed.has(Gfp::DMA) {
        [
            "Without `__GFP_DMA` any zone of low memory will do. An ISA device may not reach it then.",
            "去掉 `__GFP_DMA`，低端内存的任何一个区都可以。但 ISA 设备可能就寻址不到了。",
        ]
    } else if removed.has(Gfp::NO_GROW) {
        [
            "Without `__GFP_NO_GROW` the cache may take new pages.",
            "去掉 `__GFP_NO_GROW`，缓存就可以取新的页。",
        ]
    } else if removed.has(Gfp::NORETRY) {
        [
            "Without `__GFP_NORETRY` it goes on after one reclaim has not been enough. That can take long.",
            "去掉 `__GFP_NORETRY`，一次回收不够时它会继续重试。这可能要很久。",
        ]
    } else if removed.unnamed() != Gfp::NONE {
        [
            "No flag of this kernel has that bit.",
            "这个内核没有任何标志用到这一位。",
        ]
    } else if added.has(Gfp::NOFAIL) {
        [
            "With `__GFP_NOFAIL` it tries until it succeeds, however long. The book warns drivers strongly against it: a request that cannot be met never returns.",
            "有了 `__GFP_NOFAIL`，它一直重试到成功为止，不管多久。书中强烈告诫驱动不要用它：满足不了的请求永远不会返回。",
        ]
    } else if added.has(Gfp::REPEAT) {
        [
            "With `__GFP_REPEAT` it tries again after each reclaim. It takes longer, and may still fail.",
            "有了 `__GFP_REPEAT`，每次回收之后都会重试。花的时间更长，而且仍可能失败。",
        ]
    } else if added.has(Gfp::HIGH) {
        [
            "With `__GFP_HIGH` it may go down to half of `pages_min`. That reserve is for those who cannot wait.",
            "有了 `__GFP_HIGH`，可以用到 `pages_min` 的一半。这份储备是留给不能等待的请求的。",
        ]
    } else if added.has(Gfp::DMA) {
        [
            "With `__GFP_DMA` it comes from the DMA zone. That zone is small, and ISA devices have no other.",
            "有了 `__GFP_DMA`，内存来自 DMA 区。这个区很小，而 ISA 设备只能用它。",
        ]
    } else if added.has(Gfp::HIGHMEM) {
        [
            "With `__GFP_HIGHMEM` it may come from high memory. Such a page must be mapped with `kmap` to be used.",
            "有了 `__GFP_HIGHMEM`，可以用高端内存。这样的页要先用 `kmap` 映射才能访问。",
        ]
    } else if added != Gfp::NONE {
        [
            "Reclaim may then start disk I/O and call filesystems, so that it finds more. Not where a lock of a filesystem is held.",
            "这样回收可以启动磁盘 I/O、调用文件系统，能找到更多内存。但持有文件系统的锁时不能这样写。",
        ]
    } else {
        [
            "Reclaim may then call no filesystem, or start no disk I/O: it cannot come back to the locks that the caller holds. It finds less.",
            "这样回收不会调用文件系统，或不会启动磁盘 I/O：不会再碰到调用者自己持有的锁。代价是能回收的内存更少。",
        ]
    }
}

/// Why a change does not work.
pub fn why_not(lang: Lang, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Works(_) => String::new(),
        Outcome::Fails(trouble) => say(
            lang,
            ["fails all the same: {0}", "还是不行：{0}"],
            &[Arg::Text(&trouble_text(lang, *trouble))],
        ),
        Outcome::Harms(line, trouble) => say(
            lang,
            ["but then {0} fails: {1}", "但这样 {0} 会出错：{1}"],
            &[Arg::Name(line), Arg::Text(&trouble_text(lang, *trouble))],
        ),
        Outcome::Unclear => say(
            lang,
            ["the calls before it change, too", "它之前的调用也跟着变了"],
            &[],
        ),
    }
}

fn trouble_text(lang: Lang, trouble: Trouble) -> String {
    match trouble {
        Trouble::Null(why) => sentences::null(lang, why),
        Trouble::Stopped(why) => sentences::stopped(lang, why),
        Trouble::Sinned(sin) => sentences::sinned(lang, sin),
        Trouble::SleptAtomic => say(
            lang,
            [
                "it sleeps where nobody may sleep",
                "在不允许睡眠的地方睡眠了",
            ],
            &[],
        ),
        Trouble::MightSleep => say(
            lang,
            [
                "it could sleep where nobody may sleep",
                "在不允许睡眠的地方可能睡眠",
            ],
            &[],
        ),
    }
}
