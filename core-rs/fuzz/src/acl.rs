//! Printing and parsing are inverse: a document without diagnostics prints to text that parses to
//! the same tree, and that prints to the same text again.
//!
//! The input is the text of a document.

#[path = "../../crates/acl/tests/support/mod.rs"]
mod support;

use sentry_acl::{Parsed, parse, print};
use sentry_text::Span;

/// Checks one document.
///
/// # Panics
/// If the property does not hold.
pub fn check(input: &[u8]) {
    let Ok(source) = std::str::from_utf8(input) else {
        return;
    };
    let Parsed {
        document,
        diagnostics,
        ..
    } = parse(source);
    for found in &diagnostics {
        assert_in(source, found.span);
        for other in &found.related {
            assert_in(source, other.span);
        }
    }
    if !diagnostics.is_empty() {
        return;
    }
    let printed = print(&document);
    let again = parse(&printed);
    assert_eq!(again.diagnostics, [], "the printed text:\n{printed}");
    assert_eq!(print(&again.document), printed);
    assert_eq!(
        support::without_spans(again.document),
        support::without_spans(document),
        "the printed text:\n{printed}"
    );
}

fn assert_in(source: &str, span: Span) {
    assert!(source.get(span.range()).is_some(), "{span:?}");
}
