//! A line stream gives the same rows and counters in any chunking, and those are the judgements of
//! its lines one by one.
//!
//! The input is a digit and a stream. Bit 0 of the digit asks for a row for each line, bit 1 for a
//! row for each `LlmActivations`. In the stream, the byte 0xFF ends a chunk. If bit 2 is set, 0xFE
//! stands for 2 MiB of text, so that short inputs reach the limit of a line.

use sentry_core::decision::{Severity, Verdict};
use sentry_core::engine::{Counters, Engine, LineStream, MAX_LINE, OVERSIZED_KEPT, SAME_LINE};
use sentry_core::event::{self, EventKind, NotEvent, Scratch, fault};
use sentry_core::policy;

const CHUNK_END: u8 = 0xFF;
const FILLER: u8 = 0xFE;
/// Two of these are a line of exactly the limit.
const FILLER_LENGTH: usize = MAX_LINE / 2;
/// The code of a line over the limit: not an event, too long.
const OVERSIZED: u32 = 1 << 31 | 2;
const MAX_FILLERS: usize = 3;
/// Longer streams are not cut into single bytes.
const MAX_SINGLE_BYTES: usize = 4096;

const POLICY: &str = r#"
rule "deny-bad" { on = "Dns" match = "bad" verdict = "block" severity = "low" reason = "r" }
rule "allow-good" { on = "*" match = "good" verdict = "allow" severity = "info" reason = "r" }
"#;

thread_local! {
    static ENGINE: Engine = Engine::new(policy::check(POLICY, &|_| None).policy.unwrap()).unwrap();
}

/// Checks one stream.
///
/// # Panics
/// If a chunking changes anything.
pub fn check(input: &[u8]) {
    let Some((mode, input)) = input.split_first() else {
        return;
    };
    let fillers = if mode & 4 != 0 { MAX_FILLERS } else { 0 };
    let mode = Mode {
        every: mode & 1 != 0,
        activations: mode & 2 != 0,
    };
    let chunks = chunks(input, fillers);
    let whole = chunks.concat();
    ENGINE.with(|engine| {
        let expected = line_by_line(engine, mode, &whole);
        assert_same(&run(engine, mode, [&whole[..]]), &expected);
        assert_same(
            &run(engine, mode, chunks.iter().map(Vec::as_slice)),
            &expected,
        );
        if whole.len() <= MAX_SINGLE_BYTES {
            assert_same(&run(engine, mode, whole.chunks(1)), &expected);
        }
    });
}

#[derive(Clone, Copy)]
struct Mode {
    every: bool,
    activations: bool,
}

/// The output of a stream: the code and the text of each row, and the counters.
#[derive(Debug, Default)]
struct Given {
    rows: Vec<(u32, Vec<u8>)>,
    counters: Counters,
}

fn assert_same(found: &Given, expected: &Given) {
    assert_eq!(found.counters, expected.counters);
    assert_eq!(found.rows, expected.rows);
}

fn chunks(input: &[u8], mut fillers: usize) -> Vec<Vec<u8>> {
    let mut chunks = vec![Vec::new()];
    for &byte in input {
        let chunk = chunks.last_mut().unwrap();
        match byte {
            CHUNK_END => chunks.push(Vec::new()),
            FILLER if fillers > 0 => {
                fillers -= 1;
                chunk.resize(chunk.len() + FILLER_LENGTH, b'x');
            }
            byte => chunk.push(byte),
        }
    }
    chunks
}

fn run<'c>(engine: &Engine, mode: Mode, chunks: impl IntoIterator<Item = &'c [u8]>) -> Given {
    let mut stream = LineStream::default();
    stream.set_every(mode.every);
    if mode.activations {
        stream.include_activations();
    }
    let mut rows = Vec::new();
    for chunk in chunks {
        stream.input_buffer(chunk.len()).copy_from_slice(chunk);
        let found = stream.feed(engine, chunk.len()).len();
        assert_eq!(found, stream.rows().len());
        take_rows(&stream, &mut rows);
    }
    stream.finish(engine);
    take_rows(&stream, &mut rows);
    Given {
        rows,
        counters: stream.counters(),
    }
}

