//! §7: who may sleep, what the kernel says when a call could, and when it really does.

use expect_test::expect;

use crate::look::{Show, check, check_rows};

/// Marks 45/56/67 in both zones; after requests without `__GFP_WAIT` 17 pages are left in each, and order 4 needs 61.
const ZONES: &str = "dma=4M normal=4M highmem=0";

fn short(machine: &str) -> String {
    format!(
        "machine {ZONES} {machine}\n\
         for (i = 0; i < 2006; i++) p[i] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0);"
    )
}

/// Each context asks for what an array already has, then for pages.
fn in_each_context() -> [String; 9] {
    let ask = "p = kmalloc(32, GFP_KERNEL);";
    [
        ask.into(),
        format!("irq {{ {ask} }}"),
        format!("softirq {{ {ask} }}"),
        format!("tasklet {{ {ask} }}"),
        format!("timer {{ {ask} }}"),
        format!("spin_lock(&l); {ask}"),
        format!("spin_lock_irqsave(&l, flags); {ask}"),
        format!("local_irq_disable(); {ask}"),
        "irq { p = kmalloc(32, GFP_ATOMIC); }".into(),
    ]
}

/// Without CONFIG_DEBUG_SPINLOCK_SLEEP the check is empty: nothing is printed wherever the call stands. (The lab tells that
/// it could sleep; under a plain spinlock the kernel could not even see it.)
#[test]
fn might_sleep_is_empty_without_its_option() {
    check_rows(
        &format!("machine {ZONES} debug=none"),
        &in_each_context().each_ref().map(String::as_str),
        &[],
        expect![[r#"
            kmalloc(32, GFP_KERNEL) → size-32
            kmalloc(32, GFP_KERNEL) → size-32; might sleep
            kmalloc(32, GFP_KERNEL) → size-32; might sleep
            kmalloc(32, GFP_KERNEL) → size-32; might sleep
            kmalloc(32, GFP_KERNEL) → size-32; might sleep
            spin_lock(&l) → done
            kmalloc(32, GFP_KERNEL) → size-32
            spin_lock_irqsave(&l, flags) → done
            kmalloc(32, GFP_KERNEL) → size-32; might sleep
            local_irq_disable() → done
            kmalloc(32, GFP_KERNEL) → size-32; might sleep
            kmalloc(32, GFP_ATOMIC) → size-32
        "#]],
    );
}

/// With it, and without CONFIG_PREEMPT: in interrupts and with interrupts off, not under a plain spinlock.
#[test]
fn might_sleep_without_preemption() {
    check_rows(
        &format!("machine {ZONES} debug=sleep preempt=off"),
        &in_each_context().each_ref().map(String::as_str),
        &[],
        expect![[r#"
            kmalloc(32, GFP_KERNEL) → size-32
            kmalloc(32, GFP_KERNEL) → size-32; might sleep
                | Debug: sleeping function called from invalid context at mm/slab.c
                | in_atomic():1, irqs_disabled():0
            kmalloc(32, GFP_KERNEL) → size-32; might sleep
                | Debug: sleeping function called from invalid context at mm/slab.c
                | in_atomic():1, irqs_disabled():0
            kmalloc(32, GFP_KERNEL) → size-32; might sleep
                | Debug: sleeping function called from invalid context at mm/slab.c
                | in_atomic():1, irqs_disabled():0
            kmalloc(32, GFP_KERNEL) → size-32; might sleep
                | Debug: sleeping function called from invalid context at mm/slab.c
                | in_atomic():1, irqs_disabled():0
            spin_lock(&l) → done
            kmalloc(32, GFP_KERNEL) → size-32
            spin_lock_irqsave(&l, flags) → done
            kmalloc(32, GFP_KERNEL) → size-32; might sleep
                | Debug: sleeping function called from invalid context at mm/slab.c
                | in_atomic():0, irqs_disabled():1
            local_irq_disable() → done
            kmalloc(32, GFP_KERNEL) → size-32; might sleep
                | Debug: sleeping function called from invalid context at mm/slab.c
                | in_atomic():0, irqs_disabled():1
            kmalloc(32, GFP_ATOMIC) → size-32
        "#]],
    );
}

/// With CONFIG_PREEMPT a spinlock raises preempt_count: it is seen, too.
#[test]
fn might_sleep_with_preemption() {
    let ask = "p = kmalloc(32, GFP_KERNEL);";
    check_rows(
        &format!("machine {ZONES} debug=sleep preempt=on"),
        &[
            &format!("spin_lock(&l); {ask}"),
            &format!("spin_lock(&l); spin_unlock(&l); {ask}"),
            &format!("spin_lock_irqsave(&l, flags); {ask}"),
            &format!("spin_lock_irqsave(&l, flags); spin_unlock_irqrestore(&l, flags); {ask}"),
        ],
        &[],
        expect![[r#"
            spin_lock(&l) → done
            kmalloc(32, GFP_KERNEL) → size-32; might sleep
                | Debug: sleeping function called from invalid context at mm/slab.c
                | in_atomic():1, irqs_disabled():0
            spin_lock(&l) → done
            spin_unlock(&l) → done
            kmalloc(32, GFP_KERNEL) → size-32
            spin_lock_irqsave(&l, flags) → done
            kmalloc(32, GFP_KERNEL) → size-32; might sleep
                | Debug: sleeping function called from invalid context at mm/slab.c
                | in_atomic():1, irqs_disabled():1
            spin_lock_irqsave(&l, flags) → done
            spin_unlock_irqrestore(&l, flags) → done
            kmalloc(32, GFP_KERNEL) → size-32
        "#]],
    );
}

/// The page allocator has a check of its own; at most one message a second, 1000 jiffies; and the call goes on.
#[test]
fn might_sleep_once_a_second() {
    let ask = "irq { p = alloc_pages(GFP_NOIO, 0); }";
    check(
        &format!(
            "machine {ZONES} debug=sleep\n{ask} {ask} msleep(999); {ask} msleep(1); irq {{ q = kmalloc(32, GFP_NOFS); }}"
        ),
        &[],
        expect![[r#"
            alloc_pages(GFP_NOIO, 0) → Normal, 1016 left; might sleep
                | Debug: sleeping function called from invalid context at mm/page_alloc.c
                | in_atomic():1, irqs_disabled():0
            alloc_pages(GFP_NOIO, 0) → Normal, 1015 left; might sleep
            msleep(999) → done
            alloc_pages(GFP_NOIO, 0) → Normal, 1014 left; might sleep
            msleep(1) → done
            kmalloc(32, GFP_NOFS) → size-32; might sleep
                | Debug: sleeping function called from invalid context at mm/slab.c
                | in_atomic():1, irqs_disabled():0
        "#]],
    );
}

/// GFP_KERNEL in an interrupt handler works until memory is short: only a call that really sleeps is "scheduling while
/// atomic", with preempt_count. Reclaim counts as sleeping (recordings, FORMAT.md 3). Not with interrupts off alone, nor
/// under a spinlock that preemption does not know of.
#[test]
fn scheduling_while_atomic_when_it_really_sleeps() {
    let ask = "q = alloc_pages(GFP_NOFS | __GFP_NOWARN, 4);";
    let rows = [
        format!("irq {{ {ask} }}"),
        format!("softirq {{ {ask} }}"),
        format!("irq {{ softirq {{ {ask} }} }}"),
        format!("local_irq_disable(); {ask}"),
        format!("spin_lock(&l); {ask}"),
    ];
    let rows = rows.each_ref().map(String::as_str);
    let plenty = format!("machine {ZONES}\n");
    check_rows(
        &plenty,
        &rows,
        &[],
        expect![[r#"
            alloc_pages(GFP_NOFS | __GFP_NOWARN, 4) → Normal, 1001 left; might sleep
            alloc_pages(GFP_NOFS | __GFP_NOWARN, 4) → Normal, 1001 left; might sleep
            alloc_pages(GFP_NOFS | __GFP_NOWARN, 4) → Normal, 1001 left; might sleep
            local_irq_disable() → done
            alloc_pages(GFP_NOFS | __GFP_NOWARN, 4) → Normal, 1001 left; might sleep
            spin_lock(&l) → done
            alloc_pages(GFP_NOFS | __GFP_NOWARN, 4) → Normal, 1001 left
        "#]],
    );
    check_rows(
        &short(""),
        &rows,
        &[],
        expect![[r#"
            alloc_pages(GFP_NOFS | __GFP_NOWARN, 4) → NULL: order above 3 is not retried; might sleep; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; sleeps in atomic context
                | scheduling while atomic: insmod/0x00010000/512
            alloc_pages(GFP_NOFS | __GFP_NOWARN, 4) → NULL: order above 3 is not retried; might sleep; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; sleeps in atomic context
                | scheduling while atomic: insmod/0x00000100/512
            alloc_pages(GFP_NOFS | __GFP_NOWARN, 4) → NULL: order above 3 is not retried; might sleep; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; sleeps in atomic context
                | scheduling while atomic: insmod/0x00010100/512
            local_irq_disable() → done
            alloc_pages(GFP_NOFS | __GFP_NOWARN, 4) → NULL: order above 3 is not retried; might sleep; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
            spin_lock(&l) → done
            alloc_pages(GFP_NOFS | __GFP_NOWARN, 4) → NULL: order above 3 is not retried; wakes kswapd for Normal; wakes kswapd for DMA; reclaims
        "#]],
    );
    check_rows(
        &short("preempt=on"),
        &[
            rows[4],
            "spin_lock(&l); q = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 4);",
        ],
        &[],
        expect![[r#"
            spin_lock(&l) → done
            alloc_pages(GFP_NOFS | __GFP_NOWARN, 4) → NULL: order above 3 is not retried; might sleep; wakes kswapd for Normal; wakes kswapd for DMA; reclaims; sleeps in atomic context
                | scheduling while atomic: insmod/0x00000001/512
            spin_lock(&l) → done
            alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 4) → NULL: may not wait; wakes kswapd for Normal; wakes kswapd for DMA
        "#]],
    );
}

/// Each congestion wait is a sleep of its own (recordings, FORMAT.md 3: after `ttfp`, and again after each `wait:20`).
#[test]
fn each_wait_is_a_sleep() {
    check_rows(
        &format!(
            "{}\nmeanwhile {{ for (i = 0; i < 35; i++) __free_pages(p[i], 0); }}",
            short("")
        ),
        &["irq { q = alloc_pages(GFP_NOFS, 0); }"],
        &[],
        expect![[r#"
            alloc_pages(GFP_NOFS, 0) → Normal, 46 left; might sleep; wakes kswapd for Normal; wakes kswapd for DMA; reclaims × 2; sleeps in atomic context × 3; tries again: order ≤ 3; waits 20 ms
                | scheduling while atomic: insmod/0x00010000/512 × 3
            __free_pages(p[], 0) × 35 → done
        "#]],
    );
}

/// `msleep` and `schedule` sleep by themselves.
#[test]
fn sleeping_calls_in_atomic_context() {
    check(
        &format!(
            "machine {ZONES} preempt=on\nmsleep(1); timer {{ msleep(1); }} spin_lock(&l); schedule(); spin_unlock(&l); schedule();"
        ),
        &[],
        expect![[r#"
            msleep(1) → done
            msleep(1) → done; sleeps in atomic context
                | scheduling while atomic: insmod/0x00000100/512
            spin_lock(&l) → done
            schedule() → done; sleeps in atomic context
                | scheduling while atomic: insmod/0x00000001/512
            spin_unlock(&l) → done
            schedule() → done
        "#]],
    );
}

/// `in_interrupt()` is a hard or a soft interrupt, not a spinlock, seen by preemption or not: a task that frees memory
/// still gets what no mark lets others have, and a realtime task still has its bonus.
#[test]
fn a_spinlock_is_no_interrupt() {
    let memalloc =
        |inside: &str| format!("memalloc {{ {inside} q = alloc_pages(__GFP_NOWARN, 0); }}");
    check_rows(
        &short("preempt=on"),
        &[
            &memalloc("spin_lock(&l);"),
            &memalloc("local_irq_disable();"),
        ],
        &[],
        expect![[r#"
            spin_lock(&l) → done
            alloc_pages(__GFP_NOWARN, 0) → Normal, 16 left; wakes kswapd for Normal; wakes kswapd for DMA; no mark is asked
            local_irq_disable() → done
            alloc_pages(__GFP_NOWARN, 0) → Normal, 16 left; wakes kswapd for Normal; wakes kswapd for DMA; no mark is asked
        "#]],
    );
    let realtime = |inside: &str| {
        format!(
            "realtime {{ {inside} for (i = 0; i < 2000; i++) q[i] = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0); }}"
        )
    };
    check_rows(
        &format!("machine {ZONES} preempt=on"),
        &[
            &realtime("spin_lock(&l);"),
            &format!("irq {{ {} }}", realtime("")),
            &format!("softirq {{ {} }}", realtime("")),
        ],
        &[Show::NoCalls, Show::Free],
        expect![[r#"
            free: DMA 34, Normal 34
            free: DMA 45, Normal 45
            free: DMA 45, Normal 45
        "#]],
    );
}
