//! What is done to a page that is built for others: its module without what only tools read, in an order and with names that
//! pack well, under a name of its content; and what a first visitor sees, taken down as HTML.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::Path,
};

use anyhow::{Context as _, Result, anyhow};

use crate::{names, order, same, slim, visit};

/// Where the page's looks lie until `host` gives them a name by their content.
pub(crate) const VIEWS: &str = "first";

/// Takes down what first visitors see.
pub(crate) fn views(dist: &Path, browser: &Path) -> Result<()> {
    let views = visit::all(browser, dist).context("the page could not be visited")?;
    let folder = dist.join(VIEWS);
    fs::create_dir_all(&folder)?;
    for (name, view) in views {
        fs::write(folder.join(format!("{name}.html")), view)?;
    }
    Ok(())
}

/// Makes the page's module pack well: one of functions that are the same, in another order, with short names between it and
/// its glue.
pub(crate) fn order(dist: &Path) -> Result<()> {
    let (base, module) = module(dist)?;
    let glue = dist.join(format!("{base}.js"));
    let module = order::ordered(&same::merged(&module)?)?;
    let (module, script) = names::short(&module, &fs::read_to_string(&glue)?)?;
    fs::write(dist.join(format!("{base}_bg.wasm")), module)?;
    fs::write(glue, script)?;
    Ok(())
}

/// Takes the names out of the module and gives it, with its glue, a name by what is left: Trunk's is by what there was before.
pub(crate) fn slim(dist: &Path) -> Result<()> {
    let (base, module) = module(dist)?;
    let module = slim::without_names(&module)?;
    let glue = fs::read(dist.join(format!("{base}.js")))?;
    let mut hasher = DefaultHasher::new();
    (&module, &glue).hash(&mut hasher);
    let stem = base
        .rsplit_once('-')
        .map_or(base.as_str(), |(stem, _)| stem);
    let fresh = format!("{stem}-{:016x}", hasher.finish());

    let index = dist.join("index.html");
    let page = fs::read_to_string(&index)?;
    for old in [".js", "_bg.wasm"] {
        fs::remove_file(dist.join(format!("{base}{old}")))?;
    }
    fs::write(dist.join(format!("{fresh}.js")), glue)?;
    fs::write(dist.join(format!("{fresh}_bg.wasm")), module)?;
    fs::write(index, page.replace(&base, &fresh))?;
    Ok(())
}

/// The page's module, and what the names of its files begin with.
pub(crate) fn module(dist: &Path) -> Result<(String, Vec<u8>)> {
    for entry in fs::read_dir(dist)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(base) = name.strip_suffix("_bg.wasm") {
            return Ok((base.to_owned(), fs::read(entry.path())?));
        }
    }
    Err(anyhow!("there is no module in {}", dist.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_has_the_name_of_its_content() -> Result<()> {
        let dist = std::env::temp_dir().join(format!("slim-{}", std::process::id()));
        let names = |content: &[u8]| {
            fs::create_dir_all(&dist)?;
            fs::write(dist.join("web-1_bg.wasm"), content)?;
            fs::write(dist.join("web-1.js"), "glue")?;
            fs::write(dist.join("index.html"), "./web-1.js ./web-1_bg.wasm")?;
            slim(&dist)?;
            let page = fs::read_to_string(dist.join("index.html"))?;
            for name in page.split(' ') {
                assert!(dist.join(name).exists(), "{name}");
            }
            fs::remove_dir_all(&dist)?;
            Ok::<_, anyhow::Error>(page)
        };
        // A header, and one with a section that nobody knows.
        let plain = b"\0asm\x01\0\0\0";
        let other = [&plain[..], &[0, 3, 1, b'a', 1]].concat();
        // Names are not content.
        let named = [&plain[..], &[0, 5, 4, b'n', b'a', b'm', b'e']].concat();
        assert_ne!(names(plain)?, names(&other)?);
        assert_eq!(names(plain)?, names(&named)?);
        Ok(())
    }
}
