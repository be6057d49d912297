//! The labels of a line: its id, agent, session and task. No rule reads them; they go into audit
//! lines, so that a line can be matched to its event.

use std::borrow::Cow;

use super::json::{Scanned, Scanner};
use super::keys::keys;
use super::parse::trim;
use super::raw::RawStr;

/// The most bytes of an id. A longer one is left out: a part of it would be another id.
const MAX_ID: usize = 256;

/// What a line says about itself, beside the event. Labels of another type than the contract's are
/// left out.
#[derive(Debug, Default)]
pub struct Labels<'a> {
    /// `id` of the envelope, at most 256 bytes.
    pub id: Option<Id<'a>>,
    agent: Option<RawStr<'a>>,
    session: Option<RawStr<'a>>,
    task: Option<RawStr<'a>>,
}

/// An id that the sender chose.
#[derive(Debug)]
pub enum Id<'a> {
    /// The text of a JSON string.
    Text(Cow<'a, str>),
    /// A JSON number, as written.
    Number(&'a str),
}

impl Labels<'_> {
    /// `identity.agent`.
    pub fn agent(&self) -> Option<Cow<'_, str>> {
        self.agent.map(RawStr::decode)
    }

    /// `identity.session`.
    pub fn session(&self) -> Option<Cow<'_, str>> {
        self.session.map(RawStr::decode)
    }

    /// `identity.task`.
    pub fn task(&self) -> Option<Cow<'_, str>> {
        self.task.map(RawStr::decode)
    }
}

keys! {
    enum EnvelopeKey {
        Id = "id",
        Identity = "identity",
    }
}

keys! {
    enum IdentityKey {
        Agent = "agent",
        Task = "task",
        Session = "session",
    }
}

/// Reads the labels of a line. In a damaged line, those before the damage: its sender waits for an
/// answer too.
///
/// ```
/// use sentry_event::{Id, labels};
/// let line = br#"{"id":7,"identity":{"session":"s1"},"event":{"Dns":"#;
/// let labels = labels(line);
/// assert!(matches!(labels.id, Some(Id::Number("7"))));
/// assert_eq!(labels.session().as_deref(), Some("s1"));
/// assert_eq!(labels.task(), None);
/// ```
pub fn labels(line: &[u8]) -> Labels<'_> {
    let mut labels = Labels::default();
    let mut scanner = Scanner::new(trim(line).unwrap_or_default());
    let _: Scanned<()> = scanner.object(|scanner, key| match key {
        EnvelopeKey::Id => read_id(scanner).map(|id| labels.id = id),
        EnvelopeKey::Identity if scanner.peek() == b'{' => read_identity(scanner, &mut labels),
        EnvelopeKey::Identity | EnvelopeKey::Other => scanner.skip(),
    });
    labels
}

fn read_identity<'a>(scanner: &mut Scanner<'a>, labels: &mut Labels<'a>) -> Scanned<()> {
    scanner.object(|scanner, key| match key {
        IdentityKey::Agent => read_text(scanner).map(|agent| labels.agent = agent),
        IdentityKey::Task => read_text(scanner).map(|task| labels.task = task),
        IdentityKey::Session => read_text(scanner).map(|session| labels.session = session),
        IdentityKey::Other => scanner.skip(),
    })
}

/// A string; `None` for another value, which is skipped.
fn read_text<'a>(scanner: &mut Scanner<'a>) -> Scanned<Option<RawStr<'a>>> {
    if scanner.peek() == b'"' {
        return scanner.string().map(Some);
    }
    scanner.skip()?;
    Ok(None)
}

fn read_id<'a>(scanner: &mut Scanner<'a>) -> Scanned<Option<Id<'a>>> {
    if matches!(scanner.peek(), b'-' | b'0'..=b'9') {
        let start = scanner.at;
        scanner.finite_number()?;
        let number = scanner.line.get(start..scanner.at).unwrap_or_default();
        let number = std::str::from_utf8(number).ok();
        return Ok(number.filter(|text| text.len() <= MAX_ID).map(Id::Number));
    }
    let text = read_text(scanner)?.map(RawStr::decode);
    Ok(text.filter(|text| text.len() <= MAX_ID).map(Id::Text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(value: &str) -> Option<String> {
        let line = format!(r#"{{"event":{{}},"id":{value}}}"#);
        labels(line.as_bytes()).id.map(|id| match id {
            Id::Text(text) => format!("text {text}"),
            Id::Number(number) => format!("number {number}"),
        })
    }

    #[test]
    fn an_id_is_a_string_or_a_number_as_written() {
        assert_eq!(id(r#""a\u0041""#).as_deref(), Some("text aA"));
        assert_eq!(
            id("12345678901234567890").as_deref(),
            Some("number 12345678901234567890")
        );
        assert_eq!(id(" -1.50e3 ").as_deref(), Some("number -1.50e3"));
        for other in ["null", "true", "[1]", "{}", "01", "1e999", "x"] {
            assert_eq!(id(other), None, "{other}");
        }
    }

    #[test]
    fn an_id_of_more_than_256_bytes_is_left_out() {
        assert!(id(&format!("\"{}\"", "x".repeat(MAX_ID))).is_some());
        assert!(id(&format!("\"{}\"", "x".repeat(MAX_ID + 1))).is_none());
        assert!(id(&"1".repeat(MAX_ID)).is_some());
        assert!(id(&format!("0.{}", "0".repeat(MAX_ID))).is_none());
    }

    #[test]
    fn labels_of_other_types_are_left_out_and_no_line_is_an_error() {
        for line in [
            r#"{"identity":{"task":7,"session":null}}"#,
            r#"{"identity":"py"}"#,
            "[1]",
            "",
            "{",
        ] {
            let labels = labels(line.as_bytes());
            assert!(labels.id.is_none() && labels.task().is_none() && labels.session().is_none());
        }
    }
}
