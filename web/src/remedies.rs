//! "What one change would make it succeed?" as the session holds it: a search that belongs to one run, and is made a piece
//! at a time. What to try and what counts as success is decided in the core.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use kmalloc_core::run::remedy::{Search, Tried, trouble};

use crate::view::SharedRun;

/// A search under way, or at its end.
#[derive(Clone)]
pub struct Remedies {
    run: SharedRun,
    search: Rc<RefCell<Search>>,
    /// How many were tried when it was looked at last: the search itself is shared and goes on.
    tried: usize,
    done: bool,
}

impl PartialEq for Remedies {
    fn eq(&self, other: &Remedies) -> bool {
        Rc::ptr_eq(&self.search, &other.search)
            && self.tried == other.tried
            && self.done == other.done
    }
}

impl Remedies {
    /// Begins for a call of this run of this text.
    pub fn begin(text: &str, run: &SharedRun, call: usize) -> Option<Remedies> {
        let search = Search::begin(text, &run.borrow(), call)?;
        Some(Remedies {
            run: run.clone(),
            search: Rc::new(RefCell::new(search)),
            tried: 0,
            done: false,
        })
    }

    /// A piece of the search.
    pub fn go_on(&mut self, work: usize) {
        let mut search = self.search.borrow_mut();
        self.done = search.go_on(&self.run.borrow(), work);
        self.tried = search.tried().len();
    }

    /// There is something left to try.
    pub fn is_searching(&self) -> bool {
        !self.done
    }

    /// The search so far.
    pub fn search(&self) -> Ref<'_, Search> {
        self.search.borrow()
    }

    /// Whether it is about this run.
    pub fn is_of(&self, run: &SharedRun) -> bool {
        self.run == *run
    }
}

/// The changes that work, each with its number among those tried.
pub fn working(search: &Search) -> impl Iterator<Item = (usize, &Tried)> {
    let tried = search.tried().iter().enumerate();
    tried.filter(|(_, tried)| tried.effects().is_some())
}

/// Those that do not.
pub fn in_vain(search: &Search) -> impl Iterator<Item = &Tried> {
    let tried = search.tried().iter();
    tried.filter(|tried| tried.effects().is_none())
}

/// The call at the cursor, if it has ended badly.
pub fn failed_call(run: &SharedRun, cursor: usize) -> Option<usize> {
    let run = run.borrow();
    let call = run.call_at(cursor)?;
    trouble(&run, call).map(|_| call)
}
