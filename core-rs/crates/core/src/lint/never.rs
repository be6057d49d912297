//! Patterns that no event can match.

use regex_syntax::hir::Hir;

use super::Finding;
use super::forms::Forms;
use crate::decision::Word;
use crate::event::EventKind;
use crate::policy::Rule;
use sentry_pattern::language::Overlap;
use sentry_text::diagnostic::{Code, Diagnostic};

/// The kinds of a rule whose events its pattern cannot match, with a proof. A rule on all kinds is
/// meant for some of them, so it has such kinds only if its pattern matches on none.
pub(super) fn never_on(forms: &mut Forms, rule: &Rule, pattern: &Hir) -> Vec<EventKind> {
    let never = |kind: &EventKind| {
        forms
            .of(*kind)
            .is_some_and(|(form, steps)| form.overlap(pattern, steps) == Overlap::None)
    };
    let kinds: Vec<EventKind> = rule.on.iter().copied().filter(never).collect();
    if rule.on.len() >= EventKind::OBSERVED.len() && kinds.len() < rule.on.len() {
        return Vec::new();
    }
    kinds
}

/// The warning about a rule that can never match on `kinds`.
pub(super) fn never_matches(
    forms: &mut Forms,
    rule: &Rule,
    pattern: &Hir,
    kinds: &[EventKind],
) -> Finding {
    let name = &rule.name;
    let mut any = forms.of(EventKind::SslContent);
    let matches_no_text = any
        .as_mut()
        .is_some_and(|(any, steps)| any.overlap(pattern, steps) == Overlap::None);
    let words: Vec<_> = kinds
        .iter()
        .map(|kind| format!("`{}`", kind.as_word()))
        .collect();
    let message = if matches_no_text {
        format!("the pattern of rule `{name}` matches no text at all")
    } else {
        format!(
            "the pattern of rule `{name}` can match no event of kind {}",
            words.join(", ")
        )
    };
    let advice = kinds.first().and_then(|&kind| forms.of(kind));
    let advice = advice.map_or("", |(form, _)| form.advice);
    let help = if matches_no_text {
        "`^` and `$` match only at the ends of the subject: write `\\$` for a dollar sign"
    } else if rule
        .pattern
        .as_ref()
        .is_some_and(|own| own.as_str().contains(r"\\"))
    {
        "it requires a backslash: between backticks `\\.` is a dot, and `\\\\.` a backslash and any character"
    } else {
        advice
    };
    let warning = Diagnostic::new(Code::NeverMatches, rule.span, message).help(help);
    Finding::grave(warning)
}
