//! Text into words, numbers, symbols and line ends, each with its place. Comments and blanks disappear here.
//!
//! Knows no keyword and no grammar, and never fails: an odd character is a symbol that the parser will not expect.

use alloc::vec::Vec;

use super::ast::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A C identifier.
    Word,
    /// Starts with a digit, or with a minus and a digit: `100`, `0xd0`, `-5`, and in the header `1M`, `2.6.10`.
    Number,
    /// Anything else: one character, or one of [`PAIRS`].
    Symbol,
    /// Between the last token of a line and the first of a later one. Stands right behind the former.
    Newline,
    /// The last token, always there.
    End,
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// As written; empty for `Newline` and `End`.
    pub(super) text: &'a str,
    /// Offset of `text`, in bytes.
    pub(super) start: usize,
    pub(super) span: Span,
}

impl Token<'_> {
    /// Offset behind `text`, in bytes.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Symbols of two characters.
const PAIRS: &[&str] = &["++", "==", "!=", "<=", ">=", "&&", "||"];

/// Cuts a text into tokens, `End` last.
pub(super) fn lex(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer::new(text);
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next();
        tokens.push(token);
        if token.kind == Kind::End {
            return tokens;
        }
    }
}

/// Cuts a text into tokens, one after the other: all of them together may be larger than what is made of them.
pub(super) struct Lexer<'a> {
    cursor: Cursor<'a>,
    /// The last token of the present line.
    last: Option<Token<'a>>,
    /// Where a `/*` stands that has no `*/`; it counts as a comment up to the end. Known once `End` has come.
    pub(super) open_comment: Option<Span>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Lexer<'a> {
        let mut cursor = Cursor {
            text,
            at: 0,
            line: 1,
            column: 1,
        };
        // Some editors put a byte order mark in front, which is no character of the scenario.
        if cursor.rest().starts_with('\u{feff}') {
            cursor.at += '\u{feff}'.len_utf8();
        }
        Lexer {
            cursor,
            last: None,
            open_comment: None,
        }
    }

    /// From a token of the text on.
    pub(super) fn at(text: &'a str, token: Token<'a>) -> Lexer<'a> {
        Lexer {
            cursor: Cursor {
                text,
                at: token.start,
                line: token.span.line,
                column: token.span.column,
            },
            last: None,
            open_comment: None,
        }
    }

    /// Leaves the rest of the text unread: what comes next is `End`.
    pub(super) fn stop(&mut self) {
        self.cursor.at = self.cursor.text.len();
        self.last = None;
    }

    /// The next token; behind the last, `End` again and again.
    pub(super) fn next(&mut self) -> Token<'a> {
        let open = self.cursor.skip_blanks();
        self.open_comment = self.open_comment.or(open);
        let cursor = &mut self.cursor;
        let place = Span {
            line: cursor.line,
            column: cursor.column,
            length: 0,
        };
        if let Some(last) = self.last.take_if(|last| last.span.line != place.line) {
            return Token {
                kind: Kind::Newline,
                text: "",
                start: last.end(),
                span: Span {
                    column: last.span.column + last.span.length,
                    length: 0,
                    ..last.span
                },
            };
        }
        let start = cursor.at;
        let Some(first) = cursor.rest().chars().next() else {
            return Token {
                kind: Kind::End,
                text: "",
                start,
                span: place,
            };
        };
        let (kind, bytes) = measure(cursor.rest(), first);
        let text = &cursor.rest()[..bytes];
        for _ in text.chars() {
            cursor.bump();
        }
        let token = Token {
            kind,
            text,
            start,
            span: Span {
                length: cursor.column - place.column,
                ..place
            },
        };
        self.last = Some(token);
        token
    }
}

/// Kind and length in bytes of the token that `rest` begins with.
fn measure(rest: &str, first: char) -> (Kind, usize) {
    let run = |from: usize, part: fn(char) -> bool| {
        rest[from..]
            .find(|c| !part(c))
            .map_or(rest.len(), |length| from + length)
    };
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let in_number = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let negative = first == '-' && rest[1..].starts_with(|c: char| c.is_ascii_digit());
    if first.is_ascii_alphabetic() || first == '_' {
        (Kind::Word, run(1, in_word))
    } else if first.is_ascii_digit() || negative {
        (Kind::Number, run(1, in_number))
    } else if PAIRS.iter().any(|pair| rest.starts_with(pair)) {
        (Kind::Symbol, 2)
    } else {
        (Kind::Symbol, first.len_utf8())
    }
}

/// Where reading stands.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    column: u32,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// One character on.
    fn bump(&mut self) {
        if let Some(c) = self.rest().chars().next() {
            self.at += c.len_utf8();
            if c == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
    }

    /// Over blanks and comments; the place of a comment that never ends.
    fn skip_blanks(&mut self) -> Option<Span> {
        loop {
            let rest = self.rest();
            if rest.starts_with("//") {
                while !self.rest().is_empty() && !self.rest().starts_with('\n') {
                    self.bump();
                }
            } else if rest.starts_with("/*") {
                let span = Span {
                    line: self.line,
                    column: self.column,
                    length: 2,
                };
                // Both characters first: `/*/` does not close itself.
                self.bump();
                self.bump();
                while !self.rest().starts_with("*/") {
                    if self.rest().is_empty() {
                        return Some(span);
                    }
                    self.bump();
                }
                self.bump();
                self.bump();
            } else if rest.starts_with(char::is_whitespace) {
                self.bump();
            } else {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;

    /// `text@line:column`, a line end as `~`.
    fn listed(text: &str) -> String {
        let mut list = String::new();
        for token in lex(text) {
            let shown = if token.kind == Kind::Newline {
                "~"
            } else {
                token.text
            };
            list.push_str(&format!(
                "{shown}@{}:{} ",
                token.span.line, token.span.column
            ));
        }
        list
    }

    #[test]
    fn tokens_and_places() {
        assert_eq!(
            listed("p=kmalloc(0xd0 , -5);// x\n\n  i++"),
            "p@1:1 =@1:2 kmalloc@1:3 (@1:10 0xd0@1:11 ,@1:16 -5@1:18 )@1:20 ;@1:21 ~@1:22 \
             i@3:3 ++@3:4 @3:6 "
        );
        assert_eq!(
            listed("dma=1M 2.6.10"),
            "dma@1:1 =@1:4 1M@1:5 2.6.10@1:8 @1:14 "
        );
    }

    #[test]
    fn columns_count_characters_and_a_comment_may_span_lines() {
        assert_eq!(
            listed("/* 内存\n 伙伴 */ p；q\r\n"),
            "p@2:8 ；@2:9 q@2:10 ~@2:11 @3:1 "
        );
        assert_eq!(listed("\u{feff}p"), "p@1:1 @1:2 ");
    }

    #[test]
    fn a_comment_without_end_is_told() {
        let open = |text| {
            let mut lexer = Lexer::new(text);
            while lexer.next().kind != Kind::End {}
            lexer.open_comment
        };
        assert_eq!(
            open("p /*/ q"),
            Some(Span {
                line: 1,
                column: 3,
                length: 2
            })
        );
        assert_eq!(open("p /**/ q"), None);
    }
}
