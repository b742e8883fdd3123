//! Style sheets and scripts without what only their writers read. esbuild does it, which knows today's CSS and the glue that
//! wasm-bindgen writes; `cargo xtask` installs it beside this package.
//!
//! Where there is no Node, a page is larger and otherwise the same.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

/// esbuild as npm installed it, for the same Node on every system.
const ESBUILD: &str = "node_modules/esbuild/bin/esbuild";

/// What a text is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Style,
    /// A script whose exports keep their names.
    Module,
    /// A script that others on its page share their names with.
    Script,
}

/// Makes texts small, or leaves them as they are.
pub(crate) struct Minifier {
    node: Option<PathBuf>,
}

impl Minifier {
    /// One that runs in this Node.
    pub(crate) fn with(node: &Path) -> Minifier {
        Minifier {
            node: Some(node.to_path_buf()),
        }
    }

    /// One that changes nothing.
    pub(crate) fn none() -> Minifier {
        Minifier { node: None }
    }

    /// The text, small.
    pub(crate) fn small(&self, kind: Kind, text: &str) -> Result<String> {
        let Some(node) = &self.node else {
            return Ok(text.to_owned());
        };
        let mut command = Command::new(node);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(ESBUILD));
        command.args(["--minify", "--target=esnext", "--log-level=warning"]);
        command.args(match kind {
            Kind::Style => ["--loader=css"].as_slice(),
            Kind::Module => &["--loader=js", "--format=esm"],
            Kind::Script => &["--loader=js"],
        });
        let mut minifier = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("Node could not be started")?;
        // It reads all of its input before it writes.
        let mut input = minifier.stdin.take().context("its input is a pipe")?;
        input.write_all(text.as_bytes())?;
        drop(input);
        let output = minifier.wait_with_output()?;
        ensure!(
            output.status.success() && !output.stdout.is_empty(),
            "esbuild refused a file of the page"
        );
        Ok(String::from_utf8(output.stdout)?)
    }
}
