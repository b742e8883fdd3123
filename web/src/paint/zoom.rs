//! Coming closer to a picture: a pinch of two fingers on a touch screen or a trackpad, the wheel with Control held, and
//! where the picture stands in its room afterwards. How large the picture then is, is not decided here.

use wasm_bindgen::prelude::*;
use web_sys::{AddEventListenerOptions, Element, TouchEvent, WheelEvent};

use super::shapes::Rect;

/// Pixels of the wheel that come closer by a factor of e. A trackpad tells a pinch as a wheel that turns little.
const WHEEL: f64 = 200.0;

/// Tells by what factor the fingers come closer, until it is dropped.
pub struct Pinch {
    room: Element,
    // Kept alive as long as the room may call them.
    wheel: Closure<dyn FnMut(WheelEvent)>,
    touch: Closure<dyn FnMut(TouchEvent)>,
}

impl Pinch {
    /// Listens on an element. The browser's own zoom of the whole page is held back there.
    pub fn new(room: &Element, closer: impl Fn(f32) + Clone + 'static) -> Option<Pinch> {
        let turned = closer.clone();
        let wheel = Closure::<dyn FnMut(WheelEvent)>::new(move |event: WheelEvent| {
            if event.ctrl_key() {
                event.prevent_default();
                turned((-event.delta_y() / WHEEL).exp() as f32);
            }
        });
        let mut before = None;
        let touch = Closure::<dyn FnMut(TouchEvent)>::new(move |event: TouchEvent| {
            let now = apart(&event);
            if let (Some(before), Some(now)) = (before, now) {
                event.prevent_default();
                closer(now / before);
            }
            before = now;
        });
        let pinch = Pinch {
            room: room.clone(),
            wheel,
            touch,
        };
        for (name, listener) in pinch.listeners() {
            let options = AddEventListenerOptions::new();
            // A passive listener could not hold back the page's zoom.
            options.set_passive(false);
            room.add_event_listener_with_callback_and_add_event_listener_options(
                name, listener, &options,
            )
            .ok()?;
        }
        Some(pinch)
    }

    fn listeners(&self) -> [(&'static str, &js_sys::Function); 4] {
        let (wheel, touch) = (&self.wheel, self.touch.as_ref().unchecked_ref());
        [
            ("wheel", wheel.as_ref().unchecked_ref()),
            ("touchstart", touch),
            ("touchmove", touch),
            ("touchend", touch),
        ]
    }
}

impl Drop for Pinch {
    fn drop(&mut self) {
        for (name, listener) in self.listeners() {
            // Nothing is lost if it was gone already.
            let _ = self
                .room
                .remove_event_listener_with_callback(name, listener);
        }
    }
}

/// How far two fingers are apart; None for one finger or three.
fn apart(event: &TouchEvent) -> Option<f32> {
    let fingers = event.touches();
    if fingers.length() != 2 {
        return None;
    }
    let (one, other) = (fingers.get(0)?, fingers.get(1)?);
    let (x, y) = (
        one.client_x() - other.client_x(),
        one.client_y() - other.client_y(),
    );
    Some((x as f32).hypot(y as f32).max(1.0))
}

/// Scrolls a room whose picture has become `by` times as large so that the middle stays the middle.
pub fn keep_middle(room: &Element, by: f32) {
    let kept = |from: i32, length: i32| {
        let half = length as f32 / 2.0;
        ((from as f32 + half) * by - half) as i32
    };
    room.set_scroll_left(kept(room.scroll_left(), room.client_width()));
    room.set_scroll_top(kept(room.scroll_top(), room.client_height()));
}

/// Scrolls a room just so far that a part of its picture is seen.
pub fn bring(room: &Element, part: Rect) {
    let brought = |from: i32, length: i32, start: f32, end: f32| {
        let (from, length) = (from as f32, length as f32);
        if start < from {
            start
        } else if end > from + length {
            end - length
        } else {
            from
        }
    };
    let x = brought(
        room.scroll_left(),
        room.client_width(),
        part.x - 4.0,
        part.x + part.w + 4.0,
    );
    let y = brought(
        room.scroll_top(),
        room.client_height(),
        part.y - 4.0,
        part.y + part.h + 4.0,
    );
    room.set_scroll_left(x as i32);
    room.set_scroll_top(y as i32);
}
