//! Files the conditions of rules under their anchors.

use sentry_sort::unstable;

use super::{Alternative, Entry, Filed, Index, Numbers};
use crate::condition::anchor::{self, Anchor, Hash, Part};
use crate::condition::shape::Shapes;
use crate::condition::texts::Text;
use crate::decision::Verdict;
use crate::policy::{CodeCondition, CommandCondition, Origin, PathPattern, Rule};

/// The most paths of an entry that share an anchor and are told apart by what they have beside it.
const MAX_BESIDE: usize = 4;

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
