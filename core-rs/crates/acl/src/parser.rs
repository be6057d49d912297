//! The parser: converts text into a tree and reports every problem.
//!
//! Recursive descent with one token of lookahead. Three rules make error recovery work well: an
//! invalid value stays in the tree as [`ValueKind::Invalid`]; after a problem only the rest of its
//! line is skipped; and a closing bracket that matches an outer opening bracket ends everything
//! inside. Every loop consumes a token or ends, and the depth is counted at each opening bracket,
//! so time is linear and the stack is bounded for any input.

use std::collections::BTreeMap;

use super::lexer::Lexer;
use super::token::{Delimiter, Kind, Token};
use super::tree::{Document, Name};
use super::{MAX_DOCUMENT, MAX_ITEMS, MAX_NESTING};
use sentry_text::diagnostic::{self, Code, Diagnostic, MAX_DIAGNOSTICS};
use sentry_text::{Span, offset};

/// The result of parsing: the tree, as far as the source could be read, and the problems.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The tree, with [`ValueKind::Invalid`] for values that could not be read. Duplicates are
    /// kept.
    pub document: Document,
    /// The problems in the order of the source, at most [`MAX_DIAGNOSTICS`]. Empty if the source is
    /// a valid document.
    pub diagnostics: Vec<Diagnostic>,
    /// Where a string or comment begins that is never closed. What follows may be anything, so no
    /// problem behind it is reported.
    pub unclosed: Option<u32>,
}

/// Parses a document.
///
/// Never fails and never panics: problems are returned as diagnostics beside the tree. A source
/// over [`MAX_DOCUMENT`] is not read at all. Takes time linear in the source.
///
/// ```
/// use sentry_acl::{Item, ValueKind, parse};
/// let parsed = parse("fail_closed = true\nverdict = block");
/// assert_eq!(parsed.diagnostics.len(), 1);
/// assert_eq!(parsed.diagnostics[0].code.as_str(), "acl/bare-word");
/// let Item::Attribute(first) = &parsed.document.items[0] else { unreachable!() };
/// assert_eq!((first.name.text.as_str(), &first.value.kind), ("fail_closed", &ValueKind::Bool(true)));
/// ```
pub fn parse(source: &str) -> Parsed {
    if source.len() > MAX_DOCUMENT {
        let message = format!(
            "the document is {} bytes long, the limit is 1 MiB",
            source.len()
        );
        let problem = Diagnostic::new(Code::LimitDocument, Span::default(), message);
        return Parsed {
            document: Document::default(),
            diagnostics: vec![problem],
            unclosed: None,
        };
    }
    let mut parser = Parser::new(source);
    let items = parser.items(None);
    parser.bump();
    let mut diagnostics = parser.problems;
    let unclosed = parser.lexer.unclosed.map(offset);
    if let Some(start) = unclosed {
        diagnostics.retain(|found| {
            let is_cause = matches!(
                found.code,
                Code::UnterminatedString
                    | Code::UnterminatedHeredoc
                    | Code::UnterminatedComment
                    | Code::BadHeredoc
            );
            found.span.start < start || is_cause && found.span.start == start
        });
    }
    diagnostic::sort(&mut diagnostics);
    Parsed {
        document: Document { items },
        diagnostics,
        unclosed,
    }
}

pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    pub(super) token: Token,
    /// The token after the current one.
    pub(super) next: Token,
    /// The open brackets, outermost first.
    open: Vec<(Delimiter, Span)>,
    pub(super) problems: Vec<Diagnostic>,
    /// Where the last token ended.
    pub(super) end: u32,
    /// Whether the reason for an early end of the document was reported.
    end_reported: bool,
}

