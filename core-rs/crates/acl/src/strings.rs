//! The four kinds of string: double-quoted, single-quoted, backticks, heredocs.

use super::lexer::{Lexer, continues_name, is_name, shown, starts_name};
use super::token::Kind;
use sentry_text::diagnostic::Code;
use sentry_text::{Span, offset};

impl Lexer<'_> {
    /// `"…"` on one line, with escapes.
    pub(super) fn double_quoted(&mut self) -> Kind {
        let start = self.at;
        let mut text = String::new();
        let mut good = true;
        self.at += 1;
        loop {
            let rest = self.rest();
            let plain = rest.find(['"', '\\', '\n']).unwrap_or(rest.len());
            text.push_str(rest.get(..plain).unwrap_or_default());
            let mut special = rest.get(plain..).unwrap_or_default().chars();
            self.at += plain;
            match (special.next(), special.next()) {
                (Some('"'), _) => {
                    self.at += 1;
                    return if good { Kind::String(text) } else { Kind::Bad };
                }
                (Some('\\'), Some('u')) => match self.unicode_escape() {
                    Some(c) => text.push(c),
                    None => good = false,
                },
                (Some('\\'), Some(c)) if c != '\n' => {
                    if let Some(c) = escaped(c) {
                        text.push(c);
                    } else {
                        good = false;
                        self.report_escape(c);
                    }
                    self.at += 1 + c.len_utf8();
                }
                _ => return self.unterminated(start, "\""),
            }
        }
    }

    fn report_escape(&mut self, c: char) {
        let at = offset(self.at);
        let span = Span::new(at, at + offset(1 + c.len_utf8()));
        let message = match shown(c).strip_prefix('`') {
            Some(rest) => format!("unknown escape `\\{rest}"),
            None => format!("unknown escape: a backslash and {}", shown(c)),
        };
        let help = match c {
            '\'' | '/' | '`' => format!("write `{c}` without the backslash"),
            c if c.is_ascii_graphic() => {
                format!("double it: `\\\\{c}`, or use backticks, in which nothing is an escape")
            }
            _ => "double the backslash, or use backticks, in which nothing is an escape".to_owned(),
        };
        self.report_with_help(Code::UnknownEscape, span, message, help);
    }

    /// Reads `\uXXXX`, a surrogate pair of those, or `\u{…}`, and moves past it.
    fn unicode_escape(&mut self) -> Option<char> {
        let start = self.at;
        let found = braced(self.rest()).or_else(|| four_digits(self.rest()));
        if let Some((c, width)) = found {
            self.at += width;
            return Some(c);
        }
        self.at += 2;
        if self.rest().starts_with('{') {
            self.at += 1;
            self.take_while(|c| c.is_ascii_alphanumeric());
            self.at += usize::from(self.rest().starts_with('}'));
        } else {
            let digits = self
                .rest()
                .bytes()
                .take(4)
                .take_while(u8::is_ascii_hexdigit)
                .count();
            self.at += digits;
        }
        self.report_with_help(
            Code::BadUnicodeEscape,
            self.since(start),
            "this escape does not stand for a character",
            "write `\\u` and four hex digits, or `\\u{…}` with one to six, up to 10FFFF, no lone surrogates",
        );
        None
    }

    /// `'…'` on one line. Only `\'` is an escape; any other backslash is literal.
    pub(super) fn single_quoted(&mut self) -> Kind {
        let start = self.at;
        let mut text = String::new();
        self.at += 1;
        loop {
            let rest = self.rest();
            let plain = rest.find(['\'', '\\', '\n']).unwrap_or(rest.len());
            text.push_str(rest.get(..plain).unwrap_or_default());
            let mut special = rest.get(plain..).unwrap_or_default().chars();
            self.at += plain;
            match (special.next(), special.next()) {
                (Some('\''), _) => {
                    self.at += 1;
                    return Kind::String(text);
                }
                (Some('\\'), Some(c)) if c != '\n' => {
                    if c != '\'' {
                        text.push('\\');
                    }
                    text.push(c);
                    self.at += 1 + c.len_utf8();
                }
                _ => return self.unterminated(start, "'"),
            }
        }
    }

    /// Reports a quoted string that is not closed on its line.
    fn unterminated(&mut self, start: usize, quote: &str) -> Kind {
        self.at = start;
        self.at = self.line_end();
        self.report_with_help(
            Code::UnterminatedString,
            self.since(start),
            format!("the string is not closed on its line: expected `{quote}`"),
            "use backticks or a heredoc for text of several lines",
        );
        Kind::Bad
    }

    /// Backticks: all characters are literal, over several lines.
    pub(super) fn backticked(&mut self) -> Kind {
        let start = self.at;
        self.at += 1;
        let rest = self.rest();
        if let Some(end) = rest.find('`') {
            let text = rest.get(..end).unwrap_or_default();
            self.at += end + 1;
            let separated = self
                .rest()
                .starts_with(|c: char| c.is_whitespace() || ",}])".contains(c));
            if text.contains('\n') && !separated && !self.rest().is_empty() {
                self.suspect.get_or_insert(start);
            }
            return Kind::String(unix_lines(text));
        }
        // The last of an odd number of backticks is rarely the one that lacks its partner.
        let opened = self.suspect.unwrap_or(start);
        let opening = Span::new(offset(opened), offset(opened + 1));
        self.report(
            Code::UnterminatedString,
            opening,
            "the string is never closed: expected a backtick",
        );
        self.consume_to_end(opened)
    }

    /// `<<NAME`, lines, and `NAME` alone on a line.
    pub(super) fn heredoc(&mut self) -> Kind {
        let start = self.at;
        self.at += 2;
        self.take_while(|c| matches!(c, '-' | '~' | '"' | '\'' | ' ' | '\t'));
        let decorated = self.at - start > 2;
        let name_start = self.at;
        if self.rest().starts_with(starts_name) {
            self.take_while(continues_name);
        }
        let name = self.source.get(name_start..self.at).unwrap_or_default();
        let opening = self.since(start);
        let line_end = self.line_end();
        let after = self.source.get(self.at..line_end).unwrap_or_default();
        let good = !decorated && is_name(name) && after.trim().is_empty();
        if !good {
            self.at = if name.is_empty() { start + 2 } else { line_end };
            self.report_with_help(
                Code::BadHeredoc,
                self.since(start),
                "`<<` must be followed by a name and the end of the line",
                "write `<<TEXT`, the lines, and `TEXT` alone on a line",
            );
            if name.is_empty() {
                return Kind::Stray;
            }
        }
        self.at = line_end;
        let rest = self.rest();
        // The line break after the name, unless the source ends here.
        self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
        let body_start = self.at;
        for line in self.rest().split_inclusive('\n') {
            if line.trim() == name {
                let body = self.source.get(body_start..self.at).unwrap_or_default();
                self.at += line.trim_end().len();
                let body = body.strip_suffix('\n').unwrap_or(body);
                let body = body.strip_suffix('\r').unwrap_or(body);
                return if good {
                    Kind::String(unix_lines(body))
                } else {
                    Kind::Bad
                };
            }
            self.at += line.len();
        }
        if good {
            let message = format!("the heredoc is never closed: expected `{name}` alone on a line");
            self.report(Code::UnterminatedHeredoc, opening, message);
        }
        self.consume_to_end(start)
    }

    /// Skips the rest of the source, which a string took that begins at `start` and is not closed.
    fn consume_to_end(&mut self, start: usize) -> Kind {
        self.at = self.source.len();
        self.unclosed = Some(start);
        Kind::Bad
    }
}

