//! Makes source text safe to print, and measures its width on a terminal.

use crate::is_visible;

/// The text that is printed for a tab.
const TAB: &str = "    ";

/// Appends a character in a form that is safe to print: nothing that moves the cursor, controls the
/// terminal, is invisible or changes the direction of text. Returns the terminal columns it takes.
pub(super) fn push(out: &mut String, c: char) -> usize {
    if is_visible(c) {
        out.push(c);
        return width(c);
    }
    match c {
        '\t' => {
            out.push_str(TAB);
            TAB.len()
        }
        '\0'..='\u{1f}' => push_control(out, u32::from(c)),
        '\u{7f}' => push_control(out, 0x21),
        c => {
            let escape = c.escape_unicode();
            let columns = escape.len();
            out.extend(escape);
            columns
        }
    }
}

/// Appends the symbol of a control character, such as `␛`.
fn push_control(out: &mut String, number: u32) -> usize {
    out.push(char::from_u32(0x2400 + number).unwrap_or('\u{fffd}'));
    1
}

/// The terminal columns of a text in its safe form.
pub(super) fn columns(text: &str) -> usize {
    let mut scratch = String::new();
    text.chars().map(|c| push(&mut scratch, c)).sum()
}

/// A text in its safe form, on one line.
pub(super) fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push(&mut out, c);
    }
    out
}

/// The columns that a visible character takes on a terminal, for common scripts and symbols: zero
/// for combining marks, two for East Asian wide characters and emoji.
fn width(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f
        | 0x483..=0x489
        | 0x591..=0x5bd
        | 0x64b..=0x65f
        | 0x1ab0..=0x1aff
        | 0x1dc0..=0x1dff
        | 0x20d0..=0x20ff
        | 0xfe00..=0xfe0f
        | 0xfe20..=0xfe2f
        | 0xe0100..=0xe01ef => 0,
        0x1100..=0x115f
        | 0x231a..=0x231b
        | 0x23e9..=0x23ec
        | 0x25fd..=0x25fe
        | 0x2614..=0x2615
        | 0x26a1
        | 0x2705
        | 0x274c
        | 0x2753..=0x2755
        | 0x2757
        | 0x2795..=0x2797
        | 0x2b50
        | 0x2b55
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xa960..=0xa97c
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f004
        | 0x1f0cf
        | 0x1f18e..=0x1f19a
        | 0x1f200..=0x1f64f
        | 0x1f680..=0x1f6ff
        | 0x1f7e0..=0x1f7eb
        | 0x1f900..=0x1f9ff
        | 0x1fa70..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}
