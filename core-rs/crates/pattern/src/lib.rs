//! Regular expressions, many of them at once: which of them match a text, and where one of them does.
//!
//! A [`Pattern`] is a regular expression that is known to compile, with what a text must contain for it to match. A
//! [`prefilter::Prefilter`] finds which patterns have in a text what they need, in one pass. A [`matcher::Matcher`] then
//! tries only these. A [`search::Search`] finds the places of a single pattern's matches.

mod looks;
pub mod matcher;
mod need;
mod pattern;
pub mod prefilter;
mod run;
pub mod search;
mod size;

pub use need::{Need, Text, fold};
pub use pattern::{Fault, Pattern, PatternError, SyntaxError};
pub use run::{ByteSet, Run};
