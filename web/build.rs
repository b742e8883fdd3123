//! Packs the course in `static/chapters/` for the page: Markdown becomes HTML here, so that no Markdown renderer travels to
//! the browser. What is wrong with it is a warning; `cargo lab check` says more.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo"))
        .join("../static/chapters");
    println!("cargo::rerun-if-changed={}", root.display());
    let (course, problems) = kmalloc_course::read(&root);
    for problem in problems {
        println!("cargo::warning={problem}");
    }
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo"));
    let mut code =
        String::from("/// Every file of the course.\nconst FILES: &[(&str, &str)] = &[\n");
    for (path, text) in kmalloc_course::pack::files(&course) {
        let file = out.join(path.replace('/', "-"));
        writeln!(
            code,
            "({path:?}, include_str!({:?})),",
            file.display().to_string()
        )
        .expect("writing to a String cannot fail");
        fs::write(&file, text).expect("the build folder can be written");
    }
    code.push_str("];\n");
    fs::write(out.join("chapters.rs"), code).expect("the build folder can be written");
}
