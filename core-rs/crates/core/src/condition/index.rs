//! The conditions of all rules on commands, found by their anchors.

use std::ops::Range;

use sentry_sort::unstable;

use super::anchor::{self, Anchor, Hash, Part, Role, Seen, facts};
use super::call;
use super::cover::{self, Uncovered};
use super::effects::{self, Asked};
use super::fit::{Facts, Lack, Operand};
use super::pieces;
use super::shape::Shapes;
use super::texts::{Expressions, Text};
use crate::decision::Verdict;
use crate::event::Event;
use crate::policy::{CodeCondition, CommandCondition, Origin, PathPattern, Rule};

/// The conditions of a policy's rules. Pass the same rules to every method as to [`Index::new`].
#[derive(Debug, Default)]
pub(crate) struct Index {
    entries: Vec<Entry>,
    /// For each rule, where the expressions of its conditions begin.
    numbers: Vec<Numbers>,
    /// The anchors of entries, in the order of their values.
    anchors: Vec<Filed>,
    /// Two bits of a word for the text of each anchor, in whatever role: most texts lack one.
    bits: Vec<u64>,
    /// The shapes of the texts of anchors, but for those of effects.
    shapes: Shapes,
    /// The shapes of those of paths.
    shapes_of_paths: Shapes,
    /// The shapes of the texts of all anchors of effects, filed or not.
    shapes_of_effects: Shapes,
    /// Entries without an anchor, which are compared with every command.
    unanchored: Vec<u32>,
    /// Whether one of them asks for effects alone, which events of other kinds have too.
    has_unanchored_effects: bool,
    /// Bit n is set if anchors have role n.
    roles: u32,
    /// Bit n is set if an anchor is the first n bytes of a program's name.
    prefixes: u64,
    /// The parts of all entries, one entry after the other.
    parts: Vec<Part>,
}

/// A condition that a rule asks for, and the text of its first expression.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    rule: u32,
    alternative: Alternative,
    first: usize,
    is_builtin: bool,
    /// Where its parts begin.
    parts: u32,
}

/// The most paths of an entry that share an anchor and are told apart by what they have beside it.
const MAX_BESIDE: usize = 4;

/// An anchor under which an entry is filed.
#[derive(Clone, Copy, Debug)]
struct Filed {
    anchor: u32,
    /// An index into the entries.
    entry: u32,
    beside: Option<Hash>,
}

impl Entry {
    /// Its condition on commands, if it is one. `rules` are those of the index.
    pub(super) fn condition(self, rules: &[Rule]) -> Option<&CommandCondition> {
        match self.alternative {
            Alternative::Command(which) => {
                rules.get(self.rule as usize)?.conditions.command.get(which)
            }
            Alternative::Code(_) | Alternative::Effects => None,
        }
    }

    /// The texts of the expressions among the operands that its condition on commands asks for.
    pub(super) fn expressions_of_operands(&self, operands: &[PathPattern]) -> Range<usize> {
        self.first..self.first + count(operands)
    }
}

/// The index of a condition within its rule.
#[derive(Clone, Copy, Debug)]
enum Alternative {
    Command(usize),
    Code(usize),
    /// Effects alone.
    Effects,
}

/// The texts of the first expressions of the conditions in each part of a rule.
#[derive(Clone, Copy, Debug, Default)]
struct Numbers {
    command: usize,
    code: usize,
    unless: usize,
    effects: usize,
    args: usize,
}

impl Index {
    /// Files the conditions of rules, and appends their expressions to `texts`, which has those of
    /// the rules.
    #[inline(never)]
    pub(crate) fn new(rules: &[Rule], texts: &mut Vec<Text>) -> Self {
        let mut index = Self::default();
        let mut parts = Vec::new();
        for (at, rule) in (0..).zip(rules) {
            index.add(at, rule, texts, &mut parts);
        }
        index.file(&parts);
        for (entry, mut parts) in index.entries.iter_mut().zip(parts) {
            // What is quick to look for comes first.
            unstable(&mut parts, |a, b| a.role.cost() < b.role.cost());
            entry.parts = u32::try_from(index.parts.len()).unwrap_or(u32::MAX);
            index.parts.extend(parts);
        }
        index
    }

