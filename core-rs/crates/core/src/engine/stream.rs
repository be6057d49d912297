//! A stream of lines in chunks: judges many events in one call, and returns only those that need
//! attention.

use serde::Serialize;

use super::judgement::SAME_LINE;
use super::{Comparison, Engine, Judgement};
use crate::event::{self, EventKind, NotEvent, Scratch, fault, has_kind_without_action};

/// The longest line that is judged, in bytes without the newline. Collectors export up to 2 MiB of
/// arguments. Nobody knows what a longer line contains, so it must not pass as harmless: it gets a
/// row, with the code of [`NotEvent::Oversized`].
pub const MAX_LINE: usize = 4 << 20;

/// The bytes that the row of a line over [`MAX_LINE`] has: its beginning.
pub const OVERSIZED_KEPT: usize = 4096;

/// The memory that is kept for the next chunk, in bytes.
const MAX_KEPT: usize = 2 << 20;

/// One line that needs attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where the line starts in [`LineStream::text`].
    pub start: usize,
    /// The length of the line in bytes, without the newline.
    pub len: usize,
    /// The packed [`Judgement`](super::Judgement).
    pub code: u32,
    /// The number of the line in the stream, from 1.
    pub line: u64,
}

impl Row {
    /// Whether the line is longer than [`MAX_LINE`].
    pub fn is_oversized(&self) -> bool {
        self.code == Judgement::of_not_event(NotEvent::Oversized).code()
    }
}

/// One malformed line in so many has a row, as a sample.
const SAMPLE_EVERY: u64 = 1000;

/// So many lines of kinds that are not judged are examined for a mistyped kind.
const MAX_EXAMINED: u64 = 1000;

/// The totals of a stream so far. A damaged line that contains events counts as one malformed line,
/// and they count as events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Counters {
    /// All lines.
    #[cfg_attr(test, ts(type = "number"))]
    pub lines: u64,
    /// Lines that were judged.
    #[cfg_attr(test, ts(type = "number"))]
    pub events: u64,
    /// Valid lines of a variant that is not judged.
    #[cfg_attr(test, ts(type = "number"))]
    pub unmodelled: u64,
    /// Lines that are not events.
    #[cfg_attr(test, ts(type = "number"))]
    pub malformed: u64,
    /// Lines longer than [`MAX_LINE`], which are escalations.
    #[cfg_attr(test, ts(type = "number"))]
    pub oversized: u64,
}

/// Splits chunks into lines and judges them. Memory is bounded: at most one chunk and one line.
///
/// A line over [`MAX_LINE`] always has a row, with its first [`OVERSIZED_KEPT`] bytes. Whole events
/// within a damaged line, and the damage between them, are judged as if they were lines; the codes of
/// their rows have [`SAME_LINE`], except for the first part.
///
/// ```
/// use sentry_core::{engine::{Engine, LineStream}, policy::check};
/// let engine = Engine::new(check("", &|_| None).policy.unwrap()).unwrap();
/// let mut stream = LineStream::default();
/// let chunk = b"not json\n{\"event\":{\"Dns\":{\"pid\":1,\"query\":\"x.oast.fun\"}}}\n{\"event";
/// stream.input_buffer(chunk.len()).copy_from_slice(chunk);
/// let rows = stream.feed(&engine, chunk.len());
/// let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
/// assert_eq!(lines, [1, 2], "a sample of malformed lines, and a block");
/// assert_eq!(stream.counters().malformed, 1);
/// ```
#[derive(Debug, Default)]
pub struct LineStream {
    /// The unfinished line, then the chunk, then unused bytes from an earlier, longer chunk: so
    /// only growing has to fill bytes with zeros.
    buffer: Vec<u8>,
    /// The length of the unfinished line.
    carried: usize,
    /// The number of bytes before the unfinished line, which have been judged.
    done: usize,
    /// Whether the rest of an oversized line is being skipped.
    skipping: bool,
    /// Whether every line gets a row, even if it is not an event.
    every: bool,
    /// Whether every event of a model's activations gets a row.
    activations: bool,
    /// Malformed lines that are not blank.
    damaged: u64,
    /// Lines of kinds that are not judged that were examined for a mistyped kind. Ends at the first.
    examined: u64,
    rows: Vec<Row>,
    /// The policy that lines are also judged by.
    comparison: Option<Comparison>,
    /// For each row the code by that policy.
    others: Vec<u32>,
    /// The code by that policy of the line that was judged last.
    other: u32,
    counters: Counters,
    scratch: Scratch,
}

