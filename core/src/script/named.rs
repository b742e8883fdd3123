//! A scenario that a link brought, as the text that it was made from has it: a link carries neither names nor comments.
//!
//! The text is known (an exercise's start); the scenario is that text with calls added, changed or taken away. What is
//! still there keeps its words, its comments and its layout; what is new gets names that the text does not use.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::mem::discriminant;
use core::ops::Range;

use super::ast::{Index, Place, Pointer, Scenario, Stmt, StmtKind};
use super::edit::with_machine;
use super::lex::{Kind, Token, lex};
use super::link::encode;
use super::parse::parse;
use super::print::{indent, one};
use crate::names::Names;

/// Pairs of statements that are compared at most: a text of a person's, and what came of it.
const MAX_PAIRS: usize = 1 << 17;

/// The scenario as a text that goes on from `start`: the same scenario to the bit, as a link sees it. None where that
/// cannot be, or where it has nothing of the start.
pub fn named(start: &str, scenario: &Scenario) -> Option<String> {
    let parsed = parse(start);
    if !parsed.errors.is_empty() {
        return None;
    }
    let old = parsed.scenario;
    let mut names = Known::default();
    let kept = match_up(&old.body, &scenario.body, &mut names)?;
    if kept == 0 && !old.body.is_empty() {
        return None;
    }
    let renamed = names.rename(&old, scenario);
    let source = Source::of(start);
    let text = source.with_body(&old.body, &renamed.body)?;
    let text = match old.machine == scenario.machine {
        true => text,
        false => with_machine(&text, &scenario.machine),
    };
    let back = parse(&text);
    let same = back.errors.is_empty() && encode(&back.scenario, 0) == encode(scenario, 0);
    same.then_some(text)
}

// ── names ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/// What a name is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Pointer,
    Counter,
    Lock,
}

/// Every name in a statement, in a fixed order.
fn each_name(statement: &mut Stmt, told: &mut impl FnMut(Sort, &mut String)) {
    match &mut statement.kind {
        StmtKind::Call(call) => {
            if let Some(to) = call.target_mut() {
                place_names(to, told);
            }
            if let Some(Pointer::Place(place)) = call.pointer_mut() {
                place_names(place, told);
            }
            if let Some(lock) = call.lock_mut() {
                told(Sort::Lock, lock);
            }
        }
        StmtKind::For { var, body, .. } => {
            told(Sort::Counter, var);
            each_name_in(body, told);
        }
        StmtKind::If {
            place,
            body,
            otherwise,
            ..
        } => {
            place_names(place, told);
            each_name_in(body, told);
            each_name_in(otherwise, told);
        }
        StmtKind::Within { body, .. } => each_name_in(body, told),
    }
}

fn each_name_in(body: &mut [Stmt], told: &mut impl FnMut(Sort, &mut String)) {
    for statement in body {
        each_name(statement, told);
    }
}

fn place_names(place: &mut Place, told: &mut impl FnMut(Sort, &mut String)) {
    told(Sort::Pointer, &mut place.name);
    if let Some(Index::Var(counter)) = &mut place.index {
        told(Sort::Counter, counter);
    }
}

fn names_in(statement: &Stmt) -> Vec<String> {
    let mut names = Vec::new();
    each_name(&mut statement.clone(), &mut |_, name| {
        names.push(name.clone());
    });
    names
}

/// What a name of the scenario is called in the text.
#[derive(Default)]
struct Known(Names<String>);

impl Known {
    /// Whether one name can be another's, with all that is known.
    fn agrees(&self, new: &str, old: &str) -> bool {
        match self.0.get(new) {
            Some(known) => known == old,
            None => self.0.things().iter().all(|taken| taken != old),
        }
    }

    /// One name is another's, if it can be.
    fn call(&mut self, new: &str, old: &str) {
        if self.agrees(new, old) {
            *self.0.of(new, String::new) = old.into();
        }
    }

    /// The names of one statement are those of another: all of them, or none.
    fn take(&mut self, old: &Stmt, new: &Stmt) {
        let pairs: Vec<(String, String)> = names_in(new).into_iter().zip(names_in(old)).collect();
        let mut more = Known(self.0.clone());
        for (new, old) in pairs {
            if !more.agrees(&new, &old) {
                return;
            }
            *more.0.of(&new, String::new) = old;
        }
        *self = more;
    }

