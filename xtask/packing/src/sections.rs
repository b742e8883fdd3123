//! Where the code of a WebAssembly module is, and which signatures its functions have. What is no module has no code.

/// `\0asm` and the version.
const HEADER: usize = 8;
const TYPES: u8 = 1;
const IMPORTS: u8 = 2;
const FUNCTIONS: u8 = 3;
const CODE: u8 = 10;

/// How many values a function takes, and how many it gives.
pub(crate) type Signature = (usize, usize);

/// The signatures of a module.
#[derive(Debug, Default)]
pub(crate) struct Signatures {
    types: Vec<Signature>,
    /// The type of each function.
    functions: Vec<u32>,
}

impl Signatures {
    pub(crate) fn of_type(&self, index: u32) -> Signature {
        self.types.get(index as usize).copied().unwrap_or_default()
    }

    pub(crate) fn of_function(&self, index: u32) -> Signature {
        self.functions
            .get(index as usize)
            .map(|index| self.of_type(*index))
            .unwrap_or_default()
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
                    let takes = number(content)?;
                    skip(content, takes)?;
                    let gives = number(content)?;
                    skip(content, gives)?;
                    self.types.push((takes, gives));
                }
                IMPORTS => {
                    // Only functions are imported, by two names.
                    for _ in 0..2 {
                        let length = number(content)?;
                        skip(content, length)?;
                    }
                    skip(content, 1)?;
                    self.functions.push(number(content)? as u32);
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
