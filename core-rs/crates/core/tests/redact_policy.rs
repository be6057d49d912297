//! The `redact` section and its problems.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod policy_support;

use policy_support::Wanted;
use sentry_core::policy::{check, import};
use sentry_pattern::search::ValueGroup;

fn verify(inner: &str, wanted: Wanted<'_>) {
    policy_support::verify(&format!("redact {{ {inner} }}"), &|_| None, wanted);
}

#[test]
fn a_section_with_every_setting() {
    let source = r#"redact {
      off = ["email", "jwt"]
      gitleaks = concat("git", "leaks.toml")
      pattern "a.b-c_9" { match = `x(y)(z)` value_group = 2 }
      pattern "email" { match = "@" }
      patterns = [{ name = "d", match = "d+", value_group = 0 }]
    }"#;
    let redact = check(source, &|_| None).policy.unwrap().redact;
    let named: Vec<_> = redact
        .patterns
        .iter()
        .map(|one| (one.kind.as_str(), one.value))
        .collect();
    let whole = ValueGroup::Whole;
    assert_eq!(
        named,
        [
            ("a.b-c_9", ValueGroup::Number(2)),
            ("email", whole),
            ("d", whole)
        ]
    );
    assert_eq!(redact.off, [11, 7]);
    assert_eq!(redact.gitleaks.as_deref(), Some("gitleaks.toml"));
    verify("", &[]);
}

#[test]
fn names_types_and_words() {
    verify(
        "of = []",
        &[("policy/unknown-key", "of", "did you mean `off`?")],
    );
    verify(
        "off = \"email\"",
        &[(
            "policy/wrong-type",
            "\"email\"",
            "must be a list of strings",
        )],
    );
    verify(
        "off = [\"emial\"]",
        &[("policy/unknown-word", "\"emial\"", "did you mean `email`?")],
    );
    verify(
        "off = [1]",
        &[("policy/wrong-type", "1", "must be a string")],
    );
    verify(
        "gitleaks = \" \"",
        &[("policy/bad-value", "\" \"", "must not be empty")],
    );
    verify(
        "pattern = 1",
        &[(
            "policy/wrong-type",
            "pattern",
            "write `pattern \"name\" { … }`",
        )],
    );
    verify(
        "patterns = 1",
        &[("policy/wrong-type", "1", "must be a list of objects")],
    );
    verify(
        "off = [] off { }",
        &[("policy/duplicate-section", "off", "written twice")],
    );
    verify(
        "pattern { match = \"x\" }",
        &[("policy/missing-key", "pattern", "`pattern` needs `name`")],
    );
    verify(
        "pattern \"a\" { }",
        &[("policy/missing-key", "\"a\"", "needs `match`")],
    );
    verify(
        "pattern \"a\" \"b\" { match = \"x\" }",
        &[("policy/unexpected-label", "\"b\"", "takes one label")],
    );
    verify(
        "pattern \"a\" { match = \"x\" group = 1 }",
        &[(
            "policy/unknown-key",
            "group",
            "expected one of `match`, `value_group`",
        )],
    );
    verify(
        "patterns = [{ name = \"a b\", match = \"x\" }]",
        &[("policy/bad-value", "\"a b\"", "valid in a placeholder")],
    );
    verify(
        "pattern \"a}\" { match = \"x\" }",
        &[("policy/bad-value", "\"a}\"", "at most 64")],
    );
}

#[test]
fn patterns_that_cannot_mask() {
    verify(
        "pattern \"a\" { match = `x*` }",
        &[("policy/bad-pattern", "`x*`", "matches empty text")],
    );
    verify(
        "pattern \"a\" { match = `(?=x)x` }",
        &[(
            "policy/bad-pattern",
            "(?=",
            "the pattern of `a` is not a regular expression",
        )],
    );
    verify(
        "pattern \"a\" { match = `(?:\\w{500}){500}` }",
        &[(
            "policy/pattern-too-large",
            "`(?:\\w{500}){500}`",
            "the pattern of `a` is too large",
        )],
    );
    for group in ["2", "-1", "0.5"] {
        verify(
            &format!("pattern \"a\" {{ match = `(x)` value_group = {group} }}"),
            &[(
                "policy/bad-value",
                group,
                "from 0 to 1, the groups of the pattern",
            )],
        );
    }
    verify(
        "pattern \"a\" { match = `x` value_group = 1 }",
        &[("policy/bad-value", "1", "the pattern has no groups")],
    );
}

#[test]
fn names_that_are_taken() {
    verify(
        "pattern \"jwt\" { match = \"x\" }",
        &[(
            "policy/duplicate-pattern",
            "\"jwt\"",
            "switch the built-in kind off: `off = [\"jwt\"]`",
        )],
    );
    verify(
        "pattern \"a\" { match = \"x\" } patterns = [{ name = \"a\", match = \"y\" }]",
        &[(
            "policy/duplicate-pattern",
            "\"a\"",
            "another pattern is named `a`",
        )],
    );
}

#[test]
fn rules_of_gitleaks_are_imported_one_by_one() {
    let source = r#"
      allow = [{ target = "secret", all = false, patterns = ["x)"], words = [] }]
      rule "good" { match = `a(b)?(c)` entropy = 3.5 keywords = ["A"] allow = [{ target = "line", all = true, patterns = ["z"], words = ["W"] }] }
      rule "grouped" { match = `a(b)` value_group = 1 }
      rule "no group" { match = `a` }
      rule "bad" { match = `a(?!b)` }
      rule "empty" { match = `a*` }
      rule "too-far" { match = `a` value_group = 1 }
      rule "odd-allow" { match = `a` allow = [{ target = "", all = false, patterns = ["["], words = [] }] }"#;
    let imported = import(source);
    let used: Vec<_> = imported
        .rules
        .iter()
        .map(|rule| rule.secret.kind.as_str())
        .collect();
    assert_eq!(used, ["good", "grouped", "odd-allow"]);
    assert_eq!(imported.rules[0].secret.value, ValueGroup::First);
    assert_eq!(imported.rules[0].keywords, ["a"]);
    assert_eq!(imported.rules[0].allow[0].words, ["w"]);
    assert_eq!(imported.rules[1].secret.value, ValueGroup::Number(1));
    assert!(imported.allow.is_empty());
    let lines: Vec<_> = imported.problems.lines().collect();
    let about: Vec<_> = lines.iter().step_by(2).copied().collect();
    assert_eq!(
        about,
        ["", "no group", "bad", "empty", "too-far", "odd-allow"]
    );
    assert!(lines[1].starts_with("an allowlist is ignored: the pattern of an allowlist"));
    assert!(lines[5].contains("look-around"), "{}", lines[5]);
}
