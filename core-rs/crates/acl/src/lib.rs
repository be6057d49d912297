//! The configuration language ACL: parses text into a tree, and prints a tree as text.

mod items;
mod lexer;
mod parser;
mod print;
mod strings;
mod token;
mod tree;
mod values;

pub use lexer::comments;
pub use parser::{Parsed, parse};
pub use print::print;
pub use tree::{Attribute, Block, Call, Document, Entry, Item, Name, Value, ValueKind};

/// The largest document, in bytes.
pub const MAX_DOCUMENT: usize = 1 << 20;
/// The deepest nesting of blocks, lists, objects and calls.
pub const MAX_NESTING: usize = 64;
/// The most items in a document, block, label list, list, object or call.
pub const MAX_ITEMS: usize = 100_000;
/// The longest name, number or string, in bytes of the source.
pub const MAX_TOKEN: usize = 256 << 10;
