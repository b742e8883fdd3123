//! Contexts for a module's code: which instructions came, what they took, and what they left behind.
//!
//! Instructions of WebAssembly take their values from a stack. Which instruction follows depends on how many values lie there
//! and where they come from, so the stack is kept along, with the origin of each value in its place.

use crate::{
    contexts::{Situation, with, write},
    reader::{CODE, Came, FRAME, PARTS, Reader, VARIABLE},
    sections::{Signature, Signatures},
};

/// How many instructions back contexts look: without operands, and with them.
const FAR: usize = 18;
const NEAR: usize = 4;

/// Origins of values that have no instruction of their own.
const UNKNOWN: u32 = 1;
const OF_CALL: u32 = 3;
const OF_TEE: u32 = 5;
const OF_BLOCK: u32 = 11;

/// A block that is open.
#[derive(Debug)]
struct Block {
    instruction: u32,
    /// How many values lie below it, and how many it leaves.
    height: usize,
    gives: usize,
}

/// What came of the code.
#[derive(Debug, Default)]
pub(crate) struct Code {
    pub(crate) signatures: Signatures,
    reader: Reader,
    /// The bytes of the instruction that came, as a hash.
    so_far: u32,
    /// What instructions came last, the last one first: without operands, and hashes with them.
    plain: [u8; FAR],
    whole: [u32; NEAR],
    variables: [u32; 3],
    /// The last operand of each part.
    operands: [u32; PARTS],
    blocks: Vec<Block>,
    /// Where each value comes from.
    stack: Vec<u32>,
}

impl Code {
    pub(crate) fn take(&mut self, byte: u8) {
        let part = self.reader.part();
        let came = self.reader.take(byte);
        self.so_far = with(self.so_far, u32::from(byte) + 1);
        if matches!(
            came,
            Came::Operand | Came::Instruction { with_operand: true }
        ) {
            let operand = self.reader.operand;
            self.operands[part] = operand;
            if part == VARIABLE {
                push_front(&mut self.variables, operand);
            }
        }
        if matches!(came, Came::Instruction { .. }) {
            push_front(&mut self.plain, self.reader.instruction);
            push_front(&mut self.whole, self.so_far);
            self.carry_out();
            self.so_far = 0;
        }
        if self.reader.is_before_function() {
            self.so_far = 1;
            self.plain = [0; FAR];
            self.variables = [0; 3];
            self.blocks.clear();
            self.stack.clear();
        } else if part == FRAME && self.reader.part() == CODE {
            self.so_far = 0;
        }
    }

    /// What the instruction that came does to the stack.
    fn carry_out(&mut self) {
        let instruction = self.reader.instruction;
        let first_operand = self.reader.first_operand;
        let own = self.so_far;
        match instruction {
            // Blocks, with the type of what they give or of all.
            0x02..=0x04 => {
                self.pop(usize::from(instruction == 0x04));
                let (takes, gives) = match first_operand {
                    0x40 => (0, 0),
                    0x6f.. => (0, 1),
                    index => self.signatures.of_type(index),
                };
                self.blocks.push(Block {
                    instruction: own,
                    height: self.stack.len().saturating_sub(takes),
                    gives,
                });
            }
            0x0b => {
                if let Some(block) = self.blocks.pop() {
                    self.stack.truncate(block.height);
                    self.push_all(OF_BLOCK, block.gives);
                }
            }
            // What follows is not reached from here, or is another branch.
            0x00 | 0x05 | 0x0c | 0x0e | 0x0f => self.stack.truncate(self.floor()),
            0x0d | 0x1a | 0x21 | 0x24 => self.pop(1),
            0x22 => self.replace(1, with(own, OF_TEE)),
            0x10 => self.call(self.signatures.of_function(first_operand)),
            0x11 => {
                self.pop(1);
                self.call(self.signatures.of_type(first_operand));
            }
            0x1b => self.replace(3, own),
            0x20 | 0x23 | 0x3f | 0x41..=0x44 => self.stack.push(own),
            // Reading memory, writing it.
            0x28..=0x35 => self.replace(1, with(own, self.origin(0))),
            0x36..=0x3e => self.pop(2),
            // Operations with one value, with two.
            0x40
            | 0x45
            | 0x50
            | 0x67..=0x69
            | 0x79..=0x7b
            | 0x8b..=0x91
            | 0x99..=0x9f
            | 0xa7..=0xc4 => self.replace(1, instruction.into()),
            0x46..=0xa6 => self.replace(2, instruction.into()),
            // Converting numbers, copying memory.
            0xfc if first_operand < 8 => self.replace(1, instruction.into()),
            0xfc => self.pop(3),
            _ => {}
        }
    }

    fn call(&mut self, (takes, gives): Signature) {
        self.pop(takes);
        self.push_all(with(self.so_far, OF_CALL), gives);
    }

    fn replace(&mut self, takes: usize, origin: u32) {
        self.pop(takes);
        self.stack.push(origin);
    }

    fn push_all(&mut self, origin: u32, count: usize) {
        self.stack.resize(self.stack.len() + count, origin);
    }

    fn pop(&mut self, count: usize) {
        let left = self.stack.len().saturating_sub(count).max(self.floor());
        self.stack.truncate(left);
    }

    /// How many values the open block must not take.
    fn floor(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.height)
    }

    /// Where a value comes from, counted from the last one.
    fn origin(&self, back: usize) -> u32 {
        self.stack
            .iter()
            .rev()
            .nth(back)
            .copied()
            .unwrap_or(UNKNOWN)
    }

    pub(crate) fn situation(&self, situation: &mut Situation) {
        let own = self.so_far;
        let part = self.reader.part();
        let function = self.reader.function;
        let height = self.stack.len() as u32;
        let origin = self.origin(0);
        let block = self.blocks.last().map_or(0, |block| block.instruction);
        let behind = |context, from: usize, to: usize| {
            let more = self.plain[from..to].iter();
            more.fold(context, |hash, &plain| with(hash, plain.into()))
        };
        let one = behind(own, 0, 1);
        let two = behind(one, 1, 2);
        let four = behind(two, 2, 4);
        let six = behind(four, 4, 6);
        let nine = behind(six, 6, 9);
        let [last, second, third, fourth] = self.whole;
        let [variable, second_variable, third_variable] = self.variables;
        situation.contexts = write(
            [
                own,
                one,
                two,
                four,
                six,
                nine,
                with(one, self.operands[part]),
                with(own, function),
                with(with(own, self.blocks.len() as u32), block),
                with(with(own, origin), height),
                with(two, height),
            ],
            0,
        );
        let pair = with(with(own, last), second);
        situation.runs = write(
            [
                pair,
                with(with(pair, third), fourth),
                with(with(with(two, variable), second_variable), third_variable),
                behind(nine, 9, FAR),
            ],
            50,
        );
        let instruction = match part {
            CODE => usize::from(self.plain[0]),
            _ => {
                let bytes = 1 + self.reader.shift as usize / 7;
                usize::from(self.reader.instruction) + 256 * bytes.min(4)
            }
        };
        situation.sets = [2 + part, 2 * 256 + instruction];
        situation.refining = [own, one];
    }
}

fn push_front<T: Copy>(all: &mut [T], new: T) {
    all.rotate_right(1);
    if let Some(first) = all.first_mut() {
        *first = new;
    }
}
