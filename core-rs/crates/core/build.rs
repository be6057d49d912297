//! Writes the built-in rules and packs without their comments and indentation, which would be a tenth of their room in the wasm
//! module.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

const RULES: &str = "src/policy/builtin.acl";
const PACKS: &str = "src/policy/packs";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={RULES}");
    let folder = env::var("OUT_DIR")?;
    let text = shortened(&fs::read_to_string(RULES)?);
    fs::write(Path::new(&folder).join("builtin.acl"), text)?;
    println!("cargo::rerun-if-changed={PACKS}");
    for pack in fs::read_dir(PACKS)? {
        let pack = pack?;
        let name = pack.file_name();
        let text = shortened(&fs::read_to_string(pack.path())?);
        fs::write(Path::new(&folder).join(name), text)?;
    }
    Ok(())
}

/// The lines inside of a string in backticks stay as they are.
fn shortened(text: &str) -> String {
    let mut short = String::new();
    let mut is_in_string = false;
    for line in text.lines() {
        let kept = if is_in_string { line } else { line.trim() };
        if !is_in_string && (kept.is_empty() || kept.starts_with('#')) {
            continue;
        }
        short.push_str(kept);
        short.push('\n');
        is_in_string ^= kept.matches('`').count() % 2 == 1;
    }
    short
}
