//! The conditions of rules on commands: which of them one command fulfils.
//!
//! [`Index`] holds the conditions of all rules. Each is found by something that it cannot hold
//! without, such as the name of a program ([`anchor`]), so that a command is compared with few of
//! them. [`fit`] says what a condition asks of a command, and [`cover`] what an `allow` covers.

mod anchor;
mod call;
pub(crate) mod cover;
pub(crate) mod effects;
pub(crate) mod fit;
mod glob;
mod index;
pub(crate) mod path;
mod pieces;
mod pipes;
pub(crate) mod quick_look;
mod shape;
pub(crate) mod texts;

pub(crate) use index::Index;
pub(crate) use texts::{Expressions, Text};
