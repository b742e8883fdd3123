//! A sequence of scenarios with a sentence each, as a teacher walks through them: made in the share dialog, carried by a
//! link, played with a bar. Values only.

use std::rc::Rc;

use kmalloc_core::script::link::{self, MAX_PARTS, Part};

/// The sequence that is made or played.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Lecture {
    /// Its scenarios.
    pub parts: Rc<Vec<Part>>,
    /// The one that was opened last.
    pub at: usize,
    /// The bar is shown.
    pub playing: bool,
    /// It was made or changed here.
    pub own: bool,
    /// An own sequence that a link replaced.
    pub aside: Option<Rc<Vec<Part>>>,
}

impl Lecture {
    /// Room for one more.
    pub fn has_room(&self) -> bool {
        self.parts.len() < MAX_PARTS
    }

    pub(super) fn add(&mut self, part: Part) {
        if self.has_room() {
            Rc::make_mut(&mut self.parts).push(part);
            self.own = true;
        }
    }

    pub(super) fn swap(&mut self, at: usize, up: bool) {
        let other = if up {
            at.wrapping_sub(1)
        } else {
            at.saturating_add(1)
        };
        if at.max(other) < self.parts.len() {
            Rc::make_mut(&mut self.parts).swap(at, other);
            self.own = true;
            // The one on the page stays the same.
            if self.at == at {
                self.at = other;
            } else if self.at == other {
                self.at = at;
            }
        }
    }

    pub(super) fn remove(&mut self, at: usize) {
        if at >= self.parts.len() {
            return;
        }
        Rc::make_mut(&mut self.parts).remove(at);
        self.own = true;
        if self.at > at {
            self.at -= 1;
        }
        self.at = self.at.min(self.parts.len().saturating_sub(1));
        self.playing &= !self.parts.is_empty();
    }

    /// One that a link brought.
    pub(super) fn open(&mut self, parts: Rc<Vec<Part>>, at: usize) {
        if *self.parts != *parts {
            if self.own && !self.parts.is_empty() {
                self.aside = Some(Rc::clone(&self.parts));
            }
            self.parts = parts;
            self.own = false;
        }
        self.at = at;
        self.playing = true;
    }

    /// No more playing. One's own stays in the dialog.
    pub(super) fn leave(&mut self) {
        self.playing = false;
        if !self.own {
            self.parts = Rc::default();
            self.at = 0;
        }
    }

    pub(super) fn bring_back(&mut self) {
        if let Some(parts) = self.aside.take() {
            self.parts = parts;
            self.at = 0;
            self.own = true;
            self.playing = false;
        }
    }

    /// As the browser keeps it.
    pub fn text(&self) -> String {
        let letters = |parts: &[Part]| match parts {
            [] => String::new(),
            parts => link::to_fragment(&link::encode_sequence(parts)),
        };
        let aside = self.aside.as_ref().map_or(&[][..], |parts| parts);
        let Lecture {
            at, playing, own, ..
        } = self;
        let (parts, aside) = (letters(&self.parts), letters(aside));
        format!("{at} {playing} {own}\n{parts}\n{aside}")
    }

    /// Reads such a text; what cannot be read is no sequence.
    pub fn read(text: &str) -> Lecture {
        let mut lines = text.split('\n');
        let mut words = lines.next().unwrap_or_default().split(' ');
        let mut word = || words.next().unwrap_or_default();
        let (at, playing, own) = (word(), word() == "true", word() == "true");
        let mut parts = || {
            let letters = lines.next().filter(|letters| !letters.is_empty())?;
            let bytes = link::from_fragment(letters).ok()?;
            link::decode_sequence(&bytes).ok().map(Rc::new)
        };
        let (parts, aside) = (parts().unwrap_or_default(), parts());
        let last = parts.len().saturating_sub(1);
        Lecture {
            at: at.parse().unwrap_or(0).min(last),
            playing: playing && !parts.is_empty(),
            own,
            parts,
            aside,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strange_texts_are_no_sequence() {
        for text in ["", "x", "9 true true\nAAAA\n!!", "1 true", "\n\n\n"] {
            let read = Lecture::read(text);
            assert!(read.parts.is_empty() && !read.playing && read.aside.is_none());
        }
    }
}
