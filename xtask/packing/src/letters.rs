//! What came of texts, and of the module's data, which has texts in it: words, characters, and what sorts of them.

use crate::contexts::with;

/// How many bytes of a line are kept as its beginning.
const BEGINNING: u8 = 3;

/// What came.
#[derive(Debug, Default)]
pub(crate) struct Letters {
    /// The word that came so far, and the one before it.
    pub(crate) word: u32,
    pub(crate) last_word: u32,
    /// What came of a character of several bytes, and how many are still to come.
    pub(crate) character: u32,
    missing: u8,
    /// Sorts of characters, four bits each, letters and digits once for all that stand together.
    pub(crate) sorts: u32,
    /// The last tag's or rule's name.
    pub(crate) tag: u32,
    is_tag: bool,
    /// What the line begins with.
    pub(crate) line: u32,
    line_length: u8,
}

impl Letters {
    pub(crate) fn take(&mut self, byte: u8) {
        match byte {
            0xc0.. => {
                self.missing = 1 + u8::from(byte >= 0xe0);
                self.character = with(0, byte.into());
            }
            0x80.. if self.missing > 1 => {
                self.missing -= 1;
                self.character = with(self.character, byte.into());
            }
            _ => (self.missing, self.character) = (0, 0),
        }
        let (sort, is_kept_once) = sort(byte);
        if !is_kept_once || self.sorts & 15 != sort {
            self.sorts = self.sorts << 4 | sort;
        }
        match byte {
            b'<' | b'{' => (self.tag, self.is_tag) = (byte.into(), true),
            b'>' | b' ' | b':' => self.is_tag = false,
            _ => {}
        }
        if self.is_tag {
            self.tag = with(self.tag, byte.into());
        }
        if byte == b'\n' {
            (self.line, self.line_length) = (0, 0);
        } else if self.line_length < BEGINNING {
            self.line = with(self.line, byte.into());
            self.line_length += 1;
        }
        if byte.is_ascii_alphanumeric() || byte >= 0x80 || byte == b'_' {
            self.word = with(self.word, byte.into());
        } else if self.word != 0 {
            (self.last_word, self.word) = (self.word, 0);
        }
    }
}

/// What sort of character a byte belongs to, and whether many of them count as one.
fn sort(byte: u8) -> (u32, bool) {
    match byte {
        b'a'..=b'z' => (1, true),
        b'A'..=b'Z' => (2, true),
        b'0'..=b'9' => (3, true),
        0x80.. => (10, true),
        b' ' => (4, false),
        b'\n' => (5, false),
        b'<' => (6, false),
        b'>' => (7, false),
        b'"' => (8, false),
        b'=' => (9, false),
        b'/' => (11, false),
        _ => (12, false),
    }
}
