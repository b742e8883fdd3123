//! Memory map: every page of the machine on a canvas, with rings, a legend and an inspector.
//!
//! The canvas is a picture for the eyes. Over it lies a grid of which one cell is there, the one that has the focus: it
//! roves with the keys, and the inspector says in words what is under it or under the pointer. Where a page lies is computed in `paint::shapes`, what is known about it in
//! `stage::facts`.

use std::rc::Rc;

use kmalloc_core::machine::{Machine, Use};
use kmalloc_core::page::PageKind;
use kmalloc_core::run::Variable;
use web_sys::{Element, HtmlCanvasElement};
use yew::prelude::*;

use super::el::El;
use super::map_tools::{self, MapTools, STEP};
use super::tools;
use crate::frame::Pane;
use crate::lang::Lang;
use crate::lang::stage::{Texts, fill, texts};
use crate::lang::world;
use crate::paint::screen::{self, Image, Palette, Room, Watch};
use crate::paint::shapes::{BlockShape, Kind, Layout, Picture, Rect, TITLE, blocks, image, uses};
use crate::paint::zoom::{self, Pinch};
use crate::stage::facts::{Facts, facts, held, touched};
use crate::stage::{bytes_label, grouped, hex};
use crate::tween::fixed;
use crate::view::{Action, Shared, View};
use crate::widgets::hooks::{use_effect_with, use_memo};
use crate::widgets::part::part;

/// Width of the zones' names; a room narrower than [`BARE`] does without.
const NAMES: f32 = 62.0;
/// … and of those that say their node.
const NODES_NAMES: f32 = 78.0;
/// … and of those with a free count of six digits and its word; zones of so many pages have one.
const LONG_NAMES: f32 = 90.0;
const LONG: u32 = 10_000;
/// Width of the lens of a low page.
const LOW_LENS: f32 = 256.0;
/// Below this width the names of the zones stand above their bands.
const BARE: f32 = 420.0;

/// What the panel is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The moment to show.
    pub view: View,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The panel.
