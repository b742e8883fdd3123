//! §4, `__alloc_pages` step by step, on the machine whose zones have marks 45/56/67 (DMA, Normal) and 32/40/48 (HighMem):
//! machine zA of zones.jsonl, and seven slabs of start-up (§8.9), all in Normal.
//!
//! What all the counts come from: Normal has 1024 − 7 pages on its lists, none on its per-cpu list. DMA has 1018, and six
//! on its hot list (§6.7: page 0 and the five last of the word that holds the boot bitmap): while more than two are there a
//! request takes one without a refill, so that four of them come in addition.

use expect_test::{Expect, expect};

use crate::look::{Show, check, check_rows};

const MACHINE: &str = "machine dma=4M normal=4M highmem=4M\n";

/// Asks for single pages until one request is refused.
fn drain(calls: u32, flags: &str, expected: Expect) {
    let text = format!("{MACHINE}for (i = 0; i < {calls}; i++) p[i] = alloc_pages({flags}, 0);");
    check(&text, &[], expected);
}

// Step 4, the table: what stays of pages_min = 45. First 1017 − 56 and 4 + 1018 − 56 above pages_low, then the rest.

#[test]
fn what_stays_gfp_kernel() {
    drain(
        961 + 966 + 11 + 11 + 1,
        "GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN",
        expect![[r#"
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 0) × 961 → Normal, 56 left
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 0) × 966 → DMA, 56 left
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 0) × 11 → Normal, 45 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 0) × 11 → DMA, 45 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 0) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
        "#]],
    );
}

#[test]
fn what_stays_gfp_nofs() {
    drain(
        961 + 966 + 11 + 11 + 1,
        "GFP_NOFS | __GFP_NORETRY | __GFP_NOWARN",
        expect![[r#"
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NORETRY, 0) × 961 → Normal, 56 left
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NORETRY, 0) × 966 → DMA, 56 left
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NORETRY, 0) × 11 → Normal, 45 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NORETRY, 0) × 11 → DMA, 45 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NORETRY, 0) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
        "#]],
    );
}

#[test]
fn what_stays_gfp_noio() {
    drain(
        961 + 966 + 11 + 11 + 1,
        "GFP_NOIO | __GFP_NORETRY | __GFP_NOWARN",
        expect![[r#"
            alloc_pages(GFP_NOIO | __GFP_NOWARN | __GFP_NORETRY, 0) × 961 → Normal, 56 left
            alloc_pages(GFP_NOIO | __GFP_NOWARN | __GFP_NORETRY, 0) × 966 → DMA, 56 left
            alloc_pages(GFP_NOIO | __GFP_NOWARN | __GFP_NORETRY, 0) × 11 → Normal, 45 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_NOIO | __GFP_NOWARN | __GFP_NORETRY, 0) × 11 → DMA, 45 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_NOIO | __GFP_NOWARN | __GFP_NORETRY, 0) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
        "#]],
    );
}

