//! Problems of a source, and places in it.

use serde::Serialize;

use crate::policy;
use sentry_text::diagnostic::{self, Level, render_with};
use sentry_text::{LineIndex, Span};

/// Whether a diagnostic prevents the use of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum DiagnosticSeverity {
    /// The policy cannot be used.
    Error,
    /// The policy can be used.
    Warning,
}

/// A place in a source, in the units of editors and of programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct SourceSpan {
    /// The first UTF-16 unit.
    pub start: u32,
    /// The UTF-16 unit after the last.
    pub end: u32,
    /// The line of the start, from 1.
    pub line: u32,
    /// The column of the start, from 1, in UTF-16 units.
    pub column: u32,
    /// The first byte of the source as UTF-8.
    pub byte_start: u32,
    /// The byte after the last one.
    pub byte_end: u32,
}

/// The span of what has no place in a source.
pub const NOWHERE: SourceSpan = SourceSpan {
    start: 0,
    end: 0,
    line: 1,
    column: 1,
    byte_start: 0,
    byte_end: 0,
};

impl SourceSpan {
    fn new(index: &LineIndex, source: &str, span: Span) -> Self {
        let position = index.position(source, span.start);
        Self {
            start: index.utf16(source, span.start),
            end: index.utf16(source, span.end),
            line: position.line,
            column: position.column,
            byte_start: span.start,
            byte_end: span.end,
        }
    }
}

/// Another place that belongs to a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct RelatedPlace {
    /// What is there.
    pub message: String,
    /// Where it is.
    pub span: SourceSpan,
}

/// One problem of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Diagnostic {
    /// A stable name, such as `policy/unknown-key`.
    pub code: &'static str,
    /// Whether the policy can still be used.
    pub severity: DiagnosticSeverity,
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where it is.
    pub span: SourceSpan,
    /// Other places that belong to it.
    pub related: Vec<RelatedPlace>,
    /// The whole diagnostic as text, with the source lines and marks.
    pub frame: String,
}

/// Places of a source, in the form of the host.
pub fn spans(source: &str, places: &[Span]) -> Vec<SourceSpan> {
    let index = LineIndex::new(source);
    places
        .iter()
        .map(|place| SourceSpan::new(&index, source, *place))
        .collect()
}

/// Problems of a source, in the form of the host. Frames mask the secrets of the source.
pub fn diagnostics(
    name: &str,
    source: &str,
    problems: &[diagnostic::Diagnostic],
) -> Vec<Diagnostic> {
    in_words(name, source, problems, &policy::secrets(source))
}

#[inline(never)]
pub(super) fn in_words(
    name: &str,
    source: &str,
    diagnostics: &[diagnostic::Diagnostic],
    secrets: &[Span],
) -> Vec<Diagnostic> {
    let index = LineIndex::new(source);
    let place = |span: Span| SourceSpan::new(&index, source, span);
    diagnostics
        .iter()
        .map(|found| Diagnostic {
            code: found.code.as_str(),
            severity: match found.level() {
                Level::Error => DiagnosticSeverity::Error,
                Level::Warning => DiagnosticSeverity::Warning,
            },
            message: found.message.clone(),
            help: found.help.clone(),
            span: place(found.span),
            related: found
                .related
                .iter()
                .map(|related| RelatedPlace {
                    message: related.message.clone(),
                    span: place(related.span),
                })
                .collect(),
            frame: render_with(&index, name, source, found, secrets),
        })
        .collect()
}
