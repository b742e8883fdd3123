//! What building needs: the wasm target, the packages, and Trunk and wasm-bindgen at exactly the pinned versions.
//!
//! Each tool is taken from the first place that has it: the PATH, our cache, `cargo binstall`, the sources.
//! The cache belongs to the user, not to the clone, so a second clone starts in seconds.

use std::{
    env,
    ffi::OsString,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use crate::{
    process::{self, cargo, find, run_long},
    say::{self, Work},
};

/// The last Trunk that our Rust can build.
const TRUNK_VERSION: &str = "0.21.14";

/// Programs that come from one package.
struct Tool {
    /// Its package in the registry.
    package: &'static str,
    version: String,
    programs: &'static [&'static str],
    usually: &'static str,
    /// Compiles the programs into `root/bin`, using `build` for what can be thrown away.
    compile: fn(tool: &Tool, root: &Path, build: &Path, work: &Work) -> Result<()>,
}

/// Makes Trunk and wasm-bindgen available. Returns the search path on which both are found first.
pub(crate) fn provide_all() -> Result<OsString> {
    let trunk = trunk().provide()?;
    let wasm_bindgen = wasm_bindgen()?.provide()?;
    search_path_with(trunk.into_iter().chain(wasm_bindgen))
}

/// Makes wasm-bindgen's test runner available. Returns its path.
pub(crate) fn provide_test_runner() -> Result<PathBuf> {
    let path = search_path_with(wasm_bindgen()?.provide()?)?;
    find("wasm-bindgen-test-runner", &path)
        .ok_or_else(|| anyhow!("wasm-bindgen-test-runner vanished from the cache"))
}

/// Makes wasm-bindgen available. Returns its path.
pub(crate) fn provide_wasm_bindgen() -> Result<PathBuf> {
    let path = search_path_with(wasm_bindgen()?.provide()?)?;
    find("wasm-bindgen", &path).ok_or_else(|| anyhow!("wasm-bindgen vanished from the cache"))
}

/// Node, for what runs outside the browser's own page: the wasm tests and Playwright.
pub(crate) fn node() -> Result<PathBuf> {
    const HOW: &str = if cfg!(windows) {
        "`winget install OpenJS.NodeJS.LTS`"
    } else if cfg!(target_os = "macos") {
        "`brew install node`"
    } else {
        "Debian 13: `sudo apt-get install nodejs npm`, elsewhere https://nodejs.org"
    };
    let mend = format!("install Node 20 or newer with its npm ({HOW}), then run this again");
    let Some(node) = find("node", &process::search_path()) else {
        bail!("Node is missing: {mend}")
    };
    let version = process::output(Command::new(&node).arg("--version")).unwrap_or_default();
    let major = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(20..) => Ok(node),
        _ => bail!("Node is too old ({version}): {mend}"),
    }
}

/// Node's package manager.
pub(crate) fn npm() -> Result<PathBuf> {
    find("npm", &process::search_path()).ok_or_else(|| {
        anyhow!(
            "npm is missing: install it (it comes with Node; on Debian `sudo apt-get install npm`), then run this again"
        )
    })
}

