//! The value after a label: where it ends, and whether it is a secret or code, a placeholder, a
//! reference or prose.

use std::ops::Range;

use super::text::{Text, contains, contains_folded, is_word};
use super::words;

/// A longer value is a secret whatever it looks like.
pub(super) const LONG: usize = 4096;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// In quotes.
    Quoted,
    /// Without quotes, directly after `=` or `:`.
    Setting,
    /// Without quotes, after a separator and blanks.
    Spaced,
}

/// The end of a value without quotes. A character that may end a value does so where the text
/// after it is not a part of one: `&x=1`, `;Server=db`, `</password>`.
pub(super) fn unquoted_end(text: &Text<'_>, start: usize) -> usize {
    let mut at = start;
    while let Some(byte) = text.at(at) {
        let is_inside = at > start;
        let ends = match byte {
            b'"' | b'`' | b',' | b')' | b']' | b'}' | b'>' => true,
            _ if byte.is_ascii_whitespace() || byte.is_ascii_control() => true,
            b'\'' => !(is_inside && text.at(at + 1).is_some_and(is_word)),
            b'\\' => text
                .at(at + 1)
                .is_none_or(|next| next.is_ascii_whitespace() || b"\"'`".contains(&next)),
            b';' => ends_pair(text, at + 1),
            b'&' => {
                text.at(at + 1) == Some(b'&') || ends_pair(text, at + 1) || is_entity(text, at + 1)
            }
            b'<' => is_tag(text, at + 1),
            b'(' | b'[' => !is_inside || is_called(text.part(start..at)),
            b'{' => !is_inside,
            _ => false,
        };
        if ends {
            break;
        }
        at += 1;
        if at - start > LONG {
            return text.run(at, usize::MAX, |byte| {
                byte.is_ascii_graphic() && !b"\"'`,;&<>\\".contains(&byte)
            });
        }
    }
    at
}

/// Whether a text before a bracket is the name of a function or a list.
fn is_called(name: &[u8]) -> bool {
    let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
    name.iter()
        .all(|&byte| is_word(byte) || b".$:?!".contains(&byte))
        && name.first().is_some_and(|byte| !byte.is_ascii_digit())
        && digits * 4 <= name.len()
}

/// Whether the text after `;` or `&` is another pair, or nothing.
fn ends_pair(text: &Text<'_>, from: usize) -> bool {
    let is_name = |byte: u8| is_word(byte) || b".[]%- ".contains(&byte);
    let end = text.run(from, 40, is_name);
    match text.at(end) {
        None => end == from,
        Some(b'=') => end > from,
        Some(_) => {
            let next = text.at(from);
            next.is_none_or(|next| next.is_ascii_whitespace() || b"\"'`)}]\\".contains(&next))
        }
    }
}

/// Whether an entity of XML follows `&`.
fn is_entity(text: &Text<'_>, from: usize) -> bool {
    let end = text.run(from, 8, |byte| byte.is_ascii_alphanumeric() || byte == b'#');
    end > from && text.at(end) == Some(b';')
}

/// Whether a tag of XML follows `<`.
fn is_tag(text: &Text<'_>, from: usize) -> bool {
    match text.at(from) {
        None | Some(b'/' | b'!' | b'?' | b'<') => true,
        Some(byte) if byte.is_ascii_alphabetic() => {
            let end = text.run(from, 40, |byte| is_word(byte) || byte == b'-');
            text.at(end).is_some_and(|byte| matches!(byte, b'>' | b' '))
        }
        Some(byte) => byte.is_ascii_whitespace(),
    }
}

/// The end of a value in quotes, which begins at `start`. An escaped quote inside has blanks before
/// it, and is not followed by what follows a value in JSON.
pub(super) fn quoted_end(text: &Text<'_>, start: usize, quote: u8) -> usize {
    let mut at = start;
    while let Some(byte) = text.at(at) {
        if byte == quote || byte.is_ascii_control() {
            break;
        }
        if byte == b' ' {
            let blanks = text.run(at, 64, |byte| byte == b' ');
            let is_escaped = quote == b'"' && text.at(blanks) == Some(b'"');
            let goes_on = text
                .at(blanks + 1)
                .is_some_and(|next| !next.is_ascii_whitespace() && !b",:;})]".contains(&next));
            if !is_escaped || !goes_on {
                break;
            }
            at = blanks;
        }
        at += 1;
        if at - start > LONG {
            return text.run(at, usize::MAX, |byte| {
                byte.is_ascii_graphic() && byte != quote
            });
        }
    }
    at
}

