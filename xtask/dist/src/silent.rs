//! Takes the panics' messages out of a module that nobody can hear: it imports nothing, so whatever it would say before it
//! stops is lost.
//!
//! Functions that only stop, known by their names, stop at once, and what then nobody calls is empty. The unpacker of the
//! single file is made small like this: half of it would be the making of messages.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use wasm_encoder::{
    CodeSection, Function, Instruction, Module, RawSection, Section as _,
    reencode::{Reencode as _, RoundtripReencoder},
};
use wasmparser::{
    ElementItems, ExternalKind, FuncType, FunctionBody, KnownCustom, Name, Operator, Parser,
    Payload,
};

/// What the names of functions that never return have in them.
const STOPS: [&str; 8] = [
    "9panicking",
    "_index_fail",
    "_error_fail",
    "unwrap_failed",
    "expect_failed",
    "handle_error",
    "handle_alloc_error",
    "mismatch_fail",
];

/// The module without messages; one that imports something stays as it is.
pub(crate) fn silent(module: &[u8]) -> Result<Vec<u8>> {
    let (mut types, mut functions): (Vec<FuncType>, Vec<u32>) = (Vec::new(), Vec::new());
    let (mut bodies, mut roots, mut led_to) = (Vec::new(), Vec::new(), Vec::new());
    let mut stops = BTreeSet::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(_) => return Ok(module.to_vec()),
            Payload::TypeSection(section) => {
                let all = section.into_iter_err_on_gc_types();
                types = all.collect::<Result<_, _>>()?;
            }
            Payload::FunctionSection(section) => {
                functions = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::StartSection { func, .. } => roots.push(func),
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    ensure!(
                        !matches!(export.kind, ExternalKind::Table),
                        "whoever has the table may call what stands in it"
                    );
                    if export.kind == ExternalKind::Func {
                        roots.push(export.index);
                    }
                }
            }
            Payload::ElementSection(section) => {
                for element in section {
                    if let ElementItems::Functions(functions) = element?.items {
                        for function in functions {
                            led_to.push(function?);
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    for name in names {
                        let Name::Function(names) = name? else {
                            continue;
                        };
                        for name in names {
                            let name = name?;
                            if STOPS.iter().any(|stop| name.name.contains(stop)) {
                                stops.insert(name.index);
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }

    let mut used = BTreeSet::new();
    while let Some(function) = roots.pop() {
        if stops.contains(&function) || !used.insert(function) {
            continue;
        }
        for operator in bodies[function as usize].get_operators_reader()? {
            match operator? {
                Operator::Call { function_index } => roots.push(function_index),
                // By its number, any function of the table that has this type.
                Operator::CallIndirect { type_index, .. } => {
                    let wanted = &types[type_index as usize];
                    let fits =
                        |function: &&u32| types[functions[**function as usize] as usize] == *wanted;
                    roots.extend(led_to.iter().filter(fits));
                }
                _ => {}
            }
        }
    }

    let mut code = CodeSection::new();
    for (number, body) in (0..).zip(&bodies) {
        if used.contains(&number) {
            whole(&mut code, body)?;
        } else {
            let mut stops = Function::new([]);
            stops.instruction(&Instruction::Unreachable);
            stops.instruction(&Instruction::End);
            code.function(&stops);
        }
    }
    let mut fresh = Module::new().finish();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Payload::CodeSectionStart { .. } = payload {
            code.append_to(&mut fresh);
        } else if let Some((id, range)) = payload.as_section() {
            let data = &module[range];
            RawSection { id, data }.append_to(&mut fresh);
        }
    }
    Ok(fresh)
}

fn whole(code: &mut CodeSection, body: &FunctionBody<'_>) -> Result<()> {
    RoundtripReencoder.parse_function_body(code, body.clone())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        ConstExpr, ElementSection, Elements, ExportKind, ExportSection, FunctionSection, NameMap,
        NameSection, RefType, TableSection, TableType, TypeSection, ValType,
    };

    /// 0 adds up what 1 and, by the table, 2 give, and may call `core::9panicking`, 3, which alone calls 4; of the table's 5,
    /// which has another type, nobody knows the number.
    fn module() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        types.ty().function([ValType::I32], [ValType::I32]);
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        let bodies: [(u32, &[Instruction<'_>]); 6] = [
            (
                1,
                &[
                    Instruction::LocalGet(0),
                    Instruction::If(wasm_encoder::BlockType::Empty),
                    Instruction::Call(3),
                    Instruction::Drop,
                    Instruction::End,
                    Instruction::Call(1),
                    Instruction::I32Const(0),
                    Instruction::CallIndirect {
                        type_index: 0,
                        table_index: 0,
                    },
                    Instruction::I32Add,
                ],
            ),
            (0, &[Instruction::I32Const(30)]),
            (0, &[Instruction::I32Const(12)]),
            (0, &[Instruction::Call(4)]),
            (0, &[Instruction::I32Const(1), Instruction::Call(5)]),
            (1, &[Instruction::I32Const(77)]),
        ];
        for (ty, body) in bodies {
            functions.function(ty);
            let mut function = Function::new([]);
            for instruction in body {
                function.instruction(instruction);
            }
            function.instruction(&Instruction::End);
            code.function(&function);
        }
        let mut tables = TableSection::new();
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: 2,
            maximum: Some(2),
            shared: false,
        });
        let mut exports = ExportSection::new();
        exports.export("answer", ExportKind::Func, 0);
        let mut elements = ElementSection::new();
        let led_to = Elements::Functions(vec![2, 5].into());
        elements.active(None, &ConstExpr::i32_const(0), led_to);
        let mut names = NameMap::new();
        names.append(3, "_RNv4core9panicking5panic");
        let mut section = NameSection::new();
        section.functions(&names);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&tables);
        module.section(&exports).section(&elements).section(&code);
        module.section(&section).clone().finish()
    }

    #[test]
    fn what_only_a_panic_calls_is_empty_and_all_else_answers() -> Result<()> {
        let silent = silent(&module())?;
        let mut sizes = Vec::new();
        for payload in Parser::new(0).parse_all(&silent) {
            if let Payload::CodeSectionEntry(body) = payload? {
                sizes.push(body.as_bytes().len());
            }
        }
        assert_eq!(sizes[3..], [3; 3], "no variables, a stop, the end");
        assert!(sizes[..3].iter().all(|size| *size > 3));
        let engine = wasmi::Engine::default();
        let mut store = wasmi::Store::new(&engine, ());
        let module = wasmi::Module::new(&engine, &silent)?;
        let instance = wasmi::Linker::new(&engine).instantiate_and_start(&mut store, &module)?;
        let answer = instance.get_typed_func::<i32, i32>(&store, "answer")?;
        assert_eq!(answer.call(&mut store, 0)?, 42);
        assert!(answer.call(&mut store, 1).is_err(), "it stops");
        Ok(())
    }
}
