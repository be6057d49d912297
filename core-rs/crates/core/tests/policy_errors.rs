//! Problems of a policy are reported with a stable code, at the right place, with a help.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_cmp,
    clippy::format_collect
)]

mod policy_support;

use policy_support::Wanted;
use sentry_core::policy::{UNRESOLVED, check};
use sentry_core::wire::compile;

const RULE: &str =
    r#"rule "r" { on = "Dns" match = "x" verdict = "block" severity = "low" reason = "why" "#;

fn environment(name: &str) -> Option<String> {
    match name {
        "SET" => Some("high".to_owned()),
        _ => None,
    }
}

fn verify(cases: &[(&str, Wanted<'_>)]) {
    for (source, wanted) in cases {
        policy_support::verify(source, &environment, wanted);
    }
}

#[test]
fn names_and_types_of_the_schema() {
    verify(&[
        ("", &[]),
        (
            "fail_closed = true\ndry_run = false speculate = \"high\"",
            &[],
        ),
        (
            "fail_close = true",
            &[(
                "policy/unknown-key",
                "fail_close",
                "did you mean `fail_closed`?",
            )],
        ),
        (
            "webhook = 1",
            &[(
                "policy/unknown-key",
                "webhook",
                "expected one of `fail_closed`, `dry_run`",
            )],
        ),
        (
            "fail_closed = \"true\"",
            &[(
                "policy/wrong-type",
                "\"true\"",
                "`fail_closed` must be `true` or `false`, found a string",
            )],
        ),
        (
            "fail_closed { }",
            &[(
                "policy/wrong-type",
                "fail_closed { }",
                "write `fail_closed = …`",
            )],
        ),
        (
            "speculate = \"hgih\"",
            &[("policy/unknown-word", "\"hgih\"", "did you mean `high`?")],
        ),
        ("speculate = env(\"SET\")", &[]),
        (
            "deny = 3",
            &[(
                "policy/wrong-type",
                "3",
                "`deny` must be a block, found a number",
            )],
        ),
        (
            "deny \"x\" { }",
            &[("policy/unexpected-label", "\"x\"", "takes no label")],
        ),
        (
            "deny { egres = \"e.txt\" }",
            &[("policy/unknown-key", "egres", "did you mean `egress`?")],
        ),
        (
            "deny { egress = \" \" }",
            &[("policy/bad-value", "\" \"", "must not be blank")],
        ),
        ("deny { egress = \"\" }", &[]),
        (
            "deny { never = [\"/srv/app/*\", \"~/bin/**\", \"*.corp.test\"] max_lines = 5 }",
            &[],
        ),
        (
            "deny { never = [\"srv/app\"] }",
            &[("policy/bad-value", "\"srv/app\"", "absolute paths")],
        ),
        (
            "deny { never = \"/srv\" }",
            &[("policy/wrong-type", "\"/srv\"", "a list of strings")],
        ),
        (
            "deny { max_lines = 0.5 }",
            &[("policy/bad-value", "0.5", "from 1 to 10000000")],
        ),
        ("deny = { egress = \"e\" }", &[]),
        (
            "deny { } deny { }",
            &[("policy/duplicate-section", "deny", "merge the two")],
        ),
        (
            "deny { } deny = { }",
            &[("policy/duplicate-section", "deny", "written twice")],
        ),
        (
            "rules = { }",
            &[("policy/wrong-type", "{ }", "must be a list of objects")],
        ),
        (
            "rules = [1]",
            &[("policy/wrong-type", "1", "must be a list of objects")],
        ),
        (
            "rule = { }",
            &[("policy/wrong-type", "rule", "write `rule \"name\" { … }`")],
        ),
        (
            "dry_run = null",
            &[("policy/wrong-type", "null", "found `null`")],
        ),
    ]);
}

#[test]
fn tiers() {
    verify(&[
        ("llm { url = \"http://h/v1\" model = \"m\" }", &[]),
        ("llm { url = \"http://h/v1\" }", &[]),
        (
            "llm { model = \"m\" }",
            &[("policy/missing-key", "llm", "`llm` needs `url`")],
        ),
        (
            "llm { url = \"h/v1\" model = \"m\" }",
            &[("policy/bad-value", "\"h/v1\"", "must start with `http://`")],
        ),
        (
            "llm { url = \"https://u:p@h/v1\" model = \"m\" }",
            &[(
                "policy/bad-value",
                "\"https://u:p@h/v1\"",
                "a user or a password",
            )],
        ),
        (
            "llm { url = \"https://h/v1?x=1\" model = \"m\" }",
            &[(
                "policy/bad-value",
                "\"https://h/v1?x=1\"",
                "must not contain `?` or `#`",
            )],
        ),
        (
            "llm { url = \"https://h\" model = \"m\" timeout_s = 0 }",
            &[("policy/bad-value", "0", "above 0")],
        ),
        (
            "llm { url = \"https://h\" model = \"m\" timeout_s = \"9\" }",
            &[("policy/wrong-type", "\"9\"", "must be a number")],
        ),
        (
            "agent { bin = \"a\" skills = \"./s\" timeout_s = 1.5 }",
            &[],
        ),
        (
            "llm { url = \"https://h\" key = file(\"k\", \"l\") }",
            &[("policy/bad-call", "file", "`file` takes one path")],
        ),
        (
            "llm { url = \"https://h\" key = file(\" \") }",
            &[("policy/bad-value", "\" \"", "must not be empty")],
        ),
        (
            "llm { url = \"https://h\" key = { path = \"k\" } }",
            &[(
                "policy/wrong-type",
                "{ path = \"k\" }",
                "`{ file = \"PATH\" }`",
            )],
        ),
        (
            "llm { url = file(\"u\") }",
            &[("policy/bad-call", "file", "only be the value of `key`")],
        ),
        (
            "agent { }",
            &[("policy/missing-key", "agent", "`agent` needs `bin`")],
        ),
        ("agent { bin = \"a\" user = \"nobody\" }", &[]),
        (
            "agent { bin = \"a\" user = \"\" }",
            &[("policy/bad-value", "\"\"", "must not be empty")],
        ),
        (
            "sae { dict = \"d\" escalate_at = 0.7 }",
            &[(
                "policy/bad-value",
                "sae",
                "`escalate_at` is above `block_at`",
            )],
        ),
        (
            "sae { dict = \"d\" block_at = 1.5 }",
            &[("policy/bad-value", "1.5", "from 0 to 1")],
        ),
    ]);
}

#[test]
fn rules() {
    let rule = |more: &str| format!("{RULE} {more} }}");
    let (good, labelled) = (rule(""), rule("name = \"x\""));
    let (fits, foreign) = (rule("risk = \"other\""), rule("action = \"deny-exec\""));
    let unknown_risk = rule("risk = \"comand_danger\"");
    verify(&[
        (&good, &[]),
        (&fits, &[]),
        (
            &labelled,
            &[(
                "policy/unknown-key",
                "name",
                "the rule's label is its name already",
            )],
        ),
        (
            &foreign,
            &[(
                "policy/action-never-fits",
                "\"deny-exec\"",
                "add `ToolExec` to `on`",
            )],
        ),
        (
            &unknown_risk,
            &[(
                "policy/unknown-word",
                "\"comand_danger\"",
                "did you mean `command_danger`?",
            )],
        ),
        (
            "rule \"a\" \"b\" { on = \"*\" match = \"x\" verdict = \"allow\" severity = \"low\" reason = \"w\" }",
            &[("policy/unexpected-label", "\"b\"", "one label")],
        ),
        (
            "rule \"r\" { }",
            &[
                ("policy/missing-key", "\"r\"", "`on`"),
                ("policy/missing-key", "\"r\"", "`match`"),
                ("policy/missing-key", "\"r\"", "`verdict`"),
                ("policy/missing-key", "\"r\"", "`severity`"),
                ("policy/missing-key", "\"r\"", "`reason`"),
            ],
        ),
        (
            "rules = [{ on = \"Dns\", match = \"x\", verdict = \"block\", severity = \"low\", reason = \"w\" }]",
            &[(
                "policy/missing-key",
                "{ on = \"Dns\", match = \"x\", verdict = \"block\", severity = \"low\", reason = \"w\" }",
                "`name`",
            )],
        ),
        (
            "rule \"r\" { on = [\"Dns\", \"Egres\"] match = \"x\" verdict = \"blok\" severity = \"lo\" reason = \"w\" acton = 1 }",
            &[
                ("policy/unknown-word", "\"Egres\"", "did you mean `Egress`?"),
                ("policy/unknown-word", "\"blok\"", "did you mean `block`?"),
                ("policy/unknown-word", "\"lo\"", "did you mean `low`?"),
                ("policy/unknown-key", "acton", "did you mean `action`?"),
            ],
        ),
        (
            "rule \"r\" { on = [] match = \"x\" verdict = \"block\" severity = \"low\" reason = \"w\" }",
            &[("policy/bad-value", "[]", "would never fire")],
        ),
        (
            "rule \" \" { on = \"Dns\" match = \"x\" verdict = \"block\" severity = \"low\" reason = \"w\" }",
            &[("policy/bad-value", "\" \"", "must not be empty")],
        ),
    ]);
}

fn rule(pattern: &str) -> String {
    format!(
        "rule \"r\" {{ on = \"Dns\" match = {pattern} verdict = \"block\" severity = \"low\" reason = \"w\" }}"
    )
}

/// The content of brackets is a guess then, and a guess printed before the real mistake hides it.
#[test]
fn names_in_an_unclosed_bracket_are_not_reported() {
    let next = format!("rule \"a\" {{ on = \"Dns\"\n{RULE}}}\nfail_closed = true");
    verify(&[
        ("rules = [ {", &[("acl/unclosed", "", "close it with `}`")]),
        (&next, &[("acl/unclosed", "", "close it with `}`")]),
        (
            "fail_closed = 1\nrules = [ {",
            &[
                ("policy/wrong-type", "1", "`true` or `false`"),
                ("acl/unclosed", "", "close it with `}`"),
            ],
        ),
    ]);
}

/// Each of these took minutes. The limit is far above what they take in an optimised build.
#[test]
fn no_document_takes_long_to_read() {
    let many = |pattern: &str, rest: &str| -> String {
        let one = |at: usize| rule(&format!("`{}`", pattern.replace('N', &format!("{at}")))) + rest;
        let mut source = String::new();
        for at in 0.. {
            let next = one(at) + "\n";
            if source.len() + next.len() > 1 << 20 {
                break;
            }
            source += &next;
        }
        source
    };
    let long = "\\w".repeat(60);
    let start = std::time::Instant::now();
    let cases = [
        (many("\\w{60}", ""), None),
        (many("\\w{60}N", ""), None),
        (
            many(&format!("{long}N"), ""),
            Some("policy/pattern-too-large"),
        ),
        (many("a{60000}N", ""), Some("policy/pattern-too-large")),
        (many("\\w{900}N", ""), Some("policy/pattern-too-large")),
        (many("(N", ""), Some("policy/bad-pattern")),
        (many("xN", " vedrict = 1"), Some("policy/unknown-key")),
    ];
    for (source, expected) in cases {
        let found = check(&source, &|_| None).diagnostics;
        let first = found.first().map(|found| found.code.as_str());
        assert_eq!(first, expected, "{}", &source[..100]);
    }
    let taken = start.elapsed();
    assert!(taken.as_secs() < 60, "{taken:?}");
}

#[test]
fn patterns_that_together_take_too_long_are_refused_once() {
    let rules: String = (0..100)
        .map(|at| rule(&format!("`a{{100000}}{at}`")) + "\n")
        .collect();
    let found = check(&rules, &|_| None).diagnostics;
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].message,
        "the patterns before that of rule `r` are too large: together they take too long to compile"
    );
    let equal: String = (0..100).map(|_| rule("`a{100000}`") + "\n").collect();
    assert!(check(&equal, &|_| None).policy.is_some());
}