#[component]
pub fn MapPanel(props: &Props) -> Html {
    let view = &props.view;
    let words = texts(view.lang);
    let machine = &view.machine;
    let (room_ref, canvas_ref, lens_ref) = (use_node_ref(), use_node_ref(), use_node_ref());
    let room = use_room(&room_ref);
    // Who walks over the map by keys hears what is under the focus. Otherwise the player's sentence is the only voice.
    let aloud = use_state_eq(|| false);
    let speak = |on: bool| {
        let aloud = aloud.setter();
        Callback::from(move |_: FocusEvent| aloud.set(on))
    };
    // The page under the pointer or the keys, until the pointer leaves.
    let seen = use_state(|| None::<u32>);
    let bare = room.width < BARE;
    let left = match machine.spec().nodes {
        _ if bare => 0.0,
        _ if machine.zones().any(|(_, zone)| zone.pages() >= LONG) => LONG_NAMES,
        0 | 1 => NAMES,
        _ => NODES_NAMES,
    };
    let wide = (room.width - left).max(64.0);
    let fitted = if bare {
        let titles = TITLE * machine.zones().count() as f32;
        Layout::of(machine, wide, room.height - titles).titled()
    } else {
        Layout::of(machine, wide, room.height)
    };
    let scale = use_state(|| 1.0_f32);
    let closest = fitted.closest();
    let zoomed = scale.min(closest);
    let layout = fitted.zoomed(zoomed);
    let order = use_state(|| 0_u8);
    let at = seen
        .or(view.inspected)
        .filter(|pfn| u64::from(*pfn) < machine.spec().total_pages());
    let now = view.event.as_ref().map(|event| touched(machine, event));
    let spoken = at.or_else(|| now.and_then(|blocks| blocks.first().map(|(pfn, _)| *pfn)));
    // An image has no room for blocks: the lens shows them around the page that is spoken of.
    // On a low page the legend stands beside it.
    let lens_width = if room.low {
        LOW_LENS
    } else {
        room.width.max(256.0)
    };
    let lens = (!layout.cells).then(|| Layout::lens(machine, spoken.unwrap_or(0), lens_width));

    let seen_layout = (view.machine.clone(), layout.clone());
    let shown = use_memo(seen_layout, |(machine, layout)| Shown::of(machine, layout));
    use_painting(
        &canvas_ref,
        &view.machine,
        Some(&layout),
        Some(&shown),
        room,
    );
    use_painting(&lens_ref, &view.machine, lens.as_ref(), None, room);
    let needs_names = at.is_some() || view.highlighted.is_some();
    let variables = use_memo(
        (view.run.clone(), view.cursor, needs_names),
        |(run, cursor, wanted)| {
            if *wanted {
                run.borrow().variables(*cursor)
            } else {
                Vec::new()
            }
        },
    );
    let marked = marked(view, at, &variables);
    let known = spoken.map(|pfn| facts(machine, &variables, pfn));

    let look = {
        let (seen, view, on) = (seen.clone(), view.clone(), props.on.clone());
        let variables = variables.clone();
        move |pfn: Option<u32>| {
            if *seen != pfn {
                seen.set(pfn);
            }
            let names = pfn.map(|pfn| facts(&view.machine, &variables, pfn).holders);
            let name = names.and_then(|names| names.into_iter().next());
            if name != view.highlighted && (pfn.is_some() || seen.is_some()) {
                on.emit(Action::Highlight(name));
            }
        }
    };
    let plane_ref = use_node_ref();
    let page_under = {
        let (plane, layout) = (plane_ref.clone(), layout.clone());
        move |event: &MouseEvent| {
            let (x, y) = screen::point_in(
                &plane.cast::<Element>()?,
                event.client_x(),
                event.client_y(),
            );
            layout.page_at(x - left, y)
        }
    };
    let onpointermove = {
        let (look, page_under) = (look.clone(), page_under.clone());
        Callback::from(move |event: PointerEvent| look(page_under(&event)))
    };
    let onpointerleave = {
        let look = look.clone();
        Callback::from(move |_: PointerEvent| look(None))
    };
    let onclick = {
        let on = props.on.clone();
        Callback::from(move |event: MouseEvent| on.emit(Action::Inspect(page_under(&event))))
    };
    let zoom = use_newest({
        let scale = scale.setter();
        Callback::from(move |by: f32| scale.set((zoomed * by).clamp(1.0, closest)))
    });
    use_pinch(&room_ref, &zoom);
    // Where not all of the map is seen, it shows what the event touched.
    let scrolls = zoomed > 1.0 || layout.height > room.height;
    use_standing(
        &room_ref,
        zoomed,
        at.or(spoken.filter(|_| scrolls))
            .and_then(|pfn| layout.rect(pfn, 1)),
        left,
    );
    let find = use_newest({
        let (look, machine, order) = (look.clone(), view.machine.clone(), *order);
        Callback::from(move |()| {
            if let Some(pfn) = machine.next_free_block(order, at.unwrap_or(u32::MAX)) {
                look(Some(pfn));
            }
        })
    });
    let choose = use_callback((), {
        let order = order.setter();
        move |chosen, ()| order.set(chosen)
    });
    let onkeydown = {
        let (on, layout, machine) = (props.on.clone(), layout.clone(), view.machine.clone());
        let (zoom, look) = (zoom.clone(), look.clone());
        let first = at.unwrap_or_else(|| spoken.unwrap_or(0));
        let clicked = view.frame.projector;
        Callback::from(move |event: KeyboardEvent| {
            let name = event.key();
            if event.ctrl_key() || event.alt_key() || clicked && name.starts_with("Page") {
                return;
            }
            let Some(done) = key(&name, &layout, &machine, at, first) else {
                return;
            };
            event.prevent_default();
            event.stop_propagation();
            match done {
                Key::Look(pfn) => look(Some(pfn)),
                Key::Pin(pfn) => on.emit(Action::Inspect(Some(pfn))),
                Key::Zoom(by) => zoom.emit(by),
                Key::Nowhere => {}
                Key::LetGo => {
                    look(None);
                    on.emit(Action::Inspect(None));
                }
            }
        })
    };

    let focus = at.or(spoken).unwrap_or(0);
    let (rows, between) = (layout.rows(), layout.between);
    let page = bytes_label(u64::from(machine.spec().page_size));
    let pages = grouped(machine.spec().total_pages() as u32);
    let fact = match layout.pages_shift {
        0 => fill(words.map_fact, &[&pages, &page]),
        shift => fill(
            words.map_fact_many,
            &[&pages, &page, &(1 << shift).to_string()],
        ),
    };
    html! {
        <section aria-label={words.map_title} class={classes!("panel", "memory", (!layout.cells).then_some("image"))}>
            { El::new("header", "")
                .put(El::new("h2", "").text(words.map_title))
                .put(El::new("span", "fact").text(&fact))
                .child(part::<MapTools>(map_tools::Props {
                    lang: view.lang,
                    order: *order,
                    found: machine.zones().any(|(_, zone)| zone.head(*order).is_some()),
                    closer: zoomed < closest,
                    farther: zoomed > 1.0,
                    choose,
                    next: find,
                    zoom,
                }))
                .put(tools(view, Pane::Map, words.map_title, &props.on)) }
            <div class="stage">
                <div
                    key="room"
                    class={classes!("room", (zoomed > 1.0).then_some("zoomed"))}
                    ref={room_ref}
                    style={format!("--rows:{rows};--columns:{};--between:{}px", layout.columns, fixed(between))}
                >
                    <div
                        class="plane"
                        ref={plane_ref}
                        style={place(Rect { x: 0.0, y: 0.0, w: left + layout.width(), h: layout.height })}
                        {onpointermove}
                        {onpointerleave}
                        {onclick}
                    >
                        <div key="names">
                            { for names(words, machine, &layout, bare) }
                        </div>
                        <canvas
                            key="canvas"
                            class={(!layout.cells).then_some(if layout.cell < 1.0 { "pixels small" } else { "pixels" })}
                            ref={canvas_ref}
                            style={place(Rect { x: left, y: 0.0, w: layout.width(), h: layout.height })}
                        />
                        <div key="rings">
                            { for marked.iter().enumerate().filter_map(|(index, mark)| {
                                let rect = layout.rect(mark.first, mark.pages)?;
                                Some(ring(index, mark.class, rect, left))
                            }) }
                        </div>
                        <div
                            key="grid"
                            role="grid"
                            aria-label={words.map_label}
                            aria-rowcount={rows.to_string()}
                            aria-colcount={layout.columns.to_string()}
                            {onkeydown}
                            onfocusin={speak(true)}
                            onfocusout={speak(false)}
                        >
                            { for layout.cell_of(focus).zip(layout.rect(focus, 1)).map(|((row, column), rect)| html! {
                                <div role="row" aria-rowindex={(row + 1).to_string()}>
                                    <div
                                        class="cell"
                                        role="gridcell"
                                        tabindex="0"
                                        aria-colindex={(column + 1).to_string()}
                                        aria-label={format!("pfn {focus:#x}")}
                                        style={place(Rect { x: left + rect.x, ..rect })}
                                    />
                                </div>
                            }) }
                        </div>
                    </div>
                </div>
                if let Some(lens) = &lens {
                    <div key="lens" class="lens" aria-hidden="true">
                        <canvas ref={lens_ref} style={place(Rect { x: 0.0, y: 0.0, w: lens.width(), h: lens.height })} />
                        <div>
                            { for spoken.and_then(|pfn| lens.rect(pfn, 1)).map(|rect| ring(0, "ring seen", rect, 0.0)) }
                        </div>
                    </div>
                }
                { legend(view.lang, shown.uses(), lens.as_ref()) }
            </div>
            <div class="inspector" id="inspector" aria-live={if *aloud { "polite" } else { "off" }}>
                { match &known {
                    Some(known) => inspector(view.lang, known, at),
                    None => html! { { words.inspect_hint } },
                } }
            </div>
        </section>
    }
}

