//! Shapes on a canvas, and the few other things that the stage asks of the browser: a canvas's size, the theme's colours,
//! where a pointer is, what scrolls into view. No shape is decided here.

use js_sys::{Reflect, Uint8ClampedArray};
use kmalloc_core::machine::Use;
use kmalloc_core::page::PageKind;
use wasm_bindgen::prelude::*;
use web_sys::{
    CanvasRenderingContext2d, Element, EventTarget, HtmlCanvasElement, HtmlElement, ImageData,
    MutationObserver, MutationObserverInit, ResizeObserver,
};

use super::shapes::{BlockShape, Kind, Layout, PIXELS, Picture};

/// What the map's room is like now.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Room {
    /// CSS pixels.
    pub width: f32,
    /// CSS pixels.
    pub height: f32,
    /// The page's layout is a low one.
    pub low: bool,
    /// Device pixels in a CSS pixel.
    pub density: f32,
    /// Counts changes of the theme: colours must be read again.
    pub theme: u32,
}

/// Calls back whenever an element changes its size or the page its theme, until it is dropped.
pub struct Watch {
    size: ResizeObserver,
    theme: MutationObserver,
    scheme: Option<EventTarget>,
    // Kept alive as long as the observers may call them.
    resized: Closure<dyn FnMut()>,
    themed: Closure<dyn FnMut()>,
}

