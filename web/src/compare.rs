//! Two runs side by side as the session holds them: the present scenario as A, a text edited from it as B, one clock for
//! both. Which calls belong together, where both stand and what differs is decided in the core.

use std::cell::RefCell;
use std::rc::Rc;

use kmalloc_core::gfp::Gfp;
use kmalloc_core::profile::MachineSpec;
use kmalloc_core::run::compare::{Comparing, Comparison};
use kmalloc_core::run::remedy::{flags, with_flags};
use kmalloc_core::run::{Bounds, Run, Running};
use kmalloc_core::script::ast::{ScriptError, Span};
use kmalloc_core::script::{change, edit, parse};

use crate::making::{PIECE, UnderWay};
use crate::player::{SPEEDS, USUAL_SPEED};
use crate::view::{Shared, SharedRun};

/// From one tick to the next at ×1.
const TICK_MS: i32 = 112;
/// Steps of the clock do not follow each other faster than this.
const SHORTEST_MS: i32 = 28;

/// What can be asked of two runs.
#[derive(Clone, PartialEq, Debug)]
pub enum CompareAction {
    /// Show the present scenario beside itself; the clock stands where the cursor does.
    Open,
    /// Show it beside the change of this number that was found to work.
    OpenRemedy(usize),
    /// No longer.
    Close,
    /// B is this text.
    Text(String),
    /// B is A on another machine.
    Machine(MachineSpec),
    /// B is A with other flags in the call of this number.
    Flags(usize, Gfp),
    /// So many ticks have passed.
    Seek(usize),
    /// Play, or pause.
    Play,
    /// While playing: so many ticks more, by [`Compare::pace`].
    Tick,
    /// An index into `player::SPEEDS`.
    Speed(usize),
    /// Put B in place of the present text.
    Take,
    /// No longer run B's new text: B is again what is shown.
    CancelRun,
}

/// Two runs on one clock.
#[derive(Clone, PartialEq)]
pub struct Compare {
    /// The texts of A and B.
    pub texts: [Rc<str>; 2],
    /// Their runs; B's is that of its last text without errors.
    pub runs: [SharedRun; 2],
    /// What could not be read in B.
    pub errors: Rc<Vec<ScriptError>>,
    /// What belongs together, and what differs.
    pub comparison: Shared<Comparison>,
    /// Ticks that have passed.
    pub clock: usize,
    /// The clock goes by itself.
    pub playing: bool,
    /// How fast: an index into `player::SPEEDS`.
    pub speed: usize,
    /// The text that B's run is of.
    ran: Rc<str>,
    /// The run of B's present text, while it is on its way.
    coming: Option<Coming>,
    /// It takes long enough to be told.
    told: bool,
}

/// What is still to be done for B; nothing once it was done. It is shared by the sessions that wait for it.
#[derive(Clone)]
struct Coming(Rc<RefCell<Option<Stage>>>);

impl PartialEq for Coming {
    fn eq(&self, other: &Coming) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

enum Stage {
    /// The text is followed.
    Runs(Box<Running>),
    /// It has ended; what looking at any cursor takes is built.
    Prepares(Box<Run>),
    /// The calls of both are laid beside each other.
    Pairs(Box<Run>, Comparing),
}

impl Compare {
    /// A beside itself.
    pub fn open(text: &Rc<str>, run: &SharedRun, cursor: usize) -> Compare {
        let comparison = Comparison::new(&run.borrow(), &run.borrow());
        Compare {
            clock: comparison.moment(0, cursor),
            texts: [Rc::clone(text), Rc::clone(text)],
            runs: [run.clone(), run.clone()],
            errors: Rc::default(),
            comparison: Shared::new(comparison),
            playing: false,
            speed: USUAL_SPEED,
            ran: Rc::clone(text),
            coming: None,
            told: false,
        }
    }

    /// Carries out what concerns the two runs alone.
    pub fn act(&mut self, action: CompareAction) {
        let len = self.comparison.len();
        match action {
            CompareAction::Text(text) => self.put(&text),
            CompareAction::Machine(machine) => {
                self.put(&edit::with_machine(&self.texts[0], &machine));
            }
            CompareAction::Flags(call, gfp) => {
                let text = self.with_flags(call, gfp);
                self.put(&text.unwrap_or_else(|| self.texts[0].to_string()));
            }
            CompareAction::Seek(clock) => {
                self.clock = clock.min(len);
                self.playing = false;
            }
            CompareAction::Play => {
                self.playing = !self.playing && len > 0;
                if self.playing && self.clock >= len {
                    self.clock = 0;
                }
            }
            CompareAction::Tick if self.playing => {
                self.clock = (self.clock + self.pace().1).min(len);
                self.playing = self.clock < len;
            }
            CompareAction::Speed(speed) => self.speed = speed.min(SPEEDS.len() - 1),
            CompareAction::CancelRun => {
                if self.coming.take().is_some() {
                    self.texts[1] = Rc::clone(&self.ran);
                }
            }
            CompareAction::Tick
            | CompareAction::Open
            | CompareAction::OpenRemedy(_)
            | CompareAction::Close
            | CompareAction::Take => {}
        }
    }

