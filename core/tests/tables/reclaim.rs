//! §9: what may be reclaimed by whom, from where to where kswapd works, when the OOM killer kills and whom.
//!
//! Not modelled, and not here: pages that somebody holds a further reference to, referenced pages of files that are not
//! mapped (reclaim.jsonl has both, and the lab replays them), quota entries, mlock.

use expect_test::{Expect, expect};
use kmalloc_core::profile::ZoneId;

use crate::look::{Show, check, check_rows};

/// One zone of 256 pages, marks 32/40/48. 247 are left after start-up (page 0 and its word put six on the hot list, of
/// which the seven slabs leave two).
const SMALL: &str = "machine dma=1M normal=0 highmem=0\n";

/// What the first scan does to pages of a kind, by the flags of the request; 12 pages are free, 32 × 3/8.
///
/// A list of 32 pages is due to be scanned at priority 1: 7 × 1 for 12 … 6, then 2, 3, 5, 9, 17, which is 43.
fn table(kind: &str, expected: Expect) {
    let setup = format!(
        "{SMALL}{kind}\nfor (i = 0; i < 240; i++) p[i] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);"
    );
    check_rows(
        &setup,
        &[
            "q = alloc_pages(GFP_NOIO | __GFP_NORETRY | __GFP_NOWARN, 0);",
            "q = alloc_pages(GFP_NOFS | __GFP_NORETRY | __GFP_NOWARN, 0);",
            "q = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0);",
            "q = alloc_pages(GFP_ATOMIC, 0);",
        ],
        &[Show::FirstScan],
        expected,
    );
}

// §9.2, the table.

