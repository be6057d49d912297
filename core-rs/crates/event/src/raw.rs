//! JSON strings as written in a line, and decoding them.

use std::borrow::Cow;

use super::json::Malformed;

/// The text between the quotes of a JSON string, which is known to be valid.
#[derive(Clone, Copy, Debug)]
pub struct RawStr<'a> {
    pub(super) text: &'a [u8],
    pub(super) escaped: bool,
}

impl<'a> RawStr<'a> {
    /// Whether it has no character.
    pub(super) fn is_empty(self) -> bool {
        self.text.is_empty()
    }

    /// The text, if it contains no escape.
    pub(super) fn plain(self) -> Option<&'a [u8]> {
        (!self.escaped).then_some(self.text)
    }

    /// The decoded text. Borrows it if it contains no escape.
    pub fn decode(self) -> Cow<'a, str> {
        if !self.escaped {
            return Cow::Borrowed(validated(self.text));
        }
        let mut out = String::with_capacity(self.text.len());
        let mut rest = self.text;
        while let Some(at) = memchr::memchr(b'\\', rest) {
            let (before, escape) = rest.split_at(at);
            out.push_str(validated(before));
            let decoded = unescape(escape);
            debug_assert!(decoded.is_ok(), "the scanner has validated the escapes");
            let (decoded, length) = decoded.unwrap_or((char::REPLACEMENT_CHARACTER, 1));
            out.push(decoded);
            rest = escape.get(length..).unwrap_or_default();
        }
        out.push_str(validated(rest));
        Cow::Owned(out)
    }
}

/// Bytes as text. The scanner has checked that they are UTF-8.
fn validated(bytes: &[u8]) -> &str {
    let text = std::str::from_utf8(bytes);
    debug_assert!(text.is_ok(), "the scanner has validated the UTF-8");
    text.unwrap_or_default()
}

/// The character of the escape at the beginning of `text`, and its length in bytes. The two halves
/// of a surrogate pair are one escape. A lone surrogate becomes U+FFFD.
pub(super) fn unescape(text: &[u8]) -> Result<(char, usize), Malformed> {
    match text.get(1) {
        Some(b'u') => unescape_unicode(text),
        Some(&letter) => Ok((simple_escape(letter).ok_or(Malformed)?.into(), 2)),
        None => Err(Malformed),
    }
}

/// The character that a backslash and a letter stand for; `None` for `u` and those without a meaning.
#[inline]
pub(super) fn simple_escape(letter: u8) -> Option<u8> {
    let char = SIMPLE_ESCAPES.get(usize::from(letter)).copied();
    char.filter(|char| *char != 0)
}

/// For each letter the character that it stands for, or 0. A branch for each would often be predicted wrong.
static SIMPLE_ESCAPES: [u8; 256] = {
    let mut escapes = [0; 256];
    let mut rest: &[(u8, u8)] = &[
        (b'"', b'"'),
        (b'\\', b'\\'),
        (b'/', b'/'),
        (b'b', 8),
        (b'f', 12),
        (b'n', b'\n'),
        (b'r', b'\r'),
        (b't', b'\t'),
    ];
    while let [(letter, char), others @ ..] = rest {
        #[allow(clippy::indexing_slicing)] // Evaluated when it is compiled.
        {
            escapes[*letter as usize] = *char;
        }
        rest = others;
    }
    escapes
};

fn unescape_unicode(text: &[u8]) -> Result<(char, usize), Malformed> {
    let high = unicode_escape(text).ok_or(Malformed)?;
    if (0xD800..0xDC00).contains(&high)
        && let Some(low) = text.get(6..).and_then(unicode_escape)
        && (0xDC00..0xE000).contains(&low)
    {
        let scalar = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        let decoded = char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER);
        return Ok((decoded, 12));
    }
    let decoded = char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER);
    Ok((decoded, 6))
}

/// The value of the `\u` escape at the beginning of `text`.
fn unicode_escape(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |value, &digit| {
        Some(value << 4 | char::from(digit).to_digit(16)?)
    })
}

#[cfg(test)]
mod tests {
    use crate::json::Scanner;

    #[test]
    fn strings_are_decoded_and_lone_surrogates_become_replacement_characters() {
        let cases = [
            (r#""plain""#, "plain"),
            (r#""a\"b\\c\/d\b\f\n\r\te""#, "a\"b\\c/d\u{8}\u{c}\n\r\te"),
            (r#""\u00e9\u4e2d""#, "é中"),
            (r#""\ud83d\ude00!""#, "😀!"),
            (r#""\ud800""#, "\u{fffd}"),
            (r#""\udc00x""#, "\u{fffd}x"),
            (r#""\ud800\u0041""#, "\u{fffd}A"),
            (r#""\ud800\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ud800\n""#, "\u{fffd}\n"),
        ];
        for (text, expected) in cases {
            let raw = Scanner::new(text.as_bytes()).string().unwrap();
            assert_eq!(raw.decode(), expected, "{text}");
        }
    }
}