/// The uses that occur, with their patterns, after the pages that the lens shows.
fn legend(lang: Lang, occurring: &[Kind], lens: Option<&Layout>) -> El {
    let window = lens.and_then(|lens| lens.bands.first()).map(|band| {
        let (first, last) = (band.first, band.first + band.pages - 1);
        El::new("li", "window")
            .key("window")
            .text(&format!("pfn {first:#x}–{last:#x}"))
    });
    El::new("ul", "legend")
        .key("legend")
        .maybe(window)
        .all(occurring.iter().map(|&what| {
            let name = kind_name(lang, what);
            El::new("li", "")
                .key(name)
                .put(El::new("i", swatch(what)))
                .put(El::new("span", "").terms(lang, name))
        }))
}

/// The size of the room and the theme, now and whenever they change.
#[hook]
pub(super) fn use_room(node: &NodeRef) -> Room {
    let room = use_state(Room::default);
    {
        let (node, room) = (node.clone(), room.setter());
        use_effect_with((), move |()| {
            let watch = node.cast::<Element>().and_then(|element| {
                let latest = std::rc::Rc::new(std::cell::Cell::new(Room::default()));
                let update = move |themes: u32| {
                    let next = screen::measure(&element, latest.get().theme + themes);
                    if next != latest.get() {
                        latest.set(next);
                        room.set(next);
                    }
                };
                update(0);
                let update = std::rc::Rc::new(update);
                let themed = update.clone();
                let element = node.cast::<Element>()?;
                Watch::new(&element, move || update(0), move || themed(1))
            });
            move || drop(watch)
        });
    }
    *room
}

