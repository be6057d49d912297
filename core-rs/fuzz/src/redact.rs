//! Finds of secrets are sound, restore exactly, and do not depend on how the text is cut.
//!
//! The input is a text. The character U+0001 marks a place where it is cut, and is no part of it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use sentry_core::policy;
use sentry_core::redact::{Detectors, Find, Part};

static PLACEHOLDER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{\{A3S_REDACTED:[0-9A-Za-z_.-]{1,64}:[0-9]{1,15}\}\}").unwrap());
const CUT: char = '\u{1}';
/// Less than the core holds back, so that no secret is cut into several.
const MAX_TEXT: usize = 16 << 10;
/// Characters before a part that the core may look at.
const LOOK_BACK: usize = 256;

/// Patterns in addition to the built-in kinds: a value in a group, an empty value, no upper bound.
const POLICY: &str = r#"redact {
  pattern "ticket" { match = `\bT-(\d{3,})` value_group = 1 }
  pattern "tag" { match = `<[a-z]*>` }
  pattern "line" { match = `(?m)^secret .*$` }
}"#;
/// Rules of a gitleaks configuration: keywords, entropy and allowlists.
const IMPORTED: &str = r#"
allow = [{ words = ["example"] }]
rule "near" { match = `[0-9a-f]{8}` keywords = ["acme"] }
rule "random" { match = `key_([0-9A-Za-z]{6,})` entropy = 2.5 }
rule "allowed" { match = `pin=(\d+)` allow = [{ target = "line" patterns = [`test`] }] }
"#;

thread_local! {
    static DETECTORS: RefCell<Detectors> = RefCell::new(detectors());
}

fn detectors() -> Detectors {
    let redact = policy::check(POLICY, &|_| None).policy.unwrap().redact;
    let imported = policy::import(IMPORTED);
    assert_eq!((imported.rules.len(), imported.problems.as_str()), (3, ""));
    Detectors::new(&redact, imported).unwrap()
}

/// Checks one text.
///
/// # Panics
/// If the property does not hold.
pub fn check(input: &[u8]) {
    let Ok(input) = std::str::from_utf8(input) else {
        return;
    };
    let text = input.replace(CUT, "");
    if text.len() > MAX_TEXT {
        return;
    }
    let parts: Vec<&str> = input.split(CUT).collect();
    DETECTORS.with_borrow_mut(|detectors| {
        for placeholders in [false, true] {
            let finds = whole(detectors, &text, placeholders);
            assert_sound(&text, &finds);
            let cut = in_parts(detectors, &parts, placeholders);
            assert_eq!(cut, finds, "placeholders: {placeholders}");
            if placeholders {
                assert_restores(detectors, &text, &finds);
            } else {
                assert_masks(detectors, &text, &parts, &finds);
            }
        }
    });
}

fn whole(detectors: &mut Detectors, text: &str, placeholders: bool) -> Vec<Find> {
    let mut bytes = text.as_bytes().to_vec();
    let part = Part {
        placeholders,
        ..Part::WHOLE
    };
    let scan = detectors.scan(&mut bytes, part).unwrap();
    assert_eq!((scan.stable_until, bytes.len()), (text.len(), text.len()));
    scan.finds
}

/// In range, not empty, on character boundaries, sorted, disjoint.
fn assert_sound(text: &str, finds: &[Find]) {
    let mut end = 0;
    for find in finds {
        assert!(end <= find.start && find.start < find.end, "{find:?}");
        assert!(text.get(find.start..find.end).is_some(), "{find:?}");
        end = find.end;
    }
}

