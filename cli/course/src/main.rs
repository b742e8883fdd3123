//! Packs the course for the page: `kmalloc-course DIR [OUT]`. As a hook of Trunk, which sets `TRUNK_STAGING_DIR`, it writes
//! into the folder that becomes `dist/`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let staging = env::var_os("TRUNK_STAGING_DIR").map(|dir| Path::new(&dir).join("chapters"));
    let (Some(from), Some(to)) = (arguments.next(), arguments.next().or(staging)) else {
        eprintln!("usage: kmalloc-course DIR OUT");
        return ExitCode::from(2);
    };
    let (course, problems) = kmalloc_course::read(&from);
    for problem in &problems {
        eprintln!("{problem}");
    }
    if let Err(error) = write(&course, &to) {
        eprintln!("{}: {error}", to.display());
        return ExitCode::from(2);
    }
    // A page with half of a chapter is of use while that chapter is written; it is no build to publish.
    let published = env::var_os("TRUNK_PROFILE").is_some_and(|profile| profile == "release");
    ExitCode::from(u8::from(published && !problems.is_empty()))
}

fn write(course: &kmalloc_course::Course, to: &Path) -> io::Result<()> {
    for (path, text) in kmalloc_course::pack::files(course) {
        let file = to.join(path);
        fs::create_dir_all(file.parent().unwrap_or(to))?;
        fs::write(file, text)?;
    }
    Ok(())
}
