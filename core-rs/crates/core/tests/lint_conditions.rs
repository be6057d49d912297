//! Warnings about rules that ask for commands, agents and dates.
#![allow(clippy::unwrap_used)]

use sentry_core::engine::Engine;
use sentry_core::lint::{grave, lint};
use sentry_core::policy::{Date, check};

fn engine(source: &str) -> Engine {
    let checked = check(source, &|_| None);
    assert_eq!(checked.diagnostics, [], "in {source}");
    Engine::new(checked.policy.unwrap()).unwrap()
}

/// The codes of the warnings, each with its message and help.
fn warnings(source: &str) -> Vec<(&'static str, String)> {
    let found = lint(&engine(source)).into_iter();
    found
        .map(|found| {
            let text = format!("{} / {}", found.message, found.help.unwrap_or_default());
            (found.code.as_str(), text)
        })
        .collect()
}

fn rule(name: &str, verdict: &str, conditions: &str) -> String {
    format!(
        "rule \"{name}\" {{ {conditions} verdict = \"{verdict}\" severity = \"low\" reason = \"r\" }}\n"
    )
}

/// The rule has this one warning, with these words.
fn warns(source: &str, code: &str, words: &str) {
    let found = warnings(source);
    let codes: Vec<_> = found.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, [code], "{source}: {found:?}");
    assert!(
        found.iter().any(|(_, text)| text.contains(words)),
        "{found:?}"
    );
}

fn is_silent(source: &str) {
    assert_eq!(warnings(source), [], "{source}");
}

