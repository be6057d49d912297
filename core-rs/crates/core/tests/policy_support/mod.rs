//! Checks the diagnostics of a policy: codes, places and words.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use sentry_core::policy::{Environment, check};

/// For each diagnostic: its code, the underlined text, and a part of the message or help.
pub type Wanted<'w> = &'w [(&'w str, &'w str, &'w str)];

/// Panics unless these are the diagnostics of `source`, and there is a policy exactly if there are
/// none.
pub fn verify(source: &str, environment: &Environment<'_>, wanted: Wanted<'_>) {
    let checked = check(source, environment);
    let found: Vec<_> = checked
        .diagnostics
        .iter()
        .map(|found| (found.code.as_str(), found.span.of(source)))
        .collect();
    let places: Vec<_> = wanted
        .iter()
        .map(|(code, text, _)| (*code, *text))
        .collect();
    assert_eq!(found, places, "in {source}");
    for (found, (_, _, part)) in checked.diagnostics.iter().zip(wanted) {
        let help = found.help.as_deref().unwrap_or("");
        let said = format!("{} / {help}", found.message);
        assert!(said.contains(part), "{said:?} lacks {part:?} in {source}");
    }
    assert_eq!(checked.policy.is_none(), !wanted.is_empty(), "in {source}");
}