    /// The scenario in the text's names; what the text does not know gets one that it does not use.
    fn rename(mut self, old: &Scenario, scenario: &Scenario) -> Scenario {
        let mut used = Names::default();
        for name in old.body.iter().flat_map(names_in) {
            used.add(&name);
        }
        for name in self.0.things() {
            used.add(name);
        }
        let mut renamed = scenario.clone();
        each_name_in(&mut renamed.body, &mut |sort, name| {
            let known = self.0.of(name, || {
                let fresh = fresh(sort, &used);
                used.add(&fresh);
                fresh
            });
            name.clone_from(known);
        });
        renamed
    }
}

/// The first name of a sort that is not in use, as the page's buttons would choose it.
fn fresh(sort: Sort, used: &Names<()>) -> String {
    let (letters, many): (&[&str], &str) = match sort {
        Sort::Pointer => (&["p", "q", "r", "s", "t"], "p"),
        Sort::Counter => (&["i", "j", "k", "l", "m", "n"], "i"),
        Sort::Lock => (&["lock"], "lock"),
    };
    let letters = letters.iter().map(|letter| letter.to_string());
    let numbered = (1u32..).map(|number| format!("{many}{number}"));
    let mut names = letters.chain(numbered);
    names
        .find(|name| !used.knows(name))
        .expect("fewer names are used than numbers exist")
}

// ── what is still there ───────────────────────────────────────────────────────────────────────────────────────────

