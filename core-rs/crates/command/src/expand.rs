//! Expansions: variables, arguments, arithmetic, `$'…'`.

use crate::field::Choice;
use crate::list::End;
use crate::reader::{Frame, Reader, Run};
use crate::reading::{Opaque, Word};
use crate::sources::CodeSources;
use crate::variables::Value;
use std::rc::Rc;

/// `$((…))` or `((…))` while it is read.
#[derive(Debug)]
pub(crate) struct Arithmetic {
    from: usize,
    depth: usize,
    commands: usize,
    pipelines: usize,
    is_word: bool,
}

impl Reader {
    /// An expansion at `$`.
    pub(crate) fn dollar(&mut self) {
        let is_quoted = self.is_quoted();
        match self.peek(1) {
            Some(b'(') if self.peek(2) == Some(b'(') && self.may_be_arithmetic() => {
                self.open_arithmetic(3);
            }
            // What is not known keeps this spelling in a text that is read again.
            Some(b'(') if self.peek(2) == Some(b')') => {
                self.add_unknown("$()");
                self.advance(3);
            }
            Some(b'(') => {
                self.field();
                self.advance(2);
                self.open_list(End::Substitution);
            }
            Some(b'{') => self.parameter(is_quoted),
            Some(b'[') => self.old_arithmetic(),
            Some(b'\'') if !is_quoted => self.ansi_quotes(),
            Some(b'"') if !is_quoted => self.advance(1),
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => self.variable(is_quoted),
            Some(byte) if byte.is_ascii_digit() || b"@*#?$!-".contains(&byte) => {
                self.advance(2);
                self.special(char::from(byte), is_quoted);
            }
            _ => {
                self.field().push_quoted("$");
                self.advance(1);
            }
        }
    }

    fn variable(&mut self, is_quoted: bool) {
        let (text, at) = self.source();
        let rest = text.get(at + 1..).unwrap_or_default();
        let length = rest
            .bytes()
            .position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_')
            .unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default();
        self.advance(1 + length);
        self.add_variable(name, &format!("${name}"), is_quoted);
    }

    /// Adds the value of a variable, or its name where the value is unknown.
    pub(crate) fn add_variable(&mut self, name: &str, spelling: &str, is_quoted: bool) {
        if name == "IFS" && self.names.variable(name).is_none() {
            return self.add_value(" \t\n", is_quoted);
        }
        match self.names.variable(name).cloned() {
            Some(value) if !value.texts.is_empty() => self.add_values(&value, is_quoted),
            value => {
                self.add_unknown(spelling);
                let from = value.map_or(CodeSources::NONE, |value| value.from);
                let field = self.field();
                field.from = field.from.with(from);
            }
        }
    }

    /// Adds what is not known, in its own spelling.
    pub(crate) fn add_unknown(&mut self, spelling: &str) {
        let field = self.field();
        field.push_quoted(spelling);
        field.unknown = true;
    }

    pub(crate) fn add_values(&mut self, value: &Value, is_quoted: bool) {
        let Some((first, others)) = value.texts.split_first() else {
            return;
        };
        if value.is_cut {
            self.opaque(Opaque::Values);
        }
        if value.is_certain {
            return self.add_value_from(first, is_quoted, value.from);
        }
        if !self.spend(others.iter().map(|text| text.len()).sum()) {
            return;
        }
        let words = self.lists.last().map_or(0, |list| list.draft.words.len());
        let from = self.field().text.len();
        self.add_value_from(first, is_quoted, value.from);
        if let Some(list) = self.lists.last_mut() {
            for word in list.draft.words.iter_mut().skip(words) {
                word.known = false;
            }
        }
        let field = self.field();
        field.unknown = true;
        if others.is_empty() || field.text.len() != from + first.len() {
            return;
        }
        let choice = field.choice.get_or_insert_with(|| Choice {
            at: from..from + first.len(),
            others: others.to_vec(),
        });
        if choice.others != others {
            self.opaque(Opaque::Values);
        }
    }

