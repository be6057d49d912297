//! Tools for policies in git. They are a wasm module of their own, so that a program that only
//! judges events does not load them.

#[cfg(target_arch = "wasm32")]
mod boundary;
mod describe;
mod format;
mod include;
mod policy_test;
mod reader;

pub use describe::{Other, Problem, describe};
pub use format::{FormatError, Formatted, format};
pub use include::{FilePattern, Part, Parts, Place, include_parts};
pub use policy_test::{Holds, PolicyTest, PolicyTests, policy_tests};
