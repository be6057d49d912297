//! Further checks for the matches of built-in patterns, so that code and prose are not masked.

use std::ops::Range;

/// The check for a match.
#[derive(Clone, Copy, Debug)]
pub(super) enum Check {
    Nothing,
    Bearer,
    Generic,
    Email,
}

impl Check {
    /// Whether the value of a match in `text` is a secret.
    pub(super) fn holds(self, text: &[u8], matched: Range<usize>, value: Range<usize>) -> bool {
        let part = |part: Range<usize>| text.get(part).unwrap_or_default();
        let before = part(matched.start..value.start);
        match self {
            Self::Nothing => true,
            Self::Bearer => {
                let has_header = before
                    .first()
                    .is_some_and(|byte| matches!(byte, b'A' | b'a'));
                has_header || !is_words(part(value))
            }
            Self::Generic => {
                let next = text.get(value.end).copied();
                is_value(before, part(value), next)
            }
            Self::Email => is_address(part(matched)),
        }
    }
}

/// Whether a text consists of words and joining characters, with capitals only at the start of a
/// word.
fn is_words(value: &[u8]) -> bool {
    let joins = |byte: &u8| matches!(byte, b'.' | b'-' | b'_' | b'/');
    value.split(joins).all(|word| match word {
        [first, rest @ ..] => {
            first.is_ascii_alphabetic() && rest.iter().all(u8::is_ascii_lowercase)
        }
        [] => true,
    })
}

/// Whether the text after a label is a value, and not a place where a value is inserted or read
/// from.
fn is_value(before: &[u8], value: &[u8], next: Option<u8>) -> bool {
    if is_filler(value)
        || is_template(value)
        || value.starts_with(b"http://")
        || value.starts_with(b"https://")
    {
        return false;
    }
    match before.last() {
        Some(b'"' | b'\'' | b'`') => true,
        last => {
            let is_setting = matches!(last, Some(b'=' | b':'));
            !is_path(value, is_setting) && !is_code(value, is_setting, next)
        }
    }
}

/// A single repeated character, as in `xxxxxxxxxxxx`.
fn is_filler(value: &[u8]) -> bool {
    value.iter().all(|byte| value.first() == Some(byte))
}

/// A template that a program fills in: `${TOKEN}`, `{{ token }}`, `<token>`, `%TOKEN%`, `$TOKEN`.
fn is_template(value: &[u8]) -> bool {
    let is_name = |name: &[u8]| {
        name.iter()
            .all(|byte| byte.is_ascii_alphabetic() || b"_-.".contains(byte))
    };
    match value {
        [b'$', b'{', .., b'}']
        | [b'$' | b'%', b'(', ..]
        | [b'{', b'{', .., b'}', b'}']
        | [b'{', b'%', .., b'}'] => true,
        [b'<', name @ .., b'>'] | [b'{', name @ .., b'}'] | [b'%', name @ .., b'%'] => {
            is_name(name)
        }
        [b'$', name @ ..] => {
            is_name(name) && (name.contains(&b'_') || !name.iter().any(u8::is_ascii_lowercase))
        }
        _ => false,
    }
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
    let names_secret = {
        let small = value.to_ascii_lowercase();
        let words = [
            "token", "secret", "passw", "pwd", "key", "auth", "cred", "env.",
        ];
        words
            .iter()
            .any(|word| memchr::memmem::find(&small, word.as_bytes()).is_some())
    };
    if !names_secret {
        return false;
    }
    let is_joined = value.contains(&b'_')
        || value.iter().any(u8::is_ascii_uppercase) && value.iter().any(u8::is_ascii_lowercase);
    let has_digit = value.iter().any(u8::is_ascii_digit);
    is_expression(value) || !is_setting && is_joined && !has_digit
}

/// Names joined by dots, as in `process.env.TOKEN_2`.
fn is_expression(value: &[u8]) -> bool {
    let mut names = value.split(|&byte| byte == b'.');
    let is_name = |name: &[u8]| {
        let (Some(first), Some(last)) = (name.first(), name.last()) else {
            return false;
        };
        let inside = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        // Names often end with a digit, but seldom contain one inside.
        let letters = name.iter().rposition(|byte| !byte.is_ascii_digit());
        let inner = name
            .get(..letters.map_or(0, |last| last + 1))
            .unwrap_or_default();
        (first.is_ascii_alphabetic() || *first == b'_')
            && inside(last)
            && inner
                .iter()
                .all(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
    };
    value.contains(&b'.') && names.all(is_name)
}

/// Whether an address belongs to a person: not `git@` of a repository host, and not an image name
/// such as `icon@2x.png`.
fn is_address(address: &[u8]) -> bool {
    let mut parts = address.split(|&byte| byte == b'@');
    let (user, host) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let is_picture =
        |host: &[u8]| matches!(host, [b'1'..=b'9', b'x', b'.', kind @ ..] if kind.len() <= 4);
    !(user == b"git" || is_picture(host))
}
