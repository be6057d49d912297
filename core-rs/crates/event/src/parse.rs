//! Parses the envelope of a line into an [`Event`].

use std::borrow::Cow;

use super::fields::{self, Fields, Subject};
use super::host::Names;
use super::json::{Malformed, Scanner};
use super::keys::keys;
use super::process::{self, Process};
use super::raw::RawStr;
use super::scratch::{Parts, Scratch};
use super::{Event, EventKind, Evidence, NotEvent};

/// Parses one line. White space around it and a byte order mark before it are allowed. Bytes that
/// are not UTF-8 are read as U+FFFD: an agent chooses the bytes of its arguments and paths.
///
/// # Errors
/// [`NotEvent::Malformed`] for anything but one JSON object in the form of an envelope, with
/// exactly one variant whose judged fields have the right types. [`NotEvent::Unmodelled`] for a
/// valid envelope with a variant that is not judged.
///
/// ```
/// use sentry_event::{parse, EventKind, NotEvent, Scratch};
/// let mut scratch = Scratch::default();
/// let line = br#"{"event":{"ToolExec":{"pid":7,"argv":["ls","-la"]}}}"#;
/// let event = parse(line, &mut scratch).unwrap();
/// assert_eq!((event.kind, event.subject), (EventKind::ToolExec, "ls -la"));
/// assert_eq!(parse(b"not json", &mut scratch).unwrap_err(), NotEvent::Malformed);
/// assert_eq!(parse(br#"{"event":{"LlmCall":{}}}"#, &mut scratch).unwrap_err(), NotEvent::Unmodelled);
/// ```
pub fn parse<'a>(line: &'a [u8], scratch: &'a mut Scratch) -> Result<Event<'a>, NotEvent> {
    let Scratch {
        replaced,
        parts,
        names,
    } = scratch;
    let envelope = match envelope(line, parts) {
        Ok(envelope) => envelope,
        Err(Malformed) => match String::from_utf8_lossy(line) {
            Cow::Borrowed(_) => return Err(NotEvent::Malformed),
            Cow::Owned(text) => {
                *replaced = text;
                envelope(replaced.as_bytes(), parts).map_err(|Malformed| NotEvent::Malformed)?
            }
        },
    };
    let (kind, fields) = envelope.variant.ok_or(NotEvent::Unmodelled)?;
    let subject = match fields.subject {
        Subject::Line(text) => std::str::from_utf8(text).ok(),
        Subject::Scratch => parts.text(),
    };
    debug_assert!(subject.is_some(), "reading has validated the UTF-8");
    let subject = subject.ok_or(NotEvent::Malformed)?;
    names.clear();
    match kind {
        EventKind::Egress => add_names(names, subject, fields.server),
        EventKind::Dns => names.add_query(subject),
        EventKind::SslContent => names.add_decoded(subject),
        _ => {}
    }
    Ok(Event {
        kind,
        pid: fields.pid,
        subject,
        evidence: if fields.partial {
            Evidence::Partial
        } else {
            Evidence::Complete
        },
        features: if kind == EventKind::LlmActivations {
            &parts.features
        } else {
            &[]
        },
        ends: if kind == EventKind::ToolExec {
            &parts.ends
        } else {
            &[]
        },
        natural: fields.natural,
        call: fields.call,
        names,
        folder: fields.folder,
        write: fields.write,
        process: envelope.process,
        agent: envelope.agent,
        provider: envelope.provider,
    })
}

/// Adds the other names of the destination of a connection, each with the port.
fn add_names(names: &mut Names, subject: &str, server: Option<RawStr<'_>>) {
    let (peer, port) = subject.split_at(subject.rfind(':').unwrap_or(subject.len()));
    names.add_peer(peer, port);
    if let Some(server) = server {
        names.add_server_name(&server.decode(), port);
    }
}

/// The object in a line; `None` if there cannot be one.
pub(super) fn trim(line: &[u8]) -> Option<&[u8]> {
    if let [b'{', .., b'}'] = line {
        return Some(line);
    }
    let text = std::str::from_utf8(line).ok()?;
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    text.starts_with('{').then_some(text.as_bytes())
}

/// An envelope. `variant` is `None` for a variant that is not judged.
struct Envelope<'a> {
    agent: Option<RawStr<'a>>,
    provider: Option<RawStr<'a>>,
    process: Process<'a>,
    variant: Option<(EventKind, Fields<'a>)>,
}

keys! {
    enum EnvelopeKey {
        Identity = "identity",
        Process = "process",
        Event = "event",
        Provider = "provider",
    }
}

