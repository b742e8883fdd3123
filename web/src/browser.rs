//! Every call into the browser: address and history, storage, clipboard, files, frames, keys, preferences.
//!
//! Nothing is decided here. What a browser may refuse (storage in a sandboxed frame, the clipboard, a history entry that is
//! too large) is tolerated: the page goes on without it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, CustomEvent, CustomEventInit, Document, Element, HtmlAnchorElement,
    HtmlDialogElement, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement,
    KeyboardEvent, MediaQueryList, MouseEvent, RequestCache, RequestInit, Response, Storage,
    StorageEvent, Url, Window,
};
use yew::prelude::*;

use crate::paint::screen;
use crate::tween::decimal;
use crate::view::ProseLink;

fn window() -> Window {
    web_sys::window().expect("the page runs in a window")
}

fn document() -> Document {
    window().document().expect("a window has a document")
}

// ── the page itself ───────────────────────────────────────────────────────────────────────────────────────────────

/// The language that the student's browser asks for.
pub fn language() -> String {
    window().navigator().language().unwrap_or_default()
}

/// Says on the root element which language and which light the page has; no light means the system's.
pub fn set_root(lang: &str, theme: Option<&str>, title: &str) {
    let document = document();
    document.set_title(title);
    let Some(root) = document.document_element() else {
        return;
    };
    let set = |name, value: Option<&str>| match value {
        Some(value) => root.set_attribute(name, value),
        None => root.remove_attribute(name),
    };
    // Only a name that is no name could be refused.
    set("lang", Some(lang)).and(set("data-theme", theme)).ok();
}

/// The size of the window.
pub fn window_size() -> (f64, f64) {
    let size = |value: Result<JsValue, JsValue>| value.ok().and_then(|value| value.as_f64());
    let window = window();
    (
        size(window.inner_width()).unwrap_or_default(),
        size(window.inner_height()).unwrap_or_default(),
    )
}

/// Says on the root element how large everything is drawn, for a projector or not, and whether the layout is a low one.
pub fn set_scale(projector: bool, scale: f64, low: bool) {
    let Some(root) = document().document_element() else {
        return;
    };
    for (name, on) in [("data-projector", projector), ("data-low", low)] {
        if on {
            root.set_attribute(name, "").ok();
        } else {
            root.remove_attribute(name).ok();
        }
    }
    root.set_attribute("style", &format!("--scale:{}", decimal(scale as f32)))
        .ok();
}

/// Tells when the window has another size.
pub fn on_resize(told: Callback<()>) {
    let heard = Closure::<dyn Fn()>::new(move || told.emit(()));
    window()
        .add_event_listener_with_callback("resize", heard.as_ref().unchecked_ref())
        .ok();
    heard.forget();
}

/// Makes a value reachable by other scripts under this name of `window`.
pub fn publish(name: &str, value: &JsValue) {
    js_sys::Reflect::set(&window(), &name.into(), value).ok();
}

// ── what a field holds ────────────────────────────────────────────────────────────────────────────────────────────

/// The text of the input, text area or menu that an event came from.
pub fn value_of(event: &web_sys::Event) -> String {
    let Some(target) = event.target() else {
        return String::new();
    };
    if let Some(input) = target.dyn_ref::<HtmlInputElement>() {
        input.value()
    } else if let Some(area) = target.dyn_ref::<HtmlTextAreaElement>() {
        area.value()
    } else if let Some(menu) = target.dyn_ref::<HtmlSelectElement>() {
        menu.value()
    } else {
        String::new()
    }
}

/// Whether the checkbox that an event came from is checked.
pub fn is_checked(event: &web_sys::Event) -> bool {
    let target = event.target();
    target
        .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
        .is_some_and(|input| input.checked())
}

/// Chooses an entry of a menu.
pub fn choose(menu: &NodeRef, index: usize) {
    if let Some(menu) = menu.cast::<HtmlSelectElement>() {
        menu.set_selected_index(index as i32);
    }
}

