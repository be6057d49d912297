//! Packs: each rule decides on an event of its tests, and leaves one that is like it alone.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use sentry_core::engine::Engine;
use sentry_core::event::Scratch;
use sentry_core::policy::{check, packs::PACKS};
use sentry_tools::{Holds, policy_tests};

/// The tests of a pack, as a document.
fn tests(pack: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/src/policy/packs/");
    std::fs::read_to_string(format!("{folder}{pack}.test.acl")).unwrap()
}

#[test]
fn each_rule_of_a_pack_decides_on_its_test_and_leaves_another_alone() {
    let mut problems = Vec::new();
    for pack in &PACKS {
        let policy = format!("packs {{ on = [\"{}\"] }}", pack.name);
        let engine = Engine::new(check(&policy, &|_| None).policy.unwrap()).unwrap();
        let read = policy_tests(pack.name, &tests(pack.name), Holds::TestsAlone);
        assert_eq!(read.diagnostics, [], "{}", pack.name);
        let rules = engine.policy().rules.iter();
        let own = rules.filter(|rule| rule.pack == Some(pack.name));
        let names: BTreeSet<String> = own.map(|rule| rule.name.clone()).collect();
        let (mut decided, mut left_alone) = (BTreeSet::new(), BTreeSet::new());
        for test in read.tests {
            let judgement = engine.judge(test.event.as_bytes(), &mut Scratch::default());
            let rule = judgement
                .rule()
                .and_then(|at| engine.policy().rules.get(at));
            let verdict = rule.map_or("allow".to_owned(), |rule| format!("{:?}", rule.verdict));
            let by = rule.map_or("", |rule| &rule.name);
            let wants = format!("{:?}", test.expect);
            let is_rule = test.rule.as_deref().is_none_or(|name| name == by);
            if !verdict.eq_ignore_ascii_case(&wants) || !is_rule {
                problems.push(format!("{}: {verdict} by `{by}`", test.name));
            }
            match test.rule {
                Some(rule) => decided.insert(rule),
                None => left_alone.insert(test.name.replace(": left alone", "")),
            };
        }
        for name in &names {
            if !decided.contains(name) || !left_alone.contains(name) {
                problems.push(format!("`{name}` lacks a test"));
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn packs_are_switched_on_and_off() {
    let rules = |policy: &str| {
        let checked = check(policy, &|_| None);
        let rules = checked.policy.unwrap().rules;
        rules
            .into_iter()
            .filter_map(|rule| rule.pack)
            .collect::<BTreeSet<_>>()
    };
    let defaults = rules("");
    assert!(defaults.contains("traces"));
    let without = rules("packs { off = [\"traces\"] }");
    assert_eq!(without.len() + 1, defaults.len());
    assert!(!without.contains("traces"));
    assert_eq!(rules("packs { off = [\"*\"] }"), BTreeSet::new());
    let alone = rules("packs { on = [\"traces\"] off = [\"*\"] }");
    assert_eq!(alone, BTreeSet::from(["traces"]));
    assert_eq!(rules("packs { on = [\"*\"] }").len(), PACKS.len());
    let both = check("packs { on = [\"traces\"] off = [\"traces\"] }", &|_| None);
    assert_eq!(both.diagnostics.len(), 1);
}
