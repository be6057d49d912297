//! The arguments of one command: which words are options, which are values of options, and which
//! are neither.

use crate::data::{self, Rows};
use crate::reading::{Command, Word, program_name};

/// The arguments of a command, taken apart as its program takes them.
#[derive(Debug, Default, Clone)]
pub struct Arguments<'a> {
    /// The program's name without its folder; empty if there is no program.
    pub program: &'a str,
    /// The program as it was called, if that is a path.
    pub path: Option<&'a str>,
    /// Words that are neither options nor their values, in order: subcommands and operands.
    pub words: Vec<&'a Word>,
    /// Options in order, clusters split: `-rf` is `-r` and `-f`.
    pub options: Vec<Flag<'a>>,
    /// What the tables say of the program and of its subcommand.
    tables: [Rows; 2],
}

/// One option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag<'a> {
    /// Its name.
    pub name: Name<'a>,
    /// Its value: the next word, or the rest of its own.
    pub value: Option<&'a str>,
    /// The word that holds the value, or else the option.
    pub word: &'a Word,
    /// The option's own word.
    spelling: &'a str,
}

/// The name of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name<'a> {
    /// One letter behind `-`.
    Short(char),
    /// The whole name with what stands before it: `--force`, `-delete`; `of` in `of=/dev/sda`.
    Long(&'a str),
}

impl Name<'_> {
    /// Whether this is the name's spelling.
    #[must_use]
    pub fn is(&self, spelling: &str) -> bool {
        match self {
            Self::Long(name) => *name == spelling,
            Self::Short(letter) => {
                let mut chars = spelling.chars();
                chars.next() == Some('-') && chars.next() == Some(*letter) && chars.next().is_none()
            }
        }
    }
}

/// The arguments of a command.
///
/// ```
/// let reading = sentry_command::read(&["git", "-C", "/srv", "push", "origin", "+main"]);
/// let arguments = sentry_command::arguments(&reading.commands[0]);
/// assert_eq!(arguments.program, "git");
/// assert_eq!(arguments.words[0].text, "push");
/// assert!(arguments.has_flag("--force"));
/// ```
#[must_use]
pub fn arguments(command: &Command) -> Arguments<'_> {
    arguments_of(&command.words)
}

pub(crate) fn arguments_of(words: &[Word]) -> Arguments<'_> {
    let Some((first, rest)) = words.split_first() else {
        return Arguments::default();
    };
    let program = program_name(&first.text);
    let mut arguments = Arguments {
        program,
        path: first.text.contains('/').then_some(first.text.as_str()),
        tables: [data::program(program).unwrap_or_default(), Rows::default()],
        ..Arguments::default()
    };
    let has_subcommands = arguments.tables[0].has(b'g');
    let mut rest = rest.iter();
    let mut options_end = false;
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        let is_option = text.starts_with('-') && text.len() > 1 && !options_end;
        if is_option && text == "--" {
            options_end = true;
        } else if is_option {
            arguments.add_option(word, &mut rest, has_subcommands);
        } else {
            options_end |= arguments.add_word(word, &mut rest);
        }
    }
    arguments
}

