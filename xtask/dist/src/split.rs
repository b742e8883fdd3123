//! Parts a WebAssembly module in two: the functions that a first visit runs, and the rest, which comes later.
//!
//! A function of the rest that the first half can reach leaves a stub there. The stub sees to it that the second half is in
//! place and calls the function through the table. Of functions of one type that are called at one place each, as pieces are,
//! one stub stands for all: it gets the place in the table as one more argument. The second half shares memory, table and globals with the first and
//! overwrites the table's stubs with the functions themselves. Data that only the second half names ([`crate::data`]) come
//! with it, to the place in memory that they always had. Nothing is optimised or left out. The module comes from rustc and wasm-bindgen: one memory, one table of functions, active segments.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    ops::Range,
};

use anyhow::{Result, bail, ensure};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection,
    Instruction, MemorySection, Module, StartSection, TableSection, TypeSection, ValType,
    reencode::{self, Reencode, utils},
};
use wasmparser::{
    DataSectionReader, ElementItems, ElementKind, ElementSectionReader, Export, ExternalKind,
    FuncType, FunctionBody, GlobalSectionReader, ImportSectionReader, MemorySectionReader,
    Operator, Parser, Payload, Table, TypeRef, TypeSectionReader,
};

use crate::{
    data::{Addresses, Segment, Symbols},
    order,
};

/// What the first half calls to have the second one: a function without arguments, imported from the glue's own module.
pub(crate) const FETCH: &str = "later";

/// The module of the second half's imports: the exports of the first, and its functions by their places in the table. As
/// exports, these would each have a name that nobody reads.
pub(crate) const FIRST: &str = "first";

/// The name of the table that functions are called through among the first half's exports.
pub(crate) const TABLE: &str = "table";

/// The exported global that is 1 as soon as the second half is in place.
pub(crate) const READY: &str = "ready";

/// So many functions are worth a stub that stands for all of them.
const WORTH_ONE: usize = 3;

/// A module in two halves.
pub(crate) struct Halves {
    pub(crate) first: Vec<u8>,
    pub(crate) later: Vec<u8>,
    /// The functions that the glue gives, by the names it has for them, and what the first half calls them now: the names
    /// carry hashes, which no server can compress.
    pub(crate) renamed: Vec<(String, String)>,
}

/// A module, read so far that it can be written again in another order.
struct Source<'a> {
    types: TypeSectionReader<'a>,
    signatures: Vec<FuncType>,
    imports: ImportSectionReader<'a>,
    /// The module that the glue imports its functions from.
    glue: &'a str,
    imported: u32,
    /// The type of each function, imported ones first.
    functions: Vec<u32>,
    tables: Vec<Table<'a>>,
    memories: MemorySectionReader<'a>,
    globals: GlobalSectionReader<'a>,
    /// Their types.
    global_types: Vec<wasmparser::GlobalType>,
    exports: Vec<Export<'a>>,
    start: Option<u32>,
    elements: ElementSectionReader<'a>,
    bodies: Vec<FunctionBody<'a>>,
    data: DataSectionReader<'a>,
    features: Option<&'a [u8]>,
}

