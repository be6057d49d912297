//! Tools for policies in git. They are a wasm module of their own, so that a program that only
//! judges events does not load them.

#[cfg(target_arch = "wasm32")]
mod boundary;
mod format;

pub use format::{FormatError, Formatted, format};
