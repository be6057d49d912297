//! The audit line: one decision as JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::event::{Envelope, KINDS};
use crate::rules::{Risk, Rule};

const MAX_SUBJECT: usize = 300;

#[derive(Serialize)]
pub struct AuditLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<&'a str>,
    event: &'static str,
    subject: &'a str,
    decision: Decision<'a>,
}

#[derive(Serialize)]
struct Decision<'a> {
    verdict: &'a str,
    tier: &'static str,
    severity: &'a str,
    reason: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<BTreeMap<&'a str, &'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    risk: Option<&'a Risk>,
    rule: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<&'static str>,
}

impl<'a> AuditLine<'a> {
    /// `rule` decided on the event; an escalation is allowed, since there is nobody to ask.
    pub fn new(envelope: &'a Envelope, kind: usize, subject: &'a str, rule: &'a Rule) -> Self {
        let escalated = rule.verdict == "escalate";
        let target = if escalated {
            None
        } else {
            envelope.event.target(envelope.process.as_ref())
        };
        let reason = if escalated {
            Cow::Owned(format!(
                "{} [unresolved escalation, fail-open]",
                rule.reason
            ))
        } else {
            Cow::Borrowed(rule.reason.as_str())
        };
        Self {
            agent: envelope
                .identity
                .as_ref()
                .and_then(|identity| identity.agent.as_deref()),
            event: KINDS[kind],
            subject: cut(subject),
            decision: Decision {
                verdict: if escalated { "allow" } else { &rule.verdict },
                tier: "Rules",
                severity: if escalated && rule.severity == "info" {
                    "low"
                } else {
                    &rule.severity
                },
                reason,
                action: rule
                    .action
                    .as_deref()
                    .zip(target)
                    .map(|action| BTreeMap::from([action])),
                risk: rule.risks.get(KINDS[kind]),
                rule: &rule.name,
                evidence: envelope.event.is_partial().then_some("partial"),
                resolution: escalated.then_some("unresolved-escalation"),
            },
        }
    }
}

/// As much of a subject as a line shows, cut between two characters.
fn cut(subject: &str) -> &str {
    let mut end = subject.len().min(MAX_SUBJECT);
    while !subject.is_char_boundary(end) {
        end -= 1;
    }
    &subject[..end]
}
