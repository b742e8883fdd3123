//! Moments of a run that a page of a chapter can name: `call=3`, `after=3`, `line=7`, `event=split:2`, `end`.

use super::words::{Unread, Words, event_named, read_number};
use crate::run::Run;

/// A moment of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// `call=3`: the third call begins.
    Call(u32),
    /// `after=3`: the third call has returned.
    After(u32),
    /// `line=7`: the first call that this line makes begins.
    Line(u32),
    /// `event=split`, `event=split:2`: this event has just happened, for the second time.
    Event(&'static str, u32),
    /// `end`: everything has happened.
    End,
}

impl Place {
    /// Reads `call=3` and its like.
    pub fn parse(text: &str) -> Result<Place, Unread> {
        let wrong = || {
            Words::new(text).wrong_next("call=N, after=N, line=N, event=NAME, event=NAME:N or end")
        };
        let number = |word: &str| read_number(word).filter(|n| *n > 0).ok_or_else(wrong);
        match text.split_once('=') {
            None if text == "end" => Ok(Place::End),
            Some(("call", n)) => Ok(Place::Call(number(n)?)),
            Some(("after", n)) => Ok(Place::After(number(n)?)),
            Some(("line", n)) => Ok(Place::Line(number(n)?)),
            Some(("event", event)) => {
                let (name, times) = event.split_once(':').unwrap_or((event, "1"));
                Ok(Place::Event(event_named(name)?, number(times)?))
            }
            _ => Err(wrong()),
        }
    }

    /// The cursor of this moment; None when the run has no such call or event.
    pub fn cursor(self, run: &Run) -> Option<usize> {
        let call = |n: u32| run.calls().get(n as usize - 1);
        match self {
            Place::Call(n) => call(n).map(|call| call.first),
            Place::After(n) => call(n).map(|call| call.end),
            Place::Line(line) => {
                let mut calls = run.calls().iter();
                calls
                    .find(|call| call.span.line == line)
                    .map(|call| call.first)
            }
            Place::Event(name, times) => {
                let mut found = run
                    .events(0, run.len())
                    .enumerate()
                    .filter(|(_, event)| event.name() == name);
                found.nth(times as usize - 1).map(|(index, _)| index + 1)
            }
            Place::End => Some(run.len()),
        }
    }
}
