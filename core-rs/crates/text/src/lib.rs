//! Positions in a source text: byte spans, and the lines, columns and UTF-16 offsets that editors
//! use. Diagnostics that point at them, and suggest words.

pub mod diagnostic;
mod line_index;
mod span;
mod suggest;
mod truncate;
mod visible;

pub use line_index::{LineIndex, Position, utf16_len};
pub use span::{Span, offset};
pub use suggest::closest;
pub use truncate::{floor_char_boundary, truncate};
pub use visible::is_visible;
