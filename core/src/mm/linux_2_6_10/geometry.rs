//! Size classes and the geometry of slab caches as numbers: no machine is touched here.
//!
//! Source: include/linux/kmalloc_sizes.h; mm/slab.c `cache_estimate`, `kmem_cache_create`, `enable_cpucache` (2.6.10).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::machine::{CacheShape, Classes};
use crate::profile::MachineSpec;

/// `sizeof(struct slab)` on i386.
const SLAB_DESCRIPTOR: u32 = 24;
/// `sizeof(kmem_bufctl_t)`: an unsigned short.
const CHAIN_ENTRY: u32 = 2;
/// `MAX_GFP_ORDER`: a slab has at most 32 pages, which is where the limit of 128 KB comes from.
const LARGEST_ORDER: u8 = 5;
/// Largest size class with an MMU.
pub const LARGEST_CLASS: u32 = 131_072;
/// Bytes that CONFIG_DEBUG_SLAB adds to classes below 4096: two red-zone words and the last user.
const DEBUG_BYTES: u32 = 12;
/// One red-zone word.
const RED_ZONE: u32 = 4;
/// `sizeof(struct array_cache)`, without its entries.
pub const ARRAY_HEADER: u32 = 16;
/// Bytes of one array entry: a pointer.
pub const ARRAY_ENTRY: u32 = 4;
/// A page above this is too coarse for the 32-byte class.
const SMALL_PAGE: u32 = 4096;

/// The size classes of a machine, ascending (`kmalloc_sizes.h`).
pub fn size_classes(spec: &MachineSpec) -> impl Iterator<Item = u32> + use<> {
    let (line, page) = (spec.l1_cache_bytes, spec.page_size);
    let small = [
        (32, page == SMALL_PAGE),
        (64, true),
        (96, line < 64),
        (128, true),
        (192, line < 128),
        (256, true),
    ];
    let large = core::iter::successors(Some(512), |size| {
        (*size < LARGEST_CLASS).then_some(size * 2)
    });
    small
        .into_iter()
        .filter_map(|(size, present)| present.then_some(size))
        .chain(large)
}

const fn align_up(value: u32, to: u32) -> u32 {
    value.div_ceil(to) * to
}

/// Objects that fit in a slab of this order, and the bytes left over (`cache_estimate`).
fn estimate(spec: &MachineSpec, order: u8, size: u32, align: u32, off_slab: bool) -> (u32, u32) {
    let bytes = spec.page_size << order;
    let (base, extra) = if off_slab {
        (0, 0)
    } else {
        (SLAB_DESCRIPTOR, CHAIN_ENTRY)
    };
    let used = |objects: u32| objects * size + align_up(base + objects * extra, align);
    let mut objects = bytes / size;
    while objects > 0 && used(objects) > bytes {
        objects -= 1;
    }
    (objects, bytes - used(objects))
}

/// Capacity of the per-cpu array of objects of this size (`enable_cpucache`).
fn array_limit(spec: &MachineSpec, object_size: u32) -> u16 {
    let limit = match object_size {
        size if size > LARGEST_CLASS => 1,
        size if size > spec.page_size => 8,
        size if size > 1024 => 24,
        size if size > 256 => 54,
        _ => 120,
    };
    if spec.debug_slab {
        limit.min(32)
    } else {
        limit
    }
}

/// What `kmem_cache_create` is asked for.
struct Order<'a> {
    name: String,
    size: u32,
    dma: bool,
    off_slab_limit: u32,
    general: &'a [CacheShape],
}

