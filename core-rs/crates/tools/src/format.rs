//! The formatter: one style for documents, with their comments.
//!
//! - Each item has its own line, indented by two spaces for each level. The `=` of neighbours are
//!   aligned.
//! - A block, list, object or call is on one line if it has no comment inside, fits into
//!   [`MAX_WIDTH`] columns, and no line break follows its opening bracket in the source.
//! - At most one empty line is between two items. A block of several lines has one on each side.
//! - Strings, numbers and comments stay as they are written.

use sentry_acl::{Document, MAX_DOCUMENT, Parsed, comments, parse, print};
use sentry_core::wire::{self, Diagnostic};
use sentry_text::Span;
use sentry_text::diagnostic::{self, Code};
use serde::Serialize;

mod layout;
mod printer;
mod unit;

use printer::Printer;
use unit::Unit;

/// The columns that a line may take, unless a single word of it is longer.
pub const MAX_WIDTH: usize = 100;

/// Why a document cannot be formatted.
#[derive(Clone, Debug, PartialEq)]
pub enum FormatError {
    /// The source is not a valid document, or would grow too large.
    Invalid(Vec<diagnostic::Diagnostic>),
    /// The formatted text would have another meaning. This is a defect of the formatter.
    Changed,
}

/// Formats a document.
///
/// The result parses to the same tree as the source, apart from spans, has the same comments in the
/// same order, and is its own formatted text. Takes time linear in the source.
///
/// # Errors
/// If the source has a syntax error, or if its formatted text would be larger than [`MAX_DOCUMENT`].
/// Whether the schema knows its names does not matter.
///
/// ```
/// let formatted = sentry_tools::format("rule \"a\"{on:[\"Dns\",],verdict=\"block\"} # why");
/// assert_eq!(formatted.as_deref(), Ok("rule \"a\" { on = [\"Dns\"], verdict = \"block\" }  # why\n"));
/// ```
pub fn format(source: &str) -> Result<String, FormatError> {
    let Parsed {
        document,
        diagnostics,
        ..
    } = parse(source);
    if !diagnostics.is_empty() {
        return Err(FormatError::Invalid(diagnostics));
    }
    let comments = comments(source);
    let text = Printer::new(source, &comments).document(&units(&document));
    if text.len() > MAX_DOCUMENT {
        let message = "formatted, the document would be larger than 1 MiB";
        let problem = diagnostic::Diagnostic::new(Code::LimitDocument, Span::default(), message);
        return Err(FormatError::Invalid(vec![problem]));
    }
    if is_same(source, &document, &comments, &text) {
        Ok(text)
    } else {
        Err(FormatError::Changed)
    }
}

fn units(document: &Document) -> Vec<Unit<'_>> {
    document.items.iter().map(Unit::Item).collect()
}

/// Whether a text has the tree and the comments of the source.
fn is_same(source: &str, document: &Document, comments: &[Span], text: &str) -> bool {
    let again = parse(text);
    let old = comments
        .iter()
        .map(|comment| printer::comment(comment.of(source)));
    let new = self::comments(text);
    again.diagnostics.is_empty()
        && print(&again.document) == print(document)
        && old.eq(new.iter().map(|comment| comment.of(text).to_owned()))
}

/// The result of formatting, as the host gets it.
#[derive(Debug, Serialize)]
pub struct Formatted {
    /// The formatted text; `null` if the source cannot be formatted.
    pub text: Option<String>,
    /// The syntax errors of the source.
    pub diagnostics: Vec<Diagnostic>,
}

impl Formatted {
    /// Formats a source. `name` is its name in diagnostics.
    pub fn of(name: &str, source: &str) -> Self {
        match format(source) {
            Ok(text) => Self {
                text: Some(text),
                diagnostics: Vec::new(),
            },
            Err(FormatError::Changed) => Self {
                text: None,
                diagnostics: Vec::new(),
            },
            Err(FormatError::Invalid(problems)) => Self {
                text: None,
                diagnostics: wire::diagnostics(name, source, &problems),
            },
        }
    }
}
