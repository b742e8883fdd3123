//! Pages of their own beside the lab: the cheat sheet, which prints on one sheet of A4, and the glossary, in each language.
//! They need no script, so they cost the first visit nothing.
//!
//! The sheet is Markdown in `static/reference/` with `{words in braces}` in place of every fact; the facts are asked of the
//! simulated kernel, so a sheet cannot disagree with the lab. Which words there are stands in [`Facts::of`].

use std::fmt::Write as _;
use std::path::Path;

use kmalloc_core::context::Context;
use kmalloc_core::event::Pass;
use kmalloc_core::gfp::{Gfp, LEVEL_BITS, MODIFIERS};
use kmalloc_core::lab::Lab;
use kmalloc_core::linux_2_6_10::explain;
use kmalloc_core::linux_2_6_10::geometry::{LARGEST_CLASS, cache_shapes, size_classes};
use kmalloc_core::linux_2_6_10::marks::{default_min_free_kbytes, lowered};
use kmalloc_core::machine::{Machine, RateLimit};
use kmalloc_core::profile::{ADDRESSED_LOW_BYTES, MachineSpec, ORDERS, ZoneId};
use kmalloc_core::run::{Answer, Bounds, Run};
use kmalloc_core::script::parse;
use kmalloc_glossary::TERMS;
use pulldown_cmark::{Options, Parser, html};

use crate::pack::File;
use crate::read::Reader;
use crate::{Course, LANGUAGES, Problem, Target};

/// What stands in the heads of these pages.
struct Words {
    lang: &'static str,
    sheet: &'static str,
    glossary: &'static str,
    to_lab: &'static str,
    other: &'static str,
    print: &'static str,
    about: &'static str,
    chapters: &'static str,
}

const WORDS: [Words; 2] = [
    Words {
        lang: "en",
        sheet: "Cheat sheet",
        glossary: "Glossary",
        to_lab: "To the lab",
        other: "中文",
        print: "Prints on one sheet of A4.",
        about: "What the terms mean in Linux 2.6.10, and where to read more: files of the kernel, and sections (¶) of Linux Device Drivers, third edition.",
        chapters: "In the course:",
    },
    Words {
        lang: "zh-CN",
        sheet: "速查表",
        glossary: "术语表",
        to_lab: "回到实验室",
        other: "English",
        print: "可打印在一张 A4 纸上。",
        about: "各术语在 Linux 2.6.10 中的含义，以及出处：内核源文件，和《Linux 设备驱动程序》第三版的章节（¶）。",
        chapters: "课程中：",
    },
];

/// The files of these pages below `reference/`, and what is wrong with their sources.
pub fn files(root: &Path, course: &Course) -> (Vec<File>, Vec<Problem>) {
    let mut reader = Reader::default();
    let mut files = Vec::new();
    let facts = Facts::new();
    for (at, language) in LANGUAGES.iter().enumerate() {
        let file = root.join(format!("sheet.{language}.md"));
        if let Some(source) = reader.text(&file) {
            let filled = facts.fill(&source).unwrap_or_else(|(line, what)| {
                reader.wrong(&file, line, what);
                String::new()
            });
            files.push((format!("sheet-{language}.html"), sheet(at, &filled)));
        }
        files.push((format!("glossary-{language}.html"), glossary(at, course)));
    }
    files.extend(
        reader
            .text(&root.join("reference.css"))
            .map(|css| ("reference.css".into(), css)),
    );
    (files, reader.problems)
}

// ── pages ─────────────────────────────────────────────────────────────────────────────────────────────────────────

