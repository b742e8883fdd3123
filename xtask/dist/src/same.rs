//! Of functions that are the same there is one. The compiler sees that of some, but not of those that are the same because what
//! they call is.
//!
//! Numbers of the table, which are what a function's address is, stay as they are.

use std::collections::HashMap;

use anyhow::Result;
use wasm_encoder::{CodeSection, Encode as _, reencode::utils};

use crate::functions::{self, Functions, Renumbered};

/// For each of these functions the first one that is the same, if only by what it calls.
fn same(functions: &Functions<'_>) -> Result<Vec<usize>> {
    let imported = functions.imported;
    let mut first: Vec<usize> = (0..functions.bodies.len()).collect();
    loop {
        let own = first.iter().map(|first| imported + *first as u32);
        let mut renumbered = Renumbered((0..imported).chain(own).collect());
        let mut known = HashMap::new();
        let mut merged = Vec::new();
        for (place, body) in functions.bodies.iter().enumerate() {
            let mut code = CodeSection::new();
            utils::parse_function_body(&mut renumbered, &mut code, body.clone())?;
            let mut bytes = Vec::new();
            code.encode(&mut bytes);
            let own = (functions.types[place], bytes);
            merged.push(*known.entry(own).or_insert(place));
        }
        if merged == first {
            return Ok(first);
        }
        first = merged;
    }
}

/// The module with one of each.
pub(crate) fn merged(module: &[u8]) -> Result<Vec<u8>> {
    let functions = Functions::read(module)?;
    let first = same(&functions)?;
    let kept: Vec<usize> = (0..first.len()).filter(|at| first[*at] == *at).collect();
    let mut numbers: Vec<u32> = (0..functions.imported).collect();
    for first in first {
        let number = kept.partition_point(|kept| *kept < first);
        numbers.push(functions.imported + number as u32);
    }
    functions::with(module, &kept, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::tests::{answer, module};
    use wasm_encoder::Instruction;

    /// Two functions that are the same, two that are it by what they call, and one that calls those: its answer is the same
    /// as before.
    #[test]
    fn what_calls_the_same_is_the_same() -> Result<()> {
        let bodies: [&[Instruction<'_>]; 6] = [
            &[Instruction::I32Const(7)],
            &[Instruction::Call(0), Instruction::I32Eqz],
            &[Instruction::I32Const(8)],
            &[Instruction::I32Const(7)],
            &[Instruction::Call(3), Instruction::I32Eqz],
            &[
                Instruction::Call(1),
                Instruction::Call(4),
                Instruction::I32Add,
                Instruction::Call(3),
                Instruction::I32Add,
                Instruction::Call(2),
                Instruction::I32Mul,
            ],
        ];
        let merged = merged(&module(&bodies))?;
        assert_eq!(Functions::read(&merged)?.bodies.len(), 4);
        assert_eq!(answer(&merged)?, 56);
        Ok(())
    }
}
