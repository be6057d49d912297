//! Formatting keeps the tree and the comments of a document, and formats its own output to the same
//! text.
//!
//! The input is the text of a document.

use sentry_acl::{comments, parse};
use sentry_tools::{FormatError, format};

/// Checks one document.
///
/// # Panics
/// If the property does not hold.
pub fn check(input: &[u8]) {
    let Ok(source) = std::str::from_utf8(input) else {
        return;
    };
    for comment in comments(source) {
        assert!(source.get(comment.range()).is_some(), "{comment:?}");
    }
    let text = match format(source) {
        Ok(text) => text,
        Err(FormatError::Invalid(_)) => return,
        Err(FormatError::Changed) => panic!("the formatter changed the tree or a comment"),
    };
    assert_eq!(parse(&text).diagnostics, [], "the formatted text:\n{text}");
    assert_eq!(
        format(&text).as_deref(),
        Ok(text.as_str()),
        "the source:\n{source}"
    );
}
