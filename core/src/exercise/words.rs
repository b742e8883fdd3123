//! The words that goals and questions are written in, and how a line of them is read.
//!
//! Names are those of the events and of the kernel; nothing is checked against a run here.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::event::{Event, Failure, GrowFailure, Retry, Sin, Stop};
use crate::profile::{MAX_ZONES, ZoneId};
use crate::run::NullReason;
use crate::script::error::closest;

/// A word that could not stand where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unread {
    /// What could.
    pub expected: &'static str,
    /// As written; empty at the end of the line.
    pub found: String,
    /// Perhaps meant.
    pub closest: Option<&'static str>,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unread {
            expected,
            found,
            closest,
        } = self;
        write!(f, "expected {expected}, found ")?;
        if found.is_empty() {
            f.write_str("the end")?;
        } else {
            write!(f, "`{found}`")?;
        }
        match closest {
            Some(closest) => write!(f, "; did you mean `{closest}`?"),
            None => Ok(()),
        }
    }
}

/// A line, word by word.
pub(super) struct Words<'a> {
    words: Vec<&'a str>,
    at: usize,
}

impl<'a> Words<'a> {
    pub(super) fn new(line: &'a str) -> Words<'a> {
        Words {
            words: line.split_whitespace().collect(),
            at: 0,
        }
    }

    pub(super) fn next(&mut self) -> Option<&'a str> {
        let word = self.words.get(self.at).copied();
        self.at += usize::from(word.is_some());
        word
    }

    pub(super) fn peek(&self) -> Option<&'a str> {
        self.words.get(self.at).copied()
    }

    /// Reads the words if all of them come next.
    pub(super) fn take(&mut self, words: &[&str]) -> bool {
        let next = self.words[self.at..].iter().take(words.len());
        let found = next.eq(words.iter());
        if found {
            self.at += words.len();
        }
        found
    }

    /// The word that was read last does not fit.
    pub(super) fn wrong(&self, expected: &'static str) -> Unread {
        Unread {
            expected,
            found: self.words[self.at.saturating_sub(1)..]
                .first()
                .unwrap_or(&"")
                .to_string(),
            closest: None,
        }
    }

    /// The next word does not fit.
    pub(super) fn wrong_next(&self, expected: &'static str) -> Unread {
        Unread {
            expected,
            found: self.peek().unwrap_or_default().to_string(),
            closest: None,
        }
    }

    pub(super) fn done(&self) -> Result<(), Unread> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.wrong_next("the end")),
        }
    }

    pub(super) fn number(&mut self) -> Result<u32, Unread> {
        let number = self.peek().and_then(read_number);
        let number = number.ok_or_else(|| self.wrong_next("a number"))?;
        self.at += 1;
        Ok(number)
    }

    /// `in Normal` and `in zone Normal` are the same.
    pub(super) fn zone(&mut self) -> Result<ZoneId, Unread> {
        self.take(&["zone"]);
        let zone = self.peek().and_then(zone_named);
        let zone = zone.ok_or_else(|| self.wrong_next("DMA, Normal or HighMem"))?;
        self.at += 1;
        Ok(zone)
    }

    pub(super) fn event(&mut self) -> Result<&'static str, Unread> {
        let name = event_named(self.peek().unwrap_or_default())?;
        self.at += 1;
        Ok(name)
    }

    pub(super) fn reason(&mut self) -> Result<&'static str, Unread> {
        let name = known(
            self.peek().unwrap_or_default(),
            REASONS,
            "the name of a reason",
        )?;
        self.at += 1;
        Ok(name)
    }

    /// `p` or `q[3]`, as the scenario text has it.
    pub(super) fn variable(&mut self) -> Result<String, Unread> {
        let is_name = |word: &&str| {
            word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && word
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || "_[]".contains(letter))
        };
        let name = self.peek().filter(is_name);
        let name = name.ok_or_else(|| self.wrong_next("the name of a variable"))?;
        self.at += 1;
        Ok(name.to_string())
    }
}

