//! §8.5 to §8.9: array, refill, growth, flush, reap.
//!
//! Start-up's state (§8.9; slab.jsonl, machine s_S16_32): size-32 has 88 objects left on its slab and a touched array
//! without entries, size-512 three in its array, the others a partial slab or none. Normal's next page is 1031.

use expect_test::expect;

use crate::look::{Show, check, check_rows};

const MACHINE: &str = "machine dma=4M normal=4M highmem=4M\n";

/// §8.5 step 4: the last object fetched goes out first: number 15 of an array that was not in use, then down to 0. Then
/// the array is in use and takes what the partial slab has, 25. (size-96: 41 objects behind 128 bytes of management.)
#[test]
fn a_fresh_slab_is_handed_out_from_its_sixteenth_object() {
    check(
        &format!("{MACHINE}for (i = 0; i < 18; i++) p[i] = kmalloc(96, GFP_KERNEL);"),
        &[Show::Places, Show::Slabs],
        expect![[r#"
            kmalloc(96, GFP_KERNEL) → size-96, object 15: byte 1568 of page 1031; grows, colour 0; fetches 16
            kmalloc(96, GFP_KERNEL) → size-96, object 14: byte 1472 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 13: byte 1376 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 12: byte 1280 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 11: byte 1184 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 10: byte 1088 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 9: byte 992 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 8: byte 896 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 7: byte 800 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 6: byte 704 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 5: byte 608 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 4: byte 512 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 3: byte 416 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 2: byte 320 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 1: byte 224 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 0: byte 128 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 40: byte 3968 of page 1031; fetches 25
            kmalloc(96, GFP_KERNEL) → size-96, object 39: byte 3872 of page 1031
        "#]],
    );
}

/// §8.5 step 4: with fewer objects than that, from the slab's last (size-512: 8, of which start-up used five).
#[test]
fn a_fresh_slab_of_few_objects_from_its_last() {
    check(
        &format!("{MACHINE}for (i = 0; i < 3; i++) p[i] = kmalloc(1024, GFP_KERNEL);"),
        &[Show::Places],
        expect![[r#"
            kmalloc(1024, GFP_KERNEL) → size-1024, object 3: byte 3072 of page 1031
            kmalloc(1024, GFP_KERNEL) → size-1024, object 2: byte 2048 of page 1031
            kmalloc(1024, GFP_KERNEL) → size-1024, object 1: byte 1024 of page 1031
        "#]],
    );
}

/// §8.5 step 1, §8.7: last in, first out; and the flags play no role while the array has an object (§1.3).
#[test]
fn last_in_first_out() {
    check(
        &format!(
            "{MACHINE}p = kmalloc(96, GFP_KERNEL); q = kmalloc(96, GFP_KERNEL); kfree(p); kfree(q);\n\
             irq {{ p = kmalloc(96, GFP_ATOMIC); }} q = kmalloc(96, GFP_NOFS); r = kmalloc(96, GFP_HIGHUSER);"
        ),
        &[Show::Places],
        expect![[r#"
            kmalloc(96, GFP_KERNEL) → size-96, object 15: byte 1568 of page 1031
            kmalloc(96, GFP_KERNEL) → size-96, object 14: byte 1472 of page 1031
            kfree(p) → done
            kfree(q) → done
            kmalloc(96, GFP_ATOMIC) → size-96, object 14: byte 1472 of page 1031
            kmalloc(96, GFP_NOFS) → size-96, object 15: byte 1568 of page 1031
            kmalloc(96, GFP_HIGHUSER) → size-96, object 13: byte 1376 of page 1031
        "#]],
    );
}

/// §8.5 step 2: once in use the array asks for a batch of 60, of which partial and free slabs have what they have; §8.6
/// step 2: six colours in turn (size-192: 20 objects, six colours).
#[test]
fn refills_growth_and_colours() {
    check(
        &format!("{MACHINE}for (i = 0; i < 121; i++) p[i] = kmalloc(192, GFP_KERNEL);"),
        &[Show::Slabs],
        expect![[r#"
            kmalloc(192, GFP_KERNEL) → size-192; grows, colour 0; fetches 16
            kmalloc(192, GFP_KERNEL) × 15 → size-192
            kmalloc(192, GFP_KERNEL) → size-192; fetches 4
            kmalloc(192, GFP_KERNEL) × 3 → size-192
            kmalloc(192, GFP_KERNEL) → size-192; grows, colour 1; fetches 20
            kmalloc(192, GFP_KERNEL) × 19 → size-192
            kmalloc(192, GFP_KERNEL) → size-192; grows, colour 2; fetches 20
            kmalloc(192, GFP_KERNEL) × 19 → size-192
            kmalloc(192, GFP_KERNEL) → size-192; grows, colour 3; fetches 20
            kmalloc(192, GFP_KERNEL) × 19 → size-192
            kmalloc(192, GFP_KERNEL) → size-192; grows, colour 4; fetches 20
            kmalloc(192, GFP_KERNEL) × 19 → size-192
            kmalloc(192, GFP_KERNEL) → size-192; grows, colour 5; fetches 20
            kmalloc(192, GFP_KERNEL) × 19 → size-192
            kmalloc(192, GFP_KERNEL) → size-192; grows, colour 0; fetches 20
        "#]],
    );
}

/// §8.3: one colour is none: a slab of size-96 always starts at the same byte (colour 0 and colour 1 mean offset 0).
#[test]
fn one_colour_is_none() {
    check(
        &format!("{MACHINE}for (i = 0; i < 83; i++) p[i] = kmalloc(96, GFP_KERNEL);"),
        &[Show::Slabs],
        expect![[r#"
            kmalloc(96, GFP_KERNEL) → size-96; grows, colour 0; fetches 16
            kmalloc(96, GFP_KERNEL) × 15 → size-96
            kmalloc(96, GFP_KERNEL) → size-96; fetches 25
            kmalloc(96, GFP_KERNEL) × 24 → size-96
            kmalloc(96, GFP_KERNEL) → size-96; grows, colour 0; fetches 41
            kmalloc(96, GFP_KERNEL) × 40 → size-96
            kmalloc(96, GFP_KERNEL) → size-96; grows, colour 0; fetches 41
        "#]],
    );
}

/// §8.6 step 2: the offset is the colour's number times 32: the second slab of size-192 begins 32 bytes further.
#[test]
fn a_colour_moves_the_objects() {
    check_rows(
        &format!("{MACHINE}for (i = 0; i < 19; i++) p[i] = kmalloc(192, GFP_KERNEL);"),
        &["for (i = 0; i < 2; i++) q[i] = kmalloc(192, GFP_KERNEL);"],
        &[Show::Places],
        expect![[r#"
            kmalloc(192, GFP_KERNEL) → size-192, object 16: byte 3136 of page 1031
            kmalloc(192, GFP_KERNEL) → size-192, object 19: byte 3744 of page 1032
        "#]],
    );
}

/// §8.7: a full array gives its oldest batch back before it takes one more. The first two flushes leave 24 free objects,
/// free_limit is 25; with the third there are 36, and eleven slabs die. Their management (26 bytes each) came from size-32
/// with one refill, and goes back there.
#[test]
fn flush_and_destroy() {
    check(
        &format!(
            "{MACHINE}for (i = 0; i < 60; i++) p[i] = kmalloc(4096, GFP_KERNEL);\n\
             for (i = 0; i < 60; i++) kfree(p[i]);"
        ),
        &[
            Show::Slabs,
            Show::Cache("size-4096"),
            Show::Cache("size-32"),
            Show::Slabinfo("size-4096"),
        ],
        expect![[r#"
            kmalloc(4096, GFP_KERNEL) → size-4096; fetches 60; grows, colour 0; fetches 1
            kmalloc(4096, GFP_KERNEL) × 59 → size-4096; grows, colour 0; fetches 1
            kfree(p[]) × 24 → done
            kfree(p[]) → done; flushes 12
            kfree(p[]) × 11 → done
            kfree(p[]) → done; flushes 12
            kfree(p[]) × 11 → done
            kfree(p[]) → done; flushes 12; a slab dies × 11
            kfree(p[]) × 11 → done
            size-4096: 24 in the array; slabs: 24 full, 0 partial, 25 free
            size-32: 11 in the array; slabs: 0 full, 1 partial, 0 free
            size-4096             24     49   4096    1    1 : tunables   24   12    0 : slabdata     24     49      0
        "#]],
    );
}

/// §8.7 and §8.5 step 2, on 14 slabs of size-1024 (pages 1031 to 1044, four objects each; the array has one object of the
/// last when p is complete). The 54th kfree finds the array full: 27 go back, oldest first: that one, then p[0] … p[25].
/// Slab 1044 has one object free then and 1037 two: at the tail of *partial*, in this order; 1031 … 1036 are free, each at
/// the head. After 29 more from the array the refill takes 1 + 2 + 6 × 4, and the last fetched, of 1031, goes out first.
#[test]
fn flushed_objects_come_back() {
    let setup = |more: u32| {
        format!(
            "{MACHINE}for (i = 0; i < 55; i++) p[i] = kmalloc(1024, GFP_KERNEL);\n\
             for (i = 0; i < 55; i++) kfree(p[i]);\n\
             for (i = 0; i < {more}; i++) q[i] = kmalloc(1024, GFP_KERNEL);"
        )
    };
    check_rows(
        &setup(29),
        &["for (i = 0; i < 5; i++) r[i] = kmalloc(1024, GFP_KERNEL);"],
        &[Show::Places, Show::Slabs],
        expect![[r#"
            kmalloc(1024, GFP_KERNEL) → size-1024, object 3: byte 3072 of page 1031; fetches 1; fetches 2; fetches 4 × 6
            kmalloc(1024, GFP_KERNEL) → size-1024, object 2: byte 2048 of page 1031
            kmalloc(1024, GFP_KERNEL) → size-1024, object 1: byte 1024 of page 1031
            kmalloc(1024, GFP_KERNEL) → size-1024, object 0: byte 0 of page 1031
            kmalloc(1024, GFP_KERNEL) → size-1024, object 3: byte 3072 of page 1032
        "#]],
    );
    check_rows(
        &setup(29 + 23),
        &["for (i = 0; i < 4; i++) r[i] = kmalloc(1024, GFP_KERNEL);"],
        &[Show::Places, Show::Cache("size-1024")],
        expect![[r#"
            kmalloc(1024, GFP_KERNEL) → size-1024, object 0: byte 0 of page 1036
            kmalloc(1024, GFP_KERNEL) → size-1024, object 3: byte 3072 of page 1037
            kmalloc(1024, GFP_KERNEL) → size-1024, object 2: byte 2048 of page 1037
            kmalloc(1024, GFP_KERNEL) → size-1024, object 0: byte 0 of page 1044
            size-1024: 0 in the array; slabs: 14 full, 0 partial, 0 free
        "#]],
    );
}

/// §8.8: `cache_reap` runs a second after boot and then every two. 16 objects lie in the array, 24 slabs are free
/// (free_limit 25). The first run clears the array's mark of use; each later one takes five, (24 + 4) / 5, of the oldest,
/// the last what is left: (1 + 1) / 2. The slabs are looked at from 4000 + (descriptor's address mod 4000) = 6176 ms on,
/// every four seconds: at 7 s their mark is cleared, from 11 s on five, (25 + 4) / 5, die each time.
#[test]
fn idle_memory_goes_back_in_time() {
    let setup = format!(
        "{MACHINE}for (i = 0; i < 40; i++) p[i] = kmalloc(4096, GFP_KERNEL);\n\
         for (i = 0; i < 40; i++) kfree(p[i]);"
    );
    let times = [
        999, 1000, 2999, 3000, 5000, 7000, 9000, 10_999, 11_000, 13_000, 15_000, 19_000, 23_000,
        27_000,
    ];
    let rows = times.map(|time| format!("msleep({time});"));
    check_rows(
        &setup,
        &rows.each_ref().map(String::as_str),
        &[Show::Cache("size-4096")],
        expect![[r#"
            msleep(999) → done
            size-4096: 16 in the array; slabs: 16 full, 0 partial, 24 free
            msleep(1000) → done
            size-4096: 16 in the array; slabs: 16 full, 0 partial, 24 free
            msleep(2999) → done
            size-4096: 16 in the array; slabs: 16 full, 0 partial, 24 free
            msleep(3000) → done
            size-4096: 11 in the array; slabs: 11 full, 0 partial, 25 free
            msleep(5000) → done
            size-4096: 6 in the array; slabs: 6 full, 0 partial, 25 free
            msleep(7000) → done
            size-4096: 1 in the array; slabs: 1 full, 0 partial, 25 free
            msleep(9000) → done
            size-4096: 0 in the array; slabs: 0 full, 0 partial, 25 free
            msleep(10999) → done
            size-4096: 0 in the array; slabs: 0 full, 0 partial, 25 free
            msleep(11000) → done
            size-4096: 0 in the array; slabs: 0 full, 0 partial, 20 free
            msleep(13000) → done
            size-4096: 0 in the array; slabs: 0 full, 0 partial, 20 free
            msleep(15000) → done
            size-4096: 0 in the array; slabs: 0 full, 0 partial, 15 free
            msleep(19000) → done
            size-4096: 0 in the array; slabs: 0 full, 0 partial, 10 free
            msleep(23000) → done
            size-4096: 0 in the array; slabs: 0 full, 0 partial, 5 free
            msleep(27000) → done
            size-4096: 0 in the array; slabs: 0 full, 0 partial, 0 free
        "#]],
    );
}

/// §8.6 step 1 and §1.3: flags that a slab may not pass on are a BUG(), once the cache has to grow: size-64 has 49 objects
/// behind what start-up used.
#[test]
fn highmem_is_a_bug_at_growth() {
    check(
        &format!("{MACHINE}for (i = 0; i < 60; i++) p[i] = kmalloc(64, GFP_HIGHUSER);"),
        &[],
        expect![[r#"
            kmalloc(64, GFP_HIGHUSER) × 49 → size-64
            kmalloc(64, GFP_HIGHUSER) → BUG() in cache_grow
                | kernel BUG at mm/slab.c:1765!
        "#]],
    );
}

/// §8.6 step 1: `__GFP_NO_GROW` (size-192 has no slab yet), silently; §8.2: 131073 bytes, silently; and NULL may be freed.
#[test]
fn null_without_a_word() {
    check(
        &format!(
            "{MACHINE}p = kmalloc(192, GFP_KERNEL | __GFP_NO_GROW); q = kmalloc(131073, GFP_KERNEL | __GFP_NOFAIL);\n\
             kfree(p); kfree(NULL);"
        ),
        &[],
        expect![[r#"
            kmalloc(192, GFP_KERNEL | __GFP_NO_GROW) → NULL: __GFP_NO_GROW
            kmalloc(131073, GFP_KERNEL | __GFP_NOFAIL) → NULL: larger than the largest class
            kfree(p) → done
            kfree(NULL) → done
        "#]],
    );
}

/// §8.2: `ksize` is the whole class.
#[test]
fn ksize_is_the_class() {
    check(
        &format!(
            "{MACHINE}p = kmalloc(100, GFP_KERNEL); ksize(p); p = kmalloc(0, GFP_KERNEL); ksize(p);"
        ),
        &[],
        expect![[r#"
            kmalloc(100, GFP_KERNEL) → size-128
            ksize(p) → 128
            kmalloc(0, GFP_KERNEL) → size-32
            ksize(p) → 32
        "#]],
    );
}
