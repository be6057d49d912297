//! Whole events in a damaged line.
//!
//! A collector that dies leaves half a line without a newline, and the next one continues it with
//! a whole object; so do writers that share a pipe. The damage must not hide that object.

use std::ops::Range;

use super::json::Scanner;
use super::parse::{parse, trim};
use super::{NotEvent, Scratch};

/// How often a line is looked through, in multiples of its length. Each object that is open where a
/// line is cut costs one.
const MAX_PASSES: usize = 16;

/// The bytes of a line that are looked at in any case, however often: a collector that dies again
/// and again leaves many halves in one line.
const MIN_BUDGET: usize = 1 << 20;

/// What a damaged line contains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Whole events, and the damage between them, in order. Empty for a line without an event.
    pub found: Vec<Range<usize>>,
    /// The rest of the line, if it has so many halves of objects that looking for events in it would
    /// take too long.
    pub unsearched: Option<Range<usize>>,
}

impl Parts {
    /// Whether the line is to be judged as a whole.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty() && self.unsearched.is_none()
    }
}

/// The parts of a damaged line that contains whole events. Empty also for a line that does not begin
/// with `{` or NUL, and for a line that is JSON, whatever its values contain. Events with nothing to
/// judge count as events.
///
/// ```
/// use sentry_event::{Scratch, parts};
/// let line = br#"{"event":{"Dns":{"pid":1,"que{"event":{"Dns":{"pid":2,"query":"b"}}}"#;
/// let found = parts(line, &mut Scratch::default());
/// assert_eq!(found.found, [0..29, 29..line.len()]);
/// ```
pub fn parts(line: &[u8], scratch: &mut Scratch) -> Parts {
    let mut parts = Vec::new();
    if !is_damaged(line) {
        return Parts::default();
    }
    let mut budget = line.len().saturating_mul(MAX_PASSES).max(MIN_BUDGET);
    let (mut at, mut done) = (0, 0);
    while let Some(start) = next_object(line, at) {
        at = start + 1;
        let end = object_end(line, start);
        let scanned = end.unwrap_or(line.len()) - start;
        let Some(left) = budget.checked_sub(scanned) else {
            return Parts {
                found: parts,
                unsearched: Some(done..line.len()),
            };
        };
        budget = left;
        let Some(end) = end else { continue };
        let object = line.get(start..end).unwrap_or_default();
        if matches!(parse(object, scratch), Ok(_) | Err(NotEvent::Unmodelled)) {
            push_damage(line, done..start, &mut parts);
            parts.push(start..end);
            (at, done) = (end, end);
        }
    }
    if done > 0 {
        push_damage(line, done..line.len(), &mut parts);
    }
    Parts {
        found: parts,
        unsearched: None,
    }
}

fn push_damage(line: &[u8], part: Range<usize>, parts: &mut Vec<Range<usize>>) {
    let text = line.get(part.clone()).unwrap_or_default();
    if !text.trim_ascii().is_empty() {
        parts.push(part);
    }
}

/// Whether a line begins as an object and is not JSON. A file may have NULs where its last bytes
/// were lost in a crash of the system, and the next line continues them.
fn is_damaged(line: &[u8]) -> bool {
    let first = line
        .iter()
        .find(|&&byte| byte != 0 && !byte.is_ascii_whitespace());
    if first != Some(&b'{') {
        return false;
    }
    let mut scanner = Scanner::new(trim(line).unwrap_or(line));
    scanner.skip().and_then(|()| scanner.end()).is_err()
}

/// The next brace that opens an object with a named member. In what a JSON writer writes, it is
/// never part of a text: there, a quote is escaped, or ends the text.
fn next_object(line: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr(b'{', line.get(at..)?)?;
        let mut rest = line.get(at + 1..).unwrap_or_default().iter();
        let quote = rest.find(|byte| !byte.is_ascii_whitespace());
        if quote == Some(&b'"') && rest.next().is_some_and(u8::is_ascii_alphabetic) {
            return Some(at);
        }
        at += 1;
    }
}

