//! Which rules fit a command or another event, and what it lacks to fit.

use sentry_sort::unstable;

use super::{Alternative, Entry, Filed, Index, any_hash_of_program, count_of};
use crate::condition::anchor::{Hash, Part, Role, Seen, facts};
use crate::condition::call;
use crate::condition::cover::{self, Uncovered};
use crate::condition::effects::{self, Asked};
use crate::condition::fit::{Facts, Lack, Operand};
use crate::condition::pieces;
use crate::condition::texts::Expressions;
use crate::decision::Verdict;
use crate::event::Event;
use crate::policy::{CommandCondition, Rule};

impl Index {
    /// Appends to `out` the rules that ask for a command, and for which this one will do, in their
    /// order.
    pub(crate) fn find(
        &self,
        rules: &[Rule],
        facts: &Facts<'_>,
        expressions: Expressions<'_>,
        out: &mut Vec<usize>,
    ) {
        let mut found = self.unanchored.clone();
        let mut seen = Seen::default();
        self.each_hash(facts, &mut |hash| {
            seen.add(hash);
            found.extend(self.under(hash).iter().map(|filed| filed.entry));
        });
        if self.has(Role::Sent) {
            found.extend(facts.sent(&|| self.sent(facts)));
        }
        unstable(&mut found, |a, b| a < b);
        found.dedup();
        let mut last = None;
        for entry in found {
            let Some((parts, entry)) = self.with_parts(entry) else {
                continue;
            };
            let at = entry.rule as usize;
            // Of a part in a role that no entry is filed under, nothing was looked for.
            let mut looked_for = parts.iter().filter(|part| self.looks_for(part));
            if looked_for.all(|part| part.is_among(&seen))
                && last != Some(at)
                && let Some(rule) = rules.get(at)
                && self.is_fulfilled(*entry, rule, facts, expressions)
            {
                last = Some(at);
                out.push(at);
            }
        }
    }

    /// The entries that ask for something that is sent, and of which a command of the event has an
    /// anchor.
    fn sent(&self, facts: &Facts<'_>) -> Vec<u32> {
        let mut found = Vec::new();
        facts.each_text_of_all(&mut |text| {
            pieces::each_hash(text, &self.shapes_of_effects, &mut |hash| {
                found.extend(
                    self.under(hash.as_role(Role::Sent))
                        .iter()
                        .map(|filed| filed.entry),
                );
            });
        });
        unstable(&mut found, |a, b| a < b);
        found.dedup();
        found
    }

    /// Whether an event is a call that a rule asks for.
    pub(crate) fn fits_call(
        &self,
        at: usize,
        rule: &Rule,
        event: &Event<'_>,
        expressions: Expressions<'_>,
    ) -> bool {
        let first = self.numbers.get(at).map_or(0, |numbers| numbers.args);
        call::fits(rule, event, first, expressions)
    }

    /// The rules that ask for an effect that an event has which is no command, in their order.
    pub(crate) fn find_event(
        &self,
        rules: &[Rule],
        event: &Event<'_>,
        expressions: Expressions<'_>,
    ) -> Vec<usize> {
        let mut found: Vec<u32> = self.unanchored.clone();
        let (mut filed, mut seen) = (Vec::new(), Seen::default());
        pieces::each_hash_of_event(event, &self.shapes_of_effects, &mut |hash| {
            seen.add(hash);
            filed.extend(self.under(hash));
        });
        let is_seen = |filed: &&&Filed| filed.beside.is_none_or(|beside| seen.has(beside));
        found.extend(filed.iter().filter(is_seen).map(|filed| filed.entry));
        let entries = found.iter().filter_map(|at| self.entries.get(*at as usize));
        let entries = entries.filter(|entry| matches!(entry.alternative, Alternative::Effects));
        let mut fitting: Vec<usize> = entries.map(|entry| entry.rule as usize).collect();
        if fitting.is_empty() {
            return fitting;
        }
        unstable(&mut fitting, |a, b| a < b);
        fitting.dedup();
        let effects = effects::of_event(event);
        fitting.retain(|&at| {
            rules.get(at).is_some_and(|rule| {
                rule.on.contains(&event.kind)
                    && self
                        .asked(at, rule, true)
                        .holds(&effects, false, expressions)
            })
        });
        fitting
    }

    /// Whether a rule that asks for effects may fit an event that is no command.
    pub(crate) fn may_fit_event(&self, event: &Event<'_>) -> bool {
        let mut may_fit = self.has_unanchored_effects;
        if self.has(Role::Effect) && !may_fit {
            pieces::each_hash_of_event(event, &self.shapes_of_effects, &mut |hash| {
                may_fit |= !self.under(hash).is_empty();
            });
        }
        may_fit
    }