#[test]
fn stacked_repetitions_take_no_more_than_one() {
    let source = rule(&format!("`a{}`", "*".repeat(26))) + "\n" + &rule("`b`");
    assert!(check(&source, &|_| None).policy.is_some());
}

#[test]
fn rules_whose_automata_do_not_fit_into_memory_are_refused() {
    let rules: String = (0..100)
        .map(|at| rule(&format!("`(?:[a-z] ?){{4000}}{at}`")) + "\n")
        .collect();
    let (engine, report) = compile("p", &rules, &|_| None, false);
    assert!(engine.is_none());
    let [problem] = report.diagnostics.as_slice() else {
        panic!("one problem");
    };
    let problem = serde_json::to_value(problem).unwrap();
    assert_eq!(problem["code"], "policy/pattern-too-large");
    assert_eq!(
        problem["message"],
        "the patterns are too large: with that of rule `r`, they take more than 64 MiB"
    );
}

#[test]
fn a_glob_gets_the_pattern_that_means_the_same() {
    let found = check(&rule("`*.pem`"), &|_| None).diagnostics;
    assert_eq!(
        found[0].help.as_deref(),
        Some(
            "a pattern is not a glob: write `.*` for any text and `\\.` for a dot, so `\\.pem$` for `*.pem`"
        )
    );
}

