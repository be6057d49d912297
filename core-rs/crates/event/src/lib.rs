//! Observer events: parses one line of NDJSON into a borrowed [`Event`], or reports why it is not
//! one.
//!
//! There are three reasons for a parser of our own. It borrows from the line, and allocates nothing
//! for an event that is allowed. It validates exactly the fields that the contract names, and skips
//! the others. And it decodes a lone surrogate escape (`\ud800`) to U+FFFD, where common parsers
//! reject the whole document: an attacker who can put one into an argument must not escape
//! judgement that way.

mod damaged;
pub mod decision;
mod fault;
mod fields;
mod forms;
mod host;
pub mod json;
mod key;
mod keys;
mod labels;
mod numbers;
mod parse;
mod process;
mod raw;
mod runner;
mod scratch;
mod skip;
mod sorted_json;
mod strings;
mod swar;
mod target;
mod tool_call;

use std::borrow::Cow;
use std::ops::Range;

use serde::Serialize;

use crate::decision::{ActionKind, Word};
pub use damaged::{Parts, parts};
pub use fault::fault;
pub use forms::has_kind_without_action;
pub use host::{may_be_disguised, names as host_names};
pub use labels::{Id, Labels, labels};
pub use parse::parse;
use process::Process;
pub use scratch::Scratch;
pub use tool_call::ToolCall;

/// The kinds of event that are judged, in the order of the contract's table.
///
/// ```
/// use sentry_event::{EventKind, decision::Word};
/// assert_eq!(EventKind::from_word("Dns"), Some(EventKind::Dns));
/// assert_eq!(EventKind::ALL.len(), 9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum EventKind {
    /// A program was run.
    ToolExec,
    /// Text crossed a TLS connection.
    SslContent,
    /// A privileged system call.
    SecurityAction,
    /// A connection was opened.
    Egress,
    /// A name was looked up.
    Dns,
    /// A file was opened.
    FileAccess,
    /// A file was deleted.
    FileDelete,
    /// Features of a model's activations.
    LlmActivations,
    /// An agent is about to call a tool.
    ToolCall,
}

impl EventKind {
    /// All kinds, in order. The position of a kind here is its index everywhere.
    pub const ALL: [Self; 9] = [
        Self::ToolExec,
        Self::SslContent,
        Self::SecurityAction,
        Self::Egress,
        Self::Dns,
        Self::FileAccess,
        Self::FileDelete,
        Self::LlmActivations,
        Self::ToolCall,
    ];

    /// The kinds that collectors observe: all but [`EventKind::ToolCall`], which a guard makes.
    pub const OBSERVED: [Self; 8] = {
        let [observed @ .., _] = Self::ALL;
        observed
    };

    /// The kind's index in [`EventKind::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The deny action that events of this kind have a target for.
    ///
    /// ```
    /// use sentry_event::{EventKind, decision::ActionKind};
    /// assert_eq!(EventKind::FileDelete.action(), Some(ActionKind::DenyFile));
    /// assert_eq!(EventKind::Dns.action(), None);
    /// ```
    pub fn action(self) -> Option<ActionKind> {
        match self {
            Self::ToolExec => Some(ActionKind::DenyExec),
            Self::Egress => Some(ActionKind::DenyEgress),
            Self::FileAccess | Self::FileDelete => Some(ActionKind::DenyFile),
            Self::SslContent
            | Self::SecurityAction
            | Self::Dns
            | Self::LlmActivations
            | Self::ToolCall => None,
        }
    }
}

impl Word for EventKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("ToolExec", Self::ToolExec),
        ("SslContent", Self::SslContent),
        ("SecurityAction", Self::SecurityAction),
        ("Egress", Self::Egress),
        ("Dns", Self::Dns),
        ("FileAccess", Self::FileAccess),
        ("FileDelete", Self::FileDelete),
        ("LlmActivations", Self::LlmActivations),
        ("ToolCall", Self::ToolCall),
    ];
}

/// Whether the collector recorded the whole event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum Evidence {
    /// The event is complete, according to the collector.
    Complete,
    /// The collector cut the event (`argv_truncated`, `argv_incomplete`).
    Partial,
}

/// How the target of an event is known, if no site rule asked for its denial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub enum TargetFrom {
    /// The collector observed it: a peer, a path, or the program that the kernel runs.
    Observed,
    /// The event's arguments name it. A process chooses its own arguments, so this may be any
    /// program.
    Argv,
}

