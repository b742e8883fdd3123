//! The commands as a user types them: output and exit codes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const RECORDINGS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../core/tests/recordings/linux-2.6.10"
);

fn lab(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kmalloc-lab"))
        .args(arguments)
        .output()
        .expect("the command starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// An empty folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn replay(folder: &Path) -> Output {
    lab(&["replay", &folder.to_string_lossy()])
}

/// The line that `replay` prints for a file: decisions, disagreements, unsupported.
fn counts(output: &str, name: &str) -> (u64, u64, u64) {
    let line = output
        .lines()
        .find(|line| line.starts_with(name))
        .unwrap_or_else(|| panic!("no {name} in\n{output}"));
    let numbers: Vec<u64> = line[name.len()..]
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    (numbers[0], numbers[1], numbers[2])
}

/// What the unmodified sources of 2.6.10 decided, every recorded result.
#[test]
fn the_core_agrees_with_the_recorded_kernel() {
    let output = replay(Path::new(RECORDINGS));
    let printed = text(&output.stdout);
    println!("{printed}");
    for (name, at_least) in [
        ("sizes", 3_000),
        ("buddy", 140_000),
        ("zones", 6_800),
        ("slab", 79_000),
        ("numa", 120),
    ] {
        let (decisions, disagreements, unsupported) = counts(&printed, &format!("{name}.jsonl.gz"));
        assert_eq!((disagreements, unsupported), (0, 0), "{name}");
        assert!(
            decisions >= at_least,
            "{name}: only {decisions} decisions were compared"
        );
    }
    // Its rows of 2.6.11 are another kernel's.
    let (decisions, disagreements, unsupported) = counts(&printed, "boot.jsonl.gz");
    assert_eq!(
        (decisions, disagreements, unsupported),
        (504, 0, 231),
        "boot"
    );
    assert_eq!(
        output.status.code(),
        Some(3),
        "only unsupported results are left"
    );
}

/// A disagreement is found, shown in full, and told by the exit code.
#[test]
fn a_disagreement_is_shown() {
    let folder = folder("disagreement");
    let row = r#"{"kernel":"2.6.10","zones_pages":[1024,0,0],"init":{"min_free_kbytes":257,"zones":[]},"zonelists":[[0],[0],[0]],"boot_printk":[],"steps":[]}"#;
    fs::write(folder.join("any-name.jsonl"), row).expect("written");
    let output = replay(&folder);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        printed.starts_with("any-name.jsonl: 4 decisions, 2 disagreements, 0 unsupported\n"),
        "{printed}"
    );
    assert!(
        printed.contains("min_free_kbytes\n  expected Number(257)\n  got      Number(256)"),
        "{printed}"
    );
}

/// By content, not by name; nothing recognized is an error; what is not modelled is counted with its reason.
#[test]
fn files_are_recognized_by_content() {
    let folder = folder("recognized");
    fs::write(
        folder.join("zones.jsonl"),
        "{\"kernel\":\"6.1\",\"type\":\"machine\"}\n",
    )
    .expect("written");
    fs::write(folder.join("notes.jsonl"), "not json\n").expect("written");
    assert_eq!(
        replay(&folder).status.code(),
        Some(2),
        "nothing was recognized"
    );
    let other = r#"{"type":"machine","id":"y","kernel":"2.6.11","zones_pages":[1024,0,0]}"#;
    fs::write(folder.join("other.jsonl"), other).expect("written");
    let output = replay(&folder);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(
        text(&output.stdout),
        "other.jsonl: 0 decisions, 0 disagreements, 1 unsupported (1: kernel 2.6.11 is not modelled)\n"
    );
    fs::write(folder.join("cut.jsonl.gz"), b"\x1f\x8b broken").expect("written");
    assert_eq!(
        replay(&folder).status.code(),
        Some(3),
        "a broken archive is not recognized"
    );
}

