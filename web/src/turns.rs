//! Turns of the browser: long work asks for one, the browser does what it has to do (input, drawing), and calls back. Of the
//! calls into the browser, those that belong to this stand here.
//!
//! A message to oneself is used because a timer waits four milliseconds when it is set again and again, and a second in a
//! page that nobody looks at.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessagePort};

/// A way to be called again after the browser's turn.
pub struct Turns {
    port: MessagePort,
    asked: Rc<Cell<bool>>,
    // The channel calls it as long as this is here.
    _called: Closure<dyn Fn()>,
}

impl Turns {
    /// Whoever asks is called by this.
    pub fn new(call: impl Fn() + 'static) -> Turns {
        let asked = Rc::new(Cell::new(false));
        let is_asked = Rc::clone(&asked);
        let called = Closure::<dyn Fn()>::new(move || {
            is_asked.set(false);
            call();
        });
        let channel = MessageChannel::new().expect("a browser has channels");
        let heard = called.as_ref().unchecked_ref();
        channel.port1().set_onmessage(Some(heard));
        Turns {
            port: channel.port2(),
            asked,
            _called: called,
        }
    }

    /// Asks for a turn. Asked for twice, it comes once.
    pub fn ask(&self) {
        if !self.asked.replace(true) {
            self.port.post_message(&JsValue::NULL).ok();
        }
    }
}
