//! Takes out of a module's functions what a first visit does not run: each such piece becomes a function of its own, which
//! [`crate::split`] can then leave to the second half.
//!
//! A piece goes from a place where code can begin or stop to run (a *point*) to the end of the block, arm, loop or function
//! around it. The locals it reads become arguments; the ones it changes for those who come after become results, and so does
//! the way it leaves: over its end, to a label around it, or out of the function. Nothing is optimised, and the order in which
//! things happen stays. Only void labels are followed; a piece that leaves to another one stays where it is.

use std::{collections::BTreeMap, mem};

use anyhow::{Context as _, Result, bail};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, Encode as _, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, Instruction, Module, RawSection, TypeSection, ValType,
    reencode::{Reencode, RoundtripReencoder},
};
use wasmparser::{
    FunctionBody, KnownCustom, Name, Operator, Parser, Payload, ValidPayload, Validator,
};

/// Names of exported marks: this, and the number of the point that ran.
const MARK: &str = "ran";

/// What a call of a piece costs beside its arguments: a place in the table, and the number that says which.
const CALL: usize = 8;

/// Data begin here, behind the stack.
const DATA: i32 = 1 << 20;

/// What it is worth that an address of data is named by a piece only: they may follow it.
const NAMED: usize = 8;

/// A module whose functions are in pieces.
pub(crate) struct Outlined {
    pub(crate) module: Vec<u8>,
    /// The functions that run in a first visit.
    pub(crate) first: Vec<u32>,
}

/// What a module has of which this file needs to know.
struct Source<'a> {
    signatures: Vec<wasmparser::FuncType>,
    /// The type of each function, imported ones first.
    functions: Vec<u32>,
    imported: u32,
    globals: u32,
    bodies: Vec<Body<'a>>,
    names: BTreeMap<u32, &'a str>,
}

/// A function's operators, and what is known of each.
struct Body<'a> {
    ops: Vec<Op<'a>>,
    /// The types of arguments and locals.
    locals: Vec<wasmparser::ValType>,
    /// The locals as they are declared, without the arguments.
    declared: Vec<(u32, wasmparser::ValType)>,
}

struct Op<'a> {
    op: Operator<'a>,
    /// Where it stands in the module.
    bytes: std::ops::Range<usize>,
    /// The point behind it, if there is one.
    point: Option<u32>,
    /// Nothing of the block around it is on the stack before it, and it can be reached.
    clean: bool,
    reachable: bool,
    /// Where the arm ends that begins here: the place of `else` or `end`.
    arm_end: usize,
    /// The same for `if` with both arms.
    end: usize,
}

fn read(module: &[u8]) -> Result<Source<'_>> {
    let mut source = Source {
        signatures: Vec::new(),
        functions: Vec::new(),
        imported: 0,
        globals: 0,
        bodies: Vec::new(),
        names: BTreeMap::new(),
    };
    let mut validator = Validator::new();
    let mut point = 0;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        let valid = validator.payload(&payload)?;
        match payload {
            Payload::TypeSection(section) => {
                let types = section.into_iter_err_on_gc_types();
                source.signatures = types.collect::<Result<_, _>>()?;
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if let wasmparser::TypeRef::Func(signature) = import?.ty {
                        source.functions.push(signature);
                    }
                }
                source.imported = source.functions.len() as u32;
            }
            Payload::FunctionSection(section) => {
                for function in section {
                    source.functions.push(function?);
                }
            }
            Payload::GlobalSection(section) => source.globals = section.count(),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    for name in names {
                        if let Name::Function(names) = name? {
                            for name in names {
                                let name = name?;
                                source.names.insert(name.index, name.name);
                            }
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(_) => {
                let ValidPayload::Func(function, body) = valid else {
                    bail!("a function without a type");
                };
                let number = source.imported as usize + source.bodies.len();
                let signature = &source.signatures[source.functions[number] as usize];
                let validator = function.into_validator(Default::default());
                let body = read_body(&body, signature, validator, &mut point)?;
                source.bodies.push(body);
            }
            _ => {}
        }
    }
    Ok(source)
}