/// The event of this name; what is no name may be close to one.
pub(super) fn event_named(word: &str) -> Result<&'static str, Unread> {
    known(word, Event::NAMES, "the name of an event")
}

fn known(
    word: &str,
    names: &[&'static str],
    expected: &'static str,
) -> Result<&'static str, Unread> {
    let found = names.iter().find(|name| **name == word);
    found.copied().ok_or_else(|| Unread {
        expected,
        found: word.to_string(),
        closest: closest(word, names.iter().copied()),
    })
}

/// A decimal or hexadecimal number.
pub(super) fn read_number(word: &str) -> Option<u32> {
    match word.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    }
}

pub(super) fn zone_named(word: &str) -> Option<ZoneId> {
    let mut zones = (0..MAX_ZONES as u8).map(ZoneId);
    zones.find(|zone| zone.label() == word)
}

/// Every word after `because`.
pub const REASONS: &[&str] = &[
    "too-large",
    "no-grow",
    "no-address",
    "order-too-large",
    "empty-zonelist",
    "may-not-wait",
    "memalloc-exhausted",
    "no-retry",
    "costly-order",
    "no-pages",
    "no-management",
    "small-order",
    "repeat",
    "no-fail",
    "cache-grow-bug",
    "endless",
    "double-free",
    "wrong-free",
    "wrong-order",
    "overrun",
    "use-after-free",
    "null-dereference",
    "both-zone-bits",
    "not-an-address",
    "uninitialised",
    "lock-held",
    "lock-not-held",
    "deadlock",
    "disclosed",
    "out-of-reach",
    "leaked",
    "no-area",
];

/// Why a call answered NULL, as a word.
pub const fn null_reason(why: NullReason) -> &'static str {
    match why {
        NullReason::TooLarge => "too-large",
        NullReason::NoGrow => "no-grow",
        NullReason::NoAddress => "no-address",
        NullReason::NoArea => "no-area",
        NullReason::NoPages(why) => failure(why),
    }
}

const fn failure(why: Failure) -> &'static str {
    match why {
        Failure::OrderTooLarge => "order-too-large",
        Failure::EmptyZonelist => "empty-zonelist",
        Failure::MayNotWait => "may-not-wait",
        Failure::MemallocExhausted => "memalloc-exhausted",
        Failure::NoRetry => "no-retry",
        Failure::CostlyOrder => "costly-order",
    }
}

/// What a caller did wrong, as a word.
pub const fn sin(sin: Sin) -> &'static str {
    match sin {
        Sin::DoubleFree => "double-free",
        Sin::WrongFree => "wrong-free",
        Sin::WrongOrder => "wrong-order",
        Sin::Overrun => "overrun",
        Sin::UseAfterFree => "use-after-free",
        Sin::NullDereference => "null-dereference",
        Sin::BothZoneBits => "both-zone-bits",
        Sin::NotAnAddress => "not-an-address",
        Sin::Uninitialised => "uninitialised",
        Sin::LockHeld => "lock-held",
        Sin::LockNotHeld => "lock-not-held",
        Sin::Deadlock => "deadlock",
        Sin::Disclosed => "disclosed",
        Sin::OutOfReach => "out-of-reach",
        Sin::Leaked => "leaked",
    }
}

/// The reason that an event carries, as a word.
pub(super) fn reason_of(event: &Event) -> Option<&'static str> {
    Some(match *event {
        Event::PagesRefused { why, .. } => failure(why),
        Event::GrowFailed { why, .. } => match why {
            GrowFailure::NoGrow => "no-grow",
            GrowFailure::NoPages => "no-pages",
            GrowFailure::NoManagement => "no-management",
        },
        Event::RetryChosen { why } => match why {
            Retry::SmallOrder => "small-order",
            Retry::Repeat => "repeat",
            Retry::NoFail => "no-fail",
        },
        Event::Sinned { sin: what, .. } => sin(what),
        Event::Stopped { why } => match why {
            Stop::CacheGrowBug => "cache-grow-bug",
            Stop::Endless => "endless",
            Stop::Undefined(what) => sin(what),
        },
        _ => return None,
    })
}