/// Why an input is not an event. Such an input is skipped, never allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotEvent {
    /// Empty, not JSON, or a judged variant with a missing field or a field of the wrong type.
    Malformed,
    /// A valid line of a variant that is not judged.
    Unmodelled,
    /// A line that is too long for a stream: nobody knows whether it is an event.
    Oversized,
}

/// One active feature of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Feature {
    /// Its number in the autoencoder.
    pub id: u32,
    /// How active it was, as given in the event: within the range of a 32-bit float.
    pub activation: f64,
}

/// One event, borrowed from its line and the [`Scratch`] it was parsed with.
#[derive(Debug)]
pub struct Event<'a> {
    /// Which variant it is.
    pub kind: EventKind,
    /// The process that acted; 0 for an [`EventKind::ToolCall`] of no known process.
    pub pid: u32,
    /// Whether the file of an [`EventKind::FileAccess`] was opened for writing.
    pub write: bool,
    /// The text that rules match.
    pub subject: &'a str,
    /// Whether the collector cut the event.
    pub evidence: Evidence,
    /// The features of an [`EventKind::LlmActivations`], in the order of the event; empty for other
    /// kinds.
    pub features: &'a [Feature],
    /// Where each argument of a command ends in the subject.
    ends: &'a [usize],
    natural: Option<raw::RawStr<'a>>,
    names: &'a host::Names,
    /// The call of an [`EventKind::ToolCall`].
    call: Option<ToolCall<'a>>,
    /// The folder that a command runs in, as its variant says.
    folder: Option<raw::RawStr<'a>>,
    process: Process<'a>,
    agent: Option<raw::RawStr<'a>>,
    provider: Option<raw::RawStr<'a>>,
}

impl<'a> Event<'a> {
    /// `identity.agent`: a pod UID, a container id or a process name.
    pub fn agent(&self) -> Option<String> {
        self.agent.map(|raw| raw.decode().into_owned())
    }

    /// The provider's name: a known name, or that of `{"Other": name}`.
    pub fn provider(&self) -> Option<String> {
        self.provider.map(|raw| raw.decode().into_owned())
    }

