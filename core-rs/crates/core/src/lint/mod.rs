//! Warnings about rules that load but probably do not do what their author meant.

mod action;
mod conditions;
mod covered;
mod everyday;
mod fitting;
mod forms;
mod glob;
mod never;
mod patterns;
mod reach;
mod sample;
mod shadow;

use std::collections::HashMap;

use forms::Forms;
use patterns::Patterns;

use crate::decision::Verdict;
use crate::engine::Engine;
use crate::policy::{NamedList, Origin, Rule};
use sentry_pattern::Pattern;
use sentry_text::diagnostic::{self, Code, Diagnostic, MAX_DIAGNOSTICS};

/// A warning about one rule.
struct Finding {
    warning: Diagnostic,
    is_grave: bool,
}

impl Finding {
    /// A rule that certainly does something else than its author meant: it never matches, matches
    /// everything, or blocks everyday work.
    fn grave(warning: Diagnostic) -> Self {
        Self {
            warning,
            is_grave: true,
        }
    }

    fn minor(warning: Diagnostic) -> Self {
        Self {
            warning,
            is_grave: false,
        }
    }
}

/// Checks the site's rules. Returns at most [`MAX_DIAGNOSTICS`] warnings.
///
/// ```
/// use sentry_core::{engine::Engine, lint::lint, policy::check};
/// let source = r#"
/// rule "all"  { on = "Dns" match = ".*"   verdict = "block" severity = "low" reason = "r" }
/// rule "late" { on = "Dns" match = "example" verdict = "block" severity = "low" reason = "r" }"#;
/// let engine = Engine::new(check(source, &|_| None).policy.unwrap()).unwrap();
/// let found = lint(&engine);
/// assert_eq!(found[0].code.as_str(), "lint/unreachable-rule");
/// ```
#[inline(never)]
pub fn lint(engine: &Engine) -> Vec<Diagnostic> {
    let rules = &engine.policy().rules;
    let mut found = duplicate_names(rules);
    found.extend(unused_lists(&engine.policy().lists));
    let patterns = about_patterns(engine);
    found.extend(patterns.into_iter().map(|finding| finding.warning));
    found.extend(about_actions(engine));
    found.extend(expired(engine));
    found.extend(conditions::about_conditions(engine));
    let unreachable = reach::unreachable(engine);
    let attacks = shadow::Attacks::of(engine);
    for (at, rule) in site_rules(rules) {
        found.extend(attacks.allowed_by(at, rule));
        if unreachable
            .binary_search_by_key(&at, |(at, _)| *at)
            .is_err()
        {
            found.extend(attacks.escalated_by(at, rule));
            found.extend(attacks.blocked_by(at, rule));
        }
    }
    found.extend(unreachable.into_iter().map(|(_, warning)| warning));
    diagnostic::sort(&mut found);
    found.truncate(MAX_DIAGNOSTICS);
    found
}

/// The messages of the grave warnings about the site's rules, without frames: those about two rules
/// of one name, and about rules that never match, match everything, or block everyday commands.
/// Cheaper than [`lint`].
///
/// ```
/// use sentry_core::{engine::Engine, lint::grave, policy::check};
/// let source = r#"rule "nc" { on = "ToolExec" match = "nc" verdict = "block" severity = "low" reason = "r" }"#;
/// let engine = Engine::new(check(source, &|_| None).policy.unwrap()).unwrap();
/// assert!(grave(&engine)[0].contains("it also matches `git branch`"));
/// ```
#[inline(never)]
pub fn grave(engine: &Engine) -> Vec<String> {
    let mut grave = Grave::new(engine);
    while !grave.step(engine) {}
    grave.into_messages(engine)
}

/// [`grave`] in steps of some milliseconds. Each takes the same engine.
pub struct Grave(Patterns);

impl Grave {
    /// No step has been taken yet.
    pub fn new(engine: &Engine) -> Self {
        Self(Patterns::new(engine))
    }