/// The character that the escape `\c` stands for.
const fn escaped(c: char) -> Option<char> {
    match c {
        '\\' | '"' => Some(c),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        '0' => Some('\0'),
        _ => None,
    }
}

/// Reads `\u{…}` at the start of a text. Returns the character and the length in bytes.
fn braced(text: &str) -> Option<(char, usize)> {
    let inner = text.strip_prefix("\\u{")?;
    let digits = inner
        .bytes()
        .take(7)
        .take_while(u8::is_ascii_hexdigit)
        .count();
    inner.get(digits..)?.strip_prefix('}')?;
    let code = u32::from_str_radix(inner.get(..digits).filter(|_| digits < 7)?, 16).ok()?;
    Some((char::from_u32(code)?, digits + 4))
}

/// Reads `\uXXXX`, or two of them that make a surrogate pair, at the start of a text.
fn four_digits(text: &str) -> Option<(char, usize)> {
    let unit = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        digits
            .bytes()
            .all(|b| b.is_ascii_hexdigit())
            .then(|| u16::from_str_radix(digits, 16).ok())?
    };
    let first = unit(text)?;
    if let Some(Ok(c)) = char::decode_utf16([first]).next() {
        return Some((c, 6));
    }
    let second = unit(text.get(6..)?)?;
    Some((char::decode_utf16([first, second]).next()?.ok()?, 12))
}

/// The text with every `\r\n` replaced by `\n`, so that an editor's line endings do not change what
/// a pattern matches.
fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}
