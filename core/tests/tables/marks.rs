//! §3: watermarks, batches and protection by zone sizes.

use expect_test::expect;

use crate::look::{Show, check};

/// Marks, batches and `min_free_kbytes` of a machine right after boot.
fn marks(machine: &str, expected: expect_test::Expect) {
    check(&format!("machine {machine}\n"), &[Show::Marks], expected);
}

// §3, the table: a row each.

#[test]
fn ram_4_mb() {
    marks(
        "dma=4M normal=0 highmem=0",
        expect![[r#"
            min_free_kbytes 256
            DMA        1024 pages: 64/80/96, batch 1
        "#]],
    );
}

#[test]
fn ram_16_mb() {
    marks(
        "dma=16M normal=0 highmem=0",
        expect![[r#"
            min_free_kbytes 512
            DMA        4096 pages: 128/160/192, batch 1
        "#]],
    );
}

#[test]
fn ram_32_mb() {
    marks(
        "dma=16M normal=16M highmem=0",
        expect![[r#"
            min_free_kbytes 724
            DMA        4096 pages: 90/112/135, batch 1
            Normal     4096 pages: 90/112/135, batch 1
        "#]],
    );
}

#[test]
fn ram_64_mb() {
    marks(
        "dma=16M normal=48M highmem=0",
        expect![[r#"
            min_free_kbytes 1024
            DMA        4096 pages: 64/80/96, batch 1
            Normal    12288 pages: 192/240/288, batch 3
        "#]],
    );
}

#[test]
fn ram_128_mb() {
    marks(
        "dma=16M normal=112M highmem=0",
        expect![[r#"
            min_free_kbytes 1448
            DMA        4096 pages: 45/56/67, batch 1
            Normal    28672 pages: 316/395/474, batch 7
        "#]],
    );
}

#[test]
fn ram_256_mb() {
    marks(
        "dma=16M normal=240M highmem=0",
        expect![[r#"
            min_free_kbytes 2048
            DMA        4096 pages: 32/40/48, batch 1
            Normal    61440 pages: 480/600/720, batch 15
        "#]],
    );
}

#[test]
fn ram_512_mb() {
    marks(
        "dma=16M normal=496M highmem=0",
        expect![[r#"
            min_free_kbytes 2896
            DMA        4096 pages: 22/27/33, batch 1
            Normal   126976 pages: 701/876/1051, batch 16
        "#]],
    );
}

#[test]
fn ram_896_mb() {
    marks(
        "dma=16M normal=880M highmem=0",
        expect![[r#"
            min_free_kbytes 3831
            DMA        4096 pages: 17/21/25, batch 1
            Normal   225280 pages: 939/1173/1408, batch 16
        "#]],
    );
}

#[test]
fn ram_1_gb() {
    marks(
        "dma=16M normal=880M highmem=128M",
        expect![[r#"
            min_free_kbytes 3831
            DMA        4096 pages: 17/21/25, batch 1
            Normal   225280 pages: 939/1173/1408, batch 16
            HighMem   32768 pages: 32/40/48, batch 8
        "#]],
    );
}

#[test]
fn ram_4_gb() {
    marks(
        "dma=16M normal=880M highmem=3200M",
        expect![[r#"
            min_free_kbytes 3831
            DMA        4096 pages: 17/21/25, batch 1
            Normal   225280 pages: 939/1173/1408, batch 16
            HighMem  819200 pages: 128/160/192, batch 16
        "#]],
    );
}

/// §3 step 2: at least 128 kB. 512 KB of low memory: isqrt(512 × 16) = 90. All 32 pages of it fall to the one zone.
#[test]
fn at_least_128_kb() {
    marks(
        "dma=512K normal=0 highmem=0",
        expect![[r#"
            min_free_kbytes 128
            DMA         128 pages: 32/40/48, batch 1
        "#]],
    );
}

/// §3 step 3: HighMem's pages_min is its size / 1024, from 32 to 128 (boot.jsonl, row 37: zones of 4096, 65536, 65536).
#[test]
fn highmem_by_its_size() {
    marks(
        "dma=16M normal=256M highmem=256M",
        expect![[r#"
            min_free_kbytes 2111
            DMA        4096 pages: 31/38/46, batch 1
            Normal    65536 pages: 496/620/744, batch 16
            HighMem   65536 pages: 64/80/96, batch 16
        "#]],
    );
}

/// §3 step 3: rounded down in each zone, so that 443 / 4 = 110 pages become 36 + 73 (zones.jsonl, machine zB).
#[test]
fn rounded_down_in_each_zone() {
    marks(
        "dma=4M normal=8M highmem=2M",
        expect![[r#"
            min_free_kbytes 443
            DMA        1024 pages: 36/45/54, batch 1
            Normal     2048 pages: 73/91/109, batch 1
            HighMem     512 pages: 32/40/48, batch 1
        "#]],
    );
}

/// §3 step 2: the sysctl takes any value; §3 step 3: HighMem's marks stay (zones.jsonl, machine zBmf).
#[test]
fn sysctl_min_free_kbytes() {
    check(
        "machine dma=4M normal=8M highmem=2M\nsysctl min_free_kbytes 2048;",
        &[Show::NoCalls, Show::Marks],
        expect![[r#"
            min_free_kbytes 2048
            DMA        1024 pages: 170/212/255, batch 1
            Normal     2048 pages: 341/426/511, batch 1
            HighMem     512 pages: 32/40/48, batch 1
        "#]],
    );
}

/// §3.1: with the default L = 0 nothing is protected.
#[test]
fn protection_off() {
    check(
        "machine dma=4M normal=4M highmem=4M\n",
        &[Show::Protection],
        expect![[r#"
            DMA     [0, 0, 0]
            Normal  [0, 0, 0]
            HighMem [0, 0, 0]
        "#]],
    );
}

/// §3.1, L = 1 (zones.jsonl, machine zA1).
#[test]
fn protection_1() {
    check(
        "machine dma=4M normal=4M highmem=4M\nsysctl(lower_zone_protection, 1);",
        &[Show::NoCalls, Show::Protection],
        expect![[r#"
            DMA     [0, 56, 96]
            Normal  [0, 0, 40]
            HighMem [0, 0, 0]
        "#]],
    );
}

/// §3.1, L = 3 (zones.jsonl, machine zCl).
#[test]
fn protection_3() {
    check(
        "machine dma=16M normal=4M highmem=2M\nsysctl(lower_zone_protection, 3);",
        &[Show::NoCalls, Show::Marks, Show::Protection],
        expect![[r#"
            min_free_kbytes 572
            DMA        4096 pages: 114/142/171, batch 1
            Normal     1024 pages: 28/35/42, batch 1
            HighMem     512 pages: 32/40/48, batch 1
            DMA     [0, 105, 225]
            Normal  [0, 0, 120]
            HighMem [0, 0, 0]
        "#]],
    );
}

/// §3.1, L = 100 (zones.jsonl, machine zA100).
#[test]
fn protection_100() {
    check(
        "machine dma=4M normal=8M highmem=2M\nsysctl(lower_zone_protection, 100);",
        &[Show::NoCalls, Show::Protection],
        expect![[r#"
            DMA     [0, 9100, 13100]
            Normal  [0, 0, 4000]
            HighMem [0, 0, 0]
        "#]],
    );
}

/// §3.1: 0 in a zone above the highest that has memory; an absent zone between adds nothing (its pages_low is 0).
#[test]
fn protection_with_absent_zones() {
    check(
        "machine dma=4M normal=4M highmem=0\nsysctl(lower_zone_protection, 1);",
        &[Show::NoCalls, Show::Protection],
        expect![[r#"
            DMA     [0, 56, 56]
            Normal  [0, 0, 0]
        "#]],
    );
    check(
        "machine dma=4M normal=0 highmem=4M\nsysctl(lower_zone_protection, 1);",
        &[Show::NoCalls, Show::Protection],
        expect![[r#"
            DMA     [0, 0, 40]
            HighMem [0, 0, 0]
        "#]],
    );
}

/// §3.1 and §4: with L = 1 a request leaves each zone its own mark and the protection against the request's type. Marks
/// 45/56/67 in DMA and Normal; type 1 leaves 45 in Normal and 45 + 56 in DMA, type 2 leaves 45 + 40 and 45 + 96.
#[test]
fn what_protection_leaves() {
    let drained = |gfp: &str| {
        format!(
            "machine dma=4M normal=4M highmem=4M\nsysctl(lower_zone_protection, 1);\n\
             for (i = 0; i < 3000; i++) p[i] = alloc_pages({gfp} | __GFP_NORETRY | __GFP_NOWARN, 0);"
        )
    };
    let show = [Show::NoCalls, Show::Free];
    check(
        &drained("GFP_KERNEL | GFP_DMA"),
        &show,
        expect![[r#"
            free: DMA 45, Normal 1017, HighMem 1018
        "#]],
    );
    check(
        &drained("GFP_KERNEL"),
        &show,
        expect![[r#"
            free: DMA 101, Normal 45, HighMem 1018
        "#]],
    );
    check(
        &drained("GFP_HIGHUSER"),
        &show,
        expect![[r#"
            free: DMA 141, Normal 85, HighMem 32
        "#]],
    );
}

/// §2.1: the type of a request is the first zone that its list has: without a Normal zone GFP_KERNEL is of type 0.
#[test]
fn the_type_is_the_first_zone_there() {
    check(
        "machine dma=4M normal=0 highmem=4M\nsysctl(lower_zone_protection, 1);\n\
         for (i = 0; i < 1100; i++) p[i] = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0);",
        &[Show::NoCalls, Show::Marks, Show::Protection, Show::Free],
        expect![[r#"
            min_free_kbytes 256
            DMA        1024 pages: 64/80/96, batch 1
            HighMem    1024 pages: 32/40/48, batch 1
            DMA     [0, 0, 40]
            HighMem [0, 0, 0]
            free: DMA 64, HighMem 1018
        "#]],
    );
}
