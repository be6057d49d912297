//! Judging an event command by command, innermost first.
//!
//! A rule without conditions on commands fits all commands of an event. For each command the order
//! of rules decides ([`super::order`]), and the gravest of these decisions is that on the event; of
//! equal ones the first, but one of a rule before the policy's default.

use sentry_command::{Opaque, Reading};

use super::Engine;
use super::order::Sides;
use crate::condition::cover::{self, Uncovered};
use crate::condition::fit::{Commands, Facts, Lack};
use crate::event::Event;

/// The rule that decides on an event, and the command that it decides on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Decider {
    /// The index of the rule; `None` if none matches.
    pub(super) rule: Option<usize>,
    /// The index of the command, if the event was read.
    pub(super) command: Option<usize>,
}

/// The commands of an event, and the rules that fit all of them.
pub(super) struct ByCommand<'e> {
    engine: &'e Engine,
    event: &'e Event<'e>,
    commands: Commands<'e>,
    /// The rules whose pattern matches, or that have none and ask for no command, ascending.
    matching: Vec<usize>,
    /// Whether one of them may not fit every command.
    is_selective: bool,
}

/// An `allow` that fits a command and does not cover it.
pub(super) type NotCovering = (usize, Uncovered);

impl<'e> ByCommand<'e> {
    pub(super) fn new(engine: &'e Engine, event: &'e Event<'e>, reading: &'e Reading) -> Self {
        let matching = engine.matching_event(event);
        let is_selective = matching.iter().any(|&at| engine.is_by_command(at));
        Self {
            engine,
            event,
            commands: Commands::new(reading, event),
            is_selective,
            matching,
        }
    }

    /// The number of commands; one without any, to which rules on the event as a whole apply.
    pub(super) fn len(&self) -> usize {
        self.commands.reading.commands.len().max(1)
    }

    /// The decision on the event.
    pub(super) fn decide(&self) -> Decider {
        let mut best: Option<(Decider, crate::decision::Verdict)> = None;
        let (mut matching, mut not_covering) = (Vec::new(), Vec::new());
        let mut of_event = None;
        for at in 0..self.len() {
            not_covering.clear();
            let is_own = self.rules_for(at, &mut matching, &mut not_covering);
            let rule = match of_event {
                Some(rule) if !is_own => rule,
                _ => Sides::of(&self.engine.policy.rules, &matching).decider(),
            };
            if !is_own {
                of_event = Some(rule);
            }
            let verdict = self.engine.verdict(rule);
            let is_better = best.is_none_or(|(best, gravest)| {
                verdict.is_graver_than(gravest)
                    || verdict == gravest && best.rule.is_none() && rule.is_some()
            });
            if is_better {
                let command = Some(at);
                best = Some((Decider { rule, command }, verdict));
            }
        }
        best.map_or_else(Decider::default, |(best, _)| best)
    }

    /// Sets `out` to the rules that fit a command, ascending, and appends the allows that do not
    /// cover it to `not_covering`. Returns whether they may differ from those of other commands.
    pub(super) fn rules_for(
        &self,
        at: usize,
        out: &mut Vec<usize>,
        not_covering: &mut Vec<NotCovering>,
    ) -> bool {
        out.clear();
        let engine = self.engine;
        let facts = self.commands.get(at);
        if let Some(facts) = &facts {
            let rules = &engine.policy.rules;
            engine
                .compiled
                .index
                .find(rules, facts, engine.expressions(), out);
            out.retain(|&at| self.holds_beside(at));
        }
        let has_opaque_part = match &facts {
            Some(facts) => self.has_opaque_part(facts),
            None => self.commands.reading.is_cut_short(),
        };
        out.extend(engine.opaque_rule.filter(|_| has_opaque_part));
        let is_own = !out.is_empty() || self.is_selective;
        let of_event = self.matching.iter();
        out.extend(of_event.filter(|&&at| !engine.asks_for_command(at)));
        if is_own {
            sentry_sort::unstable(out, |a, b| a < b);
            out.dedup();
            let facts = facts.as_ref();
            out.retain(|&at| self.fits(at, facts, not_covering));
        }
        is_own
    }

    /// Why no command is one that a rule asks for.
    pub(super) fn why_none(&self, at: usize) -> Option<&'static str> {
        let rule = self.engine.policy.rules.get(at)?;
        let (index, expressions) = (&self.engine.compiled.index, self.engine.expressions());
        let mut closest = None;
        for facts in (0..self.len()).filter_map(|at| self.commands.get(at)) {
            let lack = index.lacks(at, rule, &facts, expressions);
            if lack.is_none() {
                return Some("a command is one that it asks for, but `unless` leaves it out");
            }
            closest = closest.max(lack);
        }
        closest.map(Lack::why)
    }

    /// Whether what a rule asks for beside the command holds: its pattern, agents and date.
    fn holds_beside(&self, at: usize) -> bool {
        let rule = self.engine.policy.rules.get(at);
        rule.is_some_and(|rule| {
            (rule.pattern.is_none() || self.matching.binary_search(&at).is_ok())
                && self.engine.is_in_force(rule, self.event)
        })
    }

    /// Whether nothing excepts a command from a rule, and an allow covers the command.
    fn fits(
        &self,
        at: usize,
        facts: Option<&Facts<'_>>,
        not_covering: &mut Vec<NotCovering>,
    ) -> bool {
        let engine = self.engine;
        let (Some(rule), Some(facts)) = (engine.policy.rules.get(at), facts) else {
            return !engine.is_by_command(at) || engine.opaque_rule == Some(at);
        };
        let index = &engine.compiled.index;
        if !rule.conditions.unless.is_empty()
            && facts.is_understood_for(rule.origin)
            && index.is_excepted(at, rule, facts, engine.expressions())
        {
            return false;
        }
        if !engine.is_limited_allow(at) {
            return true;
        }
        let is_renamed = self.event.assumed_name().is_some();
        let never = cover::never(facts, self.event.evidence, is_renamed);
        let uncovered = never.or_else(|| index.beyond(at, rule, facts, engine.expressions()));
        not_covering.extend(uncovered.map(|why| (at, why)));
        uncovered.is_none()
    }

    /// Whether a part of the event is not understood, and the command is one that built-in rules
    /// look at, or the event was too large to be read. A command whose own words are known is what
    /// it seems to be, unless the text around it could not be taken apart.
    fn has_opaque_part(&self, facts: &Facts<'_>) -> bool {
        let Engine {
            policy, compiled, ..
        } = self.engine;
        let reading = self.commands.reading;
        let may_be_grave = |opaque: &Opaque| match opaque {
            Opaque::Unfinished | Opaque::Syntax | Opaque::Values => true,
            Opaque::UnknownProgram => !facts.command.is_understood(),
            // What runs an unknown text is a command of its own.
            Opaque::UnknownText | Opaque::Depth | Opaque::Work | Opaque::Commands => false,
        };
        reading.is_cut_short()
            || reading.opaque.iter().any(may_be_grave)
                && compiled.index.is_near_builtin(&policy.rules, facts)
    }
}
