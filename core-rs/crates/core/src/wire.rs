//! The values that cross to the host as JSON. The TypeScript types are generated from them.

#[cfg(test)]
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::decision::{ActionKind, Severity, Verdict};
use crate::engine::{Building, Engine};
use crate::event::{Event, EventKind, Evidence, TargetFrom};
use crate::lint;
use crate::policy::{
    self, Agent, Ask, Date, Deny, DenyLimits, Environment, Guard, Llm, Origin, PatternsAhead,
    Policy, Redact, Rule, SECRET_KINDS, Sae,
};
use crate::risk::{self, Risk};
use crate::sae;
use sentry_text::diagnostic::{self, Level, render_with};
use sentry_text::{LineIndex, Span};

/// Whether a diagnostic prevents the use of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum DiagnosticSeverity {
    /// The policy cannot be used.
    Error,
    /// The policy can be used.
    Warning,
}

/// A place in a source, in the units of editors and of programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct SourceSpan {
    /// The first UTF-16 unit.
    pub start: u32,
    /// The UTF-16 unit after the last.
    pub end: u32,
    /// The line of the start, from 1.
    pub line: u32,
    /// The column of the start, from 1, in UTF-16 units.
    pub column: u32,
    /// The first byte of the source as UTF-8.
    pub byte_start: u32,
    /// The byte after the last one.
    pub byte_end: u32,
}

/// The span of what has no place in a source.
pub const NOWHERE: SourceSpan = SourceSpan {
    start: 0,
    end: 0,
    line: 1,
    column: 1,
    byte_start: 0,
    byte_end: 0,
};

impl SourceSpan {
    fn new(index: &LineIndex, source: &str, span: Span) -> Self {
        let position = index.position(source, span.start);
        Self {
            start: index.utf16(source, span.start),
            end: index.utf16(source, span.end),
            line: position.line,
            column: position.column,
            byte_start: span.start,
            byte_end: span.end,
        }
    }
}

/// Another place that belongs to a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct RelatedPlace {
    /// What is there.
    pub message: String,
    /// Where it is.
    pub span: SourceSpan,
}

/// One problem of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Diagnostic {
    /// A stable name, such as `policy/unknown-key`.
    pub code: &'static str,
    /// Whether the policy can still be used.
    pub severity: DiagnosticSeverity,
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where it is.
    pub span: SourceSpan,
    /// Other places that belong to it.
    pub related: Vec<RelatedPlace>,
    /// The whole diagnostic as text, with the source lines and marks.
    pub frame: String,
}

/// A rule, as the host gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct RuleInfo {
    /// The name.
    pub name: String,
    /// Whether the rule is the site's own or built in.
    pub origin: Origin,
    /// The pack that a built-in rule belongs to; absent for those that always apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, as = "Option<String>"))]
    pub pack: Option<&'static str>,
    /// The kinds of event it applies to.
    pub on: Vec<EventKind>,
    /// The pattern, a regular expression; `null` for a rule without one.
    pub pattern: Option<String>,
    /// The conditions that the rule has beside its pattern: `command`, `code`, effects such as
    /// `reads`, `unless`, `agents`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<String>>"))]
    pub conditions: Vec<&'static str>,
    /// The verdict.
    pub verdict: Verdict,
    /// The severity.
    pub severity: Severity,
    /// The reason of its decisions, `<name>: <reason>`.
    pub reason: String,
    /// What a block denies, if the event has such a target.
    pub action: Option<ActionKind>,
    /// Whether what it denies is denied on all nodes of a fleet; absent where it is not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub fleet: bool,
    /// The risk of its decisions for each kind of event; empty for an `allow` rule.
    #[cfg_attr(test, ts(as = "BTreeMap<EventKind, Risk>"))]
    pub risks: Risks,
    /// The built-in rules that have no say in what this rule matches.
    pub overrides: Vec<String>,
    /// Who answers for the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub owner: Option<String>,
    /// The last day of the rule, as `2027-03-31`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub expires: Option<String>,
}

