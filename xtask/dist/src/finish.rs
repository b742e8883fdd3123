//! Makes a built page small to load: how it looks as HTML, which stands until the program is here, and its module in two
//! halves, of which the second comes when the first has shown the page.
//!
//! Files get new names by what is in them: the same module may be parted differently by two builds, and halves of different
//! builds must never meet in a browser's cache.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::Path,
};

use anyhow::{Context as _, Result, anyhow, bail};

use crate::{order, outline, prepare, slim, split, visit};

const LATER: &str = include_str!("later.js");

/// Where the glue starts the program.
const START: &str = "    wasm.__wbindgen_start();\n";

/// Before that: the second half, if it is here already.
const PLACED: &str = "if (laterCompiled) placeLater(laterCompiled);";

/// What must be fast even where a first visit does not come, as a seek goes through it many thousand times: these functions
/// stay in one piece.
const FAST: [&str; 2] = ["kmalloc_core::machine::", "kmalloc_core::recording::"];

/// Where the page's looks lie until `host` gives them a name by their content.
pub(crate) const VIEWS: &str = "first";

/// Parts the page's module by what a first visitor needs, and keeps what a first visitor sees.
pub(crate) fn part(dist: &Path, browser: &Path) -> Result<()> {
    let (base, module) = module(dist)?;
    let prepare::Prepared { module, linked } = prepare::prepared(&module)?;
    let marked = outline::with_marks(&module)?;
    let told = visit::all(browser, dist, &format!("{base}_bg.wasm"), &marked)
        .context("the page could not be visited")?;
    let parted = outline::outline(&module, &told.ran, |name| {
        FAST.iter().any(|fast| name.contains(fast))
    })?;
    let halves = split::split(&parted.module, &parted.first, linked)?;

    let mut hasher = DefaultHasher::new();
    (&halves.first, &halves.later).hash(&mut hasher);
    let stem = base
        .rsplit_once('-')
        .map_or(base.as_str(), |(stem, _)| stem);
    let fresh = format!("{stem}-{:016x}", hasher.finish());

    let glue = fs::read_to_string(dist.join(format!("{base}.js")))?;
    let glue = with_names(&glue, &halves.renamed)?;
    let glue = with_second_half(&glue, &format!("{fresh}_later.wasm"))?;
    let index = dist.join("index.html");
    let page = fs::read_to_string(&index)?;
    for old in [".js", "_bg.wasm"] {
        fs::remove_file(dist.join(format!("{base}{old}")))?;
    }
    fs::write(dist.join(format!("{fresh}.js")), glue)?;
    fs::write(dist.join(format!("{fresh}_bg.wasm")), halves.first)?;
    fs::write(dist.join(format!("{fresh}_later.wasm")), halves.later)?;
    fs::write(index, page.replace(&base, &fresh))?;
    let views = dist.join(VIEWS);
    fs::create_dir_all(&views)?;
    for (name, view) in told.views {
        fs::write(views.join(format!("{name}.html")), view)?;
    }
    Ok(())
}

/// Puts the functions of the page's module into an order that packs well.
pub(crate) fn order(dist: &Path) -> Result<()> {
    let (base, module) = module(dist)?;
    fs::write(
        dist.join(format!("{base}_bg.wasm")),
        order::ordered(&module)?,
    )?;
    Ok(())
}

/// Leaves the module whole and takes only the names out.
pub(crate) fn keep_whole(dist: &Path) -> Result<()> {
    let (base, module) = module(dist)?;
    fs::write(
        dist.join(format!("{base}_bg.wasm")),
        slim::without_names(&module)?,
    )?;
    Ok(())
}

/// The page's module, and what the names of its files begin with.
fn module(dist: &Path) -> Result<(String, Vec<u8>)> {
    for entry in fs::read_dir(dist)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(base) = name.strip_suffix("_bg.wasm") {
            return Ok((base.to_owned(), fs::read(entry.path())?));
        }
    }
    Err(anyhow!("there is no module in {}", dist.display()))
}

/// The glue with other names for what it gives to the module.
fn with_names(glue: &str, renamed: &[(String, String)]) -> Result<String> {
    let mut glue = glue.to_owned();
    for (old, new) in renamed {
        let place = format!("        {old}: function");
        if glue.matches(&place).count() != 1 {
            bail!("wasm-bindgen's glue has changed: it does not give `{old}` once");
        }
        glue = glue.replacen(&place, &format!("        {new}: function"), 1);
    }
    Ok(glue)
}

/// The glue that wasm-bindgen wrote, with the second half. The places are those of its pinned version.
fn with_second_half(glue: &str, later: &str) -> Result<String> {
    let mut glue = glue.to_owned();
    for (place, more) in [
        (
            "const import0 = {\n",
            format!("        {}: later,\n", split::FETCH),
        ),
        (
            START,
            "    requestAnimationFrame(() => setTimeout(laterInTime));\n".into(),
        ),
    ] {
        let at = glue.find(place).ok_or_else(|| {
            anyhow!(
                "wasm-bindgen's glue has changed: it has no `{}`",
                place.trim()
            )
        })?;
        glue.insert_str(at + place.len(), &more);
    }
    glue = glue.replacen(START, &format!("    {PLACED}\n{START}"), 1);
    glue.push_str(&LATER.replace("LATER", later));
    Ok(glue)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = "    const import0 = {\n        __proto__: null,\n        \
                        __wbg_now_1f2e: function() {\n        },\n    };\n    wasm.__wbindgen_start();\n";

    #[test]
    fn names_are_replaced_where_they_are_given() -> Result<()> {
        let name = |old: &str| [(old.to_owned(), "b".to_owned())];
        let glue = with_names(GLUE, &name("__wbg_now_1f2e"))?;
        assert!(glue.contains("        b: function() {") && !glue.contains("1f2e"));
        assert!(with_names(GLUE, &name("__wbg_then_1f2e")).is_err());
        Ok(())
    }

    #[test]
    fn the_second_half_is_known_to_the_glue() -> Result<()> {
        let glue = with_second_half(GLUE, "a-1_later.wasm")?;
        assert!(glue.contains("{\n        later: later,\n        __proto__"));
        let (before, after) = glue
            .split_once("wasm.__wbindgen_start();")
            .expect("it starts");
        assert!(before.contains(PLACED) && after.contains("laterInTime"));
        assert!(glue.contains("new URL('a-1_later.wasm', import.meta.url)"));
        assert!(with_second_half("const imports = {", "a").is_err());
        Ok(())
    }
}
