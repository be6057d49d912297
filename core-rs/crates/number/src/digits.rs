//! A decimal number of any length, which is halved and doubled until its bits can be read: slow,
//! exact, and only for what [`super::parse`] cannot compute otherwise.

use super::INFINITE;

/// The most digits that decide how a number is rounded.
const MOST: usize = 770;
/// The most bits of one shift: ten times a remainder has to fit into 64 bits.
const MOST_BITS: u32 = 60;
/// As many digits as the bits of a shift can add at the front.
const ADDED: usize = 19;

/// The value is 0.d₁d₂d₃… × 10^`point`. The first digit is not 0.
pub(super) struct Digits {
    digits: Vec<u8>,
    point: i64,
}

impl Digits {
    /// The first digit is not 0. Digits beyond those that decide become one that is not zero.
    pub(super) fn new(mut all: impl Iterator<Item = u8>, point: i64) -> Self {
        let mut digits: Vec<u8> = all.by_ref().take(MOST).collect();
        if all.any(|digit| digit > 0) {
            digits.push(1);
        }
        Self { digits, point }
    }

    pub(super) fn value(mut self) -> f64 {
        if self.digits.is_empty() || self.point < -330 {
            return 0.0;
        }
        if self.point > 310 {
            return f64::INFINITY;
        }
        // Until the value is at least 1/2 and less than 1.
        let mut exponent = 0;
        while self.point > 0 {
            let bits = bits_of(self.point - 1);
            self.halve(bits);
            exponent += bits.cast_signed();
        }
        while self.point < 0 || self.digits.first().is_some_and(|&first| first < 5) {
            let bits = bits_of(-self.point);
            self.double(bits);
            exponent -= bits.cast_signed();
        }
        // The least float that is normal is 2^-1022.
        while exponent < -1021 {
            let bits = (-1021 - exponent).unsigned_abs().min(MOST_BITS);
            self.halve(bits);
            exponent += bits.cast_signed();
        }
        self.double(53);
        // The highest of 53 bits, if it is set, adds one to the exponent. So does a carry.
        let exponent = u64::from((exponent + 1021).unsigned_abs()) << 52;
        f64::from_bits((exponent + self.rounded()).min(INFINITE))
    }

    /// Divides by 2^`bits`.
    fn halve(&mut self, bits: u32) {
        let mut rest: u64 = 0;
        let mut given = std::mem::take(&mut self.digits).into_iter();
        while let Some(digit) = given.next().or((rest > 0).then_some(0)) {
            rest = rest * 10 + u64::from(digit);
            self.push(rest >> bits);
            rest &= (1 << bits) - 1;
        }
        self.strip();
    }

    /// Multiplies by 2^`bits`.
    fn double(&mut self, bits: u32) {
        let given = std::mem::take(&mut self.digits);
        self.digits = vec![0; ADDED];
        self.digits.extend(given);
        self.point += 19;
        let mut carry = 0;
        for digit in self.digits.iter_mut().rev() {
            carry += u64::from(*digit) << bits;
            *digit = digit_of(carry % 10);
            carry /= 10;
        }
        self.strip();
    }

    fn push(&mut self, digit: u64) {
        self.digits.push(digit_of(digit));
    }

    /// Removes zeros at both ends.
    fn strip(&mut self) {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        let zeros = self.digits.iter().take_while(|&&digit| digit == 0).count();
        self.digits.drain(..zeros);
        self.point -= i64::try_from(zeros).unwrap_or_default();
    }

    /// The nearest integer, and of two the even one. The value has at most 16 digits before the point.
    fn rounded(&self) -> u64 {
        let before = usize::try_from(self.point).unwrap_or_default();
        let digits = self.digits.iter().chain(std::iter::repeat(&0)).take(before);
        let whole = digits.fold(0, |sum: u64, &digit| sum * 10 + u64::from(digit));
        let behind = self.digits.get(before..).unwrap_or_default();
        let up = match behind {
            // Less than a tenth, of which the first digits are not kept.
            _ if self.point < 0 => false,
            [5] => whole % 2 == 1,
            [first, ..] => *first >= 5,
            [] => false,
        };
        whole + u64::from(up)
    }
}

/// A number of bits by which a number can be shifted that is `digits` digits away from the point.
fn bits_of(digits: i64) -> u32 {
    u32::try_from(3 * digits)
        .unwrap_or_default()
        .clamp(1, MOST_BITS)
}

fn digit_of(digit: u64) -> u8 {
    u8::try_from(digit).unwrap_or_default()
}
