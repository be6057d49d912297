//! Warnings about rules: each is correct, and sound rules get none.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::format_collect)]

use sentry_core::engine::Engine;
use sentry_core::lint::lint;
use sentry_core::policy::check;

fn rule(name: &str, on: &str, pattern: &str, verdict: &str) -> String {
    format!(
        "rule \"{name}\" {{ on = {on} match = `{pattern}` verdict = \"{verdict}\" severity = \"low\" reason = \"w\" }}\n"
    )
}

/// The warnings about a policy: code and underlined text.
fn warnings(source: &str) -> Vec<(&'static str, String)> {
    let engine = Engine::new(check(source, &|_| None).policy.unwrap()).unwrap();
    lint(&engine)
        .iter()
        .map(|found| {
            let text = &source[found.span.start as usize..found.span.end as usize];
            (found.code.as_str(), text.to_owned())
        })
        .collect()
}

#[test]
fn a_rule_that_never_fires_is_found() {
    let dns = "\"Dns\"";
    let cases = [
        (dns, "evil", dns, "evil", true),
        (dns, "evil", dns, "evil\\.test", true),
        (dns, "evil", dns, "not-evil", true),
        (dns, "evil|bad", dns, "(?:bad|evil)\\w+", true),
        (dns, "(?i)evil", dns, "EVIL", true),
        (dns, "", dns, "x", true),
        (dns, ".*", dns, "x", true),
        (dns, "^ab", dns, "^abc", true),
        ("\"*\"", "evil", dns, "evil\\.test", true),
        (dns, "[a-z]+", dns, "evil", true),
        (dns, "evil\\.test", dns, "evil", false),
        (dns, "evil", dns, "EVIL", false),
        (dns, "evil", "\"Egress\"", "evil", false),
        (dns, "evil", "[\"Dns\", \"Egress\"]", "evil", false),
        (dns, "^ab", dns, "abc", false),
        (dns, "ab$", dns, "ab", false),
        (dns, "\\bab\\b", dns, "ab", false),
        (dns, "evil", dns, "(?:evil|bad)\\.test", false),
        (dns, "evil", dns, "[a-z]+\\.test", false),
    ];
    for (first_on, first, second_on, second, expected) in cases {
        let source =
            rule("one", first_on, first, "block") + &rule("two", second_on, second, "block");
        let wanted: &[(&str, String)] = if expected {
            &[("lint/unreachable-rule", "\"two\"".to_owned())]
        } else {
            &[]
        };
        assert_eq!(warnings(&source), wanted, "{source}");
    }
}

#[test]
fn two_rules_with_one_name_are_found() {
    let source = rule("same", "\"Dns\"", "a\\.test", "block")
        + &rule("same", "\"Egress\"", "b", "block")
        + &rule("reverse-shell", "\"Egress\"", "c", "block");
    assert_eq!(
        warnings(&source),
        [
            ("lint/duplicate-name", "\"same\"".to_owned()),
            ("lint/duplicate-name", "\"reverse-shell\"".to_owned()),
        ]
    );
}

#[test]
fn an_allow_rule_that_lets_attacks_pass_is_found_and_a_narrow_one_is_not() {
    let exec = "\"ToolExec\"";
    let cases = [
        (exec, "^git ", "allow", true),
        (exec, "curl", "allow", true),
        ("\"*\"", "", "allow", true),
        ("\"Egress\"", "^169\\.254\\.", "allow", true),
        ("\"Dns\"", "\\.oast\\.fun$", "allow", true),
        (exec, "^git status$", "allow", false),
        (exec, "^git [a-z]+$", "allow", false),
        ("\"Egress\"", "^10\\.0\\.", "allow", false),
        ("\"Dns\"", "^[a-z]+\\.example\\.com$", "allow", false),
        (exec, "^git ", "escalate", false),
    ];
    for (on, pattern, verdict, expected) in cases {
        let source = rule("site", on, pattern, verdict);
        let wanted: &[(&str, String)] = if expected {
            &[("lint/allow-shadows-builtin", "\"site\"".to_owned())]
        } else {
            &[]
        };
        assert_eq!(warnings(&source), wanted, "{source}");
    }
}

#[test]
fn many_rules_take_bounded_time_and_identical_patterns_are_still_found() {
    let one = |at: usize| rule(&format!("r{at}"), "\"Dns\"", &format!("^{at}a"), "block");
    let many: String = (0..6_000).map(one).collect();
    let source = many
        + &rule("late", "\"Dns\"", "^77abc", "block")
        + &rule("twin", "\"Dns\"", "^77a", "block");
    assert_eq!(
        warnings(&source),
        [("lint/unreachable-rule", "\"twin\"".to_owned())]
    );
}
