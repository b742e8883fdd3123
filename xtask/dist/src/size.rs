//! How much a first visitor downloads, file by file, in two stages: until the page is complete on the screen and `kmalloc` can
//! be pressed, which is what the budget is for; and until its program is there and carries out what was pressed.
//!
//! A browser test holds these lists against what a browser really fetches (`e2e/tests/first-load.spec.js`).

use std::{fs, io::Write as _, path::Path};

use anyhow::{Context as _, Result};
use flate2::{Compression, write::GzEncoder};

/// What the program asks for at its start, in English.
pub(crate) const ASKED_FOR: &str = include_str!("../first-load.txt");

/// What the names of the program's files begin with.
const PROGRAM: &str = "kmalloc-web-";

/// What a first visitor sees before the program is there: the one of four that is fetched by most.
const VIEW: &str = "en-wide.html";

/// Bytes of the first stage that the project has set itself.
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
    let stages = Stages::of(dist)?;
    let seen = sum("complete on the screen", dist, &stages.seen)?;
    println!(
        "{:40} {:>9} {:>9} {:>9}   {}",
        "budget",
        "",
        BUDGET.gzip,
        BUDGET.brotli,
        if seen.is_within(BUDGET) {
            "kept"
        } else {
            "exceeded"
        }
    );
    let program = sum("then, until a press is carried out", dist, &stages.program)?;
    println!();
    row("all of it", seen.and(program));
    Ok(seen.is_within(BUDGET))
}

/// Prints a stage and gives its sum.
fn sum(title: &str, dist: &Path, names: &[String]) -> Result<Sizes> {
    println!("\n{title:40} {:>9} {:>9} {:>9}", "raw", "gzip", "brotli");
    let mut sum = Sizes::default();
    for name in names {
        let path = dist.join(name);
        let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
        let sizes = Sizes::of(&bytes)?;
        row(name, sizes);
        sum = sum.and(sizes);
    }
    row("sum", sum);
    Ok(sum)
}

fn row(name: &str, sizes: Sizes) {
    let Sizes { raw, gzip, brotli } = sizes;
    println!("{name:40} {raw:>9} {gzip:>9} {brotli:>9}");
}

/// The files of a first visit, in the order in which they matter.
struct Stages {
    seen: Vec<String>,
    program: Vec<String>,
}

impl Stages {
    fn of(dist: &Path) -> Result<Stages> {
        let index = "index.html";
        let page = dist.join(index);
        let page = fs::read_to_string(&page).with_context(|| page.display().to_string())?;
        let mut names = Vec::new();
        for entry in fs::read_dir(dist)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        // A hosted page says in which folders lies what it asks for.
        let folder = |attribute: &str| {
            let rest = page.split(attribute).nth(1)?;
            rest.split('"').next()
        };
        names.retain(|name| name != index && page.contains(name));
        let (mut program, mut seen): (Vec<_>, Vec<_>) = names
            .into_iter()
            .partition(|name| name.starts_with(PROGRAM));
        let files = folder("data-files=\"").unwrap_or_default();
        let asked_for = ASKED_FOR.lines().map(|name| format!("{files}{name}"));
        program.extend(asked_for);
        seen.insert(0, index.into());
        match folder("data-first=\"") {
            Some(views) => seen.push(format!("{views}{VIEW}")),
            // Nothing is seen before the program is there.
            None => seen.append(&mut program),
        }
        Ok(Stages { seen, program })
    }
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

    /// The stages of a page with these files.
    fn stages(name: &str, page: &str) -> Result<Stages> {
        let dist = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&dist)?;
        fs::write(dist.join("index.html"), page)?;
        for file in ["style-1.css", "kmalloc-web-1.js"] {
            fs::write(dist.join(file), "")?;
        }
        let stages = Stages::of(&dist);
        fs::remove_dir_all(&dist)?;
        stages
    }

    #[test]
    fn a_page_that_is_seen_first_has_its_program_after_that() -> Result<()> {
        let page = "<html data-first=\"first-1/\"><script src=\"kmalloc-web-1.js\"><link href=\"style-1.css\">";
        let stages = stages("seen-first", page)?;
        assert_eq!(
            stages.seen,
            ["index.html", "style-1.css", "first-1/en-wide.html"]
        );
        assert_eq!(stages.program[0], "kmalloc-web-1.js");
        assert_eq!(stages.program.len(), 1 + ASKED_FOR.lines().count());
        Ok(())
    }

    #[test]
    fn any_other_page_is_seen_when_its_program_is_there() -> Result<()> {
        let page = "<html><script src=\"kmalloc-web-1.js\"><link href=\"style-1.css\">";
        let stages = stages("seen-later", page)?;
        assert_eq!(
            stages.seen[..3],
            ["index.html", "style-1.css", "kmalloc-web-1.js"]
        );
        assert_eq!(stages.seen.len(), 3 + ASKED_FOR.lines().count());
        assert!(stages.program.is_empty());
        Ok(())
    }
}
