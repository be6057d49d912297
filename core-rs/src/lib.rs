//! The rule engine of a3s-sentry: everything that must be the same in every runtime.
//!
//! No I/O, no clock, no randomness. Imports go one way:
//! `text <- diagnostic <- acl <- policy <- engine <- wasm`.

pub mod acl;
pub mod diagnostic;
pub mod text;