impl LineStream {
    /// A buffer for the next chunk of `len` bytes. Earlier rows become invalid.
    pub fn input_buffer(&mut self, len: usize) -> &mut [u8] {
        if self.done > 0 {
            let carried = self.done..self.done + self.carried;
            self.buffer.copy_within(carried, 0);
            self.done = 0;
        }
        self.rows.clear();
        self.others.clear();
        self.scratch.give_back();
        let end = self.carried + len;
        if self.buffer.len() > MAX_KEPT && end <= MAX_KEPT {
            self.buffer.truncate(end);
            self.buffer.shrink_to_fit();
        }
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        self.buffer.get_mut(self.carried..end).unwrap_or_default()
    }

    /// From now on, returns a row for every line if `every` is set, otherwise only for those that
    /// need attention.
    pub fn set_every(&mut self, every: bool) {
        self.every = every;
    }

    /// From now on, also judges each line by an older policy. [`LineStream::feed`] must then always be
    /// given the policy that `comparison` is with.
    pub fn compare_with(&mut self, comparison: Comparison) {
        self.comparison = Some(comparison);
    }

    /// For each row the code of the judgement by the older policy; empty without one. It has no bits
    /// about targets.
    pub fn others(&self) -> &[u32] {
        &self.others
    }

    /// From now on, also returns a row for each [`EventKind::LlmActivations`], whatever the rules
    /// decide: another tier judges these events.
    pub fn include_activations(&mut self) {
        self.activations = true;
    }

    /// Judges all lines that end within the first `len` bytes of the input buffer. Returns the rows
    /// of those that need attention: also a sample of malformed lines (the first, and each
    /// thousandth, blank lines apart), and the first event of a kind that seems mistyped.
    pub fn feed(&mut self, engine: &Engine, len: usize) -> &[Row] {
        let buffer = std::mem::take(&mut self.buffer);
        let end = (self.carried + len).min(buffer.len());
        let mut start = 0;
        let mut from = self.carried;
        while let Some(newline) = position(&buffer, from, end) {
            self.line(engine, &buffer, start, newline);
            start = newline + 1;
            from = start;
        }
        self.carried = end - start;
        self.done = start;
        self.buffer = buffer;
        self.skipping |= self.carried > MAX_LINE;
        if self.skipping {
            self.carried = self.carried.min(OVERSIZED_KEPT);
        }
        &self.rows
    }

    /// Ends the stream: judges a last line without a newline. Earlier rows become invalid.
    pub fn finish(&mut self, engine: &Engine) -> &[Row] {
        self.rows.clear();
        self.others.clear();
        let buffer = std::mem::take(&mut self.buffer);
        let end = (self.done + self.carried).min(buffer.len());
        if self.skipping || self.carried > 0 {
            self.line(engine, &buffer, self.done, end);
        }
        self.carried = 0;
        self.done = end;
        self.buffer = buffer;
        &self.rows
    }

    fn line(&mut self, engine: &Engine, buffer: &[u8], start: usize, end: usize) {
        self.counters.lines += 1;
        debug_assert!(
            start <= end && end <= buffer.len(),
            "a line lies in the buffer"
        );
        let line = buffer.get(start..end).unwrap_or_default();
        if std::mem::take(&mut self.skipping) || line.len() > MAX_LINE {
            self.counters.oversized += 1;
            let code = Judgement::of_not_event(NotEvent::Oversized).code();
            self.push_row(start, line.len().min(OVERSIZED_KEPT), code);
            return;
        }
        let judgement = self.judge(engine, line);
        let parts = match judgement.not_event() {
            Some(NotEvent::Malformed) => event::parts(line, &mut self.scratch),
            _ => event::Parts::default(),
        };
        if parts.is_empty() {
            self.add(engine, line, judgement, (start, 0));
        } else {
            self.add_parts(engine, line, start, &parts);
        }
    }

