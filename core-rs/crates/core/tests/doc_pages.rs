//! The pages on the language and on the policy list all codes in order, and their examples are
//! valid.
#![allow(clippy::unwrap_used)]

use sentry_core::policy;
use sentry_text::diagnostic::Code;

const LANGUAGE: &str = include_str!("../../../../docs/acl.md");
const POLICY: &str = include_str!("../../../../docs/policy.md");
const REDACTION: &str = include_str!("../../../../docs/redaction.md");

/// The rows of a page's table of codes.
fn rows(page: &str) -> Vec<&str> {
    let table = page
        .split("| code | meaning |\n|---|---|\n")
        .nth(1)
        .unwrap();
    table
        .lines()
        .take_while(|line| line.starts_with('|'))
        .collect()
}

/// The expected rows, for the codes of the language or for all others.
fn wanted(of_language: bool) -> Vec<String> {
    Code::ALL
        .iter()
        .filter(|code| code.as_str().starts_with("acl/") == of_language)
        .map(|code| format!("| `{}` | {} |", code.as_str(), code.meaning()))
        .collect()
}

/// A page's first example.
fn example(page: &str) -> &str {
    let rest = page.split("```acl\n").nth(1).unwrap();
    rest.split("```\n").next().unwrap()
}

#[test]
fn each_page_lists_every_code_of_its_subject() {
    assert_eq!(rows(LANGUAGE), wanted(true));
    let mut of_crate = rows(POLICY);
    // The codes of the TypeScript packages follow on the page.
    of_crate.truncate(wanted(false).len());
    assert_eq!(of_crate, wanted(false));
}

#[test]
fn each_page_has_a_valid_example() {
    assert_eq!(sentry_acl::parse(example(LANGUAGE)).diagnostics, []);
    assert_eq!(policy::check(example(POLICY), &|_| None).diagnostics, []);
    assert_eq!(policy::check(example(REDACTION), &|_| None).diagnostics, []);
}
