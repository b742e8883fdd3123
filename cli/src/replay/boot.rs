//! `boot`: watermarks, protection, per-cpu numbers and zonelists after boot, and after sysctl writes in order.

use kmalloc_core::lab::Lab;
use kmalloc_core::proc::boot_messages;
use kmalloc_core::profile::{BootLayout, MachineSpec};
use serde_json::{Value, json};

use super::state::{zonelists, zones};
use super::tally::Tally;

/// One machine.
pub fn row(row: &Value, tally: &mut Tally) {
    let steps = row["steps"].as_array().cloned().unwrap_or_default();
    if row["kernel"] != "2.6.10" {
        let reason = format!(
            "kernel {} is not modelled",
            row["kernel"].as_str().unwrap_or("?")
        );
        tally.unsupported_because(3 + steps.len() as u64, &reason);
        return;
    }
    let spec = MachineSpec {
        zone_pages: zone_pages(&row["zones_pages"]),
        ..MachineSpec::default()
    };
    let place = format!("zones {}", row["zones_pages"]);
    let mut lab = Lab::boot_with(spec, BootLayout::default(), false);
    let min_free = json!(lab.machine().min_free_kbytes());
    tally.check(&row["init"]["min_free_kbytes"], &min_free, || {
        format!("{place} min_free_kbytes")
    });
    tally.check(&row["init"]["zones"], &zones(lab.machine()), || {
        format!("{place} zones")
    });
    tally.check(&row["zonelists"], &zonelists(lab.machine()), || {
        format!("{place} zonelists")
    });
    let printed: Vec<_> = boot_messages(lab.machine())
        .iter()
        .map(|line| json!(format!("printk:{line}")))
        .collect();
    tally.check(&row["boot_printk"], &json!(printed), || {
        format!("{place} boot messages")
    });
    for (number, step) in steps.iter().enumerate() {
        if let Some(kbytes) = step["min_free_kbytes"].as_u64() {
            lab.set_min_free_kbytes(kbytes as u32);
        } else if let Some(ratio) = step["lower_zone_protection"].as_u64() {
            lab.set_lower_zone_protection(ratio as u32);
        } else {
            tally.unsupported_because(1, "a sysctl that this kernel does not have");
            continue;
        }
        let full = zones(lab.machine());
        let got: Vec<_> = full
            .as_array()
            .into_iter()
            .flatten()
            .map(|zone| json!({"z": zone["z"], "min": zone["min"], "low": zone["low"], "high": zone["high"], "prot": zone["prot"]}))
            .collect();
        tally.check(&step["zones"], &json!(got), || {
            format!("{place} step {number}")
        });
        let now = json!(lab.machine().min_free_kbytes());
        tally.check(&step["min_free_kbytes_now"], &now, || {
            format!("{place} step {number} min_free_kbytes")
        });
    }
}

/// `[DMA, Normal, HighMem]`
pub fn zone_pages(value: &Value) -> [u32; 3] {
    [0, 1, 2].map(|zone| value[zone].as_u64().unwrap_or_default() as u32)
}
