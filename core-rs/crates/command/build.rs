//! Turns the tables in `data/` into Rust. A line that is not of the tables' form fails the build.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const KEYS: [&str; 11] = [
    "values",
    "not with",
    "operands",
    "assignments",
    "text",
    "rest is text",
    "anywhere",
    "subcommands",
    "groups",
    "commands",
    "itself",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=data");
    let shells = fs::read_to_string("data/shells.txt")?;
    let wrappers = fs::read_to_string("data/wrappers.txt")?;
    let mut code = String::new();
    let mut names: Vec<&str> = lines(&shells).map(str::trim).collect();
    names.sort_unstable();
    writeln!(code, "static SHELLS: &[&str] = &{names:?};")?;

    let mut table: BTreeMap<&str, String> = BTreeMap::new();
    for paragraph in wrappers
        .split("\n\n")
        .filter(|paragraph| lines(paragraph).next().is_some())
    {
        let mut rows = lines(paragraph);
        let header = rows.next().unwrap_or_default();
        let entry = entry(&rows.collect::<Vec<_>>())
            .map_err(|problem| format!("data/wrappers.txt: {header}: {problem}"))?;
        for name in header.split_whitespace() {
            if table.insert(name, entry.clone()).is_some() {
                return Err(format!("data/wrappers.txt: {name} stands there twice").into());
            }
        }
    }
    writeln!(code, "static WRAPPERS: &[(&str, Wrapper)] = &[")?;
    for (name, entry) in table {
        writeln!(code, "    ({name:?}, {entry}),")?;
    }
    writeln!(code, "];")?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("tables.rs"), code)?;
    Ok(())
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

/// One program's row as a Rust expression.
fn entry(rows: &[&str]) -> Result<String, String> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in rows {
        let row = row
            .strip_prefix("  ")
            .ok_or_else(|| format!("`{row}` is not indented by two blanks"))?;
        let key = KEYS
            .iter()
            .filter(|key| {
                row.strip_prefix(**key)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            })
            .max_by_key(|key| key.len())
            .ok_or_else(|| format!("`{row}` begins with no key of the table"))?;
        let words = row
            .strip_prefix(*key)
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        if found.insert(key, words).is_some() {
            return Err(format!("`{key}` stands there twice"));
        }
    }
    let list = |key: &str| found.get(key).cloned().unwrap_or_default();
    let operands: usize = match list("operands").as_slice() {
        [] => 0,
        [number] => number
            .parse()
            .map_err(|_| format!("`operands {number}` is no number"))?,
        _ => return Err("`operands` has one number".into()),
    };
    Ok(format!(
        "Wrapper {{ values: &{:?}, not_with: &{:?}, operands: {operands}, takes_assignments: {}, text_options: &{:?}, \
         rest_is_text: {}, options_anywhere: {}, subcommands: &{:?}, groups: &{:?}, commands_behind: &{:?}, is_itself: {} }}",
        list("values"),
        list("not with"),
        found.contains_key("assignments"),
        list("text"),
        found.contains_key("rest is text"),
        found.contains_key("anywhere"),
        list("subcommands"),
        list("groups"),
        list("commands"),
        found.contains_key("itself"),
    ))
}
