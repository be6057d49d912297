//! Rules on commands fit together as they fit alone. See `sentry_fuzz::rules`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| sentry_fuzz::rules::check(input));

/// Replays the files that are given as arguments.
#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    sentry_fuzz::replay_arguments(sentry_fuzz::rules::check)
}