impl<'a> Source<'a> {
    fn read(module: &'a [u8]) -> Result<Source<'a>> {
        let (mut types, mut imports, mut memories, mut globals, mut elements, mut data) =
            (None, None, None, None, None, None);
        let (mut start, mut features) = (None, None);
        let (mut functions, mut tables, mut exports, mut bodies) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(section) => types = Some(section),
                Payload::ImportSection(section) => imports = Some(section),
                Payload::FunctionSection(section) => {
                    functions = section.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::TableSection(section) => {
                    tables = section.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::MemorySection(section) => memories = Some(section),
                Payload::GlobalSection(section) => globals = Some(section),
                Payload::ExportSection(section) => {
                    exports = section.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::StartSection { func, .. } => start = Some(func),
                Payload::ElementSection(section) => elements = Some(section),
                Payload::CodeSectionEntry(body) => bodies.push(body),
                Payload::DataSection(section) => data = Some(section),
                Payload::CustomSection(section) if section.name() == "target_features" => {
                    features = Some(section.data());
                }
                Payload::TagSection(_) => bail!("exception tags are not expected"),
                _ => {}
            }
        }
        let (Some(types), Some(imports), Some(memories), Some(globals), Some(elements), Some(data)) =
            (types, imports, memories, globals, elements, data)
        else {
            bail!("a section is missing that every build of the page has");
        };
        let signatures = types.clone().into_iter_err_on_gc_types();
        let mut glue = "";
        let mut own = Vec::new();
        for import in imports.clone().into_imports() {
            let import = import?;
            let TypeRef::Func(signature) = import.ty else {
                bail!("only functions are imported, not `{}`", import.name);
            };
            glue = import.module;
            own.push(signature);
        }
        let imported = own.len() as u32;
        own.append(&mut functions);
        let global_types = globals.clone().into_iter().map(|global| Ok(global?.ty));
        Ok(Source {
            signatures: signatures.collect::<Result<_, _>>()?,
            types,
            imports,
            glue,
            imported,
            functions: own,
            tables,
            memories,
            global_types: global_types.collect::<Result<_>>()?,
            globals,
            exports,
            start,
            elements,
            bodies,
            data,
            features,
        })
    }

    /// The functions of the module's own, with their bodies.
    fn own(&self) -> impl Iterator<Item = (u32, &FunctionBody<'a>)> {
        (self.imported..).zip(&self.bodies)
    }

    /// The table that functions are called through.
    fn table(&self) -> Result<u32> {
        let of_functions = |table: &Table<'_>| table.ty.element_type.is_func_ref();
        let at = self.tables.iter().position(of_functions);
        at.map(|at| at as u32)
            .ok_or_else(|| anyhow::anyhow!("there is no table of functions"))
    }

    /// Which function stands at each place of the table.
    fn slots(&self) -> Result<BTreeMap<u32, u32>> {
        let mut slots = BTreeMap::new();
        for element in self.elements.clone() {
            let element = element?;
            let ElementKind::Active { offset_expr, .. } = element.kind else {
                continue;
            };
            let ElementItems::Functions(functions) = element.items else {
                continue;
            };
            let Operator::I32Const { value: from } = offset_expr.get_operators_reader().read()?
            else {
                bail!("a segment of the table begins at a place that is not a number");
            };
            for (place, function) in (from as u32..).zip(functions) {
                slots.insert(place, function?);
            }
        }
        Ok(slots)
    }
}

/// Old numbers to new ones, in one half.
#[derive(Default)]
struct Numbers {
    functions: BTreeMap<u32, u32>,
    globals: BTreeMap<u32, u32>,
}

impl Reencode for Numbers {
    type Error = Infallible;

    fn function_index(&mut self, old: u32) -> Result<u32, reencode::Error<Infallible>> {
        Ok(self.functions[&old])
    }

    fn global_index(&mut self, old: u32) -> Result<u32, reencode::Error<Infallible>> {
        Ok(*self.globals.get(&old).unwrap_or(&old))
    }
}

/// What a function mentions.
#[derive(Default)]
struct Mentions {
    functions: Vec<u32>,
    globals: Vec<u32>,
}

fn mentions(body: &FunctionBody<'_>) -> Result<Mentions> {
    let mut found = Mentions::default();
    for operator in body.get_operators_reader()? {
        match operator? {
            Operator::Call { function_index } => found.functions.push(function_index),
            Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index } => {
                found.globals.push(global_index);
            }
            Operator::RefFunc { .. }
            | Operator::ReturnCall { .. }
            | Operator::MemoryInit { .. }
            | Operator::DataDrop { .. }
            | Operator::TableInit { .. }
            | Operator::ElemDrop { .. } => bail!("an instruction that rustc does not write"),
            _ => {}
        }
    }
    Ok(found)
}

/// Parts the module: the functions of the `first` numbers, what is exported and what starts it, from the rest.
///
/// The first `linked` segments of data are the linker's; what follows them is in use, with all that it names.
pub(crate) fn split(module: &[u8], first: &[u32], linked: usize) -> Result<Halves> {
    let source = Source::read(module)?;
    let count = source.functions.len();
    let mut is_later = vec![true; count];
    is_later[..source.imported as usize].fill(false);
    let exported = source.exports.iter().filter_map(|export| {
        let function = matches!(export.kind, ExternalKind::Func);
        function.then_some(export.index)
    });
    for function in first.iter().copied().chain(exported).chain(source.start) {
        match is_later.get_mut(function as usize) {
            Some(later) => *later = false,
            None => bail!("there is no function {function}"),
        }
    }

    let segments = Segment::all(source.data.clone())?;
    let mut addresses = Addresses::default();
    for (function, body) in source.own() {
        if !is_later[function as usize] {
            addresses.add(body)?;
        }
    }
    for global in source.globals.clone() {
        if let Operator::I32Const { value } = global?.init_expr.get_operators_reader().read()? {
            addresses.insert(value as u32);
        }
    }
    let (linked, used) = segments
        .split_at_checked(linked)
        .unwrap_or((&segments, &[]));
    for segment in used {
        segment.words().for_each(|word| addresses.insert(word));
    }
    let moved = Symbols::read(module, linked)?.unnamed(&addresses, linked);
    let mut named = addresses;
    for segment in &segments {
        let data = without(segment, &moved);
        let from = segment.from;
        let left = Segment { from, data: &data };
        left.words().for_each(|word| named.insert(word));
    }

    // What each half reaches of the other, and the places in the table that lead from the first to the second.
    let mut slots = source.slots()?;
    let (mut slot_of, mut had) = (BTreeMap::new(), BTreeMap::new());
    // Of what comes later, the places that the first half knows: who does not have the number cannot call by it.
    let mut led_to = BTreeSet::new();
    for (slot, function) in &slots {
        if is_later[*function as usize] {
            had.insert(*function, *slot);
            if named.contains(*slot) {
                led_to.insert(*slot);
                slot_of.insert(*function, *slot);
            }
        }
    }
    let size = u32::try_from(source.tables[source.table()? as usize].ty.initial)?;
    let mut next_slot = size;
    let (mut shared, mut globals) = (BTreeMap::new(), BTreeMap::new());
    let mut calls: BTreeMap<u32, u32> = BTreeMap::new();
    for (function, body) in source.own() {
        let found = mentions(body)?;
        if is_later[function as usize] {
            let back = found
                .functions
                .iter()
                .filter(|called| !is_later[**called as usize]);
            shared.extend(back.map(|called| (*called, ())));
            globals.extend(found.globals.iter().map(|global| (*global, ())));
        } else {
            for called in found.functions {
                if is_later[called as usize] {
                    *calls.entry(called).or_default() += 1;
                    slot_of.entry(called).or_insert_with(|| {
                        had.get(&called).copied().unwrap_or_else(|| {
                            next_slot += 1;
                            next_slot - 1
                        })
                    });
                }
            }
        }
    }
    for (function, slot) in &slot_of {
        slots.insert(*slot, *function);
    }
    // Who leads to the table for whom.
    let mut alike: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (function, slot) in &slot_of {
        if !led_to.contains(slot) && calls.get(function) == Some(&1) {
            let signature = source.functions[*function as usize];
            alike.entry(signature).or_default().push(*function);
        }
    }
    alike.retain(|_, functions| functions.len() >= WORTH_ONE);
    // By which places the second half finds the functions of the first.
    let kept = in_order(&source, |function| !is_later[function as usize]);
    let mut shared_slot: BTreeMap<u32, u32> = BTreeMap::new();
    for (slot, function) in &slots {
        shared_slot.insert(*function, *slot);
    }
    shared_slot.retain(|function, _| shared.contains_key(function));
    for function in (0..source.imported).chain(kept.iter().copied()) {
        if shared.contains_key(&function) && !shared_slot.contains_key(&function) {
            shared_slot.insert(function, next_slot);
            slots.insert(next_slot, function);
            next_slot += 1;
        }
    }
    let plan = Plan {
        segments,
        moved,
        shared: shared_slot,
        kept,
        globals: globals.into_keys().collect(),
        is_later,
        slots,
        slot_of,
        led_to,
        led: alike,
        table_size: next_slot,
    };
    let imports = source.imports.clone().into_imports();
    let renamed = (1..).zip(imports).map(|(number, import)| {
        let name = import?.name;
        Ok((name.to_owned(), short(number)))
    });
    let renamed = renamed.collect::<Result<Vec<_>>>()?;
    let (first, names) = plan.first(&source, &renamed)?;
    Ok(Halves {
        first,
        later: plan.later(&source, &names)?,
        renamed,
    })
}

/// Where everything goes.
struct Plan<'a> {
    /// The module's data.
    segments: Vec<Segment<'a>>,
    /// Where in memory those lie that come later.
    moved: Vec<Range<u32>>,
    /// For each function, whether it comes later.
    is_later: Vec<bool>,
    /// The functions of the first half that the second calls, and their places in the table.
    shared: BTreeMap<u32, u32>,
    /// The functions that stay, in order.
    kept: Vec<u32>,
    /// The globals that the second half uses.
    globals: Vec<u32>,
    /// Which function stands at each place of the table.
    slots: BTreeMap<u32, u32>,
    /// The place of each function that the first half calls and the second has.
    slot_of: BTreeMap<u32, u32>,
    /// The places that the first half may call by number before the second is there.
    led_to: BTreeSet<u32>,
    /// Those of them that share a stub, by their type.
    led: BTreeMap<u32, Vec<u32>>,
    table_size: u32,
}

