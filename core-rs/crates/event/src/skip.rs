//! Validates and skips values that are not judged, without recursion.

use super::json::{MAX_DEPTH, Malformed, Scanned, Scanner, byte_at};
use super::strings::string_end;
use super::swar;

/// An integer with at most this many digits is within the range of a 64-bit float.
const MAX_FINITE_DIGITS: usize = 300;

impl<'a> Scanner<'a> {
    /// Skips any value, and returns its text.
    #[inline]
    pub(super) fn skipped(&mut self) -> Scanned<Option<&'a [u8]>> {
        self.peek();
        let start = self.at;
        self.skip()?;
        Ok(self.line.get(start..self.at))
    }

    /// Skips any value.
    ///
    /// # Errors
    /// It is not JSON.
    #[inline]
    pub fn skip(&mut self) -> Scanned<()> {
        self.at = value_end(*self)?;
        Ok(())
    }

    /// Skips a string.
    #[inline]
    pub(super) fn skip_string(&mut self) -> Scanned<()> {
        self.expect(b'"')?;
        self.skip_text();
        Ok(())
    }

    /// Skips the rest of a string, with the closing quote.
    #[inline]
    fn skip_text(&mut self) {
        self.at = swar::plain_end(self.line, self.at);
        if byte_at(self.line, self.at) != b'"' {
            self.at = string_end(self.line, self.at).0;
        }
        self.at += 1;
    }

    /// Skips a key and its colon.
    #[inline]
    fn skip_key(&mut self) -> Scanned<()> {
        self.expect(b'"')?;
        self.at = swar::plain_end(self.line, self.at);
        if self.starts_with("\":") {
            self.at += 2;
            return Ok(());
        }
        if byte_at(self.line, self.at) != b'"' {
            self.at = string_end(self.line, self.at).0;
        }
        self.at += 1;
        self.expect(b':')
    }

    /// Skips a number within the range of a 64-bit float.
    #[inline]
    fn skip_number(&mut self) -> Scanned<()> {
        let start = self.at;
        self.at = swar::digits_end(self.line, start);
        let digits = self.at - start;
        let plain = (1..=MAX_FINITE_DIGITS).contains(&digits) && byte_at(self.line, start) != b'0';
        if !plain || matches!(byte_at(self.line, self.at), b'.' | b'e' | b'E') {
            self.at = start;
            self.finite_number()?;
        }
        Ok(())
    }
}

/// The position after the next value.
fn value_end(mut scanner: Scanner<'_>) -> Scanned<usize> {
    let mut levels = Levels::default();
    loop {
        match scanner.peek() {
            b'"' => {
                scanner.at += 1;
                scanner.skip_text();
            }
            b'-' | b'0'..=b'9' => scanner.skip_number()?,
            b'{' => {
                scanner.at += 1;
                if !scanner.eat(b'}') {
                    levels.open(true, scanner.depth)?;
                    scanner.skip_key()?;
                    continue;
                }
            }
            b'[' => {
                scanner.at += 1;
                if !scanner.eat(b']') {
                    levels.open(false, scanner.depth)?;
                    continue;
                }
            }
            b'n' if scanner.literal("null") => {}
            _ => scanner.boolean().map(|_| ())?,
        }
        loop {
            let Some(object) = levels.innermost() else {
                return Ok(scanner.at);
            };
            if scanner.eat(b',') {
                if object {
                    scanner.skip_key()?;
                }
                break;
            }
            scanner.expect(if object { b'}' } else { b']' })?;
            levels.close();
        }
    }
}

/// The open levels of nesting, and which of them are objects.
#[derive(Default)]
struct Levels {
    /// One bit per level, set for an object. The innermost level is the lowest bit.
    objects: u128,
    open: u32,
}

impl Levels {
    /// Opens a level. `outside` levels are open already.
    #[inline]
    fn open(&mut self, object: bool, outside: u32) -> Scanned<()> {
        self.objects = self.objects << 1 | u128::from(object);
        self.open += 1;
        if self.open + outside > MAX_DEPTH {
            return Err(Malformed);
        }
        Ok(())
    }

    #[inline]
    fn close(&mut self) {
        self.objects >>= 1;
        self.open -= 1;
    }

    /// Whether the innermost level is an object; `None` if no level is open.
    #[inline]
    fn innermost(&self) -> Option<bool> {
        (self.open > 0).then_some(self.objects & 1 == 1)
    }
}
