//! What the core knows, as plain values with the names that JavaScript reads: `static/kmalloc-values.d.ts` says the same
//! in TypeScript.
//!
//! Nothing here has a language: sentences are the page's matter, and come in as they are.

use kmalloc_core::event::{Stop, Temperature};
use kmalloc_core::exercise::{Finding, Foresight, Verdict, null_reason, sin};
use kmalloc_core::machine::{Machine, SlabList};
use kmalloc_core::profile::{ORDERS, ZoneId};
use kmalloc_core::run::{Answer, CallRecord, Ended, Run};
use kmalloc_core::script::print_call;
use serde::Serialize;

/// Grows when a value changes its meaning; new fields do not count.
pub const VERSION: u32 = 1;

/// A moment of a run.
#[derive(Serialize, Debug)]
pub struct Snapshot {
    version: u32,
    cursor: usize,
    events: usize,
    calls: usize,
    /// The event that leads to this cursor.
    event: Option<&'static str>,
    text: String,
    machine: MachineValue,
}

#[derive(Serialize, Debug)]
struct MachineValue {
    zones: Vec<ZoneValue>,
    caches: Vec<CacheValue>,
}

#[derive(Serialize, Debug)]
struct ZoneValue {
    name: &'static str,
    start: u32,
    pages: u32,
    free: u32,
    min: u32,
    low: u32,
    high: u32,
    /// Order 0 to 10, each head first.
    lists: Vec<Vec<u32>>,
    /// Head first.
    hot: Vec<u32>,
    cold: Vec<u32>,
}

#[derive(Serialize, Debug)]
struct CacheValue {
    name: String,
    size: u32,
    available: u16,
    limit: u16,
    /// Addresses, oldest first: the last is handed out next.
    array: Vec<u32>,
    partial: Vec<SlabValue>,
    free: Vec<SlabValue>,
    full: Vec<SlabValue>,
}

#[derive(Serialize, Debug)]
struct SlabValue {
    pfn: u32,
    #[serde(rename = "inUse")]
    in_use: u16,
}

/// What came of a text.
#[derive(Serialize, Debug)]
pub struct Ran {
    /// What could not be read in it.
    pub errors: Vec<ErrorValue>,
    /// The calls that were made.
    pub calls: Vec<CallValue>,
    /// Why the run ended before its text did.
    pub ended: Option<&'static str>,
}

/// What could not be read.
#[derive(Serialize, Debug)]
pub struct ErrorValue {
    /// 1-based.
    pub line: u32,
    /// 1-based.
    pub column: u32,
    /// In words.
    pub message: String,
}

/// A call and its answer.
#[derive(Serialize, Debug)]
pub struct CallValue {
    text: String,
    line: u32,
    first: usize,
    end: usize,
    /// In words.
    answer: String,
    kind: &'static str,
    address: Option<u32>,
    pfn: Option<u32>,
    order: Option<u8>,
    asked: Option<u32>,
    given: Option<u32>,
    cache: Option<String>,
    /// Of NULL, of a mistake, or of a stop.
    reason: Option<&'static str>,
    /// Bytes or pages that it is about.
    amount: Option<u32>,
}

/// How an exercise stands.
#[derive(Serialize, Debug)]
pub struct VerdictValue {
    /// `chapter/exercise`, if that is known.
    pub exercise: Option<String>,
    /// Everything is as it should be.
    pub passed: bool,
    /// One a question.
    pub questions: Vec<QuestionValue>,
    /// One a goal.
    pub goals: Vec<GoalValue>,
    /// The first line of the start that had to stay and is gone.
    pub gone: Option<u32>,
    /// What golf counted.
    pub score: Option<f64>,
}

/// How a question stands.
#[derive(Serialize, Debug)]
pub struct QuestionValue {
    question: String,
    stands: &'static str,
    truth: Option<String>,
}

/// How a goal stands.
#[derive(Serialize, Debug)]
pub struct GoalValue {
    goal: String,
    met: bool,
}

/// The moment at a cursor; `machine` is the machine there.
pub fn snapshot(run: &Run, machine: &Machine, cursor: usize, text: &str) -> Snapshot {
    let event = cursor.checked_sub(1).and_then(|index| run.event(index));
    Snapshot {
        version: VERSION,
        cursor,
        events: run.len(),
        calls: run.calls().len(),
        event: event.map(|event| event.name()),
        text: text.into(),
        machine: machine_value(machine),
    }
}

fn machine_value(machine: &Machine) -> MachineValue {
    let zones = machine.zones().map(|(id, zone)| ZoneValue {
        name: id.label(),
        start: zone.start(),
        pages: zone.pages(),
        free: zone.free_pages(),
        min: zone.pages_min(),
        low: zone.pages_low(),
        high: zone.pages_high(),
        lists: lists(machine, id),
        hot: zone.pcp(Temperature::Hot).pages().collect(),
        cold: zone.pcp(Temperature::Cold).pages().collect(),
    });
    let caches = machine.caches().map(|(id, cache)| {
        let slabs = |list| {
            let slabs = machine.slabs(id, list).map(|slab| machine.slab(slab));
            slabs
                .map(|slab| SlabValue {
                    pfn: slab.pfn(),
                    in_use: slab.in_use(),
                })
                .collect()
        };
        CacheValue {
            name: cache.shape().name.clone(),
            size: cache.shape().class_size,
            available: cache.available(),
            limit: cache.limit(),
            array: cache.array().collect(),
            partial: slabs(SlabList::Partial),
            free: slabs(SlabList::Free),
            full: slabs(SlabList::Full),
        }
    });
    MachineValue {
        zones: zones.collect(),
        caches: caches.collect(),
    }
}

