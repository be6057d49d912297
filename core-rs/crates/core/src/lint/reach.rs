//! Rules that can never fire, because other rules decide all of their events: earlier site rules,
//! or, for a rule that escalates, built-in rules that block.

use std::collections::HashMap;

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Hir, Look, LookSet};

use super::{covered, site_rules};
use crate::decision::{Verdict, Word};
use crate::engine::Engine;
use crate::event::EventKind;
use crate::policy::{Origin, Rule};
use sentry_pattern::Pattern;
use sentry_text::diagnostic::{Code, Diagnostic};

/// Up to this many rules, each is compared with all earlier rules, in quadratic time. With more
/// rules, only identical patterns are found.
const MAX_COMPARED: usize = 2_000;

/// What is true of every subject that a pattern matches.
struct Shape {
    /// Texts, one of which begins every match.
    prefixes: Vec<String>,
    /// Whether every match begins at the start of the subject.
    anchored: bool,
    /// The look-around assertions of the pattern.
    looks: LookSet,
}

impl Shape {
    fn of(pattern: &Pattern) -> Option<Self> {
        let hir = pattern.parsed()?;
        Some(Self {
            prefixes: prefixes(&hir).unwrap_or_else(|| vec![String::new()]),
            anchored: hir.properties().look_set_prefix().contains(Look::Start),
            looks: hir.properties().look_set(),
        })
    }

    /// Whether a pattern that matches a text also matches every text that contains it (`at_start`:
    /// every text that begins with it).
    fn stays_true(&self, at_start: bool) -> bool {
        let start = LookSet::singleton(Look::Start);
        self.looks.is_empty() || (at_start && self.looks == start)
    }
}

/// The texts with which matches of `hir` begin; `None` if there are too many, or they are not text.
fn prefixes(hir: &Hir) -> Option<Vec<String>> {
    let literals = Extractor::new().kind(ExtractKind::Prefix).extract(hir);
    let texts = literals.literals()?.iter();
    texts
        .map(|literal| String::from_utf8(literal.as_bytes().to_vec()).ok())
        .collect()
}

/// Warnings about each site rule that decides none of its matches, with its index, in order.
pub(super) fn unreachable(engine: &Engine) -> Vec<(usize, Diagnostic)> {
    let rules = &engine.policy().rules;
    let compared = if rules.len() <= MAX_COMPARED {
        rules.as_slice()
    } else {
        &[]
    };
    let shapes: Vec<Option<Shape>> = compared
        .iter()
        .map(|rule| Shape::of(rule.pattern.as_ref()?))
        .collect();
    let mut found = Vec::new();
    let mut same: HashMap<(EventKind, &str), usize> = HashMap::new();
    let blocks = builtin_blocks(rules);
    let mut steps = covered::MAX_STEPS;
    for (at, rule) in site_rules(rules) {
        if compared.len() == rules.len()
            && let Some(other) = covered::by_conditions(rules, at, &mut steps)
        {
            found.push((at, warning(rule, other)));
            continue;
        }
        let Some(text) = rule.pattern.as_ref().map(Pattern::as_str) else {
            continue;
        };
        let mut by_kind = Vec::new();
        for &kind in &rule.on {
            let pattern = (kind, text);
            let block = blocks.get(&pattern).copied();
            let twin = same.get(&pattern).copied();
            by_kind.push(
                twin.or_else(|| block.filter(|&block| takes(rules, block, at)))
                    .or_else(|| covering_rule(engine, &shapes, kind, at)),
            );
            if is_whole(rule) {
                same.entry(pattern).or_insert(at);
            }
        }
        let by_kind: Option<Vec<usize>> = by_kind.into_iter().collect();
        if let Some(other) = by_kind.and_then(|by_kind| rules.get(*by_kind.first()?)) {
            found.push((at, warning(rule, other)));
        }
    }
    found
}

/// The built-in rules that block, by kind and pattern.
fn builtin_blocks(rules: &[Rule]) -> HashMap<(EventKind, &str), usize> {
    let builtin = rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| rule.origin == Origin::Builtin && rule.verdict == Verdict::Block);
    builtin
        .flat_map(|(at, rule)| {
            let kinds = rule.on.iter();
            let text = rule.pattern.as_ref().map(Pattern::as_str);
            kinds.filter_map(move |&kind| Some(((kind, text?), at)))
        })
        .collect()
}

/// Whether a rule always fits what its pattern matches.
fn is_whole(rule: &Rule) -> bool {
    rule.is_by_pattern_alone() && rule.conditions.expires.is_none()
}

/// Whether site rule `at` decides no event that `other` matches: `other` is an earlier site rule,
/// or the site rule escalates and `other` is a built-in rule that blocks and is not overridden.
fn takes(rules: &[Rule], other: usize, at: usize) -> bool {
    let (Some(taking), Some(rule)) = (rules.get(other), rules.get(at)) else {
        return false;
    };
    match taking.origin {
        // A rule that asks for more than its pattern does not fit all that this matches.
        _ if !is_whole(taking) => false,
        Origin::Site => other < at,
        Origin::Builtin => {
            rule.verdict == Verdict::Escalate
                && taking.verdict == Verdict::Block
                && !rule.overrides(taking)
        }
    }
}

/// A rule that keeps rule `at` from deciding, on every event of `kind` that rule `at` matches.
fn covering_rule(
    engine: &Engine,
    shapes: &[Option<Shape>],
    kind: EventKind,
    at: usize,
) -> Option<usize> {
    let rules = &engine.policy().rules;
    let shape = shapes.get(at)?.as_ref()?;
    let mut first = None;
    for prefix in &shape.prefixes {
        let other = engine
            .matching(kind, prefix)
            .into_iter()
            .filter(|&other| takes(rules, other, at))
            .find(|&other| {
                let other = shapes.get(other).and_then(Option::as_ref);
                other.is_some_and(|other| other.stays_true(shape.anchored))
            })?;
        first.get_or_insert(other);
    }
    first
}

fn warning(rule: &Rule, other: &Rule) -> Diagnostic {
    let (name, other_name) = (&rule.name, &other.name);
    let warning = Diagnostic::new(
        Code::UnreachableRule,
        rule.span,
        format!("rule `{name}` can never fire"),
    );
    let kinds: Vec<_> = rule.on.iter().map(|kind| kind.as_word()).collect();
    let kinds = kinds.join(", ");
    match other.origin {
        Origin::Site => warning
            .related(other.span, format!("`{other_name}` fits all of its events"))
            .help(format!(
                "on {kinds} the first site rule that matches counts; move `{name}` before \
                 `{other_name}`, or remove it"
            )),
        Origin::Builtin => warning.help(format!(
            "on {kinds} the built-in rule `{other_name}` blocks all of its events; add \
             `overrides = [\"{other_name}\"]` to weaken it on purpose, or remove `{name}`"
        )),
    }
}
