//! A regular expression that is known to compile in bounded memory.

use std::ops::Range;
use std::sync::Arc;

use regex_automata::nfa::thompson::{self, pikevm::PikeVM};
use regex_syntax::ast;
use regex_syntax::hir::{Hir, HirKind};

use crate::alphabet::Alphabet;
use crate::literals::{self, ByteSet, Requirements};
use crate::size;
use crate::syntax::{self, Tree, Unreadable};

/// The most memory that one compiled pattern may take, in bytes.
pub(crate) const MAX_COMPILED: usize = 4 << 20;
/// The most bytes of a common prefix, counted once for each alternative that it is copied into.
const MAX_COPIED: usize = 256 << 10;
/// A pattern with more alternatives than this is not split into branches.
const MAX_BRANCHES: usize = 64;
/// A larger pattern is worth a close bound, if its size counts.
const LARGE: usize = 64 << 10;
/// The most classes such as `\w` in a pattern. More would exceed [`MAX_COMPILED`] by far, but
/// parsing alone takes several kilobytes for each, and a document has room for half a million.
const MAX_CLASSES: usize = 4096;
/// Reading a range of a class such as `\p{Greek}` costs this much (see [`Pattern::cost`]).
const COST_OF_RANGE: usize = 128;

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
pub struct Pattern(Arc<Checked>);

/// A pattern and what its syntax tree says about it. Shared, since all policies have the built-in
/// patterns, and each of them takes many small pieces of memory.
#[derive(Debug)]
struct Checked {
    text: String,
    /// What each of its [`branches`] requires.
    requirements: Vec<Requirements>,
    /// The most bytes that one automaton for it takes.
    size: usize,
    /// As [`Pattern::memory`].
    memory: usize,
    cost: usize,
    groups: usize,
    /// The fewest bytes that a match has.
    shortest: usize,
    needed: Option<ByteSet>,
}

/// Why a text cannot be used as a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// The compiled form would take more than 4 MiB.
    TooLarge,
    /// The text is not a regular expression of the `regex` crate.
    Syntax(SyntaxError),
}

/// What is wrong with the syntax of a regular expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The problem, in the words of the `regex` crate.
    pub problem: String,
    /// The bytes of the pattern that the problem is about, if known.
    pub place: Option<Range<usize>>,
    /// The kind of fault, for faults with a remedy of their own.
    pub fault: Fault,
}

/// Kinds of fault that have a remedy of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Look-around or a back-reference, which cannot be matched in linear time.
    NotLinear,
    /// A backslash before a character that needs none.
    UnknownEscape,
    /// A repetition of nothing, such as the star at the beginning of a glob.
    NothingToRepeat,
    /// Any other fault.
    Other,
}

