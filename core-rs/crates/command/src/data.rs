//! The tables of programs, made from `data/` when the crate is built.

use std::sync::LazyLock;

include!("hash.rs");
include!(concat!(env!("OUT_DIR"), "/tables.rs"));

/// What the tables say of a name.
#[derive(Debug)]
struct Entry {
    kinds: u16,
    /// Where the rows of each [`Table`] begin in `ROWS`; 0 if the table does not have the name.
    rows: [u16; 6],
}

/// The tables with rows, in the order of `TABLES` in build.rs.
#[derive(Clone, Copy)]
enum Table {
    Wrappers,
    Programs,
    Effects,
    Interpreters,
    Downloaders,
    Decoders,
}

/// A hash table of all names. Made when a name is first looked up: the module has no place for
/// each name, only the text of them.
struct Index {
    names: Vec<(&'static str, &'static Entry)>,
    /// Places in `names`, counted from 1. The place of a name is in the slot of its hash, or in the
    /// first one behind it that was free.
    slots: Vec<u16>,
}

static INDEX: LazyLock<Index> = LazyLock::new(Index::new);

impl Index {
    fn new() -> Self {
        let mut index = Self {
            names: Vec::with_capacity(SLOTS / 2),
            slots: vec![0; SLOTS],
        };
        for (entry, names) in ENTRIES.iter().zip(NAMES.split('\n')) {
            for name in names.split(',') {
                index.names.push((name, entry));
                let place = u16::try_from(index.names.len()).unwrap_or_default();
                let slot = slots_of(&[name]).find(|slot| index.slots.get(*slot) == Some(&0));
                if let Some(slot) = slot.and_then(|slot| index.slots.get_mut(slot)) {
                    *slot = place;
                }
            }
        }
        index
    }

    /// The entry of the name that these parts make up.
    fn entry(&self, parts: &[&str]) -> Option<&'static Entry> {
        // A word of megabytes is not hashed each time that it is looked up.
        if parts.iter().any(|part| part.len() > LONGEST) {
            return None;
        }
        for slot in slots_of(parts) {
            let place = usize::from(*self.slots.get(slot)?).checked_sub(1)?;
            let (name, entry) = self.names.get(place)?;
            if is_made_of(name.as_bytes(), parts) {
                return Some(entry);
            }
        }
        None
    }
}

/// The bytes that no name exceeds.
const LONGEST: usize = 64;

/// The slots in which a name may be, first that of its hash.
fn slots_of(parts: &[&str]) -> impl Iterator<Item = usize> {
    let hash = hash(parts) as usize;
    (hash..=hash.saturating_add(SLOTS)).map(|slot| slot % SLOTS)
}

/// Whether the parts make up the name.
fn is_made_of(name: &[u8], parts: &[&str]) -> bool {
    let mut rest = name;
    for part in parts {
        let Some(behind) = rest.strip_prefix(part.as_bytes()) else {
            return false;
        };
        rest = behind;
    }
    rest.is_empty()
}

/// The kinds that a program belongs to, as bits.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kinds(u16);

impl Kinds {
    pub const SHELL: u16 = 1;
    pub const WRAPPER: u16 = 1 << 1;
    pub const INTERPRETER: u16 = 1 << 2;
    pub const DOWNLOADER: u16 = 1 << 3;
    pub const DECODER: u16 = 1 << 4;
    /// Its files and output are known to the reader itself.
    pub const FILES: u16 = 1 << 5;
    /// A builtin that the reader follows.
    pub const BUILTIN: u16 = 1 << 6;
    /// Its output is worked out.
    pub const OUTPUT: u16 = 1 << 7;
    /// It writes what it was given or has read.
    pub const TEXT: u16 = 1 << 8;
    /// It has options whose value is shell text.
    pub const TEXT_OPTIONS: u16 = 1 << 9;

    /// Whether the program is of one of these kinds.
    pub fn is(self, kinds: u16) -> bool {
        self.0 & kinds != 0
    }
}

/// What kinds of program the name is of, also with a version: `python3.12`.
pub(crate) fn kinds(name: &str) -> Kinds {
    let entry = INDEX
        .entry(&[name])
        .filter(|entry| entry.kinds != 0)
        .or_else(|| INDEX.entry(&[without_version(name)?]));
    Kinds(entry.map_or(0, |entry| entry.kinds))
}

/// The name without digits, dots and dashes at its end, if it has any there.
fn without_version(name: &str) -> Option<&str> {
    let last = name.bytes().next_back();
    last.filter(|last| !last.is_ascii_alphabetic())?;
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    (bare.len() < name.len()).then_some(bare)
}

/// Whether the program of this name reads shell text.
#[must_use]
pub fn is_shell(name: &str) -> bool {
    kinds(name).is(Kinds::SHELL)
}

/// Whether what the program writes is what it was given or has read, and not its own.
pub(crate) fn writes_text(name: &str) -> bool {
    kinds(name).is(Kinds::TEXT
        | Kinds::SHELL
        | Kinds::INTERPRETER
        | Kinds::DECODER
        | Kinds::DOWNLOADER)
}