fn page(language: usize, class: &str, title: &str, inner: &str) -> String {
    let words = &WORDS[language];
    let other = LANGUAGES[1 - language];
    let other_lang = WORDS[1 - language].lang;
    let here = LANGUAGES[language];
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} · kmalloc lab</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"reference.css\">\n</head>\n\
         <body class=\"{class}\">\n<nav><a href=\"../\">{to_lab}</a> <a href=\"sheet-{here}.html\">{sheet}</a> \
         <a href=\"glossary-{here}.html\">{glossary}</a> <a href=\"{class}-{other}.html\" lang=\"{other_lang}\">{other_name}</a></nav>\n\
         <main>\n{inner}</main>\n</body>\n</html>\n",
        lang = words.lang,
        to_lab = words.to_lab,
        sheet = words.sheet,
        glossary = words.glossary,
        other_name = words.other,
    )
}

/// Each `##` of the source becomes a box, so that no box is torn apart by a column's end.
fn sheet(language: usize, source: &str) -> String {
    let words = &WORDS[language];
    let mut parts = source.split("\n## ");
    let head = parts.next().unwrap_or_default();
    let mut inner = rendered(head);
    write!(
        inner,
        "<p class=\"print\">{}</p>\n<div class=\"boxes\">\n",
        words.print
    )
    .expect("writing to a String cannot fail");
    for part in parts {
        write!(
            inner,
            "<section>\n{}</section>\n",
            rendered(&format!("## {part}"))
        )
        .expect("writing to a String cannot fail");
    }
    inner += "</div>\n";
    page(language, "sheet", words.sheet, &inner)
}

fn rendered(markdown: &str) -> String {
    let mut text = String::new();
    html::push_html(&mut text, Parser::new_ext(markdown, Options::ENABLE_TABLES));
    text
}

fn glossary(language: usize, course: &Course) -> String {
    let words = &WORDS[language];
    let mut inner = format!(
        "<h1>{}</h1>\n<p>{}</p>\n<dl>\n",
        words.glossary, words.about
    );
    for term in TERMS {
        let text = rendered(term.text(language));
        let chapters: Vec<String> = course
            .chapters
            .iter()
            .filter(|chapter| {
                let links = &chapter.pages[language].links;
                links
                    .iter()
                    .any(|link| link.to == Target::Term(term.id.into()))
            })
            .map(|chapter| {
                let title = &chapter.pages[language].title;
                let short = title.split([':', '：']).next().unwrap_or(title);
                format!(
                    "<a href=\"../#page={}\">{}</a>",
                    chapter.name,
                    rendered_line(short)
                )
            })
            .collect();
        write!(
            inner,
            "<div id=\"{id}\">\n<dt>{name}</dt>\n<dd>{text}<p class=\"source\">{source}</p>",
            id = term.id,
            name = rendered_line(term.name(language)),
            source = rendered_line(term.source()),
        )
        .expect("writing to a String cannot fail");
        if !chapters.is_empty() {
            write!(
                inner,
                "<p class=\"source\">{} {}</p>",
                words.chapters,
                chapters.join(" · ")
            )
            .expect("writing to a String cannot fail");
        }
        inner += "</dd>\n</div>\n";
    }
    inner += "</dl>\n";
    page(language, "glossary", words.glossary, &inner)
}

