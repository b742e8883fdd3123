//! The same laws on wasm32, where `usize` has 32 bits: run by the wasm test runner.
#![cfg(target_arch = "wasm32")]

mod common;

use common::{Caller, Rng, random_spec};
use kmalloc_core::lab::Lab;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn folding_events_gives_the_live_machine() {
    let mut rng = Rng::new(5);
    let mut operations = 0;
    while operations < 100_000 {
        let spec = random_spec(&mut rng, 2048);
        if spec.check().is_err() {
            continue;
        }
        let mut lab = Lab::boot(spec).expect("the spec was checked");
        let start = lab.machine().clone();
        lab.record();
        let mut caller = Caller::default();
        for _ in 0..10_000 {
            operations += 1;
            if !caller.act(&mut lab, &mut rng) {
                break;
            }
        }
        let (end, mut recording) = lab.into_recording(start);
        end.validate().expect("the invariants hold");
        assert!(
            recording.at(recording.len()) == end,
            "the fold differs from the live machine"
        );
    }
}
