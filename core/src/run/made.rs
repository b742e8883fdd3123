//! The calls of a text in their order, and which of them a run has made, how often, and with what trouble: gathered a piece
//! at a time. Decides nothing about them.

use alloc::vec::Vec;

use super::Run;
use super::remedy::{Trouble, trouble};
use crate::script::ast::{Call, Scenario, Span, Stmt, StmtKind};

/// A call as it stands in the text.
pub(super) struct Site<'s> {
    pub(super) span: Span,
    pub(super) call: &'s Call,
    /// The blocks around it from the outside in, each with the place of the statement that leads here.
    pub(super) path: Vec<(&'s [Stmt], usize)>,
}

/// Every call of a text, in its order.
pub(super) fn sites(scenario: &Scenario) -> Vec<Site<'_>> {
    let mut found = Vec::new();
    collect(&scenario.body, &mut Vec::new(), &mut found);
    found
}

fn collect<'s>(body: &'s [Stmt], path: &mut Vec<(&'s [Stmt], usize)>, found: &mut Vec<Site<'s>>) {
    for (at, statement) in body.iter().enumerate() {
        path.push((body, at));
        match &statement.kind {
            StmtKind::Call(call) => found.push(Site {
                span: statement.span,
                call,
                path: path.clone(),
            }),
            StmtKind::For { body, .. } | StmtKind::Within { body, .. } => {
                collect(body, path, found);
            }
            StmtKind::If {
                body, otherwise, ..
            } => {
                collect(body, path, found);
                collect(otherwise, path, found);
            }
        }
        path.pop();
    }
}

/// How many calls stand in front of a place: the number of the next one.
pub(super) fn number_at(sites: &[Site<'_>], place: Span) -> usize {
    let order = |span: Span| (span.line, span.column);
    sites.partition_point(|site| order(site.span) < order(place))
}

/// The statement in front of which a release can stand: in a loop it would be made in every turn.
pub(super) fn release_point(site: &Site<'_>) -> Option<Span> {
    let mut path = site.path.iter().map(|&(block, at)| &block[at]);
    let found = path.find(|statement| !matches!(statement.kind, StmtKind::Within { .. }));
    found.map(|statement| statement.span)
}

/// Every call that was made, by its statement and its turn there.
pub(super) struct Made {
    /// Where each statement stands, line and column, in order.
    places: Vec<(u32, u32)>,
    /// For each statement, the calls that it made, turn by turn.
    turns: Vec<Vec<usize>>,
    /// For each call its statement, its turn there, and what was wrong with it.
    calls: Vec<(usize, usize, Option<Trouble>)>,
}

impl Made {
    /// Of this text; nothing is gathered yet.
    pub(super) fn begin(scenario: &Scenario) -> Made {
        let sites = sites(scenario);
        let places = sites.iter().map(|site| (site.span.line, site.span.column));
        Made {
            turns: alloc::vec![Vec::new(); sites.len()],
            places: places.collect(),
            calls: Vec::new(),
        }
    }

    /// Looks at so many calls and events more of one and the same run of the text. True once there is none left.
    pub(super) fn go_on(&mut self, run: &Run, work: usize) -> bool {
        let mut done = 0;
        for record in &run.calls()[self.calls.len()..] {
            if done >= work {
                return false;
            }
            done = done.saturating_add(1 + record.end - record.first);
            let call = self.calls.len();
            let place = (record.span.line, record.span.column);
            let number = self.places.binary_search(&place);
            let number = number.expect("a run makes the calls of its text");
            self.calls
                .push((number, self.turns[number].len(), trouble(run, call)));
            self.turns[number].push(call);
        }
        true
    }

    /// How many calls were made.
    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    /// A call's statement, and its turn there.
    pub(super) fn key(&self, call: usize) -> (usize, usize) {
        let (number, turn, _) = self.calls[call];
        (number, turn)
    }

    /// What was wrong with a call.
    pub(super) fn trouble(&self, call: usize) -> Option<Trouble> {
        self.calls[call].2
    }

    /// The call that a statement, if there is one, made in a turn.
    pub(super) fn at(&self, number: Option<usize>, turn: usize) -> Option<usize> {
        self.turns.get(number?)?.get(turn).copied()
    }
}
