//! Each dependency has its reason: what a manifest names stands in the table of `ARCHITECTURE.md`.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The manifests of all packages of the workspace.
fn manifests(root: &Path) -> Vec<PathBuf> {
    let workspace = fs::read_to_string(root.join("Cargo.toml")).expect("the workspace");
    let members = workspace.split("members = [").nth(1).expect("members");
    let members = members.split(']').next().unwrap_or_default();
    let folders = members.split('"').skip(1).step_by(2);
    folders
        .map(|folder| root.join(folder).join("Cargo.toml"))
        .collect()
}

/// The packages of others that a manifest names.
fn named(manifest: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in manifest.lines() {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            inside = section.ends_with("dependencies");
            if let Some((_, name)) = section.split_once("dependencies.") {
                found.push(name.to_owned());
            }
        } else if inside
            && let Some((name, what)) = line.split_once('=')
            && !line.starts_with(['#', ' '])
            && !what.contains("path =")
        {
            found.push(name.trim().to_owned());
        }
    }
    found
}

#[test]
fn every_dependency_has_its_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let architecture = fs::read_to_string(root.join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let reasons = architecture
        .split("## Dependencies")
        .nth(1)
        .expect("its section on dependencies");
    let mut without = Vec::new();
    for manifest in manifests(&root) {
        let text = fs::read_to_string(&manifest).expect("a manifest");
        for name in named(&text) {
            if !reasons.contains(&format!("`{name}`")) {
                without.push(format!("{}: {name}", manifest.display()));
            }
        }
    }
    assert!(
        without.is_empty(),
        "no reason in ARCHITECTURE.md: {without:?}"
    );
}

#[test]
fn a_manifest_is_read_as_it_is_written() {
    let manifest = "[dependencies]\na = \"1\"\nours = { path = \"../ours\" }\n# b = \"1\"\nc = { version = \"1\", features = [\n    \
                    \"d\",\n] }\n[dependencies.e]\nfeatures = [\"f\"]\n[target.'cfg(x)'.dev-dependencies]\ng = \"1\"\n[lints]\nworkspace = true\n";
    assert_eq!(named(manifest), ["a", "c", "e", "g"]);
}
