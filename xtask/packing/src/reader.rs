//! What each byte of a WebAssembly module's code is. It reads along, byte by byte, and knows of the format only how long each
//! thing is; what it misunderstands is packed worse, and comes out the same. The sizes of functions are not in what it reads:
//! a function ends where its last block does.

use alloc::vec::Vec;

/// What a byte is, in so many kinds.
pub(crate) const PARTS: usize = 7;

/// Variables of functions.
pub(crate) const FRAME: usize = 0;
/// Instructions, with those operands that follow from them.
pub(crate) const CODE: usize = 1;
pub(crate) const VARIABLE: usize = 2;
pub(crate) const CALLED: usize = 3;
const TARGET: usize = 4;
pub(crate) const OFFSET: usize = 5;
pub(crate) const CONSTANT: usize = 6;

/// What the next byte is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Next {
    Functions,
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

/// What a byte completed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Came {
    /// Nothing, or something outside of instructions.
    Nothing,
    /// An operand, and nothing more.
    Operand,
    /// An instruction; with its last operand, if it has any.
    Instruction { with_operand: bool },
}

/// Reads code along.
#[derive(Debug)]
pub(crate) struct Reader {
    next: Next,
    /// Blocks that are open, of which the function is the first.
    open: u32,
    pub(crate) instruction: u8,
    /// Operands that were read, and that are to come.
    read: u8,
    more: u32,
    groups: u32,
    /// The types of the function's own variables, and before which one each type ends.
    pub(crate) types: Vec<(u32, u8)>,
    /// The number that is read, and how many of its bits are known.
    pub(crate) number: u32,
    pub(crate) shift: u32,
    /// The operand that was read last, and the first one of its instruction.
    pub(crate) operand: u32,
    pub(crate) first_operand: u32,
    /// Functions that began.
    pub(crate) function: u32,
}

impl Default for Reader {
    fn default() -> Reader {
        Reader {
            next: Next::Functions,
            open: 0,
            instruction: 0,
            read: 0,
            more: 0,
            groups: 0,
            types: Vec::new(),
            number: 0,
            shift: 0,
            operand: 0,
            first_operand: 0,
            function: 0,
        }
    }
}

impl Reader {
    /// The part that the next byte has.
    pub(crate) fn part(&self) -> usize {
        match self.next {
            Next::Functions | Next::Groups | Next::GroupSize | Next::GroupType => FRAME,
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

    /// Whether the next byte begins an instruction.
    pub(crate) fn is_before_instruction(&self) -> bool {
        self.next == Next::Instruction
    }

    /// Whether it begins an operand that is a number.
    pub(crate) fn is_before_operand(&self) -> bool {
        self.next == Next::Operand && self.shift == 0
    }

    /// Whether a function begins with the next byte.
    pub(crate) fn is_before_function(&self) -> bool {
        self.next == Next::Groups && self.shift == 0
    }

    /// The byte that came.
    pub(crate) fn take(&mut self, byte: u8) -> Came {
        match self.next {
            Next::GroupType => {
                if let Some((_, of_group)) = self.types.last_mut() {
                    *of_group = byte;
                }
                self.groups = self.groups.saturating_sub(1);
                self.go(if self.groups == 0 {
                    Next::Instruction
                } else {
                    Next::GroupSize
                });
                Came::Nothing
            }
            Next::Instruction => {
                self.instruction = byte;
                self.read = 0;
                match byte {
                    0x43 => self.go(Next::Fixed(4)),
                    0x44 => self.go(Next::Fixed(8)),
                    0x0e => self.go(Next::Targets),
                    0x0b if self.open == 1 => {
                        self.go(Next::Groups);
                        return Came::Instruction {
                            with_operand: false,
                        };
                    }
                    _ => {
                        match byte {
                            0x02..=0x04 => self.open += 1,
                            0x0b => self.open -= 1,
                            _ => {}
                        }
                        self.more = operands(byte);
                        return self.go_on(false);
                    }
                }
                Came::Nothing
            }
            Next::Fixed(left) if left > 1 => {
                self.go(Next::Fixed(left - 1));
                Came::Nothing
            }
            Next::Fixed(_) => {
                self.go(Next::Instruction);
                Came::Instruction {
                    with_operand: false,
                }
            }
            _ => {
                self.number |= u32::from(byte & 0x7f)
                    .checked_shl(self.shift)
                    .unwrap_or_default();
                self.shift += 7;
                if byte < 0x80 {
                    self.number_read(self.number)
                } else {
                    Came::Nothing
                }
            }
        }
    }

    fn number_read(&mut self, number: u32) -> Came {
        match self.next {
            Next::Functions => self.go(Next::Groups),
            Next::Groups => {
                self.function += 1;
                self.open = 1;
                self.types.clear();
                self.groups = number;
                self.go(if number == 0 {
                    Next::Instruction
                } else {
                    Next::GroupSize
                });
            }
            Next::GroupSize => {
                let before = self.types.last().map_or(0, |&(end, _)| end);
                self.types.push((before.saturating_add(number), 0));
                self.go(Next::GroupType);
            }
            Next::Targets => {
                // One more than is told: the last is for all other values.
                self.more = number.saturating_add(1);
                return self.go_on(false);
            }
            _ => {
                if self.instruction == 0xfc && self.read == 0 {
                    self.more = operands_of_prefixed(number);
                }
                if self.read == 0 {
                    self.first_operand = number;
                }
                self.operand = number;
                self.read = self.read.saturating_add(1);
                return self.go_on(true);
            }
        }
        Came::Nothing
    }

    /// To the next operand, or to the next instruction.
    fn go_on(&mut self, with_operand: bool) -> Came {
        if self.more == 0 {
            self.go(Next::Instruction);
            Came::Instruction { with_operand }
        } else {
            self.more -= 1;
            self.go(Next::Operand);
            if with_operand {
                Came::Operand
            } else {
                Came::Nothing
            }
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