#[test]
fn patterns_are_underlined_where_they_are_wrong() {
    let cases = [
        ("`a(b`", "policy/bad-pattern", "(", "unclosed group"),
        ("`(?=x)y`", "policy/bad-pattern", "(?=", "look-around and"),
        (r"`(a)\1`", "policy/bad-pattern", r"\1", "back-references"),
        (
            "\"ab[z-a]\"",
            "policy/bad-pattern",
            "z-a",
            "invalid character class range",
        ),
        (
            r#""\u{e9}\\.[""#,
            "policy/bad-pattern",
            "[",
            "unclosed character class",
        ),
        (
            r#"concat("a", "(")"#,
            "policy/bad-pattern",
            r#"concat("a", "(")"#,
            "unclosed group",
        ),
        (
            "`*.pem`",
            "policy/bad-pattern",
            "`*.pem`",
            "repetition operator",
        ),
        (
            "`\\w{5000}`",
            "policy/pattern-too-large",
            "`\\w{5000}`",
            "rule `r` is too large",
        ),
    ];
    for (pattern, code, underlined, part) in cases {
        verify(&[(&rule(pattern), &[(code, underlined, part)])]);
    }
}

/// Half a million classes would take gigabytes to parse. The test is that this ends.
#[test]
fn many_classes() {
    let pattern = format!("`{}`", r"\w".repeat(100_000));
    verify(&[(
        &rule(&pattern),
        &[(
            "policy/pattern-too-large",
            pattern.as_str(),
            "rule `r` is too large",
        )],
    )]);
    let written_out = format!("`{}`", "[a-z]".repeat(5_000));
    verify(&[(&rule(&written_out), &[])]);
}

