//! Explains a decision: the site's rule, the built-in rule, which of the two decides, and the
//! result of every rule that applies to the kind of event.
//!
//! The results come from the matcher that judges. The span of a match is found by the rule's own
//! pattern, which is compiled for each explanation.

use sentry_pattern::matcher::Matcher;
use serde::Serialize;

use super::commands::{self, CommandsTrace};
use super::order::Sides;
use super::{Engine, Judgement};
use crate::decision::{Verdict, Word};
use crate::event::{self, Event, EventKind, Evidence, NotEvent, Scratch};
use crate::policy::{Origin, Rule};

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
    /// The first of the site's rules that matches.
    pub site: Option<Side>,
    /// Of the built-in rules that match and are not overridden, the one with the gravest verdict.
    pub builtin: Option<Side>,
    /// Why the deciding rule decides, in words.
    pub why: String,
    /// All rules that apply to this kind of event: the site's in the order of the document, then
    /// the built-in ones.
    pub rules: Vec<RuleTrace>,
    /// What a `ToolExec` event runs.
    pub commands: Option<CommandsTrace>,
}

/// What the site's rules, or the built-in ones, say of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Side {
    /// The name of the rule that speaks for its side.
    pub rule: String,
    /// Its verdict.
    pub verdict: Verdict,
}

impl From<&Rule> for Side {
    fn from(rule: &Rule) -> Self {
        Self {
            rule: rule.name.clone(),
            verdict: rule.verdict,
        }
    }
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
    /// It decided.
    Decided,
    /// It matched, but another rule decided.
    Shadowed,
    /// It is built in and matched, but the site's rule overrides it.
    Overridden,
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
        let matching = self.matching_event(&event);
        let explained = Explained {
            rules: &self.policy.rules,
            matcher: &self.matcher,
            sides: Sides::of(&self.policy.rules, &matching),
            matching,
            default: self.policy.default,
        };
        debug_assert_eq!(explained.sides.decider(), judgement.rule());
        let tried = self.matcher.rules(event.kind.index());
        let rules: Vec<RuleTrace> = tried
            .iter()
            .filter_map(|&at| explained.trace_rule(at, judgement, &event))
            .collect();
        let side = |at: Option<usize>| at.and_then(|at| self.policy.rules.get(at)).map(Side::from);
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
            site: side(explained.sides.site),
            builtin: side(explained.sides.builtin),
            why: explained.why(),
            rules,
            commands: commands::trace(&event),
        })
    }
}

/// The rules that match one event, and the two that speak for their sides.
struct Explained<'p> {
    rules: &'p [Rule],
    matcher: &'p Matcher,
    sides: Sides<'p>,
    /// The indices of all rules that match, ascending.
    matching: Vec<usize>,
    /// The verdict if no rule matches.
    default: Verdict,
}

impl Explained<'_> {
    fn rule(&self, at: Option<usize>) -> Option<&Rule> {
        self.rules.get(at?)
    }

    /// Why the decider decides.
    fn why(&self) -> String {
        let decider = self.rule(self.sides.decider());
        match (
            self.rule(self.sides.site),
            self.rule(self.sides.builtin),
            decider,
        ) {
            (Some(site), Some(builtin), Some(decider)) if decider.origin == Origin::Builtin => {
                format!(
                    "the verdict of `{}` is graver than that of `{}`",
                    builtin.name, site.name
                )
            }
            (Some(site), Some(_), Some(_)) if site.verdict == Verdict::Allow => {
                format!("site rule `{}` is an exception: an `allow`", site.name)
            }
            (Some(site), Some(builtin), Some(_)) if site.verdict == builtin.verdict => {
                "the verdicts are equal, so the site's rule decides".to_owned()
            }
            (Some(site), Some(builtin), Some(_)) => format!(
                "the verdict of `{}` is graver than that of `{}`",
                site.name, builtin.name
            ),
            (Some(site), None, Some(_)) => self.why_alone(site),
            (None, Some(_), Some(decider)) => {
                format!(
                    "`{}` is the gravest built-in rule that matches, and no site rule does",
                    decider.name
                )
            }
            _ => format!(
                "no rule matches, and the policy's default is `{}`",
                self.default.as_word()
            ),
        }
    }

    /// Why the site's rule decides if the built-in rules say nothing.
    fn why_alone(&self, site: &Rule) -> String {
        let overridden: Vec<String> = self
            .matching
            .iter()
            .filter_map(|&at| self.rules.get(at))
            .filter(|rule| rule.origin == Origin::Builtin)
            .map(|rule| format!("`{}`", rule.name))
            .collect();
        if overridden.is_empty() {
            format!(
                "`{}` is the first site rule that matches, and no built-in rule does",
                site.name
            )
        } else {
            format!("`{}` overrides {}", site.name, overridden.join(" and "))
        }
    }

    fn trace_rule(&self, at: usize, judgement: Judgement, event: &Event<'_>) -> Option<RuleTrace> {
        let subject = event.subject;
        let rule = self.rules.get(at)?;
        let matches = self.matching.binary_search(&at).is_ok();
        let (outcome, mut why) = if judgement.rule() == Some(at) {
            (Outcome::Decided, self.why())
        } else if matches {
            self.why_not(rule, at)
        } else {
            let why = "its pattern does not occur in the subject".to_owned();
            (Outcome::NoMatch, why)
        };
        let span = if matches {
            let found = self.matcher.find(self.rules, at, subject);
            found.map(|(start, end)| TextSpan {
                start: utf16_len(subject.get(..start)),
                end: utf16_len(subject.get(..end)),
            })
        } else {
            None
        };
        let finds = |name: &str| self.matcher.find(self.rules, at, name).is_some();
        if let Some(name) = event
            .other_names()
            .find(|name| matches && span.is_none() && finds(name))
        {
            why = format!("{why} (it matches `{name}`, another name of the destination)");
        }
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

    /// Why a rule that matches does not decide.
    fn why_not(&self, rule: &Rule, at: usize) -> (Outcome, String) {
        let site = self.rule(self.sides.site);
        let first = site.filter(|_| rule.origin == Origin::Site && self.sides.site != Some(at));
        if let Some(first) = first {
            let why = format!("matches, but `{}` comes first", first.name);
            return (Outcome::Shadowed, why);
        }
        let overriding = site.filter(|site| rule.origin == Origin::Builtin && site.overrides(rule));
        if let Some(overriding) = overriding {
            let why = format!("matches, but `{}` overrides it", overriding.name);
            return (Outcome::Overridden, why);
        }
        let decider = self.rule(self.sides.decider());
        let why = decider.map_or_else(String::new, |decider| {
            let name = &decider.name;
            if decider.origin == Origin::Site && decider.verdict == Verdict::Allow {
                format!("matches, but `{name}` is an exception: an `allow` of the site")
            } else if decider.verdict.is_graver_than(rule.verdict) {
                format!("matches, but the verdict of `{name}` is graver")
            } else if decider.origin == rule.origin {
                format!("matches, but `{name}` comes first")
            } else {
                format!("matches, but `{name}` has the same verdict and is the site's own")
            }
        });
        (Outcome::Shadowed, why)
    }
}

fn utf16_len(text: Option<&str>) -> u32 {
    let units = text.map_or(0, |text| text.encode_utf16().count());
    u32::try_from(units).unwrap_or(u32::MAX)
}