/// Names of the first half's exports.
struct Names {
    globals: BTreeMap<u32, String>,
    tables: Vec<String>,
    memory: String,
}

impl Plan<'_> {
    /// The first half, and what the second finds in it.
    fn first(&self, source: &Source<'_>, renamed: &[(String, String)]) -> Result<(Vec<u8>, Names)> {
        // Imported functions keep their numbers; the one that fetches stands after them, then those that stay, then the
        // stubs of those that do not.
        let fetch = source.imported;
        let mut numbers = Numbers::default();
        let mut kept = self.kept.clone();
        let mut leader = BTreeMap::new();
        for (signature, functions) in &self.led {
            leader.extend(functions.iter().map(|function| (*function, *signature)));
        }
        let stubs = self.slot_of.keys().copied();
        let mut stubs: Vec<u32> = stubs
            .filter(|function| !leader.contains_key(function))
            .collect();
        stubs
            .sort_by_key(|function| (source.functions[*function as usize], self.slot_of[function]));
        kept.append(&mut stubs);
        for (number, function) in (0..fetch)
            .map(|own| (own, own))
            .chain((fetch + 1..).zip(kept.iter().copied()))
        {
            numbers.functions.insert(function, number);
        }
        let see_to_it = fetch + 1 + kept.len() as u32;
        let leaders: BTreeMap<u32, u32> = self.led.keys().copied().zip(see_to_it + 1..).collect();
        let ready = source.global_types.len() as u32;

        let mut types = TypeSection::new();
        numbers.parse_type_section(&mut types, source.types.clone())?;
        let plain = source.signatures.len() as u32;
        types.ty().function([], []);
        for signature in self.led.keys() {
            let ty = &source.signatures[*signature as usize];
            let value = |ty: &wasmparser::ValType| numbers.val_type(*ty);
            let mut arguments = ty
                .params()
                .iter()
                .map(value)
                .collect::<Result<Vec<_>, _>>()?;
            let value = |ty: &wasmparser::ValType| numbers.val_type(*ty);
            let results = ty
                .results()
                .iter()
                .map(value)
                .collect::<Result<Vec<_>, _>>()?;
            arguments.push(ValType::I32);
            types.ty().function(arguments, results);
        }

        let mut imports = ImportSection::new();
        for (signature, (_, name)) in source.functions.iter().zip(renamed) {
            imports.import(source.glue, name, EntityType::Function(*signature));
        }
        imports.import(source.glue, FETCH, EntityType::Function(plain));

        let mut functions = FunctionSection::new();
        for function in &kept {
            functions.function(source.functions[*function as usize]);
        }
        functions.function(plain);
        for ty in (plain + 1..).take(self.led.len()) {
            functions.function(ty);
        }

        let mut globals = GlobalSection::new();
        numbers.parse_global_section(&mut globals, source.globals.clone())?;
        globals.global(flag(), &ConstExpr::i32_const(0));

        let (exports, names) = self.exports(source, &mut numbers, ready)?;

        let mut code = CodeSection::new();
        for function in &kept {
            if self.is_later[*function as usize] {
                code.function(&self.stub(source, *function, see_to_it)?);
            } else {
                let body = &source.bodies[(*function - source.imported) as usize];
                let mut function = numbers.new_function_with_parsed_locals(body)?;
                for operator in body.get_operators_reader()? {
                    let operator = operator?;
                    let led = match operator {
                        Operator::Call { function_index } => {
                            leader.get(&function_index).zip(Some(function_index))
                        }
                        _ => None,
                    };
                    if let Some((signature, called)) = led {
                        function.instruction(&Instruction::I32Const(self.slot_of[&called] as i32));
                        function.instruction(&Instruction::Call(leaders[signature]));
                    } else {
                        function.instruction(&numbers.instruction(operator)?);
                    }
                }
                code.function(&function);
            }
        }
        let mut function = Function::new([]);
        function.instruction(&Instruction::GlobalGet(ready));
        function.instruction(&Instruction::I32Eqz);
        function.instruction(&Instruction::If(wasm_encoder::BlockType::Empty));
        function.instruction(&Instruction::Call(fetch));
        function.instruction(&Instruction::End);
        function.instruction(&Instruction::End);
        code.function(&function);
        for signature in self.led.keys() {
            code.function(&self.lead(source, *signature, see_to_it)?);
        }

        let mut memories = MemorySection::new();
        numbers.parse_memory_section(&mut memories, source.memories.clone())?;

        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&self.tables(source)?)
            .section(&memories)
            .section(&globals)
            .section(&exports);
        if let Some(function) = source.start {
            let function_index = numbers.functions[&function];
            module.section(&StartSection { function_index });
        }
        module.section(&self.elements(source, &numbers, true)?);
        module.section(&code).section(&self.first_data());
        features(&mut module, source);
        Ok((module.finish(), names))
    }

    /// The data without those that come later: zeros stand in their place, which cost less than segments.
    fn first_data(&self) -> DataSection {
        let mut section = DataSection::new();
        for segment in &self.segments {
            let data = without(segment, &self.moved);
            section.active(0, &ConstExpr::i32_const(segment.from as i32), data);
        }
        section
    }

    /// The data that come later.
    fn later_data(&self) -> DataSection {
        let mut section = DataSection::new();
        for place in &self.moved {
            for segment in &self.segments {
                let data = segment.within(place);
                if !data.is_empty() {
                    let from = place.start.max(segment.from);
                    section.active(0, &ConstExpr::i32_const(from as i32), data.to_vec());
                }
            }
        }
        section
    }

    /// The first half's exports: those that the glue wants, and what the second half imports.
    fn exports(
        &self,
        source: &Source<'_>,
        numbers: &mut Numbers,
        ready: u32,
    ) -> Result<(ExportSection, Names)> {
        let mut exports = ExportSection::new();
        let mut known = BTreeMap::new();
        for export in &source.exports {
            numbers.parse_export(&mut exports, *export)?;
            known.insert((kind(export.kind), export.index), export.name.to_owned());
        }
        exports.export(READY, ExportKind::Global, ready);
        exports.export(TABLE, ExportKind::Table, source.table()?);
        known.insert((ExportKind::Table as u8, source.table()?), TABLE.to_owned());
        let mut fresh = 0;
        let mut name = |kind: ExportKind, old: u32, new: u32| {
            known.get(&(kind as u8, old)).cloned().unwrap_or_else(|| {
                fresh += 1;
                let name = format!("_{}", short(fresh));
                exports.export(&name, kind, new);
                name
            })
        };
        let names = Names {
            globals: self
                .globals
                .iter()
                .map(|old| (*old, name(ExportKind::Global, *old, *old)))
                .collect(),
            tables: (0..source.tables.len() as u32)
                .map(|old| name(ExportKind::Table, old, old))
                .collect(),
            memory: name(ExportKind::Memory, 0, 0),
        };
        Ok((exports, names))
    }

    /// In place of a function that comes later.
    fn stub(&self, source: &Source<'_>, function: u32, see_to_it: u32) -> Result<Function> {
        let slot = Instruction::I32Const(self.slot_of[&function] as i32);
        to_table(
            source,
            source.functions[function as usize],
            &slot,
            see_to_it,
        )
    }

    /// In place of all functions of a type that come later: the last argument says which.
    fn lead(&self, source: &Source<'_>, signature: u32, see_to_it: u32) -> Result<Function> {
        let last = source.signatures[signature as usize].params().len() as u32;
        to_table(source, signature, &Instruction::LocalGet(last), see_to_it)
    }

    fn table_type(&self, source: &Source<'_>, at: usize) -> Result<wasm_encoder::TableType> {
        let mut table = utils::table_type(&mut Numbers::default(), source.tables[at].ty)?;
        if at == source.table()? as usize {
            table.minimum = self.table_size.into();
            table.maximum = table.maximum.map(|most| most.max(table.minimum));
        }
        Ok(table)
    }

    fn tables(&self, source: &Source<'_>) -> Result<TableSection> {
        let mut tables = TableSection::new();
        for at in 0..source.tables.len() {
            tables.table(self.table_type(source, at)?);
        }
        Ok(tables)
    }

    /// The table's places: in the first half all that were there, in the second those of its functions.
    fn elements(
        &self,
        source: &Source<'_>,
        numbers: &Numbers,
        first: bool,
    ) -> Result<ElementSection> {
        let size = self.table_size;
        let mut elements = ElementSection::new();
        let table = Some(source.table()?).filter(|table| *table != 0);
        let mut run: Vec<u32> = Vec::new();
        for slot in 0..=size {
            let function = self.slots.get(&slot).filter(|function| {
                // A place that only stubs use is empty until the second half comes.
                let later = self.is_later[**function as usize];
                if first {
                    !later || self.led_to.contains(&slot)
                } else {
                    later
                }
            });
            match function {
                Some(function) => run.push(numbers.functions[function]),
                None if !run.is_empty() => {
                    let from = slot - run.len() as u32;
                    let functions = Elements::Functions(Cow::Owned(std::mem::take(&mut run)));
                    elements.active(table, &ConstExpr::i32_const(from as i32), functions);
                }
                None => {}
            }
        }
        Ok(elements)
    }

    /// The second half.
    fn later(&self, source: &Source<'_>, names: &Names) -> Result<Vec<u8>> {
        let mut numbers = Numbers::default();
        let mut types = TypeSection::new();
        numbers.parse_type_section(&mut types, source.types.clone())?;
        let plain = source.signatures.len() as u32;
        types.ty().function([], []);

        let mut imports = ImportSection::new();
        for (at, (function, slot)) in self.shared.iter().enumerate() {
            let signature = EntityType::Function(source.functions[*function as usize]);
            imports.import(FIRST, &slot.to_string(), signature);
            numbers.functions.insert(*function, at as u32);
        }
        let memory = source.memories.clone().into_iter().next();
        ensure!(source.memories.count() == 1, "one memory is expected");
        if let Some(memory) = memory {
            let memory = utils::memory_type(&mut numbers, memory?);
            imports.import(FIRST, &names.memory, EntityType::Memory(memory));
        }
        for (at, name) in names.tables.iter().enumerate() {
            let table = EntityType::Table(self.table_type(source, at)?);
            imports.import(FIRST, name, table);
        }
        for (at, global) in self.globals.iter().enumerate() {
            let ty = utils::global_type(&mut numbers, source.global_types[*global as usize])?;
            imports.import(FIRST, &names.globals[global], EntityType::Global(ty));
            numbers.globals.insert(*global, at as u32);
        }
        let ready = self.globals.len() as u32;
        imports.import(FIRST, READY, EntityType::Global(flag()));

        let mut functions = FunctionSection::new();
        let mut number = self.shared.len() as u32;
        let own = in_order(source, |function| self.is_later[function as usize]);
        for function in &own {
            numbers.functions.insert(*function, number);
            functions.function(source.functions[*function as usize]);
            number += 1;
        }
        functions.function(plain);

        let mut code = CodeSection::new();
        for function in own {
            let body = &source.bodies[(function - source.imported) as usize];
            numbers.parse_function_body(&mut code, body.clone())?;
        }
        let mut in_place = Function::new([]);
        in_place.instruction(&Instruction::I32Const(1));
        in_place.instruction(&Instruction::GlobalSet(ready));
        in_place.instruction(&Instruction::End);
        code.function(&in_place);

        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&StartSection {
                function_index: number,
            })
            .section(&self.elements(source, &numbers, false)?)
            .section(&code)
            .section(&self.later_data());
        features(&mut module, source);
        Ok(module.finish())
    }
}

