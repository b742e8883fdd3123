//! Files: chosen, dropped, offered; a picture turned into pixels. Every call into the browser that sharing needs and
//! `browser` has not. Nothing leaves the machine.

use js_sys::{Array, Uint8Array};
use kmalloc_core::script::MAX_TEXT;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, DragEvent, Element, File, HtmlAnchorElement,
    HtmlCanvasElement, HtmlImageElement, HtmlInputElement, Url,
};
use yew::Callback;

fn document() -> Option<web_sys::Document> {
    web_sys::window()?.document()
}

/// Reads a file; None when it is larger than any scenario, or cannot be read.
fn read(file: File, told: Callback<Option<Vec<u8>>>) {
    // One byte too many is read to be refused by name; a film is not read at all.
    if file.size() > (MAX_TEXT + 1) as f64 {
        told.emit(None);
        return;
    }
    spawn_local(async move {
        let buffer = JsFuture::from(file.array_buffer()).await.ok();
        told.emit(buffer.map(|buffer| Uint8Array::new(&buffer).to_vec()));
    });
}

/// Reads the file that was chosen in a field.
pub fn chosen(event: &web_sys::Event, told: Callback<Option<Vec<u8>>>) {
    let input = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    let Some(input) = input else { return };
    if let Some(file) = input.files().and_then(|files| files.get(0)) {
        // The same file can be chosen again.
        input.set_value("");
        read(file, told);
    }
}

/// Reads every file that is dropped on the page, whatever is below it. While one is held over the page, the root element
/// says so.
pub fn on_drop(told: Callback<Option<Vec<u8>>>) {
    let Some(document) = document() else { return };
    let heard = Closure::<dyn Fn(DragEvent)>::new(move |event: DragEvent| {
        let Some(data) = event.data_transfer() else {
            return;
        };
        // A text that is dragged belongs to the field below.
        if !data.types().includes(&"Files".into(), 0) {
            return;
        }
        event.prevent_default();
        let over = event.type_() == "dragover";
        mark(over);
        let file = data.files().and_then(|files| files.get(0));
        if let (false, Some(file)) = (over, file) {
            read(file, told.clone());
        }
    });
    for name in ["dragover", "drop"] {
        document
            .add_event_listener_with_callback(name, heard.as_ref().unchecked_ref())
            .ok();
    }
    heard.forget();
    let left = Closure::<dyn Fn(DragEvent)>::new(|event: DragEvent| {
        // Into nowhere: out of the window.
        if event.related_target().is_none() {
            mark(false);
        }
    });
    document
        .add_event_listener_with_callback("dragleave", left.as_ref().unchecked_ref())
        .ok();
    left.forget();
}

fn mark(over: bool) {
    let root = document().and_then(|document| document.document_element());
    if let Some(root) = root {
        root.toggle_attribute_with_force("data-drop", over).ok();
    }
}

/// Pieces of a file that is being made. The browser holds them, so that the whole never stands in the page's own memory.
#[derive(Default)]
pub struct Pieces(Array);

impl Pieces {
    /// One more.
    pub fn push(&self, piece: &str) {
        self.0.push(&blob(&Array::of1(&piece.into()), "").into());
    }

    /// Offers them as one file.
    pub fn offer(&self, name: &str, mime: &str) {
        offer(name, &blob(&self.0, mime));
    }
}

fn blob(parts: &Array, mime: &str) -> Blob {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    // Only an array of something else could be refused.
    Blob::new_with_blob_sequence_and_options(parts, &options)
        .unwrap_or_else(|_| Blob::new().expect("an empty file can always be made"))
}

/// Offers a text as a file.
pub fn save(name: &str, mime: &str, text: &str) {
    let pieces = Pieces::default();
    pieces.push(text);
    pieces.offer(name, mime);
}

fn offer(name: &str, blob: &Blob) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else {
        return;
    };
    let anchor = document().and_then(|document| document.create_element("a").ok());
    if let Some(anchor) = anchor.and_then(|anchor| anchor.dyn_into::<HtmlAnchorElement>().ok()) {
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
    }
    Url::revoke_object_url(&url).ok();
}

/// Draws an SVG at so many pixels a unit and offers it as PNG; tells whether that worked.
pub fn save_png(name: String, svg: &str, scale: f64, told: Callback<bool>) {
    let picture = blob(&Array::of1(&svg.into()), "image/svg+xml");
    let Ok(url) = Url::create_object_url_with_blob(&picture) else {
        told.emit(false);
        return;
    };
    spawn_local(async move {
        let drawn = draw(&url, scale).await;
        Url::revoke_object_url(&url).ok();
        let Some(canvas) = drawn else {
            told.emit(false);
            return;
        };
        let done = Closure::once_into_js(move |blob: JsValue| match blob.dyn_into::<Blob>() {
            Ok(blob) => {
                offer(&name, &blob);
                told.emit(true);
            }
            Err(_) => told.emit(false),
        });
        canvas.to_blob(done.unchecked_ref()).ok();
    });
}

async fn draw(url: &str, scale: f64) -> Option<HtmlCanvasElement> {
    let image = HtmlImageElement::new().ok()?;
    image.set_src(url);
    JsFuture::from(image.decode()).await.ok()?;
    let canvas: Element = document()?.create_element("canvas").ok()?;
    let canvas: HtmlCanvasElement = canvas.dyn_into().ok()?;
    let (width, height) = (
        f64::from(image.natural_width()) * scale,
        f64::from(image.natural_height()) * scale,
    );
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context = canvas.get_context("2d").ok()??;
    let context: CanvasRenderingContext2d = context.dyn_into().ok()?;
    context
        .draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height)
        .ok()?;
    Some(canvas)
}
