//! Compares event parsing with `serde_json` and a plain implementation of the contract: the same
//! lines are events, with the same fields.

// The lints for library code do not apply to tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod event_support;

use std::collections::BTreeMap;

use event_support::oracle::{self, Read, said};
use event_support::writer::{Writer, damage};
use sentry_core::event::{NotEvent, Scratch, fault, parse};
use sentry_testing::Random;

/// Counts what was generated, so that a generator without variety fails.
#[derive(Default)]
struct Seen {
    scratch: Scratch,
    counts: BTreeMap<String, usize>,
}

impl Seen {
    fn count(&mut self, what: impl Into<String>) {
        *self.counts.entry(what.into()).or_default() += 1;
    }

    /// Fails unless each was counted at least so often.
    fn must_have(&self, what: &[&str], at_least: usize) {
        for what in what {
            let count = self.counts.get(*what).copied().unwrap_or(0);
            assert!(
                count >= at_least,
                "only {count} of {what}: {:#?}",
                self.counts
            );
        }
    }

    /// Compares both results for a line.
    fn compare(&mut self, line: &[u8]) {
        let tree = oracle::tree_of(line);
        let expected = tree.as_ref().map_or(Err(NotEvent::Malformed), oracle::read);
        let mut scratch = std::mem::take(&mut self.scratch);
        let parsed = parse(line, &mut scratch);
        if let Ok(event) = &parsed {
            assert_eq!(event.has_target(), event.target().is_some());
        }
        let found = parsed.map(|event| said(&event));
        assert_eq!(found, expected, "{}", line.escape_ascii());
        let explained = fault(line).is_some();
        match found {
            Err(NotEvent::Malformed) => assert!(explained, "{}", line.escape_ascii()),
            Ok(_) => assert!(!explained, "{}", line.escape_ascii()),
            Err(_) => {}
        }
        self.scratch = scratch;
        self.classify(line, tree.is_some(), &expected);
    }

    fn classify(&mut self, line: &[u8], is_json: bool, expected: &Result<Read, NotEvent>) {
        match expected {
            Err(NotEvent::Malformed) if is_json => self.count("JSON of another shape"),
            Err(NotEvent::Malformed) => self.count("not JSON"),
            Err(NotEvent::Unmodelled) => self.count("unmodelled"),
            Err(NotEvent::Oversized) => unreachable!("only a stream has lines that are too long"),
            Ok(event) => {
                self.count("event");
                self.count(format!("{:?}", event.kind));
                self.count(format!("{:?}", event.evidence));
                if event.natural.is_some() {
                    self.count("target");
                }
                if event.agent.is_some() {
                    self.count("agent");
                }
                if event.provider.is_some() {
                    self.count("provider");
                }
                if !event.subject.is_ascii() {
                    self.count("subject beyond ASCII");
                }
                if !contains(line, event.subject.as_bytes()) {
                    self.count("subject not in the line");
                }
                let text = String::from_utf8_lossy(line);
                if text.as_bytes() != line {
                    self.count("event that is not UTF-8");
                } else if oracle::without_lone_surrogates(&text) != line {
                    self.count("lone surrogate");
                }
                if contains(line, b"\\u00") {
                    self.count("escaped ASCII");
                }
                if contains(line, "\u{feff}".as_bytes()) {
                    self.count("byte order mark");
                }
            }
        }
    }
}

fn contains(line: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(line, part).is_some()
}

fn line(random: &mut Random) -> String {
    let wild = !random.once_in(4);
    let mut writer = Writer {
        random,
        out: String::new(),
        wild,
    };
    writer.line();
    writer.out
}

const KINDS: &[&str] = &[
    "ToolExec",
    "SslContent",
    "SecurityAction",
    "Egress",
    "Dns",
    "FileAccess",
    "FileDelete",
    "LlmActivations",
    "ToolCall",
];

#[test]
fn lines_of_all_forms_are_parsed_as_the_contract_says() {
    let mut random = Random(1);
    let mut seen = Seen::default();
    for _ in 0..65_000 {
        let line = line(&mut random);
        seen.compare(line.as_bytes());
    }
    seen.must_have(KINDS, 1_000);
    let states = [
        "event",
        "unmodelled",
        "Complete",
        "Partial",
        "target",
        "agent",
        "provider",
    ];
    seen.must_have(&states, 1_000);
    let texts = [
        "subject beyond ASCII",
        "subject not in the line",
        "escaped ASCII",
    ];
    seen.must_have(&texts, 1_000);
    seen.must_have(&["lone surrogate", "byte order mark"], 300);
    seen.must_have(&["JSON of another shape", "not JSON"], 300);
}

#[test]
fn damaged_lines_have_the_same_result() {
    let mut random = Random(2);
    let mut seen = Seen::default();
    for _ in 0..27_000 {
        let whole = line(&mut random).into_bytes();
        for _ in 0..4 {
            let mut damaged = whole.clone();
            damage(&mut random, &mut damaged);
            if random.once_in(4) && !damaged.is_empty() {
                damage(&mut random, &mut damaged);
            }
            if std::str::from_utf8(&damaged).is_err() {
                seen.count("not UTF-8");
            }
            seen.compare(&damaged);
        }
    }
    seen.must_have(KINDS, 300);
    seen.must_have(&["not JSON", "JSON of another shape", "not UTF-8"], 3_000);
    let states = [
        "event",
        "unmodelled",
        "lone surrogate",
        "event that is not UTF-8",
    ];
    seen.must_have(&states, 100);
}

#[test]
fn no_prefix_of_a_line_is_an_event() {
    let mut random = Random(3);
    let mut seen = Seen::default();
    for _ in 0..240 {
        let line = line(&mut random);
        for end in 0..line.len() {
            seen.compare(&line.as_bytes()[..end]);
        }
    }
    seen.must_have(&["not JSON"], 45_000);
}

#[test]
fn the_nesting_limit_is_that_of_serde_json() {
    let mut seen = Seen::default();
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"\":", "}]")] {
        for levels in 60..=130 {
            let value = format!("{}0{}", open.repeat(levels), close.repeat(levels));
            for line in [
                format!("{{\"process\":{value},\"event\":{{\"X\":0}}}}"),
                format!("{{\"event\":{{\"X\":{value}}}}}"),
                format!("{{\"event\":{{\"Dns\":{{\"pid\":1,\"query\":\"a\",\"x\":{value}}}}}}}"),
            ] {
                seen.compare(line.as_bytes());
            }
        }
    }
    seen.must_have(&["event", "unmodelled", "not JSON"], 50);
}