    /// Takes the next step. Returns whether it was the last one.
    pub fn step(&mut self, engine: &Engine) -> bool {
        self.0.step(engine)
    }

    /// The messages so far, and those about names.
    pub fn into_messages(self, engine: &Engine) -> Vec<String> {
        let found = self.0.into_found().into_iter();
        let patterns = found.filter(|finding| finding.is_grave);
        patterns
            .map(|finding| finding.warning)
            .chain(duplicate_names(&engine.policy().rules))
            .map(|warning| match warning.help {
                Some(help) => format!("{}: {help}", warning.message),
                None => warning.message,
            })
            .collect()
    }
}

/// Warnings about patterns that mean something else than they seem to, at most [`MAX_DIAGNOSTICS`].
fn about_patterns(engine: &Engine) -> Vec<Finding> {
    let mut patterns = Patterns::new(engine);
    while !patterns.step(engine) {}
    patterns.into_found()
}

/// Warnings about actions that deny nothing, at most [`MAX_DIAGNOSTICS`].
fn about_actions(engine: &Engine) -> Vec<Diagnostic> {
    let policy = engine.policy();
    let mut found = action::without_deny_file(policy);
    let mut forms = Forms::new();
    for (_, rule) in site_rules(&policy.rules).filter(|(_, rule)| rule.action.is_some()) {
        if rule.verdict == Verdict::Allow {
            found.extend(action::on_allow(rule));
            continue;
        }
        let pattern = rule.pattern.as_ref().and_then(Pattern::parsed);
        found
            .extend(pattern.and_then(|pattern| action::without_target(&mut forms, rule, &pattern)));
        if found.len() >= MAX_DIAGNOSTICS {
            break;
        }
    }
    found
}

/// The site's own rules with their places in the policy.
fn site_rules(rules: &[Rule]) -> impl Iterator<Item = (usize, &Rule)> {
    rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| rule.origin == Origin::Site)
}

/// Warnings about site rules that have expired, at most [`MAX_DIAGNOSTICS`]; none if the day is
/// unknown.
fn expired(engine: &Engine) -> impl Iterator<Item = Diagnostic> {
    let today = engine.date();
    let found = site_rules(&engine.policy().rules).filter_map(move |(_, rule)| {
        let last = rule.conditions.expires?;
        let is_over = today.is_some_and(|today| last < today);
        is_over.then(|| {
            let message = format!("rule `{}` has expired: its last day was {last}", rule.name);
            Diagnostic::new(Code::ExpiredRule, rule.span, message)
                .help("remove the rule, or set `expires` to a later day")
        })
    });
    found.take(MAX_DIAGNOSTICS)
}

/// Warnings about lists that nothing refers to, at most [`MAX_DIAGNOSTICS`].
fn unused_lists(lists: &[NamedList]) -> impl Iterator<Item = Diagnostic> {
    let unused = lists.iter().filter(|list| !list.is_used);
    unused.take(MAX_DIAGNOSTICS).map(|list| {
        let message = format!("nothing refers to the list `{}`", list.name);
        let help = format!(
            "write `list(\"{}\")` where it is meant, or remove it",
            list.name
        );
        Diagnostic::new(Code::UnusedList, list.span, message).help(help)
    })
}

/// Warnings about site rules that have the name of an earlier or a built-in rule, at most
/// [`MAX_DIAGNOSTICS`].
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
        let warn = |message: String| Diagnostic::new(Code::DuplicateName, rule.span, message);
        found.push(match first.origin {
            Origin::Site => warn(format!("two rules are named `{}`", rule.name))
                .related(first.span, "the other one")
                .help("give each rule its own name, so that a decision shows which one fired"),
            Origin::Builtin => warn(format!("a built-in rule is named `{}` too", rule.name))
                .help("the built-in rule still applies; choose another name"),
        });
        if found.len() >= MAX_DIAGNOSTICS {
            break;
        }
    }
    found
}