/// Opens a dialog over everything else. The browser closes it with Escape and gives the focus back; then this tells. Who chose
/// something in it (a button with a value) goes on with the player, wherever the dialog was opened from.
pub fn open_dialog(dialog: &NodeRef, closed: Callback<()>) {
    let Some(dialog) = dialog.cast::<HtmlDialogElement>() else {
        return;
    };
    let from_nothing = nothing_is_focused();
    let closing = dialog.clone();
    let heard = Closure::once_into_js(move || {
        if !closing.return_value().is_empty() {
            focus_player();
        } else if from_nothing {
            // What had the focus in it has no heir: nothing had it before.
            FOCUSED.with_borrow_mut(Vec::clear);
        }
        closed.emit(());
    });
    dialog
        .add_event_listener_with_callback("close", heard.unchecked_ref())
        .ok();
    dialog.show_modal().ok();
}

/// The page as a whole has the focus.
fn nothing_is_focused() -> bool {
    let document = document();
    document.active_element() == document.body().map(Element::from)
}

/// Gives the focus to the button that plays.
fn focus_player() {
    let button = document()
        .query_selector("footer.player .play")
        .ok()
        .flatten();
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        button.focus().ok();
    }
}

thread_local! {
    /// The word that was pressed last: its explanation opens beside it.
    static WORD: RefCell<Option<Element>> = const { RefCell::new(None) };
}

/// Tells of presses on words with `data-term`, wherever they are on the page.
pub fn on_term(told: Callback<String>) {
    let heard = Closure::<dyn Fn(web_sys::MouseEvent)>::new(move |event: web_sys::MouseEvent| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let word = target.and_then(|target| target.closest("[data-term]").ok().flatten());
        if let Some(word) = word {
            // In a page of the course it is a link: it leads nowhere.
            event.prevent_default();
            let id = word.get_attribute("data-term").unwrap_or_default();
            WORD.set(Some(word));
            told.emit(id);
        }
    });
    document()
        .add_event_listener_with_callback("click", heard.as_ref().unchecked_ref())
        .ok();
    heard.forget();
}

/// Space between a word and its explanation, and from there to the window's edge.
const BESIDE: f64 = 6.0;

/// Opens a popover below the word that was pressed last, or above it where there is more room.
pub fn open_popover(popover: &NodeRef) {
    let Some(popover) = popover.cast::<HtmlElement>() else {
        return;
    };
    // One that is open keeps the place that the focus goes back to: it is opened anew.
    popover.hide_popover().ok();
    if popover.show_popover().is_err() {
        return;
    }
    let Some(word) = WORD.with_borrow(Clone::clone) else {
        return;
    };
    let (word, own) = (
        word.get_bounding_client_rect(),
        popover.get_bounding_client_rect(),
    );
    let (width, height) = window_size();
    let scale = screen::scale_of(&popover);
    let left = word.left().min(width - own.width() - BESIDE).max(BESIDE);
    let below = word.bottom() + BESIDE;
    let top = if below + own.height() <= height {
        below
    } else {
        (word.top() - BESIDE - own.height()).max(BESIDE)
    };
    let style = popover.style();
    for (name, at) in [("left", left), ("top", top)] {
        style
            .set_property(name, &format!("{}px", decimal((at / scale) as f32)))
            .ok();
    }
}

/// Selects the whole text of the field that an event came from.
pub fn select_all(event: &web_sys::Event) {
    if let Some(input) = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
    {
        input.select();
    }
}

/// Puts the caret where an error stands in a text, and shows its mark: one of the children of `marks`.
pub fn go_to(field: &NodeRef, marks: &NodeRef, number: usize, place: Option<u32>) {
    let (Some(field), Some(place)) = (field.cast::<HtmlTextAreaElement>(), place) else {
        return;
    };
    field.focus().ok();
    field.set_selection_range(place, place).ok();
    let mark = marks.cast::<Element>().and_then(|marks| {
        let mark = marks.children().item(number as u32)?;
        mark.query_selector("mark").ok()?
    });
    if let Some(mark) = mark {
        mark.scroll_into_view();
    }
}