fn lists(machine: &Machine, zone: ZoneId) -> Vec<Vec<u32>> {
    (0..ORDERS as u8)
        .map(|order| machine.free_list(zone, order).collect())
        .collect()
}

/// Why a run ended early, as a word.
pub fn ended(run: &Run) -> Option<&'static str> {
    run.ended().map(|ended| match ended {
        Ended::Stopped(why) => stop(why),
        Ended::TooManyCalls => "too-many-calls",
        Ended::TooManyEvents => "too-many-events",
        Ended::TooManySteps => "too-many-steps",
        Ended::Blocked => "blocked",
        Ended::Cancelled => "cancelled",
    })
}

const fn stop(why: Stop) -> &'static str {
    match why {
        Stop::CacheGrowBug => "cache-grow-bug",
        Stop::Endless => "endless",
        Stop::Undefined(what) => sin(what),
    }
}

/// An answer without a language: the address as the kernel prints it, `NULL`, or the word for what it is.
pub fn plain_answer(value: &CallValue) -> String {
    match (value.address, value.kind) {
        (Some(address), _) => format!("{address:#x}"),
        (None, "null") => "NULL".into(),
        (None, kind) => value
            .amount
            .map_or(kind.into(), |amount| amount.to_string()),
    }
}

/// A call of this run; `answer` says its answer in words.
pub fn call(run: &Run, call: &CallRecord, answer: impl FnOnce(&CallValue) -> String) -> CallValue {
    let mut value = CallValue {
        text: print_call(&call.call),
        line: call.span.line,
        first: call.first,
        end: call.end,
        answer: String::new(),
        kind: "done",
        address: None,
        pfn: None,
        order: None,
        asked: None,
        given: None,
        cache: None,
        reason: None,
        amount: None,
    };
    match call.answer {
        Answer::Object {
            address,
            asked,
            given,
            cache,
        } => {
            value.kind = "object";
            value.address = Some(address);
            value.asked = Some(asked);
            value.given = Some(given);
            value.cache = Some(run.end().cache(cache).shape().name.clone());
        }
        Answer::Pages {
            pfn,
            order,
            address,
        } => {
            value.kind = "pages";
            value.address = address;
            value.pfn = Some(pfn);
            value.order = Some(order);
        }
        Answer::Null(why) => {
            value.kind = "null";
            value.reason = Some(null_reason(why));
        }
        Answer::Size(bytes) => {
            value.kind = "size";
            value.amount = Some(bytes);
        }
        Answer::Mapped { address, pfn } => {
            value.kind = "mapped";
            value.address = Some(address);
            value.pfn = Some(pfn);
        }
        Answer::Area { address, pages } => {
            value.kind = "area";
            value.address = Some(address);
            value.amount = Some(pages);
        }
        Answer::Handed { bytes, .. } => {
            value.kind = "handed";
            value.amount = Some(bytes);
        }
        Answer::Filled { bytes, .. } => {
            value.kind = "filled";
            value.amount = Some(bytes);
        }
        Answer::Populated { pages } => {
            value.kind = "populated";
            value.amount = Some(pages);
        }
        Answer::Done => {}
        Answer::Sinned(what) => {
            value.kind = "sinned";
            value.reason = Some(sin(what));
        }
        Answer::Stopped(why) => {
            value.kind = "stopped";
            value.reason = Some(stop(why));
        }
    }
    value.answer = answer(&value);
    value
}

/// A verdict; `question` and `goal` name each in words, by its number.
pub fn verdict(
    exercise: Option<String>,
    verdict: &Verdict,
    question: impl Fn(usize) -> String,
    goal: impl Fn(usize) -> String,
) -> VerdictValue {
    let questions = verdict.questions.iter().enumerate();
    let goals = verdict.goals.iter().enumerate();
    VerdictValue {
        exercise,
        passed: verdict.passed(),
        questions: questions
            .map(|(at, foresight)| {
                let (stands, truth) = match foresight {
                    Foresight::Unguessed => ("unguessed", None),
                    Foresight::NotRun => ("not-run", None),
                    Foresight::Right { truth } => ("right", Some(truth.clone())),
                    Foresight::Wrong { truth, .. } => ("wrong", Some(truth.clone())),
                };
                QuestionValue {
                    question: question(at),
                    stands,
                    truth,
                }
            })
            .collect(),
        goals: goals
            .map(|(at, Finding { met, .. })| GoalValue {
                goal: goal(at),
                met: *met,
            })
            .collect(),
        gone: verdict.gone,
        score: verdict.score.map(|score| score as f64),
    }
}
