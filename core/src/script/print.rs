//! A scenario as its canonical text: two header lines, one statement a line, four spaces a level.
//!
//! `parse` reads every such text back to the same scenario. Comments and the author's layout are not kept here; the
//! edits that keep them are in `edit`.

use alloc::format;
use alloc::string::{String, ToString};

use super::ast::{Call, Index, Place, Pointer, Scenario, Stmt, StmtKind};
use crate::profile::{MachineSpec, Reserve};

/// The canonical text, each line ended.
pub fn print(scenario: &Scenario) -> String {
    let mut text = kernel_line(&scenario.machine);
    text.push('\n');
    text.push_str(&machine_line(&scenario.machine));
    text.push('\n');
    statements(&mut text, 0, &scenario.body);
    text
}

/// A call as the line of C a driver author would write, without its `;`.
pub fn print_call(call: &Call) -> String {
    let answer = |to: &Option<Place>| match to {
        Some(to) => format!("{} = ", place(to)),
        None => String::new(),
    };
    match call {
        Call::Kmalloc { to, size, gfp } => {
            format!("{}kmalloc({size}, {})", answer(to), gfp.expression())
        }
        Call::Kfree(from) => format!("kfree({})", pointer(from)),
        Call::Ksize(from) => format!("ksize({})", pointer(from)),
        Call::GetFreePages { to, gfp, order } => {
            format!(
                "{}__get_free_pages({}, {order})",
                answer(to),
                gfp.expression()
            )
        }
        Call::FreePages {
            pointer: from,
            order,
        } => {
            format!("free_pages({}, {order})", pointer(from))
        }
        Call::AllocPages { to, gfp, order } => {
            format!("{}alloc_pages({}, {order})", answer(to), gfp.expression())
        }
        Call::FreePageStructs {
            pointer: from,
            order,
        } => {
            format!("__free_pages({}, {order})", pointer(from))
        }
        Call::Memset {
            pointer: from,
            byte: 0,
            length,
        } => {
            format!("memset({}, 0, {length})", pointer(from))
        }
        Call::Memset {
            pointer: from,
            byte,
            length,
        } => {
            format!("memset({}, {byte:#04x}, {length})", pointer(from))
        }
        Call::SpinLock(name) => format!("spin_lock(&{name})"),
        Call::SpinUnlock(name) => format!("spin_unlock(&{name})"),
        Call::Msleep(milliseconds) => format!("msleep({milliseconds})"),
        Call::Sysctl { name, value } => format!("sysctl({}, {value})", name.name()),
        Call::SpinLockIrqsave(name) => format!("spin_lock_irqsave(&{name}, flags)"),
        Call::SpinUnlockIrqrestore(name) => format!("spin_unlock_irqrestore(&{name}, flags)"),
        Call::LocalIrqDisable => "local_irq_disable()".to_string(),
        Call::LocalIrqEnable => "local_irq_enable()".to_string(),
        Call::Down(name) => format!("down(&{name})"),
        Call::Up(name) => format!("up(&{name})"),
        Call::RunOnNode(node) => format!("run_on_node({node})"),
        Call::AllocPagesNode {
            to,
            node,
            gfp,
            order,
        } => format!(
            "{}alloc_pages_node({node}, {}, {order})",
            answer(to),
            gfp.expression()
        ),
        Call::Schedule => "schedule()".to_string(),
        Call::PageCache(kinds) => {
            let kinds = kinds.iter().enumerate().map(|(at, (kind, pages))| {
                let comma = if at == 0 { "" } else { ", " };
                format!("{comma}{}={pages}", kind.name())
            });
            format!("page_cache({})", kinds.collect::<String>())
        }
        Call::UserPages(pages) => format!("user_pages({pages})"),
        Call::Swap(pages) => format!("swap({pages})"),
        Call::Dentries(pages) => format!("dentries({pages})"),
        Call::Inodes(pages) => format!("inodes({pages})"),
        Call::Disk(milliseconds) => format!("disk({milliseconds})"),
        Call::Sync => "sync()".to_string(),
        Call::CopyToUser {
            pointer: from,
            length,
        } => format!("copy_to_user({}, {length})", pointer(from)),
        Call::Dma {
            dma,
            pointer: at,
            length,
        } => {
            let name = if dma.to_device() {
                "dma_to_device"
            } else {
                "dma_from_device"
            };
            let isa = if dma.isa() { ", isa" } else { "" };
            format!("{name}({}, {length}{isa})", pointer(at))
        }
        Call::Kmap { to, page } => format!("{}kmap({})", answer(to), pointer(page)),
        Call::Kunmap(page) => format!("kunmap({})", pointer(page)),
        Call::Vmalloc { to, size } => format!("{}vmalloc({size})", answer(to)),
        Call::Vfree(from) => format!("vfree({})", pointer(from)),
        Call::Assign { to, from } => format!("{} = {}", place(to), pointer(from)),
    }
}

/// The first header line, without its end.
pub(super) fn kernel_line(machine: &MachineSpec) -> String {
    format!("kernel {}", machine.kernel.name())
}

