//! What the student is told about the page itself: links, saved work, why a call was not made. One sentence each, with what
//! can be done.

use yew::prelude::*;

use super::el::El;
use crate::lang::{self, Lang, errors, rich};
use crate::view::{Action, Notice, emits};

/// What the notices are given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// What is told.
    pub notice: Option<Notice>,
    /// Whether a link replaced the student's work.
    pub has_earlier: bool,
    /// Where actions go.
    pub on: Callback<Action>,
    /// Saves the scenario as a file.
    pub save: Callback<()>,
}

/// The notices.
#[component]
pub fn Notices(props: &Props) -> Html {
    let Props {
        lang,
        notice,
        has_earlier,
        on,
        save,
    } = props;
    let texts = lang.app();
    let told = notice.as_ref().map(|notice| {
        let text = match notice {
            Notice::TextCopied => texts.text_copied,
            Notice::TextNotCopied => texts.text_not_copied,
            Notice::TooLongForLink => texts.too_long,
            Notice::BadLink(error) => errors::link_error(*lang, *error),
            Notice::UnknownId => texts.unknown_id,
            Notice::MendTextFirst => texts.mend_first,
            Notice::MendToCompare => texts.mend_to_compare,
            Notice::RunHasEnded => texts.run_ended,
            Notice::RunCancelled => lang.running().cancelled,
            Notice::NeedsWholeRun => lang.running().needs_whole,
            Notice::NoSuchMoment => lang.course().no_such_moment,
            Notice::NoProgressFile => lang.course().no_progress_file,
            Notice::FileRefused(error) => lang::share::refused(*lang, *error),
        };
        html! {
            <div class="notice">
                <p>{ rich(text) }</p>
                if *notice == Notice::TooLongForLink {
                    { El::button(texts.save_file, save.clone()).html() }
                }
                if *notice == Notice::RunCancelled {
                    { El::button(lang.running().again, emits(on, Action::RunAgain)).class("strong").html() }
                }
                { El::button(texts.close, emits(on, Action::DismissNotice)).html() }
            </div>
        }
    });
    html! {
        <div class="notices">
            <div key="told" role="status">{ for told }</div>
            <div key="earlier" role="status">
                if *has_earlier {
                    <div class="notice">
                        <p>{ texts.earlier }</p>
                        { El::button(texts.open_earlier, emits(on, Action::OpenEarlier)).class("strong").html() }
                        { El::button(texts.drop_earlier, emits(on, Action::DropEarlier)).html() }
                    </div>
                }
            </div>
        </div>
    }
}
