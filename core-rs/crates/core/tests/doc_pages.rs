//! The pages on the language and on the policy: each names its codes, all of them and in order, and its example is right.
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

/// The rows as they should be, for the codes of the language or for all others.
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
fn each_page_names_every_code_of_its_subject() {
    assert_eq!(rows(LANGUAGE), wanted(true));
    let mut of_crate = rows(POLICY);
    // The page goes on with the codes of the packages.
    of_crate.truncate(wanted(false).len());
    assert_eq!(of_crate, wanted(false));
}

#[test]
fn each_page_has_an_example_without_a_mistake() {
    assert_eq!(sentry_acl::parse(example(LANGUAGE)).diagnostics, []);
    assert_eq!(policy::check(example(POLICY), &|_| None).diagnostics, []);
    assert_eq!(policy::check(example(REDACTION), &|_| None).diagnostics, []);
}
