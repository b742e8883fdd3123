//! What is fed with inputs, and what must hold for each: no panic, a bounded cost, and what was read can be written and
//! read again.

use std::hash::{DefaultHasher, Hash, Hasher};

use kmalloc_core::run::{Bounds, Run};
use kmalloc_core::script::{link, parse, print};
use kmalloc_web::api::envelope::{self, Envelope};
use kmalloc_web::course::Progress;
use kmalloc_web::embed;
use kmalloc_web::frame::Frame;
use kmalloc_web::gallery::Gallery;
use kmalloc_web::lessons::{Chapter, Contents};
use kmalloc_web::share::lecture::Lecture;
use kmalloc_web::share::{Shelf, Switches};

/// What became of an input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// It was read as a whole; otherwise it was refused, in whole or in part.
    pub accepted: bool,
    /// Outcomes that differ are worth another look: inputs that lead to a new one are spoiled further.
    pub kind: u64,
}

impl Outcome {
    fn new(accepted: bool, kind: impl Hash) -> Outcome {
        let mut hasher = DefaultHasher::new();
        (accepted, kind).hash(&mut hasher);
        let kind = hasher.finish();
        Outcome { accepted, kind }
    }
}

/// Something that reads.
pub struct Target {
    /// Its name at the command line.
    pub name: &'static str,
    /// What it is.
    pub what: &'static str,
    /// Inputs longer than this are not tried: what reads them looks no further.
    pub longest: usize,
    /// It reads text; what is not is made so before it is fed.
    pub text: bool,
    /// It reads only: one input costs microseconds, and refusing one must cost 10 ms and 16 MiB at most.
    pub decoder: bool,
    /// Feeds it.
    pub feed: fn(&[u8]) -> Outcome,
}

/// All of them.
pub const TARGETS: [Target; 9] = [
    Target {
        name: "letters",
        what: "the fragment of a link, as letters",
        longest: (1 << 20) / 3 * 4 + 64,
        text: true,
        decoder: true,
        feed: letters,
    },
    Target {
        name: "link",
        what: "the bytes of a link",
        longest: (1 << 20) + 64,
        text: false,
        decoder: true,
        feed: bytes_of_a_link,
    },
    Target {
        name: "text",
        what: "a scenario text, typed or from a file",
        longest: (256 << 10) + 64,
        text: true,
        decoder: true,
        feed: text,
    },
    Target {
        name: "progress",
        what: "a file of progress",
        longest: 1 << 20,
        text: true,
        decoder: true,
        feed: progress,
    },
    Target {
        name: "course",
        what: "the packed files of course and gallery",
        longest: 1 << 20,
        text: true,
        decoder: true,
        feed: course,
    },
    Target {
        name: "message",
        what: "a message of an embedding window",
        longest: (256 << 10) + 4096,
        text: false,
        decoder: true,
        feed: message,
    },
    Target {
        name: "kept",
        what: "what the browser's storage has: a sequence, texts aside, the page's arrangement",
        longest: 1 << 20,
        text: true,
        decoder: true,
        feed: kept,
    },
    Target {
        name: "address",
        what: "the words of an address beside the scenario, and those of an embed",
        longest: 64 << 10,
        text: true,
        decoder: true,
        feed: address,
    },
    Target {
        name: "run",
        what: "a scenario and its machine, run to the end and looked at from other cursors",
        longest: 8 << 10,
        text: true,
        decoder: false,
        feed: run,
    },
];