impl Watch {
    /// Watches an element. None where the browser lacks an observer.
    pub fn new(
        element: &Element,
        resized: impl Fn() + 'static,
        themed: impl Fn() + 'static,
    ) -> Option<Watch> {
        let window = web_sys::window()?;
        let resized = Closure::<dyn FnMut()>::new(resized);
        let themed = Closure::<dyn FnMut()>::new(themed);
        let size = ResizeObserver::new(resized.as_ref().unchecked_ref()).ok()?;
        size.observe(element);
        let theme = MutationObserver::new(themed.as_ref().unchecked_ref()).ok()?;
        let attributes = MutationObserverInit::new();
        attributes.set_attributes(true);
        let root = window.document()?.document_element()?;
        theme.observe_with_options(&root, &attributes).ok()?;
        let scheme: Option<EventTarget> = window
            .match_media("(prefers-color-scheme: dark)")
            .ok()
            .flatten()
            .map(Into::into);
        if let Some(scheme) = &scheme {
            let listener = themed.as_ref().unchecked_ref();
            scheme
                .add_event_listener_with_callback("change", listener)
                .ok()?;
        }
        Some(Watch {
            size,
            theme,
            scheme,
            resized,
            themed,
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.size.disconnect();
        self.theme.disconnect();
        if let Some(scheme) = &self.scheme {
            let listener = self.themed.as_ref().unchecked_ref();
            // Nothing is lost if it was gone already.
            let _ = scheme.remove_event_listener_with_callback("change", listener);
        }
        let _ = &self.resized;
    }
}

/// Measures an element, in its own pixels.
pub fn measure(element: &Element, theme: u32) -> Room {
    let rect = element.get_bounding_client_rect();
    let scale = scale_of(element);
    let density = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
    Room {
        width: (rect.width() / scale) as f32,
        height: (rect.height() / scale) as f32,
        low: element
            .closest("[data-low]")
            .is_ok_and(|root| root.is_some()),
        density: (density * scale) as f32,
        theme,
    }
}

/// How many of the window's pixels one of an element's is: more than one on a projector.
pub fn scale_of(element: &Element) -> f64 {
    let scale = Reflect::get(element, &"currentCSSZoom".into());
    scale.ok().and_then(|scale| scale.as_f64()).unwrap_or(1.0)
}

/// Where a pointer is inside an element, in CSS pixels.
pub fn point_in(element: &Element, client_x: i32, client_y: i32) -> (f32, f32) {
    let rect = element.get_bounding_client_rect();
    let scale = scale_of(element);
    (
        ((f64::from(client_x) - rect.left()) / scale) as f32,
        ((f64::from(client_y) - rect.top()) / scale) as f32,
    )
}

/// Scrolls a box until one of its children is seen. A box that is as long as what is in it cannot: then the page scrolls,
/// so far that the child stands clear of what sticks to the page's edges.
pub fn reveal(scroller: &Element, child: &HtmlElement) {
    // A pixel more is rounding's.
    if scroller.scroll_height() > scroller.client_height() + 1 {
        reveal_within(scroller, child);
        return;
    }
    let inner = child.get_bounding_client_rect();
    // What is not shown now is not looked for.
    if inner.height() > 0.0
        && let Some((window, band)) = free_band()
    {
        window.scroll_by_with_x_and_y(0.0, missing(band, (inner.top(), inner.bottom())).into());
    }
}

/// The same for what moves: a page that was scrolled away from the box altogether stays where it is.
pub fn follow(scroller: &Element, child: &HtmlElement) {
    let outer = scroller.get_bounding_client_rect();
    let near =
        free_band().is_some_and(|(_, (top, bottom))| outer.bottom() > top && outer.top() < bottom);
    if near {
        reveal(scroller, child);
    }
}

/// Scrolls a box until one of its children is seen, and nothing else.
pub fn reveal_within(scroller: &Element, child: &HtmlElement) {
    let (outer, inner) = (
        scroller.get_bounding_client_rect(),
        child.get_bounding_client_rect(),
    );
    let by = missing((outer.top(), outer.bottom()), (inner.top(), inner.bottom()));
    let by = f64::from(by) / scale_of(scroller);
    scroller.set_scroll_top(scroller.scroll_top() + by.ceil() as i32);
}

/// The same from side to side, with so many of the window's pixels to the edges.
pub fn reveal_across(scroller: &Element, child: &Element, clear: f64) {
    let (outer, inner) = (
        scroller.get_bounding_client_rect(),
        child.get_bounding_client_rect(),
    );
    let span = (inner.left() - clear, inner.right() + clear);
    let by = missing((outer.left(), outer.right()), span);
    let by = f64::from(by) / scale_of(scroller);
    scroller.set_scroll_left(scroller.scroll_left() + by.ceil() as i32);
}

/// A row of the list in a box, counted from 1.
pub fn row_of(scroller: &Element, number: usize) -> Option<HtmlElement> {
    let rows = scroller.query_selector("ol").ok()??.children();
    let row = rows.item(number.checked_sub(1)? as u32)?;
    row.dyn_into().ok()
}

/// How far a band has to go to show a span.
fn missing(band: (f64, f64), span: (f64, f64)) -> i32 {
    let (under, over) = (span.0 - band.0, span.1 - band.1);
    if under < 0.0 {
        under.floor() as i32
    } else if over > 0.0 {
        over.ceil() as i32
    } else {
        0
    }
}

/// What a page that scrolls leaves free between the bars at its edges.
fn free_band() -> Option<(web_sys::Window, (f64, f64))> {
    let window = web_sys::window()?;
    let document = window.document()?;
    let bar = |name| document.query_selector(name).ok().flatten();
    let top = bar(".app > .call").map_or(0.0, |bar| bar.get_bounding_client_rect().bottom());
    let bottom = bar(".app > .player")?.get_bounding_client_rect().top();
    Some((window, (top, bottom)))
}

/// The theme's colours, as the browser computes them.
pub struct Palette {
    colours: Vec<String>,
}

/// A colour of the theme, by the place of its token in [`TOKENS`].
#[derive(Clone, Copy)]
enum Ink {
    Panel,
    Edge,
    Tick,
    Text,
    Accent,
    Slab,
    SlabEdge,
    SlabPattern,
    Pages,
    PagesEdge,
    PagesPattern,
    Reserved,
    ReservedEdge,
    ReservedPattern,
    File,
    FileEdge,
    FilePattern,
    User,
    UserEdge,
    UserPattern,
}

/// The custom properties of style.css, in the order of [`Ink`].
const TOKENS: [&str; 20] = [
    "var(--panel)",
    "var(--edge)",
    "var(--line2)",
    "var(--ink)",
    "var(--accent)",
    "var(--slab)",
    "var(--slab-edge)",
    "var(--slab-ink)",
    "var(--pages)",
    "var(--pages-edge)",
    "var(--pages-ink)",
    "var(--reserved)",
    "var(--reserved-edge)",
    "var(--reserved-ink)",
    "var(--file)",
    "var(--file-edge)",
    "var(--file-ink)",
    "var(--user)",
    "var(--user-edge)",
    "var(--user-ink)",
];

impl Palette {
    /// Reads the theme through an element: a custom property of `light-dark()` has no computed value of its own, so each is
    /// tried on as the element's text colour.
    pub fn read(element: &HtmlElement) -> Option<Palette> {
        let computed = web_sys::window()?.get_computed_style(element).ok()??;
        let style = element.style();
        let mut colours = Vec::with_capacity(TOKENS.len());
        for token in TOKENS {
            style.set_property("color", token).ok()?;
            colours.push(computed.get_property_value("color").ok()?);
        }
        style.remove_property("color").ok()?;
        Some(Palette { colours })
    }

    fn get(&self, ink: Ink) -> &str {
        &self.colours[ink as usize]
    }

    /// Red, green, blue of a colour: the browser computes `rgb(1, 2, 3)`.
    fn bytes(&self, ink: Ink) -> [u8; 3] {
        let mut parts = self
            .get(ink)
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|part| part.parse().ok());
        [(); 3].map(|()| parts.next().unwrap_or(0))
    }
}

fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

/// Draws blocks in cells.
pub fn draw(
    canvas: &HtmlCanvasElement,
    layout: &Layout,
    blocks: &[BlockShape],
    palette: &Palette,
    density: f32,
) -> Option<()> {
    let scale = density.max(1.0);
    let size = [layout.width(), layout.height].map(|long| (long * scale).ceil() as u32);
    // A canvas that gets a size gets new memory, and the page is laid out anew.
    if [canvas.width(), canvas.height()] != size {
        canvas.set_width(size[0]);
        canvas.set_height(size[1]);
    }
    let pen = context(canvas)?;
    pen.reset_transform().ok()?;
    pen.clear_rect(0.0, 0.0, size[0].into(), size[1].into());
    pen.scale(scale.into(), scale.into()).ok()?;
    pen.set_line_width(1.0);
    for what in Kind::ALL {
        let same = blocks.iter().filter(|block| block.what == what);
        if same.clone().next().is_none() {
            continue;
        }
        let (fill, edge, pattern) = match what {
            Kind::Of(Use::Pages) => (Ink::Pages, Ink::PagesEdge, Ink::PagesPattern),
            Kind::Of(Use::Slab) => (Ink::Slab, Ink::SlabEdge, Ink::SlabPattern),
            Kind::Of(Use::Reserved) => (Ink::Reserved, Ink::ReservedEdge, Ink::ReservedPattern),
            Kind::Of(Use::Hand) => (Ink::Accent, Ink::Accent, Ink::Accent),
            Kind::Of(Use::Hot | Use::Cold) => (Ink::Panel, Ink::Edge, Ink::Text),
            Kind::Of(Use::Free | Use::Body) => (Ink::Panel, Ink::Edge, Ink::Tick),
            Kind::World(PageKind::User) => (Ink::User, Ink::UserEdge, Ink::UserPattern),
            Kind::World(_) => (Ink::File, Ink::FileEdge, Ink::FilePattern),
        };
        pen.begin_path();
        for block in same.clone() {
            let rect = block.rect;
            pen.round_rect_with_f64(
                f64::from(rect.x) + 0.5,
                f64::from(rect.y) + 0.5,
                f64::from(rect.w) - 1.0,
                f64::from(rect.h) - 1.0,
                1.5,
            )
            .ok()?;
        }
        pen.set_fill_style_str(palette.get(fill));
        pen.fill();
        pen.set_stroke_style_str(palette.get(edge));
        pen.stroke();
        if layout.patterned() {
            pen.begin_path();
            for block in same {
                pattern_of(&pen, layout, block);
            }
            pen.set_stroke_style_str(palette.get(pattern));
            pen.set_fill_style_str(palette.get(pattern));
            if matches!(what, Kind::Of(Use::Hot) | Kind::World(PageKind::User)) {
                pen.fill();
            }
            pen.stroke();
        }
    }
    Some(())
}

/// The pattern that names a use without colour.
fn pattern_of(pen: &CanvasRenderingContext2d, layout: &Layout, block: &BlockShape) {
    let (cell, wide) = (f64::from(layout.cell), f64::from(layout.wide));
    let (x, y) = (f64::from(block.rect.x), f64::from(block.rect.y));
    let (w, h) = (f64::from(block.rect.w), f64::from(block.rect.h));
    let line = |x1: f64, y1: f64, x2: f64, y2: f64| {
        pen.move_to(x1, y1);
        pen.line_to(x2, y2);
    };
    let columns = ((w + 1.0) / wide).round() as u32;
    let rows = ((h + 1.0) / cell).round() as u32;
    // A tick between two pages of one block.
    let ticks = |long: f64| {
        for row in 0..rows {
            let middle = y + (f64::from(row) + 0.5) * cell - 0.5;
            for column in 1..columns {
                let at = x + f64::from(column) * wide - 0.5;
                line(at, middle - long / 2.0, at, middle + long / 2.0);
            }
        }
    };
    match block.what {
        Kind::Of(Use::Free) => ticks(1.5),
        Kind::Of(Use::Pages) => ticks(3.0),
        Kind::Of(Use::Slab) => {
            for row in 0..rows {
                let top = y + f64::from(row) * cell;
                for shelf in [0.36, 0.68] {
                    let at = (top + (cell - 1.0) * shelf).floor() + 0.5;
                    line(x + 1.0, at, x + w - 1.0, at);
                }
            }
            ticks(cell - 2.0);
        }
        Kind::Of(Use::Reserved) => {
            for row in 0..rows {
                for column in 0..columns {
                    let (left, top) = (
                        x + f64::from(column) * wide + 1.0,
                        y + f64::from(row) * cell + 1.0,
                    );
                    let (right, bottom) = (left + wide - 3.0, top + cell - 3.0);
                    line(left, top, right, bottom);
                    line(left, bottom, right, top);
                }
            }
        }
        Kind::Of(Use::Hot | Use::Cold) | Kind::World(PageKind::User) => {
            let (middle_x, middle_y, radius) = (x + w / 2.0, y + h / 2.0, cell * 0.16);
            pen.move_to(middle_x + radius, middle_y);
            // An arc of finite numbers cannot fail.
            let _ = pen.arc(middle_x, middle_y, radius, 0.0, std::f64::consts::TAU);
        }
        // Hatched; one that is being written has the hatch and an arrow up.
        Kind::World(PageKind::Dirty) => {
            line(x + 1.0, y + h * 0.6, x + w * 0.6, y + 1.0);
            line(x + w * 0.4, y + h - 1.0, x + w - 1.0, y + h * 0.4);
        }
        Kind::World(PageKind::Writeback) => {
            let middle = x + w / 2.0;
            line(middle, y + h - 1.0, middle, y + 1.0);
            line(middle, y + 1.0, x + 1.0, y + h * 0.5);
            line(middle, y + 1.0, x + w - 1.0, y + h * 0.5);
        }
        // A shelf: objects lie on it.
        Kind::World(PageKind::Objects) => {
            let at = (y + h / 2.0).floor() + 0.5;
            line(x + 1.0, at, x + w - 1.0, at);
        }
        Kind::World(PageKind::Clean) | Kind::Of(Use::Hand | Use::Body) => {}
    }
}

/// An image that lives in the browser and is filled again for each change: `ImageData` would otherwise be a view of memory
/// that moves when it grows.
pub struct Image {
    size: (u32, u32),
    data: ImageData,
    bytes: Uint8ClampedArray,
    /// What is on the canvas; of a new one, nothing.
    pixels: Vec<u8>,
    /// Red, green, blue and opacity of a few rows.
    rgba: Vec<u8>,
}

impl Image {
    /// An image of this size.
    fn new(width: u32, height: u32) -> Option<Image> {
        let data = ImageData::new_with_sw(width, height).ok()?;
        let bytes = Reflect::get(&data, &"data".into()).ok()?.dyn_into().ok()?;
        Some(Image {
            size: (width, height),
            data,
            bytes,
            pixels: Vec::new(),
            rgba: Vec::new(),
        })
    }