    fn add(&mut self, at: u32, rule: &Rule, texts: &mut Vec<Text>, parts: &mut Vec<Vec<Part>>) {
        let conditions = &rule.conditions;
        let is_of_allow = rule.verdict == Verdict::Allow;
        let mut entry = |alternative, first| {
            self.entries.push(Entry {
                rule: at,
                alternative,
                first,
                is_builtin: rule.origin == Origin::Builtin,
                parts: 0,
            });
        };
        let command = texts.len();
        for (which, condition) in conditions.command.iter().enumerate() {
            entry(Alternative::Command(which), texts.len());
            let mut own = anchor::of_command(condition, texts.len());
            own.extend(anchor::of_effects(&conditions.effects));
            parts.push(own);
            add_texts(condition, is_of_allow, texts);
        }
        let code = texts.len();
        for (which, condition) in conditions.code.iter().enumerate() {
            if conditions.command.is_empty() {
                entry(Alternative::Code(which), texts.len());
                let mut own = vec![anchor::of_code(std::slice::from_ref(condition))];
                own.extend(anchor::of_effects(&conditions.effects));
                parts.push(own);
            }
            add_code(std::slice::from_ref(condition), is_of_allow, texts);
        }
        let unless = texts.len();
        for condition in &conditions.unless {
            add_texts(condition, !is_of_allow, texts);
        }
        texts.iter_mut().skip(unless).for_each(Text::except);
        let effects = texts.len();
        if !conditions.effects.is_empty() && !conditions.asks_for_command() {
            entry(Alternative::Effects, effects);
            parts.push(anchor::of_effects(&conditions.effects));
        }
        add_paths(conditions.effects.patterns(), is_of_allow, texts);
        add_paths(conditions.unless_paths.iter(), !is_of_allow, texts);
        let args = texts.len();
        let patterns = conditions.args.iter().flat_map(|arg| &arg.patterns);
        add_paths(patterns, is_of_allow, texts);
        self.numbers.push(Numbers {
            command,
            code,
            unless,
            effects,
            args,
        });
    }

    /// Files each entry under the anchors of its rarest part.
    fn file(&mut self, parts: &[Vec<Part>]) {
        let all = parts.iter().flatten();
        let mut counted: Vec<u32> = all
            .flat_map(|part| part.anchors.iter().map(|one| one.hash.value()))
            .collect();
        unstable(&mut counted, |a, b| a < b);
        let count = |anchor: u32| {
            let from = counted.partition_point(|&other| other < anchor);
            counted.partition_point(|&other| other <= anchor) - from
        };
        let cost = |part: &Part| {
            let counts = part.anchors.iter().map(|one| count(one.hash.value()));
            counts.max().unwrap_or(0).saturating_mul(part.role.cost())
        };
        let mut filed = Vec::new();
        for (entry, parts) in (0..).zip(parts) {
            let anchored = parts.iter().filter(|part| part.is_anchored());
            let Some(rarest) = anchored.min_by_key(|part| cost(part)) else {
                let of_effects = |entry: &Entry| matches!(entry.alternative, Alternative::Effects);
                self.has_unanchored_effects |=
                    self.entries.get(entry as usize).is_some_and(of_effects);
                self.unanchored.push(entry);
                continue;
            };
            self.roles |= rarest.roles;
            self.prefixes |= rarest.prefixes;
            filed.extend(rarest.anchors.iter().map(|anchor| (anchor, entry)));
        }
        let words = (filed.len() / 4).next_power_of_two().max(128);
        self.bits = vec![0; words];
        for (anchor, _) in &filed {
            let (word, bits) = self.place(anchor.hash);
            if let Some(word) = self.bits.get_mut(word) {
                *word |= bits;
            }
        }
        let of_effects = |anchor: &&Anchor| anchor.hash.role().is_of_effect();
        let all = parts.iter().flatten().flat_map(|part| &part.anchors);
        self.shapes_of_effects = Shapes::of(all.filter(of_effects));
        let filed_anchors = filed.iter().map(|(anchor, _)| *anchor);
        self.shapes_of_paths = Shapes::of(
            filed_anchors
                .clone()
                .filter(|one| one.hash.role().is_of_path()),
        );
        self.shapes = Shapes::of(filed_anchors.filter(|anchor| !of_effects(anchor)));
        self.anchors = filed
            .iter()
            .map(|(anchor, entry)| Filed {
                anchor: anchor.hash.value(),
                entry: *entry,
                beside: anchor.beside.map(|(hash, _)| hash),
            })
            .collect();
        let key = |one: &Filed| (one.anchor, one.entry, one.beside.map(Hash::value));
        unstable(&mut self.anchors, |a, b| key(a) < key(b));
        self.anchors.dedup_by_key(|one| key(one));
        self.leave_out_long_lists();
    }

