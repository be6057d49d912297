//! Reads typed values from the tree, and reports values of other types.

use std::collections::HashMap;

use super::lists::Lists;
use super::pattern::Patterns;
use super::{Environment, UNRESOLVED};
use crate::decision::Word;
use sentry_acl::{Call, MAX_TOKEN, Value, ValueKind};
use sentry_text::Span;
use sentry_text::closest;
use sentry_text::diagnostic::{Code, Diagnostic, MAX_DIAGNOSTICS};

/// Reads values and collects their problems.
pub(super) struct Reader<'r> {
    pub(super) source: &'r str,
    environment: &'r Environment<'r>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) patterns: Patterns,
    pub(super) lists: Lists,
}

impl<'r> Reader<'r> {
    pub(super) fn new(source: &'r str, environment: &'r Environment<'r>) -> Self {
        Self::with_patterns(source, environment, Patterns::new(HashMap::new()))
    }

    pub(super) fn with_patterns(
        source: &'r str,
        environment: &'r Environment<'r>,
        patterns: Patterns,
    ) -> Self {
        Self {
            source,
            environment,
            diagnostics: Vec::new(),
            patterns,
            lists: Lists::default(),
        }
    }

    /// Records a diagnostic, up to the limit.
    #[cold]
    #[inline(never)]
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if !self.is_full() {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether no further diagnostic is recorded.
    pub(super) fn is_full(&self) -> bool {
        self.diagnostics.len() >= MAX_DIAGNOSTICS
    }

    /// Reports that `name` must be `expected`, but `value` is not.
    #[cold]
    #[inline(never)]
    pub(super) fn wrong_type(&mut self, name: &str, expected: &str, value: &Value) {
        let found = match &value.kind {
            ValueKind::Invalid => return,
            ValueKind::String(_) => "a string",
            ValueKind::Number(_) => "a number",
            ValueKind::Bool(_) => "a boolean",
            ValueKind::Null => "`null`",
            ValueKind::List(_) => "a list",
            ValueKind::Object(_) => "an object",
            ValueKind::Call(_) => "a call, which returns text",
        };
        self.report(Diagnostic::new(
            Code::WrongType,
            value.span,
            format!("`{name}` must be {expected}, found {found}"),
        ));
    }

    /// Reports that `name` has the right type but a value that is not allowed.
    #[cold]
    #[inline(never)]
    pub(super) fn bad_value(&mut self, name: &str, problem: &str, value: &Value) {
        self.report(Diagnostic::new(
            Code::BadValue,
            value.span,
            format!("`{name}` {problem}"),
        ));
    }

    /// Reports that `found` is not one of the allowed names.
    #[cold]
    #[inline(never)]
    pub(super) fn unknown(
        &mut self,
        code: Code,
        span: Span,
        message: String,
        found: &str,
        known: &[&str],
    ) {
        // Finding the closest word takes longer than reading a value.
        if self.is_full() {
            return;
        }
        let help = closest(found, known).map_or_else(
            || {
                let list: Vec<_> = known.iter().map(|word| format!("`{word}`")).collect();
                format!("expected one of {}", list.join(", "))
            },
            |word| format!("did you mean `{word}`?"),
        );
        self.report(Diagnostic::new(code, span, message).help(help));
    }

    #[inline(never)]
    pub(super) fn boolean(&mut self, name: &str, value: &Value) -> Option<bool> {
        if let ValueKind::Bool(boolean) = value.kind {
            return Some(boolean);
        }
        self.wrong_type(name, "`true` or `false`", value);
        None
    }

    #[inline(never)]
    pub(super) fn number(&mut self, name: &str, value: &Value) -> Option<f64> {
        if let ValueKind::Number(number) = value.kind {
            return Some(number);
        }
        self.wrong_type(name, "a number", value);
        None
    }

    /// Reads a text: a string, or the result of a call.
    #[inline(never)]
    pub(super) fn string(&mut self, name: &str, value: &Value) -> Option<String> {
        match &value.kind {
            ValueKind::String(text) => Some(text.clone()),
            ValueKind::Call(call) => self.call(call),
            _ => {
                self.wrong_type(name, "a string", value);
                None
            }
        }
    }

    /// Reads a text that is not blank.
    #[inline(never)]
    pub(super) fn text(&mut self, name: &str, value: &Value) -> Option<String> {
        let text = self.string(name, value)?;
        if text.trim().is_empty() {
            self.bad_value(name, "must not be empty", value);
            return None;
        }
        Some(text)
    }

    /// Reads one of the words of `W`.
    pub(super) fn word<W: Word>(&mut self, name: &str, value: &Value) -> Option<W> {
        let text = self.string(name, value)?;
        let word = W::from_word(&text);
        if word.is_none() {
            self.unknown(
                Code::UnknownWord,
                value.span,
                format!("unknown value of `{name}`"),
                &text,
                &W::words(),
            );
        }
        word
    }

    fn call(&mut self, call: &Call) -> Option<String> {
        match call.name.text.as_str() {
            "env" => self.env(call),
            "concat" => self.concat(call),
            "file" => {
                let message = "`file` may only be the value of `key` in `llm`";
                self.report(Diagnostic::new(Code::BadCall, call.name.span, message));
                None
            }
            "list" => {
                let message = "`list` may only be where a list may be, with the name of one";
                let problem = Diagnostic::new(Code::BadCall, call.name.span, message);
                self.report(problem.help("write `list(\"NAME\")`"));
                None
            }
            other => {
                self.unknown(
                    Code::UnknownFunction,
                    call.name.span,
                    format!("unknown function `{other}`"),
                    other,
                    &["env", "file", "list", "concat"],
                );
                None
            }
        }
    }

    fn concat(&mut self, call: &Call) -> Option<String> {
        let mut text = Some(String::new());
        for arg in &call.args {
            let part = self.string("an argument of `concat`", arg);
            text = text.zip(part).map(|(text, part)| text + &part);
            // A long variable, repeated many times, could take all memory.
            if text.as_ref().is_some_and(|text| text.len() > MAX_TOKEN) {
                let problem = "the result of `concat` is longer than 256 KiB";
                self.report(Diagnostic::new(Code::BadCall, call.name.span, problem));
                return None;
            }
        }
        text
    }

    fn env(&mut self, call: &Call) -> Option<String> {
        let (name, default) = match call.args.as_slice() {
            [name] => (name, None),
            [name, default] => (name, Some(default)),
            _ => {
                self.report(
                    Diagnostic::new(
                        Code::BadCall,
                        call.name.span,
                        "`env` takes a name and an optional default",
                    )
                    .help("write `env(\"NAME\")` or `env(\"NAME\", \"default\")`"),
                );
                return None;
            }
        };
        let variable = self.string("the name of a variable", name)?;
        let default = match default {
            Some(default) => Some(self.string("the default of `env`", default)?),
            None => None,
        };
        let found = (self.environment)(&variable);
        if found.as_deref() == Some(UNRESOLVED) {
            return default;
        }
        let found = found.or(default);
        if found.is_none() {
            self.report(
                Diagnostic::new(
                    Code::UnsetVariable,
                    name.span,
                    format!("the environment variable `{variable}` is not set"),
                )
                .help(format!(
                    "set it, or add a default: `env(\"{variable}\", \"…\")`"
                )),
            );
        }
        found
    }
}