impl From<&Rule> for RuleInfo {
    fn from(rule: &Rule) -> Self {
        let risky = rule.on.iter().filter(|_| rule.verdict != Verdict::Allow);
        Self {
            name: rule.name.clone(),
            origin: rule.origin,
            pack: rule.pack,
            on: rule.on.clone(),
            pattern: rule.pattern.as_ref().map(|own| own.as_str().to_owned()),
            conditions: rule.conditions.names(),
            verdict: rule.verdict,
            severity: rule.severity,
            reason: rule.full_reason(),
            action: rule.action,
            fleet: rule.fleet,
            risks: Risks(
                risky
                    .map(|&kind| (kind, rule.risk_on(kind).risk()))
                    .collect(),
            ),
            overrides: rule.overrides.clone(),
            owner: rule.owner.clone(),
            expires: rule.conditions.expires.map(|last| last.to_string()),
        }
    }
}

/// The rules of a policy, as the host gets them. The built-in ones are the same in every policy, so
/// their JSON is written once.
#[derive(Clone)]
pub struct RuleInfos {
    site: Vec<RuleInfo>,
    builtin: Vec<&'static RawValue>,
}

static BUILTIN: LazyLock<Vec<Box<RawValue>>> = LazyLock::new(|| {
    let rules = policy::builtin_rules().iter().map(RuleInfo::from);
    // A rule is always JSON: its maps have words as keys.
    rules.filter_map(|rule| to_raw_value(&rule).ok()).collect()
});

/// Writes what all policies share.
pub fn prepare() {
    LazyLock::force(&BUILTIN);
}

/// The most rules of [`RuleInfos::at`]: they take about a millisecond.
const RULES_AT_ONCE: usize = 128;

impl RuleInfos {
    const NONE: Self = Self {
        site: Vec::new(),
        builtin: Vec::new(),
    };

    /// Some of the rules of a policy, from an index on: at most [`RULES_AT_ONCE`] of the site, and
    /// after its last one the built-in rules. Returns the index of the next rule, if there is one.
    pub fn at(policy: &Policy, start: usize) -> (Self, Option<usize>) {
        let rules = &policy.rules;
        let all = rules.partition_point(|rule| rule.origin == Origin::Site);
        let end = all.min(start + RULES_AT_ONCE);
        let site = rules.get(start..end).unwrap_or_default();
        let infos = Self {
            site: site.iter().map(RuleInfo::from).collect(),
            builtin: if end == all {
                builtin(rules)
            } else {
                Vec::new()
            },
        };
        (infos, (end < all).then_some(end))
    }
}

impl From<&[Rule]> for RuleInfos {
    fn from(rules: &[Rule]) -> Self {
        let site = rules.iter().filter(|rule| rule.origin == Origin::Site);
        Self {
            site: site.map(RuleInfo::from).collect(),
            builtin: builtin(rules),
        }
    }
}

/// The built-in rules among these.
fn builtin(rules: &[Rule]) -> Vec<&'static RawValue> {
    let mut own = rules.iter().filter(|rule| rule.origin == Origin::Builtin);
    let mut next = own.next();
    let mut found = Vec::new();
    for (rule, info) in policy::builtin_rules().iter().zip(BUILTIN.iter()) {
        if next.is_some_and(|next| next.name == rule.name) {
            found.push(&**info);
            next = own.next();
        }
    }
    found
}

impl Serialize for RuleInfos {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rules = serializer.serialize_seq(Some(self.site.len() + self.builtin.len()))?;
        for rule in &self.site {
            rules.serialize_element(rule)?;
        }
        for rule in &self.builtin {
            rules.serialize_element(rule)?;
        }
        rules.end()
    }
}

/// The risk of a decision for each kind of event: a map, in the order of the kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risks(Vec<(EventKind, Risk)>);

impl Serialize for Risks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(kind, risk)| (kind, risk)))
    }
}

/// The decision on events that no rule matches, as the host gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct DefaultInfo {
    /// The verdict.
    pub verdict: Verdict,
    /// The severity: `info` of an allow, `medium` of any other verdict.
    pub severity: Severity,
    /// The reason.
    pub reason: String,
    /// The risk for each kind of event; empty for an allow.
    #[cfg_attr(test, ts(as = "BTreeMap<EventKind, Risk>"))]
    pub risks: Risks,
}

