//! Many regular expressions over one text: which of them match, and where one of them matches.
//!
//! A [`Pattern`] is a regular expression that is known to compile, with the literals that a text
//! must contain for it to match. A [`prefilter::Prefilter`] finds in one pass over a text which
//! patterns can match it. A [`matcher::Matcher`] then runs the automata of these patterns only. A
//! [`search::Search`] finds the matches of a single pattern. A [`language::Language`] shows whether
//! any text of a given form can match a pattern.
//!
//! Every text takes time linear in its length, and all automata together take bounded memory.

mod alphabet;
pub mod language;
pub mod literals;
mod looks;
pub mod matcher;
mod pattern;
pub mod prefilter;
pub mod search;
mod size;
mod syntax;
mod unicode;

pub use literals::{Requirements, fold};
pub use pattern::{Fault, Finder, Pattern, PatternError, SyntaxError};
