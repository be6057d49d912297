//! Shows problems that the host found, or that belong to a part of a larger text, in their source.

use sentry_core::wire::{self, Diagnostic};
use sentry_text::Span;
use sentry_text::diagnostic::{self, Code};
use serde::Deserialize;

/// A problem in a source, with its places in bytes.
#[derive(Debug, Deserialize)]
pub struct Problem {
    /// The name of a [`Code`].
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The first byte of the place, and the one after the last.
    pub place: (u32, u32),
    /// Other places that belong to it.
    pub related: Vec<Other>,
}

/// Another place that belongs to a problem.
#[derive(Debug, Deserialize)]
pub struct Other {
    /// What is there.
    pub message: String,
    /// As in [`Problem`].
    pub place: (u32, u32),
}

/// The problems as diagnostics of a source, with their code frames. Problems whose code is unknown
/// are left out.
pub fn describe(name: &str, source: &str, problems: &[Problem]) -> Vec<Diagnostic> {
    let problems: Vec<_> = problems.iter().filter_map(diagnostic_of).collect();
    wire::diagnostics(name, source, &problems)
}

fn diagnostic_of(problem: &Problem) -> Option<diagnostic::Diagnostic> {
    let known = Code::ALL.iter().find(|code| code.as_str() == problem.code);
    debug_assert!(known.is_some(), "{}", problem.code);
    let span = |(start, end)| Span::new(start, end);
    let mut found = diagnostic::Diagnostic::new(*known?, span(problem.place), &problem.message);
    found.help.clone_from(&problem.help);
    for other in &problem.related {
        found = found.related(span(other.place), &other.message);
    }
    Some(found)
}
