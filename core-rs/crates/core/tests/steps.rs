//! Compiling in steps: none is long, and the result is that of compiling at once.

use sentry_core::engine::Engine;
use sentry_core::lint::{Grave, grave};
use sentry_core::policy::check;
use sentry_core::wire::{Compiling, RuleInfos, compile};

const RULES: usize = 2000;

/// A policy with a rule for each pattern.
fn policy(pattern: impl Fn(usize) -> String) -> String {
    let rules = (0..RULES).map(|at| {
        let pattern = pattern(at);
        format!(
            "rule \"r{at}\" {{ on = \"Dns\" match = `{pattern}` verdict = \"block\" severity = \"low\" reason = \"r\" }}\n",
        )
    });
    rules.collect()
}

#[test]
fn a_step_reads_few_patterns_and_all_steps_read_what_one_call_does() {
    for pattern in [r"\bhost{}\b", r"x{}\w{60}", "x{}(", "x{}[a-z]{2000}"] {
        let source = policy(|at| pattern.replacen("{}", &at.to_string(), 1));
        let mut compiling = Compiling::new("p", &source, false, None);
        let mut steps = 0;
        let (engine, report) = loop {
            steps += 1;
            if let Some(compiled) = compiling.step(&|_| None) {
                break compiled;
            }
        };
        assert!(steps > RULES / 64, "{pattern}: {steps}");
        let (at_once, expected) = compile("p", &source, &|_| None, false);
        assert_eq!(engine.is_some(), at_once.is_some(), "{pattern}");
        assert_eq!(
            serde_json::to_value(&report.diagnostics).unwrap(),
            serde_json::to_value(&expected.diagnostics).unwrap()
        );
        let Some(engine) = engine else { continue };
        let mut rules = Vec::new();
        let mut next = Some(0);
        while let Some(start) = next {
            let (infos, after) = RuleInfos::at(engine.policy(), start);
            let serde_json::Value::Array(some) = serde_json::to_value(infos).unwrap() else {
                panic!("the rules are a list");
            };
            rules.extend(some);
            next = after;
        }
        let expected = expected.policy.unwrap().rules;
        assert_eq!(
            serde_json::Value::Array(rules),
            serde_json::to_value(expected).unwrap()
        );
    }
}

#[test]
fn warnings_are_found_rule_by_rule() {
    let source = policy(|at| {
        if at % 100 == 0 {
            "^$".to_owned()
        } else {
            format!("host{at}")
        }
    });
    let engine = Engine::new(check(&source, &|_| None).policy.unwrap()).unwrap();
    let mut lints = Grave::new(&engine);
    let mut steps = 1;
    while !lints.step(&engine) {
        steps += 1;
    }
    assert!(steps > RULES, "{steps}");
    let messages = lints.into_messages(&engine);
    assert_eq!(messages.len(), RULES / 100);
    assert_eq!(messages, grave(&engine));
}
