//! Converts characters to tokens, on demand. A token takes time linear in its length and is read
//! once.

use super::MAX_TOKEN;
use super::token::{Delimiter, Kind, Token};
use sentry_text::diagnostic::{Code, Diagnostic, MAX_DIAGNOSTICS};
use sentry_text::{Span, is_visible, offset};

const TEXT_HELP: &str = "put text in quotes: `\"…\"`";

pub(super) struct Lexer<'a> {
    pub(super) source: &'a str,
    pub(super) at: usize,
    pub(super) problems: Vec<Diagnostic>,
    /// Where the string or comment begins that is not closed and took the rest of the source.
    pub(super) unclosed: Option<usize>,
    /// Where a backtick string begins whose closing backtick seems to open another one: it goes over
    /// several lines, and text follows it directly.
    pub(super) suspect: Option<usize>,
}

/// Whether a character can start a name.
pub(super) fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// Whether a character can be inside a name.
pub(super) fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// Whether a text is a name.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(starts_name) && text.chars().all(continues_name)
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        let at = if source.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        Self {
            source,
            at,
            problems: Vec::new(),
            unclosed: None,
            suspect: None,
        }
    }

    /// The next token. At the end of the source it is always [`Kind::End`].
    pub(super) fn next(&mut self) -> Token {
        let starts_line = self.skip_blank();
        let start = self.at;
        let kind = self.token();
        let span = Span::new(offset(start), offset(self.at));
        let kind = if self.at - start > MAX_TOKEN && self.unclosed.is_none() {
            self.problems.clear();
            self.report(
                Code::LimitToken,
                span,
                "a name, number or string is longer than 256 KiB",
            );
            Kind::Bad
        } else {
            kind
        };
        Token {
            kind,
            span,
            starts_line,
            problems: std::mem::take(&mut self.problems),
        }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    /// The span from `start` to the current position.
    pub(super) fn since(&self, start: usize) -> Span {
        Span::new(offset(start), offset(self.at))
    }

    pub(super) fn report(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.push(Diagnostic::new(code, span, message));
    }

    pub(super) fn report_with_help(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(Diagnostic::new(code, span, message).help(help));
    }

    /// Records a problem, up to a hundred: a string may have a bad escape at every second byte.
    fn push(&mut self, problem: Diagnostic) {
        if self.problems.len() < MAX_DIAGNOSTICS {
            self.problems.push(problem);
        }
    }

    /// Skips the characters that match.
    pub(super) fn take_while(&mut self, fits: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !fits(c)).unwrap_or(rest.len());
    }

    /// The end of the current line, without its line break.
    pub(super) fn line_end(&self) -> usize {
        let rest = self.rest();
        let line = rest
            .find('\n')
            .map_or(rest, |end| rest.get(..end).unwrap_or_default());
        self.at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// Skips white space and comments. Returns whether the next token is the first on its line.
    fn skip_blank(&mut self) -> bool {
        let mut starts_line = self.at == 0;
        loop {
            let start = self.at;
            self.take_while(char::is_whitespace);
            starts_line |= self
                .source
                .get(start..self.at)
                .is_some_and(|blank| blank.contains('\n'));
            let rest = self.rest();
            if rest.starts_with('#') || rest.starts_with("//") {
                self.at = self.line_end();
            } else if rest.starts_with("/*") {
                let start = self.at;
                if let Some(end) = rest.get(2..).and_then(|body| body.find("*/")) {
                    self.at += end + 4;
                    starts_line |= self
                        .source
                        .get(start..self.at)
                        .is_some_and(|c| c.contains('\n'));
                } else {
                    self.at = self.source.len();
                    self.unclosed = Some(start);
                    self.report_with_help(
                        Code::UnterminatedComment,
                        Span::new(offset(start), offset(start + 2)),
                        "a `/*` comment is never closed",
                        "close it with `*/`",
                    );
                }
            } else {
                return starts_line;
            }
        }
    }

    fn token(&mut self) -> Kind {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else {
            return Kind::End;
        };
        let second = rest.chars().nth(1);
        let (width, kind) = match (c, second) {
            ('{', _) => (1, Kind::Open(Delimiter::Brace)),
            ('}', _) => (1, Kind::Close(Delimiter::Brace)),
            ('[', _) => (1, Kind::Open(Delimiter::Bracket)),
            (']', _) => (1, Kind::Close(Delimiter::Bracket)),
            ('(', _) => (1, Kind::Open(Delimiter::Paren)),
            (')', _) => (1, Kind::Close(Delimiter::Paren)),
            (',', _) => (1, Kind::Comma),
            ('=', Some('=' | '>')) | (':' | '+', Some('=')) => (2, Kind::BadAssign),
            ('=' | ':', _) => (1, Kind::Assign),
            ('"', _) => return self.double_quoted(),
            ('\'', _) => return self.single_quoted(),
            ('`', _) => return self.backticked(),
            ('<', Some('<')) => return self.heredoc(),
            ('0'..='9' | '-', _) | ('.' | '+', Some('0'..='9')) => return self.number(),
            (c, _) if starts_name(c) => {
                self.take_while(continues_name);
                return Kind::Name;
            }
            (';', _) => {
                let span = Span::new(offset(self.at), offset(self.at + 1));
                let help = "items are separated by new lines or commas";
                self.report_with_help(Code::StrayCharacter, span, "unexpected character `;`", help);
                (1, Kind::Comma)
            }
            _ => return self.stray(c),
        };
        self.at += width;
        kind
    }

    fn number(&mut self) -> Kind {
        let start = self.at;
        self.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '+' | '-'));
        let span = self.since(start);
        let text = span.of(self.source);
        match sentry_number::parse(text.as_bytes()) {
            Some(number) if number.is_finite() => Kind::Number(number),
            Some(_) => {
                self.report(
                    Code::NumberRange,
                    span,
                    "the number is too large for a 64-bit float",
                );
                Kind::Bad
            }
            None => {
                let help = format!("a number looks like `30`, `-0.5` or `1e6`; {TEXT_HELP}");
                self.report_with_help(Code::BadNumber, span, "this is not a number", help);
                Kind::Stray
            }
        }
    }

    fn stray(&mut self, c: char) -> Kind {
        let start = self.at;
        self.at += c.len_utf8();
        self.take_while(|c| {
            !c.is_whitespace()
                && !matches!(
                    c,
                    ',' | '{' | '}' | '[' | ']' | '(' | ')' | '=' | '"' | '\'' | '`' | '#' | ';'
                )
        });
        let help = match c {
            '“' | '”' | '„' | '‘' | '’' | '«' | '»' => "use straight quotes: `\"…\"`",
            c if !is_visible(c) => "remove it",
            _ => TEXT_HELP,
        };
        let message = format!("unexpected character {}", shown(c));
        self.report_with_help(Code::StrayCharacter, self.since(start), message, help);
        Kind::Stray
    }
}