/// Reads a line that is UTF-8. Any other line is malformed.
fn envelope<'a>(line: &'a [u8], parts: &mut Parts) -> Result<Envelope<'a>, Malformed> {
    let (mut identity, mut provider, mut event) = (None, None, None);
    let mut process = None;
    let mut scanner = Scanner::new(trim(line).ok_or(Malformed)?);
    scanner.object(|scanner, key| match key {
        EnvelopeKey::Identity => once(&mut identity, read_identity(scanner)?),
        EnvelopeKey::Provider => once(&mut provider, read_provider(scanner)?),
        EnvelopeKey::Event => once(&mut event, read_variant(scanner, parts)?),
        EnvelopeKey::Process => {
            // Two processes would be ambiguous, so neither counts.
            let value = process::read(scanner)?;
            let is_first = process.is_none();
            process = Some(if is_first { value } else { Process::default() });
            Ok(())
        }
        EnvelopeKey::Other => scanner.skip(),
    })?;
    scanner.end()?;
    let variant = event.ok_or(Malformed)?;
    if let Some((_, fields)) = &variant
        && matches!(fields.subject, Subject::Scratch)
        && !parts.is_utf8()
    {
        return Err(Malformed);
    }
    Ok(Envelope {
        agent: identity.flatten(),
        provider: provider.flatten(),
        process: process.unwrap_or_default(),
        variant,
    })
}

/// Stores a value. A second value for the same key is an error: such a line is ambiguous.
fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), Malformed> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Malformed),
    }
}

keys! {
    enum IdentityKey {
        Agent = "agent",
        Task = "task",
        Session = "session",
    }
}

fn read_identity<'a>(scanner: &mut Scanner<'a>) -> Result<Option<RawStr<'a>>, Malformed> {
    if scanner.null() {
        return Ok(None);
    }
    let (mut agent, mut task, mut session) = (None, None, None);
    scanner.object(|scanner, key| match key {
        IdentityKey::Agent => once(&mut agent, string_or_null(scanner)?),
        IdentityKey::Task => once(&mut task, skip_string_or_null(scanner)?),
        IdentityKey::Session => once(&mut session, skip_string_or_null(scanner)?),
        IdentityKey::Other => scanner.skip(),
    })?;
    Ok(agent.flatten())
}

fn string_or_null<'a>(scanner: &mut Scanner<'a>) -> Result<Option<RawStr<'a>>, Malformed> {
    if scanner.null() {
        return Ok(None);
    }
    scanner.string().map(Some)
}

#[inline]
fn skip_string_or_null(scanner: &mut Scanner<'_>) -> Result<(), Malformed> {
    if scanner.null() {
        return Ok(());
    }
    scanner.skip_string()
}

keys! {
    enum ProviderKey {
        Named = "Other",
    }
}

/// A provider is `"Name"`, `{"Other": "name"}` or `null`.
fn read_provider<'a>(scanner: &mut Scanner<'a>) -> Result<Option<RawStr<'a>>, Malformed> {
    if scanner.peek() != b'{' {
        return string_or_null(scanner);
    }
    let mut other = None;
    scanner.object(|scanner, key| match key {
        ProviderKey::Named => once(&mut other, scanner.string()?),
        ProviderKey::Other => Err(Malformed),
    })?;
    other.map(Some).ok_or(Malformed)
}

keys! {
    enum KindKey {
        ToolExec = "ToolExec",
        SslContent = "SslContent",
        SecurityAction = "SecurityAction",
        Egress = "Egress",
        Dns = "Dns",
        FileAccess = "FileAccess",
        FileDelete = "FileDelete",
        LlmActivations = "LlmActivations",
        ToolCall = "ToolCall",
    }
}

fn read_variant<'a>(
    scanner: &mut Scanner<'a>,
    parts: &mut Parts,
) -> Result<Option<(EventKind, Fields<'a>)>, Malformed> {
    let mut variant = None;
    scanner.object(|scanner, key: KindKey| {
        let kind = match key {
            KindKey::ToolExec => EventKind::ToolExec,
            KindKey::SslContent => EventKind::SslContent,
            KindKey::SecurityAction => EventKind::SecurityAction,
            KindKey::Egress => EventKind::Egress,
            KindKey::Dns => EventKind::Dns,
            KindKey::FileAccess => EventKind::FileAccess,
            KindKey::FileDelete => EventKind::FileDelete,
            KindKey::LlmActivations => EventKind::LlmActivations,
            KindKey::ToolCall => EventKind::ToolCall,
            KindKey::Other => {
                scanner.skip()?;
                return once(&mut variant, None);
            }
        };
        let fields = fields::read(kind, scanner, parts)?;
        once(&mut variant, Some((kind, fields)))
    })?;
    variant.ok_or(Malformed)
}
