//! What the kernel's terms mean: one or two sentences in each language, and where they can be read up in Linux 2.6.10 or in
//! the book (Linux Device Drivers, third edition, written ¶).
//!
//! Data, and the search for terms in a text. How a term looks and opens is the panels' matter. Languages are numbers here, 0
//! English and 1 Chinese, as the page and the builder of the course each have their own names for them.

pub mod prose;

/// A term.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Term {
    /// Its name in the page's source, and in attributes.
    pub id: &'static str,
    /// Words that stand for it in a text, by language. Kernel names are the same in both.
    words: [&'static [&'static str]; 2],
    /// Its place in both tables.
    at: usize,
}

impl Term {
    /// What it is called.
    pub fn name(&self, language: usize) -> &'static str {
        MEANINGS[self.at].names[language]
    }

    /// What it means.
    pub fn text(&self, language: usize) -> &'static str {
        MEANINGS[self.at].texts[language]
    }

    /// File and function of Linux 2.6.10, section of the book.
    pub fn source(&self) -> &'static str {
        MEANINGS[self.at].source
    }

    /// The term of this name.
    pub fn of(id: &str) -> Option<&'static Term> {
        TERMS.iter().find(|term| term.id == id)
    }
}

/// What is read when a term is asked for. Apart from the terms, so that a first visit, which only looks for words, can do
/// without (`xtask/dist/src/data.rs`).
#[derive(Clone, Copy)]
struct Meaning {
    names: [&'static str; 2],
    texts: [&'static str; 2],
    source: &'static str,
}

/// All terms, in the order of the rows.
pub static TERMS: [Term; ROWS.len()] = {
    let mut terms = [ROWS[0].0; ROWS.len()];
    let mut at = 0;
    while at < ROWS.len() {
        terms[at] = ROWS[at].0;
        terms[at].at = at;
        at += 1;
    }
    terms
};

static MEANINGS: [Meaning; ROWS.len()] = {
    let mut meanings = [ROWS[0].1; ROWS.len()];
    let mut at = 0;
    while at < ROWS.len() {
        meanings[at] = ROWS[at].1;
        at += 1;
    }
    meanings
};

/// A part of a text.
#[derive(PartialEq, Debug)]
pub enum Piece<'a> {
    /// Letters.
    Plain(&'a str),
    /// Letters that name a term.
    Term(&'static Term, &'a str),
}

/// A text with the terms in it, each at the first place where it is named. The longest name at a place counts.
pub fn pieces(language: usize, text: &str) -> Vec<Piece<'_>> {
    find(text, &[], |term| term.words[language].iter().copied())
}

/// The terms that these words stand for, each at the first place where it is named, but none of `told`.
fn find<'t, W: Iterator<Item = &'static str>>(
    text: &'t str,
    told: &[&'static str],
    words: impl Fn(&'static Term) -> W,
) -> Vec<Piece<'t>> {
    let mut found = Vec::new();
    let mut told: Vec<&'static str> = told.to_vec();
    let (mut plain, mut at) = (0, 0);
    while let Some(letter) = text[at..].chars().next() {
        let here = named_at(text, at, &words).filter(|(term, _)| !told.contains(&term.id));
        if let Some((term, length)) = here {
            if plain < at {
                found.push(Piece::Plain(&text[plain..at]));
            }
            found.push(Piece::Term(term, &text[at..at + length]));
            told.push(term.id);
            at += length;
            plain = at;
        } else {
            at += letter.len_utf8();
        }
    }
    if plain < text.len() {
        found.push(Piece::Plain(&text[plain..]));
    }
    found
}

/// The term that is named at this place of a text, and the bytes of its name.
fn named_at<W: Iterator<Item = &'static str>>(
    text: &str,
    at: usize,
    words: impl Fn(&'static Term) -> W,
) -> Option<(&'static Term, usize)> {
    let in_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if text[..at].ends_with(in_word) && text[at..].starts_with(in_word) {
        return None;
    }
    let rest = &text[at..];
    let first = rest.as_bytes().first();
    let names = TERMS
        .iter()
        .flat_map(|term| words(term).map(move |word| (term, word)));
    // Nearly every name is told apart by its first letter.
    let names = names.filter(|(_, word)| word.as_bytes().first() == first);
    let here = names.filter(|(_, word)| {
        let after = rest.strip_prefix(word);
        let ends_in_word = word.ends_with(in_word);
        after.is_some_and(|after| !ends_in_word || !after.starts_with(in_word))
    });
    here.map(|(term, word)| (term, word.len()))
        .max_by_key(|(_, length)| *length)
}

/// A row of the table.
type Row = (Term, Meaning);

/// A row of the table.
const fn term(
    id: &'static str,
    names: [&'static str; 2],
    texts: [&'static str; 2],
    source: &'static str,
    words: [&'static [&'static str]; 2],
) -> Row {
    let term = Term { id, words, at: 0 };
    let meaning = Meaning {
        names,
        texts,
        source,
    };
    (term, meaning)
}

/// The table: who asks, flags, zones and marks, pages, objects, waiting.
const ROWS: &[Row] = &[
    term(
        "kmalloc",
        ["kmalloc", "kmalloc"],
        [
            "Gives a driver memory that is contiguous in physical memory, from pools of objects of fixed sizes. The content is not cleared.",
            "为驱动程序分配物理上连续的内存，来自若干固定大小的对象池。内容不会清零。",
        ],
        "slab.h: kmalloc · slab.c: __kmalloc · ¶ 8.1",
        [&["kmalloc"], &["kmalloc"]],
    ),
    term(
        "gfp-mask",
        ["GFP flags", "GFP 标志"],
        [
            "The second argument: how the memory may be found. Its low two bits choose the zonelist, the others say what is allowed while looking: to sleep, to start disk I/O, to use the reserve.",
            "第二个参数：允许怎样去找内存。最低两位选择 zonelist，其余各位说明查找时允许做什么：睡眠、启动磁盘 I/O、动用储备。",
        ],
        "gfp.h · ¶ 8.1.1",
        [&["flags"], &["分配标志"]],
    ),
    term(
        "GFP_KERNEL",
        ["GFP_KERNEL", "GFP_KERNEL"],
        [
            "The usual priority, WAIT, IO and FS together: the call runs for a process and may sleep until memory is free. Not allowed in interrupts or under a spinlock.",
            "最常用的优先级，即 WAIT、IO、FS 三位：代表进程执行，可以睡眠等待内存。中断里或持有自旋锁时不能用。",
        ],
        "gfp.h: 0xd0 · ¶ 8.1.1",
        [&["GFP_KERNEL"], &["GFP_KERNEL"]],
    ),
    term(
        "GFP_ATOMIC",
        ["GFP_ATOMIC", "GFP_ATOMIC"],
        [
            "Never sleeps. It is only the HIGH bit: atomic means that WAIT is absent. It may go down to 3/8 of pages_min, and returns NULL when that is not enough.",
            "绝不睡眠。它只有 HIGH 一位：“原子”是指没有 WAIT。可以用到 pages_min 的 3/8 为止，再不够就返回 NULL。",
        ],
        "gfp.h: 0x20 · page_alloc.c: __alloc_pages · ¶ 8.1.1",
        [&["GFP_ATOMIC"], &["GFP_ATOMIC"]],
    ),
    term(
        "GFP_NOFS",
        ["GFP_NOFS, GFP_NOIO", "GFP_NOFS、GFP_NOIO"],
        [
            "As GFP_KERNEL, but reclaim must not call into a filesystem (NOFS), or not start any I/O (NOIO): for code that reclaim itself could come back to.",
            "与 GFP_KERNEL 相同，但回收时不得进入文件系统（NOFS），或完全不得启动 I/O（NOIO）：供可能被回收过程再次进入的代码使用。",
        ],
        "gfp.h: 0x50, 0x10 · ¶ 8.1.1",
        [&["GFP_NOFS", "GFP_NOIO"], &["GFP_NOFS", "GFP_NOIO"]],
    ),
    term(
        "GFP_HIGHUSER",
        ["GFP_USER, GFP_HIGHUSER", "GFP_USER、GFP_HIGHUSER"],
        [
            "For pages of user space. In 2.6.10 GFP_USER has the bits of GFP_KERNEL; GFP_HIGHUSER adds HIGHMEM, so that the page may have no kernel address.",
            "用于用户空间的页。在 2.6.10 中 GFP_USER 与 GFP_KERNEL 各位相同；GFP_HIGHUSER 再加上 HIGHMEM，得到的页可能没有内核地址。",
        ],
        "gfp.h: 0xd0, 0xd2 · ¶ 8.1.1",
        [&["GFP_USER", "GFP_HIGHUSER"], &["GFP_USER", "GFP_HIGHUSER"]],
    ),
    term(
        "wait",
        ["__GFP_WAIT", "__GFP_WAIT"],
        [
            "The call may sleep. Without it there is no direct reclaim, and a quarter of the min watermark is waived instead.",
            "允许睡眠。没有它就不会直接回收，作为补偿，最低水位线放宽四分之一。",
        ],
        "gfp.h: 0x10 · page_alloc.c: __alloc_pages",
        [&["__GFP_WAIT", "WAIT"], &["__GFP_WAIT", "WAIT"]],
    ),
    term(
        "io",
        ["__GFP_IO", "__GFP_IO"],
        [
            "Reclaim may start disk I/O, for example write a page to swap.",
            "回收时可以启动磁盘 I/O，例如把页写到交换区。",
        ],
        "gfp.h: 0x40 · vmscan.c: shrink_list",
        [&["__GFP_IO", "IO"], &["__GFP_IO", "IO"]],
    ),
    term(
        "fs",
        ["__GFP_FS", "__GFP_FS"],
        [
            "Reclaim may call into filesystems. A filesystem that asks for memory leaves it out: reclaim could wait for a lock that it holds itself.",
            "回收时可以进入文件系统。文件系统自己申请内存时不带它，以免在自己持有的锁上死锁。",
        ],
        "gfp.h: 0x80 · vmscan.c: shrink_list",
        [&["__GFP_FS", "FS"], &["__GFP_FS", "FS"]],
    ),
    term(
        "modifiers",
        ["Modifiers", "修饰符"],
        [
            "`DMA`, `HIGHMEM` choose the zones · `COLD` a page from the cold list · `NOWARN` no failure message · `HIGH` half of the min watermark · `REPEAT` retry above order 3 · `NOFAIL` retry always · `NORETRY` one reclaim only, wins over both · `NO_GROW` the cache must not grow · `COMP` pages of a block belong together.",
            "`DMA`、`HIGHMEM` 选择内存区 · `COLD` 从冷链表取页 · `NOWARN` 失败时不打印 · `HIGH` 最低水位线减半 · `REPEAT` 高于 3 阶也重试 · `NOFAIL` 一直重试 · `NORETRY` 只回收一次，优先于前两者 · `NO_GROW` 缓存不得增长 · `COMP` 块内各页结为一体。",
        ],
        "gfp.h · ¶ 8.1.1",
        [&[], &[]],
    ),
    term(
        "norepeat",
        ["REPEAT, NOFAIL, NORETRY", "REPEAT、NOFAIL、NORETRY"],
        [
            "What happens after a reclaim that was not enough. In 2.6.10 a request of order 3 or less is retried anyway; NORETRY ends every retry, even that of NOFAIL.",
            "回收之后仍不够时怎么办。在 2.6.10 中，3 阶及以下本来就会重试；NORETRY 终止一切重试，连 NOFAIL 也不例外。",
        ],
        "gfp.h · page_alloc.c: __alloc_pages · ¶ 8.1.1",
        [
            &["__GFP_REPEAT", "__GFP_NOFAIL", "__GFP_NORETRY"],
            &["__GFP_REPEAT", "__GFP_NOFAIL", "__GFP_NORETRY"],
        ],
    ),
    term(
        "no-grow",
        ["__GFP_NO_GROW", "__GFP_NO_GROW"],
        [
            "Inside of the slab allocator: take what is cached, but do not ask for pages. kmalloc returns NULL when nothing is left.",
            "slab 内部使用：只取缓存里现有的对象，不再申请页。取尽之后 kmalloc 返回 NULL。",
        ],
        "gfp.h: 0x2000 · slab.c: cache_grow",
        [&["__GFP_NO_GROW"], &["__GFP_NO_GROW"]],
    ),
    term(
        "context",
        ["Context", "上下文"],
        [
            "On whose behalf the kernel runs: a process, which may sleep, or an interrupt, a softirq, a holder of a spinlock, which must not.",
            "内核此刻代表谁运行：进程可以睡眠；中断、软中断、持有自旋锁的代码不能睡眠。",
        ],
        "sched.c: schedule · ¶ 5.5, 6.2, 7.4",
        [&["atomic context", "atomic"], &["原子上下文"]],
    ),
    term(
        "might-sleep",
        ["might_sleep()", "might_sleep()"],
        [
            "A check at the entry of functions that could sleep. In a context that must not, it complains, whether or not the call would have slept this time.",
            "可能睡眠的函数在入口处的检查。在不允许睡眠的上下文里它会报警，不管这一次是否真会睡眠。",
        ],
        "sched.c: __might_sleep · slab.c: __cache_alloc",
        [&["might_sleep()"], &["might_sleep()"]],
    ),
    term(
        "memalloc",
        ["PF_MEMALLOC", "PF_MEMALLOC"],
        [
            "Marks a task that is freeing memory. It is given pages without any watermark, so that it can finish.",
            "标记正在回收内存的任务。给它的页不受任何水位线限制，好让它把回收做完。",
        ],
        "page_alloc.c: __alloc_pages · sched.h",
        [&["PF_MEMALLOC"], &["PF_MEMALLOC"]],
    ),
    term(
        "page",
        ["Page, page frame", "页、页框"],
        [
            "The unit of physical memory, 4096 bytes on this machine. Its number, the pfn, is its physical address divided by that size.",
            "物理内存的单位，本机为 4096 字节。页框号 pfn 就是物理地址除以页的大小。",
        ],
        "mm.h: struct page · ¶ 15.1",
        [&["pfn"], &["pfn", "页框号"]],
    ),
    term(
        "reserved",
        ["Reserved pages", "保留页"],
        [
            "Pages that never reach the free lists: the kernel's image, what the boot took, the hole below 1 MB on a PC.",
            "从不进入空闲链表的页：内核映像、启动时占用的内存、PC 上 1 MB 以下的空洞。",
        ],
        "bootmem.c: free_all_bootmem_core",
        [&["reserved"], &["保留"]],
    ),
    term(
        "zone",
        ["Zone", "内存区"],
        [
            "A range of memory with one use: DMA, which old devices reach; Normal, which the kernel has mapped; HighMem, which it has not. Each has its own free lists and watermarks.",
            "按用途划分的一段内存：DMA 供寻址受限的老设备使用，Normal 已永久映射到内核，HighMem 没有。每个区有自己的空闲链表和水位线。",
        ],
        "mmzone.h: struct zone · ¶ 8.1.1.1",
        [&["zone"], &["内存区"]],
    ),
    term(
        "dma-zone",
        ["Zone DMA", "DMA 区"],
        [
            "The lowest memory, on a PC the first 16 MB: all that an ISA device can address. Ordinary requests may fall back to it, never the other way round.",
            "最低的一段内存，在 PC 上是前 16 MB：ISA 设备只能寻址到这里。普通申请可以退到它，反过来不行。",
        ],
        "page_alloc.c: build_zonelists_node · ¶ 8.1.1.1, 15.4",
        [&[], &[]],
    ),
    term(
        "normal-zone",
        ["Zone Normal", "Normal 区"],
        [
            "Memory that the kernel can address directly, on i386 from 16 MB to 896 MB. kmalloc takes from here first.",
            "内核可以直接寻址的内存，i386 上是 16 MB 到 896 MB。kmalloc 首先从这里取。",
        ],
        "mmzone.h · ¶ 8.1.1.1",
        [&[], &[]],
    ),
    term(
        "highmem-zone",
        ["Zone HighMem", "HighMem 区"],
        [
            "Memory above 896 MB on i386, which has no lasting kernel address. Objects must have one, so kmalloc never takes from here.",
            "i386 上 896 MB 以上的内存，没有固定的内核地址。对象必须有地址，所以 kmalloc 从不取自这里。",
        ],
        "mmzone.h · ¶ 8.1.1.1, 15.1",
        [&["high memory", "HighMem"], &["高端内存", "HighMem"]],
    ),
    term(
        "zonelist",
        ["zonelist", "zonelist"],
        [
            "The zones that a request may take from, in order. Without zone bits: Normal, then DMA. With DMA: DMA alone. With HIGHMEM: HighMem, Normal, DMA.",
            "一次申请可以使用的内存区，按先后排列。没有区标志：Normal、DMA。带 DMA：只有 DMA。带 HIGHMEM：HighMem、Normal、DMA。",
        ],
        "page_alloc.c: build_zonelists",
        [&["zonelist"], &["zonelist"]],
    ),
    term(
        "watermark",
        ["Watermark", "水位线"],
        [
            "A number of free pages below which a zone does not give to everyone. What is tested is what would be left: free ≥ mark + 2^order + protection.",
            "空闲页数低于它，这个区就不再有求必应。检查的是取走之后还剩多少：空闲 ≥ 水位线 + 2^阶 + 保护值。",
        ],
        "page_alloc.c: __alloc_pages, setup_per_zone_pages_min",
        [&["watermarks", "watermark"], &["水位线"]],
    ),
    term(
        "pages-min",
        ["pages_min", "pages_min"],
        [
            "The lowest watermark, a reserve. A request that may wait reclaims before it goes below; GFP_ATOMIC may use it down to 3/8.",
            "最低水位线，是一份储备。可以等待的申请要动它，先得回收；GFP_ATOMIC 可以用到它的 3/8 为止。",
        ],
        "page_alloc.c: setup_per_zone_pages_min, __alloc_pages",
        [
            &["pages_min", "min watermark"],
            &["pages_min", "最低水位线"],
        ],
    ),
    term(
        "pages-low",
        ["pages_low", "pages_low"],
        [
            "5/4 of pages_min. The first walk holds every request to it; when no zone passes, kswapd is woken for those that are not above it.",
            "pages_min 的 5/4。第一轮对所有申请都按它检查；各区都不通过，就为不高于它的区唤醒 kswapd。",
        ],
        "page_alloc.c: __alloc_pages · vmscan.c: wakeup_kswapd",
        [&["pages_low", "low watermark"], &["pages_low", "低水位线"]],
    ),
    term(
        "pages-high",
        ["pages_high", "pages_high"],
        [
            "6/4 of pages_min. kswapd, once awake, frees until every zone is above it, then it sleeps again.",
            "pages_min 的 6/4。kswapd 醒来后一直回收，直到各区都高于它才再次睡眠。",
        ],
        "vmscan.c: balance_pgdat",
        [&["pages_high"], &["pages_high"]],
    ),
    term(
        "protection",
        ["protection", "protection"],
        [
            "Pages of a lower zone that are kept from requests that could use a higher one. In 2.6.10 it is 0 unless the sysctl lower_zone_protection is set.",
            "低区为自己留下、不给本可使用高区的申请的页数。在 2.6.10 中默认是 0，除非设置 sysctl lower_zone_protection。",
        ],
        "page_alloc.c: setup_per_zone_protection",
        [
            &["protection", "lower_zone_protection"],
            &["保护值", "lower_zone_protection"],
        ],
    ),
    term(
        "free-pages",
        ["free_pages", "free_pages"],
        [
            "The pages on a zone's free lists. Those on the per-cpu lists are not counted: the watermarks do not see them.",
            "内存区空闲链表上的页数。每 CPU 链表上的页不算在内：水位线看不到它们。",
        ],
        "mmzone.h: struct zone",
        [&[], &[]],
    ),
    term(
        "buddy",
        ["Buddy system", "伙伴系统"],
        [
            "Keeps free memory as blocks of 2^order pages. A block that is too large is split; a freed one is joined with its buddy, the other half of the next larger block, if that is free.",
            "把空闲内存组织成 2^阶 页的块。块太大就对半拆分；释放时，如果伙伴（上一阶块的另一半）也空闲，就合并。",
        ],
        "page_alloc.c: __rmqueue, __free_pages_bulk · ¶ 8.3",
        [
            &["buddy system", "buddy lists", "buddies", "buddy"],
            &["伙伴系统", "伙伴"],
        ],
    ),
    term(
        "order",
        ["Order", "阶"],
        [
            "The size of a block as a power of two: order 0 is one page, order 3 eight. 10 is the largest, 4 MB.",
            "块的大小，以 2 的幂表示：0 阶是一页，3 阶是八页。最大为 10 阶，即 4 MB。",
        ],
        "mmzone.h: MAX_ORDER · ¶ 8.3",
        [&[], &[]],
    ),
    term(
        "free-list",
        ["Free list", "空闲链表"],
        [
            "The free blocks of one order in one zone. The head is taken first, and what is freed or cut off is put at the head: the last in is the first out.",
            "一个区里同一阶的空闲块。总是先取表头；释放或拆下的块也挂到表头：后进先出。",
        ],
        "mmzone.h: struct free_area · page_alloc.c: expand",
        [&["free lists", "free list"], &["空闲链表"]],
    ),
    term(
        "split",
        ["Split", "拆分"],
        [
            "A block larger than asked for is cut in half until it fits. The lower half goes on, each upper half is put at the head of its own list.",
            "块比需要的大时对半拆分，直到大小合适。下半块继续拆，每个上半块挂到对应链表的表头。",
        ],
        "page_alloc.c: expand",
        [&["splits", "split"], &["拆分", "拆成两半"]],
    ),
    term(
        "fragmentation",
        ["Fragmentation", "碎片"],
        [
            "Enough pages are free, but not next to each other: no block is large enough. A watermark counts pages and does not notice.",
            "空闲页够多，却不相邻：没有足够大的块。水位线只数页数，察觉不到。",
        ],
        "page_alloc.c: buffered_rmqueue · ¶ 8.3",
        [&["fragmentation"], &["碎片"]],
    ),
    term(
        "hot",
        ["Per-cpu hot list", "每 CPU 热链表"],
        [
            "Single pages that were freed lately, so they are probably still in the processor's cache. Order 0 is served from its head; it is refilled from the buddy lists.",
            "最近释放的单页，多半还在处理器缓存里。0 阶申请从表头取；不够时从伙伴系统补充。",
        ],
        "page_alloc.c: buffered_rmqueue, free_hot_cold_page",
        [
            &["per-cpu hot", "hot list"],
            &["每 CPU 热页", "每 CPU 热链表", "热链表"],
        ],
    ),
    term(
        "cold",
        ["Per-cpu cold list", "每 CPU 冷链表"],
        [
            "Single pages that are probably in no processor's cache: taken with __GFP_COLD, by those who do not touch them soon, and filled by reclaim.",
            "多半不在处理器缓存里的单页：带 __GFP_COLD 的申请从这里取，它们不会马上访问这一页；由回收过程放入。",
        ],
        "page_alloc.c: buffered_rmqueue, free_hot_cold_page",
        [
            &["per-cpu cold", "cold list", "__GFP_COLD"],
            &["每 CPU 冷页", "每 CPU 冷链表", "冷链表", "__GFP_COLD"],
        ],
    ),
    term(
        "pcp",
        ["Per-cpu lists", "每 CPU 链表"],
        [
            "Each processor keeps a few single pages of each zone for itself. They are free to it and invisible to the watermarks; at `low` a batch is fetched, at `high` one is given back.",
            "每个处理器为自己在每个区留几页。对它来说这些页可用，水位线却看不到；降到 low 就取一批，升到 high 就还一批。",
        ],
        "mmzone.h: struct per_cpu_pages · page_alloc.c",
        [&["per-cpu"], &["每 CPU"]],
    ),
    term(
        "size-class",
        ["Size class", "大小类"],
        [
            "The sizes that kmalloc has objects of, each with a cache called size-N: with a cache line of 32 bytes 32, 64, 96, 128, 192, 256, 512 and so on to 131072. A request gets the first that it fits in.",
            "kmalloc 只有这些大小的对象，每种大小有一个名为 size-N 的缓存；缓存行为 32 字节时是 32、64、96、128、192、256、512，直到 131072。申请得到第一个装得下它的。",
        ],
        "kmalloc_sizes.h · slab.h: kmalloc · ¶ 8.1.2",
        [&["size classes", "size class", "classes"], &["大小类"]],
    ),
    term(
        "slab",
        ["Slab", "slab"],
        [
            "A block of pages cut into objects of one size. A cache has many, on three lists: partial, full and free.",
            "切分成同样大小对象的一块页。一个缓存有许多 slab，分别挂在部分满、全满、空闲三个链表上。",
        ],
        "slab.c: struct slab, struct kmem_list3 · ¶ 8.2",
        [&["slabs", "slab"], &["slab"]],
    ),
    term(
        "slab-lists",
        ["partial, full, free", "部分满、全满、空闲"],
        [
            "The lists that a cache keeps its slabs on: some objects out, all out, none out. A refill takes from partial first, then from free; too many free slabs are destroyed.",
            "缓存用来存放 slab 的三个链表：取出部分对象、全部取出、一个未取。补充时先用部分满的，再用空闲的；空闲的太多就销毁。",
        ],
        "slab.c: cache_alloc_refill, free_block",
        [&["partial", "no partial slab"], &["部分满"]],
    ),
    term(
        "array-cache",
        ["Array cache", "数组缓存"],
        [
            "A stack of free objects for each processor. The last one put back is the first handed out, so it is probably still in the processor's cache; nothing is locked.",
            "每个处理器一个的空闲对象栈。最后放回的最先取出，多半还在处理器缓存里；不需要加锁。",
        ],
        "slab.c: struct array_cache, __cache_alloc, __cache_free",
        [&["array cache"], &["数组缓存"]],
    ),
    term(
        "refill",
        ["Refill", "补充"],
        [
            "The array cache is empty: up to a batch of objects is moved in from the slabs, 16 at most if the cache was not used lately. Without a free object the cache grows by a slab.",
            "数组缓存空了：从 slab 移入至多一批对象，若近来没有用过则至多 16 个。slab 里也没有空闲对象时，缓存增长一个 slab。",
        ],
        "slab.c: cache_alloc_refill, cache_grow",
        [&["refilled", "refill"], &["补充"]],
    ),
    term(
        "management",
        ["Slab management", "slab 管理结构"],
        [
            "The head of a slab and its chain of free objects. It lies at the slab's beginning, or for objects of 512 bytes and more outside, in an object of another cache.",
            "slab 的描述符和空闲对象链。放在 slab 开头；对象达到 512 字节时放在外面，占用另一个缓存的对象。",
        ],
        "slab.c: alloc_slabmgmt, cache_estimate",
        [&["management"], &["管理结构"]],
    ),
    term(
        "colour",
        ["Colour", "着色"],
        [
            "An offset before a slab's first object, another for each new slab, so that equal objects of different slabs do not compete for the same cache lines.",
            "slab 第一个对象之前的偏移，每个新 slab 各不相同，使不同 slab 中位置相同的对象不争用同一缓存行。",
        ],
        "slab.c: cache_grow",
        [&["colour"], &["着色"]],
    ),
    term(
        "cache-line",
        ["L1 cache line", "L1 缓存行"],
        [
            "What the processor fetches at once, 32 to 128 bytes. Objects are aligned to it, and a slab's colours are multiples of it.",
            "处理器一次读入的单位，32 到 128 字节。对象按它对齐，slab 的着色是它的整数倍。",
        ],
        "slab.c: kmem_cache_create",
        [&["L1 line"], &["L1 缓存行"]],
    ),
    term(
        "tasklet",
        ["Tasklet, timer", "tasklet、定时器"],
        [
            "A function that the kernel runs a little later, between interrupts and processes (softirq). It belongs to no process, so it must not sleep.",
            "内核稍后在中断与进程之间（软中断）运行的函数。它不属于任何进程，所以不能睡眠。",
        ],
        "softirq.c: tasklet_action · timer.c · ¶ 7.4, 7.5",
        [&["tasklets", "tasklet"], &["tasklet"]],
    ),
    term(
        "spinlock",
        ["Spinlock", "自旋锁"],
        [
            "A lock whose next taker goes round and round until it is free. Who sleeps with it in hand lets the others spin, perhaps for ever.",
            "拿不到就原地打转、一直等到它空出来的锁。持锁睡眠，会让别人空转，甚至永远等下去。",
        ],
        "spinlock.h · ¶ 5.5",
        [&["spinlock"], &["自旋锁"]],
    ),
    term(
        "node",
        ["Node, NUMA", "节点、NUMA"],
        [
            "Some processors with memory of their own, which is faster for them than that of others. Each node has its own zones; requests begin at the near one.",
            "若干处理器连同它们自己的内存；访问自己的内存比访问别处的快。每个节点有自己的内存区，申请从近处开始。",
        ],
        "mmzone.h: struct pglist_data · page_alloc.c: build_zonelists",
        [&["NUMA", "nodes", "node"], &["NUMA", "节点"]],
    ),
    term(
        "struct-page",
        ["struct page, kmap", "struct page、kmap"],
        [
            "The kernel's record of a page. A page of high memory has nothing else: kmap lends it an address, kunmap takes that back.",
            "内核为每一页建立的描述符。高端内存的页只有它：kmap 借给它一个地址，kunmap 再收回。",
        ],
        "mm.h · highmem.c: kmap_high · ¶ 15.1",
        [&["struct page", "kmap"], &["struct page", "kmap"]],
    ),
    term(
        "vmalloc",
        ["vmalloc", "vmalloc"],
        [
            "An area whose addresses are contiguous while its pages lie anywhere. May sleep; no good for a device that wants one physical address.",
            "地址连续、而各页可以在任何地方的一片内存。可能睡眠；不适合需要连续物理地址的设备。",
        ],
        "vmalloc.c: __vmalloc · ¶ 8.4",
        [&["vmalloc"], &["vmalloc"]],
    ),
    term(
        "kswapd",
        ["kswapd", "kswapd"],
        [
            "The kernel thread that frees memory in the background. It is woken when a zone is not above pages_low and goes on until all are above pages_high.",
            "在后台回收内存的内核线程。某个区不高于 pages_low 时被唤醒，回收到各区都高于 pages_high 为止。",
        ],
        "vmscan.c: kswapd, wakeup_kswapd",
        [&["kswapd"], &["kswapd"]],
    ),
    term(
        "reclaim",
        ["Direct reclaim", "直接回收"],
        [
            "The request itself frees memory before it is served: clean pages are dropped, dirty ones written. It can take long and sleeps, so it needs __GFP_WAIT.",
            "由申请者自己先回收内存：干净页直接丢弃，脏页写回。可能很久并会睡眠，所以需要 __GFP_WAIT。",
        ],
        "page_alloc.c: __alloc_pages · vmscan.c: try_to_free_pages",
        [
            &["direct reclaim", "Direct reclaim", "reclaim"],
            &["直接回收", "回收"],
        ],
    ),
    term(
        "dirty",
        ["Clean and dirty pages", "干净页、脏页"],
        [
            "A clean page of a file is what the disk has, too: it can be dropped. A dirty one was changed: it has to be written first. A page of a process goes to swap space.",
            "文件的干净页与磁盘上的内容相同，可以直接丢弃。脏页改过，要先写回。进程的页则写到交换区。",
        ],
        "vmscan.c: shrink_list",
        [
            &["clean pages", "dirty pages", "swap space"],
            &["干净的页", "交换区"],
        ],
    ),
    term(
        "oom",
        ["OOM killer", "OOM killer"],
        [
            "When reclaim has failed for a while, a process is killed so that its memory comes free.",
            "回收持续失败一段时间之后，杀死一个进程，腾出它的内存。",
        ],
        "oom_kill.c: out_of_memory",
        [
            &["OOM killer", "Out of memory"],
            &["OOM killer", "内存耗尽"],
        ],
    ),
    term(
        "jiffy",
        ["Jiffy", "jiffy"],
        [
            "The kernel's tick. On i386, 2.6.10 has 1000 in a second: one jiffy is a millisecond.",
            "内核的时钟节拍。2.6.10 在 i386 上每秒 1000 次：一个 jiffy 是一毫秒。",
        ],
        "param.h: HZ · ¶ 7.1",
        [&["jiffies", "jiffy"], &["jiffies", "jiffy"]],
    ),
    term(
        "ratelimit",
        ["Rate limit", "限速"],
        [
            "Ten failure messages at once, then one in five seconds: what is kept back is counted and told with the next.",
            "失败消息一次最多十条，之后每五秒一条；被压下的会计数，随下一条一起打印。",
        ],
        "printk.c: printk_ratelimit",
        [&["rate limit"], &["限速"]],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_term_is_told_in_both_languages_and_names_its_source() {
        let mut ids = BTreeSet::new();
        for term in &TERMS {
            assert!(ids.insert(term.id), "{} twice", term.id);
            for language in [0, 1] {
                let (name, text) = (term.name(language), term.text(language));
                assert!(!name.is_empty() && text.chars().count() > 15, "{}", term.id);
                assert!(text.ends_with(['.', '。']), "{}: {text}", term.id);
                assert_eq!(text.matches('`').count() % 2, 0, "{}", term.id);
            }
            let han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(!han(term.text(0)) && han(term.text(1)), "{}", term.id);
            assert!(
                term.source().contains(".h") || term.source().contains(".c"),
                "{}",
                term.id
            );
        }
    }

    #[test]
    fn a_word_stands_for_one_term() {
        for language in [0, 1] {
            let mut words = BTreeSet::new();
            for term in &TERMS {
                for word in term.words[language] {
                    assert!(words.insert(*word), "{word}");
                }
            }
        }
    }

    #[test]
    fn chinese_texts_have_full_width_punctuation() {
        let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        for term in &TERMS {
            let chars: Vec<char> = term.text(1).chars().collect();
            for pair in chars.windows(2) {
                let half = [',', ';', ':', '.', '('].contains(&pair[1]);
                assert!(!(han(pair[0]) && half), "{}", term.id);
            }
        }
    }

    #[test]
    fn terms_are_found_in_texts() {
        let ids = |language, text| {
            let found = pieces(language, text);
            let all: String = found
                .iter()
                .map(|piece| match piece {
                    Piece::Plain(text) | Piece::Term(_, text) => *text,
                })
                .collect();
            assert_eq!(all, text, "nothing is lost");
            let terms = found.into_iter().filter_map(|piece| match piece {
                Piece::Term(term, _) => Some(term.id),
                Piece::Plain(_) => None,
            });
            terms.collect::<Vec<_>>()
        };
        assert_eq!(ids(0, "array cache, last in first out"), ["array-cache"]);
        assert_eq!(
            ids(0, "WAIT, IO, FS → zonelist"),
            ["wait", "io", "fs", "zonelist"]
        );
        assert_eq!(ids(0, "AWAIT, slabby, FSx"), [""; 0], "only whole words");
        assert_eq!(ids(0, "slab slab"), ["slab"], "once is enough");
        assert_eq!(
            ids(1, "检查 Normal 的低水位线"),
            ["pages-low"],
            "the longest name counts"
        );
        assert_eq!(ids(1, "从 slab 补充"), ["slab", "refill"]);
        assert_eq!(ids(0, ""), [""; 0]);
    }
}