fn take_rows(stream: &LineStream, rows: &mut Vec<(u32, Vec<u8>)>) {
    for row in stream.rows() {
        let line = &stream.text()[row.start..row.start + row.len];
        rows.push((row.code, line.to_vec()));
    }
}

/// The same output, from the engine alone.
fn line_by_line(engine: &Engine, mode: Mode, whole: &[u8]) -> Given {
    let mut given = Given::default();
    let mut samples = Samples::default();
    let mut lines: Vec<&[u8]> = whole.split(|&byte| byte == b'\n').collect();
    lines.pop_if(|last| last.is_empty());
    for line in lines {
        given.counters.lines += 1;
        let malformed = given.counters.malformed + 1;
        let (parts, unsearched) = parts(engine, line);
        let mut flag = 0;
        for part in &parts {
            add(engine, mode, (part, flag), &mut given, &mut samples);
            flag = SAME_LINE;
        }
        if let Some(rest) = unsearched {
            given.counters.oversized += 1;
            let kept = rest[..rest.len().min(OVERSIZED_KEPT)].to_vec();
            given.rows.push((OVERSIZED | flag, kept));
        }
        if *parts != [line] {
            given.counters.malformed = malformed;
        }
    }
    given
}

/// A line, or the events within a damaged one and the damage between them, and what is not searched.
fn parts<'l>(engine: &Engine, line: &'l [u8]) -> (Vec<&'l [u8]>, Option<&'l [u8]>) {
    let mut scratch = Scratch::default();
    let malformed = Some(NotEvent::Malformed);
    if line.len() > MAX_LINE || engine.judge(line, &mut scratch).not_event() != malformed {
        return (vec![line], None);
    }
    let parts = event::parts(line, &mut scratch);
    if parts.is_empty() {
        return (vec![line], None);
    }
    let mut from = 0;
    for part in &parts.found {
        assert!(from <= part.start && part.start < part.end && part.end <= line.len());
        assert!(line[from..part.start].trim_ascii().is_empty());
        from = part.end;
    }
    let found = parts.found.into_iter().map(|part| &line[part]);
    (found.collect(), parts.unsearched.map(|rest| &line[rest]))
}

/// What decides which skipped lines are samples.
#[derive(Default)]
struct Samples {
    damaged: u64,
    mistyped: bool,
}

fn add(
    engine: &Engine,
    mode: Mode,
    (line, flag): (&[u8], u32),
    given: &mut Given,
    samples: &mut Samples,
) {
    let counters = &mut given.counters;
    if line.len() > MAX_LINE {
        counters.oversized += 1;
        given
            .rows
            .push((OVERSIZED, line[..OVERSIZED_KEPT].to_vec()));
        return;
    }
    let judgement = engine.judge(line, &mut Scratch::default());
    let mut is_sample = false;
    match judgement.not_event() {
        Some(NotEvent::Malformed) => {
            counters.malformed += 1;
            if !line.trim_ascii().is_empty() {
                samples.damaged += 1;
                is_sample = samples.damaged % 1000 == 1;
            }
        }
        Some(NotEvent::Unmodelled) => {
            counters.unmodelled += 1;
            is_sample = !samples.mistyped && counters.unmodelled <= 1000 && fault(line).is_some();
            samples.mistyped |= is_sample;
        }
        Some(NotEvent::Oversized) => unreachable!("the engine judges lines of any length"),
        None => counters.events += 1,
    }
    let is_activations = judgement.kind() == Some(EventKind::LlmActivations);
    let is_more_than_allow = judgement.rule().is_some_and(|at| {
        let rule = &engine.policy().rules[at];
        rule.verdict != Verdict::Allow || rule.severity > Severity::Info
    });
    if mode.every || is_sample || (mode.activations && is_activations) || is_more_than_allow {
        given.rows.push((judgement.code() | flag, line.to_vec()));
    }
}
