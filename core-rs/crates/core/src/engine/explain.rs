//! Explains a decision: the result of every rule that applies to the kind of event.
//!
//! The results come from the matcher that judges. The span of a match is found by the rule's own pattern, which is compiled
//! for each explanation.

use serde::Serialize;

use super::{Engine, Judgement};
use crate::decision::Verdict;
use crate::event::{self, EventKind, Evidence, NotEvent, Scratch};
use crate::policy::Origin;

/// A judgement and its explanation. Spans count UTF-16 units of the subject.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Trace {
    /// The event's kind.
    pub kind: EventKind,
    /// The text that the rules were matched against.
    pub subject: String,
    /// Whether the collector recorded the whole event.
    pub evidence: Evidence,
    /// The packed judgement, the same as from judging.
    pub code: u32,
    /// The index of the deciding rule in the policy.
    pub rule: Option<u32>,
    /// The first match of the deciding rule.
    pub span: Option<TextSpan>,
    /// All rules that apply to this kind of event, in the order in which they are tried.
    pub rules: Vec<RuleTrace>,
}

/// A span of a subject, in UTF-16 units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct TextSpan {
    /// The first unit.
    pub start: u32,
    /// The unit after the last.
    pub end: u32,
}

/// The result of one rule.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct RuleTrace {
    /// Its index in the policy.
    pub rule: u32,
    /// Its name.
    pub name: String,
    /// Who wrote it.
    pub origin: Origin,
    /// Its verdict.
    pub verdict: Verdict,
    /// The result.
    pub outcome: Outcome,
    /// The first match of its pattern.
    pub span: Option<TextSpan>,
    /// The result in words.
    pub why: String,
}

/// The result of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum Outcome {
    /// It is the first rule that matched.
    Decided,
    /// It matched, but an earlier rule decided.
    Shadowed,
    /// Its pattern does not match the subject.
    NoMatch,
}

impl Engine {
    /// Judges one line, and reports the result of every rule that applies to its kind.
    ///
    /// # Errors
    /// The reason why the line is not an event.
    pub fn explain(&self, line: &[u8], scratch: &mut Scratch) -> Result<Trace, NotEvent> {
        let event = event::parse(line, scratch)?;
        let judgement = self.judge_event(&event);
        let matching = self.matching(event.kind, event.subject);
        let tried = self.matcher.rules(event.kind.index());
        let rules: Vec<RuleTrace> = tried
            .iter()
            .filter_map(|&at| self.trace_rule(at, judgement, &matching, event.subject))
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
        matching: &[usize],
        subject: &str,
    ) -> Option<RuleTrace> {
        let rule = self.policy.rules.get(at)?;
        let decider = judgement.rule();
        let matches = matching.binary_search(&at).is_ok();
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
