//! Rules that can never fire, because earlier rules match all of their events.

use std::collections::HashMap;

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Hir, Look, LookSet};

use super::site_rules;
use crate::decision::Word;
use crate::engine::Engine;
use crate::event::EventKind;
use crate::policy::Rule;
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

/// Warns about each site rule all of whose matches an earlier rule matches too.
pub(super) fn unreachable(engine: &Engine) -> Vec<Diagnostic> {
    let rules = &engine.policy().rules;
    let compared = if rules.len() <= MAX_COMPARED {
        rules.as_slice()
    } else {
        &[]
    };
    let shapes: Vec<Option<Shape>> = compared
        .iter()
        .map(|rule| Shape::of(&rule.pattern))
        .collect();
    let mut found = Vec::new();
    let mut same: HashMap<(EventKind, &str), usize> = HashMap::new();
    for (at, rule) in site_rules(rules) {
        let mut by_kind = Vec::new();
        for &kind in &rule.on {
            let twin = same.get(&(kind, rule.pattern.as_str())).copied();
            by_kind.push(twin.or_else(|| earlier_rule(engine, &shapes, kind, at)));
            same.entry((kind, rule.pattern.as_str())).or_insert(at);
        }
        let by_kind: Option<Vec<usize>> = by_kind.into_iter().collect();
        if let Some(earlier) = by_kind.and_then(|by_kind| rules.get(*by_kind.first()?)) {
            found.push(warning(rule, earlier));
        }
    }
    found
}

/// An earlier rule that matches every event of `kind` that rule `at` matches.
fn earlier_rule(
    engine: &Engine,
    shapes: &[Option<Shape>],
    kind: EventKind,
    at: usize,
) -> Option<usize> {
    let shape = shapes.get(at)?.as_ref()?;
    let mut first = None;
    for prefix in &shape.prefixes {
        let earlier = engine
            .matching(kind, prefix)
            .into_iter()
            .take_while(|&other| other < at)
            .find(|&other| {
                let other = shapes.get(other).and_then(Option::as_ref);
                other.is_some_and(|other| other.stays_true(shape.anchored))
            })?;
        first.get_or_insert(earlier);
    }
    first
}

fn warning(rule: &Rule, earlier: &Rule) -> Diagnostic {
    let warning = Diagnostic::new(
        Code::UnreachableRule,
        rule.span,
        format!("rule `{}` can never fire", rule.name),
    )
    .related(
        earlier.span,
        format!("`{}` matches all of its events", earlier.name),
    );
    let kinds: Vec<_> = rule.on.iter().map(|kind| kind.as_word()).collect();
    warning.help(format!(
        "on {} the first rule that matches decides; move `{}` before `{}`, or remove it",
        kinds.join(", "),
        rule.name,
        earlier.name
    ))
}
