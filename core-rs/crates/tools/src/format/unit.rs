//! The units that a scope consists of, and the scopes inside values.

use sentry_acl::{Block, Call, Entry, Item, Name, Value, ValueKind};
use sentry_text::Span;

/// One element of a document, block, list, object or call.
#[derive(Clone, Copy)]
pub(super) enum Unit<'t> {
    Item(&'t Item),
    Entry(&'t Entry),
    Value(&'t Value),
}

impl<'t> Unit<'t> {
    pub(super) fn span(self) -> Span {
        match self {
            Self::Item(Item::Attribute(attribute)) => attribute.name.span.to(attribute.value.span),
            Self::Item(Item::Block(block)) => block.span,
            Self::Entry(entry) => entry.key.span.to(entry.value.span),
            Self::Value(value) => value.span,
        }
    }

    /// Where the part begins that can hold comments inside. Comments before it are printed above the
    /// unit.
    pub(super) fn body(self) -> u32 {
        match self {
            Self::Item(Item::Attribute(attribute)) => attribute.value.span.start,
            Self::Item(Item::Block(block)) => header(block).span.start,
            Self::Entry(entry) => entry.value.span.start,
            Self::Value(value) => value.span.start,
        }
    }

    /// The name and the value of an attribute or an entry.
    pub(super) fn assignment(self) -> Option<(&'t Name, &'t Value)> {
        match self {
            Self::Item(Item::Attribute(attribute)) => Some((&attribute.name, &attribute.value)),
            Self::Entry(entry) => Some((&entry.key, &entry.value)),
            Self::Item(Item::Block(_)) | Self::Value(_) => None,
        }
    }
}

/// The last name before the opening brace of a block.
fn header(block: &Block) -> &Name {
    block.labels.last().unwrap_or(&block.name)
}

/// A pair of brackets with what is inside.
pub(super) struct Scope<'t> {
    pub(super) brackets: Brackets,
    /// From the opening bracket, or from a place before it that only white space and comments
    /// follow, to after the closing bracket.
    pub(super) span: Span,
    pub(super) units: Vec<Unit<'t>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Brackets {
    /// The braces of a block or an object.
    Braces,
    /// The brackets of a list.
    List,
    /// The parentheses of a call.
    Call,
}

impl Brackets {
    pub(super) const fn open(self) -> char {
        match self {
            Self::Braces => '{',
            Self::List => '[',
            Self::Call => '(',
        }
    }

    pub(super) const fn close(self) -> char {
        match self {
            Self::Braces => '}',
            Self::List => ']',
            Self::Call => ')',
        }
    }
}

impl<'t> Scope<'t> {
    pub(super) fn of_block(block: &'t Block) -> Self {
        Self {
            brackets: Brackets::Braces,
            span: Span::new(header(block).span.end, block.span.end),
            units: block.items.iter().map(Unit::Item).collect(),
        }
    }

    /// The scope of a list, an object or a call. `None` for other values.
    pub(super) fn of_value(value: &'t Value) -> Option<Self> {
        let (brackets, start, units) = match &value.kind {
            ValueKind::List(values) => (
                Brackets::List,
                value.span.start + 1,
                values.iter().map(Unit::Value).collect(),
            ),
            ValueKind::Object(entries) => (
                Brackets::Braces,
                value.span.start + 1,
                entries.iter().map(Unit::Entry).collect(),
            ),
            ValueKind::Call(Call { name, args }) => (
                Brackets::Call,
                name.span.end,
                args.iter().map(Unit::Value).collect(),
            ),
            _ => return None,
        };
        Some(Self {
            brackets,
            span: Span::new(start, value.span.end),
            units,
        })
    }
}