    /// Milliseconds from one step of the clock to the next while it plays, and the ticks of a step: several where the page
    /// could not be drawn as often.
    pub fn pace(&self) -> (i32, usize) {
        let (over, under) = SPEEDS[self.speed];
        let (mut ms, mut ticks) = (TICK_MS * i32::from(under) / i32::from(over), 1);
        while ms < SHORTEST_MS {
            (ms, ticks) = (ms * 2, ticks * 2);
        }
        (ms, ticks)
    }

    /// Another text for B. A short run has ended with this, a long one is on its way.
    pub fn put(&mut self, text: &str) {
        let parsed = parse(text);
        self.texts[1] = text.into();
        self.coming = None;
        self.told = false;
        if parsed.errors.is_empty()
            && let Ok(running) = Running::begin(&parsed.scenario, Bounds::default())
        {
            let stage = Stage::Runs(Box::new(running));
            self.coming = Some(Coming(Rc::new(RefCell::new(Some(stage)))));
        }
        self.errors = Rc::new(parsed.errors);
        // A short run goes through all three stages at once.
        for _ in 0..3 {
            self.go_on(PIECE);
        }
    }

    /// True while B's present text is run.
    pub fn is_coming(&self) -> bool {
        self.coming.is_some()
    }

    /// It takes long: from now on the dialog says so.
    pub fn tell_that_it_comes(&mut self) {
        self.told = self.is_coming();
    }

    /// How far B's run has come, once it was found to take long.
    pub fn under_way(&self) -> Option<UnderWay> {
        let coming = self.coming.as_ref().filter(|_| self.told)?;
        match coming.0.borrow().as_ref()? {
            Stage::Runs(running) => Some(UnderWay::of(running)),
            Stage::Prepares(run) | Stage::Pairs(run, _) => Some(UnderWay::ended(run)),
        }
    }

    /// A piece more of B's run on its way.
    pub fn go_on(&mut self, work: usize) {
        let Some(coming) = &self.coming else { return };
        let stage = coming.0.take();
        let next = match stage {
            Some(Stage::Runs(mut running)) => match running.go_on(work) {
                true => Some(Stage::Prepares(Box::new(running.finish()))),
                false => Some(Stage::Runs(running)),
            },
            Some(Stage::Prepares(mut run)) => match run.prepare(run.len()) {
                true => {
                    let comparing = Comparing::begin(&self.runs[0].borrow(), &run);
                    Some(Stage::Pairs(run, comparing))
                }
                false => Some(Stage::Prepares(run)),
            },
            Some(Stage::Pairs(run, mut comparing)) => {
                if comparing.go_on(&self.runs[0].borrow(), &run, work) {
                    self.arrived(*run, comparing.finish());
                    return;
                }
                Some(Stage::Pairs(run, comparing))
            }
            None => None,
        };
        match next {
            Some(stage) => *coming.0.borrow_mut() = Some(stage),
            None => self.coming = None,
        }
    }

    /// B's run is here. The clock stands at the first difference, or at the end.
    fn arrived(&mut self, run: Run, comparison: Comparison) {
        self.coming = None;
        self.ran = Rc::clone(&self.texts[1]);
        self.runs[1] = Shared::new(RefCell::new(run));
        let first = comparison.first_difference();
        self.clock = first.map_or(comparison.len(), |pair| comparison.pairs()[pair].end);
        self.comparison = Shared::new(comparison);
        self.playing = false;
    }

    /// The text of A with other flags in a call.
    pub fn with_flags(&self, call: usize, gfp: Gfp) -> Option<String> {
        let run = self.runs[0].borrow();
        let record = run.calls().get(call)?;
        let new = with_flags(&record.call, gfp)?;
        change::with_call(&self.texts[0], record.span, &record.call, &new)
    }

    /// The cursors of both runs.
    pub fn cursors(&self) -> [usize; 2] {
        self.comparison.cursors(self.clock)
    }

    /// The calls of A that have flags, each statement once: its number, and the flags.
    pub fn flagged(&self) -> Vec<(usize, Gfp)> {
        let run = self.runs[0].borrow();
        let mut seen: Vec<Span> = Vec::new();
        let calls = run.calls().iter().enumerate().take(MAX_LOOKED_AT);
        let flagged = calls.filter_map(|(number, call)| {
            let gfp = flags(&call.call)?;
            let new = !seen.contains(&call.span);
            if new {
                seen.push(call.span);
            }
            new.then_some((number, gfp))
        });
        flagged.take(MAX_FLAGGED).collect()
    }
}

/// Calls among which statements with flags are looked for.
const MAX_LOOKED_AT: usize = 5_000;
/// Statements that are offered.
const MAX_FLAGGED: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::tests::run;

