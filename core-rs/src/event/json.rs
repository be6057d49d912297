//! A JSON scanner over one line: validates everything, borrows strings, builds nothing.
//!
//! It accepts what RFC 8259 accepts, with the limit of common parsers (127 levels of nesting), so a
//! line is malformed here exactly when it is malformed elsewhere. The exception is a lone surrogate
//! escape, which decodes to U+FFFD.

use super::raw::RawStr;

/// The line is not JSON, or not of the expected shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

type Scanned<T> = Result<T, Malformed>;

/// Levels of objects and arrays that may be open at once, as in `serde_json`.
const MAX_DEPTH: u32 = 127;

/// A place in a line, and how deep in it.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Scanner<'a> {
    /// Starts at the beginning of `text`.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is not white space, not consumed.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = self.byte()?;
            if byte > b' ' || !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    fn eat(&mut self, expected: u8) -> bool {
        let there = self.peek() == Some(expected);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, expected: u8) -> Scanned<()> {
        if self.eat(expected) {
            Ok(())
        } else {
            Err(Malformed)
        }
    }

    fn literal(&mut self, word: &str) -> bool {
        let there = self
            .text
            .as_bytes()
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word.as_bytes()));
        if there {
            self.at += word.len();
        }
        there
    }

    /// Succeeds where nothing but white space is left.
    pub(super) fn end(&mut self) -> Scanned<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Malformed),
        }
    }

    fn enter(&mut self) -> Scanned<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Malformed);
        }
        Ok(())
    }

    /// Reads an object; `member` is called after each key and must consume the value.
    pub(super) fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, &str) -> Scanned<()>,
    ) -> Scanned<()> {
        self.expect(b'{')?;
        self.enter()?;
        if !self.eat(b'}') {
            loop {
                let key = self.string()?;
                self.expect(b':')?;
                match key.plain() {
                    Some(plain) => member(self, plain)?,
                    None => member(self, &key.decode())?,
                }
                if self.eat(b'}') {
                    break;
                }
                self.expect(b',')?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Reads an array; `element` is called for each value and must consume it.
    pub(super) fn array(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Scanned<()>,
    ) -> Scanned<()> {
        self.expect(b'[')?;
        self.enter()?;
        if !self.eat(b']') {
            loop {
                element(self)?;
                if self.eat(b']') {
                    break;
                }
                self.expect(b',')?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// The text of the value that `read` consumes, white space before it left out.
    pub(super) fn slice(
        &mut self,
        read: impl FnOnce(&mut Self) -> Scanned<()>,
    ) -> Scanned<&'a str> {
        self.peek();
        let start = self.at;
        read(self)?;
        self.text.get(start..self.at).ok_or(Malformed)
    }

    /// Reads a string.
    pub(super) fn string(&mut self) -> Scanned<RawStr<'a>> {
        self.expect(b'"')?;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.at += plain_length(self.text.as_bytes().get(self.at..).unwrap_or_default());
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return Err(Malformed),
            }
        }
        let text = self.text.get(start..self.at).ok_or(Malformed)?;
        self.at += 1;
        Ok(RawStr { text, escaped })
    }

    fn escape(&mut self) -> Scanned<()> {
        let kind = self.text.as_bytes().get(self.at + 1).copied();
        self.at += 2;
        match kind {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(()),
            Some(b'u') => {
                let digits = self.text.as_bytes().get(self.at..self.at + 4);
                if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                    return Err(Malformed);
                }
                self.at += 4;
                Ok(())
            }
            _ => Err(Malformed),
        }
    }

    /// Reads a number as it stands, valid by the grammar.
    pub(super) fn number(&mut self) -> Scanned<&'a str> {
        self.peek();
        let start = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        match self.byte() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(Malformed),
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            self.some_digits()?;
        }
        self.text.get(start..self.at).ok_or(Malformed)
    }

    fn digits(&mut self) {
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self) -> Scanned<()> {
        let start = self.at;
        self.digits();
        if self.at == start {
            return Err(Malformed);
        }
        Ok(())
    }

    /// Reads an unsigned integer that fits `T`, written without fraction or exponent.
    pub(super) fn unsigned<T: TryFrom<u64>>(&mut self) -> Scanned<T> {
        let value: u64 = self.number()?.parse().map_err(|_| Malformed)?;
        T::try_from(value).map_err(|_| Malformed)
    }

    /// Reads `true` or `false`.
    pub(super) fn boolean(&mut self) -> Scanned<bool> {
        self.peek();
        if self.literal("true") {
            Ok(true)
        } else if self.literal("false") {
            Ok(false)
        } else {
            Err(Malformed)
        }
    }

    /// Reads `null` if it is next.
    pub(super) fn null(&mut self) -> bool {
        self.peek();
        self.literal("null")
    }

    /// Reads any value and forgets it.
    pub(super) fn skip(&mut self) -> Scanned<()> {
        match self.peek() {
            Some(b'{') => self.object(|scanner, _| scanner.skip()),
            Some(b'[') => self.array(Self::skip),
            Some(b'"') => self.string().map(|_| ()),
            Some(b't' | b'f') => self.boolean().map(|_| ()),
            Some(b'n') if self.null() => Ok(()),
            _ => self.finite_number().map(|_| ()),
        }
    }

    /// Reads a number that a 64-bit float can hold; a larger one is refused as common parsers do.
    pub(super) fn finite_number(&mut self) -> Scanned<f64> {
        let value: f64 = self.number()?.parse().map_err(|_| Malformed)?;
        if value.is_finite() {
            Ok(value)
        } else {
            Err(Malformed)
        }
    }
}

