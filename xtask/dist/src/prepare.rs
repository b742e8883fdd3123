//! What the page's program can prepare without a browser is prepared here, once: its exported function `prepare` runs in an
//! interpreter, and the memory that it leaves becomes the module's data. A first visit then finds it there, and the code that
//! made it can come with the second half.
//!
//! The program stays the only one who knows what a start is. It must not ask the page for anything while it prepares; in a
//! page that was not made over like this it prepares when it starts.

use std::ops::Range;

use anyhow::{Context as _, Result, bail, ensure};
use wasm_encoder::{
    ConstExpr, DataSection, ExportSection, MemorySection, MemoryType, Module, RawSection,
    reencode::{Reencode as _, RoundtripReencoder},
};
use wasmi::{Engine, Error, Extern, ExternType, Linker, Memory, Store};
use wasmparser::{Parser, Payload};

use crate::data::Segment;

/// What the program exports for this.
const PREPARE: &str = "prepare";

/// What a segment of data costs, and so how many zeros in a row are not worth another one.
const SEGMENT: usize = 16;

/// A module whose memory holds what it prepares.
pub(crate) struct Prepared {
    pub(crate) module: Vec<u8>,
    /// So many of its data segments the linker knows; what follows them was prepared.
    pub(crate) linked: usize,
}

/// Runs what the program prepares.
pub(crate) fn prepared(module: &[u8]) -> Result<Prepared> {
    let engine = Engine::default();
    let program = wasmi::Module::new(&engine, module)?;
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    for import in program.imports() {
        let ExternType::Func(signature) = import.ty() else {
            bail!("only functions are imported, not `{}`", import.name());
        };
        let name = import.name().to_owned();
        linker.func_new(
            import.module(),
            import.name(),
            signature.clone(),
            move |_, _, _| {
                Err(Error::new(format!(
                    "what is prepared must not ask the page: `{name}`"
                )))
            },
        )?;
    }
    let instance = linker.instantiate_and_start(&mut store, &program)?;
    let exports = instance.exports(&store);
    let memory = exports.filter_map(|export| export.into_memory()).next();
    let memory = memory.context("the module shows no memory")?;
    let before = memory.data(&store).to_vec();
    let globals = numbers(&instance, &store);
    instance
        .get_typed_func::<(), ()>(&store, PREPARE)?
        .call(&mut store, ())
        .context("nothing could be prepared")?;
    ensure!(
        numbers(&instance, &store) == globals,
        "what was prepared is not in memory alone"
    );
    with_memory(module, &before, memory, &store)
}

/// The values of the globals that are shown.
fn numbers(instance: &wasmi::Instance, store: &Store<()>) -> Vec<String> {
    let globals = instance
        .exports(store)
        .filter_map(|export| match export.into_extern() {
            Extern::Global(global) => Some(format!("{:?}", global.get(store))),
            _ => None,
        });
    globals.collect()
}

/// The module with this memory from the start.
fn with_memory(
    module: &[u8],
    before: &[u8],
    memory: Memory,
    store: &Store<()>,
) -> Result<Prepared> {
    let mut after = memory.data(store).to_vec();
    let heap = before.len()..after.len();
    wipe_free(&mut after, heap);
    let after = &after[..];
    let mut fresh = Module::new().finish();
    let mut linked = 0;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        match &payload {
            Payload::MemorySection(section) => {
                let mut memories = MemorySection::new();
                for old in section.clone() {
                    let old = old?;
                    memories.memory(MemoryType {
                        minimum: memory.size(store),
                        maximum: old.maximum,
                        memory64: old.memory64,
                        shared: old.shared,
                        page_size_log2: old.page_size_log2,
                    });
                }
                wasm_encoder::Section::append_to(&memories, &mut fresh);
            }
            // Nobody calls it again: it may come later.
            Payload::ExportSection(section) => {
                let mut exports = ExportSection::new();
                for export in section.clone() {
                    let export = export?;
                    if export.name != PREPARE {
                        RoundtripReencoder.parse_export(&mut exports, export)?;
                    }
                }
                wasm_encoder::Section::append_to(&exports, &mut fresh);
            }
            Payload::DataSection(section) => {
                let segments = Segment::all(section.clone())?;
                linked = segments.len();
                let data = data(&segments, before, after);
                wasm_encoder::Section::append_to(&data, &mut fresh);
            }
            Payload::DataCountSection { .. } => bail!("data that are placed by instructions"),
            payload => {
                if let Some((id, range)) = payload.as_section() {
                    let data = &module[range];
                    wasm_encoder::Section::append_to(&RawSection { id, data }, &mut fresh);
                }
            }
        }
    }
    Ok(Prepared {
        module: fresh,
        linked,
    })
}

