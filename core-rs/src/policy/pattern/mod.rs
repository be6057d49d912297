//! A rule's `match`: a regular expression, checked where it is written.

mod need;
mod run;
mod size;

use regex_automata::nfa::thompson;
use regex_syntax::ast;
use regex_syntax::hir::{Hir, HirKind};

pub(crate) use need::{END, Need, START, Text, WORD, commonness, fold, frequency, without_edges};
pub(crate) use run::{ByteSet, Run};

use super::value::Reader;
use crate::acl::Value;
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Span;

/// The most memory that one compiled pattern may take, in bytes.
const MAX_COMPILED: usize = 4 << 20;
/// Bytes that what alternatives begin with may take, written out for each of them.
const MAX_COPIED: usize = 256 << 10;
/// A pattern with more alternatives than this is tried as a whole.
const MAX_BRANCHES: usize = 64;
/// Classes such as `\w` that a pattern may write. More would compile to far over [`MAX_COMPILED`], but parsing alone takes
/// several kilobytes for each, and a document has room for half a million.
const MAX_CLASSES: usize = 4096;

/// A regular expression in the syntax of the `regex` crate, known to compile.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    /// What each of its [`branches`] needs.
    needs: Vec<Need>,
    /// No compiled form of it takes more bytes than this.
    size: usize,
}

impl Pattern {
    fn new(text: String, hir: &Hir) -> Self {
        Self {
            text,
            needs: branches(hir).iter().map(need::of).collect(),
            size: size::at_most(hir),
        }
    }

    /// A pattern of this crate's own. `None` is for the type.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let hir = regex_syntax::parse(text).ok()?;
        Some(Self::new(text.to_owned(), &hir))
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What a subject must have for each branch to match.
    pub(crate) fn needs(&self) -> &[Need] {
        &self.needs
    }

    /// No compiled form of it takes more bytes than this.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// The pattern's syntax tree. `None` is for the type: what a pattern was made of parses again.
    pub(crate) fn parsed(&self) -> Option<Hir> {
        regex_syntax::parse(&self.text).ok()
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

/// Reads a pattern of a site with its syntax tree, and makes sure that it compiles. `owner` is what messages say it is
/// the pattern of.
pub(super) fn read(reader: &mut Reader<'_>, owner: &str, value: &Value) -> Option<(Pattern, Hir)> {
    let text = reader.string("match", value)?;
    if classes(&text) > MAX_CLASSES {
        reader.report(too_large(owner, value.span));
        return None;
    }
    let hir = match regex_syntax::parse(&text) {
        Ok(hir) => hir,
        Err(error) => {
            let fault = syntax_fault(reader.source, owner, value.span, &text, &error);
            reader.report(fault);
            return None;
        }
    };
    if size::at_most(&hir) > MAX_COMPILED && is_too_large(&hir) {
        reader.report(too_large(owner, value.span));
        return None;
    }
    Some((Pattern::new(text, &hir), hir))
}

/// How many classes a pattern writes, at most.
fn classes(pattern: &str) -> usize {
    let letters = |pair: &&[u8]| matches!(pair, [b'\\', letter] if b"wWdDsSpP".contains(letter));
    pattern.as_bytes().windows(2).filter(letters).count()
}

fn too_large(owner: &str, span: Span) -> Diagnostic {
    let limit = MAX_COMPILED >> 20;
    let problem =
        format!("the pattern of {owner} is too large: compiled it takes more than {limit} MiB");
    Diagnostic::new(Code::PatternTooLarge, span, problem).help(
        "lower the counts in `{…}`, or use `[0-9A-Za-z_]` and `(?-u:…)` for Unicode classes such as `\\w`",
    )
}

fn is_too_large(hir: &Hir) -> bool {
    let config = thompson::Config::new().nfa_size_limit(Some(MAX_COMPILED));
    thompson::Compiler::new()
        .configure(config)
        .build_from_hir(hir)
        .is_err()
}

fn syntax_fault(
    source: &str,
    owner: &str,
    literal: Span,
    pattern: &str,
    error: &regex_syntax::Error,
) -> Diagnostic {
    let (problem, span) = match error {
        regex_syntax::Error::Parse(error) => (error.kind().to_string(), Some(error.span())),
        regex_syntax::Error::Translate(error) => (error.kind().to_string(), Some(error.span())),
        _ => ("it is not a regular expression".to_owned(), None),
    };
    let place = span
        .and_then(|span| {
            let locate = |offset| locate(source, literal, pattern, offset);
            Some(Span::new(
                locate(span.start.offset)?,
                locate(span.end.offset)?,
            ))
        })
        .filter(|span| span.start < span.end)
        .unwrap_or(literal);
    let fault = Diagnostic::new(
        Code::BadPattern,
        place,
        format!("the pattern of {owner} is not a regular expression: {problem}"),
    );
    match error {
        regex_syntax::Error::Parse(error) => match error.kind() {
            ast::ErrorKind::UnsupportedLookAround | ast::ErrorKind::UnsupportedBackreference => {
                fault.help("matching takes linear time here, so there is no look-around and no back-reference; write what may stand there instead")
            }
            ast::ErrorKind::EscapeUnrecognized => {
                fault.help("remove the backslash, or use backticks, in which `\\d` is written as it is")
            }
            _ => fault,
        },
        _ => fault,
    }
}

/// Where the byte at `offset` of a pattern stands in the source, if that can be told.
fn locate(source: &str, literal: Span, pattern: &str, offset: usize) -> Option<u32> {
    let written = source.get(literal.start as usize..literal.end as usize)?;
    let within = match written.find(pattern) {
        Some(start) => start + offset,
        None => 1 + offset_in_escaped(written.strip_prefix('"')?, offset)?,
    };
    Some(literal.start + u32::try_from(within).ok()?)
}

/// Walks over a double-quoted text until it stands for `offset` bytes.
fn offset_in_escaped(written: &str, offset: usize) -> Option<usize> {
    let mut decoded = 0;
    let mut chars = written.char_indices();
    loop {
        let rest = chars.as_str();
        if decoded >= offset {
            return Some(written.len() - rest.len());
        }
        let (_, first) = chars.next()?;
        if first != '\\' {
            decoded += first.len_utf8();
            continue;
        }
        let (_, kind) = chars.next()?;
        if kind != 'u' {
            decoded += 1;
            continue;
        }
        let digits = if let Some(braced) = chars.as_str().strip_prefix('{') {
            let digits = braced.split_once('}')?.0;
            chars.nth(digits.len() + 1)?;
            digits
        } else {
            let digits = chars.as_str().get(..4)?;
            chars.nth(3)?;
            digits
        };
        decoded += char::from_u32(u32::from_str_radix(digits, 16).ok()?)?.len_utf8();
    }
}
