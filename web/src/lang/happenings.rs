//! Events as the goals and questions of an exercise name them: a phrase, and the word that a writer uses for it.
//!
//! A sentence about one event with its numbers stands in `sentences`; here an event is only called by a name that somebody
//! who has not read the list of events understands. What no exercise is likely to ask for keeps its word alone.

use super::{Arg, Lang, fill};

/// The word of an event, with a phrase in front where there is one.
pub fn happening(lang: Lang, name: &str) -> String {
    match phrase(name) {
        Some(both) => fill(
            ["{0} ({1})", "{0}（{1}）"][lang as usize],
            &[Arg::Text(both[lang as usize]), Arg::Name(name)],
        ),
        None => format!("`{name}`"),
    }
}

fn phrase(name: &str) -> Option<[&'static str; 2]> {
    Some(match name {
        "class-chosen" => ["the choice of a size class", "选定大小类"],
        "class-missing" => ["no size class is large enough", "没有装得下的大小类"],
        "array-empty" => ["an array without ready objects", "数组缓存已空"],
        "array-filled" => ["objects fetched into the array", "对象移入数组缓存"],
        "grow-asked" => ["a pool that must grow", "对象池必须增长"],
        "grow-failed" => ["a pool that cannot grow", "对象池无法增长"],
        "slab-grew" => ["a new slab of a pool", "对象池得到新的 slab"],
        "slab-died" => ["a slab given back", "归还 slab"],
        "object-got" => ["an object handed out", "交出对象"],
        "object-put" => ["an object given back", "归还对象"],
        "pages-asked" => ["a request to the page allocator", "向页分配器申请"],
        "pages-refused" => ["a refusal of the page allocator", "页分配器拒绝"],
        "zone-tested" => ["the test of a zone", "检查内存区"],
        "zone-untested" => ["a zone tried without a test", "不经检查直接试内存区"],
        "block-missing" => ["no free block that is large enough", "没有够大的空闲块"],
        "taken" => ["a block taken from a free list", "从空闲链表取下块"],
        "split" => ["a block split in half", "块对半拆分"],
        "joined" => ["two buddies joined", "两个伙伴合并"],
        "pcp-got" => ["a page taken from a per-cpu list", "从每 CPU 链表取页"],
        "pcp-put" => ["a page put on a per-cpu list", "页放回每 CPU 链表"],
        "kswapd-woken" => ["`kswapd` is woken", "唤醒 `kswapd`"],
        "might-sleep" => [
            "a call that may sleep where nobody may",
            "在不许睡眠的地方调用可能睡眠的函数",
        ],
        "slept-atomic" => ["a sleep where nobody may sleep", "在不许睡眠的地方睡眠"],
        "waited" => ["a wait", "等待"],
        "task-switched" => ["the switch to another task", "切换任务"],
        "reclaim-started" => ["the start of a direct reclaim", "开始直接回收"],
        "reclaim-ended" => ["the end of a direct reclaim", "直接回收结束"],
        "retry-chosen" => ["the decision to try again", "决定重试"],
        "loop-cut" => ["a request that never ends", "永不结束的申请"],
        "warned" => ["a failure message in the log", "日志里的失败消息"],
        "oom-called" => ["the OOM killer is called", "调用 OOM killer"],
        "process-killed" => ["a process is killed", "杀死进程"],
        "page-dropped" => ["a page freed by reclaim", "回收释放一页"],
        "page-kept" => ["a page that reclaim may not free", "一页未能回收"],
        "write-started" => ["the write of a page begins", "开始写回一页"],
        "write-ended" => ["the write of a page ends", "一页写回完成"],
        "writepage-called" => [
            "the filesystem is asked to write a page",
            "请文件系统写回一页",
        ],
        "swap-added" => ["a page gets a place in swap space", "给一页分配交换槽"],
        "unmapped" => ["a page taken from its processes", "解除一页的进程映射"],
        "copied-to-user" => ["a copy to user space", "复制到用户空间"],
        "dma-done" => ["a transfer by a device", "设备传输"],
        "written" => ["a write to memory", "写内存"],
        "kernel-mapped" => [
            "a page gets an address of the kernel",
            "把一页映射到内核地址",
        ],
        "kernel-unmapped" => ["a page gives its address back", "解除一页的内核映射"],
        "sinned" => ["a mistake of the caller", "调用者的错误"],
        "stopped" => ["the kernel stops here", "内核到此停止"],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kmalloc_core::exercise::Goal;

    /// A phrase for a word that is no event would never be said.
    #[test]
    fn every_phrase_is_one_of_an_event() {
        let source = include_str!("happenings.rs");
        let mut phrases = 0;
        for line in source.lines() {
            let line = line.trim().strip_prefix('"');
            let Some((name, _)) = line.and_then(|line| line.split_once("\" => [")) else {
                continue;
            };
            assert!(Goal::parse(&format!("event {name}")).is_ok(), "{name}");
            phrases += 1;
        }
        assert!(phrases > 40);
        assert_eq!(happening(Lang::En, "reap-planned"), "`reap-planned`");
    }
}
