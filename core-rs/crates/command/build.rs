//! Turns the tables in `data/` into Rust. A line that is not of the tables' form fails the build.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

/// The keys of `data/wrappers.txt`, each with the byte that stands for it, and what its words are.
const WRAPPER_KEYS: [(&str, char, Words); 14] = [
    ("two values", '2', Words::Options),
    ("values", 'v', Words::Options),
    ("not with", 'n', Words::Some),
    ("operands", 'o', Words::Number),
    ("assignments", 'a', Words::None),
    ("program", 'p', Words::Options),
    ("text", 't', Words::Options),
    ("rest is text", 'r', Words::None),
    ("anywhere", 'w', Words::None),
    ("subcommands", 's', Words::Some),
    ("groups", 'g', Words::Some),
    ("commands", 'c', Words::Options),
    ("itself", 'i', Words::None),
    ("input", 'I', Words::None),
];

/// The keys of `data/programs.txt`.
const PROGRAM_KEYS: [(&str, char, Words); 11] = [
    ("global", 'g', Words::Options),
    ("values", 'v', Words::Options),
    ("attached", 'a', Words::Options),
    ("same", 's', Words::Several),
    ("runs", 'r', Words::Some),
    ("text", 't', Words::Some),
    ("input", 'i', Words::Some),
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

/// Programs whose scripts may run text.
const SCRIPTS: &str = "gsed sed";

/// Programs whose output the reader works out.
const OUTPUTS: &str = ": [ base64 cat cd command echo export find gbase64 mkdir openssl printf pushd rev rm set \
                       sleep tac tee test tr true type which xxd yes";

/// What the words behind a key are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    None,
    Some,
    Options,
    /// One number of one digit.
    Number,
    /// The key may have several rows.
    Several,
}