fn read_body<'a>(
    body: &FunctionBody<'a>,
    signature: &wasmparser::FuncType,
    mut validator: wasmparser::FuncValidator<wasmparser::ValidatorResources>,
    point: &mut u32,
) -> Result<Body<'a>> {
    let mut reader = body.get_binary_reader();
    validator.read_locals(&mut reader)?;
    let mut locals = signature.params().to_vec();
    let mut declared = Vec::new();
    for group in body.get_locals_reader()? {
        let (count, ty) = group?;
        locals.extend((0..count).map(|_| ty));
        declared.push((count, ty));
    }
    // The point of the function itself.
    *point += 1;
    let mut ops: Vec<Op<'a>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let (op, start) = reader.read_with_offset()?;
        let height = validator.operand_stack_height() as usize;
        let frame = validator.get_control_frame(0);
        let frame = frame.context("an operator behind the end of its function")?;
        let (reachable, level) = (!frame.unreachable, frame.height == height);
        validator.op(start, &op)?;
        let at = ops.len();
        let mut may_stop = matches!(
            op,
            Operator::If { .. } | Operator::Else | Operator::BrIf { .. }
        );
        match op {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => open.push(at),
            Operator::Else => {
                let begin = *open.last().context("`else` without `if`")?;
                ops[begin].arm_end = at;
            }
            Operator::End => {
                if let Some(begin) = open.pop() {
                    ops[begin].end = at;
                    let arm = if ops[begin].arm_end == 0 {
                        begin
                    } else {
                        ops[begin].arm_end
                    };
                    ops[arm].arm_end = at;
                    may_stop = true;
                }
            }
            _ => {}
        }
        let here = may_stop.then_some(*point);
        *point += u32::from(may_stop);
        ops.push(Op {
            op,
            bytes: start..reader.original_position(),
            point: here,
            clean: level && reachable,
            reachable,
            arm_end: 0,
            end: 0,
        });
    }
    Ok(Body {
        ops,
        locals,
        declared,
    })
}

/// The module with an exported mark for each point, `ran` and its number, which is 1 once code ran from there.
pub(crate) fn with_marks(module: &[u8]) -> Result<Vec<u8>> {
    let source = read(module)?;
    let mut mark = source.globals;
    let mut code = CodeSection::new();
    let mut marked = |out: &mut Vec<u8>| {
        Instruction::I32Const(1).encode(out);
        Instruction::GlobalSet(mark).encode(out);
        mark += 1;
    };
    for body in &source.bodies {
        let mut out = Vec::new();
        marked(&mut out);
        for op in &body.ops {
            out.extend_from_slice(&module[op.bytes.clone()]);
            if op.point.is_some() {
                marked(&mut out);
            }
        }
        code.function(&function(&body.declared, &[], out)?);
    }
    let last = mark;
    let mut globals = GlobalSection::new();
    let mut exports = ExportSection::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::GlobalSection(section) => {
                RoundtripReencoder.parse_global_section(&mut globals, section)?;
            }
            Payload::ExportSection(section) => {
                RoundtripReencoder.parse_export_section(&mut exports, section)?;
            }
            _ => {}
        }
    }
    for mark in source.globals..last {
        globals.global(crate::split::flag(), &ConstExpr::i32_const(0));
        let name = format!("{MARK}{}", mark - source.globals);
        exports.export(&name, ExportKind::Global, mark);
    }
    rewritten(module, |section| match section {
        Section::Globals => Some(Box::new(globals.clone())),
        Section::Exports => Some(Box::new(exports.clone())),
        Section::Code => Some(Box::new(code.clone())),
        _ => None,
    })
}

/// A section that can be replaced.
#[derive(Clone, Copy)]
pub(crate) enum Section {
    Types,
    Functions,
    Globals,
    Exports,
    Code,
}

/// The module with other sections in place of some.
pub(crate) fn rewritten(
    module: &[u8],
    other: impl Fn(Section) -> Option<Box<dyn wasm_encoder::Section>>,
) -> Result<Vec<u8>> {
    let mut fresh = Module::new().finish();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        let replaced = match &payload {
            Payload::TypeSection(_) => other(Section::Types),
            Payload::FunctionSection(_) => other(Section::Functions),
            Payload::GlobalSection(_) => other(Section::Globals),
            Payload::ExportSection(_) => other(Section::Exports),
            Payload::CodeSectionStart { .. } => other(Section::Code),
            _ => None,
        };
        if let Some(section) = replaced {
            section.append_to(&mut fresh);
        } else if let Some((id, range)) = payload.as_section() {
            let data = &module[range];
            wasm_encoder::Section::append_to(&RawSection { id, data }, &mut fresh);
        }
    }
    Ok(fresh)
}

/// A function of declared locals, more locals, and code as it stands in a module.
fn function(
    declared: &[(u32, wasmparser::ValType)],
    more: &[ValType],
    code: Vec<u8>,
) -> Result<Function> {
    let mut locals = Vec::new();
    for (count, ty) in declared {
        locals.push((*count, RoundtripReencoder.val_type(*ty)?));
    }
    locals.extend(more.iter().map(|ty| (1, *ty)));
    let mut function = Function::new(locals);
    function.raw(code);
    Ok(function)
}