/// A callback that stays the same and does what the newest one does: who is given it need not be drawn again.
#[hook]
fn use_newest<T: 'static>(newest: Callback<T>) -> Callback<T> {
    let latest = use_mut_ref(Callback::noop);
    *latest.borrow_mut() = newest;
    let same = use_memo((), |()| {
        Callback::from(move |given| {
            let newest = latest.borrow().clone();
            newest.emit(given);
        })
    });
    (*same).clone()
}

/// Comes closer when two fingers or the wheel say so. The listeners stay, and so must the callback.
#[hook]
fn use_pinch(room: &NodeRef, zoom: &Callback<f32>) {
    let (room, zoom) = (room.clone(), zoom.clone());
    use_effect_with((), move |()| {
        let pinch = room
            .cast::<Element>()
            .and_then(|room| Pinch::new(&room, move |by| zoom.emit(by)));
        move || drop(pinch)
    });
}

/// Scrolls the room: the middle stays when the map becomes larger, and what is looked at is seen.
#[hook]
fn use_standing(room: &NodeRef, zoomed: f32, at: Option<Rect>, left: f32) {
    let before = use_mut_ref(|| 1.0_f32);
    let room = room.clone();
    use_effect_with((zoomed, at), move |(zoomed, at)| {
        if let Some(room) = room.cast::<Element>() {
            let by = zoomed / before.replace(*zoomed);
            if by != 1.0 {
                zoom::keep_middle(&room, by);
            }
            if let Some(at) = at {
                zoom::bring(
                    &room,
                    Rect {
                        x: left + at.x,
                        ..*at
                    },
                );
            }
        }
    });
}

/// What a machine is drawn as: blocks in cells, or an image.
enum Shown {
    Blocks(Vec<BlockShape>, Vec<Kind>),
    Picture(Picture),
}

