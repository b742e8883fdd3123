//! Free lists: each zone's free pages against its marks, and the eleven lists of one zone with the block that is being cut
//! or joined between them.
//!
//! The lists are ordinary HTML. What moves lies over them at places that `tween` computes from the progress of the event,
//! so a pause, a step back and reduced motion need nothing of their own. Nothing here says what the allocator would do.

use kmalloc_core::event::{Event, Temperature};
use kmalloc_core::machine::Machine;
use kmalloc_core::profile::{ORDERS, ZoneId};
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::el::El;
use super::map::use_room;
use super::{MovingProps, tools};
use crate::frame::Pane;
use crate::lang::Lang;
use crate::lang::stage::{Texts, fill, texts};
use crate::paint::screen;
use crate::stage::chain::{Chain, chain};
use crate::stage::gauge::{Beside, Gauge, Guessed, gauges};
use crate::stage::{Current, bytes_label, grouped, hex};
use crate::tween::{self, Scale, Spot, percent};
use crate::view::{Action, View};
use crate::widgets::hooks::{use_effect_with, use_memo};

/// Pixels of a list that are always there, whatever the width of the page; an enlarged panel measures what it has.
const LIST_ROOM: usize = 196;
/// … and those of a per-cpu list: both stand in one line.
const PERCPU_ROOM: usize = 150;
/// Of a list's, those for the number of what an enlarged panel does not show.
const MORE_ROOM: usize = 40;
/// Blocks that are kept of a list for drawing, and in an enlarged panel.
const KEPT: [usize; 2] = [13, 48];
/// … and those that a narrow page has for them, beside the number of what is not shown.
const NARROW_ROOM: usize = 84;
/// A piece narrower than this share of the cut carries its number beside it.
const NAMED_INSIDE: f32 = 0.24;

/// Gauges that stand side by side.
const GAUGES: usize = 3;

/// The zones that the request walks first; of several nodes' zones not all have room, but the one that is looked at has.
fn seen(all: &[Gauge], zone: ZoneId) -> impl Iterator<Item = &Gauge> {
    let own = all.iter().position(|gauge| gauge.zone == zone).unwrap_or(0);
    let first = if own < GAUGES { GAUGES } else { GAUGES - 1 };
    let rest = (own >= first).then(|| &all[own]);
    all.iter().take(first).chain(rest)
}

/// Whether this event is one that moves here: a block on its way, or a test's mark that drops onto its gauge.
pub fn moves(event: &Event) -> bool {
    matches!(
        event,
        Event::Taken { .. }
            | Event::Split { .. }
            | Event::Joined { .. }
            | Event::Listed { .. }
            | Event::Drained { .. }
            | Event::PcpPut { .. }
            | Event::ZoneTested { .. }
    )
}

