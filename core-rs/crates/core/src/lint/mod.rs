//! Warnings about rules that load but probably do not do what their author meant.

mod reach;
mod sample;
mod shadow;

use std::collections::HashMap;

use crate::engine::Engine;
use crate::policy::{Origin, Rule};
use sentry_text::diagnostic::{self, Code, Diagnostic, MAX_DIAGNOSTICS};

/// Checks the site's rules. Returns at most [`MAX_DIAGNOSTICS`] warnings.
///
/// ```
/// use sentry_core::{engine::Engine, lint::lint, policy::check};
/// let source = r#"
/// rule "all"  { on = "Dns" match = ""     verdict = "block" severity = "low" reason = "r" }
/// rule "late" { on = "Dns" match = "evil" verdict = "block"    severity = "low" reason = "r" }"#;
/// let engine = Engine::new(check(source, &|_| None).policy.unwrap()).unwrap();
/// let found = lint(&engine);
/// assert_eq!(found[0].code.as_str(), "lint/unreachable-rule");
/// ```
#[inline(never)]
pub fn lint(engine: &Engine) -> Vec<Diagnostic> {
    let rules = &engine.policy().rules;
    let mut found = duplicate_names(rules);
    let unreachable = reach::unreachable(engine);
    let attacks = shadow::Attacks::of(engine);
    for (at, rule) in site_rules(rules) {
        found.extend(attacks.allowed_by(at, rule));
        if !unreachable.contains_key(&at) {
            found.extend(attacks.escalated_by(at, rule));
        }
    }
    found.extend(unreachable.into_values());
    diagnostic::sort(&mut found);
    found.truncate(MAX_DIAGNOSTICS);
    found
}

/// The site's own rules with their places in the policy.
fn site_rules(rules: &[Rule]) -> impl Iterator<Item = (usize, &Rule)> {
    rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| rule.origin == Origin::Site)
}

fn duplicate_names(rules: &[Rule]) -> Vec<Diagnostic> {
    let mut names: HashMap<&str, &Rule> = rules
        .iter()
        .filter(|rule| rule.origin == Origin::Builtin)
        .map(|rule| (rule.name.as_str(), rule))
        .collect();
    let mut found = Vec::new();
    for (_, rule) in site_rules(rules) {
        let Some(first) = names.insert(&rule.name, rule) else {
            continue;
        };
        let warning = Diagnostic::new(
            Code::DuplicateName,
            rule.span,
            format!("another rule is named `{}`", rule.name),
        );
        found.push(match first.origin {
            Origin::Site => warning
                .related(first.span, "the other one")
                .help("give each rule its own name, so that a decision shows which one fired"),
            Origin::Builtin => warning.help("the built-in rule still applies; choose another name"),
        });
    }
    found
}
