//! Diagnostics: a problem with a stable code, a message, a place in the source, and a help.

mod code;
mod display;
mod render;

pub use code::{Code, Level};
pub use render::{render, render_with};

use crate::Span;

/// The most diagnostics that one run reports.
pub const MAX_DIAGNOSTICS: usize = 100;

/// Sorts problems by their place in the source. Problems at one place keep their order.
pub fn sort(problems: &mut [Diagnostic]) {
    sentry_sort::stable(problems, |a, b| a.span.start < b.span.start);
}

/// One problem in a source text.
///
/// ```
/// use sentry_text::diagnostic::{Code, Diagnostic, render};
/// use sentry_text::Span;
/// let problem = Diagnostic::new(Code::BareWord, Span::new(10, 15), "expected a value, found a bare word")
///     .help("put text in quotes");
/// assert_eq!(
///     render("site.acl", "verdict = block", &problem, &[]),
///     "error[acl/bare-word]: expected a value, found a bare word
///  --> site.acl:1:11
///   |
/// 1 | verdict = block
///   |           ^^^^^
///   = help: put text in quotes
/// "
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of problem. It determines the level.
    pub code: Code,
    /// What happened, in one line. Never contains a value of the source, which may be a secret.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The place in the source.
    pub span: Span,
    /// Other places that belong to the problem.
    pub related: Vec<Related>,
}

/// Another place that belongs to a problem, with an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The place in the source.
    pub span: Span,
    /// What is at this place.
    pub message: String,
}

impl Diagnostic {
    /// A problem without help and without other places.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            help: None,
            span,
            related: Vec::new(),
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds another place that belongs to the problem.
    #[must_use]
    pub fn related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related.push(Related {
            span,
            message: message.into(),
        });
        self
    }

    /// Whether the problem is an error or a warning.
    pub const fn level(&self) -> Level {
        self.code.level()
    }
}
