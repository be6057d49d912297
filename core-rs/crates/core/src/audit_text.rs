//! What an audit line says about an event: JSON that is safe to print, without the secrets of the
//! event.
//!
//! No character in it can move a terminal's cursor, hide text, reverse its direction, or end a
//! line.

use std::fmt::Write;

use sentry_text::truncate;

use crate::decision::Word;
use crate::event::{Event, EventKind, Id, labels};
use crate::redact::LazyDetectors;

/// The most bytes of a subject that an audit line shows.
const MAX_SUBJECT: usize = 300;

/// The most bytes of a session or a task that an audit line shows.
const MAX_LABEL: usize = 256;

/// The bytes of a subject that are searched for secrets. More than an audit line shows, since a
/// secret that is cut must be recognised; not all, since every block pays for the search.
const MAX_SCANNED_SUBJECT: usize = 1024;

/// The most bytes that [`shown`] keeps of a text.
pub const MAX_SHOWN: usize = 4096;

/// Shown in place of a text that could not be searched for secrets.
const NOT_SHOWN: &str = "(not shown: the search for secrets failed)";

/// The kinds of secret that stay readable in command lines and log messages: a command may name the
/// host that it sends to as an e-mail address.
const READABLE: &[&str] = &["email"];

/// Appends the three lines that describe a line of events: its head, its target as a JSON string,
/// and its tail. Head and tail are members of a JSON object, without its braces. Without an event,
/// the head is empty; without a target, the target is.
///
/// The head has `"agent"`, if the event has one, `"event"` and `"subject"`. Secrets in contents and
/// command lines are replaced by placeholders. A subject is cut at 300 bytes, at a whole character.
/// The tail has `"id"`, `"pid"`, `"session"` and `"task"`, those that the line has; sessions and
/// tasks are cut at 256 bytes.
///
/// ```
/// use sentry_core::{audit_text, event::{self, Scratch}, policy::Redact, redact::LazyDetectors};
/// let mut scratch = Scratch::default();
/// let line = br#"{"event":{"ToolExec":{"pid":7,"argv":["ls","\u001b"]}}}"#;
/// let event = event::parse(line, &mut scratch).unwrap();
/// let mut out = String::new();
/// let (target, mut detectors) = (event.target(), LazyDetectors::new(Redact::default()));
/// audit_text::write_summary(line, Some(&event), target.as_deref(), &mut detectors, &mut out);
/// assert_eq!(out, "\"event\":\"ToolExec\",\"subject\":\"ls \\u001b\"\n\"ls\"\n\"pid\":7\n");
/// ```
pub fn write_summary(
    line: &[u8],
    event: Option<&Event<'_>>,
    target: Option<&str>,
    detectors: &mut LazyDetectors,
    out: &mut String,
) {
    if let Some(event) = event {
        match readable_secrets(event.kind) {
            Some(readable) => {
                let subject =
                    without_secrets(event.subject, MAX_SCANNED_SUBJECT, readable, detectors);
                write_members(event, &subject, out);
            }
            None => write_members(event, event.subject, out),
        }
    }
    out.push('\n');
    if let Some(target) = target {
        write_json(target, out);
    }
    out.push('\n');
    write_labels(line, event, out);
    out.push('\n');
}

/// Appends the three lines that describe a line that is too long to be read, as [`write_summary`]
/// does. `start` is how it begins. The head has `"agent"`, if the beginning has one, and `"subject"`:
/// the beginning itself.
///
/// ```
/// use sentry_core::{audit_text, policy::Redact, redact::LazyDetectors};
/// let mut out = String::new();
/// let start = br#"{"id":7,"event":{"Dns":"#;
/// audit_text::write_oversized(start, &mut LazyDetectors::new(Redact::default()), &mut out);
/// assert_eq!(out, "\"subject\":\"{\\\"id\\\":7,\\\"event\\\":{\\\"Dns\\\":\"\n\n\"id\":7\n");
/// ```
pub fn write_oversized(start: &[u8], detectors: &mut LazyDetectors, out: &mut String) {
    let start = String::from_utf8_lossy(start);
    if let Some(agent) = labels(start.as_bytes()).agent() {
        write_agent(&agent, out);
    }
    let subject = without_secrets(&start, MAX_SCANNED_SUBJECT, &[], detectors);
    out.push_str("\"subject\":");
    write_json(truncate(&subject, MAX_SUBJECT), out);
    out.push_str("\n\n");
    write_labels(start.as_bytes(), None, out);
    out.push('\n');
}

