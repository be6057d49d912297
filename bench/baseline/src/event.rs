//! A line of the collector, as owned Rust values. What is not judged is not declared, so serde skips it.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Deserialize)]
pub struct Envelope {
    pub identity: Option<Identity>,
    pub process: Option<Process>,
    pub event: Event,
}

#[derive(Deserialize)]
pub struct Process {
    pub exe: Option<String>,
}

#[derive(Deserialize)]
pub struct Identity {
    pub agent: Option<String>,
}

/// The variants that are judged, and those known to hold nothing to judge. Any other one is an error.
#[derive(Deserialize)]
pub enum Event {
    ToolExec {
        #[serde(rename = "pid")]
        _pid: u32,
        argv: Vec<String>,
        argv_truncated: Option<bool>,
        argv_incomplete: Option<bool>,
    },
    SslContent {
        #[serde(rename = "pid")]
        _pid: u32,
        content: String,
    },
    SecurityAction {
        #[serde(rename = "pid")]
        _pid: u32,
        kind: String,
        #[serde(default)]
        detail: u64,
    },
    Egress {
        #[serde(rename = "pid")]
        _pid: u32,
        peer: String,
        #[serde(default)]
        port: u16,
    },
    Dns {
        #[serde(rename = "pid")]
        _pid: u32,
        query: String,
    },
    FileAccess {
        #[serde(rename = "pid")]
        _pid: u32,
        path: String,
    },
    FileDelete {
        #[serde(rename = "pid")]
        _pid: u32,
        path: String,
    },
    LlmActivations {
        #[serde(rename = "pid")]
        _pid: u32,
        #[serde(default)]
        layer: u32,
        #[serde(default)]
        features: Vec<(u32, f32)>,
    },
    ProcessExit(IgnoredAny),
    LlmCall(IgnoredAny),
    LlmApi(IgnoredAny),
    CollectorHeartbeat(IgnoredAny),
}

/// The kinds that are judged, by the names that rules give them.
pub const KINDS: [&str; 8] = [
    "ToolExec",
    "SslContent",
    "SecurityAction",
    "Egress",
    "Dns",
    "FileAccess",
    "FileDelete",
    "LlmActivations",
];

impl Event {
    /// The kind's place in [`KINDS`]; `None` where there is nothing to judge.
    pub fn kind(&self) -> Option<usize> {
        match self {
            Self::ToolExec { .. } => Some(0),
            Self::SslContent { .. } => Some(1),
            Self::SecurityAction { .. } => Some(2),
            Self::Egress { .. } => Some(3),
            Self::Dns { .. } => Some(4),
            Self::FileAccess { .. } => Some(5),
            Self::FileDelete { .. } => Some(6),
            Self::LlmActivations { .. } => Some(7),
            _ => None,
        }
    }

    /// The text that rules match.
    pub fn subject(&self) -> Cow<'_, str> {
        match self {
            Self::ToolExec { argv, .. } => argv.join(" ").into(),
            Self::SslContent { content, .. } => content.into(),
            Self::SecurityAction { kind, detail, .. } => format!("{kind} {detail}").into(),
            Self::Egress { peer, port, .. } => format!("{peer}:{port}").into(),
            Self::Dns { query, .. } => query.into(),
            Self::FileAccess { path, .. } | Self::FileDelete { path, .. } => path.into(),
            Self::LlmActivations {
                layer, features, ..
            } => format!("{} sae features @L{layer}", features.len()).into(),
            _ => "".into(),
        }
    }

    /// What can be denied: the program that the kernel reported, or else the one asked for, the peer
    /// or the path; never this machine or nobody.
    pub fn target<'e>(&'e self, process: Option<&'e Process>) -> Option<&'e str> {
        let exe = process.and_then(|process| process.exe.as_ref());
        let target = match self {
            Self::ToolExec { argv, .. } => exe.or(argv.first())?,
            Self::Egress { peer, .. } => peer,
            Self::FileAccess { path, .. } | Self::FileDelete { path, .. } => path,
            _ => return None,
        };
        let own = matches!(self, Self::Egress { .. })
            && (target == "localhost"
                || target
                    .parse::<IpAddr>()
                    .is_ok_and(|address| address.is_loopback() || address.is_unspecified()));
        (!target.is_empty() && !own).then_some(target)
    }

    /// Whether the collector cut the event.
    pub fn is_partial(&self) -> bool {
        matches!(
            self,
            Self::ToolExec {
                argv_truncated: Some(true),
                ..
            } | Self::ToolExec {
                argv_incomplete: Some(true),
                ..
            }
        )
    }
}
