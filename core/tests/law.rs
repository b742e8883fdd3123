//! The event law: events are the only thing that changes memory. Random machines, random callers.

mod common;

use std::collections::BTreeMap;

use common::{Caller, Rng, random_spec};
use kmalloc_core::event::Event;
use kmalloc_core::lab::Lab;
use kmalloc_core::machine::Machine;
use kmalloc_core::profile::MachineSpec;
use kmalloc_core::recording::Recording;
use kmalloc_core::run::{Bounds, Ended, Run, Running};
use kmalloc_core::script::{parse, print};

/// Operations of the long runs together; the invariants are checked every thousandth.
const LONG_OPERATIONS: usize = 1_000_000;
/// Operations of the short runs together; the invariants are checked after every event.
const SHORT_OPERATIONS: usize = 60_000;

/// Scenarios with files, processes and devices in the long run.
const WORLDS: usize = 1500;

/// Runs one machine until it stops or `operations` are done; returns start, end, recording and how many it did.
fn one_run(
    rng: &mut Rng,
    scale: u32,
    operations: usize,
    validate_every: usize,
) -> (Machine, Recording, usize) {
    let spec = loop {
        let spec = random_spec(rng, scale);
        if spec.check().is_ok() {
            break spec;
        }
    };
    let mut lab = Lab::boot(spec).expect("the spec was checked");
    let start = lab.machine().clone();
    lab.record();
    let mut caller = Caller::default();
    let mut done = 0;
    while done < operations {
        done += 1;
        let goes_on = caller.act(&mut lab, rng);
        if done % validate_every == 0 {
            lab.machine().validate().expect("the invariants hold");
        }
        if !goes_on {
            break;
        }
    }
    let (end, recording) = lab.into_recording(start);
    (end, recording, done)
}

fn count(recording: &Recording, histogram: &mut BTreeMap<&'static str, u64>) {
    for event in recording.log().iter_from(0) {
        *histogram.entry(event.name()).or_default() += 1;
    }
}

/// Folding the recorded events over the start gives the live state; any cursor reached any way is the same machine.
#[test]
fn folding_events_gives_the_live_machine() {
    let mut rng = Rng::new(1);
    let mut histogram: BTreeMap<&'static str, u64> =
        Event::NAMES.iter().map(|name| (*name, 0)).collect();
    let mut operations = 0;
    while operations < LONG_OPERATIONS {
        let scale = *rng.pick(&[64, 256, 2048, 8192]);
        let (end, mut recording, done) = one_run(&mut rng, scale, 50_000, 1000);
        operations += done;
        count(&recording, &mut histogram);
        end.validate().expect("the invariants hold at the end");
        assert!(
            recording.at(recording.len()) == end,
            "the fold differs from the live machine"
        );
        // Any cursor: from its checkpoint, from the start event by event, and by seeking back from the end.
        let cursor = rng.below(recording.len() as u64 + 1) as usize;
        let direct = recording.at(cursor);
        direct
            .validate()
            .expect("the invariants hold at any cursor");
        let mut folded = recording.start().clone();
        let mut at = 0;
        while at < cursor {
            let next = (at + 1 + rng.below(5000) as usize).min(cursor);
            recording.seek(&mut folded, at, next);
            at = next;
        }
        assert!(direct == folded, "at({cursor}) differs from the fold");
        let mut back = end.clone();
        let len = recording.len();
        recording.seek(&mut back, len, cursor);
        assert!(back == direct, "seeking back to {cursor} differs");
        recording.seek(&mut back, cursor, len);
        assert!(back == end, "seeking forward again differs");
    }
    for turn in 0..WORLDS {
        let text = common::world_text(&mut rng, 60);
        let parsed = parse(&text);
        assert_eq!(parsed.errors, [], "{text}");
        let mut run = Run::new(&parsed.scenario, Bounds::default()).expect("a machine");
        for event in run.events(0, run.len()) {
            *histogram.entry(event.name()).or_default() += 1;
        }
        operations += run.calls().len();
        if let Err(broken) = run.end().validate() {
            panic!("world {turn}: {broken}\n{text}");
        }
        assert!(
            run.at(run.len()) == *run.end(),
            "world {turn}: the fold differs\n{text}"
        );
        let cursor = rng.below(run.len() as u64 + 1) as usize;
        let mut there = run.at(cursor);
        if let Err(broken) = there.validate() {
            panic!("world {turn}, event {cursor}: {broken}\n{text}");
        }
        let len = run.len();
        run.seek(&mut there, cursor, len);
        assert!(there == *run.end(), "world {turn}: seeking on differs");
    }
    // What only the start-up of machines and the script's side emit.
    for _ in 0..600 {
        let spec = MachineSpec {
            zone_pages: [64, 0, 0],
            ..MachineSpec::default()
        };
        count(
            &Lab::boot_recorded(spec).expect("a machine"),
            &mut histogram,
        );
    }
    let text = "p = kmalloc(32, GFP_KERNEL); memset(p, 1, 64); q = kmalloc(20000, GFP_HIGHUSER);";
    let scenario = parse(text).scenario;
    for _ in 0..1000 {
        let run = Run::new(&scenario, Bounds::default()).expect("a machine");
        for event in run.events(0, run.len()) {
            *histogram.entry(event.name()).or_default() += 1;
        }
    }
    println!("{operations} random operations; events by kind:");
    for (name, count) in &histogram {
        println!("{count:>12}  {name}");
    }
    // A kill takes seconds of the machine's time, and double frees that CONFIG_DEBUG_SLAB finds have their own test.
    let least = |name: &str| match name {
        "kswapd-spins" | "process-killed" => 20,
        "node-set" => 200,
        "slab-corrupted" | "slab-error" => 0,
        _ => 1000,
    };
    let rare: Vec<_> = histogram
        .iter()
        .filter(|&(name, &count)| count < least(name))
        .collect();
    assert!(
        rare.is_empty(),
        "kinds that hardly occur are not tested: {rare:?}"
    );
}

