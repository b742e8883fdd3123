//! Which stream each byte of a WebAssembly module belongs to. It reads along, byte by byte, and knows of the format only how
//! long each thing is; what it misunderstands is packed worse, and comes out the same.

/// How many streams there are.
pub(crate) const STREAMS: usize = 8;

/// All but code.
const OTHER: usize = 0;
/// Sizes and variables of functions.
const FRAME: usize = 1;
/// Instructions, with those operands that follow from them.
const CODE: usize = 2;
const VARIABLE: usize = 3;
const CALLED: usize = 4;
const TARGET: usize = 5;
const OFFSET: usize = 6;
const CONSTANT: usize = 7;

const CODE_SECTION: u8 = 10;
const HEADER: u32 = 8;

/// What the next byte is.
#[derive(Clone, Copy, Debug)]
enum Next {
    Header,
    SectionId,
    SectionSize,
    Content,
    Functions,
    BodySize,
    Groups,
    GroupSize,
    GroupType,
    Instruction,
    /// A number of variable length.
    Operand,
    /// So many bytes of a floating point number.
    Fixed(u8),
    /// How many targets a table of branches has.
    Targets,
}

/// Reads a module along.
#[derive(Debug)]
pub(crate) struct Reader {
    next: Next,
    /// Bytes of the section that are to come.
    section: u32,
    /// Bytes of the function that are to come.
    body: u32,
    is_code: bool,
    instruction: u8,
    /// Operands that were read, and that are to come.
    read: u8,
    more: u32,
    groups: u32,
    number: u32,
    shift: u32,
}

impl Default for Reader {
    fn default() -> Reader {
        Reader {
            next: Next::Header,
            section: HEADER,
            body: 0,
            is_code: false,
            instruction: 0,
            read: 0,
            more: 0,
            groups: 0,
            number: 0,
            shift: 0,
        }
    }
}

impl Reader {
    /// The stream of the byte that comes.
    pub(crate) fn stream(&self) -> usize {
        match self.next {
            Next::Header
            | Next::SectionId
            | Next::SectionSize
            | Next::Content
            | Next::Functions => OTHER,
            Next::BodySize | Next::Groups | Next::GroupSize | Next::GroupType => FRAME,
            Next::Instruction => CODE,
            Next::Operand | Next::Fixed(_) | Next::Targets => match self.instruction {
                0x0c..=0x0e => TARGET,
                0x10 => CALLED,
                0x20..=0x22 => VARIABLE,
                0x28..=0x3e if self.read > 0 => OFFSET,
                0x41 | 0x42 => CONSTANT,
                _ => CODE,
            },
        }
    }

    /// The byte that came.
    pub(crate) fn take(&mut self, byte: u8) {
        match self.next {
            Next::SectionId | Next::SectionSize => {}
            _ => self.section = self.section.saturating_sub(1),
        }
        let in_body = !matches!(
            self.next,
            Next::Header
                | Next::SectionId
                | Next::SectionSize
                | Next::Content
                | Next::Functions
                | Next::BodySize
        );
        self.step(byte);
        if in_body {
            self.body = self.body.saturating_sub(1);
            if self.body == 0 {
                self.go(Next::BodySize);
            }
        }
        if self.section == 0 && !matches!(self.next, Next::SectionId | Next::SectionSize) {
            self.go(Next::SectionId);
        }
    }

    fn step(&mut self, byte: u8) {
        match self.next {
            Next::Header | Next::Content => {}
            Next::SectionId => {
                self.is_code = byte == CODE_SECTION;
                self.go(Next::SectionSize);
            }
            Next::GroupType => {
                self.groups = self.groups.saturating_sub(1);
                self.go(if self.groups == 0 {
                    Next::Instruction
                } else {
                    Next::GroupSize
                });
            }
            Next::Instruction => {
                self.instruction = byte;
                self.read = 0;
                match byte {
                    0x43 => self.go(Next::Fixed(4)),
                    0x44 => self.go(Next::Fixed(8)),
                    0x0e => self.go(Next::Targets),
                    _ => {
                        self.more = operands(byte);
                        self.go_on();
                    }
                }
            }
            Next::Fixed(left) => self.go(if left > 1 {
                Next::Fixed(left - 1)
            } else {
                Next::Instruction
            }),
            _ => {
                self.number |= u32::from(byte & 0x7f)
                    .checked_shl(self.shift)
                    .unwrap_or_default();
                self.shift += 7;
                if byte < 0x80 {
                    let number = self.number;
                    self.number_read(number);
                }
            }
        }
    }

    fn number_read(&mut self, number: u32) {
        match self.next {
            Next::SectionSize => {
                self.section = number;
                self.go(match number {
                    0 => Next::SectionId,
                    _ if self.is_code => Next::Functions,
                    _ => Next::Content,
                });
            }
            Next::Functions => self.go(Next::BodySize),
            Next::BodySize => {
                self.body = number;
                self.go(Next::Groups);
            }
            Next::Groups => {
                self.groups = number;
                self.go(if number == 0 {
                    Next::Instruction
                } else {
                    Next::GroupSize
                });
            }
            Next::GroupSize => self.go(Next::GroupType),
            Next::Targets => {
                // One more than is told: the last is for all other values.
                self.more = number.saturating_add(1);
                self.go_on();
            }
            _ => {
                if self.instruction == 0xfc && self.read == 0 {
                    self.more = operands_of_prefixed(number);
                }
                self.read = self.read.saturating_add(1);
                self.go_on();
            }
        }
    }

    /// To the next operand, or to the next instruction.
    fn go_on(&mut self) {
        if self.more == 0 {
            self.go(Next::Instruction);
        } else {
            self.more -= 1;
            self.go(Next::Operand);
        }
    }

    fn go(&mut self, next: Next) {
        (self.next, self.number, self.shift) = (next, 0, 0);
    }
}

/// How many numbers follow an instruction.
fn operands(instruction: u8) -> u32 {
    match instruction {
        0x11 | 0x13 | 0x1c | 0x28..=0x3e => 2,
        0x02..=0x04
        | 0x0c
        | 0x0d
        | 0x10
        | 0x12
        | 0x20..=0x26
        | 0x3f..=0x42
        | 0xd0
        | 0xd2
        | 0xfc => 1,
        _ => 0,
    }
}

/// And one with the prefix of the later ones.
fn operands_of_prefixed(instruction: u32) -> u32 {
    match instruction {
        0..=7 => 0,
        8 | 10 | 12 | 14 => 2,
        _ => 1,
    }
}