/// Places of equal ones in two lists, in order: as many as there can be, each as early as it can be.
fn in_common(old: &[String], new: &[String]) -> Option<Vec<(usize, usize)>> {
    let width = new.len() + 1;
    if (old.len() + 1).checked_mul(width)? > MAX_PAIRS {
        return None;
    }
    // most[i][j]: how many old[i..] and new[j..] have in common.
    let mut most = vec![0u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            most[i * width + j] = match old[i] == new[j] {
                true => most[(i + 1) * width + j + 1] + 1,
                false => most[(i + 1) * width + j].max(most[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if most[i * width + j] == most[i * width + j + 1] {
            j += 1;
        } else {
            i += 1;
        }
    }
    Some(pairs)
}

/// What stands between two neighbouring pairs, with the pair behind it.
type Gap = (Range<usize>, Range<usize>, Option<(usize, usize)>);

/// The lists cut at their pairs.
fn gaps(pairs: &[(usize, usize)], old: usize, new: usize) -> Vec<Gap> {
    let (mut i, mut j, mut gaps) = (0, 0, Vec::new());
    for &(to_i, to_j) in pairs {
        gaps.push((i..to_i, j..to_j, Some((to_i, to_j))));
        (i, j) = (to_i + 1, to_j + 1);
    }
    gaps.push((i..old, j..new, None));
    gaps
}

/// A statement as it would be with one name for everything.
fn shape(statement: &Stmt) -> String {
    let mut bare = statement.clone();
    each_name(&mut bare, &mut |_, name| *name = "x".into());
    printed(&bare, 0)
}

fn printed(statement: &Stmt, depth: usize) -> String {
    let mut text = String::new();
    one(&mut text, depth, &statement.kind);
    text
}

/// Finds which names are which: first of what is the same but for its names, then of what stands in a changed one's place.
/// Answers how many statements are still there, changed ones among them.
fn match_up(old: &[Stmt], new: &[Stmt], names: &mut Known) -> Option<usize> {
    let shapes = |body: &[Stmt]| body.iter().map(shape).collect::<Vec<_>>();
    let pairs = in_common(&shapes(old), &shapes(new))?;
    let mut kept = pairs.len();
    for &(i, j) in &pairs {
        names.take(&old[i], &new[j]);
    }
    for (olds, news, _) in gaps(&pairs, old.len(), new.len()) {
        for (i, j) in olds.zip(news) {
            match (&old[i].kind, &new[j].kind) {
                (
                    StmtKind::For { var, body, .. },
                    StmtKind::For {
                        var: other,
                        body: changed,
                        ..
                    },
                ) => {
                    names.call(other, var);
                    kept += match_up(body, changed, names)?;
                }
                (
                    StmtKind::Within { who, body },
                    StmtKind::Within {
                        who: other,
                        body: changed,
                    },
                ) if who == other => kept += match_up(body, changed, names)?,
                _ if is_changed(&old[i], &new[j]) => {
                    names.take(&old[i], &new[j]);
                    kept += 1;
                }
                _ => {}
            }
        }
    }
    Some(kept)
}

/// Whether one call can be the other with other numbers or flags.
fn is_changed(old: &Stmt, new: &Stmt) -> bool {
    match (&old.kind, &new.kind) {
        (StmtKind::Call(one), StmtKind::Call(other)) => {
            discriminant(one) == discriminant(other) && names_in(old).len() == names_in(new).len()
        }
        _ => false,
    }
}

/// A block that can be gone through: what stands before its body, and the body.
fn bodies(statement: &Stmt) -> Option<(String, &[Stmt])> {
    match &statement.kind {
        StmtKind::For { var, count, body } => Some((format!("for {var} {count}"), body)),
        StmtKind::Within { who, body } => Some((who.keyword().into(), body)),
        _ => None,
    }
}

// ── the text ──────────────────────────────────────────────────────────────────────────────────────────────────────

/// The text that the scenario goes on from.
struct Source<'t> {
    text: &'t str,
    /// Without line ends.
    tokens: Vec<Token<'t>>,
}

impl<'t> Source<'t> {
    fn of(text: &'t str) -> Source<'t> {
        let mut tokens = lex(text);
        tokens.retain(|token| !matches!(token.kind, Kind::Newline | Kind::End));
        Source { text, tokens }
    }

    /// Where statements of it stand, in bytes.
    fn places(&self, body: &[Stmt]) -> Option<Vec<Range<usize>>> {
        let places = body.iter().map(|statement| {
            let begins = |token: &Token<'_>| {
                (token.span.line, token.span.column) == (statement.span.line, statement.span.column)
            };
            let first = self.tokens.iter().position(begins)?;
            let last = self.last_of(first)?;
            Some(self.tokens[first].start..self.tokens[last].end())
        });
        places.collect()
    }

    /// The last token of the statement that begins at a token.
    fn last_of(&self, first: usize) -> Option<usize> {
        match self.tokens.get(first)?.text {
            "{" => self.closing(first),
            word @ ("for" | "if") => {
                let last = self.last_of(self.closing(first + 1)? + 1)?;
                match self.tokens.get(last + 1) {
                    Some(token) if word == "if" && token.text == "else" => self.last_of(last + 2),
                    _ => Some(last),
                }
            }
            _ if self.tokens.get(first + 1)?.text == "{" => self.closing(first + 1),
            _ => {
                let rest = &self.tokens[first..];
                Some(first + rest.iter().position(|token| token.text == ";")?)
            }
        }
    }

    /// The bracket that closes the one at a token.
    fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0usize;
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            match token.text {
                "(" | "{" => depth += 1,
                ")" | "}" if depth <= 1 => return Some(at),
                ")" | "}" => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// The text with other statements: what is still there as it stands.
    fn with_body(&self, old: &[Stmt], new: &[Stmt]) -> Option<String> {
        let places = self.places(old)?;
        let mut text = String::new();
        let end = match (places.first(), places.last()) {
            (Some(first), Some(last)) => {
                text.push_str(&self.text[..first.start]);
                last.end
            }
            _ => 0,
        };
        let more = self.merge(&mut text, 0, old, new)?;
        text.push_str(&self.text[end..]);
        for statement in more {
            line(&mut text, 0, statement);
        }
        Some(text)
    }

    /// Writes statements from the place of the first old one to the end of the last. Answers what comes behind all of them.
    fn merge<'s>(
        &self,
        text: &mut String,
        depth: usize,
        old: &[Stmt],
        new: &'s [Stmt],
    ) -> Option<&'s [Stmt]> {
        let places = self.places(old)?;
        let print = |body: &[Stmt]| body.iter().map(|one| printed(one, 0)).collect::<Vec<_>>();
        let pairs = in_common(&print(old), &print(new))?;
        for (olds, news, next) in gaps(&pairs, old.len(), new.len()) {
            let changed = olds.len().min(news.len());
            for (i, j) in olds.clone().zip(news.clone()) {
                text.push_str(self.before(&places, i));
                self.changed(text, depth, &old[i], &places[i], &new[j])?;
            }
            for i in olds.start + changed..olds.end {
                // The statement is gone, what was said about it is not.
                let said = self.before(&places, i);
                if said.contains("//") || said.contains("/*") {
                    text.push_str(said);
                }
            }
            let more = &new[news.start + changed..news.end];
            let Some((i, _)) = next else {
                return Some(more);
            };
            let said = self.before(&places, i);
            // What stands at the end of the line belongs to the line.
            let (behind, ahead) = said.split_at(said.find('\n').map_or(0, |at| at + 1));
            text.push_str(behind);
            for statement in more {
                if i == 0 {
                    one(text, depth, &statement.kind);
                    text.push('\n');
                    indent(text, depth);
                } else {
                    line(text, depth, statement);
                }
            }
            text.push_str(ahead);
            text.push_str(&self.text[places[i].clone()]);
        }
        Some(&[])
    }

    /// What stands between a statement and the one before it.
    fn before(&self, places: &[Range<usize>], at: usize) -> &'t str {
        match at.checked_sub(1) {
            Some(before) => &self.text[places[before].end..places[at].start],
            None => "",
        }
    }

    /// A statement in place of another; of a block, only what is changed in it.
    fn changed(
        &self,
        text: &mut String,
        depth: usize,
        old: &Stmt,
        place: &Range<usize>,
        new: &Stmt,
    ) -> Option<()> {
        let inside = match (bodies(old), bodies(new)) {
            (Some((head, old)), Some((other, new))) if head == other => self
                .places(old)?
                .first()
                .cloned()
                .zip(self.places(old)?.last().cloned())
                .map(|(first, last)| (old, new, first.start, last.end)),
            _ => None,
        };
        let Some((old, new, first, last)) = inside else {
            one(text, depth, &new.kind);
            return Some(());
        };
        text.push_str(&self.text[place.start..first]);
        for statement in self.merge(text, depth + 1, old, new)? {
            text.push('\n');
            indent(text, depth + 1);
            one(text, depth + 1, &statement.kind);
        }
        text.push_str(&self.text[last..place.end]);
        Some(())
    }
}

