//! Packs the course and the gallery for the page, and writes the cheat sheet and the glossary: `kmalloc-course STATIC [OUT]`,
//! folders with `chapters/`, `scenarios/` and `reference/`.
//! As a hook of Trunk, which sets `TRUNK_STAGING_DIR`, it writes into the folder that becomes `dist/`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use kmalloc_course::{gallery, pack, reference};

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let staging = env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next().or(staging)) else {
        eprintln!("usage: kmalloc-course STATIC OUT");
        return ExitCode::from(2);
    };
    let (course, mut problems) = kmalloc_course::read(&from.join("chapters"));
    let (gallery, more) = gallery::read(&from.join("scenarios"));
    problems.extend(more);
    let (pages, more) = reference::files(&from.join("reference"), &course);
    problems.extend(more);
    for problem in &problems {
        eprintln!("{problem}");
    }
    let written = write(pack::files(&course), &to.join("chapters"))
        .and_then(|()| write(pack::gallery(&gallery), &to.join("scenarios")))
        .and_then(|()| write(pages, &to.join("reference")));
    if let Err(error) = written {
        eprintln!("{}: {error}", to.display());
        return ExitCode::from(2);
    }
    // A page with half of a chapter is of use while that chapter is written; it is no build to publish.
    let published = env::var_os("TRUNK_PROFILE").is_some_and(|profile| profile == "release");
    ExitCode::from(u8::from(published && !problems.is_empty()))
}

fn write(files: Vec<pack::File>, to: &Path) -> io::Result<()> {
    for (path, text) in files {
        let file = to.join(path);
        fs::create_dir_all(file.parent().unwrap_or(to))?;
        fs::write(file, text)?;
    }
    Ok(())
}