/// No page in two places, counts conserved, links sound, after every single event, boot included.
#[test]
fn every_event_keeps_the_invariants() {
    let mut rng = Rng::new(2);
    let mut operations = 0;
    while operations < SHORT_OPERATIONS {
        let (end, mut recording, done) = one_run(&mut rng, 96, 400, 1);
        operations += done;
        let mut machine = recording.start().clone();
        for at in 0..recording.len() {
            recording.seek(&mut machine, at, at + 1);
            if let Err(broken) = machine.validate() {
                panic!("event {at}, {:?}: {broken}", recording.log().get(at));
            }
        }
        assert!(machine == end, "the fold differs from the live machine");
    }
    let spec = MachineSpec {
        zone_pages: [64, 96, 40],
        ..MachineSpec::default()
    };
    let mut boot = Lab::boot_recorded(spec.clone()).expect("a machine");
    let mut machine = boot.start().clone();
    for at in 0..boot.len() {
        boot.seek(&mut machine, at, at + 1);
        machine.validate().expect("boot keeps the invariants");
    }
    assert!(machine == *Lab::boot(spec).expect("a machine").machine());
}

/// The world keeps the invariants after every single event; no page is lost, whoever reclaims it.
#[test]
fn every_event_of_the_world_keeps_the_invariants() {
    let mut rng = Rng::new(5);
    for turn in 0..25 {
        let text = common::world_text(&mut rng, 40);
        let mut run = Run::new(&parse(&text).scenario, Bounds::default()).expect("a machine");
        let mut machine = run.start().clone();
        for at in 0..run.len().min(12_000) {
            run.seek(&mut machine, at, at + 1);
            if let Err(broken) = machine.validate() {
                panic!(
                    "world {turn}, event {at}, {:?}: {broken}\n{text}",
                    run.event(at)
                );
            }
        }
    }
}

/// `at(c)` at the end of call k is the machine of a run that has only the first k calls.
#[test]
fn a_prefix_of_the_script_gives_the_same_machine() {
    let mut rng = Rng::new(3);
    for _ in 0..300 {
        let lines: Vec<String> = (0..40)
            .map(|number| random_line(&mut rng, number))
            .collect();
        let text = lines.join("\n");
        let parsed = parse(&text);
        assert_eq!(parsed.errors, [], "{text}");
        let mut run = Run::new(&parsed.scenario, Bounds::default()).expect("a machine");
        assert_eq!(
            print(&parse(&print(&parsed.scenario)).scenario),
            print(&parsed.scenario)
        );
        let calls = run.calls().len();
        let keep = rng.below(calls as u64 + 1) as usize;
        let cursor = if keep == 0 {
            0
        } else {
            run.calls()[keep - 1].end
        };
        let prefix = parse(&lines[..keep].join("\n")).scenario;
        let shorter = Run::new(&prefix, Bounds::default()).expect("a machine");
        assert!(
            run.at(cursor) == *shorter.end(),
            "prefix of {keep} calls of\n{text}"
        );
        assert_eq!(run.variables(cursor), shorter.variables(shorter.len()));
    }
}