/// A statement in a line of its own.
fn line(text: &mut String, depth: usize, statement: &Stmt) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    indent(text, depth);
    one(text, depth, &statement.kind);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::link::decode;

    const START: &str = "kernel 2.6.10\nmachine dma=1M normal=4M highmem=1M reserve=none l1=32\n\
                         // A driver was here.\n\
                         buf = __get_free_pages(GFP_KERNEL, 0); // one page\n\
                         for (n = 0; n < 27; n++) list[n] = kmalloc(128, GFP_KERNEL);\n\
                         \n\
                         irq { c = kmalloc(100, GFP_ATOMIC); }\n\
                         spin_lock(&journal);\n\
                         timer {\n    // In here.\n    kfree(c);\n    kfree(buf);\n}\n\
                         // The end.\n";

    /// What a reader sees of a text that was sent as a link.
    fn sent(text: &str) -> Option<String> {
        let parsed = parse(text);
        assert_eq!(parsed.errors, [], "{text}");
        named(
            START,
            &decode(&encode(&parsed.scenario, 0))
                .expect("whole")
                .scenario,
        )
    }

    #[test]
    fn what_goes_on_from_the_start_comes_back_as_it_was() {
        assert_eq!(sent(START).as_deref(), Some(START));
        let edits = [
            (
                "// The end.\n",
                "// The end.\np = kmalloc(100, GFP_KERNEL);\n",
            ),
            (
                "// The end.\n",
                "// The end.\np = kmalloc(128, GFP_KERNEL);\nkfree(list[3]);\nq = p;\n",
            ),
            (
                "spin_lock(&journal);\n",
                "spin_lock(&journal);\nspin_lock(&lock);\n",
            ),
            ("\n\nirq {", "\np = kmalloc(100, GFP_ATOMIC);\n\nirq {"),
            ("c = kmalloc(100", "c = kmalloc(200"),
            ("c); }", "c); kfree(list[0]); }"),
            ("    kfree(c);\n", "    kfree(list[5]);\n"),
            (
                "    kfree(buf);\n",
                "    kfree(buf);\n    kfree(list[1]);\n",
            ),
            ("normal=4M", "normal=1M"),
            ("n < 27", "n < 9"),
        ];
        for (from, to) in edits {
            let text = START.replacen(from, to, 1);
            assert_eq!(sent(&text).as_deref(), Some(&*text), "{to}");
        }
    }

    #[test]
    fn what_was_taken_away_leaves_the_rest_as_it_was() {
        let text = START.replace("spin_lock(&journal);\n", "");
        let back = sent(&text).expect("it goes on from the start");
        assert_eq!(back, text);
        let text = START.replace("irq { c = kmalloc(100, GFP_ATOMIC); }\n", "");
        let back = sent(&text).expect("it goes on from the start");
        assert!(back.contains("// In here.\n    kfree("), "{back}");
        assert!(back.contains("kfree(buf);"), "{back}");
    }

    #[test]
    fn another_scenario_is_left_alone() {
        assert_eq!(sent("schedule();"), None);
        assert_eq!(sent(""), None);
        assert_eq!(named("p = kmaloc(", &Scenario::default()), None);
        // Whatever it has of the start: it is the same scenario.
        for text in [
            "r = kmalloc(100, GFP_ATOMIC); kfree(r);",
            "irq { r = kmalloc(7, GFP_ATOMIC); }",
        ] {
            if let Some(back) = sent(text) {
                assert_eq!(
                    encode(&parse(&back).scenario, 0),
                    encode(&parse(text).scenario, 0)
                );
            }
        }
    }
}
