//! The outline of a text that a shell runs: its words, files and operators, in one pass.

use std::ops::Range;

use super::Outline;
use super::commands::Commands;

/// The longest text that is looked at, in bytes.
const MAX_TEXT: usize = 4096;

/// The outline of a text that a shell runs.
pub(super) fn of_text(text: &str) -> Option<Outline<'_>> {
    let mut commands = Commands::default();
    let bytes = text.as_bytes();
    if bytes.len() > MAX_TEXT {
        return None;
    }
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(b'\n');
    let mut at = 0;
    while at < bytes.len() {
        match byte(at) {
            b' ' | b'\t' => at += 1,
            b'\n' if !commands.has_begun => at += 1,
            b'\n' | b';' => {
                commands.end_command()?;
                at += 1;
            }
            b'&' if byte(at + 1) == b'>' => at += 1,
            b'|' | b'&' => {
                let operator = byte(at);
                let is_double = byte(at + 1) == operator;
                commands.end_command()?;
                commands.outline.has_pipes |= operator == b'|' && !is_double;
                commands.must_go_on |= is_double || operator == b'|';
                at += if is_double || operator == b'|' && byte(at + 1) == b'&' {
                    2
                } else {
                    1
                };
            }
            b'>' => {
                if commands.is_at_program() {
                    return None;
                }
                at += 1;
                let is_duplicate = byte(at) == b'&';
                at += usize::from(matches!(byte(at), b'>' | b'|' | b'&'));
                let file = file_from(text, at)?;
                at = file.end;
                let file = text.get(file)?;
                if !(is_duplicate && (file == "-" || is_number(file))) {
                    commands.add_file(file)?;
                }
            }
            b'<' if !matches!(byte(at + 1), b'<' | b'>' | b'&' | b'(') => {
                if commands.is_at_program() {
                    return None;
                }
                let file = file_from(text, at + 1)?;
                at = file.end;
                commands.reads_file = true;
                commands.push(text.get(file)?)?;
            }
            b'\\'
                if matches!(byte(at + 1), b'(' | b')' | b'!' | b';') && ends_word(byte(at + 2)) =>
            {
                commands.add_literal(text.get(at + 1..at + 2)?)?;
                at += 2;
            }
            b'{' if byte(at + 1) == b'}' && ends_word(byte(at + 2)) => {
                commands.add_literal(text.get(at..at + 2)?)?;
                at += 2;
            }
            quote @ (b'\'' | b'"') => at = commands.add_in_quotes(text, at, quote)?,
            b'$' => {
                let length = length(bytes, at, |byte| byte == b'$' || is_plain(byte));
                let word = text.get(at..at + length)?;
                at += length;
                if !ends_word(byte(at)) || word.contains(['*', '?', '[', '~']) {
                    return None;
                }
                commands.add_double_quoted(word)?;
            }
            first if is_plain(first) => {
                let length = length(bytes, at, is_plain);
                let word = text.get(at..at + length)?;
                at += length;
                if !ends_word(byte(at)) {
                    return None;
                }
                let is_descriptor = byte(at) == b'>' && is_number(word);
                if !is_descriptor {
                    commands.add(word)?;
                }
            }
            _ => return None,
        }
    }
    if commands.has_begun || commands.must_go_on {
        commands.end_command()?;
    }
    commands.outline()
}

/// Where the file of a redirection stands whose operator ends at `from`.
fn file_from(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let start = from + length(bytes, from, |byte| matches!(byte, b' ' | b'\t'));
    let end = start + length(bytes, start, is_plain);
    (start < end && bytes.get(end).is_none_or(|byte| ends_word(*byte))).then_some(start..end)
}

/// How many bytes from `at` on are of this kind.
pub(super) fn length(bytes: &[u8], at: usize, is_of_kind: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().take_while(|byte| is_of_kind(**byte)).count()
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the byte stands for itself in a word of a shell, and a word that it is part of for itself
/// or for names of files.
pub(super) fn is_plain(byte: u8) -> bool {
    !byte.is_ascii() || PLAIN >> byte & 1 != 0
}

/// A bit for each plain ASCII character.
const PLAIN: u128 = {
    let mut plain = 0;
    let mut byte = 0_u8;
    while byte < 128 {
        let is_plain = byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'_' | b'-'
                    | b'.'
                    | b'/'
                    | b':'
                    | b'='
                    | b'@'
                    | b'%'
                    | b'+'
                    | b','
                    | b'~'
                    | b'^'
                    | b'*'
                    | b'?'
                    | b'['
                    | b']'
            );
        if is_plain {
            plain |= 1 << byte;
        }
        byte += 1;
    }
    plain
};

pub(super) fn ends_word(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'>' | b'<'
    )
}
