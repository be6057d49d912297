//! Escapes of JSON, taken away without moving anything.
//!
//! A newline before a key is `\nsk-…` in a body, where `\b` finds no edge of a word; quotes are `\"` in JSON that is a text
//! of JSON, and have three backslashes one level deeper. Patterns are not to know of that.

/// Puts in place of backslashes and the character that they escape, at the same length: blanks and the quote, blanks and
/// white space (`\n`, `\r`, `\t`), or as many slashes. `\u003d` and its like are read too (see [`by_code`]). Other backslashes
/// stay. A text that comes in parts must not be cut between backslashes and the last of what they escape.
pub(super) fn take_away(text: &mut [u8]) {
    let mut from = 0;
    while let Some(found) = text
        .get(from..)
        .and_then(|rest| memchr::memchr(b'\\', rest))
    {
        let start = from + found;
        let behind = text.get(start..).unwrap_or_default();
        let run = behind.iter().take_while(|&&byte| byte == b'\\').count();
        from = start + run;
        let (blank, stands_for) = match text.get(from) {
            Some(b'n') => (b' ', b'\n'),
            Some(b'r') => (b' ', b'\r'),
            Some(b't') => (b' ', b'\t'),
            Some(b'/') => (b'/', b'/'),
            Some(quote @ (b'"' | b'\'')) => (b' ', *quote),
            Some(b'u') => match text.get(from + 1..from + 5).and_then(by_code) {
                Some(seen) => {
                    from += 4;
                    seen
                }
                None => continue,
            },
            _ => continue,
        };
        if let Some(escape) = text.get_mut(start..=from) {
            escape.fill(blank);
            if let Some(last) = escape.last_mut() {
                *last = stands_for;
            }
        }
    }
}

/// What is seen of a character that four digits stand for: what fills its place, and what ends it. Letters, digits and
/// the backslash stay as they are written. What is not of ASCII is no white space and no part of a word, but may be one of a
/// value, as if it were written itself.
fn by_code(digits: &[u8]) -> Option<(u8, u8)> {
    let code = digits.iter().try_fold(0, |code, &digit| {
        Some(code * 16 + char::from(digit).to_digit(16)?)
    })?;
    Some(match u8::try_from(code) {
        Ok(byte) if byte.is_ascii_alphanumeric() || byte == b'\\' => return None,
        // Within keys of base64.
        Ok(byte @ (b'+' | b'/')) => (byte, byte),
        Ok(byte) if byte.is_ascii_graphic() || byte.is_ascii_whitespace() => (b' ', byte),
        Ok(byte) if byte.is_ascii() || byte == 0xa0 => (b' ', b' '),
        Err(_) if matches!(code, 0x2000..=0x200b | 0x2028 | 0x2029 | 0x3000 | 0xfeff) => {
            (b' ', b' ')
        }
        _ => (b'~', b'~'),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_what_they_stand_for_at_the_same_length() {
        for (written, seen) in [
            (r"a\nb", "a \nb"),
            (r#"{\"k\":\"v\"}"#, r#"{ "k ": "v "}"#),
            (r#"\\\"x\\n"#, "   \"x  \n"),
            (r"a\/b\\/c", "a//b///c"),
            (r"C:\dir\u0041\\", r"C:\dir\u0041\\"),
            (r"k\u003dv\u0022\\u000A", "k     =v     \"      \n"),
            (r"a\u002B\u00e9\u00A0\ud83d", "a++++++~~~~~~      ~~~~~~"),
            (r"\u00\u12g4\u", r"\u00\u12g4\u"),
            ("é\\t\\", "é \t\\"),
            ("", ""),
        ] {
            let mut text = written.as_bytes().to_vec();
            take_away(&mut text);
            assert_eq!(String::from_utf8(text).unwrap(), seen);
        }
    }
}
