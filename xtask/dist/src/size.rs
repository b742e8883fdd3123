//! How much a first visitor downloads before the first `kmalloc` can be pressed, file by file, beside the budget.
//!
//! That is `index.html`, every file it names, and what the page asks for at its start (`first-load.txt`). A browser test
//! holds this list against what a browser really fetches.

use std::{fs, io::Write as _, path::Path};

use anyhow::{Context as _, Result};
use flate2::{Compression, write::GzEncoder};

/// What the page asks for at its start, beyond what `index.html` names.
const ASKED_FOR: &str = include_str!("../first-load.txt");

/// Bytes of the whole first load that the project has set itself.
const BUDGET: Sizes = Sizes {
    raw: u64::MAX,
    gzip: 140_000,
    brotli: 120_000,
};

/// A file, or a sum of files, as it is and as servers send it.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
struct Sizes {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

impl Sizes {
    fn of(bytes: &[u8]) -> Result<Sizes> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(bytes)?;
        let mut small = Vec::new();
        let strongest = brotli::enc::BrotliEncoderParams {
            quality: 11,
            size_hint: bytes.len(),
            ..Default::default()
        };
        brotli::BrotliCompress(&mut &bytes[..], &mut small, &strongest)?;
        Ok(Sizes {
            raw: bytes.len() as u64,
            gzip: gzip.finish()?.len() as u64,
            brotli: small.len() as u64,
        })
    }

    fn and(self, other: Sizes) -> Sizes {
        Sizes {
            raw: self.raw + other.raw,
            gzip: self.gzip + other.gzip,
            brotli: self.brotli + other.brotli,
        }
    }

    fn is_within(self, budget: Sizes) -> bool {
        self.raw <= budget.raw && self.gzip <= budget.gzip && self.brotli <= budget.brotli
    }
}

/// Prints the table of a built page. True when it keeps to the budget.
pub(crate) fn print(dist: &Path) -> Result<bool> {
    let mut sum = Sizes::default();
    println!(
        "{:40} {:>9} {:>9} {:>9}",
        "first load", "raw", "gzip", "brotli"
    );
    for name in first_load(dist)? {
        let path = dist.join(&name);
        let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
        let sizes = Sizes::of(&bytes)?;
        row(&name, sizes);
        sum = sum.and(sizes);
    }
    row("all", sum);
    let kept = sum.is_within(BUDGET);
    println!(
        "{:40} {:>9} {:>9} {:>9}   {}",
        "budget",
        "",
        BUDGET.gzip,
        BUDGET.brotli,
        if kept { "kept" } else { "exceeded" }
    );
    Ok(kept)
}

fn row(name: &str, sizes: Sizes) {
    let Sizes { raw, gzip, brotli } = sizes;
    println!("{name:40} {raw:>9} {gzip:>9} {brotli:>9}");
}

/// The files of a first load, the page itself first.
fn first_load(dist: &Path) -> Result<Vec<String>> {
    let index = "index.html";
    let page = dist.join(index);
    let page = fs::read_to_string(&page).with_context(|| page.display().to_string())?;
    let mut named = Vec::new();
    for entry in fs::read_dir(dist)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != index && page.contains(&name) && entry.file_type()?.is_file() {
            named.push(name);
        }
    }
    named.sort();
    // A hosted page says in which folder lies what it asks for.
    let folder = page.split("data-files=\"").nth(1);
    let folder = folder
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_default();
    let asked_for = ASKED_FOR.lines().map(|name| format!("{folder}{name}"));
    Ok([index.into()]
        .into_iter()
        .chain(named)
        .chain(asked_for)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_is_small_on_the_wire() -> Result<()> {
        let sizes = Sizes::of(&b"kmalloc ".repeat(1000))?;
        assert_eq!(sizes.raw, 8000);
        assert!(sizes.gzip < 100 && sizes.brotli < 100, "{sizes:?}");
        Ok(())
    }

    #[test]
    fn each_size_has_its_own_budget() {
        let budget = Sizes {
            raw: u64::MAX,
            gzip: 140,
            brotli: 120,
        };
        let sizes = |gzip, brotli| Sizes {
            raw: 1000,
            gzip,
            brotli,
        };
        assert!(sizes(140, 120).is_within(budget));
        assert!(!sizes(141, 100).is_within(budget));
        assert!(!sizes(100, 121).is_within(budget));
    }

    #[test]
    fn a_first_load_is_what_the_page_names_and_asks_for() -> Result<()> {
        let dist = std::env::temp_dir().join(format!("first-load-{}", std::process::id()));
        fs::create_dir_all(&dist)?;
        fs::write(dist.join("index.html"), "<script src=\"./a-1.js\">")?;
        fs::write(dist.join("a-1.js"), "")?;
        fs::write(dist.join("later.wasm"), "")?;
        let names = first_load(&dist);
        fs::remove_dir_all(&dist)?;
        let names = names?;
        assert_eq!(names[..2], ["index.html", "a-1.js"]);
        assert!(names.iter().all(|name| name != "later.wasm"));
        assert_eq!(names.len(), 2 + ASKED_FOR.lines().count());
        Ok(())
    }
}
