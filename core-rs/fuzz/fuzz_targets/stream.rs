//! A line stream gives the same rows however its input is cut. See `sentry_fuzz::stream`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| sentry_fuzz::stream::check(input));

/// Replays the files that are given as arguments.
#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    sentry_fuzz::replay_arguments(sentry_fuzz::stream::check)
}
