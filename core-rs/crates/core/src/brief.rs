//! What an audit line says of an event: JSON, in which no character can move a terminal's cursor, hide
//! text, turn it around, or end a line.

use std::fmt::Write;

use crate::decision::Word;
use crate::event::Event;

/// The most bytes of a subject that an audit line shows.
const MAX_SUBJECT: usize = 300;

/// Appends the members `"agent":…,"event":…,"subject":…`, without the braces of their object. An event
/// without an agent has no such member. `subject` is what is to be shown as the event's; it is cut at 300 bytes, at a
/// whole character.
///
/// ```
/// use sentry_core::{brief, event::{self, Scratch}};
/// let mut scratch = Scratch::default();
/// let event = event::parse(br#"{"event":{"ToolExec":{"pid":7,"argv":["ls","\u001b"]}}}"#, &mut scratch);
/// let mut out = String::new();
/// let event = event.unwrap();
/// brief::members(&event, event.subject, &mut out);
/// assert_eq!(out, r#""event":"ToolExec","subject":"ls \u001b""#);
/// ```
pub fn members(event: &Event<'_>, subject: &str, out: &mut String) {
    if let Some(agent) = event.agent() {
        out.push_str("\"agent\":");
        text(&agent, out);
        out.push(',');
    }
    out.push_str("\"event\":\"");
    out.push_str(event.kind.as_word());
    out.push_str("\",\"subject\":");
    text(beginning(subject, MAX_SUBJECT), out);
}

/// Appends a text as JSON, with the escapes that `JSON.stringify` makes, and escapes for all other
/// characters that a terminal or a reader of lines could be led astray by.
pub fn text(text: &str, out: &mut String) {
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
            // A `String` takes whatever is written to it.
            _ => drop(write!(out, "\\u{:04x}", u32::from(c))),
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out.push('"');
}

/// Quotes, controls, the marks that turn the direction of text, and line separators of other readers:
/// all but the quotes are what `packages/node/src/visible.ts` escapes.
fn is_unsafe(c: char) -> bool {
    matches!(c,
        '"' | '\\' | '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// At most so many bytes of a text, whole characters of it.
pub(crate) fn beginning(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_every_unsafe_character_escaped_and_no_other() {
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
            text(given, &mut out);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn a_subject_is_cut_at_a_whole_character() {
        let long = format!("x{}", "ö".repeat(400));
        assert_eq!(beginning(&long, MAX_SUBJECT).len(), 299);
        assert_eq!(beginning(&"x".repeat(301), MAX_SUBJECT).len(), 300);
        assert_eq!(beginning("short", MAX_SUBJECT), "short");
    }
}
