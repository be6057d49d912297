//! A rule's `match`: a regular expression, checked where it is written.

use sentry_acl::Value;
use sentry_pattern::{Fault, Pattern, PatternError, SyntaxError};
use sentry_text::Span;
use sentry_text::diagnostic::{Code, Diagnostic};

use super::value::Reader;

/// Reads a pattern of a site, and makes sure that it compiles. `owner` is what messages say it is the pattern of.
pub(super) fn read(reader: &mut Reader<'_>, owner: &str, value: &Value) -> Option<Pattern> {
    let text = reader.string("match", value)?;
    match Pattern::parse(&text) {
        Ok(pattern) => Some(pattern),
        Err(PatternError::TooLarge) => {
            reader.report(too_large(owner, value.span));
            None
        }
        Err(PatternError::Syntax(error)) => {
            let fault = syntax_fault(reader.source, owner, value.span, &text, &error);
            reader.report(fault);
            None
        }
    }
}

fn too_large(owner: &str, span: Span) -> Diagnostic {
    let problem = format!("the pattern of {owner} is too large: compiled it takes more than 4 MiB");
    Diagnostic::new(Code::PatternTooLarge, span, problem).help(
        "lower the counts in `{…}`, or use `[0-9A-Za-z_]` and `(?-u:…)` for Unicode classes such as `\\w`",
    )
}

fn syntax_fault(
    source: &str,
    owner: &str,
    literal: Span,
    pattern: &str,
    error: &SyntaxError,
) -> Diagnostic {
    let place = error
        .place
        .as_ref()
        .and_then(|place| {
            let locate = |offset| locate(source, literal, pattern, offset);
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
            "matching takes linear time here, so there is no look-around and no back-reference; write what may stand there instead",
        ),
        Fault::UnknownEscape => {
            fault.help("remove the backslash, or use backticks, in which `\\d` is written as it is")
        }
        Fault::Other => fault,
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
