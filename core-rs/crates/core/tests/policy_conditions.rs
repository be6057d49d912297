//! Conditions and lists of a policy: what they are read as, and their problems.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod policy_support;

use policy_support::Wanted;
use sentry_core::event::EventKind;
use sentry_core::policy::{PathPattern, Policy, ProgramPattern, check};

fn policy(source: &str) -> Policy {
    let checked = check(source, &|_| None);
    assert_eq!(checked.diagnostics, [], "in {source}");
    checked.policy.unwrap()
}

fn verify(source: &str, wanted: Wanted<'_>) {
    policy_support::verify(source, &|_| None, wanted);
}

/// A rule with these settings.
fn rule(settings: &str) -> String {
    format!("rule \"r\" {{ {settings} verdict = \"block\" severity = \"low\" reason = \"why\" }}")
}

/// The one problem of a rule with these settings.
fn problem(settings: &str, wanted: (&str, &str, &str)) {
    verify(&rule(settings), &[wanted]);
}

#[test]
fn a_rule_with_all_conditions_is_read() {
    let source = rule(
        r#"command {
             program   = ["git", "/usr/bin/nc", "python*", "**/bin/x", "["]
             words     = ["push"]
             flags     = ["-f", "--force", "+*"]
             operands  = ["/etc/**", "~/*", `regex:^of=/dev/sd`]
             redirects = "/dev/sd*"
             from      = ["curl", "wget"]
             to        = "nc"
             code_from = ["download", "decoded"]
             calls_itself = true
           }
           command = [{ program = "rm" }, { program = "shred" }]
           code { language = ["python", "perl"] match = `pty\.spawn` }
           unless { command { program = "ssh" } command { program = "scp" } }
           unless = { command = { words = "x" } }
           agents = ["coder-*"] owner = "sec@example.com" expires = "2027-03-31""#,
    );
    let rules = policy(&source).rules;
    let rule = &rules[0];
    let conditions = &rule.conditions;
    assert_eq!(rule.on, [EventKind::ToolExec]);
    assert!(rule.pattern.is_none());
    assert_eq!(rule.owner.as_deref(), Some("sec@example.com"));
    assert_eq!(conditions.expires.unwrap().to_string(), "2027-03-31");
    assert_eq!(conditions.agents[0].as_str(), "coder-*");
    let sizes = (
        conditions.command.len(),
        conditions.code.len(),
        conditions.unless.len(),
    );
    assert_eq!(sizes, (3, 1, 3));
    let command = &conditions.command[0];
    assert!(matches!(&command.program[0], ProgramPattern::Name(name) if name.as_str() == "git"));
    assert!(
        matches!(&command.program[1], ProgramPattern::Path(path) if path.as_str() == "/usr/bin/nc")
    );
    assert_eq!((command.words.len(), command.flags.len()), (1, 3));
    assert!(
        matches!(&command.operands[2], PathPattern::Regex(own) if own.as_str() == "^of=/dev/sd")
    );
    assert_eq!((command.from.len(), command.to.len()), (2, 1));
    assert!(command.calls_itself && !command.code_from.is_empty());
    assert_eq!(conditions.code[0].language, ["python", "perl"]);
}

