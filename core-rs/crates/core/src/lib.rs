//! The rule engine of a3s-sentry: everything that must be the same in every runtime.
//!
//! No I/O, no clock, no randomness. Source texts, the ACL language and patterns are crates of their
//! own.

pub mod audit_text;
pub mod boundary;
mod condition;
pub mod engine;
pub mod lint;
pub mod policy;
pub mod redact;
pub mod risk;
pub mod sae;
pub mod wire;

pub use sentry_event as event;
pub use sentry_event::decision;