    /// Adds a known value that comes from these sources.
    pub(crate) fn add_value_from(&mut self, value: &str, is_quoted: bool, from: CodeSources) {
        let words = self.lists.last().map_or(0, |list| list.draft.words.len());
        self.add_value(value, is_quoted);
        if from.is_empty() {
            return;
        }
        if let Some(list) = self.lists.last_mut() {
            for word in list.draft.words.iter_mut().skip(words) {
                word.from = word.from.with(from);
            }
        }
        let field = self.field();
        field.from = field.from.with(from);
    }

    /// Adds a known value. Without quotes it is split into words.
    pub(crate) fn add_value(&mut self, value: &str, is_quoted: bool) {
        if !self.spend(value.len()) {
            return;
        }
        let splits = !is_quoted
            && self.frames.last() == Some(&Frame::List)
            && self
                .fields
                .last()
                .is_none_or(|field| field.as_ref().is_none_or(|field| field.value_at.is_none()))
            && (self.lists.last()).is_none_or(|list| list.draft.redirect.is_none());
        if !splits {
            return self.field().push_quoted(value);
        }
        let separators = match self.names.variable("IFS") {
            Some(value) => value.texts.first().map_or(" \t\n".into(), Rc::clone),
            None => " \t\n".into(),
        };
        let mut parts = value.split(|char| separators.contains(char));
        if let Some(first) = parts.next()
            && !first.is_empty()
        {
            self.add_split_part(first);
        }
        for part in parts {
            self.end_expanded_field();
            // The word goes on, even if nothing is in it yet.
            self.add_split_part(part);
            self.field().is_split = true;
        }
    }

    /// A part of a value that was split. Patterns in it count.
    fn add_split_part(&mut self, part: &str) {
        let field = self.field();
        let from = field.text.len();
        field.push_quoted(part);
        let globs = part
            .bytes()
            .enumerate()
            .filter(|(_, byte)| b"*?[".contains(byte))
            .map(|(at, _)| from + at);
        field.marks.extend(globs);
    }

    /// Ends a word at a blank within a value. Such a word is never a reserved one.
    pub(crate) fn end_expanded_field(&mut self) {
        if let Some(Some(field)) = self.fields.last_mut() {
            field.expanded = true;
            field.is_split = true;
            self.end_field();
        }
    }

    /// `$1`, `$@`, `$?` and so on.
    pub(crate) fn special(&mut self, name: char, is_quoted: bool) {
        let positional = self
            .lists
            .last()
            .map(|list| Rc::clone(&list.positional))
            .unwrap_or_default();
        let arguments = positional.get(1..).unwrap_or_default();
        if positional.is_empty()
            && !(name.is_ascii_digit() && name != '0' || name == '@' || name == '*')
        {
            return self.add_unknown(&format!("${name}"));
        }
        match name.to_digit(10) {
            Some(index) => match positional.get(usize::try_from(index).unwrap_or(usize::MAX)) {
                Some(word) => self.add_argument(word, is_quoted),
                None => {
                    self.field();
                }
            },
            None if name == '@' || name == '*' => {
                // `"$@"` without arguments is no word at all, if nothing else is in it.
                self.field().unknown |= arguments.is_empty() && is_quoted && name == '@';
                for (at, word) in arguments.iter().enumerate() {
                    if at > 0 {
                        if self
                            .frames
                            .iter()
                            .rev()
                            .take(2)
                            .any(|frame| *frame == Frame::List)
                            && name == '@'
                        {
                            self.end_expanded_field();
                        } else {
                            self.field().push_quoted(" ");
                        }
                    }
                    self.add_argument(word, is_quoted);
                }
            }
            None => self.add_unknown(&format!("${name}")),
        }
    }

