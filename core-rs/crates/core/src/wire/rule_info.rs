//! The rules of a policy. Those that are built in are written once.

#[cfg(test)]
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::decision::{ActionKind, Severity, Verdict};
use crate::event::EventKind;
use crate::policy::{self, Origin, Policy, Rule};
use crate::risk::Risk;

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
    pub(super) const NONE: Self = Self {
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
pub struct Risks(pub(super) Vec<(EventKind, Risk)>);

impl Serialize for Risks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(kind, risk)| (kind, risk)))
    }
}
