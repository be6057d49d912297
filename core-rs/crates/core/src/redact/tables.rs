//! Tables of comma-separated values: a label in the header names a column of secrets.

use std::ops::Range;

use super::labels::Found;
use super::text::{Text, is_word};
use super::value::{self, How};
use super::words;

/// The most bytes of a table that are read, after its header.
const MAX_TABLE: usize = 8 << 10;
/// The most bytes of a header before the label, and after it.
const MAX_HEADER: usize = 200;
/// The columns that are read.
const MAX_COLUMNS: usize = 16;

/// What was read of a text, so that each row is read once for a column, however many headers the
/// text has.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// The text that was last found to be like a header.
    names: Range<usize>,
    /// For each column, the rows that were last found to have no secret.
    clean: [Clean; MAX_COLUMNS],
}

#[derive(Clone, Copy, Debug, Default)]
struct Clean {
    from: usize,
    to: usize,
    /// Whether the table ends at `to`.
    is_end: bool,
}

fn is_last(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

fn is_name(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b' ' | b',' | b'"' | b'-')
}

impl Tables {
    /// The secrets in the column whose name is at `place..end`. `None` if there are none.
    pub(super) fn column(&mut self, text: &Text<'_>, place: usize, end: usize) -> Option<Found> {
        let rest = self.end_of_names(text, end);
        if rest - end > MAX_HEADER || !text.at(rest).is_some_and(is_last) {
            return None;
        }
        let before = text.back(place, MAX_HEADER);
        let begin = match memchr::memrchr(b'\n', before) {
            Some(newline) => newline + 1,
            None if place <= MAX_HEADER => 0,
            None => return None,
        };
        let before = before.get(begin..)?;
        let after = text.part(end..rest);
        let column = memchr::memchr_iter(b',', before).count();
        let clean = self.clean.get_mut(column)?;
        let has_columns = column > 0 || after.starts_with(b",") || after.starts_with(b"\",");
        if !has_columns || !before.iter().all(|&byte| is_name(byte)) {
            return None;
        }
        let mut at = text.run(rest, 2, is_last);
        let limit = at + MAX_TABLE;
        let mut secrets = Vec::new();
        let mut from = at;
        let mut is_end = false;
        while at < limit && !is_end {
            if (clean.from..clean.to).contains(&at) {
                (at, is_end) = (clean.to, clean.is_end);
                continue;
            }
            let row = text.run(at, MAX_TABLE, |byte| !is_last(byte));
            let Some(value) = cell(text, at..row, column) else {
                is_end = true;
                continue;
            };
            let shown = text.part(value.clone());
            let next = text.run(row, 2, is_last);
            if !shown.iter().any(u8::is_ascii_whitespace)
                && words::is_random(shown, 8)
                && value::is_value(text, value.clone(), How::Quoted, true)
            {
                secrets.push(value);
                from = next;
            }
            is_end = next == row || text.at(next).is_none_or(is_last);
            at = next;
        }
        *clean = Clean {
            from,
            to: at,
            is_end,
        };
        let end = secrets.last()?.end;
        Some(Found { end, secrets })
    }

    /// The end of the text from a place on that is like a header.
    fn end_of_names(&mut self, text: &Text<'_>, from: usize) -> usize {
        if !self.names.contains(&from) {
            let rest = text.bytes.get(from..).unwrap_or_default();
            let names = rest.iter().take_while(|&&byte| is_name(byte)).count();
            self.names = from..from + names;
        }
        self.names.end
    }
}

/// The value of a row in a column, without quotes.
fn cell(text: &Text<'_>, row: Range<usize>, column: usize) -> Option<Range<usize>> {
    let mut cells = text.part(row.clone()).split(|&byte| byte == b',');
    let before: usize = cells.by_ref().take(column).map(|cell| cell.len() + 1).sum();
    let cell = cells.next()?;
    let quotes = usize::from(cell.starts_with(b"\""));
    let start = row.start + before + quotes;
    Some(start..start + cell.trim_ascii_end().len().saturating_sub(2 * quotes))
}
