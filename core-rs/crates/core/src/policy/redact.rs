//! The `redact` section: the site's patterns of secrets, and the built-in kinds that are off.

use std::collections::HashMap;

use super::fields::{self, Body, Field};
use super::lists::Text;
use super::pattern;
use super::schema::{is_repeated, missing};
use super::value::Reader;
use sentry_acl::{Name, Value};
use sentry_pattern::Pattern;
use sentry_pattern::search::ValueGroup;
use sentry_text::Span;
use sentry_text::diagnostic::{Code, Diagnostic};

/// The built-in kinds of secrets. If finds begin at the same place, the earlier kind names them.
pub const SECRET_KINDS: &[&str] = include!(concat!(env!("OUT_DIR"), "/kinds.rs"));

/// The kinds that are masked only if a policy switches them on.
pub const OPTIONAL_KINDS: [&str; 10] = include!(concat!(env!("OUT_DIR"), "/optional-kinds.rs"));

/// The longest name of a kind, in bytes.
const MAX_KIND: usize = 64;

/// The settings for masking.
#[derive(Clone, Debug, Default)]
pub struct Redact {
    /// The site's own patterns, in document order.
    pub patterns: Vec<SecretPattern>,
    /// The built-in kinds that are off, as places in [`SECRET_KINDS`].
    pub off: Vec<usize>,
    /// The optional kinds that are on, as places in [`SECRET_KINDS`].
    pub on: Vec<usize>,
    /// The path of a gitleaks configuration, as written in the document.
    pub gitleaks: Option<String>,
}

impl Redact {
    /// Whether a built-in kind is masked, by its place in [`SECRET_KINDS`].
    pub fn masks(&self, kind: usize) -> bool {
        let name = SECRET_KINDS.get(kind).copied().unwrap_or_default();
        !self.off.contains(&kind) && (!OPTIONAL_KINDS.contains(&name) || self.on.contains(&kind))
    }
}

/// A pattern of secrets.
#[derive(Clone, Debug)]
pub struct SecretPattern {
    /// The kind of its finds.
    pub kind: String,
    /// The pattern.
    pub pattern: Pattern,
    /// The part of a match that is the secret.
    pub value: ValueGroup,
    /// The place of its name in its document.
    pub span: Span,
}

/// Whether a kind's name is valid in a placeholder.
pub(super) fn is_kind(name: &str) -> bool {
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=MAX_KIND).contains(&name.len()) && name.bytes().all(is_inside)
}

/// Reads the section.
#[inline(never)]
pub(super) fn read(reader: &mut Reader<'_>, field: Field<'_>) -> Redact {
    const KNOWN: [&str; 5] = ["off", "on", "gitleaks", "pattern", "patterns"];
    let mut redact = Redact::default();
    let mut seen = HashMap::new();
    for inner in fields::of_section(reader, field) {
        let key = inner.name.text.as_str();
        if key != "pattern" && is_repeated(reader, &mut seen, inner) {
            continue;
        }
        match key {
            "on" => redact.on = kinds(reader, inner, &OPTIONAL_KINDS),
            "off" => redact.off = kinds(reader, inner, SECRET_KINDS),
            "gitleaks" => {
                redact.gitleaks =
                    fields::value_of(reader, inner).and_then(|value| reader.text(key, value));
            }
            "pattern" => {
                if let Some(block) = fields::labelled(reader, inner, "patterns") {
                    let (label, place) = (block.labels.first(), block.name.span);
                    let inner = fields::of_items(&block.items).collect();
                    redact.patterns.extend(one(reader, label, place, inner));
                }
            }
            "patterns" => {
                for (place, inner) in fields::objects(reader, inner) {
                    redact.patterns.extend(one(reader, None, place, inner));
                }
            }
            _ => reader.unknown(
                Code::UnknownKey,
                inner.name.span,
                format!("unknown setting `{key}` in `redact`"),
                key,
                &KNOWN,
            ),
        }
    }
    refuse_duplicates(reader, &redact);
    redact
}

/// Reads a list of built-in kinds: `on` or `off`.
fn kinds(reader: &mut Reader<'_>, field: Field<'_>, known: &[&str]) -> Vec<usize> {
    let key = field.name.text.as_str();
    let Some(value) = fields::value_of(reader, field) else {
        return Vec::new();
    };
    let mut kinds = Vec::new();
    for Text { text: name, span } in reader.list(key, value, false).unwrap_or_default() {
        let place = SECRET_KINDS.iter().position(|kind| *kind == name);
        match place.filter(|_| known.contains(&name.as_str())) {
            Some(kind) => kinds.push(kind),
            None => reader.unknown(
                Code::UnknownWord,
                span,
                format!("unknown built-in kind in `{key}`"),
                &name,
                known,
            ),
        }
    }
    kinds
}

