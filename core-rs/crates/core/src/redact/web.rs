//! Secrets in URLs and in headers of HTTP.

use std::ops::Range;

use super::labels::Found;
use super::text::{Text, contains_folded, is_word};
use super::value::{self, How};
use super::words;

/// The most bytes of user and password in a URL.
const MAX_USER_INFO: usize = 1024;
/// The most bytes of one header with cookies.
const MAX_COOKIES: usize = 16 << 10;

/// The password, or the only token, in a URL whose `://` is at `place`.
pub(super) fn url(text: &Text<'_>, place: usize) -> Option<Range<usize>> {
    if !text.before(place)?.is_ascii_alphanumeric() {
        return None;
    }
    let from = place + 3;
    let ends = |byte: u8| {
        byte.is_ascii_whitespace() || byte.is_ascii_control() || b"/?#\"'`<>\\|".contains(&byte)
    };
    let end = text.run(from, MAX_USER_INFO, |byte| !ends(byte));
    let authority = text.part(from..end);
    let at = from + memchr::memrchr(b'@', authority)?;
    let user_info = text.part(from..at);
    match memchr::memchr(b':', user_info) {
        Some(colon) => {
            let (user, password) = (user_info.get(..colon)?, user_info.get(colon + 1..)?);
            let start = from + colon + 1;
            let is_default = password.eq_ignore_ascii_case(user) || is_word_for_password(password);
            let is_secret = password.len() >= 3
                && !is_default
                && !value::is_template(password)
                && !words::is_filler(password)
                && !password.starts_with(b"$")
                && !password.starts_with(b"%s")
                && !words::is_placeholder(password);
            is_secret.then_some(start..at)
        }
        None => words::is_random(user_info, 16).then_some(from..at),
    }
}

/// Whether a password is what examples have.
fn is_word_for_password(password: &[u8]) -> bool {
    const WORDS: [&[u8]; 14] = [
        b"password",
        b"pass",
        b"passwd",
        b"pwd",
        b"pw",
        b"secret",
        b"token",
        b"user",
        b"test",
        b"changeme",
        b"key",
        b"credentials",
        b"mypassword",
        b"...",
    ];
    WORDS.iter().any(|word| password.eq_ignore_ascii_case(word))
}

/// The value after the name of a header, which ends at `end`: `Authorization`, with any scheme.
pub(super) fn authorization(text: &Text<'_>, end: usize) -> Option<Found> {
    let from = header_value(text, end)?;
    let word = |from: usize| text.run(from, usize::MAX, is_in_credentials);
    let first = text.run(from, 25, |byte| is_word(byte) || byte == b'-');
    let scheme = text.part(from..first);
    if scheme.eq_ignore_ascii_case(b"bearer") {
        return None;
    }
    let next = blanks(text, first);
    let second = word(next);
    let is_scheme = scheme.len() <= 24 && scheme.first().is_some_and(u8::is_ascii_alphabetic);
    let credentials = text.part(next..second.min(next + words::MAX_CHECKED));
    if next > first && is_scheme && credentials.len() >= 8 {
        let known: [&[u8]; 7] = [
            b"basic",
            b"token",
            b"apikey",
            b"ssws",
            b"key",
            b"digest",
            b"negotiate",
        ];
        let is_known = known.iter().any(|known| scheme.eq_ignore_ascii_case(known));
        let is_secret = !words::is_placeholder(credentials)
            && !value::is_template(credentials)
            && (is_known && !value::is_words(credentials) || words::is_random(credentials, 16));
        return Found::value(next..second, is_secret);
    }
    let end = word(from);
    let shown = text.part(from..end.min(from + words::MAX_CHECKED));
    let is_secret = words::is_random(shown, 12) && !value::is_template(shown);
    Found::value(from..end, is_secret)
}

/// The value after `bearer`, which begins at `place` and ends at `end`. In a header any value is
/// one; elsewhere only one that does not look like words.
pub(super) fn bearer(text: &Text<'_>, place: usize, end: usize) -> Option<Found> {
    let is_start = text.before(place).is_none_or(|byte| !is_word(byte))
        || super::tokens::is_encoded(text.back(place, 3));
    let from = blanks(text, end);
    if !is_start || from == end {
        return None;
    }
    let end = text.run(from, usize::MAX, |byte| {
        byte.is_ascii_alphanumeric() || b"._~+/=%:-".contains(&byte)
    });
    let value = text.part(from..end.min(from + words::MAX_CHECKED));
    let is_header = contains_folded(text.back(place, 40), b"authorization");
    let is_secret = value.len() >= 12
        && !words::is_placeholder(value)
        && !value::is_template(value)
        && (is_header && !value.contains(&b':') || !value::is_words(value));
    Found::value(from..end, is_secret)
}

