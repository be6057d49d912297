//! Compares finds with the `regex` crate and text in parts with the whole text, and scans
//! adversarial texts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::ops::Range;
use std::time::{Duration, Instant};

use sentry_core::policy::{Imported, OPTIONAL_KINDS, SECRET_KINDS, check};
use sentry_core::redact::{Detectors, Part};
use sentry_testing::Random;

const PARTS: [&str; 24] = [
    "a",
    "b",
    "ab",
    "é",
    "[ab]",
    "[^a]",
    ".",
    "a+",
    "b*",
    "(?:ab|a)",
    "(a|ab)",
    "(b+?)",
    "a{2,3}",
    "(?:a|é)*?",
    "x",
    r"\b",
    "$",
    "^",
    "(?m:^)",
    r"(?-u:\B)",
    "a??",
    "(?s:.)",
    r"\s",
    "(?:ab|b|)",
];
const TEXTS: [&str; 12] = [
    "a", "b", "ab", "aab", "é", "x", " ", "\n", "aé", "bb", "xa", "😀",
];

fn some(random: &mut Random, from: &[&str], least: usize, most: usize) -> String {
    let count = least + random.below(most - least + 1);
    (0..count).map(|_| random.pick(from)).collect()
}

/// The detectors with one pattern; `None` if the pattern cannot be used.
fn detectors(pattern: &str, group: usize) -> Option<Detectors> {
    let off = SECRET_KINDS;
    let source = format!(
        "redact {{ off = {off:?} pattern \"p\" {{ match = `{pattern}` value_group = {group} }} }}"
    );
    let policy = check(&source, &|_| None).policy?;
    Detectors::new(&policy.redact, Imported::default())
}

fn finds(detectors: &mut Detectors, text: &str) -> Vec<Range<usize>> {
    let scan = detectors
        .scan(&mut text.as_bytes().to_vec(), Part::WHOLE)
        .unwrap();
    scan.finds.iter().map(|find| find.start..find.end).collect()
}

/// The same with the `regex` crate, with ASCII word boundaries.
fn expected(pattern: &str, group: usize, text: &str) -> Vec<Range<usize>> {
    let pattern = pattern.replace(r"\b", r"(?-u:\b)");
    let regex = regex::Regex::new(&pattern).unwrap();
    let value = |captures: regex::Captures<'_>| {
        let value = captures.get(group).filter(|value| !value.is_empty());
        value.unwrap_or_else(|| captures.get(0).unwrap()).range()
    };
    regex.captures_iter(text).map(value).collect()
}

#[test]
fn spans_agree_with_the_regex_crate() {
    let mut random = Random(7);
    let (mut patterns, mut found) = (0, 0);
    while patterns < 300 {
        let pattern = some(&mut random, &PARTS, 1, 6);
        let groups = pattern.matches("(a|").count() + pattern.matches("(b+").count();
        let group = random.below(groups + 1);
        let Some(mut detectors) = detectors(&pattern, group) else {
            continue;
        };
        patterns += 1;
        for _ in 0..60 {
            let text = some(&mut random, &TEXTS, 0, 14);
            let finds = finds(&mut detectors, &text);
            assert_eq!(
                finds,
                expected(&pattern, group, &text),
                "{pattern} {group} {text:?}"
            );
            found += finds.len();
        }
    }
    assert!(found > 10_000, "{found}");
}

#[test]
fn more_text_does_not_change_the_stable_part() {
    let mut random = Random(11);
    let mut stable_early = 0;
    let mut patterns = 0;
    while patterns < 300 {
        let pattern = some(&mut random, &PARTS, 1, 6);
        let Some(mut detectors) = detectors(&pattern, 0) else {
            continue;
        };
        patterns += 1;
        for _ in 0..30 {
            let text = some(&mut random, &TEXTS, 1, 16);
            let whole = finds(&mut detectors, &text);
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).skip(1).collect();
            for end in ends {
                let mut part = text.as_bytes()[..end].to_vec();
                let more = Part {
                    from: 0,
                    is_last: false,
                    placeholders: false,
                };
                let scan = detectors.scan(&mut part, more).unwrap();
                let settled = scan.stable_until;
                assert!(settled <= end);
                let early: Vec<_> = scan
                    .finds
                    .iter()
                    .filter(|find| find.end <= settled)
                    .collect();
                let of_whole: Vec<_> = whole.iter().filter(|find| find.start < settled).collect();
                assert!(
                    early
                        .iter()
                        .map(|find| find.start..find.end)
                        .eq(of_whole.into_iter().cloned()),
                    "{pattern} {text:?} up to {end}, settled {settled}: {early:?} {whole:?}"
                );
                stable_early += usize::from(settled > 0);
            }
        }
    }
    assert!(stable_early > 20_000, "{stable_early}");
}