/// Patterns are equal if they are written alike.
impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Pattern {
    /// The cost of compiling a pattern that may be too large (see [`Pattern::cost`]).
    pub const COST_TO_COMPILE: usize = 16 << 20;

    /// Parses a regular expression, and checks that its compiled form takes at most 4 MiB.
    ///
    /// # Errors
    /// The text is not a regular expression, or its compiled form is too large.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if classes(text) > MAX_CLASSES {
            return Err(PatternError::TooLarge);
        }
        let Tree { hir, named } = syntax::read(text).map_err(|error| match error {
            Unreadable::TooManyRanges => PatternError::TooLarge,
            Unreadable::Syntax(error) => PatternError::Syntax(SyntaxError::of(&error)),
        })?;
        let mut size = size::upper_bound(&hir);
        let mut cost = size::cost(&hir).saturating_add(named.saturating_mul(COST_OF_RANGE));
        if size > MAX_COMPILED {
            let close = size::close_upper_bound(&hir);
            size = close.bytes;
            cost = cost.saturating_add(close.cost);
        }
        if size > MAX_COMPILED {
            cost = cost.saturating_add(Self::COST_TO_COMPILE);
            if is_too_large(&hir) {
                return Err(PatternError::TooLarge);
            }
        }
        let over_bytes = size::over_bytes(&hir);
        let mut memory = over_bytes.saturating_mul(2);
        if Alphabet::of(std::slice::from_ref(&hir)).is_inexact() {
            if size > LARGE {
                let close = size::close_upper_bound(&hir);
                size = close.bytes.min(size);
                cost = cost.saturating_add(close.cost);
            }
            memory = memory.saturating_add(size);
        }
        let properties = hir.properties();
        Ok(Self(Arc::new(Checked {
            text: text.to_owned(),
            requirements: branches(&hir).iter().map(Requirements::of).collect(),
            size: over_bytes,
            memory,
            cost,
            groups: properties.explicit_captures_len(),
            shortest: properties.minimum_len().unwrap_or(usize::MAX),
            needed: literals::needed(&hir),
        })))
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The number of capture groups, not counting the whole match.
    pub fn groups(&self) -> usize {
        self.0.groups
    }

    /// Whether it can match the empty text.
    pub fn matches_empty(&self) -> bool {
        self.0.shortest == 0
    }

    /// Whether the pattern may match in a text, by its length and its bytes alone: to see that it
    /// does not costs less than a search.
    ///
    /// ```
    /// use sentry_pattern::Pattern;
    /// let pattern = Pattern::parse(r"^/(?:etc|proc)/").unwrap();
    /// assert!(pattern.may_match("a/b/c") && !pattern.may_match("/a") && !pattern.may_match("a text"));
    /// ```
    #[inline]
    pub fn may_match(&self, text: &str) -> bool {
        let Checked {
            shortest, needed, ..
        } = &*self.0;
        text.len() >= *shortest
            && needed.is_none_or(|needed| text.bytes().any(|byte| needed.has(byte)))
    }

    /// Whether the pattern may match in a text of these bytes.
    pub fn may_match_bytes(&self, bytes: ByteSet) -> bool {
        self.0.needed.is_none_or(|needed| needed.meets(bytes))
    }

    /// The first match in `text`, as byte offsets, with the meaning of the `regex` crate. Compiles
    /// the pattern anew.
    pub fn find(&self, text: &str) -> Option<(usize, usize)> {
        Finder::new(&self.parsed()?)?.find(text)
    }

    /// What a text must contain for each branch to match.
    pub fn requirements(&self) -> &[Requirements] {
        &self.0.requirements
    }

    /// What reading the pattern has cost: each unit stands for at most some nanoseconds.
    pub fn cost(&self) -> usize {
        self.0.cost
    }

    /// Patterns that together match the same texts, if possible one for each alternative.
    pub fn alternatives(&self) -> Vec<Hir> {
        self.parsed().map_or_else(Vec::new, |hir| branches(&hir))
    }

    /// The most bytes that one automaton for it takes, without the states that it builds for texts.
    pub(crate) fn size(&self) -> usize {
        self.0.size
    }

    /// The most bytes that its automata take together, without the states that they build for texts.
    pub(crate) fn memory(&self) -> usize {
        self.0.memory
    }

    /// The pattern's syntax tree. Always `Some`: the text of a pattern has been parsed before.
    pub fn parsed(&self) -> Option<Hir> {
        let parsed = syntax::read(&self.0.text).ok();
        debug_assert!(parsed.is_some(), "a pattern parses a second time");
        parsed.map(|tree| tree.hir)
    }
}

/// Finds a pattern in texts that are short or few: it is slow, but quickly compiled.
#[derive(Debug)]
pub struct Finder(PikeVM);

impl Finder {
    /// Compiles a pattern, or an alternative of one. `None` if it is too large, which no part of a
    /// [`Pattern`] is.
    pub fn new(pattern: &Hir) -> Option<Self> {
        let nfa = thompson::Compiler::new().build_from_hir(pattern).ok()?;
        PikeVM::new_from_nfa(nfa).ok().map(Self)
    }

    /// The first match in `text`, as byte offsets.
    pub fn find(&self, text: &str) -> Option<(usize, usize)> {
        let found = self.0.find(&mut self.0.create_cache(), text)?;
        Some((found.start(), found.end()))
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
                ast::ErrorKind::RepetitionMissing => Fault::NothingToRepeat,
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

/// Alternatives that together match the same texts as a pattern. They do not preserve where a match
/// is.
pub(crate) fn branches(hir: &Hir) -> Vec<Hir> {
    split(hir).unwrap_or_else(|| vec![hir.clone()])
}

fn split(hir: &Hir) -> Option<Vec<Hir>> {
    match hir.kind() {
        HirKind::Capture(capture) => split(&capture.sub),
        HirKind::Alternation(branches) if branches.len() > MAX_BRANCHES => None,
        HirKind::Alternation(branches) => Some(branches.clone()),
        // The parser factors out the common prefix of all alternatives.
        HirKind::Concat(parts) => {
            let (last, before) = parts.split_last()?;
            let branches = split(last)?;
            let copied: usize = before.iter().map(size::upper_bound).sum();
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

/// An upper bound for the number of classes in a pattern.
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
