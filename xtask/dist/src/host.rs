//! Makes a built page ready for any static host: small texts, names by content, a policy against foreign scripts, and a
//! service worker that keeps all of it for later without a network.
//!
//! Trunk's page starts by a script inside of `index.html`. A policy worth having forbids those, so the start moves to the
//! end of the glue. Every step fails when it does not find exactly what it expects: a page half made is no page.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail, ensure};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};

use crate::finish::VIEWS;
use crate::minify::{Kind, Minifier};
use crate::size::ASKED_FOR;

const FIRST: &str = include_str!("../../../static/hosted/first.js");
const BOOT: &str = include_str!("../../../static/hosted/boot.js");
const WORKER: &str = include_str!("../../../static/hosted/sw.js");
const MANIFEST: &str = include_str!("../../../static/hosted/manifest.webmanifest");
const ICONS: [(&str, &[u8]); 3] = [
    (
        "icon.svg",
        include_bytes!("../../../static/hosted/icon.svg"),
    ),
    (
        "icon-192.png",
        include_bytes!("../../../static/hosted/icon-192.png"),
    ),
    (
        "icon-512.png",
        include_bytes!("../../../static/hosted/icon-512.png"),
    ),
];

/// What the page may load, and from where: its own host. Styles may stand in attributes, where the panels put positions.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'none'";

/// The whole lab in one file: it lies beside the page for those who want to take it with them, and is no part of it.
pub(crate) const SINGLE: &str = "kmalloc-lab.html";

/// The folders that are fetched page by page.
const FETCHED: [&str; 2] = ["chapters", "scenarios"];

/// Turns the page that lies in `dist` into the hosted one.
pub(crate) fn host(dist: &Path, minifier: &Minifier) -> Result<()> {
    let index = dist.join("index.html");
    let mut page = fs::read_to_string(&index).with_context(|| index.display().to_string())?;
    ensure!(
        !page.contains("Content-Security-Policy"),
        "this page is made ready already"
    );

    let files = gathered(dist)?;
    page = once(
        &page,
        "<html lang=\"en\"",
        &format!("<html lang=\"en\" data-files=\"{files}/\""),
    )?;

    // The page that shows itself when the lab has stopped, and the script that calls for it.
    let rescue = fs::read_to_string(dist.join("rescue.js"))?;
    let rescue = minifier.small(Kind::Script, &rescue)?;
    let rescue = renamed(dist, "rescue.js", rescue.as_bytes())?;
    let guard = between(&page, "src=\"./guard-", "\"")?;
    let guard = format!("guard-{guard}");
    let script = fs::read_to_string(dist.join(&guard))?;
    let script = once(&script, "\"rescue.js\"", &format!("\"{rescue}\""))?;
    let script = minifier.small(Kind::Script, &script)?;
    page = once(&page, &guard, &renamed(dist, &guard, script.as_bytes())?)?;

    page = with_first_view(dist, &page, minifier)?;
    // What is seen comes before the program, which is far larger.
    page = page.replace(
        " as=\"fetch\" type",
        " as=\"fetch\" fetchpriority=\"low\" type",
    );
    page = with_own_start(dist, &page, minifier)?;
    page = with_one_style_sheet(dist, &page, minifier)?;

    let app = format!("app-{}", short(&[MANIFEST.as_bytes(), ICONS[0].1]));
    fs::create_dir(dist.join(&app))?;
    fs::write(dist.join(&app).join("manifest.webmanifest"), MANIFEST)?;
    for (name, icon) in ICONS {
        fs::write(dist.join(&app).join(name), icon)?;
    }
    page = once(
        &page,
        "<link rel=\"icon\" href=\"data:,\" />",
        &format!(
            "<link rel=\"icon\" href=\"./{app}/icon.svg\" />\n    \
             <link rel=\"manifest\" href=\"./{app}/manifest.webmanifest\" />"
        ),
    )?;
    page = once(
        &page,
        "<meta charset=\"utf-8\" />",
        &format!(
            "<meta charset=\"utf-8\" />\n    \
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\" />"
        ),
    )?;
    fs::write(&index, page)?;

    fs::write(dist.join("sw.js"), worker(dist)?)?;
    Ok(())
}

