//! "What one change would make it succeed?" as the session holds it: a search that belongs to one run, and is tried a
//! change at a time. What to try and what counts as success is decided in the core.

use std::rc::Rc;

use kmalloc_core::run::remedy::{Search, Tried, trouble};

use crate::view::SharedRun;

/// A search under way, or at its end.
#[derive(Clone)]
pub struct Remedies {
    run: SharedRun,
    search: Rc<Search>,
}

impl PartialEq for Remedies {
    fn eq(&self, other: &Remedies) -> bool {
        self.run == other.run && Rc::ptr_eq(&self.search, &other.search)
    }
}

impl Remedies {
    /// Begins for a call of this run of this text.
    pub fn begin(text: &str, run: &SharedRun, call: usize) -> Option<Remedies> {
        let search = Rc::new(Search::new(text, &run.borrow(), call)?);
        Some(Remedies {
            run: run.clone(),
            search,
        })
    }

    /// Tries one more change.
    pub fn step(&mut self) {
        Rc::make_mut(&mut self.search).step();
    }

    /// The search so far.
    pub fn search(&self) -> &Search {
        &self.search
    }

    /// Whether it is about this run.
    pub fn is_of(&self, run: &SharedRun) -> bool {
        self.run == *run
    }

    /// The changes that work, each with its number among those tried.
    pub fn working(&self) -> impl Iterator<Item = (usize, &Tried)> {
        let tried = self.search.tried().iter().enumerate();
        tried.filter(|(_, tried)| tried.effects().is_some())
    }

    /// Those that do not.
    pub fn in_vain(&self) -> impl Iterator<Item = &Tried> {
        let tried = self.search.tried().iter();
        tried.filter(|tried| tried.effects().is_none())
    }
}

/// The call at the cursor, if it has ended badly.
pub fn failed_call(run: &SharedRun, cursor: usize) -> Option<usize> {
    let run = run.borrow();
    let call = run.call_at(cursor)?;
    trouble(&run, call).map(|_| call)
}