/// Texts of the built-in kinds, in whole or in part.
const SNIPPETS: [&str; 51] = [
    "password=",
    "aB3dE6gH9jK2",
    "&x=1",
    "&",
    ";",
    "<",
    "</a>",
    "(",
    "'",
    "\"",
    "Authorization: ",
    "Basic ",
    "Bearer ",
    "YWRhOkJsdWU3SGFyYm9yOXg=",
    "\n",
    "\\n",
    " ",
    "postgres://ada:",
    "@db/x",
    "-----BEGIN PRIVATE KEY-----\n",
    "2| MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n",
    "-----END PRIVATE KEY-----",
    "Cookie: sid=",
    "; b=c",
    "curl -u ada:",
    " -p",
    "mysql",
    "token is ",
    "name: API_KEY\n",
    "value: ",
    "name,password\nada,",
    "hvs",
    ".",
    "lat",
    "glp",
    "-",
    "q7Gd2mZx9Kp4Rt6Wb1Ns8Vc3Jh5L",
    "ed25519",
    "${",
    "}",
    "\\u0070assword: ",
    "%70",
    "ada@example.org",
    "eyJhbGciOiJub25lIn0",
    "4000 0000 0000 0002",
    "+49 30 901820",
    "536-22-8745",
    "SSN ",
    "943 476 5919",
    "(",
    "12345678Z",
];

#[test]
fn more_text_does_not_change_the_stable_part_of_the_built_in_kinds() {
    let policy = check(&format!("redact {{ on = {OPTIONAL_KINDS:?} }}"), &|_| None)
        .policy
        .unwrap();
    let mut detectors = Detectors::new(&policy.redact, Imported::default()).unwrap();
    let mut random = Random(5);
    let mut found = 0;
    for _ in 0..3000 {
        let text = some(&mut random, &SNIPPETS, 2, 9);
        let whole = finds(&mut detectors, &text);
        found += whole.len();
        for (end, _) in text.char_indices().skip(1) {
            // The caller does not cut inside an escape.
            let escape = text[..end].rfind("\\u");
            if text[..end].ends_with('\\') || escape.is_some_and(|at| end - at < 6) {
                continue;
            }
            let more = Part {
                is_last: false,
                ..Part::WHOLE
            };
            let scan = detectors
                .scan(&mut text.as_bytes()[..end].to_vec(), more)
                .unwrap();
            let settled = scan.stable_until;
            let early = scan.finds.iter().filter(|find| find.start < settled);
            let early: Vec<_> = early.map(|find| find.start..find.end).collect();
            let of_whole: Vec<_> = whole
                .iter()
                .filter(|find| find.start < settled)
                .cloned()
                .collect();
            assert_eq!(early, of_whole, "{text:?} up to {end}, settled {settled}");
            // What follows is found as in the whole text.
            let rest = Part {
                from: settled,
                ..Part::WHOLE
            };
            let scan = detectors.scan(&mut text.as_bytes().to_vec(), rest).unwrap();
            let late: Vec<_> = scan.finds.iter().map(|find| find.start..find.end).collect();
            let of_whole: Vec<_> = whole
                .iter()
                .filter(|find| find.start >= settled)
                .cloned()
                .collect();
            assert_eq!(late, of_whole, "{text:?} from {settled}");
        }
    }
    assert!(found > 500, "{found}");
}

/// Texts that would take minutes if parts of them were searched repeatedly.
#[test]
fn adversarial_texts_take_linear_time() {
    let policy = check(
        "redact { pattern \"far\" { match = `a.*z|a` } pattern \"all\" { match = `(?s)q.*` } }",
        &|_| None,
    );
    let redact = policy.policy.unwrap().redact;
    let units = [
        "a",
        "q",
        "-----BEGIN PRIVATE KEY-----\nA .",
        "-----BEGIN PRIVATE KEY-----",
        "sk-",
        "sk-proj-aaaaaaaaaaaaaaaa",
        "eyJaaaaaaaa.aa.",
        "a@a.",
        "a@",
        "password=",
        "password=\"",
        "token:token:",
        "bearer ",
        "\\",
        "\\n",
        "{{A3S_REDACTED:",
        "{{A3S_REDACTED:a:1}}",
        "é@é",
        "AKIA",
        "xoxb-",
        "password=abcdefghijkl1 ",
        "token: $",
        "a://b:",
        "Cookie: a=b; ",
        "glpat-",
        "-----BEGIN PRIVATE KEY-----\n1 ",
        "MIIEvQIBADANBgkqhkiG9w0BAQ ",
        "authorization: a b ",
        "%70%61",
        "\\u0070",
        "key,key,key\n",
        "a,password\n",
        "a,password\nb,c,password\n",
        "pwd,",
        "cookie: key=",
        "cookie=",
        "authorization:",
        "authorization=$",
        "bearer+example",
        "-p -p ",
        "curl -u a:",
    ];
    for unit in units {
        let mut detectors = Detectors::new(&redact, Imported::default()).unwrap();
        let mut text = unit.repeat((1 << 20) / unit.len()).into_bytes();
        let begin = Instant::now();
        detectors
            .scan(
                &mut text,
                Part {
                    from: 0,
                    is_last: false,
                    placeholders: true,
                },
            )
            .unwrap();
        detectors.scan(&mut text, Part::WHOLE).unwrap();
        let took = begin.elapsed();
        assert!(took < Duration::from_secs(60), "{unit}: {took:?}");
    }
}

#[test]
fn the_rest_is_masked_if_reading_on_takes_too_long() {
    let mut detectors = detectors("a.*z|a", 0).unwrap();
    let text = "a".repeat(100_000);
    let finds = finds(&mut detectors, &text);
    assert_eq!(finds.last().unwrap().end, text.len());
    assert!(finds.len() < 100, "{}", finds.len());
}