/// A text without marks, safe in HTML.
fn rendered_line(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

// ── facts ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/// The simulated kernel, to be asked.
struct Facts {
    machine: Machine,
}

impl Facts {
    fn new() -> Facts {
        let lab = Lab::boot(MachineSpec::default()).expect("the teaching machine boots");
        Facts {
            machine: lab.machine().clone(),
        }
    }

    /// The text with every fact in its place, or the line of the first word that is none.
    fn fill(&self, source: &str) -> Result<String, (usize, String)> {
        let mut text = String::new();
        for (at, line) in source.lines().enumerate() {
            let mut rest = line;
            while let Some((before, after)) = rest.split_once('{') {
                let (words, after) = after
                    .split_once('}')
                    .ok_or_else(|| (at + 1, "a brace is not closed".to_string()))?;
                let fact = self.of(words).ok_or_else(|| {
                    (at + 1, format!("`{words}` is no fact that can be asked for (cli/course/src/reference.rs)"))
                })?;
                text += before;
                text += &fact;
                rest = after;
            }
            text += rest;
            text.push('\n');
        }
        Ok(text)
    }

    /// A fact.
    fn of(&self, words: &str) -> Option<String> {
        let words: Vec<&str> = words.split_whitespace().collect();
        let number = |word: &str| word.parse::<u32>().ok();
        Some(match words[..] {
            ["bits", flags] => format!("`{:#x}`", gfp(flags)?),
            ["mode", flags] => format!("{:#x}", gfp(flags)?),
            ["of", flags] => names(gfp(flags)?),
            ["has", flags, bit] => yes(gfp(flags)?.has(gfp(bit)?)),
            ["zones", flags] => self.zones(gfp(flags)?),
            ["share", flags] => share(gfp(flags)?)?,
            ["stays", zone, flags] => self.stays(named(zone)?, gfp(flags)?)?.to_string(),
            ["pages", zone] => self.machine.spec().pages_of(named(zone)?).to_string(),
            ["mark", zone, mark] => {
                let zone = self.machine.zone(named(zone)?);
                match mark {
                    "min" => zone.pages_min(),
                    "low" => zone.pages_low(),
                    "high" => zone.pages_high(),
                    _ => return None,
                }
                .to_string()
            }
            ["min-free-least"] => default_min_free_kbytes([0; 3]).to_string(),
            ["sleep", caller, flags] => sleep(caller, gfp(flags)?)?,
            ["sees", caller] => yes(context(caller)?.must_not_sleep()),
            ["low-end"] => (ADDRESSED_LOW_BYTES >> 20).to_string(),
            ["classes", line, page] => list(&classes(number(line)?, number(page)?)),
            ["missing", line, page] => {
                let there = classes(number(line)?, number(page)?);
                let mut all = classes(32, 4096);
                all.retain(|class| !there.contains(class));
                list(&all)
            }
            ["slabs"] => slabs(),
            ["off-slab"] => {
                let shapes = cache_shapes(&MachineSpec::default());
                let outside = shapes
                    .iter()
                    .filter(|shape| shape.off_slab && shape.class_size > 0);
                outside.map(|shape| shape.class_size).min()?.to_string()
            }
            ["largest"] => LARGEST_CLASS.to_string(),
            ["last-order"] => (ORDERS - 1).to_string(),
            ["last-order-mb"] => ((4096_u32 << (ORDERS - 1)) >> 20).to_string(),
            ["burst"] => RateLimit::BURST.to_string(),
            ["tries", order, ref flags @ ..] => tries(number(order)?, flags)?,
            _ => return None,
        })
    }

    fn zones(&self, gfp: Gfp) -> String {
        let list = self.machine.zonelist((gfp & Gfp::ZONE_MASK).0 as usize);
        let names: Vec<&str> = list.zones().iter().map(|zone| zone.name()).collect();
        names.join(" → ")
    }

    /// What must stay free in a zone when a process asks for pages.
    fn stays(&self, zone: ZoneId, gfp: Gfp) -> Option<u32> {
        let terms = explain::terms(
            &self.machine,
            self.machine.node(),
            zone,
            Pass::Min,
            gfp,
            0,
            Context::PROCESS,
        )?;
        Some(terms.lowered)
    }
}

fn yes(is_so: bool) -> String {
    (if is_so { "✓" } else { "–" }).into()
}

fn gfp(name: &str) -> Option<Gfp> {
    match name {
        "0" => Some(Gfp::NONE),
        name => Gfp::by_name(name),
    }
}

fn named(zone: &str) -> Option<ZoneId> {
    ZoneId::ALL.into_iter().find(|known| known.name() == zone)
}

/// `WAIT IO FS`.
fn names(gfp: Gfp) -> String {
    let bits = LEVEL_BITS.iter().chain(MODIFIERS);
    let names: Vec<&str> = bits
        .filter(|bit| gfp.has(bit.bits))
        .map(|bit| bit.name.trim_start_matches("__GFP_"))
        .collect();
    match names.is_empty() {
        true => "–".into(),
        false => names.join(" "),
    }
}

/// The part of a mark that must stay, as a fraction.
fn share(gfp: Gfp) -> Option<String> {
    const WHOLE: u32 = 64;
    let stays = lowered(WHOLE, gfp.has(Gfp::HIGH), !gfp.has(Gfp::WAIT));
    let fraction = match stays * 8 / WHOLE {
        8 => "1",
        6 => "¾",
        4 => "½",
        3 => "⅜",
        _ => return None,
    };
    Some(fraction.into())
}

fn context(caller: &str) -> Option<Context> {
    Some(match caller {
        "process" => Context::PROCESS,
        "spinlock" => Context::SPINLOCK,
        "preempt" => Context::SPINLOCK.with(Context::PREEMPT_OFF),
        "softirq" => Context::SOFTIRQ,
        "hardirq" => Context::HARDIRQ,
        _ => return None,
    })
}

/// Whether a call may sleep there, or sleeps where nobody may.
fn sleep(caller: &str, gfp: Gfp) -> Option<String> {
    let context = context(caller)?;
    let nobody = context.in_interrupt() || context.has(Context::SPINLOCK);
    let mark = match (gfp.has(Gfp::WAIT), nobody) {
        (false, _) => "–",
        (true, false) => "✓",
        (true, true) => "✗",
    };
    Some(mark.into())
}

fn classes(line: u32, page: u32) -> Vec<u32> {
    let spec = MachineSpec {
        l1_cache_bytes: line,
        page_size: page,
        ..MachineSpec::default()
    };
    size_classes(&spec).collect()
}

fn list(numbers: &[u32]) -> String {
    let words: Vec<String> = numbers.iter().map(u32::to_string).collect();
    words.join(" ")
}

/// `128: 31×1` for every class.
fn slabs() -> String {
    let spec = MachineSpec::default();
    let classes: Vec<u32> = size_classes(&spec).collect();
    let shapes = cache_shapes(&spec);
    let shapes = shapes
        .iter()
        .filter(|shape| !shape.dma && classes.contains(&shape.class_size));
    let words: Vec<String> = shapes
        .filter(|shape| shape.name.starts_with("size-"))
        .map(|shape| {
            format!(
                "{}:\u{a0}{}×{}",
                shape.class_size,
                shape.objects,
                1 << shape.order
            )
        })
        .collect();
    words.join(" · ")
}

/// How often a call reclaims before it answers NULL, on a machine that has nothing to give: it is run.
fn tries(order: u32, flags: &[&str]) -> Option<String> {
    for flag in flags {
        gfp(flag)?;
    }
    let text = format!(
        "for (i = 0; i < 1300; i++) q[i] = __get_free_pages(GFP_ATOMIC | __GFP_NOWARN, 0);\np = __get_free_pages({}, {order});\n",
        flags.join(" | ")
    );
    let run = Run::new(&parse(&text).scenario, Bounds::default()).ok()?;
    let last = run.calls().last()?;
    let passes = run
        .events(last.first, last.end)
        .filter(|event| event.name() == "reclaim-started");
    match last.answer {
        Answer::Null(_) => Some(passes.count().to_string()),
        Answer::Stopped(_) => Some("∞".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kmalloc_core::gfp::PRIORITIES;

    const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../static/reference");

    fn built() -> Vec<File> {
        let (files, problems) = files(ROOT.as_ref(), &Course::default());
        assert_eq!(problems, []);
        files
    }

    fn file(name: &str) -> String {
        let files = built();
        let found = files.into_iter().find(|(path, _)| path == name);
        found.expect(name).1
    }

    /// Nothing that the kernel has is left out of a sheet.
    #[test]
    fn every_flag_and_class_stands_on_the_sheet() {
        for language in LANGUAGES {
            let sheet = file(&format!("sheet-{language}.html"));
            for known in PRIORITIES.iter().chain(MODIFIERS).chain(LEVEL_BITS) {
                let row = format!(
                    "<td><code>{}</code></td><td><code>{:#x}</code></td>",
                    known.name, known.bits
                );
                assert!(sheet.contains(&row), "{language}: {row}");
            }
            assert!(
                sheet.contains("<p>32 64 96 128 192 256 512 1024"),
                "{language}"
            );
            assert!(sheet.contains("65536 131072</p>"), "{language}");
        }
    }

    /// The rows of both sheets are the same facts.
    #[test]
    fn both_languages_ask_for_the_same_facts() {
        let asked = |language: &str| -> Vec<String> {
            let source = std::fs::read_to_string(format!("{ROOT}/sheet.{language}.md"))
                .expect("it is there");
            let facts = source.split('{').skip(1);
            facts
                .map(|fact| fact.split('}').next().unwrap_or_default().into())
                .collect()
        };
        assert_eq!(asked("en"), asked("zh"));
    }

    #[test]
    fn facts_are_the_kernels() {
        let facts = Facts::new();
        let of = |words: &str| facts.of(words);
        assert_eq!(of("bits GFP_KERNEL").as_deref(), Some("`0xd0`"));
        assert_eq!(of("of GFP_HIGHUSER").as_deref(), Some("WAIT IO FS HIGHMEM"));
        assert_eq!(
            of("zones GFP_HIGHUSER").as_deref(),
            Some("HighMem → Normal → DMA")
        );
        assert_eq!(of("share GFP_ATOMIC").as_deref(), Some("⅜"));
        assert_eq!(of("share 0").as_deref(), Some("¾"));
        assert_eq!(of("stays Normal GFP_ATOMIC").as_deref(), Some("21"));
        assert_eq!(of("sleep spinlock GFP_NOIO").as_deref(), Some("✗"));
        assert_eq!(of("sees spinlock").as_deref(), Some("–"));
        assert_eq!(of("missing 128 4096").as_deref(), Some("96 192"));
        assert_eq!(of("missing 32 8192").as_deref(), Some("32"));
        assert_eq!(of("off-slab").as_deref(), Some("512"));
        assert!(of("slabs").is_some_and(|slabs| slabs.contains("128:\u{a0}31×1")));
        // Chapter 13's table.
        for (words, passes) in [
            ("tries 3 GFP_KERNEL", "∞"),
            ("tries 3 GFP_KERNEL __GFP_NORETRY", "1"),
            ("tries 4 GFP_KERNEL", "1"),
            ("tries 4 GFP_KERNEL __GFP_REPEAT", "∞"),
            ("tries 4 GFP_ATOMIC", "0"),
            ("tries 11 GFP_KERNEL __GFP_NOFAIL", "0"),
        ] {
            assert_eq!(of(words).as_deref(), Some(passes), "{words}");
        }
    }

    #[test]
    fn a_fact_that_is_none_is_named_with_its_line() {
        let facts = Facts::new();
        let (line, what) = facts
            .fill("fine\n{bits GFP_KERNAL}\n")
            .expect_err("no such flag");
        assert!(line == 2 && what.contains("GFP_KERNAL"), "{line}: {what}");
        assert_eq!(facts.fill("{bits").expect_err("open").0, 1);
    }

    #[test]
    fn every_term_stands_in_the_glossary() {
        for (at, language) in LANGUAGES.iter().enumerate() {
            let page = file(&format!("glossary-{language}.html"));
            for term in TERMS {
                assert!(
                    page.contains(&format!("<div id=\"{}\">", term.id)),
                    "{}",
                    term.id
                );
                assert!(page.contains(&rendered_line(term.name(at))));
            }
        }
    }
}
