//! Turns the tables in `data/` into Rust. A line that is not of the tables' form fails the build.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const KEYS: [&str; 13] = [
    "two values",
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
    "input",
];

/// The keys of `data/programs.txt`, each with the byte that stands for it, and what its words are.
const PROGRAM_KEYS: [(&str, char, Words); 10] = [
    ("global", 'g', Words::Options),
    ("values", 'v', Words::Options),
    ("attached", 'a', Words::Options),
    ("same", 's', Words::Several),
    ("runs", 'r', Words::Some),
    ("text", 't', Words::Some),
    ("long", 'L', Words::None),
    ("pairs", 'P', Words::None),
    ("bare", 'B', Words::None),
    ("stops", 'S', Words::None),
];

/// The keys of `data/interpreters.txt`.
const INTERPRETER_KEYS: [(&str, char, Words); 11] = [
    ("language", 'l', Words::Some),
    ("code", 'c', Words::Some),
    ("encoded", 'e', Words::Options),
    ("operand", 'o', Words::None),
    ("file", 'f', Words::Options),
    ("module", 'm', Words::Options),
    ("skips", 'k', Words::Some),
    ("shell", 's', Words::Some),
    ("list", 'i', Words::Some),
    ("bare", 'b', Words::None),
    ("comment", '#', Words::Some),
];

/// The keys of `data/downloaders.txt`.
const DOWNLOADER_KEYS: [(&str, char, Words); 4] = [
    ("output", 'o', Words::Options),
    ("named", 'n', Words::Options),
    ("always", 'a', Words::None),
    ("folder", 'f', Words::Options),
];

/// The keys of `data/decoders.txt`.
const DECODER_KEYS: [(&str, char, Words); 1] = [("with", 'w', Words::Options)];

/// The keys of `data/effects.txt`.
const EFFECT_KEYS: [(&str, char, Words); 8] = [
    ("reads", 'r', Words::Several),
    ("writes", 'w', Words::Several),
    ("deletes", 'd', Words::Several),
    ("connects", 'c', Words::Several),
    ("sends", 's', Words::Several),
    ("text", 't', Words::Several),
    ("port", 'p', Words::Several),
    ("remote", 'R', Words::None),
];

/// The keys of `data/calls.txt`.
const CALL_KEYS: [(&str, char, Words); 5] = [
    ("reads", 'r', Words::Some),
    ("writes", 'w', Words::Some),
    ("deletes", 'd', Words::Some),
    ("connects", 'c', Words::Some),
    ("text", 't', Words::Some),
];

/// Programs whose files the reader itself knows.
const FILES: &str = "cp dd echo gunzip gzip bunzip2 install ln mv openssl printf tee tr unxz xz";

/// Builtins that the reader follows, and programs that run later what they read.
const BUILTINS: &str = ". alias at batch cd crontab declare eval export local mapfile popd printf pushd \
                        read readarray readonly set shift source trap typeset unalias unset xargs";

/// Programs whose output the reader works out.
const OUTPUTS: &str = ": [ base64 cat cd echo export find gbase64 mkdir openssl printf pushd rev rm set \
                       sleep tac tee test tr true xxd yes";

/// What the words behind a key are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    None,
    Some,
    Options,
    /// The key may have several rows.
    Several,
}

type Keys = [(&'static str, char, Words)];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=data");
    let mut code = String::new();
    list(&mut code, "ENVIRONMENT", "data/environment.txt")?;
    list(
        &mut code,
        "COMMANDS_IN_VARIABLES",
        "data/commands-in-variables.txt",
    )?;
    wrappers(&mut code)?;
    let mut programs = rows_of("data/programs.txt", &PROGRAM_KEYS)?;
    let effects = rows_of("data/effects.txt", &EFFECT_KEYS)?;
    add_values(&mut programs, &effects);
    write_table(&mut code, "PROGRAMS", &programs)?;
    write_table(&mut code, "EFFECTS", &effects)?;
    table(
        &mut code,
        "INTERPRETERS",
        "data/interpreters.txt",
        &INTERPRETER_KEYS,
    )?;
    table(
        &mut code,
        "DOWNLOADERS",
        "data/downloaders.txt",
        &DOWNLOADER_KEYS,
    )?;
    table(&mut code, "DECODERS", "data/decoders.txt", &DECODER_KEYS)?;
    table(&mut code, "CALLS", "data/calls.txt", &CALL_KEYS)?;
    kinds(&mut code)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("tables.rs"), code)?;
    Ok(())
}