#[test]
fn careful_rules_have_no_warnings() {
    is_silent(&rule(
        "a",
        "block",
        r#"command { program = ["nc", "ncat"] }"#,
    ));
    is_silent(&rule(
        "a",
        "escalate",
        r#"command { program = "git" words = "push" flags = ["-f", "--force", "+*"] }"#,
    ));
    is_silent(&rule(
        "a",
        "allow",
        r#"command { program = "make" words = "deploy" }"#,
    ));
    is_silent(&rule("a", "block", r#"on = "*" agents = ["coder-*"]"#));
    is_silent(&rule(
        "a",
        "block",
        r#"match = "nc" command { program = "nc" }"#,
    ));
    is_silent(&rule(
        "a",
        "block",
        r#"command { program = "bash" operands = "/opt/x.sh" }"#,
    ));
}

#[test]
fn everyday_commands_are_judged_as_they_run() {
    let git = rule("a", "block", r#"command { program = "git" }"#);
    warns(
        &git,
        "lint/everyday-command",
        "ask for more, for example for `words` or `operands`",
    );
    assert_eq!(grave(&engine(&git)).len(), 1);
    let excepted =
        r#"command { program = ["git", "a3s-x"] } unless { command { program = "git" } }"#;
    is_silent(&rule("a", "block", excepted));
    let after_an_exception = rule("ok", "allow", r#"command { program = "git" }"#) + &git;
    let found = warnings(&after_an_exception);
    assert!(
        found
            .iter()
            .all(|(code, _)| *code != "lint/unreachable-rule"),
        "{found:?}"
    );
}

#[test]
fn a_rule_behind_one_that_fits_all_of_its_commands_can_never_fire() {
    let both = |first: &str, second: &str| {
        rule("first", "escalate", first) + &rule("second", "block", second)
    };
    for (first, second) in [
        (
            r#"command { program = "nc" }"#,
            r#"command { program = "nc" flags = "-e" }"#,
        ),
        (
            r#"command { program = ["nc", "ncat"] }"#,
            r#"command { program = "ncat" }"#,
        ),
        (
            r#"command { program = "nc*" }"#,
            r#"command { program = "ncat" }"#,
        ),
        (
            r#"command { words = ["a", "b"] }"#,
            r#"command { words = ["a", "x", "b"] }"#,
        ),
        (
            r#"command { operands = "/srv/x/**" }"#,
            r#"command { program = "nc" operands = "/srv/x/**" } agents = "a""#,
        ),
        (
            r#"command { code_from = ["download", "input"] }"#,
            r#"command { code_from = "download" }"#,
        ),
    ] {
        let found = warnings(&both(first, second));
        let unreachable = found
            .iter()
            .filter(|(code, _)| *code == "lint/unreachable-rule");
        assert_eq!(unreachable.count(), 1, "{first} {second} {found:?}");
    }
    for (first, second) in [
        (
            r#"command { program = "nc" flags = "-e" }"#,
            r#"command { program = "nc" }"#,
        ),
        (
            r#"command { program = "ncat" }"#,
            r#"command { program = "nc*" }"#,
        ),
        (
            r#"command { words = ["b", "a"] }"#,
            r#"command { words = ["a", "b"] }"#,
        ),
        (
            r#"command { program = "nc" } agents = "a""#,
            r#"command { program = "nc" }"#,
        ),
        (
            r#"command { program = "nc" } expires = "2027-01-01""#,
            r#"command { program = "nc" }"#,
        ),
        (
            r#"command { program = "nc" } match = "x""#,
            r#"command { program = "nc" }"#,
        ),
        (
            r#"command { program = "nc" } unless { command { flags = "-z" } }"#,
            r#"command { program = "nc" }"#,
        ),
        (
            r#"on = "ToolExec" match = "^nc " agents = "a""#,
            r#"on = "ToolExec" match = "^nc ""#,
        ),
    ] {
        let found = warnings(&both(first, second));
        assert!(
            found
                .iter()
                .all(|(code, _)| *code != "lint/unreachable-rule"),
            "{first} {second} {found:?}"
        );
    }
    let allow = rule("first", "allow", r#"command { program = "nc" }"#);
    let found = warnings(&(allow + &rule("second", "block", r#"command { program = "nc" }"#)));
    assert!(
        found
            .iter()
            .all(|(code, _)| *code != "lint/unreachable-rule"),
        "an allow does not cover all: {found:?}"
    );
}

#[test]
fn an_allow_by_match_alone_is_reported() {
    let source = rule("a", "allow", r#"on = "ToolExec" match = "^make deploy$""#);
    warns(
        &source,
        "lint/allow-by-match",
        "ask for the command that is meant",
    );
    is_silent(&rule(
        "a",
        "allow",
        r#"on = "FileAccess" match = "^/srv/x$""#,
    ));
    for effect in [
        r#"reads = ["/srv/data/**"]"#,
        r#"connects = ["registry.test"]"#,
    ] {
        is_silent(&rule("a", "allow", effect));
    }
}

#[test]
fn an_allow_is_for_agents_that_a_host_vouches_for() {
    let by = |agents: &str| {
        rule(
            "a",
            "allow",
            &format!("on = \"Dns\" match = \"^x$\" agents = {agents}"),
        )
    };
    warns(
        &by(r#"["coder-*"]"#),
        "lint/never-fits",
        "names that a process can choose",
    );
    is_silent(&by(r#"["0123456789ab"]"#));
    is_silent(&by(r#"["3f2b8c1e-*"]"#));
}

#[test]
fn programs_that_run_others_are_reported() {
    let sudo = rule(
        "a",
        "block",
        r#"command { program = ["nc", "sudo"] words = "x" }"#,
    );
    warns(
        &sudo,
        "lint/wrapper-as-program",
        "ask for the program behind `sudo`",
    );
    // One that runs a text that is not known is judged itself.
    is_silent(&rule(
        "a",
        "block",
        r#"command { program = "eval" code_from = "unknown" }"#,
    ));
    warns(
        &rule("a", "block", r#"command { program = "eval" }"#),
        "lint/wrapper-as-program",
        "ask for the program behind `eval`",
    );
    let unknown = rule(
        "a",
        "block",
        r#"command { program = "retry-it" words = "curl" }"#,
    );
    warns(
        &unknown,
        "lint/unknown-wrapper",
        "rules on `curl` do not see what `retry-it` runs",
    );
}

#[test]
fn a_rule_that_has_expired_is_reported_if_the_date_is_known() {
    let source = rule(
        "a",
        "block",
        r#"command { program = "nc" } expires = "2027-03-31""#,
    );
    is_silent(&source);
    let engine = engine(&source);
    for (date, count) in [("2027-03-31", 0), ("2027-04-01", 1)] {
        engine.set_date(Date::parse(date));
        assert_eq!(lint(&engine).len(), count, "{date}");
    }
}

#[test]
fn an_allow_of_a_command_is_reported_if_it_lets_an_attack_pass() {
    let source = rule("a", "allow", r#"command { program = "rm" }"#);
    let found = warnings(&source);
    assert!(
        found
            .iter()
            .any(|(code, text)| *code == "lint/allow-shadows-builtin"
                && text.contains("destructive-rm")),
        "{found:?}"
    );
    // There is no pattern to anchor.
    let code = "lint/allow-shadows-builtin";
    warns(
        &source,
        code,
        "ask for more, so that the rule fits no such event",
    );
    let source = rule("a", "escalate", r#"command { program = "rm" }"#);
    warns(
        &source,
        "lint/escalate-below-builtin",
        "ask for more, or add `overrides",
    );
}

#[test]
fn a_rule_whose_exceptions_take_out_all_that_it_asks_for_never_fits() {
    for conditions in [
        r#"command { program = "x" } unless { command { program = "x" } }"#,
        r#"command { program = "x" words = "y" } unless { command { program = ["x", "z"] } }"#,
        r#"command { program = "xy" } command { program = "z" } unless { command { program = ["x*", "z"] } }"#,
        r#"reads = ["/srv/x", "/srv/y"] unless { paths = ["/srv/y", "/srv/x"] }"#,
    ] {
        let source = rule("a", "block", conditions);
        warns(&source, "lint/never-fits", "ask for less in `unless`");
    }
    for conditions in [
        r#"command { program = "x" } unless { command { program = "x" words = "y" } }"#,
        r#"command { program = ["x", "y"] } unless { command { program = "x" } }"#,
        r#"command { program = "x" } command { program = "y" } unless { command { program = "x" } }"#,
        r#"reads = ["/srv/x", "/srv/y"] unless { paths = ["/srv/y"] }"#,
    ] {
        is_silent(&rule("a", "block", conditions));
    }
}
