//! A word while it is read: its text, and which of its characters are syntax.

use crate::limits::EXPANDED_WORDS;
use crate::reading::{ListId, Word};
use crate::sources::CodeSources;
use std::ops::Range;
use std::rc::Rc;

/// Longer words with braces are not expanded; they are unknown.
const LONGEST_WITH_BRACES: usize = 4096;

/// A part of a word that has one of several values.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    /// Where the first value stands in the text.
    pub at: Range<usize>,
    /// The other values.
    pub others: Vec<Rc<str>>,
}

/// A word while it is read.
#[derive(Debug, Default, Clone)]
#[allow(clippy::struct_excessive_bools)] // Each is a fact of its own.
pub(crate) struct Field {
    pub text: String,
    /// Offsets of `{ } , * ? [ ~` and of `..` that are syntax, ascending.
    pub marks: Vec<usize>,
    pub quoted: bool,
    pub unknown: bool,
    /// Where the value begins, for `NAME=value`.
    pub value_at: Option<usize>,
    /// Whether anything but plain unquoted text came before.
    pub expanded: bool,
    has_equals: bool,
    /// Whether a brace may begin a group.
    has_brace: bool,
    /// Whether blanks of a value end the word, or have ended one right before.
    pub is_split: bool,
    pub lists: Vec<ListId>,
    pub content: Option<Rc<str>>,
    pub from: CodeSources,
    pub choice: Option<Choice>,
}