/// Zeros in place of what lies in the heap's free pieces, which nobody reads: it would be downloaded for nothing.
///
/// The heap is that of dlmalloc, Rust's allocator for this target: pieces one after the other, each with the size of the one
/// before it, its own size, and whether it and the one before it are used. A heap that is not like this stays as it is.
fn wipe_free(memory: &mut [u8], heap: Range<usize>) {
    const USED_BEFORE: usize = 1;
    const USED: usize = 2;
    /// Its sizes, and its places in lists and trees of free pieces.
    const LINKS: usize = 32;
    let number = |at: usize| {
        let bytes = memory.get(at..at + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
    };
    let mut free = Vec::new();
    let (mut at, mut used_before) = (heap.start, true);
    while at < heap.end {
        let Some(head) = number(at + 4) else { return };
        let (size, used) = (head & !7, head & USED != 0);
        let fits = size >= 16 && at + size <= heap.end;
        if !fits || used_before != (head & USED_BEFORE != 0) {
            return;
        }
        if !used {
            free.push((at + LINKS).min(at + size)..at + size);
        }
        used_before = used;
        at += size;
    }
    for piece in free {
        memory[piece].fill(0);
    }
}

/// The segments as they are now, and behind them whatever else is no longer zero.
fn data(segments: &[Segment<'_>], before: &[u8], after: &[u8]) -> DataSection {
    let mut section = DataSection::new();
    let mut covered = vec![false; after.len()];
    for segment in segments {
        let place = segment.from as usize..segment.from as usize + segment.data.len();
        covered[place.clone()].fill(true);
        section.active(
            0,
            &ConstExpr::i32_const(segment.from as i32),
            after[place].iter().copied(),
        );
    }
    // The stack lies before all data, and what it was used for is over.
    let mut at = covered.iter().position(|known| *known).unwrap_or(0);
    let is_new = |at: usize| !covered[at] && after[at] != before.get(at).copied().unwrap_or(0);
    while at < after.len() {
        if !is_new(at) {
            at += 1;
            continue;
        }
        let from = at;
        let mut to = at;
        while at < after.len() && at - to <= SEGMENT && !covered[at] {
            if is_new(at) {
                to = at;
            }
            at += 1;
        }
        let bytes = after[from..=to].iter().copied();
        section.active(0, &ConstExpr::i32_const(from as i32), bytes);
        at = to + 1;
    }
    section
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        CodeSection, EntityType, ExportKind, Function, FunctionSection, ImportSection, Instruction,
        TypeSection,
    };

    /// Its data are at 1024; what prepares writes into them, behind them, and where the stack is.
    fn module(asks: bool) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        imports.import("page", "hello", EntityType::Function(0));
        let mut functions = FunctionSection::new();
        functions.function(0);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut exports = ExportSection::new();
        exports.export("memory", ExportKind::Memory, 0);
        exports.export(PREPARE, ExportKind::Func, 1);
        let mut code = CodeSection::new();
        let mut function = Function::new([]);
        if asks {
            function.instruction(&Instruction::Call(0));
        }
        function.instruction(&Instruction::I32Const(1));
        function.instruction(&Instruction::MemoryGrow(0));
        function.instruction(&Instruction::Drop);
        for (place, value) in [(16, 7), (1024, 8), (2000, 9), (65_600, 10)] {
            function.instruction(&Instruction::I32Const(place));
            function.instruction(&Instruction::I32Const(value));
            function.instruction(&Instruction::I32Store8(wasm_encoder::MemArg {
                offset: 0,
                align: 0,
                memory_index: 0,
            }));
        }
        function.instruction(&Instruction::End);
        code.function(&function);
        let mut data = DataSection::new();
        data.active(0, &ConstExpr::i32_const(1024), *b"data");
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions);
        module.section(&memories).section(&exports).section(&code);
        module.section(&data);
        module.finish()
    }

    #[test]
    fn what_was_prepared_is_data_and_the_stack_is_not() -> Result<()> {
        let Prepared { module, linked } = prepared(&module(false))?;
        wasmparser::validate(&module)?;
        assert_eq!(linked, 1);
        let (mut found, mut minimum) = (Vec::new(), 0);
        for payload in Parser::new(0).parse_all(&module) {
            match payload? {
                Payload::DataSection(section) => {
                    for segment in Segment::all(section)? {
                        found.push((segment.from, segment.data.to_vec()));
                    }
                }
                Payload::MemorySection(section) => {
                    for memory in section {
                        minimum = memory?.initial;
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        assert_ne!(export?.name, PREPARE);
                    }
                }
                _ => {}
            }
        }
        let expected = [
            (1024, b"\x08ata".to_vec()),
            (2000, vec![9]),
            (65_600, vec![10]),
        ];
        assert_eq!(found, expected);
        assert_eq!(minimum, 2, "as large as it was then");
        Ok(())
    }

    /// A used piece, a free one, a used one, and the end.
    fn heap(sizes: [u32; 4]) -> Vec<u8> {
        let mut memory = vec![0xaa; 16];
        for (size, flags) in sizes.into_iter().zip([3, 1, 2, 3]) {
            memory.extend(7_u32.to_le_bytes());
            memory.extend((size | flags).to_le_bytes());
            memory.resize(memory.len() + size as usize - 8, 0xbb);
        }
        memory
    }

    #[test]
    fn what_is_free_is_wiped_but_for_its_places_in_lists() {
        let mut memory = heap([24, 64, 16, 32]);
        let before = memory.clone();
        let end = memory.len();
        wipe_free(&mut memory, 16..end);
        assert_eq!(memory[..40 + 32], before[..40 + 32]);
        assert!(memory[40 + 32..40 + 64].iter().all(|byte| *byte == 0));
        assert_eq!(memory[40 + 64..], before[40 + 64..]);
    }

    #[test]
    fn a_heap_of_another_kind_stays_as_it_is() {
        for (place, value) in [(20, 0), (20, 24 | 2), (44, 64 | 3), (108, 255)] {
            let mut memory = heap([24, 64, 16, 32]);
            memory[place] = value;
            let (before, end) = (memory.clone(), memory.len());
            wipe_free(&mut memory, 16..end);
            assert_eq!(memory, before, "{place}");
        }
    }

    #[test]
    fn what_is_prepared_does_not_ask_the_page() {
        let asked = prepared(&module(true)).map(|_| ());
        let told = format!("{:#}", asked.expect_err("it asks"));
        assert!(told.contains("`hello`"), "{told}");
    }
}