/// `kmem_cache_create` as arithmetic.
fn shape(spec: &MachineSpec, order: Order<'_>) -> CacheShape {
    let line = spec.l1_cache_bytes;
    let class_size = order.size;
    let red_zoned = spec.debug_slab && class_size < SMALL_PAGE;
    let align = if red_zoned {
        4
    } else {
        let mut align = line;
        while class_size <= align / 2 {
            align /= 2;
        }
        align
    };
    let object_size = align_up(
        if red_zoned {
            class_size + DEBUG_BYTES
        } else {
            class_size
        },
        align,
    );
    let mut off_slab = object_size >= spec.page_size / 8;
    // More than 32 MB of memory: slabs of two pages are tried before accepting waste.
    let break_order = u8::from(spec.total_pages() * u64::from(spec.page_size) > 32 << 20);
    let mut pages_order = 0;
    let (objects, mut left_over) = loop {
        let (objects, left_over) = estimate(spec, pages_order, object_size, align, off_slab);
        if pages_order >= LARGEST_ORDER {
            break (objects, left_over);
        }
        if objects > 0 {
            if off_slab && objects > order.off_slab_limit {
                pages_order -= 1;
                break (objects, left_over);
            }
            if pages_order >= break_order || left_over * 8 <= spec.page_size << pages_order {
                break (objects, left_over);
            }
        }
        pages_order += 1;
    };
    let mut management_size = align_up(SLAB_DESCRIPTOR + objects * CHAIN_ENTRY, align);
    if off_slab && left_over >= management_size {
        off_slab = false;
        left_over -= management_size;
    }
    let mut management_cache = None;
    if off_slab {
        management_size = SLAB_DESCRIPTOR + objects * CHAIN_ENTRY;
        management_cache = Classes::new(order.general, false).holding(management_size);
    }
    let colour_offset = line.max(align);
    let limit = array_limit(spec, object_size);
    let batch = limit.div_ceil(2);
    // One cpu is online: twice a batch and a slab may stay free.
    let free_limit = |batch: u16| 2 * u32::from(batch) + objects;
    CacheShape {
        name: order.name,
        class_size,
        object_size,
        objects: objects as u16,
        order: pages_order,
        colours: (left_over / colour_offset) as u16,
        colour_offset,
        off_slab,
        management_size,
        management_cache,
        limit,
        batch,
        free_limit: free_limit(batch),
        first_free_limit: free_limit(1),
        dma: order.dma,
        red_zone: if red_zoned { RED_ZONE } else { 0 },
    }
}

/// Every cache that start-up creates, in order: `kmem_cache`, then each class and its DMA twin (`kmem_cache_init`).
pub fn cache_shapes(spec: &MachineSpec) -> Vec<CacheShape> {
    // sizeof(kmem_cache_t) without and with CONFIG_DEBUG_SLAB; rounded to a cache line, never red-zoned.
    let descriptor = align_up(if spec.debug_slab { 176 } else { 120 }, spec.l1_cache_bytes);
    let plain = MachineSpec {
        debug_slab: false,
        ..spec.clone()
    };
    let first = Order {
        name: "kmem_cache".into(),
        size: descriptor,
        dma: false,
        off_slab_limit: 0,
        general: &[],
    };
    let mut first = shape(&plain, first);
    (first.limit, first.batch) = {
        let limit = array_limit(spec, descriptor);
        (limit, limit.div_ceil(2))
    };
    first.free_limit = 2 * u32::from(first.batch) + u32::from(first.objects);
    let mut shapes = alloc::vec![first];
    let mut off_slab_limit = 0;
    for size in size_classes(spec) {
        for dma in [false, true] {
            let name = format!("size-{size}{}", if dma { "(DMA)" } else { "" });
            let new = shape(
                spec,
                Order {
                    name,
                    size,
                    dma,
                    off_slab_limit,
                    general: &shapes,
                },
            );
            if !dma && !new.off_slab {
                off_slab_limit = (size - SLAB_DESCRIPTOR) / 2;
            }
            shapes.push(new);
        }
    }
    shapes
}

/// `offslab_limit` after start-up: objects of an off-slab cache whose management still fits an on-slab class.
pub fn off_slab_limit(shapes: &[CacheShape]) -> u32 {
    let on_slab = shapes[1..]
        .iter()
        .filter(|shape| !shape.dma && !shape.off_slab);
    on_slab
        .map(|shape| (shape.class_size - SLAB_DESCRIPTOR) / 2)
        .next_back()
        .unwrap_or(0)
}
