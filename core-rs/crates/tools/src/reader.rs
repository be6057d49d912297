//! Reads typed values, and collects their problems.

use sentry_acl::{Attribute, Block, Entry, Item, Name, Value, ValueKind};
use sentry_core::decision::Word;
use sentry_core::policy::closest;
use sentry_text::Span;
use sentry_text::diagnostic::{Code, Diagnostic, MAX_DIAGNOSTICS};

/// A name and what follows it, in a block or an object.
#[derive(Clone, Copy)]
pub(crate) enum Field<'t> {
    Value(&'t Name, &'t Value),
    Block(&'t Block),
}

impl<'t> Field<'t> {
    pub(crate) fn of_item(item: &'t Item) -> Self {
        match item {
            Item::Attribute(Attribute { name, value }) => Self::Value(name, value),
            Item::Block(block) => Self::Block(block),
        }
    }

    pub(crate) fn of_entry(entry: &'t Entry) -> Self {
        Self::Value(&entry.key, &entry.value)
    }
}

/// A list of problems that grows up to the limit.
#[derive(Default)]
pub(crate) struct Reader {
    problems: Vec<Diagnostic>,
}

impl Reader {
    pub(crate) fn new(problems: Vec<Diagnostic>) -> Self {
        Self { problems }
    }

    pub(crate) fn into_problems(self) -> Vec<Diagnostic> {
        self.problems
    }

    fn report(&mut self, problem: Diagnostic) {
        if self.problems.len() < MAX_DIAGNOSTICS {
            self.problems.push(problem);
        }
    }

    pub(crate) fn error(&mut self, code: Code, span: Span, message: &str) {
        self.report(Diagnostic::new(code, span, message));
    }

    pub(crate) fn error_with_help(&mut self, code: Code, span: Span, message: &str, help: &str) {
        self.report(Diagnostic::new(code, span, message).help(help));
    }

    pub(crate) fn missing(&mut self, owner: &str, key: &str, span: Span) {
        let message = format!("`{owner}` needs `{key}`");
        self.error_with_help(
            Code::MissingKey,
            span,
            &message,
            &format!("add `{key} = …`"),
        );
    }

    pub(crate) fn wrong_type(&mut self, name: &str, expected: &str, value: &Value) {
        if value.kind != ValueKind::Invalid {
            self.error(
                Code::WrongType,
                value.span,
                &format!("`{name}` must be {expected}"),
            );
        }
    }

    pub(crate) fn unknown(
        &mut self,
        code: Code,
        span: Span,
        message: &str,
        found: &str,
        known: &[&str],
    ) {
        let help = closest(found, known).map_or_else(
            || {
                let list: Vec<_> = known.iter().map(|word| format!("`{word}`")).collect();
                format!("expected one of {}", list.join(", "))
            },
            |word| format!("did you mean `{word}`?"),
        );
        self.error_with_help(code, span, message, &help);
    }

    /// The fields of a section that are known and have a value. The parser reports names that occur
    /// twice.
    pub(crate) fn values<'t>(
        &mut self,
        owner: &str,
        fields: &[Field<'t>],
        known: &[&str],
    ) -> Vec<(&'t Name, &'t Value)> {
        let mut values = Vec::new();
        for field in fields {
            let name = match field {
                Field::Value(name, _) => *name,
                Field::Block(block) => &block.name,
            };
            if !known.contains(&name.text.as_str()) {
                let message = format!("unknown setting `{}` in `{owner}`", name.text);
                self.unknown(Code::UnknownKey, name.span, &message, &name.text, known);
                continue;
            }
            match field {
                Field::Value(name, value) => values.push((*name, *value)),
                Field::Block(block) => {
                    let message = format!("`{}` takes a value, not a block", name.text);
                    let help = format!("write `{} = …`", name.text);
                    self.error_with_help(Code::WrongType, block.name.span, &message, &help);
                }
            }
        }
        values
    }

    pub(crate) fn text(&mut self, name: &str, value: &Value) -> Option<String> {
        if let ValueKind::String(text) = &value.kind {
            return Some(text.clone());
        }
        self.wrong_type(name, "a string", value);
        None
    }

    pub(crate) fn word<W: Word>(&mut self, name: &str, value: &Value) -> Option<W> {
        let text = self.text(name, value)?;
        let word = W::from_word(&text);
        if word.is_none() {
            let message = format!("unknown value of `{name}`");
            self.unknown(Code::UnknownWord, value.span, &message, &text, &W::words());
        }
        word
    }
}
