//! The tree of a document. Every node has its span in the source.

use sentry_text::Span;

/// A whole document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// Attributes and blocks, in the order of the source.
    pub items: Vec<Item>,
}

/// An item of a document or a block.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// `name = value`
    Attribute(Attribute),
    /// `name "label" { … }`
    Block(Block),
}

/// A name, key or label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The value, without quotes and with escapes resolved.
    pub text: String,
    /// The place in the source, with quotes if there are any.
    pub span: Span,
}

/// `name = value`
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The name.
    pub name: Name,
    /// The value.
    pub value: Value,
}

/// `name "label" { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The block's type.
    pub name: Name,
    /// The strings between name and brace.
    pub labels: Vec<Name>,
    /// The items between the braces.
    pub items: Vec<Item>,
    /// From the name to the closing brace.
    pub span: Span,
}

/// A value with its place in the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// The place in the source, with quotes and brackets.
    pub span: Span,
    /// The kind, with the value itself.
    pub kind: ValueKind,
}

/// The kinds of value.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueKind {
    /// A string of any form, with escapes resolved.
    String(String),
    /// A finite number.
    Number(f64),
    /// `true` or `false`
    Bool(bool),
    /// `null`
    Null,
    /// `[a, b]`
    List(Vec<Value>),
    /// `{ key = value }`, in the order of the source
    Object(Vec<Entry>),
    /// `name(a, b)`
    Call(Call),
    /// An invalid value, which was reported. Its span covers all the text that was skipped.
    Invalid,
}

/// `key = value` in an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Name,
    /// Its value.
    pub value: Value,
}

/// `name(a, b)`
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function.
    pub name: Name,
    /// Its arguments.
    pub args: Vec<Value>,
}
