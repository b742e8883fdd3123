//! The page as it opens for a first visitor, as far as it can be known before there is a browser: the first scenario, read
//! and run.
//!
//! The build of a hosted page calls [`prepare`] and keeps the memory that it leaves (`xtask/dist/src/prepare.rs`): a first
//! visit finds the run there and does not fetch the code that made it. Everywhere else it is made when the page opens, by
//! the same call. Nothing here may ask the browser.

use std::cell::RefCell;

use crate::lang::Lang;
use crate::lessons;
use crate::session::{Session, Work};

thread_local! {
    static FIRST: RefCell<Option<Session>> = const { RefCell::new(None) };
}

/// Makes it and keeps it. For the build alone: scripts of the page do not see it.
#[unsafe(no_mangle)]
pub extern "C" fn prepare() {
    let first = Session::standing(Work::first(Lang::En));
    FIRST.with_borrow_mut(|kept| *kept = Some(first));
}

/// What was prepared; it is given once, as a page opens once.
pub(crate) fn first(lang: Lang) -> Session {
    match FIRST.with_borrow_mut(Option::take) {
        Some(first) => first.reworded(lessons::first(lang)),
        None => Session::standing(Work::first(lang)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Boot;

    #[test]
    fn what_was_prepared_opens_as_what_is_made_then() {
        for lang in Lang::ALL {
            let boot = || Boot {
                lang,
                still: true,
                ..Boot::default()
            };
            let made = Session::opening(boot());
            prepare();
            let prepared = Session::opening(boot());
            assert!(FIRST.with_borrow(Option::is_none), "it is given once");
            for session in [&made, &prepared] {
                assert!(session.is_whole() && !session.can_undo() && session.player.still);
                assert_eq!(session.player.cursor, session.len());
                assert_eq!(session.text, session.ran);
            }
            assert_eq!(prepared.scenario, made.scenario);
            assert_eq!(prepared.link(), made.link());
            assert_eq!(prepared.work(), made.work());
            assert_eq!(prepared.next_name, made.next_name);
            assert_eq!(*prepared.held, *made.held);
            assert!(*prepared.view().machine == *made.view().machine);
            let told = |session: &Session| {
                let run = session.run.borrow();
                let events = (0..run.len()).map(|at| run.event(at)).collect::<Vec<_>>();
                (events, format!("{:?}", run.calls()))
            };
            assert_eq!(told(&prepared), told(&made));
        }
    }

    /// Whoever comes with work of their own does not get the first visitor's.
    #[test]
    fn work_is_not_replaced_by_what_was_prepared() {
        prepare();
        let work = Work {
            text: "p = kmalloc(10, GFP_KERNEL);\n".into(),
            ..Work::first(Lang::En)
        };
        let session = Session::opening(Boot {
            work: Some(work.clone()),
            ..Boot::default()
        });
        assert_eq!(*session.text, *work.text);
    }
}
