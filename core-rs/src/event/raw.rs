//! Strings as they stand in a line of JSON, and what they say.

use std::borrow::Cow;

/// A string as it stands between its quotes, known to be valid.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawStr<'a> {
    pub(super) text: &'a str,
    pub(super) escaped: bool,
}

impl<'a> RawStr<'a> {
    /// The empty string.
    pub(super) const EMPTY: Self = Self {
        text: "",
        escaped: false,
    };

    /// The text itself where no escape is in it.
    pub(super) fn plain(self) -> Option<&'a str> {
        (!self.escaped).then_some(self.text)
    }

    /// The text, unescaped where needed.
    pub(super) fn decode(self) -> Cow<'a, str> {
        if self.escaped {
            let mut out = String::with_capacity(self.text.len());
            self.decode_into(&mut out);
            Cow::Owned(out)
        } else {
            Cow::Borrowed(self.text)
        }
    }

    /// Appends the unescaped text to `out`.
    pub(super) fn decode_into(self, out: &mut String) {
        if !self.escaped {
            out.push_str(self.text);
            return;
        }
        let mut rest = self.text;
        while let Some((before, after)) = rest.split_once('\\') {
            out.push_str(before);
            let mut chars = after.chars();
            match chars.next() {
                Some('b') => out.push('\u{8}'),
                Some('f') => out.push('\u{c}'),
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some('u') => {
                    let (decoded, remaining) = decode_unicode(chars.as_str());
                    out.push(decoded);
                    rest = remaining;
                    continue;
                }
                Some(literal) => out.push(literal),
                None => {}
            }
            rest = chars.as_str();
        }
        out.push_str(rest);
    }
}

/// Decodes what follows `\u`: four hex digits, and the low half of a surrogate pair where the first
/// is a high one. A surrogate alone becomes U+FFFD.
fn decode_unicode(text: &str) -> (char, &str) {
    let Some((high, rest)) = hex4(text) else {
        return (char::REPLACEMENT_CHARACTER, text);
    };
    if (0xD800..0xDC00).contains(&high)
        && let Some((low, after)) = rest.strip_prefix("\\u").and_then(hex4)
        && (0xDC00..0xE000).contains(&low)
    {
        let scalar = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        let decoded = char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER);
        return (decoded, after);
    }
    let decoded = char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER);
    (decoded, rest)
}

fn hex4(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let all_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let value = u32::from_str_radix(digits, 16).ok()?;
    all_hex.then_some((value, rest))
}

#[cfg(test)]
mod tests {
    use crate::event::json::Scanner;

    #[test]
    fn strings_decode_as_they_should_and_lone_surrogates_become_replacement_characters() {
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
            let raw = Scanner::new(text).string().unwrap();
            assert_eq!(raw.decode(), expected, "{text}");
        }
    }
}
