//! §12, *Linux Device Drivers*, 3rd edition, section 8.1, sentence by sentence: what the code of 2.6.10 does.
//!
//! Marks 45/56/67 in DMA and Normal, 32/40/48 in HighMem; the counts are those of `page_alloc`.

use expect_test::expect;

use crate::look::{Show, check, check_rows};

const MACHINE: &str = "machine dma=4M normal=4M highmem=4M\n";

fn short() -> String {
    format!("{MACHINE}for (i = 0; i < 2006; i++) p[i] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);")
}

fn drained(gfp: &str) -> String {
    format!("{MACHINE}for (i = 0; i < 3100; i++) p[i] = alloc_pages({gfp} | __GFP_NOWARN, 0);")
}

/// "Does not clear the memory": true, and the next owner is likely to see it, last in first out.
#[test]
fn memory_is_not_cleared() {
    check(
        &format!(
            "{MACHINE}p = kmalloc(100, GFP_KERNEL); memset(p, 0x41, 100); kfree(p);\n\
             q = kmalloc(128, GFP_KERNEL); copy_to_user(q, 128);"
        ),
        &[],
        expect![[r#"
            kmalloc(100, GFP_KERNEL) → size-128
            memset(p, 0x41, 100) → done
            kfree(p) → done
            kmalloc(128, GFP_KERNEL) → size-128
            copy_to_user(q, 128) → 128 bytes, 100 of them somebody else's
        "#]],
    );
}

/// "GFP_ATOMIC can use even the last free page": down to 45 × 3/8; the last is for tasks that free memory.
#[test]
fn gfp_atomic_and_the_last_page() {
    check(
        &drained("GFP_ATOMIC"),
        &[Show::NoCalls, Show::Free],
        expect![[r#"
            free: DMA 17, Normal 17, HighMem 1018
        "#]],
    );
    check_rows(
        &short(),
        &["memalloc { for (i = 0; i < 50; i++) q[i] = alloc_pages(GFP_KERNEL, 0); }"],
        &[Show::NoCalls, Show::Free],
        expect![[r#"
            free: DMA 0, Normal 0, HighMem 1018
        "#]],
    );
}

/// "GFP_KERNEL may sleep": when the second pass fails in all its zones. Waking kswapd is not sleeping; an object that the
/// array has costs nothing however short memory is.
#[test]
fn gfp_kernel_sleeps_late() {
    check(
        &format!(
            "{MACHINE}for (i = 0; i < 1950; i++) p[i] = alloc_pages(GFP_NOFS | __GFP_NORETRY | __GFP_NOWARN, 0);\n\
             q = kmalloc(32, GFP_KERNEL);"
        ),
        &[],
        expect![[r#"
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NORETRY, 0) × 961 → Normal, 56 left
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NORETRY, 0) × 966 → DMA, 56 left
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NORETRY, 0) × 11 → Normal, 45 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NORETRY, 0) × 11 → DMA, 45 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NORETRY, 0) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
            kmalloc(32, GFP_KERNEL) → size-32
        "#]],
    );
}

/// GFP_USER "may sleep": the same bits, so that the lab prints it under its other name.
#[test]
fn gfp_user_is_gfp_kernel() {
    check(
        &format!("{MACHINE}p = kmalloc(32, GFP_USER);"),
        &[],
        expect![[r#"
            kmalloc(32, GFP_KERNEL) → size-32
        "#]],
    );
}

/// "`__GFP_DMA`: only the DMA zone; none: Normal and DMA; HIGHMEM: all three": true.
#[test]
fn the_zones_of_a_request() {
    let drained = |gfp: &str| drained(&format!("{gfp} | __GFP_NORETRY"));
    let show = [Show::NoCalls, Show::Free];
    check(
        &drained("GFP_KERNEL | __GFP_DMA"),
        &show,
        expect![[r#"
            free: DMA 45, Normal 1017, HighMem 1018
        "#]],
    );
    check(
        &drained("GFP_KERNEL"),
        &show,
        expect![[r#"
            free: DMA 45, Normal 45, HighMem 1018
        "#]],
    );
    check(
        &drained("GFP_KERNEL | __GFP_HIGHMEM"),
        &show,
        expect![[r#"
            free: DMA 45, Normal 45, HighMem 32
        "#]],
    );
}

/// "kmalloc cannot allocate high memory": ignored while objects are cached (size-128 has 27 of 31 left), a BUG() then.
#[test]
fn kmalloc_and_high_memory() {
    check(
        &format!(
            "{MACHINE}for (i = 0; i < 40; i++) p[i] = kmalloc(100, GFP_KERNEL | __GFP_HIGHMEM);"
        ),
        &[],
        expect![[r#"
            kmalloc(100, GFP_HIGHUSER) × 27 → size-128
            kmalloc(100, GFP_HIGHUSER) → BUG() in cache_grow
                | kernel BUG at mm/slab.c:1765!
        "#]],
    );
}

/// "`__GFP_HIGH` … even the last pages": half of pages_min stays.
#[test]
fn gfp_high_and_the_last_pages() {
    check(
        &drained("GFP_KERNEL | __GFP_HIGH | __GFP_NORETRY"),
        &[Show::NoCalls, Show::Free],
        expect![[r#"
            free: DMA 22, Normal 22, HighMem 1018
        "#]],
    );
}

/// "`__GFP_REPEAT` might still fail": up to order 3 it changes nothing, above it never fails either.
#[test]
fn gfp_repeat() {
    check_rows(
        &short(),
        &[
            "q = alloc_pages(GFP_NOFS, 3);",
            "q = alloc_pages(GFP_NOFS | __GFP_REPEAT, 3);",
            "q = alloc_pages(GFP_NOFS | __GFP_REPEAT, 4);",
        ],
        &[],
        expect![[r#"
            alloc_pages(GFP_NOFS, 3) → never returns; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; tries again: order ≤ 3
            alloc_pages(GFP_NOFS | __GFP_REPEAT, 3) → never returns; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; tries again: order ≤ 3
            alloc_pages(GFP_NOFS | __GFP_REPEAT, 4) → never returns; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; tries again: __GFP_REPEAT
        "#]],
    );
}

/// "`__GFP_NORETRY` gives up immediately": after one full reclaim.
#[test]
fn gfp_noretry_reclaims_first() {
    check_rows(
        &short(),
        &["q = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0);"],
        &[],
        expect![[r#"
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 0) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
        "#]],
    );
}

/// "`__GFP_NOFAIL` never fails": unless NORETRY is set, too, without WAIT, from order 11 on, and in a PF_MEMALLOC task.
#[test]
fn gfp_nofail_fails() {
    check_rows(
        &short(),
        &[
            "q = alloc_pages(GFP_NOFS | __GFP_NOFAIL | __GFP_NOWARN, 5);",
            "q = alloc_pages(GFP_NOFS | __GFP_NOFAIL | __GFP_NORETRY | __GFP_NOWARN, 5);",
            "q = alloc_pages(GFP_ATOMIC | __GFP_NOFAIL | __GFP_NOWARN, 5);",
            "q = alloc_pages(GFP_NOFS | __GFP_NOFAIL | __GFP_NOWARN, 11);",
            "memalloc { q = alloc_pages(GFP_NOFS | __GFP_NOFAIL | __GFP_NOWARN, 5); }",
        ],
        &[],
        expect![[r#"
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NOFAIL, 5) → never returns; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; tries again: __GFP_NOFAIL
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NOFAIL | __GFP_NORETRY, 5) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
            alloc_pages(GFP_ATOMIC | __GFP_NOWARN | __GFP_NOFAIL, 5) → NULL: may not wait; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NOFAIL, 11) → NULL: order above 10
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NOFAIL, 5) → NULL: nothing left even without marks; wakes kswapd for Normal; wakes kswapd for DMA; no mark is asked; no block of order 5 in Normal; no block of order 5 in DMA
        "#]],
    );
}

/// "Up to twice as much memory": at most from 16 bytes on; below that more; 65 bytes get 96, or 128.
#[test]
fn up_to_twice_as_much() {
    let sizes = |line: u32| {
        [1, 15, 16, 17, 65]
            .iter()
            .fold(format!("machine l1={line}\n"), |text, size| {
                text + &format!("p = kmalloc({size}, GFP_KERNEL); kfree(p);\n")
            })
    };
    check(
        &sizes(32),
        &[],
        expect![[r#"
            kmalloc(1, GFP_KERNEL) → size-32
            kfree(p) → done
            kmalloc(15, GFP_KERNEL) → size-32
            kfree(p) → done
            kmalloc(16, GFP_KERNEL) → size-32
            kfree(p) → done
            kmalloc(17, GFP_KERNEL) → size-32
            kfree(p) → done
            kmalloc(65, GFP_KERNEL) → size-96
            kfree(p) → done
        "#]],
    );
    check(
        &sizes(128),
        &[],
        expect![[r#"
            kmalloc(1, GFP_KERNEL) → size-32
            kfree(p) → done
            kmalloc(15, GFP_KERNEL) → size-32
            kfree(p) → done
            kmalloc(16, GFP_KERNEL) → size-32
            kfree(p) → done
            kmalloc(17, GFP_KERNEL) → size-32
            kfree(p) → done
            kmalloc(65, GFP_KERNEL) → size-128
            kfree(p) → done
        "#]],
    );
}

/// "The smallest is 32 or 64, depending on page size": true.
#[test]
fn the_smallest_class() {
    check(
        "machine page=4K\np = kmalloc(1, GFP_KERNEL);",
        &[],
        expect![[r#"
            kmalloc(1, GFP_KERNEL) → size-32
        "#]],
    );
    check(
        "machine page=8K\np = kmalloc(1, GFP_KERNEL);",
        &[],
        expect![[r#"
            kmalloc(1, GFP_KERNEL) → size-64
        "#]],
    );
}

/// "Not more than 128 KB": true.
#[test]
fn the_largest_class() {
    check(
        &format!("{MACHINE}p = kmalloc(131072, GFP_KERNEL); q = kmalloc(131073, GFP_KERNEL);"),
        &[],
        expect![[r#"
            kmalloc(131072, GFP_KERNEL) → size-131072
            kmalloc(131073, GFP_KERNEL) → NULL: larger than the largest class
        "#]],
    );
}
