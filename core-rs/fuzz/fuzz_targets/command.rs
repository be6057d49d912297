//! Reading a command ends, within its limits. See `sentry_fuzz::command`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| sentry_fuzz::command::check(input));

/// Replays the files that are given as arguments.
#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    sentry_fuzz::replay_arguments(sentry_fuzz::command::check)
}
