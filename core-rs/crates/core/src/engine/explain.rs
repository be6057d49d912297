//! Explains a decision: the site's rule, the built-in rule, which of the two decides, and the
//! result of every rule that applies to the kind of event.
//!
//! The results come from the code that judges. The span of a match is found by the rule's own
//! pattern, which is compiled for each explanation.

use serde::Serialize;

use super::by_command::{ByCommand, Decider, NotCovering};
use super::command_trace::{self, CommandsTrace};
use super::order::Sides;
use super::readings::Readings;
use super::{Compiled, Engine, Judgement};
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
    /// The first of the site's rules that matches the event, or the command that decides.
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
    /// It matched the event, or one of its commands, but another rule decided.
    Shadowed,
    /// It is built in and matched, but the site's rule overrides it.
    Overridden,
    /// Its pattern does not match the subject, or something else that it asks for does not hold.
    NoMatch,
}

impl Engine {
    /// Judges one line, and reports the result of every rule that applies to its kind.
    ///
    /// # Errors
    /// The reason why the line is not an event.
    pub fn explain(&self, line: &[u8], scratch: &mut Scratch) -> Result<Trace, NotEvent> {
        let event = event::parse(line, scratch)?;
        if event.kind != EventKind::ToolExec {
            let judgement = self.judge_event(&event);
            let decisions = [Explained::new(
                self,
                self.matching_event(&event),
                Vec::new(),
            )];
            return Ok(self.trace(&event, judgement, &decisions, 0, None, None));
        }
        let readings = Readings::default();
        let (reading, Decider { command, .. }) = self.decide_commands(&event, &readings);
        let commands = ByCommand::new(self, &event, reading);
        let decisions: Vec<Explained<'_>> = (0..commands.len())
            .map(|at| {
                let (mut matching, mut not_covering) = (Vec::new(), Vec::new());
                commands.rules_for(at, &mut matching, &mut not_covering);
                Explained::new(self, matching, not_covering)
            })
            .collect();
        let judgement = self.judge_read(&event, &readings);
        let trace = command_trace::trace(self, &event, reading, &decisions, command);
        Ok(self.trace(
            &event,
            judgement,
            &decisions,
            command.unwrap_or(0),
            Some(&commands),
            Some(trace),
        ))
    }

