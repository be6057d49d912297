//! Parts of words: quotes, escapes, substitutions.

use crate::list::End;
use crate::reader::{Frame, Reader, Run, Source};
use crate::reading::Opaque;
use std::rc::Rc;

impl Reader {
    /// Reads a part of a word that begins with a backslash, a quote, a backtick or `$`.
    pub(crate) fn word_step(&mut self, byte: u8) {
        match byte {
            b'\\' => self.escape(),
            b'\'' => self.single_quotes(),
            b'"' => {
                self.advance(1);
                self.field().quoted = true;
                self.field().expanded = true;
                self.open(Frame::Quote);
            }
            b'`' => self.backticks(),
            _ => self.dollar(),
        }
    }

    /// `\x` outside of quotes. Before a line break it joins the lines.
    fn escape(&mut self) {
        match self.peek(1) {
            Some(b'\n') => self.advance(2),
            None => {
                self.field().push_quoted("\\");
                self.advance(1);
            }
            Some(_) => {
                self.advance(1);
                let (text, at) = self.source();
                let next = text.get(at..).and_then(|rest| rest.chars().next());
                let length = next.map_or(1, char::len_utf8);
                let field = self.field();
                field.quoted = true;
                field.push_quoted(text.get(at..at + length).unwrap_or_default());
                self.advance(length);
            }
        }
    }

    fn single_quotes(&mut self) {
        let (text, at) = self.source();
        let rest = text.get(at + 1..).unwrap_or_default();
        let end = memchr::memchr(b'\'', rest.as_bytes());
        if end.is_none() {
            self.opaque(Opaque::Unfinished);
        }
        let inner = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let field = self.field();
        field.quoted = true;
        field.push_quoted(inner);
        self.advance(inner.len() + 2);
    }

    /// Within `"…"`.
    pub(crate) fn quote_step(&mut self) {
        match self.peek(0) {
            None => {
                self.opaque(Opaque::Unfinished);
                self.frames.pop();
            }
            Some(b'"') => {
                self.advance(1);
                self.frames.pop();
            }
            Some(byte) => self.quoted_part(byte, Run::Quote),
        }
    }

    /// A part of quoted text, which has runs of this kind.
    pub(crate) fn quoted_part(&mut self, byte: u8, run: Run) {
        match byte {
            b'\\' => match self.peek(1) {
                Some(b'\n') => self.advance(2),
                Some(next @ (b'\\' | b'`' | b'$' | b'"')) if run.ends_at(next) => {
                    let text = char::from(next);
                    self.field().push_quoted(text.encode_utf8(&mut [0; 4]));
                    self.advance(2);
                }
                _ => {
                    self.field().push_quoted("\\");
                    self.advance(1);
                }
            },
            b'`' => self.backticks(),
            b'$' => self.dollar(),
            _ => {
                let (text, run) = self.take_run(run);
                self.field().push_quoted(text.get(run).unwrap_or_default());
            }
        }
    }

    /// `` `…` ``: a substitution whose text has its own escapes.
    fn backticks(&mut self) {
        let (text, at) = self.source();
        let rest = text.get(at + 1..).unwrap_or_default();
        let mut inner = String::new();
        let mut chars = rest.char_indices();
        let mut end = None;
        while let Some((offset, char)) = chars.next() {
            match char {
                '`' => {
                    end = Some(offset);
                    break;
                }
                '\\' => match chars.next() {
                    Some((_, escaped @ ('`' | '\\' | '$'))) => inner.push(escaped),
                    Some((_, other)) => inner.extend(['\\', other]),
                    None => inner.push('\\'),
                },
                other => inner.push(other),
            }
        }
        if end.is_none() {
            self.opaque(Opaque::Unfinished);
        }
        self.field();
        self.advance(end.unwrap_or(rest.len()) + 2);
        if !self.spend(inner.len()) {
            return;
        }
        if self.open_list(End::Backticks) {
            self.sources.push(Source::new(Rc::from(inner)));
        }
    }
}