/// No flag at all is no `__GFP_WAIT`: 45 − 11 = 34.
#[test]
fn what_stays_no_flags() {
    drain(
        961 + 966 + 22 + 22 + 1,
        "__GFP_NOWARN",
        expect![[r#"
            alloc_pages(__GFP_NOWARN, 0) × 961 → Normal, 56 left
            alloc_pages(__GFP_NOWARN, 0) × 966 → DMA, 56 left
            alloc_pages(__GFP_NOWARN, 0) × 22 → Normal, 34 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(__GFP_NOWARN, 0) × 22 → DMA, 34 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(__GFP_NOWARN, 0) → NULL: may not wait; wakes kswapd for Normal; wakes kswapd for DMA
        "#]],
    );
}

/// GFP_DMA alone is the bare bit: as without flags, in the one zone that its list has.
#[test]
fn what_stays_gfp_dma_alone() {
    drain(
        966 + 22 + 1,
        "GFP_DMA | __GFP_NOWARN",
        expect![[r#"
            alloc_pages(__GFP_DMA | __GFP_NOWARN, 0) × 966 → DMA, 56 left
            alloc_pages(__GFP_DMA | __GFP_NOWARN, 0) × 22 → DMA, 34 left; wakes kswapd for DMA
            alloc_pages(__GFP_DMA | __GFP_NOWARN, 0) → NULL: may not wait; wakes kswapd for DMA
        "#]],
    );
}

/// 45 / 2 = 22.
#[test]
fn what_stays_gfp_kernel_and_high() {
    drain(
        961 + 966 + 34 + 34 + 1,
        "GFP_KERNEL | __GFP_HIGH | __GFP_NORETRY | __GFP_NOWARN",
        expect![[r#"
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_HIGH | __GFP_NORETRY, 0) × 961 → Normal, 56 left
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_HIGH | __GFP_NORETRY, 0) × 966 → DMA, 56 left
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_HIGH | __GFP_NORETRY, 0) × 34 → Normal, 22 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_HIGH | __GFP_NORETRY, 0) × 34 → DMA, 22 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_HIGH | __GFP_NORETRY, 0) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
        "#]],
    );
}

/// 22 − 5 = 17: three eighths of pages_min, not the last page.
#[test]
fn what_stays_gfp_atomic() {
    drain(
        961 + 966 + 39 + 39 + 1,
        "GFP_ATOMIC | __GFP_NOWARN",
        expect![[r#"
            alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0) × 961 → Normal, 56 left
            alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0) × 966 → DMA, 56 left
            alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0) × 39 → Normal, 17 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0) × 39 → DMA, 17 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0) → NULL: may not wait; wakes kswapd for Normal; wakes kswapd for DMA
        "#]],
    );
}

/// What further callers get after `GFP_KERNEL | __GFP_NORETRY` took what it could, in the given surroundings.
fn further(row: &str, expected: Expect) {
    let setup = format!(
        "{MACHINE}for (i = 0; i < 1949; i++) p[i] = alloc_pages(GFP_KERNEL | __GFP_NORETRY, 0);"
    );
    check_rows(&setup, &[row], &[], expected);
}

/// A realtime task: 34, and not in an interrupt. In the interrupt its GFP_KERNEL is what sleeps there (§7).
#[test]
fn what_stays_realtime() {
    further(
        "realtime {\n\
             irq { for (i = 0; i < 2; i++) p[i] = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0); }\n\
             for (i = 0; i < 23; i++) q[i] = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0);\n\
         }",
        expect![[r#"
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 0) × 2 → NULL: __GFP_NORETRY; might sleep; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; sleeps in atomic context
                | scheduling while atomic: insmod/0x00010000/512
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 0) × 11 → Normal, 34 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 0) × 11 → DMA, 34 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 0) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
        "#]],
    );
}

#[test]
fn what_stays_realtime_and_high() {
    further(
        "realtime { for (i = 0; i < 57; i++) q[i] = alloc_pages(GFP_KERNEL | __GFP_HIGH | __GFP_NORETRY | __GFP_NOWARN, 0); }",
        expect![[r#"
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_HIGH | __GFP_NORETRY, 0) × 28 → Normal, 17 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_HIGH | __GFP_NORETRY, 0) × 28 → DMA, 17 left; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_HIGH | __GFP_NORETRY, 0) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
        "#]],
    );
}

/// HighMem first, then Normal, then DMA, each to its pages_low before any goes below (§2.1; marks 32/40/48 in HighMem,
/// where six pages wait on the hot list as in DMA).
#[test]
fn gfp_highuser_walks_all_zones() {
    drain(
        982 + 961 + 966 + 8 + 11 + 11 + 1,
        "GFP_HIGHUSER | __GFP_NORETRY | __GFP_NOWARN",
        expect![[r#"
            alloc_pages(GFP_HIGHUSER | __GFP_NOWARN | __GFP_NORETRY, 0) × 982 → HighMem, 40 left
            alloc_pages(GFP_HIGHUSER | __GFP_NOWARN | __GFP_NORETRY, 0) × 961 → Normal, 56 left
            alloc_pages(GFP_HIGHUSER | __GFP_NOWARN | __GFP_NORETRY, 0) × 966 → DMA, 56 left
            alloc_pages(GFP_HIGHUSER | __GFP_NOWARN | __GFP_NORETRY, 0) × 8 → HighMem, 32 left; wakes kswapd for HighMem; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_HIGHUSER | __GFP_NOWARN | __GFP_NORETRY, 0) × 11 → Normal, 45 left; wakes kswapd for HighMem; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_HIGHUSER | __GFP_NOWARN | __GFP_NORETRY, 0) × 11 → DMA, 45 left; wakes kswapd for HighMem; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(GFP_HIGHUSER | __GFP_NOWARN | __GFP_NORETRY, 0) → NULL: __GFP_NORETRY; wakes kswapd for HighMem; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
        "#]],
    );
}

