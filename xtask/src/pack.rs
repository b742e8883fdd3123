//! The package of the core for Node: built into `target/npm/`, and tested as whoever installs it meets it.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    process::{self, cargo, run, run_long},
    say::Work,
    tools,
};

const TARGET: &str = "wasm32-unknown-unknown";

/// What npm is told of it. `npm pack` takes these files and no others.
fn manifest() -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        r#"{{
  "name": "kmalloc-lab",
  "version": "{version}",
  "description": "The Linux kernel's kmalloc as a simulation: run scenarios, look at every moment, check exercises",
  "license": "MIT OR Apache-2.0",
  "main": "kmalloc_lab.js",
  "types": "kmalloc_lab.d.ts",
  "files": ["kmalloc_lab.js", "kmalloc_lab.d.ts", "kmalloc_lab_bg.wasm", "exercises.json", "README.md", "LICENSE-MIT", "LICENSE-APACHE"],
  "engines": {{ "node": ">=20" }}
}}
"#
    )
}

/// Builds the package; returns its folder.
pub(crate) fn pack() -> Result<PathBuf> {
    tools::wasm_target()?;
    tools::fetch_packages()?;
    let wasm_bindgen = tools::provide_wasm_bindgen()?;
    let root = process::root();
    let built =
        env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), |folder| root.join(folder));
    let work = Work::start("Building the package", "half a minute");
    let mut build = cargo([
        "build",
        "--package",
        "kmalloc-js",
        "--lib",
        "--release",
        "--locked",
        "--offline",
    ]);
    run_long(build.args(["--target", TARGET]), &work).context("the package could not be built")?;
    let folder = root.join("target/npm");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut bind = Command::new(wasm_bindgen);
    bind.arg(built.join(TARGET).join("release/kmalloc_js.wasm"))
        .args([
            "--target",
            "nodejs",
            "--out-name",
            "kmalloc_lab",
            "--out-dir",
        ])
        .arg(&folder);
    run(&mut bind)?;
    let exercises = [
        "run",
        "--quiet",
        "--package",
        "kmalloc-lab",
        "--locked",
        "--",
        "exercises",
        "static/chapters",
    ];
    let exercises = process::output(&mut cargo(exercises))
        .context("the exercises could not be read: `cargo lab check static/chapters` says why")?;
    fs::write(folder.join("exercises.json"), exercises)?;
    fs::write(folder.join("package.json"), manifest())?;
    fs::copy(root.join("cli/npm/README.md"), folder.join("README.md"))?;
    for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(root.join(license), folder.join(license))?;
    }
    work.done();
    Ok(folder)
}

/// Builds the package, packs it as npm does, installs it into an empty folder and lets a program use it there.
pub(crate) fn check() -> Result<()> {
    let node = tools::node()?;
    let npm = tools::npm()?;
    let folder = pack()?;
    let home = process::root().join("target/npm-installed");
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    fs::create_dir_all(&home)?;
    let mut packing = Command::new(&npm);
    packing
        .args(["pack", "--silent", "--pack-destination"])
        .arg(&home)
        .current_dir(&folder);
    let file = process::output(&mut packing).context("npm could not pack it")?;
    let tarball = home.join(file.lines().last().unwrap_or_default());
    ensure!(tarball.is_file(), "npm packed nothing");
    fs::write(home.join("package.json"), "{ \"private\": true }\n")?;
    let mut install = Command::new(&npm);
    install
        .args([
            "install",
            "--silent",
            "--offline",
            "--no-audit",
            "--no-fund",
        ])
        .arg(&tarball);
    run(install.current_dir(&home).stdin(Stdio::null()))?;
    let program = home.join("program.mjs");
    fs::copy(process::root().join("cli/npm/test/program.mjs"), &program)?;
    run(Command::new(node)
        .arg(&program)
        .current_dir(&home)
        .stdin(Stdio::null()))
}
