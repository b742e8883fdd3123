//! The whole lab in one HTML file that runs from a disk, where pages can neither fetch nor import.
//!
//! Everything that the page would fetch is packed and stands in the page as letters: one letter a byte, in an encoding of
//! 256 letters, which costs two bytes in a hundred where base64 costs thirty-three. `single.html` unpacks and starts it, by
//! `xtask-packing`, which stands before what it packed.

use std::{fs, io::Write as _, path::Path};

use anyhow::{Context as _, Result, ensure};
use flate2::{Compression, write::DeflateEncoder};

use crate::{
    host::{between, files_below, once, relative, style_sheets},
    minify::{Kind, Minifier},
    silent, slim,
};

const PAGE: &str = include_str!("../../../static/hosted/single.html");

/// What the glue does at its end, in place of exporting itself.
const START: &str = "__wbg_init({ module_or_path: window.kmallocLabModule }).then((wasm) => \
                     dispatchEvent(new CustomEvent('TrunkApplicationStarted', { detail: { wasm } })));";

/// Writes the page that Trunk built in `dist` as one file. Returns its size.
pub(crate) fn write(
    dist: &Path,
    unpacker: &Path,
    file: &Path,
    minifier: &Minifier,
) -> Result<usize> {
    let page = fs::read_to_string(dist.join("index.html"))?;
    let glue = between(&page, "from './", "'")?;
    let module = between(&page, "module_or_path: './", "'")?;
    let guard = between(&page, "src=\"./guard-", "\"")?;

    let (_, styles) = style_sheets(dist, &page)?;
    let script = fs::read_to_string(dist.join(glue))?;
    let script = once(
        &script,
        "export { initSync, __wbg_init as default };",
        START,
    )?;
    let script = once(&script, "import.meta.url", "document.baseURI")?;
    let script = format!("(() => {{\n{script}\n}})();\n");

    let mut files = Vec::new();
    for (name, kind, text) in [
        ("lab.css", Kind::Style, styles),
        ("lab.js", Kind::Script, script),
        (
            "guard.js",
            Kind::Script,
            fs::read_to_string(dist.join(format!("guard-{guard}")))?,
        ),
        (
            "rescue.js",
            Kind::Script,
            fs::read_to_string(dist.join("rescue.js"))?,
        ),
    ] {
        files.push((name.to_owned(), minifier.small(kind, &text)?.into_bytes()));
    }
    for folder in ["chapters", "scenarios"] {
        for path in files_below(&dist.join(folder))? {
            files.push((relative(dist, &path)?, fs::read(path)?));
        }
    }

    let (before, after) = PAGE
        .split_once("@LAB@")
        .context("single.html has a place for the lab")?;
    ensure!(
        PAGE.is_ascii(),
        "single.html is not written in its own encoding"
    );
    let mut whole = before.as_bytes().to_vec();
    let module = slim::without_names(&fs::read(dist.join(module))?)?;
    let unpacker = slim::without_names(&silent::silent(&fs::read(unpacker)?)?)?;
    whole.extend(as_letters(&packed(&files, &module, &unpacker)?));
    whole.extend(after.as_bytes());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, &whole)?;
    Ok(whole.len())
}

/// What unpacks, by the browser's own means; then, for it, the files one after the other behind a list of them.
fn packed(files: &[(String, Vec<u8>)], module: &[u8], unpacker: &[u8]) -> Result<Vec<u8>> {
    let mut list = String::new();
    for (name, content) in files {
        list.push_str(&format!("{name} {}\n", content.len()));
    }
    list.push_str(&format!("lab.wasm {}", module.len()));
    let mut head = u32::try_from(list.len())?.to_le_bytes().to_vec();
    head.extend(list.into_bytes());
    // Styles, scripts and chapters repeat themselves, not each other; the languages share their code.
    let mut texts = vec![head];
    let mut kind = "";
    for (name, content) in files {
        let this = match name.rsplit_once('.') {
            Some((_, end)) if !name.contains('/') => end,
            _ => "chapters",
        };
        if this != kind {
            texts.push(Vec::new());
            kind = this;
        }
        texts.last_mut().expect("there is the head").extend(content);
    }
    let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();

    let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
    packer.write_all(unpacker)?;
    let unpacker = packer.finish()?;
    let mut all = u32::try_from(unpacker.len())?.to_le_bytes().to_vec();
    all.extend(unpacker);
    all.extend(xtask_packing::pack(&texts, module)?);
    Ok(all)
}

/// Bytes that stand in a page as they are, but for those that a page would change or understand.
fn as_letters(bytes: &[u8]) -> Vec<u8> {
    let mut letters = Vec::with_capacity(bytes.len() + bytes.len() / 32);
    for &byte in bytes {
        if matches!(byte, 0 | b'\r' | b'<' | b'=') {
            letters.extend([b'=', byte + 64]);
        } else {
            letters.push(byte);
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_would_change_is_written_otherwise() {
        let bytes: Vec<u8> = (0..=255).collect();
        let letters = as_letters(&bytes);
        assert_eq!(letters.len(), 260);
        assert!(letters.iter().all(|letter| !b"\0\r<".contains(letter)));
        let mut read = Vec::new();
        let mut rest = letters.iter();
        while let Some(&letter) = rest.next() {
            read.push(match letter {
                b'=' => rest.next().expect("something is escaped") - 64,
                letter => letter,
            });
        }
        assert_eq!(read, bytes);
    }
}
