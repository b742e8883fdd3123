//! Functions that are alike stand beside each other: a compressor says of the second only what differs, and it does not look
//! back far.
//!
//! From the largest function on, each is followed by the one of those left that has most code in common with it, and with
//! those before it, the less the longer ago. What counts as in common are runs of [`RUN`] bytes, a rare one for more than one
//! that many have. Large functions have more in common and come first: what comes later is like something. Nothing else
//! changes.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use anyhow::Result;

use crate::functions::{self, Functions};

/// Two or three instructions.
const RUN: usize = 6;

/// What so many functions have says nothing of any two of them, and looking at all of them would take long.
const COMMON: usize = 400;

/// What is left of what was in common with a function when the next one stands behind it.
const FADES: f64 = 0.75;

/// An order for functions with this code: places in `bodies`.
pub(crate) fn alike(bodies: &[&[u8]]) -> Vec<usize> {
    let mut having: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut runs: Vec<Vec<&[u8]>> = Vec::new();
    for (place, body) in bodies.iter().enumerate() {
        let distinct: BTreeSet<&[u8]> = body.windows(RUN).collect();
        for run in &distinct {
            having.entry(run).or_default().push(place);
        }
        runs.push(distinct.into_iter().collect());
    }
    let count = bodies.len() as f64;
    let weight = |run: &[u8]| (count / having[run].len() as f64).ln();
    for runs in &mut runs {
        runs.retain(|run| (2..COMMON).contains(&having[run].len()));
    }

    let mut order = Vec::new();
    // The largest one first; among equals the first, so that every build has the same order.
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    left.sort_by_key(|&place| Reverse(bodies[place].len()));
    let mut common = vec![0.0; bodies.len()];
    while !left.is_empty() {
        let mut best = 0;
        for (index, &place) in left.iter().enumerate() {
            if common[place] > common[left[best]] {
                best = index;
            }
        }
        let at = left.remove(best);
        order.push(at);
        for &place in &left {
            common[place] *= FADES;
        }
        for run in &runs[at] {
            let weight = weight(run);
            for &other in &having[run] {
                common[other] += weight;
            }
        }
    }
    order
}

/// The module with its functions in such an order.
pub(crate) fn ordered(module: &[u8]) -> Result<Vec<u8>> {
    let functions = Functions::read(module)?;
    let bodies: Vec<&[u8]> = functions
        .bodies
        .iter()
        .map(|body| body.as_bytes())
        .collect();
    let order = alike(&bodies);
    let imported = functions.imported;
    let mut numbers: Vec<u32> = (0..imported + order.len() as u32).collect();
    for (new, old) in (imported..).zip(&order) {
        numbers[imported as usize + old] = new;
    }
    functions::with(module, &order, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::tests::{answer, module};
    use wasm_encoder::Instruction;

    #[test]
    fn what_is_alike_stands_together() {
        let bodies = ["all of one kind", "something else", "part of one kind", ""];
        let bodies = bodies.map(str::as_bytes);
        assert_eq!(alike(&bodies), [2, 0, 1, 3]);
    }

    /// Three functions; the last calls the others, and its answer has a digit of each.
    #[test]
    fn another_order_gives_the_same_answer() -> Result<()> {
        let bodies: [&[Instruction<'_>]; 3] = [
            &[Instruction::I32Const(7)],
            &[
                Instruction::Call(0),
                Instruction::I32Const(9),
                Instruction::I32Mul,
            ],
            &[
                Instruction::Call(0),
                Instruction::I32Const(100),
                Instruction::I32Mul,
                Instruction::Call(1),
                Instruction::I32Add,
            ],
        ];
        let module = module(&bodies);
        let ordered = ordered(&module)?;
        assert_ne!(ordered, module);
        assert_eq!(answer(&ordered)?, 763);
        Ok(())
    }
}
