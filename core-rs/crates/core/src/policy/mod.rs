//! The policy: a checked document of the ACL language.
//!
//! [`check`] reads a source into a [`Policy`] or reports all of its problems. Site rules come
//! first, in document order. The built-in rules of `builtin.acl`, which is written in the same
//! language, follow and always apply. `engine::order` says which of the rules that match decides.

mod builtin;
mod condition;
mod condition_reader;
mod date;
mod fields;
mod gitleaks;
mod guard;
mod lists;
pub mod packs;
mod pattern;
mod patterns_ahead;
mod redact;
mod rule;
mod schema;
mod secrets;
mod value;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::decision::{ActionKind, Severity, Verdict};
use crate::event::EventKind;
use crate::risk::{self, Category};
pub use builtin::NAMES as BUILTIN_RULES;
pub(crate) use builtin::all as builtin_rules;
pub use condition::{
    ArgCondition, CodeCondition, CommandCondition, Conditions, EffectCondition, Glob, PathPattern,
    ProgramPattern,
};
pub use date::Date;
pub use gitleaks::{AllowTarget, Allowed, Imported, ImportedRule, import};
pub use guard::{Ask, Fallback, Guard, ProjectPolicies};
pub use lists::NamedList;
pub use patterns_ahead::PatternsAhead;
pub use redact::{OPTIONAL_KINDS, Redact, SECRET_KINDS, SecretPattern};
use sentry_pattern::Pattern;
use sentry_text::Span;
pub use sentry_text::closest;
use sentry_text::diagnostic::{self, Code, Diagnostic, Level, MAX_DIAGNOSTICS};

/// The places in a source that no code frame may show.
pub fn secrets(source: &str) -> Vec<Span> {
    secrets::of(source, &sentry_acl::parse(source).document)
}

/// The answer of a host that looks no variable up, since it only checks a policy: the variable is
/// its default, and without one its value is not checked. No variable of a process has this value.
pub const UNRESOLVED: &str = "\0";

/// Looks up a variable for `env("NAME")`. The host decides where it comes from, and answers with
/// [`UNRESOLVED`] if it looks none up.
pub type Environment<'e> = dyn Fn(&str) -> Option<String> + 'e;

/// All settings of one document.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The site's rules in document order, then the built-in ones.
    pub rules: Vec<Rule>,
    /// The top-level names that the document sets.
    pub keys: BTreeSet<String>,
    /// The verdict on events that no rule matches.
    pub default: Verdict,
    /// Whether an escalation that no tier resolves is blocked.
    pub fail_closed: bool,
    /// Whether deny-files stay unchanged.
    pub dry_run: bool,
    /// The lowest severity at which L2 and L3 run at the same time; `None`: never.
    pub speculate: Option<Severity>,
    /// The L2 classifier, if one is configured.
    pub llm: Option<Llm>,
    /// The L3 investigator, if one is configured.
    pub agent: Option<Agent>,
    /// The model-output tier, if one is configured.
    pub sae: Option<Sae>,
    /// The deny-files that blocks are written to.
    pub deny: Deny,
    /// What the deny-files never hold, and how much they hold.
    pub deny_limits: DenyLimits,
    /// What guards of agents do.
    pub guard: Guard,
    /// How a person is asked.
    pub ask: Ask,
    /// The secrets that are masked.
    pub redact: Redact,
    /// The lists with names, in document order.
    pub lists: Vec<NamedList>,
    /// The names of the [packs](packs::PACKS) whose rules are among the built-in ones, in order.
    pub packs: Vec<&'static str>,
}

impl Policy {
    /// A policy with these rules, and no setting and no packs.
    pub(crate) fn of_rules(rules: Vec<Rule>) -> Self {
        Self {
            rules,
            keys: BTreeSet::new(),
            default: Verdict::Allow,
            fail_closed: false,
            dry_run: false,
            speculate: None,
            llm: None,
            agent: None,
            sae: None,
            deny: Deny::default(),
            deny_limits: DenyLimits::default(),
            guard: Guard::default(),
            ask: Ask::default(),
            redact: Redact::default(),
            lists: Vec::new(),
            packs: Vec::new(),
        }
    }
}