/// Takes out what did not run: `ran` are the numbers of points. A function that `is_kept` by name stays in one piece.
pub(crate) fn outline(
    module: &[u8],
    ran: &[u32],
    is_kept: impl Fn(&str) -> bool,
) -> Result<Outlined> {
    let source = read(module)?;
    let mut pieces = Pieces {
        source: &source,
        module,
        types: Vec::new(),
        functions: Vec::new(),
        code: Vec::new(),
    };
    let is_hot = |point: u32| ran.binary_search(&point).is_ok();
    let mut code = CodeSection::new();
    let mut first = Vec::new();
    let mut point = 0;
    for (number, body) in (source.imported..).zip(&source.bodies) {
        let hot = is_hot(point);
        let kept = source.names.get(&number).is_some_and(|name| is_kept(name));
        if hot {
            first.push(number);
        }
        let trimmed = if hot && !kept {
            pieces.take_out_of(number, body, &is_hot)?
        } else {
            let all = body.ops[0].bytes.start..body.ops[body.ops.len() - 1].bytes.end;
            function(&body.declared, &[], module[all].to_vec())?
        };
        code.function(&trimmed);
        point += 1 + body.ops.iter().filter(|op| op.point.is_some()).count() as u32;
    }
    for piece in &pieces.code {
        code.function(piece);
    }

    let mut types = TypeSection::new();
    let mut functions = FunctionSection::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::TypeSection(section) = payload? {
            RoundtripReencoder.parse_type_section(&mut types, section)?;
        }
    }
    for (arguments, results) in &pieces.types {
        types
            .ty()
            .function(arguments.iter().copied(), results.iter().copied());
    }
    for signature in source.functions[source.imported as usize..]
        .iter()
        .chain(&pieces.functions)
    {
        functions.function(*signature);
    }
    let module = rewritten(module, |section| match section {
        Section::Types => Some(Box::new(types.clone())),
        Section::Functions => Some(Box::new(functions.clone())),
        Section::Code => Some(Box::new(code.clone())),
        _ => None,
    })?;
    Ok(Outlined { module, first })
}

/// A set of locals.
#[derive(Clone, Default, PartialEq, Eq)]
struct Locals(Vec<u64>);

impl Locals {
    fn insert(&mut self, local: u32) {
        let word = local as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (local % 64);
    }

    fn remove(&mut self, local: u32) {
        if let Some(word) = self.0.get_mut(local as usize / 64) {
            *word &= !(1 << (local % 64));
        }
    }

    fn contains(&self, local: u32) -> bool {
        let word = self.0.get(local as usize / 64);
        word.is_some_and(|word| word >> (local % 64) & 1 == 1)
    }

    fn add(&mut self, others: &Locals) {
        if self.0.len() < others.0.len() {
            self.0.resize(others.0.len(), 0);
        }
        for (word, other) in self.0.iter_mut().zip(&others.0) {
            *word |= other;
        }
    }

    fn iter(&self) -> impl Iterator<Item = u32> {
        (0..self.0.len() as u32 * 64).filter(|local| self.contains(*local))
    }
}

/// Which locals are read later, at the labels of a function or of a part of it.
struct Live {
    /// Before the first operator.
    at_start: Locals,
    /// By the operator that opens a block or loop: what is read by those who jump to its label.
    at_label: BTreeMap<usize, Locals>,
    /// By the same: what is read behind its end.
    behind: BTreeMap<usize, Locals>,
}

