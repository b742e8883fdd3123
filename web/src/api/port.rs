//! The messages of an embedding window: heard, checked for their sender, answered. Of the browser's calls, those that belong
//! to this stand here.
//!
//! A message counts only from `window.parent`, and only in an embed; what it says is `envelope`'s matter. Everything else is
//! ignored and counted, without a word to whoever sent it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Window};
use yew::Callback;

use super::envelope::{self, Command, Envelope, MAX_TEXT, Request, Topic};
use super::{Begun, Lab, to_js};

/// Messages that wait behind a long run; more are ignored.
const MAX_WAITING: usize = 1_000;

/// The window that this one is embedded in; None when it stands alone.
fn embedding() -> Option<Window> {
    let window = web_sys::window()?;
    let parent = window.parent().ok().flatten()?;
    (!js_sys::Object::is(&parent, &window)).then_some(parent)
}

/// Answers messages, if they are to be answered, and says that the lab is here. Gives back what wants to hear of every
/// change.
pub(super) fn listen(lab: Lab, answers: bool) -> Callback<()> {
    let parent = embedding().filter(|_| answers);
    if let Some(parent) = &parent {
        // Nothing in it is a secret, and who embeds the lab is not known yet.
        post(
            parent,
            "*",
            &[("event", "ready".into()), ("value", JsValue::NULL)],
        );
    }
    let desk = Rc::new(Desk {
        lab,
        parent,
        subscriptions: RefCell::default(),
        waiting: RefCell::default(),
        begun: RefCell::default(),
        answers: Cell::default(),
    });
    let receiver = Rc::clone(&desk);
    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if receiver.receive(&event).is_none() {
            let ignored = &receiver.lab.ignored;
            ignored.set(ignored.get().saturating_add(1));
        }
    });
    if let Some(window) = web_sys::window() {
        window
            .add_event_listener_with_callback("message", heard.as_ref().unchecked_ref())
            .ok();
    }
    heard.forget();
    Callback::from(move |()| desk.go_on())
}

/// Where messages are answered, in the order in which they come: those behind one whose run is on its way wait.
struct Desk {
    lab: Lab,
    parent: Option<Window>,
    /// Topics that the embedding window is told of, with the numbers of their listeners.
    subscriptions: RefCell<Vec<(Topic, u32)>>,
    waiting: RefCell<VecDeque<(Request, String)>>,
    /// The run on its way: who asked, from where, and what.
    begun: RefCell<Option<(u32, String, Begun)>>,
    /// An answer is being made: what happens meanwhile leads here again.
    answers: Cell<bool>,
}

impl Desk {
    /// Takes a message; None when it is one to ignore.
    fn receive(&self, event: &MessageEvent) -> Option<()> {
        self.parent.as_ref().filter(|parent| {
            let source = js_sys::Reflect::get(event, &"source".into());
            source.is_ok_and(|source| js_sys::Object::is(&source, parent))
        })?;
        let data = event.data();
        if !is_small(&data) {
            return None;
        }
        let envelope: Envelope = serde_wasm_bindgen::from_value(data).ok()?;
        let request = envelope::read(envelope).ok()?;
        let mut waiting = self.waiting.borrow_mut();
        if waiting.len() >= MAX_WAITING {
            return None;
        }
        waiting.push_back((request, target_of(&event.origin())));
        drop(waiting);
        self.go_on();
        Some(())
    }

    /// Answers what can be answered now.
    fn go_on(&self) {
        if !self.answers.replace(true) {
            self.answer_all();
            self.answers.set(false);
        }
    }

    fn answer_all(&self) {
        if self.begun.borrow().is_some() {
            if (self.lab.read)().is_running() {
                return;
            }
            if let Some((id, origin, begun)) = self.begun.take() {
                self.answer(id, &origin, to_js(&self.lab.ended(begun)));
            }
        }
        let next = || self.waiting.borrow_mut().pop_front();
        while let Some((Request { id, command }, origin)) = next() {
            let value = match command {
                Command::Run(_) | Command::Call(_) => {
                    let begun = self.lab.begin(command);
                    if (self.lab.read)().is_running() {
                        *self.begun.borrow_mut() = Some((id, origin, begun));
                        return;
                    }
                    to_js(&self.lab.ended(begun))
                }
                Command::On(topic) => self.subscribe(topic, &origin),
                Command::Off(topic) => self.unsubscribe(topic),
                command => self.lab.told(command),
            };
            self.answer(id, &origin, value);
        }
    }

    fn subscribe(&self, topic: Topic, origin: &str) -> JsValue {
        let mut subscriptions = self.subscriptions.borrow_mut();
        // Asked for twice, it is told once.
        if let Some(parent) = &self.parent
            && subscriptions.iter().all(|(other, _)| *other != topic)
        {
            let (parent, origin) = (parent.clone(), origin.to_string());
            let number = self.lab.hub.subscribe(topic, move |value| {
                let event = ("event", topic.name().into());
                post(&parent, &origin, &[event, ("value", value)]);
            });
            subscriptions.push((topic, number));
        }
        JsValue::NULL
    }

    fn unsubscribe(&self, topic: Topic) -> JsValue {
        self.subscriptions.borrow_mut().retain(|(other, number)| {
            if *other == topic {
                self.lab.hub.end(*number);
            }
            *other != topic
        });
        JsValue::NULL
    }

    fn answer(&self, id: u32, origin: &str, value: JsValue) {
        if let Some(parent) = &self.parent {
            let answer = [
                ("id", id.into()),
                ("value", value),
                ("ignored", self.lab.ignored.get().into()),
            ];
            post(parent, origin, &answer);
        }
    }
}

/// Texts that are too long are not even copied out of JavaScript's memory.
fn is_small(data: &JsValue) -> bool {
    ["command", "text", "event"].iter().all(|name| {
        let Ok(value) = js_sys::Reflect::get(data, &(*name).into()) else {
            return false;
        };
        let text = value.dyn_ref::<js_sys::JsString>();
        text.is_none_or(|text| text.length() as usize <= MAX_TEXT)
    })
}

/// Where an answer may go: to the origin that asked. A window without an origin of its own (a file, a sandbox) can only be
/// reached as anyone.
fn target_of(origin: &str) -> String {
    match origin {
        "" | "null" => "*".into(),
        origin => origin.into(),
    }
}

/// Sends an envelope with these fields.
fn post(window: &Window, origin: &str, fields: &[(&str, JsValue)]) {
    let message = js_sys::Object::new();
    let version = ("kmallocLab", envelope::VERSION.into());
    for (name, value) in [&version].into_iter().chain(fields) {
        // A fresh object refuses nothing.
        js_sys::Reflect::set(&message, &(*name).into(), value).ok();
    }
    // A window that has gone hears nothing.
    window.post_message(&message, origin).ok();
}
