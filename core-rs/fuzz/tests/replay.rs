//! Runs every property over the kept inputs and over mutations of them, the same in each run.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use sentry_fuzz::mutate::Mutator;
use sentry_fuzz::{acl, command, event, format, matcher, redact, rules, stream};

/// Checks `corpus/<target>`, `crashes/<target>`, and that many mutations.
fn replay(target: &str, check: fn(&[u8]), mutations: usize) {
    let mut inputs = Vec::new();
    for folder in ["corpus", "crashes"] {
        for (name, input) in kept(folder, target) {
            attempt(check, &input, &name);
            inputs.push(input);
        }
    }
    let mut mutator = Mutator::new(1, inputs);
    for number in 0..mutations {
        let input = mutator.next_input();
        attempt(check, &input, &format!("mutation {number} of {target}"));
    }
}

/// Names a failing input, so that it can be kept as a crash file.
fn attempt(check: fn(&[u8]), input: &[u8], name: &str) {
    let outcome = catch_unwind(AssertUnwindSafe(|| check(input)));
    assert!(
        outcome.is_ok(),
        "{name} fails; its bytes are b\"{}\"",
        input.escape_ascii()
    );
}

/// The files of a folder with their names, sorted.
fn kept(folder: &str, target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(folder)
        .join(target);
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let named = |path: &std::path::PathBuf| (path.display().to_string(), fs::read(path).unwrap());
    paths.iter().map(named).collect()
}

#[test]
fn printed_acl_parses_to_the_same_tree() {
    replay("acl", acl::check, 60_000);
}

#[test]
fn formatted_acl_has_the_same_tree_and_comments() {
    replay("format", format::check, 60_000);
}

#[test]
fn reading_a_command_ends_within_its_limits() {
    replay("command", command::check, 20_000);
}

#[test]
fn events_agree_with_serde_json() {
    replay("event", event::check, 100_000);
}

#[test]
fn rules_match_as_the_regex_crate_does() {
    replay("matcher", matcher::check, 300);
}

#[test]
fn finds_restore_exactly_in_any_chunking() {
    replay("redact", redact::check, 8_000);
}

#[test]
fn rules_on_commands_fit_together_as_they_fit_alone() {
    replay("rules", rules::check, 2_000);
}

#[test]
fn rows_do_not_depend_on_chunks() {
    replay("stream", stream::check, 1_000);
}
