//! Places in a source text: byte spans, and the lines, columns and UTF-16 offsets that people and editors count in.

mod line_index;
mod span;
mod visible;

pub(crate) use line_index::utf16_len;
pub use line_index::{LineIndex, Position};
pub use span::Span;
pub(crate) use span::offset;
pub(crate) use visible::is_visible;