/// The target of this name.
pub fn named(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

fn letters(input: &[u8]) -> Outcome {
    let input = str::from_utf8(input).unwrap_or_default();
    let read = link::from_fragment(input).and_then(|bytes| link::decode(&bytes));
    Outcome::new(read.is_ok(), read.err().map(|error| format!("{error:?}")))
}

/// What a link opens as is written and opened again the same.
fn bytes_of_a_link(input: &[u8]) -> Outcome {
    match link::decode_sequence(input) {
        Ok(parts) => {
            let again = match &parts[..] {
                [part] if part.sentence.is_empty() => {
                    link::encode(&part.shared.scenario, part.shared.cursor)
                }
                parts => link::encode_sequence(parts),
            };
            let again = link::decode_sequence(&again);
            assert_eq!(again.as_ref(), Ok(&parts), "a link opens as it was made");
            // Which statements there are, and how many: not which numbers stand in them.
            let text = print(&parts[0].shared.scenario);
            let calls = text
                .lines()
                .map(|line| line.split('(').next().unwrap_or(""));
            let calls: Vec<&str> = calls.take(6).collect();
            Outcome::new(true, (parts.len().min(4), calls))
        }
        Err(error) => Outcome::new(false, (format!("{error:?}"), input.len().min(32))),
    }
}

/// What was read prints as a text that reads the same.
fn text(input: &[u8]) -> Outcome {
    let input = str::from_utf8(input).unwrap_or_default();
    let parsed = parse(input);
    if !parsed.errors.is_empty() {
        let kinds = parsed.errors.iter().map(|error| {
            // The variant and what was expected, not what was found.
            let kind = format!("{:?}", error.kind);
            kind.split("found").next().unwrap_or("").to_string()
        });
        return Outcome::new(false, kinds.take(2).collect::<Vec<_>>());
    }
    let printed = print(&parsed.scenario);
    let again = parse(&printed);
    assert!(
        again.errors.is_empty(),
        "what is printed is read: {printed}"
    );
    assert_eq!(print(&again.scenario), printed, "printing is settled");
    let words = printed
        .lines()
        .map(|line| line.split('(').next().unwrap_or(""));
    Outcome::new(true, words.take(6).map(str::to_string).collect::<Vec<_>>())
}

/// Progress that was read is written and read again the same.
fn progress(input: &[u8]) -> Outcome {
    let input = str::from_utf8(input).unwrap_or_default();
    let read = Progress::read(input);
    if let Some(progress) = &read {
        assert_eq!(Progress::read(&progress.text()).as_ref(), Some(progress));
    }
    Outcome::new(read.is_some(), input.lines().take(16).count())
}

fn course(input: &[u8]) -> Outcome {
    let input = str::from_utf8(input).unwrap_or_default();
    let read = (
        Contents::read(input).map(|contents| contents.chapters.len()),
        Chapter::read(input).map(|chapter| chapter.exercises.len()),
        Gallery::read(input).map(|gallery| gallery.themes.len()),
    );
    let accepted = read.0.is_some() || read.1.is_some() || read.2.is_some();
    Outcome::new(accepted, read)
}

/// A message arrives as a value of JavaScript; what of it can matter can be written as JSON.
fn message(input: &[u8]) -> Outcome {
    let Ok(envelope) = serde_json::from_slice::<Envelope>(input) else {
        return Outcome::new(false, 0);
    };
    let read = envelope::read(envelope);
    let kind = read
        .as_ref()
        .map(|request| std::mem::discriminant(&request.command));
    Outcome::new(read.is_ok(), kind.map_err(|refused| format!("{refused:?}")))
}

/// Another program may have written there; what is read is written and read again the same.
fn kept(input: &[u8]) -> Outcome {
    let input = str::from_utf8(input).unwrap_or_default();
    let lecture = Lecture::read(input);
    assert_eq!(Lecture::read(&lecture.text()), lecture);
    let frame = Frame::read(input);
    assert_eq!(Frame::read(&frame.written()), frame);
    let accepted = !lecture.parts.is_empty() || frame != Frame::default();
    let shelf = Shelf::read(input) == Shelf::default();
    Outcome::new(accepted, (lecture.parts.len(), frame.written(), shelf))
}

/// What is read of an address is written and read again the same.
fn address(input: &[u8]) -> Outcome {
    let input = str::from_utf8(input).unwrap_or_default();
    let switches = Switches::read(input.split('&'));
    let mut written = String::new();
    switches.write(&mut written);
    assert_eq!(Switches::read(written.split('&')), switches);
    let words = input.split('&').filter_map(|word| word.split_once('='));
    let query: Vec<_> = words
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    let embed = embed::Switches::read(&query);
    let accepted = embed.is_some() || switches != Switches::default();
    Outcome::new(accepted, (written, format!("{embed:?}")))
}

/// A short run, so that many are tried.
const BOUNDS: Bounds = Bounds {
    calls: 400,
    events: 20_000,
    steps: 20_000,
};
/// Pages of machines that are booted again and again.
const MOST_PAGES: u32 = 16_384;

/// The run ends, the machine is sound at its end, and the recording leads there.
fn run(input: &[u8]) -> Outcome {
    let input = str::from_utf8(input).unwrap_or_default();
    let parsed = parse(input);
    let machine = &parsed.scenario.machine;
    if machine.zone_pages.iter().sum::<u32>() > MOST_PAGES {
        return Outcome::new(false, 0);
    }
    let Ok(mut run) = Run::new(&parsed.scenario, BOUNDS) else {
        panic!("the parser lets only machines through that can be built");
    };
    let len = run.len();
    run.end()
        .validate()
        .expect("the machine is sound at the end");
    assert!(run.at(len) == *run.end(), "the recording leads to the end");
    // A cursor that follows from the input, reached from the start and from the end.
    let cursor = input.len() * 7919 % (len + 1);
    let there = run.at(cursor);
    let mut back = run.end().clone();
    run.seek(&mut back, len, cursor);
    assert!(
        there == back,
        "a moment is the same from wherever it is reached"
    );
    there.validate().expect("the machine is sound in between");
    let variables = run.variables(cursor).len();
    let mut names: Vec<&str> = run.events(0, len).map(|event| event.name()).collect();
    names.sort_unstable();
    names.dedup();
    let ended = run.ended().map(|ended| format!("{ended:?}"));
    Outcome::new(parsed.errors.is_empty(), (names, ended, variables.min(4)))
}