impl From<Verdict> for DefaultInfo {
    fn from(verdict: Verdict) -> Self {
        let reason = "no rule matched";
        let is_allow = verdict == Verdict::Allow;
        let risky = EventKind::ALL.into_iter().filter(|_| !is_allow);
        Self {
            verdict,
            severity: if is_allow {
                Severity::Info
            } else {
                Severity::Medium
            },
            reason: reason.to_owned(),
            risks: Risks(
                risky
                    .map(|kind| (kind, risk::infer(reason, kind).risk()))
                    .collect(),
            ),
        }
    }
}

/// The settings for masking, as the host gets them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct RedactInfo {
    /// The names of the site's own patterns.
    pub patterns: Vec<String>,
    /// The built-in kinds that are off.
    pub off: Vec<String>,
    /// The path of a gitleaks configuration, as written in the document.
    pub gitleaks: Option<String>,
}

impl From<&Redact> for RedactInfo {
    fn from(redact: &Redact) -> Self {
        let names = SECRET_KINDS.iter().enumerate();
        let off = names.filter(|(kind, _)| redact.off.contains(kind));
        Self {
            patterns: redact.patterns.iter().map(|one| one.kind.clone()).collect(),
            off: off.map(|(_, name)| (*name).to_owned()).collect(),
            gitleaks: redact.gitleaks.clone(),
        }
    }
}

/// A checked policy, as the host gets it.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct PolicyInfo {
    /// The site's rules in the order of the document, then the built-in ones. A judgement refers to
    /// a rule by its index.
    #[cfg_attr(test, ts(as = "Vec<RuleInfo>"))]
    pub rules: RuleInfos,
    /// The top-level names that the document sets.
    pub keys: Vec<String>,
    /// The decision on events that no rule matches.
    pub default: DefaultInfo,
    /// Whether an escalation that no tier resolves is blocked.
    pub fail_closed: bool,
    /// Whether deny-files stay unchanged.
    pub dry_run: bool,
    /// The lowest severity at which L2 and L3 run at the same time.
    pub speculate: Option<Severity>,
    /// The deny-files.
    pub deny: Deny,
    /// What the deny-files never hold, and how much they hold.
    pub deny_limits: DenyLimits,
    /// The L2 settings. The key is a secret.
    pub llm: Option<Llm>,
    /// The L3 settings.
    pub agent: Option<Agent>,
    /// The settings of the model-output tier.
    pub sae: Option<Sae>,
    /// What guards of agents do.
    pub guard: Guard,
    /// How a person is asked.
    pub ask: Ask,
    /// The secrets that are masked.
    pub redact: RedactInfo,
}

impl From<&Policy> for PolicyInfo {
    /// Without its rules.
    #[inline(never)]
    fn from(policy: &Policy) -> Self {
        Self {
            rules: RuleInfos::NONE,
            keys: policy.keys.iter().cloned().collect(),
            default: DefaultInfo::from(policy.default),
            fail_closed: policy.fail_closed,
            dry_run: policy.dry_run,
            speculate: policy.speculate,
            deny: policy.deny.clone(),
            deny_limits: policy.deny_limits.clone(),
            llm: policy.llm.clone(),
            agent: policy.agent.clone(),
            sae: policy.sae.clone(),
            guard: policy.guard,
            ask: policy.ask,
            redact: RedactInfo::from(&policy.redact),
        }
    }
}

/// The result of compiling a source.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct CompileReport {
    /// The problems in the order of the source.
    pub diagnostics: Vec<Diagnostic>,
    /// The policy; `null` if a diagnostic is an error, or the source is not a policy.
    pub policy: Option<PolicyInfo>,
}

/// The fields of an event that the host needs in addition to its judgement.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct EventFacts {
    /// The kind of event.
    pub kind: EventKind,
    /// The process that acted.
    pub pid: u32,
    /// The agent whose process acted.
    pub agent: Option<String>,
    /// The provider of its model.
    pub provider: Option<String>,
    /// The text that rules match.
    pub subject: String,
    /// The target of a deny action; `null` if there is none, or if it must not be denied.
    pub target: Option<String>,
    /// How the target is known; `null` without a target.
    pub target_from: Option<TargetFrom>,
    /// Whether the collector reported the whole event.
    pub evidence: Evidence,
}

