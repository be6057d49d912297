//! The commands of an outline, as their words are found.

use std::borrow::Cow;
use std::ops::Range;

use super::Outline;
use super::runs::{Facts, Runs};
use super::word::{BRACES, EQUALS, GLOBS, MARKS, SLASH, TILDE, is_constant};
use crate::data;
use crate::field::is_name;

/// The most words that are looked at.
const MAX_WORDS: usize = 128;

/// The most other words.
const MAX_OTHERS: usize = 128;

/// Words that have a meaning where they are not quoted.
pub(super) const LITERALS: [&str; 5] = ["(", ")", "!", ";", "{}"];

/// A command while it is read.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools)] // Each is a fact of its own.
pub(super) struct Current {
    /// Where its words begin, if it has any.
    from: usize,
    /// Whether it has a word or an assignment, or is a group.
    pub has_begun: bool,
    pub is_behind_group: bool,
    /// Whether an operator or a reserved word asks for it.
    pub must_go_on: bool,
    /// Whether a word holds other than plain characters, or stands for names of files.
    has_text: bool,
    /// Whether what it writes may go to a file.
    pub writes: bool,
    /// Where its here-document is, without line breaks at the end.
    pub document: Option<Range<usize>>,
}

/// What is known of the last command.
#[derive(Default)]
pub(super) struct Last {
    /// Whether what it writes is surely not known.
    pub has_unknown_output: bool,
    pub document: Option<Range<usize>>,
}

/// The commands of a text, as they are found.
#[derive(Default)]
pub(super) struct Commands<'a> {
    pub outline: Outline<'a>,
    pub current: Current,
    pub last: Last,
    /// The number of commands.
    pub count: usize,
    pub facts: Facts,
    /// What is no word of a command and may become one: values behind `=`, files that commands read
    /// as their input, what `find` and `xargs` make of words.
    others: Vec<Cow<'a, str>>,
}

impl<'a> Commands<'a> {
    pub fn push(&mut self, word: Cow<'a, str>) -> Option<()> {
        if self.outline.words.is_empty() {
            self.outline.words.reserve(16);
        }
        self.outline.words.push(word);
        self.current.has_begun = true;
        (self.outline.words.len() <= MAX_WORDS).then_some(())
    }

    /// Adds the file of a redirection.
    pub fn add_file(&mut self, file: Cow<'a, str>) -> Option<()> {
        self.facts.makes_text |= file != "/dev/null";
        self.outline.files.push(file);
        (self.outline.files.len() <= MAX_WORDS).then_some(())
    }

    fn add_other(&mut self, word: Cow<'a, str>) -> Option<()> {
        self.others.push(word);
        (self.others.len() < MAX_OTHERS).then_some(())
    }

    /// Adds the file that a command reads as its input.
    pub fn add_input(&mut self, file: Cow<'a, str>) -> Option<()> {
        self.facts.reads_file = true;
        self.add_other(file)
    }

    /// Adds a word that has no quotes and no expansions, with the classes of its bytes.
    pub fn add(&mut self, word: Cow<'a, str>, classes: u8) -> Option<()> {
        if self.is_at_program() {
            if classes & EQUALS != 0 {
                return self.assign(&word);
            }
            if classes & (GLOBS | TILDE | MARKS | BRACES) != 0 && word != "[" {
                return None;
            }
            self.facts.runs_path |= classes & SLASH != 0;
        }
        self.current.has_text |= classes & GLOBS != 0;
        self.push_with_value(word, classes & EQUALS != 0)
    }

    /// Adds a word of which a part is quoted or an expansion, with the classes of the other bytes.
    pub fn add_expanded(&mut self, word: Cow<'a, str>, classes: u8) -> Option<()> {
        if self.is_at_program() && classes & EQUALS != 0 {
            return self.assign(&word);
        }
        self.add_quoted(word)
    }

    /// Adds a word that is quoted.
    pub fn add_quoted(&mut self, word: Cow<'a, str>) -> Option<()> {
        if self.is_at_program() {
            return None;
        }
        self.current.has_text |= !is_constant(&word);
        let has_value = word.contains('=');
        self.push_with_value(word, has_value)
    }

    /// Adds a word that no shell changes.
    pub fn add_literal(&mut self, word: &'a str) -> Option<()> {
        (!self.is_at_program()).then_some(())?;
        self.push(Cow::Borrowed(word))
    }

    /// `NAME=value` before a program.
    fn assign(&mut self, word: &str) -> Option<()> {
        let (name, _) = word.split_once('=')?;
        self.current.has_begun = true;
        self.facts.sets_variable = true;
        let may_be_set = is_name(name) && !data::is_risky_variable(name);
        (may_be_set && !self.current.is_behind_group).then_some(())
    }

    /// Adds a word, and its value, which may become a program: `alias x=rm`.
    fn push_with_value(&mut self, word: Cow<'a, str>, has_value: bool) -> Option<()> {
        if self.current.is_behind_group {
            return None;
        }
        let value = match &word {
            _ if !has_value => None,
            Cow::Borrowed(word) => word.split_once('=').map(|(_, value)| Cow::Borrowed(value)),
            Cow::Owned(word) => {
                let value = word.split_once('=');
                value.map(|(_, value)| Cow::Owned(value.to_owned()))
            }
        };
        self.push(word)?;
        value.map_or(Some(()), |value| self.add_other(value))
    }

    /// Whether the next word is a program.
    pub fn is_at_program(&self) -> bool {
        self.current.from == self.outline.words.len()
    }

    /// Begins a command. Returns the one before it.
    pub fn begin(&mut self) -> Current {
        let next = Current {
            from: self.outline.words.len(),
            ..Current::default()
        };
        std::mem::replace(&mut self.current, next)
    }

    /// Takes the words of the present command, which others interrupt.
    pub fn take_words(&mut self) -> Vec<Cow<'a, str>> {
        self.outline.words.split_off(self.current.from)
    }

    /// Goes on with a command that was interrupted.
    pub fn resume(&mut self, current: Current, words: Vec<Cow<'a, str>>) {
        let from = self.outline.words.len();
        self.current = Current { from, ..current };
        self.outline.words.extend(words);
    }

    /// Ends a command; `None` if only a reading shows what it runs.
    pub fn end_command(&mut self) -> Option<()> {
        if !self.current.has_begun {
            return None;
        }
        let words = self.outline.words.get(self.current.from..)?;
        let words: Vec<&str> = words.iter().map(|word| &**word).collect();
        let has_unknown_output = if words.is_empty() {
            self.current.is_behind_group && self.last.has_unknown_output
        } else {
            let mut runs = Runs {
                facts: &mut self.facts,
                others: &mut self.others,
                has_text: self.current.has_text,
            };
            runs.add(&words)?
        };
        (self.others.len() < MAX_OTHERS).then_some(())?;
        self.last = Last {
            has_unknown_output: has_unknown_output && !self.current.writes,
            document: self.current.document.take(),
        };
        self.outline.moves |= self.facts.moves;
        self.begin();
        self.count += 1;
        Some(())
    }

    pub fn outline(mut self) -> Option<Outline<'a>> {
        self.outline.words.append(&mut self.others);
        let may_run_text = self.facts.may_run_text(&self.outline, self.count);
        (!may_run_text).then_some(self.outline)
    }
}