    /// The rows in which these pixels differ from those on the canvas: the first, and the one after the last.
    fn changed_rows(&self, pixels: &[u8]) -> Option<(u32, u32)> {
        let (width, height) = self.size;
        if self.pixels.len() != pixels.len() {
            return Some((0, height));
        }
        let width = width as usize;
        let mut rows = self.pixels.chunks(width).zip(pixels.chunks(width));
        let first = rows.position(|(old, new)| differ(old, new))?;
        let last = rows.rposition(|(old, new)| differ(old, new));
        let after = last.map_or(first + 1, |last| first + 2 + last);
        Some((first as u32, after as u32))
    }
}

/// Whether two rows of pixels differ, eight at a time: wasm has no instruction that compares memory.
fn differ(old: &[u8], new: &[u8]) -> bool {
    let (old, old_rest) = old.as_chunks::<8>();
    let (new, new_rest) = new.as_chunks::<8>();
    let mut eights = old.iter().zip(new);
    eights.any(|(old, new)| u64::from_ne_bytes(*old) != u64::from_ne_bytes(*new))
        || old_rest != new_rest
}

/// Puts an image of `shapes::image` on a canvas; the image is kept between calls, and only rows that have changed are drawn.
pub fn blit(
    canvas: &HtmlCanvasElement,
    kept: &mut Option<Image>,
    picture: &Picture,
    palette: &Palette,
) -> Option<()> {
    let (width, height) = (picture.width, picture.height);
    if kept
        .as_ref()
        .is_none_or(|image| image.size != (width, height))
    {
        canvas.set_width(width);
        canvas.set_height(height);
        *kept = Image::new(width, height);
    }
    let image = kept.as_mut()?;
    let Some((first, after)) = image.changed_rows(&picture.pixels) else {
        return Some(());
    };
    let mut table = [[0u8; 4]; PIXELS];
    for (what, ink) in [
        (Kind::Of(Use::Free), Ink::Tick),
        (Kind::Of(Use::Pages), Ink::Pages),
        (Kind::Of(Use::Hot), Ink::Text),
        (Kind::Of(Use::Cold), Ink::Edge),
        (Kind::Of(Use::Slab), Ink::Slab),
        (Kind::Of(Use::Reserved), Ink::ReservedEdge),
        (Kind::Of(Use::Hand), Ink::Accent),
        (Kind::World(PageKind::Clean), Ink::File),
        (Kind::World(PageKind::Dirty), Ink::FileEdge),
        (Kind::World(PageKind::Writeback), Ink::FilePattern),
        (Kind::World(PageKind::User), Ink::User),
        (Kind::World(PageKind::Objects), Ink::File),
    ] {
        let [red, green, blue] = palette.bytes(ink);
        table[what.index()] = [red, green, blue, 255];
    }
    let rows = (first * width) as usize..(after * width) as usize;
    let changed = &picture.pixels[rows];
    image.rgba.resize(changed.len() * 4, 0);
    for (rgba, kind) in image.rgba.chunks_exact_mut(4).zip(changed) {
        rgba.copy_from_slice(&table[usize::from(*kind)]);
    }
    let bytes = image.bytes.subarray(first * width * 4, after * width * 4);
    bytes.copy_from(&image.rgba);
    image.pixels.clone_from(&picture.pixels);
    let (across, down) = (f64::from(width), f64::from(after - first));
    let pen = context(canvas)?;
    pen.put_image_data_with_dirty_x_and_dirty_y_and_dirty_width_and_dirty_height(
        &image.data,
        0.0,
        0.0,
        0.0,
        first.into(),
        across,
        down,
    )
    .ok()
}