/// The rows of a program that runs lines of its standard input, if it does with these arguments.
pub(crate) fn reads_lines(name: &str, arguments: &[&str]) -> Option<Rows> {
    let rows = program(name).filter(|rows| rows.has(b'i'))?;
    let mut input = ["-", "-f-", "/dev/stdin"].iter();
    (!rows.lists(b'i', "*") || input.any(|word| arguments.contains(word))).then_some(rows)
}

/// Whether the program takes scripts of `sed`.
pub(crate) fn is_sed(name: &str) -> bool {
    matches!(name, "sed" | "gsed")
}

/// Whether the variable makes programs run code, or read a configuration that does.
pub(crate) fn is_risky_variable(name: &str) -> bool {
    let is_upper = |byte: u8| !byte.is_ascii_lowercase() || name.starts_with("npm");
    name.bytes().all(is_upper)
        && (holds_command(name)
            || ENVIRONMENT
                .iter()
                .any(|glob| crate::arguments::fits(glob, name)))
}

/// Whether the value of the variable is text that a shell runs.
pub(crate) fn holds_command(name: &str) -> bool {
    COMMANDS_IN_VARIABLES.binary_search(&name).is_ok()
}

/// The rows of a program in `data/programs.txt`.
pub(crate) fn program(name: &str) -> Option<Rows> {
    find(Table::Programs, name)
}

/// The rows of a subcommand in `data/programs.txt`; the name of a subcommand may have two words.
pub(crate) fn subcommand(program: &str, words: [&str; 2]) -> Option<Rows> {
    find_subcommand(Table::Programs, program, words)
}

fn find_subcommand(table: Table, program: &str, words: [&str; 2]) -> Option<Rows> {
    let [first, second] = words;
    let gap = if second.is_empty() { "" } else { " " };
    rows(table, &[program, " ", first, gap, second])
}

/// The rows of a program in `data/effects.txt`.
pub(crate) fn effects(name: &str) -> Option<Rows> {
    find(Table::Effects, name)
}

/// The rows of a program with these words in `data/effects.txt`, or of its subcommand, and the
/// number of words in the subcommand's name.
pub(crate) fn effects_of(program: &str, words: [&str; 2]) -> (Rows, usize) {
    let Some(rows) = effects(program) else {
        return (Rows::default(), 0);
    };
    let of = |words| find_subcommand(Table::Effects, program, words);
    if let Some(rows) = of(words).filter(|_| !words[1].is_empty()) {
        (rows, 2)
    } else if let Some(rows) = of([words[0], ""]).filter(|_| !words[0].is_empty()) {
        (rows, 1)
    } else {
        (rows, 0)
    }
}

/// The names of calls in code, in `data/calls.txt`.
pub(crate) fn calls() -> Rows {
    rows_at(CALLS).unwrap_or_default()
}

/// Whether some program may know the option by another spelling too. Never says no to one that has
/// others.
pub(crate) fn may_have_spellings(option: &str) -> bool {
    let hash = hash(&[option]);
    let word = SPELLINGS.get((hash >> 6) as usize % SPELLINGS.len());
    word.is_some_and(|word| word >> (hash % 64) & 1 != 0)
}

/// Whether some program may know the option as a word that is no option: `+main` of `git push`.
pub(crate) fn may_be_spelt_as_word(option: &str) -> bool {
    SPELT_AS_WORDS.contains(&option)
}

/// Whether an argument may be, or hold, an option of some program whose value is text for a shell.
pub(crate) fn may_be_text_option(argument: &str) -> bool {
    match argument.as_bytes() {
        [b'-', b'-', ..] => LONG_TEXT_OPTIONS.iter().any(|option| {
            let name = argument.split('=').next().unwrap_or_default();
            option.starts_with(name)
        }),
        [b'-', letters @ ..] => letters
            .iter()
            .any(|letter| TEXT_OPTION_LETTERS.contains(letter)),
        [first, ..] => TEXT_OPTION_BEGINNINGS.contains(&first.to_ascii_lowercase()),
        [] => false,
    }
}

/// The rows of a program in `data/interpreters.txt`.
pub(crate) fn interpreter(name: &str) -> Option<Rows> {
    find(Table::Interpreters, name)
}

/// Whether the program of this name writes what another host says.
#[must_use]
pub fn is_downloader(name: &str) -> bool {
    kinds(name).is(Kinds::DOWNLOADER)
}

/// The rows of a program in `data/downloaders.txt`.
pub(crate) fn downloader(name: &str) -> Option<Rows> {
    find(Table::Downloaders, name)
}

/// The rows of a program in `data/decoders.txt`.
pub(crate) fn decoder(name: &str) -> Option<Rows> {
    find(Table::Decoders, name)
}

/// How the program passes on what it runs, if it does: its rows in `data/wrappers.txt`.
pub(crate) fn wrapper(name: &str) -> Option<Rows> {
    find(Table::Wrappers, name)
}

/// The rows of a name, or of the name without a version: `python` is also `python3.12`.
fn find(table: Table, name: &str) -> Option<Rows> {
    rows(table, &[name]).or_else(|| rows(table, &[without_version(name)?]))
}