impl<'a> Arguments<'a> {
    /// Adds a word that is no option. True if options end there.
    fn add_word(&mut self, word: &'a Word, rest: &mut std::slice::Iter<'a, Word>) -> bool {
        let [program, _] = self.tables;
        let text = word.text.as_str();
        let is_first = self.words.is_empty() && self.options.is_empty();
        if is_first && program.has(b'B') && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            self.add_cluster(word, text, rest);
            return false;
        }
        if program.has(b'P')
            && let Some((name, value)) = text.split_once('=')
        {
            let name = Name::Long(name);
            self.add(name, Some(value), word, text);
        }
        let before = self.words.last().map_or("", |word| word.text.as_str());
        self.words.push(word);
        let table = match self.words.len() {
            1 => data::subcommand(self.program, [text, ""]),
            2 => data::subcommand(self.program, [before, text]),
            _ => None,
        };
        if let Some(table) = table {
            self.tables[1] = table;
            return false;
        }
        self.tables.iter().any(|table| table.has(b'S'))
    }

    fn add(&mut self, name: Name<'a>, value: Option<&'a str>, word: &'a Word, spelling: &'a str) {
        self.options.push(Flag {
            name,
            value,
            word,
            spelling,
        });
    }

    fn add_option(
        &mut self,
        word: &'a Word,
        rest: &mut std::slice::Iter<'a, Word>,
        has_subcommands: bool,
    ) {
        let text = word.text.as_str();
        let is_long = text.starts_with("--") || self.tables[0].has(b'L');
        if !is_long {
            let letters = text.get(1..).unwrap_or_default();
            return self.add_cluster(word, letters, rest);
        }
        let (name, value) = text
            .split_once('=')
            .map_or((text, None), |(name, value)| (name, Some(value)));
        let is_global = has_subcommands && self.words.is_empty();
        let takes_value = value.is_none() && self.takes_value(name, is_global);
        let holder = if takes_value { rest.next() } else { None };
        let value = value.or_else(|| holder.map(|word| word.text.as_str()));
        self.add(Name::Long(name), value, holder.unwrap_or(word), text);
    }

    /// Adds the letters of `-xyz`: one that takes a value takes the rest, or the next word.
    fn add_cluster(
        &mut self,
        word: &'a Word,
        letters: &'a str,
        rest: &mut std::slice::Iter<'a, Word>,
    ) {
        let text = word.text.as_str();
        let is_global = self.words.is_empty() && self.tables[0].has(b'g');
        for (at, letter) in letters.char_indices() {
            let behind = letters.get(at + letter.len_utf8()..).unwrap_or_default();
            let option = [b'-', u8::try_from(letter).unwrap_or(b'-')];
            let option = std::str::from_utf8(&option).unwrap_or("--");
            let name = Name::Short(letter);
            let is_bare = !text.starts_with('-');
            if self.takes_value(option, is_global) {
                if behind.is_empty() || is_bare {
                    let holder = rest.next();
                    let value = holder.map(|word| word.text.as_str());
                    self.add(name, value, holder.unwrap_or(word), text);
                    if is_bare {
                        continue;
                    }
                } else {
                    self.add(name, Some(behind), word, text);
                }
                return;
            }
            let has_value = self.is_listed(b'a', option)
                || behind.starts_with(|next: char| !next.is_ascii_alphanumeric());
            if has_value && !behind.is_empty() {
                self.add(name, Some(behind.trim_start_matches('=')), word, text);
                return;
            }
            self.add(name, None, word, text);
        }
    }

    fn is_listed(&self, key: u8, option: &str) -> bool {
        self.tables.iter().any(|table| table.lists(key, option))
    }

    fn takes_value(&self, option: &str, is_global: bool) -> bool {
        self.is_listed(if is_global { b'g' } else { b'v' }, option)
    }

    /// Whether the option is among the arguments, in this spelling or in another that means the
    /// same to the program: `-f`, `--force`, `--forc` and `+main` of `git push`. Without a dash, or
    /// with `*`, the flag is a glob over options and words: `+*`.
    #[must_use]
    pub fn has_flag(&self, flag: &str) -> bool {
        if self.options.is_empty() && self.words.is_empty() {
            return false;
        }
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) if flag.starts_with('-') => (name, Some(value)),
            _ => (flag, None),
        };
        let is_glob = flag.contains('*') || !flag.starts_with('-');
        if self.options.is_empty() && !is_glob && !data::may_be_spelt_as_word(name) {
            return false;
        }
        if self.has_spelling(name, value) {
            return true;
        }
        if !data::may_have_spellings(name) {
            return false;
        }
        let rows = self.tables.iter().flat_map(|table| table.all(b's'));
        let mut same = rows
            .filter(|row| data::holds_word(row.as_bytes(), name.as_bytes()))
            .flat_map(|row| row.split(' '));
        same.any(|other| self.has_spelling(other, value))
    }

    fn has_spelling(&self, flag: &str, value: Option<&str>) -> bool {
        if !flag.starts_with('-') || flag.contains('*') {
            let mut words = self.words.iter().map(|word| word.text.as_str());
            return words.any(|word| fits(flag, word))
                || self
                    .options
                    .iter()
                    .any(|option| fits(flag, option.spelling));
        }
        let has = |letter| {
            self.options
                .iter()
                .any(|option| option.name == Name::Short(letter))
        };
        let is_cluster = !flag.starts_with("--") && flag.len() > 2 && !self.tables[0].has(b'L');
        is_cluster && flag.chars().skip(1).all(has)
            || self
                .options
                .iter()
                .any(|option| self.is_flag(option, flag, value))
    }

    fn is_flag(&self, option: &Flag<'_>, flag: &str, value: Option<&str>) -> bool {
        let is_denied = option.value == Some("false") && option.spelling.contains('=');
        let fits_own = |value| option.value.is_some_and(|own| fits(value, own));
        if value.map_or(is_denied, |value| !fits_own(value)) {
            return false;
        }
        let is_short_for = |name: &str| {
            name.len() > 2 && flag.starts_with("--") && flag.starts_with(name) && !self.knows(name)
        };
        match option.name {
            name if name.is(flag) => true,
            Name::Long(name) => name.starts_with("--") && is_short_for(name),
            Name::Short(_) => option.spelling == flag,
        }
    }

    /// Whether the tables have an option of exactly this name.
    fn knows(&self, name: &str) -> bool {
        [b'v', b's', b'g']
            .iter()
            .any(|key| self.is_listed(*key, name))
    }

    /// Texts that may be paths or other operands: words that are no option, and values of options,
    /// with the word that holds each.
    pub fn operands(&self) -> impl Iterator<Item = (&'a str, &'a Word)> {
        let words = self.words.iter().map(|word| (word.text.as_str(), *word));
        let values = self.options.iter();
        words.chain(values.filter_map(|option| Some((option.value?, option.word))))
    }

    /// The values of options, and parts of words, that are text for a shell.
    pub(crate) fn shell_texts(&self) -> Vec<Word> {
        let rows = self.tables.iter().flat_map(|table| table.words(b't'));
        let mut texts = Vec::new();
        for row in rows {
            if !row.starts_with('-') {
                texts.extend(
                    self.words
                        .iter()
                        .filter_map(|word| Some(word.with_text(part(&word.text, row)?))),
                );
                continue;
            }
            let (name, prefix) = row.split_once('=').unwrap_or((row, ""));
            for option in self.options.iter().filter(|option| option.name.is(name)) {
                let value = option.value.unwrap_or_default();
                if prefix == "()" {
                    texts.extend(crate::calls::calls_in_any(value));
                } else if let Some(text) = part(value.trim_start(), prefix) {
                    texts.push(option.word.with_text(text));
                }
            }
        }
        if data::is_sed(self.program) {
            let is_script =
                |option: &&Flag<'_>| option.name.is("-e") || option.name.is("--expression");
            let scripts = self.options.iter().filter(is_script);
            let mut scripts: Vec<&str> = scripts.filter_map(|option| option.value).collect();
            if scripts.is_empty() && !self.has_flag("-f") {
                scripts.extend(self.words.first().map(|word| &*word.text));
            }
            texts.extend(
                scripts
                    .into_iter()
                    .flat_map(crate::sed::texts)
                    .map(Word::constant),
            );
        }
        texts
    }

    /// Whether an option, or a subcommand, is one that runs code or reads a configuration.
    fn runs_code(&self) -> bool {
        let tables = self.tables.iter().enumerate();
        let mut runs = tables.flat_map(|(at, table)| table.words(b'r').map(move |run| (at, run)));
        runs.any(|(at, run)| {
            if run.ends_with('*') {
                return self.has_spelling(run, None);
            }
            if !run.starts_with('-') {
                return self.words.get(at).is_some_and(|word| word.text == run);
            }
            let (name, prefix) = run.split_once('=').unwrap_or((run, ""));
            let fits = |value: &str| {
                let start = value.trim_start().get(..prefix.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
            };
            self.options.iter().any(|option| {
                self.is_flag(option, name, option.value)
                    && option.value.map_or(prefix.is_empty(), fits)
            })
        })
    }
}

