//! `${…}`: defaults, parts of values, replacements.

use crate::field::{Field, is_name};
use crate::reader::{Frame, Reader, Run};
use crate::reading::Opaque;
use crate::sources::CodeSources;
use crate::variables::Value;

/// `${…}` while it is read.
#[derive(Debug)]
pub(crate) struct Parameter {
    name: String,
    operator: String,
    /// Where `$` stands.
    from: usize,
    pub quoted: bool,
    /// `${name[@]}`: each element is a word of its own, also within quotes.
    is_all: bool,
    /// `${name[1]}`: the subscript, unless it is all elements.
    subscript: Option<String>,
    /// The pattern of `${name/pattern/text}`, once it is read.
    pattern: Option<Field>,
}

impl Reader {
    /// The head of `${…}`.
    pub(crate) fn parameter(&mut self, quoted: bool) {
        let (text, from) = self.source();
        let rest = text.get(from + 2..).unwrap_or_default();
        let prefix = if rest.len() > 1 && !rest.starts_with("#}") {
            usize::from(rest.starts_with(['#', '!']))
        } else {
            0
        };
        let name_text = rest.get(prefix..).unwrap_or_default();
        let is_special = name_text.starts_with(['@', '*', '#', '?', '$', '!', '-']);
        let length = if is_special {
            1
        } else {
            name_text
                .bytes()
                .position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_')
                .unwrap_or(name_text.len())
        };
        let name = name_text.get(..length).unwrap_or_default();
        let mut behind = name_text.get(length..).unwrap_or_default();
        let mut at = from + 2 + prefix + length;
        let mut is_all = false;
        let mut index = None;
        if behind.starts_with('[') {
            let subscript =
                memchr::memchr(b']', behind.as_bytes()).map_or(behind.len(), |end| end + 1);
            let skipped = behind.get(..subscript).unwrap_or_default();
            is_all = skipped == "[@]";
            index = Some(skipped).filter(|skipped| !matches!(*skipped, "[@]" | "[*]"));
            // The commands in a subscript are read as those of an argument.
            let skips = !crate::expand::has_substitution(skipped.as_bytes());
            let subscript = if skips { subscript } else { 0 };
            behind = behind.get(subscript..).unwrap_or_default();
            at += subscript;
        }
        let operators = [
            ":-", ":=", ":+", ":?", "##", "%%", "//", "/#", "/%", "^^", ",,", "-", "=", "+", "?",
            "#", "%", "/", "^", ",", ":", "@", "[",
        ];
        let operator = operators
            .iter()
            .find(|operator| behind.starts_with(**operator))
            .copied()
            .unwrap_or_default();
        let operator = if prefix == 1 {
            rest.get(..1).unwrap_or_default()
        } else {
            operator
        };
        if prefix == 0 {
            at += operator.len();
        }
        self.field();
        self.go_to(at);
        if self.open(Frame::Parameter) {
            self.parameters.push(Parameter {
                name: name.to_owned(),
                operator: operator.to_owned(),
                from,
                quoted,
                is_all,
                subscript: index.map(ToOwned::to_owned),
                pattern: None,
            });
            self.fields.push(Some(Field::default()));
        }
    }

    /// Within `${…}`, behind its operator.
    pub(crate) fn parameter_step(&mut self) {
        let quoted = self
            .parameters
            .last()
            .is_some_and(|parameter| parameter.quoted);
        match self.peek(0) {
            None => {
                self.opaque(Opaque::Unfinished);
                self.end_parameter();
            }
            Some(b'}') => {
                self.advance(1);
                self.end_parameter();
            }
            Some(b'/') if self.begins_replacement() => self.advance(1),
            Some(byte @ (b'\\' | b'"' | b'`' | b'$')) => self.word_step(byte),
            Some(b'\'') if !quoted => self.word_step(b'\''),
            Some(_) => {
                let (text, run) = self.take_run(Run::Parameter);
                self.field()
                    .text
                    .push_str(text.get(run).unwrap_or_default());
            }
        }
    }

    /// Whether `/` ends the pattern of `${name/pattern/text}`.
    fn begins_replacement(&mut self) -> bool {
        let Some(parameter) = self.parameters.last_mut() else {
            return false;
        };
        if !parameter.operator.starts_with('/') || parameter.pattern.is_some() {
            return false;
        }
        let field = self
            .fields
            .last_mut()
            .and_then(Option::take)
            .unwrap_or_default();
        if let Some(parameter) = self.parameters.last_mut() {
            parameter.pattern = Some(field);
        }
        self.field();
        true
    }