/// The panel.
#[component]
pub fn FreeLists(props: &MovingProps) -> Html {
    let view = &props.view;
    let words = texts(view.lang);
    let current = use_memo((view.run.clone(), view.cursor), |(run, cursor)| {
        Current::of(&run.borrow(), *cursor)
    });
    // A zone that was chosen by hand stays until the next call begins.
    let chosen = use_state(|| None::<(Option<usize>, ZoneId)>);
    let call = current.as_ref().as_ref().map(|current| current.index);
    let followed = current.as_ref().as_ref().and_then(Current::zone);
    let foreseen = view.foreseen(call);
    let all = gauges(&view.machine, current.as_ref().as_ref(), &foreseen);
    let gauges = match all.iter().any(says_more) {
        true => "gauges more",
        false => "gauges",
    };
    let zone = match *chosen {
        Some((when, zone)) if when == call => zone,
        _ => followed.unwrap_or_else(|| all.first().map_or(ZoneId::NORMAL, |gauge| gauge.zone)),
    };
    let enlarged = view.frame.enlarged == Some(Pane::Lists);
    let kept = KEPT[usize::from(enlarged)];
    let rows = use_memo(
        (view.machine.clone(), zone, kept),
        |(machine, zone, kept)| rows(machine, *zone, *kept),
    );
    let (room_ref, zones_ref) = (use_node_ref(), use_node_ref());
    let room = use_room(&room_ref);
    {
        // Of many zones the one that is shown is not always among those that the head has room for.
        let zones = zones_ref.clone();
        use_effect_with((zone, all.len(), room.width as u32), move |_| {
            if let Some(zones) = zones.cast::<Element>()
                && let Ok(Some(zone)) = zones.query_selector("[aria-pressed=true]")
            {
                screen::reveal_across(&zones, &zone, 0.0);
            }
        });
    }
    let under_way = current
        .as_ref()
        .as_ref()
        .and_then(chain)
        .filter(|chain| chain.zone == zone);
    let t = props.progress.0.clamp(0.0, 1.0);
    let moving = under_way
        .as_ref()
        .and_then(|_| moving(view))
        .filter(|_| t < 1.0);
    {
        let room = room_ref.clone();
        let row = moving.as_ref().map(|moving| (view.cursor, moving.order));
        use_effect_with(row, move |row| {
            if let Some((_, order)) = row
                && let Some(room) = room.cast::<Element>()
                && let Ok(Some(body)) = room.closest(".body")
                && let Ok(Some(row)) = body.query_selector(&format!("[data-order='{order}']"))
            {
                screen::follow(&body, row.unchecked_ref());
            }
        });
    }
    let state = view.machine.zone(zone);
    let count = |list| state.pcp(list).count().to_string();
    let percpu = fill(
        words.percpu_fact,
        &[&count(Temperature::Hot), &count(Temperature::Cold)],
    );
    let touched = touched_head(view.event.as_ref());
    let digits = hex(view.machine.spec().total_pages().saturating_sub(1) as u32).len();
    let chip_width = if enlarged {
        8 * digits + 13
    } else {
        7 * digits + 11
    };
    let room = if enlarged {
        (room.width as usize).saturating_sub(MORE_ROOM)
    } else {
        0
    };
    let list = List {
        words,
        view,
        shown: room.max(LIST_ROOM) / (chip_width + 4),
        percpu: (PERCPU_ROOM / (chip_width + 4)).max(1),
        near: (NARROW_ROOM / (chip_width + 4)).max(1),
        moving,
        t,
        touched: touched.filter(|_| t >= 1.0),
        on: &props.on,
    };
    let now = followed.filter(|_| {
        view.event
            .as_ref()
            .and_then(kmalloc_core::event::Event::zone)
            .is_some()
    });
    let zones = all.iter().map(|gauge| {
        let own = gauge.zone;
        let chosen = chosen.clone();
        El::new("button", if now == Some(own) { "now" } else { "" })
            .key(own.label())
            .is("type", "button")
            .attr("aria-pressed", (own == zone).to_string())
            .click(Callback::from(move |_| chosen.set(Some((call, own)))))
            .text(own.label())
    });
    let head = El::new("header", "")
        .put(El::new("h2", "").put(El::term("free-list", words.lists_title)))
        .child(html! {
            <div class="zones" role="group" aria-label={words.lists_zones} ref={zones_ref}>{ for zones }</div>
        })
        .put(El::new("span", "fact aside").text(&percpu))
        .put(tools(view, Pane::Lists, words.lists_title, &props.on));
    let middle = match &under_way {
        Some(chain) if chain.joining => words.column_join,
        Some(_) => words.column_cut,
        None => words.column_share,
    };
    let header = || El::new("span", "").is("role", "columnheader");
    let names = [
        header().put(El::term("order", words.column_order)),
        header().terms(view.lang, middle),
        header().terms(view.lang, words.column_list),
    ];
    let mut over = El::new("div", "cut").key("cut").is("aria-hidden", "true");
    if let Some(chain) = &under_way {
        over = over.all(cut(chain, moving.as_ref(), view.event.as_ref(), t));
    }
    let table = El::new("div", "orders")
        .is("role", "table")
        .attr("aria-label", fill(words.lists_label, &[zone.label()]))
        .put(
            El::new("div", "names")
                .is("role", "row")
                .all(names)
                .child(html! { <i class="list-room" aria-hidden="true" ref={room_ref} /> }),
        )
        .put(
            El::new("div", "rows")
                .is("role", "rowgroup")
                .put(over)
                .all(rows.iter().map(|row| list.row(row, under_way.is_none()))),
        );
    let both = [Temperature::Hot, Temperature::Cold].map(|which| list.percpu(zone, which));
    let body = El::new("div", "body")
        .is("tabindex", "0")
        .is("role", "group")
        .is("aria-label", words.lists_title)
        .put(
            El::new("div", gauges)
                .all(seen(&all, zone).map(|gauge| gauge_bar(view.lang, gauge, t))),
        )
        .put(table)
        .put(El::new("div", "percpu").all(both));
    El::new("section", "panel free-lists")
        .is("aria-label", words.lists_title)
        .style(format!("--chip:{chip_width}px"))
        .put(head)
        .put(body)
        .html()
}