impl From<&Event<'_>> for EventFacts {
    fn from(event: &Event<'_>) -> Self {
        Self {
            kind: event.kind,
            pid: event.pid,
            agent: event.agent(),
            provider: event.provider(),
            subject: event.subject.to_owned(),
            target: event.target(),
            target_from: event.target_from(),
            evidence: event.evidence,
        }
    }
}

/// Compiles ACL text. `name` is its name in code frames. With `lints`, warnings about rules are
/// added.
///
/// ```
/// use sentry_core::wire::compile;
/// let (engine, report) = compile("a.acl", "dry_run = 1", &|_| None, false);
/// assert!(engine.is_none());
/// assert_eq!(report.diagnostics[0].code, "policy/wrong-type");
/// ```
#[inline(never)]
pub fn compile(
    name: &str,
    source: &str,
    environment: &Environment<'_>,
    lints: bool,
) -> (Option<Engine>, CompileReport) {
    let mut compiling = Compiling::new(name, source, lints, None);
    let (engine, mut report) = loop {
        if let Some(compiled) = compiling.step(environment) {
            break compiled;
        }
    };
    if let (Some(engine), Some(info)) = (&engine, &mut report.policy) {
        info.rules = RuleInfos::from(engine.policy().rules.as_slice());
    }
    (engine, report)
}

/// What [`compile`] does, in steps of some milliseconds.
///
/// ```
/// use sentry_core::wire::Compiling;
/// let mut compiling = Compiling::new("a.acl", "dry_run = true", false, None);
/// let (engine, report) = loop {
///     if let Some(compiled) = compiling.step(&|_| None) {
///         break compiled;
///     }
/// };
/// assert!(engine.is_some() && report.policy.unwrap().dry_run);
/// ```
pub struct Compiling {
    name: String,
    source: String,
    lints: bool,
    today: Option<Date>,
    stage: Stage,
    diagnostics: Vec<diagnostic::Diagnostic>,
    /// The places of secrets in the source.
    secrets: Vec<Span>,
}

enum Stage {
    Unparsed,
    Patterns(Box<PatternsAhead>),
    Rules(Box<Building>),
    Compiled(Option<Box<Engine>>),
}