/// Step 1: no zone in the list, NULL, and not a word.
#[test]
fn an_empty_zonelist() {
    check(
        "machine dma=0 normal=4M highmem=0\np = alloc_pages(GFP_DMA, 0);",
        &[],
        expect![[r#"
            alloc_pages(__GFP_DMA, 0) → NULL: no zone
        "#]],
    );
}

/// §1.4: an order above 10, NULL, and not a word, whatever the flags and wherever (recordings, FORMAT.md 2).
#[test]
fn an_order_above_ten() {
    check(
        &format!(
            "{MACHINE}p = alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 11); irq {{ p = alloc_pages(GFP_KERNEL, 11); }}"
        ),
        &[],
        expect![[r#"
            alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 11) → NULL: order above 10
            alloc_pages(GFP_KERNEL, 11) → NULL: order above 10
        "#]],
    );
}

/// Steps 2 and 3. Both zones have 60 free: order 3 needs 56 + 8, so the first pass fails in both and wakes nobody; the
/// second needs 45 + 8. After it Normal has 52 and kswapd is woken for Normal alone, then for both.
#[test]
fn kswapd_is_woken_at_pages_low_and_not_above() {
    let setup = format!(
        "{MACHINE}for (i = 0; i < 957; i++) p[i] = alloc_pages(GFP_KERNEL, 0);\n\
         for (i = 0; i < 962; i++) q[i] = alloc_pages(GFP_KERNEL | GFP_DMA, 0);"
    );
    check_rows(
        &setup,
        &[
            "for (i = 0; i < 3; i++) r[i] = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 3);",
        ],
        &[],
        expect![[r#"
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 3) → Normal, 52 left
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 3) → DMA, 52 left; wakes kswapd for Normal
            alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 3) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
        "#]],
    );
}

/// Steps 2 and 3, §6.4: every other page of Normal is free, 531 in all, and no block of order 6 among them. The count
/// passes, the zone after it is tried; then DMA has 58 of the 120 needed, and nobody is woken: 531 and 58 are above 56.
#[test]
fn fragmentation_wakes_nobody() {
    let setup = format!(
        "{MACHINE}for (i = 0; i < 480; i++) {{ a[i] = alloc_pages(GFP_KERNEL, 0); b[i] = alloc_pages(GFP_KERNEL, 0); }}\n\
         for (i = 0; i < 480; i++) __free_pages(a[i], 0);"
    );
    check_rows(
        &setup,
        &["for (i = 0; i < 16; i++) r[i] = alloc_pages(GFP_KERNEL, 6);"],
        &[Show::Free],
        expect![[r#"
            alloc_pages(GFP_KERNEL, 6) × 15 → DMA, 58 left; no block of order 6 in Normal
            alloc_pages(GFP_KERNEL, 6) → NULL: order above 3 is not retried; no block of order 6 in Normal; reclaims; out_of_memory()
                | insmod: page allocation failure. order:6, mode:0xd0
            free: DMA 58, Normal 531, HighMem 1018
        "#]],
    );
}

/// Step 5: a task that frees memory itself asks no mark after the second pass, and gets the very last page; those on the
/// hot list of DMA last. Then NULL: no reclaim, no retry, whatever the flags.
#[test]
fn pf_memalloc_takes_the_last_page() {
    further(
        "memalloc { for (i = 0; i < 93; i++) q[i] = alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 0); }",
        expect![[r#"
            alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 0) × 45 → Normal, 0 left; wakes kswapd for Normal; wakes kswapd for DMA; no mark is asked
            alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 0) × 47 → DMA, 0 left; wakes kswapd for Normal; wakes kswapd for DMA; no mark is asked; no block of order 0 in Normal
            alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 0) → NULL: nothing left even without marks; wakes kswapd for Normal; wakes kswapd for DMA; no mark is asked; no block of order 0 in Normal; no block of order 0 in DMA
                | insmod: page allocation failure. order:0, mode:0x8d0
        "#]],
    );
}

/// Step 5: not in an interrupt, hard or soft; a task that holds a spinlock is in none.
#[test]
fn pf_memalloc_counts_outside_of_interrupts() {
    let row = |inside: &str| format!("memalloc {{ {inside} }}");
    let ask = "q = alloc_pages(__GFP_NOWARN, 0);";
    let setup = format!(
        "{MACHINE}for (i = 0; i < 2006; i++) p[i] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);"
    );
    check_rows(
        &setup,
        &[
            &row(&format!("irq {{ {ask} }}")),
            &row(&format!("softirq {{ {ask} }}")),
            &row(&format!("spin_lock(&l); {ask}")),
        ],
        &[],
        expect![[r#"
            alloc_pages(__GFP_NOWARN, 0) → NULL: may not wait; wakes kswapd for Normal; wakes kswapd for DMA
            alloc_pages(__GFP_NOWARN, 0) → NULL: may not wait; wakes kswapd for Normal; wakes kswapd for DMA
            spin_lock(&l) → done
            alloc_pages(__GFP_NOWARN, 0) → Normal, 16 left; wakes kswapd for Normal; wakes kswapd for DMA; no mark is asked
        "#]],
    );
}

/// Step 8, the decisions. 17 pages are left in each zone, of which order 3 needs 53 and order 4 needs 61. (GFP_NOFS:
/// without `__GFP_FS` nobody is killed on the way.)
#[test]
fn the_retry_decision() {
    let setup = format!(
        "{MACHINE}for (i = 0; i < 2006; i++) p[i] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);"
    );
    let flags = [
        "GFP_NOFS",
        "GFP_NOFS | __GFP_REPEAT",
        "GFP_NOFS | __GFP_NOFAIL",
        "GFP_NOFS | __GFP_REPEAT | __GFP_NOFAIL",
        "GFP_NOFS | __GFP_NORETRY",
        "GFP_NOFS | __GFP_REPEAT | __GFP_NORETRY",
        "GFP_NOFS | __GFP_NOFAIL | __GFP_NORETRY",
        "GFP_ATOMIC | __GFP_NOFAIL",
    ];
    let rows =
        |order: u32| flags.map(|gfp| format!("q = alloc_pages({gfp} | __GFP_NOWARN, {order});"));
    let check_order = |order, expected: Expect| {
        let rows = rows(order);
        check_rows(&setup, &rows.each_ref().map(String::as_str), &[], expected);
    };
    check_order(
        3,
        expect![[r#"
            alloc_pages(GFP_NOFS | __GFP_NOWARN, 3) → never returns; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; tries again: order ≤ 3
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_REPEAT, 3) → never returns; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; tries again: order ≤ 3
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NOFAIL, 3) → never returns; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; tries again: order ≤ 3
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_REPEAT | __GFP_NOFAIL, 3) → never returns; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; tries again: order ≤ 3
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NORETRY, 3) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_REPEAT | __GFP_NORETRY, 3) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NOFAIL | __GFP_NORETRY, 3) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
            alloc_pages(GFP_ATOMIC | __GFP_NOWARN | __GFP_NOFAIL, 3) → NULL: may not wait; wakes kswapd for Normal; wakes kswapd for DMA
        "#]],
    );
    check_order(
        4,
        expect![[r#"
            alloc_pages(GFP_NOFS | __GFP_NOWARN, 4) → NULL: order above 3 is not retried; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_REPEAT, 4) → never returns; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; tries again: __GFP_REPEAT
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NOFAIL, 4) → never returns; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; tries again: __GFP_NOFAIL
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_REPEAT | __GFP_NOFAIL, 4) → never returns; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; tries again: __GFP_REPEAT
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NORETRY, 4) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_REPEAT | __GFP_NORETRY, 4) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
            alloc_pages(GFP_NOFS | __GFP_NOWARN | __GFP_NOFAIL | __GFP_NORETRY, 4) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
            alloc_pages(GFP_ATOMIC | __GFP_NOWARN | __GFP_NOFAIL, 4) → NULL: may not wait; wakes kswapd for Normal; wakes kswapd for DMA
        "#]],
    );
}