#[test]
fn agents_alone_are_a_condition_on_events_of_any_kind() {
    let rules = policy(&rule(r#"on = "*" agents = "coder-*""#)).rules;
    assert_eq!(rules[0].on.len(), EventKind::ALL.len());
    let on = r#"on = "*" command { program = "x" }"#;
    assert_eq!(policy(&rule(on)).rules[0].on, [EventKind::ToolExec]);
}

#[test]
fn lists_are_texts_in_place_of_their_name() {
    let source = format!(
        r#"list "nets" {{ values = ["nc", "ncat"] }}
           list "all" {{ values = concat(list("nets"), list("late"), ["socat"], "telnet") }}
           {}
           list "late" {{ values = concat("s", "h") }}"#,
        rule(r#"command { program = ["x", list("all"), { list = "nets" }] }"#)
    );
    let policy = policy(&source);
    let names: Vec<_> = policy.rules[0].conditions.command[0]
        .program
        .iter()
        .map(|program| match program {
            ProgramPattern::Name(name) | ProgramPattern::Path(name) => name.as_str(),
        })
        .collect();
    assert_eq!(
        names,
        ["x", "nc", "ncat", "sh", "socat", "telnet", "nc", "ncat"]
    );
    assert!(policy.lists.iter().all(|list| list.is_used));
    let wherever = r#"
        lists = [{ name = "kinds", values = ["Dns", "Egress"] }, { name = "never", values = "/srv/*" },
                 { name = "weak", values = ["disk-overwrite"] }, { name = "off", values = "email" }]
        deny { never = list("never") }
        redact { off = list("off") }
        rule "r" { on = list("kinds") match = "x" verdict = "allow" severity = "low" reason = "r"
                   overrides = list("weak") agents = list("off") }"#;
    let policy = self::policy(wherever);
    assert_eq!(policy.deny_limits.never, ["/srv/*"]);
    assert_eq!(policy.rules[0].on, [EventKind::Egress, EventKind::Dns]);
    assert_eq!(policy.rules[0].overrides, ["disk-overwrite"]);
}

#[test]
fn problems_of_lists() {
    verify(
        "list \"a\" { values = [\"x\"] }\nlist \"a\" { values = [\"y\"] }",
        &[(
            "policy/duplicate-list",
            "\"a\"",
            "give each list its own name",
        )],
    );
    verify(
        "list \"prod\" { values = [\"x\"] }\ndeny { never = list(\"prdo\") }",
        &[("policy/unknown-list", "\"prdo\"", "did you mean `prod`?")],
    );
    verify(
        "deny { never = list(\"prod\") }",
        &[(
            "policy/unknown-list",
            "\"prod\"",
            "add `list \"prod\" { values = […] }`",
        )],
    );
    verify(
        "list \"a\" { values = concat(list(\"b\"), [\"x\"]) } list \"b\" { values = list(\"a\") }",
        &[("policy/list-cycle", "\"a\"", "the list `a` contains itself")],
    );
    verify(
        "list \"a\" { values = list(\"a\") } deny { never = list(\"a\") }",
        &[("policy/list-cycle", "\"a\"", "contains itself")],
    );
    verify(
        "list \"a\" { values = [] }",
        &[("policy/bad-value", "[]", "must not be empty")],
    );
    verify(
        "list \"a\" { }",
        &[("policy/missing-key", "\"a\"", "add `values = …`")],
    );
    verify(
        "list \"a\" { vales = [\"x\"] }",
        &[
            ("policy/missing-key", "\"a\"", "add `values = …`"),
            ("policy/unknown-key", "vales", "did you mean `values`?"),
        ],
    );
    verify(
        "list { values = [\"x\"] }",
        &[("policy/missing-key", "list", "needs `name`")],
    );
    verify(
        "list \" \" { values = [\"x\"] }",
        &[("policy/bad-value", "\" \"", "must not be empty")],
    );
    verify(
        "list = [\"x\"]",
        &[("policy/wrong-type", "list", "write `list \"name\" { … }`")],
    );
    verify(
        "list \"a\" { values = [1, [\"x\"], \"\"] }",
        &[
            ("policy/wrong-type", "1", "must be a string"),
            ("policy/wrong-type", "[\"x\"]", "must be a string"),
            ("policy/bad-value", "\"\"", "must not be empty"),
        ],
    );
    verify(
        "list \"a\" { values = list(1) }",
        &[("policy/wrong-type", "1", "the name of a list")],
    );
    verify(
        "list \"a\" { values = [\"x\"] }\nspeculate = list(\"a\")",
        &[(
            "policy/bad-call",
            "list",
            "`list` may only be where a list may be",
        )],
    );
    verify(
        "deny { never = list() }",
        &[("policy/bad-call", "list", "write `list(\"NAME\")`")],
    );
}

#[test]
fn a_chain_of_lists_is_followed_and_growth_without_end_is_an_error() {
    let first = "list \"l0\" { values = [\"x\"] }".to_owned();
    let list = |at: usize, values: String| format!("list \"l{at}\" {{ values = {values} }}");
    let before = |at: usize| format!("list(\"l{}\")", at - 1);
    let rest = (1..5000).map(|at| list(at, before(at)));
    let chain: Vec<_> = std::iter::once(first.clone()).chain(rest).collect();
    let chain = chain.join("\n");
    let named = policy(&chain).lists;
    assert_eq!(named.len(), 5000);
    let rest = (1..60).map(|at| list(at, format!("concat({0}, {0})", before(at))));
    let doubled: Vec<_> = std::iter::once(first).chain(rest).collect();
    let doubled = doubled.join("\n");
    let found = check(&doubled, &|_| None).diagnostics;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].code.as_str(), "policy/list-too-large");
}

#[test]
fn conditions_that_ask_for_nothing() {
    let keys = "add one of `program`, `words`";
    problem("command { }", ("policy/empty-condition", "command", keys));
    problem("command = {}", ("policy/empty-condition", "command", keys));
    problem("command = []", ("policy/empty-condition", "[]", keys));
    problem("command = [{}]", ("policy/empty-condition", "{}", keys));
    problem(
        "code { }",
        (
            "policy/empty-condition",
            "code",
            "add one of `language`, `match`",
        ),
    );
    problem(
        "command { program = \"x\" } unless { }",
        ("policy/empty-condition", "unless", "add one of `command`"),
    );
    problem(
        "command { program = \"x\" } unless { command { } }",
        ("policy/empty-condition", "command", keys),
    );
    problem(
        "command { program = [] }",
        ("policy/bad-value", "[]", "must not be empty"),
    );
    problem(
        "on = \"Dns\"",
        (
            "policy/missing-key",
            "\"r\"",
            "needs `match`, or another condition",
        ),
    );
    problem(
        "on = \"Dns\" unless { command { program = \"x\" } }",
        ("policy/missing-key", "\"r\"", "needs `match`"),
    );
    problem(
        "match = \"x\"",
        ("policy/missing-key", "\"r\"", "needs `on`"),
    );
}

#[test]
fn keys_and_types_of_conditions() {
    problem(
        "command { programm = \"x\" }",
        ("policy/unknown-key", "programm", "did you mean `program`?"),
    );
    problem(
        "on = \"ToolExec\" match = \"x\" program = \"x\"",
        (
            "policy/unknown-key",
            "program",
            "write `command { program = … }`",
        ),
    );
    problem(
        "command { program = \"x\" } unless { program = \"y\" }",
        (
            "policy/unknown-key",
            "program",
            "write `unless { command { program = … } }`",
        ),
    );
    problem(
        "command \"x\" { program = \"x\" }",
        ("policy/unexpected-label", "\"x\"", "takes no label"),
    );
    problem(
        "command = \"rm\"",
        (
            "policy/wrong-type",
            "\"rm\"",
            "a block, or a list of objects",
        ),
    );
    problem(
        "command = [\"rm\"]",
        ("policy/wrong-type", "\"rm\"", "a list of objects"),
    );
    problem(
        "command { program = 1 }",
        ("policy/wrong-type", "1", "must be a string"),
    );
    problem(
        "command { calls_itself = false }",
        ("policy/bad-value", "false", "leave it out"),
    );
    problem(
        "command { calls_itself = 1 }",
        ("policy/wrong-type", "1", "`true` or `false`"),
    );
    problem(
        "command { code_from = [\"downlaod\"] }",
        (
            "policy/unknown-word",
            "\"downlaod\"",
            "did you mean `download`?",
        ),
    );
    problem(
        "code { language = \"pyhton\" }",
        (
            "policy/unknown-word",
            "\"pyhton\"",
            "did you mean `python`?",
        ),
    );
    problem(
        "command { program { } }",
        (
            "policy/wrong-type",
            "program { }",
            "takes a value, not a block",
        ),
    );
    problem(
        "command { program = \"a\" program = \"b\" }",
        ("acl/duplicate-attribute", "program", ""),
    );
    problem(
        "on = \"Dns\" agents = \" \"",
        ("policy/bad-value", "\" \"", "must not be empty"),
    );
    for bad in ["2027-02-29", "31.03.2027", "2027-3-1", "tomorrow", ""] {
        let settings = format!("command {{ program = \"x\" }} expires = \"{bad}\"");
        problem(
            &settings,
            ("policy/bad-date", &format!("\"{bad}\""), "2027-03-31"),
        );
    }
}

#[test]
fn patterns_that_nothing_can_fit() {
    let cases = [
        ("program", "git push", "without its arguments"),
        ("program", "(git|hg)", "it is no regular expression"),
        ("program", "./gradlew", "relative path"),
        ("program", "/usr//bin/x", "without such detours"),
        ("from", "curl -s", "without its arguments"),
        ("words", "-f", "write options in `flags`"),
        ("flags", "force", "without dashes"),
        ("flags", "-a -b", "one by one"),
        ("operands", "/etc/", "`/etc/**` for everything in it"),
        ("operands", "/etc/../x", "without such detours"),
        ("operands", "$HOME/.ssh", "write `~`"),
        ("redirects", "/private/etc/x", "has a detour"),
    ];
    for (key, value, part) in cases {
        let settings = format!("command {{ {key} = \"{value}\" }}");
        problem(
            &settings,
            ("policy/bad-glob", &format!("\"{value}\""), part),
        );
    }
    problem(
        "command { operands = `regex:a(b` }",
        (
            "policy/bad-pattern",
            "(",
            "the pattern of rule `r` is not a regular expression",
        ),
    );
    problem(
        "code { match = \"a{2,1}\" }",
        ("policy/bad-pattern", "{2,1}", "rule `r`"),
    );
    verify(
        &format!(
            "list \"x\" {{ values = [\"ok\", \"no good\"] }}\n{}",
            rule("command { program = list(\"x\") }")
        ),
        &[("policy/bad-glob", "\"no good\"", "without its arguments")],
    );
}

#[test]
fn conditions_that_never_fit_the_kinds() {
    problem(
        "on = [\"ToolExec\", \"Egress\"] command { program = \"x\" }",
        (
            "policy/condition-never-fits",
            "[\"ToolExec\", \"Egress\"]",
            "never `Egress`",
        ),
    );
    problem(
        "on = \"Dns\" code { match = \"x\" }",
        ("policy/condition-never-fits", "\"Dns\"", "leave `on` out"),
    );
    problem(
        "on = \"Dns\" match = \"x\" unless { command { words = \"x\" } }",
        (
            "policy/condition-never-fits",
            "unless",
            "only the `program` is known",
        ),
    );
    let with_program = "on = \"Dns\" match = \"x\" unless { command { program = \"curl\" } }";
    verify(&rule(with_program), &[]);
}
