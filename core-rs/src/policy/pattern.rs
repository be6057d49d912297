//! A rule's `match`: a regular expression, checked where it is written.

use regex_syntax::ast;

use super::value::Reader;
use crate::acl::Value;
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Span;

/// The most memory that one compiled pattern may take, in bytes.
pub(crate) const MAX_COMPILED: usize = 4 << 20;

/// Builds the matcher of one pattern, as everything in this crate does it.
pub(crate) fn build(pattern: &str) -> Result<regex::Regex, regex::Error> {
    regex::RegexBuilder::new(pattern)
        .size_limit(MAX_COMPILED)
        .build()
}

/// Reads a pattern and makes sure that it compiles.
pub(super) fn read(reader: &mut Reader<'_>, rule: Option<&str>, value: &Value) -> Option<String> {
    let pattern = reader.string("match", value)?;
    let rule = rule.map_or_else(|| "the rule".to_owned(), |name| format!("rule `{name}`"));
    if let Err(error) = regex_syntax::parse(&pattern) {
        let fault = syntax_fault(reader.source, &rule, value.span, &pattern, &error);
        reader.report(fault);
        return None;
    }
    if build(&pattern).is_err() {
        reader.report(
            Diagnostic::new(
                Code::PatternTooLarge,
                value.span,
                format!(
                    "the pattern of {rule} is too large: compiled it takes more than {} MiB",
                    MAX_COMPILED >> 20
                ),
            )
            .help("lower the counts in `{…}`, or use `[0-9A-Za-z_]` and `(?-u:…)` for Unicode classes such as `\\w`"),
        );
        return None;
    }
    Some(pattern)
}

fn syntax_fault(
    source: &str,
    rule: &str,
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
        format!("the pattern of {rule} is not a regular expression: {problem}"),
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
