//! A Chromium-family browser for the browser tests: the one that is installed, or one that we install.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Result, bail};

use crate::{
    process::{self, find},
    say::{self, Work},
};

const MEND: &str = "install Chrome, Chromium, Edge or Brave (Debian: `sudo apt-get install chromium`), \
                    or set KMALLOC_LAB_BROWSER to the path of one, then run this again";

/// The browser to test in. `e2e` is the folder in which Playwright is installed.
pub(crate) fn provide(node: &Path, e2e: &Path) -> Result<PathBuf> {
    if let Some(chosen) = env::var_os("KMALLOC_LAB_BROWSER").map(PathBuf::from) {
        if chosen.is_file() {
            return Ok(chosen);
        }
        bail!(
            "KMALLOC_LAB_BROWSER names {}, which is not a file: correct it or unset it",
            chosen.display()
        );
    }
    let browser = found()
        .or_else(|| of_playwright(node, e2e))
        .or_else(of_debian);
    match browser {
        Some(browser) => Ok(browser),
        None => bail!("there is no browser to test in: {MEND}"),
    }
}

/// A browser that the person has: the chosen one, or one on the search path or where its installer puts it.
pub(crate) fn installed() -> Option<PathBuf> {
    let chosen = env::var_os("KMALLOC_LAB_BROWSER").map(PathBuf::from);
    chosen.filter(|chosen| chosen.is_file()).or_else(found)
}

fn found() -> Option<PathBuf> {
    const PROGRAMS: [&str; 8] = [
        "chromium",
        "google-chrome",
        "google-chrome-stable",
        // After Chrome: on Ubuntu it may be a script that only offers to install a snap.
        "chromium-browser",
        "microsoft-edge",
        "microsoft-edge-stable",
        "brave-browser",
        "brave",
    ];
    let path = process::search_path();
    PROGRAMS
        .iter()
        .find_map(|program| find(program, &path))
        .or_else(|| usual_places().into_iter().find(|at| at.is_file()))
}

fn usual_places() -> Vec<PathBuf> {
    let (folders, programs): (&[&str], &[&str]) = if cfg!(windows) {
        (
            &["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"],
            &[
                r"Google\Chrome\Application\chrome.exe",
                r"Chromium\Application\chrome.exe",
                r"Microsoft\Edge\Application\msedge.exe",
                r"BraveSoftware\Brave-Browser\Application\brave.exe",
            ],
        )
    } else if cfg!(target_os = "macos") {
        (
            &["", "HOME"],
            &[
                "Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
                "Applications/Chromium.app/Contents/MacOS/Chromium",
                "Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
                "Applications/Brave Browser.app/Contents/MacOS/Brave Browser",
            ],
        )
    } else {
        (&[], &[])
    };
    // A folder is named by a variable; the empty name stands for the root of the disk.
    let folders = folders.iter().filter_map(|name| {
        if name.is_empty() {
            Some("/".into())
        } else {
            env::var_os(name)
        }
    });
    folders
        .flat_map(|folder| {
            programs
                .iter()
                .map(move |program| Path::new(&folder).join(program))
        })
        .collect()
}

/// Playwright's own browser, downloaded if the network lets us.
fn of_playwright(node: &Path, e2e: &Path) -> Option<PathBuf> {
    let work = Work::start("No browser found; Playwright fetches its own", "a minute");
    let cli = e2e.join("node_modules/playwright/cli.js");
    let fetched = process::run(
        Command::new(node)
            .arg(cli)
            .args(["install", "chromium"])
            .current_dir(e2e)
            .stdin(Stdio::null())
            // Where the download is blocked, a person should not wait for every mirror's full timeout.
            .env("PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT", "10000"),
    );
    if fetched.is_err() {
        say::news("Playwright could not fetch a browser");
        return None;
    }
    work.done();
    let script = "console.log(require('playwright').chromium.executablePath())";
    let browser = PathBuf::from(process::output(
        Command::new(node).args(["-e", script]).current_dir(e2e),
    )?);
    // On a bare Linux it lacks the libraries it needs, and then it does not even tell its version.
    let runs = cfg!(not(target_os = "linux"))
        || process::output(Command::new(&browser).arg("--version")).is_some();
    if !runs {
        say::news("Playwright's browser does not run here: libraries are missing");
    }
    runs.then_some(browser)
}

/// A Firefox for the test that a link gives the same machine there: the chosen one, an installed one, or Debian's. Without
/// one, that test is skipped and says so.
pub(crate) fn firefox() -> Option<PathBuf> {
    let chosen = env::var_os("KMALLOC_LAB_FIREFOX").map(PathBuf::from);
    let path = process::search_path();
    let firefox = chosen
        .filter(|chosen| chosen.is_file())
        .or_else(|| find("firefox-esr", &path))
        .or_else(|| find("firefox", &path))
        .or_else(|| debian(&["firefox-esr"]));
    if firefox.is_none() {
        say::news(
            "There is no Firefox: its test will be skipped. Install it (Debian: `sudo apt-get install firefox-esr`) \
             or set KMALLOC_LAB_FIREFOX",
        );
    }
    firefox
}

/// Debian's Chromium, installed if we may.
fn of_debian() -> Option<PathBuf> {
    debian(&["chromium", "fonts-liberation"])
}

/// A browser of Debian, installed if we may: the program has the first package's name.
fn debian(packages: &[&str]) -> Option<PathBuf> {
    let system = fs::read_to_string("/etc/os-release").ok()?;
    let is_debian = system.lines().any(|line| line == "ID=debian");
    let is_root = process::output(Command::new("id").arg("-u")).is_some_and(|user| user == "0");
    if !(is_debian && is_root) {
        return None;
    }
    let name = packages.first()?;
    let work = Work::start(format!("Installing Debian's {name}"), "2 minutes");
    let install = [&["install", "-y", "-qq"], packages].concat();
    for args in [&["update", "-qq"][..], &install] {
        let mut apt = Command::new("apt-get");
        apt.args(args)
            .stdin(Stdio::null())
            .env("DEBIAN_FRONTEND", "noninteractive");
        if let Err(error) = process::run(&mut apt) {
            say::news(&format!("{error:#}"));
            return None;
        }
    }
    work.done();
    let browser = Path::new("/usr/bin").join(name);
    browser.is_file().then_some(browser)
}
