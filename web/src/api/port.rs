//! The messages of an embedding window: heard, checked for their sender, answered. Of the browser's calls, those that belong
//! to this stand here.
//!
//! A message counts only from `window.parent`, and only in an embed; what it says is `envelope`'s matter. Everything else is
//! ignored and counted, without a word to whoever sent it.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Window};

use super::Lab;
use super::envelope::{self, Command, Envelope, MAX_TEXT, Topic};

/// The window that this one is embedded in; None when it stands alone.
fn embedding() -> Option<Window> {
    let window = web_sys::window()?;
    let parent = window.parent().ok().flatten()?;
    (!js_sys::Object::is(&parent, &window)).then_some(parent)
}

/// Answers messages, if they are to be answered, and says that the lab is here.
pub(super) fn listen(lab: Lab, answers: bool) {
    let parent = embedding().filter(|_| answers);
    if let Some(parent) = &parent {
        // Nothing in it is a secret, and who embeds the lab is not known yet.
        post(
            parent,
            "*",
            &[("event", "ready".into()), ("value", JsValue::NULL)],
        );
    }
    let subscriptions = Rc::new(RefCell::new(Vec::new()));
    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if answer(&lab, parent.as_ref(), &subscriptions, &event).is_none() {
            lab.ignored.set(lab.ignored.get().saturating_add(1));
        }
    });
    if let Some(window) = web_sys::window() {
        window
            .add_event_listener_with_callback("message", heard.as_ref().unchecked_ref())
            .ok();
    }
    heard.forget();
}

/// Topics that the embedding window is told of, with the numbers of their listeners.
type Subscriptions = Rc<RefCell<Vec<(Topic, u32)>>>;

/// Answers a message; None when it is one to ignore.
fn answer(
    lab: &Lab,
    parent: Option<&Window>,
    subscriptions: &Subscriptions,
    event: &MessageEvent,
) -> Option<()> {
    let parent = parent.filter(|parent| {
        let source = js_sys::Reflect::get(event, &"source".into());
        source.is_ok_and(|source| js_sys::Object::is(&source, parent))
    })?;
    let data = event.data();
    if !is_small(&data) {
        return None;
    }
    let envelope: Envelope = serde_wasm_bindgen::from_value(data).ok()?;
    let request = envelope::read(envelope).ok()?;
    let origin = target_of(&event.origin());
    let value = match request.command {
        Command::On(topic) => {
            let mut subscriptions = subscriptions.borrow_mut();
            // Asked for twice, it is told once.
            if subscriptions.iter().all(|(other, _)| *other != topic) {
                let (parent, origin) = (parent.clone(), origin.clone());
                let number = lab.hub.subscribe(topic, move |value| {
                    let event = ("event", topic.name().into());
                    post(&parent, &origin, &[event, ("value", value)]);
                });
                subscriptions.push((topic, number));
            }
            JsValue::NULL
        }
        Command::Off(topic) => {
            subscriptions.borrow_mut().retain(|(other, number)| {
                if *other == topic {
                    lab.hub.end(*number);
                }
                *other != topic
            });
            JsValue::NULL
        }
        command => lab.told(command),
    };
    let answer = [
        ("id", request.id.into()),
        ("value", value),
        ("ignored", lab.ignored.get().into()),
    ];
    post(parent, &origin, &answer);
    Some(())
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