/// The page with what shows how it looks before its program is here, if that was taken down.
fn with_first_view(dist: &Path, page: &str, minifier: &Minifier) -> Result<String> {
    let views = dist.join(VIEWS);
    if !views.exists() {
        return Ok(page.to_owned());
    }
    let folder = format!("{VIEWS}-{}", hash_of(dist, &[VIEWS])?);
    fs::rename(views, dist.join(&folder))?;
    let asked = ASKED_FOR.lines().map(|name| format!("{name:?}"));
    let asked = format!("[{}]", asked.collect::<Vec<_>>().join(", "));
    let script = once(FIRST, "@ASKED@", &asked)?;
    let script = minifier.small(Kind::Script, &script)?;
    let name = format!("first-{}.js", short(&[script.as_bytes()]));
    fs::write(dist.join(&name), script)?;
    let page = once(
        page,
        "<html lang=\"en\"",
        &format!("<html lang=\"en\" data-first=\"{folder}/\""),
    )?;
    once(
        &page,
        "</title>",
        &format!("</title>\n    <script src=\"./{name}\"></script>"),
    )
}

fn is_view(name: &str) -> bool {
    name.split_once('/')
        .is_some_and(|(folder, _)| folder.starts_with(VIEWS))
}

/// A name for all that is in these folders.
fn hash_of(dist: &Path, folders: &[&str]) -> Result<String> {
    let mut hasher = Sha256::new();
    for folder in folders {
        for path in files_below(&dist.join(folder))? {
            hasher.update(relative(dist, &path)?);
            hasher.update(fs::read(path)?);
        }
    }
    Ok(hex(&hasher.finalize()))
}

/// Moves what is fetched page by page into one folder, named by all that is in it.
fn gathered(dist: &Path) -> Result<String> {
    let name = format!("files-{}", hash_of(dist, &FETCHED)?);
    fs::create_dir(dist.join(&name))?;
    for folder in FETCHED {
        fs::rename(dist.join(folder), dist.join(&name).join(folder))?;
    }
    Ok(name)
}

/// The page without Trunk's script: the glue starts it by itself.
fn with_own_start(dist: &Path, page: &str, minifier: &Minifier) -> Result<String> {
    const OPEN: &str = "<script type=\"module\">";
    const CLOSE: &str = "</script>";
    let script = between(page, OPEN, CLOSE)?;
    let glue = between(script, "from './", "'")?;
    let module = between(script, "module_or_path: './", "'")?;
    let mut started = fs::read_to_string(dist.join(glue))?;
    started.push_str(&once(BOOT, "MODULE", module)?);
    let started = minifier.small(Kind::Module, &started)?;
    let fresh = renamed(dist, glue, started.as_bytes())?;
    let page = once(
        page,
        &format!("{OPEN}{script}{CLOSE}"),
        &format!("<script type=\"module\" src=\"./{fresh}\" crossorigin=\"anonymous\">{CLOSE}"),
    )?;
    once(
        &page,
        &format!("<link rel=\"modulepreload\" href=\"./{glue}\" crossorigin=\"anonymous\">"),
        "",
    )
}

/// The page with one style sheet in place of several: one answer of the host, and packed better.
fn with_one_style_sheet(dist: &Path, page: &str, minifier: &Minifier) -> Result<String> {
    let (links, styles) = style_sheets(dist, page)?;
    let first = links.first().context("a page has a style sheet")?;
    let styles = minifier.small(Kind::Style, &styles)?;
    let name = format!("style-{}.css", short(&[styles.as_bytes()]));
    let mut page = once(page, first, &format!("{LINK_OPEN}{name}{LINK_CLOSE}"))?;
    for link in &links[1..] {
        page = once(&page, link, "")?;
    }
    for link in &links {
        fs::remove_file(dist.join(&link[LINK_OPEN.len()..link.len() - LINK_CLOSE.len()]))?;
    }
    fs::write(dist.join(name), styles)?;
    Ok(page)
}

const LINK_OPEN: &str = "<link rel=\"stylesheet\" href=\"./";
const LINK_CLOSE: &str = "\"/>";