/// Looks at `ops`, which stand at `from` of their function; behind their end and at each label around them, `after` is read.
fn live(ops: &[Op<'_>], from: usize, after: &Locals) -> Live {
    struct Frame {
        label: Locals,
        behind: Locals,
        other_arm: Option<Locals>,
    }
    // The operator that opens what ends here.
    let mut opens = BTreeMap::new();
    for (at, op) in (from..).zip(ops) {
        if matches!(
            op.op,
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. }
        ) {
            opens.insert(op.end, at);
        }
    }
    let mut loops: BTreeMap<usize, Locals> = BTreeMap::new();
    loop {
        let mut changed = false;
        let mut found = Live {
            at_start: Locals::default(),
            at_label: BTreeMap::new(),
            behind: BTreeMap::new(),
        };
        let mut live = after.clone();
        let mut frames: Vec<Frame> = Vec::new();
        let label = |frames: &[Frame], depth: u32| {
            let frame = frames.len().checked_sub(1 + depth as usize);
            frame.map_or(after.clone(), |at| frames[at].label.clone())
        };
        for (at, op) in (from..from + ops.len()).zip(ops).rev() {
            match &op.op {
                Operator::End => {
                    if let Some(begin) = opens.get(&at) {
                        let is_loop = matches!(ops[begin - from].op, Operator::Loop { .. });
                        let label = if is_loop {
                            loops.entry(*begin).or_default().clone()
                        } else {
                            live.clone()
                        };
                        found.at_label.insert(*begin, label.clone());
                        found.behind.insert(*begin, live.clone());
                        frames.push(Frame {
                            label,
                            behind: live.clone(),
                            other_arm: None,
                        });
                    }
                }
                Operator::Else => {
                    if let Some(frame) = frames.last_mut() {
                        let behind = frame.behind.clone();
                        frame.other_arm = Some(mem::replace(&mut live, behind));
                    }
                }
                Operator::If { .. } => {
                    if let Some(frame) = frames.pop() {
                        live.add(frame.other_arm.as_ref().unwrap_or(&frame.behind));
                    }
                }
                Operator::Loop { .. } => {
                    frames.pop();
                    let known = loops.entry(at).or_default();
                    let before = known.clone();
                    known.add(&live);
                    changed |= *known != before;
                }
                Operator::Block { .. } => {
                    frames.pop();
                }
                Operator::Br { relative_depth } => live = label(&frames, *relative_depth),
                Operator::BrIf { relative_depth } => live.add(&label(&frames, *relative_depth)),
                Operator::BrTable { targets } => {
                    live = label(&frames, targets.default());
                    for depth in targets.targets().flatten() {
                        live.add(&label(&frames, depth));
                    }
                }
                Operator::Return | Operator::Unreachable => live = Locals::default(),
                Operator::LocalGet { local_index } => live.insert(*local_index),
                Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                    live.remove(*local_index);
                }
                _ => {}
            }
        }
        if !changed {
            found.at_start = live;
            return found;
        }
    }
}

/// How a piece is left.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    /// Over its end, which is a loop's.
    End,
    /// To the label of the operator with this number.
    Label(usize),
    /// Out of the function.
    Return,
}

/// The pieces that were taken out so far.
struct Pieces<'a> {
    source: &'a Source<'a>,
    module: &'a [u8],
    /// Types of their own, behind the module's.
    types: Vec<(Vec<ValType>, Vec<ValType>)>,
    /// The type of each piece.
    functions: Vec<u32>,
    code: Vec<Function>,
}

/// A piece, and what calls it.
struct Piece {
    arguments: Vec<ValType>,
    results: Vec<ValType>,
    code: Function,
    arguments_from: Vec<u32>,
    results_to: Vec<u32>,
    exits: Vec<Exit>,
}

