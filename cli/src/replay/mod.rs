//! `replay DIR`: runs what a real kernel was asked and compares every recorded result with what the core decides.
//!
//! Files are recognized by their content, not by their name. What the core does not model is counted as unsupported with
//! the reason, never dropped. It decides nothing itself and changes nothing in the folder.

mod boot;
mod events;
mod numa;
mod scripts;
mod sizes;
pub mod state;
mod tally;

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::Value;

pub use tally::Tally;

/// What a file's lines are, judged by its first one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Content {
    Sizes,
    Boot,
    Numa,
    Scripts,
}

/// Replays a folder. Prints a line a file and the first disagreement of each in full; returns the exit code.
pub fn replay(folder: &Path) -> io::Result<u8> {
    let mut recognized = 0;
    let (mut disagreements, mut unsupported) = (0, 0);
    for file in recordings_in(folder)? {
        let name = file
            .file_name()
            .expect("a file of the folder")
            .to_string_lossy()
            .into_owned();
        let Some(tally) = replay_file(&file)? else {
            continue;
        };
        recognized += 1;
        disagreements += tally.disagreements;
        unsupported += tally.unsupported();
        let first = tally.first.iter().map(|first| format!("{first}\n"));
        let first: String = first.collect();
        crate::print(&format!("{}\n{first}", tally.line(&name)))?;
    }
    Ok(match (recognized, disagreements, unsupported) {
        (0, ..) => {
            eprintln!("no recording was recognized in {}", folder.display());
            2
        }
        (_, 1.., _) => 1,
        (_, 0, 1..) => 3,
        _ => 0,
    })
}

/// The `.jsonl` and `.jsonl.gz` files of a folder in the order of their names; a file that is there in both forms counts once.
fn recordings_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.to_string_lossy();
        let twin = name.strip_suffix(".gz").map(PathBuf::from);
        if name.ends_with(".jsonl")
            || (name.ends_with(".jsonl.gz") && !twin.is_some_and(|plain| plain.exists()))
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Replays one file; None when its first line is nothing that the lab knows.
fn replay_file(path: &Path) -> io::Result<Option<Tally>> {
    let raw = fs::read(path)?;
    let mut text = String::new();
    let read = if path.extension().is_some_and(|end| end == "gz") {
        GzDecoder::new(raw.as_slice()).read_to_string(&mut text)
    } else {
        raw.as_slice().read_to_string(&mut text)
    };
    if read.is_err() {
        return Ok(None);
    }
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match serde_json::from_str::<Value>(line) {
            Ok(value) => lines.push(value),
            Err(_) if lines.is_empty() => return Ok(None),
            Err(error) => {
                let mut tally = Tally::default();
                tally.unsupported_because(
                    1,
                    &format!("line {} is not JSON: {error}", lines.len() + 1),
                );
                return Ok(Some(tally));
            }
        }
    }
    let Some(content) = lines.first().and_then(recognize) else {
        return Ok(None);
    };
    let mut tally = Tally::default();
    match content {
        Content::Sizes => lines.iter().for_each(|row| sizes::row(row, &mut tally)),
        Content::Boot => lines.iter().for_each(|row| boot::row(row, &mut tally)),
        Content::Numa => lines.iter().for_each(|row| numa::row(row, &mut tally)),
        Content::Scripts => scripts::file(&lines, &mut tally),
    }
    Ok(Some(tally))
}

/// Both kernels have files of the same name: only the content tells.
fn recognize(first: &Value) -> Option<Content> {
    let kernel = first["kernel"].as_str().unwrap_or_default();
    if !kernel.starts_with("2.6.") {
        return None;
    }
    if first["ranges"].is_array() {
        Some(Content::Sizes)
    } else if first["steps"].is_array() {
        Some(Content::Boot)
    } else if first["zonelists_numa"].is_array() {
        Some(Content::Numa)
    } else if first["type"] == "machine" {
        Some(Content::Scripts)
    } else {
        None
    }
}
