//! What the commands of an outline may run besides their own programs.

use std::borrow::Cow;

use super::Outline;
use super::commands::LITERALS;
use super::word::is_constant;
use crate::arguments::may_have_text;
use crate::code;
use crate::data::{self, Kinds, Rows};
use crate::reading::{base_name, program_name};
use crate::run::WRAPPERS_AT_MOST;
use crate::wrappers::{Found, follow, is_program, narrows, place_of};

/// What is known of the commands of a text.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools)] // Each is a fact of its own.
pub(super) struct Facts {
    /// Whether a word names an interpreter.
    is_interpreted: bool,
    /// Whether a command may run another one, which its words or its input say.
    passes_on: bool,
    /// Whether one that does may make a program of what `xargs` reads.
    passes_words_on: bool,
    /// Whether one that does may run what it reads.
    runs_input: bool,
    /// Whether `xargs` makes words of what it reads.
    reads_words: bool,
    /// Whether `xargs` makes a word of each line, or a part of a word.
    reads_lines: bool,
    reads_parts: bool,
    /// Whether the output of a command, or a file that it writes, may be the program of another.
    pub makes_text: bool,
    /// Whether a command may write other words than those of the text.
    makes_words: bool,
    /// Whether a command may write what is known, and whether `find` may.
    pub writes_known: bool,
    finds_known: bool,
    /// Whether a command begins with a path.
    pub runs_path: bool,
    /// Whether a word has a variable, and whether one may be set.
    pub has_variable: bool,
    pub sets_variable: bool,
    pub has_substitution: bool,
    /// Whether a command reads a file or a here-document as its input.
    pub reads_file: bool,
    /// Whether a command may change the folder of others.
    pub moves: bool,
}

impl Facts {
    /// Whether commands may run what others write or read.
    pub fn may_run_text(&self, outline: &Outline<'_>, count: usize) -> bool {
        (outline.has_pipes || self.reads_file) && self.runs_input
            || (self.reads_file || self.has_substitution) && self.is_interpreted
            || self.has_variable && self.sets_variable
            || self.reads_words && (self.passes_words_on || self.makes_words || self.reads_file)
            || self.reads_lines && self.writes_known
            || self.reads_parts && self.finds_known
            || count > 1
                && self.makes_text
                && (self.passes_on || self.runs_path || self.is_interpreted)
    }
}

/// Finds what the words of one command may run.
pub(super) struct Runs<'f, 'a> {
    pub facts: &'f mut Facts,
    /// Words that stand in no text.
    pub others: &'f mut Vec<Cow<'a, str>>,
    /// Whether a word of the command holds other than plain characters.
    pub has_text: bool,
}

/// Where the program of a command may be that another one passes on.
enum Next {
    /// Nowhere.
    None,
    /// At this place, counted from the program that passes it on.
    At(usize),
    /// Behind the options of a wrapper that begin commands.
    BehindOptions(Rows),
    /// Anywhere: the words are read as text.
    Anywhere,
}

impl Runs<'_, '_> {
    /// Adds the words of a command. Returns whether its output is surely not known; `None` if only a
    /// reading shows what it runs.
    pub fn add(&mut self, words: &[&str]) -> Option<bool> {
        let mut has_unknown_output = true;
        let mut reads_words = false;
        let mut at = 0;
        for taken_off in 0.. {
            if taken_off == WRAPPERS_AT_MOST {
                return None;
            }
            let word = words.get(at)?;
            if at > 0 && !is_known(word) {
                return None;
            }
            let rest = words.get(at + 1..).unwrap_or_default();
            let name = program_name(word);
            let kinds = data::kinds(name);
            if kinds == Kinds::default() {
                break;
            }
            if kinds.is(Kinds::SHELL) || runs_text(name) {
                return None;
            }
            self.add_program(name, kinds, rest)?;
            has_unknown_output &= !kinds.is(Kinds::OUTPUT | Kinds::WRAPPER | Kinds::BUILTIN)
                || name == "cat" && rest.iter().any(|word| !word.starts_with('-'));
            let next = self.wrapper(name, kinds, words.get(at..)?, &mut reads_words)?;
            match next {
                Next::None => break,
                Next::At(place) => at += place,
                Next::BehindOptions(wrapper) => {
                    self.add_found(wrapper, words.get(at..)?)?;
                    break;
                }
                Next::Anywhere => {
                    self.add_text(rest)?;
                    break;
                }
            }
        }
        if reads_words {
            // What it reads is not known.
            self.facts.reads_words = true;
            self.others.push(Cow::Borrowed("$()"));
        }
        Some(has_unknown_output)
    }

