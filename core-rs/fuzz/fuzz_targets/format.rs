//! The formatter keeps the tree and the comments of a document. See `sentry_fuzz::format`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| sentry_fuzz::format::check(input));

/// Replays the files that are given as arguments.
#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    sentry_fuzz::replay_arguments(sentry_fuzz::format::check)
}
