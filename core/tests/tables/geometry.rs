//! §8.1 to §8.4: which class a size gets, and how the slabs of each class are cut.

use expect_test::{Expect, expect};

use crate::look::{Show, check, look_at};

/// What `kmalloc` gives at both ends of each range of sizes, and that the DMA caches have the same ranges.
fn classes(machine: &str, sizes: &[u32], expected: Expect) {
    let text = |gfp: &str| {
        let calls: String = sizes
            .iter()
            .map(|size| format!("p = kmalloc({size}, {gfp}); kfree(p);\n"))
            .collect();
        format!("machine {machine}\n{calls}")
    };
    let lines = |gfp: &str| look_without_frees(&text(gfp));
    let normal = lines("GFP_KERNEL");
    let dma = lines("GFP_KERNEL | GFP_DMA")
        .replace("GFP_KERNEL | __GFP_DMA", "GFP_KERNEL")
        .replace("(DMA)", "");
    assert_eq!(normal, dma);
    expected.assert_eq(&normal);
}

fn look_without_frees(text: &str) -> String {
    let all = look_at(text, &[]);
    let calls = all.lines().filter(|line| !line.starts_with("kfree"));
    calls.map(|line| format!("{line}\n")).collect()
}

/// §8.1, §8.2 (sizes.jsonl, row 1): cache line 32, all classes. A size of 0 gets the smallest; above 131072 NULL.
#[test]
fn classes_l1_32() {
    classes(
        "dma=4M normal=4M highmem=0 l1=32",
        &[
            0, 32, 33, 64, 65, 96, 97, 128, 129, 192, 193, 256, 257, 512, 513, 1024, 1025, 2048,
            2049, 4096, 4097, 8192, 8193, 16384, 16385, 32768, 32769, 65536, 65537, 131072, 131073,
        ],
        expect![[r#"
            kmalloc(0, GFP_KERNEL) → size-32
            kmalloc(32, GFP_KERNEL) → size-32
            kmalloc(33, GFP_KERNEL) → size-64
            kmalloc(64, GFP_KERNEL) → size-64
            kmalloc(65, GFP_KERNEL) → size-96
            kmalloc(96, GFP_KERNEL) → size-96
            kmalloc(97, GFP_KERNEL) → size-128
            kmalloc(128, GFP_KERNEL) → size-128
            kmalloc(129, GFP_KERNEL) → size-192
            kmalloc(192, GFP_KERNEL) → size-192
            kmalloc(193, GFP_KERNEL) → size-256
            kmalloc(256, GFP_KERNEL) → size-256
            kmalloc(257, GFP_KERNEL) → size-512
            kmalloc(512, GFP_KERNEL) → size-512
            kmalloc(513, GFP_KERNEL) → size-1024
            kmalloc(1024, GFP_KERNEL) → size-1024
            kmalloc(1025, GFP_KERNEL) → size-2048
            kmalloc(2048, GFP_KERNEL) → size-2048
            kmalloc(2049, GFP_KERNEL) → size-4096
            kmalloc(4096, GFP_KERNEL) → size-4096
            kmalloc(4097, GFP_KERNEL) → size-8192
            kmalloc(8192, GFP_KERNEL) → size-8192
            kmalloc(8193, GFP_KERNEL) → size-16384
            kmalloc(16384, GFP_KERNEL) → size-16384
            kmalloc(16385, GFP_KERNEL) → size-32768
            kmalloc(32768, GFP_KERNEL) → size-32768
            kmalloc(32769, GFP_KERNEL) → size-65536
            kmalloc(65536, GFP_KERNEL) → size-65536
            kmalloc(65537, GFP_KERNEL) → size-131072
            kmalloc(131072, GFP_KERNEL) → size-131072
            kmalloc(131073, GFP_KERNEL) → NULL: larger than the largest class
        "#]],
    );
}

/// §8.1 (sizes.jsonl, row 7): cache line 64, no class of 96.
#[test]
fn classes_l1_64() {
    classes(
        "dma=4M normal=4M highmem=0 l1=64",
        &[0, 32, 33, 64, 65, 128, 129, 192, 193, 256, 257, 512],
        expect![[r#"
            kmalloc(0, GFP_KERNEL) → size-32
            kmalloc(32, GFP_KERNEL) → size-32
            kmalloc(33, GFP_KERNEL) → size-64
            kmalloc(64, GFP_KERNEL) → size-64
            kmalloc(65, GFP_KERNEL) → size-128
            kmalloc(128, GFP_KERNEL) → size-128
            kmalloc(129, GFP_KERNEL) → size-192
            kmalloc(192, GFP_KERNEL) → size-192
            kmalloc(193, GFP_KERNEL) → size-256
            kmalloc(256, GFP_KERNEL) → size-256
            kmalloc(257, GFP_KERNEL) → size-512
            kmalloc(512, GFP_KERNEL) → size-512
        "#]],
    );
}

/// §8.1 (sizes.jsonl, row 2): cache line 128, none of 192 either.
#[test]
fn classes_l1_128() {
    classes(
        "dma=4M normal=4M highmem=0 l1=128",
        &[0, 32, 33, 64, 65, 128, 129, 256, 257, 512],
        expect![[r#"
            kmalloc(0, GFP_KERNEL) → size-32
            kmalloc(32, GFP_KERNEL) → size-32
            kmalloc(33, GFP_KERNEL) → size-64
            kmalloc(64, GFP_KERNEL) → size-64
            kmalloc(65, GFP_KERNEL) → size-128
            kmalloc(128, GFP_KERNEL) → size-128
            kmalloc(129, GFP_KERNEL) → size-256
            kmalloc(256, GFP_KERNEL) → size-256
            kmalloc(257, GFP_KERNEL) → size-512
            kmalloc(512, GFP_KERNEL) → size-512
        "#]],
    );
}

/// §8.1 (sizes.jsonl, row 3): pages of 8 KB, no class of 32.
#[test]
fn classes_page_8k() {
    classes(
        "dma=4M normal=4M highmem=0 l1=64 page=8K",
        &[0, 64, 65, 128, 129, 192, 193, 256, 257, 512],
        expect![[r#"
            kmalloc(0, GFP_KERNEL) → size-64
            kmalloc(64, GFP_KERNEL) → size-64
            kmalloc(65, GFP_KERNEL) → size-128
            kmalloc(128, GFP_KERNEL) → size-128
            kmalloc(129, GFP_KERNEL) → size-192
            kmalloc(192, GFP_KERNEL) → size-192
            kmalloc(193, GFP_KERNEL) → size-256
            kmalloc(256, GFP_KERNEL) → size-256
            kmalloc(257, GFP_KERNEL) → size-512
            kmalloc(512, GFP_KERNEL) → size-512
        "#]],
    );
}

/// §8.3, the table, cache line 32 (sizes.jsonl, row 1).
#[test]
fn geometry_l1_32() {
    check(
        "machine dma=16M normal=32M highmem=0 l1=32\n",
        &[Show::Geometry],
        expect![[r#"
            kmem_cache           128 bytes  31 objects, order 0, on, 96              1 colours, 120/60, 151
            size-32               32 bytes 119 objects, order 0, on, 288             0 colours, 120/60, 239
            size-32(DMA)          32 bytes 119 objects, order 0, on, 288             0 colours, 120/60, 239
            size-64               64 bytes  61 objects, order 0, on, 160             1 colours, 120/60, 181
            size-64(DMA)          64 bytes  61 objects, order 0, on, 160             1 colours, 120/60, 181
            size-96               96 bytes  41 objects, order 0, on, 128             1 colours, 120/60, 161
            size-96(DMA)          96 bytes  41 objects, order 0, on, 128             1 colours, 120/60, 161
            size-128             128 bytes  31 objects, order 0, on, 96              1 colours, 120/60, 151
            size-128(DMA)        128 bytes  31 objects, order 0, on, 96              1 colours, 120/60, 151
            size-192             192 bytes  20 objects, order 0, on, 64              6 colours, 120/60, 140
            size-192(DMA)        192 bytes  20 objects, order 0, on, 64              6 colours, 120/60, 140
            size-256             256 bytes  15 objects, order 0, on, 64              6 colours, 120/60, 135
            size-256(DMA)        256 bytes  15 objects, order 0, on, 64              6 colours, 120/60, 135
            size-512             512 bytes   8 objects, order 0, off, 40 of size-64  0 colours, 54/27, 62
            size-512(DMA)        512 bytes   8 objects, order 0, off, 40 of size-64  0 colours, 54/27, 62
            size-1024           1024 bytes   4 objects, order 0, off, 32 of size-32  0 colours, 54/27, 58
            size-1024(DMA)      1024 bytes   4 objects, order 0, off, 32 of size-32  0 colours, 54/27, 58
            size-2048           2048 bytes   2 objects, order 0, off, 28 of size-32  0 colours, 24/12, 26
            size-2048(DMA)      2048 bytes   2 objects, order 0, off, 28 of size-32  0 colours, 24/12, 26
            size-4096           4096 bytes   1 objects, order 0, off, 26 of size-32  0 colours, 24/12, 25
            size-4096(DMA)      4096 bytes   1 objects, order 0, off, 26 of size-32  0 colours, 24/12, 25
            size-8192           8192 bytes   1 objects, order 1, off, 26 of size-32  0 colours, 8/4, 9
            size-8192(DMA)      8192 bytes   1 objects, order 1, off, 26 of size-32  0 colours, 8/4, 9
            size-16384         16384 bytes   1 objects, order 2, off, 26 of size-32  0 colours, 8/4, 9
            size-16384(DMA)    16384 bytes   1 objects, order 2, off, 26 of size-32  0 colours, 8/4, 9
            size-32768         32768 bytes   1 objects, order 3, off, 26 of size-32  0 colours, 8/4, 9
            size-32768(DMA)    32768 bytes   1 objects, order 3, off, 26 of size-32  0 colours, 8/4, 9
            size-65536         65536 bytes   1 objects, order 4, off, 26 of size-32  0 colours, 8/4, 9
            size-65536(DMA)    65536 bytes   1 objects, order 4, off, 26 of size-32  0 colours, 8/4, 9
            size-131072       131072 bytes   1 objects, order 5, off, 26 of size-32  0 colours, 8/4, 9
            size-131072(DMA)  131072 bytes   1 objects, order 5, off, 26 of size-32  0 colours, 8/4, 9
        "#]],
    );
}

/// §8.3: 32 MB of memory or less make no difference here (sizes.jsonl, rows 4 and 5).
#[test]
fn geometry_of_small_machines() {
    for l1 in [32, 128] {
        let of = |zones: &str| {
            look_at(
                &format!("machine {zones} highmem=0 l1={l1}\n"),
                &[Show::Geometry],
            )
        };
        assert_eq!(of("dma=16M normal=32M"), of("dma=16M normal=16M"));
    }
}

/// §8.3, the table, cache line 64.
#[test]
fn geometry_l1_64() {
    check(
        "machine dma=16M normal=32M highmem=0 l1=64\n",
        &[Show::Geometry],
        expect![[r#"
            kmem_cache           128 bytes  31 objects, order 0, on, 128             0 colours, 120/60, 151
            size-32               32 bytes 119 objects, order 0, on, 288             0 colours, 120/60, 239
            size-32(DMA)          32 bytes 119 objects, order 0, on, 288             0 colours, 120/60, 239
            size-64               64 bytes  61 objects, order 0, on, 192             0 colours, 120/60, 181
            size-64(DMA)          64 bytes  61 objects, order 0, on, 192             0 colours, 120/60, 181
            size-128             128 bytes  31 objects, order 0, on, 128             0 colours, 120/60, 151
            size-128(DMA)        128 bytes  31 objects, order 0, on, 128             0 colours, 120/60, 151
            size-192             192 bytes  20 objects, order 0, on, 64              3 colours, 120/60, 140
            size-192(DMA)        192 bytes  20 objects, order 0, on, 64              3 colours, 120/60, 140
            size-256             256 bytes  15 objects, order 0, on, 64              3 colours, 120/60, 135
            size-256(DMA)        256 bytes  15 objects, order 0, on, 64              3 colours, 120/60, 135
            size-512             512 bytes   8 objects, order 0, off, 40 of size-64  0 colours, 54/27, 62
            size-512(DMA)        512 bytes   8 objects, order 0, off, 40 of size-64  0 colours, 54/27, 62
            size-1024           1024 bytes   4 objects, order 0, off, 32 of size-32  0 colours, 54/27, 58
            size-1024(DMA)      1024 bytes   4 objects, order 0, off, 32 of size-32  0 colours, 54/27, 58
            size-2048           2048 bytes   2 objects, order 0, off, 28 of size-32  0 colours, 24/12, 26
            size-2048(DMA)      2048 bytes   2 objects, order 0, off, 28 of size-32  0 colours, 24/12, 26
            size-4096           4096 bytes   1 objects, order 0, off, 26 of size-32  0 colours, 24/12, 25
            size-4096(DMA)      4096 bytes   1 objects, order 0, off, 26 of size-32  0 colours, 24/12, 25
            size-8192           8192 bytes   1 objects, order 1, off, 26 of size-32  0 colours, 8/4, 9
            size-8192(DMA)      8192 bytes   1 objects, order 1, off, 26 of size-32  0 colours, 8/4, 9
            size-16384         16384 bytes   1 objects, order 2, off, 26 of size-32  0 colours, 8/4, 9
            size-16384(DMA)    16384 bytes   1 objects, order 2, off, 26 of size-32  0 colours, 8/4, 9
            size-32768         32768 bytes   1 objects, order 3, off, 26 of size-32  0 colours, 8/4, 9
            size-32768(DMA)    32768 bytes   1 objects, order 3, off, 26 of size-32  0 colours, 8/4, 9
            size-65536         65536 bytes   1 objects, order 4, off, 26 of size-32  0 colours, 8/4, 9
            size-65536(DMA)    65536 bytes   1 objects, order 4, off, 26 of size-32  0 colours, 8/4, 9
            size-131072       131072 bytes   1 objects, order 5, off, 26 of size-32  0 colours, 8/4, 9
            size-131072(DMA)  131072 bytes   1 objects, order 5, off, 26 of size-32  0 colours, 8/4, 9
        "#]],
    );
}

/// §8.3, the table, cache line 128 (sizes.jsonl, row 2).
#[test]
fn geometry_l1_128() {
    check(
        "machine dma=16M normal=32M highmem=0 l1=128\n",
        &[Show::Geometry],
        expect![[r#"
            kmem_cache           128 bytes  31 objects, order 0, on, 128             0 colours, 120/60, 151
            size-32               32 bytes 119 objects, order 0, on, 288             0 colours, 120/60, 239
            size-32(DMA)          32 bytes 119 objects, order 0, on, 288             0 colours, 120/60, 239
            size-64               64 bytes  61 objects, order 0, on, 192             0 colours, 120/60, 181
            size-64(DMA)          64 bytes  61 objects, order 0, on, 192             0 colours, 120/60, 181
            size-128             128 bytes  31 objects, order 0, on, 128             0 colours, 120/60, 151
            size-128(DMA)        128 bytes  31 objects, order 0, on, 128             0 colours, 120/60, 151
            size-256             256 bytes  15 objects, order 0, on, 128             1 colours, 120/60, 135
            size-256(DMA)        256 bytes  15 objects, order 0, on, 128             1 colours, 120/60, 135
            size-512             512 bytes   8 objects, order 0, off, 40 of size-64  0 colours, 54/27, 62
            size-512(DMA)        512 bytes   8 objects, order 0, off, 40 of size-64  0 colours, 54/27, 62
            size-1024           1024 bytes   4 objects, order 0, off, 32 of size-32  0 colours, 54/27, 58
            size-1024(DMA)      1024 bytes   4 objects, order 0, off, 32 of size-32  0 colours, 54/27, 58
            size-2048           2048 bytes   2 objects, order 0, off, 28 of size-32  0 colours, 24/12, 26
            size-2048(DMA)      2048 bytes   2 objects, order 0, off, 28 of size-32  0 colours, 24/12, 26
            size-4096           4096 bytes   1 objects, order 0, off, 26 of size-32  0 colours, 24/12, 25
            size-4096(DMA)      4096 bytes   1 objects, order 0, off, 26 of size-32  0 colours, 24/12, 25
            size-8192           8192 bytes   1 objects, order 1, off, 26 of size-32  0 colours, 8/4, 9
            size-8192(DMA)      8192 bytes   1 objects, order 1, off, 26 of size-32  0 colours, 8/4, 9
            size-16384         16384 bytes   1 objects, order 2, off, 26 of size-32  0 colours, 8/4, 9
            size-16384(DMA)    16384 bytes   1 objects, order 2, off, 26 of size-32  0 colours, 8/4, 9
            size-32768         32768 bytes   1 objects, order 3, off, 26 of size-32  0 colours, 8/4, 9
            size-32768(DMA)    32768 bytes   1 objects, order 3, off, 26 of size-32  0 colours, 8/4, 9
            size-65536         65536 bytes   1 objects, order 4, off, 26 of size-32  0 colours, 8/4, 9
            size-65536(DMA)    65536 bytes   1 objects, order 4, off, 26 of size-32  0 colours, 8/4, 9
            size-131072       131072 bytes   1 objects, order 5, off, 26 of size-32  0 colours, 8/4, 9
            size-131072(DMA)  131072 bytes   1 objects, order 5, off, 26 of size-32  0 colours, 8/4, 9
        "#]],
    );
}

/// §8.3 with pages of 8 KB (sizes.jsonl, row 3).
#[test]
fn geometry_page_8k() {
    check(
        "machine dma=16M normal=32M highmem=0 l1=64 page=8K\n",
        &[Show::Geometry],
        expect![[r#"
            kmem_cache           128 bytes  62 objects, order 0, on, 192             1 colours, 120/60, 182
            size-64               64 bytes 123 objects, order 0, on, 320             0 colours, 120/60, 243
            size-64(DMA)          64 bytes 123 objects, order 0, on, 320             0 colours, 120/60, 243
            size-128             128 bytes  62 objects, order 0, on, 192             1 colours, 120/60, 182
            size-128(DMA)        128 bytes  62 objects, order 0, on, 192             1 colours, 120/60, 182
            size-192             192 bytes  42 objects, order 0, on, 128             0 colours, 120/60, 162
            size-192(DMA)        192 bytes  42 objects, order 0, on, 128             0 colours, 120/60, 162
            size-256             256 bytes  31 objects, order 0, on, 128             2 colours, 120/60, 151
            size-256(DMA)        256 bytes  31 objects, order 0, on, 128             2 colours, 120/60, 151
            size-512             512 bytes  15 objects, order 0, on, 64              7 colours, 54/27, 69
            size-512(DMA)        512 bytes  15 objects, order 0, on, 64              7 colours, 54/27, 69
            size-1024           1024 bytes   8 objects, order 0, off, 40 of size-64  0 colours, 54/27, 62
            size-1024(DMA)      1024 bytes   8 objects, order 0, off, 40 of size-64  0 colours, 54/27, 62
            size-2048           2048 bytes   4 objects, order 0, off, 32 of size-64  0 colours, 24/12, 28
            size-2048(DMA)      2048 bytes   4 objects, order 0, off, 32 of size-64  0 colours, 24/12, 28
            size-4096           4096 bytes   2 objects, order 0, off, 28 of size-64  0 colours, 24/12, 26
            size-4096(DMA)      4096 bytes   2 objects, order 0, off, 28 of size-64  0 colours, 24/12, 26
            size-8192           8192 bytes   1 objects, order 0, off, 26 of size-64  0 colours, 24/12, 25
            size-8192(DMA)      8192 bytes   1 objects, order 0, off, 26 of size-64  0 colours, 24/12, 25
            size-16384         16384 bytes   1 objects, order 1, off, 26 of size-64  0 colours, 8/4, 9
            size-16384(DMA)    16384 bytes   1 objects, order 1, off, 26 of size-64  0 colours, 8/4, 9
            size-32768         32768 bytes   1 objects, order 2, off, 26 of size-64  0 colours, 8/4, 9
            size-32768(DMA)    32768 bytes   1 objects, order 2, off, 26 of size-64  0 colours, 8/4, 9
            size-65536         65536 bytes   1 objects, order 3, off, 26 of size-64  0 colours, 8/4, 9
            size-65536(DMA)    65536 bytes   1 objects, order 3, off, 26 of size-64  0 colours, 8/4, 9
            size-131072       131072 bytes   1 objects, order 4, off, 26 of size-64  0 colours, 8/4, 9
            size-131072(DMA)  131072 bytes   1 objects, order 4, off, 26 of size-64  0 colours, 8/4, 9
        "#]],
    );
}

/// §8.3, CONFIG_DEBUG_SLAB, more than 32 MB (sizes.jsonl, row 7): slabs of two pages are tried.
#[test]
fn geometry_debug() {
    check(
        "machine dma=16M normal=32M highmem=0 l1=64 debug=slab\n",
        &[Show::Geometry],
        expect![[r#"
            kmem_cache           192 bytes  20 objects, order 0, on, 64              3 colours, 32/16, 52
            size-32               44 bytes  88 objects, order 0, on, 200             0 colours, 32/16, 120
            size-32(DMA)          44 bytes  88 objects, order 0, on, 200             0 colours, 32/16, 120
            size-64               76 bytes  52 objects, order 0, on, 128             0 colours, 32/16, 84
            size-64(DMA)          76 bytes  52 objects, order 0, on, 128             0 colours, 32/16, 84
            size-128             140 bytes  28 objects, order 0, on, 80              1 colours, 32/16, 60
            size-128(DMA)        140 bytes  28 objects, order 0, on, 80              1 colours, 32/16, 60
            size-192             204 bytes  19 objects, order 0, on, 64              2 colours, 32/16, 51
            size-192(DMA)        204 bytes  19 objects, order 0, on, 64              2 colours, 32/16, 51
            size-256             268 bytes  15 objects, order 0, on, 56              0 colours, 32/16, 47
            size-256(DMA)        268 bytes  15 objects, order 0, on, 56              0 colours, 32/16, 47
            size-512             524 bytes   7 objects, order 0, on, 40              6 colours, 32/16, 39
            size-512(DMA)        524 bytes   7 objects, order 0, on, 40              6 colours, 32/16, 39
            size-1024           1036 bytes   7 objects, order 1, on, 40             14 colours, 24/12, 31
            size-1024(DMA)      1036 bytes   7 objects, order 1, on, 40             14 colours, 24/12, 31
            size-2048           2060 bytes   3 objects, order 1, on, 32             30 colours, 24/12, 27
            size-2048(DMA)      2060 bytes   3 objects, order 1, on, 32             30 colours, 24/12, 27
            size-4096           4096 bytes   1 objects, order 0, off, 26 of size-32  0 colours, 24/12, 25
            size-4096(DMA)      4096 bytes   1 objects, order 0, off, 26 of size-32  0 colours, 24/12, 25
            size-8192           8192 bytes   1 objects, order 1, off, 26 of size-32  0 colours, 8/4, 9
            size-8192(DMA)      8192 bytes   1 objects, order 1, off, 26 of size-32  0 colours, 8/4, 9
            size-16384         16384 bytes   1 objects, order 2, off, 26 of size-32  0 colours, 8/4, 9
            size-16384(DMA)    16384 bytes   1 objects, order 2, off, 26 of size-32  0 colours, 8/4, 9
            size-32768         32768 bytes   1 objects, order 3, off, 26 of size-32  0 colours, 8/4, 9
            size-32768(DMA)    32768 bytes   1 objects, order 3, off, 26 of size-32  0 colours, 8/4, 9
            size-65536         65536 bytes   1 objects, order 4, off, 26 of size-32  0 colours, 8/4, 9
            size-65536(DMA)    65536 bytes   1 objects, order 4, off, 26 of size-32  0 colours, 8/4, 9
            size-131072       131072 bytes   1 objects, order 5, off, 26 of size-32  0 colours, 8/4, 9
            size-131072(DMA)  131072 bytes   1 objects, order 5, off, 26 of size-32  0 colours, 8/4, 9
        "#]],
    );
}

/// §8.3, CONFIG_DEBUG_SLAB, 32 MB (sizes.jsonl, row 8): 44, 76, 108 … bytes, arrays of 32 at most.
#[test]
fn geometry_debug_small() {
    check(
        "machine dma=16M normal=16M highmem=0 l1=32 debug=slab\n",
        &[Show::Geometry],
        expect![[r#"
            kmem_cache           192 bytes  20 objects, order 0, on, 64              6 colours, 32/16, 52
            size-32               44 bytes  88 objects, order 0, on, 200             0 colours, 32/16, 120
            size-32(DMA)          44 bytes  88 objects, order 0, on, 200             0 colours, 32/16, 120
            size-64               76 bytes  52 objects, order 0, on, 128             0 colours, 32/16, 84
            size-64(DMA)          76 bytes  52 objects, order 0, on, 128             0 colours, 32/16, 84
            size-96              108 bytes  37 objects, order 0, on, 100             0 colours, 32/16, 69
            size-96(DMA)         108 bytes  37 objects, order 0, on, 100             0 colours, 32/16, 69
            size-128             140 bytes  28 objects, order 0, on, 80              3 colours, 32/16, 60
            size-128(DMA)        140 bytes  28 objects, order 0, on, 80              3 colours, 32/16, 60
            size-192             204 bytes  19 objects, order 0, on, 64              4 colours, 32/16, 51
            size-192(DMA)        204 bytes  19 objects, order 0, on, 64              4 colours, 32/16, 51
            size-256             268 bytes  15 objects, order 0, on, 56              0 colours, 32/16, 47
            size-256(DMA)        268 bytes  15 objects, order 0, on, 56              0 colours, 32/16, 47
            size-512             524 bytes   7 objects, order 0, on, 40             12 colours, 32/16, 39
            size-512(DMA)        524 bytes   7 objects, order 0, on, 40             12 colours, 32/16, 39
            size-1024           1036 bytes   3 objects, order 0, on, 32             29 colours, 24/12, 27
            size-1024(DMA)      1036 bytes   3 objects, order 0, on, 32             29 colours, 24/12, 27
            size-2048           2060 bytes   1 objects, order 0, on, 28             62 colours, 24/12, 25
            size-2048(DMA)      2060 bytes   1 objects, order 0, on, 28             62 colours, 24/12, 25
            size-4096           4096 bytes   1 objects, order 0, off, 26 of size-32  0 colours, 24/12, 25
            size-4096(DMA)      4096 bytes   1 objects, order 0, off, 26 of size-32  0 colours, 24/12, 25
            size-8192           8192 bytes   1 objects, order 1, off, 26 of size-32  0 colours, 8/4, 9
            size-8192(DMA)      8192 bytes   1 objects, order 1, off, 26 of size-32  0 colours, 8/4, 9
            size-16384         16384 bytes   1 objects, order 2, off, 26 of size-32  0 colours, 8/4, 9
            size-16384(DMA)    16384 bytes   1 objects, order 2, off, 26 of size-32  0 colours, 8/4, 9
            size-32768         32768 bytes   1 objects, order 3, off, 26 of size-32  0 colours, 8/4, 9
            size-32768(DMA)    32768 bytes   1 objects, order 3, off, 26 of size-32  0 colours, 8/4, 9
            size-65536         65536 bytes   1 objects, order 4, off, 26 of size-32  0 colours, 8/4, 9
            size-65536(DMA)    65536 bytes   1 objects, order 4, off, 26 of size-32  0 colours, 8/4, 9
            size-131072       131072 bytes   1 objects, order 5, off, 26 of size-32  0 colours, 8/4, 9
            size-131072(DMA)  131072 bytes   1 objects, order 5, off, 26 of size-32  0 colours, 8/4, 9
        "#]],
    );
}
