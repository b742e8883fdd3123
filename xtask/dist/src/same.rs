//! Of functions that are the same there is one. The compiler sees that of some, but not of those that are the same because what
//! they call is.
//!
//! Numbers of the table, which are what a function's address is, stay as they are.

use std::{collections::HashMap, convert::Infallible};

use anyhow::Result;
use wasm_encoder::{
    CodeSection, Encode, FunctionSection, Module,
    reencode::{self, Reencode, utils},
};
use wasmparser::{CodeSectionReader, FunctionBody, FunctionSectionReader, Parser, Payload};

/// For each of these functions the first one that is the same, if only by what it calls.
fn same(imported: u32, types: &[u32], bodies: &[FunctionBody<'_>]) -> Result<Vec<usize>> {
    let mut first: Vec<usize> = (0..bodies.len()).collect();
    loop {
        let own = first.iter().map(|first| imported + *first as u32);
        let mut renumbered = Renumbered((0..imported).chain(own).collect());
        let mut known = HashMap::new();
        let mut merged = Vec::new();
        for (place, body) in bodies.iter().enumerate() {
            let mut code = CodeSection::new();
            utils::parse_function_body(&mut renumbered, &mut code, body.clone())?;
            let mut bytes = Vec::new();
            code.encode(&mut bytes);
            merged.push(*known.entry((types[place], bytes)).or_insert(place));
        }
        if merged == first {
            return Ok(first);
        }
        first = merged;
    }
}

/// The module with one of each.
pub(crate) fn merged(module: &[u8]) -> Result<Vec<u8>> {
    let mut bodies = Vec::new();
    let mut types = Vec::new();
    let mut imported = 0;
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += u32::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
                }
            }
            Payload::FunctionSection(section) => {
                types = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::CodeSectionEntry(body) => bodies.push(body),
            _ => {}
        }
    }
    let first = same(imported, &types, &bodies)?;
    let kept: Vec<usize> = (0..first.len()).filter(|at| first[*at] == *at).collect();
    let mut numbers: Vec<u32> = (0..imported).collect();
    for first in first {
        let number = kept.partition_point(|kept| *kept < first);
        numbers.push(imported + number as u32);
    }
    let mut fresh = Module::new();
    let mut merged = Merged {
        functions: Renumbered(numbers),
        kept,
    };
    merged.parse_core_module(&mut fresh, Parser::new(0), module)?;
    Ok(fresh.finish())
}

/// The new number of each function.
struct Renumbered(Vec<u32>);

impl Reencode for Renumbered {
    type Error = Infallible;

    fn function_index(&mut self, old: u32) -> Result<u32, reencode::Error<Infallible>> {
        Ok(self.0[old as usize])
    }
}

struct Merged {
    functions: Renumbered,
    /// Which of the module's own functions are left.
    kept: Vec<usize>,
}

type Outcome = Result<(), reencode::Error<Infallible>>;

impl Reencode for Merged {
    type Error = Infallible;

    fn function_index(&mut self, old: u32) -> Result<u32, reencode::Error<Infallible>> {
        self.functions.function_index(old)
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Outcome {
        let types = section.into_iter().collect::<Result<Vec<u32>, _>>()?;
        for kept in &self.kept {
            functions.function(types[*kept]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Outcome {
        let bodies = section.into_iter();
        let bodies = bodies.collect::<Result<Vec<FunctionBody<'_>>, _>>()?;
        for kept in self.kept.clone() {
            utils::parse_function_body(self, code, bodies[kept].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{ExportKind, ExportSection, Function, Instruction, TypeSection};

    /// Two functions that are the same, two that are it by what they call, and one that calls those: its answer is the same
    /// as before.
    #[test]
    fn what_calls_the_same_is_the_same() -> Result<()> {
        let mut types = TypeSection::new();
        types.ty().function([], [wasm_encoder::ValType::I32]);
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
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
        for body in bodies {
            functions.function(0);
            let mut function = Function::new([]);
            for instruction in body {
                function.instruction(instruction);
            }
            function.instruction(&Instruction::End);
            code.function(&function);
        }
        let mut exports = ExportSection::new();
        exports.export("answer", ExportKind::Func, 5);
        let mut module = Module::new();
        module.section(&types).section(&functions);
        let module = module.section(&exports).section(&code).clone().finish();

        let merged = merged(&module)?;
        let left = Parser::new(0).parse_all(&merged).filter_map(|payload| {
            let Ok(Payload::CodeSectionStart { count, .. }) = payload else {
                return None;
            };
            Some(count)
        });
        assert_eq!(left.collect::<Vec<_>>(), [4]);
        let engine = wasmi::Engine::default();
        let mut store = wasmi::Store::new(&engine, ());
        let module = wasmi::Module::new(&engine, &merged)?;
        let instance = wasmi::Linker::new(&engine).instantiate_and_start(&mut store, &module)?;
        let answer = instance.get_typed_func::<(), i32>(&store, "answer")?;
        assert_eq!(answer.call(&mut store, ())?, 56);
        Ok(())
    }
}
