//! The words of a decision: verdict, severity and kind of deny action.

use serde::Serialize;

/// A closed set of words in policies and audit lines.
pub trait Word: Copy + PartialEq + 'static {
    /// Every word with its value, in the order of messages.
    const WORDS: &'static [(&'static str, Self)];

    /// Every word, in the order of messages.
    fn words() -> Vec<&'static str> {
        Self::WORDS.iter().map(|(word, _)| *word).collect()
    }

    /// The value of `word`, compared exactly; `None` for any other text.
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

/// The verdict of a rule or a tier on an event.
///
/// ```
/// use sentry_event::decision::{Verdict, Word};
/// assert_eq!(Verdict::from_word("block"), Some(Verdict::Block));
/// assert_eq!(Verdict::from_word("Block"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum Verdict {
    /// The event may pass.
    Allow,
    /// The event is denied.
    Block,
    /// The next tier decides; the fail mode applies if there is none.
    Escalate,
}

impl Verdict {
    /// Whether this verdict takes precedence over `other`: a block over an escalation, and both
    /// over an allow.
    pub fn is_graver_than(self, other: Self) -> bool {
        self.gravity() > other.gravity()
    }

    fn gravity(self) -> u8 {
        match self {
            Self::Allow => 0,
            Self::Escalate => 1,
            Self::Block => 2,
        }
    }
}

impl Word for Verdict {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("allow", Self::Allow),
        ("block", Self::Block),
        ("escalate", Self::Escalate),
    ];
}

/// How grave a decision is, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum Severity {
    /// Ordinary activity.
    Info,
    /// Worth recording.
    Low,
    /// Worth reviewing.
    Medium,
    /// Worth an alert.
    High,
    /// Worth an immediate response.
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

/// The deny-file that a block is written to. Policies write `deny-exec`, decisions `DenyExec`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(export_to = "wire.ts"))]
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
