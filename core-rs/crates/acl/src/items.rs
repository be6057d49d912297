//! Parsing of attributes and blocks.

use std::collections::BTreeMap;

use super::parser::{Parser, quoted};
use super::token::{Delimiter, Kind};
use super::tree::{Attribute, Block, Item, Name, Value, ValueKind};
use sentry_text::Span;
use sentry_text::diagnostic::{Code, Diagnostic};

impl Parser<'_> {
    /// Parses the items of the document, or of a block up to its closing brace.
    pub(super) fn items(&mut self, block: Option<&Name>) -> Vec<Item> {
        let mut items = Vec::new();
        let mut count = 0;
        let mut names = BTreeMap::new();
        while !self.at_end() {
            let item = match self.token.kind {
                Kind::Comma => {
                    self.bump();
                    None
                }
                Kind::Name => self.item(),
                Kind::String(_) if self.next.is_assign() => self.quoted_item(),
                _ => {
                    self.no_item(block);
                    None
                }
            };
            let Some(item) = item else { continue };
            if let Item::Attribute(attribute) = &item {
                self.note(&mut names, &attribute.name, Code::DuplicateAttribute);
            }
            let name = match &item {
                Item::Attribute(attribute) => attribute.name.span,
                Item::Block(block) => block.name.span,
            };
            if self.count(&mut count, name) {
                items.push(item);
            }
        }
        items
    }

    pub(super) fn no_item(&mut self, block: Option<&Name>) {
        if matches!(self.token.kind, Kind::Stray | Kind::Bad) {
            self.bump();
        } else {
            let message = format!("expected a name, found {}", self.found());
            let mut problem = Diagnostic::new(Code::UnexpectedToken, self.token.span, message);
            if matches!(self.token.kind, Kind::Open(Delimiter::Brace)) {
                problem = problem.help(match block {
                    None => "a document has no braces around it; a block has a name before its `{`",
                    Some(_) => "a block has a name before its `{`",
                });
            }
            self.report(problem);
            if matches!(self.token.kind, Kind::Open(_)) {
                self.skip_group();
            } else {
                self.bump();
            }
        }
        self.skip_line();
    }

    pub(super) fn name(&mut self) -> Name {
        let span = self.bump().span;
        Name {
            text: self.text(span).to_owned(),
            span,
        }
    }

    /// `"name" = value`, as in JSON.
    pub(super) fn quoted_item(&mut self) -> Option<Item> {
        let token = self.bump();
        let Kind::String(text) = token.kind else {
            return None;
        };
        let problem = Diagnostic::new(
            Code::QuotedName,
            token.span,
            "the name of an attribute must not be in quotes",
        );
        self.report(problem.help("remove the quotes"));
        let name = Name {
            text,
            span: token.span,
        };
        let value = self.assigned();
        Some(Item::Attribute(Attribute { name, value }))
    }

    /// Parses an attribute or a block, from its name on.
    pub(super) fn item(&mut self) -> Option<Item> {
        let name = self.name();
        let same_line = !self.token.starts_line;
        match self.token.kind {
            Kind::Assign | Kind::BadAssign => {
                let value = self.assigned();
                Some(Item::Attribute(Attribute { name, value }))
            }
            Kind::String(_) | Kind::Bad | Kind::Open(Delimiter::Brace) => Some(self.block(name)),
            Kind::Name if same_line && self.next.continues_header() => Some(self.block(name)),
            _ => {
                let value = self.unassigned(&name, "`=` or `{`");
                value.map(|value| Item::Attribute(Attribute { name, value }))
            }
        }
    }

    /// Parses a block, from its labels on.
    pub(super) fn block(&mut self, name: Name) -> Item {
        let mut labels = Vec::new();
        let mut count = 0;
        loop {
            let text = match &self.token.kind {
                Kind::String(text) => text.clone(),
                Kind::Bad => String::new(),
                Kind::Name if !self.token.starts_line && self.next.continues_header() => {
                    let text = self.text(self.token.span);
                    let problem = Diagnostic::new(
                        Code::BareWord,
                        self.token.span,
                        "a label must be in quotes",
                    );
                    self.report(problem.help("write it as a string: `\"…\"`"));
                    text.to_owned()
                }
                _ => break,
            };
            let span = self.token.span;
            if self.count(&mut count, span) {
                labels.push(Name { text, span });
            }
            self.bump();
        }
        if self.token.kind != Kind::Open(Delimiter::Brace) {
            return self.no_body(name, &labels);
        }
        let items = if self.enter(Delimiter::Brace) {
            let items = self.items(Some(&name));
            self.leave();
            items
        } else {
            Vec::new()
        };
        let span = Span::new(name.span.start, self.end);
        Item::Block(Block {
            name,
            labels,
            items,
            span,
        })
    }

    /// Reports a name and strings without `{`, which may be an attribute without its `=`.
    fn no_body(&mut self, name: Name, labels: &[Name]) -> Item {
        let first = labels.first().map_or(name.span, |label| label.span);
        let last = labels.last().map_or(name.span, |label| label.span);
        let shown = quoted(&name.text);
        if labels.len() == 1 {
            let message =
                format!("expected `=` between {shown} and its value, or `{{` after the label");
            self.error(Code::ExpectedEquals, last, message);
        } else {
            let message = format!(
                "expected `{{` after the labels of {shown}, found {}",
                self.found()
            );
            self.error(Code::UnexpectedToken, last, message);
        }
        self.skip_line();
        let span = Span::new(first.start, self.end);
        Item::Attribute(Attribute {
            name,
            value: Value {
                span,
                kind: ValueKind::Invalid,
            },
        })
    }
}