/// All names of the tables with the kinds of programs that each belongs to, as bits.
fn kinds(code: &mut String) -> Result<(), Box<dyn Error>> {
    let shells = fs::read_to_string("data/shells.txt")?;
    let texts = fs::read_to_string("data/texts.txt")?;
    let wrappers = fs::read_to_string("data/wrappers.txt")?;
    let mut kinds: BTreeMap<String, u16> = BTreeMap::new();
    let mut add = |name: &str, bit: u16| *kinds.entry(name.to_owned()).or_default() |= bit;
    lines(&shells).for_each(|name| add(name.trim(), 1));
    lines(&texts).for_each(|name| add(name.trim(), 256));
    for paragraph in paragraphs(&wrappers) {
        let header = lines(paragraph).next().unwrap_or_default();
        header.split_whitespace().for_each(|name| add(name, 2));
    }
    for (file, bit) in [("interpreters", 4), ("downloaders", 8), ("decoders", 16)] {
        let text = fs::read_to_string(format!("data/{file}.txt"))?;
        for paragraph in paragraphs(&text) {
            let header = lines(paragraph).next().unwrap_or_default();
            header.split(", ").for_each(|name| add(name, bit));
        }
    }
    let programs = fs::read_to_string("data/programs.txt")?;
    let (mut beginnings, mut spellings) = (BTreeSet::new(), BTreeSet::new());
    for paragraph in paragraphs(&programs) {
        let mut rows = lines(paragraph);
        let header = rows.next().unwrap_or_default();
        for row in rows {
            if let Some(row) = row.strip_prefix("  same ") {
                spellings.extend(row.split(' ').map(hash));
            }
            let Some(row) = row.strip_prefix("  text ") else {
                continue;
            };
            let names = header.split(", ").filter_map(|name| name.split(' ').next());
            names.for_each(|name| add(name, 512));
            beginnings.extend(
                row.split(' ')
                    .filter_map(|option| option.split(['=', '*']).next()),
            );
        }
    }
    text_options(code, &beginnings)?;
    let mut bits = [0_u64; 32];
    for hash in spellings {
        if let Some(word) = bits.get_mut((hash >> 6) as usize % 32) {
            *word |= 1 << (hash % 64);
        }
    }
    writeln!(
        code,
        "#[allow(clippy::unreadable_literal)] // Bits.\nstatic SPELLINGS: [u64; 32] = {bits:?};"
    )?;
    for (names, bit) in [(FILES, 32), (BUILTINS, 64), (OUTPUTS, 128)] {
        names.split(' ').for_each(|name| add(name, bit));
    }
    let kinds: BTreeMap<(u32, String), u16> = (kinds.into_iter())
        .map(|(name, bits)| ((hash(&name), name), bits))
        .collect();
    writeln!(
        code,
        "#[allow(clippy::unreadable_literal)] // Hashes.\nstatic KINDS: &[(u32, &str, u16)] = &["
    )?;
    for ((hash, name), bits) in kinds {
        writeln!(code, "    ({hash}, {name:?}, {bits}),")?;
    }
    writeln!(code, "];")?;
    Ok(())
}

/// What options begin with whose values are text for a shell, in forms that are quick to look at.
fn text_options(code: &mut String, beginnings: &BTreeSet<&str>) -> Result<(), Box<dyn Error>> {
    let long: Vec<&&str> = beginnings
        .iter()
        .filter(|one| one.starts_with("--"))
        .collect();
    let short = beginnings
        .iter()
        .filter(|one| one.starts_with('-') && !one.starts_with("--"));
    let letters: BTreeSet<u8> = short.filter_map(|one| one.bytes().nth(1)).collect();
    let others = beginnings.iter().filter(|one| !one.starts_with('-'));
    let others: BTreeSet<u8> = others
        .filter_map(|one| Some(one.bytes().next()?.to_ascii_lowercase()))
        .collect();
    writeln!(code, "static LONG_TEXT_OPTIONS: &[&str] = &{long:?};")?;
    writeln!(
        code,
        "static TEXT_OPTION_LETTERS: &[u8] = &{letters:?};",
        letters = Vec::from_iter(letters)
    )?;
    writeln!(
        code,
        "static TEXT_OPTION_BEGINNINGS: &[u8] = &{others:?};",
        others = Vec::from_iter(others)
    )?;
    Ok(())
}

include!("src/hash.rs");

/// A sorted list of the names in a file.
fn list(code: &mut String, name: &str, path: &str) -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let mut names: Vec<&str> = lines(&text).map(str::trim).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(format!("{path}: a name stands there twice").into());
    }
    writeln!(code, "static {name}: &[&str] = &{names:?};")?;
    Ok(())
}

