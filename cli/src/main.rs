//! The kmalloc lab at the command line: `run FILE`, `replay DIR`. It links the core only and decides nothing.

mod bench;
mod check;
mod exercises;
mod gallery;
mod replay;
mod run;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::prelude::*;

const USAGE: &str = "\
usage:
  cargo lab run FILE [--events] [--json]   run a scenario: each call with its answer, then the /proc view
  cargo lab replay DIR                     compare the core with every recording of a real kernel in DIR
  cargo lab check DIR [--complete]         say what is wrong with the chapters and exercises in DIR, and what they cover
  cargo lab gallery DIR [--bless]          run every scenario of the gallery and compare with its expected text (--bless: write it)
  cargo lab exercises DIR                  print every exercise in DIR as JSON, for graders
  cargo lab bench                          time the core against other allocators on the same traces

exit codes
  run     0 done, 2 the text has errors or cannot be read
  gallery 0 all as expected, 1 not (or anything else is wrong), 2 the folder cannot be read
  exercises 0 done, 1 something in the chapters is wrong
  check   0 nothing is wrong, 1 something is (with --complete: or missing), 2 the folder cannot be read
  replay  0 all agree, 1 something disagrees, 2 nothing was recognized, 3 only unsupported results are left";

/// What was asked for.
enum Command {
    Help,
    Run(PathBuf, run::Form),
    Replay(PathBuf),
    Check(PathBuf, bool),
    Exercises(PathBuf),
    Gallery(PathBuf, bool),
    Bench,
}

fn main() -> ExitCode {
    let command = match parse(std::env::args_os().skip(1).collect()) {
        Ok(command) => command,
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let done = match command {
        Command::Help => {
            println!("{USAGE}");
            Ok(0)
        }
        Command::Run(file, form) => {
            run::run(&file, form).map_err(|error| format!("{}: {error}", file.display()))
        }
        Command::Check(folder, complete) => check::print(&folder, complete)
            .map_err(|error| format!("{}: {error}", folder.display())),
        Command::Exercises(folder) => {
            exercises::print(&folder).map_err(|error| format!("{}: {error}", folder.display()))
        }
        Command::Gallery(folder, bless) => {
            gallery::print(&folder, bless).map_err(|error| format!("{}: {error}", folder.display()))
        }
        Command::Bench => {
            bench::bench();
            Ok(0)
        }
        Command::Replay(folder) => {
            replay::replay(&folder).map_err(|error| format!("{}: {error}", folder.display()))
        }
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

/// Prints to a reader that may have gone away (`… | head`): that is no error of ours.
fn print(text: &str) -> io::Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

fn parse(arguments: Vec<OsString>) -> Result<Command, lexopt::Error> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut words = Vec::new();
    let mut form = run::Form::default();
    let (mut complete, mut bless) = (false, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Long("events") => form.events = true,
            Long("json") => form.json = true,
            Long("complete") => complete = true,
            Long("bless") => bless = true,
            Value(word) => words.push(word),
            other => return Err(other.unexpected()),
        }
    }
    let mut words = words.into_iter();
    let command = words.next().ok_or("a command is missing")?;
    let path = words.next().map(PathBuf::from);
    if let Some(extra) = words.next() {
        return Err(format!("{} is too much", extra.to_string_lossy()).into());
    }
    match (command.to_string_lossy().as_ref(), path) {
        ("run", Some(file)) => Ok(Command::Run(file, form)),
        ("replay", Some(folder)) => Ok(Command::Replay(folder)),
        ("check", Some(folder)) => Ok(Command::Check(folder, complete)),
        ("exercises", Some(folder)) => Ok(Command::Exercises(folder)),
        ("exercises", None) => Err("exercises: which folder?".into()),
        ("gallery", Some(folder)) => Ok(Command::Gallery(folder, bless)),
        ("gallery", None) => Err("gallery: which folder?".into()),
        ("check", None) => Err("check: which folder?".into()),
        ("run", None) => Err("run: which file?".into()),
        ("bench", None) => Ok(Command::Bench),
        ("replay", None) => Err("replay: which folder?".into()),
        (other, _) => Err(format!("{other} is no command").into()),
    }
}