impl Field {
    /// Adds plain text whose special characters are syntax.
    pub fn push_plain(&mut self, text: &str) {
        let from = self.text.len();
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'*' | b'?' | b'[' => self.marks.push(from + at),
                b'{' => {
                    self.has_brace = true;
                    self.marks.push(from + at);
                }
                // Without a brace in front they are plain.
                b'}' | b',' | b'.' if self.has_brace => self.marks.push(from + at),
                b'~' if from + at == 0 || self.value_at == Some(from + at) => {
                    self.marks.push(from + at);
                }
                b'=' if !self.has_equals && !self.expanded => {
                    self.has_equals = true;
                    let name = text.get(..at).unwrap_or_default();
                    let is_assigned = if self.text.is_empty() {
                        is_assignable(name)
                    } else {
                        is_assignable(&[self.text.as_str(), name].concat())
                    };
                    if is_assigned {
                        self.value_at = Some(from + at + 1);
                    }
                }
                _ => {}
            }
        }
        self.text.push_str(text);
    }

    /// Adds text that is not syntax: quoted, escaped, or the value of a variable.
    pub fn push_quoted(&mut self, text: &str) {
        self.expanded = true;
        self.text.push_str(text);
    }

    /// Whether the field is plain text, as reserved words are.
    pub fn is_plain(&self) -> bool {
        !self.quoted && !self.expanded && !self.unknown
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty() && !self.quoted
    }

    /// Adds the words that the field stands for: none if it is empty and unquoted, several where it
    /// has braces.
    pub fn add_to(mut self, words: &mut Vec<Word>) {
        if self.is_empty() {
            return;
        }
        // Braces come before values in the shell: what stands before them would be repeated.
        let is_kept = self.text.len() > LONGEST_WITH_BRACES || self.is_split;
        if self.has_brace && !is_kept {
            return expand_braces(self, words);
        }
        self.unknown |= self.has_brace;
        words.push(self.into_word());
    }

    /// The word, without expansion of braces.
    pub fn into_word(self) -> Word {
        let glob = self.marks.iter().any(|&mark| {
            let byte = self.byte(mark);
            matches!(byte, Some(b'*' | b'?' | b'['))
        });
        let text = if self.text.starts_with('~') && self.marks.first() != Some(&0) {
            // A quoted tilde is a file of that name.
            ["./", &self.text].concat()
        } else {
            self.text
        };
        Word {
            text,
            known: !self.unknown,
            quoted: self.quoted,
            glob,
            lists: self.lists,
            content: self.content,
            from: self.from,
        }
    }

    fn byte(&self, mark: usize) -> Option<u8> {
        self.text.as_bytes().get(mark).copied()
    }

    /// The first brace group that expands: its alternatives and its range.
    fn first_group(&self) -> Option<(Range<usize>, Vec<Range<usize>>)> {
        let mut open: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut found: Option<(Range<usize>, Vec<Range<usize>>)> = None;
        for &mark in &self.marks {
            match self.byte(mark) {
                Some(b'{') => open.push((mark, Vec::new())),
                Some(b',') => {
                    if let Some((_, commas)) = open.last_mut() {
                        commas.push(mark);
                    }
                }
                Some(b'}') => {
                    let Some((start, commas)) = open.pop() else {
                        continue;
                    };
                    if commas.is_empty() {
                        continue;
                    }
                    let mut parts = Vec::with_capacity(commas.len() + 1);
                    let mut from = start + 1;
                    for comma in commas {
                        parts.push(from..comma);
                        from = comma + 1;
                    }
                    parts.push(from..mark);
                    found = Some((start..mark + 1, parts));
                    if open.is_empty() {
                        break;
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The field with a range replaced by a part of itself.
    fn replaced(&self, group: &Range<usize>, part: &Range<usize>) -> Self {
        let text = [
            self.text.get(..group.start).unwrap_or_default(),
            self.text.get(part.clone()).unwrap_or_default(),
            self.text.get(group.end..).unwrap_or_default(),
        ]
        .concat();
        let marks = self
            .marks
            .iter()
            .filter_map(|&mark| {
                if mark < group.start {
                    Some(mark)
                } else if part.contains(&mark) {
                    Some(mark - part.start + group.start)
                } else if mark >= group.end {
                    Some(mark - (group.end - group.start) + part.len())
                } else {
                    None
                }
            })
            .collect();
        Self {
            text,
            marks,
            ..self.clone()
        }
    }

    /// The values of `{1..5}` or `{a..e}`, if the field holds one.
    fn range_group(&self) -> Option<(Range<usize>, Vec<String>)> {
        let mut start = None;
        for &mark in &self.marks {
            match (self.byte(mark), start) {
                (Some(b'{'), _) => start = Some(mark),
                (Some(b'}'), Some(from)) => {
                    start = None;
                    let inner = self.text.get(from + 1..mark)?;
                    if let Some(values) = range_values(inner) {
                        return Some((from..mark + 1, values));
                    }
                }
                _ => {}
            }
        }
        None
    }
}

/// The values of `1..5` or `a..e`.
fn range_values(inner: &str) -> Option<Vec<String>> {
    let (first, last) = inner.split_once("..")?;
    if let (Ok(first), Ok(last)) = (first.parse::<i64>(), last.parse::<i64>()) {
        let limit = i64::try_from(EXPANDED_WORDS).unwrap_or(i64::MAX);
        return if first <= last {
            Some(
                (first..=last.min(first.saturating_add(limit)))
                    .map(|n| n.to_string())
                    .collect(),
            )
        } else {
            Some(
                (last.max(first.saturating_sub(limit))..=first)
                    .rev()
                    .map(|n| n.to_string())
                    .collect(),
            )
        };
    }
    let (&[first], &[last]) = (first.as_bytes(), last.as_bytes()) else {
        return None;
    };
    if !first.is_ascii_alphabetic() || !last.is_ascii_alphabetic() {
        return None;
    }
    let (low, high) = (first.min(last), first.max(last));
    let mut values: Vec<String> = (low..=high)
        .map(|byte| char::from(byte).to_string())
        .collect();
    if first > last {
        values.reverse();
    }
    Some(values)
}

/// Expands the braces of a field, in the shell's order. Beyond the limit the rest is unknown.
fn expand_braces(field: Field, words: &mut Vec<Word>) {
    let most = words.len() + EXPANDED_WORDS;
    let mut waiting = vec![field];
    let mut steps = 0;
    while let Some(field) = waiting.pop() {
        steps += 1;
        if steps > EXPANDED_WORDS * 4 || words.len() >= most {
            words.push(
                Field {
                    unknown: true,
                    ..field
                }
                .into_word(),
            );
            break;
        }
        let (group, range) = (field.first_group(), field.range_group());
        // The leftmost group varies slowest.
        let is_range_first = match (&group, &range) {
            (Some((group, _)), Some((range, _))) => range.start < group.start,
            (None, Some(_)) => true,
            _ => false,
        };
        if let Some((group, values)) = range.filter(|_| is_range_first) {
            for value in values.iter().rev() {
                let mut next = field.replaced(&group, &(group.start..group.start));
                next.text.insert_str(group.start, value);
                for mark in &mut next.marks {
                    if *mark >= group.start {
                        *mark += value.len();
                    }
                }
                waiting.push(next);
            }
        } else if let Some((group, parts)) = group {
            for part in parts.iter().rev().take(EXPANDED_WORDS) {
                waiting.push(field.replaced(&group, part));
            }
        } else if !field.is_empty() {
            words.push(field.into_word());
        }
    }
}

/// Whether `NAME`, `NAME+` or `NAME[…]` may stand before `=`.
fn is_assignable(text: &str) -> bool {
    let name = text.strip_suffix('+').unwrap_or(text);
    let name = match name.split_once('[') {
        Some((name, subscript)) if subscript.ends_with(']') => name,
        _ => name,
    };
    is_name(name)
}

/// Whether the text is a name of a variable or function.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
