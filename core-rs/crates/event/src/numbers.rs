//! Reading JSON numbers.

use super::json::{END, Malformed, Scanned, Scanner, byte_at};
use super::swar;

impl Scanner<'_> {
    /// Reads an unsigned integer in the range of `T`, without fraction or exponent.
    #[inline]
    pub(super) fn unsigned<T: TryFrom<u64>>(&mut self) -> Scanned<T> {
        let mut value = u64::from(self.peek().wrapping_sub(b'0'));
        if value > 9 {
            return Err(Malformed);
        }
        let start = self.at;
        self.at += 1;
        if value > 0 {
            loop {
                let digit = byte_at(self.line, self.at).wrapping_sub(b'0');
                if digit > 9 {
                    break;
                }
                value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
                self.at += 1;
            }
        }
        // Up to 19 digits, nothing has wrapped around.
        if self.at - start > 19 {
            value = self.long_integer(start)?;
        }
        T::try_from(value).map_err(|_| Malformed)
    }

    #[cold]
    fn long_integer(self, start: usize) -> Scanned<u64> {
        let digits = self.line.get(start..self.at).unwrap_or_default();
        let digits = std::str::from_utf8(digits).map_err(|_| Malformed)?;
        digits.parse().map_err(|_| Malformed)
    }

    /// Reads a number within the range of a 64-bit float. Rejects other numbers, as common parsers
    /// do.
    ///
    /// # Errors
    /// It is not a JSON number, or too large.
    pub fn finite_number(&mut self) -> Scanned<f64> {
        self.peek();
        let start = self.at;
        self.at = number_end(self.line, start);
        finite(self.line.get(start..self.at).ok_or(Malformed)?)
    }
}

/// The end of the number that begins at `start`. [`END`] if it is malformed.
fn number_end(line: &[u8], start: usize) -> usize {
    let mut at = start + usize::from(byte_at(line, start) == b'-');
    let whole = at;
    at = swar::digits_end(line, at);
    if at == whole || (byte_at(line, whole) == b'0' && at > whole + 1) {
        return END;
    }
    if byte_at(line, at) == b'.' {
        let fraction = at + 1;
        at = swar::digits_end(line, fraction);
        if at == fraction {
            return END;
        }
    }
    if matches!(byte_at(line, at), b'e' | b'E') {
        let sign = matches!(byte_at(line, at + 1), b'+' | b'-');
        let exponent = at + 1 + usize::from(sign);
        at = swar::digits_end(line, exponent);
        if at == exponent {
            return END;
        }
    }
    at
}

fn finite(number: &[u8]) -> Scanned<f64> {
    let value = sentry_number::parse(number).ok_or(Malformed)?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_integers_are_read_as_integers() {
        let integer = |text: &str| {
            let mut scanner = Scanner::new(text.as_bytes());
            let value = scanner.unsigned::<u64>()?;
            scanner.end().map(|()| value)
        };
        for value in [0, 7, 10, 4_294_967_296, 9_999_999_999_999_999_999, u64::MAX] {
            assert_eq!(integer(&value.to_string()), Ok(value));
        }
        for text in [
            "-1",
            "-0",
            "00",
            "01",
            "1.0",
            "1e0",
            "\"1\"",
            "null",
            "18446744073709551616",
            "99999999999999999999",
            "100000000000000000000000000000000000000000",
        ] {
            assert_eq!(integer(text), Err(Malformed), "{text}");
        }
        assert_eq!(Scanner::new(b"4294967295").unsigned::<u32>(), Ok(u32::MAX));
        assert_eq!(
            Scanner::new(b"4294967296").unsigned::<u32>(),
            Err(Malformed)
        );
    }
}
