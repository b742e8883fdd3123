//! A row of a list stays in sight: at another moment, and when the list's box gets another size (a neighbour that is folded,
//! a projector, another window).

use web_sys::Element;
use yew::prelude::*;

use crate::paint::screen::{self, Watch};
use crate::widgets::hooks::use_effect_with;

/// Keeps a row, counted from 1, of the list in a box in sight. `moment` is what it depends on which row that is.
#[hook]
pub fn use_in_view<M: PartialEq + 'static>(scroller: &NodeRef, moment: M, row: Option<usize>) {
    let latest = use_mut_ref(|| row);
    *latest.borrow_mut() = row;
    {
        let scroller = scroller.clone();
        use_effect_with(moment, move |_| {
            if let Some(scroller) = scroller.cast::<Element>()
                && let Some(row) = row.and_then(|row| screen::row_of(&scroller, row))
            {
                screen::reveal(&scroller, &row);
            }
        });
    }
    let (scroller, there) = (scroller.clone(), row.is_some());
    use_effect_with(there, move |_| {
        let watch = scroller.cast::<Element>().and_then(|element| {
            let scroller = element.clone();
            let resized = move || {
                let row = *latest.borrow();
                if let Some(row) = row.and_then(|row| screen::row_of(&scroller, row)) {
                    screen::reveal_within(&scroller, &row);
                }
            };
            Watch::new(&element, resized, || ())
        });
        move || drop(watch)
    });
}