/// The data of a segment, with zeros in place of those that come later.
fn without(segment: &Segment<'_>, moved: &[Range<u32>]) -> Vec<u8> {
    let mut data = segment.data.to_vec();
    for place in moved {
        let gone = segment.within(place).len();
        if gone > 0 {
            let from = (place.start.max(segment.from) - segment.from) as usize;
            data[from..from + gone].fill(0);
        }
    }
    data
}

/// Calls the function of the type `signature` that stands at `slot`.
fn to_table(
    source: &Source<'_>,
    signature: u32,
    slot: &Instruction<'_>,
    see_to_it: u32,
) -> Result<Function> {
    let mut stub = Function::new([]);
    stub.instruction(&Instruction::Call(see_to_it));
    for argument in 0..source.signatures[signature as usize].params().len() as u32 {
        stub.instruction(&Instruction::LocalGet(argument));
    }
    stub.instruction(slot);
    stub.instruction(&Instruction::CallIndirect {
        type_index: signature,
        table_index: source.table()?,
    });
    stub.instruction(&Instruction::End);
    Ok(stub)
}

/// Some of a module's own functions, those that are alike beside each other.
fn in_order(source: &Source<'_>, is_meant: impl Fn(u32) -> bool) -> Vec<u32> {
    let some: Vec<_> = source
        .own()
        .filter(|(function, _)| is_meant(*function))
        .collect();
    let bodies: Vec<&[u8]> = some.iter().map(|(_, body)| body.as_bytes()).collect();
    let order = order::alike(&bodies);
    order.into_iter().map(|place| some[place].0).collect()
}