#[test]
fn calls() {
    verify(&[
        ("speculate = env(\"UNSET\", \"low\")", &[]),
        ("speculate = concat(\"hi\", concat(\"g\", \"h\"))", &[]),
        (
            "speculate = env(\"UNSET\")",
            &[("policy/unset-variable", "\"UNSET\"", "add a default")],
        ),
        (
            "speculate = env()",
            &[("policy/bad-call", "env", "takes a name")],
        ),
        (
            "speculate = enviro(\"X\")",
            &[("policy/unknown-function", "enviro", "unknown function")],
        ),
        (
            "speculate = concat(1)",
            &[("policy/wrong-type", "1", "must be a string")],
        ),
        (
            "dry_run = env(\"SET\")",
            &[(
                "policy/wrong-type",
                "env(\"SET\")",
                "must be `true` or `false`",
            )],
        ),
    ]);
}

#[test]
fn at_most_a_hundred_errors_are_reported() {
    let many: String = (0..250).map(|n| format!("nonsense_{n} = 1\n")).collect();
    let checked = check(&many, &environment);
    assert_eq!(checked.diagnostics.len(), 100);
    assert!(checked.policy.is_none());
}

#[test]
fn a_key_in_a_file_is_left_to_the_host() {
    for key in [
        "file(\"/run/key\")",
        "{ file = \"/run/key\" }",
        "file(concat(\"/run/\", \"key\"))",
    ] {
        let source = format!("llm {{ url = \"http://h\" key = {key} }}");
        let llm = check(&source, &environment).policy.unwrap().llm.unwrap();
        assert_eq!((llm.key, llm.key_file.as_deref()), (None, Some("/run/key")));
    }
}

#[test]
fn settings_are_read_as_written() {
    let source = r#"
        fail_closed = true, dry_run = true
        speculate = "critical"
        llm { url = "http://h/v1", model = "m", key = "k-1" timeout_s = 5 }
        agent { bin = "a3s-code" }
        sae { dict = "f.json" }
        deny { egress = "e" file = "f" exec = "x" never = ["/srv/**"] max_lines = 7 }
        rule "b" { on = "*" match = "b" verdict = "allow" severity = "info" reason = "w" }
        rules = [{ name = "a", on = ["Dns", "ToolExec", "Dns"], match = "a", verdict = "block",
                   severity = "low", reason = "w", action = "deny-exec", risk = "other" }]
        rule "c" { on = "Dns" match = "c" verdict = "escalate" severity = "low" reason = "w" }
    "#;
    let checked = check(source, &environment);
    let policy = checked.policy.unwrap();
    assert!(policy.fail_closed && policy.dry_run);
    let names: Vec<_> = policy
        .rules
        .iter()
        .take(4)
        .map(|rule| rule.name.as_str())
        .collect();
    assert_eq!(names, ["b", "a", "c", "privesc-setuid"]);
    assert_eq!(policy.rules[0].on.len(), 8);
    assert_eq!(policy.rules[1].on.len(), 2);
    let llm = policy.llm.unwrap();
    assert_eq!((llm.key.as_deref(), llm.timeout_s), (Some("k-1"), 5.0));
    assert!(!format!("{llm:?}").contains("k-1"));
    let secret = checked.secrets[0];
    assert_eq!(
        &source[secret.start as usize..secret.end as usize],
        "\"k-1\""
    );
    assert_eq!(policy.agent.unwrap().timeout_s, 120.0);
    let sae = policy.sae.unwrap();
    assert_eq!((sae.escalate_at, sae.block_at), (0.3, 0.6));
    assert_eq!(policy.deny.exec.as_deref(), Some("x"));
    assert_eq!(policy.deny_limits.never, ["/srv/**"]);
    assert_eq!(policy.deny_limits.max_lines, 7);
}

