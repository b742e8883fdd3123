//! The stage panels, rendered to text by Yew's server renderer: no browser, no clock.
#![cfg(not(target_arch = "wasm32"))]

use std::cell::RefCell;
use std::rc::Rc;

use kmalloc_core::run::{Bounds, Run};
use kmalloc_core::script::parse;
use kmalloc_web::frame::Frame;
use kmalloc_web::lang::Lang;
use kmalloc_web::moments::Before;
use kmalloc_web::panels::MovingProps;
use kmalloc_web::panels::buckets::Buckets;
use kmalloc_web::panels::free_lists::FreeLists;
use kmalloc_web::panels::map::{self, MapPanel};
use kmalloc_web::panels::path::{self, Path};
use kmalloc_web::view::{Progress, Shared, SharedRun, View};
use yew::LocalServerRenderer;
use yew::html::BaseComponent;
use yew::prelude::*;

fn run(text: &str) -> SharedRun {
    let parsed = parse(text);
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let run = Run::new(&parsed.scenario, Bounds::default()).expect("the teaching machine boots");
    Shared::new(RefCell::new(run))
}

fn view(run: &SharedRun, lang: Lang, cursor: usize) -> View {
    let mut open = run.borrow_mut();
    let event = cursor.checked_sub(1).and_then(|index| open.event(index));
    let found = event.map(|event| Before::of(&open.at(cursor - 1), &event));
    View {
        lang,
        machine: Shared::new(open.at(cursor)),
        before: found.unwrap_or_default(),
        cursor,
        event,
        inspected: None,
        highlighted: None,
        ghosts: Rc::default(),
        spoken: Shared::new(Vec::new()),
        frame: Frame::default(),
        run: run.clone(),
    }
}

/// The cursor after the first event of this name.
fn after(run: &SharedRun, name: &str) -> usize {
    let run = run.borrow();
    let mut events = run.events(0, run.len());
    events
        .position(|event| event.name() == name)
        .expect("the run has such an event")
        + 1
}

fn rendered<C: BaseComponent>(props: C::Properties) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime without threads");
    let renderer = LocalServerRenderer::<C>::with_props(props).hydratable(false);
    tokio::task::LocalSet::new().block_on(&runtime, renderer.render())
}

fn lists(view: View, progress: f32) -> String {
    rendered::<FreeLists>(MovingProps {
        view,
        progress: Progress(progress),
        on: Callback::noop(),
    })
}

fn all(view: &View, progress: f32) -> [String; 4] {
    [
        rendered::<MapPanel>(map::Props {
            view: view.clone(),
            on: Callback::noop(),
        }),
        lists(view.clone(), progress),
        rendered::<Buckets>(MovingProps {
            view: view.clone(),
            progress: Progress(progress),
            on: Callback::noop(),
        }),
        rendered::<Path>(path::Props {
            view: view.clone(),
            shown: true,
            on: Callback::noop(),
        }),
    ]
}

const SPLITTING: &str = "b = __get_free_pages(GFP_KERNEL, 2);";

#[test]
fn a_split_shows_two_halves_on_their_way() {
    let run = run(SPLITTING);
    let cursor = after(&run, "split");
    let half = lists(view(&run, Lang::En, cursor), 0.5);
    assert_eq!(half.matches("data-order=").count(), 11);
    assert!(half.contains(r#"data-half="lower""#) && half.contains(r#"data-half="upper""#));
    // Block of order 3 in row 7, halves go to row 8: at half time both are between.
    assert_eq!(
        half.matches("top:calc(var(--row)*7.5000)").count(),
        2,
        "{half}"
    );
}

#[test]
fn at_the_end_of_a_movement_the_lists_are_the_machines() {
    let run = run(SPLITTING);
    let cursor = after(&run, "split");
    let view = view(&run, Lang::En, cursor);
    let head = view
        .machine
        .zone(kmalloc_core::profile::ZoneId::NORMAL)
        .head(2);
    let end = lists(view, 1.0);
    assert!(!end.contains("awaited"), "nothing is on its way");
    assert!(end.contains(&format!(r#"data-pfn="{}""#, head.expect("the upper half"))));
}

#[test]
fn before_a_run_every_panel_says_how_to_begin() {
    let run = run("");
    let [map, _, buckets, path] = all(&view(&run, Lang::En, 0), 1.0);
    assert!(path.contains("Press kmalloc: each test appears here with its numbers."));
    assert!(map.contains("Point at a page"));
    assert!(buckets.contains("ruler"));
    let [.., path] = all(&view(&run, Lang::Zh, 0), 1.0);
    assert!(path.contains("按下 kmalloc"));
}

#[test]
fn the_waste_is_a_sentence_in_both_languages() {
    let run = run("p = kmalloc(100, GFP_KERNEL);");
    let cursor = run.borrow().len();
    let [_, _, en, _] = all(&view(&run, Lang::En, cursor), 1.0);
    let [_, _, zh, _] = all(&view(&run, Lang::Zh, cursor), 1.0);
    assert!(en.contains("28 of 128 bytes unused, 22 %"));
    assert!(zh.contains("28 / 128 字节未用，22%"));
}

#[test]
fn every_moment_of_a_varied_run_can_be_shown_in_both_languages() {
    let run = run("machine dma=256K normal=1M highmem=256K\n\
         for (i = 0; i < 3; i++) q[i] = kmalloc(3000, GFP_KERNEL); kfree(q[0]); kfree(q[0]);\n\
         irq { for (i = 0; i < 7; i++) a[i] = __get_free_pages(GFP_ATOMIC, 4); z = kmalloc(20000, GFP_KERNEL | __GFP_NORETRY); }\n\
         free_pages(a[0], 4); h = alloc_pages(GFP_HIGHUSER, 0); n = kmalloc(200000, GFP_KERNEL); g = __get_free_pages(GFP_KERNEL, 11);");
    let end = run.borrow().len();
    for cursor in 0..=end {
        for (lang, progress) in [(Lang::En, 0.3), (Lang::Zh, 1.0)] {
            for text in all(&view(&run, lang, cursor), progress) {
                assert!(
                    !text.contains("{0}") && !text.contains('`'),
                    "a value is missing: {text}"
                );
            }
        }
    }
}
