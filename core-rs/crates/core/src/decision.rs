//! The words of a decision: verdict, severity and the kind of a deny action.

use serde::Serialize;

/// A closed set of words that a policy or an audit line spells out.
pub trait Word: Copy + PartialEq + 'static {
    /// Every word with its value, in the order in which messages list them.
    const WORDS: &'static [(&'static str, Self)];

    /// Every word, in that order.
    fn words() -> Vec<&'static str> {
        Self::WORDS.iter().map(|(word, _)| *word).collect()
    }

    /// The value that `word` spells, exactly as written; `None` for any other text.
    fn from_word(word: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find(|(text, _)| *text == word)
            .map(|(_, value)| *value)
    }

    /// The word for this value.
    fn as_word(self) -> &'static str {
        Self::WORDS
            .iter()
            .find(|(_, value)| *value == self)
            .map_or("", |(text, _)| text)
    }
}

/// What a rule or a tier says of an event.
///
/// ```
/// use sentry_core::decision::{Verdict, Word};
/// assert_eq!(Verdict::from_word("block"), Some(Verdict::Block));
/// assert_eq!(Verdict::from_word("Block"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum Verdict {
    /// Let it pass.
    Allow,
    /// Stop it.
    Block,
    /// Ask a deeper tier; the fail mode where there is none.
    Escalate,
}

impl Word for Verdict {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("allow", Self::Allow),
        ("block", Self::Block),
        ("escalate", Self::Escalate),
    ];
}

/// How much a decision matters, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum Severity {
    /// Nothing to see.
    Info,
    /// Worth a line in a log.
    Low,
    /// Worth a look.
    Medium,
    /// Worth an alarm.
    High,
    /// Worth waking somebody.
    Critical,
}

impl Word for Severity {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("info", Self::Info),
        ("low", Self::Low),
        ("medium", Self::Medium),
        ("high", Self::High),
        ("critical", Self::Critical),
    ];
}

/// Which deny-file a block goes to. A policy writes `deny-exec`, a decision says `DenyExec`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum ActionKind {
    /// The peer of a connection.
    DenyEgress,
    /// The path of a file.
    DenyFile,
    /// The program that was run.
    DenyExec,
}

impl Word for ActionKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("deny-egress", Self::DenyEgress),
        ("deny-file", Self::DenyFile),
        ("deny-exec", Self::DenyExec),
    ];
}
