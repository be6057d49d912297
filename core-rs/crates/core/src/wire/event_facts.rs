//! What the host needs of an event in addition to its judgement.

use serde::Serialize;

use crate::event::{Event, EventKind, Evidence, TargetFrom};

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
