//! The checked policy: what a document of the ACL language means to a judge.
//!
//! [`check`] reads a source into a [`Policy`] or says everything that is wrong with it. Site rules
//! come first, in document order; the built-in rules of `builtin.acl`, which is written in the same
//! language, follow and always apply.

mod builtin;
mod fields;
mod gitleaks;
mod pattern;
mod redact;
mod rule;
mod schema;
mod secrets;
mod suggest;
mod value;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::decision::{ActionKind, Severity, Verdict};
use crate::event::EventKind;
use crate::risk::{self, Category};
pub use gitleaks::{AllowTarget, Allowed, Imported, ImportedRule, import};
pub use redact::{Redact, SECRET_KINDS, SecretPattern};
use sentry_pattern::Pattern;
use sentry_text::Span;
use sentry_text::diagnostic::{self, Code, Diagnostic, Level, MAX_DIAGNOSTICS};
pub(crate) use suggest::closest;

/// Looks up a variable for `env("NAME")`; the host decides what that reads.
pub type Environment<'e> = dyn Fn(&str) -> Option<String> + 'e;

/// Everything one document configures.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The site's rules in document order, then the built-in ones.
    pub rules: Vec<Rule>,
    /// The top-level names that the document sets.
    pub keys: BTreeSet<String>,
    /// Whether an escalation that no tier settles is a block.
    pub fail_closed: bool,
    /// Whether deny-files stay untouched.
    pub dry_run: bool,
    /// The severity from which L2 and L3 run at once; `None`: never.
    pub speculate: Option<Severity>,
    /// The L2 classifier, if one is configured.
    pub llm: Option<Llm>,
    /// The L3 investigator, if one is configured.
    pub agent: Option<Agent>,
    /// The model-output tier, if one is configured.
    pub sae: Option<Sae>,
    /// Where blocks are written.
    pub deny: Deny,
    /// What is masked.
    pub redact: Redact,
}

/// One rule: which events it takes, and what it says of them.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name, unique only by convention.
    pub name: String,
    /// Who wrote it.
    pub origin: Origin,
    /// The kinds of event it looks at, in the order of [`EventKind::ALL`], none twice.
    pub on: Vec<EventKind>,
    /// What a subject must match.
    pub pattern: Pattern,
    /// What it says.
    pub verdict: Verdict,
    /// How much it matters.
    pub severity: Severity,
    /// Why, in the rule's own words.
    pub reason: String,
    /// What a block denies, where the event has such a target.
    pub action: Option<ActionKind>,
    /// The risk it names; otherwise it is inferred.
    pub risk: Option<Category>,
    /// Where the rule's name stands in its document.
    pub span: Span,
}

impl Rule {
    /// The reason as a decision gives it: `<name>: <reason>`.
    pub fn full_reason(&self) -> String {
        format!("{}: {}", self.name, self.reason)
    }

    /// The risk of this rule's decisions on events of `kind`.
    pub fn risk_on(&self, kind: EventKind) -> Category {
        self.risk
            .unwrap_or_else(|| risk::infer(&self.full_reason(), kind))
    }
}

/// Who wrote a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum Origin {
    /// The document at hand.
    Site,
    /// This crate.
    Builtin,
}

/// The L2 classifier: an OpenAI-compatible endpoint.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Llm {
    /// The base URL, `http:` or `https:`.
    pub url: String,
    /// The model's name.
    pub model: String,
    /// The bearer key.
    pub key: Option<String>,
    /// Seconds a call may take.
    pub timeout_s: f64,
}

impl std::fmt::Debug for Llm {
    /// Never prints the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Llm")
            .field("url", &self.url)
            .field("model", &self.model)
            .field("key", &self.key.as_ref().map(|_| "***"))
            .field("timeout_s", &self.timeout_s)
            .finish()
    }
}

/// The L3 investigator: a program.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Agent {
    /// The program.
    pub bin: String,
    /// A folder of playbooks.
    pub skills: Option<String>,
    /// Seconds an investigation may take.
    pub timeout_s: f64,
}

/// The model-output tier.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Sae {
    /// The dictionary's file.
    pub dict: String,
    /// The score from which an event escalates, 0 to 1.
    pub escalate_at: f64,
    /// The score from which it is blocked, 0 to 1.
    pub block_at: f64,
}

/// The deny-files, as the document writes them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Deny {
    /// Peers.
    pub egress: Option<String>,
    /// Paths.
    pub file: Option<String>,
    /// Programs.
    pub exec: Option<String>,
}

/// What [`check`] found.
#[derive(Debug)]
pub struct Checked {
    /// The policy; `None` exactly when a diagnostic is an error.
    pub policy: Option<Policy>,
    /// What is wrong, in the order of the source, at most [`MAX_DIAGNOSTICS`].
    pub diagnostics: Vec<Diagnostic>,
    /// Where secrets stand in the source, to be hidden in code frames.
    pub secrets: Vec<Span>,
}

/// Reads a policy from ACL text and puts the built-in rules behind its own.
///
/// ```
/// use sentry_core::policy::check;
/// let checked = check("fail_closed = true", &|_| None);
/// assert!(checked.policy.unwrap().fail_closed);
/// let typo = check("fail_close = true", &|_| None);
/// assert!(typo.policy.is_none());
/// assert_eq!(typo.diagnostics[0].help.as_deref(), Some("did you mean `fail_closed`?"));
/// ```
#[inline(never)]
pub fn check(source: &str, environment: &Environment<'_>) -> Checked {
    let mut checked = check_alone(source, environment, Origin::Site);
    if let Some(policy) = &mut checked.policy {
        match builtin::rules() {
            Ok(rules) => policy.rules.extend(rules),
            Err(diagnostic) => {
                checked.diagnostics.push(diagnostic);
                checked.policy = None;
            }
        }
    }
    checked
}

/// [`check`] without the built-in rules.
fn check_alone(source: &str, environment: &Environment<'_>, origin: Origin) -> Checked {
    let parsed = sentry_acl::parse(source);
    let mut reader = value::Reader::new(source, environment);
    let policy = schema::read(&mut reader, &parsed.document, origin);
    let mut diagnostics = parsed.diagnostics;
    // Which names are in which brackets is unknown where one is never closed: what seems missing or misplaced may be neither.
    if diagnostics.iter().any(|found| found.code == Code::Unclosed) {
        let of_brackets = [Code::MissingKey, Code::UnknownKey];
        reader
            .diagnostics
            .retain(|found| !of_brackets.contains(&found.code));
    }
    diagnostics.extend(reader.diagnostics);
    diagnostic::sort(&mut diagnostics);
    diagnostics.truncate(MAX_DIAGNOSTICS);
    let sound = diagnostics
        .iter()
        .all(|found| found.level() != Level::Error);
    Checked {
        policy: sound.then_some(policy),
        diagnostics,
        secrets: secrets::of(source, &parsed.document),
    }
}

/// A diagnostic of a built-in rule, which no site can mend.
fn builtin_fault(fault: &Diagnostic) -> Diagnostic {
    Diagnostic::new(
        Code::BrokenBuiltin,
        Span::default(),
        format!("the built-in rules are broken: {}", fault.message),
    )
}