/// The options that effects name take a value.
fn add_values(programs: &mut BTreeMap<String, String>, effects: &BTreeMap<String, String>) {
    for (name, rows) in effects {
        let mut options: Vec<&str> = Vec::new();
        for row in rows.lines() {
            let selectors = row.get(1..).unwrap_or_default();
            let selectors = selectors.split(" if ").next().unwrap_or_default();
            let selectors = selectors.split(" unless ").next().unwrap_or_default();
            let named = selectors.split(' ').map(|one| one.trim_end_matches('@'));
            options.extend(named.filter(|one| one.starts_with('-')));
        }
        let known: Vec<String> = programs
            .get(name)
            .map(|rows| {
                rows.lines()
                    .filter(|row| row.starts_with(['v', 'a']))
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default()
            .iter()
            .flat_map(|row| row.get(1..).unwrap_or_default().split(' '))
            .map(str::to_owned)
            .collect();
        options.retain(|option| !known.iter().any(|other| other == option));
        options.sort_unstable();
        options.dedup();
        if !options.is_empty() {
            let row = format!("v{}\n", options.join(" "));
            programs.entry(name.clone()).or_default().push_str(&row);
            let program = name.split(' ').next().unwrap_or_default();
            programs.entry(program.to_owned()).or_default();
        }
    }
}

/// A table of paragraphs as sorted names with their rows, each of which begins with its key's byte.
fn table(code: &mut String, name: &str, path: &str, keys: &Keys) -> Result<(), Box<dyn Error>> {
    write_table(code, name, &rows_of(path, keys)?)
}

fn rows_of(path: &str, keys: &Keys) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let mut table: BTreeMap<String, String> = BTreeMap::new();
    for paragraph in paragraphs(&text) {
        let mut rows = lines(paragraph);
        let header = rows.next().unwrap_or_default();
        let mut entry = String::new();
        for row in rows {
            let row =
                encoded(row, keys).map_err(|problem| format!("{path}: {header}: {problem}"))?;
            let is_twice = entry.lines().any(|other| {
                let key = keys.iter().find(|(_, key, _)| other.starts_with(*key));
                key.is_some_and(|(_, key, words)| *words != Words::Several && row.starts_with(*key))
            });
            if is_twice {
                return Err(
                    format!("{path}: {header}: `{row}` has a key that stands there twice").into(),
                );
            }
            entry.push_str(&row);
            entry.push('\n');
        }
        for name in header.split(", ") {
            if table.insert(name.to_owned(), entry.clone()).is_some() {
                return Err(format!("{path}: {name} stands there twice").into());
            }
        }
    }
    for name in table.keys() {
        let program = name.split(' ').next().unwrap_or_default();
        if !table.contains_key(program) {
            return Err(format!("{path}: `{name}` has no paragraph of `{program}`").into());
        }
    }
    Ok(table)
}

fn write_table(
    code: &mut String,
    name: &str,
    table: &BTreeMap<String, String>,
) -> Result<(), Box<dyn Error>> {
    writeln!(code, "static {name}: &[(&str, &str)] = &[")?;
    for (name, entry) in table {
        writeln!(code, "    ({name:?}, {entry:?}),")?;
    }
    writeln!(code, "];")?;
    Ok(())
}

/// A row with its key's byte in place of the key.
fn encoded(row: &str, keys: &Keys) -> Result<String, String> {
    let row =
        (row.strip_prefix("  ")).ok_or_else(|| format!("`{row}` is not indented by two blanks"))?;
    let (key, words) = row.split_once(' ').unwrap_or((row, ""));
    let (_, byte, wanted) = (keys.iter().find(|(name, _, _)| *name == key))
        .ok_or_else(|| format!("`{row}` begins with no key of the table"))?;
    let words: Vec<&str> = words.split_whitespace().collect();
    if (*wanted == Words::None) != words.is_empty() {
        return Err(format!("`{row}`: `{key}` has other words"));
    }
    if *wanted == Words::Options
        && let Some(word) = words
            .iter()
            .find(|word| !word.starts_with('-') || word.contains('='))
    {
        return Err(format!("`{row}`: `{word}` is no option"));
    }
    let mut sorted = words.clone();
    sorted.sort_unstable();
    if let Some(twice) = sorted.windows(2).find(|pair| pair.first() == pair.last()) {
        return Err(format!("`{row}`: {twice:?} stands there twice"));
    }
    Ok(format!("{byte}{}", words.join(" ")))
}

fn wrappers(code: &mut String) -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string("data/wrappers.txt")?;
    let mut table: BTreeMap<&str, String> = BTreeMap::new();
    for paragraph in paragraphs(&text) {
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
    Ok(())
}

/// The parts of a file between empty lines that hold more than comments.
fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    (text.split("\n\n")).filter(|paragraph| lines(paragraph).next().is_some())
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
        "Wrapper {{ values: &{:?}, not_with: &{:?}, two_values: &{:?}, operands: {operands}, takes_assignments: {}, text_options: &{:?}, \
         rest_is_text: {}, options_anywhere: {}, subcommands: &{:?}, groups: &{:?}, commands_behind: &{:?}, is_itself: {}, runs_input: {} }}",
        list("values"),
        list("not with"),
        list("two values"),
        found.contains_key("assignments"),
        list("text"),
        found.contains_key("rest is text"),
        found.contains_key("anywhere"),
        list("subcommands"),
        list("groups"),
        list("commands"),
        found.contains_key("itself"),
        found.contains_key("input"),
    ))
}
