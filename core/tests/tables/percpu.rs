//! §5, the per-cpu lists, and §6, the buddy lists behind them.
//!
//! The machine of §3's row for 64 MB: batch 3 in Normal. At boot (§6.6) allocation starts in the highest 4 MB block, page
//! 15360. Seven slabs of start-up (§8.9) came through the hot list, which was refilled five times by 3: eight pages wait
//! there, and 12288 − 15 are on the buddy lists.

use expect_test::expect;
use kmalloc_core::profile::ZoneId;

use crate::look::{Show, check, check_rows};

const MACHINE: &str = "machine dma=16M normal=48M highmem=0\n";
const LISTS: [Show; 2] = [Show::Places, Show::Pcp(ZoneId::NORMAL)];

/// Hot 2b/6b/b, cold 0/2b/b with b = min(present / 1024, 64) / 4, at least 1.
#[test]
fn the_numbers_of_the_lists() {
    check(
        MACHINE,
        &[
            Show::Pcp(ZoneId::DMA),
            Show::Pcp(ZoneId::NORMAL),
            Show::Free,
        ],
        expect![[r#"
            DMA hot 2/6/1: 0 31 30 29 28 27
            DMA cold 0/2/1:
            Normal hot 6/18/3: 15367 15368 15369 15370 15371 15372 15373 15374
            Normal cold 0/6/3:
            free: DMA 4090, Normal 12273
        "#]],
    );
}

/// The head goes out. At 6 or fewer a batch is added at the tail first: ascending pages, and free pages fall by 3.
#[test]
fn refill_at_the_low_mark() {
    check(
        &format!("{MACHINE}for (i = 0; i < 4; i++) p[i] = alloc_pages(GFP_KERNEL, 0);"),
        &LISTS,
        expect![[r#"
            alloc_pages(GFP_KERNEL, 0) → page 15367 of Normal, 12273 left
            alloc_pages(GFP_KERNEL, 0) → page 15368 of Normal, 12273 left
            alloc_pages(GFP_KERNEL, 0) → page 15369 of Normal, 12270 left
            alloc_pages(GFP_KERNEL, 0) → page 15370 of Normal, 12270 left
            Normal hot 6/18/3: 15371 15372 15373 15374 15375 15376 15377
            Normal cold 0/6/3:
        "#]],
    );
}

/// A page that comes back goes to the head. At 18 a batch goes to the buddy lists from the tail first: of 21 pages the
/// 11th, 14th, 17th and 20th push 12 pages out, eight that had waited and the four that came back first.
#[test]
fn drain_at_the_high_mark() {
    check_rows(
        &format!("{MACHINE}for (i = 0; i < 21; i++) p[i] = alloc_pages(GFP_KERNEL, 0);"),
        &["for (i = 0; i < 21; i++) __free_pages(p[i], 0);"],
        &[Show::Pcp(ZoneId::NORMAL), Show::Free],
        expect![[r#"
            __free_pages(p[], 0) × 21 → done
            Normal hot 6/18/3: 15387 15386 15385 15384 15383 15382 15381 15380 15379 15378 15377 15376 15375 15374 15373 15372 15371
            Normal cold 0/6/3:
            free: DMA 4090, Normal 12264
        "#]],
    );
}

/// With b = 1 each request of one page takes one from the buddy lists, and hands out the hottest that is there.
#[test]
fn the_hottest_page_comes_back() {
    check(
        "machine dma=4M normal=4M highmem=0\n\
         p = alloc_pages(GFP_KERNEL, 0); __free_pages(p, 0); p = alloc_pages(GFP_KERNEL, 0);",
        &LISTS,
        expect![[r#"
            alloc_pages(GFP_KERNEL, 0) → page 1031 of Normal, 1016 left
            __free_pages(p, 0) → done
            alloc_pages(GFP_KERNEL, 0) → page 1031 of Normal, 1015 left
            Normal hot 2/6/1: 1032
            Normal cold 0/2/1:
        "#]],
    );
}

/// `__GFP_COLD` takes from the cold list, which is refilled when it is empty; what it got goes back to the hot list.
#[test]
fn cold_requests() {
    check(
        &format!(
            "{MACHINE}for (i = 0; i < 4; i++) p[i] = alloc_pages(GFP_KERNEL | __GFP_COLD, 0); __free_pages(p[0], 0);"
        ),
        &LISTS,
        expect![[r#"
            alloc_pages(GFP_KERNEL | __GFP_COLD, 0) → page 15375 of Normal, 12270 left
            alloc_pages(GFP_KERNEL | __GFP_COLD, 0) → page 15376 of Normal, 12270 left
            alloc_pages(GFP_KERNEL | __GFP_COLD, 0) → page 15377 of Normal, 12270 left
            alloc_pages(GFP_KERNEL | __GFP_COLD, 0) → page 15378 of Normal, 12267 left
            __free_pages(p[], 0) → done
            Normal hot 6/18/3: 15375 15367 15368 15369 15370 15371 15372 15373 15374
            Normal cold 0/6/3: 15379 15380
        "#]],
    );
}

/// Orders from 1 on pass the lists by, cold or not, and both ways.
#[test]
fn larger_orders_pass_by() {
    check(
        &format!(
            "{MACHINE}p = alloc_pages(GFP_KERNEL | __GFP_COLD, 1); q = alloc_pages(GFP_KERNEL, 1); __free_pages(q, 1);"
        ),
        &[LISTS[0], LISTS[1], Show::Free],
        expect![[r#"
            alloc_pages(GFP_KERNEL | __GFP_COLD, 1) → page 15376 of Normal, 12271 left
            alloc_pages(GFP_KERNEL, 1) → page 15378 of Normal, 12269 left
            __free_pages(q, 1) → done
            Normal hot 6/18/3: 15367 15368 15369 15370 15371 15372 15373 15374
            Normal cold 0/6/3:
            free: DMA 4090, Normal 12271
        "#]],
    );
}

/// Pages on the lists are not free to the buddy lists: 1032 and 1033 are buddies, both freed, and no pair.
#[test]
fn pages_on_the_lists_do_not_merge() {
    check(
        "machine dma=4M normal=4M highmem=0\n\
         for (i = 0; i < 3; i++) p[i] = alloc_pages(GFP_KERNEL, 0);\n\
         __free_pages(p[1], 0); __free_pages(p[2], 0); q = alloc_pages(GFP_KERNEL, 1);",
        &LISTS,
        expect![[r#"
            alloc_pages(GFP_KERNEL, 0) → page 1031 of Normal, 1016 left
            alloc_pages(GFP_KERNEL, 0) → page 1032 of Normal, 1015 left
            alloc_pages(GFP_KERNEL, 0) → page 1033 of Normal, 1014 left
            __free_pages(p[], 0) × 2 → done
            alloc_pages(GFP_KERNEL, 1) → page 1034 of Normal, 1012 left
            Normal hot 2/6/1: 1033 1032
            Normal cold 0/2/1:
        "#]],
    );
}

/// §6.2: the lower half is kept, and each remainder is one block smaller than the one above it. From a whole block of 1024
/// pages, 16 taken one by one: 15 by the hot list, one of order 0.
#[test]
fn a_block_splits_downwards() {
    check(
        &format!("{MACHINE}p = alloc_pages(GFP_KERNEL, 3);"),
        &[Show::Places, Show::Buddyinfo],
        expect![[r#"
            alloc_pages(GFP_KERNEL, 3) → page 15376 of Normal, 12265 left
            Node 0, zone      DMA      2      2      1      2      0      1      1      1      1      1      3
            Node 0, zone   Normal      1      0      0      1      0      1      1      1      1      1     11
        "#]],
    );
}

/// §6.3: a block meets its buddy at each order in turn and becomes whole again; the last block freed is the first taken.
#[test]
fn blocks_merge_upwards() {
    check(
        "machine dma=16M normal=48M highmem=0\n\
         p = alloc_pages(GFP_KERNEL, 9); q = alloc_pages(GFP_KERNEL, 9); r = alloc_pages(GFP_KERNEL, 10);\n\
         __free_pages(q, 9); s = alloc_pages(GFP_KERNEL, 9); __free_pages(r, 10); __free_pages(s, 9);\n\
         __free_pages(p, 9); t = alloc_pages(GFP_KERNEL, 10);",
        &[Show::Places, Show::Buddyinfo],
        // 15872 is the upper half of the block that start-up cut; 14336 the lower half of the next, which becomes whole
        // again each time, and is cut from below again.
        expect![[r#"
            alloc_pages(GFP_KERNEL, 9) → page 15872 of Normal, 11761 left
            alloc_pages(GFP_KERNEL, 9) → page 14336 of Normal, 11249 left
            alloc_pages(GFP_KERNEL, 10) → page 13312 of Normal, 10225 left
            __free_pages(q, 9) → done
            alloc_pages(GFP_KERNEL, 9) → page 14336 of Normal, 10225 left
            __free_pages(r, 10) → done
            __free_pages(s, 9) → done
            __free_pages(p, 9) → done
            alloc_pages(GFP_KERNEL, 10) → page 14336 of Normal, 11249 left
            Node 0, zone      DMA      2      2      1      2      0      1      1      1      1      1      3
            Node 0, zone   Normal      1      0      0      0      1      1      1      1      1      1     10
        "#]],
    );
}
