//! What can be foreseen. A question is a line of text; its answer is read off the run, so none is stored.
//!
//! A guess is a word, the same in the file, in the browser's storage and on the page: `128`, `Normal`, `null`, `p q`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::goal::{
    self, CallRef, Filter, Quantity, first_page, measure, read_call, read_event, read_quantity,
    zone_given,
};
use super::words::{self, Unread, Words, read_number};
use crate::event::{Event, Failure};
use crate::machine::Machine;
use crate::profile::ZoneId;
use crate::run::{Answer, CallRecord, NullReason, Run};

/// One thing to foresee.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Question {
    /// `bytes of p`: how many are given.
    Bytes(CallRef),
    /// `zone of p`: where it lies.
    Zone(CallRef),
    /// `outcome of p`: an address, an address after a sleep, NULL, or no return.
    Outcome(CallRef),
    /// `reason of p`: why it is NULL.
    Reason(CallRef),
    /// `sleep of p`: whether the call sleeps.
    Sleep(CallRef),
    /// `complaint of p`: whether the kernel complains about a sleep in atomic context.
    Complaint(CallRef),
    /// `pfn of p`: its first page.
    Pfn(CallRef),
    /// `mode of p`: its flags as a number.
    Mode(CallRef),
    /// `alignment of p`: the largest power of two that divides its address.
    Alignment(CallRef),
    /// `need of p`, `need of p in DMA`: the pages that the first test of this call (in this zone) wants to see free.
    Need {
        /// Whose test.
        call: CallRef,
        /// In which zone.
        zone: Option<ZoneId>,
    },
    /// `walk of p`: the zones that are tested, in order.
    Walk(CallRef),
    /// `rule of p`: the rule by which every size is rounded.
    Rule(CallRef),
    /// `byte 0 of p`: what stands there.
    Byte {
        /// From the start of the object.
        offset: u32,
        /// Whose.
        call: CallRef,
    },
    /// `foreign of line 7`: how many bytes of a former owner this call hands out.
    Foreign(CallRef),
    /// `same p q`: whether both have the same address.
    Same(CallRef, CallRef),
    /// `order of p q r`: from the lowest address to the highest.
    Order(Vec<String>),
    /// `free pages in Normal after p`: a number at that moment, or at the end.
    Measure {
        /// Of what.
        quantity: Quantity,
        /// When; None is the end.
        after: Option<CallRef>,
    },
    /// `count split by p`: how often it happens.
    Count {
        /// The event's name.
        name: &'static str,
        /// Which of them.
        filter: Filter,
    },
    /// `next after taken by p : split listed pcp-got`: the event that follows.
    Next {
        /// The event's name.
        name: &'static str,
        /// In which call.
        call: CallRef,
        /// What is offered.
        among: Vec<&'static str>,
    },
    /// `line of slept-atomic`: the line of the text that makes this happen first.
    LineOf(&'static str),
}

const QUESTIONS: &str = "a question: bytes, zone, outcome, reason, sleep, complaint, pfn, mode, alignment, need, walk, rule, byte, \
                         foreign, same, order, count, next after, line of, or what is free, live, slabs, waste";

impl Question {
    /// Reads a line.
    pub fn parse(line: &str) -> Result<Question, Unread> {
        let words = &mut Words::new(line);
        let question = read(words)?;
        words.done()?;
        Ok(question)
    }
}

