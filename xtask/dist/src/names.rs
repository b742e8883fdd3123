//! Short names for what the glue gives to the module, and for the closures that it calls there: each stands in both, with
//! a hash or all its types, and nobody reads it.
//!
//! What else the module gives keeps its name: other scripts may know it.

use anyhow::{Result, ensure};
use wasm_encoder::{
    ExportSection, ImportSection, Module, RawSection, Section as _,
    reencode::{Reencode as _, RoundtripReencoder},
};
use wasmparser::{Parser, Payload};

/// Where the glue's names stand, as wasm-bindgen's pinned version writes it.
const GIVEN: &str = "import0";

/// What the names of closures begin with.
const CLOSURE: &str = "wasm_bindgen_";

/// The module and its glue with short names between them.
pub(crate) fn short(module: &[u8], glue: &str) -> Result<(Vec<u8>, String)> {
    let mut glue = glue.to_owned();
    let mut fresh = Module::new().finish();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Payload::ImportSection(section) = payload {
            let mut imports = ImportSection::new();
            let mut from = "";
            for (number, import) in section.into_imports().enumerate() {
                let import = import?;
                ensure!(
                    from.is_empty() || from == import.module,
                    "wasm-bindgen's glue has changed: it gives from more than one place"
                );
                from = import.module;
                let name = format!("{number:x}");
                let ty = RoundtripReencoder.entity_type(import.ty)?;
                imports.import("a", &name, ty);
                let place = format!("        {}: function", import.name);
                replace(&mut glue, &place, &format!("        \"{name}\": function"))?;
            }
            replace(
                &mut glue,
                &format!("\"{from}\": {GIVEN}"),
                &format!("a: {GIVEN}"),
            )?;
            imports.append_to(&mut fresh);
        } else if let Payload::ExportSection(section) = payload {
            let mut exports = ExportSection::new();
            for (number, export) in section.into_iter().enumerate() {
                let export = export?;
                let mut name = export.name.to_owned();
                if name.starts_with(CLOSURE) {
                    name = format!("c{number:x}");
                    let called = format!("wasm.{}(", export.name);
                    replace(&mut glue, &called, &format!("wasm.{name}("))?;
                }
                let kind = RoundtripReencoder.export_kind(export.kind)?;
                exports.export(&name, kind, export.index);
            }
            exports.append_to(&mut fresh);
        } else if let Some((id, range)) = payload.as_section() {
            let data = &module[range];
            RawSection { id, data }.append_to(&mut fresh);
        }
    }
    Ok((fresh, glue))
}

fn replace(glue: &mut String, old: &str, new: &str) -> Result<()> {
    ensure!(
        glue.matches(old).count() == 1,
        "wasm-bindgen's glue has changed: it does not have `{}` once",
        old.trim()
    );
    *glue = glue.replacen(old, new, 1);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{EntityType, ExportKind, TypeSection};

    const GLUE: &str = "    const import0 = {\n        __proto__: null,\n        __wbg_now_1f2e: function() {\n        },\n        \
                        __wbg_then_77: function(arg0) {\n        },\n    };\n    return {\n        __proto__: null,\n        \
                        \"./web_bg.js\": import0,\n    };\n    wasm.wasm_bindgen__invoke__h0(arg0);\n    \
                        wasm.wasm_bindgen__invoke__h0_1(arg0);\n    wasm.__wbindgen_start();\n";

    const CALLED: [&str; 3] = [
        "wasm_bindgen__invoke__h0",
        "wasm_bindgen__invoke__h0_1",
        "__wbindgen_start",
    ];

    fn module(from: [&str; 2]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        for (from, name) in from.into_iter().zip(["__wbg_now_1f2e", "__wbg_then_77"]) {
            imports.import(from, name, EntityType::Function(0));
        }
        let mut exports = ExportSection::new();
        for (index, name) in CALLED.into_iter().enumerate() {
            exports.export(name, ExportKind::Func, index as u32 % 2);
        }
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&exports);
        module.finish()
    }

    #[test]
    fn names_are_short_on_both_sides() -> Result<()> {
        let (module, glue) = short(&module(["./web_bg.js"; 2]), GLUE)?;
        let (mut names, mut called) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(&module) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        names.push([import.module, import.name]);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        called.push(export?.name);
                    }
                }
                _ => {}
            }
        }
        assert_eq!(names, [["a", "0"], ["a", "1"]]);
        assert_eq!(called, ["c0", "c1", "__wbindgen_start"]);
        for name in called {
            assert!(glue.contains(&format!("wasm.{name}(")), "{name}");
        }
        assert!(glue.contains("\"0\": function() {") && glue.contains("\"1\": function(arg0) {"));
        assert!(
            glue.contains("a: import0,") && !glue.contains("__wbg") && !glue.contains("web_bg")
        );
        Ok(())
    }

    #[test]
    fn another_glue_is_refused() {
        assert!(short(&module(["./web_bg.js"; 2]), "const imports = {").is_err());
        assert!(short(&module(["./web_bg.js", "./other.js"]), GLUE).is_err());
    }
}