/// One list, as it is drawn.
#[derive(PartialEq)]
struct Row {
    order: u8,
    /// As many as can be shown, head first.
    heads: Vec<u32>,
    count: usize,
    /// Share of the zone's fullest order.
    share: f32,
}

fn rows(machine: &Machine, zone: ZoneId, kept: usize) -> Vec<Row> {
    let mut rows: Vec<Row> = (0..ORDERS as u8)
        .rev()
        .map(|order| {
            let mut heads = Vec::new();
            let mut count = 0;
            for pfn in machine.free_list(zone, order) {
                if count < kept {
                    heads.push(pfn);
                }
                count += 1;
            }
            Row {
                order,
                heads,
                count,
                share: (count << order) as f32,
            }
        })
        .collect();
    let most = rows.iter().map(|row| row.share).fold(1.0, f32::max);
    for row in &mut rows {
        row.share /= most;
    }
    rows
}

/// A chip that is on its way between a list and the cut.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Moving {
    pfn: u32,
    order: u8,
    /// Place in the list: of where it goes, or of where it was.
    index: usize,
    /// It comes to the list.
    arrives: bool,
}

/// What the event at the cursor moves between a list and the cut.
fn moving(view: &View) -> Option<Moving> {
    let (pfn, order, arrives) = match *view.event.as_ref()? {
        Event::Taken { order, pfn, .. } => (pfn, order, false),
        Event::Split { order, pfn, .. } => (pfn + (1 << (order - 1)), order - 1, true),
        Event::Joined { order, buddy, .. } => (buddy, order, false),
        Event::Listed { order, pfn, .. } => (pfn, order, true),
        _ => return None,
    };
    let index = if arrives { 0 } else { view.before.index };
    Some(Moving {
        pfn,
        order,
        index,
        arrives,
    })
}

/// The block that the event put at the head of a list: marked until the next event.
fn touched_head(event: Option<&Event>) -> Option<u32> {
    match *event? {
        Event::Split { order, pfn, .. } => Some(pfn + (1 << (order - 1))),
        Event::Listed { pfn, .. } | Event::PcpPut { pfn, .. } => Some(pfn),
        Event::Taken {
            pfn,
            to: kmalloc_core::event::Destination::Pcp(_),
            order,
            want,
            ..
        } if order == want => Some(pfn),
        _ => None,
    }
}

/// How many of a list are not shown.
fn more(class: &'static str, count: usize, shown: usize) -> Option<El> {
    let more = count.saturating_sub(shown);
    (more > 0).then(|| El::new("span", class).key(class).text(&format!("+{more}")))
}

/// The rows of lists and what they need.
struct List<'a> {
    words: &'static Texts,
    view: &'a View,
    shown: usize,
    percpu: usize,
    /// Of them, those that a narrow page shows.
    near: usize,
    moving: Option<Moving>,
    t: f32,
    touched: Option<u32>,
    on: &'a Callback<Action>,
}