impl Shown {
    fn of(machine: &Machine, layout: &Layout) -> Shown {
        if layout.cells {
            Shown::Blocks(blocks(machine, layout), uses(machine))
        } else {
            Shown::Picture(image(machine, layout))
        }
    }

    fn uses(&self) -> &[Kind] {
        match self {
            Shown::Blocks(_, uses) | Shown::Picture(Picture { uses, .. }) => uses,
        }
    }
}

/// What a canvas is drawn with, kept between drawings.
#[derive(Default)]
struct Brush {
    /// Read again when the theme changes.
    palette: Option<(u32, Palette)>,
    image: Option<Image>,
    /// The blocks on the canvas, and how they lie there.
    blocks: Option<(Vec<BlockShape>, Layout, Room)>,
}

/// Draws a machine on a canvas whenever one of them, the room or the theme is another. What is known of the machine
/// already need not be found out again.
#[hook]
fn use_painting(
    canvas: &NodeRef,
    machine: &Shared<Machine>,
    layout: Option<&Layout>,
    shown: Option<&Rc<Shown>>,
    room: Room,
) {
    let brush = use_mut_ref(Brush::default);
    let (canvas, shown) = (canvas.clone(), shown.cloned());
    let act = move |machine: &Machine, layout: &Option<Layout>, room: Room| {
        let layout = layout.as_ref().filter(|_| room.width > 0.0)?;
        // The legend is not the lens's.
        let blocks = || Shown::Blocks(blocks(machine, layout), Vec::new());
        let shown = shown.clone().unwrap_or_else(|| Rc::new(blocks()));
        paint(&canvas, &shown, layout, &mut brush.borrow_mut(), room)
    };
    let act = Rc::new(act);
    // Not in an effect: on a slow machine those come a frame after what is rendered, and the map would be of another moment
    // than the lists beside it. Only a canvas that is new waits for one.
    let moment = (machine.clone(), layout.cloned(), room);
    let painted = use_memo(moment.clone(), |(machine, layout, room)| {
        act(machine, layout, *room).is_some()
    });
    use_effect_with((!*painted).then_some(moment), move |missed| {
        if let Some((machine, layout, room)) = missed {
            // A browser without a canvas still has the inspector and the lists.
            let _ = act(machine, layout, *room);
        }
    });
}

fn paint(
    canvas: &NodeRef,
    shown: &Shown,
    layout: &Layout,
    brush: &mut Brush,
    room: Room,
) -> Option<()> {
    let canvas = canvas.cast::<HtmlCanvasElement>()?;
    if brush
        .palette
        .as_ref()
        .is_none_or(|(theme, _)| *theme != room.theme)
    {
        *brush = Brush {
            palette: Some((room.theme, Palette::read(&canvas)?)),
            ..Brush::default()
        };
    }
    let (_, palette) = brush.palette.as_ref()?;
    match shown {
        Shown::Blocks(blocks, _) => {
            brush.image = None;
            let drawn = brush.blocks.as_ref();
            if drawn.is_some_and(|(own, at, within)| (own, at, *within) == (blocks, layout, room)) {
                return Some(());
            }
            brush.blocks = Some((blocks.clone(), layout.clone(), room));
            screen::draw(&canvas, layout, blocks, palette, room.density)
        }
        Shown::Picture(picture) => {
            brush.blocks = None;
            screen::blit(&canvas, &mut brush.image, picture, palette)
        }
    }
}

/// What a key does.
enum Key {
    Look(u32),
    Pin(u32),
    Zoom(f32),
    LetGo,
    /// A key of the map's that leads to nothing now.
    Nowhere,
}

