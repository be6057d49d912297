//! The tables of shells and wrappers, made from `data/` when the crate is built.

/// How a program passes on what it runs. The fields are the keys of `data/wrappers.txt`.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // Each is a key of the table.
pub(crate) struct Wrapper {
    pub values: &'static [&'static str],
    pub not_with: &'static [&'static str],
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

include!(concat!(env!("OUT_DIR"), "/tables.rs"));

/// Whether the program of this name reads shell text.
#[must_use]
pub fn is_shell(name: &str) -> bool {
    SHELLS.binary_search(&name).is_ok()
}

/// Whether what the program writes is what it was given or has read, and not its own.
pub(crate) fn writes_text(name: &str) -> bool {
    TEXTS.binary_search(&name).is_ok()
        || is_shell(name)
        || interpreter(name).is_some()
        || decoder(name).is_some()
        || downloader(name).is_some()
}

/// Whether the variable makes programs run code, or read a configuration that does.
pub(crate) fn is_risky_variable(name: &str) -> bool {
    ENVIRONMENT
        .iter()
        .any(|glob| crate::arguments::fits(glob, name))
}

/// The rows of a program in `data/programs.txt`.
pub(crate) fn program(name: &str) -> Option<Rows> {
    find(PROGRAMS, name)
}

/// The rows of a subcommand in `data/programs.txt`; the name of a subcommand may have two words.
pub(crate) fn subcommand(program: &str, words: [&str; 2]) -> Option<Rows> {
    let words: &[&str] = if words[1].is_empty() {
        &words[..1]
    } else {
        &words
    };
    let at = PROGRAMS.binary_search_by(|(name, _)| {
        let rest = words
            .iter()
            .flat_map(|word| b" ".iter().chain(word.as_bytes()));
        name.bytes().cmp(program.bytes().chain(rest.copied()))
    });
    PROGRAMS.get(at.ok()?).map(|(_, rows)| Rows(rows))
}

/// The rows of a program in `data/interpreters.txt`.
pub(crate) fn interpreter(name: &str) -> Option<Rows> {
    find(INTERPRETERS, name)
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
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    [name, bare].into_iter().find_map(|name| {
        let at = table
            .binary_search_by(|(other, _)| (*other).cmp(name))
            .ok()?;
        table.get(at).map(|(_, rows)| Rows(rows))
    })
}

/// The rows of an entry: each begins with the byte of its key.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Rows(&'static str);

impl Rows {
    /// The words behind the key, in each of its rows.
    pub fn all(self, key: u8) -> impl Iterator<Item = &'static str> {
        (self.0.lines()).filter_map(move |row| row.strip_prefix(char::from(key)))
    }

    /// Whether there is a row of the key.
    pub fn has(self, key: u8) -> bool {
        self.all(key).next().is_some()
    }

    /// Whether the word is behind the key.
    pub fn lists(self, key: u8, word: &str) -> bool {
        self.words(key).any(|other| other == word)
    }

    /// The words behind the key.
    pub fn words(self, key: u8) -> impl Iterator<Item = &'static str> {
        self.all(key).flat_map(|words| words.split(' '))
    }
}

/// How the program passes on, if it does.
pub(crate) fn wrapper(name: &str) -> Option<&'static Wrapper> {
    let at = WRAPPERS
        .binary_search_by(|(other, _)| (*other).cmp(name))
        .ok()?;
    WRAPPERS.get(at).map(|(_, wrapper)| wrapper)
}
