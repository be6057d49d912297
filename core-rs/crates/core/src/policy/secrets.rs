//! Finds the secrets of a document, so that no code frame shows them.

use sentry_acl::{Document, Entry, Item, Name, Value, ValueKind};
use sentry_text::{Span, offset};

/// The names of an `llm` section whose values may be shown. Any other value there may be a key with
/// a misspelled name.
const OPEN: [&str; 3] = ["url", "model", "timeout_s"];

/// The places of all secrets. They are found by name alone, since frames are made for mistakes: the
/// key may be set twice, misspelled, of a wrong type, misplaced or unclosed.
pub(super) fn of(source: &str, document: &Document) -> Vec<Span> {
    let mut found = Vec::new();
    items(&document.items, false, &mut found);
    written(source, &mut found);
    found
}

/// The values of all names of keys anywhere in the text. Text that the parser skips, such as a
/// whole document in braces, is not in the tree.
fn written(source: &str, found: &mut Vec<Span>) {
    let mut rest = source;
    while let Some(at) = rest
        .as_bytes()
        .windows(3)
        .position(|name| name.eq_ignore_ascii_case(b"key"))
    {
        rest = rest.get(at + 3..).unwrap_or_default();
        let after = rest.strip_prefix(['"', '\'', '`']).unwrap_or(rest);
        let value = after.trim_start_matches(|c: char| c.is_whitespace() || "=:+>".contains(c));
        if after.len() == value.len() {
            continue;
        }
        let end = match value.chars().next() {
            Some(quote @ ('"' | '\'' | '`')) => value
                .get(1..)
                .and_then(|text| text.find([quote, '\n']))
                .map(|end| end + 2),
            _ => value.find(|c: char| c.is_whitespace() || ",}(".contains(c)),
        };
        let (secret, next) = value
            .split_at_checked(end.unwrap_or(value.len()))
            .unwrap_or((value, ""));
        rest = next;
        // A call is part of the tree.
        if !next.starts_with('(') {
            let start = offset(source.len() - value.len());
            found.push(Span::new(start, start + offset(secret.len())));
        }
    }
}

fn items(items: &[Item], in_llm: bool, found: &mut Vec<Span>) {
    for item in items {
        match item {
            Item::Attribute(attribute) => named(&attribute.name, &attribute.value, in_llm, found),
            Item::Block(block) if is_secret(&block.name, in_llm) => {
                found.push(Span::new(block.name.span.end, block.span.end));
            }
            Item::Block(block) => self::items(&block.items, block.name.text == "llm", found),
        }
    }
}

fn named(name: &Name, value: &Value, in_llm: bool, found: &mut Vec<Span>) {
    if is_secret(name, in_llm) {
        found.push(secret_part(value));
    } else if matches!(&value.kind, ValueKind::String(text) if text.contains("://") && text.contains('@'))
    {
        // A URL that contains a user and a password.
        found.push(value.span);
    } else {
        within(value, name.text == "llm", found);
    }
}

fn within(value: &Value, in_llm: bool, found: &mut Vec<Span>) {
    match &value.kind {
        ValueKind::Object(entries) => entries
            .iter()
            .for_each(|Entry { key, value }| named(key, value, in_llm, found)),
        ValueKind::List(values) => values.iter().for_each(|value| within(value, in_llm, found)),
        _ => {}
    }
}

fn is_secret(name: &Name, in_llm: bool) -> bool {
    let name = name.text.to_ascii_lowercase();
    name.ends_with("key") || (in_llm && !OPEN.contains(&name.as_str()))
}

/// The arguments of a call, or any other value as a whole.
fn secret_part(value: &Value) -> Span {
    match &value.kind {
        ValueKind::Call(call) => match (call.args.first(), call.args.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => value.span,
        },
        _ => value.span,
    }
}
