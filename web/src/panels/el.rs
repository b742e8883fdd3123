//! Small elements without the macro.
//!
//! `html!` writes out the building of every element where it stands; the stage has a hundred kinds of spans. One function
//! for all of them is a tenth of the code, and the page is downloaded. Elements with a reference stay with the macro.

use std::cell::RefCell;
use std::rc::Rc;

use kmalloc_glossary::{Piece, pieces};
use yew::html::onclick;
use yew::prelude::*;
use yew::virtual_dom::{AttributeOrProperty, Attributes, VTag, VText};

use crate::lang::{Lang, rich};
use crate::view::Action;
use crate::widgets::icon;

/// An element that is being put together. It is one address, so that each step takes and gives it without copying.
pub(super) struct El(Box<Parts>);

struct Parts {
    tag: VTag,
    names: Vec<&'static str>,
    values: Vec<Option<AttributeOrProperty>>,
}

/// Lists of attributes' names, each kept for good: there are as many as kinds of elements.
const NAMES: usize = 64;

thread_local! {
    static KNOWN: RefCell<[Vec<&'static [&'static str]>; NAMES]> = const { RefCell::new([const { Vec::new() }; NAMES]) };
}

/// The one list with these names: Yew compares attributes of one list value by value, without looking for names.
#[inline(never)]
fn known(names: &[&'static str]) -> &'static [&'static str] {
    let place = names.iter().fold(names.len(), |sum, name| {
        let ends = [name.as_bytes().first(), name.as_bytes().last()];
        let letters = ends.into_iter().flatten();
        // Long lists go round: only the place counts.
        let sum = sum.wrapping_mul(7).wrapping_add(name.len());
        letters.fold(sum, |sum, letter| {
            sum.wrapping_mul(5).wrapping_add(usize::from(*letter))
        })
    });
    KNOWN.with_borrow_mut(|known| {
        let lists = &mut known[place % NAMES];
        if let Some(list) = lists.iter().find(|list| **list == names) {
            return *list;
        }
        let list: &'static [&'static str] = Vec::leak(names.to_vec());
        lists.push(list);
        list
    })
}

impl El {
    /// An element of this class.
    #[inline(never)]
    pub(super) fn new(tag: &'static str, class: &'static str) -> El {
        let mut element = El(Box::new(Parts {
            tag: VTag::new(tag),
            names: Vec::new(),
            values: Vec::new(),
        }));
        if !class.is_empty() {
            element.set("class", class.into());
        }
        element
    }

    /// A button that shows its name. A component would be made, compared and kept for each.
    #[inline(never)]
    pub(super) fn button(label: &str, act: Callback<()>) -> El {
        El::new("button", "")
            .is("type", "button")
            .click(act.reform(|_| ()))
            .text(label)
    }

    /// A button that shows a path for [`icon`]. Its name is told.
    #[inline(never)]
    pub(super) fn icon_button(label: &str, path: &'static str, act: Callback<()>) -> El {
        El::new("button", "")
            .is("type", "button")
            .click(act.reform(|_| ()))
            .attr("aria-label", label.into())
            .attr("title", label.into())
            .child(icon(path))
    }

    /// A button that would do nothing now. It stays reachable, so that the focus does not jump away.
    #[inline(never)]
    pub(super) fn idle(mut self, idle: bool) -> El {
        if idle {
            self.0.tag.set_listeners(Box::default());
            self.set("aria-disabled", "true".into());
        }
        self
    }

    /// A button that switches something which is on or off.
    #[inline(never)]
    pub(super) fn pressed(self, pressed: bool) -> El {
        self.attr("aria-pressed", pressed.to_string())
    }

    /// A button that unfolds something which is open or not.
    #[inline(never)]
    pub(super) fn expanded(self, expanded: bool) -> El {
        self.attr("aria-expanded", expanded.to_string())
    }

    /// Its class.
    pub(super) fn class(self, class: &'static str) -> El {
        self.is("class", class)
    }

    #[inline(never)]
    fn set(&mut self, name: &'static str, value: AttrValue) {
        let value = Some(AttributeOrProperty::Attribute(value));
        let Parts { names, values, .. } = &mut *self.0;
        match names.iter().position(|own| *own == name) {
            Some(place) => values[place] = value,
            None => {
                names.push(name);
                values.push(value);
            }
        }
    }

    /// With its attributes.
    #[inline(never)]
    fn done(self) -> VTag {
        let Parts {
            mut tag,
            names,
            values,
        } = *self.0;
        if !names.is_empty() {
            tag.set_attributes(Attributes::Dynamic {
                keys: known(&names),
                values: values.into_boxed_slice(),
            });
        }
        tag
    }

    /// An attribute that is made while drawing.
    #[inline(never)]
    pub(super) fn attr(mut self, name: &'static str, value: String) -> El {
        self.set(name, value.into());
        self
    }

    /// An attribute that is always the same.
    #[inline(never)]
    pub(super) fn is(mut self, name: &'static str, value: &'static str) -> El {
        self.set(name, value.into());
        self
    }

    /// A second class.
    pub(super) fn also(self, class: &'static str, more: &str) -> El {
        self.attr("class", format!("{class} {more}"))
    }

    /// What tells it from its siblings.
    #[inline(never)]
    pub(super) fn key(mut self, key: &str) -> El {
        self.0.tag.key = Some(key.into());
        self
    }

    /// The same by number.
    #[inline(never)]
    pub(super) fn number(self, key: usize) -> El {
        self.key(&key.to_string())
    }

    /// Its place.
    pub(super) fn style(self, style: String) -> El {
        self.attr("style", style)
    }

    /// A text in it.
    #[inline(never)]
    pub(super) fn text(mut self, text: &str) -> El {
        self.0.tag.add_child(VText::new(text.to_string()).into());
        self
    }

    /// A text in it whose terms explain themselves.
    #[inline(never)]
    pub(super) fn terms(self, lang: Lang, text: &str) -> El {
        pieces(lang as usize, text)
            .into_iter()
            .fold(self, |into, piece| match piece {
                Piece::Plain(text) => into.text(text),
                Piece::Term(term, text) => into.put(El::term(term.id, text)),
            })
    }

    /// A term: a button that the page listens to (`browser::on_term`), so that it needs no callback of its own.
    #[inline(never)]
    pub(super) fn term(id: &'static str, text: &str) -> El {
        El::new("button", "term")
            .is("type", "button")
            .is("aria-haspopup", "dialog")
            .is("data-term", id)
            .text(text)
    }

    /// An element in it.
    #[inline(never)]
    pub(super) fn put(mut self, child: El) -> El {
        self.0.tag.add_child(child.done().into());
        self
    }

    /// A component in it.
    pub(super) fn child(mut self, child: Html) -> El {
        self.0.tag.add_child(child);
        self
    }

    /// An element in it, if there is one.
    #[inline(never)]
    pub(super) fn maybe(self, child: Option<El>) -> El {
        match child {
            Some(child) => self.put(child),
            None => self,
        }
    }

    /// Elements in it.
    pub(super) fn all(self, children: impl IntoIterator<Item = El>) -> El {
        children.into_iter().fold(self, El::put)
    }

    /// A text whose `backticks` mark names of the kernel.
    pub(super) fn rich(mut self, text: &str) -> El {
        self.0.tag.add_child(rich(text));
        self
    }

    /// HTML in it that was made when the page was built.
    #[inline(never)]
    pub(super) fn raw(mut self, html: &str) -> El {
        let html = AttrValue::from(html.to_string());
        self.0.tag.add_child(Html::from_html_unchecked(html));
        self
    }

    /// What a click on it does.
    #[inline(never)]
    pub(super) fn click(mut self, on: Callback<MouseEvent>) -> El {
        self.0.tag.add_listener(Rc::new(onclick::Wrapper::new(on)));
        self
    }

    /// The action that a click on it is.
    #[inline(never)]
    pub(super) fn does(self, on: &Callback<Action>, action: Action) -> El {
        let on = on.clone();
        self.click(Callback::from(move |_| on.emit(action.clone())))
    }

    /// Done.
    #[inline(never)]
    pub(super) fn html(self) -> Html {
        self.done().into()
    }
}

impl From<El> for Html {
    fn from(element: El) -> Html {
        element.html()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However many attributes an element has, its list is found again.
    #[test]
    fn a_long_list_of_names_is_kept() {
        let names = ["aria-describedby"; 40];
        assert!(std::ptr::eq(known(&names), known(&names)));
        assert!(!std::ptr::eq(known(&names), known(&names[..39])));
    }
}
