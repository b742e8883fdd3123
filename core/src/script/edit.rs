//! Edits of the text itself, as the page makes them when a button is pressed: the author's comments, blank lines and
//! layout stay. Nothing here judges the text; a line appended to a text with an open block lands in that block.

use alloc::format;
use alloc::string::String;
use core::ops::Range;

use super::ast::{Call, Index, Place, Pointer, Scenario, Stmt, StmtKind, Who};
use super::lex::{Kind, lex};
use super::print::{kernel_line, machine_line, print_call};
use crate::names::Names;
use crate::profile::MachineSpec;

/// The text with one more line at its end: the call, held under `lock` and within the block of `who` where given.
pub fn append_call(text: &str, who: Option<Who>, lock: Option<&str>, call: &Call) -> String {
    let mut line = format!("{};", print_call(call));
    if let Some(lock) = lock {
        line = format!("spin_lock(&{lock}); {line} spin_unlock(&{lock});");
    }
    if let Some(who) = who {
        line = format!("{} {{ {line} }}", who.keyword());
    }
    let end = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("{text}{end}{line}\n")
}

/// A name for the next answer: `p q r s t`, then `p1 p2 …`; the first that nothing in the scenario uses.
pub fn fresh_name(scenario: &Scenario) -> String {
    let mut used = Names::default();
    collect_names(&scenario.body, &mut used);
    let letters = ["p", "q", "r", "s", "t"].map(String::from);
    let numbered = (1u32..).map(|number| format!("p{number}"));
    let mut names = letters.into_iter().chain(numbered);
    names
        .find(|name| !used.knows(name))
        .expect("fewer names are used than numbers exist")
}

/// Every pointer, counter and lock: in C they share one space of names.
fn collect_names(body: &[Stmt], used: &mut Names<()>) {
    for statement in body {
        match &statement.kind {
            StmtKind::Call(call) => {
                if let Some(to) = call.target() {
                    collect_place(to, used);
                }
                if let Some(Pointer::Place(place)) = call.pointer() {
                    collect_place(place, used);
                }
                if let Some(lock) = call.lock() {
                    used.add(lock);
                }
            }
            StmtKind::For { var, body, .. } => {
                used.add(var);
                collect_names(body, used);
            }
            StmtKind::If {
                place,
                body,
                otherwise,
                ..
            } => {
                collect_place(place, used);
                collect_names(body, used);
                collect_names(otherwise, used);
            }
            StmtKind::Within { body, .. } => collect_names(body, used),
        }
    }
}

fn collect_place(place: &Place, used: &mut Names<()>) {
    used.add(&place.name);
    if let Some(Index::Var(counter)) = &place.index {
        used.add(counter);
    }
}

/// The text without its 1-based line `line`; the same text if it has no such line.
pub fn remove_line(text: &str, line: u32) -> String {
    let lines = text.split_inclusive('\n').zip(1u32..);
    lines
        .filter(|(_, number)| *number != line)
        .map(|(content, _)| content)
        .collect()
}

/// The text on another machine: its header lines are replaced, keeping comments beside them, or put where they belong.
pub fn with_machine(text: &str, machine: &MachineSpec) -> String {
    let [kernel, sizes] = header_lines(text);
    let kernel_line = kernel_line(machine);
    let machine_line = machine_line(machine);
    let mut edited = String::from(text);
    // From the back, so that the places further ahead stay true.
    match (kernel, sizes) {
        (Some(kernel), Some(sizes)) => {
            let mut pair = [(kernel, kernel_line), (sizes, machine_line)];
            pair.sort_by_key(|(range, _)| range.start);
            for (range, line) in pair.into_iter().rev() {
                edited.replace_range(range, &line);
            }
        }
        (Some(kernel), None) => {
            let rest = &text[kernel.end..];
            let line_end = kernel.end + rest.find('\n').unwrap_or(rest.len());
            edited.insert_str(line_end, &format!("\n{machine_line}"));
            edited.replace_range(kernel, &kernel_line);
        }
        (None, Some(sizes)) => {
            edited.replace_range(sizes, &format!("{kernel_line}\n{machine_line}"));
        }
        (None, None) => {
            let start = if text.starts_with('\u{feff}') {
                '\u{feff}'.len_utf8()
            } else {
                0
            };
            edited.insert_str(start, &format!("{kernel_line}\n{machine_line}\n"));
        }
    }
    edited
}

