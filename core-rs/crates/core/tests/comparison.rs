//! Two policies that judge together decide as each does alone.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::rc::Rc;

use sentry_core::engine::{Comparison, Engine, LineStream};
use sentry_core::event::Scratch;
use sentry_core::policy::{Date, check};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

fn engine(source: &str) -> Engine {
    let report = check(source, &|_| None);
    let policy = (report.policy).unwrap_or_else(|| panic!("{source}\n{:?}", report.diagnostics));
    Engine::new(policy).unwrap()
}

/// The recorded session, and the labelled lines.
fn lines() -> Vec<String> {
    let mut lines: Vec<String> = read("examples/session.ndjson")
        .lines()
        .map(str::to_owned)
        .collect();
    let labelled = std::fs::read_dir(root().join("test/corpus/labelled")).unwrap();
    let mut files: Vec<_> = labelled.map(|file| file.unwrap().path()).collect();
    files.sort();
    for file in files
        .iter()
        .filter(|file| file.extension().is_some_and(|end| end == "ndjson"))
    {
        let text = std::fs::read_to_string(file).unwrap();
        lines.extend(text.lines().map(str::to_owned));
    }
    lines
}

/// How many lines both decide by the same rule, and how many otherwise.
#[derive(Debug, Default)]
struct Seen {
    equal: usize,
    different: usize,
}

impl Seen {
    /// Compares two policies on all lines.
    fn compare(&mut self, old: &str, new: &str, lines: &[String]) {
        let (before, after) = (Rc::new(engine(old)), engine(new));
        let comparison = Comparison::new(Rc::clone(&before), &after);
        let mut scratch = Scratch::default();
        for line in lines {
            let line = line.as_bytes();
            let (is, was) = comparison.judge(&after, line, &mut scratch);
            assert_eq!(is, after.judge(line, &mut scratch));
            let alone = before.judge(line, &mut scratch);
            let shown = String::from_utf8_lossy(line);
            assert_eq!(was.not_event(), alone.not_event(), "{shown}");
            assert_eq!(was.kind(), alone.kind(), "{shown}");
            assert_eq!(was.evidence(), alone.evidence(), "{shown}");
            assert_eq!(
                was.rule(),
                alone.rule(),
                "{shown}\n{old}\n--- and ---\n{new}"
            );
            let said = |engine: &Engine, rule: Option<usize>| {
                let rule = rule.map(|at| &engine.policy().rules[at]);
                rule.map(|rule| (rule.name.clone(), rule.verdict))
            };
            if said(&before, was.rule()) == said(&after, is.rule()) {
                self.equal += 1;
            } else {
                self.different += 1;
            }
        }
    }
}

const STOCK: [&str; 4] = ["ci", "coding-agent", "server", "strict"];

#[test]
fn stock_policies_decide_together_as_alone() {
    let lines = lines();
    let mut texts: Vec<String> = STOCK
        .map(|name| read(&format!("examples/policies/{name}.acl")))
        .into();
    texts.push(String::new());
    texts.push("default = \"escalate\"".to_owned());
    let mut seen = Seen::default();
    for old in &texts {
        for new in &texts {
            seen.compare(old, new, &lines);
        }
    }
    assert!(seen.equal > 10_000 && seen.different > 500, "{seen:?}");
}

/// The settings of a policy, and its rules.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in text.lines() {
        if line.starts_with("rule \"") {
            parts.push(String::new());
        }
        let part = parts.last_mut().unwrap();
        part.push_str(line);
        part.push('\n');
    }
    parts
}

#[test]
fn edited_policies_decide_together_as_alone() {
    let lines = lines();
    let mut seen = Seen::default();
    let mut random = 7_usize;
    let mut below = |count: usize| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % count
    };
    for name in STOCK {
        let old = read(&format!("examples/policies/{name}.acl"));
        for _ in 0..9 {
            let mut rules = parts(&old);
            for _ in 0..=below(6) {
                let count = rules.len() - 1;
                let (at, other) = (1 + below(count), 1 + below(count));
                match below(5) {
                    0 => drop(rules.remove(at)),
                    1 => rules.swap(at, other),
                    2 => rules[at] = rules[at].replace("\"allow\"", "\"escalate\""),
                    3 => rules[at] = rules[at].replace("\"escalate\"", "\"block\""),
                    _ => {
                        let rule = rules.remove(at);
                        rules.push(rule);
                    }
                }
            }
            let new = rules.concat();
            if check(&new, &|_| None).policy.is_some() {
                seen.compare(&old, &new, &lines);
                seen.compare(&new, &old, &lines);
            }
        }
    }
    assert!(seen.equal > 10_000 && seen.different > 100, "{seen:?}");
}

#[test]
fn rules_that_expire_decide_together_as_alone() {
    let rule = |expires: &str, verdict: &str| {
        format!(
            "rule \"r\" {{ on = \"Dns\" match = \"^a$\" verdict = \"{verdict}\" severity = \"low\" reason = \"r\" {expires} }}\n"
        )
    };
    let line = r#"{"event":{"Dns":{"pid":1,"query":"a"}}}"#;
    for verdict in ["allow", "block"] {
        for (old, new) in [
            ("expires = \"2027-03-31\"", ""),
            ("", "expires = \"2027-03-31\""),
        ] {
            let (before, after) = (
                Rc::new(engine(&rule(old, verdict))),
                engine(&rule(new, verdict)),
            );
            let comparison = Comparison::new(Rc::clone(&before), &after);
            for date in [None, Date::parse("2027-03-31"), Date::parse("2027-04-01")] {
                before.set_date(date);
                after.set_date(date);
                let mut scratch = Scratch::default();
                let (_, was) = comparison.judge(&after, line.as_bytes(), &mut scratch);
                assert_eq!(
                    was.rule(),
                    before.judge(line.as_bytes(), &mut scratch).rule(),
                    "{date:?}"
                );
            }
        }
    }
}

#[test]
fn a_stream_has_the_codes_of_both() {
    let block = "rule \"r\" { on = \"Dns\" match = \"^a$\" verdict = \"block\" severity = \"low\" reason = \"r\" }";
    let (before, after) = (Rc::new(engine(block)), engine(""));
    let mut stream = LineStream::default();
    stream.set_every(true);
    stream.compare_with(Comparison::new(before, &after));
    let event = r#"{"event":{"Dns":{"pid":1,"query":"a"}}}"#;
    let chunk = format!(
        "{event}\nnot json\n{{\"event\":{event}{event}\n{}\n{event}\n",
        "x".repeat(5 << 20)
    );
    let mut codes = Vec::new();
    for part in chunk.as_bytes().chunks(100_000) {
        stream.input_buffer(part.len()).copy_from_slice(part);
        stream.feed(&after, part.len());
        let rows = stream.rows().iter().zip(stream.others());
        codes.extend(rows.map(|(row, other)| (row.code, *other)));
    }
    let same_line = sentry_core::engine::SAME_LINE;
    let is_decided: Vec<_> = (codes.iter())
        .map(|(new, old)| (new & 0xff, old & 0xff, new & same_line == old & same_line))
        .collect();
    assert_eq!(is_decided.first(), Some(&(0, 1, true)));
    assert_eq!(is_decided.last(), Some(&(0, 1, true)));
    assert!(is_decided.iter().all(|(_, _, is_same_line)| *is_same_line));
    let damaged = codes.iter().filter(|(new, _)| new & same_line != 0).count();
    assert!(damaged >= 1, "{codes:?}");
}