/// Whether a text is a place where a value is inserted or read from, and not a value.
pub(super) fn is_reference(value: &[u8]) -> bool {
    const STARTS: [&[u8]; 23] = [
        b"arn:",
        b"secret/",
        b"secrets/",
        b"kv/",
        b"vault:",
        b"env:",
        b"env.",
        b"$env:",
        b"file:",
        b"ssm:",
        b"sm:",
        b"@microsoft.keyvault",
        b"ref+",
        b"!ref",
        b"projects/",
        b"keyring:",
        b"keychain:",
        b"os.",
        b"process.",
        b"sha256-",
        b"sha512-",
        b"sha1-",
        b"sha384-",
    ];
    let begins = |start: &[u8]| {
        value
            .get(..start.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
    };
    STARTS.iter().any(|start| begins(start))
        || contains(value, b"://")
        || value.starts_with(b"__") && value.ends_with(b"__")
        || value.starts_with(b"[") && value.ends_with(b"]")
}

/// A template that a program fills in: `${TOKEN}`, `{{ token }}`, `<token>`, `%TOKEN%`, `$TOKEN`.
pub(super) fn is_template(value: &[u8]) -> bool {
    is_inserted(value) || is_mostly_inserted(value)
}

fn is_inserted(value: &[u8]) -> bool {
    let is_name = |name: &[u8]| {
        name.iter()
            .all(|byte| byte.is_ascii_alphabetic() || b"_-.".contains(byte))
    };
    match value {
        [b'$' | b'#' | b'{', b'{', .., b'}']
        | [b'{', b'%', .., b'}']
        | [b'$' | b'%' | b'#', b'(', ..] => true,
        [b'<', name @ .., b'>'] | [b'{', name @ .., b'}'] | [b'%', name @ .., b'%'] => {
            is_name(name)
        }
        [b'$', name @ ..] => {
            is_name(name) && (name.contains(&b'_') || !name.iter().any(u8::is_ascii_lowercase))
        }
        _ => false,
    }
}

/// Whether little of a text is left without its `${…}` and `{{…}}`.
fn is_mostly_inserted(value: &[u8]) -> bool {
    let (mut left, mut depth, mut inserted) = (0, 0_usize, false);
    for (place, &byte) in value.iter().enumerate() {
        match byte {
            b'{' if depth > 0
                || place > 0 && b"${#".contains(value.get(place - 1).unwrap_or(&0)) =>
            {
                depth += 1;
                inserted = true;
            }
            b'}' => depth = depth.saturating_sub(1),
            _ => left += usize::from(depth == 0 && byte.is_ascii_alphanumeric()),
        }
    }
    inserted && left < 8
}

/// Whether a text consists of words and joining characters, with capitals only at the start of a
/// word.
pub(super) fn is_words(value: &[u8]) -> bool {
    let joins = |byte: &u8| matches!(byte, b'.' | b'-' | b'_' | b'/' | b':');
    value.split(joins).all(|word| match word {
        [first, rest @ ..] => {
            first.is_ascii_alphabetic() && rest.iter().all(u8::is_ascii_lowercase)
        }
        [] => true,
    })
}

/// Whether the text after a label is a value, and not code, a placeholder, a reference or prose.
/// `is_certain` says that the label is one of passwords.
pub(super) fn is_value(text: &Text<'_>, value: Range<usize>, how: How, is_certain: bool) -> bool {
    let next = text.at(value.end);
    let all = text.part(value.clone());
    if all.len() > LONG {
        return true;
    }
    let value = all.get(..words::MAX_CHECKED).unwrap_or(all);
    if words::is_placeholder(value) || is_template(value) || is_reference(value) {
        return false;
    }
    let joined = |byte: &u8| matches!(byte, b'-' | b'_' | b' ');
    let count = value.split(joined).filter(|word| !word.is_empty()).count();
    let is_prose = is_words(value);
    // Words of a language without blanks.
    if value.iter().filter(|byte| !byte.is_ascii()).count() * 10 >= value.len() * 8 {
        return false;
    }
    // A name in camel case is a password at most.
    let has = |is_in: fn(&u8) -> bool| value.iter().any(is_in);
    let is_camel = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    if !is_certain && how != How::Setting && is_camel && words::is_identifier(value) {
        return false;
    }
    match how {
        How::Quoted => {
            !(is_key_path(value)
                || is_prose && count >= 4
                || !is_certain && value.starts_with(b"/") && words::is_identifier(value))
        }
        How::Setting | How::Spaced => {
            let is_setting = how == How::Setting;
            let is_sentence = is_prose && value.contains(&b'-') && (!is_setting || count >= 4);
            let is_expression = is_code(value, is_setting, next)
                || is_operation(value)
                || !is_setting && is_member(value);
            !(is_sentence || is_expression || is_path(value, is_setting))
                && (is_certain || !is_key_path(value))
        }
    }
}

/// A name with dots or slashes that a program looks up: `settings.api_key`, `app/api/token`,
/// `@scope/name`.
fn is_key_path(value: &[u8]) -> bool {
    let has_joint = value
        .iter()
        .any(|byte| matches!(byte, b'.' | b'/' | b':' | b'@'));
    let names_secret = ["token", "secret", "passw", "key", "auth", "cred"];
    has_joint
        && words::is_identifier(value)
        && names_secret
            .iter()
            .any(|name| contains_folded(value, name.as_bytes()))
}

/// An expression with operators, or the beginning of a block.
fn is_operation(value: &[u8]) -> bool {
    let has = |part: &[u8]| contains(value, part);
    has(b"||") || has(b"??") || has(b"=>") || has(b"{") && !has(b"}") && words::is_identifier(value)
}

/// A member of an object: `cert.passphrase`, `browser.options?.channel`.
fn is_member(value: &[u8]) -> bool {
    let is_inside = |byte: &u8| is_word(*byte) || matches!(byte, b'.' | b'?' | b'$' | b'!');
    value.contains(&b'.')
        && value.iter().all(is_inside)
        && !value.first().is_some_and(u8::is_ascii_digit)
        && words::is_identifier(&letters_of(value))
        && value.iter().filter(|byte| byte.is_ascii_digit()).count() * 4 <= value.len()
}

/// A file path of ordinary names. A relative path counts only outside of settings, and if it
/// contains a dot.
fn is_path(value: &[u8], is_setting: bool) -> bool {
    let is_ordinary = |byte: &u8| byte.is_ascii_lowercase() || b"/._-".contains(byte);
    let has = |byte: u8| value.iter().skip(1).any(|other| *other == byte);
    let begins = match value {
        [b'/', ..] => has(b'/'),
        [b'.' | b'~', b'/', ..] | [b'.', b'.', b'/', ..] => true,
        _ => !is_setting && has(b'/') && has(b'.'),
    };
    begins && value.iter().skip(1).all(is_ordinary)
}

/// Code without quotes that produces a value: a call, a path (`input.parse::<Token>()`),
/// `process.env.TOKEN`, and, unless it directly follows `=` or `:` as a setting does,
/// `CancellationToken`. Without a call, only a name that repeats what it holds can be told apart
/// from a value.
fn is_code(value: &[u8], is_setting: bool, next: Option<u8>) -> bool {
    if !value
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_$.:?!".contains(byte))
    {
        return false;
    }
    if matches!(next, Some(b'(' | b'[')) {
        return !matches!(value, [b'0'..=b'9', ..]);
    }
    if value.windows(2).any(|two| two == b"::") {
        return true;
    }
    let names = [
        "token", "secret", "passw", "pwd", "key", "auth", "cred", "env.",
    ];
    if !names
        .iter()
        .any(|name| contains_folded(value, name.as_bytes()))
    {
        return false;
    }
    let is_joined = value.contains(&b'_')
        || value.iter().any(u8::is_ascii_uppercase) && value.iter().any(u8::is_ascii_lowercase);
    let has_digit = value.iter().any(u8::is_ascii_digit);
    let is_argument = matches!(next, Some(b')' | b','));
    is_expression(value)
        || !is_setting && value.contains(&b'.') && words::is_identifier(&letters_of(value))
        || !is_setting && is_joined && !has_digit
        || is_argument && words::is_identifier(value)
}

fn letters_of(value: &[u8]) -> Vec<u8> {
    value
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_digit())
        .collect()
}

/// Names joined by dots, as in `process.env.TOKEN_2` and `ed25519.PrivateKey`.
fn is_expression(value: &[u8]) -> bool {
    let mut names = value.split(|&byte| byte == b'.');
    let is_name = |name: &[u8]| {
        let first = name.first().copied().unwrap_or_default();
        let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
        (first.is_ascii_alphabetic() || first == b'_')
            && name.iter().all(|&byte| is_word(byte))
            && digits * 3 <= name.len()
    };
    value.contains(&b'.') && names.all(is_name)
}
