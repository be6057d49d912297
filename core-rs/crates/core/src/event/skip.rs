//! Values that are not judged: validated and forgotten, without recursion.

use super::json::{MAX_DEPTH, Malformed, Scanned, Scanner, byte_at, string_end};
use super::words;

/// An integer of so many digits is surely one that a 64-bit float can hold.
const SURELY_FINITE: usize = 300;

impl Scanner<'_> {
    /// Reads any value and forgets it.
    #[inline]
    pub(crate) fn skip(&mut self) -> Scanned<()> {
        self.at = value_end(*self)?;
        Ok(())
    }

    /// Reads a string and forgets it.
    #[inline]
    pub(super) fn skip_string(&mut self) -> Scanned<()> {
        self.expect(b'"')?;
        self.skip_text();
        Ok(())
    }

    /// Reads the rest of a string and forgets it.
    #[inline]
    fn skip_text(&mut self) {
        self.at = words::plain_end(self.line, self.at);
        if byte_at(self.line, self.at) != b'"' {
            self.at = string_end(self.line, self.at).0;
        }
        self.at += 1;
    }

    /// Reads a key and the colon behind it, and forgets them.
    #[inline]
    fn skip_key(&mut self) -> Scanned<()> {
        self.expect(b'"')?;
        self.at = words::plain_end(self.line, self.at);
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

    /// Reads a number that a 64-bit float can hold and forgets it.
    #[inline]
    fn skip_number(&mut self) -> Scanned<()> {
        let start = self.at;
        self.at = words::digits_end(self.line, start);
        let digits = self.at - start;
        let plain = (1..=SURELY_FINITE).contains(&digits) && byte_at(self.line, start) != b'0';
        if !plain || matches!(byte_at(self.line, self.at), b'.' | b'e' | b'E') {
            self.at = start;
            self.finite_number()?;
        }
        Ok(())
    }
}

/// The place behind the value that is next, whatever it is.
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

/// Which of the levels that are open are objects.
#[derive(Default)]
struct Levels {
    /// One bit for each level, the innermost lowest.
    objects: u128,
    open: u32,
}

impl Levels {
    /// Opens a level, where `outside` are open already.
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

    /// Whether the innermost level is an object; nothing if none is open.
    #[inline]
    fn innermost(&self) -> Option<bool> {
        (self.open > 0).then_some(self.objects & 1 == 1)
    }
}