    fn opened(text: &str) -> Compare {
        let shared = Shared::new(RefCell::new(run(text)));
        Compare::open(&text.into(), &shared, 3)
    }

    #[test]
    fn b_is_a_with_one_thing_changed() {
        let mut both = opened("p = kmalloc(100, GFP_KERNEL); // why\nkfree(p);\n");
        assert_eq!((both.clock, both.cursors()), (3, [3, 3]));
        assert_eq!(both.flagged(), [(0, Gfp::KERNEL)]);
        both.act(CompareAction::Flags(0, Gfp::ATOMIC));
        assert_eq!(
            &*both.texts[1],
            "p = kmalloc(100, GFP_ATOMIC); // why\nkfree(p);\n"
        );
        let atomic = both.runs[1].clone();
        both.act(CompareAction::Text("p = kmalloc(".into()));
        assert_eq!(both.errors.len(), 1);
        assert!(both.runs[1] == atomic, "the last good run stays");
        let machine = MachineSpec {
            l1_cache_bytes: 128,
            ..MachineSpec::default()
        };
        both.act(CompareAction::Machine(machine));
        assert!(both.errors.is_empty() && both.texts[1].contains("l1=128"));
        assert!(
            both.texts[1].contains("GFP_KERNEL"),
            "from A, not from the B before"
        );
    }

    #[test]
    fn a_long_b_comes_piece_by_piece_and_can_be_cancelled() {
        let short = "p = kmalloc(100, GFP_KERNEL);";
        let long = "for (i = 0; i < 3000; i++) q[i] = kmalloc(100, GFP_KERNEL);";
        let mut both = opened(short);
        let before = both.clone();
        both.act(CompareAction::Text(long.into()));
        assert!(both.is_coming() && both.runs == before.runs);
        assert_eq!(&*both.texts[1], long, "what was typed is there at once");
        assert_eq!(both.under_way(), None, "not told yet");
        both.tell_that_it_comes();
        both.go_on(PIECE);
        let events = both.under_way().map(|now| now.events);
        assert!(events.is_some_and(|events| events >= PIECE), "{events:?}");
        let mut cancelled = both.clone();
        cancelled.act(CompareAction::CancelRun);
        assert!(!cancelled.is_coming() && cancelled.texts == before.texts);
        while both.is_coming() {
            both.go_on(PIECE);
        }
        assert_eq!(both.under_way(), None);
        let at_once = Comparison::new(&both.runs[0].borrow(), &run(long));
        assert!(*both.comparison == at_once);
        assert_eq!(
            both.clock,
            at_once.pairs()[0].end,
            "at the first difference"
        );
        both.act(CompareAction::Text(long.replace("100", "200")));
        both.act(CompareAction::CancelRun);
        assert_eq!(&*both.texts[1], long, "back to what is shown");
        both.act(CompareAction::Text(long.replace("100", "200")));
        both.act(CompareAction::Text(short.into()));
        assert!(
            !both.is_coming(),
            "a newer text replaces the run on its way"
        );
        assert_eq!(both.runs[1].borrow().calls().len(), 1);
    }

    #[test]
    fn the_clock_has_the_speeds_of_the_player() {
        let mut both = opened("p = kmalloc(100, GFP_KERNEL); kfree(p);");
        let usual = f64::from(both.pace().0);
        for (speed, &(over, under)) in SPEEDS.iter().enumerate() {
            both.act(CompareAction::Speed(speed));
            let (ms, ticks) = both.pace();
            let factor = usual / (f64::from(ms) / ticks as f64);
            assert_eq!(
                factor,
                f64::from(over) / f64::from(under),
                "×{over}/{under}"
            );
            assert!(ms >= SHORTEST_MS, "the page is drawn in between");
            both.act(CompareAction::Seek(0));
            both.act(CompareAction::Play);
            both.act(CompareAction::Tick);
            assert_eq!(both.clock, ticks);
        }
        both.act(CompareAction::Speed(usize::MAX));
        while both.playing {
            both.act(CompareAction::Tick);
        }
        assert_eq!(both.clock, both.comparison.len(), "not beyond the end");
    }

    #[test]
    fn one_clock_plays_to_the_end_of_both() {
        let mut both = opened("p = kmalloc(100, GFP_KERNEL);");
        both.act(CompareAction::Text(
            "p = kmalloc(100000, GFP_KERNEL); kfree(p);".into(),
        ));
        both.act(CompareAction::Seek(0));
        both.act(CompareAction::Play);
        let mut ticks = 0;
        while both.playing {
            both.act(CompareAction::Tick);
            ticks += 1;
        }
        assert_eq!(ticks, both.comparison.len());
        let lengths = [0, 1].map(|side: usize| both.runs[side].borrow().len());
        assert_eq!(both.cursors(), lengths);
        both.act(CompareAction::Seek(usize::MAX));
        assert_eq!(both.clock, ticks);
        both.act(CompareAction::Play);
        assert_eq!(
            (both.clock, both.playing),
            (0, true),
            "from the end it plays again"
        );
    }
}
