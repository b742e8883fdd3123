//! A run on its way: the text is the new one, what is shown is still the run before, until the new one has come to its end
//! or was cancelled.
//!
//! It is made a piece at a time by whoever holds the session (`app::Store`), which knows the time; the everyday run has
//! ended with its first piece, inside of the action that asked for it. There is one at most: a newer text replaces it.

use std::cell::RefCell;
use std::rc::Rc;

use kmalloc_core::run::{Ended, Holdings, Run, Running};

use crate::compare::Compare;
use crate::remedies::Remedies;
use crate::session::{Arrive, Held, Session};
use crate::view::{Action, Notice};

/// Statements and events of a piece: two or three milliseconds.
pub const PIECE: usize = 2_000;

/// A run on its way.
#[derive(Clone)]
pub(crate) struct Making {
    /// Nothing once it has been taken out at its end.
    stage: Rc<RefCell<Option<Stage>>>,
    /// Where the cursor goes at its end.
    pub(crate) arrive: Arrive,
    /// What waits for its end.
    then: Option<Then>,
    /// It takes long enough to be told.
    told: bool,
}

/// What is done with the session once the run is here.
type Then = Rc<dyn Fn(&mut Session)>;

/// What is still to be done.
enum Stage {
    /// The text is followed.
    Runs(Box<Running>),
    /// It has ended. What is wanted at once at any cursor is built: checkpoints, and what the names hold.
    Gathers(Box<Run>, Holdings),
}

impl Stage {
    /// So much more; true once all is done.
    fn go_on(&mut self, work: usize) -> bool {
        match self {
            Stage::Runs(running) => running.go_on(work),
            Stage::Gathers(run, holdings) => run.prepare(run.len()) && holdings.go_on(run, work),
        }
    }

    /// The run as it stands, with nothing gathered yet.
    fn gathers(self) -> Stage {
        match self {
            Stage::Runs(running) => {
                let run = running.finish();
                let holdings = Holdings::begin(&run, run.len());
                Stage::Gathers(Box::new(run), holdings)
            }
            gathers => gathers,
        }
    }
}

/// How far a run on its way has come.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct UnderWay {
    /// Events so far.
    pub events: usize,
    /// The share of the text's statements that is done, turns of loops included.
    pub share: f64,
}

impl UnderWay {
    /// While the text is followed.
    pub(crate) fn of(running: &Running) -> UnderWay {
        let (done, all) = running.statements();
        UnderWay {
            events: running.events(),
            share: done as f64 / all.max(1) as f64,
        }
    }

    /// While what the run needs to be shown is made.
    pub(crate) fn ended(run: &Run) -> UnderWay {
        UnderWay {
            events: run.len(),
            share: 1.0,
        }
    }
}

impl Making {
    pub(crate) fn new(running: Running, arrive: Arrive) -> Making {
        Making {
            stage: Rc::new(RefCell::new(Some(Stage::Runs(Box::new(running))))),
            arrive,
            then: None,
            told: false,
        }
    }
}

impl Session {
    /// True while a run is on its way.
    pub fn is_running(&self) -> bool {
        self.making.is_some()
    }

    /// How far it has come, once it was found to take long.
    pub fn under_way(&self) -> Option<UnderWay> {
        let making = self.making.as_ref().filter(|making| making.told)?;
        match making.stage.borrow().as_ref()? {
            Stage::Runs(running) => Some(UnderWay::of(running)),
            Stage::Gathers(run, ..) => Some(UnderWay::ended(run)),
        }
    }

    /// It takes long: from now on the page says so.
    pub fn tell_that_it_runs(&mut self) {
        if let Some(making) = &mut self.making {
            making.told = true;
        }
        if let Some(both) = &mut self.compare {
            both.tell_that_it_comes();
        }
    }

    /// What is shown is the whole run of the present text.
    pub fn is_whole(&self) -> bool {
        self.errors.is_empty() && !self.is_running() && !self.is_cancelled()
    }

