//! Printing and parsing an ACL document are inverse. See `sentry_fuzz::acl`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| sentry_fuzz::acl::check(input));

/// Replays the files that are given as arguments.
#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    sentry_fuzz::replay_arguments(sentry_fuzz::acl::check)
}