/// The rest of a text that begins like this, in any case; `*` stands for what goes before the part
/// behind it.
pub(crate) fn part<'t>(text: &'t str, beginning: &str) -> Option<&'t str> {
    let (start, end) = beginning.split_once('*').unwrap_or((beginning, ""));
    // `ssh` takes `-o 'ProxyCommand TEXT'`, too.
    let name = start.strip_suffix('=').unwrap_or(start);
    let head = text.get(..name.len())?;
    let mut rest = text.get(name.len()..)?;
    if name.len() < start.len() {
        let blanks = rest.trim_start();
        rest = match blanks.strip_prefix('=') {
            Some(value) => value,
            None if blanks.len() < rest.len() => blanks,
            None => return None,
        };
    }
    let rest = if end.is_empty() {
        rest
    } else {
        rest.split_once(end)?.1
    };
    head.eq_ignore_ascii_case(name).then_some(rest)
}

/// Whether one of the arguments may be an option whose value is text for a shell, or hold such text:
/// judged by their beginnings, and never missing one.
pub(crate) fn may_have_text(program: &str, arguments: &[&str]) -> bool {
    let arguments = arguments.iter().copied();
    // The words of `git bisect run` and `git submodule foreach` are a command.
    if program == "git"
        && arguments
            .clone()
            .any(|word| matches!(word, "run" | "foreach"))
    {
        return true;
    }
    if data::is_sed(program)
        && arguments
            .clone()
            .map(|word| word.trim_start_matches("--expression="))
            .map(|word| word.trim_start_matches("-e"))
            .any(|word| !crate::sed::texts(word).is_empty())
    {
        return true;
    }
    let table = data::program(program);
    let bare = arguments.clone().find(|word| !word.is_empty());
    let bare = bare.filter(|_| table.is_some_and(|rows| rows.has(b'B')));
    if bare.is_none() && !arguments.clone().any(data::may_be_text_option) {
        return false;
    }
    let is_given = |rows: Rows| {
        rows.words(b't').any(|row| {
            let option = row.split(['=', '*']).next().unwrap_or(row);
            let is_bare = |letters: &str| match option.as_bytes() {
                [b'-', letter] => letters.as_bytes().contains(letter),
                _ => false,
            };
            bare.is_some_and(is_bare) || arguments.clone().any(|given| begins_with(given, option))
        })
    };
    // Any word may be the subcommand: options in front of it may have values.
    let words = arguments.clone().filter(|word| !word.starts_with('-'));
    let pairs = words.clone().zip(words.clone().skip(1).chain([""]));
    let mut subcommands = pairs.flat_map(|(word, next)| [[word, ""], [word, next]]);
    table.is_some_and(is_given)
        || subcommands.any(|words| data::subcommand(program, words).is_some_and(is_given))
}

