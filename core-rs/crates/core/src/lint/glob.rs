//! Patterns that look like globs: `/home/*/.ssh` or `/etc/**`.

use regex_syntax::hir::{Hir, HirKind};
use sentry_text::diagnostic::{Code, Diagnostic};

use crate::event::EventKind;
use crate::policy::Rule;

/// The warning about a pattern that repeats a slash, as a glob's `/*` does. In a path nobody means
/// that; in a command it is suspicious only at the end of the pattern.
pub(super) fn looks_like_glob(rule: &Rule, pattern: &Hir) -> Option<Diagnostic> {
    let is_path = |kind: &EventKind| matches!(kind, EventKind::FileAccess | EventKind::FileDelete);
    let found = if rule.on.iter().all(is_path) {
        repeats_slash(pattern)
    } else {
        rule.on.contains(&EventKind::ToolExec) && ends_in_slashes(pattern)
    };
    found.then(|| {
        let message = format!("the pattern of rule `{}` looks like a glob", rule.name);
        Diagnostic::new(Code::LooksLikeGlob, rule.span, message).help(
            "`/*` matches any number of slashes, even none; write `/[^/]*` for one name, `/.*` for any depth, or `/\\*` for a star",
        )
    })
}

fn repeats_slash(pattern: &Hir) -> bool {
    match pattern.kind() {
        HirKind::Repetition(repetition) if is_slash(&repetition.sub) => {
            repetition.min == 0 && repetition.max.is_none()
        }
        HirKind::Repetition(repetition) => repeats_slash(&repetition.sub),
        HirKind::Capture(capture) => repeats_slash(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(repeats_slash),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

fn ends_in_slashes(pattern: &Hir) -> bool {
    match pattern.kind() {
        HirKind::Concat(parts) => parts.last().is_some_and(ends_in_slashes),
        HirKind::Repetition(_) => repeats_slash(pattern),
        _ => false,
    }
}

/// Whether a pattern is a slash, or a repetition of it (`/**`).
fn is_slash(pattern: &Hir) -> bool {
    match pattern.kind() {
        HirKind::Literal(literal) => *literal.0 == *b"/",
        HirKind::Repetition(repetition) => is_slash(&repetition.sub),
        _ => false,
    }
}
