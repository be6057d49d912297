//! Escapes of JSON, taken away without moving anything.
//!
//! A newline before a key is `\nsk-…` in a body, where `\b` finds no edge of a word; quotes are `\"` in JSON that is a text
//! of JSON, and have three backslashes one level deeper. Patterns are not to know of that.

/// Puts in place of backslashes and the character that they escape, at the same length: blanks and the quote, blanks and
/// white space (`\n`, `\r`, `\t`), or as many slashes. Other backslashes stay. Looks at no byte but the one before to say
/// what escapes a character, so a text that is cut between backslashes and what follows must not be cut before these.
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
            ("é\\t\\", "é \t\\"),
            ("", ""),
        ] {
            let mut text = written.as_bytes().to_vec();
            take_away(&mut text);
            assert_eq!(String::from_utf8(text).unwrap(), seen);
        }
    }
}
