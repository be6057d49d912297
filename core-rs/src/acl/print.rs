//! From tree to text, always in the same form.

use super::tree::Document;

/// The canonical text of a document.
pub fn print(_document: &Document) -> String {
    String::new()
}
