//! Shells: their text, their script, or what they read.

use crate::code::code_on_input;
use crate::data::{self, Kinds};
use crate::draft::Reads;
use crate::reader::Reader;
use crate::reading::{Input, Word, base_name};
use crate::run::Call;
use crate::sources::CodeSources;
use std::rc::Rc;

impl Reader {
    /// A shell: its text, its script, or what it reads. False if it is a command of its own.
    pub(crate) fn shell(&mut self, name: &str, call: &mut Call) -> bool {
        let mut operands = call.words.iter().enumerate().skip(1);
        let mut has_text = false;
        let mut reads_input = false;
        let mut from = CodeSources::NONE;
        let operand = loop {
            let Some((at, word)) = operands.next() else {
                break None;
            };
            let text = word.text.as_str();
            match text {
                "--" | "-" => break operands.next().map(|(at, _)| at),
                "-o" | "-O" | "+o" | "+O" => {
                    operands.next();
                }
                "--rcfile" | "--init-file" => {
                    let file = operands.next().map(|(_, word)| word);
                    from = from
                        .with(file.map_or(CodeSources::NONE, |file| self.script_from(file, call)));
                }
                _ if text.starts_with("--") => has_text |= text == "--command",
                _ if text.starts_with('-') || text.starts_with('+') => {
                    has_text |= text.starts_with('-') && text.contains('c');
                    reads_input |= text.starts_with('-') && text.contains('s');
                    if text.ends_with(['o', 'O']) {
                        operands.next();
                    }
                }
                _ => break Some(at),
            }
        };
        call.code_from = from;
        if let Some(at) = operand.filter(|_| has_text) {
            let Some(text) = call.words.get(at).cloned() else {
                return false;
            };
            let positional = call.words.get(at + 1..).unwrap_or_default().into();
            let nothing = Call::new(Vec::new(), Input::Inherited, call.folder.clone());
            let wrapped = std::mem::replace(call, nothing).behind(name, 0);
            self.run_text(&text, wrapped, positional);
            return true;
        }
        let wrapped = call.clone().behind(name, 0);
        match operand {
            Some(at) if !reads_input => {
                let Some(script) = call.words.get(at).cloned() else {
                    return false;
                };
                let positional = call.words.get(at..).unwrap_or_default().into();
                self.script(&script, wrapped, positional) || {
                    call.code_from = from.with(self.script_from(&script, call));
                    false
                }
            }
            _ => self.program_on_input(wrapped, call),
        }
    }

    /// Reads the text that a shell has as its standard input. False if it is not known.
    pub(crate) fn program_on_input(&mut self, mut wrapped: Call, call: &mut Call) -> bool {
        self.reads(Reads::Program);
        let Some(text) = code_on_input(call) else {
            return false;
        };
        wrapped.input = Input::Inherited;
        self.run_text(&text, wrapped, Rc::from([]));
        true
    }

    /// Remembers that the group reads its standard input.
    pub(crate) fn reads(&mut self, what: Reads) {
        if let Some(list) = self.lists.last_mut() {
            list.reads = list.reads.max(what);
        }
    }

    /// Where the content of a script comes from.
    pub(crate) fn script_from(&self, script: &Word, call: &Call) -> CodeSources {
        match script.text.as_str() {
            _ if script.content.is_some() => CodeSources::NONE,
            "/dev/stdin" | "/proc/self/fd/0" | "/dev/fd/0" => call.program_from(),
            "/dev/fd/63" if script.from.is_empty() => CodeSources::INPUT,
            path => script.from.with(self.sources_of_file(&call.folder, path)),
        }
    }

    /// A script whose content the text itself has written. False if the content is not known.
    pub(crate) fn script(&mut self, script: &Word, mut call: Call, positional: Rc<[Word]>) -> bool {
        let Some(text) = self.code_of_file(script, &mut call) else {
            return false;
        };
        self.run_text(&text, call, positional);
        true
    }

    /// The words of the first line of a file that the text has written, `#!/usr/bin/env python3`;
    /// none if a shell reads the file.
    pub(crate) fn first_line(&self, path: &str, call: &Call) -> Option<Vec<Word>> {
        let file = self.file(&call.folder, path)?;
        let line = file.body().strip_prefix("#!")?.lines().next()?;
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let mut names = words.iter().map(|word| base_name(word));
        let is_program = |name: &str| data::kinds(name).is(Kinds::INTERPRETER);
        names
            .any(is_program)
            .then(|| words.into_iter().map(Word::constant).collect())
    }

    /// A program that is a file, which the text may have written.
    pub(crate) fn run_file(&mut self, path: &str, mut call: Call) {
        let from = self.sources_of_file(&call.folder, path);
        call.code_from = call.code_from.with(from);
        let file = self.file(&call.folder, path);
        self.emit(call.clone(), None);
        if let Some(file) = file {
            self.open_text(file.text, call.input, call.words.into());
        }
    }
}