impl List<'_> {
    fn row(&self, row: &Row, with_share: bool) -> El {
        let bytes = u64::from(self.view.machine.spec().page_size) << row.order;
        let order = row.order.to_string();
        let cell = |class| El::new("span", class).is("role", "cell");
        let mut share = cell("share");
        if with_share && row.count > 0 {
            let width = format!("width:calc((100% - 44px)*{})", tween::fixed(row.share));
            share = share
                .put(El::new("i", "").style(width))
                .text(&grouped((row.count << row.order) as u32));
        }
        El::new("div", if row.count > 0 { "order some" } else { "order" })
            .key(&order)
            .is("role", "row")
            .put(
                El::new("span", "number")
                    .is("role", "rowheader")
                    .text(&order),
            )
            .put(cell("bytes").text(&bytes_label(bytes)))
            .put(share)
            .put(self.chips(cell("chips"), row))
            .attr("data-order", order)
    }

    fn chips(&self, cell: El, row: &Row) -> El {
        let moving = self.moving.filter(|moving| moving.order == row.order);
        if row.count == 0 && moving.is_none() {
            return cell.text("–");
        }
        let arriving = moving
            .filter(|moving| moving.arrives)
            .map(|moving| moving.pfn);
        let mut chips: Vec<El> = row
            .heads
            .iter()
            .take(self.shown)
            .filter(|pfn| Some(**pfn) != arriving)
            .enumerate()
            .map(|(index, pfn)| self.chip(*pfn, index >= self.near))
            .collect();
        if let Some(moving) = moving {
            let open = if moving.arrives { self.t } else { 1.0 - self.t };
            let gap = El::new("span", "chip awaited")
                .key(&moving.pfn.to_string())
                .style(format!("width:calc(var(--chip)*{})", tween::fixed(open)));
            chips.insert(moving.index.min(chips.len()), gap);
        }
        cell.all(chips)
            .maybe(more("more wide", row.count, self.shown))
            .maybe(more("more narrow", row.count, self.near))
    }

    /// A block; a narrow page has no room for those that are `far` down the list.
    fn chip(&self, pfn: u32, far: bool) -> El {
        let class = match (self.touched == Some(pfn), self.view.inspected == Some(pfn)) {
            (false, false) => "chip",
            (true, false) => "chip touched",
            (false, true) => "chip seen",
            (true, true) => "chip touched seen",
        };
        let chip = El::new("span", class);
        let chip = if far { chip.also(class, "far") } else { chip };
        chip.key(&pfn.to_string())
            .attr("data-pfn", pfn.to_string())
            .does(self.on, Action::Inspect(Some(pfn)))
            .text(&hex(pfn))
    }

    fn percpu(&self, zone: ZoneId, which: Temperature) -> El {
        let list = self.view.machine.zone(zone).pcp(which);
        let (class, name) = match which {
            Temperature::Hot => ("hot", self.words.hot),
            Temperature::Cold => ("cold", self.words.cold),
        };
        let chips = list
            .pages()
            .take(self.percpu)
            .map(|pfn| self.chip(pfn, false));
        let none = (list.count() == 0).then(|| El::new("span", "").key("none").text("–"));
        El::new("div", class)
            .key(class)
            .is("data-percpu", class)
            .put(El::new("i", "dot").key("dot"))
            .put(
                El::new("span", "")
                    .key("name")
                    .terms(self.view.lang, &fill(self.words.percpu_list, &[name])),
            )
            .all(chips)
            .maybe(none)
            .maybe(more("more", list.count().into(), self.percpu))
    }
}

/// What lies over the rows: the chain so far, what is ahead of it, and what moves now.
fn cut(chain: &Chain, moving: Option<&Moving>, event: Option<&Event>, t: f32) -> Vec<El> {
    let scale = chain.scale;
    let mut pieces = Vec::new();
    let label = hex(scale.pfn);
    let whole = scale.spot(scale.pfn, scale.order);
    // The whole block leaves an outline in its row once it has parted, or waits there as one to be joined.
    if chain.hand.1 < scale.order
        || (event.is_some_and(|event| matches!(event, Event::Joined { .. })) && t < 1.0)
    {
        pieces.push(piece("source", "ghost", whole, Some(&label)));
    }
    for (pfn, order) in &chain.left {
        pieces.push(piece(
            &format!("left{order}"),
            "ghost",
            scale.spot(*pfn, *order),
            None,
        ));
        pieces.push(trail(&format!("trail{order}"), scale, *pfn, *order));
    }
    if !chain.joining {
        for order in &chain.ahead {
            for (name, pfn) in [("low", scale.pfn), ("up", scale.pfn + (1 << order))] {
                pieces.push(piece(
                    &format!("{name}{order}"),
                    "ahead",
                    scale.spot(pfn, *order),
                    None,
                ));
            }
        }
    }
    pieces.extend(movers(chain, moving, event, t));
    pieces
}

