//! The page, built and served by Trunk.

use std::{
    ffi::OsString,
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow, bail};

use crate::{
    browser,
    process::{self, find},
    replay::{self, Totals},
    say::{self, Work},
    tools,
};

/// How soon a stop or a finished build is noticed.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// How `serve` was asked to serve.
pub(crate) struct Serving {
    pub(crate) port: u16,
    pub(crate) open: bool,
    pub(crate) release: bool,
}

/// Builds the page into `dist/`.
pub(crate) fn build(release: bool) -> Result<()> {
    let work = Work::start("Building the page", usually(release));
    if release {
        trunk_build(&["--release"], Some(replayed()?))?;
        process::run(dist_tool("slim").arg(process::root().join("dist")))?;
    } else {
        trunk_build(&[], None)?;
    }
    work.done();
    Ok(())
}

/// The whole lab in one file, in `dist/`.
const SINGLE: &str = "kmalloc-lab.html";

/// Builds what is put on a host into `dist/`: the page, and beside it the whole lab in one file.
pub(crate) fn dist() -> Result<()> {
    let folder = process::root().join("dist");
    let work = Work::start(
        "Building the page for a host",
        "a minute, 3 minutes at first",
    );
    let replayed = replayed()?;
    let minifier = tools::minifier()?;
    trunk_build(&["--release"], Some(replayed))?;
    process::run(dist_tool("order").arg(&folder))?;
    process::run(dist_tool("slim").arg(&folder))?;
    single(&folder, replayed, &minifier)?;
    take_views(&folder)?;
    process::run(dist_tool("host").arg(&folder).args(&minifier))?;
    work.done();
    say::news(&format!("{} is ready for any host", folder.display()));
    Ok(())
}

/// Puts the lab in one file beside the page that Trunk built, whose module is compiled once more to be small
/// (`profile.single`).
fn single(dist: &Path, replayed: Totals, minifier: &Option<PathBuf>) -> Result<()> {
    let mut module = process::cargo(["build", "--package", "kmalloc-web", "--profile", "single"]);
    show(&mut module, replayed);
    let module = for_the_page(&mut module, "single/kmalloc-web.wasm")
        .context("the lab in one file could not be built")?;
    // Vectors of numbers, which the browsers that the lab needs all have.
    let mut unpacker = process::cargo(["build", "--package", "xtask-packing", "--release"]);
    unpacker.env("RUSTFLAGS", "-Ctarget-feature=+simd128");
    let unpacker = for_the_page(&mut unpacker, "release/xtask_packing.wasm")?;

    let folder = module.with_file_name("one-file");
    let path = tools::provide_all()?;
    let wasm_bindgen = find("wasm-bindgen", &path);
    let mut glue = Command::new(wasm_bindgen.context("wasm-bindgen vanished from the cache")?);
    glue.args(["--target", "web", "--no-typescript", "--out-dir"])
        .args([&folder, &module]);
    process::run(&mut glue)?;
    process::run(dist_tool("order").arg(&folder))?;
    process::run(
        dist_tool("single")
            .args([dist, &folder, &unpacker, &dist.join(SINGLE)])
            .args(minifier),
    )
}

/// Builds it. Returns the path of what comes of it, a file below the target's folder.
fn for_the_page(cargo: &mut Command, file: &str) -> Result<PathBuf> {
    process::run(cargo.args(["--target", tools::TARGET, "--locked"]))?;
    let built = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    Ok(process::root().join(built).join(tools::TARGET).join(file))
}

/// Trunk's build of the page into `dist/`.
fn trunk_build(arguments: &[&str], replayed: Option<Totals>) -> Result<()> {
    let mut trunk = provide_trunk()?;
    trunk.args(["build", "--offline"]).args(arguments);
    if let Some(totals) = replayed {
        show(&mut trunk, totals);
    }
    process::run(&mut trunk).context("the page could not be built")
}

/// Takes down what first visitors see of the built page: four of them visit it.
fn take_views(dist: &Path) -> Result<()> {
    let Some(browser) = browser::installed() else {
        say::news(
            "No browser to make a first visit with: nothing is seen before the program is there",
        );
        return Ok(());
    };
    if process::run(dist_tool("views").arg(dist).arg(&browser)).is_err() {
        say::news(&format!(
            "The first visit with {} failed, as told above: nothing is seen before the program is there",
            browser.display()
        ));
    }
    Ok(())
}

/// A command of `xtask-dist`, a package of its own.
fn dist_tool(command: &str) -> Command {
    process::cargo(["run", "--quiet", "--package", "xtask-dist", "--", command])
}

