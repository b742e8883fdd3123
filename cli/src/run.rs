//! `run FILE`: a scenario's calls with their answers, then the machine as /proc shows it.

use std::fs;
use std::io;
use std::path::Path;

use kmalloc_core::event::{Event, Failure, Sin, Stop};
use kmalloc_core::machine::Machine;
use kmalloc_core::proc;
use kmalloc_core::run::{Answer, Bounds, CallRecord, Ended, NullReason, Run};
use kmalloc_core::script::{parse, print_call};
use serde_json::{Value, json};

use crate::replay::state;

/// How the result is written.
#[derive(Clone, Copy, Default)]
pub struct Form {
    /// With every event of each call.
    pub events: bool,
    /// As one JSON object instead of text.
    pub json: bool,
}

/// Runs a file and prints; returns the exit code.
pub fn run(file: &Path, form: Form) -> io::Result<u8> {
    let parsed = parse(&fs::read_to_string(file)?);
    if !parsed.errors.is_empty() {
        for error in &parsed.errors {
            eprintln!("{}:{error}", file.display());
        }
        return Ok(2);
    }
    let run = Run::new(&parsed.scenario, Bounds::default())
        .expect("the parser gives only machines that can be built");
    let text = if form.json {
        format!(
            "{}
",
            as_json(&run, form.events)
        )
    } else {
        as_text(&run, form.events)
    };
    crate::print(&text)?;
    Ok(0)
}

/// The calls with their answers and what the kernel printed, then /proc.
pub fn as_text(run: &Run, with_events: bool) -> String {
    let mut text = String::new();
    for (number, call) in run.calls().iter().enumerate() {
        let answer = answer(run.end(), call);
        text += &format!(
            "{:>4}  {};  → {answer}\n",
            call.span.line,
            print_call(&call.call)
        );
        for (_, event) in run.own_events(number) {
            if with_events {
                text += &format!("        {:?}\n", event);
            }
            for line in proc::messages(run.start(), call.context, &event) {
                text += &format!("      | {line}\n");
            }
            // What the answer does not say by itself.
            if let Event::Sinned { sin, .. } = event
                && !matches!(call.answer, Answer::Sinned(told) | Answer::Stopped(Stop::Undefined(told)) if told == sin)
            {
                text += &format!("      ! {}\n", sin_text(sin));
            }
        }
    }
    if let Some(ended) = run.ended() {
        text += &format!("{}\n", why_ended(ended));
    }
    let machine = run.end();
    text + &format!(
        "\n/proc/buddyinfo\n{}\n/proc/meminfo\n{}\nmarks\n{}\n/proc/slabinfo\n{}",
        proc::buddyinfo(machine),
        proc::meminfo(machine),
        proc::zone_marks(machine),
        proc::slabinfo(machine),
    )
}

fn as_json(run: &Run, with_events: bool) -> Value {
    let calls = run.calls().iter().map(|call| {
        let mut object = json!({
            "line": call.span.line, "call": print_call(&call.call), "answer": answer(run.end(), call),
            "first_event": call.first, "end_event": call.end,
        });
        if with_events {
            let events = run.events(call.first, call.end);
            object["events"] = events
                .map(|event| json!({"name": event.name(), "event": format!("{event:?}")}))
                .collect();
        }
        object
    });
    json!({
        "calls": calls.collect::<Vec<_>>(),
        "ended": run.ended().map(why_ended),
        "zones": state::zones(run.end()),
        "state": state::state(run.end()),
        "slabinfo": proc::slabinfo(run.end()),
    })
}

