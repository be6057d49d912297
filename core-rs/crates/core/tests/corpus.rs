//! Runs the shared corpus of cases, `test/corpus/*.toml`, through the engine. Its README describes
//! the cases.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use sentry_core::decision::Word;
use sentry_core::engine::Engine;
use sentry_core::event::{self, EventKind, NotEvent, Scratch};
use sentry_core::policy::{Origin, check};
use sentry_core::wire::DefaultInfo;
use serde::Deserialize;

/// The fewest cases that must fire each built-in rule, and that must come close without firing it.
const ENOUGH: usize = 8;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    policy: String,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    policy: Option<String>,
    kind: Option<String>,
    fields: Option<serde_json::Value>,
    line: Option<String>,
    line_hex: Option<String>,
    not_event: Option<String>,
    verdict: Option<String>,
    rule: Option<String>,
    near: Option<String>,
    severity: Option<String>,
    action: Option<String>,
    target: Option<String>,
    evidence: Option<String>,
    span: Option<String>,
}

impl Case {
    fn line(&self) -> Vec<u8> {
        match (&self.kind, &self.fields, &self.line, &self.line_hex) {
            (Some(kind), Some(fields), None, None) => {
                serde_json::json!({ "event": { kind: fields } })
                    .to_string()
                    .into_bytes()
            }
            (None, None, Some(line), None) => line.clone().into_bytes(),
            (None, None, None, Some(hex)) => unhex(hex),
            _ => panic!(
                "{}: wants `kind` and `fields`, or `line`, or `line_hex`",
                self.name
            ),
        }
    }

    /// The expected judgement, by key.
    fn expected(&self) -> BTreeMap<&str, Option<&str>> {
        let mut expected = BTreeMap::new();
        if let Some(why) = &self.not_event {
            assert!(
                self.verdict.is_none(),
                "{}: `not_event` or `verdict`",
                self.name
            );
            expected.insert("not_event", Some(why.as_str()));
            return expected;
        }
        assert!(self.verdict.is_some(), "{}: no `verdict`", self.name);
        expected.insert("verdict", self.verdict.as_deref());
        expected.insert("rule", self.rule.as_deref());
        let optional = [
            ("severity", &self.severity),
            ("action", &self.action),
            ("target", &self.target),
            ("evidence", &self.evidence),
            ("span", &self.span),
        ];
        for (key, value) in optional {
            if let Some(value) = value {
                expected.insert(key, Some(value.as_str()));
            }
        }
        expected
    }
}

/// The judgement of the engine for a line, by the keys of a case.
fn judged(
    engine: &Engine,
    line: &[u8],
) -> (Option<EventKind>, BTreeMap<&'static str, Option<String>>) {
    let mut scratch = Scratch::default();
    let judgement = engine.judge(line, &mut scratch);
    if let Some(why) = judgement.not_event() {
        assert_eq!(engine.explain(line, &mut scratch).unwrap_err(), why);
        let why = match why {
            NotEvent::Malformed => "malformed",
            NotEvent::Unmodelled => "unmodelled",
            NotEvent::Oversized => "oversized",
        };
        return (None, BTreeMap::from([("not_event", Some(why.to_owned()))]));
    }
    let trace = engine.explain(line, &mut scratch).unwrap();
    assert_eq!(trace.code, judgement.code());
    let span = trace.span.map(|span| {
        let units: Vec<u16> = trace.subject.encode_utf16().collect();
        String::from_utf16(&units[span.start as usize..span.end as usize]).unwrap()
    });
    let rule = judgement.rule().map(|at| &engine.policy().rules[at]);
    let event = event::parse(line, &mut scratch).unwrap();
    let target = engine.target(&event, judgement);
    let action = rule
        .and_then(|rule| rule.action)
        .filter(|_| judgement.has_target());
    let found = BTreeMap::from([
        (
            "verdict",
            Some(
                rule.map_or(engine.policy().default, |rule| rule.verdict)
                    .as_word()
                    .to_owned(),
            ),
        ),
        ("rule", rule.map(|rule| rule.name.clone())),
        (
            "severity",
            Some(
                rule.map_or_else(
                    || DefaultInfo::from(engine.policy().default).severity,
                    |rule| rule.severity,
                )
                .as_word()
                .to_owned(),
            ),
        ),
        (
            "action",
            Some(action.map_or("none".to_owned(), |action| format!("{action:?}"))),
        ),
        ("target", target.filter(|_| action.is_some())),
        (
            "evidence",
            Some(format!("{:?}", judgement.evidence()).to_lowercase()),
        ),
        ("span", span),
    ]);
    (judgement.kind(), found)
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
        .collect()
}

fn engine(policy: &str) -> Engine {
    let checked = check(policy, &|_| None);
    assert_eq!(checked.diagnostics, [], "{policy}");
    Engine::new(checked.policy.unwrap()).unwrap()
}

fn files() -> Vec<(String, File)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../test/corpus");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let file = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, file)
        })
        .collect();
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    files
}

#[test]
fn every_case_has_its_expected_judgement_and_every_rule_has_cases() {
    let mut engines = HashMap::new();
    let mut names = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    let mut fired: BTreeMap<String, usize> = BTreeMap::new();
    let mut spared: BTreeMap<String, usize> = BTreeMap::new();
    let mut faults = Vec::new();
    let builtin = engine("");
    for (file, File { policy, case }) in files() {
        for case in case {
            let policy = case.policy.as_ref().unwrap_or(&policy);
            let engine = engines
                .entry(policy.clone())
                .or_insert_with(|| engine(policy));
            let (kind, found) = judged(engine, &case.line());
            kinds.extend(kind);
            for (key, expected) in case.expected() {
                let found = found.get(key).and_then(Option::as_deref);
                if found != expected {
                    faults.push(format!(
                        "{file}: {}: {key} is {found:?}, not {expected:?}",
                        case.name
                    ));
                }
            }
            if let Some(near) = &case.near {
                let rule = builtin
                    .policy()
                    .rules
                    .iter()
                    .find(|rule| rule.name == *near);
                let rule = rule.unwrap_or_else(|| panic!("{}: no rule `{near}`", case.name));
                if kind.is_none_or(|kind| !rule.on.contains(&kind))
                    || case.rule.as_ref() == Some(near)
                {
                    faults.push(format!("{file}: {}: not near `{near}`", case.name));
                }
                *spared.entry(near.clone()).or_default() += 1;
            }
            if policy.is_empty() {
                *fired
                    .entry(case.rule.clone().unwrap_or_default())
                    .or_default() += 1;
            }
            if !names.insert(case.name.clone()) {
                faults.push(format!("{file}: a second case is named `{}`", case.name));
            }
        }
    }
    for rule in builtin
        .policy()
        .rules
        .iter()
        .filter(|rule| rule.origin == Origin::Builtin && rule.pack.is_none())
    {
        for (what, count) in [("fire", &fired), ("come near", &spared)] {
            let count = count.get(&rule.name).copied().unwrap_or_default();
            if count < ENOUGH {
                faults.push(format!(
                    "{count} cases {what} `{}`, not {ENOUGH}",
                    rule.name
                ));
            }
        }
    }
    for kind in EventKind::ALL
        .into_iter()
        .filter(|kind| !kinds.contains(kind))
    {
        faults.push(format!("no case is a {}", kind.as_word()));
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