/// Whether an element has the focus.
pub fn has_focus(node: &NodeRef) -> bool {
    let own = node.cast::<Element>();
    own.is_some() && own == document().active_element()
}

/// Scrolls a box until something in it is seen, clear of the head that sticks to its top.
pub fn reveal_under(scroller: &NodeRef, head: &str, child: &str) {
    let Some(scroller) = scroller.cast::<HtmlElement>() else {
        return;
    };
    let within = |selectors| {
        let found = scroller.query_selector(selectors).ok().flatten();
        found.and_then(|found| found.dyn_into::<HtmlElement>().ok())
    };
    let (Some(head), Some(child)) = (within(head), within(child)) else {
        return;
    };
    screen::reveal(&scroller, &child);
    let hidden = head.get_bounding_client_rect().bottom() - child.get_bounding_client_rect().top();
    let is_shown = child.offset_height() > 0;
    if is_shown && hidden > 0.0 && scroller.scroll_top() > 0 {
        let by = hidden / screen::scale_of(&scroller);
        scroller.set_scroll_top(scroller.scroll_top() - by.ceil() as i32);
    }
}

/// The children of a row that scrolls fade towards its ends: one that is looked for stands so far from them.
const CLEAR_PX: f64 = 24.0;

/// Scrolls a row to the side until one of its children is seen, counted from 0.
pub fn reveal_across(row: &NodeRef, number: usize) {
    let Some(row) = row.cast::<HtmlElement>() else {
        return;
    };
    let Some(child) = row.children().item(number as u32) else {
        return;
    };
    screen::reveal_across(&row, &child, CLEAR_PX);
}

/// Takes the focus from a button that was pressed with a pointer: the next space is the page's, not the button's.
pub fn let_go(event: &MouseEvent) {
    // A key's click counts none.
    if event.detail() > 0
        && let Some(button) = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlElement>().ok())
    {
        button.blur().ok();
    }
}

thread_local! {
    /// What had the focus last, and what it stands in, from the inside out.
    static FOCUSED: RefCell<Vec<Element>> = const { RefCell::new(Vec::new()) };
}

/// Remembers what has the focus, for [`keep_focus`].
pub fn note_focus() {
    let heard = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
        let target = event.target();
        let target = target.and_then(|target| target.dyn_into::<Element>().ok());
        let chain = std::iter::successors(target, |element| element.parent_element());
        FOCUSED.with_borrow_mut(|focused| {
            focused.clear();
            focused.extend(chain);
        });
    });
    document()
        .add_event_listener_with_callback("focusin", heard.as_ref().unchecked_ref())
        .ok();
    heard.forget();
}

/// When what had the focus is gone from the page, its heir gets it, in place of nobody: what is marked as heir in the nearest
/// part of the page that is left, or else the first thing there that can have it.
pub fn keep_focus() {
    const ABLE: &str = "button:not([disabled]), a[href], input:not([disabled]), select, summary, textarea, [tabindex='0']";
    if !nothing_is_focused() {
        return;
    }
    let left = FOCUSED.with_borrow_mut(|focused| {
        let gone = focused.first().is_some_and(|first| !first.is_connected());
        if gone {
            std::mem::take(focused)
        } else {
            Vec::new()
        }
    });
    let left = left.into_iter().filter(|element| element.is_connected());
    let heirs = left.flat_map(|element| {
        let within = |selectors| element.query_selector(selectors).ok().flatten();
        [within("[data-heir]"), within(ABLE)]
    });
    let first = heirs.flatten().next();
    if let Some(heir) = first.and_then(|heir| heir.dyn_into::<HtmlElement>().ok()) {
        heir.focus().ok();
    }
}

// ── preferences ───────────────────────────────────────────────────────────────────────────────────────────────────

/// A media query that says whether the student wants less movement.
pub const LESS_MOVEMENT: &str = "(prefers-reduced-motion: reduce)";

fn media(query: &str) -> Option<MediaQueryList> {
    window().match_media(query).ok().flatten()
}

/// Whether a media query holds.
pub fn prefers(query: &str) -> bool {
    media(query).is_some_and(|list| list.matches())
}