/// The type of the global [`READY`] and of marks.
pub(crate) fn flag() -> GlobalType {
    GlobalType {
        val_type: ValType::I32,
        mutable: true,
        shared: false,
    }
}

/// Says which features the code uses: other tools refuse a module without it.
fn features(module: &mut Module, source: &Source<'_>) {
    if let Some(data) = source.features {
        module.section(&wasm_encoder::CustomSection {
            name: "target_features".into(),
            data: data.into(),
        });
    }
}

fn kind(kind: ExternalKind) -> u8 {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => ExportKind::Func as u8,
        ExternalKind::Table => ExportKind::Table as u8,
        ExternalKind::Memory => ExportKind::Memory as u8,
        ExternalKind::Global => ExportKind::Global as u8,
        ExternalKind::Tag => ExportKind::Tag as u8,
    }
}

/// A number in as few letters as possible.
fn short(mut number: u32) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut text = String::new();
    while number > 0 {
        text.push(char::from(LETTERS[number as usize % LETTERS.len()]));
        number /= LETTERS.len() as u32;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{EntityType, RefType, TableType};

    /// Functions: 0 imported; 1 exported, calls 2, 3 and 4; 2 calls 0 and 5; 3 and 4 stand in the table; 5 writes the global.
    fn module() -> Vec<u8> {
        module_with(0)
    }

    /// The same with so many more functions, from 6 on, each of which 1 calls at one place.
    fn module_with(more: u32) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([ValType::I32], [ValType::I32]);
        let mut imports = ImportSection::new();
        imports.import("./glue.js", "hello", EntityType::Function(0));
        let mut functions = FunctionSection::new();
        for signature in [0, 0, 1, 1, 0] {
            functions.function(signature);
        }
        for _ in 0..more {
            functions.function(1);
        }
        let mut tables = TableSection::new();
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: 3,
            maximum: Some(3),
            shared: false,
        });
        let mut memories = MemorySection::new();
        memories.memory(wasm_encoder::MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut globals = GlobalSection::new();
        globals.global(flag(), &ConstExpr::i32_const(7));
        let mut exports = ExportSection::new();
        exports.export("start", ExportKind::Func, 1);
        exports.export("memory", ExportKind::Memory, 0);
        let mut elements = ElementSection::new();
        elements.active(
            None,
            &ConstExpr::i32_const(1),
            Elements::Functions(vec![3, 4].into()),
        );
        let mut code = CodeSection::new();
        let bodies: [&[Instruction<'_>]; 5] = [
            &[
                Instruction::Call(2),
                Instruction::I32Const(1),
                Instruction::Call(3),
                Instruction::Call(4),
                Instruction::Drop,
            ],
            &[Instruction::Call(0), Instruction::Call(5)],
            &[Instruction::LocalGet(0)],
            &[Instruction::LocalGet(0)],
            &[Instruction::I32Const(8), Instruction::GlobalSet(0)],
        ];
        let mut bodies = bodies.map(<[_]>::to_vec).to_vec();
        for number in 6..6 + more {
            let call = [Instruction::Call(number), Instruction::Drop];
            bodies[0].push(Instruction::I32Const(1));
            bodies[0].extend(call);
            bodies.push(vec![Instruction::LocalGet(0)]);
        }
        for body in bodies {
            let mut function = Function::new([]);
            for instruction in &body {
                function.instruction(instruction);
            }
            function.instruction(&Instruction::End);
            code.function(&function);
        }
        let mut data = DataSection::new();
        data.active(0, &ConstExpr::i32_const(16), *b"text");
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&tables)
            .section(&memories)
            .section(&globals)
            .section(&exports)
            .section(&elements)
            .section(&code)
            .section(&data);
        module.finish()
    }

    fn bodies(module: &[u8]) -> usize {
        Source::read(module).map_or_else(
            // The second half has no data, memory or globals of its own.
            |_| {
                let payloads = Parser::new(0).parse_all(module);
                payloads
                    .filter(|payload| matches!(payload, Ok(Payload::CodeSectionEntry(_))))
                    .count()
            },
            |source| source.bodies.len(),
        )
    }

    #[test]
    fn both_halves_are_modules() -> Result<()> {
        for first in [&[][..], &[2], &[3, 5], &[2, 3, 4, 5]] {
            let halves = split(&module(), first, 1)?;
            wasmparser::validate(&halves.first)?;
            wasmparser::validate(&halves.later)?;
        }
        Ok(())
    }

    /// 2 leads to 5, which leaves no stub; 1 stays because it is exported.
    #[test]
    fn only_what_the_first_half_reaches_leaves_a_stub() -> Result<()> {
        let halves = split(&module(), &[3], 1)?;
        // 1 and 3, the stubs of 2 and 4, and what sees to it that the second half is there.
        assert_eq!(bodies(&halves.first), 5);
        // 2, 4, 5, and what tells that they are in place.
        assert_eq!(bodies(&halves.later), 4);
        let source = Source::read(&halves.first)?;
        assert_eq!(source.tables[0].ty.initial, 5, "a place for 2, and for 0");
        assert_eq!(
            source.slots()?.len(),
            2,
            "those for 2 and 4 are empty at first"
        );
        Ok(())
    }

    /// 1 has the number 1, which may be a place in the table, and not the number 2.
    #[test]
    fn places_that_the_first_half_cannot_know_are_empty_at_first() -> Result<()> {
        let halves = split(&module(), &[], 1)?;
        let first = Source::read(&halves.first)?.slots()?;
        assert!(first.contains_key(&1) && !first.contains_key(&2));
        let mut filled = Vec::new();
        for payload in Parser::new(0).parse_all(&halves.later) {
            if let Payload::ElementSection(elements) = payload? {
                for element in elements {
                    let ElementKind::Active { offset_expr, .. } = element?.kind else {
                        bail!("a segment that is placed by nobody");
                    };
                    if let Operator::I32Const { value } =
                        offset_expr.get_operators_reader().read()?
                    {
                        filled.push(value);
                    }
                }
            }
        }
        assert_eq!(filled[0], 1, "from there on the second half fills it");
        Ok(())
    }

    #[test]
    fn functions_of_one_type_share_a_stub() -> Result<()> {
        let first = |more| {
            let halves = split(&module_with(more), &[], 1)?;
            wasmparser::validate(&halves.first)?;
            wasmparser::validate(&halves.later)?;
            Ok::<_, anyhow::Error>(bodies(&halves.first))
        };
        let without = first(0)?;
        // One of that type is there already.
        assert_eq!(first(1)?, without + 1, "a stub each");
        assert_eq!(first(2)?, without, "one for all");
        assert_eq!(first(9)?, without, "one for all");
        Ok(())
    }

    /// What the second half wants is what the first exports, by name and kind.
    #[test]
    fn the_second_half_finds_all_it_imports() -> Result<()> {
        let halves = split(&module(), &[], 1)?;
        let first = Source::read(&halves.first)?;
        let mut wanted = 0;
        for payload in Parser::new(0).parse_all(&halves.later) {
            let Payload::ImportSection(imports) = payload? else {
                continue;
            };
            for import in imports.into_imports() {
                let import = import?;
                assert_eq!(import.module, FIRST);
                wanted += 1;
                if let TypeRef::Func(_) = import.ty {
                    let slot = import.name.parse()?;
                    assert!(first.slots()?.contains_key(&slot), "{slot}");
                    continue;
                }
                let export = first.exports.iter().find(|it| it.name == import.name);
                let export = export.unwrap_or_else(|| panic!("{} is exported", import.name));
                let same = match import.ty {
                    TypeRef::Table(_) => export.kind == ExternalKind::Table,
                    TypeRef::Memory(_) => export.kind == ExternalKind::Memory,
                    TypeRef::Global(_) => export.kind == ExternalKind::Global,
                    _ => false,
                };
                assert!(same, "{}", import.name);
            }
        }
        assert_eq!(halves.renamed, [("hello".to_owned(), "b".to_owned())]);
        // The function 0, memory, table, the global, and the flag.
        assert_eq!(wanted, 5);
        Ok(())
    }

    #[test]
    fn what_does_not_exist_cannot_be_first() {
        assert!(split(&module(), &[99], 1).is_err());
    }
}
