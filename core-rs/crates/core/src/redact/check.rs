//! What a match of a built-in pattern must be besides, so that code and prose are left alone.

use std::ops::Range;

/// What is asked of a match.
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

/// Whether a text is letters and what joins them, with a capital only where a word begins.
fn is_words(value: &[u8]) -> bool {
    let joins = |byte: &u8| matches!(byte, b'.' | b'-' | b'_' | b'/');
    value.split(joins).all(|word| match word {
        [first, rest @ ..] => {
            first.is_ascii_alphabetic() && rest.iter().all(u8::is_ascii_lowercase)
        }
        [] => true,
    })
}

/// Whether what stands behind a label is a value, and not where one is to be put or taken from.
fn is_value(before: &[u8], value: &[u8], next: Option<u8>) -> bool {
    if is_blank(value)
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

/// One character over and over, as in `xxxxxxxxxxxx`.
fn is_blank(value: &[u8]) -> bool {
    value.iter().all(|byte| value.first() == Some(byte))
}

/// What a program puts a value in: `${TOKEN}`, `{{ token }}`, `<token>`, `%TOKEN%`, `$TOKEN`.
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

/// A file's path of ordinary names; without its root only where it is no setting, and has a dot as files do.
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

/// What of a program stands without quotes where a value is taken from: a call, a path of names
/// (`input.parse::<Token>()`), `process.env.TOKEN`, and, unless it is
/// right behind `=` or `:` as a setting is, `CancellationToken`. Without a call only a name that says again what it is the
/// name of is told from a value.
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
    let says_again = {
        let small = value.to_ascii_lowercase();
        let words = [
            "token", "secret", "passw", "pwd", "key", "auth", "cred", "env.",
        ];
        words
            .iter()
            .any(|word| memchr::memmem::find(&small, word.as_bytes()).is_some())
    };
    if !says_again {
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
        // A digit stands at the end of a name, seldom inside.
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

/// Whether it is a person's: not the user of a repository's host, and no name of a picture such as `icon@2x.png`.
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
