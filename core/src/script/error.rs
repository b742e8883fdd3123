//! Script errors in English, the names a misspelt word is compared with, and the short classes that stand in
//! `expected`. Other languages translate [`ScriptErrorKind`] themselves; where an error arises is `parse`'s matter.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::ast::{ScriptError, ScriptErrorKind};
use crate::profile::{MAX_LOW_BYTES, MAX_PAGES, MIN_LOW_PAGES, SpecError};

/// `found` when a line or the text ends too early.
pub const END_OF_LINE: &str = "end of line";
/// Any number.
pub const NUMBER: &str = "a number";
/// A C identifier that means nothing else.
pub const NAME: &str = "a name";
/// A flag by name, or a number.
pub const FLAG: &str = "a flag";
/// What a line may begin with.
pub const STATEMENT: &str = "a statement";
/// A loop counter that no surrounding loop uses.
pub const FREE_COUNTER: &str = "a counter that no outer loop uses";
/// `1M` and the like.
pub const SIZE: &str = "a size such as 512K, 4M or 0";
/// A size that fills pages.
pub const WHOLE_PAGES: &str = "a multiple of the page size";

/// Every entry of `expected` (and every `found`) that is not literally what a student types.
pub const CLASSES: &[&str] = &[
    END_OF_LINE,
    NUMBER,
    NAME,
    FLAG,
    STATEMENT,
    FREE_COUNTER,
    SIZE,
    WHOLE_PAGES,
];

/// The form of compilers: `3:14 expected …, found …`.
impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ", self.span.line, self.span.column)?;
        match &self.kind {
            ScriptErrorKind::Expected { expected, found } => {
                write!(f, "expected {}, found {}", either(expected), quoted(found))
            }
            ScriptErrorKind::UnknownCall { name, closest } => {
                write!(f, "no call is named `{name}`")?;
                meant(f, *closest)
            }
            ScriptErrorKind::UnknownFlag { name, closest } => {
                write!(f, "no flag is named `{name}`")?;
                meant(f, *closest)
            }
            ScriptErrorKind::OutOfRange { text, least, most } => {
                write!(
                    f,
                    "expected a number from {least} to {most}, found `{text}`"
                )
            }
            ScriptErrorKind::Unclosed { open } => write!(f, "this `{open}` is never closed"),
            ScriptErrorKind::UnknownCounter { name } => {
                write!(f, "`{name}` is not the counter of a loop around this line")
            }
            ScriptErrorKind::BadHeader { word, expected } => {
                write!(
                    f,
                    "header: expected {}, found {}",
                    either(expected),
                    quoted(word)
                )
            }
            ScriptErrorKind::BadMachine(reason) => match reason {
                SpecError::TooBig => {
                    write!(f, "the machine has more than {MAX_PAGES} pages")
                }
                SpecError::TooLittleLowMemory => write!(
                    f,
                    "the machine needs {MIN_LOW_PAGES} free pages in DMA and Normal together"
                ),
                SpecError::DmaNotWholeWords => {
                    f.write_str("dma is a multiple of 128K when there is a Normal zone")
                }
                SpecError::BadCacheLine => f.write_str("l1 is 32, 64 or 128"),
                SpecError::BadPageSize => f.write_str("page is 4K or 8K"),
                SpecError::TooMuchLowMemory => write!(
                    f,
                    "dma and normal are {} MB at most together; the rest is highmem",
                    MAX_LOW_BYTES >> 20
                ),
                SpecError::BadNodes => f.write_str("nodes is 1, 2, 3 or 4"),
            },
            ScriptErrorKind::TooDeep => {
                write!(f, "nested deeper than {} blocks", super::MAX_DEPTH)
            }
            ScriptErrorKind::TooManyStatements => {
                write!(f, "more than {} statements", super::MAX_STATEMENTS)
            }
            ScriptErrorKind::TooLong => {
                write!(f, "the text is longer than {} KiB", super::MAX_TEXT / 1024)
            }
        }
    }
}

/// "`,`, `|` or `)`".
fn either(choices: &[&str]) -> String {
    let mut text = String::new();
    for (index, choice) in choices.iter().enumerate() {
        text.push_str(match index {
            0 => "",
            _ if index + 1 == choices.len() => " or ",
            _ => ", ",
        });
        text.push_str(&quoted(choice));
    }
    text
}

/// What is typed stands in quotes, a class does not.
fn quoted(text: &str) -> String {
    if CLASSES.contains(&text) {
        text.to_string()
    } else {
        alloc::format!("`{text}`")
    }
}

fn meant(f: &mut fmt::Formatter<'_>, closest: Option<&str>) -> fmt::Result {
    match closest {
        Some(name) => write!(f, "; did you mean `{name}`?"),
        None => Ok(()),
    }
}

/// The known name that differs from `word` by at most two letters (case does not count); none when as much as half of
/// the word would have to change, or the guess would be noise.
pub(crate) fn closest(
    word: &str,
    known: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    // No known name is this long, and the text may be.
    if word.len() > 40 {
        return None;
    }
    known
        .map(|name| (distance(word, name), name))
        .filter(|&(changes, _)| changes <= 2 && 2 * changes < word.len())
        .min_by_key(|&(changes, _)| changes)
        .map(|(_, name)| name)
}

/// Letters to insert, delete or replace to get from one word to the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.bytes().enumerate() {
            let replaced = diagonal + usize::from(!a.eq_ignore_ascii_case(&b));
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("kmaloc", "kmalloc"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "irq"), 3);
        assert_eq!(distance("gfp_Kernel", "GFP_KERNEL"), 0);
    }

    #[test]
    fn a_guess_is_close_or_not_made() {
        let known = || ["kmalloc", "kfree", "if"].into_iter();
        assert_eq!(closest("kmaloc", known()), Some("kmalloc"));
        assert_eq!(closest("KFREE", known()), Some("kfree"));
        assert_eq!(closest("p", known()), None);
        assert_eq!(closest("vfree_all", known()), None);
    }
}