/// Prints how large a first load is: of the page in `dist`, or of one that is built now.
pub(crate) fn size(check: bool, dist: Option<PathBuf>) -> Result<ExitCode> {
    let dist = match dist {
        Some(dist) => std::path::absolute(dist)?,
        None => {
            self::dist()?;
            process::root().join("dist")
        }
    };
    let mut command = dist_tool("size");
    command.arg(dist).args(check.then_some("--check"));
    let code = process::exit_code(&mut command)?;
    Ok(u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Builds the page and serves it until stopped.
pub(crate) fn serve(serving: &Serving) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, serving.port));
    check_port(address)?;
    let mut trunk = provide_trunk()?;
    // Offline: Trunk must use our tools, never fetch its own.
    trunk.args([
        "serve",
        "--offline",
        "--address",
        "127.0.0.1",
        "--port",
        &serving.port.to_string(),
    ]);
    if serving.release {
        show(&mut trunk, replayed()?);
    }
    trunk
        .args(serving.open.then_some("--open"))
        .args(serving.release.then_some("--release"));
    // Its own folder: a running server does not disturb `cargo xtask test`, and is not disturbed by it.
    let folder = process::root().join("target/serve");
    trunk.arg("--dist").arg(&folder);
    // What an earlier run built must not pass for the result of this one.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;

    let stop = Arc::new(AtomicBool::new(false));
    let stop_asked = Arc::clone(&stop);
    // Without this, stopping us by our process id would leave Trunk behind, holding the port.
    ctrlc::set_handler(move || stop_asked.store(true, Ordering::Relaxed))?;

    let mut work = Some(Work::start("Building the page", usually(serving.release)));
    let mut server = trunk.spawn().context("Trunk could not be started")?;
    while !stop.load(Ordering::Relaxed) {
        if let Some(status) = server.try_wait()? {
            // Ctrl-C reaches Trunk too, and it may be the first to end.
            thread::sleep(POLL_INTERVAL);
            if stop.load(Ordering::Relaxed) {
                break;
            }
            bail!("Trunk stopped ({status}): mend what it says above, then run this again");
        }
        // Trunk opens its port when the first build has ended, well or badly.
        if work.is_some() && answers(address) {
            if folder.join("index.html").is_file() {
                work.take().into_iter().for_each(Work::done);
            } else {
                work = None;
                say::news(
                    "The page could not be built: mend the error above, and it is built again",
                );
            }
            say::news(&format!(
                "The lab is at http://{address}/ (Ctrl-C stops it)"
            ));
        }
        thread::sleep(POLL_INTERVAL);
    }
    end(&mut server);
    say::news("Stopped");
    Ok(())
}

/// What a replay of the kernel's recordings comes to. Builds for one's own work go without, as they should start at once.
fn replayed() -> Result<Totals> {
    let work = Work::start(
        "Replaying the kernel's recordings",
        "seconds, a minute at first",
    );
    let totals = replay::totals()?;
    work.done();
    Ok(totals)
}

/// Gives it to the build: the page shows it.
fn show(trunk: &mut Command, totals: Totals) {
    trunk
        .env("KMALLOC_LAB_DECISIONS", totals.decisions.to_string())
        .env(
            "KMALLOC_LAB_DISAGREEMENTS",
            totals.disagreements.to_string(),
        );
}

fn usually(release: bool) -> &'static str {
    if release {
        "seconds, 2 minutes at first"
    } else {
        "seconds, 1 minute at first"
    }
}

/// Trunk with all it needs: the wasm target, the packages, wasm-bindgen on its search path.
fn provide_trunk() -> Result<Command> {
    tools::wasm_target()?;
    tools::fetch_packages()?;
    let path = tools::provide_all()?;
    trunk_at(&path)
}

fn trunk_at(path: &OsString) -> Result<Command> {
    let program = find("trunk", path).ok_or_else(|| anyhow!("trunk vanished from the cache"))?;
    let mut trunk = Command::new(program);
    trunk
        .current_dir(process::root())
        .stdin(Stdio::null())
        .env("PATH", path);
    // Trunk prints its own stack with every compile error in the page, where only the error helps.
    trunk.env("RUST_LIB_BACKTRACE", "0");
    // Trunk takes only `true` and `false` in NO_COLOR and refuses to start at the usual `1`.
    if std::env::var_os("NO_COLOR").is_some() {
        trunk.env_remove("NO_COLOR").env("TRUNK_COLOR", "never");
    }
    Ok(trunk)
}

/// Says what to do about a port that cannot be had, before minutes are spent on building.
fn check_port(address: SocketAddr) -> Result<()> {
    let port = address.port();
    // Binding alone would not see, on macOS, a server that listens on every address of this port.
    let taken = answers(address);
    match TcpListener::bind(address) {
        Ok(_) if !taken => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            bail!(
                "port {port} is reserved for the administrator: choose another with `--port 8080`"
            )
        }
        _ => {
            let free = (port.saturating_add(1)..=u16::MAX)
                .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
                .unwrap_or(8080);
            bail!(
                "port {port} is already in use: choose another with `cargo xtask serve --port {free}`"
            )
        }
    }
}

fn answers(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok()
}

fn end(server: &mut Child) {
    // It may have ended by itself.
    if server.kill().is_ok() {
        server.wait().ok();
    }
}