fn key(name: &str, layout: &Layout, machine: &Machine, at: Option<u32>, first: u32) -> Option<Key> {
    // The first key only shows where one is.
    let from = at.unwrap_or(first);
    let look = |to: u32| Some(Key::Look(if at.is_none() { first } else { to }));
    let last = (machine.spec().total_pages() - 1) as u32;
    match name {
        "ArrowRight" => look(layout.moved(from, 1, 0)),
        "ArrowLeft" => look(layout.moved(from, -1, 0)),
        "ArrowDown" => look(layout.moved(from, 0, 1)),
        "ArrowUp" => look(layout.moved(from, 0, -1)),
        "PageDown" => {
            let block = machine.block_of(from);
            look((block.pfn + (1 << block.order)).min(last))
        }
        "PageUp" => {
            let block = machine.block_of(from);
            look(machine.block_of(block.pfn.saturating_sub(1)).pfn)
        }
        "Home" => look(0),
        "End" => look(last),
        "+" | "=" => Some(Key::Zoom(STEP)),
        "-" => Some(Key::Zoom(1.0 / STEP)),
        digit if digit.len() == 1 && digit.as_bytes()[0].is_ascii_digit() => {
            let order = digit.as_bytes()[0] - b'0';
            let next = machine.next_free_block(order, at.unwrap_or(u32::MAX));
            Some(next.map_or(Key::Nowhere, Key::Look))
        }
        "Enter" | " " => Some(Key::Pin(from)),
        "Escape" => Some(Key::LetGo),
        _ => None,
    }
}

/// Rings for what a highlighted array holds.
const MAX_HELD: usize = 64;

/// A ring on the map.
struct Mark {
    class: &'static str,
    first: u32,
    pages: u32,
}

/// What the event touched, what the highlighted variable holds, the page that is looked at.
fn marked(view: &View, at: Option<u32>, variables: &[Variable]) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    if let Some(event) = &view.event {
        marks.extend(
            touched(&view.machine, event)
                .into_iter()
                .map(|(first, pages)| Mark {
                    class: "ring touched",
                    first,
                    pages,
                }),
        );
    }
    let lit = variables
        .iter()
        .filter(|variable| view.highlights(&variable.name));
    for (first, pages) in lit.flat_map(|variable| held(&view.machine, &variable.value)) {
        // An array's objects share their slabs, and a long array has more pages than rings can show.
        let known = marks.iter().filter(|mark| mark.class == "ring held");
        if known.clone().count() < MAX_HELD && known.clone().all(|mark| mark.first != first) {
            marks.push(Mark {
                class: "ring held",
                first,
                pages,
            });
        }
    }
    marks.extend(at.map(|pfn| Mark {
        class: "ring seen",
        first: pfn,
        pages: 1,
    }));
    marks
}

fn ring(key: usize, class: &'static str, rect: Rect, left: f32) -> El {
    // A ring of one pixel could not be seen.
    let around = Rect {
        x: left + rect.x - 1.5,
        y: rect.y - 1.5,
        w: rect.w.max(4.0) + 3.0,
        h: rect.h.max(4.0) + 3.0,
    };
    El::new("i", class).number(key).style(place(around))
}

/// The declarations that put an element there.
fn place(rect: Rect) -> String {
    let [x, y, w, h] = [rect.x, rect.y, rect.w, rect.h].map(fixed);
    format!("left:{x}px;top:{y}px;width:{w}px;height:{h}px")
}

/// The zones' names beside their bands, or in a line above each.
fn names<'a>(
    words: &'a Texts,
    machine: &'a Machine,
    layout: &'a Layout,
    above: bool,
) -> impl Iterator<Item = El> + 'a {
    layout.bands.iter().map(move |band| {
        let height = (band.rows as f32 * layout.cell).max(13.0);
        let free = grouped(machine.zone(band.zone).free_pages());
        let line = |class, text: &str| El::new("span", class).text(text);
        let free = fill(words.free_pages, &[&free]);
        let (first, last) = (hex(band.first), hex(band.first + band.pages - 1));
        if above {
            return El::new("div", "zone above")
                .key(band.zone.label())
                .style(format!("top:{}px", fixed(band.top - TITLE)))
                .put(El::new("b", "").text(band.zone.label()))
                .put(line("", &free))
                .put(line("pfn", &format!("{first}–{last}")));
        }
        let mut name = El::new("div", "zone")
            .key(band.zone.label())
            .style(format!(
                "top:{}px;height:{}px",
                fixed(band.top),
                fixed(height)
            ))
            .put(El::new("b", "").text(band.zone.label()));
        if height >= 31.0 {
            name = name.put(line("", &free));
        }
        if height >= 64.0 {
            name = name.put(line("pfn", &first)).put(line("pfn", &last));
        }
        name
    })
}