#[test]
fn a_long_variable_repeated_many_times_is_rejected_before_it_takes_all_memory() {
    let asked = std::cell::Cell::new(0);
    let environment = |_: &str| {
        asked.set(asked.get() + 1);
        Some("x".repeat(100_000))
    };
    let source = format!(
        r"agent {{ bin = concat({}) }}",
        "env(\"A\"),".repeat(60_000)
    );
    let checked = check(&source, &environment);
    assert_eq!(checked.diagnostics[0].code.as_str(), "policy/bad-call");
    assert_eq!((checked.diagnostics.len(), asked.get()), (1, 3));
}

#[test]
fn a_key_that_is_itself_the_mistake_is_masked_in_every_frame() {
    let cases = [
        r#"llm { key = "s3cret" key = "s3cret" }"#,
        r#"llm { key = "a" } llm { url = "http://x" key = "s3cret" }"#,
        r#"llm { kye = "s3cret" }"#,
        r#"lm { key = "s3cret" }"#,
        r"llm { key = s3cret }",
        r#"llm { key = "s3cret }"#,
        r#"llm { key = "s3cret\." }"#,
        r#"llm { key "s3cret" }"#,
        r#"llm { key { "s3cret" } }"#,
        r#"llm { key = ["s3cret"] }"#,
        r#"llm { key = concat("s3cret", 5) }"#,
        r#"llm { key = env("UNSET", "s3cret" }"#,
        r#"llm = [{ key = "s3cret" }]"#,
        r#"API_KEY = "s3cret""#,
        r#" {"llm": {"key": "s3cret"}}"#,
        r#"llm(x) { key = "s3cret" }"#,
        r"agent { skills = [ key: 's3cret, }",
    ];
    for source in cases {
        let (_, report) = sentry_core::wire::compile("p.acl", source, &environment, false);
        assert!(!report.diagnostics.is_empty(), "{source}");
        for found in report.diagnostics {
            assert!(!found.frame.contains("s3cret"), "{}", found.frame);
            assert!(!found.message.contains("s3cret"), "{}", found.message);
        }
    }
}

/// The search for secrets must not read the whole rest of the source for each `key`.
#[test]
fn a_source_full_of_keys_is_checked_in_linear_time() {
    for unit in ["key", "key=", "key = \"", "key\n=\n", "key=a("] {
        let source = unit.repeat((1 << 20) / unit.len() - 1) + "\n=";
        assert!(check(&source, &environment).policy.is_none(), "{unit}");
    }
}

#[test]
fn a_password_in_a_url_is_masked() {
    let source = "llm { url = \"https://u:p@h/v1\" model = 3 }";
    let checked = check(source, &environment);
    let hidden: Vec<_> = checked
        .secrets
        .iter()
        .map(|span| &source[span.start as usize..span.end as usize])
        .collect();
    assert_eq!(hidden, ["\"https://u:p@h/v1\""]);
}

#[test]
fn denies_for_a_fleet() {
    let rule = |verdict: &str, more: &str| {
        format!(
            "rule \"r\" {{ on = \"Egress\" match = \"x\" verdict = \"{verdict}\" severity = \"low\" reason = \"w\" {more} }}"
        )
    };
    let problem = [(
        "policy/bad-value",
        "true",
        "needs a `block` with an `action`",
    )];
    verify(&[
        (&rule("block", "action = \"deny-egress\" fleet = true"), &[]),
        (&rule("allow", "fleet = false"), &[]),
        (&rule("block", "fleet = true"), &problem),
        (
            &rule("escalate", "action = \"deny-egress\" fleet = true"),
            &problem,
        ),
        (
            &rule("block", "action = \"deny-egress\" fleet = \"yes\""),
            &[("policy/wrong-type", "\"yes\"", "`fleet` must be")],
        ),
    ]);
}

