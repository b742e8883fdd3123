//! Free lists: each zone's free pages against its marks, and the eleven lists of one zone with the block that is being cut
//! or joined between them.
//!
//! The lists are ordinary HTML. What moves lies over them at places that `tween` computes from the progress of the event,
//! so a pause, a step back and reduced motion need nothing of their own. Nothing here says what the allocator would do.

use kmalloc_core::event::{Event, Temperature};
use kmalloc_core::machine::Machine;
use kmalloc_core::profile::{ORDERS, ZoneId};
use yew::prelude::*;

use crate::lang::Lang;
use crate::lang::stage::{Texts, fill, texts};
use crate::stage::chain::{Chain, chain};
use crate::stage::gauge::{Gauge, gauges};
use crate::stage::{Current, bytes_label, grouped, hex};
use crate::tween::{self, Scale, Spot};
use crate::view::{Action, Progress, View};

/// Pixels of a list that are always there, whatever the width of the page.
const LIST_ROOM: usize = 196;
/// A piece narrower than this share of the cut carries its number beside it.
const NAMED_INSIDE: f32 = 0.24;

/// What the panel is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The moment to show.
    pub view: View,
    /// How far the movement has come.
    pub progress: Progress,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The panel.
#[component]
pub fn FreeLists(props: &Props) -> Html {
    let view = &props.view;
    let words = texts(view.lang);
    let current = use_memo((view.run.clone(), view.cursor), |(run, cursor)| {
        Current::of(&run.borrow(), *cursor)
    });
    // A zone that was chosen by hand stays until the next call begins.
    let chosen = use_state(|| None::<(Option<usize>, ZoneId)>);
    let call = current.as_ref().as_ref().map(|current| current.index);
    let followed = current.as_ref().as_ref().and_then(Current::zone);
    let all = gauges(&view.machine, current.as_ref().as_ref());
    let zone = match *chosen {
        Some((when, zone)) if when == call => zone,
        _ => followed.unwrap_or_else(|| all.first().map_or(ZoneId::NORMAL, |gauge| gauge.zone)),
    };
    let rows = use_memo((view.machine.clone(), zone), |(machine, zone)| {
        rows(machine, *zone)
    });
    let under_way = current.as_ref().as_ref().and_then(chain).filter(|chain| chain.zone == zone);
    let t = props.progress.0.clamp(0.0, 1.0);
    let moving = under_way
        .as_ref()
        .and_then(|_| moving(view, zone))
        .filter(|_| t < 1.0);
    let state = view.machine.zone(zone);
    let count = |list| state.pcp(list).count().to_string();
    let percpu = fill(
        words.percpu_fact,
        &[&count(Temperature::Hot), &count(Temperature::Cold)],
    );
    let touched = touched_head(view.event.as_ref());
    let digits = hex(view.machine.spec().total_pages().saturating_sub(1) as u32).len();
    let chip_width = 7 * digits + 11;
    let list = List {
        words,
        view,
        shown: LIST_ROOM / (chip_width + 4),
        moving,
        t,
        touched: touched.filter(|_| t >= 1.0),
        on: &props.on,
    };
    let now = followed.filter(|_| view.event.as_ref().and_then(crate::stage::zone_of).is_some());
    html! {
        <div class="panel free-lists" style={format!("--chip:{chip_width}px")}>
            <header>
                <h2>{ words.lists_title }</h2>
                <div class="zones" role="group" aria-label={words.lists_zones}>
                    { for all.iter().map(|gauge| {
                        let own = gauge.zone;
                        let onclick = {
                            let chosen = chosen.clone();
                            Callback::from(move |_: MouseEvent| chosen.set(Some((call, own))))
                        };
                        html! {
                            <button
                                key={own.name()}
                                type="button"
                                class={classes!((now == Some(own)).then_some("now"))}
                                aria-pressed={(own == zone).to_string()}
                                {onclick}
                            >
                                { own.name() }
                            </button>
                        }
                    }) }
                </div>
                <span class="fact aside">{ percpu }</span>
            </header>
            <div class="body" tabindex="0" role="region" aria-label={words.lists_title}>
                <div class="gauges">
                    { for all.iter().map(|gauge| html! { <GaugeBar key={gauge.zone.name()} lang={view.lang} gauge={gauge.clone()} {t} /> }) }
                </div>
                <div class="orders" role="table" aria-label={fill(words.lists_label, &[zone.name()])}>
                    <div class="names" role="row">
                        <span role="columnheader">{ words.column_order }</span>
                        <span role="columnheader">{ match &under_way {
                            Some(chain) if chain.joining => words.column_join,
                            Some(_) => words.column_cut,
                            None => words.column_share,
                        } }</span>
                        <span role="columnheader">{ words.column_list }</span>
                    </div>
                    <div class="rows" role="rowgroup">
                        <div key="cut" class="cut" aria-hidden="true">
                            { for under_way.iter().map(|chain| cut(chain, list.moving.as_ref(), view.event.as_ref(), t)) }
                        </div>
                        { for rows.iter().map(|row| list.row(row, under_way.is_none())) }
                    </div>
                </div>
                <div class="percpu">
                    { for [Temperature::Hot, Temperature::Cold].map(|which| list.percpu(zone, which)) }
                </div>
            </div>
        </div>
    }
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

fn rows(machine: &Machine, zone: ZoneId) -> Vec<Row> {
    let mut rows: Vec<Row> = (0..ORDERS as u8)
        .rev()
        .map(|order| {
            let mut heads = Vec::new();
            let mut count = 0;
            for pfn in machine.free_list(zone, order) {
                if count < 13 {
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
fn moving(view: &View, zone: ZoneId) -> Option<Moving> {
    let (pfn, order, arrives) = match *view.event.as_ref()? {
        Event::Taken { order, pfn, .. } => (pfn, order, false),
        Event::Split { order, pfn, .. } => (pfn + (1 << (order - 1)), order - 1, true),
        Event::Joined { order, buddy, .. } => (buddy, order, false),
        Event::Listed { order, pfn, .. } => (pfn, order, true),
        _ => return None,
    };
    let index = if arrives {
        0
    } else {
        let mut list = view.before.free_list(zone, order);
        list.position(|head| head == pfn).unwrap_or(0)
    };
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

/// The rows of lists and what they need.
struct List<'a> {
    words: &'static Texts,
    view: &'a View,
    shown: usize,
    moving: Option<Moving>,
    t: f32,
    touched: Option<u32>,
    on: &'a Callback<Action>,
}

impl List<'_> {
    fn row(&self, row: &Row, with_share: bool) -> Html {
        let order = row.order;
        let bytes = u64::from(self.view.machine.spec().page_size) << order;
        let pages = row.count << order;
        html! {
            <div
                key={order.to_string()}
                class={classes!("order", (row.count > 0).then_some("some"))}
                role="row"
                data-order={order.to_string()}
            >
                <span class="number" role="rowheader">{ order }</span>
                <span class="bytes" role="cell">{ bytes_label(bytes) }</span>
                <span class="share" role="cell">
                    if with_share && row.count > 0 {
                        <i style={format!("width:calc((100% - 44px)*{:.4})", row.share)} />
                        { grouped(pages as u32) }
                    }
                </span>
                <span class="chips" role="cell">{ self.chips(row) }</span>
            </div>
        }
    }

    fn chips(&self, row: &Row) -> Html {
        let moving = self.moving.filter(|moving| moving.order == row.order);
        if row.count == 0 && moving.is_none() {
            return html! { "–" };
        }
        let arriving = moving.filter(|moving| moving.arrives).map(|moving| moving.pfn);
        let mut chips: Vec<Html> = row
            .heads
            .iter()
            .take(self.shown)
            .filter(|pfn| Some(**pfn) != arriving)
            .map(|pfn| self.chip(*pfn))
            .collect();
        if let Some(moving) = moving {
            let open = if moving.arrives { self.t } else { 1.0 - self.t };
            let gap = html! {
                <span
                    key={moving.pfn.to_string()}
                    class="chip awaited"
                    style={format!("width:calc(var(--chip)*{open:.3})")}
                >
                    { hex(moving.pfn) }
                </span>
            };
            chips.insert(moving.index.min(chips.len()), gap);
        }
        let more = row.count.saturating_sub(self.shown);
        html! {
            <>
                { for chips }
                if more > 0 {
                    <span key="more" class="more">{ format!("+{more}") }</span>
                }
            </>
        }
    }

    fn chip(&self, pfn: u32) -> Html {
        let onclick = self.on.reform(move |_: MouseEvent| Action::Inspect(Some(pfn)));
        html! {
            <span
                key={pfn.to_string()}
                class={classes!(
                    "chip",
                    (self.touched == Some(pfn)).then_some("touched"),
                    (self.view.inspected == Some(pfn)).then_some("seen"),
                )}
                data-pfn={pfn.to_string()}
                {onclick}
            >
                { hex(pfn) }
            </span>
        }
    }

    fn percpu(&self, zone: ZoneId, which: Temperature) -> Html {
        let list = self.view.machine.zone(zone).pcp(which);
        let (class, name) = match which {
            Temperature::Hot => ("hot", self.words.hot),
            Temperature::Cold => ("cold", self.words.cold),
        };
        let more = usize::from(list.count()).saturating_sub(self.shown);
        html! {
            <div key={class} class={class} data-percpu={class}>
                <i class="dot" />
                <span>{ fill(self.words.percpu_list, &[name]) }</span>
                { for list.pages().take(self.shown).map(|pfn| self.chip(pfn)) }
                if list.count() == 0 {
                    { "–" }
                } else if more > 0 {
                    <span key="more" class="more">{ format!("+{more}") }</span>
                }
            </div>
        }
    }
}

/// What lies over the rows: the chain so far, what is ahead of it, and what moves now.
fn cut(chain: &Chain, moving: Option<&Moving>, event: Option<&Event>, t: f32) -> Html {
    let scale = chain.scale;
    let mut pieces: Vec<Html> = Vec::new();
    let label = hex(scale.pfn);
    let whole = scale.spot(scale.pfn, scale.order);
    // The whole block leaves an outline in its row once it has parted, or waits there as one to be joined.
    if chain.hand.1 < scale.order || (event.is_some_and(|event| matches!(event, Event::Joined { .. })) && t < 1.0) {
        pieces.push(piece("source", "ghost", whole, Some(&label)));
    }
    for (pfn, order) in &chain.left {
        pieces.push(piece(&format!("left{order}"), "ghost", scale.spot(*pfn, *order), None));
        pieces.push(trail(&format!("trail{order}"), scale, *pfn, *order));
    }
    if !chain.joining {
        for order in &chain.ahead {
            for (name, pfn) in [("low", scale.pfn), ("up", scale.pfn + (1 << order))] {
                pieces.push(piece(&format!("{name}{order}"), "ahead", scale.spot(pfn, *order), None));
            }
        }
    }
    pieces.extend(movers(chain, moving, event, t));
    html! { { for pieces } }
}

/// The block in hand, and the half that leaves it or comes to it.
fn movers(chain: &Chain, moving: Option<&Moving>, event: Option<&Event>, t: f32) -> Vec<Html> {
    let scale = chain.scale;
    let (hand, order) = chain.hand;
    let index = moving.map_or(0, |moving| moving.index);
    match event {
        Some(Event::Split { order, pfn, .. }) => {
            let [lower, upper] = tween::halves(scale, *pfn, *order, true, 0, t);
            let half = 1 << (order - 1);
            let mut pieces = vec![half_of("lower", "hand", lower, *pfn)];
            if t < 1.0 {
                pieces.push(half_of("upper", "listed", upper, pfn + half));
            } else {
                pieces.push(trail("landed", scale, pfn + half, order - 1));
                pieces.push(piece("was", "ghost", scale.spot(pfn + half, order - 1), None));
            }
            pieces
        }
        Some(Event::Joined {
            order,
            hand_is_upper,
            ..
        }) if t < 1.0 => {
            let [lower, upper] = tween::halves(scale, hand, order + 1, !hand_is_upper, index, 1.0 - t);
            let classes = if *hand_is_upper {
                ["listed", "hand"]
            } else {
                ["hand", "listed"]
            };
            vec![
                half_of("lower", classes[0], lower, hand),
                half_of("upper", classes[1], upper, hand + (1 << order)),
            ]
        }
        Some(Event::Taken { order, pfn, .. }) => {
            let spot = tween::chip(*order, 0).towards(scale.spot(*pfn, *order), tween::out(t));
            vec![block("hand", spot, *pfn)]
        }
        Some(Event::Listed { order, pfn, .. }) => {
            let from = scale.spot(*pfn, *order);
            if t < 1.0 {
                let spot = from.towards(tween::chip(*order, 0), tween::out(t));
                vec![block("listed", spot, *pfn)]
            } else {
                vec![
                    piece("was", "ghost", from, Some(&hex(*pfn))),
                    trail("landed", scale, *pfn, *order),
                ]
            }
        }
        _ => vec![block("hand", scale.spot(hand, order), hand)],
    }
}

fn piece(key: &str, class: &'static str, spot: Spot, label: Option<&str>) -> Html {
    html! {
        <span key={key.to_string()} class={class} style={spot.style()}>
            { label.filter(|_| spot.wide >= NAMED_INSIDE).unwrap_or_default() }
        </span>
    }
}

/// From a block's place in the cut to the head of its list.
fn trail(key: &str, scale: Scale, pfn: u32, order: u8) -> Html {
    let spot = scale.spot(pfn, order);
    let end = spot.cut + spot.wide;
    let style = format!(
        "top:calc(var(--row)*{:.3} - 2px);left:calc(var(--cut)*{end:.4} + 4px);width:calc(var(--cut)*{:.4} + var(--gap) - 10px)",
        spot.row,
        1.0 - end
    );
    html! { <i key={key.to_string()} class="trail" {style} /> }
}

fn half_of(which: &'static str, class: &'static str, spot: Spot, pfn: u32) -> Html {
    html! {
        <span key={which} class={classes!("half", class)} data-half={which} style={spot.style()}>{ number(spot, pfn) }</span>
    }
}

fn block(class: &'static str, spot: Spot, pfn: u32) -> Html {
    html! {
        <span key="block" class={classes!("half", class)} style={spot.style()}>{ number(spot, pfn) }</span>
    }
}

fn number(spot: Spot, pfn: u32) -> Html {
    if spot.wide + spot.chip_wide * NAMED_INSIDE >= NAMED_INSIDE {
        html! { { hex(pfn) } }
    } else {
        html! { <span class="beside">{ hex(pfn) }</span> }
    }
}

/// What a gauge is given.
#[derive(Properties, PartialEq)]
struct GaugeProps {
    lang: Lang,
    gauge: Gauge,
    t: f32,
}

/// A zone's free pages against its marks.
#[component]
fn GaugeBar(props: &GaugeProps) -> Html {
    let words = texts(props.lang);
    let gauge = &props.gauge;
    let percent = |share: f32| format!("{:.2}%", share * 100.0);
    let refused = gauge.need.is_some_and(|need| !need.granted);
    let class = classes!(
        "gauge",
        (!gauge.inside).then_some("outside"),
        refused.then_some("refused")
    );
    // The three names stand apart although their marks may be close: the outer two lean outwards.
    let ticks = gauge.marks.into_iter().zip(["min", "low", "high"]).zip([86, 50, 14]);
    html! {
        <div {class} data-zone={gauge.zone.name()}>
            <span class="name">{ gauge.zone.name() }</span>
            <span class="free">{ words.free }{ " " }<b>{ grouped(gauge.free) }</b></span>
            <div class="bar"><i class="fill" style={format!("width:{}", percent(gauge.fill))} /></div>
            if gauge.broken {
                <i class="broken" />
            }
            <span class="zero">{ "0" }</span>
            { for ticks.map(|(((pages, share), name), lean)| html! {
                <>
                    <i class="at" style={format!("left:{}", percent(share))} />
                    <span class="tick" style={format!("left:{};transform:translateX(-{lean}%)", percent(share))}>
                        <b>{ pages }</b>{ name }
                    </span>
                </>
            }) }
            if let Some(need) = gauge.need {
                <i class="mark" style={mark_style(need.at, need.now, props.t)} />
                <span class="need" style={need_style(need.at)}>
                    { fill(words.needs, &[&grouped(need.pages), if need.granted { "✓" } else { "✗" }]) }
                </span>
            } else if !gauge.inside {
                <span class="why">{ words.not_in_zonelist }</span>
            }
            if gauge.walked {
                <span class="walk" aria-hidden="true">{ "→" }</span>
            }
        </div>
    }
}

/// The mark drops onto the scale while its test is the event at the cursor.
fn mark_style(at: f32, now: bool, t: f32) -> String {
    let above = if now {
        tween::mix(-10.0, 0.0, tween::out(t))
    } else {
        0.0
    };
    format!("left:{:.2}%;transform:translateY({above:.1}px)", at * 100.0)
}

/// The words stand at the side of the mark that has room.
fn need_style(at: f32) -> String {
    if at > 0.45 {
        format!("right:calc({:.2}% + 8px)", 100.0 - at * 100.0)
    } else {
        format!("left:calc({:.2}% + 8px)", at * 100.0)
    }
}