/// Tells whenever that changes, as long as the page lives.
pub fn on_preference(query: &'static str, told: Callback<bool>) {
    if let Some(list) = media(query) {
        let heard = Closure::<dyn Fn()>::new(move || told.emit(prefers(query)));
        list.add_event_listener_with_callback("change", heard.as_ref().unchecked_ref())
            .ok();
        heard.forget();
    }
}

// ── storage ───────────────────────────────────────────────────────────────────────────────────────────────────────

/// Why something was not kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// This page may keep nothing.
    Blocked,
    /// There is no more room.
    Full,
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// What was kept under a key.
pub fn load(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Keeps a text under a key, or forgets it.
pub fn save(key: &str, value: Option<&str>) -> Result<(), Refused> {
    let storage = storage().ok_or(Refused::Blocked)?;
    let kept = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
    kept.map_err(|error| {
        let name = js_sys::Reflect::get(&error, &"name".into());
        match name.ok().and_then(|name| name.as_string()).as_deref() {
            Some("QuotaExceededError") => Refused::Full,
            _ => Refused::Blocked,
        }
    })
}

fn tab_storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// What was kept for this tab alone.
pub fn load_tab(key: &str) -> Option<String> {
    tab_storage()?.get_item(key).ok().flatten()
}

/// Keeps a text for this tab alone, where that is allowed.
pub fn save_tab(key: &str, value: Option<&str>) {
    if let Some(storage) = tab_storage() {
        match value {
            Some(value) => storage.set_item(key, value).ok(),
            None => storage.remove_item(key).ok(),
        };
    }
}

/// Tells what another tab keeps: the key, and the text or nothing.
pub fn on_storage(told: Callback<(String, Option<String>)>) {
    let heard = Closure::<dyn Fn(StorageEvent)>::new(move |event: StorageEvent| {
        if let Some(key) = event.key() {
            told.emit((key, event.new_value()));
        }
    });
    window()
        .add_event_listener_with_callback("storage", heard.as_ref().unchecked_ref())
        .ok();
    heard.forget();
}

// ── what stands around the program ────────────────────────────────────────────────────────────────────────────────

/// Whether the page stands inside of another one.
pub fn is_framed() -> bool {
    let window = window();
    window
        .parent()
        .map_or(true, |parent| parent.as_ref() != Some(&window))
}

/// Tells that a new version of the page is ready, perhaps at once.
pub fn on_update(told: Callback<()>) {
    let root = document().document_element();
    if root.is_some_and(|root| root.has_attribute("data-update")) {
        told.emit(());
    }
    let heard = Closure::<dyn Fn()>::new(move || told.emit(()));
    window()
        .add_event_listener_with_callback("kmalloc-lab-update", heard.as_ref().unchecked_ref())
        .ok();
    heard.forget();
}

/// Loads that version.
pub fn take_update() {
    if let Ok(event) = web_sys::Event::new("kmalloc-lab-take-update") {
        window().dispatch_event(&event).ok();
    }
}

/// Tells those who stand by that the program stops, and why.
pub fn tell_of_panic(message: &str) {
    let detail = js_sys::Object::new();
    js_sys::Reflect::set(&detail, &"message".into(), &message.into()).ok();
    let with = CustomEventInit::new();
    with.set_detail(&detail);
    if let Ok(event) = CustomEvent::new_with_event_init_dict("kmalloc-lab-panic", &with) {
        window().dispatch_event(&event).ok();
    }
}

/// This is asked, by those who stand by, when the program has stopped.
pub fn on_last_words(tell: impl Fn(&str) -> Option<String> + 'static) {
    let asked = Closure::<dyn Fn(String) -> Option<String>>::new(move |what: String| tell(&what));
    publish("kmallocLabWork", asked.as_ref());
    asked.forget();
}

// ── address ───────────────────────────────────────────────────────────────────────────────────────────────────────

/// The address without its fragment.
pub fn base_address() -> String {
    let href = window().location().href().unwrap_or_default();
    href.split('#').next().unwrap_or_default().into()
}

/// The address without its switches and fragment.
pub fn page_address() -> String {
    let base = base_address();
    base.split('?').next().unwrap_or_default().into()
}

/// The switches of the address, as names and values.
pub fn query() -> Vec<(String, String)> {
    let search = window().location().search().unwrap_or_default();
    let decoded = |text: &str| {
        let text = js_sys::decode_uri_component(text).ok();
        text.map_or(String::new(), String::from)
    };
    let parts = search.trim_start_matches('?').split('&').map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (decoded(name), decoded(value))
    });
    parts.collect()
}