fn answer(machine: &Machine, call: &CallRecord) -> String {
    match call.answer {
        Answer::Object {
            address,
            asked,
            given,
            cache,
        } => {
            let name = &machine.cache(cache).shape().name;
            format!("{address:#x}, {name}: {asked} bytes asked, {given} given")
        }
        Answer::Pages {
            pfn,
            order,
            address,
        } => {
            let pages = 1u32 << order;
            match address {
                Some(address) => format!("{address:#x}, {pages} page(s) from pfn {pfn:#x}"),
                None => format!("struct page of pfn {pfn:#x}, {pages} page(s)"),
            }
        }
        Answer::Null(why) => format!("NULL: {}", why_null(why)),
        Answer::Size(bytes) => format!("{bytes}"),
        Answer::Mapped { address, pfn } => format!("{address:#x}, for pfn {pfn:#x}"),
        Answer::Area { address, pages } => {
            format!("{address:#x}, {pages} page(s), each from anywhere")
        }
        Answer::Handed {
            bytes, foreign: 0, ..
        } => format!("{bytes} bytes, none of them another's"),
        Answer::Handed {
            bytes,
            foreign,
            writer,
        } => {
            let writer = writer.map_or(String::new(), |call| {
                format!(", the first by call {}", call + 1)
            });
            format!("{bytes} bytes, {foreign} of them written by a former owner{writer}")
        }
        Answer::Filled { bytes, hot: true } => {
            format!("{bytes} bytes from the device, into a page that was hot in the cache")
        }
        Answer::Filled { bytes, hot: false } => format!("{bytes} bytes from the device"),
        Answer::Populated { pages } => format!("{pages} pages"),
        Answer::Done => "done".into(),
        Answer::Sinned(sin) => format!("wrong: {}", sin_text(sin)),
        Answer::Stopped(why) => why_stopped(why),
    }
}

fn why_null(why: NullReason) -> &'static str {
    match why {
        NullReason::TooLarge => "larger than the largest size class",
        NullReason::NoGrow => "nothing cached, and __GFP_NO_GROW forbids a new slab",
        NullReason::NoArea => "no such range of addresses",
        NullReason::NoAddress => "a page of high memory has no address; it is lost",
        NullReason::NoPages(failure) => match failure {
            Failure::OrderTooLarge => "the order is above 10",
            Failure::EmptyZonelist => "no zone of this request has memory",
            Failure::MayNotWait => {
                "no zone passed its mark, and without __GFP_WAIT nothing may be reclaimed"
            }
            Failure::MemallocExhausted => "a PF_MEMALLOC task found no block even without marks",
            Failure::NoRetry => "__GFP_NORETRY: one reclaim, no second try",
            Failure::CostlyOrder => "an order above 3 is tried once after reclaim",
        },
    }
}

fn why_stopped(why: Stop) -> String {
    match why {
        Stop::CacheGrowBug => {
            "kernel BUG at mm/slab.c:1765: a growing cache may not pass these flags on".into()
        }
        Stop::Endless => "the kernel would loop here for ever".into(),
        Stop::Undefined(sin) => format!("undefined from here on: {}", sin_text(sin)),
    }
}

fn why_ended(ended: Ended) -> String {
    match ended {
        Ended::Stopped(why) => format!("stopped: {}", why_stopped(why)),
        Ended::TooManyCalls => "stopped: more calls than the lab follows".into(),
        Ended::TooManyEvents => "stopped: more events than the lab records".into(),
        Ended::TooManySteps => "stopped: more loop turns than the lab follows".into(),
        Ended::Blocked => "stopped: a task waits for a semaphore that nobody gives back".into(),
        Ended::Cancelled => "stopped: cancelled".into(),
    }
}

fn sin_text(sin: Sin) -> &'static str {
    match sin {
        Sin::DoubleFree => "freed already",
        Sin::WrongFree => "this function does not free what the pointer points to",
        Sin::WrongOrder => "freed with another order than allocated",
        Sin::Overrun => "used past the end of what the caller owns",
        Sin::UseAfterFree => "used after it was freed",
        Sin::NullDereference => "NULL was dereferenced",
        Sin::BothZoneBits => "__GFP_DMA and __GFP_HIGHMEM at once index past the zonelists",
        Sin::NotAnAddress => "no address that can be used here",
        Sin::Uninitialised => "a variable that was never given a value",
        Sin::LockHeld => "the lock is held already: nobody could release it",
        Sin::LockNotHeld => "the lock is not held",
        Sin::Deadlock => "the task waits for a semaphore that nobody can give back",
        Sin::Disclosed => "bytes of a former owner were given away",
        Sin::OutOfReach => "the device cannot address this memory",
        Sin::Leaked => "the last pointer is gone: nobody can free it",
    }
}