fn read(words: &mut Words<'_>) -> Result<Question, Unread> {
    type OfCall = fn(CallRef) -> Question;
    let of_call: [(&str, OfCall); 12] = [
        ("bytes", Question::Bytes),
        ("zone", Question::Zone),
        ("outcome", Question::Outcome),
        ("reason", Question::Reason),
        ("sleep", Question::Sleep),
        ("complaint", Question::Complaint),
        ("pfn", Question::Pfn),
        ("mode", Question::Mode),
        ("alignment", Question::Alignment),
        ("walk", Question::Walk),
        ("rule", Question::Rule),
        ("foreign", Question::Foreign),
    ];
    for (word, question) in of_call {
        if words.take(&[word, "of"]) {
            return Ok(question(read_call(words)?));
        }
    }
    if words.take(&["need", "of"]) {
        let call = read_call(words)?;
        let zone = words.take(&["in"]).then(|| words.zone()).transpose()?;
        Ok(Question::Need { call, zone })
    } else if words.take(&["byte"]) {
        let offset = words.number()?;
        if !words.take(&["of"]) {
            return Err(words.wrong_next("`of`"));
        }
        Ok(Question::Byte {
            offset,
            call: read_call(words)?,
        })
    } else if words.take(&["same"]) {
        Ok(Question::Same(read_call(words)?, read_call(words)?))
    } else if words.take(&["order", "of"]) {
        let mut names = Vec::from([words.variable()?, words.variable()?]);
        if words.peek().is_some() {
            names.push(words.variable()?);
        }
        Ok(Question::Order(names))
    } else if words.take(&["count"]) {
        match read_event(words)? {
            (name, filter, None) => Ok(Question::Count { name, filter }),
            _ => Err(words.wrong("no amount: that is the question")),
        }
    } else if words.take(&["next", "after"]) {
        let name = words.event()?;
        if !words.take(&["by"]) {
            return Err(words.wrong_next("`by`"));
        }
        let call = read_call(words)?;
        if !words.take(&[":"]) {
            return Err(words.wrong_next("` : ` and the events to choose from"));
        }
        let mut among = Vec::from([words.event()?, words.event()?]);
        while words.peek().is_some() {
            among.push(words.event()?);
        }
        Ok(Question::Next { name, call, among })
    } else if words.take(&["line", "of"]) {
        Ok(Question::LineOf(words.event()?))
    } else {
        let quantity = read_quantity(words)?.filter(|quantity| *quantity != Quantity::Calls);
        let quantity = quantity.ok_or_else(|| words.wrong_next(QUESTIONS))?;
        let after = if words.take(&["after"]) {
            Some(read_call(words)?)
        } else {
            None
        };
        Ok(Question::Measure { quantity, after })
    }
}

/// Every word that `outcome` can be answered with.
const OUTCOMES: [&str; 4] = ["served", "served-after-sleep", "null", "stopped"];
const YES_NO: [&str; 2] = ["yes", "no"];

impl Question {
    /// What can be chosen from, as words; None when a number is typed.
    pub fn choices(&self, machine: &Machine) -> Option<Vec<String>> {
        let strings = |words: &[&str]| words.iter().map(ToString::to_string).collect();
        Some(match self {
            Question::Zone(_) => {
                let zones = machine.zones().map(|(zone, _)| zone.label().to_string());
                zones.chain(["null".to_string()]).collect()
            }
            Question::Outcome(_) => strings(&OUTCOMES),
            Question::Reason(_) => {
                let refused = [
                    Failure::MayNotWait,
                    Failure::NoRetry,
                    Failure::CostlyOrder,
                    Failure::OrderTooLarge,
                    Failure::EmptyZonelist,
                ];
                [NullReason::TooLarge]
                    .into_iter()
                    .chain(refused.map(NullReason::NoPages))
                    .map(|why| words::null_reason(why).to_string())
                    .collect()
            }
            Question::Sleep(_) | Question::Complaint(_) | Question::Same(..) => strings(&YES_NO),
            Question::Walk(_) => walks(machine),
            Question::Rule(_) => Rule::ALL
                .iter()
                .map(|rule| rule.name().to_string())
                .collect(),
            Question::Order(names) => orders(names),
            Question::Next { among, .. } => strings(among),
            Question::Bytes(_)
            | Question::Foreign(_)
            | Question::Pfn(_)
            | Question::Mode(_)
            | Question::Alignment(_)
            | Question::Need { .. }
            | Question::Byte { .. }
            | Question::Measure { .. }
            | Question::Count { .. }
            | Question::LineOf(_) => return None,
        })
    }

    /// Whether the number is one that people write in hexadecimal.
    pub fn is_hex(&self) -> bool {
        matches!(
            self,
            Question::Pfn(_) | Question::Mode(_) | Question::Byte { .. }
        )
    }

