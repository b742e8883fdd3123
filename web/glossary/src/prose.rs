//! Terms in the prose of the course: more words stand for them than on the stage, and some words there mean something else.
//!
//! Only the build looks here; the page itself finds its links ready.

use crate::{Piece, Term, find};

/// Words of prose that stand for a term besides its own, by language.
const MORE: &[(&str, [&[&str]; 2])] = &[
    ("gfp-mask", [&["allocation flags"], &["标志"]]),
    ("watermark", [&["mark"], &[]]),
    (
        "modifiers",
        [
            &[
                "modifiers",
                "modifier",
                "__GFP_DMA",
                "GFP_DMA",
                "__GFP_HIGHMEM",
                "__GFP_HIGH",
                "__GFP_NOWARN",
            ],
            &[
                "修饰符",
                "__GFP_DMA",
                "GFP_DMA",
                "__GFP_HIGHMEM",
                "__GFP_HIGH",
                "__GFP_NOWARN",
            ],
        ],
    ),
    ("context", [&["process context"], &["进程上下文"]]),
    ("might-sleep", [&["might_sleep"], &["might_sleep"]]),
    ("zone", [&["zones"], &[]]),
    ("dma-zone", [&["DMA zone", "zone DMA"], &["DMA 区"]]),
    ("normal-zone", [&["Normal"], &["Normal 区", "Normal"]]),
    ("zonelist", [&["zonelists", "zone lists"], &[]]),
    (
        "order",
        [
            &[
                "orders", "order 0", "order 3", "order 4", "order 5", "order 6", "order 10",
            ],
            &["阶数", "0 阶", "3 阶", "4 阶", "5 阶", "6 阶", "10 阶"],
        ],
    ),
    ("pcp", [&["per-cpu lists"], &["每 CPU 链表"]]),
    ("array-cache", [&["array_cache"], &["array_cache"]]),
    ("size-class", [&["smallest class", "next class"], &[]]),
    ("cache-line", [&["cache lines", "cache line"], &["缓存行"]]),
    ("page", [&["page", "pages"], &["4096 字节的页", "页框"]]),
    ("ratelimit", [&["printk_ratelimit"], &["printk_ratelimit"]]),
    (
        "dirty",
        [&["clean page", "dirty page"], &["干净页", "脏页"]],
    ),
];

/// Whole emphasised words that stand for a term; inside of a sentence they mean too much.
const ALONE: &[(&str, [&str; 2])] = &[("order", ["order", "阶"])];

/// Words of the stage that mean something else in prose.
const NOT_HERE: &[&str] = &[
    "management",
    "partial",
    "protection",
    "refill",
    "reserved",
    "保留",
    "保护值",
    "补充",
];

/// The terms of a text, each once on a page: those in `told` are passed over, and what is found joins them. `code` is a
/// name in the kernel's spelling, all of it or nothing.
pub fn terms<'t>(
    language: usize,
    text: &'t str,
    code: bool,
    told: &mut Vec<&'static str>,
) -> Vec<Piece<'t>> {
    let pieces = find(text, told, |term| {
        let own = term.words[language].iter();
        let more = MORE.iter().filter(move |(id, _)| *id == term.id);
        let more = more.flat_map(move |(_, words)| words[language].iter());
        let known = own.chain(more).copied();
        known.filter(|word| !NOT_HERE.contains(word))
    });
    let alone = ALONE.iter().find(|(_, words)| words[language] == text);
    let alone = alone
        .and_then(|(id, _)| Term::of(id))
        .filter(|term| !told.contains(&term.id));
    let pieces = match alone {
        Some(term) => vec![Piece::Term(term, text)],
        None => pieces,
    };
    // Of an expression, no part is taken for the name.
    let pieces = match (code, &pieces[..]) {
        (true, [Piece::Term(..)]) | (false, _) => pieces,
        (true, _) => vec![Piece::Plain(text)],
    };
    for piece in &pieces {
        if let Piece::Term(term, _) = piece {
            told.push(term.id);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TERMS;

    fn found(language: usize, text: &str, code: bool) -> Vec<&'static str> {
        let mut told = Vec::new();
        terms(language, text, code, &mut told);
        told
    }

    #[test]
    fn every_word_belongs_to_a_term_that_is_there() {
        let ids = MORE
            .iter()
            .map(|(id, _)| id)
            .chain(ALONE.iter().map(|(id, _)| id));
        for id in ids {
            assert!(Term::of(id).is_some(), "{id}");
        }
        let own: Vec<&str> = TERMS.iter().flat_map(|term| term.words.concat()).collect();
        for word in NOT_HERE {
            assert!(own.contains(word), "{word}");
        }
        for (id, words) in MORE {
            for word in words.concat() {
                assert!(
                    !own.contains(&word) && !NOT_HERE.contains(&word),
                    "{id}: {word}"
                );
            }
        }
    }

    #[test]
    fn prose_is_read_as_prose() {
        let nothing: [&str; 0] = [];
        assert_eq!(
            found(0, "memory management and partial results", false),
            nothing
        );
        assert_eq!(found(0, "in order to free it", false), nothing);
        assert_eq!(found(0, "order", false), ["order"]);
        assert_eq!(
            found(0, "a request of order 3 in the DMA zone", false),
            ["order", "dma-zone"]
        );
        assert_eq!(
            found(1, "内存区里的 slab，还有 slab", false),
            ["zone", "slab"]
        );
    }

    #[test]
    fn a_name_is_a_term_and_an_expression_is_none() {
        assert_eq!(found(0, "GFP_KERNEL", true), ["GFP_KERNEL"]);
        assert!(found(0, "kmalloc(100, GFP_KERNEL)", true).is_empty());
        assert!(found(0, "GFP_KERNEL | __GFP_DMA", true).is_empty());
    }

    #[test]
    fn a_page_tells_a_term_once() {
        let mut told = Vec::new();
        terms(0, "a slab", false, &mut told);
        assert_eq!(
            terms(0, "a slab", false, &mut told),
            [Piece::Plain("a slab")]
        );
        assert_eq!(told, ["slab"]);
    }
}
