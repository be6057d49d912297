//! Reads a rule's `match`, a regular expression, and reports its problems at their place.

use sentry_acl::Value;
use sentry_pattern::{Fault, Pattern, PatternError, SyntaxError};
use sentry_text::Span;
use sentry_text::diagnostic::{Code, Diagnostic};

use super::patterns_ahead::{self, cost_of};
use super::value::Reader;

/// What reading all patterns of a document may cost (see [`Pattern::cost`]): about a second of CPU
/// time.
pub(super) const MAX_TOTAL_COST: usize = 384 << 20;

/// The patterns of a document that have been read.
pub(super) struct Patterns {
    /// Of the same type as `ahead`, since each type of a map adds 2 kB to the module.
    known: patterns_ahead::Read,
    ahead: patterns_ahead::Read,
    budget: Budget,
}

enum Budget {
    Left(usize),
    /// A diagnostic has reported it.
    Exceeded,
}

impl Patterns {
    /// `ahead` has the results for patterns that have been read ahead.
    pub(super) fn new(ahead: patterns_ahead::Read) -> Self {
        Self {
            known: patterns_ahead::Read::new(),
            ahead,
            budget: Budget::Left(MAX_TOTAL_COST),
        }
    }

    fn pay(&mut self, cost: usize) {
        if let Budget::Left(left) = &mut self.budget {
            *left = left.saturating_sub(cost);
        }
    }
}

/// Reads a site's pattern and checks that it compiles; equal patterns are compiled once. `owner`
/// names its owner in messages. Patterns are no longer read once they have cost too much, or once
/// there are as many diagnostics as are reported.
pub(super) fn read(reader: &mut Reader<'_>, owner: &str, value: &Value) -> Option<Pattern> {
    let text = reader.string("match", value)?;
    read_at(reader, owner, &text, 0, value.span)
}

/// As [`read`], of a text at a place, without the first `from` bytes of it.
pub(super) fn read_at(
    reader: &mut Reader<'_>,
    owner: &str,
    whole: &str,
    from: usize,
    span: Span,
) -> Option<Pattern> {
    let text = whole.get(from..).unwrap_or_default();
    if let Some(Ok(pattern)) = reader.patterns.known.get(text) {
        return Some(pattern.clone());
    }
    match reader.patterns.budget {
        _ if reader.is_full() => return None,
        Budget::Exceeded => return None,
        Budget::Left(0) => {
            reader.patterns.budget = Budget::Exceeded;
            reader.report(all_too_large(owner, span));
            return None;
        }
        Budget::Left(_) => {}
    }
    let ahead = reader.patterns.ahead.remove(text);
    let result = ahead.unwrap_or_else(|| Pattern::parse(text));
    reader.patterns.pay(cost_of(&result));
    match result {
        Ok(pattern) => {
            reader
                .patterns
                .known
                .insert(text.to_owned(), Ok(pattern.clone()));
            Some(pattern)
        }
        Err(PatternError::TooLarge) => {
            reader.report(too_large(owner, span));
            None
        }
        Err(PatternError::Syntax(error)) => {
            let fault = syntax_fault(reader.source, owner, span, (whole, from), &error);
            reader.report(fault);
            None
        }
    }
}

fn too_large(owner: &str, span: Span) -> Diagnostic {
    let problem =
        format!("the pattern of {owner} is too large: it takes more than 4 MiB once compiled");
    Diagnostic::new(Code::PatternTooLarge, span, problem).help(
        "lower the counts in `{…}`, or use `[0-9A-Za-z_]` and `(?-u:…)` for Unicode classes such as `\\w`",
    )
}

fn all_too_large(owner: &str, span: Span) -> Diagnostic {
    let problem = format!(
        "the patterns before that of {owner} are too large: together they take too long to compile"
    );
    Diagnostic::new(Code::PatternTooLarge, span, problem).help(
        "split the policy, lower the counts in `{…}`, or use `[0-9A-Za-z_]` for Unicode classes such as `\\w`",
    )
}

fn syntax_fault(
    source: &str,
    owner: &str,
    literal: Span,
    (whole, from): (&str, usize),
    error: &SyntaxError,
) -> Diagnostic {
    let place = error
        .place
        .as_ref()
        .and_then(|place| {
            let locate = |offset| locate(source, literal, whole, from + offset);
            Some(Span::new(locate(place.start)?, locate(place.end)?))
        })
        .filter(|span| span.start < span.end)
        .unwrap_or(literal);
    let problem = &error.problem;
    let fault = Diagnostic::new(
        Code::BadPattern,
        place,
        format!("the pattern of {owner} is not a regular expression: {problem}"),
    );
    match error.fault {
        Fault::NotLinear => fault.help(
            "look-around and back-references are not supported, since matching takes linear time; describe the allowed text instead",
        ),
        Fault::UnknownEscape => {
            fault.help("remove the backslash, or use backticks, where `\\d` needs no escape")
        }
        Fault::NothingToRepeat => fault.help(
            "a pattern is not a glob: write `.*` for any text and `\\.` for a dot, so `\\.pem$` for `*.pem`",
        ),
        Fault::Other => fault,
    }
}

/// The place in the source of the byte at `offset` of a pattern, if it can be determined.
fn locate(source: &str, literal: Span, pattern: &str, offset: usize) -> Option<u32> {
    let written = source.get(literal.start as usize..literal.end as usize)?;
    let within = match written.find(pattern) {
        Some(start) => start + offset,
        None => 1 + offset_in_escaped(written.strip_prefix('"')?, offset)?,
    };
    Some(literal.start + u32::try_from(within).ok()?)
}

/// The length of the part of a double-quoted text that stands for `offset` bytes.
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
