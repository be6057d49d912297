//! The rule engine of a3s-sentry: everything that must be the same in every runtime.
//!
//! No I/O, no clock, no randomness. Imports go one way:
//! `text <- diagnostic <- acl <- policy <- engine <- redact <- wasm`.

pub mod acl;
pub mod brief;
pub mod decision;
pub mod diagnostic;
pub mod engine;
pub mod event;
pub mod lint;
pub mod policy;
pub mod redact;
pub mod risk;
pub mod sae;
mod sort;
pub mod text;
#[cfg(target_arch = "wasm32")]
mod wasm;
pub mod wire;