#[test]
fn clean_page_cache() {
    table(
        "page_cache(clean=32);",
        expect![[r#"
            GFP_NOIO: 32 dropped
            GFP_NOFS: 32 dropped
            GFP_KERNEL: 32 dropped
            GFP_ATOMIC: nothing
        "#]],
    );
}

/// "If the filesystem releases them without I/O".
#[test]
fn page_cache_with_buffers() {
    table(
        "page_cache(buffers=32);",
        expect![[r#"
            GFP_NOIO: 32 released from buffers; 32 dropped
            GFP_NOFS: 32 released from buffers; 32 dropped
            GFP_KERNEL: 32 released from buffers; 32 dropped
            GFP_ATOMIC: nothing
        "#]],
    );
    table(
        "page_cache(busy=32);",
        expect![[r#"
            GFP_NOIO: 32 activated, its buffers are busy
            GFP_NOFS: 32 activated, its buffers are busy
            GFP_KERNEL: 32 activated, its buffers are busy
            GFP_ATOMIC: nothing
        "#]],
    );
}

#[test]
fn clean_mapped() {
    table(
        "page_cache(mapped=32);",
        expect![[r#"
            GFP_NOIO: 32 unmapped; 32 dropped
            GFP_NOFS: 32 unmapped; 32 dropped
            GFP_KERNEL: 32 unmapped; 32 dropped
            GFP_ATOMIC: nothing
        "#]],
    );
}

/// Below the table: mapped and referenced pages are activated.
#[test]
fn clean_mapped_referenced() {
    table(
        "page_cache(referenced=32);",
        expect![[r#"
            GFP_NOIO: 32 activated, referenced
            GFP_NOFS: 32 activated, referenced
            GFP_KERNEL: 32 activated, referenced
            GFP_ATOMIC: nothing
        "#]],
    );
}

/// The rule: writing needs FS. The second look of the same scan (11 of 43, from the tail again) finds them under writeback.
#[test]
fn dirty_file_pages() {
    table(
        "page_cache(dirty=32);",
        expect![[r#"
            GFP_NOIO: 32 kept, may not be written
            GFP_NOFS: 32 kept, may not be written
            GFP_KERNEL: 32 being written; 32 kept, under writeback
            GFP_ATOMIC: nothing
        "#]],
    );
}

/// Writing takes its time: the page is freed when a scan meets it again, and goes to the tail for that (reclaim.jsonl,
/// p-6010: 2068, 2069 … were written in this order, and lie head first in this order after it). 32 dirty pages are behind
/// 96 with buffers. One reclaim writes them (41 of 128 are due at priority 3) and takes 32 others; kswapd takes 32 more
/// while they are being written; the next reclaim finds the written ones first, in front of the 32 left.
#[test]
fn written_pages_are_met_first() {
    let drain = "for (i = 0; i < 240; i++) p[i] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);";
    let setup = format!("{SMALL}page_cache(dirty=32, buffers=96);\n{drain}");
    let again = drain.replace("p[i]", "r[i]");
    check_rows(
        &setup,
        &["q = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0);"],
        &[Show::FirstScan],
        expect![[r#"
            GFP_KERNEL: 32 being written; 32 released from buffers; 32 dropped
        "#]],
    );
    let later = |milliseconds: u32| {
        format!("{setup}\nq = alloc_pages(GFP_KERNEL, 0);\nmsleep({milliseconds});\n{again}")
    };
    let ask = ["s = alloc_pages(GFP_NOIO | __GFP_NORETRY | __GFP_NOWARN, 0);"];
    check_rows(
        &later(9),
        &ask,
        &[Show::FirstScan],
        expect![[r#"
            GFP_NOIO: 32 released from buffers; 32 dropped
        "#]],
    );
    check_rows(
        &later(10),
        &ask,
        &[Show::FirstScan],
        expect![[r#"
            GFP_NOIO: 32 dropped
        "#]],
    );
}

/// … or IO if it is a page of swap. 210 of 256 pages are mapped, 82 %: 82 / 2 + 60 ≥ 100, so that they leave *active*: 32
/// at priority 4 (5 × 1, 2, 4, 7, 14 are due), 68 at 2 (23 + 45), and at 1 the first chunks of 56 come before those of
/// *inactive*, of which 9 + 5 + 9 + 51 = 74 are due: three looks at 32 pages.
#[test]
fn anonymous() {
    table(
        "swap(300); user_pages(210);",
        expect![[r#"
            GFP_NOIO: 96 given swap space; 96 unmapped; 96 kept, may not be written
            GFP_NOFS: 96 given swap space; 96 unmapped; 96 being written
            GFP_KERNEL: 96 given swap space; 96 unmapped; 96 being written
            GFP_ATOMIC: nothing
        "#]],
    );
}

/// Swap space for ten: the others are activated. Without any they do not even leave *active*.
#[test]
fn anonymous_without_swap_space() {
    table(
        "swap(10); user_pages(210);",
        expect![[r#"
            GFP_NOIO: 10 given swap space; 10 unmapped; 10 kept, may not be written; 86 activated, no swap space
            GFP_NOFS: 10 given swap space; 10 unmapped; 10 being written; 86 activated, no swap space
            GFP_KERNEL: 10 given swap space; 10 unmapped; 10 being written; 86 activated, no swap space
            GFP_ATOMIC: nothing
        "#]],
    );
    table(
        "user_pages(210);",
        expect![[r#"
            GFP_NOIO: nothing
            GFP_NOFS: nothing
            GFP_KERNEL: nothing
            GFP_ATOMIC: nothing
        "#]],
    );
}

#[test]
fn under_writeback_or_locked() {
    table(
        "disk(100000); page_cache(dirty=32); sync();",
        expect![[r#"
            GFP_NOIO: 32 kept, under writeback
            GFP_NOFS: 32 kept, under writeback
            GFP_KERNEL: 32 kept, under writeback
            GFP_ATOMIC: nothing
        "#]],
    );
    table(
        "page_cache(locked=32);",
        expect![[r#"
            GFP_NOIO: 32 kept, locked
            GFP_NOFS: 32 kept, locked
            GFP_KERNEL: 32 kept, locked
            GFP_ATOMIC: nothing
        "#]],
    );
}

/// The shrinkers of dentries and inodes want FS; they are asked as hard as the lists are scanned, so that something must
/// be there to be scanned.
#[test]
fn dentries_and_inodes() {
    table(
        "page_cache(busy=32); dentries(10);",
        expect![[r#"
            GFP_NOIO: 32 activated, its buffers are busy
            GFP_NOFS: 32 activated, its buffers are busy
            GFP_KERNEL: 32 activated, its buffers are busy; 10 of dentries freed
            GFP_ATOMIC: nothing
        "#]],
    );
    table(
        "page_cache(busy=32); inodes(30);",
        expect![[r#"
            GFP_NOIO: 32 activated, its buffers are busy
            GFP_NOFS: 32 activated, its buffers are busy
            GFP_KERNEL: 32 activated, its buffers are busy; 30 of inodes freed
            GFP_ATOMIC: nothing
        "#]],
    );
}

/// Memory of drivers is never reclaimed, nor are free slabs (§8.8): kfree or time gives them back.
#[test]
fn memory_of_the_kernel() {
    table(
        "page_cache(clean=0); for (i = 0; i < 30; i++) k[i] = kmalloc(4096, GFP_KERNEL); for (i = 0; i < 30; i++) kfree(k[i]);",
        expect![[r#"
            GFP_NOIO: nothing
            GFP_NOFS: nothing
            GFP_KERNEL: nothing
            GFP_ATOMIC: nothing
        "#]],
    );
}

/// §9.1: 32 pages of one step are success. Two go to the cold list, 30 to the buddy lists: 12 + 30, of which the request
/// takes one by way of the hot list.
#[test]
fn thirty_two_pages_are_success() {
    let setup = |pages: u32| {
        format!(
            "{SMALL}page_cache(clean={pages});\nfor (i = 0; i < 240; i++) p[i] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);"
        )
    };
    let ask = ["q = alloc_pages(GFP_KERNEL, 0);"];
    check_rows(
        &setup(32),
        &ask,
        &[],
        expect![[r#"
            alloc_pages(GFP_KERNEL, 0) → DMA, 41 left; reclaims; 32 dropped
        "#]],
    );
    // 31 are not, even if they are enough: a nap after the step, and out_of_memory() in the end.
    check_rows(
        &setup(31),
        &ask,
        &[],
        expect![[r#"
            alloc_pages(GFP_KERNEL, 0) → DMA, 40 left; reclaims; 31 dropped; kswapd runs; out_of_memory(); waits 100 ms
        "#]],
    );
}

/// §9.3: woken at pages_low, kswapd frees until more than pages_high are free: marks 128/160/192 here. From 159, 32 pages
/// a round, two of the first for the cold list: 189, 221. Nobody wakes it twice.
#[test]
fn kswapd_from_low_to_above_high() {
    let setup = "machine dma=16M normal=0 highmem=0\npage_cache(clean=3900);\n";
    check(
        &format!("{setup}for (i = 0; i < 27; i++) p[i] = alloc_pages(GFP_KERNEL, 0);\nschedule();"),
        &[Show::Free],
        expect![[r#"
            page_cache(clean=3900) → 3900 pages
            alloc_pages(GFP_KERNEL, 0) × 27 → DMA, 160 left
            schedule() → done
            free: DMA 160
        "#]],
    );
    check_rows(
        &format!("{setup}for (i = 0; i < 27; i++) p[i] = alloc_pages(GFP_KERNEL, 0);"),
        &["for (i = 0; i < 3; i++) q[i] = alloc_pages(GFP_KERNEL, 0);\nschedule();"],
        &[Show::Free],
        expect![[r#"
            alloc_pages(GFP_KERNEL, 0) → DMA, 159 left; wakes kswapd for DMA
            alloc_pages(GFP_KERNEL, 0) × 2 → DMA, 157 left
            schedule() → done; kswapd runs
            free: DMA 219
        "#]],
    );
}

/// §9.3: pages_high itself is not enough. 158 + 4 + 30 = 192, and 32 more.
#[test]
fn kswapd_goes_above_pages_high() {
    check_rows(
        "machine dma=16M normal=0 highmem=0\npage_cache(clean=3900); b = alloc_pages(GFP_KERNEL, 2);\n\
         for (i = 0; i < 23; i++) p[i] = alloc_pages(GFP_KERNEL, 0);",
        &["q = alloc_pages(GFP_KERNEL, 1); __free_pages(b, 2); schedule();"],
        &[Show::Free],
        expect![[r#"
            alloc_pages(GFP_KERNEL, 1) → DMA, 158 left; wakes kswapd for DMA
            __free_pages(b, 2) → done
            schedule() → done; kswapd runs
            free: DMA 224
        "#]],
    );
}

/// §5, §9.1: reclaimed pages go to the cold list, in two pagevecs of 14 and one of four, the last one in first. The last
/// four that were scanned are 35 to 38 (§6.7: the pages of the first word come first, then those from 32 on): 38 and 37
/// are pushed on to the buddy lists by 36 and 35. The request refills the hot list with 37 and takes 242, which waited.
#[test]
fn reclaimed_pages_are_cold() {
    check_rows(
        "machine dma=0 normal=1M highmem=0\npage_cache(clean=32);\n\
         for (i = 0; i < 240; i++) p[i] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);",
        &["q = alloc_pages(GFP_NOIO | __GFP_NORETRY, 0);"],
        &[Show::FirstScan, Show::Pcp(ZoneId::NORMAL)],
        expect![[r#"
            GFP_NOIO | __GFP_NORETRY: 32 dropped
            Normal hot 2/6/1: 243 37
            Normal cold 0/2/1: 35 36
        "#]],
    );
}

const PROCESSES: &str =
    "machine dma=4M normal=4M highmem=4M\nuser_pages(20); user_pages(60); user_pages(40);\n";

fn ask(times: u32) -> String {
    // One reclaim, one call of out_of_memory(), no retry.
    format!("for (i = 0; i < {times}; i++) p = alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10);\n")
}

/// §9.4: soon after boot jiffies are "negative" and only the count protects: the first call resets, the tenth after it
/// kills the largest, whose pages come back on the spot (recordings, FORMAT.md, `kill`). Then nobody for five seconds,
/// however often it is called; then the next.
#[test]
fn the_oom_killer_soon_after_boot() {
    check(
        &format!(
            "{PROCESSES}{}{}msleep(4999); {}msleep(1); {}",
            ask(11),
            ask(12),
            ask(1),
            ask(1)
        ),
        &[],
        expect![[r#"
            user_pages(20) → 20 pages
            user_pages(60) → 60 pages
            user_pages(40) → 40 pages
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) × 10 → NULL: order above 3 is not retried; reclaims; out_of_memory()
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) → NULL: order above 3 is not retried; reclaims; out_of_memory(); 60 dropped
                | oom-killer: gfp_mask=0x2d0
                | Out of Memory: Killed process 1002 (user).
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) × 12 → NULL: order above 3 is not retried; reclaims; out_of_memory()
            msleep(4999) → done
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) → NULL: order above 3 is not retried; reclaims; out_of_memory()
            msleep(1) → done
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) → NULL: order above 3 is not retried; reclaims; out_of_memory(); 40 dropped
                | oom-killer: gfp_mask=0x2d0
                | Out of Memory: Killed process 1003 (user).
        "#]],
    );
}

/// §9.4: later the calls of the first second after a reset do not count; the tenth after it kills. A pause of more than
/// five seconds resets: ten more after another second.
#[test]
fn the_oom_killer_later() {
    check(
        &format!(
            "{PROCESSES}msleep(400000); {}msleep(999); {}msleep(1); {}msleep(5001); {}msleep(1000); {}",
            ask(20),
            ask(1),
            ask(9),
            ask(2),
            ask(11)
        ),
        &[],
        expect![[r#"
            user_pages(20) → 20 pages
            user_pages(60) → 60 pages
            user_pages(40) → 40 pages
            msleep(400000) → done
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) × 20 → NULL: order above 3 is not retried; reclaims; out_of_memory()
            msleep(999) → done
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) → NULL: order above 3 is not retried; reclaims; out_of_memory()
            msleep(1) → done
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) × 9 → NULL: order above 3 is not retried; reclaims; out_of_memory()
            msleep(5001) → done
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) × 2 → NULL: order above 3 is not retried; reclaims; out_of_memory()
            msleep(1000) → done
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) × 9 → NULL: order above 3 is not retried; reclaims; out_of_memory()
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) → NULL: order above 3 is not retried; reclaims; out_of_memory(); 60 dropped
                | oom-killer: gfp_mask=0x2d0
                | Out of Memory: Killed process 1002 (user).
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) → NULL: order above 3 is not retried; reclaims; out_of_memory()
        "#]],
    );
}

/// §9.4: of equals the first; when no other is left, the task that asks, whom no mark holds from then on. `__GFP_NORETRY`,
/// or no `__GFP_FS`, never calls the killer (§9.1).
#[test]
fn the_victim() {
    check(
        &format!(
            "machine dma=4M normal=4M highmem=4M\nuser_pages(50); user_pages(50);\n{}msleep(5000); {}msleep(5000); {}",
            ask(11),
            ask(10),
            ask(10)
        ),
        &[],
        expect![[r#"
            user_pages(50) × 2 → 50 pages
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) × 10 → NULL: order above 3 is not retried; reclaims; out_of_memory()
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) → NULL: order above 3 is not retried; reclaims; out_of_memory(); 50 dropped
                | oom-killer: gfp_mask=0x2d0
                | Out of Memory: Killed process 1001 (user).
            msleep(5000) → done
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) × 9 → NULL: order above 3 is not retried; reclaims; out_of_memory()
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) → NULL: order above 3 is not retried; reclaims; out_of_memory(); 50 dropped
                | oom-killer: gfp_mask=0x2d0
                | Out of Memory: Killed process 1002 (user).
            msleep(5000) → done
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) × 9 → NULL: order above 3 is not retried; reclaims; out_of_memory()
            alloc_pages(GFP_KERNEL | __GFP_NOWARN, 10) → NULL: order above 3 is not retried; reclaims; out_of_memory()
                | oom-killer: gfp_mask=0x2d0
                | Out of Memory: Killed process 512 (insmod).
        "#]],
    );
    let asks = |flags: &str| {
        format!("for (i = 0; i < 20; i++) p = alloc_pages({flags} | __GFP_NOWARN, 10);")
    };
    check_rows(
        PROCESSES,
        &[
            &asks("GFP_KERNEL | __GFP_NORETRY"),
            &asks("GFP_NOFS"),
            &asks("GFP_NOIO"),
        ],
        &[],
        expect![[r#"
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 10) × 20 → NULL: __GFP_NORETRY; reclaims
            alloc_pages(GFP_NOFS | __GFP_NOWARN, 10) × 20 → NULL: order above 3 is not retried; reclaims
            alloc_pages(GFP_NOIO | __GFP_NOWARN, 10) × 20 → NULL: order above 3 is not retried; reclaims
        "#]],
    );
}
