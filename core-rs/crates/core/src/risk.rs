//! The risk taxonomy: the category of danger of a decision.

use serde::Serialize;

use crate::decision::Word;
use crate::event::EventKind;

/// A category of the taxonomy. A policy may name one as a rule's `risk`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// Access to a cloud's metadata service.
    SystemRisk,
    /// Privilege escalation, process injection, back doors.
    PrivilegeEscalation,
    /// A secret in outbound content.
    SecretExfil,
    /// Text that tries to manipulate the model.
    PromptInjection,
    /// Communication with a suspicious peer.
    CommunicationRisk,
    /// Access to credentials or other sensitive files.
    DataLeak,
    /// A dangerous command.
    CommandDanger,
    /// Risky concepts in a model's own activations.
    ModelOutputRisk,
    /// Any other risk.
    Other,
}

impl Word for Category {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("systemic_risk", Self::SystemRisk),
        ("privilege_escalation", Self::PrivilegeEscalation),
        ("secret_exfil", Self::SecretExfil),
        ("prompt_injection", Self::PromptInjection),
        ("communication_risk", Self::CommunicationRisk),
        ("data_leak", Self::DataLeak),
        ("command_danger", Self::CommandDanger),
        ("model_output_risk", Self::ModelOutputRisk),
        ("other", Self::Other),
    ];
}

/// A decision's risk as the host gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Risk {
    /// The taxonomy's key, such as `command_danger`.
    pub category: &'static str,
    /// The category's name for people.
    pub name: &'static str,
    /// `system`, `communication` or `atomic`.
    pub risk_type: &'static str,
}

impl Category {
    /// The category with its name and type.
    pub fn risk(self) -> Risk {
        let (name, risk_type) = match self {
            Self::SystemRisk => ("Cloud metadata SSRF", "system"),
            Self::PrivilegeEscalation => ("Privilege escalation / process injection", "system"),
            Self::SecretExfil => ("Secret exfiltration", "communication"),
            Self::PromptInjection => ("Prompt injection / jailbreak", "communication"),
            Self::CommunicationRisk => ("Suspicious external communication", "communication"),
            Self::DataLeak => ("Credential or sensitive file access", "atomic"),
            Self::CommandDanger => ("Dangerous command execution", "atomic"),
            Self::ModelOutputRisk => ("Risky model-output concepts", "communication"),
            Self::Other => ("Other risk", "atomic"),
        };
        Risk {
            category: self.as_word(),
            name,
            risk_type,
        }
    }
}

/// Infers a category from a decision's reason and the kind of its event: the first row of the
/// taxonomy that matches. Letters are compared without case.
///
/// ```
/// use sentry_core::{event::EventKind, risk::{infer, Category}};
/// assert_eq!(infer("cloud-metadata: SSRF", EventKind::Egress), Category::SystemRisk);
/// assert_eq!(infer("no idea", EventKind::ToolExec), Category::CommandDanger);
/// ```
pub fn infer(reason: &str, kind: EventKind) -> Category {
    let reason = reason.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    if says(&["metadata", "ssrf"]) && matches!(kind, EventKind::Egress | EventKind::Dns) {
        Category::SystemRisk
    } else if says(&[
        "privilege",
        "ptrace",
        "process injection",
        "listening port",
        "backdoor",
    ]) {
        Category::PrivilegeEscalation
    } else if says(&["secret in outbound", "secret exfil", "private key"]) {
        Category::SecretExfil
    } else if says(&["prompt injection", "jailbreak"]) {
        Category::PromptInjection
    } else if says(&["exfil", "callback", "oob", "dnslog"]) {
        Category::CommunicationRisk
    } else if says(&["credential", "sensitive file"]) || kind == EventKind::FileAccess {
        Category::DataLeak
    } else if says(&["piped", "reverse-shell", "destructive", "disk", "rce"])
        || kind == EventKind::ToolExec
    {
        Category::CommandDanger
    } else {
        Category::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_tried_in_the_order_of_the_taxonomy() {
        let cases = [
            ("metadata DNS", EventKind::Dns, Category::SystemRisk),
            (
                "metadata read",
                EventKind::ToolExec,
                Category::CommandDanger,
            ),
            (
                "opened a listening port — possible Backdoor",
                EventKind::SecurityAction,
                Category::PrivilegeEscalation,
            ),
            (
                "secret exfil of a private key",
                EventKind::SslContent,
                Category::SecretExfil,
            ),
            (
                "possible prompt injection / jailbreak",
                EventKind::SslContent,
                Category::PromptInjection,
            ),
            (
                "out-of-band exfil / callback domain",
                EventKind::Dns,
                Category::CommunicationRisk,
            ),
            (
                "rce-primitive: exec contains an RCE/exfil primitive",
                EventKind::ToolExec,
                Category::CommunicationRisk,
            ),
            ("anything", EventKind::FileAccess, Category::DataLeak),
            ("anything", EventKind::FileDelete, Category::Other),
            (
                "raw DISK overwrite",
                EventKind::FileDelete,
                Category::CommandDanger,
            ),
        ];
        for (reason, kind, expected) in cases {
            assert_eq!(infer(reason, kind), expected, "{reason} on {kind:?}");
        }
    }
}