    /// Of an entry with many paths that share an anchor, what they have beside it is not looked for:
    /// the anchor alone counts, so that the longest list costs no more than one path.
    fn leave_out_long_lists(&mut self) {
        let is_same = |a: &Filed, b: &Filed| (a.anchor, a.entry) == (b.anchor, b.entry);
        let mut kept = Vec::with_capacity(self.anchors.len());
        for run in self.anchors.chunk_by(is_same) {
            match run {
                [first, ..] if run.len() > MAX_BESIDE => kept.push(Filed {
                    beside: None,
                    ..*first
                }),
                _ => kept.extend(run),
            }
        }
        self.anchors = kept;
    }

    /// The word that has the bits for a text, and the bits.
    #[inline]
    fn place(&self, hash: Hash) -> (usize, u64) {
        let text = hash.of_text();
        let word = (text >> 12) as usize & self.bits.len().wrapping_sub(1);
        (word, 1 << (text & 63) | 1 << (text >> 6 & 63))
    }

    /// Whether an entry may be filed under a text, in whatever role.
    #[inline]
    pub(super) fn may_have(&self, hash: Hash) -> bool {
        let (word, bits) = self.place(hash);
        self.bits.get(word).is_some_and(|word| word & bits == bits)
    }

    /// Whether an entry may be filed under a text of this shape, or a beginning of it, in whatever
    /// role but that of an effect.
    #[inline]
    pub(super) fn may_have_shape(&self, text: &str) -> bool {
        self.shapes.may_have(text.as_bytes())
    }

    /// Whether an entry may be filed under a text or, if that is a program, under its beginning; in
    /// whatever role but that of an effect.
    #[inline]
    pub(super) fn may_have_text(&self, text: &[u8]) -> bool {
        self.shapes.may_have(text) && self.may_have_text_of_shape(text)
    }

    #[inline(never)]
    fn may_have_text_of_shape(&self, text: &[u8]) -> bool {
        let mut hash = Hash::new(Role::Word);
        let mut prefixes = self.prefixes >> 1;
        text.iter().any(|byte| {
            hash = hash.with(*byte);
            let is_prefix = prefixes & 1 != 0 && self.may_have(hash);
            prefixes >>= 1;
            is_prefix
        }) || self.may_have(hash)
    }

    /// The entries that are filed under an anchor.
    #[inline]
    fn under(&self, hash: Hash) -> &[Filed] {
        if !self.may_have(hash) {
            return &[];
        }
        let anchor = hash.value();
        let from = self.anchors.partition_point(|other| other.anchor < anchor);
        let rest = self.anchors.get(from..).unwrap_or_default();
        let same = rest.iter().take_while(|other| other.anchor == anchor);
        let count = same.count();
        rest.get(..count).unwrap_or_default()
    }

    pub(super) fn has(&self, role: Role) -> bool {
        self.roles & role.bit() != 0
    }

