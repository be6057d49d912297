//! The tables of programs, made from `data/` when the crate is built.

use std::cmp::Ordering;

/// How a program passes on what it runs. The fields are the keys of `data/wrappers.txt`.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // Each is a key of the table.
pub(crate) struct Wrapper {
    pub values: &'static [&'static str],
    pub not_with: &'static [&'static str],
    pub two_values: &'static [&'static str],
    pub operands: usize,
    pub takes_assignments: bool,
    pub text_options: &'static [&'static str],
    pub rest_is_text: bool,
    pub options_anywhere: bool,
    pub subcommands: &'static [&'static str],
    pub groups: &'static [&'static str],
    pub commands_behind: &'static [&'static str],
    pub is_itself: bool,
    pub runs_input: bool,
}

include!("hash.rs");
include!(concat!(env!("OUT_DIR"), "/tables.rs"));

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
    let kinds = |name: &str| {
        let hash = hash(name);
        let at = KINDS.partition_point(|(other, _, _)| *other < hash);
        let mut equal = (KINDS.iter().skip(at)).take_while(|(other, _, _)| *other == hash);
        equal
            .find(|(_, other, _)| *other == name)
            .map(|(_, _, kinds)| Kinds(*kinds))
    };
    let found = kinds(name).or_else(|| {
        let bare = without_version(name);
        if bare.len() == name.len() {
            None
        } else {
            kinds(bare)
        }
    });
    found.unwrap_or_default()
}

/// The name without digits, dots and dashes at its end.
fn without_version(name: &str) -> &str {
    name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-')
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
    find(PROGRAMS, name)
}

/// The rows of a subcommand in `data/programs.txt`; the name of a subcommand may have two words.
pub(crate) fn subcommand(program: &str, words: [&str; 2]) -> Option<Rows> {
    find_subcommand(PROGRAMS, program, words)
}

fn find_subcommand(
    table: &'static [(&str, &str)],
    program: &str,
    words: [&str; 2],
) -> Option<Rows> {
    let [first, second] = words;
    let gap = if second.is_empty() { "" } else { " " };
    let name = [program, " ", first, gap, second];
    let at = table.binary_search_by(|(other, _)| compare(other.as_bytes(), &name));
    table.get(at.ok()?).map(|(_, rows)| Rows(rows))
}

/// The rows of a program in `data/effects.txt`.
pub(crate) fn effects(name: &str) -> Option<Rows> {
    find(EFFECTS, name)
}

/// The rows of a program with these words in `data/effects.txt`, or of its subcommand, and the
/// number of words in the subcommand's name.
pub(crate) fn effects_of(program: &str, words: [&str; 2]) -> (Rows, usize) {
    let Some(rows) = effects(program) else {
        return (Rows::default(), 0);
    };
    let of = |words| find_subcommand(EFFECTS, program, words);
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
    CALLS
        .first()
        .map(|(_, rows)| Rows(rows))
        .unwrap_or_default()
}

/// Compares a text with parts that make up another one.
fn compare(text: &[u8], parts: &[&str]) -> Ordering {
    let mut rest = text;
    for part in parts {
        let (head, behind) = rest.split_at(rest.len().min(part.len()));
        let order = head.cmp(part.as_bytes());
        if order != Ordering::Equal {
            return order;
        }
        rest = behind;
    }
    rest.cmp(&[])
}

/// Whether some program may know the option by another spelling too. Never says no to one that has
/// others.
pub(crate) fn may_have_spellings(option: &str) -> bool {
    let hash = hash(option);
    let word = SPELLINGS.get((hash >> 6) as usize % SPELLINGS.len());
    word.is_some_and(|word| word >> (hash % 64) & 1 != 0)
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
    find(INTERPRETERS, name)
}

/// Whether the program of this name writes what another host says.
#[must_use]
pub fn is_downloader(name: &str) -> bool {
    kinds(name).is(Kinds::DOWNLOADER)
}

/// The rows of a program in `data/downloaders.txt`.
pub(crate) fn downloader(name: &str) -> Option<Rows> {
    find(DOWNLOADERS, name)
}

/// The rows of a program in `data/decoders.txt`.
pub(crate) fn decoder(name: &str) -> Option<Rows> {
    find(DECODERS, name)
}

/// The entry of a name, or of the name without a version: `python` is also `python3.12`.
fn find(table: &'static [(&str, &str)], name: &str) -> Option<Rows> {
    let rows = |name: &str| {
        let at = table
            .binary_search_by(|(other, _)| (*other).cmp(name))
            .ok()?;
        table.get(at).map(|(_, rows)| Rows(rows))
    };
    rows(name).or_else(|| {
        let bare = without_version(name);
        if bare.len() == name.len() {
            None
        } else {
            rows(bare)
        }
    })
}

/// The rows of an entry: each begins with the byte of its key.
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
                if row.as_bytes().first() == Some(&key) {
                    return row.get(1..);
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

/// Whether a row of words with blanks between them has this word.
fn holds_word(row: &[u8], word: &[u8]) -> bool {
    let mut rest = row;
    loop {
        let behind = rest.strip_prefix(word);
        if behind.is_some_and(|behind| behind.first().is_none_or(|next| *next == b' ')) {
            return true;
        }
        let Some(blank) = rest.iter().position(|byte| *byte == b' ') else {
            return false;
        };
        rest = rest.get(blank + 1..).unwrap_or_default();
    }
}

/// How the program passes on, if it does.
pub(crate) fn wrapper(name: &str) -> Option<&'static Wrapper> {
    let find = |name: &str| {
        let at = WRAPPERS
            .binary_search_by(|(other, _)| (*other).cmp(name))
            .ok()?;
        WRAPPERS.get(at).map(|(_, wrapper)| wrapper)
    };
    find(name).or_else(|| find(without_version(name)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use super::*;

    const HEAD: &str = "// This file was generated by `cargo test` from core-rs/crates/command/src/data.rs. Do not edit this file manually.\n";

    /// Writes `programs.ts`, for editors.
    #[test]
    fn names_are_exported() {
        let programs = PROGRAMS.iter().map(|(name, _)| *name);
        let kinds = KINDS.iter().map(|(_, name, _)| *name);
        let wrappers = WRAPPERS.iter().map(|(name, _)| *name);
        let is_name = |name: &&str| {
            name.starts_with(|c: char| c.is_ascii_alphanumeric()) && !name.contains(' ')
        };
        let names: BTreeSet<_> = programs
            .chain(kinds)
            .chain(wrappers)
            .filter(is_name)
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