/// One rule: the events it fits, and the verdict on them. It has a pattern or asks for a command or
/// code; all conditions that are given must hold.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The name, unique only by convention.
    pub name: String,
    /// Whether the rule is the site's own or built in.
    pub origin: Origin,
    /// The kinds of event it applies to, in the order of [`EventKind::ALL`], without duplicates.
    pub on: Vec<EventKind>,
    /// The pattern that a subject must match.
    pub pattern: Option<Pattern>,
    /// What else must hold.
    pub conditions: Conditions,
    /// The pack that a built-in rule belongs to; `None` for the fourteen that always apply.
    pub pack: Option<&'static str>,
    /// Who answers for the rule.
    pub owner: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// The severity.
    pub severity: Severity,
    /// The reason as the rule gives it.
    pub reason: String,
    /// What a block denies, if the event has such a target.
    pub action: Option<ActionKind>,
    /// Whether what it denies is denied on all nodes of a fleet. Then it is a block with an action.
    pub fleet: bool,
    /// The risk, if the rule names one; otherwise it is inferred.
    pub risk: Option<Category>,
    /// The names of the built-in rules that have no say in what this rule matches.
    pub overrides: Vec<String>,
    /// The place of the rule's name in its document.
    pub span: Span,
}

impl Policy {
    /// Whether the built-in rules are those of a policy that says nothing about packs.
    pub(crate) fn has_default_packs(&self) -> bool {
        self.packs == packs::defaults()
    }
}

impl Rule {
    /// The reason as decisions give it: `<name>: <reason>`.
    pub fn full_reason(&self) -> String {
        format!("{}: {}", self.name, self.reason)
    }

    /// Whether this rule takes the built-in rule `builtin` out of what it matches.
    pub fn overrides(&self, builtin: &Self) -> bool {
        self.overrides.contains(&builtin.name)
    }

    /// Whether the rule fits every event whose subject its pattern matches.
    pub fn is_by_pattern_alone(&self) -> bool {
        self.pattern.is_some() && self.conditions.names().is_empty()
    }

    /// Whether the rule counts on a day. Its last day still does. If the day is unknown, an `allow`
    /// that expires has expired, and a block or an escalation has not.
    pub fn is_in_force(&self, today: Option<Date>) -> bool {
        let Some(last) = self.conditions.expires else {
            return true;
        };
        today.map_or(self.verdict != Verdict::Allow, |today| today <= last)
    }

    /// The risk of this rule's decisions on events of `kind`.
    pub fn risk_on(&self, kind: EventKind) -> Category {
        self.risk
            .unwrap_or_else(|| risk::infer(&self.full_reason(), kind))
    }
}

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum Origin {
    /// The site's own policy.
    Site,
    /// The built-in rules.
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
    /// The file with the key, which the host reads: `key = file("PATH")`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub key_file: Option<String>,
    /// The time limit of a call, in seconds.
    pub timeout_s: f64,
}

impl std::fmt::Debug for Llm {
    /// Never prints the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Llm")
            .field("url", &self.url)
            .field("model", &self.model)
            .field("key", &self.key.as_ref().map(|_| "***"))
            .field("key_file", &self.key_file)
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
    /// The time limit of an investigation, in seconds.
    pub timeout_s: f64,
    /// The user that it runs as; without one, that of the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub user: Option<String>,
}

/// The model-output tier.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Sae {
    /// The dictionary's file.
    pub dict: String,
    /// The lowest score that escalates an event, 0 to 1.
    pub escalate_at: f64,
    /// The lowest score that blocks an event, 0 to 1.
    pub block_at: f64,
}