    /// Adds what the program does itself; `None` if it is given code or text.
    fn add_program(&mut self, name: &str, kinds: Kinds, rest: &[&str]) -> Option<()> {
        let facts = &mut *self.facts;
        let arguments = || rest.iter().copied();
        if kinds.is(Kinds::INTERPRETER) && code::may_be_given(name, arguments())
            || kinds.is(Kinds::TEXT_OPTIONS) && may_have_text(name, rest)
        {
            return None;
        }
        facts.runs_input |=
            kinds.is(Kinds::TEXT_OPTIONS) && data::reads_lines(name, rest).is_some();
        facts.moves |= matches!(name, "cd" | "pushd" | "popd");
        if kinds.is(Kinds::BUILTIN) && sets_variable(name, rest) {
            facts.sets_variable = true;
            if arguments().any(is_risky) {
                return None;
            }
        }
        if name == "alias" {
            facts.passes_on = true;
            let mut values = arguments().filter_map(|word| word.split_once('='));
            let is_plain =
                |value: &str| is_constant(value) && data::kinds(value) == Kinds::default();
            if !values.all(|(_, value)| is_plain(value)) {
                return None;
            }
        }
        let is_find = name == "find";
        let has_output = kinds.is(Kinds::OUTPUT | Kinds::FILES) && !is_find;
        let finds_known = is_find && !narrows(rest);
        facts.makes_text |= kinds.is(Kinds::DOWNLOADER | Kinds::DECODER)
            || kinds.is(Kinds::FILES) && !matches!(name, "echo" | "printf");
        facts.makes_words |= kinds.is(Kinds::DECODER)
            || matches!(name, "printf" | "tr")
            || (has_output || finds_known) && self.has_text;
        facts.writes_known |= has_output;
        facts.finds_known |= finds_known;
        facts.is_interpreted |= kinds.is(Kinds::INTERPRETER);
        Some(())
    }

    /// Where the program is that the first word passes on, if that is a wrapper.
    fn wrapper(
        &mut self,
        name: &str,
        kinds: Kinds,
        words: &[&str],
        reads_words: &mut bool,
    ) -> Option<Next> {
        let wrapper = kinds.is(Kinds::WRAPPER).then(|| data::wrapper(name));
        let Some(wrapper) = wrapper.flatten() else {
            return Some(Next::None);
        };
        if wrapper.has(b'c') {
            let mut options = words.iter().filter(|word| word.starts_with('-'));
            let is_given = options.any(|word| wrapper.lists(b'c', word));
            self.facts.passes_on |= is_given;
            return Some(if is_given {
                Next::BehindOptions(wrapper)
            } else {
                Next::None
            });
        }
        if wrapper.has(b'a') && words.iter().any(|word| is_risky(word)) {
            return None;
        }
        let is_behind_xargs = *reads_words;
        *reads_words |= name == "xargs";
        let found = follow(wrapper, &|at| words.get(at).copied());
        self.facts.passes_on |= wrapper.has(b'r') || !matches!(found, Found::Nothing);
        if wrapper.has(b'r') && !matches!(found, Found::Text(..)) {
            self.facts.passes_words_on |= is_behind_xargs;
            self.facts.runs_input |= wrapper.has(b'I');
            return Some(Next::Anywhere);
        }
        if let ("xargs", Found::Command(at)) = (name, &found) {
            let (options, command) = words.split_at_checked(*at)?;
            self.add_marked(options, command)?;
        }
        if wrapper.has(b'p') && words.iter().any(|word| is_program(wrapper, word)) {
            return None;
        }
        Some(match found {
            Found::Command(at) if at < words.len() => Next::At(at),
            Found::Text(..) => return None,
            Found::Nothing | Found::Input | Found::Command(_) => {
                self.facts.passes_words_on |= is_behind_xargs;
                self.facts.runs_input |= wrapper.has(b'I');
                Next::None
            }
        })
    }