const fn swatch(what: Kind) -> &'static str {
    match what {
        Kind::Of(Use::Body | Use::Free) => "swatch free",
        Kind::Of(Use::Pages) => "swatch pages",
        Kind::Of(Use::Hot) => "swatch hot",
        Kind::Of(Use::Cold) => "swatch cold",
        Kind::Of(Use::Slab) => "swatch slab",
        Kind::Of(Use::Reserved) => "swatch reserved",
        Kind::Of(Use::Hand) => "swatch hand",
        Kind::World(kind) => world_swatch(kind),
    }
}

/// The class of a page of the world.
pub(super) const fn world_swatch(kind: PageKind) -> &'static str {
    match kind {
        PageKind::Clean => "swatch file",
        PageKind::Dirty => "swatch file dirty",
        PageKind::Writeback => "swatch file writeback",
        PageKind::User => "swatch user",
        PageKind::Objects => "swatch file objects",
    }
}

fn kind_name(lang: Lang, what: Kind) -> &'static str {
    match what {
        Kind::Of(what) => texts(lang).use_of(what),
        Kind::World(kind) => world::kind(lang, kind),
    }
}

/// What the inspector says about a page; `at` is the one that is pointed at.
fn inspector(lang: Lang, known: &Facts, at: Option<u32>) -> Html {
    let words = texts(lang);
    let block = known.block;
    let kind = known
        .world
        .map_or(Kind::Of(block.what), |(kind, _)| Kind::World(kind));
    let pages = match at {
        _ if known.last == block.pfn => format!("pfn {:#x}", block.pfn),
        Some(pfn) => format!("pfn {pfn:#x} ({:#x}–{:#x})", block.pfn, known.last),
        None => format!("pfn {:#x}–{:#x}", block.pfn, known.last),
    };
    let names = known.holders.join(", ");
    let holder = match (known.holders.is_empty(), known.more) {
        (true, _) => None,
        (_, 0) => Some(fill(words.held_by, &[&names])),
        (_, more) => Some(fill(words.held_by_more, &[&names, &more.to_string()])),
    };
    let mut facts = vec![
        ("mono", pages),
        ("mono phys", format!("phys {:#010x}", known.physical)),
        ("", known.zone.label().into()),
        ("", fill(words.order, &[&block.order.to_string()])),
    ];
    if let Some((_, state)) = known.world {
        let told = world::state(lang, state, known.owner);
        facts.extend((!told.is_empty()).then_some(("about", told)));
    }
    if let Some(slab) = &known.slab {
        let [taken, objects] = [slab.in_use, slab.objects].map(|n| n.to_string());
        facts.push((
            "about",
            fill(words.slab_facts, &[&slab.cache, &taken, &objects]),
        ));
    }
    facts.extend(known.bytes.clone().map(|bytes| ("mono about", bytes)));
    facts.extend(holder.map(|holder| ("holder", holder)));
    // The spaces are for those who hear it.
    let facts = facts
        .into_iter()
        .enumerate()
        .map(|(index, (class, text))| El::new("span", class).number(index).text(&text).text(" "));
    El::new("span", "facts")
        .put(
            El::new("b", "")
                .key("use")
                .text(kind_name(lang, kind))
                .text(" "),
        )
        .all(facts)
        .html()
}
