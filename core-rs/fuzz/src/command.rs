//! Reading a command ends without a panic, holds memory linear in the input, and gives pipelines of
//! commands that exist.
//!
//! The input is a digit and a text. Bit 0 of the digit asks to read the text as a shell would;
//! otherwise it is an argument list, in which NUL ends an argument.

use sentry_command::{Reading, limits, read, read_text};

/// What a word and a command hold beside their text, in bytes.
const WORD: usize = 100;
const COMMAND: usize = 300;

/// Checks one command.
///
/// # Panics
/// If a property does not hold.
pub fn check(input: &[u8]) {
    let Some((mode, input)) = input.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(input);
    let is_shell = mode & 1 != 0;
    let reading = if is_shell {
        read_text(&text)
    } else {
        read(&text.split('\0').collect::<Vec<_>>())
    };
    assert!(size(&reading) <= bound(text.len()), "{}", size(&reading));
    for pipeline in &reading.pipelines {
        assert!(pipeline.stages.len() >= 2);
        for stage in &pipeline.stages {
            assert!(stage.start <= stage.end && stage.end <= reading.commands.len());
        }
    }
}

/// The bytes that a reading holds.
fn size(reading: &Reading) -> usize {
    let words = reading.commands.iter().flat_map(|command| &command.words);
    words.map(|word| word.text.len() + WORD).sum::<usize>() + reading.commands.len() * COMMAND
}

/// The most that a reading of so many bytes may hold.
fn bound(length: usize) -> usize {
    (limits::WORK_FOR_EACH_BYTE * length + limits::WORK_AT_LEAST) * 2
        + limits::WORDS * WORD
        + limits::COMMANDS * COMMAND
}