/// What makes the page's texts small: the Node in which `xtask-dist` runs esbuild. None where there is no Node, as a page is
/// the same without, only larger.
pub(crate) fn minifier() -> Result<Option<PathBuf>> {
    let (node, npm) = match (node(), npm()) {
        (Ok(node), Ok(npm)) => (node, npm),
        (Err(missing), _) | (_, Err(missing)) => {
            say::news(&format!(
                "The page's style sheets and glue are not made small: {missing:#}"
            ));
            return Ok(None);
        }
    };
    let folder = process::root().join("xtask/dist");
    let manifest = fs::read_to_string(folder.join("package.json"))?;
    let version = manifest
        .split("\"esbuild\": \"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .context("xtask/dist/package.json names esbuild")?;
    let program = folder.join("node_modules/esbuild/bin/esbuild");
    let is_there = || {
        process::output(Command::new(&node).arg(&program).arg("--version"))
            .is_some_and(|found| found.trim() == version)
    };
    if !is_there() {
        let work = Work::start("Installing esbuild with npm", "seconds");
        // Its own script would put a program in place of the one that Node runs.
        process::run(
            Command::new(npm)
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                .arg("--prefer-offline")
                .current_dir(&folder)
                .stdin(Stdio::null()),
        )
        .context("esbuild could not be installed: check the network, then run this again")?;
        ensure!(is_there(), "esbuild {version} does not run here");
        work.done();
    }
    Ok(Some(node))
}

/// Fetches the packages that the page is built from.
pub(crate) fn fetch_packages() -> Result<()> {
    // Trunk builds with `--offline`, which keeps it from fetching tools of its own; so the packages must be here first.
    let work = Work::start(
        "Fetching the packages that Cargo.lock names",
        "seconds, a minute at first",
    );
    run_long(&mut cargo(["fetch", "--locked"]), &work)
        .context("the packages could not be fetched")?;
    work.done();
    Ok(())
}

/// What the page is compiled to.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that Rust can compile to WebAssembly.
pub(crate) fn wasm_target() -> Result<()> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let folder = process::output(
        Command::new(rustc)
            .args(["--print", "target-libdir", "--target", TARGET])
            .current_dir(process::root()),
    );
    let installed = folder.is_some_and(|folder| Path::new(&folder).is_dir());
    if installed {
        return Ok(());
    }
    let Some(rustup) = find("rustup", &process::search_path()) else {
        bail!(
            "Rust's {TARGET} target is missing and there is no rustup to add it: \
             install Rust with rustup (https://rustup.rs), then run this again"
        );
    };
    say::news(&format!("Adding Rust's {TARGET} target"));
    process::run(Command::new(rustup).args(["target", "add", TARGET]).current_dir(process::root()).stdin(Stdio::null())).context(
        "the wasm target could not be added: check the network, then run `rustup target add wasm32-unknown-unknown`",
    )
}

fn trunk() -> Tool {
    Tool {
        package: "trunk",
        version: TRUNK_VERSION.to_owned(),
        programs: &["trunk"],
        usually: "5 minutes on two cores, once per computer",
        compile: |tool, root, build, work| {
            // An optimised build takes three times as long and serves no faster. The default features only look for updates.
            let mut command = cargo([
                "install",
                tool.package,
                "--version",
                &tool.version,
                "--locked",
                "--debug",
            ]);
            command
                .args(["--no-default-features", "--features", "rustls", "--root"])
                .arg(root);
            run_long(
                without_debug_info(&mut command)
                    .arg("--target-dir")
                    .arg(build),
                work,
            )
        },
    }
}

fn wasm_bindgen() -> Result<Tool> {
    let lock = fs::read_to_string(process::root().join("Cargo.lock"))
        .context("Cargo.lock could not be read")?;
    Ok(Tool {
        package: "wasm-bindgen-cli",
        version: locked_version(&lock, "wasm-bindgen")
            .context("Cargo.lock does not name wasm-bindgen")?
            .to_owned(),
        programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
        usually: "3 minutes on two cores, once per computer",
        compile: |tool, root, build, work| {
            let mut command = cargo(["build", "--package", "xtask-wasm-bindgen", "--locked"]);
            run_long(
                without_debug_info(&mut command)
                    .arg("--target-dir")
                    .arg(build),
                work,
            )?;
            let built = build
                .join("debug")
                .join(format!("xtask-wasm-bindgen{}", env::consts::EXE_SUFFIX));
            fs::create_dir_all(root.join("bin"))?;
            for program in tool.programs {
                // One program under two names; see its own main.rs.
                fs::copy(&built, program_path(root, program))?;
            }
            Ok(())
        },
    })
}

impl Tool {
    /// Provides the tool. Returns the folder to search, or nothing if the PATH already has it.
    fn provide(&self) -> Result<Option<PathBuf>> {
        let path = process::search_path();
        if self
            .programs
            .iter()
            .all(|program| find(program, &path).is_some_and(|found| self.is_right(&found)))
        {
            return Ok(None);
        }
        let cache = cache_folder()?;
        let home = cache.join(format!("{}-{}", self.package, self.version));
        if !self.is_at(&home) {
            self.install(&cache, &home)
                .with_context(|| format!("{} {} is missing", self.package, self.version))?;
        }
        Ok(Some(home.join("bin")))
    }

