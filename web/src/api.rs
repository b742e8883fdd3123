//! `window.kmallocLab`, and the same for an embedding window: run, call, look at a moment, ask for a verdict, be told.
//!
//! `static/kmalloc-lab.d.ts` has the types, `docs/embedding.md` is the page about it. Plain objects go out; texts and numbers
//! come in. Messages are answered by an embed alone, and only to the window that it is embedded in: the full lab has a
//! student's own work. Whatever else arrives is ignored and counted.

pub mod envelope;
mod port;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use kmalloc_core::run::CallRecord;
use kmalloc_core::script::parse;
use kmalloc_js::values::{self, ErrorValue, Ran, Snapshot, VerdictValue};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use yew::Callback;

use self::envelope::{Command, Topic};
use crate::browser;
use crate::course::Judged;
use crate::lang::{course, errors, plain, sentences};
use crate::session::Session;
use crate::view::{Action, SharedRun};

/// The session as it is, and how to change it.
#[derive(Clone)]
struct Lab {
    read: Rc<dyn Fn() -> Session>,
    act: Callback<Action>,
    hub: Rc<Hub>,
    /// Messages that were ignored.
    ignored: Rc<Cell<u32>>,
    /// Whoever waits for the end of the run on its way.
    waits: Rc<RefCell<Vec<js_sys::Function>>>,
}

/// Puts the functions on the window and listens for messages, which are answered only where `answers` says so. Gives back
/// what wants to hear of every change.
pub fn install(
    read: Rc<dyn Fn() -> Session>,
    act: Callback<Action>,
    answers: bool,
) -> Callback<Session> {
    let hub = Rc::new(Hub::new(&read()));
    let lab = Lab {
        read,
        act,
        hub: Rc::clone(&hub),
        ignored: Rc::default(),
        waits: Rc::default(),
    };
    lab.publish();
    let goes_on = port::listen(lab.clone(), answers);
    Callback::from(move |session| {
        hub.heard(&session);
        lab.end_waiting(&session);
        goes_on.emit(());
    })
}

fn to_js(value: &impl Serialize) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).unwrap_or(JsValue::NULL)
}

impl Lab {
    fn publish(&self) {
        let object = js_sys::Object::new();
        let set = |name: &str, function: JsValue| {
            // A fresh object refuses nothing.
            js_sys::Reflect::set(&object, &name.into(), &function).ok();
        };
        let lab = self.clone();
        let told = move || lab.told(Command::Snapshot);
        set(
            "snapshot",
            Closure::<dyn Fn() -> JsValue>::new(told).into_js_value(),
        );
        let lab = self.clone();
        let told = move || lab.told(Command::Verdict);
        set(
            "verdict",
            Closure::<dyn Fn() -> JsValue>::new(told).into_js_value(),
        );
        let lab = self.clone();
        let run = move |text: String| lab.told(Command::Run(text));
        set(
            "run",
            Closure::<dyn Fn(String) -> JsValue>::new(run).into_js_value(),
        );
        let lab = self.clone();
        let start = move |text: String| lab.start(text).into();
        set(
            "start",
            Closure::<dyn Fn(String) -> JsValue>::new(start).into_js_value(),
        );
        let lab = self.clone();
        let call = move |text: String| lab.told(Command::Call(text));
        set(
            "call",
            Closure::<dyn Fn(String) -> JsValue>::new(call).into_js_value(),
        );
        let lab = self.clone();
        let seek = move |cursor: f64, progress: Option<f64>| {
            let seek = envelope::seek(Some(cursor), progress);
            seek.map_or(JsValue::NULL, |seek| lab.told(seek))
        };
        set(
            "seek",
            Closure::<dyn Fn(f64, Option<f64>) -> JsValue>::new(seek).into_js_value(),
        );
        let lab = self.clone();
        let on = move |name: String, told: js_sys::Function| lab.on(&name, told);
        set(
            "on",
            Closure::<dyn Fn(String, js_sys::Function) -> JsValue>::new(on).into_js_value(),
        );
        let lab = self.clone();
        let validate = move || {
            let view = (lab.read)().view();
            view.machine.validate().err()
        };
        set(
            "validate",
            Closure::<dyn Fn() -> Option<String>>::new(validate).into_js_value(),
        );
        let lab = self.clone();
        let ignored = move || lab.ignored.get();
        set(
            "ignored",
            Closure::<dyn Fn() -> u32>::new(ignored).into_js_value(),
        );
        browser::publish("kmallocLab", &object);
    }