/// The beginning of a text, at most [`MAX_SHOWN`] bytes of it, as a log may show it: secrets are
/// replaced by placeholders, except e-mail addresses.
pub fn shown(text: &str, detectors: &mut LazyDetectors) -> String {
    without_secrets(text, MAX_SHOWN, READABLE, detectors)
}

/// The kinds of secret that an audit line leaves readable in the subject of an event; `None`: the
/// subject is not searched for secrets.
fn readable_secrets(kind: EventKind) -> Option<&'static [&'static str]> {
    match kind {
        EventKind::SslContent | EventKind::ToolCall => Some(&[]),
        EventKind::ToolExec => Some(READABLE),
        EventKind::SecurityAction
        | EventKind::Egress
        | EventKind::Dns
        | EventKind::FileAccess
        | EventKind::FileDelete
        | EventKind::LlmActivations => None,
    }
}

#[inline(never)]
/// The secrets of a command line that is shown, with their kinds. None if it could not be searched: what is
/// shown of it then says so.
pub(crate) fn secrets(text: &str, detectors: &mut LazyDetectors) -> Vec<(String, String)> {
    let detectors = detectors.get();
    let found = detectors.and_then(|detectors| detectors.secrets(text, MAX_SHOWN, READABLE));
    found.unwrap_or_default()
}

fn without_secrets(
    text: &str,
    max_bytes: usize,
    readable: &[&str],
    detectors: &mut LazyDetectors,
) -> String {
    let detectors = detectors.get();
    let masked = detectors.and_then(|detectors| detectors.mask(text, max_bytes, readable));
    masked.unwrap_or_else(|| NOT_SHOWN.to_owned())
}

fn write_members(event: &Event<'_>, subject: &str, out: &mut String) {
    if let Some(agent) = event.agent() {
        write_agent(&agent, out);
    }
    out.push_str("\"event\":\"");
    out.push_str(event.kind.as_word());
    out.push_str("\",\"subject\":");
    write_json(truncate(subject, MAX_SUBJECT), out);
}

fn write_agent(agent: &str, out: &mut String) {
    out.push_str("\"agent\":");
    write_json(agent, out);
    out.push(',');
}

fn write_labels(line: &[u8], event: Option<&Event<'_>>, out: &mut String) {
    let line = String::from_utf8_lossy(line);
    let labels = labels(line.as_bytes());
    let mut separator = "";
    let mut key = |key: &str, out: &mut String| {
        out.push_str(separator);
        out.push_str(key);
        separator = ",";
    };
    if let Some(id) = &labels.id {
        key("\"id\":", out);
        match id {
            Id::Text(text) => write_json(text, out),
            Id::Number(number) => out.push_str(number),
        }
    }
    if let Some(event) = event {
        key("\"pid\":", out);
        out.push_str(&event.pid.to_string());
    }
    for (name, label) in [
        ("\"session\":", labels.session()),
        ("\"task\":", labels.task()),
    ] {
        if let Some(label) = label {
            key(name, out);
            write_json(truncate(&label, MAX_LABEL), out);
        }
    }
}