    fn install(&self, cache: &Path, home: &Path) -> Result<()> {
        fs::create_dir_all(cache)
            .with_context(|| format!("{} cannot be written", cache.display()))?;
        let _lock = lock(cache)?;
        if self.is_at(home) {
            return Ok(());
        }
        // The lock is ours, so whatever lies here was left by a run that was stopped.
        let scratch = cache.join("unfinished");
        remove(&scratch)?;
        let root = scratch.join("root");

        let work = Work::start(
            format!("Installing {} {}", self.package, self.version),
            self.usually,
        );
        let installed = self.download(&root) || {
            remove(&root)?;
            (self.compile)(self, &root, &scratch.join("build"), &work)?;
            self.is_at(&root)
        };
        ensure!(
            installed,
            "what was installed is not version {}",
            self.version
        );
        // A rename is all or nothing: a half-installed tool is never seen in its place.
        remove(home)?;
        fs::rename(&root, home)?;
        remove(&scratch)?;
        work.done();
        Ok(())
    }

    /// Lets `cargo binstall` fetch finished programs, if it is there and knows of any.
    fn download(&self, root: &Path) -> bool {
        if find("cargo-binstall", &process::search_path()).is_none() {
            return false;
        }
        let mut command = cargo([
            "binstall",
            "--no-confirm",
            "--disable-strategies",
            "compile",
            "--root",
        ]);
        command
            .arg(root)
            .arg(format!("{}@{}", self.package, self.version));
        let downloaded = process::run(&mut command).is_ok() && self.is_at(root);
        if !downloaded {
            say::news("cargo binstall could not provide it; compiling it instead");
        }
        downloaded
    }

    fn is_at(&self, root: &Path) -> bool {
        self.programs
            .iter()
            .all(|program| self.is_right(&program_path(root, program)))
    }

    /// Whether this program runs here and is the pinned version.
    fn is_right(&self, program: &Path) -> bool {
        process::output(Command::new(program).arg("--version"))
            .is_some_and(|text| text.split_whitespace().any(|word| word == self.version))
    }
}

fn program_path(root: &Path, program: &str) -> PathBuf {
    root.join("bin")
        .join(format!("{program}{}", env::consts::EXE_SUFFIX))
}

/// A tool is not debugged here; leaving that out saves a third of the time and most of the space.
fn without_debug_info(command: &mut Command) -> &mut Command {
    command
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .stdin(Stdio::null())
}

fn search_path_with(folders: impl IntoIterator<Item = PathBuf>) -> Result<OsString> {
    let known = process::search_path();
    Ok(env::join_paths(
        folders.into_iter().chain(env::split_paths(&known)),
    )?)
}

/// Two terminals may start at once; the second waits and then finds the tool installed.
fn lock(cache: &Path) -> Result<File> {
    let file = File::create(cache.join("lock"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            say::news("Another `cargo xtask` is installing tools; waiting for it");
            file.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    Ok(file)
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("{} cannot be removed", folder.display()))?;
    }
    Ok(())
}

/// Where this user's programs keep what can be made again.
fn cache_folder() -> Result<PathBuf> {
    let variable = |name| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if let Some(folder) = variable("KMALLOC_LAB_CACHE") {
        return Ok(std::path::absolute(folder)?);
    }
    let caches = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Caches"))
    } else {
        variable("XDG_CACHE_HOME")
            .filter(|folder| folder.is_absolute())
            .or_else(|| variable("HOME").map(|home| home.join(".cache")))
    };
    match caches {
        Some(caches) => Ok(caches.join("kmalloc-lab")),
        None => {
            bail!("there is no home folder to keep tools in: set KMALLOC_LAB_CACHE to a folder")
        }
    }
}

/// The version of `package` in the text of a Cargo.lock.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines
        .nth(1)?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_decides_the_version() {
        let lock = "[[package]]\nname = \"wasm-bindgen-cli\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "yew"), None);
    }

    #[test]
    fn this_repository_locks_wasm_bindgen() {
        let tool = wasm_bindgen().expect("Cargo.lock names wasm-bindgen");
        assert!(tool.version.starts_with("0.2."), "{}", tool.version);
    }
}