    /// The run that is shown was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.run.borrow().ended() == Some(Ended::Cancelled)
    }

    /// True while anything is on its way: a run, the run that is shown beside it, or a search for changes.
    pub fn is_busy(&self) -> bool {
        self.is_running()
            || self.compare.as_ref().is_some_and(Compare::is_coming)
            || self.remedies.as_ref().is_some_and(Remedies::is_searching)
    }

    /// One piece more of what is on its way.
    pub fn go_on(&mut self, work: usize) {
        if self.is_running() {
            self.make(work);
            if !self.is_running() {
                self.afterwards();
            }
        } else if let Some(both) = self.compare.as_mut().filter(|both| both.is_coming()) {
            both.go_on(work);
        } else if let Some(remedies) = &mut self.remedies {
            remedies.go_on(work);
        }
    }

    /// The same within an action.
    pub(crate) fn make(&mut self, work: usize) {
        let Some(making) = &self.making else { return };
        let mut stage = making.stage.borrow_mut();
        if stage.as_mut().is_some_and(|stage| !stage.go_on(work)) {
            return;
        }
        // A short run's names are gathered in the same piece.
        let gathers = stage.take().map(|ended| match ended {
            Stage::Runs(_) => {
                let mut gathers = ended.gathers();
                (gathers.go_on(work), gathers)
            }
            gathers => (true, gathers),
        });
        match gathers {
            Some((false, gathers)) => *stage = Some(gathers),
            Some((true, gathered)) => {
                drop(stage);
                self.has_ended(gathered);
            }
            None => {
                drop(stage);
                self.making = None;
            }
        }
    }

    /// The run on its way is shown as far as it has come.
    fn has_ended(&mut self, gathered: Stage) {
        let Some(making) = self.making.take() else {
            return;
        };
        let mut gathered = gathered.gathers();
        while !gathered.go_on(usize::MAX) {}
        if let Stage::Gathers(run, holdings) = gathered {
            let held = holdings.finish().into_iter();
            let held = held.map(|(variable, since)| Held { variable, since });
            let cancelled = run.ended() == Some(Ended::Cancelled);
            let arrive = match making.arrive {
                // Nobody waits for what would be played.
                Arrive::PlayNew | Arrive::PlayLast | Arrive::Play(_) if cancelled => Arrive::End,
                arrive => arrive,
            };
            self.arrived(*run, held.collect(), arrive);
            match making.then {
                Some(then) if !cancelled => then(self),
                _ => {}
            }
        }
    }

    /// To the end, however long it takes.
    #[must_use]
    pub fn run_out(self) -> Session {
        match self.is_running() {
            true => self.begun(Action::RunOut),
            false => self,
        }
    }

    /// Ends the run on its way where it stands. What there is of it is shown: it is the beginning of what the text does,
    /// where the run before would be another text's.
    pub(crate) fn cancel_run(&mut self) {
        let Some(making) = &self.making else { return };
        let stage = making.stage.take();
        if let Some(stage) = stage {
            self.has_ended(stage);
            if self.is_cancelled() {
                self.notice = Some(Notice::RunCancelled);
            }
        }
    }

    /// The cancelled run once more, to its end.
    pub(crate) fn run_again(&mut self) {
        if self.is_cancelled() && self.errors.is_empty() && !self.is_running() {
            self.notice = None;
            self.run_text(Arrive::End);
        }
    }

    /// Does this as soon as the present text's run is here: at once, when it is.
    pub(crate) fn when_run(&mut self, then: impl Fn(&mut Session) + 'static) {
        match &mut self.making {
            Some(making) => making.then = Some(Rc::new(then)),
            None => then(self),
        }
    }

    /// Puts the cursor here, in the run that is on its way if there is one.
    pub(crate) fn stand_at(&mut self, cursor: usize) {
        match &mut self.making {
            Some(making) => making.arrive = Arrive::At(cursor),
            None => {
                let len = self.len();
                self.player.seek(cursor, len);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Boot;

    /// Some ten thousand events.
    const LONG: &str = "for (i = 0; i < 3000; i++) q[i] = kmalloc(100, GFP_KERNEL);";

    fn fresh() -> Session {
        Session::open(Boot::default())
    }

    fn begun(text: &str) -> Session {
        let session = fresh().begun(Action::Type(text.into()));
        assert!(session.is_running());
        session
    }

    #[test]
    fn an_everyday_run_has_ended_with_its_action() {
        let session = fresh().begun(Action::Call);
        assert!(!session.is_running() && session.is_whole() && !session.is_empty());
    }

    #[test]
    fn a_long_run_comes_piece_by_piece_and_is_the_same() {
        let at_once = fresh().reduced(Action::Type(LONG.into()));
        assert!(!at_once.is_running());
        let before = fresh();
        let mut session = begun(LONG);
        assert_eq!(&*session.text, LONG, "what was typed is there at once");
        assert_eq!(session.len(), before.len(), "and the run before");
        assert_eq!(session.under_way(), None, "not told yet");
        session.tell_that_it_runs();
        let (mut pieces, mut share) = (0, 0.0);
        while let Some(now) = session.under_way() {
            assert!(now.share >= share && now.share <= 1.0);
            share = now.share;
            session.go_on(PIECE);
            pieces += 1;
        }
        assert!(pieces > 3 && share > 0.5, "{pieces} {share}");
        assert_eq!(session.len(), at_once.len());
        assert_eq!(session.player.cursor, at_once.player.cursor);
        assert!(session.view().machine == session.view().machine);
        assert!(*session.view().machine == *at_once.view().machine);
        assert!(session.is_whole());
        assert_eq!(session.next_name, at_once.next_name);
    }

    #[test]
    fn what_was_cancelled_is_shown_and_said_and_can_be_run_out() {
        let mut session = begun(LONG);
        session.go_on(PIECE);
        let cancelled = session.begun(Action::CancelRun);
        assert!(!cancelled.is_running() && cancelled.is_cancelled() && !cancelled.is_whole());
        assert_eq!(&*cancelled.text, LONG, "the text is untouched");
        assert_eq!(cancelled.notice, Some(Notice::RunCancelled));
        assert!(cancelled.len() >= PIECE / 2);
        assert_eq!(cancelled.player.cursor, cancelled.len());
        let whole = cancelled.reduced(Action::RunAgain);
        assert!(whole.is_whole() && whole.notice.is_none());
        assert!(whole.len() > cancelled.len());
        assert_eq!(whole.edits, cancelled.edits, "that is no edit");
        // A call after a cancelled run is a new text, and runs all of it.
        let more = cancelled.reduced(Action::Call);
        assert!(more.is_whole() && more.text.contains("GFP_KERNEL);\n"));
        // Nothing on its way: nothing to cancel, nothing to run again.
        assert!(whole.reduced(Action::CancelRun).is_whole());
        assert_eq!(
            whole.reduced(Action::RunAgain).run.borrow().len(),
            whole.len()
        );
    }

    #[test]
    fn a_newer_text_replaces_the_run_on_its_way() {
        let session = begun(LONG);
        let short = session.begun(Action::Type("p = kmalloc(1, GFP_KERNEL);".into()));
        assert!(short.is_whole() && short.len() < 100);
        // One that cannot be read does, too: the run before stays.
        let broken = session.begun(Action::Type("p = ".into()));
        assert!(!broken.is_running() && !broken.errors.is_empty());
        assert_eq!(broken.len(), session.len());
        // A call comes behind what was typed, and is what is played.
        let called = session.begun(Action::Call);
        assert!(called.is_running() && called.text.starts_with(LONG));
        let called = called.run_out();
        let last = called.run.borrow().calls().last().map(|call| call.first);
        assert_eq!(Some(called.player.cursor), last);
        // Undo goes back to the run that is still here.
        let run = session.run.clone();
        let undone = session.begun(Action::Undo);
        assert!(undone.is_whole() && undone.run == run);
    }

    #[test]
    fn what_needs_the_whole_run_waits_for_it() {
        let session = begun(LONG);
        for action in [
            Action::Compare(crate::compare::CompareAction::Open),
            Action::Remedies(true),
        ] {
            let refused = session.begun(action);
            assert!(refused.compare.is_none() && refused.remedies.is_none());
        }
        // A link in the prose leads to a moment of the run that is on its way.
        let link = crate::view::ProseLink {
            text: Some(LONG.into()),
            at: "end".into(),
            ..Default::default()
        };
        let followed = fresh().begun(Action::Course(crate::view::CourseAction::Follow(link)));
        assert!(followed.is_running());
        let followed = followed.run_out();
        assert_eq!(followed.player.cursor, followed.len());
        assert_eq!(followed.notice, None);
    }

    #[test]
    fn a_page_opens_before_its_run_has_ended() {
        let whole = fresh().reduced(Action::Type(LONG.into()));
        let work = whole.reduced(Action::Seek(5_000)).work();
        let boot = || Boot {
            work: Some(work.clone()),
            fragment: whole.link(),
            reloaded: true,
            ..Boot::default()
        };
        let opening = Session::opening(boot());
        assert!(opening.is_running() && *opening.text == *whole.text);
        let opened = opening.run_out();
        assert_eq!(opened.player.cursor, 5_000);
        assert_eq!(opened.edits, 0);
        assert!(!opened.can_undo());
        assert_eq!(Session::open(boot()).player.cursor, 5_000);
    }
}
