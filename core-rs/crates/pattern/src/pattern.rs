//! A regular expression that is known to compile, in bounded memory.

use std::ops::Range;

use regex_automata::nfa::thompson::{self, pikevm::PikeVM};
use regex_syntax::ast;
use regex_syntax::hir::{Hir, HirKind};

use crate::need::{self, Need};
use crate::size;

/// The most memory that one compiled pattern may take, in bytes.
pub(crate) const MAX_COMPILED: usize = 4 << 20;
/// Bytes that what alternatives begin with may take, written out for each of them.
const MAX_COPIED: usize = 256 << 10;
/// A pattern with more alternatives than this is tried as a whole.
const MAX_BRANCHES: usize = 64;
/// Classes such as `\w` that a pattern may write. More would compile to far over [`MAX_COMPILED`], but parsing alone takes
/// several kilobytes for each, and a document has room for half a million.
const MAX_CLASSES: usize = 4096;

/// A regular expression in the syntax of the `regex` crate, known to compile.
///
/// ```
/// use sentry_pattern::Pattern;
/// let pattern = Pattern::parse(r"cat\s+(\S+)").unwrap();
/// assert_eq!(pattern.find("a cat  /etc/shadow b"), Some((2, 18)));
/// assert_eq!(pattern.groups(), 1);
/// assert!(Pattern::parse("(").is_err());
/// ```
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    /// What each of its [`branches`] needs.
    needs: Vec<Need>,
    /// No compiled form of it takes more bytes than this.
    size: usize,
    groups: usize,
    matches_empty: bool,
}

/// Why a text is not a pattern that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// Compiled it would take more than 4 MiB.
    TooLarge,
    /// It is not a regular expression of the `regex` crate.
    Syntax(SyntaxError),
}

/// What is wrong with the syntax of a regular expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong, in the words of the `regex` crate.
    pub problem: String,
    /// The bytes of the pattern that it is about, where that is known.
    pub place: Option<Range<usize>>,
    /// What kind of fault it is, where there is something to say about it.
    pub fault: Fault,
}

/// Kinds of fault that have a remedy of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Look-around or a back-reference, which no automaton can do in linear time.
    NotLinear,
    /// A backslash before a character that needs none.
    UnknownEscape,
    /// Any other.
    Other,
}

impl Pattern {
    /// Parses a regular expression, and makes sure that it compiles in at most 4 MiB.
    ///
    /// # Errors
    /// The text is not a regular expression, or takes too much memory.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if classes(text) > MAX_CLASSES {
            return Err(PatternError::TooLarge);
        }
        let hir = regex_syntax::parse(text)
            .map_err(|error| PatternError::Syntax(SyntaxError::of(&error)))?;
        let size = size::at_most(&hir);
        if size > MAX_COMPILED && is_too_large(&hir) {
            return Err(PatternError::TooLarge);
        }
        let properties = hir.properties();
        Ok(Self {
            text: text.to_owned(),
            needs: branches(&hir).iter().map(need::of).collect(),
            size,
            groups: properties.explicit_captures_len(),
            matches_empty: properties.minimum_len() == Some(0),
        })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How many capture groups it has, without the one for the whole match.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// Whether it can match the empty text.
    pub fn matches_empty(&self) -> bool {
        self.matches_empty
    }

    /// The first match in `text`, as byte offsets, with the meaning of the `regex` crate. Compiles the pattern anew.
    pub fn find(&self, text: &str) -> Option<(usize, usize)> {
        let vm = PikeVM::new(&self.text).ok()?;
        let found = vm.find(&mut vm.create_cache(), text)?;
        Some((found.start(), found.end()))
    }

    /// What a subject must have for each branch to match.
    pub fn needs(&self) -> &[Need] {
        &self.needs
    }

    /// No compiled form of it takes more bytes than this.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// The pattern's syntax tree. `None` is for the type: what a pattern was made of parses again.
    pub fn parsed(&self) -> Option<Hir> {
        regex_syntax::parse(&self.text).ok()
    }
}

impl SyntaxError {
    fn of(error: &regex_syntax::Error) -> Self {
        let (problem, span) = match error {
            regex_syntax::Error::Parse(error) => (error.kind().to_string(), Some(error.span())),
            regex_syntax::Error::Translate(error) => (error.kind().to_string(), Some(error.span())),
            _ => ("it is not a regular expression".to_owned(), None),
        };
        let fault = match error {
            regex_syntax::Error::Parse(error) => match error.kind() {
                ast::ErrorKind::UnsupportedLookAround
                | ast::ErrorKind::UnsupportedBackreference => Fault::NotLinear,
                ast::ErrorKind::EscapeUnrecognized => Fault::UnknownEscape,
                _ => Fault::Other,
            },
            _ => Fault::Other,
        };
        Self {
            problem,
            place: span.map(|span| span.start.offset..span.end.offset),
            fault,
        }
    }
}

/// Alternatives that together match what a pattern matches. None of them says where, or how far.
pub(crate) fn branches(hir: &Hir) -> Vec<Hir> {
    split(hir).unwrap_or_else(|| vec![hir.clone()])
}

fn split(hir: &Hir) -> Option<Vec<Hir>> {
    match hir.kind() {
        HirKind::Capture(capture) => split(&capture.sub),
        HirKind::Alternation(branches) if branches.len() > MAX_BRANCHES => None,
        HirKind::Alternation(branches) => Some(branches.clone()),
        // The parser writes what all alternatives begin with only once.
        HirKind::Concat(parts) => {
            let (last, before) = parts.split_last()?;
            let branches = split(last)?;
            let copied: usize = before.iter().map(size::at_most).sum();
            if copied.saturating_mul(branches.len()) > MAX_COPIED {
                return None;
            }
            let joined = |branch: Hir| {
                let mut parts = before.to_vec();
                parts.push(branch);
                Hir::concat(parts)
            };
            Some(branches.into_iter().map(joined).collect())
        }
        _ => None,
    }
}

/// How many classes a pattern writes, at most.
fn classes(pattern: &str) -> usize {
    let letters = |pair: &&[u8]| matches!(pair, [b'\\', letter] if b"wWdDsSpP".contains(letter));
    pattern.as_bytes().windows(2).filter(letters).count()
}

fn is_too_large(hir: &Hir) -> bool {
    let config = thompson::Config::new().nfa_size_limit(Some(MAX_COMPILED));
    thompson::Compiler::new()
        .configure(config)
        .build_from_hir(hir)
        .is_err()
}
