//! Takes out of a finished WebAssembly file what only tools read and a student would download: names of functions, and what
//! the linker leaves about its data.
//!
//! `strip = true` in the profile would do the first too, but it also drops the section that says which features the code uses.
//! This file does no optimisation.

use anyhow::{Result, bail};

/// `\0asm` and the version.
const HEADER: usize = 8;
const CUSTOM_SECTION: u8 = 0;

/// Custom sections that only tools read.
const FOR_TOOLS: [&[u8]; 4] = [b"name", b"linking", b"reloc.CODE", b"reloc.DATA"];

/// The module without the custom sections that only tools read; every other section byte for byte.
pub(crate) fn without_names(module: &[u8]) -> Result<Vec<u8>> {
    if !module.starts_with(b"\0asm") || module.len() < HEADER {
        bail!("this is no WebAssembly module");
    }
    let mut slim = module[..HEADER].to_vec();
    let mut rest = &module[HEADER..];
    while let [id, after_id @ ..] = rest {
        let (length, content) = number(after_id)?;
        let Some((content, next)) = content.split_at_checked(length) else {
            bail!("a section is longer than the file");
        };
        let is_for_tools = *id == CUSTOM_SECTION && {
            let (length, name) = number(content)?;
            name.get(..length)
                .is_some_and(|name| FOR_TOOLS.contains(&name))
        };
        if !is_for_tools {
            slim.extend_from_slice(&rest[..rest.len() - next.len()]);
        }
        rest = next;
    }
    Ok(slim)
}

/// An unsigned LEB128 number and what follows it.
fn number(bytes: &[u8]) -> Result<(usize, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok((value, &bytes[at + 1..]));
        }
    }
    bail!("a number is cut off")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A type section, two custom sections for tools, and one called `kept`.
    fn module() -> Vec<u8> {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.extend(b"\x01\x01\0");
        module.extend(b"\0\x07\x04name\xaa\xbb");
        module.extend(b"\0\x09\x07linking\xdd");
        module.extend(b"\0\x06\x04kept\xcc");
        module
    }

    #[test]
    fn only_what_is_for_tools_goes() {
        let slim = without_names(&module()).expect("a module");
        assert_eq!(slim, b"\0asm\x01\0\0\0\x01\x01\0\0\x06\x04kept\xcc");
        assert_eq!(without_names(&slim).expect("a module"), slim);
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(without_names(b"<html>").is_err());
        let whole = module();
        assert!(without_names(&whole[..whole.len() - 1]).is_err());
    }
}
