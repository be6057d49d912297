//! Builtins of the shell that change what comes after them, or run a text.

use crate::draft::Reads;
use crate::limits::VALUES_OF_A_VARIABLE;
use crate::list::List;
use crate::names::{Definition, Namespace};
use crate::output::output_of;
use crate::reader::Reader;
use crate::reading::{Command, Folder, Input, Opaque, Word};
use crate::run::{Call, Next};
use crate::sources::CodeSources;
use crate::variables::{Certainty, Value};
use std::rc::Rc;

impl Reader {
    /// Reads what `trap` runs. What it runs before each command is a rule's matter, so it is a command
    /// then.
    fn trap(&mut self, call: &Call) -> Option<Next> {
        let text = operands(call).first()?.clone();
        if text.text == "-" || text.text.is_empty() {
            return None;
        }
        if call.words.iter().any(|word| word.text == "DEBUG") {
            self.emit(call.clone(), None);
        }
        self.run_text(&text, call.clone().behind("trap", 0), Rc::from([]));
        Some(Next::Done)
    }

    /// Follows a builtin. `None` for a program that is not a builtin, and for a builtin that is
    /// reported like any other command.
    pub(crate) fn builtin(&mut self, name: &str, call: &mut Call) -> Option<Next> {
        match name {
            "cd" | "pushd" => {
                self.change_folder(name, call);
                None
            }
            "popd" => {
                self.leave_folder();
                None
            }
            "eval" => {
                let words = operands(call);
                if words.is_empty() {
                    return None;
                }
                let text = Call::joined(words);
                let call =
                    std::mem::replace(call, Call::new(Vec::new(), Input::Inherited, Folder::Event));
                let positional = self
                    .lists
                    .last()
                    .map(|list| Rc::clone(&list.positional))
                    .unwrap_or_default();
                self.run_text(&text, call.behind("eval", 0), positional);
                Some(Next::Done)
            }
            "trap" => self.trap(call),
            "source" | "." => {
                let script = call.words.get(1)?.clone();
                let positional = call.words.get(1..).unwrap_or_default().into();
                if self.script(&script, call.clone().behind(name, 0), positional) {
                    return Some(Next::Done);
                }
                call.code_from = self.script_from(&script, call);
                None
            }
            "alias" => {
                for word in call.words.iter().skip(1).filter(|word| word.known) {
                    if let Some((name, body)) = word.text.split_once('=') {
                        self.names
                            .define(Namespace::Alias, name, Definition::whole(body));
                    }
                }
                None
            }
            "export" | "declare" | "local" | "readonly" | "typeset" => {
                self.declare(call);
                None
            }
            "unset" => {
                for word in call.words.iter().skip(1) {
                    let value = Value::certain("");
                    let certainty = self.certainty();
                    self.names.set_variable(&word.text, value, certainty);
                    self.names.forget(Namespace::Function, &word.text);
                }
                None
            }
            "unalias" => {
                for word in call.words.iter().skip(1) {
                    self.names.forget(Namespace::Alias, &word.text);
                }
                None
            }
            "set" => {
                self.set_positional(call);
                None
            }
            "shift" => {
                let count = call
                    .words
                    .get(1)
                    .map_or(Ok(1), |word| word.text.parse::<usize>());
                let list = self.lists.last_mut()?;
                let mut words: Vec<Word> = list.positional.to_vec();
                let count = count
                    .unwrap_or(usize::MAX - 1)
                    .min(words.len().saturating_sub(1));
                words.drain(1.min(words.len())..(1 + count).min(words.len()));
                list.positional = words.into();
                None
            }
            "read" | "mapfile" | "readarray" => {
                self.read_variables(call);
                None
            }
            "printf" => {
                self.print_to_variable(call);
                None
            }
            "xargs" => self.xargs(call),
            _ => None,
        }
    }

    /// `printf -v NAME FORMAT …`.
    fn print_to_variable(&mut self, call: &Call) {
        let [_, option, name, rest @ ..] = call.words.as_slice() else {
            return;
        };
        if option.text != "-v" {
            return;
        }
        let mut words = vec![Word::constant("printf")];
        words.extend(rest.iter().cloned());
        let bare = Command {
            words,
            ..Command::default()
        };
        let kinds = crate::data::kinds("printf");
        let text = output_of(&bare, kinds, CodeSources::NONE).as_text();
        let value = text.map_or_else(Value::unknown, Value::certain);
        let certainty = self.certainty();
        let value = value.from(crate::reading::sources_of(rest));
        self.names.set_variable(&name.text, value, certainty);
    }

    /// Whether what is set here is surely set.
    fn certainty(&self) -> Certainty {
        self.lists.last().map_or(Certainty::Sure, List::certainty)
    }

    /// `set WORD…`: the words behind its options become `$1` and so on.
    fn set_positional(&mut self, call: &Call) {
        let mut words = call.words.iter().skip(1).peekable();
        let mut is_set = false;
        while let Some(word) = words.next_if(|word| word.text.starts_with(['-', '+'])) {
            match word.text.as_str() {
                "--" | "-" => {
                    is_set = true;
                    break;
                }
                text if text.ends_with('o') => {
                    words.next();
                }
                _ => {}
            }
        }
        if !is_set && words.peek().is_none() {
            return;
        }
        let positional = std::iter::once(Word::constant("")).chain(words.cloned());
        if let Some(list) = self.lists.last_mut() {
            list.positional = positional.collect();
        }
    }

    fn declare(&mut self, call: &Call) {
        let certainty = self
            .lists
            .last()
            .map_or(Certainty::Sure, crate::list::List::certainty);
        for word in call.words.iter().skip(1) {
            if let Some((name, text)) = word.text.split_once('=') {
                let value = if word.known {
                    Value::certain(text)
                } else {
                    Value::unknown()
                };
                let value = value.from(word.from);
                self.is_environment_changed |= crate::data::is_risky_variable(name);
                self.run_variable(name, &word.with_text(text));
                self.names.set_variable(name, value, certainty);
            }
        }
    }

    /// `read NAME`: the first line of a known input, or something unknown.
    fn read_variables(&mut self, call: &Call) {
        let names: Vec<&Word> = call
            .words
            .iter()
            .skip(1)
            .filter(|word| crate::field::is_name(&word.text))
            .collect();
        self.reads(Reads::Data);
        let lines: Vec<Rc<str>> = match &call.input {
            Input::Known(text, _) => {
                let lines = text.lines().map(|line| Rc::from(line.trim()));
                lines.take(VALUES_OF_A_VARIABLE + 1).collect()
            }
            _ => Vec::new(),
        };
        if lines.len() > VALUES_OF_A_VARIABLE {
            self.opaque(Opaque::Commands);
        }
        for (at, name) in names.iter().take(16).enumerate() {
            let value = match (lines.first(), names.len()) {
                // In a loop it is one line after the other.
                (Some(_), 1) => Value::one_of(lines.clone()),
                (Some(line), count) => {
                    // The last variable takes the rest.
                    let parts = line.splitn(count, ' ').map(Rc::from);
                    parts
                        .skip(at)
                        .take(1)
                        .next()
                        .map_or_else(Value::unknown, Value::certain)
                }
                _ => Value::unknown(),
            };
            let value = value.from(call.input.sources());
            self.names.set_variable(&name.text, value, Certainty::Maybe);
        }
    }
}

/// The words behind the program, without `--`.
fn operands(call: &Call) -> &[Word] {
    let skipped = 1 + usize::from(call.words.get(1).is_some_and(|word| word.text == "--"));
    call.words.get(skipped..).unwrap_or_default()
}
