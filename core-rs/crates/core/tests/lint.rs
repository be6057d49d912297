//! Warnings about rules: each is correct, and sound rules get none.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::format_collect)]

use sentry_core::decision::{Verdict, Word};
use sentry_core::engine::Engine;
use sentry_core::lint::lint;
use sentry_core::policy::check;

fn rule(name: &str, on: &str, pattern: &str, verdict: &str) -> String {
    format!(
        "rule \"{name}\" {{ on = {on} match = `{pattern}` verdict = \"{verdict}\" severity = \"low\" reason = \"w\" }}\n"
    )
}

/// The warnings about a policy: code and underlined text. Those about the patterns themselves, which
/// are short here, have tests of their own.
fn warnings(source: &str) -> Vec<(&'static str, String)> {
    const OF_PATTERNS: [&str; 4] = [
        "lint/allow-by-match",
        "lint/short-pattern",
        "lint/matches-everything",
        "lint/everyday-command",
    ];
    let engine = Engine::new(check(source, &|_| None).policy.unwrap()).unwrap();
    lint(&engine)
        .iter()
        .filter(|found| !OF_PATTERNS.contains(&found.code.as_str()))
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
fn an_allow_that_overrides_what_it_lets_pass_is_on_purpose() {
    let source = r#"rule "site" { on = "Dns" match = `\.oast\.fun$` verdict = "allow" severity = "low" reason = "w" overrides = ["oob-exfil-dns"] }"#;
    assert_eq!(warnings(source), []);
}

#[test]
fn an_escalate_rule_that_a_built_in_block_takes_precedence_over_is_found() {
    let exec = "\"ToolExec\"";
    let weak = "lint/escalate-below-builtin";
    let never = "lint/unreachable-rule";
    let cases = [
        (exec, "rm -rf", "escalate", Some(weak)),
        (exec, "\\brm\\b", "escalate", Some(weak)),
        ("\"*\"", "", "escalate", Some(weak)),
        ("\"Dns\"", "oast", "escalate", Some(weak)),
        ("\"Egress\"", "^169\\.254\\.", "escalate", Some(weak)),
        (
            "\"SecurityAction\"",
            "^setuid-root to 0",
            "escalate",
            Some(never),
        ),
        ("\"SecurityAction\"", "^setuid-root to 0", "block", None),
        ("\"SecurityAction\"", "^bind 80", "escalate", None),
        // It matches something else in the same command, which was never meant to weaken the
        // built-in rule.
        (exec, "npm publish", "escalate", None),
        (exec, "rm -rf", "block", None),
        ("\"FileAccess\"", "\\.ssh/id_rsa$", "escalate", None),
        (exec, "base64 -d", "escalate", None),
    ];
    for (on, pattern, verdict, expected) in cases {
        let source = rule("site", on, pattern, verdict);
        let wanted: Vec<_> = expected
            .map(|code| (code, "\"site\"".to_owned()))
            .into_iter()
            .collect();
        assert_eq!(warnings(&source), wanted, "{source}");
    }
}

#[test]
fn an_escalate_rule_with_the_pattern_of_a_built_in_block_never_fires_unless_it_overrides_the_block()
{
    let policy = check("", &|_| None).policy.unwrap();
    let rules = policy.rules.iter();
    let mut blocks = 0;
    for block in rules.filter(|rule| rule.verdict == Verdict::Block) {
        let Some(pattern) = &block.pattern else {
            continue;
        };
        blocks += 1;
        let on: Vec<_> = block.on.iter().map(|kind| kind.as_word()).collect();
        let same = rule("site", &format!("{on:?}"), pattern.as_str(), "escalate");
        assert_eq!(
            warnings(&same),
            [("lint/unreachable-rule", "\"site\"".to_owned())]
        );
        let overrides = format!("overrides = [{:?}]", block.name);
        let overriding = same.replace("reason =", &format!("{overrides} reason ="));
        assert_eq!(warnings(&overriding), []);
        let engine = Engine::new(check(&same, &|_| None).policy.unwrap()).unwrap();
        let help = lint(&engine)[0].help.clone().unwrap();
        assert!(help.contains(&format!("add `{overrides}`")), "{help}");
    }
    assert!(blocks >= 4, "{blocks}");
}

#[test]
fn the_warning_about_an_escalation_shows_an_event_and_how_to_weaken_the_built_in_rule() {
    let source = rule("site", "\"ToolExec\"", "^rm -rf /$", "escalate");
    let engine = Engine::new(check(&source, &|_| None).policy.unwrap()).unwrap();
    let found = lint(&engine);
    assert_eq!(
        found[0].message,
        "`escalate` rule `site` matches events that `destructive-rm` blocks all the same"
    );
    assert_eq!(
        found[0].help.as_deref(),
        Some(
            "for example `rm -rf /`; narrow the pattern, or add `overrides = [\"destructive-rm\"]` to escalate such events on purpose"
        )
    );
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
