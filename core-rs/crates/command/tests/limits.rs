//! Texts that are made to cost much: work and memory stay linear, and the reader says what it left.

#![allow(clippy::indexing_slicing)]

use sentry_command::{Opaque, Reading, limits, read, read_text};
use sentry_testing::Random;

/// The bytes that a reading holds: each word counts with its own size.
fn size(reading: &Reading) -> usize {
    let words = reading.commands.iter().flat_map(|command| &command.words);
    words.map(|word| word.text.len() + 100).sum::<usize>() + reading.commands.len() * 300
}

/// The most that a reading of this many bytes may hold.
fn bound(length: usize) -> usize {
    (limits::WORK_FOR_EACH_BYTE * length + limits::WORK_AT_LEAST) * 2
        + limits::WORDS * 100
        + limits::COMMANDS * 300
}

const PARTS: [&str; 46] = [
    "$(",
    "`",
    "\"",
    "'",
    "((",
    "$((",
    "${a:-",
    "${a/b",
    "{a,b}",
    "{1..9}",
    "a=$a$a;",
    "a=(b c);",
    "<<E\n",
    "E\n",
    "<<-'E' x\n",
    "f(){ f;f;};f;",
    "eval ",
    "eval '",
    "sh -c ",
    "bash -c \"",
    "sudo ",
    "env -S '",
    "xargs ",
    "find . -exec ",
    "\\;",
    "|",
    "&&",
    ";",
    "\n",
    "if ",
    "then ",
    "fi;",
    "case a in a)",
    ";;",
    "esac;",
    "[[ ",
    "]] ",
    "<(",
    ")",
    "}",
    "{ ",
    "# ",
    "echo a|base64 -d|sh;",
    "\\",
    "for x in a b c;do $x;done;",
    "é",
];

#[test]
fn repeated_parts_stay_within_the_bound() {
    for part in PARTS {
        for length in [100, 4 << 20] {
            let text = part.repeat(length / part.len());
            let reading = read_text(&text);
            assert!(
                size(&reading) <= bound(text.len()),
                "{part:?} × {length}: {}",
                size(&reading)
            );
        }
    }
}

#[test]
fn random_parts_neither_panic_nor_grow() {
    let mut random = Random(7);
    for round in 0..4000 {
        let text: String = (0..random.below(60)).map(|_| random.pick(&PARTS)).collect();
        let reading = if round % 2 == 0 {
            read_text(&text)
        } else {
            read(&["sh", "-c", &text])
        };
        assert!(size(&reading) <= bound(text.len()), "{text:?}");
    }
}

#[test]
fn what_lies_beyond_a_limit_is_said() {
    let deep = format!("{}rm{}", "$(".repeat(1000), ")".repeat(1000));
    assert!(read_text(&deep).opaque.contains(&Opaque::Depth));
    let many = "a;".repeat(limits::COMMANDS + 1);
    assert!(read_text(&many).opaque.contains(&Opaque::Commands));
    let words = ["a"].repeat(limits::WORDS + 1);
    assert!(read(&words).opaque.contains(&Opaque::Commands));
    let growing = format!("a=b;{}c $a", "a=$a$a;".repeat(64));
    assert!(read_text(&growing).opaque.contains(&Opaque::Work));
    let nested = (0..12).fold("rm".to_owned(), |text, _| format!("eval {}", quoted(&text)));
    assert!(read_text(&nested).opaque.contains(&Opaque::Depth));
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
