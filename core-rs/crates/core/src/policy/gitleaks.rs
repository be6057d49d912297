//! Imports the patterns of a gitleaks configuration, which the host passes as ACL text.
//!
//! The host writes one `rule "<id>" { … }` for each rule, with regular expressions in this crate's
//! syntax. A rule that cannot be used is reported by its id, and the others are used.

use super::fields::{self, Body, Field};
use super::redact::{self, SecretPattern, is_kind};
use super::value::Reader;
use sentry_acl::{Block, Item, Value, ValueKind};
use sentry_pattern::Pattern;
use sentry_pattern::search::ValueGroup;
use sentry_text::diagnostic::Diagnostic;

/// A rule of the configuration.
#[derive(Clone, Debug)]
pub struct ImportedRule {
    /// The pattern of its secrets.
    pub secret: SecretPattern,
    /// Texts in lower case, one of which must be near a match. Empty if none is required.
    pub keywords: Vec<String>,
    /// The entropy that a secret must exceed, in bits per byte.
    pub entropy: f64,
    /// The allowlists of the rule: matches that are not secrets.
    pub allow: Vec<Allowed>,
}

/// An allowlist: matches that are not secrets.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// The text that the patterns are searched in.
    pub target: AllowTarget,
    /// Whether a match needs both a pattern and a word, if both are given. Otherwise one is enough.
    pub all: bool,
    /// Patterns, one of which must match.
    pub patterns: Vec<Pattern>,
    /// Words in lower case, one of which the secret must contain.
    pub words: Vec<String>,
}

/// The text that the patterns of an allowlist are searched in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowTarget {
    /// The secret.
    Secret,
    /// The whole match of the rule.
    Match,
    /// The match, and the text before it on its line.
    Line,
}

/// The result of an import.
#[derive(Debug, Default)]
pub struct Imported {
    /// The usable rules.
    pub rules: Vec<ImportedRule>,
    /// The allowlists of all rules.
    pub allow: Vec<Allowed>,
    /// The problems, two lines for each: the rule's id (empty if it does not belong to a rule) and
    /// the reason.
    pub problems: String,
}

/// Reads a configuration.
#[inline(never)]
pub fn import(source: &str) -> Imported {
    let parsed = sentry_acl::parse(source);
    let mut imported = Imported::default();
    if let Some(first) = parsed.diagnostics.first() {
        report(&mut imported.problems, "", &[&first.message]);
        return imported;
    }
    for item in &parsed.document.items {
        let block = match item {
            Item::Block(block) => block,
            Item::Attribute(attribute) => {
                imported.allow = allowlists(source, "", &attribute.value, &mut imported.problems);
                continue;
            }
        };
        let id = block.labels.first().map_or("", |label| label.text.as_str());
        let mut reader = Reader::new(source, &|_| None);
        let read = rule(&mut reader, id, block, &mut imported.problems);
        match read.filter(|_| reader.diagnostics.is_empty()) {
            Some(rule) => imported.rules.push(rule),
            None => report_all(
                &mut imported.problems,
                id,
                "not used: ",
                &reader.diagnostics,
            ),
        }
    }
    imported
}

/// Appends the messages of diagnostics as one problem.
fn report_all(problems: &mut String, id: &str, what: &str, diagnostics: &[Diagnostic]) {
    let mut parts = vec![what];
    for diagnostic in diagnostics {
        parts.extend([diagnostic.message.as_str(), "; "]);
    }
    if parts.len() > 1 {
        parts.pop();
    }
    report(problems, id, &parts);
}

fn report(problems: &mut String, id: &str, parts: &[&str]) {
    id.lines().for_each(|line| problems.push_str(line));
    problems.push('\n');
    let lines = parts.iter().flat_map(|part| part.lines());
    lines.for_each(|line| problems.push_str(line));
    problems.push('\n');
}

fn rule(
    reader: &mut Reader<'_>,
    id: &str,
    block: &Block,
    problems: &mut String,
) -> Option<ImportedRule> {
    let span = block.name.span;
    if !is_kind(id) {
        let problem = "its id cannot be part of a placeholder: use at most 64 letters, digits, `_`, `-` and `.`";
        let code = sentry_text::diagnostic::Code::BadValue;
        reader.report(Diagnostic::new(code, span, problem));
        return None;
    }
    let (mut found, mut group) = (None, None);
    let (mut keywords, mut entropy, mut allow) = (Vec::new(), 0.0, Vec::new());
    for Field { name, body } in fields::of_items(&block.items) {
        let Body::Value(value) = body else { continue };
        match name.text.as_str() {
            "match" => found = redact::secret(reader, "its `regex`", value),
            "value_group" => group = Some(value),
            "keywords" => keywords = texts(reader, "keywords", value),
            "entropy" => entropy = reader.number("entropy", value)?,
            "allow" => allow = allowlists(reader.source, id, value, problems),
            _ => {}
        }
    }
    let pattern = found?;
    let value = match group {
        Some(group) => redact::group(reader, group, &pattern)?,
        None if pattern.groups() == 0 => ValueGroup::Whole,
        None => ValueGroup::First,
    };
    Some(ImportedRule {
        secret: SecretPattern {
            kind: id.to_owned(),
            pattern,
            value,
            span,
        },
        keywords,
        entropy,
        allow,
    })
}

/// The usable allowlists. An unusable one is ignored as a whole, so less is allowed, never more.
fn allowlists(source: &str, id: &str, value: &Value, problems: &mut String) -> Vec<Allowed> {
    let mut all = Vec::new();
    for value in elements(value) {
        let mut reader = Reader::new(source, &|_| None);
        match allowed(&mut reader, value).filter(|_| reader.diagnostics.is_empty()) {
            Some(allowed) => all.push(allowed),
            None => report_all(
                problems,
                id,
                "an allowlist is ignored: ",
                &reader.diagnostics,
            ),
        }
    }
    all
}

fn allowed(reader: &mut Reader<'_>, value: &Value) -> Option<Allowed> {
    let ValueKind::Object(entries) = &value.kind else {
        return None;
    };
    let mut allowed = Allowed {
        target: AllowTarget::Secret,
        all: false,
        patterns: Vec::new(),
        words: Vec::new(),
    };
    for Field { name, body } in fields::of_entries(entries) {
        let Body::Value(value) = body else { continue };
        match name.text.as_str() {
            "target" => {
                allowed.target = match reader.string("regexTarget", value)?.as_str() {
                    "match" => AllowTarget::Match,
                    "line" => AllowTarget::Line,
                    _ => AllowTarget::Secret,
                }
            }
            "all" => allowed.all = reader.boolean("condition", value)?,
            "words" => allowed.words = texts(reader, "stopwords", value),
            "patterns" => {
                for value in elements(value) {
                    let read = super::pattern::read(reader, "an allowlist", value);
                    allowed.patterns.extend(read);
                }
            }
            _ => {}
        }
    }
    Some(allowed)
}

/// Reads texts and converts them to lower case.
fn texts(reader: &mut Reader<'_>, name: &str, value: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    for value in elements(value) {
        let text = reader.string(name, value).unwrap_or_default();
        if !text.is_empty() {
            texts.push(text.to_ascii_lowercase());
        }
    }
    texts
}

fn elements(value: &Value) -> &[Value] {
    match &value.kind {
        ValueKind::List(elements) => elements,
        _ => &[],
    }
}
