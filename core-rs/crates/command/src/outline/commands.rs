//! The commands of an outline, as their words are found, and what they may run.

use memchr::memchr;

use super::Outline;
use super::text::{ends_word, is_plain, length};
use crate::arguments::may_have_text;
use crate::code;
use crate::data::{self, Kinds};
use crate::reading::{base_name, program_name};

/// The most words that are looked at.
const MAX_WORDS: usize = 128;

/// Words that begin or end a compound command.
const RESERVED: [&str; 16] = [
    "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if",
    "select", "then", "time", "until", "while",
];

/// Words that have a meaning where they are not quoted.
pub(super) const LITERALS: [&str; 5] = ["(", ")", "!", ";", "{}"];

/// The commands of a text, as they are found.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools)] // Each is a fact of its own.
pub(super) struct Commands<'a> {
    pub(super) outline: Outline<'a>,
    /// Where the words of the present command begin, if it has any.
    from: usize,
    /// Whether the present command has a word, an assignment or a redirection.
    pub(super) has_begun: bool,
    /// The number of commands.
    count: usize,
    /// Whether an operator asks for another command.
    pub(super) must_go_on: bool,
    /// Whether a word names an interpreter.
    is_interpreted: bool,
    /// Whether a command may run another one, which its words or its input say.
    passes_on: bool,
    /// Whether one that does is not `xargs`.
    passes_input_on: bool,
    /// Whether `xargs` makes words of what it reads.
    reads_words: bool,
    /// Whether the output of a command, or a file that it writes, may be the program of another.
    makes_text: bool,
    /// Whether a command may write other words than those of the text.
    makes_words: bool,
    /// Whether a word of the present command holds other than plain characters, or stands for names
    /// of files.
    has_text: bool,
    /// Whether a command begins with a path.
    runs_path: bool,
    /// Whether a word has a variable.
    has_variable: bool,
    /// Whether a variable may be set.
    sets_variable: bool,
    /// Whether a command reads a file as its input.
    pub(super) reads_file: bool,
}

impl<'a> Commands<'a> {
    pub(super) fn push(&mut self, word: &'a str) -> Option<()> {
        self.outline.words.push(word);
        self.has_begun = true;
        (self.outline.words.len() <= MAX_WORDS).then_some(())
    }

    /// Adds the file of a redirection.
    pub(super) fn add_file(&mut self, file: &'a str) -> Option<()> {
        self.makes_text |= file != "/dev/null";
        self.outline.files.push(file);
        (self.outline.files.len() <= MAX_WORDS).then_some(())
    }

    /// Adds a word that has no quotes.
    pub(super) fn add(&mut self, word: &'a str) -> Option<()> {
        if self.is_at_program() {
            if word.contains(['*', '?', '[', '~']) || RESERVED.contains(&word) {
                return None;
            }
            if let Some((name, _)) = word.split_once('=') {
                self.has_begun = true;
                self.sets_variable = true;
                let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
                let is_name = !name.is_empty() && name.bytes().all(is_letter);
                return (is_name && !data::is_risky_variable(name)).then_some(());
            }
            self.runs_path |= word.contains('/');
        }
        self.has_text |= word.contains(['*', '?', '[']);
        self.push(word)?;
        // A value may become a program: `alias x=rm`.
        match word.split_once('=') {
            Some((_, value)) => self.push(value),
            None => Some(()),
        }
    }

    /// Adds the word in quotes that begins at `at`. Returns where it ends.
    pub(super) fn add_in_quotes(&mut self, text: &'a str, at: usize, quote: u8) -> Option<usize> {
        let bytes = text.as_bytes();
        let end = at + 1 + memchr(quote, bytes.get(at + 1..)?)?;
        let word = text.get(at + 1..end)?;
        if bytes.get(end + 1).is_some_and(|byte| !ends_word(*byte)) {
            return None;
        }
        if quote == b'"' {
            self.add_double_quoted(word)?;
        } else {
            self.add_quoted(word)?;
        }
        Some(end + 1)
    }

    /// Adds a word that is quoted as a whole.
    pub(super) fn add_quoted(&mut self, word: &'a str) -> Option<()> {
        if self.is_at_program() {
            return None;
        }
        let is_plain = |byte| is_plain(byte) && !matches!(byte, b'*' | b'?' | b'[');
        self.has_text |= word.is_empty() || !word.bytes().all(is_plain);
        self.push(word)
    }

    /// Adds a word that no shell changes.
    pub(super) fn add_literal(&mut self, word: &'a str) -> Option<()> {
        (!self.is_at_program()).then_some(())?;
        self.push(word)
    }

    /// Adds a word that is quoted as a whole, or need not be, and may have variables.
    pub(super) fn add_double_quoted(&mut self, word: &'a str) -> Option<()> {
        if word.contains(['`', '\\', '!']) {
            return None;
        }
        let mut parts = word.split('$');
        parts.next();
        for part in parts {
            let bytes = part.as_bytes();
            let length = length(bytes, 0, |byte| {
                byte.is_ascii_alphanumeric() || byte == b'_'
            });
            let name = part.get(..length)?;
            if name.starts_with(|first: char| first.is_ascii_digit())
                || matches!(name, "" | "IFS" | "PWD" | "OLDPWD")
            {
                return None;
            }
            self.has_variable = true;
        }
        self.add_quoted(word)
    }