/// The block in hand, and the half that leaves it or comes to it.
fn movers(chain: &Chain, moving: Option<&Moving>, event: Option<&Event>, t: f32) -> Vec<El> {
    let scale = chain.scale;
    let (hand, order) = chain.hand;
    let index = moving.map_or(0, |moving| moving.index);
    match event {
        Some(Event::Split { order, pfn, .. }) => {
            let [lower, upper] = tween::halves(scale, *pfn, *order, true, 0, t);
            let half = 1 << (order - 1);
            let mut pieces = vec![half_of("lower", "part hand", lower, *pfn)];
            if t < 1.0 {
                pieces.push(half_of("upper", "part listed", upper, pfn + half));
            } else {
                pieces.push(trail("landed", scale, pfn + half, order - 1));
                pieces.push(piece(
                    "was",
                    "ghost",
                    scale.spot(pfn + half, order - 1),
                    None,
                ));
            }
            pieces
        }
        Some(Event::Joined {
            order,
            hand_is_upper,
            ..
        }) if t < 1.0 => {
            let [lower, upper] =
                tween::halves(scale, hand, order + 1, !hand_is_upper, index, 1.0 - t);
            let classes = if *hand_is_upper {
                ["part listed", "part hand"]
            } else {
                ["part hand", "part listed"]
            };
            vec![
                half_of("lower", classes[0], lower, hand),
                half_of("upper", classes[1], upper, hand + (1 << order)),
            ]
        }
        Some(Event::Taken { order, pfn, .. }) => {
            let spot = tween::chip(*order, 0).towards(scale.spot(*pfn, *order), tween::out(t));
            vec![block("part hand", spot, *pfn)]
        }
        Some(Event::Listed { order, pfn, .. }) => {
            let from = scale.spot(*pfn, *order);
            if t < 1.0 {
                let spot = from.towards(tween::chip(*order, 0), tween::out(t));
                vec![block("part listed", spot, *pfn)]
            } else {
                vec![
                    piece("was", "ghost", from, Some(&hex(*pfn))),
                    trail("landed", scale, *pfn, *order),
                ]
            }
        }
        _ => vec![block("part hand", scale.spot(hand, order), hand)],
    }
}

fn piece(key: &str, class: &'static str, spot: Spot, label: Option<&str>) -> El {
    let label = label.filter(|_| spot.wide >= NAMED_INSIDE);
    El::new("span", class)
        .key(key)
        .style(spot.style())
        .text(label.unwrap_or_default())
}

/// From a block's place in the cut to the head of its list.
fn trail(key: &str, scale: Scale, pfn: u32, order: u8) -> El {
    let spot = scale.spot(pfn, order);
    let end = spot.cut + spot.wide;
    let [row, end, rest] = [spot.row, end, 1.0 - end].map(tween::fixed);
    El::new("i", "trail").key(key).style(format!(
        "top:calc(var(--row)*{row} - 2px);left:calc(var(--cut)*{end} + 4px);width:calc(var(--cut)*{rest} + var(--gap) - 10px)"
    ))
}

fn half_of(which: &'static str, class: &'static str, spot: Spot, pfn: u32) -> El {
    block(class, spot, pfn).key(which).is("data-half", which)
}

fn block(class: &'static str, spot: Spot, pfn: u32) -> El {
    let element = El::new("span", class).key("block").style(spot.style());
    if spot.wide + spot.chip_wide * NAMED_INSIDE >= NAMED_INSIDE {
        element.text(&hex(pfn))
    } else {
        element.put(El::new("span", "beside").text(&hex(pfn)))
    }
}

