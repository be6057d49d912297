//! Rules on the calls of tools, and the sections `guard` and `ask`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use sentry_core::decision::Verdict;
use sentry_core::engine::Engine;
use sentry_core::event::{EventKind, Scratch};
use sentry_core::policy::{Fallback, PathPattern, ProjectPolicies, Rule, check};
use sentry_testing::Random;

fn engine(source: &str) -> Engine {
    let checked = check(source, &|_| None);
    Engine::new(
        checked
            .policy
            .unwrap_or_else(|| panic!("{:?}", checked.diagnostics)),
    )
    .unwrap()
}

/// A policy of one rule `r` with these conditions.
fn rule(conditions: &str, verdict: &str) -> String {
    format!(r#"rule "r" {{ {conditions} verdict = "{verdict}" severity = "low" reason = "r" }}"#)
}

/// Whether rule `r` decides on a call.
fn fits(source: &str, tool: &str, args: &str) -> bool {
    let engine = engine(source);
    let line =
        format!(r#"{{"event":{{"ToolCall":{{"tool":"{tool}","args":{args},"cwd":"/srv/app"}}}}}}"#);
    let judgement = engine.judge(line.as_bytes(), &mut Scratch::default());
    assert_eq!(judgement.kind(), Some(EventKind::ToolCall), "{line}");
    let trace = engine
        .explain(line.as_bytes(), &mut Scratch::default())
        .unwrap();
    assert_eq!(trace.code, judgement.code(), "{line}");
    judgement
        .rule()
        .is_some_and(|at| engine.policy().rules[at].name == "r")
}

#[test]
fn a_rule_asks_for_the_name_of_a_tool() {
    let source = rule(r#"tool = ["mcp__github__*", "Bash"]"#, "block");
    assert!(fits(&source, "mcp__github__create_issue", "{}"));
    assert!(fits(&source, "Bash", "null"));
    assert!(!fits(&source, "BashOutput", "{}"));
    assert!(!fits(&source, "mcp__gitlab__create_issue", "{}"));
}

#[test]
fn a_rule_asks_for_arguments() {
    let source = rule(r#"args = { path = ["/srv/**", "regex:^secret"] }"#, "block");
    for (args, expected) in [
        (r#"{"path":"/srv/a/b"}"#, true),
        (r#"{"path":"\u002fsrv\/a"}"#, true),
        (r#"{"path":"b/c"}"#, true),
        (r#"{"path":"../../etc/passwd"}"#, false),
        (r#"{"path":"/etc/../srv/x"}"#, true),
        (r#"{"path":"secrets"}"#, true),
        (r#"{"other":"/srv/a"}"#, false),
        (r#"{"path":["/etc/x","/srv/x"]}"#, true),
        (r#"{"path":"/etc/x","path":"/srv/x"}"#, true),
        (r#"{"path":{"path":"/srv/x"}}"#, false),
        (r#"["/srv/x"]"#, false),
        (r#""/srv/x""#, false),
    ] {
        assert_eq!(fits(&source, "Read", args), expected, "{args}");
    }
    let both = rule(r#"tool = "w*" args = { a = "1*" b = "true" }"#, "block");
    assert!(fits(&both, "write", r#"{"b":true,"a":12.5}"#));
    assert!(!fits(&both, "write", r#"{"b":false,"a":12.5}"#));
    assert!(!fits(&both, "read", r#"{"b":true,"a":12.5}"#));
}

#[test]
fn an_allow_must_fit_every_text_of_an_argument() {
    let source = rule(r#"args { path = "/srv/**" }"#, "allow");
    assert!(fits(&source, "Read", r#"{"path":["/srv/a","b"]}"#));
    for args in [
        r#"{"path":["/srv/a","/etc/shadow"]}"#,
        r#"{"path":"/srv/a","path":"/etc/shadow"}"#,
        r#"{"path":["/srv/a",{}]}"#,
        r#"{"path":[]}"#,
        r#"{"path":"/srv/../etc/shadow"}"#,
    ] {
        assert!(!fits(&source, "Read", args), "{args}");
    }
}

#[test]
fn patterns_on_every_kind_do_not_mean_calls() {
    let on_all = rule(r#"on = "*" match = "curl""#, "block");
    assert!(!fits(&on_all, "Bash", r#"{"command":"curl x"}"#));
    let named = rule(r#"on = ["*", "ToolCall"] match = "curl""#, "block");
    assert!(fits(&named, "Bash", r#"{"command":"curl x"}"#));
    let with_tool = rule(r#"on = "*" match = "curl" tool = "Bash""#, "block");
    assert!(fits(&with_tool, "Bash", r#"{"command":"curl x"}"#));
    assert!(!fits(&with_tool, "Bash", r#"{"command":"wget x"}"#));
    let engine = engine(&rule(r#"on = "*" agents = "coder-*""#, "block"));
    let line = br#"{"identity":{"agent":"coder-1"},"event":{"ToolCall":{"tool":"t","args":{}}}}"#;
    assert_eq!(engine.judge(line, &mut Scratch::default()).rule(), Some(0));
}

#[test]
fn the_subject_is_the_name_and_the_arguments_with_sorted_keys() {
    let source = rule(
        r#"on = "ToolCall" match = `^t \{"a":1,"b":\[2\]\}$`"#,
        "block",
    );
    assert!(fits(&source, "t", r#"{ "b" : [ 2 ] , "a" : 1 }"#));
    assert!(fits(&source, "t", r#"{"\u0061":1,"b":[2]}"#));
}

#[test]
fn conditions_that_no_event_can_fit_are_errors() {
    for (conditions, code, words) in [
        (
            r#"on = "ToolExec" tool = "Bash""#,
            "policy/condition-never-fits",
            "only a `ToolCall` event",
        ),
        (
            r#"tool = "Bash" command { program = "git" }"#,
            "policy/condition-never-fits",
            "no commands",
        ),
        (
            r#"tool = "Bash" reads = "/etc/**""#,
            "policy/condition-never-fits",
            "no commands",
        ),
        ("args {}", "policy/empty-condition", "asks for nothing"),
        ("args = {}", "policy/empty-condition", "asks for nothing"),
        (r#"args = ["a"]"#, "policy/wrong-type", "must be a block"),
        (
            r#"args = { path = "/srv/" }"#,
            "policy/bad-glob",
            "`path` has a slash at the end",
        ),
        (
            r#"tools = "a""#,
            "policy/unknown-key",
            "unknown setting `tools`",
        ),
        (
            r#"tool = "a" action = "deny-file""#,
            "policy/action-never-fits",
            "no kind in this rule's `on`",
        ),
    ] {
        let found = check(&rule(conditions, "block"), &|_| None).diagnostics;
        assert!(
            found.iter().any(|one| one.code.as_str() == code),
            "{conditions}: {found:?}"
        );
        assert!(
            found.iter().any(|one| one.message.contains(words)),
            "{conditions}: {found:?}"
        );
    }
}

#[test]
fn the_guard_fails_closed_unless_the_policy_says_otherwise() {
    let policy = |source| check(source, &|_| None).policy.unwrap();
    let plain = policy("");
    assert_eq!(plain.guard.on_failure, Fallback::Deny);
    assert_eq!(plain.guard.ask_fallback, Fallback::Deny);
    assert_eq!(plain.guard.project_policies, ProjectPolicies::Ignore);
    assert!((plain.guard.deadline_s - 5.0).abs() < 1e-9 && !plain.guard.grant);
    assert!((plain.ask.timeout_s - 60.0).abs() < 1e-9);
    let open = policy(
        r#"guard { on_failure = "allow" deadline_s = 0.5 ask_fallback = "allow" grant = true project_policies = "tighten" }
           ask { timeout_s = 120 }"#,
    );
    assert_eq!(
        (open.guard.on_failure, open.guard.ask_fallback),
        (Fallback::Allow, Fallback::Allow)
    );
    assert_eq!(open.guard.project_policies, ProjectPolicies::Tighten);
    assert!((open.guard.deadline_s - 0.5).abs() < 1e-9 && open.guard.grant);
    assert!((open.ask.timeout_s - 120.0).abs() < 1e-9);
    for (source, words) in [
        (
            r#"guard { on_failure = "block" }"#,
            "unknown value of `on_failure`",
        ),
        ("guard { deadline_s = 0 }", "`deadline_s` must be above 0"),
        (
            "guard { fail_closed = true }",
            "unknown setting `fail_closed` in `guard`",
        ),
        ("ask { timeout_s = 90000 }", "at most 86400"),
        ("guard {}\nguard {}", "`guard` is written twice"),
    ] {
        let found = check(source, &|_| None);
        assert!(found.policy.is_none(), "{source}");
        assert!(
            found.diagnostics[0].message.contains(words),
            "{source}: {:?}",
            found.diagnostics
        );
    }
}

/// Whether a rule fits a call, read plainly: the patterns of the generated policies are words or
/// regular expressions.
fn fits_plainly(rule: &Rule, tool: &str, args: &serde_json::Value) -> bool {
    let conditions = &rule.conditions;
    let is_fitting = |pattern: &PathPattern, text: &str| match pattern {
        PathPattern::Path(glob) => glob.as_str() == text,
        PathPattern::Regex(pattern) => regex::Regex::new(pattern.as_str()).unwrap().is_match(text),
    };
    let fits_any = |patterns: &[PathPattern], value: &serde_json::Value| {
        value
            .as_str()
            .is_some_and(|text| patterns.iter().any(|pattern| is_fitting(pattern, text)))
    };
    let subject = format!("{tool} {args}");
    rule.on.contains(&EventKind::ToolCall)
        && (conditions.tool.is_empty() || conditions.tool.iter().any(|glob| glob.as_str() == tool))
        && (rule.pattern.as_ref()).is_none_or(|pattern| {
            regex::Regex::new(pattern.as_str())
                .unwrap()
                .is_match(&subject)
        })
        && conditions.args.iter().all(|arg| {
            let values: Vec<&serde_json::Value> = match &args[&arg.name] {
                serde_json::Value::Null => return false,
                serde_json::Value::Array(values) => values.iter().collect(),
                value => vec![value],
            };
            let fits = |value: &&serde_json::Value| fits_any(&arg.patterns, value);
            if rule.verdict == Verdict::Allow {
                !values.is_empty() && values.iter().all(fits)
            } else {
                values.iter().any(fits)
            }
        })
}

#[test]
fn calls_are_judged_as_by_trying_every_rule() {
    let mut random = Random(0x7001);
    let mut decided = [0, 0];
    for _ in 0..300 {
        let mut source = String::new();
        for at in 0..random.below(8) {
            let mut asks = String::new();
            if random.below(2) == 0 {
                asks += random.pick(&["tool = \"a\" ", "tool = [\"a\", \"b\"] "]);
            }
            if random.below(2) == 0 {
                asks += random.pick(&[
                    "args = { x = \"regex:^p\" } ",
                    "args = { x = [\"q\", \"regex:p$\"], y = \"regex:q\" } ",
                    "args { y = [\"p\", \"q\"] } ",
                ]);
            }
            if asks.is_empty() {
                asks += random.pick(&[
                    "reads = \"regex:p\" ",
                    "command { program = \"git\" operands = \"regex:p\" } ",
                    "on = \"ToolCall\" ",
                ]);
            }
            if asks.contains("ToolCall") || random.below(4) == 0 {
                asks += random.pick(&["match = \"p\" ", "match = \"^a\" "]);
            }
            let verdict = random.pick(&["allow", "block", "escalate"]);
            source += &rule(&asks, verdict).replace("\"r\"", &format!("\"r{at}\""));
            source.push('\n');
        }
        let engine = engine(&source);
        for _ in 0..20 {
            let tool = random.pick(&["a", "b", "c"]);
            let mut args = serde_json::Map::new();
            for key in ["x", "y"] {
                let text = |random: &mut Random| random.pick(&["p", "q", "pq", "qp", "z"]);
                let value = match random.below(4) {
                    0 => continue,
                    1 => (0..random.below(3)).map(|_| text(&mut random)).collect(),
                    2 => serde_json::json!({ "x": "p" }),
                    _ => text(&mut random).into(),
                };
                args.insert(key.to_owned(), value);
            }
            let args = serde_json::Value::Object(args);
            let line = format!(r#"{{"event":{{"ToolCall":{{"tool":"{tool}","args":{args}}}}}}}"#);
            let rules = &engine.policy().rules;
            let expected = rules
                .iter()
                .position(|rule| fits_plainly(rule, tool, &args));
            let judged = engine.judge(line.as_bytes(), &mut Scratch::default());
            assert_eq!(judged.rule(), expected, "{line}\n{source}");
            decided[usize::from(expected.is_some())] += 1;
        }
    }
    assert!(decided.iter().all(|&count| count > 1000), "{decided:?}");
}