/// Appends a text as a JSON string, with the escapes of `JSON.stringify`, and an escape for every
/// other unsafe character.
fn write_json(text: &str, out: &mut String) {
    out.push('"');
    let mut from = 0;
    for (at, c) in text.char_indices().filter(|&(_, c)| is_unsafe(c)) {
        out.push_str(text.get(from..at).unwrap_or_default());
        from = at + c.len_utf8();
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            // Writing to a `String` cannot fail.
            _ => drop(write!(out, "\\u{:04x}", u32::from(c))),
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out.push('"');
}

/// Quotes, control characters, marks that change the direction of text, and the line separators of
/// other readers. All except the quotes are what the Node package's `escape-terminal.ts` escapes.
fn is_unsafe(c: char) -> bool {
    matches!(c,
        '"' | '\\' | '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{self, Scratch};
    use crate::policy::Redact;

    /// Looks like a key of GitHub's. Not written out, so that no scanner takes it for one.
    fn key() -> String {
        format!("ghp_{}", "0".repeat(36))
    }

    /// The head and the target of an event.
    fn summary(event: &str, detectors: &mut LazyDetectors) -> String {
        let lines = all_lines(&format!(r#"{{"event":{event}}}"#), detectors);
        lines.strip_suffix("\"pid\":1\n").unwrap().to_owned()
    }

    fn all_lines(line: &str, detectors: &mut LazyDetectors) -> String {
        let mut scratch = Scratch::default();
        let event = event::parse(line.as_bytes(), &mut scratch).ok();
        let mut out = String::new();
        let target = event.as_ref().and_then(Event::target);
        let target = target.as_deref();
        write_summary(line.as_bytes(), event.as_ref(), target, detectors, &mut out);
        out
    }

    #[test]
    fn the_tail_has_the_labels_that_the_line_has() {
        let tail = |line: &str| {
            let out = all_lines(line, &mut LazyDetectors::new(Redact::default()));
            out.lines().nth(2).unwrap().to_owned()
        };
        let identity = r#"{"agent":"py","task":"7","session":"\u202e"}"#;
        let event = r#"{"Dns":{"pid":9,"query":"x"}}"#;
        assert_eq!(
            tail(&format!(
                r#"{{"id":"q\"1","identity":{identity},"event":{event}}}"#
            )),
            r#""id":"q\"1","pid":9,"session":"\u202e","task":"7""#
        );
        assert_eq!(
            tail(&format!(r#"{{"event":{event},"id":-0.5}}"#)),
            r#""id":-0.5,"pid":9"#
        );
        assert_eq!(tail(r#"{"id":3,"event":{"Dns":{}}}"#), r#""id":3"#);
        assert_eq!(tail("not an event"), "");
        let mut bytes = Vec::from(br#"{"event":{"Dns":{"pid":9,"query":""#);
        bytes.extend(b"\xff\"}},\"id\":4}");
        let mut out = String::new();
        write_labels(&bytes, None, &mut out);
        assert_eq!(out, r#""id":4"#, "behind bytes that are not UTF-8");
        let long = format!(
            r#"{{"identity":{{"task":"{}"}},"event":{event}}}"#,
            "ö".repeat(200)
        );
        assert_eq!(
            tail(&long),
            format!(r#""pid":9,"task":"{}""#, "ö".repeat(128))
        );
    }

    #[test]
    fn every_unsafe_character_is_escaped_and_no_other() {
        let cases = [
            ("plain é 中 😀 /", r#""plain é 中 😀 /""#),
            ("\"\\\u{8}\t\n\u{c}\r", r#""\"\\\b\t\n\f\r""#),
            (
                "\0\u{1b}\u{1f}\u{7f}\u{9f}",
                r#""\u0000\u001b\u001f\u007f\u009f""#,
            ),
            (
                "a\u{61c}\u{200e}\u{2028}\u{202e}\u{2069}b",
                r#""a\u061c\u200e\u2028\u202e\u2069b""#,
            ),
            (
                "\u{a0}\u{200d}\u{2065}\u{feff}",
                "\"\u{a0}\u{200d}\u{2065}\u{feff}\"",
            ),
        ];
        for (given, expected) in cases {
            let mut out = String::new();
            write_json(given, &mut out);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn a_subject_is_cut_at_300_bytes() {
        let path = "x".repeat(400);
        let event = format!(r#"{{"FileDelete":{{"pid":1,"path":"/{path}"}}}}"#);
        let out = summary(&event, &mut LazyDetectors::new(Redact::default()));
        let expected = format!(
            "\"event\":\"FileDelete\",\"subject\":\"/{}\"\n\"/{path}\"\n",
            "x".repeat(299)
        );
        assert_eq!(out, expected);
    }

    #[test]
    fn a_subject_is_cut_at_a_whole_character() {
        // The 300th byte is the first half of a character.
        let event = format!(
            r#"{{"FileDelete":{{"pid":1,"path":"/{}"}}}}"#,
            "ö".repeat(400)
        );
        let out = summary(&event, &mut LazyDetectors::new(Redact::default()));
        let (members, _) = out.split_once('\n').unwrap();
        let shown = format!("/{}", "ö".repeat(149));
        assert_eq!(shown.len(), 299);
        assert_eq!(
            members,
            format!("\"event\":\"FileDelete\",\"subject\":\"{shown}\"")
        );
    }

    #[test]
    fn contents_lose_all_secrets_and_commands_all_but_addresses() {
        let mut detectors = LazyDetectors::new(Redact::default());
        let key = key();
        let text = format!("{key} bob@example.com");
        let content = format!(r#"{{"SslContent":{{"pid":1,"is_read":false,"content":"{text}"}}}}"#);
        assert_eq!(
            summary(&content, &mut detectors),
            "\"event\":\"SslContent\",\"subject\":\"{{A3S_REDACTED:github_token:1}} {{A3S_REDACTED:email:1}}\"\n\n"
        );
        let command = format!(r#"{{"ToolExec":{{"pid":1,"argv":["scp","{text}"]}}}}"#);
        assert_eq!(
            summary(&command, &mut detectors),
            "\"event\":\"ToolExec\",\"subject\":\"scp {{A3S_REDACTED:github_token:1}} bob@example.com\"\n\"scp\"\n"
        );
        let message = shown(&text, &mut detectors);
        assert_eq!(message, "{{A3S_REDACTED:github_token:1}} bob@example.com");
    }

    #[test]
    fn paths_and_names_are_shown_as_they_are_without_building_detectors() {
        let mut detectors = LazyDetectors::new(Redact::default());
        let event = r#"{"Dns":{"pid":1,"query":"bob@example.com"}}"#;
        let out = summary(event, &mut detectors);
        assert_eq!(out, "\"event\":\"Dns\",\"subject\":\"bob@example.com\"\n\n");
        assert!(!detectors.is_built());
    }

    #[test]
    fn a_secret_that_the_cut_goes_through_is_not_shown() {
        let mut detectors = LazyDetectors::new(Redact::default());
        let command = format!(
            r#"{{"ToolExec":{{"pid":1,"argv":["{} {}"]}}}}"#,
            "x".repeat(280),
            key()
        );
        let out = summary(&command, &mut detectors);
        assert!(!out.lines().next().unwrap().contains("ghp_"), "{out}");
        let long = format!("{} {}", "x".repeat(MAX_SHOWN - 20), key());
        assert!(!shown(&long, &mut detectors).contains("ghp_"));
    }

    #[test]
    fn a_text_that_cannot_be_searched_is_not_shown() {
        let mut detectors = LazyDetectors::too_large();
        assert_eq!(shown("anything", &mut detectors), NOT_SHOWN);
        let event = r#"{"SslContent":{"pid":1,"is_read":false,"content":"anything"}}"#;
        assert!(summary(event, &mut detectors).contains(NOT_SHOWN));
    }
}
