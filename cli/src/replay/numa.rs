//! `numa`: zonelists of machines with several nodes, with and without CONFIG_NUMA.

use kmalloc_core::linux_2_6_10::numa::{NodeZonelists, Nodes};
use serde_json::{Value, json};

use super::boot::zone_pages;
use super::tally::Tally;

/// One node layout.
pub fn row(row: &Value, tally: &mut Tally) {
    let list = |key: &str| row[key].as_array().cloned().unwrap_or_default();
    if row["kernel"] != "2.6.10" {
        tally.unsupported_because(2, &format!("kernel {} is not modelled", row["kernel"]));
        return;
    }
    let number = |value: &Value| value.as_u64().unwrap_or_default() as u32;
    let nodes = Nodes {
        present: list("present").iter().map(zone_pages).collect(),
        has_cpus: list("cpumask")
            .iter()
            .map(|mask| number(mask) != 0)
            .collect(),
        distance: list("distance")
            .iter()
            .map(|row| row.as_array().into_iter().flatten().map(number).collect())
            .collect(),
    };
    let place = |what: &str| format!("layout {} {what}", row["id"]);
    tally.check(&row["zonelists_numa"], &written(nodes.zonelists()), || {
        place("zonelists_numa")
    });
    let discontig = written(nodes.zonelists_discontig());
    tally.check(&row["zonelists_discontig"], &discontig, || {
        place("zonelists_discontig")
    });
}

/// `[node][type] = [[node, zone] …]`
fn written(lists: Vec<NodeZonelists>) -> Value {
    let lists = lists.into_iter().map(|types| {
        types.map(|zones| {
            zones
                .into_iter()
                .map(|(node, zone)| (node, zone.0))
                .collect::<Vec<_>>()
        })
    });
    json!(lists.collect::<Vec<_>>())
}
