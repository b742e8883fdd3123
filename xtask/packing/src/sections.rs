//! Where the code of a WebAssembly module is, and which signatures its functions have. What is no module has no code.

use alloc::{rc::Rc, vec::Vec};

use crate::reader::Reader;

/// `\0asm` and the version.
const HEADER: usize = 8;
const TYPES: u8 = 1;
const IMPORTS: u8 = 2;
const FUNCTIONS: u8 = 3;
const CODE: u8 = 10;

/// The types of the values a function takes, and of those it gives.
#[derive(Debug, Default)]
pub(crate) struct Signature {
    pub(crate) takes: Vec<u8>,
    pub(crate) gives: Vec<u8>,
}

/// The signatures of a module.
#[derive(Debug, Default)]
pub(crate) struct Signatures {
    types: Vec<Rc<Signature>>,
    /// The type of each function.
    functions: Vec<u32>,
    /// How many of them have their code elsewhere: they are the first ones.
    pub(crate) imported: u32,
}

impl Signatures {
    pub(crate) fn of_type(&self, index: u32) -> Rc<Signature> {
        self.types.get(index as usize).cloned().unwrap_or_default()
    }

    pub(crate) fn of_function(&self, index: u32) -> Rc<Signature> {
        let index = self.functions.get(index as usize);
        index.map_or_else(Rc::default, |index| self.of_type(*index))
    }

    /// Reads what stands before the code of a module.
    pub(crate) fn read(&mut self, module: &[u8]) {
        let mut rest = module.get(HEADER..).unwrap_or_default();
        while let Some((id, content)) = section(&mut rest) {
            // It ends where a section is not as it should be.
            let _ = self.read_section(id, content);
        }
    }

    fn read_section(&mut self, id: u8, mut content: &[u8]) -> Option<()> {
        let content = &mut content;
        if !matches!(id, TYPES | IMPORTS | FUNCTIONS) {
            return None;
        }
        for _ in 0..number(content)? {
            match id {
                TYPES => {
                    skip(content, 1)?;
                    let mut types = || {
                        let count = number(content)?;
                        Some(skip(content, count)?.to_vec())
                    };
                    let (takes, gives) = (types()?, types()?);
                    self.types.push(Rc::new(Signature { takes, gives }));
                }
                IMPORTS => {
                    // Only functions are imported, by two names.
                    for _ in 0..2 {
                        let length = number(content)?;
                        skip(content, length)?;
                    }
                    skip(content, 1)?;
                    self.functions.push(number(content)? as u32);
                    self.imported += 1;
                }
                _ => self.functions.push(number(content)? as u32),
            }
        }
        Some(())
    }
}

/// Where the content of the code section begins and ends.
pub(crate) fn code(module: &[u8]) -> (usize, usize) {
    let mut rest = module.get(HEADER..).unwrap_or_default();
    while let Some((id, content)) = section(&mut rest) {
        if id == CODE {
            let end = module.len() - rest.len();
            return (end - content.len(), end);
        }
    }
    (module.len(), module.len())
}

/// Code without the sizes of its functions: where each ends is seen from its blocks. Nothing, if that would not bring them
/// back.
pub(crate) fn without_sizes(code: &[u8]) -> Option<Vec<u8>> {
    let mut rest = code;
    let count = number(&mut rest)?;
    let mut bare = code[..code.len() - rest.len()].to_vec();
    for _ in 0..count {
        let size = number(&mut rest)?;
        bare.extend(skip(&mut rest, size)?);
    }
    (with_sizes(&bare) == code).then_some(bare)
}

/// And with them again.
pub(crate) fn with_sizes(bare: &[u8]) -> Vec<u8> {
    let mut reader = Reader::default();
    let mut code = Vec::new();
    let mut begin = 0;
    for (at, &byte) in bare.iter().enumerate() {
        reader.take(byte);
        if !reader.is_before_function() {
            continue;
        }
        let function = &bare[begin..=at];
        // What comes first is how many functions there are.
        if begin > 0 {
            let mut size = function.len();
            while size >= 0x80 {
                code.push(size as u8 | 0x80);
                size >>= 7;
            }
            code.push(size as u8);
        }
        code.extend(function);
        begin = at + 1;
    }
    code.extend(&bare[begin..]);
    code
}

/// The next section, and its content.
fn section<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let id = skip(rest, 1)?;
    let length = number(rest)?;
    Some((id[0], skip(rest, length)?))
}

fn skip<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (skipped, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(skipped)
}

fn number(rest: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..28).step_by(7) {
        let byte = skip(rest, 1)?[0];
        number |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}