    /// Calls a function from now on; gives back a function that ends it.
    fn on(&self, name: &str, told: js_sys::Function) -> JsValue {
        let Some(topic) = Topic::named(name) else {
            return JsValue::NULL;
        };
        let number = self.hub.subscribe(topic, move |value| {
            // What a listener throws is the listener's matter.
            told.call1(&JsValue::NULL, &value).ok();
        });
        let hub = Rc::clone(&self.hub);
        Closure::<dyn Fn()>::new(move || hub.end(number)).into_js_value()
    }

    /// Does what is asked for and gives the answer.
    fn told(&self, command: Command) -> JsValue {
        match command {
            // The answer is what the function gives back: nothing else happens until the run has ended.
            Command::Run(_) | Command::Call(_) => {
                let begun = self.begin(command);
                self.run_out();
                to_js(&self.ended(begun))
            }
            Command::Seek { cursor, progress } => {
                self.act.emit(match progress {
                    Some(progress) => Action::SeekPartway(cursor, progress),
                    None => Action::Seek(cursor),
                });
                to_js(&moved(&(self.read)()))
            }
            Command::Snapshot => to_js(&snapshot(&(self.read)())),
            Command::Verdict => to_js(&verdict(&(self.read)())),
            // Who listens, and how it is told, is the caller's matter.
            Command::On(_) | Command::Off(_) => JsValue::NULL,
        }
    }

    /// Begins a run and gives the page back; the promise is kept when nothing is on its way any more.
    fn start(&self, text: String) -> js_sys::Promise {
        self.begin(Command::Run(text));
        let promise = js_sys::Promise::new(&mut |kept, _| self.waits.borrow_mut().push(kept));
        self.end_waiting(&(self.read)());
        promise
    }

    /// Tells those who wait what has been run, once it has been.
    fn end_waiting(&self, session: &Session) {
        if !session.is_running() && !self.waits.borrow().is_empty() {
            for kept in self.waits.take() {
                kept.call1(&JsValue::NULL, &to_js(&ran(session, 0))).ok();
            }
        }
    }

    fn run_out(&self) {
        if (self.read)().is_running() {
            self.act.emit(Action::RunOut);
        }
    }

    /// Begins a run: another text, or calls after those of the text. A text that cannot be read with them stays as it is.
    fn begin(&self, command: Command) -> Begun {
        match command {
            Command::Run(text) => {
                self.act.emit(Action::Replace(text));
                Begun::Calls(0)
            }
            Command::Call(calls) => {
                self.run_out();
                let session = (self.read)();
                let apart = if session.text.is_empty() || session.text.ends_with('\n') {
                    ""
                } else {
                    "\n"
                };
                let text = format!("{}{apart}{}\n", session.text, calls.trim_end());
                let parsed = parse(&text);
                if !parsed.errors.is_empty() {
                    return Begun::Refused(Ran {
                        errors: told_errors(&session, &parsed.errors),
                        calls: Vec::new(),
                        ended: values::ended(&session.run.borrow()),
                    });
                }
                let made = session.run.borrow().calls().len();
                self.act.emit(Action::Replace(text));
                Begun::Calls(made)
            }
            _ => Begun::Calls(0),
        }
    }

    /// What came of it, once the run has ended.
    fn ended(&self, begun: Begun) -> Ran {
        match begun {
            Begun::Calls(from) => ran(&(self.read)(), from),
            Begun::Refused(ran) => ran,
        }
    }
}

/// A run that was asked for.
enum Begun {
    /// Its calls are told from this number on.
    Calls(usize),
    /// Nothing happened.
    Refused(Ran),
}

// ── what is told ──────────────────────────────────────────────────────────────────────────────────────────────────

#[derive(Serialize)]
struct Moved {
    cursor: usize,
    events: usize,
    event: Option<&'static str>,
}