    fn end_parameter(&mut self) {
        let (Some(parameter), Some(field)) = (self.parameters.pop(), self.fields.pop()) else {
            return;
        };
        self.frames.pop();
        let argument = field.unwrap_or_default();
        let (text, at) = self.source();
        let spelling = text.get(parameter.from..at).unwrap_or_default();
        let values = self.values_of(&parameter.name);
        let values = match &parameter.subscript {
            Some(subscript) => return self.add_element(subscript, values, &parameter, spelling),
            None => values,
        };
        let is_known = !argument.unknown
            && !parameter
                .pattern
                .as_ref()
                .is_some_and(|pattern| pattern.unknown);
        match parameter.operator.as_str() {
            "#" if parameter.from + 2 < at
                && text
                    .get(parameter.from + 2..)
                    .is_some_and(|rest| rest.starts_with('#')) =>
            {
                self.add_unknown(spelling);
            }
            "" if parameter.is_all && parameter.quoted => match values {
                Some(value) => self.add_elements(&value),
                None => self.add_unknown(spelling),
            },
            "" | ":?" | "?" => self.add_named(&parameter.name, parameter.quoted),
            ":-" | "-" | ":=" | "=" => match values {
                Some(value)
                    if value.is_certain && value.texts.iter().all(|text| text.is_empty()) =>
                {
                    self.add_default(&parameter, argument);
                }
                Some(value) => self.add_values(&value, parameter.quoted),
                None if self.names.variable(&parameter.name).is_some() => {
                    self.add_unknown(spelling);
                }
                // The variable is not set in this text: the other value is as good as certain.
                None => self.add_default(&parameter, argument),
            },
            ":+" | "+" if values.is_none() && argument.unknown => self.add_unknown(""),
            // The environment may have set it.
            ":+" | "+" if values.is_none() => {
                let texts = vec![argument.text.as_str().into(), "".into()];
                let value = Value {
                    texts,
                    from: argument.from,
                    ..Value::default()
                };
                self.add_values(&value, parameter.quoted);
            }
            ":+" | "+"
                if (values.as_ref()).is_some_and(|value| {
                    value.is_certain && value.texts.iter().all(|text| text.is_empty())
                }) => {}
            ":+" | "+" => self.add_field(argument, parameter.quoted),
            "!" => match values.as_ref().and_then(|value| value.texts.first()) {
                Some(name) if is_name(name) => self.add_named(name, parameter.quoted),
                _ => self.add_unknown(spelling),
            },
            operator => {
                if operator == "@" && argument.text == "P" {
                    // The substitutions in the value run.
                    self.opaque(Opaque::UnknownText);
                }
                let from = values
                    .as_ref()
                    .map_or(CodeSources::NONE, |value| value.from);
                let changed = values
                    .filter(|value| is_known && value.is_certain)
                    .and_then(|value| {
                        let value = value.texts.first()?;
                        let pattern = parameter
                            .pattern
                            .as_ref()
                            .map(|pattern| pattern.text.as_str());
                        changed_value(value, operator, pattern, &argument.text)
                    });
                match changed {
                    Some(value) => self.add_value_from(&value, parameter.quoted, from),
                    None if parameter.name == "IFS" => self.add_value(" ", parameter.quoted),
                    None => self.add_unknown(spelling),
                }
            }
        }
    }

    /// Adds one element of an array: elements are known only if none has blanks.
    fn add_element(
        &mut self,
        subscript: &str,
        values: Option<Value>,
        parameter: &Parameter,
        spelling: &str,
    ) {
        let index = subscript.trim_matches(['[', ']']).parse::<usize>().ok();
        let known = values.filter(|value| value.is_certain && parameter.operator.is_empty());
        let element = known.zip(index).and_then(|(value, index)| {
            let text = value.texts.first()?;
            let element = text.split_ascii_whitespace().nth(index).unwrap_or_default();
            Some((element.to_owned(), value.from))
        });
        match element {
            Some((element, from)) => self.add_value_from(&element, parameter.quoted, from),
            None => self.add_unknown(spelling),
        }
    }

    /// Adds the elements of an array. Where they end is known only if none has blanks.
    fn add_elements(&mut self, value: &Value) {
        let splits = self.lists.last().is_some_and(|list| {
            list.draft.redirect.is_none() && list.mode == crate::list::Mode::Commands
        });
        if !splits || self.field().value_at.is_some() {
            return self.add_values(value, true);
        }
        let text = value.texts.first().cloned().unwrap_or_default();
        if !self.spend(text.len()) {
            return;
        }
        for (at, part) in text.split_ascii_whitespace().enumerate() {
            if at > 0 {
                self.end_expanded_field();
            }
            let field = self.field();
            field.push_quoted(part);
            field.unknown |= !value.is_certain;
            field.from = field.from.with(value.from);
        }
    }