    fn add_argument(&mut self, word: &Word, is_quoted: bool) {
        if word.known {
            self.add_value_from(&word.text, is_quoted, word.from);
        } else {
            self.add_unknown(&word.text);
        }
        let field = self.field();
        field.lists.extend(&word.lists);
        field.from = field.from.with(word.from);
    }

    /// `$'…'`: escapes as in C.
    fn ansi_quotes(&mut self) {
        let (text, at) = self.source();
        let rest = text.get(at + 2..).unwrap_or_default();
        let mut end = None;
        let mut is_escaped = false;
        for (offset, byte) in rest.bytes().enumerate() {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'\'' => {
                    end = Some(offset);
                    break;
                }
                _ => {}
            }
        }
        if end.is_none() {
            self.opaque(Opaque::Unfinished);
        }
        let inner = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let decoded = crate::output::unescape(inner, crate::output::Escapes::Quotes);
        let field = self.field();
        field.quoted = true;
        field.push_quoted(&String::from_utf8_lossy(&decoded));
        self.advance(2 + inner.len() + 1);
    }

    pub(crate) fn open_arithmetic(&mut self, length: usize) {
        let from = self.sources.last().map_or(0, |source| source.at);
        if length == 3 {
            self.field();
        }
        if self.open(Frame::Arithmetic) {
            self.advance(length);
            let commands = self.out.commands.len();
            let pipelines = self.out.pipelines.len();
            self.arithmetics.push(Arithmetic {
                from,
                depth: 0,
                commands,
                pipelines,
                is_word: length == 3,
            });
            self.fields.push(None);
        }
    }

    /// Within `$((…))`. What looks like arithmetic and is not is read again as commands.
    pub(crate) fn arithmetic_step(&mut self) {
        let next = self.peek(1);
        let Some(state) = self.arithmetics.last_mut() else {
            self.frames.pop();
            return;
        };
        match self
            .sources
            .last()
            .and_then(|source| source.text.as_bytes().get(source.at))
        {
            None => {
                self.opaque(Opaque::Unfinished);
                self.close_arithmetic();
            }
            Some(b'(') => {
                state.depth += 1;
                self.advance(1);
            }
            Some(b')') if state.depth > 0 => {
                state.depth -= 1;
                self.advance(1);
            }
            Some(b')') if next == Some(b')') => {
                self.advance(2);
                self.close_arithmetic();
            }
            Some(b')') => {
                let (from, commands, pipelines) = (state.from, state.commands, state.pipelines);
                let read_twice = self
                    .sources
                    .last()
                    .map_or(0, |source| source.at.saturating_sub(from));
                self.arithmetics.pop();
                self.frames.pop();
                self.fields.pop();
                self.out.commands.truncate(commands);
                self.out.pipelines.truncate(pipelines);
                self.not_arithmetic = Some(from);
                self.go_to(from);
                self.spend(read_twice);
            }
            Some(&byte @ (b'$' | b'`' | b'"' | b'\'' | b'\\')) => self.word_step(byte),
            Some(_) => {
                self.take_run(Run::Arithmetic);
            }
        }
    }

    fn close_arithmetic(&mut self) {
        self.frames.pop();
        self.fields.pop();
        if self
            .arithmetics
            .pop()
            .is_some_and(|arithmetic| arithmetic.is_word)
        {
            self.add_unknown("$(())");
        }
    }

    /// `$[…]`, an old form of arithmetic.
    fn old_arithmetic(&mut self) {
        let (text, at) = self.source();
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let length = memchr::memchr(b']', rest).map_or(rest.len(), |end| end + 1);
        self.add_unknown("$(())");
        if has_substitution(rest.get(..length).unwrap_or_default()) {
            // Its commands count; where the arithmetic ends does not.
            self.opaque(Opaque::Syntax);
            return self.advance(2);
        }
        self.advance(length);
    }
}

/// Whether commands may run in what would be skipped.
pub(crate) fn has_substitution(skipped: &[u8]) -> bool {
    skipped.contains(&b'`') || skipped.windows(2).any(|pair| pair == b"$(")
}
