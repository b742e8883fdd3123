//! The stack that instructions of WebAssembly take their values from: how many lie there, of which types and where each comes
//! from. Which instruction follows depends on it, so it is kept along.

use alloc::{vec, vec::Vec};

use crate::{
    contexts::with,
    sections::{Signature, Signatures},
};

/// Origins of values that have no instruction of their own.
const UNKNOWN: u32 = 1;
const OF_CALL: u32 = 3;
const OF_TEE: u32 = 5;
const OF_BLOCK: u32 = 11;

/// Types, as the format numbers them.
pub(crate) const I32: u8 = 0x7f;
const I64: u8 = 0x7e;
const F32: u8 = 0x7d;
const F64: u8 = 0x7c;

#[derive(Clone, Copy, Debug)]
struct Value {
    origin: u32,
    of_type: u8,
}

/// A block that is open.
#[derive(Debug)]
struct Block {
    instruction: u32,
    /// How many values lie below it, and what it leaves there.
    height: usize,
    gives: Vec<u8>,
}

/// An instruction that came, with all that is known of it.
pub(crate) struct Instruction {
    pub(crate) code: u8,
    pub(crate) first_operand: u32,
    /// A hash of it with its operands.
    pub(crate) whole: u32,
    /// The type of the variable it takes.
    pub(crate) variable: u8,
}

#[derive(Debug, Default)]
pub(crate) struct Stack {
    blocks: Vec<Block>,
    values: Vec<Value>,
}

impl Stack {
    pub(crate) fn clear(&mut self) {
        self.blocks.clear();
        self.values.clear();
    }

    /// What an instruction does to the stack.
    pub(crate) fn carry_out(&mut self, instruction: &Instruction, signatures: &Signatures) {
        let Instruction {
            code,
            first_operand,
            whole,
            variable,
        } = *instruction;
        match code {
            // Blocks, with the type of what they give or of all.
            0x02..=0x04 => {
                self.pop(usize::from(code == 0x04));
                let (takes, gives) = match first_operand {
                    0x40 => (0, Vec::new()),
                    0x6f.. => (0, vec![first_operand as u8]),
                    index => {
                        let signature = signatures.of_type(index);
                        (signature.takes.len(), signature.gives.clone())
                    }
                };
                self.blocks.push(Block {
                    instruction: whole,
                    height: self.height().saturating_sub(takes),
                    gives,
                });
            }
            0x0b => {
                if let Some(block) = self.blocks.pop() {
                    self.values.truncate(block.height);
                    self.push_all(OF_BLOCK, &block.gives);
                }
            }
            // What follows is not reached from here, or is another branch.
            0x00 | 0x05 | 0x0c | 0x0e | 0x0f => self.values.truncate(self.floor()),
            0x0d | 0x1a | 0x21 | 0x24 => self.pop(1),
            0x22 => self.replace(1, with(whole, OF_TEE), self.of_type(0)),
            0x10 => self.call(whole, &signatures.of_function(first_operand)),
            0x11 => {
                self.pop(1);
                self.call(whole, &signatures.of_type(first_operand));
            }
            0x1b => self.replace(3, whole, self.of_type(1)),
            0x20 => self.replace(0, whole, variable),
            0x23 | 0x3f => self.replace(0, whole, I32),
            0x41..=0x44 => self.replace(0, whole, I32 - (code - 0x41)),
            // Reading memory, writing it.
            0x28..=0x35 => self.replace(1, with(whole, self.origin(0)), result(code)),
            0x36..=0x3e => self.pop(2),
            // Operations with one value, with two.
            0x40
            | 0x45
            | 0x50
            | 0x67..=0x69
            | 0x79..=0x7b
            | 0x8b..=0x91
            | 0x99..=0x9f
            | 0xa7..=0xc4 => self.replace(1, code.into(), result(code)),
            0x46..=0xa6 => self.replace(2, code.into(), result(code)),
            // Converting numbers, copying memory.
            0xfc if first_operand < 8 => {
                self.replace(1, code.into(), if first_operand < 4 { I32 } else { I64 });
            }
            0xfc => self.pop(3),
            _ => {}
        }
    }

    fn call(&mut self, whole: u32, signature: &Signature) {
        self.pop(signature.takes.len());
        self.push_all(with(whole, OF_CALL), &signature.gives);
    }

    fn replace(&mut self, takes: usize, origin: u32, of_type: u8) {
        self.pop(takes);
        self.values.push(Value { origin, of_type });
    }

    fn push_all(&mut self, origin: u32, types: &[u8]) {
        let values = types.iter().map(|&of_type| Value { origin, of_type });
        self.values.extend(values);
    }

    fn pop(&mut self, count: usize) {
        let left = self.height().saturating_sub(count).max(self.floor());
        self.values.truncate(left);
    }

    pub(crate) fn height(&self) -> usize {
        self.values.len()
    }

    /// How many values the open block must not take.
    pub(crate) fn floor(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.height)
    }

    /// How many blocks are open, how the last one began, and how many values it gives.
    pub(crate) fn block(&self) -> [u32; 3] {
        let depth = self.blocks.len() as u32;
        match self.blocks.last() {
            Some(block) => [depth, block.instruction, block.gives.len() as u32],
            None => [depth, 0, 0],
        }
    }

    fn value(&self, back: usize) -> Option<&Value> {
        self.values.iter().rev().nth(back)
    }

    /// Where a value comes from, counted from the last one.
    pub(crate) fn origin(&self, back: usize) -> u32 {
        self.value(back).map_or(UNKNOWN, |value| value.origin)
    }

    pub(crate) fn of_type(&self, back: usize) -> u8 {
        self.value(back).map_or(0, |value| value.of_type)
    }
}

/// The type of what an operation gives.
fn result(code: u8) -> u8 {
    match code {
        0x29 | 0x30..=0x35 | 0x79..=0x8a | 0xac..=0xb1 | 0xbd | 0xc2..=0xc4 => I64,
        0x2a | 0x8b..=0x98 | 0xb2..=0xb6 | 0xbe => F32,
        0x2b | 0x99..=0xa6 | 0xb7..=0xbb | 0xbf => F64,
        _ => I32,
    }
}
