//! Properties of the rule engine that hold for every input, one module for each fuzz target.
//!
//! Each module has one function, `check`, that takes an input as raw bytes and panics if the
//! property does not hold. libFuzzer calls it (`fuzz_targets/`), and so does an ordinary test
//! (`tests/replay.rs`) with the kept inputs and with mutations of them.

// A fuzz target reports a failed property by a panic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

pub mod acl;
pub mod command;
pub mod event;
pub mod format;
pub mod matcher;
pub mod mutate;
pub mod redact;
pub mod rules;
pub mod stream;

/// Checks the files that the program's arguments name.
///
/// # Errors
/// The first file that cannot be read.
///
/// # Panics
/// If the property does not hold for one of the files.
pub fn replay_arguments(check: fn(&[u8])) -> std::io::Result<()> {
    for path in std::env::args_os().skip(1) {
        check(&std::fs::read(path)?);
    }
    Ok(())
}
