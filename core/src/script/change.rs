//! One change of one statement in a text: another call in its place, a call in front of it, or the statement moved ahead.
//! What the change does not concern keeps the author's form. Nothing here runs a call or judges one.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use super::ast::{Call, Span};
use super::lex::{Kind, Token, lex};
use super::print::print_call;

/// A statement of a call as it stands in a text, in bytes.
struct Statement {
    /// From its first word to its `;`.
    whole: Range<usize>,
    /// The function's name.
    name: Range<usize>,
    /// What stands between its brackets, without the commas.
    arguments: Vec<Range<usize>>,
    /// Its closing bracket.
    close: usize,
}

impl Statement {
    fn at(tokens: &[Token<'_>], span: Span) -> Option<Statement> {
        let tokens = &tokens[place(tokens, span)?..];
        let end = tokens.iter().position(|token| token.text == ";")?;
        let words = &tokens[..end];
        let open = words.iter().position(|token| token.text == "(")?;
        let name = words[..open].last()?;
        let close = words.iter().rposition(|token| token.text == ")")?;
        let inside = words.get(open + 1..close)?;
        let range = |tokens: &[Token<'_>]| Some(tokens.first()?.start..tokens.last()?.end());
        Some(Statement {
            whole: words[0].start..tokens[end].end(),
            name: name.start..name.end(),
            arguments: inside
                .split(|token| token.text == ",")
                .filter_map(range)
                .collect(),
            close: words[close].end(),
        })
    }
}

/// The token that begins at a place.
fn place(tokens: &[Token<'_>], span: Span) -> Option<usize> {
    let here = |token: &Token<'_>| {
        (token.span.line, token.span.column) == (span.line, span.column)
            && !matches!(token.kind, Kind::Newline | Kind::End)
    };
    tokens.iter().position(here)
}

/// The text with the call at `span` as another one. Only the arguments that differ are written anew.
pub fn with_call(text: &str, span: Span, old: &Call, new: &Call) -> Option<String> {
    let statement = Statement::at(&lex(text), span)?;
    let [old_line, new_line] = [old, new].map(|call| format!("{};", print_call(call)));
    let start = Span {
        line: 1,
        column: 1,
        length: 0,
    };
    let before = Statement::at(&lex(&old_line), start)?;
    let after = Statement::at(&lex(&new_line), start)?;
    let mut edited = text.to_string();
    if after.arguments.len() == statement.arguments.len()
        && before.arguments.len() == statement.arguments.len()
    {
        let arguments = before.arguments.iter().zip(&after.arguments);
        // From the back, so that the places further ahead stay true.
        for (there, (before, after)) in statement.arguments.iter().zip(arguments).rev() {
            if old_line[before.clone()] != new_line[after.clone()] {
                edited.replace_range(there.clone(), &new_line[after.clone()]);
            }
        }
    } else {
        edited.replace_range(
            statement.name.end..statement.close,
            &new_line[after.name.end..after.close],
        );
    }
    let gains_name = old.target().is_none() && new.target().is_some();
    let head = if gains_name { 0 } else { after.name.start };
    edited.replace_range(statement.name, &new_line[head..after.name.end]);
    Some(edited)
}

/// The text with one more call in front of the statement at `span`: on a line of its own when the statement begins its
/// line. None when the statement is all that a `for`, `if` or `else` without braces has: the call would take its place.
pub fn with_call_before(text: &str, span: Span, call: &Call) -> Option<String> {
    insert(text, span, &format!("{};", print_call(call)))
}

/// The text with the statement of a call moved in front of the one at `ahead`.
pub fn moved_before(text: &str, span: Span, ahead: Span) -> Option<String> {
    let tokens = lex(text);
    if is_only_body(&tokens, place(&tokens, span)?) {
        return None;
    }
    let whole = Statement::at(&tokens, span)?.whole;
    let statement = text[whole.clone()].to_string();
    let mut left = text.to_string();
    left.replace_range(without_its_line(text, whole), "");
    insert(&left, ahead, &statement)
}

/// The text without the statement at `span`.
pub fn without(text: &str, span: Span) -> Option<String> {
    let tokens = lex(text);
    if is_only_body(&tokens, place(&tokens, span)?) {
        return None;
    }
    let whole = Statement::at(&tokens, span)?.whole;
    let mut left = text.to_string();
    left.replace_range(without_its_line(text, whole), "");
    Some(left)
}

fn insert(text: &str, span: Span, statement: &str) -> Option<String> {
    let tokens = lex(text);
    let at = place(&tokens, span)?;
    if is_only_body(&tokens, at) {
        return None;
    }
    let start = tokens[at].start;
    let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let indent = text[line..start].trim_start_matches('\u{feff}');
    let between = if indent.trim().is_empty() {
        format!("\n{indent}")
    } else {
        " ".into()
    };
    let mut edited = text.to_string();
    edited.insert_str(start, &format!("{statement}{between}"));
    Some(edited)
}

/// Whether the statement at this token is the body of a `for`, an `if` or an `else` that has no braces.
fn is_only_body(tokens: &[Token<'_>], at: usize) -> bool {
    let before = tokens[..at]
        .iter()
        .rev()
        .find(|token| token.kind != Kind::Newline);
    before.is_some_and(|before| [")", "else"].contains(&before.text))
}

/// A statement's bytes with the blanks that it leaves behind; all of its line when nothing else stands there.
fn without_its_line(text: &str, whole: Range<usize>) -> Range<usize> {
    let line = text[..whole.start].rfind('\n').map_or(0, |end| end + 1);
    let rest = text[whole.end..].find('\n');
    let end = rest.map_or(text.len(), |end| whole.end + end + 1);
    let alone = text[line..whole.start].trim().is_empty() && text[whole.end..end].trim().is_empty();
    if alone {
        return line..end;
    }
    let blanks = text[whole.end..].bytes().take_while(|byte| *byte == b' ');
    whole.start..whole.end + blanks.count()
}

/// Where two lines differ: the bytes of each between what they begin and what they end with alike, by whole words.
pub fn difference(one: &str, other: &str) -> [Range<usize>; 2] {
    let words = [one, other].map(lex);
    let [ones, others] = &words;
    let same = |pair: &(&Token<'_>, &Token<'_>)| pair.0.text == pair.1.text;
    let head = ones.iter().zip(others).take_while(same).count();
    let left = ones.len().min(others.len()) - head;
    let ends = ones.iter().rev().zip(others.iter().rev());
    let tail = ends.take(left).take_while(same).count();
    [ones, others].map(|tokens| {
        let inside = &tokens[head..tokens.len() - tail];
        match (inside.first(), inside.last()) {
            (Some(first), Some(last)) => first.start..last.end(),
            _ => {
                let start = tokens.get(head).map_or(0, |token| token.start);
                start..start
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gfp::Gfp;
    use crate::script::ast::{Place, Pointer, Stmt, StmtKind};
    use crate::script::parse;

    fn calls(body: &[Stmt]) -> Vec<(Span, Call)> {
        let mut found = Vec::new();
        for statement in body {
            match &statement.kind {
                StmtKind::Call(call) => found.push((statement.span, call.clone())),
                StmtKind::For { body, .. } | StmtKind::Within { body, .. } => {
                    found.extend(calls(body));
                }
                StmtKind::If {
                    body, otherwise, ..
                } => {
                    found.extend(calls(body));
                    found.extend(calls(otherwise));
                }
            }
        }
        found
    }

    fn call(text: &str, number: usize) -> (Span, Call) {
        calls(&parse(text).scenario.body)[number].clone()
    }

    fn kmalloc(to: Option<&str>, size: u32, gfp: Gfp) -> Call {
        let to = to.map(|name| Place {
            name: name.into(),
            index: None,
        });
        Call::Kmalloc { to, size, gfp }
    }

    #[test]
    fn only_what_differs_is_written_anew() {
        let text = "// a\nchar *p =kmalloc( 0x64 , GFP_KERNEL|GFP_DMA ) ; // why\nkfree(p);\n";
        let (span, old) = call(text, 0);
        let new = kmalloc(Some("p"), 100, Gfp::ATOMIC);
        assert_eq!(
            with_call(text, span, &old, &new).as_deref(),
            Some("// a\nchar *p =kmalloc( 0x64 , GFP_ATOMIC ) ; // why\nkfree(p);\n")
        );
        let vmalloc = Call::Vmalloc {
            to: None,
            size: 100,
        };
        assert_eq!(
            with_call(text, span, &old, &vmalloc).as_deref(),
            Some("// a\nchar *p =vmalloc(100) ; // why\nkfree(p);\n")
        );
        let text = "kmalloc(9, 0);";
        let (span, old) = call(text, 0);
        let new = kmalloc(Some("p"), 9, Gfp::NONE);
        assert_eq!(
            with_call(text, span, &old, &new).as_deref(),
            Some("p = kmalloc(9, 0);")
        );
    }

    #[test]
    fn a_call_comes_in_front_where_it_changes_nothing_else() {
        let free = Call::Kfree(Pointer::Null);
        let before = |text: &str, number| with_call_before(text, call(text, number).0, &free);
        assert_eq!(
            before("irq {\n  schedule();\n}", 0).as_deref(),
            Some("irq {\n  kfree(NULL);\n  schedule();\n}")
        );
        assert_eq!(
            before("irq { schedule(); }", 0).as_deref(),
            Some("irq { kfree(NULL); schedule(); }")
        );
        assert_eq!(
            before("for (i = 0; i < 3; i++)\n  q[i] = kmalloc(1, 0);", 0),
            None
        );
    }

    #[test]
    fn a_statement_moves_with_its_line() {
        let moved = |text: &str| {
            let parsed = parse(text);
            let ahead = parsed.scenario.body[0].span;
            let all = calls(&parsed.scenario.body);
            let (span, _) = all.iter().find(|(_, call)| call.target().is_some())?;
            moved_before(text, *span, ahead)
        };
        assert_eq!(
            moved("irq { p = kmalloc(1, 0); kfree(p); }").as_deref(),
            Some("p = kmalloc(1, 0);\nirq { kfree(p); }")
        );
        assert_eq!(
            moved("spin_lock(&l);\np = kmalloc(1, 0);\nspin_unlock(&l);\n").as_deref(),
            Some("p = kmalloc(1, 0);\nspin_lock(&l);\nspin_unlock(&l);\n")
        );
        assert_eq!(
            moved("irq { for (i = 0; i < 3; i++) q[i] = kmalloc(1, 0); }"),
            None
        );
    }

    #[test]
    fn lines_differ_by_whole_words() {
        let differ = |one: &'static str, other: &'static str| {
            let [first, second] = difference(one, other);
            (&one[first], &other[second])
        };
        assert_eq!(
            differ("p = kmalloc(9, GFP_KERNEL)", "p = kmalloc(9, GFP_ATOMIC)"),
            ("GFP_KERNEL", "GFP_ATOMIC")
        );
        assert_eq!(
            differ("f(GFP_ATOMIC)", "f(GFP_ATOMIC | __GFP_REPEAT)"),
            ("", "| __GFP_REPEAT")
        );
        assert_eq!(differ("a(1)", "a(1)"), ("", ""));
        assert_eq!(differ("", "a(1)"), ("", "a(1)"));
    }
}
