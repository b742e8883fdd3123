//! `cargo xtask test`: every check of the project, in one order, with one verdict.
//!
//! Nothing is skipped silently. A step that cannot run fails with what mends it (`packages`, which the workflow runs in any
//! case, says that it was skipped), and the steps after it still run, so one run tells everything.

use std::{
    path::PathBuf,
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    pack, page,
    process::{self, cargo, run},
    replay,
    say::{self, Work},
    tools,
};

struct Step {
    name: &'static str,
    headline: &'static str,
    run: fn() -> Result<()>,
}

const STEPS: [Step; 9] = [
    Step {
        name: "fmt",
        headline: "the sources are formatted",
        run: fmt,
    },
    Step {
        name: "clippy",
        headline: "no warnings, on the host and for wasm",
        run: clippy,
    },
    Step {
        name: "packages",
        headline: "licenses and places of every package",
        run: packages,
    },
    Step {
        name: "host",
        headline: "unit, property and documentation tests",
        run: host,
    },
    Step {
        name: "recordings",
        headline: "the real kernel's decisions, replayed",
        run: replay::check,
    },
    Step {
        name: "wasm",
        headline: "the core's tests as WebAssembly, in Node",
        run: wasm,
    },
    Step {
        name: "npm",
        headline: "the core's package, installed in Node",
        run: pack::check,
    },
    Step {
        name: "fuzz",
        headline: "hostile inputs for everything that is read",
        run: fuzz,
    },
    Step {
        name: "browser",
        headline: "the page in a browser, as a student uses it",
        run: browser,
    },
];

struct Outcome {
    step: &'static str,
    time: Duration,
    passed: bool,
}

/// Runs the suite, or only the step of that name, and prints its verdict.
pub(crate) fn run_all(only: Option<&str>) -> Result<ExitCode> {
    if let Some(only) = only
        && !STEPS.iter().any(|step| step.name == only)
    {
        bail!(
            "there is no step `{only}`; the steps are {}",
            STEPS.map(|step| step.name).join(", ")
        );
    }
    let chosen = STEPS
        .iter()
        .filter(|step| only.is_none_or(|only| step.name == only));
    let outcomes = chosen.map(run_step).collect::<Vec<_>>();
    let failed = outcomes.iter().filter(|outcome| !outcome.passed).count();
    println!("\n{:<12} {:>12}  result", "step", "time");
    for Outcome { step, time, passed } in &outcomes {
        println!(
            "{step:<12} {:>12}  {}",
            say::duration(*time),
            if *passed { "passed" } else { "FAILED" }
        );
    }
    println!("\n{} passed, {failed} failed", outcomes.len() - failed);
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn run_step(step: &Step) -> Outcome {
    println!("\n=== {}: {} ===", step.name, step.headline);
    let started = Instant::now();
    let result = (step.run)();
    let time = started.elapsed();
    match &result {
        Ok(()) => println!("=== {}: passed in {} ===", step.name, say::duration(time)),
        Err(error) => println!(
            "=== {}: FAILED in {}: {error:#} ===",
            step.name,
            say::duration(time)
        ),
    }
    Outcome {
        step: step.name,
        time,
        passed: result.is_ok(),
    }
}

fn fmt() -> Result<()> {
    run(&mut cargo(["fmt", "--all", "--check"])).context("run `cargo fmt --all`")
}

fn clippy() -> Result<()> {
    run(&mut cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))?;
    tools::wasm_target()?;
    let packages = ["--package", "kmalloc-core", "--package", "kmalloc-web"];
    let target = [
        "--target",
        "wasm32-unknown-unknown",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    run(cargo(["clippy"]).args(packages).args(target))
}

/// Asked where the tool is: compiling it takes as long as all other steps. The workflow has a job of its own that brings it.
fn packages() -> Result<()> {
    if process::find("cargo-deny", &process::search_path()).is_none() {
        say::news(
            "skipped: cargo-deny is not on the PATH. The workflow's job `packages` runs it; here, \
             `cargo install --locked cargo-deny` makes this step run",
        );
        return Ok(());
    }
    run(&mut cargo([
        "deny", "--locked", "check", "licenses", "bans", "sources",
    ]))
}

fn host() -> Result<()> {
    // The wasm-bindgen package is a name for a library: it has nothing to test and takes minutes to link.
    run(&mut cargo([
        "test",
        "--workspace",
        "--exclude",
        "xtask-wasm-bindgen",
        "--locked",
    ]))
}

fn wasm() -> Result<()> {
    tools::node()?;
    tools::wasm_target()?;
    let runner = tools::provide_test_runner()?;
    let test = [
        "test",
        "--package",
        "kmalloc-core",
        "--target",
        "wasm32-unknown-unknown",
        "--test",
        "wasm",
        "--locked",
    ];
    run(cargo(test).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner))
}

/// Seconds for each target: a fixed budget.
const FUZZ_SECONDS: &str = "3";

fn fuzz() -> Result<()> {
    let fuzz = ["run", "--quiet", "--package", "kmalloc-fuzz", "--locked"];
    let budget = ["--", "--inputs", "1000000", "--seconds", FUZZ_SECONDS];
    run(cargo(fuzz).args(budget))
}

fn browser() -> Result<()> {
    let mut playground = Playground::provide()?;
    playground.firefox = crate::browser::firefox();
    page::dist()?;
    playground.run(&["node_modules/@playwright/test/cli.js", "test"])
}

/// Takes the page's pictures for `docs/pictures/`.
pub(crate) fn pictures(dist_is_built: bool) -> Result<()> {
    in_the_browser(dist_is_built, &["pictures.mjs"])
}

/// Measures the page in the browser. Minutes of play show whether memory stays flat.
pub(crate) fn bench(dist_is_built: bool, minutes: &str) -> Result<()> {
    in_the_browser(dist_is_built, &["bench.mjs", minutes])
}

fn in_the_browser(dist_is_built: bool, script: &[&str]) -> Result<()> {
    let playground = Playground::provide()?;
    if !dist_is_built {
        page::build(true)?;
    }
    playground.run(script)
}

/// What a script needs that drives a browser.
struct Playground {
    node: PathBuf,
    folder: PathBuf,
    browser: PathBuf,
    /// For the tests, which compare the two.
    firefox: Option<PathBuf>,
}

impl Playground {
    fn provide() -> Result<Playground> {
        let node = tools::node()?;
        let npm = tools::npm()?;
        let folder = process::root().join("e2e");
        let work = Work::start("Installing Playwright and axe with npm", "half a minute");
        let mut install = Command::new(npm);
        install
            .args(["ci", "--no-audit", "--no-fund", "--prefer-offline"])
            .current_dir(&folder)
            .stdin(Stdio::null());
        run(&mut install)
            .context("Playwright could not be installed: check the network, then run this again")?;
        work.done();
        let browser = crate::browser::provide(&node, &folder)?;
        say::news(&format!("The browser is {}", browser.display()));
        Ok(Playground {
            node,
            folder,
            browser,
            firefox: None,
        })
    }

    fn run(&self, script: &[&str]) -> Result<()> {
        let mut command = Command::new(&self.node);
        command
            .args(script)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .env("KMALLOC_LAB_BROWSER", &self.browser);
        if let Some(firefox) = &self.firefox {
            command.env("KMALLOC_LAB_FIREFOX", firefox);
        }
        run(&mut command)
    }
}
