//! Why a decision is what it is: every rule of the event's kind, and what came of it.
//!
//! The answer is read off the matcher that judges; where a rule matched is found by its own pattern,
//! which is compiled for the occasion.

use serde::Serialize;

use super::{Engine, Judgement};
use crate::decision::Verdict;
use crate::event::{self, EventKind, Evidence, NotEvent, Scratch};
use crate::policy::Origin;

/// A judgement and how it came about. Spans count UTF-16 units of the subject.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Trace {
    /// The event's kind.
    pub kind: EventKind,
    /// The text that the rules were tried on.
    pub subject: String,
    /// Whether the collector saw all of the event.
    pub evidence: Evidence,
    /// The packed judgement, as the judging path gives it.
    pub code: u32,
    /// The deciding rule's place in the policy.
    pub rule: Option<u32>,
    /// Where the deciding rule matched.
    pub span: Option<TextSpan>,
    /// Every rule of this kind, in the order in which they are tried.
    pub rules: Vec<RuleTrace>,
}

/// A stretch of a subject, in UTF-16 units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct TextSpan {
    /// The first unit.
    pub start: u32,
    /// The unit after the last.
    pub end: u32,
}

/// What came of one rule.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct RuleTrace {
    /// Its place in the policy.
    pub rule: u32,
    /// Its name.
    pub name: String,
    /// Who wrote it.
    pub origin: Origin,
    /// What it says.
    pub verdict: Verdict,
    /// What came of it.
    pub outcome: Outcome,
    /// Where its pattern matched first.
    pub span: Option<TextSpan>,
    /// The outcome in words for a person.
    pub why: String,
}

/// What came of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum Outcome {
    /// It is the first that matched.
    Decided,
    /// It matched, but an earlier one decided.
    Shadowed,
    /// Its pattern does not occur in the subject.
    NoMatch,
}

impl Engine {
    /// Judges one line and says how every rule of its kind fared.
    ///
    /// # Errors
    /// Says why the line is not an event.
    pub fn explain(&self, line: &[u8], scratch: &mut Scratch) -> Result<Trace, NotEvent> {
        let event = event::parse(line, scratch)?;
        let judgement = self.judge_event(&event);
        let fitting = self.fitting(event.kind, event.subject);
        let tried = self.matcher.rules(event.kind.index());
        let rules: Vec<RuleTrace> = tried
            .iter()
            .filter_map(|&at| self.trace_rule(at, judgement, &fitting, event.subject))
            .collect();
        Ok(Trace {
            kind: event.kind,
            subject: event.subject.to_owned(),
            evidence: event.evidence,
            code: judgement.code(),
            rule: judgement.rule().and_then(|at| u32::try_from(at).ok()),
            span: rules
                .iter()
                .find(|rule| rule.outcome == Outcome::Decided)
                .and_then(|rule| rule.span),
            rules,
        })
    }

    fn trace_rule(
        &self,
        at: usize,
        judgement: Judgement,
        fitting: &[usize],
        subject: &str,
    ) -> Option<RuleTrace> {
        let rule = self.policy.rules.get(at)?;
        let decider = judgement.rule();
        let matches = fitting.binary_search(&at).is_ok();
        let (outcome, why) = if decider == Some(at) {
            (Outcome::Decided, "the first rule that matches".to_owned())
        } else if matches {
            let name = decider
                .and_then(|at| self.policy.rules.get(at))
                .map_or("an earlier rule", |rule| rule.name.as_str());
            (
                Outcome::Shadowed,
                format!("matches, but `{name}` comes first"),
            )
        } else {
            let why = "its pattern does not occur in the subject".to_owned();
            (Outcome::NoMatch, why)
        };
        let span = if matches {
            rule.pattern.find(subject).map(|(start, end)| TextSpan {
                start: utf16_len(subject.get(..start)),
                end: utf16_len(subject.get(..end)),
            })
        } else {
            None
        };
        Some(RuleTrace {
            rule: u32::try_from(at).ok()?,
            name: rule.name.clone(),
            origin: rule.origin,
            verdict: rule.verdict,
            outcome,
            span,
            why,
        })
    }
}

fn utf16_len(text: Option<&str>) -> u32 {
    let units = text.map_or(0, |text| text.encode_utf16().count());
    u32::try_from(units).unwrap_or(u32::MAX)
}