/// The second header line, without its end. Settings that few scenarios need are left out at their usual value.
pub(super) fn machine_line(machine: &MachineSpec) -> String {
    let [dma, normal, highmem] = machine
        .zone_pages
        .map(|pages| size(u64::from(pages) * u64::from(machine.page_size)));
    let reserve = match machine.reserve {
        Reserve::None => "none",
        Reserve::I386 => "i386",
    };
    let mut line = format!(
        "machine dma={dma} normal={normal} highmem={highmem} reserve={reserve} l1={}",
        machine.l1_cache_bytes
    );
    if machine.nodes > 1 {
        line.push_str(&format!(" nodes={}", machine.nodes));
    }
    if machine.page_size != MachineSpec::default().page_size {
        line.push_str(" page=");
        line.push_str(&size(u64::from(machine.page_size)));
    }
    match (machine.debug_slab, machine.debug_sleep) {
        (false, false) => {}
        (true, false) => line.push_str(" debug=slab"),
        (false, true) => line.push_str(" debug=sleep"),
        (true, true) => line.push_str(" debug=all"),
    }
    if machine.preempt {
        line.push_str(" preempt=on");
    }
    line
}

/// In the largest unit that divides it. Pages make every size a multiple of 1K.
pub(super) fn size(bytes: u64) -> String {
    let units = [(30, "G"), (20, "M"), (10, "K")];
    match units
        .iter()
        .find(|(shift, _)| bytes.trailing_zeros() >= *shift)
    {
        Some((shift, unit)) if bytes > 0 => format!("{}{unit}", bytes >> shift),
        _ => bytes.to_string(),
    }
}

fn statements(text: &mut String, depth: usize, body: &[Stmt]) {
    for statement in body {
        indent(text, depth);
        one(text, depth, &statement.kind);
        text.push('\n');
    }
}

pub(super) fn indent(text: &mut String, depth: usize) {
    for _ in 0..depth {
        text.push_str("    ");
    }
}

/// One statement without the blanks before and the line end behind it.
pub(super) fn one(text: &mut String, depth: usize, kind: &StmtKind) {
    match kind {
        StmtKind::Call(call) => {
            text.push_str(&print_call(call));
            text.push(';');
        }
        StmtKind::For { var, count, body } => {
            text.push_str(&format!("for ({var} = 0; {var} < {count}; {var}++) "));
            match &body[..] {
                [
                    Stmt {
                        kind: kind @ StmtKind::Call(_),
                        ..
                    },
                ] => one(text, depth, kind),
                _ => block(text, depth, body),
            }
        }
        StmtKind::If {
            place: tested,
            negated,
            body,
            otherwise,
        } => {
            let not = if *negated { "!" } else { "" };
            text.push_str(&format!("if ({not}{}) ", place(tested)));
            block(text, depth, body);
            match &otherwise[..] {
                [] => {}
                [
                    Stmt {
                        kind: kind @ StmtKind::If { .. },
                        ..
                    },
                ] => {
                    text.push_str(" else ");
                    one(text, depth, kind);
                }
                _ => {
                    text.push_str(" else ");
                    block(text, depth, otherwise);
                }
            }
        }
        StmtKind::Within { who, body } => {
            text.push_str(who.keyword());
            text.push(' ');
            block(text, depth, body);
        }
    }
}

fn block(text: &mut String, depth: usize, body: &[Stmt]) {
    text.push_str("{\n");
    statements(text, depth + 1, body);
    indent(text, depth);
    text.push('}');
}

fn place(place: &Place) -> String {
    match &place.index {
        None => place.name.clone(),
        Some(Index::Number(number)) => format!("{}[{number}]", place.name),
        Some(Index::Var(counter)) => format!("{}[{counter}]", place.name),
    }
}

fn pointer(pointer: &Pointer) -> String {
    match pointer {
        Pointer::Null => "NULL".to_string(),
        Pointer::Place(from) => place(from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::parse;

    #[test]
    fn sizes_in_the_largest_exact_unit() {
        assert_eq!(size(0), "0");
        assert_eq!(size(4096), "4K");
        assert_eq!(size(1 << 20), "1M");
        assert_eq!(size(1536 << 10), "1536K");
        assert_eq!(size(4 << 30), "4G");
    }

    #[test]
    fn a_scenario_in_canonical_form() {
        let text = "\
kernel 2.6.10
machine dma=16M normal=112M highmem=0 reserve=i386 l1=128 page=8K debug=slab preempt=on
for (i = 0; i < 30; i++) q[i] = kmalloc(4096, GFP_KERNEL);
for (i = 0; i < 2; i++) {
    kfree(q[i]);
    q[i] = NULL;
}
irq {
    r = kmalloc(512, GFP_ATOMIC | __GFP_NOWARN);
    if (!r) {
        r = q[0];
    } else if (q[1]) {
    } else {
        memset(r, 0x0a, 512);
        memset(r, 0, 512);
    }
}
timer {
}
";
        let parsed = parse(text);
        assert_eq!(parsed.errors, []);
        assert_eq!(print(&parsed.scenario), text);
    }
}