    /// Whether the next word is a program.
    pub(super) fn is_at_program(&self) -> bool {
        self.from == self.outline.words.len()
    }

    /// Ends a command; `None` if only a reading shows what it runs.
    pub(super) fn end_command(&mut self) -> Option<()> {
        if !self.has_begun {
            return None;
        }
        let words = self.outline.words.get(self.from..)?;
        let (mut passes_on, mut names_shell, mut reads_words) = (false, false, false);
        // Where the words of the command begin that the first word passes on.
        let mut from = 0;
        for (at, word) in words.iter().enumerate() {
            // Only a wrapper or a builtin makes a program of another word.
            if at > 0 && !passes_on {
                break;
            }
            if at < from {
                continue;
            }
            // What `find` passes on is run without a shell, with paths in place of `{}`.
            if from > 0 && (word.starts_with('~') || word.contains("{}")) {
                return None;
            }
            let name = if at == 0 {
                program_name(word)
            } else {
                base_name(word)
            };
            let kinds = data::kinds(name);
            if kinds == Kinds::default() {
                continue;
            }
            let rest = words.get(at + 1..).unwrap_or_default();
            let arguments = || rest.iter().copied();
            let is_shell = kinds.is(Kinds::SHELL) || runs_text(name);
            let moves = matches!(name, "cd" | "pushd" | "popd");
            if at == 0 && kinds.is(Kinds::WRAPPER) {
                from = first_of_command(name, rest);
            }
            let is_wrapper = kinds.is(Kinds::WRAPPER) && may_pass_on(name, rest)
                || kinds.is(Kinds::BUILTIN) && !moves;
            if is_shell && at == 0
                || kinds.is(Kinds::INTERPRETER) && code::may_be_given(name, arguments())
                || kinds.is(Kinds::TEXT_OPTIONS) && may_have_text(name, &arguments())
                || is_wrapper && may_hold_text(name, rest)
            {
                return None;
            }
            let has_output = kinds.is(Kinds::OUTPUT | Kinds::FILES) && name != "find";
            self.outline.moves |= moves;
            names_shell |= is_shell;
            passes_on |= is_wrapper;
            self.sets_variable |= kinds.is(Kinds::BUILTIN) && !moves;
            self.passes_input_on |= is_wrapper && (name != "xargs" || reads_words);
            reads_words |= name == "xargs";
            self.makes_text |= kinds.is(Kinds::DOWNLOADER | Kinds::DECODER)
                || kinds.is(Kinds::FILES) && !matches!(name, "echo" | "printf");
            self.makes_words |= kinds.is(Kinds::DECODER)
                || matches!(name, "printf" | "tr")
                || has_output && self.has_text;
            self.is_interpreted |= kinds.is(Kinds::INTERPRETER);
        }
        if passes_on && (names_shell || self.has_text) {
            return None;
        }
        self.passes_on |= passes_on;
        if reads_words {
            // What it reads is not known.
            self.reads_words = true;
            self.push("$()")?;
        }
        self.from = self.outline.words.len();
        (self.has_begun, self.has_text, self.must_go_on) = (false, false, false);
        self.count += 1;
        Some(())
    }

    pub(super) fn outline(self) -> Option<Outline<'a>> {
        let may_run_text = (self.outline.has_pipes || self.reads_file) && self.passes_input_on
            || self.reads_file && self.is_interpreted
            || self.has_variable && self.sets_variable
            || self.reads_words && (self.passes_input_on || self.makes_words)
            || self.count > 1
                && self.makes_text
                && (self.passes_on || self.runs_path || self.is_interpreted);
        (!may_run_text).then_some(self.outline)
    }
}

/// Whether a builtin, or a program that runs later what it reads, runs text.
fn runs_text(name: &str) -> bool {
    matches!(
        name,
        "eval" | "source" | "." | "trap" | "crontab" | "at" | "batch"
    )
}

/// Whether a wrapper with these arguments may run another program.
fn may_pass_on(name: &str, arguments: &[&str]) -> bool {
    let Some(wrapper) = data::wrapper(name) else {
        return true;
    };
    let key = if wrapper.has(b's') { b's' } else { b'c' };
    !wrapper.has(key) || wrapper.has(b't') || arguments.iter().any(|word| wrapper.lists(key, word))
}

/// Which word, counted from the wrapper itself, may be the first one of a command that is passed on:
/// of `find . -exec ls`, the third.
fn first_of_command(name: &str, arguments: &[&str]) -> usize {
    let wrapper = data::wrapper(name).filter(|wrapper| wrapper.has(b'c') && !wrapper.has(b't'));
    let option = wrapper.and_then(|wrapper| {
        let mut words = arguments.iter();
        words.position(|word| wrapper.lists(b'c', word))
    });
    option.map_or(0, |at| at + 2)
}

/// Whether words may have the grammar of a shell, or be an option of a wrapper together with its
/// value, a text for a shell: `su -creboot`.
fn may_hold_text(name: &str, words: &[&str]) -> bool {
    data::wrapper(name).is_some_and(|wrapper| {
        let short = |text: &str| !text.starts_with("--");
        (wrapper.has(b'r') || wrapper.has(b't'))
            && words
                .iter()
                .any(|word| RESERVED.contains(word) || LITERALS.contains(word))
            || wrapper.words(b't').any(short)
                && (words.iter())
                    .any(|word| word.starts_with(['-', '+']) && short(word) && word.len() > 2)
    })
}