/// Steps 7 and 8: between two tries 20 ms pass. Another task gives eight pages back while this one sleeps; six stay on
/// the hot list, and 45 − 17 = 28 more would be needed: so 34 go back. 45 + 1 are free then.
#[test]
fn a_retry_waits_20_ms() {
    let setup = format!(
        "{MACHINE}for (i = 0; i < 2006; i++) p[i] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);\n\
         meanwhile {{ for (i = 0; i < 35; i++) __free_pages(p[i], 0); }}"
    );
    check_rows(
        &setup,
        &["q = alloc_pages(GFP_NOFS, 0);"],
        &[Show::Free],
        expect![[r#"
            alloc_pages(GFP_NOFS, 0) → Normal, 46 left; wakes kswapd for Normal; wakes kswapd for DMA; reclaims × 2; tries again: order ≤ 3; waits 20 ms
            __free_pages(p[], 0) × 35 → done
            free: DMA 17, Normal 46, HighMem 1018
        "#]],
    );
}

/// Step 9 and §4.1: ten messages at once, then one in five seconds; those that were swallowed are counted in front of the
/// next. `__GFP_NOWARN` says nothing and costs nothing. (Order 10 needs more than a zone of 1024 pages can pass.)
#[test]
fn the_failure_message_and_its_rate() {
    let ask = "p = alloc_pages(GFP_ATOMIC, 10);";
    let quiet = "p = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 10);";
    check(
        &format!(
            "{MACHINE}for (i = 0; i < 5; i++) {quiet}\nfor (i = 0; i < 12; i++) {ask}\n{quiet}\n\
             msleep(4999); {ask} msleep(1); {ask} {ask}"
        ),
        &[],
        expect![[r#"
            alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 10) × 5 → NULL: may not wait
            alloc_pages(GFP_ATOMIC, 10) × 10 → NULL: may not wait
                | insmod: page allocation failure. order:10, mode:0x20
            alloc_pages(GFP_ATOMIC, 10) × 2 → NULL: may not wait
            alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 10) → NULL: may not wait
            msleep(4999) → done
            alloc_pages(GFP_ATOMIC, 10) → NULL: may not wait
            msleep(1) → done
            alloc_pages(GFP_ATOMIC, 10) → NULL: may not wait
                | printk: 3 messages suppressed.
                | insmod: page allocation failure. order:10, mode:0x20
            alloc_pages(GFP_ATOMIC, 10) → NULL: may not wait
        "#]],
    );
}

/// Step 9: the order and the flags of the request; for a `kmalloc` those of the slab's pages (§8.6 step 5).
#[test]
fn the_message_names_order_and_flags() {
    let setup = format!(
        "{MACHINE}for (i = 0; i < 2006; i++) p[i] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);"
    );
    check_rows(
        &setup,
        &[
            "q = alloc_pages(GFP_KERNEL | __GFP_NORETRY, 2);",
            "q = alloc_pages(GFP_ATOMIC | GFP_DMA | __GFP_COLD, 0);",
            "q = kmalloc(5000, GFP_ATOMIC);",
            "q = kmalloc(100, GFP_ATOMIC | GFP_DMA);",
            "q = kmalloc(131072, GFP_NOFS | __GFP_NORETRY);",
        ],
        &[],
        expect![[r#"
            alloc_pages(GFP_KERNEL | __GFP_NORETRY, 2) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
                | insmod: page allocation failure. order:2, mode:0x10d0
            alloc_pages(GFP_ATOMIC | __GFP_DMA | __GFP_COLD, 0) → NULL: may not wait; wakes kswapd for DMA
                | insmod: page allocation failure. order:0, mode:0x121
            kmalloc(5000, GFP_ATOMIC) → NULL: may not wait; wakes kswapd for Normal; wakes kswapd for DMA
                | insmod: page allocation failure. order:1, mode:0x20
            kmalloc(100, GFP_ATOMIC | __GFP_DMA) → NULL: may not wait; wakes kswapd for DMA
                | insmod: page allocation failure. order:0, mode:0x21
            kmalloc(131072, GFP_NOFS | __GFP_NORETRY) → NULL: __GFP_NORETRY; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
                | insmod: page allocation failure. order:5, mode:0x1050
        "#]],
    );
}
