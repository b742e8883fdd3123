//! `kmalloc-fuzz [TARGET…] [--inputs N] [--seconds S] [--seed S]`: feeds targets with spoiled inputs and prints what the
//! dearest refusal cost. Ends with an error on a panic, whose input is left in a file, and on a refusal over the budget.

use std::cell::RefCell;
use std::collections::HashSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs, panic};

use fastrand::Rng;
use kmalloc_fuzz::measure::{self, BUDGET, Cost};
use kmalloc_fuzz::mutate::{mutate, reframe};
use kmalloc_fuzz::seeds;
use kmalloc_fuzz::targets::{self, TARGETS, Target};
use lexopt::{Arg, ValueExt as _};

const HELP: &str = "\
usage: kmalloc-fuzz [TARGET…] [--inputs N] [--seconds S] [--seed S]
    Feeds each target (all of them without a name) with N inputs (100,000), for S seconds at most.
";

/// Inputs that are kept to be spoiled further.
const MOST_KEPT: usize = 8_192;
/// Longer ones are not kept: they would slow everything down.
const LONGEST_KEPT: usize = 4_096;

thread_local! {
    /// What a panic would be about.
    static FED: RefCell<(&'static str, Vec<u8>)> = const { RefCell::new(("", Vec::new())) };
}

struct Plan {
    targets: Vec<&'static Target>,
    inputs: u64,
    time: Duration,
    seed: u64,
}

/// What feeding one target came to.
#[derive(Default)]
struct Report {
    inputs: u64,
    accepted: u64,
    outcomes: usize,
    /// Of the refusals; each may be of another input.
    dearest: Cost,
    /// Of everything.
    slowest: Duration,
    over: Option<Vec<u8>>,
}

fn main() -> ExitCode {
    let plan = match read_arguments() {
        Ok(Some(plan)) => plan,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("error: {error}\n{HELP}");
            return ExitCode::from(2);
        }
    };
    keep_what_panics();
    println!(
        "{:<9} {:>12} {:>12} {:>9} {:>14} {:>14} {:>9}",
        "target", "inputs", "accepted", "outcomes", "refused, ms", "refused, KiB", "s"
    );
    let mut code = ExitCode::SUCCESS;
    for target in &plan.targets {
        let start = Instant::now();
        let report = fuzz(target, &plan);
        println!(
            "{:<9} {:>12} {:>12} {:>9} {:>14.3} {:>14} {:>9.0}",
            target.name,
            report.inputs,
            report.accepted,
            report.outcomes,
            report.dearest.time.as_secs_f64() * 1e3,
            report.dearest.bytes / 1024,
            start.elapsed().as_secs_f64(),
        );
        if let Some(input) = report.over {
            let file = leave(target.name, &input);
            eprintln!("{}: refusing it costs too much", file.display());
            code = ExitCode::FAILURE;
        }
        if !target.decoder {
            println!(
                "          the longest took {:.1} ms",
                report.slowest.as_secs_f64() * 1e3
            );
        }
    }
    code
}

fn read_arguments() -> Result<Option<Plan>, lexopt::Error> {
    let mut plan = Plan {
        targets: Vec::new(),
        inputs: 100_000,
        time: Duration::MAX,
        seed: 1,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            Arg::Long("inputs") => plan.inputs = parser.value()?.parse()?,
            Arg::Long("seconds") => plan.time = Duration::from_secs(parser.value()?.parse()?),
            Arg::Long("seed") => plan.seed = parser.value()?.parse()?,
            Arg::Value(name) => {
                let name = name.string()?;
                let target =
                    targets::named(&name).ok_or_else(|| format!("there is no target `{name}`"))?;
                plan.targets.push(target);
            }
            other => return Err(other.unexpected()),
        }
    }
    if plan.targets.is_empty() {
        plan.targets = TARGETS.iter().collect();
    }
    Ok(Some(plan))
}

fn fuzz(target: &'static Target, plan: &Plan) -> Report {
    let mut rng = Rng::with_seed(plan.seed);
    let mut kept = seeds::of(target.name);
    let seeds = kept.len();
    let words = seeds::words(target.name);
    let mut seen = HashSet::new();
    let mut report = Report::default();
    let end = Instant::now().checked_add(plan.time);
    let mut seed = 0;
    let mut input = Vec::new();
    while report.inputs < plan.inputs {
        // Clocks are slow.
        if report.inputs.is_multiple_of(64) && end.is_some_and(|end| Instant::now() > end) {
            break;
        }
        input.clear();
        // Every seed as it is first.
        if seed < seeds {
            input.extend_from_slice(&kept[seed]);
            seed += 1;
        } else {
            // What was found on the way must not bury where it began.
            let among = if rng.bool() { seeds } else { kept.len() };
            input.extend_from_slice(&kept[rng.usize(0..among)]);
            let other = &kept[rng.usize(0..kept.len())];
            mutate(&mut rng, &mut input, other, words, target.longest);
            if target.name == "link" && rng.u32(0..8) > 0 {
                reframe(&mut input);
            }
        }
        if target.text && str::from_utf8(&input).is_err() {
            input = String::from_utf8_lossy(&input).into_owned().into_bytes();
            input.truncate(target.longest);
        }
        FED.with_borrow_mut(|(name, fed)| {
            *name = target.name;
            fed.clear();
            fed.extend_from_slice(&input);
        });
        let (outcome, cost) = measure::feed(target, &input, report.dearest.time);
        report.inputs += 1;
        report.accepted += u64::from(outcome.accepted);
        report.slowest = report.slowest.max(cost.time);
        if !outcome.accepted {
            report.dearest.time = report.dearest.time.max(cost.time);
            report.dearest.bytes = report.dearest.bytes.max(cost.bytes);
            let over = cost.time > BUDGET.time || cost.bytes > BUDGET.bytes;
            if target.decoder && over && report.over.is_none() {
                report.over = Some(input.clone());
            }
        }
        let fits = kept.len() < MOST_KEPT && input.len() < LONGEST_KEPT;
        if seen.insert(outcome.kind) && fits && seed == seeds {
            kept.push(input.clone());
        }
    }
    report.outcomes = seen.len();
    report
}

/// A panic leaves its input behind: put into `crashes/TARGET/`, it is a test.
fn keep_what_panics() {
    let told = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        told(panic);
        FED.with_borrow(|(target, input)| {
            eprintln!("{}: this input did it", leave(target, input).display());
        });
    }));
}

fn leave(target: &str, input: &[u8]) -> PathBuf {
    let file = env::temp_dir().join(format!("kmalloc-fuzz-{target}-{}", std::process::id()));
    // The message names the file; without it the seed leads there again.
    fs::write(&file, input).ok();
    file
}