/// Each call with its answer, then the /proc view.
#[test]
fn run_shows_answers_and_proc() {
    let folder = folder("run");
    let file = folder.join("one.kms");
    fs::write(&file, "kernel 2.6.10\nmachine dma=1M normal=4M highmem=1M reserve=none l1=32\np = kmalloc(100, GFP_KERNEL);\n").expect("written");
    let name = file.to_string_lossy();
    let output = lab(&["run", &name]);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        printed.contains("p = kmalloc(100, GFP_KERNEL);  → 0xc0"),
        "{printed}"
    );
    assert!(
        printed.contains("size-128: 100 bytes asked, 128 given"),
        "{printed}"
    );
    assert!(
        printed.contains("\n/proc/buddyinfo\nNode 0, zone      DMA "),
        "{printed}"
    );
    let events = text(&lab(&["run", &name, "--events"]).stdout);
    assert!(events.contains("ClassChosen"), "{events}");
    let json: serde_json::Value =
        serde_json::from_slice(&lab(&["run", &name, "--json", "--events"]).stdout).expect("JSON");
    assert_eq!(json["calls"][0]["call"], "p = kmalloc(100, GFP_KERNEL)");
    assert_eq!(json["calls"][0]["events"][1]["name"], "class-chosen");
    assert_eq!(json["zones"][1]["low"], 70);
}

/// A script error: exit 2, with line and column and what was expected.
#[test]
fn script_errors_have_a_place() {
    let folder = folder("errors");
    let file = folder.join("wrong.kms");
    fs::write(
        &file,
        "p = kmalloc(100, GFP_KERNAL);\nq = kmalloc(10 GFP_KERNEL);\n",
    )
    .expect("written");
    let output = lab(&["run", &file.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(2));
    let printed = text(&output.stderr);
    assert!(printed.contains("wrong.kms:1:18"), "{printed}");
    assert!(
        printed.contains("GFP_KERNEL"),
        "the name that was meant: {printed}"
    );
    assert!(
        printed.contains("wrong.kms:2:"),
        "the other lines are still read: {printed}"
    );
    assert_eq!(lab(&["run", "no-such-file.kms"]).status.code(), Some(2));
    assert_eq!(lab(&["jump"]).status.code(), Some(2));
}

const GALLERY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../static/scenarios");

/// Every scenario of the gallery does what its expected text says, in both languages alike.
#[test]
fn the_gallery_is_as_expected() {
    let output = lab(&["gallery", GALLERY]);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert!(printed.ends_with(" scenarios, 0 wrong\n"), "{printed}");
}

/// What is wrong with a gallery is said, and blessing writes what the lab says now.
#[test]
fn a_wrong_gallery_is_told_apart() {
    let root = folder("gallery");
    let write = |path: &str, text: &str| {
        let file = root.join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    };
    let gallery = |arguments: &[&str]| {
        let root = root.to_string_lossy();
        let output = lab(&[&["gallery", &root], arguments].concat());
        (output.status.code(), text(&output.stdout))
    };
    write(
        "gallery.toml",
        "[[theme]]\nen = \"T\"\nzh = \"题\"\nscenarios = [\"one\"]\n",
    );
    write(
        "one/about.toml",
        "[en]\ntitle = \"A\"\nwhy = \"Why.\"\n[zh]\ntitle = \"甲\"\nwhy = \"原因。\"\n",
    );
    write("one/en.kms", "// one\np = kmalloc(100, GFP_KERNEL);\n");
    write("one/zh.kms", "// 一\np = kmalloc(100, GFP_KERNEL);\n");
    let (code, printed) = gallery(&[]);
    assert_eq!(code, Some(1), "nothing is expected yet");
    assert!(printed.contains("+    2  p = kmalloc(100"), "{printed}");
    assert_eq!(gallery(&["--bless"]).0, Some(0));
    assert_eq!(gallery(&[]), (Some(0), "1 scenario, 0 wrong\n".into()));

    write("one/zh.kms", "// 一\np = kmalloc(200, GFP_KERNEL);\n");
    assert!(gallery(&["--bless"]).1.contains("nothing but comments"));
    write("one/zh.kms", "// 一\np = kmalloc(100, GFP_KERNEL);\n");
    write("two/en.kms", "");
    assert!(gallery(&[]).1.contains("gallery.toml does not list this"));
    write(
        "one/about.toml",
        "[en]\ntitle = \"A\"\nwhy = \"Why. And how.\"\n",
    );
    let (_, printed) = gallery(&[]);
    assert!(
        printed.contains("about.toml:1: missing field `zh`"),
        "{printed}"
    );
}
