//! The sections `guard` and `ask`: what guards of agents do.

use serde::Serialize;

use super::fields::Field;
use super::schema::{boolean_of, seconds, section};
use super::value::Reader;
use crate::decision::Word;

/// The outcome of a call that could not be judged, or that nobody could be asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum Fallback {
    /// The call must not go on.
    #[default]
    Deny,
    /// The call goes on.
    Allow,
}

impl Word for Fallback {
    const WORDS: &'static [(&'static str, Self)] = &[("deny", Self::Deny), ("allow", Self::Allow)];
}

/// What the policy of a project may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum ProjectPolicies {
    /// It is not read.
    #[default]
    Ignore,
    /// It adds blocks and escalations.
    Tighten,
}

impl Word for ProjectPolicies {
    const WORDS: &'static [(&'static str, Self)] =
        &[("ignore", Self::Ignore), ("tighten", Self::Tighten)];
}

/// The section `guard`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Guard {
    /// The outcome if judging fails, or takes too long.
    pub on_failure: Fallback,
    /// The time limit of all tiers together, in seconds.
    pub deadline_s: f64,
    /// The outcome of an escalation where nobody can be asked.
    pub ask_fallback: Fallback,
    /// Whether an allow grants the call, so that the host asks nobody. Otherwise it is no opinion.
    pub grant: bool,
    /// What the policy of the project does that an agent works in.
    pub project_policies: ProjectPolicies,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            on_failure: Fallback::Deny,
            deadline_s: 5.0,
            ask_fallback: Fallback::Deny,
            grant: false,
            project_policies: ProjectPolicies::Ignore,
        }
    }
}

/// The section `ask`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Ask {
    /// How long a person has to answer, in seconds. No answer is a denial.
    pub timeout_s: f64,
}

impl Default for Ask {
    fn default() -> Self {
        Self { timeout_s: 60.0 }
    }
}

pub(super) fn read(reader: &mut Reader<'_>, field: Field<'_>) -> Guard {
    let mut guard = Guard::default();
    let keys = [
        "on_failure",
        "deadline_s",
        "ask_fallback",
        "grant",
        "project_policies",
    ];
    section(
        reader,
        field,
        &keys,
        &[],
        &mut |reader, name, value| match name {
            "on_failure" => guard.on_failure = reader.word(name, value).unwrap_or_default(),
            "deadline_s" => {
                guard.deadline_s = seconds(reader, name, value).unwrap_or(guard.deadline_s);
            }
            "ask_fallback" => guard.ask_fallback = reader.word(name, value).unwrap_or_default(),
            "grant" => guard.grant = boolean_of(reader, name, value),
            _ => guard.project_policies = reader.word(name, value).unwrap_or_default(),
        },
    );
    guard
}

pub(super) fn read_ask(reader: &mut Reader<'_>, field: Field<'_>) -> Ask {
    let mut ask = Ask::default();
    section(
        reader,
        field,
        &["timeout_s"],
        &[],
        &mut |reader, name, value| {
            ask.timeout_s = seconds(reader, name, value).unwrap_or(ask.timeout_s);
        },
    );
    ask
}
