//! What once made something panic, or cost too much, does so no longer: every file of `crashes/TARGET/`. And a short run of
//! each target, so that a target that is broken is seen here.

use std::fs;
use std::path::Path;

use fastrand::Rng;
use kmalloc_fuzz::mutate::{mutate, reframe};
use kmalloc_fuzz::seeds;
use kmalloc_fuzz::targets::TARGETS;

#[test]
fn no_crash_comes_back() {
    let crashes = Path::new(env!("CARGO_MANIFEST_DIR")).join("crashes");
    for target in &TARGETS {
        for entry in fs::read_dir(crashes.join(target.name))
            .into_iter()
            .flatten()
        {
            let file = entry.expect("the folder can be read").path();
            (target.feed)(&fs::read(&file).expect("it can be read"));
        }
    }
}

/// Seeds are read as a whole, but for those that are made to be refused, and spoiled ones never panic.
#[test]
fn every_target_reads_its_seeds() {
    for target in &TARGETS {
        let seeds = seeds::of(target.name);
        let accepted = seeds.iter().filter(|seed| (target.feed)(seed).accepted);
        assert!(accepted.count() * 5 >= seeds.len() * 3, "{}", target.name);
        let mut rng = Rng::with_seed(7);
        for turn in 0..300 {
            let mut input = seeds[turn % seeds.len()].clone();
            let other = &seeds[rng.usize(0..seeds.len())];
            mutate(
                &mut rng,
                &mut input,
                other,
                seeds::words(target.name),
                4_096,
            );
            if target.name == "link" {
                reframe(&mut input);
            }
            (target.feed)(&input);
        }
    }
}

/// A link that was taken apart and put together is the same link.
#[test]
fn a_frame_can_be_made_anew() {
    for link in seeds::of("link") {
        let mut again = link.clone();
        reframe(&mut again);
        assert_eq!(again, link);
    }
}