fn moved(session: &Session) -> Moved {
    let cursor = session.player.cursor;
    let run = session.run.borrow();
    let event = cursor.checked_sub(1).and_then(|index| run.event(index));
    Moved {
        cursor,
        events: run.len(),
        event: event.map(|event| event.name()),
    }
}

fn snapshot(session: &Session) -> Snapshot {
    let view = session.view();
    let run = session.run.borrow();
    values::snapshot(&run, &view.machine, view.cursor, &session.text)
}

/// The calls from number `from` on.
fn ran(session: &Session, from: usize) -> Ran {
    let run = session.run.borrow();
    let value = |call: &CallRecord| {
        let answer = |_: &_| plain(&sentences::answer(session.lang, call, &run));
        values::call(&run, call, answer)
    };
    let calls = run.calls().get(from..).unwrap_or_default();
    Ran {
        errors: told_errors(session, &session.errors),
        calls: calls.iter().map(value).collect(),
        ended: values::ended(&run),
    }
}

fn told_errors(
    session: &Session,
    found: &[kmalloc_core::script::ast::ScriptError],
) -> Vec<ErrorValue> {
    let told = found.iter().map(|error| ErrorValue {
        line: error.span.line,
        column: error.span.column,
        message: plain(&errors::script_error(session.lang, &error.kind)),
    });
    told.collect()
}

/// How the open exercise stands; None when none is open.
fn verdict(session: &Session) -> Option<VerdictValue> {
    let judged = session.course.judged.as_ref()?;
    let (_, text) = session.course.exercise()?;
    let (lang, exercise) = (session.lang, &text.exercise);
    let question = |at: usize| plain(&course::question(lang, &exercise.questions[at]));
    let goal = |at: usize| plain(&course::goal(lang, &exercise.goals[at]));
    let place = Some(session.course.place());
    Some(values::verdict(place, &judged.verdict, question, goal))
}

// ── who is told ───────────────────────────────────────────────────────────────────────────────────────────────────

/// Hears a value.
type Listener = Rc<dyn Fn(JsValue)>;

/// Those who want to be told, and what they were told last.
struct Hub {
    listeners: RefCell<Vec<(u32, Topic, Listener)>>,
    next: Cell<u32>,
    seen: RefCell<Seen>,
}

#[derive(PartialEq)]
struct Seen {
    cursor: usize,
    run: SharedRun,
    judged: Option<Rc<Judged>>,
}

impl Seen {
    fn of(session: &Session) -> Seen {
        Seen {
            cursor: session.player.cursor,
            run: session.run.clone(),
            judged: session.course.judged.clone(),
        }
    }
}

impl Hub {
    fn new(session: &Session) -> Hub {
        Hub {
            listeners: RefCell::default(),
            next: Cell::new(0),
            seen: RefCell::new(Seen::of(session)),
        }
    }

    fn subscribe(&self, topic: Topic, listener: impl Fn(JsValue) + 'static) -> u32 {
        let number = self.next.get();
        self.next.set(number + 1);
        self.listeners
            .borrow_mut()
            .push((number, topic, Rc::new(listener)));
        number
    }

    fn end(&self, number: u32) {
        self.listeners
            .borrow_mut()
            .retain(|(other, ..)| *other != number);
    }

    /// Something may have changed. Listeners may act in turn: nothing is borrowed while they are called.
    fn heard(&self, session: &Session) {
        let now = Seen::of(session);
        let before = self.seen.replace(Seen::of(session));
        if before == now {
            return;
        }
        if before.run != now.run {
            self.tell(Topic::Ran, || to_js(&ran(session, 0)));
        }
        if before.cursor != now.cursor || before.run != now.run {
            self.tell(Topic::Moved, || to_js(&moved(session)));
        }
        if before.judged != now.judged {
            self.tell(Topic::Verdict, || to_js(&verdict(session)));
        }
    }

    fn tell(&self, topic: Topic, value: impl Fn() -> JsValue) {
        let listeners: Vec<Listener> = self
            .listeners
            .borrow()
            .iter()
            .filter(|(_, other, _)| *other == topic)
            .map(|(.., listener)| Rc::clone(listener))
            .collect();
        for listener in listeners {
            listener(value());
        }
    }
}
