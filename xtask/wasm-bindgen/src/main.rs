//! The `wasm-bindgen` command line and its test runner in one program.
//!
//! The crate in the page and the tool that post-processes it must have exactly the same version. Building the tool
//! from this workspace lets one `Cargo.lock` decide for both. `cargo xtask` copies the program under both names into
//! its cache; the name it is called by chooses what it does.

use std::{env, path::Path};

fn main() -> anyhow::Result<()> {
    let args = env::args_os();
    let name = env::args_os().next().unwrap_or_default();
    match Path::new(&name).file_stem().and_then(|stem| stem.to_str()) {
        Some("wasm-bindgen") => wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args),
        Some("wasm-bindgen-test-runner") => {
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(args)
        }
        _ => anyhow::bail!(
            "call this program `wasm-bindgen` or `wasm-bindgen-test-runner`; `cargo xtask build` does so"
        ),
    }
}
