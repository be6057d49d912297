//! The matcher agrees with the `regex` crate: the same rules match a subject, at the same place.
//!
//! The input is text: patterns, one a line; an empty line; then subjects, one a line. All subjects
//! together are one more. Patterns that do not compile are left out.

use std::cell::OnceCell;

use regex::{Regex, RegexBuilder};
use sentry_acl::{Attribute, Block, Document, Item, Name, Value, ValueKind};
use sentry_core::engine::{Engine, Outcome};
use sentry_core::event::{EventKind, Scratch};
use sentry_core::policy;
use sentry_text::Span;

/// Limits that keep an execution short.
const MAX_PATTERNS: usize = 8;
const MAX_SUBJECTS: usize = 16;
const MAX_COMPILED: usize = 256 << 10;

/// Checks each subject against all patterns and the built-in rules.
///
/// # Panics
/// If the two disagree.
pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let (patterns, subjects) = text.split_once("\n\n").unwrap_or((text, ""));
    let patterns = patterns.split('\n').filter_map(|pattern| {
        let compiled = RegexBuilder::new(pattern).size_limit(MAX_COMPILED).build();
        compiled.ok().filter(|_| !pattern.is_empty())
    });
    let patterns: Vec<Regex> = patterns.take(MAX_PATTERNS).collect();
    let source = document(&patterns);
    let Some(policy) = policy::check(&source, &|_| None).policy else {
        panic!("the policy is rejected:\n{source}");
    };
    let engine = Engine::new(policy).unwrap();
    BUILT_IN.with(|built_in| {
        let built_in = built_in.get_or_init(compiled_built_in_rules);
        let all: Vec<Option<&Regex>> = patterns
            .iter()
            .map(Some)
            .chain(built_in.iter().map(Option::as_ref))
            .collect();
        let lines = subjects.split('\n').take(MAX_SUBJECTS);
        // Twice, since an automaton remembers the subjects that it has seen.
        for subject in lines.clone().chain([subjects]).chain(lines) {
            compare(&engine, &all, subject);
        }
    });
}

thread_local! {
    static BUILT_IN: OnceCell<Vec<Option<Regex>>> = const { OnceCell::new() };
}

/// The patterns of the built-in rules; `None` for rules of other kinds of event.
fn compiled_built_in_rules() -> Vec<Option<Regex>> {
    let rules = policy::check("", &|_| None).policy.unwrap().rules;
    let compiled = |rule: &policy::Rule| {
        let pattern = rule.pattern.as_ref()?;
        let is_judged = rule.on.contains(&EventKind::SslContent);
        is_judged.then(|| Regex::new(pattern.as_str()).unwrap())
    };
    rules.iter().map(compiled).collect()
}

fn compare(engine: &Engine, rules: &[Option<&Regex>], subject: &str) {
    let line = serde_json::json!({ "event": { "SslContent": { "pid": 1, "content": subject } } });
    let line = line.to_string();
    let mut scratch = Scratch::default();
    let mut patterns = rules.iter();
    let first = patterns.position(|it| it.is_some_and(|it| it.is_match(subject)));
    let judgement = engine.judge(line.as_bytes(), &mut scratch);
    assert_eq!(judgement.rule(), first, "{subject:?}");

    let trace = engine.explain(line.as_bytes(), &mut scratch).unwrap();
    let mut tried = 0;
    for rule in &trace.rules {
        let pattern = rules[rule.rule as usize].unwrap();
        let found = pattern.find(subject);
        let outcome = match &found {
            None => Outcome::NoMatch,
            Some(_) if judgement.rule() == Some(rule.rule as usize) => Outcome::Decided,
            Some(_) => Outcome::Shadowed,
        };
        let context = || format!("{} on {subject:?}", pattern.as_str());
        assert_eq!(rule.outcome, outcome, "{}", context());
        let span = found.map(|found| [found.start(), found.end()].map(|at| utf16(&subject[..at])));
        assert_eq!(
            rule.span.map(|span| [span.start, span.end]),
            span,
            "{}",
            context()
        );
        tried += 1;
    }
    assert_eq!(tried, rules.iter().flatten().count());
}

fn utf16(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap()
}

/// A policy with one rule for each pattern.
fn document(patterns: &[Regex]) -> String {
    let attribute = |name: &str, text: &str| {
        let value = Value {
            span: Span::default(),
            kind: ValueKind::String(text.to_owned()),
        };
        Item::Attribute(Attribute {
            name: word(name),
            value,
        })
    };
    let rule = |(number, pattern): (usize, &Regex)| {
        Item::Block(Block {
            name: word("rule"),
            labels: vec![word(&format!("r{number}"))],
            items: vec![
                attribute("on", "SslContent"),
                attribute("match", pattern.as_str()),
                attribute("verdict", "block"),
                attribute("severity", "low"),
                attribute("reason", "r"),
            ],
            span: Span::default(),
        })
    };
    sentry_acl::print(&Document {
        items: patterns.iter().enumerate().map(rule).collect(),
    })
}

fn word(text: &str) -> Name {
    Name {
        text: text.to_owned(),
        span: Span::default(),
    }
}