/// Reads a pattern. `label` is the label of a block, which is the pattern's name; `place` is
/// underlined if no better place is known.
#[inline(never)]
fn one(
    reader: &mut Reader<'_>,
    label: Option<&Name>,
    place: Span,
    inner: Vec<Field<'_>>,
) -> Option<SecretPattern> {
    let known: &[&str] = match label {
        Some(_) => &["match", "value_group"],
        None => &["name", "match", "value_group"],
    };
    let mut present = HashMap::new();
    for field in inner {
        let key = field.name.text.as_str();
        if !known.contains(&key) {
            let message = format!("unknown setting `{key}` in a pattern");
            reader.unknown(Code::UnknownKey, field.name.span, message, key, known);
        } else if !is_repeated(reader, &mut present, field) {
            fields::value_of(reader, field);
        }
    }
    let value = |key: &str| match present.get(key)?.body {
        Body::Value(value) => Some(value),
        Body::Block(_) => None,
    };
    let owner = label.map_or(place, |label| label.span);
    for key in known {
        if *key != "value_group" && !present.contains_key(key) {
            missing(reader, owner, "pattern", key);
        }
    }
    let (kind, span) = if let Some(label) = label {
        (Some(label.text.clone()), label.span)
    } else {
        let name = value("name");
        let text = name.and_then(|name| reader.string("name", name));
        (text, name.map_or(place, |name| name.span))
    };
    if kind.as_ref().is_some_and(|kind| !is_kind(kind)) {
        reader.report(
            Diagnostic::new(
                Code::BadValue,
                span,
                "the name of a pattern must be valid in a placeholder",
            )
            .help("use at most 64 letters, digits, `_`, `-` and `.`"),
        );
    }
    let shown = kind
        .as_ref()
        .map_or_else(|| "the pattern".to_owned(), |kind| format!("`{kind}`"));
    let found = value("match").and_then(|value| secret(reader, &shown, value));
    let value = match (value("value_group"), &found) {
        (Some(number), Some(pattern)) => group(reader, number, pattern),
        _ => Some(ValueGroup::Whole),
    };
    Some(SecretPattern {
        kind: kind?,
        pattern: found?,
        value: value?,
        span,
    })
}

/// Reads a pattern for masking, which must not match empty text.
pub(super) fn secret(reader: &mut Reader<'_>, owner: &str, value: &Value) -> Option<Pattern> {
    let pattern = pattern::read(reader, owner, value)?;
    if pattern.matches_empty() {
        reader.report(
            Diagnostic::new(
                Code::BadPattern,
                value.span,
                format!("the pattern of {owner} matches empty text, which cannot be masked"),
            )
            .help("require at least one character, for example with `+` instead of `*`"),
        );
        return None;
    }
    Some(pattern)
}

/// Reads the number of a group of the pattern.
pub(super) fn group(
    reader: &mut Reader<'_>,
    value: &Value,
    pattern: &Pattern,
) -> Option<ValueGroup> {
    let number = reader.number("value_group", value)?;
    let groups = pattern.groups();
    // Casts from floats saturate. A number that is the same after the cast is a whole number.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = number as u32;
    #[allow(clippy::float_cmp)]
    let is_whole = f64::from(whole) == number;
    if !is_whole || whole as usize > groups {
        let problem = match groups {
            0 => "must be 0, since the pattern has no groups".to_owned(),
            _ => format!("must be a whole number from 0 to {groups}, the groups of the pattern"),
        };
        reader.bad_value("value_group", &problem, value);
        return None;
    }
    Some(match whole {
        0 => ValueGroup::Whole,
        number => ValueGroup::Number(number),
    })
}

fn refuse_duplicates(reader: &mut Reader<'_>, redact: &Redact) {
    let mut first: HashMap<&[u8], u32> = HashMap::new();
    for (place, pattern) in (0..).zip(&redact.patterns) {
        let kind = pattern.kind.as_str();
        let builtin = SECRET_KINDS.iter().position(|builtin| *builtin == kind);
        if builtin.is_some_and(|builtin| redact.masks(builtin)) {
            let message = format!("`{kind}` is a built-in kind");
            let help = format!(
                "choose another name, or switch the built-in kind off: `off = [\"{kind}\"]`"
            );
            let code = Code::DuplicatePattern;
            reader.report(Diagnostic::new(code, pattern.span, message).help(help));
        }
        let other = first.insert(kind.as_bytes(), place);
        let other = other.and_then(|place| redact.patterns.get(place as usize));
        if let Some(other) = other {
            let message = format!("another pattern is named `{kind}`");
            reader.report(
                Diagnostic::new(Code::DuplicatePattern, pattern.span, message)
                    .related(other.span, "the other one")
                    .help("give each pattern its own name, or join them with `|`"),
            );
        }
    }
}
