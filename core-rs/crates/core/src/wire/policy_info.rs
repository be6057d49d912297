//! A policy, as the host gets it.

#[cfg(test)]
use std::collections::BTreeMap;

use serde::Serialize;

#[cfg(test)]
use super::rule_info::RuleInfo;
use super::rule_info::{Risks, RuleInfos};
use crate::decision::{Severity, Verdict};
use crate::event::EventKind;
use crate::policy::{Agent, Ask, Deny, DenyLimits, Guard, Llm, Policy, Redact, SECRET_KINDS, Sae};
use crate::risk;
#[cfg(test)]
use crate::risk::Risk;

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