/// The values of cookies that hold a session, after the name `Cookie` or `Set-Cookie`, which ends
/// at `end`.
pub(super) fn cookies(text: &Text<'_>, end: usize) -> Option<Found> {
    let from = header_value(text, end)?;
    let mut at = from;
    let limit = at + MAX_COOKIES;
    let mut secrets = Vec::new();
    while at < limit {
        let name_end = text.run(at, 128, |byte| is_word(byte) || matches!(byte, b'-' | b'.'));
        if name_end == at || text.at(name_end) != Some(b'=') {
            break;
        }
        let name = text.part(at..name_end);
        let start = name_end + 1;
        let end = text.run(start, usize::MAX, |byte| {
            byte.is_ascii_graphic() && !b";\"',\\".contains(&byte)
        });
        let value = text.part(start..end.min(start + words::MAX_CHECKED));
        let holds_session = [
            "sess", "sid", "auth", "token", "csrf", "jwt", "login", "remember",
        ]
        .iter()
        .any(|word| contains_folded(name, word.as_bytes()));
        let least = if holds_session { 8 } else { 16 };
        let is_own = ["expires", "path", "domain", "max-age", "samesite"]
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own.as_bytes()));
        if !is_own && words::is_random(value, least) && !value::is_template(value) {
            secrets.push(start..end);
        }
        at = text.run(end, 4, |byte| matches!(byte, b';' | b' '));
        if at == end {
            break;
        }
    }
    match secrets.last() {
        Some(&Range { end, .. }) => Some(Found { end, secrets }),
        None => Found::nothing(from..at),
    }
}

/// Where the value of a header begins, whose name ends at `end`: `Name: value`, as a pair of JSON,
/// as two arguments, or in a URL.
fn header_value(text: &Text<'_>, end: usize) -> Option<usize> {
    let skip = |from: usize| {
        text.run(from, 8, |byte| {
            matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'`')
        })
    };
    let mut at = skip(end);
    at = match text.at(at)? {
        b':' | b'=' | b',' => at + 1,
        b']' => {
            let equals = text.run(at + 1, 4, |byte| byte == b' ');
            (text.at(equals) == Some(b'=')).then_some(equals + 1)?
        }
        b'%' if text.has_folded(at, b"%3a") || text.has_folded(at, b"%3d") => at + 3,
        _ => return None,
    };
    if text.at(at) == Some(b'>') {
        at += 1;
    }
    Some(skip(blanks(text, at)))
}

/// The end of the blanks at a place, as a text or in a URL.
fn blanks(text: &Text<'_>, from: usize) -> usize {
    let mut at = from;
    while at < from + 32 {
        match text.at(at) {
            Some(b' ' | b'\t' | b'+') => at += 1,
            Some(b'%') if text.has(at, b"%20") => at += 3,
            _ => break,
        }
    }
    at
}

fn is_in_credentials(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._~+/=%:!$&*@^|-".contains(&byte)
}

/// The password in `-u user:password`, whose value begins at `from`, if the command sends it.
pub(super) fn user_flag(text: &Text<'_>, place: usize, from: usize) -> Option<Range<usize>> {
    text.before(place)?.is_ascii_whitespace().then_some(())?;
    let command = text.back(place, 250);
    let is_client = [&b"curl"[..], b"wget", b"http ", b"https ", b"xh "]
        .iter()
        .any(|client| contains_folded(command, client));
    let mut at = text.run(from, 4, |byte| matches!(byte, b' ' | b'='));
    let quote = text.at(at).filter(|byte| matches!(byte, b'"' | b'\''));
    at += usize::from(quote.is_some());
    let is_user = |byte: u8| byte.is_ascii_graphic() && !b":\"'`$<>|;&\\".contains(&byte);
    let mut colon = text.run(at, 128, is_user);
    if text.at(colon) == quote && quote.is_some() {
        colon += 1;
    }
    if text.at(colon) != Some(b':') {
        return None;
    }
    let mut start = colon + 1;
    let own = text.at(start).filter(|byte| matches!(byte, b'"' | b'\''));
    start += usize::from(own.is_some());
    let quote = own.or(quote);
    let is_in = |byte: u8| match quote {
        Some(quote) => byte != quote && !byte.is_ascii_control(),
        None => byte.is_ascii_graphic() && !b"\"'`|;\\".contains(&byte),
    };
    let end = text.run(start, 512, is_in);
    let password = text.part(start..end);
    let is_number = password.iter().all(u8::is_ascii_digit) && password.len() <= 5;
    let is_secret = password.len() >= 3
        && (is_client && !is_number || words::is_random(password, 12))
        && !is_word_for_password(password)
        && !words::is_placeholder(password)
        && !value::is_template(password)
        && !password.starts_with(b"$")
        && value::is_value(text, start..end, How::Quoted, true);
    // A client without a password has a random name.
    let user = text.part(at..colon);
    let start = if words::is_random(user, 12) {
        at
    } else {
        start
    };
    is_secret.then_some(start..end)
}
