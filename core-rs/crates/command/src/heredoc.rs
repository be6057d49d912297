//! Here-documents: where their text is, and expansions in it.

use crate::field::Field;
use crate::reader::{Frame, Reader, Run, Source};
use crate::reading::{Opaque, Redirect, RedirectKind, Word};
use std::rc::Rc;

impl Reader {
    /// A here-document, behind `<<` or `<<-`.
    pub(crate) fn here_document(&mut self, descriptor: Option<u32>, strips_tabs: bool) {
        let (delimiter, is_quoted) = self.delimiter();
        let Some(source) = self.sources.last() else {
            return;
        };
        let text = Rc::clone(&source.text);
        let (line_end, from) = match source.jump {
            Some((line_end, end)) if line_end >= source.at => (line_end, end),
            _ => {
                let line_end = end_of_line(&text, source.at);
                (line_end, (line_end + 1).min(text.len()))
            }
        };
        let mut body = String::new();
        let mut at = from;
        let mut is_ended = false;
        while let Some(line) = text
            .get(at..)
            .and_then(|rest| rest.split('\n').next())
            .filter(|_| at < text.len())
        {
            at += line.len() + 1;
            let line = if strips_tabs {
                line.trim_start_matches('\t')
            } else {
                line
            };
            if line == delimiter {
                is_ended = true;
                break;
            }
            body.push_str(line);
            body.push('\n');
        }
        if !is_ended {
            self.opaque(Opaque::Unfinished);
        }
        if let Some(source) = self.sources.last_mut() {
            source.jump = Some((line_end, at.min(text.len())));
        }
        self.spend(body.len() / 8);
        let is_constant = is_quoted || !body.contains(['$', '`', '\\']);
        let redirect = Redirect {
            descriptor,
            kind: RedirectKind::Text,
            target: Word::constant(body),
        };
        if is_constant {
            self.add_redirect(redirect);
            return;
        }
        let body = redirect.target.text;
        if self.spend(body.len()) && self.open(Frame::Document) {
            self.sources.push(Source::new(Rc::from(body)));
            self.fields.push(Some(Field::default()));
        }
    }

    /// The word that ends the document, and whether a part of it was quoted.
    fn delimiter(&mut self) -> (String, bool) {
        let (text, at) = self.source();
        let mut delimiter = String::new();
        let mut is_quoted = false;
        let mut open: Option<char> = None;
        let mut length = 0;
        let mut is_escaped = false;
        for char in text.get(at..).unwrap_or_default().chars() {
            match (open, char) {
                (_, char) if is_escaped => {
                    delimiter.push(char);
                    is_escaped = false;
                }
                (None, ' ' | '\t') if delimiter.is_empty() && !is_quoted => {}
                (None, ' ' | '\t' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')') => break,
                (None, '\\') => {
                    is_escaped = true;
                    is_quoted = true;
                }
                (None, '\'' | '"') => {
                    open = Some(char);
                    is_quoted = true;
                }
                (Some(quote), char) if quote == char => open = None,
                (_, char) => delimiter.push(char),
            }
            length += char.len_utf8();
        }
        self.advance(length);
        (delimiter, is_quoted)
    }

    /// Within a here-document whose expansions count.
    pub(crate) fn document_step(&mut self) {
        if let Some(byte) = self.peek(0) {
            return self.quoted_part(byte, Run::Document);
        }
        self.frames.pop();
        self.sources.pop();
        let field = self.fields.pop().flatten().unwrap_or_default();
        let target = Word {
            quoted: true,
            ..field.into_word()
        };
        self.add_redirect(Redirect {
            descriptor: None,
            kind: RedirectKind::Text,
            target,
        });
    }
}

/// Where the line ends that holds this offset: quotes and substitutions may go on over lines.
fn end_of_line(text: &str, from: usize) -> usize {
    let mut depth = 0_usize;
    let mut quote: Option<u8> = None;
    let mut is_escaped = false;
    let mut is_comment = false;
    let mut before = b' ';
    for (at, byte) in text.bytes().enumerate().skip(from) {
        let previous = std::mem::replace(&mut before, byte);
        if is_escaped {
            is_escaped = false;
            continue;
        }
        if is_comment && byte != b'\n' {
            continue;
        }
        is_comment = false;
        match (quote, byte) {
            (Some(b'\''), b'\'') | (Some(b'"'), b'"') => quote = None,
            (quote, b'\\') if quote != Some(b'\'') => is_escaped = true,
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'#') if b" \t\n;|&()".contains(&previous) => is_comment = true,
            // A group ends no line, so that its first line break counts; a substitution has its own lines.
            (None, b'(') if depth > 0 || b"$<>".contains(&previous) => depth += 1,
            (None, b')') => depth = depth.saturating_sub(1),
            (None, b'\n') if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}
