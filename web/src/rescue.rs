//! What is told at the end, when the program stops by a panic: its message, the text as it was last, and a link to it.
//!
//! `static/guard.js` listens and has the page shown that keeps them; nothing of this program runs after that. Stops without a
//! panic (memory that ran out, a stack that overflowed) tell nothing here: then the page takes what the browser keeps.

use std::cell::RefCell;
use std::panic::PanicHookInfo;
use std::rc::Rc;

use crate::browser;

/// What is asked for at a panic. Each may fail: something stopped in the middle.
#[derive(Clone)]
pub struct Witness {
    /// The scenario text.
    pub text: Rc<dyn Fn() -> Option<String>>,
    /// A link to it.
    pub link: Rc<dyn Fn() -> Option<String>>,
}

thread_local! {
    static WITNESS: RefCell<Option<Witness>> = const { RefCell::new(None) };
}

/// From now on a panic is told.
pub fn stand_by() {
    yew::set_custom_panic_hook(Box::new(tell));
}

/// And what the work is, by this.
pub fn work_of(witness: Witness) {
    WITNESS.set(Some(witness));
}

fn tell(panic: &PanicHookInfo<'_>) {
    let witness = WITNESS.with_borrow(Clone::clone);
    let text = witness.as_ref().and_then(|witness| (witness.text)());
    let mut known = vec![("message", panic.to_string())];
    known.extend(text.map(|text| ("text", text)));
    browser::tell_of_panic(&known);
    // Last: making it may be what fails.
    if let Some(link) = witness.and_then(|witness| (witness.link)()) {
        browser::tell_of_panic(&[("link", link)]);
    }
}
