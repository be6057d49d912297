//! Event parsing agrees with `serde_json` and a plain reading of the contract: the same lines are
//! events, and their fields are equal.
//!
//! The input is one line. The documented exceptions (bytes that are not UTF-8, and escaped lone
//! surrogates, are U+FFFD) are part of the plain reading.

#[path = "../../crates/core/tests/event_support/oracle.rs"]
mod oracle;

use sentry_core::event::{EventKind, NotEvent, Scratch, parse};
use serde_json::Value;

/// A line that leaves text and features in the scratch memory, where the next line must not see
/// them.
const BEFORE: &[u8] =
    br#"{"event":{"LlmActivations":{"pid":1,"layer":9,"features":[[7,0.5],[8,1]]}}}"#;

/// Checks one line.
///
/// # Panics
/// If the two readings differ.
pub fn check(line: &[u8]) {
    let tree = oracle::tree_of(line);
    let expected = tree.as_ref().map_or(Err(NotEvent::Malformed), oracle::read);
    let mut scratch = Scratch::default();
    assert!(parse(BEFORE, &mut scratch).is_ok());
    let parsed = parse(line, &mut scratch);
    if let Ok(event) = &parsed {
        assert_eq!(event.has_target(), event.target().is_some());
        let features: Vec<_> = event
            .features
            .iter()
            .map(|one| (one.id, one.activation))
            .collect();
        let wanted = match event.kind {
            EventKind::LlmActivations => features_of(line),
            _ => Vec::new(),
        };
        assert_eq!(features.len(), wanted.len());
        for (one, other) in features.iter().zip(&wanted) {
            assert_eq!(one.0, other.0);
            // `serde_json` may round the last digit differently.
            assert!(
                (one.1 - other.1).abs() <= other.1.abs() * 1e-12,
                "{one:?} {other:?}"
            );
        }
    }
    assert_eq!(parsed.map(|event| oracle::said(&event)), expected);
}

/// The features of an `LlmActivations` line.
fn features_of(line: &[u8]) -> Vec<(u32, f64)> {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let envelope: Value = serde_json::from_slice(&oracle::without_lone_surrogates(text)).unwrap();
    let features = &envelope["event"]["LlmActivations"]["features"];
    let pair = |one: &Value| {
        let id = u32::try_from(one[0].as_u64().unwrap()).unwrap();
        (id, one[1].as_f64().unwrap())
    };
    features
        .as_array()
        .map_or_else(Vec::new, |all| all.iter().map(pair).collect())
}
