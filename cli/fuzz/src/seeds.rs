//! Where inputs begin: links that were made once, the scenarios and chapters of the course, and words of each format.

use std::fs;
use std::path::{Path, PathBuf};

use kmalloc_core::script::{link, parse};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every scenario of a folder, and of the folders in it.
fn scenarios(folder: &Path, found: &mut Vec<String>) {
    let entries = fs::read_dir(folder).expect("the folder is part of the project");
    for entry in entries {
        let path = entry.expect("an entry of the folder can be read").path();
        if path.is_dir() {
            scenarios(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "kms") {
            found.push(fs::read_to_string(&path).expect("a scenario is text"));
        }
    }
    found.sort();
}

fn all_scenarios() -> Vec<String> {
    let mut found = Vec::new();
    scenarios(&root().join("static"), &mut found);
    found
}

/// Texts with what the scenarios of the course happen not to have.
const MORE_TEXTS: [&str; 4] = [
    "kernel 2.6.10\nmachine dma=1M normal=4M highmem=1M reserve=none l1=32 page=8K debug=slab preempt nodes=2\np = kmalloc(1 << 12, GFP_KERNEL | __GFP_DMA);\n",
    "for (i = 0; i < 3; i++) { for (j = 0; j < 2; j++) q[i] = kmalloc(64, 0xd0); }\nirq { softirq { p = q[2]; } }\n",
    "meanwhile { msleep(10); }\nrealtime { p = alloc_pages_node(1, GFP_HIGHUSER, 3); }\nsysctl min_free_kbytes 2048;\n",
    "v = vmalloc(70000); k = alloc_pages(GFP_HIGHUSER, 0); m = kmap(k); kunmap(k); vfree(v); vfree(v); /* open",
];

/// A link with several scenarios.
fn sequence(texts: impl Iterator<Item = String>) -> Vec<u8> {
    let parts = texts.zip(1..).map(|(text, cursor)| link::Part {
        sentence: format!("scenario {cursor}"),
        shared: link::Shared {
            scenario: parse(&text).scenario,
            cursor,
        },
    });
    link::encode_sequence(&parts.collect::<Vec<_>>())
}

/// What each target begins with.
pub fn of(target: &str) -> Vec<Vec<u8>> {
    let texts = || {
        all_scenarios()
            .into_iter()
            .chain(MORE_TEXTS.map(Into::into))
    };
    let links = || {
        texts().map(|text| {
            let scenario = parse(&text).scenario;
            link::encode(&scenario, scenario.body.len() as u32)
        })
    };
    let bytes = |texts: Vec<String>| texts.into_iter().map(String::into_bytes).collect();
    match target {
        "link" => links().chain([sequence(texts().take(3))]).collect(),
        "letters" => bytes(links().map(|link| link::to_fragment(&link)).collect()),
        "text" | "run" => bytes(texts().collect()),
        "progress" => bytes(vec![
            "kmalloc lab progress 1\n".into(),
            "kmalloc lab progress 1\n01-rounding/foresee attempts=2 hints=1 solved\n\
             08-gfp-atomic/timer attempts=1 hints=0 missed told\n"
                .into(),
        ]),
        "kept" => {
            let two = link::to_fragment(&sequence(texts().take(2)));
            let one = link::to_fragment(&sequence(texts().skip(4).take(1)));
            bytes(vec![
                format!("1 true true\n{two}\n{one}"),
                format!("0 false false\n{one}\n"),
                texts().take(3).collect::<Vec<_>>().join("\u{1e}"),
                "side=proc file=slabinfo letters=off projector=on clicker=call enlarged=map \
                 folded=lists,path"
                    .into(),
            ])
        }
        "address" => bytes(vec![
            "page=01-rounding/ask-100&lang=zh&at=3&teach".into(),
            "embed=&panels=map,lists,path&side=dmesg&play=&at=12&lang=en&theme=dark".into(),
            "embed=1&at=first-split&panels=,,map,map".into(),
        ]),
        "course" => {
            let (course, _) = kmalloc_course::read(&root().join("static/chapters"));
            let (gallery, _) = kmalloc_course::gallery::read(&root().join("static/scenarios"));
            let files = kmalloc_course::pack::files(&course).into_iter();
            let files = files.chain(kmalloc_course::pack::gallery(&gallery));
            bytes(files.map(|(_, text)| text).collect())
        }
        "message" => bytes(
            [
                r#"{"kmallocLab":1,"id":1,"command":"run","text":"p = kmalloc(100, GFP_KERNEL);"}"#,
                r#"{"kmallocLab":1,"id":2,"command":"call","text":"kfree(p);"}"#,
                r#"{"kmallocLab":1,"id":3,"command":"seek","cursor":12,"progress":0.5}"#,
                r#"{"kmallocLab":1,"id":4,"command":"snapshot"}"#,
                r#"{"kmallocLab":1,"id":5,"command":"verdict"}"#,
                r#"{"kmallocLab":1,"id":6,"command":"on","event":"moved"}"#,
                r#"{"kmallocLab":1,"id":7,"command":"off","event":"verdict"}"#,
                r#"{"kmallocLab":2,"id":null,"command":["run"],"text":{"a":1e309},"cursor":-1}"#,
            ]
            .map(Into::into)
            .into(),
        ),
        _ => Vec::new(),
    }
}

/// Words that mean something to a target.
pub fn words(target: &str) -> &'static [&'static str] {
    match target {
        "text" | "run" => &[
            "kmalloc(",
            "kfree(p);",
            "GFP_KERNEL",
            "GFP_ATOMIC",
            "__GFP_NOFAIL",
            " | ",
            "GFP_DMA",
            "0x7fffffff",
            "4294967295",
            "18446744073709551616",
            "-1",
            "for (i = 0; i < 1000000; i++) ",
            "if (!p) ",
            "else ",
            "{",
            "}",
            "(",
            ")",
            ";",
            "\n",
            "//",
            "/*",
            "*/",
            "irq ",
            "softirq ",
            "timer ",
            "tasklet ",
            "meanwhile ",
            "writepage ",
            "memalloc ",
            "realtime ",
            "machine ",
            "kernel 2.6.10\n",
            "dma=",
            "normal=1K",
            "highmem=0",
            "nodes=4",
            "l1=128",
            "reserve=i386",
            "page=8K",
            "debug=slab",
            "q[999999]",
            "q[i]",
            "&lock",
            "spin_lock(&lock);",
            "spin_unlock(&lock);",
            "down(&sem);",
            "up(&sem);",
            "msleep(3600000);",
            "schedule();",
            "page_cache(dirty=9, clean=9);",
            "user_pages(99);",
            "swap(9);",
            "dentries(40);",
            "inodes(40);",
            "disk(9);",
            "sync();",
            "vmalloc(1 << 20)",
            "kmap(p)",
            "alloc_pages(GFP_KERNEL, 10)",
            "__get_free_pages(GFP_KERNEL, 11)",
            "free_pages(p, 64);",
            "memset(p, 0, 131072);",
            "copy_to_user(p, 4096);",
            "sysctl(min_free_kbytes, 4096);",
            "run_on_node(1);",
            "dma_to_device(p, 512);",
            "alloc_pages_node(1, GFP_KERNEL, 2)",
            "ksize(p)",
            "NULL",
            "\u{feff}",
            "\u{3000}",
            "é",
            "🐧",
        ],
        "letters" => &["A", "-", "_", "=", "+", "/", "&", "%20", "AQQAAAAAwrY", "é"],
        "progress" => &[
            "attempts=",
            "hints=",
            "solved",
            "4294967296",
            "-1",
            "\n",
            "=",
            "kmalloc lab progress 1\n",
            "\u{0}",
        ],
        "course" => &[
            "\u{1f}",
            "1",
            "2",
            "4294967295",
            "0",
            "ask ",
            "goal ",
            "kind do",
            "score calls",
            "change 1-9",
            "call p answers object",
            "calls at most 3",
        ],
        "message" => &[
            "\"kmallocLab\"",
            "\"command\"",
            "\"id\"",
            "null",
            "1",
            "1e308",
            "-0.0",
            "true",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "\"run\"",
            "\"seek\"",
            "\"__proto__\"",
            "\"text\"",
            "\\u0000",
            "\\ud800",
            "4294967296",
        ],
        _ => &[],
    }
}