/// Whether an argument may be an option, alone or in a cluster, or begin with the text of one.
fn begins_with(argument: &str, option: &str) -> bool {
    match (option.as_bytes(), argument.as_bytes()) {
        (&[b'-', letter], given @ &[b'-', first, ..]) => first != b'-' && given.contains(&letter),
        // A long option may be shortened.
        (&[b'-', b'-', ..], &[b'-', b'-', ..]) => {
            let given = argument.split('=').next().unwrap_or_default();
            given.len() > 2 && option.starts_with(given)
        }
        (text, given) => {
            let head = given.get(..text.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(text))
        }
    }
}

/// Whether an option, subcommand or assignment of the command runs code, or names a configuration
/// that does: `git -c core.sshCommand=…`, `ssh -o ProxyCommand=…`, `LD_PRELOAD=…`.
///
/// ```
/// let reading = sentry_command::read(&["ssh", "-oProxyCommand=sh -c id", "host"]);
/// assert!(sentry_command::runs_code_by_option(&reading.commands[0]));
/// ```
#[must_use]
pub fn runs_code_by_option(command: &Command) -> bool {
    let mut names = command.assignments.iter().map(|one| one.name.as_str());
    command.is_environment_changed
        || names.any(data::is_risky_variable)
        || arguments(command).runs_code()
}

/// Whether the text fits a glob in which `*` stands for any text.
#[must_use]
pub fn fits(glob: &str, text: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}