    /// The arguments of a command, of which the first is the program; none for other kinds.
    ///
    /// ```
    /// use sentry_event::{Scratch, parse};
    /// let mut scratch = Scratch::default();
    /// let line = br#"{"event":{"ToolExec":{"pid":7,"argv":["sh","-c","ls -la"]}}}"#;
    /// let event = parse(line, &mut scratch).unwrap();
    /// assert!(event.arguments().eq(["sh", "-c", "ls -la"]));
    /// ```
    pub fn arguments(&self) -> impl Iterator<Item = &'a str> + Clone {
        let subject = self.subject;
        let mut from = 0;
        self.ends.iter().map(move |&end| {
            let argument = subject.get(from..end).unwrap_or_default();
            from = end + 1;
            argument
        })
    }

    /// The call of an [`EventKind::ToolCall`]; `None` for other kinds.
    ///
    /// ```
    /// use sentry_event::{Scratch, parse};
    /// let mut scratch = Scratch::default();
    /// let line = br#"{"event":{"ToolCall":{"tool":"Read","args":{"path":"/a", "limit": 3}}}}"#;
    /// let event = parse(line, &mut scratch).unwrap();
    /// assert_eq!(event.subject, r#"Read {"limit":3,"path":"/a"}"#);
    /// assert_eq!(event.call().unwrap().tool(), "Read");
    /// ```
    pub fn call(&self) -> Option<&ToolCall<'a>> {
        self.call.as_ref()
    }

    /// What the subject also stands for. Of an [`EventKind::Egress`] or [`EventKind::Dns`], the
    /// other names of the destination, in the form of the subject: an address in its usual notation
    /// if the event has another one, the addresses that are written in a name such as
    /// `10-0-0-1.nip.io`, and the name of the server that the connection asked for (`sni`). Of an
    /// [`EventKind::SslContent`], the text behind its escapes. None for most events.
    ///
    /// ```
    /// use sentry_event::{Scratch, parse};
    /// let mut scratch = Scratch::default();
    /// let line = br#"{"event":{"Egress":{"pid":7,"peer":"0xa9fea9fe","port":80,"sni":"X.test."}}}"#;
    /// let event = parse(line, &mut scratch).unwrap();
    /// assert_eq!(event.subject, "0xa9fea9fe:80");
    /// assert!(event.other_names().eq(["169.254.169.254:80", "x.test:80"]));
    /// ```
    pub fn other_names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.names.iter()
    }

    /// The text behind the escapes of an [`EventKind::SslContent`], which is its other name, and where it is
    /// not as in the subject: ascending ranges of bytes. `None` if nothing is encoded, and for other kinds.
    ///
    /// ```
    /// use sentry_event::{Scratch, parse};
    /// let mut scratch = Scratch::default();
    /// let line = br#"{"event":{"SslContent":{"pid":7,"is_read":true,"content":"a%20b"}}}"#;
    /// let event = parse(line, &mut scratch).unwrap();
    /// assert_eq!(event.decoded(), Some(("a b", [1..2].as_slice())));
    /// ```
    pub fn decoded(&self) -> Option<(&'a str, &'a [Range<usize>])> {
        self.names.decoded()
    }

    /// Those of [`Event::other_names`] that are of the peer. A process chooses the name of the
    /// server that it asks for.
    pub fn names_of_peer(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.names.of_peer()
    }

    /// The target of a deny action on this event: the peer, the path, or the program: the one that
    /// the kernel reported, otherwise the first argument. An IPv4 address is in its usual notation,
    /// which guards read. `None` if the kind has none, if it is
    /// empty, and for a peer that must never be denied (unspecified and loopback addresses,
    /// `localhost`).
    pub fn target(&self) -> Option<String> {
        Some(self.target_text()?.into_owned())
    }

    /// Whether there is an [`Event::target`].
    pub fn has_target(&self) -> bool {
        self.target_text().is_some()
    }

    /// How the [`Event::target`] is known; `None` without one.
    ///
    /// ```
    /// use sentry_event::{self as event, Scratch, TargetFrom};
    /// let mut scratch = Scratch::default();
    /// let line = br#"{"process":{"exe":"/usr/bin/bash"},"event":{"ToolExec":{"pid":7,"argv":["/usr/bin/sudo"]}}}"#;
    /// let event = event::parse(line, &mut scratch).unwrap();
    /// assert_eq!(event.target().as_deref(), Some("/usr/bin/bash"));
    /// assert_eq!(event.target_from(), Some(TargetFrom::Observed));
    /// ```
    pub fn target_from(&self) -> Option<TargetFrom> {
        let from = match self.kind {
            EventKind::ToolExec if self.exe().is_none() => TargetFrom::Argv,
            _ => TargetFrom::Observed,
        };
        self.has_target().then_some(from)
    }

    /// What a program that runs another one, such as a shell or `sudo`, was given to run: the
    /// arguments after the first. `None` without any, for another program, and for other kinds of
    /// event.
    pub fn passed_on(&self) -> Option<&'a str> {
        if self.kind != EventKind::ToolExec {
            return None;
        }
        let first = self.natural?.decode();
        let program = self.exe().unwrap_or_else(|| Cow::Borrowed(&first));
        if runner::is_runner(&program) {
            self.subject.get(first.len() + 1..)
        } else {
            None
        }
    }

    /// The first argument, if the kernel runs another program than it names: a process may choose
    /// its name, and a script's name is not that of its interpreter. `None` if the two agree, or if
    /// the program was not observed.
    pub fn assumed_name(&self) -> Option<Cow<'a, str>> {
        if self.kind != EventKind::ToolExec {
            return None;
        }
        let (name, exe) = (self.natural?.decode(), self.exe()?);
        (!runner::is_named(&exe, &name)).then_some(name)
    }

    /// The folder that the event's program runs in, or that relative paths of a call are in, as an
    /// absolute path; `None` if it is not known.
    pub fn folder(&self) -> Option<Cow<'a, str>> {
        let folder = self.folder.or(self.process.folder)?.decode();
        folder.starts_with('/').then_some(folder)
    }

    fn target_text(&self) -> Option<Cow<'a, str>> {
        let text = match self.kind {
            EventKind::ToolExec => self.exe(),
            _ => None,
        };
        let text = text.or_else(|| Some(self.natural?.decode()))?;
        let text = match self.kind {
            EventKind::Egress => host::plain_ipv4(&text).map_or(text, Cow::Owned),
            _ => text,
        };
        target::deniable(self.kind, &text).then_some(text)
    }

    /// The program that the kernel runs, as an absolute path; `None` if the collector did not
    /// report it.
    pub fn exe(&self) -> Option<Cow<'a, str>> {
        let exe = self.process.exe?.decode();
        exe.starts_with('/').then_some(exe)
    }
}