impl Compiling {
    /// Nothing is read yet. The arguments are those of [`compile`]. `today` is the day of
    /// judgement, if it is known.
    pub fn new(name: &str, source: &str, lints: bool, today: Option<Date>) -> Self {
        Self {
            name: name.to_owned(),
            source: source.to_owned(),
            lints,
            today,
            stage: Stage::Unparsed,
            diagnostics: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// Takes the next step. Returns the result of [`compile`] on the last one, without the rules
    /// (see [`RuleInfos::at`]).
    pub fn step(
        &mut self,
        environment: &Environment<'_>,
    ) -> Option<(Option<Engine>, CompileReport)> {
        match std::mem::replace(&mut self.stage, Stage::Compiled(None)) {
            Stage::Unparsed => {
                self.stage = Stage::Patterns(Box::new(PatternsAhead::new(&self.source)));
            }
            Stage::Patterns(mut patterns) => {
                self.stage = if patterns.step() {
                    self.check(*patterns, environment)
                } else {
                    Stage::Patterns(patterns)
                };
            }
            Stage::Rules(mut rules) => {
                self.stage = match rules.step() {
                    Ok(false) => Stage::Rules(rules),
                    Ok(true) => self.compiled(rules.finish()),
                    Err(fault) => self.compiled(Err(fault)),
                };
            }
            Stage::Compiled(engine) => return Some(self.finish(engine.map(|engine| *engine))),
        }
        None
    }

    fn check(&mut self, patterns: PatternsAhead, environment: &Environment<'_>) -> Stage {
        let checked = policy::check_read(&self.source, patterns, environment);
        self.diagnostics = checked.diagnostics;
        self.secrets = checked.secrets;
        match checked.policy.map(Building::new) {
            Some(Ok(rules)) => Stage::Rules(Box::new(rules)),
            Some(Err(fault)) => self.compiled(Err(fault)),
            None => Stage::Compiled(None),
        }
    }

    fn compiled(&mut self, result: Result<Engine, Box<diagnostic::Diagnostic>>) -> Stage {
        match result {
            Ok(engine) => Stage::Compiled(Some(Box::new(engine))),
            Err(fault) => {
                self.diagnostics.push(*fault);
                Stage::Compiled(None)
            }
        }
    }

    fn finish(&mut self, engine: Option<Engine>) -> (Option<Engine>, CompileReport) {
        if let Some(engine) = &engine {
            engine.set_date(self.today);
        }
        if let Some(engine) = engine.as_ref().filter(|_| self.lints) {
            self.diagnostics.extend(lint::lint(engine));
            diagnostic::sort(&mut self.diagnostics);
        }
        let report = CompileReport {
            diagnostics: in_words(&self.name, &self.source, &self.diagnostics, &self.secrets),
            policy: engine.as_ref().map(Engine::policy).map(PolicyInfo::from),
        };
        (engine, report)
    }
}

/// Reads a dictionary of features; see [`sae::Dictionary::read`]. `name` is its name in code
/// frames. The report has no policy.
///
/// ```
/// use sentry_core::wire::dictionary;
/// let (dictionary, report) = dictionary("features.json", "{\"8801\": {}}");
/// assert!(dictionary.is_none());
/// assert_eq!(report.diagnostics[0].code, "sae/missing-key");
/// ```
#[inline(never)]
pub fn dictionary(name: &str, text: &str) -> (Option<sae::Dictionary>, CompileReport) {
    let (dictionary, problems) = match sae::Dictionary::read(text) {
        Ok(dictionary) => (Some(dictionary), Vec::new()),
        Err(problems) => (None, problems),
    };
    let report = CompileReport {
        diagnostics: in_words(name, text, &problems, &[]),
        policy: None,
    };
    (dictionary, report)
}

/// Places of a source, in the form of the host.
pub fn spans(source: &str, places: &[Span]) -> Vec<SourceSpan> {
    let index = LineIndex::new(source);
    places
        .iter()
        .map(|place| SourceSpan::new(&index, source, *place))
        .collect()
}

/// Problems of a source, in the form of the host. Frames mask the secrets of the source.
pub fn diagnostics(
    name: &str,
    source: &str,
    problems: &[diagnostic::Diagnostic],
) -> Vec<Diagnostic> {
    in_words(name, source, problems, &policy::secrets(source))
}

#[inline(never)]
fn in_words(
    name: &str,
    source: &str,
    diagnostics: &[diagnostic::Diagnostic],
    secrets: &[Span],
) -> Vec<Diagnostic> {
    let index = LineIndex::new(source);
    let place = |span: Span| SourceSpan::new(&index, source, span);
    diagnostics
        .iter()
        .map(|found| Diagnostic {
            code: found.code.as_str(),
            severity: match found.level() {
                Level::Error => DiagnosticSeverity::Error,
                Level::Warning => DiagnosticSeverity::Warning,
            },
            message: found.message.clone(),
            help: found.help.clone(),
            span: place(found.span),
            related: found
                .related
                .iter()
                .map(|related| RelatedPlace {
                    message: related.message.clone(),
                    span: place(related.span),
                })
                .collect(),
            frame: render_with(&index, name, source, found, secrets),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use ts_rs::{Config, TS};

    use super::*;
    use crate::engine::{Counters, Trace};

    /// Writes all TypeScript types in one test. With one test per type, a filtered run would write
    /// only some.
    #[test]
    fn types_are_exported() {
        let config = Config::from_env();
        CompileReport::export_all(&config).unwrap();
        EventFacts::export_all(&config).unwrap();
        Trace::export_all(&config).unwrap();
        Counters::export_all(&config).unwrap();
        sae::SaeDecision::export_all(&config).unwrap();
    }
}