/// The bytes of the `kernel` and of the `machine` line from first to last word, where `parse` takes them as header.
fn header_lines(text: &str) -> [Option<Range<usize>>; 2] {
    let mut lines = [None, None];
    for line in lex(text).split(|token| token.kind == Kind::Newline) {
        let slot = match line.first().map(|first| first.text) {
            Some("kernel") => 0,
            Some("machine") => 1,
            _ => break,
        };
        if lines[slot].is_some() {
            break;
        }
        // `End` has no text, and may stand behind a comment that is to stay.
        let words = line.iter().filter(|token| token.kind != Kind::End);
        let end = words.map(|word| word.end()).max().unwrap_or(line[0].start);
        lines[slot] = Some(line[0].start..end);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gfp::Gfp;
    use crate::script::parse;

    fn kmalloc(name: &str) -> Call {
        let to = Some(Place {
            name: name.into(),
            index: None,
        });
        Call::Kmalloc {
            to,
            size: 100,
            gfp: Gfp::ATOMIC,
        }
    }

    #[test]
    fn calls_are_appended_as_a_person_would() {
        let text = append_call("// mine", None, None, &kmalloc("p"));
        assert_eq!(text, "// mine\np = kmalloc(100, GFP_ATOMIC);\n");
        let text = append_call("", Some(Who::Timer), Some("lock"), &kmalloc("p"));
        assert_eq!(
            text,
            "timer { spin_lock(&lock); p = kmalloc(100, GFP_ATOMIC); spin_unlock(&lock); }\n"
        );
        let text = append_call(
            "kfree(p);\r\n",
            Some(Who::Irq),
            None,
            &Call::Kfree(Pointer::Null),
        );
        assert_eq!(text, "kfree(p);\r\nirq { kfree(NULL); }\n");
        assert_eq!(parse(&text).errors, []);
    }

    #[test]
    fn a_fresh_name_is_used_nowhere() {
        let fresh = |text| fresh_name(&parse(text).scenario);
        assert_eq!(fresh(""), "p");
        assert_eq!(fresh("p = NULL; kfree(q[0]); spin_lock(&s);"), "r");
        let loops = "for (r = 0; r < 2; r++) { if (t) { s[r] = NULL; } else p = q; }";
        assert_eq!(fresh(loops), "p1");
        assert_eq!(fresh(&format!("{loops} irq {{ ksize(p1); }}")), "p2");
    }

    #[test]
    fn a_line_goes_with_its_end() {
        assert_eq!(remove_line("a\nb\r\nc", 2), "a\nc");
        assert_eq!(remove_line("a\nb\r\nc", 3), "a\nb\r\n");
        assert_eq!(remove_line("a\n", 0), "a\n");
        assert_eq!(remove_line("a\n", 2), "a\n");
    }

    #[test]
    fn the_machine_changes_and_the_comments_stay() {
        let machine = MachineSpec {
            zone_pages: [256, 512, 0],
            ..MachineSpec::default()
        };
        let line = "machine dma=1M normal=2M highmem=0 reserve=none l1=32";
        let rest = "// why\nkfree(p); // machine l1=64\n";
        let texts = [
            (String::from(rest), format!("kernel 2.6.10\n{line}\n{rest}")),
            (
                format!("// top\nkernel 2.6.10 // book\n\n machine l1=64\t/* 64! */\n{rest}"),
                format!("// top\nkernel 2.6.10 // book\n\n {line}\t/* 64! */\n{rest}"),
            ),
            (
                format!("kernel 2.6.10 // book\n{rest}"),
                format!("kernel 2.6.10 // book\n{line}\n{rest}"),
            ),
            (
                format!("machine highmem=4K\nkernel 2.6.10\n{rest}"),
                format!("{line}\nkernel 2.6.10\n{rest}"),
            ),
            (
                format!("machine l1=64 // m\n{rest}"),
                format!("kernel 2.6.10\n{line} // m\n{rest}"),
            ),
            (
                String::from("kernel 2.6.10"),
                format!("kernel 2.6.10\n{line}"),
            ),
            (
                String::from("kernel 9 // x"),
                format!("kernel 2.6.10 // x\n{line}"),
            ),
            (String::from("machine"), format!("kernel 2.6.10\n{line}")),
        ];
        for (before, after) in texts {
            assert_eq!(with_machine(&before, &machine), after);
            let parsed = parse(&after);
            assert_eq!(
                (&parsed.scenario.machine, &parsed.errors[..]),
                (&machine, &[][..])
            );
            assert_eq!(
                parsed.scenario.body.len(),
                parse(&before).scenario.body.len()
            );
        }
    }
}
