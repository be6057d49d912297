//! Dictionaries of features: their forms, problems and limits.
#![allow(clippy::unwrap_used, clippy::panic)]

mod sae_support;

use std::fmt::Write;

use sae_support::{DICTIONARY, features, judged, tier};
use sentry_core::sae::{Dictionary, MAX_CATEGORIES, MAX_FEATURES, MAX_TEXT, ScoreBuffer};
use sentry_core::wire;
use sentry_text::diagnostic::MAX_DIAGNOSTICS;

#[test]
fn a_dictionary_may_use_any_form_of_json() {
    let texts = [
        r#"{"1":{"concept":"c","category":"k","weight":1}}"#,
        "\u{feff} { \"1\" :\r\n{\t\"weight\" : 1.0e0 , \"category\":\"k\", \"concept\":\"c\" } } \n",
        r#"{"\u0031":{"conc\u0065pt":"\u0063","category":"k","weight":1,"severity":"info"}}"#,
    ];
    for text in texts {
        let found = judged(&tier(text), &[(1, 0.7)]);
        assert_eq!(found.2, "SAE harmful=0.70 [k=0.70]: c (sae_feature:#1)");
    }
    assert!(Dictionary::read("{}").unwrap().is_empty());
}

/// A feature with one key set to another value.
fn with(key: &str, value: &str) -> String {
    let usual = [("concept", "\"c\""), ("category", "\"k\""), ("weight", "1")];
    let members = usual
        .iter()
        .filter(|(name, _)| *name != key)
        .map(|(name, value)| format!("\"{name}\": {value}"));
    let mut members: Vec<String> = members.collect();
    members.push(format!("\"{key}\": {value}"));
    format!("{{\"1\": {{{}}}}}", members.join(", "))
}

#[test]
fn each_problem_has_a_code_and_underlines_its_place() {
    let long = format!("\"{}\"", "x".repeat(257));
    let cases = [
        ("", "sae/syntax", ""),
        ("[1]", "sae/wrong-type", "[1]"),
        ("null", "sae/wrong-type", "null"),
        ("{", "sae/syntax", ""),
        ("{}}", "sae/syntax", "}"),
        ("{1: {}}", "sae/syntax", "1"),
        ("{\"1\" {}}", "sae/syntax", "{"),
        ("{\"1\": 3}", "sae/wrong-type", "3"),
        ("{\"1\": {\"concept\": \"\\x\"}}", "sae/syntax", "\""),
        (
            &with("weight", "1").replace("\"1\"", "\"one\""),
            "sae/bad-id",
            "\"one\"",
        ),
        (
            &with("weight", "1").replace("\"1\"", "\"01\""),
            "sae/bad-id",
            "\"01\"",
        ),
        (
            &with("weight", "1").replace("\"1\"", "\"+1\""),
            "sae/bad-id",
            "\"+1\"",
        ),
        (
            &with("weight", "1").replace("\"1\"", "\"\""),
            "sae/bad-id",
            "\"\"",
        ),
        (
            &with("weight", "1").replace("\"1\"", "\"4294967296\""),
            "sae/bad-id",
            "\"4294967296\"",
        ),
        (&with("weight", "1e999"), "sae/bad-value", "1e999"),
        (&with("weight", "-1e999"), "sae/bad-value", "-1e999"),
        (&with("weight", "NaN"), "sae/syntax", "N"),
        (&with("weight", "-Infinity"), "sae/syntax", "-"),
        (&with("weight", "01"), "sae/syntax", "0"),
        (&with("weight", "\"1\""), "sae/wrong-type", "\"1\""),
        (&with("weight", "null"), "sae/wrong-type", "null"),
        (&with("concept", "1"), "sae/wrong-type", "1"),
        (&with("concept", "\" \""), "sae/bad-value", "\" \""),
        (&with("concept", &long), "sae/bad-value", &long),
        (&with("category", "\"\""), "sae/bad-value", "\"\""),
        (&with("category", &long), "sae/bad-value", &long),
        (&with("severity", "\"grave\""), "sae/bad-value", "\"grave\""),
        (&with("severity", "2"), "sae/wrong-type", "2"),
        (&with("wieght", "1"), "sae/unknown-key", "\"wieght\""),
        (
            "{\"1\": {\"concept\": \"c\", \"category\": \"k\"}}",
            "sae/missing-key",
            "\"1\"",
        ),
        (
            &with("weight", "1, \"weight\": 2"),
            "sae/duplicate",
            "\"weight\"",
        ),
    ];
    for (text, code, place) in cases {
        let problems = Dictionary::read(text).unwrap_err();
        let [problem] = &problems[..] else {
            panic!("{text}: {problems:?}")
        };
        assert_eq!(
            (problem.code.as_str(), problem.span.of(text)),
            (code, place),
            "{text}: {problem:?}"
        );
    }
}