impl<'a> Parser<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        let mut lexer = Lexer::new(source);
        let token = lexer.next();
        let next = lexer.next();
        Self {
            lexer,
            token,
            next,
            open: Vec::new(),
            problems: Vec::new(),
            end: 0,
            end_reported: false,
        }
    }

    // Tokens.

    /// Consumes the token and reports its problems.
    pub(super) fn bump(&mut self) -> Token {
        let mut token = self.skip();
        for problem in std::mem::take(&mut token.problems) {
            self.report(problem);
        }
        token
    }

    /// Consumes the token without reporting its problems.
    pub(super) fn skip(&mut self) -> Token {
        let next = if self.problems.len() < MAX_DIAGNOSTICS {
            self.lexer.next()
        } else {
            self.end_token()
        };
        let next = std::mem::replace(&mut self.next, next);
        let token = std::mem::replace(&mut self.token, next);
        self.end = token.span.end;
        token
    }

    /// Ends parsing before the end of the source, since no more problems can be reported.
    pub(super) fn end_token(&self) -> Token {
        let span = Span::new(self.end, self.end);
        Token {
            kind: Kind::End,
            span,
            starts_line: true,
            problems: Vec::new(),
        }
    }

    pub(super) fn text(&self, span: Span) -> &'a str {
        span.of(self.lexer.source)
    }

    pub(super) fn found(&self) -> &'static str {
        self.token.found(self.lexer.source)
    }

    /// Whether an attribute starts here: a name and `=`.
    pub(super) fn at_attribute(&self) -> bool {
        self.token.kind == Kind::Name && self.next.is_assign()
    }

    /// Whether an attribute starts on its own line here. Then an open bracket before it was
    /// probably never closed.
    pub(super) fn at_next_attribute(&self) -> bool {
        self.token.starts_line && self.at_attribute()
    }

    // Problems.

    pub(super) fn report(&mut self, problem: Diagnostic) {
        if self.problems.len() < MAX_DIAGNOSTICS {
            self.problems.push(problem);
        }
    }

    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::new(code, span, message));
    }

    /// Skips the rest of the line, up to a token that is probably valid: the next attribute, a
    /// comma or a closing bracket. Problems of skipped tokens are reported only if they hide more
    /// than their own token.
    pub(super) fn skip_line(&mut self) {
        while !self.token.starts_line && !self.at_attribute() {
            match self.token.kind {
                Kind::Comma | Kind::Close(_) | Kind::End => break,
                Kind::Open(_) => self.skip_group(),
                _ => self.skip_quietly(),
            }
        }
    }

    pub(super) fn skip_quietly(&mut self) {
        for problem in self.skip().problems {
            if !matches!(problem.code, Code::StrayCharacter | Code::BadNumber) {
                self.report(problem);
            }
        }
    }

    /// Skips from an opening bracket to its closing bracket, of any kind.
    pub(super) fn skip_group(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.token.kind {
                Kind::Open(_) => depth += 1,
                Kind::Close(_) => depth -= 1,
                Kind::End => {
                    self.end_reported = true;
                    return;
                }
                _ => {}
            }
            self.skip_quietly();
            if depth == 0 {
                return;
            }
        }
    }

    // Brackets.

    /// Consumes an opening bracket. If the nesting would be too deep, skips everything inside it.
    pub(super) fn enter(&mut self, delimiter: Delimiter) -> bool {
        if self.open.len() >= MAX_NESTING {
            let message = format!("nested more than {MAX_NESTING} deep");
            self.error(Code::LimitNesting, self.token.span, message);
            self.skip_group();
            return false;
        }
        self.open.push((delimiter, self.token.span));
        self.bump();
        true
    }

    /// Whether the token ends the content of the innermost bracket: it is the end, or a closing
    /// bracket with a matching opening bracket. Other closing brackets are reported and skipped.
    pub(super) fn at_end(&mut self) -> bool {
        loop {
            match self.token.kind {
                Kind::End => return true,
                Kind::Close(closer) if self.open.iter().any(|(open, _)| *open == closer) => {
                    return true;
                }
                Kind::Close(closer) => {
                    let message = format!("{} has no opening bracket", closer.close());
                    let mut problem =
                        Diagnostic::new(Code::UnmatchedCloser, self.token.span, message);
                    if let Some((open, span)) = self.open.last() {
                        problem = problem.related(*span, format!("{} is open here", open.open()));
                    }
                    self.report(problem);
                    self.bump();
                }
                _ => return false,
            }
        }
    }

    /// Consumes the bracket that closes the innermost one, or reports that it is missing.
    pub(super) fn leave(&mut self) {
        let Some((delimiter, opened)) = self.open.pop() else {
            return;
        };
        if self.token.kind == Kind::Close(delimiter) {
            self.bump();
            return;
        }
        let at_end = self.token.kind == Kind::End;
        if !(at_end && (self.end_reported || self.lexer.unclosed.is_some())) {
            self.end_reported |= at_end;
            let message = format!("expected {}, found {}", delimiter.close(), self.found());
            let help = format!("close it with {}", delimiter.close());
            let mut problem = Diagnostic::new(Code::Unclosed, self.token.span, message)
                .related(opened, format!("{} is opened here", delimiter.open()))
                .help(help);
            if at_end {
                for (delimiter, opened) in self.open.iter().rev().take(2) {
                    problem = problem
                        .related(*opened, format!("{} is opened here too", delimiter.open()));
                }
            }
            self.report(problem);
        }
    }

    /// Counts an item of a collection. Returns whether it is within the limit.
    pub(super) fn count(&mut self, items: &mut usize, span: Span) -> bool {
        *items += 1;
        if *items == MAX_ITEMS + 1 {
            self.error(
                Code::LimitItems,
                span,
                "more than 100,000 items in one collection",
            );
        }
        *items <= MAX_ITEMS
    }

    /// Records a name of a scope. Reports it if it is a duplicate.
    pub(super) fn note(&mut self, names: &mut BTreeMap<String, Span>, name: &Name, code: Code) {
        if let Some(first) = names.get(&name.text) {
            let message = format!("{} is set twice", quoted(&name.text));
            let problem = Diagnostic::new(code, name.span, message)
                .related(*first, "first set here")
                .help("keep one of the two");
            self.report(problem);
        } else {
            names.insert(name.text.clone(), name.span);
        }
    }
}

/// A name for a message, in backticks and shortened if it is long.
pub(super) fn quoted(name: &str) -> String {
    let mut chars = name.chars();
    let start: String = chars.by_ref().take(40).collect();
    let more = if chars.next().is_some() { "…" } else { "" };
    format!("`{start}{more}`")
}
