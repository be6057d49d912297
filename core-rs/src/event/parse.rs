//! The envelope: one line to one [`Event`].

use super::fields::{self, Fields};
use super::json::{Malformed, Scanner};
use super::raw::RawStr;
use super::{Event, EventKind, Evidence, NotEvent};
use crate::decision::Word;

/// Room for a subject that does not stand in its line word for word. Reusing one over a stream of
/// events means no allocation for an event; it grows to the longest subject seen.
#[derive(Debug, Default)]
pub struct Scratch {
    subject: String,
}

/// Parses one line, white space around it and a byte order mark before it allowed.
///
/// # Errors
/// [`NotEvent::Malformed`] for anything but one JSON object with an envelope's shape, exactly one
/// variant, and each judged field of its type; [`NotEvent::Unmodelled`] for a well-formed envelope
/// whose variant is not one that is judged.
///
/// ```
/// use sentry_core::event::{parse, EventKind, NotEvent, Scratch};
/// let mut scratch = Scratch::default();
/// let line = br#"{"event":{"ToolExec":{"pid":7,"argv":["ls","-la"]}}}"#;
/// let event = parse(line, &mut scratch).unwrap();
/// assert_eq!((event.kind, event.subject), (EventKind::ToolExec, "ls -la"));
/// assert_eq!(parse(b"not json", &mut scratch).unwrap_err(), NotEvent::Malformed);
/// assert_eq!(parse(br#"{"event":{"LlmCall":{}}}"#, &mut scratch).unwrap_err(), NotEvent::Unmodelled);
/// ```
pub fn parse<'a>(line: &'a [u8], scratch: &'a mut Scratch) -> Result<Event<'a>, NotEvent> {
    let text = std::str::from_utf8(line).map_err(|_| NotEvent::Malformed)?;
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if !text.starts_with('{') {
        return Err(NotEvent::Malformed);
    }
    let envelope = envelope(text).map_err(|Malformed| NotEvent::Malformed)?;
    let (kind, fields) = envelope.variant.ok_or(NotEvent::Unmodelled)?;
    let subject = if let Some(plain) = fields.subject.plain() {
        plain
    } else {
        fields.subject.write(&mut scratch.subject);
        scratch.subject.as_str()
    };
    Ok(Event {
        kind,
        pid: fields.pid,
        subject,
        evidence: if fields.partial {
            Evidence::Partial
        } else {
            Evidence::Complete
        },
        natural: fields.natural,
        agent: envelope.agent,
        provider: envelope.provider,
    })
}

/// An envelope; no variant where it is one that is not judged.
struct Envelope<'a> {
    agent: Option<RawStr<'a>>,
    provider: Option<RawStr<'a>>,
    variant: Option<(EventKind, Fields<'a>)>,
}

fn envelope(text: &str) -> Result<Envelope<'_>, Malformed> {
    let (mut identity, mut provider, mut event) = (None, None, None);
    let mut scanner = Scanner::new(text);
    scanner.object(|scanner, key| match key {
        "identity" => once(&mut identity, read_identity(scanner)?),
        "provider" => once(&mut provider, read_provider(scanner)?),
        "event" => once(&mut event, read_variant(scanner)?),
        _ => scanner.skip(),
    })?;
    scanner.end()?;
    Ok(Envelope {
        agent: identity.flatten(),
        provider: provider.flatten(),
        variant: event.ok_or(Malformed)?,
    })
}

/// Two values under one key could be read either way; such a line is not trusted.
fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), Malformed> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Malformed),
    }
}

fn read_identity<'a>(scanner: &mut Scanner<'a>) -> Result<Option<RawStr<'a>>, Malformed> {
    if scanner.null() {
        return Ok(None);
    }
    let (mut agent, mut task, mut session) = (None, None, None);
    scanner.object(|scanner, key| match key {
        "agent" => once(&mut agent, string_or_null(scanner)?),
        "task" => once(&mut task, string_or_null(scanner)?),
        "session" => once(&mut session, string_or_null(scanner)?),
        _ => scanner.skip(),
    })?;
    Ok(agent.flatten())
}

fn string_or_null<'a>(scanner: &mut Scanner<'a>) -> Result<Option<RawStr<'a>>, Malformed> {
    if scanner.null() {
        return Ok(None);
    }
    scanner.string().map(Some)
}

/// A provider is `"Name"`, `{"Other": "name"}` or `null`.
fn read_provider<'a>(scanner: &mut Scanner<'a>) -> Result<Option<RawStr<'a>>, Malformed> {
    if scanner.peek() != Some(b'{') {
        return string_or_null(scanner);
    }
    let mut other = None;
    scanner.object(|scanner, key| match key {
        "Other" => once(&mut other, scanner.string()?),
        _ => Err(Malformed),
    })?;
    other.map(Some).ok_or(Malformed)
}

fn read_variant<'a>(
    scanner: &mut Scanner<'a>,
) -> Result<Option<(EventKind, Fields<'a>)>, Malformed> {
    let mut variant = None;
    scanner.object(|scanner, key| {
        let read = if let Some(kind) = EventKind::from_word(key) {
            Some((kind, fields::read(kind, scanner)?))
        } else {
            scanner.skip()?;
            None
        };
        once(&mut variant, read)
    })?;
    variant.ok_or(Malformed)
}