    /// Whether an event that is no command has the effects that a rule asks for.
    pub(crate) fn fits_event(
        &self,
        at: usize,
        rule: &Rule,
        event: &Event<'_>,
        expressions: Expressions<'_>,
    ) -> bool {
        let effects = effects::of_event(event);
        self.asked(at, rule, true)
            .holds(&effects, false, expressions)
    }

    /// Whether the peer of a connection is one that a rule asks for, and not only the server name.
    pub(crate) fn fits_peer(
        &self,
        at: usize,
        rule: &Rule,
        event: &Event<'_>,
        expressions: Expressions<'_>,
    ) -> bool {
        let asked = Asked {
            takes_claims: false,
            ..self.asked(at, rule, true)
        };
        asked.holds(&effects::of_event(event), false, expressions)
    }

    /// The effects that a rule asks for. `is_understood`: `unless` may except paths.
    fn asked<'r>(&self, at: usize, rule: &'r Rule, is_understood: bool) -> Asked<'r> {
        let conditions = &rule.conditions;
        Asked {
            condition: &conditions.effects,
            unless: if is_understood {
                &conditions.unless_paths
            } else {
                &[]
            },
            first: self.numbers.get(at).map_or(0, |numbers| numbers.effects),
            takes_claims: rule.verdict != Verdict::Allow,
        }
    }

    fn is_fulfilled(
        &self,
        entry: Entry,
        rule: &Rule,
        facts: &Facts<'_>,
        expressions: Expressions<'_>,
    ) -> bool {
        self.lack(entry, rule, facts, expressions).is_none()
    }

    /// What a command lacks to be one that a rule asks for. Of several conditions, that of which it
    /// fulfils the most parts counts.
    pub(crate) fn lacks(
        &self,
        at: usize,
        rule: &Rule,
        facts: &Facts<'_>,
        expressions: Expressions<'_>,
    ) -> Option<Lack> {
        let from = self
            .entries
            .partition_point(|entry| (entry.rule as usize) < at);
        let entries = self.entries.iter().skip(from);
        let mut closest = Some(Lack::Program);
        for entry in entries.take_while(|entry| entry.rule as usize == at) {
            let lack = self.lack(*entry, rule, facts, expressions);
            lack?;
            closest = closest.max(lack);
        }
        closest
    }

    fn lack(
        &self,
        entry: Entry,
        rule: &Rule,
        facts: &Facts<'_>,
        expressions: Expressions<'_>,
    ) -> Option<Lack> {
        let conditions = &rule.conditions;
        let has_effects = || {
            let is_understood = facts.is_understood_for(rule.origin);
            conditions.effects.is_empty()
                || self.asked(entry.rule as usize, rule, is_understood).holds(
                    facts.effects(),
                    facts.runs_download(),
                    expressions,
                )
        };
        let lack = match entry.alternative {
            Alternative::Effects => None,
            Alternative::Command(which) => {
                let condition = conditions.command.get(which);
                let has_code = || {
                    let first = self.numbers.get(entry.rule as usize);
                    let first = first.map_or(0, |numbers| numbers.code);
                    facts.has_any_code(&conditions.code, first, expressions)
                };
                let lack = condition.map_or(Some(Lack::Program), |one| {
                    facts.lacks(one, entry.first, expressions)
                });
                lack.or_else(|| (!conditions.code.is_empty() && !has_code()).then_some(Lack::Code))
            }
            Alternative::Code(which) => {
                let condition = conditions.code.get(which);
                let has_code =
                    condition.is_some_and(|one| facts.has_code(one, entry.first, expressions));
                (!has_code).then_some(Lack::Code)
            }
        };
        lack.or_else(|| (!has_effects()).then_some(Lack::Effects))
    }

    /// Why an `allow` does not cover a command that it fits, if one of its conditions is the reason.
    pub(crate) fn beyond(
        &self,
        at: usize,
        rule: &Rule,
        facts: &Facts<'_>,
        expressions: Expressions<'_>,
    ) -> Option<Uncovered> {
        let conditions = &rule.conditions;
        if !conditions.effects.is_empty() {
            let asked = self.asked(at, rule, false);
            return cover::beyond_effects(facts, &asked, expressions);
        }
        if conditions.command.is_empty() {
            return cover::beyond(facts, &CommandCondition::default(), 0, expressions);
        }
        let mut next = self.numbers.get(at).map_or(0, |numbers| numbers.command);
        let mut why = None;
        for condition in &conditions.command {
            let first = next;
            next += count_of(condition);
            if facts.fulfils(condition, first, expressions) {
                why = cover::beyond(facts, condition, first, expressions);
                why?;
            }
        }
        why
    }

    /// Whether the command fulfils one of the conditions in a rule's `unless`.
    pub(crate) fn is_excepted(
        &self,
        at: usize,
        rule: &Rule,
        facts: &Facts<'_>,
        expressions: Expressions<'_>,
    ) -> bool {
        let mut next = self.numbers.get(at).map_or(0, |numbers| numbers.unless);
        rule.conditions.unless.iter().any(|condition| {
            let first = next;
            next += count_of(condition);
            facts.fulfils(condition, first, expressions)
        })
    }

    /// Whether [`Self::each_hash`] finds what has an anchor of the part.
    fn looks_for(&self, part: &Part) -> bool {
        part.roles & !self.roles == 0
            && part.prefixes & !self.prefixes == 0
            && part.role != Role::Sent
    }

    /// Calls `each` with the hashes of what a command has, in the roles that anchors have.
    fn each_hash(&self, facts: &Facts<'_>, each: &mut impl FnMut(Hash)) {
        any_hash_of_program(self.prefixes, facts.command.program(), |hash| {
            each(hash);
            false
        });
        if self.has(Role::Fact) {
            for (fact, holds) in [
                (facts::REDIRECTS, !facts.written().is_empty()),
                (facts::CODE, facts.code().next().is_some()),
                (facts::CALLS_ITSELF, facts.command.calls_itself),
                (facts::PIPED, facts.is_piped()),
            ] {
                if holds {
                    each(Hash::of(Role::Fact, fact));
                }
            }
            for source in facts.command.code_from.names() {
                each(Hash::of(Role::Fact, source));
            }
        }
        if self.has(Role::Language) {
            for code in facts.code() {
                each(Hash::of(Role::Language, code.language));
            }
        }
        if self.has(Role::Word) {
            for word in &facts.arguments().words {
                each(Hash::of(Role::Word, &word.text));
            }
        }
        if self.has(Role::Effect) {
            let shapes = &self.shapes_of_effects;
            facts.each_text(&mut |text| pieces::each_hash(text, shapes, each));
        }
        for (role, last, operands) in [
            (
                Role::Operand,
                Role::LastOfOperand,
                self.has_operands().then(|| facts.operands()),
            ),
            (
                Role::Redirect,
                Role::LastOfRedirect,
                self.has_redirects().then(|| facts.written()),
            ),
        ] {
            let forms = operands.unwrap_or_default().iter().flat_map(Operand::forms);
            for form in forms {
                self.each_hash_of_path(role, last, form, each);
            }
        }
    }

    fn has_operands(&self) -> bool {
        self.has(Role::Operand) || self.has(Role::LastOfOperand)
    }

    fn has_redirects(&self) -> bool {
        self.has(Role::Redirect) || self.has(Role::LastOfRedirect)
    }

    fn each_hash_of_path(&self, role: Role, last: Role, form: &str, each: &mut impl FnMut(Hash)) {
        if matches!(form, "/" | "~") {
            each(Hash::of(last, form));
            return;
        }
        let end = form.rsplit('/').find(|segment| !segment.is_empty());
        each(Hash::of(last, end.unwrap_or_default()));
        if self.has(role) {
            for segment in form.split('/').filter(|segment| !segment.is_empty()) {
                each(Hash::of(role, segment));
            }
        }
    }

    /// Whether a built-in rule asks for the program of a command with one of its options and its
    /// words, whatever else it asks for.
    pub(crate) fn is_near_builtin(&self, rules: &[Rule], facts: &Facts<'_>) -> bool {
        let is_near = |entry: &Entry| {
            let rule = rules.get(entry.rule as usize);
            let Alternative::Command(which) = entry.alternative else {
                return false;
            };
            let condition = rule.and_then(|rule| rule.conditions.command.get(which));
            condition.is_some_and(|one| {
                facts.has_program(&one.program)
                    && facts.has_flag(&one.flags)
                    && facts.has_words(&one.words)
            })
        };
        any_hash_of_program(self.prefixes, facts.command.program(), |hash| {
            self.under(hash).iter().any(|filed| {
                let entry = self.entries.get(filed.entry as usize);
                entry.is_some_and(|entry| entry.is_builtin && is_near(entry))
            })
        })
    }
}