    #[cold]
    #[inline(never)]
    fn add_parts(&mut self, engine: &Engine, line: &[u8], start: usize, parts: &event::Parts) {
        let malformed = self.counters.malformed + 1;
        let mut flag = 0;
        for part in &parts.found {
            let text = line.get(part.clone()).unwrap_or_default();
            let judgement = self.judge(engine, text);
            self.add(engine, text, judgement, (start + part.start, flag));
            flag = SAME_LINE;
        }
        if let Some(rest) = &parts.unsearched {
            // It may hide an event, as a line that is too long.
            self.counters.oversized += 1;
            let code = Judgement::of_not_event(NotEvent::Oversized).code();
            self.push_row(
                start + rest.start,
                rest.len().min(OVERSIZED_KEPT),
                code | flag,
            );
        }
        self.counters.malformed = malformed;
    }

    fn judge(&mut self, engine: &Engine, line: &[u8]) -> Judgement {
        let Some(comparison) = &self.comparison else {
            return engine.judge(line, &mut self.scratch);
        };
        let (judgement, other) = comparison.judge(engine, line, &mut self.scratch);
        self.other = other.code();
        judgement
    }

    /// Counts a line or a part of one, and adds its row if it gets one. `flag` is added to its code.
    fn add(
        &mut self,
        engine: &Engine,
        line: &[u8],
        judgement: Judgement,
        (start, flag): (usize, u32),
    ) {
        let wanted = if let Some(why) = judgement.not_event() {
            self.skip(line, why)
        } else {
            self.counters.events += 1;
            let is_activations = judgement.kind() == Some(EventKind::LlmActivations);
            (self.activations && is_activations) || engine.needs_attention(judgement)
        };
        if self.every || wanted {
            self.push_row(start, line.len(), judgement.code() | flag);
        }
    }

    /// Counts a line that is not judged. Returns whether it has a row, as a sample.
    #[inline(never)]
    fn skip(&mut self, line: &[u8], why: NotEvent) -> bool {
        match why {
            NotEvent::Malformed => {
                self.counters.malformed += 1;
                if line.trim_ascii().is_empty() {
                    return false;
                }
                self.damaged += 1;
                self.damaged % SAMPLE_EVERY == 1
            }
            NotEvent::Unmodelled => {
                self.counters.unmodelled += 1;
                if self.examined == MAX_EXAMINED {
                    return false;
                }
                let is_mistyped = !has_kind_without_action(line) && fault(line).is_some();
                self.examined = if is_mistyped {
                    MAX_EXAMINED
                } else {
                    self.examined + 1
                };
                is_mistyped
            }
            NotEvent::Oversized => {
                self.counters.oversized += 1;
                false
            }
        }
    }

    fn push_row(&mut self, start: usize, len: usize, code: u32) {
        self.rows.push(Row {
            start,
            len,
            code,
            line: self.counters.lines,
        });
        if self.comparison.is_some() {
            let is_event = Judgement::from_code(code).not_event().is_none();
            let other = if is_event {
                self.other | code & SAME_LINE
            } else {
                code
            };
            self.others.push(other);
        }
    }

    /// The bytes that rows point into.
    pub fn text(&self) -> &[u8] {
        &self.buffer
    }

    /// The rows of the last [`LineStream::feed`] or [`LineStream::finish`].
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The totals so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }
}

