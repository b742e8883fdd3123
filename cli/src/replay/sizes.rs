//! `sizes`: which cache serves a size, and the geometry of every cache, for each build configuration.

use kmalloc_core::linux_2_6_10::geometry::{cache_shapes, off_slab_limit};
use kmalloc_core::machine::Classes;
use kmalloc_core::profile::MachineSpec;
use serde_json::{Value, json};

use super::tally::Tally;

/// One configuration.
pub fn row(row: &Value, tally: &mut Tally) {
    let number = |key: &str| row[key].as_u64().unwrap_or_default() as u32;
    if row["kernel"] != "2.6.10" {
        tally.unsupported_because(1, &format!("kernel {} is not modelled", row["kernel"]));
        return;
    }
    let debug_slab = row["config_debug_slab"].as_bool().unwrap_or_default();
    let spec = MachineSpec {
        zone_pages: [0, number("num_physpages"), 0],
        l1_cache_bytes: number("l1_cache_bytes"),
        page_size: number("page_size"),
        debug_slab,
        ..MachineSpec::default()
    };
    let place = format!(
        "line {} pages {} debug {debug_slab}",
        spec.l1_cache_bytes, spec.page_size
    );
    let shapes = cache_shapes(&spec);
    tally.check(number("offslab_limit"), off_slab_limit(&shapes), || {
        format!("{place} offslab_limit")
    });
    for (key, dma) in [("ranges", false), ("ranges_dma", true)] {
        for range in row[key].as_array().into_iter().flatten() {
            let ends = [&range[0], &range[1]].map(|end| end.as_u64().unwrap_or_default() as u32);
            let middle = ends[0] + (ends[1] - ends[0]) / 2;
            for size in [ends[0], middle, ends[1]] {
                let chosen = Classes::new(&shapes, dma).holding(size);
                let chosen = chosen.map(|id| shapes[id.index()].name.as_str());
                tally.check(range[2].as_str(), chosen, || {
                    format!("{place} size {size} dma {dma}")
                });
            }
        }
    }
    let rows = row["caches"].as_array().cloned().unwrap_or_default();
    tally.check(rows.len(), shapes.len(), || {
        format!("{place} number of caches")
    });
    for (expected, shape) in rows.iter().zip(&shapes) {
        let got = json!({
            "name": shape.name, "objsize": shape.object_size, "num": shape.objects, "order": shape.order,
            "colour": shape.colours, "colour_off": shape.colour_offset, "off_slab": shape.off_slab,
            "slab_size": shape.management_size,
            "slabp_cache": shape.management_cache.map(|id| shapes[id.index()].name.clone()),
            "limit": shape.limit, "batch": shape.batch, "free_limit": shape.free_limit,
        });
        for (key, value) in got.as_object().into_iter().flatten() {
            tally.check(&expected[key], value, || {
                format!("{place} {} {key}", shape.name)
            });
        }
    }
}
