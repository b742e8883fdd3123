//! The panels of the page, one a file.

pub mod badge;
pub mod buckets;
pub mod call_bar;
mod el;
pub mod free_lists;
pub mod guide;
pub mod keys;
pub mod lesson;
pub mod map;
pub mod notices;
pub mod path;
pub mod pointers;
pub mod side;
pub mod text_panel;
pub mod timeline;
pub mod top;

use yew::{Callback, Properties};

use crate::view::{Action, Progress, View};

/// What a panel that moves is given.
#[derive(Properties, PartialEq)]
pub struct MovingProps {
    /// The moment to show.
    pub view: View,
    /// How far the movement has come.
    pub progress: Progress,
    /// Where actions go.
    pub on: Callback<Action>,
}