/// The links to the page's style sheets, and all of these in their order.
pub(crate) fn style_sheets(dist: &Path, page: &str) -> Result<(Vec<String>, String)> {
    let mut links = Vec::new();
    let mut styles = String::new();
    for part in page.split(LINK_OPEN).skip(1) {
        let (name, _) = part
            .split_once(LINK_CLOSE)
            .context("the built page has changed: a link to a style sheet does not end")?;
        styles.push_str(&fs::read_to_string(dist.join(name))?);
        links.push(format!("{LINK_OPEN}{name}{LINK_CLOSE}"));
    }
    Ok((links, styles))
}

/// The service worker, with all files and what each must be.
fn worker(dist: &Path) -> Result<String> {
    let mut list = String::from("{\n");
    for path in files_below(dist)? {
        let name = relative(dist, &path)?;
        // Whoever has the worker's files has the program, too, and does not look at a page without it.
        if name == SINGLE || is_view(&name) {
            continue;
        }
        // Some hosts answer `index.html` with a redirection, which must not be shown as a page.
        let name = if name == "index.html" { "./" } else { &name };
        ensure!(
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte)),
            "{name} is no plain name for a file of the page"
        );
        let hash = BASE64_STANDARD.encode(Sha256::digest(fs::read(&path)?));
        list.push_str(&format!("  \"{name}\": \"sha256-{hash}\",\n"));
    }
    list.push('}');
    let worker = once(WORKER, "@BUILD@", &short(&[list.as_bytes()]))?;
    once(&worker, "@FILES@", &list)
}

/// Writes `content` under the old name with another hash, and takes the old file away.
fn renamed(dist: &Path, old: &str, content: &[u8]) -> Result<String> {
    let (stem, end) = old.rsplit_once('.').context("a file has an ending")?;
    let stem = stem.rsplit_once('-').map_or(stem, |(stem, _)| stem);
    let fresh = format!("{stem}-{}.{end}", short(&[content]));
    fs::remove_file(dist.join(old))?;
    fs::write(dist.join(&fresh), content)?;
    Ok(fresh)
}

/// Every file below a folder, in one order on all systems.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The path inside of `dist`, as an address.
pub(crate) fn relative(dist: &Path, path: &Path) -> Result<String> {
    let parts = path.strip_prefix(dist)?.iter();
    Ok(parts
        .map(|part| part.to_string_lossy())
        .collect::<Vec<_>>()
        .join("/"))
}

/// What stands between two marks, the first of which is there once.
pub(crate) fn between<'a>(text: &'a str, from: &str, to: &str) -> Result<&'a str> {
    let mut parts = text.split(from);
    let (Some(_), Some(rest), None) = (parts.next(), parts.next(), parts.next()) else {
        bail!("the built page has changed: `{from}` does not stand in it once");
    };
    let end = rest
        .find(to)
        .with_context(|| format!("the built page has changed: no `{to}` after `{from}`"))?;
    Ok(&rest[..end])
}

/// The text with `old`, which stands in it once, replaced.
pub(crate) fn once(text: &str, old: &str, new: &str) -> Result<String> {
    ensure!(
        text.matches(old).count() == 1,
        "the built page has changed: `{old}` does not stand in it once"
    );
    Ok(text.replacen(old, new, 1))
}

fn short(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hex(&hasher.finalize())
}

