//! `docs/policy.md` names every code of the schema and the lints, and its example is a policy.
#![allow(clippy::unwrap_used)]

use sentry_core::diagnostic::Code;
use sentry_core::policy;

const PAGE: &str = include_str!("../../docs/policy.md");

#[test]
fn the_policy_page_names_every_code() {
    let mut rows = PAGE
        .split("| code | meaning |\n|---|---|\n")
        .nth(1)
        .unwrap()
        .lines();
    for code in Code::ALL
        .iter()
        .filter(|code| !code.as_str().starts_with("acl/"))
    {
        let row = format!("| `{}` | {} |", code.as_str(), code.meaning());
        assert_eq!(rows.next(), Some(row.as_str()));
    }
}

#[test]
fn its_example_is_a_policy() {
    let example = PAGE
        .split("```acl\n")
        .nth(1)
        .and_then(|rest| rest.split("```\n").next())
        .unwrap();
    let checked = policy::check(example, &|_| None);
    assert_eq!(checked.diagnostics, []);
}