/// The fragment, without `#`.
pub fn fragment() -> String {
    let hash = window().location().hash().unwrap_or_default();
    hash.strip_prefix('#').unwrap_or(&hash).into()
}

/// The text that was kept with this entry of the history.
pub fn kept_text() -> Option<String> {
    window().history().ok()?.state().ok()?.as_string()
}

/// Gives the present moment an address: a new entry of the history, or in place of this one. A fragment of None leaves the
/// address as it is.
pub fn set_address(fragment: Option<&str>, kept: Option<&str>, push: bool) {
    let Ok(history) = window().history() else {
        return;
    };
    let state = kept.map_or(JsValue::NULL, JsValue::from_str);
    let address = fragment.map(|fragment| format!("#{fragment}"));
    // A browser that counts too many changes, or finds the text too large, refuses: the page works without.
    if push {
        history
            .push_state_with_url(&state, "", address.as_deref())
            .ok();
    } else {
        history
            .replace_state_with_url(&state, "", address.as_deref())
            .ok();
    }
}

/// Tells when the student goes back, forward, or types another fragment.
pub fn on_address(told: Callback<()>) {
    let heard = Closure::<dyn Fn()>::new(move || told.emit(()));
    for event in ["popstate", "hashchange"] {
        window()
            .add_event_listener_with_callback(event, heard.as_ref().unchecked_ref())
            .ok();
    }
    heard.forget();
}

/// Tells when the page is about to go away.
pub fn on_leave(told: Callback<()>) {
    let heard = Closure::<dyn Fn()>::new(move || told.emit(()));
    window()
        .add_event_listener_with_callback("pagehide", heard.as_ref().unchecked_ref())
        .ok();
    heard.forget();
}

/// Whether the page was loaded again, and not opened by a link.
pub fn reloaded() -> bool {
    let performance = window().performance();
    performance.is_some_and(|performance| {
        performance.navigation().type_() == web_sys::PerformanceNavigation::TYPE_RELOAD
    })
}

// ── clipboard and files ───────────────────────────────────────────────────────────────────────────────────────────

/// Copies a text and tells whether that worked.
pub fn copy(text: &str, told: Callback<bool>) {
    let navigator = window().navigator();
    // Without a secure connection there is no clipboard at all.
    let there = js_sys::Reflect::get(&navigator, &"clipboard".into());
    if there.is_ok_and(|clipboard| clipboard.is_object()) {
        let written = navigator.clipboard().write_text(text);
        spawn_local(async move { told.emit(JsFuture::from(written).await.is_ok()) });
    } else {
        told.emit(false);
    }
}

/// Offers a text as a file.
pub fn download(name: &str, text: &str) {
    let options = BlobPropertyBag::new();
    options.set_type("text/plain;charset=utf-8");
    let parts = js_sys::Array::of1(&text.into());
    let offered = Blob::new_with_str_sequence_and_options(&parts, &options)
        .and_then(|blob| Url::create_object_url_with_blob(&blob));
    let anchor = document().create_element("a");
    if let (Ok(url), Ok(anchor)) = (offered, anchor) {
        let anchor: HtmlAnchorElement = anchor.unchecked_into();
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
        Url::revoke_object_url(&url).ok();
    }
}

