//! The tokens that the lexer passes to the parser.

use sentry_text::Span;
use sentry_text::diagnostic::Diagnostic;

/// A pair of brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    Brace,
    Bracket,
    Paren,
}

impl Delimiter {
    pub(super) const fn open(self) -> &'static str {
        match self {
            Self::Brace => "`{`",
            Self::Bracket => "`[`",
            Self::Paren => "`(`",
        }
    }

    pub(super) const fn close(self) -> &'static str {
        match self {
            Self::Brace => "`}`",
            Self::Bracket => "`]`",
            Self::Paren => "`)`",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Open(Delimiter),
    Close(Delimiter),
    Comma,
    /// `=` or `:`
    Assign,
    /// `:=`, `==`, `=>` or `+=`
    BadAssign,
    /// Also `true`, `false` and `null`, which can be names too. The text is that of the span.
    Name,
    Number(f64),
    String(String),
    /// An invalid string or number whose end is known.
    Bad,
    /// Text that is not a token. The rest of its line probably belongs to it.
    Stray,
    End,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
    /// Whether the token is the first on its line.
    pub(super) starts_line: bool,
    /// The problem of the token, or of a comment before it.
    pub(super) problems: Vec<Diagnostic>,
}

impl Token {
    pub(super) const fn is_assign(&self) -> bool {
        matches!(self.kind, Kind::Assign | Kind::BadAssign)
    }

    /// Whether the token can come next in the header of a block.
    pub(super) const fn continues_header(&self) -> bool {
        matches!(self.kind, Kind::String(_) | Kind::Open(Delimiter::Brace))
    }

    /// The token's description for a message. Never its text, since a word or a string may be a
    /// secret.
    pub(super) fn found(&self, source: &str) -> &'static str {
        match &self.kind {
            Kind::Open(delimiter) => delimiter.open(),
            Kind::Close(delimiter) => delimiter.close(),
            Kind::Comma => "`,`",
            Kind::Assign if self.span.of(source) == ":" => "`:`",
            Kind::Assign => "`=`",
            Kind::Name => match self.span.of(source) {
                "true" => "`true`",
                "false" => "`false`",
                "null" => "`null`",
                _ => "a word",
            },
            Kind::Number(_) => "a number",
            Kind::String(_) | Kind::Bad => "a string",
            Kind::BadAssign | Kind::Stray => "something else",
            Kind::End => "the end of the document",
        }
    }
}