    /// The answer, read off the run; None as long as what decides has not happened.
    pub fn truth(&self, run: &mut Run) -> Option<String> {
        let number = |value: u64| Some(value.to_string());
        let yes = |yes: bool| Some(if yes { "yes" } else { "no" }.to_string());
        match self {
            Question::Measure { quantity, after } => {
                let cursor = match after {
                    Some(after) => run.calls()[goal::call(run, after)?].end,
                    None => run.len(),
                };
                let machine = run.at(cursor);
                number(measure(quantity, run, &machine, cursor, 0))
            }
            Question::Bytes(call) => match made(run, call)?.answer {
                Answer::Object { given, .. } => number(given.into()),
                Answer::Pages { order, .. } => {
                    number(u64::from(run.end().spec().page_size) << order)
                }
                Answer::Null(_) => number(0),
                _ => None,
            },
            Question::Foreign(call) => match made(run, call)?.answer {
                Answer::Handed { foreign, .. } => number(foreign.into()),
                _ => None,
            },
            Question::Zone(call) => {
                let answer = &made(run, call)?.answer;
                match zone_given(run.end(), answer) {
                    Some(zone) => Some(zone.label().into()),
                    None => matches!(answer, Answer::Null(_)).then(|| "null".into()),
                }
            }
            Question::Outcome(call) => {
                let word = match made(run, call)?.answer {
                    Answer::Object { .. } | Answer::Pages { .. } | Answer::Area { .. } => {
                        OUTCOMES[usize::from(slept(run, call))]
                    }
                    Answer::Null(_) => OUTCOMES[2],
                    Answer::Stopped(_) => OUTCOMES[3],
                    _ => return None,
                };
                Some(word.into())
            }
            Question::Reason(call) => match made(run, call)?.answer {
                Answer::Null(why) => Some(words::null_reason(why).into()),
                _ => None,
            },
            Question::Sleep(call) => {
                made(run, call)?;
                yes(slept(run, call))
            }
            Question::Complaint(call) => yes(events(run, call)?
                .any(|event| matches!(event, Event::MightSleep { .. } | Event::SleptAtomic))),
            Question::Pfn(call) => {
                let pfn = first_page(run.end(), &made(run, call)?.answer)?;
                Some(format!("{pfn:#x}"))
            }
            Question::Mode(call) => {
                let gfp = goal::flags(&made(run, call)?.call)?;
                Some(format!("{gfp:#x}"))
            }
            Question::Alignment(call) => match made(run, call)?.answer {
                Answer::Object { address, .. }
                | Answer::Pages {
                    address: Some(address),
                    ..
                }
                | Answer::Area { address, .. } => number(1 << address.trailing_zeros()),
                _ => None,
            },
            Question::Need { call, zone } => events(run, call)?.find_map(|event| match event {
                Event::ZoneTested { zone: of, need, .. } if zone.is_none_or(|zone| zone == of) => {
                    Some(need.to_string())
                }
                _ => None,
            }),
            Question::Walk(call) => {
                let mut walk: Vec<ZoneId> = Vec::new();
                for event in events(run, call)? {
                    if let Event::ZoneTested { zone, .. } | Event::ZoneUntested { zone } = event
                        && !walk.contains(&zone)
                    {
                        walk.push(zone);
                    }
                }
                (!walk.is_empty()).then(|| walk_name(&walk))
            }
            Question::Rule(call) => matches!(made(run, call)?.answer, Answer::Object { .. })
                .then(|| Rule::FirstClassThatFits.name().into()),
            Question::Byte { offset, call } => match made(run, call)?.answer {
                Answer::Object { address, .. } => {
                    let after = made(run, call)?.end;
                    let byte = run.at(after).byte(address + offset);
                    Some(format!("{byte:#04x}"))
                }
                _ => None,
            },
            Question::Same(one, other) => {
                let page = |call| match made(run, call)?.answer {
                    Answer::Object { address, .. } => Some(u64::from(address)),
                    Answer::Pages { pfn, .. } => Some(u64::from(pfn) << 32),
                    _ => None,
                };
                yes(page(one)? == page(other)?)
            }
            Question::Order(names) => {
                let mut placed = Vec::new();
                for name in names {
                    let call = made(run, &CallRef::For(name.clone()))?;
                    let place = match call.answer {
                        Answer::Object { address, .. } => address,
                        Answer::Pages { pfn, .. } => run.end().address_of(pfn),
                        _ => return None,
                    };
                    placed.push((place, name.as_str()));
                }
                placed.sort_unstable();
                let names: Vec<&str> = placed.into_iter().map(|(_, name)| name).collect();
                Some(names.join(" "))
            }
            Question::Count { name, filter } => {
                if let Some(by) = &filter.by {
                    made(run, by)?;
                }
                number(goal::count(run, name, filter).0)
            }
            Question::Next { name, call, among } => {
                let mut names = events(run, call)?.map(|event| event.name());
                names.find(|event| event == name)?;
                names.find(|next| among.contains(next)).map(Into::into)
            }
            Question::LineOf(name) => {
                let index = run
                    .events(0, run.len())
                    .position(|event| event.name() == *name)?;
                let call = run.call_at(index + 1)?;
                number(run.calls()[call].span.line.into())
            }
        }
    }

    /// Whether a guess says the same as the truth: numbers may be written in either base.
    pub fn agrees(&self, guess: &str, truth: &str) -> bool {
        match (read_number(guess.trim()), read_number(truth)) {
            (Some(guess), Some(truth)) => guess == truth,
            _ => guess.split_whitespace().eq(truth.split_whitespace()),
        }
    }
}

fn made<'r>(run: &'r Run, call: &CallRef) -> Option<&'r CallRecord> {
    Some(&run.calls()[goal::call(run, call)?])
}

