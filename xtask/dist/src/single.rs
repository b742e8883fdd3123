//! The whole lab in one HTML file that runs from a disk, where pages can neither fetch nor import.
//!
//! Everything that the page would fetch is packed and stands in the page as letters, in an encoding of 256 letters of which
//! three are not to be had: as digits of a large number they cost two bytes in a thousand, where base64 costs 333.
//! `single.html` unpacks and starts it, by `xtask-packing`, which stands before what it packed.

use std::{fs, io::Write as _, path::Path};

use anyhow::{Context as _, Result, ensure};
use flate2::{Compression, write::DeflateEncoder};

use crate::{
    finish,
    host::{between, files_below, once, relative, style_sheets},
    minify::{Kind, Minifier},
    slim,
};

const PAGE: &str = include_str!("../../../static/hosted/single.html");

/// What the glue does at its end, in place of exporting itself.
const START: &str = "__wbg_init({ module_or_path: window.kmallocLabModule }).then((wasm) => \
                     dispatchEvent(new CustomEvent('TrunkApplicationStarted', { detail: { wasm } })));";

/// Writes the page that Trunk built in `dist` as one file, with the module and glue of another folder. Returns its size.
pub(crate) fn write(
    dist: &Path,
    folder: &Path,
    unpacker: &Path,
    file: &Path,
    minifier: &Minifier,
) -> Result<usize> {
    let page = fs::read_to_string(dist.join("index.html"))?;
    let (base, module) = finish::module(folder)?;
    let guard = between(&page, "src=\"./guard-", "\"")?;

    let (_, styles) = style_sheets(dist, &page)?;
    let script = fs::read_to_string(folder.join(format!("{base}.js")))?;
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

    let page = with_small_script(minifier)?;
    let (before, after) = page
        .split_once("@LAB@")
        .context("single.html has a place for the lab")?;
    ensure!(
        page.is_ascii(),
        "single.html is not written in its own encoding"
    );
    let mut whole = before.as_bytes().to_vec();
    let module = slim::without_names(&module)?;
    let unpacker = slim::without_names(&fs::read(unpacker)?)?;
    whole.extend(as_letters(&packed(&files, &module, &unpacker)?));
    whole.extend(after.as_bytes());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, &whole)?;
    Ok(whole.len())
}

/// The page around the lab. Its script is the last thing in it.
fn with_small_script(minifier: &Minifier) -> Result<String> {
    const OPEN: &str = "<script>\n";
    const CLOSE: &str = "</script>\n</body>";
    let script = between(PAGE, OPEN, CLOSE)?;
    let small = minifier.small(Kind::Script, script)?;
    ensure!(
        !small.contains("</script"),
        "the script would end in the middle"
    );
    once(
        PAGE,
        &format!("{OPEN}{script}{CLOSE}"),
        &format!("<script>{small}{CLOSE}"),
    )
}

/// What unpacks, by the browser's own means; then, for it, the files one after the other behind a list of them. Both have
/// their lengths before them.
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
    let content = xtask_packing::pack(&texts, module)?;
    let mut all = Vec::new();
    for part in [&unpacker, &content] {
        all.extend(u32::try_from(part.len())?.to_le_bytes());
    }
    all.extend(unpacker);
    all.extend(content);
    Ok(all)
}

/// Letters that a page would change or understand.
const FORBIDDEN: [u8; 3] = [0, b'\r', b'<'];
/// So many bytes are a number of so many digits, of what letters are left.
const BYTES: usize = 469;
const DIGITS: usize = 470;

/// Bytes as letters. Zeros behind them fill up the last number.
fn as_letters(bytes: &[u8]) -> Vec<u8> {
    let letters: Vec<u8> = (0..=255)
        .filter(|letter| !FORBIDDEN.contains(letter))
        .collect();
    let base = letters.len() as u32;
    let mut written = Vec::with_capacity(bytes.len() + bytes.len() / 256);
    for chunk in bytes.chunks(BYTES) {
        let mut digits = [0; DIGITS];
        for at in 0..BYTES {
            let mut carry = u32::from(chunk.get(at).copied().unwrap_or_default());
            for digit in digits.iter_mut().rev() {
                carry += *digit << 8;
                (*digit, carry) = (carry % base, carry / base);
            }
            assert_eq!(carry, 0, "so many digits hold so many bytes");
        }
        written.extend(digits.map(|digit| letters[digit as usize]));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_a_number_and_none_that_a_page_would_change() {
        // As `single.html` reads them, byte by byte in place of at once.
        let read = |letters: &[u8]| {
            let mut bytes = [0; BYTES];
            for &letter in letters {
                let below = FORBIDDEN.iter().filter(|&&it| it < letter).count();
                let mut carry = u32::from(letter) - below as u32;
                for byte in bytes.iter_mut().rev() {
                    carry += u32::from(*byte) * 253;
                    (*byte, carry) = (carry as u8, carry >> 8);
                }
                assert_eq!(carry, 0);
            }
            bytes
        };
        let counted: Vec<u8> = (0..=255).cycle().take(3 * BYTES - 9).collect();
        for bytes in [&[0xff; BYTES][..], &[0; 7], &counted] {
            let letters = as_letters(bytes);
            assert!(letters.iter().all(|letter| !FORBIDDEN.contains(letter)));
            let mut came: Vec<u8> = letters.chunks(DIGITS).flat_map(read).collect();
            assert!(came.split_off(bytes.len()).iter().all(|&byte| byte == 0));
            assert_eq!(came, bytes);
        }
    }
}
