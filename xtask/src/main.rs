//! `cargo xtask`: the project's commands, the same on Linux, macOS and Windows.
//!
//! It provides the pinned tools, then delegates: Trunk builds and serves, cargo tests, Playwright drives the browser.
//! It does *not* know what the lab is: no rule of the simulated kernel and no page logic belongs here.

mod browser;
mod pack;
mod page;
mod process;
mod replay;
mod say;
mod suite;
mod tools;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Result, anyhow, bail};
use lexopt::{Arg, Parser, ValueExt as _};

const HELP: &str = "\
The commands of the kmalloc lab.

  cargo xtask serve [--port N] [--no-open] [--release]
      Provide the tools, build the page, serve it on 127.0.0.1 (port 8080) and open it in the browser.
      The page is built again whenever a source file changes.

  cargo xtask build [--release]
      Provide the tools and build the page into dist/.

  cargo xtask dist
      Build what is put on a host into dist/: the page, ready for any folder of any static host and for use without a
      network, and dist/kmalloc-lab.html, the whole lab in one file that opens from a disk.

  cargo xtask size [--check] [--dist FOLDER]
      Print what a first visitor downloads, file by file, beside the budget; with --check, fail when it is exceeded.
      Builds the release page first, unless --dist names one that is built.

  cargo xtask pictures [--built]
      Take pictures of the page's main states into docs/pictures/. --built takes the page that is in dist/.

  cargo xtask bench --web [--minutes N] [--built]
      Measure the page in the browser: frames while playing, seeks, the map, memory over N minutes of play (10).
      `cargo lab bench` measures the core.

  cargo xtask pack
      Build the package of the core for Node into target/npm/, ready for `npm pack`.

  cargo xtask test [--only STEP]
      Run every check and print a table of the results.
      Steps: fmt, clippy, packages, host, recordings, wasm, npm, fuzz, browser.

Environment:
  KMALLOC_LAB_CACHE     folder for the tools, instead of the user's cache folder
  KMALLOC_LAB_BROWSER   path of the browser for the browser tests
";

enum Request {
    Help,
    Serve(page::Serving),
    Build { release: bool },
    Pack,
    Dist,
    Size { check: bool, dist: Option<PathBuf> },
    Pictures { built: bool },
    Bench { built: bool, minutes: u32 },
    Test { only: Option<String> },
}

fn main() -> ExitCode {
    match read_arguments(Parser::from_env()).and_then(fulfil) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn fulfil(request: Request) -> Result<ExitCode> {
    match request {
        Request::Help => print!("{HELP}"),
        Request::Serve(serving) => page::serve(&serving)?,
        Request::Build { release } => page::build(release)?,
        Request::Pack => {
            pack::pack()?;
        }
        Request::Dist => page::dist()?,
        Request::Size { check, dist } => return page::size(check, dist),
        Request::Pictures { built } => suite::pictures(built)?,
        Request::Bench { built, minutes } => suite::bench(built, &minutes.to_string())?,
        Request::Test { only } => return suite::run_all(only.as_deref()),
    }
    Ok(ExitCode::SUCCESS)
}

fn read_arguments(mut parser: Parser) -> Result<Request> {
    let mut command = None;
    let mut port = None;
    let mut open = true;
    let mut release = false;
    let mut only = None;
    let mut check = false;
    let mut dist = None;
    let mut built = false;
    let mut web = false;
    let mut minutes = 10;
    while let Some(arg) = parser.next()? {
        match (command.as_deref(), arg) {
            (_, Arg::Short('h') | Arg::Long("help")) => return Ok(Request::Help),
            (None, Arg::Value(name)) => command = Some(name.string()?),
            (Some("serve"), Arg::Long("port")) => {
                port = Some(read_port(&parser.value()?.string()?)?)
            }
            (Some("serve"), Arg::Long("no-open")) => open = false,
            (Some("serve" | "build"), Arg::Long("release")) => release = true,
            (Some("size"), Arg::Long("check")) => check = true,
            (Some("size"), Arg::Long("dist")) => dist = Some(PathBuf::from(parser.value()?)),
            (Some("pictures" | "bench"), Arg::Long("built")) => built = true,
            (Some("bench"), Arg::Long("web")) => web = true,
            (Some("bench"), Arg::Long("minutes")) => minutes = parser.value()?.parse()?,
            (Some("test"), Arg::Long("only")) => only = Some(parser.value()?.string()?),
            (_, arg) => bail!(
                "{}; `cargo xtask --help` lists the commands",
                arg.unexpected()
            ),
        }
    }
    match command.as_deref() {
        Some("serve") => Ok(Request::Serve(page::Serving {
            port: port.unwrap_or(8080),
            open,
            release,
        })),
        Some("build") => Ok(Request::Build { release }),
        Some("pack") => Ok(Request::Pack),
        Some("dist") => Ok(Request::Dist),
        Some("size") => Ok(Request::Size { check, dist }),
        Some("pictures") => Ok(Request::Pictures { built }),
        Some("bench") if web => Ok(Request::Bench { built, minutes }),
        Some("bench") => {
            bail!("`cargo xtask bench --web` measures the page, `cargo lab bench` the core")
        }
        Some("test") => Ok(Request::Test { only }),
        Some("help") | None => Ok(Request::Help),
        Some(other) => {
            bail!("there is no command `{other}`; `cargo xtask --help` lists the commands")
        }
    }
}

fn read_port(text: &str) -> Result<u16> {
    text.parse()
        .ok()
        .filter(|port| *port != 0)
        .ok_or_else(|| anyhow!("--port takes a number from 1 to 65535, not `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str]) -> Result<Request> {
        read_arguments(Parser::from_args(args))
    }

    #[test]
    fn serve_has_sensible_defaults() {
        let Ok(Request::Serve(serving)) = read(&["serve"]) else {
            panic!("serve is a command")
        };
        assert_eq!(
            (serving.port, serving.open, serving.release),
            (8080, true, false)
        );
    }

    #[test]
    fn serve_takes_its_options() {
        let Ok(Request::Serve(serving)) =
            read(&["serve", "--port", "9000", "--no-open", "--release"])
        else {
            panic!("these are its options")
        };
        assert_eq!(
            (serving.port, serving.open, serving.release),
            (9000, false, true)
        );
    }

    #[test]
    fn a_size_may_be_that_of_a_built_page() {
        let Ok(Request::Size { check, dist }) = read(&["size", "--check", "--dist", "out"]) else {
            panic!("these are its options")
        };
        assert_eq!((check, dist), (true, Some("out".into())));
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        for (args, word) in [
            (&["serve", "--port", "0"][..], "65535"),
            (&["serve", "--port", "many"], "65535"),
            (&["build", "--port", "1"], "--port"),
            (&["build", "--check"], "--check"),
            (&["bench"], "cargo lab bench"),
            (&["bench", "--web", "--minutes", "few"], "few"),
            (&["dance"], "dance"),
        ] {
            let Err(error) = read(args) else {
                panic!("{args:?} was accepted")
            };
            assert!(error.to_string().contains(word), "{error}");
        }
    }
}