/// Where a run is cut into pieces changes nothing: the same events, calls, end and machine as in one piece. Cancelled
/// anywhere, it is a beginning of that.
#[test]
fn a_run_in_pieces_is_the_run_in_one_piece() {
    let mut rng = Rng::new(6);
    let mut pieces = 0;
    for turn in 0..400 {
        // Loops in interrupts, tests, tasks that wait for each other, the filesystem, and bounds that are met.
        let body = common::world_text(&mut rng, 8);
        let text = format!(
            "{body}for (i = 0; i < 7; i++) {{ irq {{ a[i] = kmalloc(64, GFP_ATOMIC); }} \
             if (a[i]) {{ for (k = 0; k < 3; k++) b = kmalloc(32, GFP_KERNEL); }} else kfree(NULL); }}\n\
             meanwhile {{ down(&s); kfree(NULL); up(&s); }}\ndown(&s); msleep(10); up(&s);\n"
        );
        let parsed = parse(&text);
        assert_eq!(parsed.errors, [], "{text}");
        let bounds = match rng.below(4) {
            0 => Bounds {
                calls: rng.below(60) as usize,
                ..Bounds::default()
            },
            1 => Bounds {
                events: rng.below(3000) as usize,
                steps: rng.below(90) as usize,
                ..Bounds::default()
            },
            _ => Bounds::default(),
        };
        let mut whole = Run::new(&parsed.scenario, bounds).expect("a machine");
        let mut running = Running::begin(&parsed.scenario, bounds).expect("a machine");
        let mut done = 0;
        while !running.go_on(rng.below(40) as usize) {
            pieces += 1;
            let (now, all) = running.statements();
            assert!(done <= now && now <= all, "it goes forward");
            done = now;
        }
        let made = (running.calls(), running.events());
        assert!(running.go_on(usize::MAX), "it stays ended");
        let run = running.finish();
        assert_eq!(made, (run.calls().len(), run.len()));
        same_beginning(&run, &whole, whole.len(), turn, &text);
        assert_eq!(run.calls(), whole.calls(), "{turn}: {text}");
        assert_eq!(run.ended(), whole.ended(), "{turn}: {text}");
        assert!(*run.end() == *whole.end(), "{turn}: {text}");

        let mut running = Running::begin(&parsed.scenario, bounds).expect("a machine");
        if !running.go_on(rng.below(400) as usize) {
            let cut = running.finish();
            assert_eq!(cut.ended(), Some(Ended::Cancelled));
            same_beginning(&cut, &whole, cut.len(), turn, &text);
            let calls = cut.calls().len();
            assert_eq!(cut.calls(), &whole.calls()[..calls], "{turn}: {text}");
            assert!(*cut.end() == whole.at(cut.len()), "{turn}: {text}");
        }
    }
    assert!(pieces > 5_000, "{pieces}");
}

fn same_beginning(run: &Run, whole: &Run, len: usize, turn: usize, text: &str) {
    assert_eq!(run.len(), len);
    let same = run.events(0, len).eq(whole.events(0, len));
    assert!(same, "{turn}: {text}");
}

/// A line with one call whose pointer is always defined.
fn random_line(rng: &mut Rng, number: usize) -> String {
    match rng.below(4) {
        0 => format!(
            "g{number} = __get_free_pages({}, {});",
            common::random_gfp(rng).expression(),
            rng.below(4)
        ),
        1 => "kfree(NULL);".into(),
        _ => format!(
            "p{number} = kmalloc({}, GFP_ATOMIC | __GFP_NOWARN);",
            1 + rng.below(9000)
        ),
    }
}

/// Every machine that the header can describe boots, and its first call works.
#[test]
fn every_machine_that_passes_the_check_boots() {
    let mut rng = Rng::new(4);
    let mut smallest = 0;
    for _ in 0..2000 {
        let spec = random_spec(&mut rng, 128);
        if spec.check().is_err() {
            continue;
        }
        smallest += u32::from(
            spec.zone_pages[0] + spec.zone_pages[1] == kmalloc_core::profile::MIN_LOW_PAGES,
        );
        let lab = Lab::boot(spec).expect("the spec was checked");
        lab.machine().validate().expect("a booted machine is sound");
    }
    assert!(smallest > 0, "the smallest machine was tried");
}
