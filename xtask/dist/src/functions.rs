//! A module's own functions, and the module with others of them or in another order.

use std::convert::Infallible;

use anyhow::Result;
use wasm_encoder::{
    CodeSection, FunctionSection, Module,
    reencode::{self, Reencode, utils},
};
use wasmparser::{
    CodeSectionReader, FunctionBody, FunctionSectionReader, Parser, Payload, TypeRef,
};

/// The functions of a module. Their numbers begin behind those of the imported ones.
pub(crate) struct Functions<'a> {
    pub(crate) imported: u32,
    pub(crate) types: Vec<u32>,
    pub(crate) bodies: Vec<FunctionBody<'a>>,
}

impl<'a> Functions<'a> {
    pub(crate) fn read(module: &'a [u8]) -> Result<Functions<'a>> {
        let mut functions = Functions {
            imported: 0,
            types: Vec::new(),
            bodies: Vec::new(),
        };
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        functions.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(section) => {
                    functions.types = section.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::CodeSectionEntry(body) => functions.bodies.push(body),
                _ => {}
            }
        }
        Ok(functions)
    }
}

/// The new number of each function, of which there may be fewer.
pub(crate) struct Renumbered(pub(crate) Vec<u32>);

impl Reencode for Renumbered {
    type Error = Infallible;

    fn function_index(&mut self, old: u32) -> Result<u32, reencode::Error<Infallible>> {
        Ok(self.0[old as usize])
    }
}

/// The module with these of its own functions, and with these numbers wherever it names one.
pub(crate) fn with(module: &[u8], own: &[usize], numbers: Vec<u32>) -> Result<Vec<u8>> {
    let mut fresh = Module::new();
    let numbers = Renumbered(numbers);
    With { numbers, own }.parse_core_module(&mut fresh, Parser::new(0), module)?;
    Ok(fresh.finish())
}

struct With<'a> {
    numbers: Renumbered,
    own: &'a [usize],
}

type Outcome = Result<(), reencode::Error<Infallible>>;

impl Reencode for With<'_> {
    type Error = Infallible;

    fn function_index(&mut self, old: u32) -> Result<u32, reencode::Error<Infallible>> {
        self.numbers.function_index(old)
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Outcome {
        let types = section.into_iter().collect::<Result<Vec<u32>, _>>()?;
        for own in self.own {
            functions.function(types[*own]);
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
        for own in self.own {
            utils::parse_function_body(self, code, bodies[*own].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use wasm_encoder::{ExportKind, ExportSection, Function, Instruction, TypeSection, ValType};

    /// A module of functions that take nothing and give a number. The last one is its `answer`.
    pub(crate) fn module(bodies: &[&[Instruction<'_>]]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        for body in bodies {
            functions.function(0);
            let mut function = Function::new([]);
            for instruction in *body {
                function.instruction(instruction);
            }
            function.instruction(&Instruction::End);
            code.function(&function);
        }
        let mut exports = ExportSection::new();
        exports.export("answer", ExportKind::Func, bodies.len() as u32 - 1);
        let mut module = Module::new();
        module.section(&types).section(&functions);
        module.section(&exports).section(&code).clone().finish()
    }

    /// What such a module answers.
    pub(crate) fn answer(module: &[u8]) -> Result<i32> {
        let engine = wasmi::Engine::default();
        let mut store = wasmi::Store::new(&engine, ());
        let module = wasmi::Module::new(&engine, module)?;
        let instance = wasmi::Linker::new(&engine).instantiate_and_start(&mut store, &module)?;
        let answer = instance.get_typed_func::<(), i32>(&store, "answer")?;
        Ok(answer.call(&mut store, ())?)
    }
}