type Keys = [(&'static str, char, Words)];

/// The tables whose rows the reader finds by a name, in the order of `Table` in src/data.rs.
const TABLES: [(&str, &Keys); 6] = [
    ("wrappers", &WRAPPER_KEYS),
    ("programs", &PROGRAM_KEYS),
    ("effects", &EFFECT_KEYS),
    ("interpreters", &INTERPRETER_KEYS),
    ("downloaders", &DOWNLOADER_KEYS),
    ("decoders", &DECODER_KEYS),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=data");
    let mut code = String::new();
    list(&mut code, "ENVIRONMENT", "data/environment.txt")?;
    list(
        &mut code,
        "COMMANDS_IN_VARIABLES",
        "data/commands-in-variables.txt",
    )?;
    let mut rows = Rows::new();
    let mut names = kinds(&mut code)?;
    for (place, table) in tables()?.into_iter().enumerate() {
        for (name, entry) in table {
            let place = 1 + place;
            *(names.entry(name).or_default().get_mut(place)).ok_or("too many tables")? =
                rows.place_of(&entry)?;
        }
    }
    let calls = rows_of("data/calls.txt", &CALL_KEYS)?;
    let calls = calls.values().next().ok_or("data/calls.txt is empty")?;
    writeln!(code, "const CALLS: u16 = {};", rows.place_of(calls)?)?;
    writeln!(code, "static ROWS: &str = {:?};", rows.0)?;
    write_names(&mut code, &names)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("tables.rs"), code)?;
    Ok(())
}

/// What is known of a name: its kinds as bits, and where its rows begin in each of the tables.
type Entry = [u16; 1 + TABLES.len()];

/// The tables in their order, each with the names and their rows.
fn tables() -> Result<Vec<BTreeMap<String, String>>, Box<dyn Error>> {
    let mut tables = Vec::new();
    for (file, keys) in TABLES {
        tables.push(rows_of(&format!("data/{file}.txt"), keys)?);
    }
    if let [_, programs, effects, ..] = tables.as_mut_slice() {
        add_values(programs, effects);
    }
    Ok(tables)
}

/// The rows of all tables, with an empty row behind those of each name. Equal rows are there once.
struct Rows(String);

impl Rows {
    /// Place 0 stands for a name that the table does not have, so no rows begin there.
    fn new() -> Self {
        Self("\n\n".to_owned())
    }

    fn place_of(&mut self, rows: &str) -> Result<u16, Box<dyn Error>> {
        let place = if let Some(before) = self.0.find(&format!("\n{rows}\n")) {
            before + 1
        } else {
            let end = self.0.len();
            self.0.push_str(rows);
            self.0.push('\n');
            end
        };
        Ok(
            u16::try_from(place)
                .map_err(|_| "the rows of all tables have more than 65536 bytes")?,
        )
    }
}

/// The different entries, and for each of them a line of the names that have it.
fn write_names(code: &mut String, names: &BTreeMap<String, Entry>) -> Result<(), Box<dyn Error>> {
    let mut entries: BTreeMap<&Entry, Vec<&str>> = BTreeMap::new();
    for (name, entry) in names {
        if name.contains([',', '\n']) {
            return Err(format!("{name:?} has a comma").into());
        }
        entries.entry(entry).or_default().push(name);
    }
    let slots = (2 * names.len()).next_power_of_two();
    writeln!(
        code,
        "const SLOTS: usize = {slots};\nstatic ENTRIES: &[Entry] = &["
    )?;
    for [kinds, rows @ ..] in entries.keys() {
        writeln!(code, "    Entry {{ kinds: {kinds}, rows: {rows:?} }},")?;
    }
    let lines: Vec<String> = entries.values().map(|names| names.join(",")).collect();
    writeln!(code, "];\nstatic NAMES: &str = {:?};", lines.join("\n"))?;
    Ok(())
}

/// All names of the tables with the kinds of programs that each belongs to, as bits.
fn kinds(code: &mut String) -> Result<BTreeMap<String, Entry>, Box<dyn Error>> {
    let shells = fs::read_to_string("data/shells.txt")?;
    let texts = fs::read_to_string("data/texts.txt")?;
    let mut kinds: BTreeMap<String, Entry> = BTreeMap::new();
    let mut add = |name: &str, bit: u16| {
        let [bits, ..] = kinds.entry(name.to_owned()).or_default();
        *bits |= bit;
    };
    lines(&shells).for_each(|name| add(name.trim(), 1));
    lines(&texts).for_each(|name| add(name.trim(), 256));
    for (file, bit) in [
        ("wrappers", 2),
        ("interpreters", 4),
        ("downloaders", 8),
        ("decoders", 16),
    ] {
        let text = fs::read_to_string(format!("data/{file}.txt"))?;
        for paragraph in paragraphs(&text) {
            let header = lines(paragraph).next().unwrap_or_default();
            header.split(", ").for_each(|name| add(name, bit));
        }
    }
    let programs = fs::read_to_string("data/programs.txt")?;
    let (mut beginnings, mut spellings) = (BTreeSet::new(), BTreeSet::new());
    let mut with_words = BTreeSet::new();
    for paragraph in paragraphs(&programs) {
        let mut rows = lines(paragraph);
        let header = rows.next().unwrap_or_default();
        for row in rows {
            if let Some(row) = row.strip_prefix("  same ") {
                spellings.extend(row.split(' ').map(|word| hash(&[word])));
                let (options, words): (Vec<&str>, Vec<&str>) =
                    row.split(' ').partition(|word| word.starts_with('-'));
                with_words.extend(options.into_iter().filter(|_| !words.is_empty()));
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
    writeln!(
        code,
        "static SPELT_AS_WORDS: &[&str] = &{:?};",
        with_words.iter().collect::<Vec<_>>()
    )?;
    for (names, bit) in [(FILES, 32), (BUILTINS, 64), (OUTPUTS, 128), (SCRIPTS, 512)] {
        names.split(' ').for_each(|name| add(name, bit));
    }
    Ok(kinds)
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
    let letters: BTreeSet<u8> = short
        .filter_map(|one| one.as_bytes().get(1).copied())
        .collect();
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
            let named = selectors
                .split(' ')
                .map(|one| one.trim_end_matches(['@', '/']));
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
        // A letter may mean something else to each program of a paragraph, and must not take the next
        // option for its value. Where programs.txt has the values, only it says which letters do.
        let may_add = |option: &str| known.is_empty() || option.len() > 2;
        options.retain(|option| may_add(option) && !known.iter().any(|other| other == option));
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

/// The names of a table of paragraphs with their rows, each of which begins with its key's byte.
fn rows_of(path: &str, keys: &Keys) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let mut table: BTreeMap<String, String> = BTreeMap::new();
    for paragraph in paragraphs(&text) {
        let mut rows = lines(paragraph);
        let header = rows.next().unwrap_or_default();
        let mut entry: Vec<String> = Vec::new();
        for row in rows {
            let row =
                encoded(row, keys).map_err(|problem| format!("{path}: {header}: {problem}"))?;
            let is_twice = entry.iter().any(|other| {
                let key = keys.iter().find(|(_, key, _)| other.starts_with(*key));
                key.is_some_and(|(_, key, words)| *words != Words::Several && row.starts_with(*key))
            });
            if is_twice {
                return Err(
                    format!("{path}: {header}: `{row}` has a key that stands there twice").into(),
                );
            }
            entry.push(row + "\n");
        }
        // Whoever looks for a key is done at the first row with a later one.
        entry.sort_by_key(|row| row.bytes().next());
        for name in header.split(", ") {
            if table.insert(name.to_owned(), entry.concat()).is_some() {
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

/// A row with its key's byte in place of the key.
fn encoded(row: &str, keys: &Keys) -> Result<String, String> {
    let row =
        (row.strip_prefix("  ")).ok_or_else(|| format!("`{row}` is not indented by two blanks"))?;
    let words_of = |key: &str| {
        row.strip_prefix(key)
            .filter(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let (key, byte, wanted, words) = keys
        .iter()
        .filter_map(|(key, byte, wanted)| Some((key, byte, wanted, words_of(key)?)))
        .max_by_key(|(key, ..)| key.len())
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
    if *wanted == Words::Number
        && !matches!(words.as_slice(), [word] if word.len() == 1 && word.parse::<u8>().is_ok())
    {
        return Err(format!("`{row}`: `{key}` has one number of one digit"));
    }
    let mut sorted = words.clone();
    sorted.sort_unstable();
    if let Some(twice) = sorted.windows(2).find(|pair| pair.first() == pair.last()) {
        return Err(format!("`{row}`: {twice:?} stands there twice"));
    }
    Ok(format!("{byte}{}", words.join(" ")))
}

/// The parts of a file between empty lines that hold more than comments.
fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    (text.split("\n\n")).filter(|paragraph| lines(paragraph).next().is_some())
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}