    fn add_default(&mut self, parameter: &Parameter, argument: Field) {
        if parameter.operator.ends_with('=') && !argument.unknown {
            let value = Value::certain(argument.text.as_str());
            self.names
                .set_variable(&parameter.name, value, crate::variables::Certainty::Sure);
        }
        if parameter.name == "HOME" {
            return self.add_unknown("$HOME");
        }
        self.add_field(argument, parameter.quoted);
    }

    fn add_field(&mut self, argument: Field, quoted: bool) {
        let (unknown, lists) = (argument.unknown, argument.lists);
        self.add_value_from(&argument.text, quoted, argument.from);
        let field = self.field();
        field.unknown |= unknown;
        field.lists.extend(lists);
    }

    fn add_named(&mut self, name: &str, quoted: bool) {
        match name.chars().next() {
            Some(first) if !is_name(name) && name.len() == 1 => self.special(first, quoted),
            _ if name == "HOME" => self.add_variable(name, "$HOME", quoted),
            _ => self.add_variable(name, &format!("${{{name}}}"), quoted),
        }
    }

    fn values_of(&self, name: &str) -> Option<Value> {
        self.names
            .variable(name)
            .filter(|value| !value.texts.is_empty())
            .cloned()
    }
}

/// The value after `${name<operator>argument}`; `None` if it is not worked out.
fn changed_value(
    value: &str,
    operator: &str,
    pattern: Option<&str>,
    argument: &str,
) -> Option<String> {
    let has_glob = |text: &str| text.contains(['*', '?', '[']);
    let changed = match operator {
        "#" | "##" if !has_glob(argument) => {
            value.strip_prefix(argument).unwrap_or(value).to_owned()
        }
        "%" | "%%" if !has_glob(argument) => {
            value.strip_suffix(argument).unwrap_or(value).to_owned()
        }
        "%" | "#" if !argument.is_empty() && argument.bytes().all(|byte| byte == b'?') => {
            let count = value.chars().count();
            let kept = count.saturating_sub(argument.len());
            let skipped = if operator == "#" { count - kept } else { 0 };
            value.chars().skip(skipped).take(kept).collect()
        }
        "/" | "//" | "/#" | "/%" => {
            let (pattern, text) = pattern.map_or((argument, ""), |pattern| (pattern, argument));
            if has_glob(pattern) || pattern.is_empty() {
                return None;
            }
            match operator {
                "/" => value.replacen(pattern, text, 1),
                "//" => value.replace(pattern, text),
                "/#" => value
                    .strip_prefix(pattern)
                    .map_or_else(|| value.to_owned(), |rest| [text, rest].concat()),
                _ => value
                    .strip_suffix(pattern)
                    .map_or_else(|| value.to_owned(), |rest| [rest, text].concat()),
            }
        }
        "^^" if argument.is_empty() => value.to_ascii_uppercase(),
        ",," if argument.is_empty() => value.to_ascii_lowercase(),
        "^" | "," if argument.is_empty() => {
            let mut chars = value.chars();
            let first = chars.next().map(|first| {
                if operator == "^" {
                    first.to_ascii_uppercase()
                } else {
                    first.to_ascii_lowercase()
                }
            });
            first.into_iter().chain(chars).collect()
        }
        ":" => substring(value, argument)?,
        _ => return None,
    };
    Some(changed)
}

/// `${name:offset:length}`.
fn substring(value: &str, argument: &str) -> Option<String> {
    let (offset, length) = argument
        .split_once(':')
        .map_or((argument, None), |(offset, length)| (offset, Some(length)));
    let count = i64::try_from(value.chars().count()).ok()?;
    let offset: i64 = offset.trim().parse().ok()?;
    let from = if offset < 0 { count + offset } else { offset };
    let to = match length {
        None => count,
        Some(length) => {
            let length: i64 = length.trim().parse().ok()?;
            if length < 0 {
                count + length
            } else {
                from.saturating_add(length)
            }
        }
    };
    if from < 0 || to < from {
        return Some(String::new());
    }
    let (from, to) = (usize::try_from(from).ok()?, usize::try_from(to).ok()?);
    Some(value.chars().skip(from).take(to - from).collect())
}