/// A zone's free pages against its marks.
fn gauge_bar(lang: Lang, gauge: &Gauge, t: f32) -> El {
    let words = texts(lang);
    let left = |share| format!("left:{}", percent(share));
    let refused = gauge.need.is_some_and(|need| !need.granted);
    let class = match (gauge.inside, refused) {
        (false, _) => "gauge outside",
        (true, true) => "gauge refused",
        (true, false) => "gauge",
    };
    let zone = match gauge.zone.name() {
        "DMA" => "dma-zone",
        "HighMem" => "highmem-zone",
        _ => "normal-zone",
    };
    let fill_bar = El::new("i", "fill").style(format!("width:{}", percent(gauge.fill)));
    let free = El::new("span", "free")
        .put(El::term("free-pages", words.free))
        .text(" ")
        .put(El::new("b", "").text(&grouped(gauge.free)));
    let mut bar = El::new("div", class)
        .key(gauge.zone.label())
        .is("data-zone", gauge.zone.label())
        .put(El::new("span", "name").put(El::term(zone, gauge.zone.label())))
        .put(free)
        .put(El::new("div", "bar").put(fill_bar))
        .maybe(gauge.broken.then(|| El::new("i", "broken")))
        .put(El::new("span", "zero").text("0"));
    // The three names stand apart although their marks may be close: the outer two lean outwards.
    let names = [
        ("pages-min", "min", 86),
        ("pages-low", "low", 50),
        ("pages-high", "high", 14),
    ];
    for ((pages, share), (term, name, lean)) in gauge.marks.into_iter().zip(names) {
        let style = format!("{};transform:translateX(-{lean}%)", left(share));
        bar = bar.put(El::new("i", "at").style(left(share))).put(
            El::new("span", "tick")
                .style(style)
                .put(El::new("b", "").text(&pages.to_string()))
                .put(El::term(term, name)),
        );
    }
    if let Some(need) = gauge.need {
        let sign = if need.granted { "✓" } else { "✗" };
        bar = bar
            .put(El::new("i", "mark").style(mark_style(need.at, need.now, t)))
            .put(
                El::new("span", "need")
                    .style(need_style(need.at))
                    .text(&fill(words.needs, &[&grouped(need.pages), sign])),
            );
    } else if !gauge.inside {
        bar = bar.put(El::new("span", "why").terms(lang, words.not_in_zonelist));
    }
    if let Some(reserve) = gauge.reserve {
        let [from, to] = reserve.span.map(percent);
        bar = bar.put(El::new("i", "kept").style(format!("left:{from};right:calc(100% - {to})")));
    }
    for guessed in &gauge.guesses {
        let place = match *guessed {
            Guessed::Needs(_, at) => El::new("i", "at guess").style(left(at)),
            Guessed::Free(_, at) => {
                El::new("i", "fill guess").style(format!("width:{}", percent(at)))
            }
            Guessed::Serves | Guessed::Step { .. } => continue,
        };
        bar = bar.put(place);
    }
    bar.maybe(
        gauge
            .walked
            .then(|| El::new("span", "walk").is("aria-hidden", "true").text("→")),
    )
    .maybe(says_more(gauge).then(|| below(lang, gauge)))
}

/// Whether something stands below a gauge.
fn says_more(gauge: &Gauge) -> bool {
    gauge.reserve.is_some() || !gauge.guesses.is_empty()
}

/// What the zone keeps back, and what the learner has foreseen of it: the pale twin of marks and arrows.
fn below(lang: Lang, gauge: &Gauge) -> El {
    let words = texts(lang);
    let kept = gauge.reserve.map(|reserve| {
        El::new("span", "kept")
            .put(El::term("protection", words.kept_back))
            .text(&format!(" {}", grouped(reserve.pages)))
    });
    let said: Vec<String> = gauge
        .guesses
        .iter()
        .map(|guessed| match *guessed {
            Guessed::Step { number, .. } => fill(words.guess_step, &[&number.to_string()]),
            Guessed::Serves => words.guess_serves.into(),
            Guessed::Needs(pages, _) => fill(words.guess_needs, &[&grouped(pages)]),
            Guessed::Free(pages, _) => fill(words.guess_free, &[&grouped(pages)]),
        })
        .collect();
    let guess = || {
        let text = fill(words.guess, &[&said.join(" · ")]);
        El::new("span", "guess").text(&text)
    };
    let on = gauge.guesses.iter().find_map(|guessed| match guessed {
        Guessed::Step { on, .. } => *on,
        _ => None,
    });
    let arrow = on.map(|on| match on {
        Beside::Right => ("walk guess", "→"),
        Beside::Left => ("walk guess back", "←"),
    });
    let arrow =
        arrow.map(|(class, sign)| El::new("span", class).is("aria-hidden", "true").text(sign));
    El::new("div", "below")
        .maybe(kept)
        .maybe((!said.is_empty()).then(guess))
        .maybe(arrow)
}

/// The mark drops onto the scale while its test is the event at the cursor.
fn mark_style(at: f32, now: bool, t: f32) -> String {
    let above = if now {
        tween::mix(-10.0, 0.0, tween::out(t))
    } else {
        0.0
    };
    format!(
        "left:{};transform:translateY({}px)",
        percent(at),
        tween::fixed(above)
    )
}

/// The words stand at the side of the mark that has room.
fn need_style(at: f32) -> String {
    let (side, share) = if at > 0.45 {
        ("right", 1.0 - at)
    } else {
        ("left", at)
    };
    format!("{side}:calc({} + 8px)", percent(share))
}
