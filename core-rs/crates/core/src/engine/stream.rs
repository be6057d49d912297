//! A stream of lines in chunks: many events in one call, and only those that need attention come out.

use serde::Serialize;

use super::{Engine, Judgement};
use crate::event::{EventKind, NotEvent, Scratch};

/// The longest line that is judged, in bytes without its end. Longer ones are skipped and counted.
pub const MAX_LINE: usize = 256 << 10;

/// One line that needs attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where the line starts in [`LineStream::text`].
    pub start: usize,
    /// How many bytes it has, without its end.
    pub len: usize,
    /// The packed [`Judgement`](super::Judgement).
    pub code: u32,
}

/// What a stream has seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct Counters {
    /// Lines, whatever was in them.
    #[cfg_attr(test, ts(type = "number"))]
    pub lines: u64,
    /// Lines that were judged.
    #[cfg_attr(test, ts(type = "number"))]
    pub events: u64,
    /// Well-formed lines whose variant carries no action to judge.
    #[cfg_attr(test, ts(type = "number"))]
    pub unmodelled: u64,
    /// Lines that are not events.
    #[cfg_attr(test, ts(type = "number"))]
    pub malformed: u64,
    /// Lines over [`MAX_LINE`].
    #[cfg_attr(test, ts(type = "number"))]
    pub oversized: u64,
}

/// Cuts chunks into lines and judges them. Memory is bounded: one chunk and one line at most.
///
/// ```
/// use sentry_core::{engine::{Engine, LineStream}, policy::check};
/// let engine = Engine::new(check("", &|_| None).policy.unwrap()).unwrap();
/// let mut stream = LineStream::default();
/// let chunk = b"not json\n{\"event\":{\"Dns\":{\"pid\":1,\"query\":\"x.oast.fun\"}}}\n{\"event";
/// stream.room(chunk.len()).copy_from_slice(chunk);
/// let rows = stream.feed(&engine, chunk.len());
/// assert_eq!(rows.len(), 1);
/// assert_eq!(stream.counters().malformed, 1);
/// ```
#[derive(Debug, Default)]
pub struct LineStream {
    /// The line that has not ended yet, then the chunk, then room left from a longer one: only growing
    /// has to fill it.
    buffer: Vec<u8>,
    /// Bytes of `buffer` that wait for the end of their line.
    carried: usize,
    /// Bytes of `buffer` before the carried ones, done with.
    done: usize,
    /// Whether the rest of an oversized line is being thrown away.
    skipping: bool,
    /// Whether each line has a row, be it an event or not.
    every: bool,
    /// Whether each event of a model's activations has a row.
    activations: bool,
    rows: Vec<Row>,
    counters: Counters,
    scratch: Scratch,
}

impl LineStream {
    /// Room for the next chunk of `len` bytes. Rows given before are no longer valid.
    pub fn room(&mut self, len: usize) -> &mut [u8] {
        let carried = self.done..self.done + self.carried;
        self.buffer.copy_within(carried, 0);
        self.done = 0;
        self.rows.clear();
        let end = self.carried + len;
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        self.buffer.get_mut(self.carried..end).unwrap_or_default()
    }

    /// From here on, gives a row for each line if `every` is set, else for those that need attention.
    /// A line that is too long counts as malformed then.
    pub fn set_every(&mut self, every: bool) {
        self.every = every;
    }

    /// Gives a row for each [`EventKind::LlmActivations`], whatever the rules say of it: another tier judges these.
    pub fn give_activations(&mut self) {
        self.activations = true;
    }

    /// Judges all lines that end within the first `len` bytes of the room. Returns those that need
    /// attention.
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
        if self.carried > MAX_LINE {
            self.skipping = true;
        }
        if self.skipping {
            self.done = end;
            self.carried = 0;
        }
        &self.rows
    }

    /// Ends the stream: judges a last line that has no end of its own. Rows given before are no
    /// longer valid.
    pub fn finish(&mut self, engine: &Engine) -> &[Row] {
        self.rows.clear();
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
        let was_cut = std::mem::take(&mut self.skipping);
        let line = buffer.get(start..end).unwrap_or_default();
        if was_cut || line.len() > MAX_LINE {
            self.counters.oversized += 1;
            if self.every {
                let code = Judgement::of_other(NotEvent::Malformed).code();
                self.rows.push(Row {
                    start,
                    len: line.len(),
                    code,
                });
            }
            return;
        }
        let judgement = engine.judge(line, &mut self.scratch);
        match judgement.not_event() {
            Some(NotEvent::Malformed) => self.counters.malformed += 1,
            Some(NotEvent::Unmodelled) => self.counters.unmodelled += 1,
            None => self.counters.events += 1,
        }
        let asked_for = self.activations && judgement.kind() == Some(EventKind::LlmActivations);
        if self.every || asked_for || engine.needs_attention(judgement) {
            self.rows.push(Row {
                start,
                len: line.len(),
                code: judgement.code(),
            });
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

    /// What the stream has seen so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }
}

/// The next newline in `buffer[from..end]`.
fn position(buffer: &[u8], from: usize, end: usize) -> Option<usize> {
    let stretch = buffer.get(from..end)?;
    memchr::memchr(b'\n', stretch).map(|at| from + at)
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

    /// Feeds `input` in chunks of `size` and returns the lines that came out.
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
            stream.room(chunk.len()).copy_from_slice(chunk);
            stream.feed(&engine, chunk.len());
            take(&stream, &mut out);
        }
        stream.finish(&engine);
        take(&stream, &mut out);
        stream.finish(&engine);
        assert!(stream.rows().is_empty(), "a second end finds nothing");
        (out, stream.counters())
    }

    #[test]
    fn however_it_is_cut_the_same_lines_come_out() {
        let huge = dns(&"bad".repeat(MAX_LINE / 3));
        let input = [
            dns("good"),
            dns("bad1"),
            String::new(),
            "not json".to_owned(),
            r#"{"event":{"LlmCall":{}}}"#.to_owned(),
            huge,
            dns("bad2") + "\r",
            dns("bad3"),
        ]
        .join("\n");
        let expected = (
            vec![dns("bad1"), dns("bad2") + "\r", dns("bad3")],
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
    fn every_line_has_a_row_where_that_is_asked_for() {
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
            stream.room(chunk.len()).copy_from_slice(chunk);
            codes.extend(stream.feed(&engine, chunk.len()).iter().map(|row| row.code));
        }
        codes.extend(stream.finish(&engine).iter().map(|row| row.code));
        let mut scratch = Scratch::default();
        let judged = text
            .lines()
            .map(|line| engine.judge(line.as_bytes(), &mut scratch).code());
        assert_eq!(codes, judged.collect::<Vec<_>>());
        assert_eq!((codes.len(), stream.counters().oversized), (5, 1));
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
            stream.room(65_536).fill(b'x');
            stream.feed(&engine, 65_536);
            assert!(stream.buffer.capacity() < 2 * (MAX_LINE + 65_536));
        }
        stream.finish(&engine);
        assert_eq!(stream.counters().oversized, 1);
    }
}
