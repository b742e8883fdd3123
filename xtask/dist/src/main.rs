//! What is done to a page that Trunk has built, and how large it is. A package of its own so that `xtask` stays small; to be
//! called by it.

mod finish;
mod functions;
mod host;
mod minify;
mod names;
mod order;
mod same;
mod single;
mod size;
mod slim;
mod visit;

use std::{path::Path, process::ExitCode};

use anyhow::{Result, bail};

use crate::minify::Minifier;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match fulfil(&args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn fulfil(args: &[&str]) -> Result<ExitCode> {
    match *args {
        ["views", dist, browser] => {
            finish::views(Path::new(dist), Path::new(browser)).map(|()| ExitCode::SUCCESS)
        }
        ["order", dist] => finish::order(Path::new(dist)).map(|()| ExitCode::SUCCESS),
        ["slim", dist] => finish::slim(Path::new(dist)).map(|()| ExitCode::SUCCESS),
        ["single", dist, module, unpacker, file, ref node @ ..] => {
            let [dist, module, unpacker, file] = [dist, module, unpacker, file].map(Path::new);
            let size = single::write(dist, module, unpacker, file, &minifier(node)?)?;
            let file = file.display();
            println!("{file}: {size} bytes, the whole lab in one file");
            Ok(ExitCode::SUCCESS)
        }
        ["host", dist, ref node @ ..] => {
            host::host(Path::new(dist), &minifier(node)?).map(|()| ExitCode::SUCCESS)
        }
        ["size", dist] => size::print(Path::new(dist)).map(|_| ExitCode::SUCCESS),
        ["size", dist, "--check"] => Ok(if size::print(Path::new(dist))? {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }),
        _ => bail!("call this through `cargo xtask`"),
    }
}

/// A minifier, if there is a Node for it.
fn minifier(node: &[&str]) -> Result<Minifier> {
    match node {
        [] => Ok(Minifier::none()),
        [node] => Ok(Minifier::with(Path::new(node))),
        _ => bail!("call this through `cargo xtask`"),
    }
}
