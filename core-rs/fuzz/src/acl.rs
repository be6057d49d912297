//! Printing and parsing are inverse: a document without diagnostics prints to text that parses to
//! the same tree, and that prints to the same text again. Read as a policy, each document has a
//! policy or an error, and the printed text has the same rules.
//!
//! The input is the text of a document.

#[path = "../../crates/acl/tests/support/mod.rs"]
mod support;

use sentry_acl::{Parsed, parse, print};
use sentry_core::policy::{self, Policy};
use sentry_text::Span;
use sentry_text::diagnostic::{Diagnostic, Level};

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
    let checked = policy::check(source, &|_| Some("x".to_owned()));
    for found in &checked.diagnostics {
        assert_in(source, found.span);
    }
    let has_error = |found: &Diagnostic| found.level() == Level::Error;
    let errors = checked.diagnostics.iter().any(has_error);
    assert_eq!(checked.policy.is_some(), !errors);
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
    let names = |policy: Option<Policy>| {
        let rules = policy.map_or_else(Vec::new, |policy| policy.rules);
        let names = rules
            .into_iter()
            .map(|rule| (rule.name, rule.conditions.names()));
        names.collect::<Vec<_>>()
    };
    let again = policy::check(&printed, &|_| Some("x".to_owned())).policy;
    assert_eq!(
        names(again),
        names(checked.policy),
        "the printed text:\n{printed}"
    );
}

fn assert_in(source: &str, span: Span) {
    assert!(source.get(span.range()).is_some(), "{span:?}");
}
