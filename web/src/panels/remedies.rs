//! "What one change would make it succeed?": a card below the decision path of a call that failed. A row for each change
//! that works, with the difference marked, why it works and what it costs; those tried in vain below. What was found so far is
//! seen while the search goes on.

use kmalloc_core::run::remedy::{Change, Tried};
use kmalloc_core::script::ast::Call;
use kmalloc_core::script::change::difference;
use yew::prelude::*;

use super::el::El;
use crate::compare::CompareAction;
use crate::lang::remedies::{why, why_not};
use crate::lang::{Arg, Lang, fill};
use crate::remedies::{Remedies, failed_call, in_vain, working};
use crate::view::{Action, SharedRun};
use crate::widgets::hooks::use_memo;

/// What the card is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The run.
    pub run: SharedRun,
    /// Where it is looked at.
    pub cursor: usize,
    /// What was found so far.
    pub remedies: Option<Remedies>,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The card; nothing while the call at the cursor has not failed.
#[component]
pub fn RemedyCard(props: &Props) -> Html {
    let Props {
        lang, remedies, on, ..
    } = props;
    let call = props.run.borrow().call_at(props.cursor);
    let failed = use_memo((props.run.clone(), call), |(run, _)| {
        failed_call(run, props.cursor)
    });
    let shown = remedies
        .as_ref()
        .filter(|remedies| Some(remedies.search().call()) == *failed);
    let words = lang.remedies();
    if failed.is_none() {
        return Html::default();
    }
    let Some(remedies) = shown else {
        let ask = El::new("button", "ask")
            .is("type", "button")
            .is("aria-expanded", "false")
            .is("data-heir", "")
            .does(on, Action::Remedies(true))
            .text(words.question);
        return El::new("div", "remedies").key("closed").put(ask).html();
    };
    let search = remedies.search();
    let works = working(&search).count();
    let count = |number: usize| Arg::Number(number as u64);
    let tried = search.tried().len();
    let state = match (remedies.is_searching(), tried, works) {
        (true, ..) => fill(words.trying, &[count(tried), count(search.left())]),
        (false, 0, _) => words.nothing.to_string(),
        (false, _, 0) => fill(words.none, &[count(tried)]),
        (false, ..) => fill(words.found, &[count(tried), count(works)]),
    };
    let close = El::new("button", "close")
        .is("type", "button")
        .is("aria-expanded", "true")
        .does(on, Action::Remedies(false))
        .text(words.close);
    let head = El::new("header", "")
        .put(El::new("h3", "").text(words.question))
        .put(close);
    let made = props.run.borrow().calls()[search.call()].call.clone();
    let rows = working(&search).map(|(number, tried)| row(*lang, &made, number, tried, on));
    let vain: Vec<&Tried> = in_vain(&search).collect();
    let tried_in_vain = (!vain.is_empty() && !remedies.is_searching()).then(|| {
        let title = fill(words.in_vain, &[count(vain.len())]);
        let rows = vain.iter().enumerate().map(|(at, tried)| {
            El::new("li", "")
                .number(at)
                .put(line(tried))
                .put(El::new("span", "").rich(&why_not(*lang, &tried.outcome)))
        });
        El::new("details", "")
            .key("vain")
            .put(El::new("summary", "").text(&title))
            .put(El::new("ul", "").all(rows))
    });
    El::new("section", "remedies open")
        .key("open")
        .is("aria-label", words.question)
        .attr("aria-busy", remedies.is_searching().to_string())
        .is("tabindex", "0")
        .is("data-heir", "")
        .put(head)
        .put(El::new("p", "state").is("role", "status").text(&state))
        .put(El::new("ol", "").key("rows").all(rows))
        .maybe(tried_in_vain)
        .html()
}

fn row(lang: Lang, call: &Call, number: usize, tried: &Tried, on: &Callback<Action>) -> El {
    let words = lang.remedies();
    let Some(effects) = tried.effects() else {
        return El::new("li", "");
    };
    let take = El::new("button", "take")
        .is("type", "button")
        .attr("aria-label", format!("{}: {}", words.take, tried.now))
        .does(on, Action::TakeRemedy(number))
        .text(words.take);
    let compare = El::new("button", "")
        .is("type", "button")
        .attr("aria-label", format!("{}: {}", words.compare, tried.now))
        .does(on, Action::Compare(CompareAction::OpenRemedy(number)))
        .text(words.compare);
    El::new("li", "")
        .number(number)
        .put(line(tried))
        .put(El::new("div", "").put(take).text(" ").put(compare))
        .put(El::new("p", "").rich(&why(lang, call, tried, effects)))
}

/// The line with what has changed: struck out what goes, underlined what comes.
fn line(tried: &Tried) -> El {
    let code = El::new("code", "");
    if matches!(tried.change, Change::Earlier { .. }) {
        return code.put(El::new("ins", "").text(&format!("↑ {};", tried.now)));
    }
    let [gone, come] = difference(&tried.was, &tried.now);
    let (head, tail) = if tried.now.is_empty() {
        (&tried.was[..gone.start], &tried.was[gone.end..])
    } else {
        (&tried.now[..come.start], &tried.now[come.end..])
    };
    let mark =
        |tag: &'static str, text: &str| (!text.is_empty()).then(|| El::new(tag, "").text(text));
    let apart = !gone.is_empty() && !come.is_empty();
    code.text(head)
        .maybe(mark("del", &tried.was[gone]))
        .text(if apart { " " } else { "" })
        .maybe(mark("ins", &tried.now[come]))
        .text(&format!("{tail};"))
}