/// How many bytes of `text` stand for themselves in a string: up to the first quote, backslash or
/// control character. Looks at eight bytes at a time.
fn plain_length(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return text.len() - rest.len() + (special.trailing_zeros() / 8) as usize;
        }
        rest = after;
    }
    let plain = |byte: &u8| *byte >= b' ' && *byte != b'"' && *byte != b'\\';
    text.len() - rest.len() + rest.iter().take_while(|byte| plain(byte)).count()
}

/// A word whose lowest set bit is in the lowest byte of `word` that ends a plain stretch; 0 if none
/// does. Bits above that one mean nothing. (The test for a byte below n is from "Bit Twiddling
/// Hacks", Sean Eron Anderson.)
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let below = |word: u64, n: u8| word.wrapping_sub(ONES * u64::from(n)) & !word & HIGH;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    below(word, b' ') | equal(b'"') | equal(b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skips(text: &str) -> bool {
        let mut scanner = Scanner::new(text);
        scanner.skip().and_then(|()| scanner.end()).is_ok()
    }

    #[test]
    fn accepts_what_serde_json_accepts() {
        let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        let mixed = format!("{}1{}", "[{\"a\":".repeat(63), "}]".repeat(63));
        let cases = [
            "null",
            "true",
            "false",
            " 1 ",
            "-0",
            "0.5",
            "1e9",
            "-1.25E-3",
            "\"\"",
            "\"\\u00e9\\n\"",
            "[]",
            "{}",
            "[1,2,[3]]",
            "{\"a\":[{}],\"b\":null}",
            "\"\\ud83d\\ude00\"",
            "",
            "nul",
            "tru",
            "01",
            "1.",
            ".5",
            "1e",
            "+1",
            "--1",
            "1e999",
            "\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\u{1}\"",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{\"a\":1,}",
            "[1}",
            "{\"a\":1]",
            "1 2",
            "[1 2]",
            "{\"a\" 1}",
            "'a'",
            "NaN",
            "[\"\\",
            "\"\\u",
            "[[",
            "\u{a0}1",
            &deep(126),
            &deep(127),
            &deep(128),
            &deep(129),
            &mixed,
        ];
        for case in cases {
            let expected = serde_json::from_str::<serde_json::Value>(case).is_ok();
            assert_eq!(skips(case), expected, "{case}");
        }
    }

    #[test]
    fn every_prefix_and_every_flipped_byte_agrees_with_serde_json() {
        let line = r#"{"identity":{"agent":"py","n":[1.5,-2e3,true,null]},"event":{"Dns":{"pid":1,"query":"a\"\u0041\\"}}}"#;
        for end in 0..line.len() {
            let prefix = &line[..end];
            assert!(!skips(prefix), "{prefix}");
        }
        for at in 0..line.len() {
            for replacement in [b'"', b'\\', b'{', b']', b'0', b',', b' ', b'x', 0x1f] {
                let mut bytes = line.as_bytes().to_vec();
                bytes[at] = replacement;
                let text = String::from_utf8(bytes).unwrap();
                let expected = serde_json::from_str::<serde_json::Value>(&text).is_ok();
                assert_eq!(skips(&text), expected, "{text}");
            }
        }
    }

    #[test]
    fn a_plain_stretch_ends_where_it_should_wherever_that_is() {
        let length = |text: &[u8]| {
            let plain = |byte: &&u8| **byte >= 0x20 && **byte != b'"' && **byte != b'\\';
            text.iter().take_while(plain).count()
        };
        for before in 0..20 {
            for special in 0..=255 {
                for behind in [b' ', 0x1f, b'"', 0x80, 0xff] {
                    let mut text = vec![0xc3; before];
                    text.push(special);
                    text.extend([behind; 9]);
                    assert_eq!(
                        plain_length(&text),
                        length(&text),
                        "{before} {special} {behind}"
                    );
                }
            }
        }
    }

    #[test]
    fn integers_are_taken_only_as_integers() {
        assert_eq!(Scanner::new("4294967295").unsigned::<u32>(), Ok(u32::MAX));
        for text in [
            "4294967296",
            "-1",
            "-0",
            "1.0",
            "1e0",
            "\"1\"",
            "null",
            "18446744073709551616",
        ] {
            assert_eq!(
                Scanner::new(text).unsigned::<u32>(),
                Err(Malformed),
                "{text}"
            );
        }
    }
}