/// Reads the file that was chosen in a field, as text.
pub fn read_file(event: &web_sys::Event, told: Callback<String>) {
    let input = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    let Some(input) = input else { return };
    let Some(file) = input.files().and_then(|files| files.get(0)) else {
        return;
    };
    // The same file can be chosen again.
    input.set_value("");
    spawn_local(async move {
        let text = JsFuture::from(file.text()).await.ok();
        told.emit(text.and_then(|text| text.as_string()).unwrap_or_default());
    });
}

/// Fetches a text file that belongs to the page; None when it is not to be had. A hosted page names the folder, which is of
/// its own build; otherwise what the browser has kept is asked for again, so that page and files are of one build.
pub fn fetch_text(address: String, told: Callback<Option<String>>) {
    let options = RequestInit::new();
    let root = document().document_element();
    let folder = root.and_then(|root| root.get_attribute("data-files"));
    if folder.is_none() {
        options.set_cache(RequestCache::NoCache);
    }
    let address = folder.unwrap_or_default() + &address;
    if let Some(text) = brought(&address) {
        return told.emit(Some(text));
    }
    let fetched = window().fetch_with_str_and_init(&address, &options);
    spawn_local(async move {
        let text = async {
            let response: Response = JsFuture::from(fetched).await.ok()?.unchecked_into();
            if !response.ok() {
                return None;
            }
            let text = JsFuture::from(response.text().ok()?).await.ok()?;
            text.as_string()
        };
        told.emit(text.await);
    });
}

/// A file that is here already: a first visitor's page asks for some before its program is there (`static/hosted/first.js`).
/// It is given once: who asks again wants it from the host.
fn brought(address: &str) -> Option<String> {
    let files = js_sys::Reflect::get(&window(), &"kmallocLabFiles".into()).ok()?;
    let files: js_sys::Object = files.dyn_into().ok()?;
    let address = address.into();
    let text = js_sys::Reflect::get(&files, &address).ok()?.as_string()?;
    js_sys::Reflect::delete_property(&files, &address).ok();
    Some(text)
}

// ── prose ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/// What a click on a link or a card in the prose asks for; the click is used up.
pub fn prose_link(event: &MouseEvent) -> Option<ProseLink> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let link = target.closest("[data-lab], [data-chapter]").ok()??;
    event.prevent_default();
    let lab = link.get_attribute("data-lab").unwrap_or_default();
    // A card is the one that the button stands in, or the one of that name.
    let card = match lab.as_str() {
        "." => link.closest("figure").ok()?,
        name if name.is_empty() || name.contains(['"', '\\']) => None,
        name => document()
            .query_selector(&format!("figure[data-card=\"{name}\"]"))
            .ok()?,
    };
    let text = card
        .and_then(|card| card.query_selector("pre").ok().flatten())
        .and_then(|pre| pre.text_content());
    Some(ProseLink {
        chapter: link.get_attribute("data-chapter"),
        lab,
        text,
        at: link.get_attribute("data-at").unwrap_or_default(),
    })
}

/// Shows the open exercise of a lesson, or the lesson from its top, when something was opened. The keyboard's place moves
/// there when a press in the lesson opened it, or when that press took the place away.
pub fn show_lesson(lesson: &NodeRef, opened: bool, pressed: bool) {
    let Some(lesson) = lesson.cast::<HtmlElement>() else {
        return;
    };
    let card = lesson.query_selector(".exercise").ok().flatten();
    let card = card.and_then(|card| card.dyn_into::<HtmlElement>().ok());
    if opened {
        match &card {
            Some(card) => card.scroll_into_view(),
            None => lesson.set_scroll_top(0),
        }
    }
    let active = document().active_element();
    let lost = active.is_none_or(|active| active.tag_name() == "BODY");
    if pressed && (opened || lost) {
        card.unwrap_or(lesson).focus().ok();
    }
}

// ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/// Calls back once a frame for as long as there is something to move. One closure serves for the life of the page.
#[derive(Clone)]
pub struct Frames(Rc<FramesInner>);

/// What the browser calls with the time of a frame.
type OnFrame = Closure<dyn Fn(f64)>;

struct FramesInner {
    closure: RefCell<Option<OnFrame>>,
    running: Cell<bool>,
    /// The last frame's time; none before the first of a movement.
    last_ms: Cell<Option<f64>>,
}