/// The end of the object that begins at `start`, by its brackets alone; `None` if it has none.
fn object_end(line: &[u8], start: usize) -> Option<usize> {
    let mut open = 0_usize;
    let mut at = start;
    loop {
        match line.get(at)? {
            b'{' | b'[' => open += 1,
            b'}' | b']' => {
                open -= 1;
                if open == 0 {
                    return Some(at + 1);
                }
            }
            b'"' => at = text_end(line, at + 1)?,
            _ => {}
        }
        at += 1;
    }
}

/// The closing quote of the text that begins at `at`.
fn text_end(line: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match line.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = r#"{"identity":{"agent":"a"},"event":{"Dns":{"pid":1,"query":"a{"}}}"#;
    const B: &str = r#"{ "event":{"ToolExec":{"pid":2,"argv":["b","{\"","{"]}}}"#;

    fn found(line: &str) -> Vec<&str> {
        let parts = parts(line.as_bytes(), &mut Scratch::default());
        assert_eq!(parts.unsearched, None);
        parts.found.into_iter().map(|range| &line[range]).collect()
    }

    #[test]
    fn a_whole_event_behind_half_of_another_is_found_wherever_that_is_cut() {
        for half in [A, B] {
            for end in 1..half.len() {
                let half = &half[..end];
                assert_eq!(found(&format!("{half}{B}")), [half, B]);
            }
        }
        assert_eq!(found(&format!("{{\"a\":1{B}")), ["{\"a\":1", B]);
    }

    #[test]
    fn all_whole_events_of_a_line_are_found() {
        let cut = &A[..40];
        assert_eq!(found(&format!("{A}{B}")), [A, B]);
        assert_eq!(found(&format!(" {A} {B}\r")), [A, B]);
        assert_eq!(found(&format!("{A}{cut}")), [A, cut]);
        let both = format!("{cut}{cut}");
        assert_eq!(
            found(&format!("{both}{B}{cut}{A}x")),
            [&both, B, cut, A, "x"]
        );
        let skipped = r#"{"event":{"LlmCall":{}}}"#;
        assert_eq!(found(&format!("{cut}{skipped}")), [cut, skipped]);
    }

    #[test]
    fn an_event_behind_many_halves_is_found() {
        for end in [40, A.len() - 1] {
            let halves = A[..end].repeat(64);
            assert_eq!(found(&format!("{halves}{B}")), [&halves, B]);
        }
    }

    #[test]
    fn an_event_behind_lost_bytes_is_found() {
        assert_eq!(found(&format!("\0\0{B}")), ["\0\0", B]);
        assert_eq!(
            found(&format!("{}\0\0{B}", &A[..40])),
            [&format!("{}\0\0", &A[..40]), B]
        );
        assert!(found(&format!("\0log {B}")).is_empty());
    }

    #[test]
    fn a_byte_that_is_not_utf8_does_not_hide_an_event_behind_damage() {
        let mut line = format!("{}{B}", &A[..40]).into_bytes();
        let at = line.iter().rposition(|&byte| byte == b'b').unwrap();
        line[at] = 0xff;
        let found = parts(&line, &mut Scratch::default());
        assert_eq!(found.found, [0..40, 40..line.len()]);
    }

    #[test]
    fn other_lines_contain_no_event() {
        let wrapped = format!(r#"{{"log":{B}}}"#);
        let quoted = format!("{{\"log\":{A:?}");
        let before = format!("INFO {A}");
        for line in [&wrapped, &quoted, &before, "", "{", "{\"", "{\"a", "x{\"a"] {
            assert_eq!(found(line), [""; 0], "{line}");
        }
    }

    #[test]
    fn damage_that_would_take_too_long_to_search_is_no_line_without_events() {
        let half = format!("{{\"a\":[{}", "1,".repeat(2000));
        let line = format!("{A}{}{B}", half.repeat(100));
        let parts = parts(line.as_bytes(), &mut Scratch::default());
        assert_eq!(parts.found, std::slice::from_ref(&(0..A.len())));
        assert_eq!(parts.unsearched, Some(A.len()..line.len()));
    }

    #[test]
    fn damage_takes_linear_time() {
        for unit in [
            "{\"a\":",
            "{\"a",
            "{",
            "{ ",
            "[{\"a\":\"",
            "{\"event\":{\"Dns\":",
        ] {
            let line = unit.repeat((4 << 20) / unit.len());
            let parts = parts(line.as_bytes(), &mut Scratch::default());
            assert!(parts.found.is_empty());
        }
    }
}