/// The paths of the deny-files, as written in the document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Deny {
    /// The file of denied peers.
    pub egress: Option<String>,
    /// The file of denied paths.
    pub file: Option<String>,
    /// The file of denied programs.
    pub exec: Option<String>,
}

/// The limits of the deny-files: `never` and `max_lines` of the section `deny`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct DenyLimits {
    /// Paths and hosts that are never written, as patterns: `*` stays within a segment of a path,
    /// `**` crosses segments.
    pub never: Vec<String>,
    /// The most lines of a file.
    pub max_lines: u32,
}

impl Default for DenyLimits {
    fn default() -> Self {
        Self {
            never: Vec::new(),
            max_lines: 100_000,
        }
    }
}

/// The result of [`check`].
#[derive(Debug)]
pub struct Checked {
    /// The policy; `None` exactly if a diagnostic is an error.
    pub policy: Option<Policy>,
    /// The problems in the order of the source, at most [`MAX_DIAGNOSTICS`].
    pub diagnostics: Vec<Diagnostic>,
    /// The places of secrets in the source, which code frames must not show.
    pub secrets: Vec<Span>,
}

/// Reads a policy from ACL text and appends the built-in rules to its own.
///
/// ```
/// use sentry_core::policy::check;
/// let checked = check("fail_closed = true", &|_| None);
/// assert!(checked.policy.unwrap().fail_closed);
/// let typo = check("fail_close = true", &|_| None);
/// assert!(typo.policy.is_none());
/// assert_eq!(typo.diagnostics[0].help.as_deref(), Some("did you mean `fail_closed`?"));
/// ```
pub fn check(source: &str, environment: &Environment<'_>) -> Checked {
    check_read(source, PatternsAhead::new(source), environment)
}

/// As [`check`], for a source that has been parsed. Patterns that have been read ahead are not read
/// again.
#[inline(never)]
pub fn check_read(source: &str, read: PatternsAhead, environment: &Environment<'_>) -> Checked {
    let mut checked = check_alone(source, read, environment, Origin::Site);
    if let Some(policy) = &mut checked.policy {
        match builtin::rules() {
            Ok(rules) => {
                let packs = &policy.packs;
                let is_on = |rule: &&Rule| rule.pack.is_none_or(|pack| packs.contains(&pack));
                policy.rules.extend(rules.iter().filter(is_on).cloned());
            }
            Err(diagnostic) => {
                checked.diagnostics.push(diagnostic.clone());
                checked.policy = None;
            }
        }
    }
    checked
}

/// [`check`] without the built-in rules.
fn check_alone(
    source: &str,
    read: PatternsAhead,
    environment: &Environment<'_>,
    origin: Origin,
) -> Checked {
    let (parsed, patterns) = read.into_parts();
    let patterns = pattern::Patterns::new(patterns);
    let mut reader = value::Reader::with_patterns(source, environment, patterns);
    let policy = schema::read(&mut reader, &parsed.document, origin);
    let mut diagnostics = parsed.diagnostics;
    // If a bracket is never closed, it is unknown which names it contains. A name that seems
    // missing or misplaced may be neither.
    if diagnostics.iter().any(|found| found.code == Code::Unclosed) {
        let of_brackets = [Code::MissingKey, Code::UnknownKey];
        reader
            .diagnostics
            .retain(|found| !of_brackets.contains(&found.code));
    }
    if let Some(start) = parsed.unclosed {
        reader.diagnostics.retain(|found| {
            let is_missing = matches!(found.code, Code::MissingKey | Code::UnknownKey);
            !is_missing && found.span.start < start
        });
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

/// The diagnostic of a broken built-in rule, which no site can fix.
fn builtin_fault(fault: &Diagnostic) -> Diagnostic {
    Diagnostic::new(
        Code::BrokenBuiltin,
        Span::default(),
        format!("the built-in rules are broken: {}", fault.message),
    )
}