/// The rows of the name that these parts make up.
fn rows(table: Table, parts: &[&str]) -> Option<Rows> {
    rows_at(*INDEX.entry(parts)?.rows.get(table as usize)?)
}

fn rows_at(place: u16) -> Option<Rows> {
    let rows = ROWS.get(usize::from(place)..).filter(|_| place != 0)?;
    Some(Rows(rows))
}

/// The rows of a name: each begins with the byte of its key, in the order of these bytes, and an empty row is
/// behind the last.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Rows(&'static str);

impl Rows {
    /// The words behind the key, in each of its rows.
    pub fn all(self, key: u8) -> impl Iterator<Item = &'static str> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            while !rest.is_empty() {
                let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
                let row = rest.get(..end).unwrap_or_default();
                rest = rest.get(end + 1..).unwrap_or_default();
                match row.as_bytes().first() {
                    Some(first) if *first == key => return row.get(1..),
                    Some(first) if *first < key => {}
                    Some(_) | None => break,
                }
            }
            None
        })
    }

    /// Whether there is a row of the key.
    pub fn has(self, key: u8) -> bool {
        self.all(key).next().is_some()
    }

    /// Whether the word is behind the key.
    pub fn lists(self, key: u8, word: &str) -> bool {
        self.all(key)
            .any(|row| holds_word(row.as_bytes(), word.as_bytes()))
    }

    /// The words behind the key.
    pub fn words(self, key: u8) -> impl Iterator<Item = &'static str> {
        self.all(key).flat_map(|words| words.split(' '))
    }
}

/// Whether the word is one of these, which blanks part.
pub(crate) fn is_one_of(words: &str, word: &str) -> bool {
    holds_word(words.as_bytes(), word.as_bytes())
}

/// Whether a row of words with blanks between them has this word.
pub(crate) fn holds_word(row: &[u8], word: &[u8]) -> bool {
    let mut rest = row;
    loop {
        let behind = rest.strip_prefix(word);
        if behind.is_some_and(|behind| behind.first().is_none_or(|next| *next == b' ')) {
            return !word.contains(&b' ');
        }
        let Some(blank) = rest.iter().position(|byte| *byte == b' ') else {
            return false;
        };
        rest = rest.get(blank + 1..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use super::*;

    const HEAD: &str = "// This file was generated by `cargo test` from core-rs/crates/command/src/data.rs. Do not edit this file manually.\n";

    #[test]
    fn every_name_is_found_whole_and_in_parts_and_no_other_is() {
        assert!(INDEX.names.len() > 1_000, "{}", INDEX.names.len());
        for (name, entry) in &INDEX.names {
            let halves = name.split_at(name.len() / 2);
            for parts in [&[*name][..], &[halves.0, halves.1, ""]] {
                let found = INDEX.entry(parts).unwrap();
                assert!(std::ptr::eq(found, *entry), "{name}");
            }
            let (name, half) = (name.as_bytes(), halves.0);
            assert!(!is_made_of(name, &[half]) && !is_made_of(name, &[half, half, "git"]));
        }
        assert!(INDEX.entry(&[]).is_none() && INDEX.entry(&["", ""]).is_none());
    }

    #[test]
    fn rows_end_where_those_of_the_next_name_begin() {
        let places: BTreeSet<u16> = ENTRIES.iter().flat_map(|entry| entry.rows).collect();
        let lines = |rows: Rows| {
            (0..=u8::MAX)
                .map(|key| rows.all(key).count())
                .sum::<usize>()
        };
        for place in places.into_iter().filter(|place| *place != 0) {
            let rows = rows_at(place).unwrap();
            let own = rows.0.split("\n\n").next().unwrap_or_default();
            let own = if rows.0.starts_with('\n') { "" } else { own };
            assert_eq!(lines(rows), own.lines().count(), "{own}");
        }
    }

    #[test]
    fn words_with_a_blank_are_in_no_row() {
        let rows = wrapper("sudo").unwrap();
        assert!(rows.lists(b'v', "-C") && rows.lists(b'v', "-D"));
        assert!(!rows.lists(b'v', "-C -D") && !rows.lists(b'v', ""));
    }

    /// Writes `programs.ts`, for editors.
    #[test]
    fn names_are_exported() {
        let is_name = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_alphanumeric()) && !name.contains(' ')
        };
        let names: BTreeSet<_> = (INDEX.names.iter())
            .filter(|(name, _)| is_name(name) && crate::is_known(name))
            .map(|(name, _)| *name)
            .collect();
        assert!(names.len() > 200 && names.contains("git"), "{names:?}");
        let names: Vec<_> = names.into_iter().collect();
        let out = format!(
            "{HEAD}\n/** Programs that the tables of commands know. */\nexport const PROGRAMS: readonly string[] = \"{}\".split(\" \");\n",
            names.join(" ")
        );
        let folder = std::env::var_os("TS_RS_EXPORT_DIR").map(PathBuf::from);
        let folder = folder.expect("`TS_RS_EXPORT_DIR`, which .cargo/config.toml sets");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("programs.ts"), out).unwrap();
    }
}
