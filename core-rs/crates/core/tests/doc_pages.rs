//! The pages on the language and on the policy list all codes in order, and their examples are
//! valid.
#![allow(clippy::unwrap_used)]

use sentry_core::engine::Engine;
use sentry_core::event::Scratch;
use sentry_core::lint::lint;
use sentry_core::policy;
use sentry_text::diagnostic::Code;

const LANGUAGE: &str = include_str!("../../../../docs/acl.md");
const POLICY: &str = include_str!("../../../../docs/policy.md");
const RULES: &str = include_str!("../../../../docs/rules.md");
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

/// The policies of a page.
fn policies(page: &str) -> impl Iterator<Item = &str> {
    let examples = page.split("```acl\n").skip(1);
    examples.map(|example| example.split("```\n").next().unwrap())
}

#[test]
fn the_policies_of_the_pages_get_no_warning() {
    for policy in policies(RULES).chain(policies(POLICY)) {
        let checked = policy::check(policy, &|_| None);
        assert_eq!(checked.diagnostics, [], "{policy}");
        let found = lint(&Engine::new(checked.policy.unwrap()).unwrap());
        let mut codes = found.iter().map(|found| found.code);
        // Pages show rules without their deny-files.
        let is_expected = |code| code == Code::ActionDeniesNothing;
        assert!(codes.all(is_expected), "{found:?} in {policy}");
    }
}

/// Whether the first rule of a policy fits a command of a shell's text.
fn fits(policy: &str, text: &str) -> bool {
    let checked = policy::check(policy, &|_| None);
    assert_eq!(checked.diagnostics, [], "{policy}");
    let engine = Engine::new(checked.policy.unwrap()).unwrap();
    let event =
        serde_json::json!({ "event": { "ToolExec": { "pid": 1, "argv": ["sh", "-c", text] } } });
    let trace = engine.explain(event.to_string().as_bytes(), &mut Scratch::default());
    let commands = trace.unwrap().commands.unwrap().commands;
    commands.iter().any(|command| command.site.is_some())
}

#[test]
fn each_example_of_a_condition_fits_what_the_page_says() {
    let mut compared = 0;
    for example in policies(RULES) {
        for line in example.lines() {
            if let Some(text) = line.strip_prefix("# fits: ") {
                assert!(fits(example, text), "{text} does not fit {example}");
            } else if let Some(text) = line.strip_prefix("# not:  ") {
                assert!(!fits(example, text), "{text} fits {example}");
            } else {
                continue;
            }
            compared += 1;
        }
    }
    assert!(compared > 30, "{compared}");
}
