//! Running other programs, with failures told in one sentence.

use std::{
    collections::VecDeque,
    env,
    ffi::OsString,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::say::Work;

/// How often a silent, long-running program is reported on.
const NEWS_INTERVAL: Duration = Duration::from_secs(20);

/// How many of cargo's last lines are shown when it fails.
const LAST_LINES: usize = 20;

/// What cargo writes when a download failed, and only then.
const NETWORK_WORDS: [&str; 9] = [
    "Could not resolve host",
    "Could not connect",
    "Couldn't connect",
    "Failed to connect",
    "Connection refused",
    "download of ",
    "failed to download",
    "network failure",
    "spurious network error",
];

/// The repository's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(1)
        .expect("xtask lies in the repository")
        .to_path_buf()
}

/// The cargo that runs us, in the repository's folder. Without input: nothing may wait for an answer in CI.
pub(crate) fn cargo<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.args(args).current_dir(root()).stdin(Stdio::null());
    command
}

/// Runs a program whose output the person sees.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    match exit_code(command)? {
        0 => Ok(()),
        code => bail!("`{}` ended with exit code {code}", describe(command)),
    }
}

/// Runs a program whose output the person sees, for callers to whom the exit code speaks.
pub(crate) fn exit_code(command: &mut Command) -> Result<i32> {
    let status = command
        .status()
        .with_context(|| format!("`{}` could not be started", describe(command)))?;
    // A program stopped by a signal has no exit code.
    Ok(status.code().unwrap_or(-1))
}

/// What a program prints, if it runs and succeeds.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs cargo for minutes: its hundreds of lines become a line of news now and then, and its last lines on failure.
pub(crate) fn run_long(command: &mut Command, work: &Work) -> Result<()> {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{}` could not be started", describe(command)))?;
    let stderr = child.stderr.take().expect("stderr was piped");
    let (sender, lines) = mpsc::channel();
    let reader = thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });

    let mut last_lines = VecDeque::new();
    let mut compiled = 0;
    let mut network = false;
    let mut next_news = Instant::now() + NEWS_INTERVAL;
    loop {
        match lines.recv_timeout(next_news.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                compiled += usize::from(line.trim_start().starts_with("Compiling "));
                network |= NETWORK_WORDS.iter().any(|word| line.contains(word));
                if last_lines.len() == LAST_LINES {
                    last_lines.pop_front();
                }
                last_lines.push_back(line);
            }
            Err(RecvTimeoutError::Timeout) => {
                work.still(&format!("{compiled} packages compiled"));
                next_news = Instant::now() + NEWS_INTERVAL;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    reader.join().expect("the reader only reads");

    if child.wait()?.success() {
        return Ok(());
    }
    for line in last_lines {
        eprintln!("{line}");
    }
    if network {
        bail!(
            "there is no way to the package registry: connect this computer to the internet, then run this again"
        );
    }
    bail!(
        "`{}` failed with the words above: mend their cause, then run this again",
        describe(command)
    )
}

/// Finds a program in `path`, with the endings that Windows adds.
pub(crate) fn find(program: &str, path: &OsString) -> Option<PathBuf> {
    which::which_in(program, Some(path), root()).ok()
}

/// The folders in which programs are looked for.
pub(crate) fn search_path() -> OsString {
    env::var_os("PATH").unwrap_or_default()
}

/// The command as a person would type it.
fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_stem()
        .unwrap_or_default();
    let words = std::iter::once(program)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy());
    words.collect::<Vec<_>>().join(" ")
}
