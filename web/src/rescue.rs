//! What is told when the program stops: of a panic its message, and of every stop the work, its text and a link to it.
//!
//! `static/guard.js` listens, asks for the work and has the page shown that keeps it. It asks after any stop: a panic, memory
//! that ran out, a stack that overflowed. The program is in the middle of something then, so each answer may fail; what
//! cannot be told any more the page takes from what the browser keeps.

use crate::browser;

/// What is asked for after a stop. Each may fail: something stopped in the middle.
pub struct Witness {
    /// The scenario text.
    pub text: Box<dyn Fn() -> Option<String>>,
    /// A link to it.
    pub link: Box<dyn Fn() -> Option<String>>,
}

/// From now on a panic is told.
pub fn stand_by() {
    yew::set_custom_panic_hook(Box::new(|panic| browser::tell_of_panic(&panic.to_string())));
}

/// And what the work is, by this.
pub fn work_of(witness: Witness) {
    browser::on_last_words(move |what| match what {
        "text" => (witness.text)(),
        "link" => (witness.link)(),
        _ => None,
    });
}