/// The next newline in `buffer[from..end]`.
fn position(buffer: &[u8], from: usize, end: usize) -> Option<usize> {
    let rest = buffer.get(from..end)?;
    memchr::memchr(b'\n', rest).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::check;

    fn engine() -> Engine {
        let policy = check(
            r#"rules = [{ name = "x", on = "Dns", match = "bad", verdict = "block", severity = "low", reason = "r" }]"#,
            &|_| None,
        );
        Engine::new(policy.policy.unwrap()).unwrap()
    }

    fn dns(query: &str) -> String {
        format!(r#"{{"event":{{"Dns":{{"pid":1,"query":"{query}"}}}}}}"#)
    }

    /// Feeds `input` in chunks of `size`, and returns the lines of all rows.
    fn run(input: &[u8], size: usize) -> (Vec<String>, Counters) {
        let engine = engine();
        let mut stream = LineStream::default();
        let mut out = Vec::new();
        let take = |stream: &LineStream, out: &mut Vec<String>| {
            for row in stream.rows() {
                let line = &stream.text()[row.start..row.start + row.len];
                out.push(String::from_utf8(line.to_vec()).unwrap());
            }
        };
        for chunk in input.chunks(size) {
            stream.input_buffer(chunk.len()).copy_from_slice(chunk);
            stream.feed(&engine, chunk.len());
            take(&stream, &mut out);
        }
        stream.finish(&engine);
        take(&stream, &mut out);
        stream.finish(&engine);
        assert!(
            stream.rows().is_empty(),
            "a second `finish` returns nothing"
        );
        (out, stream.counters())
    }

    #[test]
    fn the_rows_do_not_depend_on_the_chunks() {
        let huge = dns(&"bad".repeat(MAX_LINE / 3));
        let input = [
            dns("good"),
            dns("bad1"),
            String::new(),
            "not json".to_owned(),
            r#"{"event":{"LlmCall":{}}}"#.to_owned(),
            huge.clone(),
            dns("bad2") + "\r",
            dns("bad3"),
        ]
        .join("\n");
        let kept = huge[..OVERSIZED_KEPT].to_owned();
        let expected = (
            vec![
                dns("bad1"),
                "not json".to_owned(),
                kept,
                dns("bad2") + "\r",
                dns("bad3"),
            ],
            Counters {
                lines: 8,
                events: 4,
                unmodelled: 1,
                malformed: 2,
                oversized: 1,
            },
        );
        for size in [1, 2, 3, 7, 64, 1000, 65_536, 262_144, input.len()] {
            assert_eq!(run(input.as_bytes(), size), expected, "chunks of {size}");
        }
    }

    #[test]
    fn of_skipped_lines_a_sample_has_rows() {
        let call = r#"{"event":{"LlmCall":{}}}"#;
        let mistyped = r#"{"event":{"Dnss":{}}}"#;
        let mut lines = vec!["", call, mistyped, " ", mistyped, "no event 1"];
        lines.extend(std::iter::repeat_n("another", 999));
        lines.extend(["no event 1001", ""]);
        let (rows, counters) = run(lines.join("\n").as_bytes(), 1000);
        assert_eq!(rows, [mistyped, "no event 1", "no event 1001"]);
        assert_eq!((counters.malformed, counters.unmodelled), (1003, 3));
    }

    #[test]
    fn rows_have_the_numbers_of_their_lines() {
        let engine = engine();
        let mut stream = LineStream::default();
        let text = ["", &dns("good"), &dns("bad"), "", &dns("bad")].join("\n");
        let mut lines = Vec::new();
        for chunk in text.as_bytes().chunks(50) {
            stream.input_buffer(chunk.len()).copy_from_slice(chunk);
            lines.extend(stream.feed(&engine, chunk.len()).iter().map(|row| row.line));
        }
        lines.extend(stream.finish(&engine).iter().map(|row| row.line));
        assert_eq!(lines, [3, 5]);
    }

    #[test]
    fn every_line_has_a_row_after_set_every() {
        let engine = engine();
        let mut stream = LineStream::default();
        stream.set_every(true);
        let long = "x".repeat(MAX_LINE + 1);
        let text = [
            &dns("good"),
            &dns("bad"),
            "",
            &long,
            r#"{"event":{"LlmCall":{}}}"#,
        ]
        .join("\n");
        let mut codes = Vec::new();
        for chunk in text.as_bytes().chunks(100_000) {
            stream.input_buffer(chunk.len()).copy_from_slice(chunk);
            codes.extend(stream.feed(&engine, chunk.len()).iter().map(|row| row.code));
        }
        codes.extend(stream.finish(&engine).iter().map(|row| row.code));
        let mut scratch = Scratch::default();
        let judged = text.lines().map(|line| match line.len() {
            ..=MAX_LINE => engine.judge(line.as_bytes(), &mut scratch).code(),
            _ => Judgement::of_not_event(NotEvent::Oversized).code(),
        });
        assert_eq!(codes, judged.collect::<Vec<_>>());
        assert_eq!((codes.len(), stream.counters().oversized), (5, 1));
    }

    #[test]
    fn events_within_a_damaged_line_are_judged_and_the_damage_is_counted() {
        let half = &dns("bad")[..30];
        let (bad, good) = (dns("bad"), dns("good"));
        let input = format!("{half}{bad}\n{good}{bad}{half}\n{half}{good}\n{half}\n");
        let expected = (
            vec![half.to_owned(), bad.clone(), bad],
            Counters {
                lines: 4,
                events: 4,
                malformed: 4,
                ..Counters::default()
            },
        );
        for size in [1, 7, 64, input.len()] {
            assert_eq!(run(input.as_bytes(), size), expected, "chunks of {size}");
        }
    }

    #[test]
    fn damage_that_would_take_too_long_to_search_is_oversized() {
        let half = format!("{{\"a\":[{}", "1,".repeat(2000));
        let halves = half.repeat(100) + &dns("bad");
        let input = format!("{}{halves}\n{halves}\n", dns("bad"));
        let kept = halves[..OVERSIZED_KEPT].to_owned();
        let expected = (
            vec![dns("bad"), kept.clone(), kept],
            Counters {
                lines: 2,
                events: 1,
                malformed: 2,
                oversized: 2,
                ..Counters::default()
            },
        );
        for size in [1000, input.len()] {
            assert_eq!(run(input.as_bytes(), size), expected, "chunks of {size}");
        }
    }

    #[test]
    fn the_rows_of_one_line_are_marked() {
        let engine = engine();
        let half = &dns("bad")[..30];
        let text = format!("{half}{}{}\n{}\n", dns("bad"), dns("good"), dns("good"));
        let mut stream = LineStream::default();
        stream.set_every(true);
        stream
            .input_buffer(text.len())
            .copy_from_slice(text.as_bytes());
        let rows = stream.feed(&engine, text.len());
        let marks: Vec<_> = rows.iter().map(|row| row.code & SAME_LINE != 0).collect();
        assert_eq!(marks, [false, true, true, false]);
        assert_eq!((rows[0].start, rows[0].len), (0, half.len()));
    }

    #[test]
    fn a_line_of_exactly_the_limit_is_judged_and_one_byte_more_is_not() {
        for (extra, oversized) in [(0, 0), (1, 1)] {
            let frame = dns("").len();
            let line = dns(&"b".repeat(MAX_LINE - frame + extra));
            for ending in ["", "\n"] {
                let (_, counters) = run((line.clone() + ending).as_bytes(), 65_536);
                assert_eq!(counters.oversized, oversized);
                assert_eq!(counters.lines, 1);
            }
        }
    }

    #[test]
    fn an_endless_line_takes_bounded_memory() {
        let engine = engine();
        let mut stream = LineStream::default();
        for _ in 0..200 {
            stream.input_buffer(65_536).fill(b'x');
            stream.feed(&engine, 65_536);
            assert!(stream.buffer.capacity() < 2 * (MAX_LINE + 65_536));
        }
        stream.finish(&engine);
        assert_eq!(stream.counters().oversized, 1);
    }
}
