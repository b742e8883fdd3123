//! A scenario's statements laid out in one piece, so that a run can stop between any two of them and go on later: a place in
//! the text is a number, and nothing borrows the text.
//!
//! It also knows how many statements a text makes of itself, turns of loops included. It runs nothing.

use alloc::string::String;
use alloc::vec::Vec;

use crate::script::ast::{Call, Place, Span, Stmt, StmtKind, Who};

/// The statements of a text. Those of one body lie side by side.
pub(super) struct Program {
    lines: Vec<Line>,
    /// The text itself.
    pub(super) body: Body,
}

/// The statements from one number to before another.
#[derive(Clone, Copy)]
pub(super) struct Body {
    pub(super) next: usize,
    pub(super) end: usize,
}

/// One statement.
pub(super) struct Line {
    pub(super) what: What,
    pub(super) span: Span,
    /// Statements that it makes of itself: it, and those inside of it turn by turn. Of two branches, the longer one.
    pub(super) weight: u64,
}

/// What a statement says.
pub(super) enum What {
    Call(Call),
    For {
        var: String,
        count: u32,
        body: Body,
    },
    If {
        place: Place,
        negated: bool,
        body: Body,
        otherwise: Body,
    },
    Within {
        who: Who,
        body: Body,
    },
}

impl Program {
    /// Of a text.
    pub(super) fn new(body: &[Stmt]) -> Program {
        let mut program = Program {
            lines: Vec::new(),
            body: Body { next: 0, end: 0 },
        };
        program.body = program.add(body);
        program
    }

    /// The statement of this number.
    pub(super) fn line(&self, at: usize) -> &Line {
        &self.lines[at]
    }

    /// Statements that a body makes of itself.
    pub(super) fn weight(&self, body: Body) -> u64 {
        let lines = &self.lines[body.next..body.end];
        lines
            .iter()
            .fold(0, |sum, line| sum.saturating_add(line.weight))
    }

    /// Lays a body out; what is inside of its statements lies before it.
    fn add(&mut self, body: &[Stmt]) -> Body {
        let lines: Vec<Line> = body.iter().map(|statement| self.laid(statement)).collect();
        let next = self.lines.len();
        self.lines.extend(lines);
        let end = self.lines.len();
        Body { next, end }
    }

    fn laid(&mut self, statement: &Stmt) -> Line {
        let (what, inside) = match &statement.kind {
            StmtKind::Call(call) => (What::Call(call.clone()), 0),
            StmtKind::For { var, count, body } => {
                let body = self.add(body);
                let turn = self.weight(body).saturating_add(1);
                let (var, count) = (var.clone(), *count);
                let inside = turn.saturating_mul(count.into());
                (What::For { var, count, body }, inside)
            }
            StmtKind::If {
                place,
                negated,
                body,
                otherwise,
            } => {
                let (body, otherwise) = (self.add(body), self.add(otherwise));
                let inside = self.weight(body).max(self.weight(otherwise));
                let what = What::If {
                    place: place.clone(),
                    negated: *negated,
                    body,
                    otherwise,
                };
                (what, inside)
            }
            StmtKind::Within { who, body } => {
                let body = self.add(body);
                // What others do has its own time.
                let inside = match who {
                    Who::Meanwhile | Who::Writepage => 0,
                    _ => self.weight(body),
                };
                (What::Within { who: *who, body }, inside)
            }
        };
        Line {
            what,
            span: statement.span,
            weight: inside.saturating_add(1),
        }
    }
}