/// What happened in a call, without what other tasks did while it slept.
fn events<'r>(run: &'r Run, call: &CallRef) -> Option<impl Iterator<Item = Event> + 'r> {
    Some(
        run.own_events(goal::call(run, call)?)
            .map(|(_, event)| event),
    )
}

/// Whether a call put its task to sleep: time passed in it, or another task had the processor. Reclaim that finds clean
/// pages does not sleep.
fn slept(run: &Run, call: &CallRef) -> bool {
    events(run, call).is_some_and(|mut events| {
        events.any(|event| {
            matches!(
                event,
                Event::Waited { .. } | Event::SleptAtomic | Event::TaskSwitched { .. }
            )
        })
    })
}

fn walk_name(zones: &[ZoneId]) -> String {
    let names: Vec<&str> = zones.iter().map(|zone| zone.label()).collect();
    names.join(" ")
}

/// Walks over the zones to choose from: from each zone down, as the kernel's zonelists have them, and the reverse.
fn walks(machine: &Machine) -> Vec<String> {
    let zones: Vec<ZoneId> = machine.zones().map(|(zone, _)| zone).collect();
    let mut walks: Vec<String> = Vec::new();
    for end in 1..=zones.len() {
        let up = &zones[..end];
        let down: Vec<ZoneId> = up.iter().rev().copied().collect();
        for walk in [&down[..1], &down, up] {
            let name = walk_name(walk);
            if !walks.contains(&name) {
                walks.push(name);
            }
        }
    }
    walks
}

/// Every order of two or three names.
fn orders(names: &[String]) -> Vec<String> {
    let mut all = Vec::new();
    for (at, first) in names.iter().enumerate() {
        let mut rest = names.to_vec();
        rest.remove(at);
        if rest.is_empty() {
            return Vec::from([first.clone()]);
        }
        for order in orders(&rest) {
            all.push(format!("{first} {order}"));
        }
    }
    all
}

// ── the rule of rounding ──────────────────────────────────────────────────────────────────────────────────────────

/// How a learner may believe that sizes are rounded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// What was asked, byte for byte.
    Exact,
    /// The next power of two.
    PowerOfTwo,
    /// The smallest of the machine's size classes that holds it.
    FirstClassThatFits,
    /// Whole pages.
    WholePages,
}

impl Rule {
    /// All of them, in the order in which they are offered.
    pub const ALL: &'static [Rule] = &[
        Rule::Exact,
        Rule::PowerOfTwo,
        Rule::FirstClassThatFits,
        Rule::WholePages,
    ];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Rule::Exact => "exact",
            Rule::PowerOfTwo => "power-of-two",
            Rule::FirstClassThatFits => "first-class-that-fits",
            Rule::WholePages => "whole-pages",
        }
    }

    /// The rule of this word.
    pub fn named(name: &str) -> Option<Rule> {
        Rule::ALL.iter().copied().find(|rule| rule.name() == name)
    }

    /// What this rule would give for a size.
    fn given(self, machine: &Machine, size: u32) -> u32 {
        match self {
            Rule::Exact => size,
            Rule::PowerOfTwo => size.next_power_of_two(),
            Rule::WholePages => size.next_multiple_of(machine.spec().page_size),
            Rule::FirstClassThatFits => classes(machine).find(|&class| class >= size).unwrap_or(0),
        }
    }
}

/// A size for which a rule fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counterexample {
    /// Bytes asked for, the nearest to what was asked.
    pub size: u32,
    /// What the rule would give.
    pub rule_gives: u32,
    /// What the kernel gives.
    pub kernel_gives: u32,
}

/// Tries a rule on every size against the choice that `kmalloc` makes on this machine, nearest to what was asked first:
/// a counterexample teaches more when it is close to what the learner looks at.
pub(super) fn counterexample(rule: Rule, machine: &Machine, asked: u32) -> Option<Counterexample> {
    let largest = classes(machine).last().unwrap_or(0);
    let nearest_first = (0..largest)
        .flat_map(|distance| [asked.checked_sub(distance), asked.checked_add(distance)]);
    nearest_first
        .flatten()
        .filter(|size| (1..=largest).contains(size))
        .find_map(|size| {
            let chosen = machine
                .classes(false)
                .holding(size)
                .expect("no size up to the largest class is refused");
            let kernel_gives = machine.cache(chosen).shape().class_size;
            let rule_gives = rule.given(machine, size);
            (rule_gives != kernel_gives).then_some(Counterexample {
                size,
                rule_gives,
                kernel_gives,
            })
        })
}

/// The size classes of a machine, ascending.
pub fn classes(machine: &Machine) -> impl Iterator<Item = u32> + '_ {
    machine.classes(false).iter().map(|(size, _)| size)
}
