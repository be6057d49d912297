//! Reads decimal numbers as 64-bit floats, in little code. `str::parse` does the same with a table
//! that adds 14 kB to the wasm module and cannot be compressed.

mod digits;

use digits::Digits;

/// 5 to the power of 22 is the highest that a float has, and 27 that 64 bits have.
const EXACT_IN_FLOAT: u32 = 22;
const EXACT_IN_64_BITS: u32 = 27;
const INFINITE: u64 = 0x7ff << 52;

/// Reads a number such as `30`, `-0.5` or `1e6`, rounded to the nearest float, and of two to the even
/// one. A number that is too large is infinite. `None` if the text has another form.
///
/// ```
/// assert_eq!(sentry_number::parse(b"-1.5e3"), Some(-1500.0));
/// assert_eq!(sentry_number::parse(b".5"), Some(0.5));
/// assert_eq!(sentry_number::parse(b"1e999"), Some(f64::INFINITY));
/// assert_eq!(sentry_number::parse(b"+1"), None);
/// assert_eq!(sentry_number::parse(b"inf"), None);
/// ```
pub fn parse(text: &[u8]) -> Option<f64> {
    let unsigned = text.strip_prefix(b"-");
    let decimal = Decimal::read(unsigned.unwrap_or(text))?;
    let value = decimal.short().unwrap_or_else(|| decimal.exact());
    Some(if unsigned.is_some() { -value } else { value })
}

/// A number that is not negative, as it is written.
struct Decimal<'a> {
    whole: &'a [u8],
    fraction: &'a [u8],
    exponent: i64,
}

impl<'a> Decimal<'a> {
    fn read(text: &'a [u8]) -> Option<Self> {
        let (whole, rest) = split_digits(text);
        let (fraction, rest) = match rest.strip_prefix(b".") {
            Some(rest) => split_digits(rest),
            None => (Default::default(), rest),
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let exponent = match rest {
            [] => 0,
            [b'e' | b'E', b'-', digits @ ..] => -exponent(digits)?,
            [b'e' | b'E', b'+', digits @ ..] | [b'e' | b'E', digits @ ..] => exponent(digits)?,
            _ => return None,
        };
        Some(Self {
            whole,
            fraction,
            exponent,
        })
    }

    /// The digits, without zeros at the beginning.
    fn digits(&self) -> impl Iterator<Item = u8> {
        let digits = self.whole.iter().chain(self.fraction);
        digits
            .map(|digit| digit - b'0')
            .skip_while(|&digit| digit == 0)
    }

    /// The power of ten that the last digit counts.
    fn scale(&self) -> i64 {
        self.exponent - i64::try_from(self.fraction.len()).unwrap_or(i64::MAX)
    }

    /// The value of a number with few digits and a small exponent, as nearly all numbers are.
    fn short(&self) -> Option<f64> {
        let mut number: u64 = 0;
        for digit in self.digits() {
            number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
        }
        if number == 0 {
            return Some(0.0);
        }
        let scale = i32::try_from(self.scale()).ok()?;
        let power = scale.unsigned_abs();
        if power > EXACT_IN_64_BITS {
            return None;
        }
        let fives = 5_u64.pow(power);
        if power <= EXACT_IN_FLOAT && number <= 1 << 53 {
            // Both are exact, so one operation rounds once. The twos change the exponent alone.
            #[allow(clippy::cast_precision_loss)]
            let (number, fives) = (number as f64, fives as f64);
            let value = if scale < 0 {
                number / fives
            } else {
                number * fives
            };
            return Some(value * power_of_two(scale));
        }
        let (number, fives) = (u128::from(number), u128::from(fives));
        if scale >= 0 {
            return Some(rounded(number * fives, scale));
        }
        let shift = number.leading_zeros();
        let number = number << shift;
        // A last bit that stands for all behind it.
        let rest = u128::from(number % fives != 0);
        Some(rounded(
            (number / fives) | rest,
            scale - shift.cast_signed(),
        ))
    }

    fn exact(&self) -> f64 {
        let whole = i64::try_from(self.digits().count()).unwrap_or(i64::MAX);
        Digits::new(self.digits(), whole.saturating_add(self.scale())).value()
    }
}

/// `number` × 2^`exponent`, of a number with at least 55 bits or an exact value, within the range of
/// normal floats.
fn rounded(number: u128, exponent: i32) -> f64 {
    let cut = (128 - number.leading_zeros()).saturating_sub(53);
    let half = (1_u128 << cut) >> 1;
    let (kept, rest) = (number >> cut, number & ((1_u128 << cut) - 1));
    let up = rest > half || (rest == half && half > 0 && kept % 2 == 1);
    // At most 2^53, which a float has.
    #[allow(clippy::cast_precision_loss)]
    let kept = (kept + u128::from(up)) as f64;
    kept * power_of_two(exponent + cut.cast_signed())
}

/// For an exponent of a normal float.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(u64::from((1023 + exponent).unsigned_abs()) << 52)
}

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit());
    text.split_at(end.unwrap_or(text.len()))
}

/// A number that is too large for any float stands for all that are larger.
fn exponent(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let add = |sum: i64, digit: &u8| (sum * 10 + i64::from(digit - b'0')).min(1 << 40);
    Some(digits.iter().fold(0, add))
}

#[cfg(test)]
mod tests;