/// The places of all comments of a document without syntax errors, in order.
///
/// ```
/// let source = "a = 1 # one\nb = \"# no\" /* two */";
/// let texts = sentry_acl::comments(source).into_iter().map(|comment| comment.of(source));
/// assert_eq!(texts.collect::<Vec<_>>(), ["# one", "/* two */"]);
/// ```
pub fn comments(source: &str) -> Vec<Span> {
    let mut lexer = Lexer::new(source);
    let mut found = Vec::new();
    loop {
        let mut at = lexer.at;
        let token = lexer.next();
        let end = token.span.start as usize;
        while let Some(gap) = source.get(at..end) {
            let start = at + gap.len() - gap.trim_start().len();
            let rest = source.get(start..end).unwrap_or_default();
            let len = if rest.starts_with("/*") {
                rest.get(2..)
                    .and_then(|body| body.find("*/"))
                    .map_or(rest.len(), |body| body + 4)
            } else {
                let line = rest.lines().next().unwrap_or_default();
                line.len()
            };
            if len == 0 {
                break;
            }
            at = start + len;
            found.push(Span::new(offset(start), offset(at)));
        }
        if token.kind == Kind::End {
            return found;
        }
    }
}

/// A character for a message: in backticks, or as its number if it is not visible.
pub(super) fn shown(c: char) -> String {
    if is_visible(c) {
        format!("`{c}`")
    } else {
        format!("U+{:04X}", u32::from(c))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_their_span_and_line() {
        let source = "a /* \n */ = # c\n \"b\"";
        let mut lexer = Lexer::new(source);
        let mut tokens = Vec::new();
        loop {
            let token = lexer.next();
            tokens.push((token.span.of(source), token.starts_line));
            if token.kind == Kind::End {
                break;
            }
        }
        assert_eq!(
            tokens,
            [("a", true), ("=", true), ("\"b\"", true), ("", false)]
        );
    }

    #[test]
    fn a_token_keeps_no_more_problems_than_are_reported() {
        let source = format!("\"{}\"", "\\.".repeat(1000));
        let token = Lexer::new(&source).next();
        assert_eq!(
            (token.kind, token.problems.len()),
            (Kind::Bad, MAX_DIAGNOSTICS)
        );
    }

    #[test]
    fn names() {
        assert!(["a", "_", "a-b", "é1", "漢"].into_iter().all(is_name));
        assert!(!["", "1", "-", "a b", "a.b", "😀"].into_iter().any(is_name));
    }
}