/// Scans part after part, as a host does: each scan gets the text that is not final yet, after some
/// text that is.
fn in_parts(detectors: &mut Detectors, parts: &[&str], placeholders: bool) -> Vec<Find> {
    let mut finds = Vec::new();
    let mut text = String::new();
    let mut given = 0;
    for (number, part) in parts.iter().enumerate() {
        text.push_str(part);
        let is_last = number + 1 == parts.len();
        let end = if is_last { text.len() } else { uncut(&text) };
        if end < given {
            continue;
        }
        let begin = look_back(&text, given);
        let mut bytes = text.as_bytes()[begin..end].to_vec();
        let part = Part {
            from: given - begin,
            is_last,
            placeholders,
        };
        let scan = detectors.scan(&mut bytes, part).unwrap();
        let settled = begin + scan.stable_until;
        assert!(given <= settled && settled <= end && text.is_char_boundary(settled));
        for find in scan.finds {
            let find = Find {
                start: begin + find.start,
                end: begin + find.end,
                kind: find.kind,
            };
            if find.start < settled {
                assert!(given <= find.start && find.end <= settled, "{find:?}");
                finds.push(find);
            }
        }
        given = settled;
    }
    finds
}

/// The text's length without an unfinished escape at its end. A part must not end inside an escape.
fn uncut(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = bytes
        .iter()
        .rev()
        .take(3)
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    let mut end = text.len();
    for digits in 0..=digits {
        let unit = text.len() - digits;
        if bytes[..unit].ends_with(b"\\u") {
            end = unit - 1;
        }
    }
    text[..end].trim_end_matches('\\').len()
}

fn look_back(text: &str, given: usize) -> usize {
    let before = text[..given].char_indices().rev();
    before.take(LOOK_BACK).last().map_or(given, |(at, _)| at)
}

/// Replaces finds by placeholders, and placeholders by the secrets: the result is the text.
fn assert_restores(detectors: &Detectors, text: &str, finds: &[Find]) {
    let masked = masked(detectors, text, finds);
    let numbered = PLACEHOLDER.find_iter(&masked).count();
    assert_eq!(numbered, finds.len(), "{masked}");
    let mut secrets = HashMap::new();
    let mut counts = HashMap::new();
    for find in finds {
        let placeholder = placeholder(detectors, &mut counts, find);
        secrets.insert(placeholder, &text[find.start..find.end]);
    }
    let secret = |found: &Captures<'_>| secrets[&found[0]];
    assert_eq!(PLACEHOLDER.replace_all(&masked, secret), text);
}

fn masked(detectors: &Detectors, text: &str, finds: &[Find]) -> String {
    let mut out = String::new();
    let mut counts = HashMap::new();
    let mut end = 0;
    for find in finds {
        out.push_str(&text[end..find.start]);
        out.push_str(&placeholder(detectors, &mut counts, find));
        end = find.end;
    }
    out + &text[end..]
}

fn placeholder(detectors: &Detectors, counts: &mut HashMap<u32, u32>, find: &Find) -> String {
    let count = counts.entry(find.kind).or_default();
    *count += 1;
    let kind = &detectors.kinds()[find.kind as usize];
    format!("{{{{A3S_REDACTED:{kind}:{count}}}}}")
}

/// `mask` gives the masked text. Of a prefix of the text it gives a prefix of that, except for a
/// placeholder at its end: with more text it may not be a secret.
fn assert_masks(detectors: &mut Detectors, text: &str, parts: &[&str], finds: &[Find]) {
    let masked = masked(detectors, text, finds);
    let shown = detectors.mask(text, text.len(), &[]).unwrap();
    // It hides the other places of a secret, too; which these are depends on all of the text.
    let stands_elsewhere = |find: &Find| {
        let secret = &text[find.start..find.end];
        let same = finds
            .iter()
            .filter(|one| &text[one.start..one.end] == secret);
        text.matches(secret).count() > same.count()
    };
    if finds.iter().any(stands_elsewhere) {
        assert!(
            PLACEHOLDER.find_iter(&shown).count() >= finds.len(),
            "{shown}"
        );
        return;
    }
    assert_eq!(shown, masked);
    let mut most = 0;
    for part in parts {
        most += part.len();
        let shown = detectors.mask(text, most, &[]).unwrap();
        let last = PLACEHOLDER.find_iter(&shown).last();
        let sure = last.filter(|last| last.end() == shown.len());
        let sure = sure.map_or(shown.as_str(), |last| &shown[..last.start()]);
        assert!(
            masked.starts_with(&shown) || masked.starts_with(sure),
            "{most} bytes: {shown:?} {masked:?}"
        );
    }
}