impl Frames {
    /// `frame` is given the milliseconds since the last one, and answers whether there is more to come.
    pub fn new(frame: impl Fn(f32) -> bool + 'static) -> Frames {
        let inner = Rc::new(FramesInner {
            closure: RefCell::new(None),
            running: Cell::new(false),
            last_ms: Cell::new(None),
        });
        let frames = Frames(inner);
        let again = frames.clone();
        let closure = Closure::new(move |now: f64| {
            let since = again
                .0
                .last_ms
                .replace(Some(now))
                .map_or(0.0, |last| now - last);
            if frame(since as f32) {
                again.request();
            } else {
                again.0.running.set(false);
            }
        });
        *frames.0.closure.borrow_mut() = Some(closure);
        frames
    }

    /// Starts, unless it runs already.
    pub fn start(&self) {
        if !self.0.running.replace(true) {
            self.0.last_ms.set(None);
            self.request();
        }
    }

    fn request(&self) {
        if let Some(closure) = &*self.0.closure.borrow() {
            window()
                .request_animation_frame(closure.as_ref().unchecked_ref())
                .ok();
        }
    }
}

/// Milliseconds since the page was opened.
pub fn now() -> f64 {
    let performance = window().performance();
    performance.map_or_else(js_sys::Date::now, |performance| performance.now())
}

/// Something that happens later, unless this is dropped first.
pub struct Timer {
    id: i32,
    _closure: Closure<dyn FnMut()>,
}

impl Timer {
    /// In so many milliseconds.
    pub fn after(ms: i32, then: impl FnOnce() + 'static) -> Timer {
        let closure = Closure::once(then);
        let id = window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(
                closure.as_ref().unchecked_ref(),
                ms,
            )
            .unwrap_or_default();
        Timer {
            id,
            _closure: closure,
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        window().clear_timeout_with_handle(self.id);
    }
}

// ── keys ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/// A key that no field wanted.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its name, as in `KeyboardEvent.key`.
    pub name: String,
    /// Control or Command was held.
    pub control: bool,
    /// Shift was held.
    pub shift: bool,
}

/// Tells of keys that are pressed on the page itself or inside of an element with `data-keys`. Fields, menus and other
/// controls keep theirs; `told` answers whether the browser shall do nothing more.
pub fn on_key(told: impl Fn(Key) -> bool + 'static) {
    let heard = Closure::<dyn Fn(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        if event.alt_key() || event.default_prevented() || !is_for_the_page(&event) {
            return;
        }
        let key = Key {
            name: event.key(),
            control: event.ctrl_key() || event.meta_key(),
            shift: event.shift_key(),
        };
        if told(key) {
            event.prevent_default();
        }
    });
    document()
        .add_event_listener_with_callback("keydown", heard.as_ref().unchecked_ref())
        .ok();
    heard.forget();
}

fn is_for_the_page(event: &KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(target) = target else { return true };
    let key = event.key();
    let within = |selectors| target.closest(selectors).is_ok_and(|found| found.is_some());
    // Signs and letters mean nothing to what is only looked at or pressed; the keys that move do where something scrolls.
    let is_sign = key == "Escape" || key.chars().count() == 1 && key != " ";
    // A clicker works wherever the focus is.
    let root = document().document_element();
    let is_click = matches!(&*key, "PageDown" | "PageUp")
        && root.is_some_and(|root| root.has_attribute("data-projector"));
    match target.tag_name().as_str() {
        _ if within("dialog, [popover]") => false,
        "BODY" | "HTML" => true,
        // Nothing to write, and nothing that they do with it: it ends what the page does.
        "SELECT" | "TEXTAREA" | "INPUT" if key == "Escape" => true,
        "SELECT" | "TEXTAREA" => false,
        "INPUT" => is_click || target.has_attribute("data-keys"),
        // A button is pressed with these.
        "BUTTON" => key != " " && key != "Enter",
        _ => is_sign || is_click || within("[data-keys]"),
    }
}
