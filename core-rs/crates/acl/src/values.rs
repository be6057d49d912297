//! Parsing of values: words, calls, lists, objects.

use std::collections::BTreeMap;

use super::parser::{Parser, quoted};
use super::token::{Delimiter, Kind};
use super::tree::{Call, Entry, Name, Value, ValueKind};
use sentry_text::Span;
use sentry_text::diagnostic::{Code, Diagnostic};

impl Parser<'_> {
    /// Parses an operator and a value.
    pub(super) fn assigned(&mut self) -> Value {
        let operator = self.bump();
        if operator.kind == Kind::BadAssign {
            let message = format!("unknown operator `{}`", self.text(operator.span));
            self.report(
                Diagnostic::new(Code::BadOperator, operator.span, message).help("write `=`"),
            );
        }
        let missing = match self.token.kind {
            Kind::Comma | Kind::Close(_) | Kind::End => true,
            Kind::Name => self.at_next_attribute(),
            _ => false,
        };
        if missing {
            let sign = self.text(operator.span);
            self.error(
                Code::ExpectedValue,
                operator.span,
                format!("expected a value after `{sign}`"),
            );
            return self.nothing();
        }
        self.value()
    }

    /// Parses a value that lacks the `=` (or what `expected` names) before it. `None` if there is
    /// no value either.
    pub(super) fn unassigned(&mut self, name: &Name, expected: &str) -> Option<Value> {
        if self.token.kind == Kind::Stray {
            return Some(self.invalid());
        }
        let shown = quoted(&name.text);
        let message = format!("expected {expected} after {shown}, found {}", self.found());
        let same_line = !self.token.starts_line;
        let is_value = match self.token.kind {
            Kind::Name => !self.at_attribute(),
            Kind::String(_) | Kind::Bad | Kind::Number(_) => true,
            Kind::Open(delimiter) => delimiter != Delimiter::Paren,
            _ => false,
        };
        if !(same_line && is_value) {
            let problem = Diagnostic::new(Code::ExpectedEquals, name.span, message);
            self.report(problem.help("an attribute is written `name = value`"));
            let start = self.token.span.start;
            self.skip_line();
            let span = Span::new(start, self.end);
            return (self.token.span.start > start).then_some(Value {
                span,
                kind: ValueKind::Invalid,
            });
        }
        let problem = Diagnostic::new(Code::ExpectedEquals, self.token.span, message)
            .help("write `=` before the value");
        self.report(problem);
        let word = self.token.kind == Kind::Name
            && !matches!(self.text(self.token.span), "true" | "false" | "null")
            && self.next.kind != Kind::Open(Delimiter::Paren);
        // One problem per word is enough.
        Some(if word { self.invalid() } else { self.value() })
    }

    /// An invalid value whose problem was reported.
    pub(super) fn nothing(&self) -> Value {
        Value {
            span: Span::new(self.end, self.end),
            kind: ValueKind::Invalid,
        }
    }

    /// Skips the token and the rest of its line as an invalid value.
    pub(super) fn invalid(&mut self) -> Value {
        let start = self.bump().span.start;
        self.skip_line();
        Value {
            span: Span::new(start, self.end),
            kind: ValueKind::Invalid,
        }
    }

    /// Parses a value. Consumes at least one token, unless at a comma, a closing bracket or the
    /// end.
    pub(super) fn value(&mut self) -> Value {
        let span = self.token.span;
        let kind = match &self.token.kind {
            Kind::String(_) => {
                let Kind::String(text) = self.bump().kind else {
                    return self.nothing();
                };
                ValueKind::String(text)
            }
            Kind::Number(number) => {
                let number = *number;
                self.bump();
                ValueKind::Number(number)
            }
            Kind::Bad => {
                self.bump();
                ValueKind::Invalid
            }
            Kind::Stray => return self.invalid(),
            Kind::Open(Delimiter::Bracket) => self.list(),
            Kind::Open(Delimiter::Brace) => self.object(),
            Kind::Name => return self.word(),
            _ => {
                let message = format!("expected a value, found {}", self.found());
                let mut problem = Diagnostic::new(Code::UnexpectedToken, span, message);
                if let Kind::Open(_) = self.token.kind {
                    problem = problem.help("a call has a name before its `(`");
                    self.report(problem);
                    self.skip_group();
                    return Value {
                        span: Span::new(span.start, self.end),
                        kind: ValueKind::Invalid,
                    };
                }
                self.report(problem);
                if matches!(self.token.kind, Kind::Comma | Kind::Close(_) | Kind::End) {
                    return self.nothing();
                }
                return self.invalid();
            }
        };
        Value {
            span: Span::new(span.start, self.end),
            kind,
        }
    }

    /// Parses a value that starts with a name.
    pub(super) fn word(&mut self) -> Value {
        let span = self.token.span;
        let kind = if self.next.kind == Kind::Open(Delimiter::Paren) {
            self.call()
        } else {
            match self.text(span) {
                "true" => ValueKind::Bool(true),
                "false" => ValueKind::Bool(false),
                "null" => ValueKind::Null,
                text => {
                    let help = match text.to_ascii_lowercase().as_str() {
                        "true" | "yes" | "on" => "write `true`, or put text in quotes",
                        "false" | "no" | "off" => "write `false`, or put text in quotes",
                        "none" | "nil" | "null" | "undefined" => {
                            "write `null`, or put text in quotes"
                        }
                        _ => "put text in quotes",
                    };
                    let message = "expected a value, found a bare word";
                    self.report(Diagnostic::new(Code::BareWord, span, message).help(help));
                    return self.invalid();
                }
            }
        };
        if !matches!(kind, ValueKind::Call(_)) {
            self.bump();
        }
        Value {
            span: Span::new(span.start, self.end),
            kind,
        }
    }

    pub(super) fn call(&mut self) -> ValueKind {
        let name = self.name();
        let mut args = Vec::new();
        if !self.enter(Delimiter::Paren) {
            return ValueKind::Invalid;
        }
        let mut count = 0;
        while !self.at_end() && !self.at_next_attribute() {
            let span = self.token.span;
            if self.token.kind == Kind::Comma {
                self.error(Code::UnexpectedToken, span, "expected a value, found `,`");
                self.bump();
                continue;
            }
            let value = self.value();
            let reported = value.kind == ValueKind::Invalid;
            if self.count(&mut count, span) {
                args.push(value);
            }
            if self.token.kind == Kind::Comma {
                self.bump();
            } else if !reported
                && !matches!(self.token.kind, Kind::Close(_) | Kind::End)
                && !self.at_next_attribute()
            {
                let message = format!("expected `,` or `)`, found {}", self.found());
                self.error(Code::UnexpectedToken, self.token.span, message);
                self.skip_line();
            }
        }
        self.leave();
        ValueKind::Call(Call { name, args })
    }

    pub(super) fn list(&mut self) -> ValueKind {
        let mut values = Vec::new();
        if !self.enter(Delimiter::Bracket) {
            return ValueKind::Invalid;
        }
        let mut count = 0;
        while !self.at_end() && !self.at_next_attribute() {
            if self.token.kind == Kind::Comma {
                self.bump();
                continue;
            }
            let span = self.token.span;
            let value = self.value();
            if self.count(&mut count, span) {
                values.push(value);
            }
        }
        self.leave();
        ValueKind::List(values)
    }

    pub(super) fn object(&mut self) -> ValueKind {
        let mut entries = Vec::new();
        if !self.enter(Delimiter::Brace) {
            return ValueKind::Invalid;
        }
        let mut count = 0;
        let mut keys = BTreeMap::new();
        while !self.at_end() {
            let key = match &self.token.kind {
                Kind::Comma => {
                    self.bump();
                    continue;
                }
                Kind::Name => self.name(),
                Kind::String(text) => {
                    let text = text.clone();
                    Name {
                        text,
                        span: self.bump().span,
                    }
                }
                Kind::Bad => {
                    self.bump();
                    if self.token.is_assign() {
                        self.assigned();
                    }
                    continue;
                }
                Kind::Stray => {
                    self.invalid();
                    continue;
                }
                _ => {
                    let message = format!("expected a key, found {}", self.found());
                    self.error(Code::UnexpectedToken, self.token.span, message);
                    if matches!(self.token.kind, Kind::Open(_)) {
                        self.skip_group();
                    } else {
                        self.bump();
                    }
                    self.skip_line();
                    continue;
                }
            };
            let value = match self.token.kind {
                Kind::Assign | Kind::BadAssign => self.assigned(),
                _ => match self.unassigned(&key, "`=`") {
                    Some(value) => value,
                    None => continue,
                },
            };
            self.note(&mut keys, &key, Code::DuplicateKey);
            if self.count(&mut count, key.span) {
                entries.push(Entry { key, value });
            }
        }
        self.leave();
        ValueKind::Object(entries)
    }
}
