//! The tree of a document. Everything knows its place in the source.

use sentry_text::Span;

/// A whole document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// Attributes and blocks, in the order of the source.
    pub items: Vec<Item>,
}

/// What a document or a block consists of.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// `name = value`
    Attribute(Attribute),
    /// `name "label" { … }`
    Block(Block),
}

/// A name, key or label. `text` is its value, `span` the source with the quotes, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// What it says, without quotes and escapes.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// `name = value`
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// What is set.
    pub name: Name,
    /// To what.
    pub value: Value,
}

/// `name "label" { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The block's type.
    pub name: Name,
    /// The strings between name and brace.
    pub labels: Vec<Name>,
    /// What stands between the braces.
    pub items: Vec<Item>,
    /// From the name to the closing brace.
    pub span: Span,
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// Where it stands, with quotes and brackets.
    pub span: Span,
    /// What it is.
    pub kind: ValueKind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueKind {
    /// Text of any kind of string, escapes resolved.
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
    /// Something that is no value and has been reported. Its span covers all that was skipped.
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
