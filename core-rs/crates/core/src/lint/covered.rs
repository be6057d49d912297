//! Rules on commands that an earlier rule on commands covers: it fits all that they fit.

use std::ops::Deref;

use super::site_rules;
use crate::decision::Verdict;
use crate::policy::{CommandCondition, Conditions, Glob, PathPattern, ProgramPattern, Rule};

/// The most comparisons of texts of conditions: some milliseconds.
pub(super) const MAX_STEPS: usize = 20_000_000;

/// The first earlier rule that fits every command that rule `at` fits, as far as that is easy to
/// see. Takes its comparisons from `steps`, and finds nothing without any.
pub(super) fn by_conditions<'r>(
    rules: &'r [Rule],
    at: usize,
    steps: &mut usize,
) -> Option<&'r Rule> {
    let rule = rules.get(at)?;
    if rule.conditions.command.is_empty() {
        return None;
    }
    let mut earlier = site_rules(rules)
        .take_while(|(other, _)| *other < at)
        .map(|(_, other)| other);
    earlier.find(|other| {
        let conditions = &other.conditions;
        let is_simple = conditions.names().deref() == ["command"]
            && conditions.expires.is_none()
            && other.pattern.is_none()
            && other.verdict != Verdict::Allow;
        is_simple && all_covered(&conditions.command, &rule.conditions.command, steps)
    })
}

/// Whether a rule's `unless` takes out all that the rule asks for, as far as that is easy to see.
/// Takes its comparisons from `steps`, and finds nothing without any.
pub(super) fn by_exceptions(rule: &Rule, steps: &mut usize) -> bool {
    let Conditions {
        command,
        effects,
        unless,
        unless_paths,
        ..
    } = &rule.conditions;
    let is_taken_out = |path: &PathPattern| unless_paths.iter().any(|by| is_same_path(by, path));
    let mut paths = effects.patterns().peekable();
    !command.is_empty() && all_covered(unless, command, steps)
        || paths.peek().is_some() && paths.all(is_taken_out)
}

/// Whether each condition is covered by one of others.
fn all_covered(by: &[CommandCondition], all: &[CommandCondition], steps: &mut usize) -> bool {
    all.iter().all(|one| {
        by.iter().any(|by| {
            let left = steps.checked_sub(size(by).saturating_mul(size(one)));
            *steps = left.unwrap_or(0);
            left.is_some() && covers(by, one)
        })
    })
}

/// The number of a condition's texts, and 1.
fn size(condition: &CommandCondition) -> usize {
    let CommandCondition {
        program,
        words,
        flags,
        operands,
        redirects,
        from,
        to,
        ..
    } = condition;
    1 + program.len()
        + words.len()
        + flags.len()
        + operands.len()
        + redirects.len()
        + from.len()
        + to.len()
}

/// Whether a condition fits every command that another one fits.
fn covers(by: &CommandCondition, one: &CommandCondition) -> bool {
    let sources = one.code_from;
    // In the same order, perhaps with others in between.
    let mut words = one.words.iter();
    let has_words = by.words.iter().all(|word| words.any(|other| other == word));
    has_words
        && any_of(&by.program, &one.program, is_same_program)
        && any_of(&by.flags, &one.flags, |a, b| a == b)
        && any_of(&by.operands, &one.operands, is_same_path)
        && any_of(&by.redirects, &one.redirects, is_same_path)
        && any_of(&by.from, &one.from, is_same_program)
        && any_of(&by.to, &one.to, is_same_program)
        && (by.code_from.is_empty()
            || (!sources.is_empty() && by.code_from.with(sources) == by.code_from))
        && (!by.calls_itself || one.calls_itself)
}

/// Whether the alternatives of `by` include those of `one`.
fn any_of<T>(by: &[T], one: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    let is_included = |other: &T| by.iter().any(|own| same(own, other));
    by.is_empty() || (!one.is_empty() && one.iter().all(is_included))
}

fn is_same_program(a: &ProgramPattern, b: &ProgramPattern) -> bool {
    match (a, b) {
        (ProgramPattern::Name(glob), ProgramPattern::Name(name)) => is_within(glob, name),
        _ => a == b,
    }
}

/// Whether a glob fits a name, or is the same glob.
fn is_within(glob: &Glob, name: &Glob) -> bool {
    glob == name
        || (!name.as_str().contains('*') && sentry_command::fits(glob.as_str(), name.as_str()))
}

fn is_same_path(a: &PathPattern, b: &PathPattern) -> bool {
    match (a, b) {
        (PathPattern::Path(a), PathPattern::Path(b)) => a == b,
        (PathPattern::Regex(a), PathPattern::Regex(b)) => a.as_str() == b.as_str(),
        _ => false,
    }
}