#[test]
fn the_default_and_overrides() {
    let rule = |verdict: &str, overrides: &str| {
        format!(
            "rule \"r\" {{ on = \"Dns\" match = \"x\" verdict = \"{verdict}\" severity = \"low\" reason = \"w\" overrides = {overrides} }}"
        )
    };
    verify(&[
        ("default = \"allow\"", &[]),
        ("default = \"escalate\"", &[]),
        ("default = \"block\"", &[]),
        (
            "default = \"blok\"",
            &[("policy/unknown-word", "\"blok\"", "did you mean `block`?")],
        ),
        (
            "defualt = \"block\"",
            &[("policy/unknown-key", "defualt", "did you mean `default`?")],
        ),
        (
            "default = true",
            &[("policy/wrong-type", "true", "`default` must be")],
        ),
        (&rule("escalate", "[\"oob-exfil-dns\"]"), &[]),
        (
            &rule("allow", "[\"oob-exfil-dns\", \"suspicious-dns\"]"),
            &[],
        ),
        (&rule("allow", "[]"), &[]),
        (
            &rule("escalate", "[\"oob-exfil\", \"suspicios-dns\"]"),
            &[
                (
                    "policy/unknown-builtin",
                    "\"oob-exfil\"",
                    "did you mean `oob-exfil-dns`?",
                ),
                (
                    "policy/unknown-builtin",
                    "\"suspicios-dns\"",
                    "did you mean `suspicious-dns`?",
                ),
            ],
        ),
        (
            &rule("escalate", "[\"r\"]"),
            &[(
                "policy/unknown-builtin",
                "\"r\"",
                "expected one of `privesc-setuid`",
            )],
        ),
        (
            &rule("block", "[\"oob-exfil-dns\"]"),
            &[(
                "policy/overrides-on-block",
                "[\"oob-exfil-dns\"]",
                "remove `overrides`",
            )],
        ),
        (
            &rule("allow", "\"oob-exfil-dns\""),
            &[(
                "policy/wrong-type",
                "\"oob-exfil-dns\"",
                "`overrides` must be a list",
            )],
        ),
    ]);
}

#[test]
fn an_unclosed_backtick_is_one_problem_at_the_place_where_it_was_opened() {
    let rule = |name: &str, pattern: &str| {
        format!(
            "  {{ name = \"{name}\", on = \"Dns\", match = {pattern}, verdict = \"block\", severity = \"low\", reason = \"r\" }},\n"
        )
    };
    let ends = ["", &rule("b", "`x\\.y`"), &rule("b", "`x`").repeat(3)];
    for end in ends {
        let source = format!("rules = [\n{}{end}]\n", rule("a", "`evil\\.test"));
        let found = sentry_core::policy::check(&source, &|_| None).diagnostics;
        let [only] = found.as_slice() else {
            panic!("{found:#?}");
        };
        assert_eq!(only.code.as_str(), "acl/unterminated-string");
        assert_eq!(
            source.get(only.span.start as usize..),
            source.find('`').and_then(|at| source.get(at..))
        );
    }
}

#[test]
fn variables_that_are_not_looked_up_are_not_checked() {
    let rule = |pattern: &str| {
        format!(
            "rule \"r\" {{ on = \"Dns\", match = {pattern}, verdict = \"block\", severity = \"low\", reason = \"r\" }}"
        )
    };
    for source in [
        "speculate = env(\"X\")",
        "speculate = concat(\"hi\", env(\"X\"))",
        "llm { url = env(\"URL\"), key = env(\"KEY\") }",
        "agent { bin = env(\"X\") }",
        "sae { dict = env(\"X\") }",
        "deny { exec = env(\"X\"), never = [env(\"X\")] }",
        &rule("env(\"X\")"),
    ] {
        let checked = check(source, &|_| Some(UNRESOLVED.to_owned()));
        assert_eq!(checked.diagnostics, [], "{source}");
    }
    let with_default = rule("env(\"X\", \"(\")");
    let checked = check(&with_default, &|_| Some(UNRESOLVED.to_owned()));
    assert!(!checked.diagnostics.is_empty(), "the default is checked");
}