/// The first 64 bits: these names tell builds apart, they protect nothing.
fn hex(hash: &[u8]) -> String {
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page as Trunk writes it, small.
    fn built(name: &str) -> Result<PathBuf> {
        let dist = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        if dist.exists() {
            fs::remove_dir_all(&dist)?;
        }
        fs::create_dir_all(dist.join("chapters/en"))?;
        fs::create_dir_all(dist.join("scenarios"))?;
        fs::write(dist.join("chapters/en/contents.txt"), "1")?;
        fs::write(dist.join("scenarios/en.txt"), "1")?;
        fs::create_dir(dist.join(VIEWS))?;
        fs::write(dist.join(VIEWS).join("en-wide.html"), "<main></main>")?;
        fs::write(dist.join("rescue.js"), "rescue();")?;
        fs::write(dist.join("guard-12.js"), "new URL(\"rescue.js\", own)")?;
        fs::write(dist.join("style-1.css"), "a { color: red }\n")?;
        fs::write(dist.join("world-1.css"), "a { color: blue }\n")?;
        fs::write(dist.join("web-1.js"), "export { __wbg_init as default };")?;
        fs::write(dist.join("web-1_bg.wasm"), b"\0asm")?;
        fs::write(
            dist.join("index.html"),
            "<!doctype html>\n<html lang=\"en\">\n  <head>\n    <meta charset=\"utf-8\" />\n    <title></title>\n    \
             <link rel=\"icon\" href=\"data:,\" />\n    <script src=\"./guard-12.js\"></script>\n\
             <script type=\"module\">\nimport init, * as bindings from './web-1.js';\n\
             const wasm = await init({ module_or_path: './web-1_bg.wasm' });\n</script>\n  \
             <link rel=\"stylesheet\" href=\"./style-1.css\"/>\n\
             <link rel=\"stylesheet\" href=\"./world-1.css\"/>\n\
             <link rel=\"modulepreload\" href=\"./web-1.js\" crossorigin=\"anonymous\">\n\
             <link rel=\"preload\" href=\"./web-1_bg.wasm\" as=\"fetch\" type=\"application/wasm\"></head>\n</html>\n",
        )?;
        Ok(dist)
    }

    #[test]
    fn a_hosted_page_has_no_script_inside() -> Result<()> {
        let dist = built("hosted")?;
        host(&dist, &Minifier::none())?;
        let page = fs::read_to_string(dist.join("index.html"))?;
        for script in page.split("<script").skip(1) {
            let (open, rest) = script.split_once('>').context("a script has a start tag")?;
            assert!(open.contains(" src=\"./"), "{open}");
            assert!(rest.starts_with("</script>"), "{rest}");
        }
        assert!(page.contains("script-src 'self' 'wasm-unsafe-eval';"));
        fs::remove_dir_all(dist)?;
        Ok(())
    }

    #[test]
    fn every_file_is_kept_for_later_under_a_name_of_its_content() -> Result<()> {
        let dist = built("kept")?;
        host(&dist, &Minifier::none())?;
        let worker = fs::read_to_string(dist.join("sw.js"))?;
        for path in files_below(&dist)? {
            let name = relative(&dist, &path)?;
            if name == "sw.js" {
                continue;
            }
            let listed = if name == "index.html" { "./" } else { &name };
            assert_eq!(
                worker.contains(&format!("\"{listed}\": \"sha256-")),
                !is_view(&name),
                "{name}"
            );
            let has_hash = |part: &str| {
                let words = part.split(['-', '.', '_']);
                words.into_iter().any(|word| {
                    word.len() == 16 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
                })
            };
            // The module's name is by its content since the build before.
            assert!(
                name == "index.html" || name == "web-1_bg.wasm" || name.split('/').any(has_hash),
                "{name}"
            );
        }
        fs::remove_dir_all(dist)?;
        Ok(())
    }

    #[test]
    fn style_sheets_become_one_in_their_order() -> Result<()> {
        let dist = built("styles")?;
        host(&dist, &Minifier::none())?;
        let page = fs::read_to_string(dist.join("index.html"))?;
        let name = between(&page, LINK_OPEN, LINK_CLOSE)?;
        assert_eq!(
            fs::read_to_string(dist.join(name))?,
            "a { color: red }\na { color: blue }\n"
        );
        let is_sheet = |path: &&PathBuf| path.extension().is_some_and(|end| end == "css");
        assert_eq!(files_below(&dist)?.iter().filter(is_sheet).count(), 1);
        fs::remove_dir_all(dist)?;
        Ok(())
    }

    #[test]
    fn another_build_has_another_name() -> Result<()> {
        let name = |chapter: &str| {
            let dist = built(&format!("build-{chapter}"))?;
            fs::write(dist.join("chapters/en/contents.txt"), chapter)?;
            host(&dist, &Minifier::none())?;
            let worker = fs::read_to_string(dist.join("sw.js"))?;
            let build = between(&worker, "BUILD = \"", "\"")?.to_owned();
            fs::remove_dir_all(dist)?;
            Ok::<_, anyhow::Error>(build)
        };
        assert_ne!(name("1")?, name("2")?);
        Ok(())
    }

    #[test]
    fn a_page_that_looks_otherwise_is_refused() -> Result<()> {
        let dist = built("otherwise")?;
        fs::write(dist.join("index.html"), "<html lang=\"en\"></html>")?;
        assert!(host(&dist, &Minifier::none()).is_err());
        fs::remove_dir_all(dist)?;
        Ok(())
    }
}