    /// Adds words that a shell reads again as text.
    fn add_text(&mut self, words: &[&str]) -> Option<()> {
        self.facts.sets_variable |= words.iter().any(|word| word.contains('='));
        for (at, word) in words.iter().enumerate() {
            if !is_constant(word)
                || LITERALS.contains(&&**word)
                || is_reserved(word)
                || is_risky(word)
            {
                return None;
            }
            let name = base_name(word);
            let kinds = data::kinds(name);
            if kinds == Kinds::default() {
                continue;
            }
            if kinds.is(Kinds::SHELL | Kinds::WRAPPER | Kinds::BUILTIN) && name != "cd"
                || runs_text(name)
            {
                return None;
            }
            self.add_program(name, kinds, words.get(at + 1..).unwrap_or_default())?;
        }
        Some(())
    }

    /// Adds the commands that `find` passes on, and the words that it makes of `{}`; `None` if it is
    /// not clear which.
    fn add_found(&mut self, wrapper: Rows, words: &[&str]) -> Option<()> {
        let path = place_of(words);
        let mut is_inner = false;
        for (at, word) in words.iter().enumerate() {
            if wrapper.lists(b'c', word) && !is_inner {
                is_inner = true;
                let program = words.get(at + 1)?;
                let kinds = data::kinds(program_name(program));
                let rest = words.get(at + 2..).unwrap_or_default();
                if !is_known(program)
                    || program.contains([' ', '{'])
                    || kinds.is(Kinds::SHELL | Kinds::WRAPPER | Kinds::BUILTIN)
                    || runs_text(program_name(program))
                {
                    return None;
                }
                self.add_program(program_name(program), kinds, rest)?;
            } else if matches!(&**word, ";" | "+") {
                is_inner = false;
            } else if is_inner {
                // A tilde is quoted where the words are read again.
                if word.starts_with('~') {
                    return None;
                }
                if word.contains("{}") {
                    if path.starts_with('~') {
                        return None;
                    }
                    self.others.push(Cow::Owned(word.replacen("{}", &path, 2)));
                }
            }
        }
        Some(())
    }

    /// Adds the words that `xargs` with these options makes of those of a command that hold its
    /// mark; `None` if its program may hold it.
    fn add_marked(&mut self, options: &[&str], command: &[&str]) -> Option<()> {
        for (at, option) in options.iter().enumerate() {
            let next = || options.get(at + 1).map_or("", |next| &**next);
            let mark = match &**option {
                "-i" | "--replace" => "{}",
                "-I" | "-I=" => next(),
                option => ["-i", "--replace=", "-I=", "-I"]
                    .iter()
                    .find_map(|start| option.strip_prefix(start))
                    .unwrap_or_default(),
            };
            if mark.is_empty() {
                continue;
            }
            self.facts.reads_lines = true;
            let program = command.first().map_or("", |program| &**program);
            let passes_on = Kinds::WRAPPER | Kinds::BUILTIN;
            if program.contains(mark) || data::kinds(program_name(program)).is(passes_on) {
                return None;
            }
            for word in command.iter().filter(|word| word.contains(mark)) {
                self.facts.reads_parts |= *word != mark;
                self.others.push(Cow::Owned(word.replacen(mark, "$()", 4)));
            }
        }
        Some(())
    }
}

/// Whether a word is a program that is known.
fn is_known(word: &str) -> bool {
    !word.is_empty() && !word.starts_with('~') && !word.contains(['*', '?', '[', '$', '`'])
}

/// Whether a builtin, or a program that runs later what it reads, runs text.
fn runs_text(name: &str) -> bool {
    data::is_one_of("eval source . trap crontab at batch", name)
}

/// Whether a builtin with these arguments may set a variable.
fn sets_variable(name: &str, arguments: &[&str]) -> bool {
    match name {
        "printf" => arguments.first().is_some_and(|first| *first == "-v"),
        "alias" | "unalias" | "xargs" | "cd" | "pushd" | "popd" => false,
        _ => true,
    }
}

/// Whether a word sets a variable that makes programs run code.
fn is_risky(word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name);
    name.is_some_and(data::is_risky_variable)
}

/// Whether the word begins or ends a compound command.
fn is_reserved(word: &str) -> bool {
    let words =
        "case coproc do done elif else esac fi for function if select then time until while";
    data::is_one_of(words, word)
}