    /// Whether no rule asks for a command.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether an entry that is filed under a hash is as `is` says of its parts and itself, and what
    /// it asks for beside the hash is there.
    #[inline]
    pub(super) fn any_entry(
        &self,
        hash: Hash,
        is_there: impl Fn(Hash) -> bool,
        is: impl Fn((&[Part], &Entry)) -> bool,
    ) -> bool {
        let mut entries = self.under(hash).iter();
        entries.any(|filed| {
            filed.beside.is_none_or(&is_there) && self.with_parts(filed.entry).is_some_and(&is)
        })
    }

    /// Whether an entry without an anchor is as `is` says of its parts and itself.
    pub(super) fn any_unanchored(&self, is: impl Fn((&[Part], &Entry)) -> bool) -> bool {
        let mut entries = self.unanchored.iter();
        entries.any(|entry| self.with_parts(*entry).is_some_and(&is))
    }

    fn with_parts(&self, entry: u32) -> Option<(&[Part], &Entry)> {
        let at = entry as usize;
        let entry = self.entries.get(at)?;
        let next = self.entries.get(at + 1);
        let to = next.map_or(self.parts.len(), |next| next.parts as usize);
        Some((self.parts.get(entry.parts as usize..to)?, entry))
    }

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

    pub(super) fn shapes_of_paths(&self) -> &Shapes {
        &self.shapes_of_paths
    }

    pub(super) fn shapes_of_effects(&self) -> &Shapes {
        &self.shapes_of_effects
    }

    pub(super) fn prefixes(&self) -> u64 {
        self.prefixes
    }

    /// Which of these roles anchors have, as bits.
    pub(super) fn roles_among(&self, roles: u32) -> u32 {
        self.roles & roles
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

/// Whether a hash of a program's name is as `is` says, or of a beginning of it that has a bit in
/// `prefixes`.
pub(super) fn any_hash_of_program(
    prefixes: u64,
    name: &str,
    mut is: impl FnMut(Hash) -> bool,
) -> bool {
    if is(Hash::of(Role::Program, name)) {
        return true;
    }
    let mut hash = Hash::new(Role::ProgramPrefix);
    let longest = (prefixes | 1).ilog2();
    (1..=longest).zip(name.bytes()).any(|(length, byte)| {
        hash = hash.with(byte);
        prefixes >> length & 1 != 0 && is(hash)
    })
}

/// The number of expressions among patterns.
pub(super) fn count(patterns: &[PathPattern]) -> usize {
    count_all(patterns.iter())
}

pub(super) fn count_all<'p>(patterns: impl Iterator<Item = &'p PathPattern>) -> usize {
    patterns
        .filter(|one| matches!(one, PathPattern::Regex(_)))
        .count()
}

/// The number of expressions in a condition.
fn count_of(condition: &CommandCondition) -> usize {
    let code = condition.code.iter();
    count(&condition.operands)
        + count(&condition.redirects)
        + code.filter(|code| code.pattern.is_some()).count()
}

/// Appends the expressions of a condition, in the order in which [`Facts::fulfils`] counts them.
fn add_texts(condition: &CommandCondition, is_of_allow: bool, texts: &mut Vec<Text>) {
    let paths = condition.operands.iter().chain(&condition.redirects);
    add_paths(paths, is_of_allow, texts);
    add_code(&condition.code, is_of_allow, texts);
}

fn add_paths<'p>(
    paths: impl Iterator<Item = &'p PathPattern>,
    is_of_allow: bool,
    texts: &mut Vec<Text>,
) {
    texts.extend(paths.filter_map(|one| match one {
        PathPattern::Path(_) => None,
        PathPattern::Regex(pattern) => Some(Text::on_operands(pattern, is_of_allow)),
    }));
}

fn add_code(conditions: &[CodeCondition], is_of_allow: bool, texts: &mut Vec<Text>) {
    let patterns = conditions.iter().filter_map(|one| one.pattern.as_ref());
    texts.extend(patterns.map(|pattern| Text::on_code(pattern, is_of_allow)));
}
