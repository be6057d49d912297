//! Patterns of secrets that the host has read from a gitleaks configuration, as text of the ACL language.
//!
//! The host writes one `rule "<id>" { … }` for each rule, in regular expressions of this crate's syntax. A rule that
//! cannot be used is told by its id; the others are.

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
    /// What it looks for.
    pub secret: SecretPattern,
    /// Texts of which one must be near, in lower case; empty where none need be.
    pub keywords: Vec<String>,
    /// A secret whose bytes have no more bits each is none.
    pub entropy: f64,
    /// What is no secret.
    pub allow: Vec<Allowed>,
}

/// Finds that are no secrets.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// What the patterns are asked of.
    pub target: AllowTarget,
    /// Whether both a pattern and a word must be there, if both are given; otherwise one does.
    pub all: bool,
    /// Any of these.
    pub patterns: Vec<Pattern>,
    /// Any of these in the secret, in lower case.
    pub words: Vec<String>,
}

/// What the patterns of an allowlist are asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowTarget {
    /// The secret.
    Secret,
    /// All that the rule matched.
    Match,
    /// That, and what is before it in its line.
    Line,
}

/// What came of a configuration.
#[derive(Debug, Default)]
pub struct Imported {
    /// The rules that can be used.
    pub rules: Vec<ImportedRule>,
    /// What is no secret, whatever the rule.
    pub allow: Vec<Allowed>,
    /// What cannot be used, two lines for each: a rule's id, empty where it is of no rule, and why.
    pub problems: String,
}

/// Reads a configuration.
#[inline(never)]
pub fn import(source: &str) -> Imported {
    let parsed = sentry_acl::parse(source);
    let mut imported = Imported::default();
    if let Some(first) = parsed.diagnostics.first() {
        tell(&mut imported.problems, "", &[&first.message]);
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
            None => tell_all(
                &mut imported.problems,
                id,
                "not used: ",
                &reader.diagnostics,
            ),
        }
    }
    imported
}

/// Adds what is wrong, in one line.
fn tell_all(problems: &mut String, id: &str, what: &str, diagnostics: &[Diagnostic]) {
    let mut said = vec![what];
    for diagnostic in diagnostics {
        said.extend([diagnostic.message.as_str(), "; "]);
    }
    if said.len() > 1 {
        said.pop();
    }
    tell(problems, id, &said);
}

fn tell(problems: &mut String, id: &str, said: &[&str]) {
    id.lines().for_each(|line| problems.push_str(line));
    problems.push('\n');
    let lines = said.iter().flat_map(|part| part.lines());
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
        let problem = "its id does not fit into a placeholder, which takes 64 letters, digits, `_`, `-` and `.`";
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

/// The allowlists that can be used. One that cannot be is left out as a whole: less is allowed then, never more.
fn allowlists(source: &str, id: &str, value: &Value, problems: &mut String) -> Vec<Allowed> {
    let mut all = Vec::new();
    for value in elements(value) {
        let mut reader = Reader::new(source, &|_| None);
        match allowed(&mut reader, value).filter(|_| reader.diagnostics.is_empty()) {
            Some(allowed) => all.push(allowed),
            None => tell_all(
                problems,
                id,
                "an allowlist is left out: ",
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

/// Texts in lower case.
fn texts(reader: &mut Reader<'_>, name: &str, value: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    for value in elements(value) {
        let text = reader.string(name, value).unwrap_or_default();
        if !text.is_empty() {
            texts.push(text.to_lowercase());
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