#[test]
fn all_problems_are_reported_in_the_order_of_the_text() {
    let text = r#"{
  "8801": {"concept": "a", "category": "k", "weight": 0.9, "severity": "hihg"},
  "9": {"concept": "b", "category": "k", "weight": 1, "note": [1, {"x": null}]},
  "8801": {"concept": "c", "category": "k", "weight": 1}
}"#;
    let (dictionary, report) = wire::dictionary("features.json", text);
    assert!(dictionary.is_none());
    let frames: Vec<&str> = report
        .diagnostics
        .iter()
        .map(|found| found.frame.as_str())
        .collect();
    assert_eq!(
        frames,
        [
            "error[sae/bad-value]: `severity` must be `info`, `low`, `medium`, `high` or `critical`
 --> features.json:2:72
  |
2 |   \"8801\": {\"concept\": \"a\", \"category\": \"k\", \"weight\": 0.9, \"severity\": \"hihg\"},
  |                                                                        ^^^^^^
  = help: did you mean `high`?
",
            "error[sae/unknown-key]: unknown key: a feature has `concept`, `category`, `weight` and `severity`
 --> features.json:3:55
  |
3 |   \"9\": {\"concept\": \"b\", \"category\": \"k\", \"weight\": 1, \"note\": [1, {\"x\": null}]},
  |                                                       ^^^^^^
",
            "error[sae/duplicate]: duplicate feature
 --> features.json:4:3
  |
2 |   \"8801\": {\"concept\": \"a\", \"category\": \"k\", \"weight\": 0.9, \"severity\": \"hihg\"},
  |   ------ first here
...
4 |   \"8801\": {\"concept\": \"c\", \"category\": \"k\", \"weight\": 1}
  |   ^^^^^^
",
        ]
    );
}

#[test]
fn no_prefix_and_no_replaced_byte_makes_the_reader_panic() {
    let whole = DICTIONARY.trim_end();
    for end in 0..whole.len() {
        assert!(Dictionary::read(&whole[..end]).is_err(), "{end}");
    }
    for at in 0..whole.len() {
        for byte in *b"\"\\{}[],:0-e.x\0\n" {
            let mut bytes = whole.as_bytes().to_vec();
            bytes[at] = byte;
            let text = String::from_utf8(bytes).unwrap();
            match Dictionary::read(&text) {
                Ok(_) => assert!(
                    serde_json::from_str::<serde_json::Value>(&text).is_ok(),
                    "{text}"
                ),
                Err(problems) => {
                    assert!(
                        problems
                            .iter()
                            .all(|found| found.span.start as usize <= text.len())
                    );
                }
            }
        }
    }
}

/// A dictionary of `count` features; `category` returns the category of each.
fn large(count: usize, category: impl Fn(usize) -> usize) -> String {
    let mut text = String::from("{");
    for at in 0..count {
        // Spread over all ids, unsorted.
        let id = u32::try_from(at).unwrap().wrapping_mul(2_654_435_761);
        let comma = if at == 0 { "" } else { "," };
        let category = category(at);
        let _ = write!(
            text,
            r#"{comma}"{id}":{{"concept":"c{at}","category":"k{category}","weight":0.5}}"#
        );
    }
    text + "}"
}

#[test]
fn a_dictionary_of_the_largest_size_finds_all_its_features() {
    let tier = tier(&large(MAX_FEATURES, |at| at % MAX_CATEGORIES));
    let mut best = ScoreBuffer::default();
    for at in (0..MAX_FEATURES).step_by(997) {
        let id = u32::try_from(at).unwrap().wrapping_mul(2_654_435_761);
        let decision = tier.judge(&features(&[(id, 1.0), (id ^ 1, 0.0)]), &mut best);
        assert_eq!(decision.explain.drivers[0].concept, format!("c{at}"));
    }
}

#[test]
fn an_exceeded_limit_is_reported_once() {
    let cases = [
        (
            large(MAX_FEATURES + 1, |_| 0),
            "the dictionary has more than 200000 features",
        ),
        (
            large(MAX_CATEGORIES + 1, |at| at),
            "the dictionary has more than 100 categories",
        ),
        (
            "{".to_owned() + &" ".repeat(MAX_TEXT),
            "the dictionary is larger than 16 MiB",
        ),
    ];
    for (text, message) in cases {
        let problems = Dictionary::read(&text).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(
            (problems[0].code.as_str(), problems[0].message.as_str()),
            ("sae/limit", message)
        );
    }
}

#[test]
fn at_most_a_hundred_problems_are_reported() {
    let text = large(5_000, |_| 0).replace("weight", "wait");
    assert_eq!(Dictionary::read(&text).unwrap_err().len(), MAX_DIAGNOSTICS);
    let twice = large(5_000, |_| 0);
    let twice = format!(
        "{},{}",
        twice.trim_end_matches('}').to_owned() + "}",
        &twice[1..]
    );
    assert_eq!(Dictionary::read(&twice).unwrap_err().len(), MAX_DIAGNOSTICS);
}