    /// The explanation of a judgement. `decisions` has the rules for each command, or for the event,
    /// and `deciding` is the index of the one that decides.
    fn trace(
        &self,
        event: &Event<'_>,
        judgement: Judgement,
        decisions: &[Explained<'_>],
        deciding: usize,
        by_command: Option<&ByCommand<'_>>,
        commands: Option<CommandsTrace>,
    ) -> Trace {
        let decision = decisions.get(deciding);
        debug_assert_eq!(
            decision.and_then(|one| one.sides.decider()),
            judgement.rule()
        );
        let tried = self.compiled.matcher.rules(event.kind.index());
        let rules: Vec<RuleTrace> = tried
            .iter()
            .filter_map(|&at| {
                // The deciding command speaks for a rule that fits it, otherwise the first that does.
                let fitting = decision
                    .into_iter()
                    .chain(decisions)
                    .find(|one| one.fits(at));
                let why_none = by_command.and_then(|commands| commands.why_none(at));
                self.trace_rule(at, judgement, event, fitting, decisions, why_none)
            })
            .collect();
        let decided = rules.iter().find(|rule| rule.outcome == Outcome::Decided);
        Trace {
            kind: event.kind,
            subject: event.subject.to_owned(),
            evidence: event.evidence,
            code: judgement.code(),
            rule: judgement.rule().and_then(|at| u32::try_from(at).ok()),
            span: decided.and_then(|rule| rule.span),
            site: decision.and_then(|one| one.side(one.sides.site)),
            builtin: decision.and_then(|one| one.side(one.sides.builtin)),
            why: decision.map_or_else(String::new, Explained::why),
            rules,
            commands,
        }
    }

    fn trace_rule(
        &self,
        at: usize,
        judgement: Judgement,
        event: &Event<'_>,
        fitting: Option<&Explained<'_>>,
        decisions: &[Explained<'_>],
        why_none: Option<&'static str>,
    ) -> Option<RuleTrace> {
        let rule = self.policy.rules.get(at)?;
        let (outcome, mut why) = match fitting {
            Some(decision) if judgement.rule() == Some(at) => (Outcome::Decided, decision.why()),
            Some(decision) => decision.why_not(rule, at),
            None => {
                let uncovered = decisions.iter().find_map(|one| one.why_not_covering(at));
                let why = uncovered
                    .unwrap_or_else(|| self.why_no_match(at, rule, event, why_none).to_owned());
                (Outcome::NoMatch, why)
            }
        };
        let find = || {
            let Compiled { matcher, texts, .. } = &*self.compiled;
            rule.pattern.as_ref()?;
            let (start, end) = matcher.find(texts, at, event.subject)?;
            Some(TextSpan {
                start: utf16_len(event.subject.get(..start)),
                end: utf16_len(event.subject.get(..end)),
            })
        };
        let span = fitting.and_then(|_| find());
        let mut names = event
            .other_names()
            .filter(|_| fitting.is_some() && span.is_none());
        if let Some(name) = names.find(|name| self.matching(event.kind, name).contains(&at)) {
            why = if event.kind == EventKind::SslContent {
                format!("{why} (it matches the decoded content)")
            } else {
                format!("{why} (it matches `{name}`, another name of the destination)")
            };
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

    /// Why a rule fits neither the event nor one of its commands.
    fn why_no_match(
        &self,
        at: usize,
        rule: &Rule,
        event: &Event<'_>,
        why_none: Option<&'static str>,
    ) -> &'static str {
        let matches = || {
            let matching = || self.matching(event.kind, event.subject);
            rule.pattern.is_none() || matching().binary_search(&at).is_ok()
        };
        if !rule.is_in_force(self.date()) {
            "its last day, `expires`, is over, or the date is unknown"
        } else if !self.is_in_force(rule, event) {
            "it is for other agents"
        } else if !matches() {
            "its pattern does not occur in the subject"
        } else if rule.conditions.asks_for_call() && !self.is_call(at, rule, event) {
            "it asks for other tools, or for other arguments"
        } else if self.is_harmless(at, event) {
            "it finds only a provider's key on its way there, or a token of a page"
        } else if self.asks_for_command(at) {
            why_none.unwrap_or("no command is one that it asks for")
        } else {
            "it is excepted by `unless`"
        }
    }
}

/// The rules that match an event or one of its commands, and the two that speak for their sides.
pub(super) struct Explained<'p> {
    rules: &'p [Rule],
    pub(super) sides: Sides<'p>,
    /// The indices of all rules that match, ascending.
    matching: Vec<usize>,
    /// Allows that do not cover the command.
    not_covering: Vec<NotCovering>,
    /// The verdict if no rule matches.
    default: Verdict,
}

impl<'p> Explained<'p> {
    fn new(engine: &'p Engine, matching: Vec<usize>, not_covering: Vec<NotCovering>) -> Self {
        let rules = &engine.policy.rules;
        Self {
            rules,
            sides: Sides::of(rules, &matching),
            matching,
            not_covering,
            default: engine.policy.default,
        }
    }
}

impl Explained<'_> {
    fn fits(&self, at: usize) -> bool {
        self.matching.binary_search(&at).is_ok()
    }

    pub(super) fn side(&self, at: Option<usize>) -> Option<Side> {
        self.rule(at).map(Side::from)
    }

    /// Why an allow does not cover the command that it fits.
    fn why_not_covering(&self, at: usize) -> Option<String> {
        let (_, why) = self.not_covering.iter().find(|(rule, _)| *rule == at)?;
        Some(format!("does not cover the command: {}", why.as_str()))
    }

    /// The allows that fit the command and do not cover it, and why.
    pub(super) fn not_covering(&self) -> Vec<String> {
        let rules = self.not_covering.iter();
        let lines = rules.filter_map(|&(at, why)| {
            let name = &self.rule(Some(at))?.name;
            Some(format!("`{name}` does not cover it: {}", why.as_str()))
        });
        lines.collect()
    }

    fn rule(&self, at: Option<usize>) -> Option<&Rule> {
        self.rules.get(at?)
    }

    /// Why the decider decides.
    pub(super) fn why(&self) -> String {
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
            if decider.span == rule.span && *name == rule.name {
                "decides on a command whose verdict is not the first of the gravest ones".to_owned()
            } else if decider.origin == Origin::Site && decider.verdict == Verdict::Allow {
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
