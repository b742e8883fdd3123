//! The invariants of ARCHITECTURE.md that the compiler does not keep: who may know whom.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            found.push((path, text));
        }
    }
    found
}

fn core_sources() -> Vec<(PathBuf, String)> {
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

/// Code without comment lines.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
}

/// Dependencies point one way: the machine and the kernel know nothing of text, exercises or printing.
#[test]
fn the_kernel_does_not_know_its_users() {
    // From the bottom up; a layer may name those before it.
    let order = [
        "gfp",
        "context",
        "page",
        "event",
        "machine",
        "mm",
        "recording",
        "lab",
        "run",
        "exercise",
    ];
    // Text and printing stand beside: nothing below `run` knows them.
    let beside = ["script", "proc"];
    let may_not_name = |layer: &str| -> Vec<&str> {
        let above = order
            .iter()
            .skip_while(|name| **name != layer)
            .skip(1)
            .copied();
        match layer {
            "profile" => order.iter().chain(&beside).copied().collect(),
            "script" => [
                "machine",
                "mm",
                "recording",
                "lab",
                "run",
                "exercise",
                "proc",
            ]
            .to_vec(),
            "run" => above.chain(["proc"]).collect(),
            _ => above.chain(beside).collect(),
        }
    };
    let layers = [
        "profile",
        "script",
        "event",
        "gfp",
        "context",
        "machine",
        "mm",
        "recording",
        "lab",
        "run",
    ];
    let mut checked = 0;
    for (path, text) in core_sources() {
        let path = path.to_string_lossy().replace('\\', "/");
        let layer = layers.into_iter().find(|layer| {
            path.contains(&format!("/src/{layer}.rs")) || path.contains(&format!("/src/{layer}/"))
        });
        let Some(layer) = layer else { continue };
        checked += 1;
        for line in code(&text) {
            for module in may_not_name(layer) {
                assert!(
                    !line.contains(&format!("crate::{module}")),
                    "{path} must not know {module}: {line}"
                );
            }
        }
    }
    assert!(checked >= 15, "only {checked} files were found");
}

/// `if kernel ==` stands nowhere outside of the profile, the text that names it, and the kernels' own folders.
#[test]
fn nobody_asks_which_kernel_it_is() {
    for (path, text) in core_sources() {
        let path = path.to_string_lossy().replace('\\', "/");
        let allowed = ["/profile.rs", "/script/", "/mm/linux_"]
            .iter()
            .any(|place| path.contains(place));
        for line in code(&text).filter(|_| !allowed) {
            assert!(
                !line.contains("Kernel::"),
                "{path} asks which kernel it is: {line}"
            );
        }
    }
}

/// No clock, no randomness, no logging, no JavaScript in the core; everything depends on nothing.
#[test]
fn the_core_depends_on_nothing() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .expect("a manifest");
    assert!(
        !manifest.contains("\n[dependencies]"),
        "the core has no dependencies"
    );
    for (path, text) in core_sources() {
        for line in code(&text) {
            assert!(
                !line.contains("std::"),
                "{} uses std: {line}",
                path.display()
            );
        }
    }
}
