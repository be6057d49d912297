//! Replaces JSON escapes without changing the length of the text.
//!
//! In a JSON body, a newline before a key is written `\nsk-…`, where `\b` finds no word boundary.
//! Quotes are `\"` in JSON inside a JSON string, and have three backslashes one level deeper. The
//! patterns need not know about that.

/// Replaces backslashes and the character that they escape by text of the same length: blanks and
/// the quote, blanks and the white space (`\n`, `\r`, `\t`), or slashes. Decodes `\u003d` and the
/// like, too (see [`by_code`]). Other backslashes are kept. A text that comes in parts must not be
/// cut inside an escape.
pub(super) fn replace(text: &mut [u8]) {
    let mut from = 0;
    while let Some(found) = text
        .get(from..)
        .and_then(|rest| memchr::memchr(b'\\', rest))
    {
        let start = from + found;
        let rest = text.get(start..).unwrap_or_default();
        let run = rest.iter().take_while(|&&byte| byte == b'\\').count();
        from = start + run;
        let (filler, last_byte) = match text.get(from) {
            Some(b'n') => (b' ', b'\n'),
            Some(b'r') => (b' ', b'\r'),
            Some(b't') => (b' ', b'\t'),
            Some(b'/') => (b'/', b'/'),
            Some(quote @ (b'"' | b'\'')) => (b' ', *quote),
            Some(b'u') => match text.get(from + 1..from + 5).and_then(by_code) {
                Some(replacement) => {
                    from += 4;
                    replacement
                }
                None => continue,
            },
            _ => continue,
        };
        if let Some(escape) = text.get_mut(start..=from) {
            escape.fill(filler);
            if let Some(last) = escape.last_mut() {
                *last = last_byte;
            }
        }
    }
}

/// The replacement for a character given by four hexadecimal digits: the filler, and the last byte.
/// `None` for letters, digits and the backslash, and for characters outside ASCII that are not white
/// space, which stay escaped (see [`super::view`]). Half of a character becomes `~`, which ends a
/// word but may be part of a value, like the character itself.
fn by_code(digits: &[u8]) -> Option<(u8, u8)> {
    let code = digits.iter().try_fold(0, |code, &digit| {
        Some(code * 16 + char::from(digit).to_digit(16)?)
    })?;
    Some(match u8::try_from(code) {
        Ok(byte) if byte.is_ascii_alphanumeric() || byte == b'\\' => return None,
        // These occur in base64.
        Ok(byte @ (b'+' | b'/')) => (byte, byte),
        Ok(byte) if byte.is_ascii_graphic() || byte.is_ascii_whitespace() => (b' ', byte),
        Ok(byte) if byte.is_ascii() || byte == 0xa0 => (b' ', b' '),
        Err(_) if matches!(code, 0x2000..=0x200b | 0x2028 | 0x2029 | 0x3000 | 0xfeff) => {
            (b' ', b' ')
        }
        _ if matches!(code, 0xd800..=0xdfff) => (b'~', b'~'),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_replaced_at_the_same_length() {
        for (written, seen) in [
            (r"a\nb", "a \nb"),
            (r#"{\"k\":\"v\"}"#, r#"{ "k ": "v "}"#),
            (r#"\\\"x\\n"#, "   \"x  \n"),
            (r"a\/b\\/c", "a//b///c"),
            (r"C:\dir\u0041\\", r"C:\dir\u0041\\"),
            (r"k\u003dv\u0022\\u000A", "k     =v     \"      \n"),
            (r"a\u002B\u00e9\u00A0\ud83d", r"a++++++\u00e9      ~~~~~~"),
            (r"\u00\u12g4\u", r"\u00\u12g4\u"),
            ("é\\t\\", "é \t\\"),
            ("", ""),
        ] {
            let mut text = written.as_bytes().to_vec();
            replace(&mut text);
            assert_eq!(String::from_utf8(text).unwrap(), seen);
        }
    }
}
