//! Site rules that let attacks pass: an `allow` rule that matches events which a built-in rule
//! would block.
//!
//! Every warning has a witness: a subject that was judged with and without the site's rules.

use super::sample::sample;
use super::site_rules;
use crate::decision::Verdict;
use crate::engine::Engine;
use crate::event::EventKind;
use crate::policy::{Origin, Rule};
use sentry_text::diagnostic::{Code, Diagnostic};

/// Warns about each `allow` rule for which a witness is found.
pub(super) fn allowed_attacks(engine: &Engine) -> Vec<Diagnostic> {
    let rules = &engine.policy().rules;
    let attacks: Vec<(&Rule, String)> = rules
        .iter()
        .filter(|rule| is_builtin_block(rule))
        .filter_map(|rule| Some((rule, sample(&rule.pattern.parsed()?)?)))
        .collect();
    site_rules(rules)
        .filter(|(_, rule)| rule.verdict == Verdict::Allow)
        .filter_map(|(at, rule)| warning(engine, at, rule, &attacks))
        .collect()
}

fn is_builtin_block(rule: &Rule) -> bool {
    rule.origin == Origin::Builtin && rule.verdict == Verdict::Block
}

fn warning(
    engine: &Engine,
    at: usize,
    rule: &Rule,
    attacks: &[(&Rule, String)],
) -> Option<Diagnostic> {
    let harmless = sample(&rule.pattern.parsed()?)?;
    let shadowed: Vec<(&Rule, String)> = attacks
        .iter()
        .filter_map(|(builtin, attack)| {
            let kind = *builtin.on.iter().find(|kind| rule.on.contains(kind))?;
            let subjects = [
                attack.clone(),
                harmless.clone(),
                format!("{harmless} {attack}"),
                format!("{attack} {harmless}"),
                format!("{harmless}; {attack}"),
            ];
            let witness = subjects
                .into_iter()
                .find(|subject| passes(engine, kind, subject, at))?;
            Some((*builtin, witness))
        })
        .collect();
    let (_, witness) = shadowed.first()?;
    let names: Vec<_> = shadowed
        .iter()
        .map(|(builtin, _)| format!("`{}`", builtin.name))
        .collect();
    Some(
        Diagnostic::new(
            Code::AllowShadowsBuiltin,
            rule.span,
            format!(
                "`allow` rule `{}` lets events pass that {} would block",
                rule.name,
                names.join(", ")
            ),
        )
        .help(format!(
            "for example `{}`; anchor the pattern with `^` and `$`",
            witness.escape_debug()
        )),
    )
}

/// Whether rule `at` decides a subject that would be blocked without the site's rules.
fn passes(engine: &Engine, kind: EventKind, subject: &str, at: usize) -> bool {
    let rules = &engine.policy().rules;
    let mut matching = engine.matching(kind, subject).into_iter();
    if matching.next() != Some(at) {
        return false;
    }
    matching
        .filter_map(|other| rules.get(other))
        .find(|rule| rule.origin == Origin::Builtin)
        .is_some_and(is_builtin_block)
}