impl Pieces<'_> {
    /// The function without the pieces that did not run, which go to the others.
    fn take_out_of(
        &mut self,
        number: u32,
        body: &Body<'_>,
        is_hot: &impl Fn(u32) -> bool,
    ) -> Result<Function> {
        let mut around: Vec<usize> = Vec::new();
        let mut all_live = None;
        let mut out = Vec::new();
        let mut more = Vec::new();
        let mut hot = true;
        let mut at = 0;
        while at < body.ops.len() {
            let op = &body.ops[at];
            if !hot && op.clean && !matches!(op.op, Operator::End | Operator::Else) {
                let end = match around.last() {
                    Some(begin) => self.arm_end(body, *begin, at),
                    None => body.ops.len() - 1,
                };
                let named = body.ops[at..end]
                    .iter()
                    .filter(|op| matches!(op.op, Operator::I32Const { value } if value >= DATA));
                let size = body.ops[end].bytes.start - op.bytes.start + NAMED * named.count();
                if size > CALL {
                    let live =
                        all_live.get_or_insert_with(|| live(&body.ops, 0, &Locals::default()));
                    if let Some(piece) = self.piece(number, body, at..end, &around, live)? {
                        let call = self.call(number, body, &piece, &around, &mut more)?;
                        if size > call.len() + CALL {
                            self.add(piece);
                            out.extend(call);
                            at = end;
                            continue;
                        }
                    }
                }
            }
            match op.op {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                    around.push(at)
                }
                Operator::End => {
                    around.pop();
                }
                _ => {}
            }
            out.extend_from_slice(&self.module[op.bytes.clone()]);
            if let Some(point) = op.point {
                hot = is_hot(point);
            }
            at += 1;
        }
        function(&body.declared, &more, out)
    }

    /// Where the arm or block that `begin` opens ends, seen from `at`.
    fn arm_end(&self, body: &Body<'_>, begin: usize, at: usize) -> usize {
        let first = body.ops[begin].arm_end;
        if first > at {
            first
        } else {
            body.ops[begin].end
        }
    }

    /// The number that the next piece will have.
    fn next(&self) -> u32 {
        (self.source.functions.len() + self.functions.len()) as u32
    }

    fn add(&mut self, piece: Piece) {
        let known = self.source.signatures.len();
        let ty = (piece.arguments, piece.results);
        let place = self.types.iter().position(|known| *known == ty);
        let place = place.unwrap_or_else(|| {
            self.types.push(ty);
            self.types.len() - 1
        });
        self.functions.push((known + place) as u32);
        self.code.push(piece.code);
    }

    /// What the function gives back: nothing, or one value.
    fn result(&self, number: u32) -> Result<Option<ValType>> {
        let signature = &self.source.signatures[self.source.functions[number as usize] as usize];
        match signature.results() {
            [] => Ok(None),
            [ty] => Ok(Some(RoundtripReencoder.val_type(*ty)?)),
            _ => bail!("a function with more than one result"),
        }
    }

    /// The operators of `range` as a function, if they leave to void labels only.
    fn piece(
        &self,
        number: u32,
        body: &Body<'_>,
        range: std::ops::Range<usize>,
        around: &[usize],
        all_live: &Live,
    ) -> Result<Option<Piece>> {
        let result = self.result(number)?;
        let ops = &body.ops[range.clone()];
        let is_void = |begin: usize| match body.ops[begin].op {
            Operator::Block { blockty } | Operator::If { blockty } | Operator::Loop { blockty } => {
                blockty == wasmparser::BlockType::Empty
            }
            _ => false,
        };
        let behind = |begin: usize| match body.ops[begin].op {
            Operator::Loop { .. } => Exit::End,
            _ => Exit::Label(begin),
        };
        // How it is left.
        let mut exits = Vec::new();
        let mut leave = |exit: Exit| {
            if !exits.contains(&exit) {
                exits.push(exit);
            }
        };
        if body.ops[range.end].reachable {
            match around.last() {
                None => leave(Exit::Return),
                Some(begin) if is_void(*begin) => leave(behind(*begin)),
                Some(_) => return Ok(None),
            }
        }
        let exit_of = |label: u32| match around.len().checked_sub(1 + label as usize) {
            Some(place) => is_void(around[place]).then_some(Exit::Label(around[place])),
            // To the label of the function itself; rustc returns.
            None => None,
        };
        let mut depth = 0_u32;
        let mut written = Locals::default();
        let mut used = Locals::default();
        for op in ops {
            let mut labels = Vec::new();
            match &op.op {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => depth += 1,
                Operator::End => depth -= 1,
                Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
                    labels.push(*relative_depth);
                }
                Operator::BrTable { targets } => {
                    labels.push(targets.default());
                    for label in targets.targets() {
                        labels.push(label?);
                    }
                }
                Operator::Return => leave(Exit::Return),
                Operator::LocalGet { local_index } => used.insert(*local_index),
                Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                    used.insert(*local_index);
                    written.insert(*local_index);
                }
                _ => {}
            }
            for label in labels {
                if let Some(outside) = label.checked_sub(depth) {
                    match exit_of(outside) {
                        Some(exit) => leave(exit),
                        None => return Ok(None),
                    }
                }
            }
        }
        exits.sort_unstable();

        // What goes in and comes out.
        let mut wanted = Locals::default();
        for exit in &exits {
            match exit {
                Exit::End => {
                    if let Some(begin) = around.last() {
                        wanted.add(&all_live.behind[begin]);
                    }
                }
                Exit::Label(begin) => wanted.add(&all_live.at_label[begin]),
                Exit::Return => {}
            }
        }
        let mut changed = Locals::default();
        for local in written.iter().filter(|local| wanted.contains(*local)) {
            changed.insert(local);
        }
        used.add(&changed);
        let arguments_from: Vec<u32> = live(ops, range.start, &changed).at_start.iter().collect();
        let results_to: Vec<u32> = changed.iter().collect();
        let ty = |local: &u32| RoundtripReencoder.val_type(body.locals[*local as usize]);
        let arguments = arguments_from
            .iter()
            .map(ty)
            .collect::<Result<Vec<_>, _>>()?;
        let returns = exits.contains(&Exit::Return);
        let value = result.filter(|_| returns);
        let mut results = Vec::new();
        results.extend((exits.len() > 1).then_some(ValType::I32));
        results.extend(value);
        for local in &results_to {
            results.push(ty(local)?);
        }

        // Its locals: arguments first, then its own, then the value that is returned.
        let mut numbers = BTreeMap::new();
        for local in &arguments_from {
            numbers.insert(*local, numbers.len() as u32);
        }
        let mut own = Vec::new();
        for local in used.iter().filter(|local| !arguments_from.contains(local)) {
            numbers.insert(local, numbers.len() as u32);
            own.push((1, ty(&local)?));
        }
        let value_at = numbers.len() as u32;
        own.extend(value.map(|ty| (1, ty)));
        let mut code = Function::new(own);
        let only_return = exits == [Exit::Return];
        // The blocks whose ends are the ways out, the innermost first.
        let ways: Vec<Exit> = exits
            .iter()
            .copied()
            .filter(|exit| *exit != Exit::End)
            .collect();
        let ways = if only_return { Vec::new() } else { ways };
        for _ in &ways {
            code.instruction(&Instruction::Block(BlockType::Empty));
        }
        let way = |exit: Exit| ways.iter().position(|it| *it == exit).unwrap_or(0) as u32;
        let mut depth = 0_u32;
        let place = |label: u32, depth: u32| match label.checked_sub(depth) {
            Some(outside) => exit_of(outside).map_or(label, |exit| depth + way(exit)),
            None => label,
        };
        let go_back = |code: &mut Function, depth: u32| {
            if value.is_some() {
                code.instruction(&Instruction::LocalSet(value_at));
            }
            code.instruction(&Instruction::Br(depth + way(Exit::Return)));
        };
        for op in ops {
            match &op.op {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => depth += 1,
                Operator::End => depth -= 1,
                _ => {}
            }
            match &op.op {
                Operator::Br { relative_depth } => {
                    code.instruction(&Instruction::Br(place(*relative_depth, depth)));
                }
                Operator::BrIf { relative_depth } => {
                    code.instruction(&Instruction::BrIf(place(*relative_depth, depth)));
                }
                Operator::BrTable { targets } => {
                    let mut places = Vec::new();
                    for label in targets.targets() {
                        places.push(place(label?, depth));
                    }
                    let default = place(targets.default(), depth);
                    code.instruction(&Instruction::BrTable(places.into(), default));
                }
                Operator::Return if !only_return => go_back(&mut code, depth),
                Operator::LocalGet { local_index } => {
                    code.instruction(&Instruction::LocalGet(numbers[local_index]));
                }
                Operator::LocalSet { local_index } => {
                    code.instruction(&Instruction::LocalSet(numbers[local_index]));
                }
                Operator::LocalTee { local_index } => {
                    code.instruction(&Instruction::LocalTee(numbers[local_index]));
                }
                _ => {
                    code.raw(self.module[op.bytes.clone()].iter().copied());
                }
            }
        }
        let leave = |code: &mut Function, exit: Exit| {
            if let Some(number) = exits
                .iter()
                .position(|it| *it == exit)
                .filter(|_| exits.len() > 1)
            {
                code.instruction(&Instruction::I32Const(number as i32));
            }
            if value.is_some() {
                code.instruction(&Instruction::LocalGet(value_at));
            }
            for local in &results_to {
                code.instruction(&Instruction::LocalGet(numbers[local]));
            }
            code.instruction(&Instruction::Return);
        };
        if body.ops[range.end].reachable {
            match around.last().map(|begin| behind(*begin)) {
                Some(Exit::End) => leave(&mut code, Exit::End),
                Some(exit) => {
                    code.instruction(&Instruction::Br(way(exit)));
                }
                None if only_return => {}
                None => go_back(&mut code, 0),
            }
        } else if exits.is_empty() || !ways.is_empty() || !results.is_empty() {
            code.instruction(&Instruction::Unreachable);
        }
        for exit in &ways {
            code.instruction(&Instruction::End);
            leave(&mut code, *exit);
        }
        code.instruction(&Instruction::End);
        Ok(Some(Piece {
            arguments,
            results,
            code,
            arguments_from,
            results_to,
            exits,
        }))
    }

    /// What stands in place of a piece. `more` are the locals that the function needs for this.
    fn call(
        &self,
        number: u32,
        body: &Body<'_>,
        piece: &Piece,
        around: &[usize],
        more: &mut Vec<ValType>,
    ) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut write = |instruction: Instruction<'_>| instruction.encode(&mut out);
        let depth = |exit: &Exit| match exit {
            Exit::Label(begin) => {
                let place = around.iter().position(|it| it == begin).unwrap_or(0);
                (around.len() - 1 - place) as u32
            }
            _ => 0,
        };
        let is_loop = |begin: usize| matches!(body.ops[begin].op, Operator::Loop { .. });
        let several = piece.exits.len() > 1;
        // Whoever goes on behind the piece goes on behind this block.
        let block = several && piece.exits.contains(&Exit::End);
        if block {
            write(Instruction::Block(BlockType::Empty));
        }
        for local in &piece.arguments_from {
            write(Instruction::LocalGet(*local));
        }
        write(Instruction::Call(self.next()));
        for local in piece.results_to.iter().rev() {
            write(Instruction::LocalSet(*local));
        }
        if several {
            let returns = piece.exits.contains(&Exit::Return);
            if returns {
                // The way and the value wait in locals.
                let mut local = |ty: ValType| {
                    let place = more.iter().position(|it| *it == ty).unwrap_or_else(|| {
                        more.push(ty);
                        more.len() - 1
                    });
                    (body.locals.len() + place) as u32
                };
                let way = local(ValType::I32);
                let value = match self.result(number)? {
                    // Both may be numbers of 32 bits.
                    Some(ValType::I32) => {
                        let known = more.iter().filter(|it| **it == ValType::I32).count();
                        if known < 2 {
                            more.push(ValType::I32);
                        }
                        let last = more.iter().rposition(|it| *it == ValType::I32).unwrap_or(0);
                        Some((body.locals.len() + last) as u32)
                    }
                    Some(ty) => Some(local(ty)),
                    None => None,
                };
                if let Some(value) = value {
                    write(Instruction::LocalSet(value));
                }
                write(Instruction::LocalTee(way));
                write(Instruction::I32Const(piece.exits.len() as i32 - 1));
                write(Instruction::I32Eq);
                write(Instruction::If(BlockType::Empty));
                if let Some(value) = value {
                    write(Instruction::LocalGet(value));
                }
                write(Instruction::Return);
                write(Instruction::End);
                if piece.exits.len() > 2 {
                    write(Instruction::LocalGet(way));
                }
            }
            let more = u32::from(block);
            let labels = piece.exits.iter().filter(|exit| **exit != Exit::Return);
            let places: Vec<u32> = labels
                .map(|exit| {
                    if *exit == Exit::End {
                        0
                    } else {
                        depth(exit) + more
                    }
                })
                .collect();
            match places[..] {
                [only] => write(Instruction::Br(only)),
                _ => {
                    let (last, others) =
                        places.split_last().context("a piece without a way out")?;
                    write(Instruction::BrTable(others.into(), *last));
                }
            }
            if block {
                write(Instruction::End);
            }
        } else {
            match piece.exits.first() {
                None => write(Instruction::Unreachable),
                Some(Exit::End) => {}
                Some(Exit::Return) => write(Instruction::Return),
                Some(Exit::Label(begin)) if around.last() == Some(begin) && !is_loop(*begin) => {}
                Some(exit) => write(Instruction::Br(depth(exit))),
            }
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Instruction::{
        Block, Br, BrIf, BrTable, Else, End, I32Add, I32And, I32Const, I32Mul, I32RemU, I32Sub,
        I32WrapI64, I32Xor, I64Add, I64Const, I64Mul, If, LocalGet, LocalSet, LocalTee, Loop,
        Return,
    };

    /// Enough work to be worth a piece, on the number of 32 bits in local 1 ...
    fn on_a(factor: i32) -> Vec<Instruction<'static>> {
        let step = [
            LocalGet(1),
            I32Const(factor),
            I32Mul,
            I32Const(7919),
            I32Add,
            LocalSet(1),
        ];
        [step.clone(), step.clone(), step.clone(), step].concat()
    }

    /// ... and on the one of 64 bits in local 2.
    fn on_b(factor: i64) -> Vec<Instruction<'static>> {
        let step = [
            LocalGet(2),
            I64Const(factor),
            I64Mul,
            I64Const(104_729),
            I64Add,
            LocalSet(2),
        ];
        [step.clone(), step.clone(), step.clone(), step].concat()
    }

    /// A function of one number with arms, loops, a table of labels, and ways out of all of them.
    fn module() -> Vec<u8> {
        let void = BlockType::Empty;
        let code = [
            vec![Block(void), Loop(void)],
            on_a(100_003),
            vec![LocalGet(0), I32Const(3), I32RemU, If(void)],
            on_b(17),
            vec![
                LocalGet(2),
                I32WrapI64,
                I32Const(5),
                I32RemU,
                I32Const(1),
                I32And,
                BrIf(2),
            ],
            on_a(31),
            vec![Else],
            on_b(19),
            vec![LocalGet(1), I32Const(4), I32And, If(void)],
            on_a(37),
            vec![
                LocalGet(0),
                I32Const(1),
                I32And,
                BrIf(2),
                LocalGet(1),
                Return,
                End,
            ],
            on_a(41),
            vec![End],
            vec![LocalGet(0), I32Const(1), I32Sub, LocalTee(0), BrIf(0)],
            on_b(43),
            vec![LocalGet(2), I32WrapI64, I32Const(2), I32And, BrIf(1)],
            on_a(47),
            vec![End],
            vec![Block(void), Block(void), Block(void)],
            vec![
                LocalGet(1),
                I32Const(3),
                I32And,
                BrTable(vec![0, 1, 2].into(), 3),
                End,
            ],
            on_a(53),
            vec![Br(2), End],
            on_b(59),
            vec![End],
            on_a(61),
            vec![End],
            vec![LocalGet(1), LocalGet(2), I32WrapI64, I32Xor, End],
        ]
        .concat();
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], [ValType::I32]);
        let mut functions = FunctionSection::new();
        functions.function(0);
        let mut globals = GlobalSection::new();
        globals.global(crate::split::flag(), &ConstExpr::i32_const(0));
        let mut exports = ExportSection::new();
        exports.export("answer", ExportKind::Func, 0);
        let mut body = Function::new([(1, ValType::I32), (1, ValType::I64)]);
        for instruction in &code {
            body.instruction(instruction);
        }
        let mut code = CodeSection::new();
        code.function(&body);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&globals);
        module.section(&exports).section(&code);
        module.finish()
    }

    fn answers(module: &[u8]) -> Result<Vec<i32>> {
        let engine = wasmi::Engine::default();
        let module = wasmi::Module::new(&engine, module)?;
        let mut store = wasmi::Store::new(&engine, ());
        let instance = wasmi::Linker::new(&engine).instantiate_and_start(&mut store, &module)?;
        let answer = instance.get_typed_func::<i32, i32>(&store, "answer")?;
        let answers = (1..40).map(|number| answer.call(&mut store, number));
        Ok(answers.collect::<Result<_, _>>()?)
    }

    #[test]
    fn whatever_is_taken_out_the_answers_stay() -> Result<()> {
        let module = module();
        let whole = read(&module)?;
        let points = whole.bodies[0].ops.iter().filter_map(|op| op.point);
        let points: Vec<u32> = points.collect();
        assert!(points.len() >= 12, "{points:?}");
        let right = answers(&module)?;
        let mut most = 0;
        for chosen in 0..1_u32 << points.len() {
            let mut ran = vec![0];
            ran.extend(
                points
                    .iter()
                    .filter(|point| chosen >> (*point - 1) & 1 == 1),
            );
            let parted = outline(&module, &ran, |_| false)?;
            assert_eq!(parted.first, [0]);
            most = most.max(read(&parted.module)?.bodies.len());
            assert_eq!(answers(&parted.module)?, right, "ran: {ran:?}");
        }
        assert!(most > 6, "{most} functions");
        Ok(())
    }

    #[test]
    fn what_is_kept_stays_whole() -> Result<()> {
        let module = module();
        let all: Vec<u32> = (0..100).collect();
        for (ran, first) in [(&all[..], &[0][..]), (&[], &[])] {
            let parted = outline(&module, ran, |_| true)?;
            assert_eq!(parted.first, first);
            assert_eq!(parted.module, module);
        }
        Ok(())
    }

    /// What runs is marked, and marking changes no answer.
    #[test]
    fn a_marked_module_tells_what_ran() -> Result<()> {
        let marked = with_marks(&module())?;
        assert_eq!(answers(&marked)?, answers(&module())?);
        let engine = wasmi::Engine::default();
        let module = wasmi::Module::new(&engine, &marked)?;
        let mut store = wasmi::Store::new(&engine, ());
        let instance = wasmi::Linker::new(&engine).instantiate_and_start(&mut store, &module)?;
        let mark = |store: &wasmi::Store<()>, point: u32| {
            let mark = instance.get_global(store, &format!("{MARK}{point}"));
            mark.map(|mark| mark.get(store).i32())
        };
        assert_eq!(mark(&store, 0), Some(Some(0)));
        let answer = instance.get_typed_func::<i32, i32>(&store, "answer")?;
        answer.call(&mut store, 3)?;
        assert_eq!(mark(&store, 0), Some(Some(1)));
        // 3 divides by 3: the arm behind `if` is not the first that runs.
        assert_eq!(mark(&store, 3), Some(Some(1)), "the other arm");
        Ok(())
    }
}
