//! The forms and check digits of payment cards, bank accounts, telephone numbers and the numbers
//! that countries give to people.

/// What a row of characters is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// No number of the kind.
    Other,
    /// One that nothing else looks like.
    Sure,
    /// One if a label is before it: too many other numbers look like it.
    Labelled,
}

fn sure(is_valid: bool) -> Form {
    if is_valid { Form::Sure } else { Form::Other }
}

fn labelled(is_valid: bool) -> Form {
    if is_valid {
        Form::Labelled
    } else {
        Form::Other
    }
}

fn value(digit: u8) -> u32 {
    u32::from(digit.wrapping_sub(b'0'))
}

/// The sum of digits times weights, which go down by one from `first`.
fn weighted(digits: &[u8], first: u32) -> u32 {
    (0..=first)
        .rev()
        .zip(digits)
        .map(|(weight, digit)| weight * value(*digit))
        .sum()
}

fn is_one_digit(digits: &[u8]) -> bool {
    digits.iter().all(|digit| Some(digit) == digits.first())
}

/// Whether the characters of a text are those of a pattern; `0` stands for a digit.
fn is_like(written: &[u8], pattern: &[u8]) -> bool {
    written.len() == pattern.len()
        && written
            .iter()
            .zip(pattern)
            .all(|(byte, like)| byte == like || *like == b'0' && byte.is_ascii_digit())
}

/// Payment cards: 13 to 19 digits of a known issuer, with a valid last digit (Luhn).
pub(super) fn card(digits: &[u8], _: &[u8]) -> Form {
    let is_issued = match digits {
        [b'4', ..] => true,
        [b'5', second, ..] => (b'1'..=b'5').contains(second),
        [b'2', second, ..] => (b'2'..=b'7').contains(second),
        [b'3', second, ..] => b"045678".contains(second),
        [b'6', second, ..] => b"0245".contains(second),
        _ => false,
    };
    let is_long = match digits {
        [b'3', b'4' | b'7', ..] => digits.len() == 15,
        [b'3', b'0' | b'6' | b'8', ..] => digits.len() == 14,
        [b'4', ..] => matches!(digits.len(), 13 | 16 | 19),
        _ => (16..=19).contains(&digits.len()),
    };
    let luhn = |(place, digit): (usize, &u8)| {
        let value = value(*digit) << (place & 1);
        if value > 9 { value - 9 } else { value }
    };
    sure(
        is_issued
            && is_long
            && !is_one_digit(digits)
            && digits
                .iter()
                .rev()
                .enumerate()
                .map(luhn)
                .sum::<u32>()
                .is_multiple_of(10),
    )
}

/// The international numbers of bank accounts (ISO 13616): a country, two check digits, and 11 to 30
/// letters and digits. With the first four characters at the end, and letters as two digits, the
/// number is 1 modulo 97.
pub(super) fn iban(number: &[u8], _: &[u8]) -> Form {
    let [b'A'..=b'Z', b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9', ..] = number else {
        return Form::Other;
    };
    let (begin, rest) = number.split_at(4);
    let rest = rest
        .iter()
        .chain(begin)
        .fold(0_u32, |rest, &byte| match byte {
            b'0'..=b'9' => (rest * 10 + value(byte)) % 97,
            _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        });
    sure(number.len() >= 15 && rest == 1)
}

/// The codes of countries (ITU-T E.164), besides 1 and 7: two digits, which are a code or have the
/// third digits of codes behind them.
const CODES: &str = "20 2112368 220123456789 230123456789 240123456789 25012345678 260123456789 27 \
    2901789 30 31 32 33 34 350123456789 36 37012345678 3801235679 39 40 41 42013 43 44 45 46 47 48 \
    49 500123456789 51 52 53 54 55 56 57 58 590123456789 60 61 62 63 64 65 66 67023456789 68012356789 \
    69012 8008 81 82 84 8502356 86 88068 90 91 92 93 94 95 96012345678 97012345679 98 99234568";

/// Telephone numbers in the international form: `+`, the code of a country, and 15 digits at most.
/// Those of North America have ten digits after it, and no area or exchange begins with 0 or 1.
pub(super) fn phone(digits: &[u8], written: &[u8]) -> Form {
    let is_known = match digits {
        [b'1', rest @ ..] => {
            let starts = [rest.first(), rest.get(3)];
            rest.len() == 10 && starts.iter().flatten().all(|digit| **digit >= b'2')
        }
        [b'7', rest @ ..] => rest.len() == 10,
        [first, second, third, ..] => {
            let mut codes = CODES.as_bytes().split(|byte| *byte == b' ');
            let is_code = codes.any(|code| match code {
                [one, two, rest @ ..] => {
                    one == first && two == second && (rest.is_empty() || rest.contains(third))
                }
                _ => false,
            });
            is_code && digits.len() >= 9
        }
        _ => false,
    };
    let is_one = is_one_digit(digits.get(4..).unwrap_or_default());
    sure(written.starts_with(b"+") && !is_one && is_known)
}

/// Social security numbers of the United States: the area is not 000, 666 or above 899, and neither
/// the group nor the serial number is zero. Those that were printed as examples are none.
pub(super) fn us_ssn(digits: &[u8], written: &[u8]) -> Form {
    let (Some(area), Some(group), Some(serial)) =
        (digits.get(..3), digits.get(3..5), digits.get(5..9))
    else {
        return Form::Other;
    };
    let is_valid = !matches!(area, b"000" | b"666" | [b'9', ..])
        && group != b"00"
        && serial != b"0000"
        && !is_one_digit(digits)
        && !matches!(digits, b"078051120" | b"219099999" | b"123456789");
    if is_like(written, b"000-00-0000") {
        return sure(is_valid);
    }
    labelled(is_valid)
}

/// Brazil's CPF: two check digits, each modulo 11.
pub(super) fn br_cpf(digits: &[u8], written: &[u8]) -> Form {
    let check = |count: usize| {
        let first = u32::try_from(count).unwrap_or_default() + 1;
        let rest = weighted(digits.get(..count).unwrap_or_default(), first) * 10 % 11 % 10;
        digits.get(count).is_some_and(|digit| value(*digit) == rest)
    };
    let is_valid = digits.len() == 11 && !is_one_digit(digits) && check(9) && check(10);
    if is_like(written, b"000.000.000-00") {
        return sure(is_valid);
    }
    labelled(is_valid)
}

/// Spain's DNI, and NIE of foreigners: eight digits, or a letter and seven digits, and a letter for
/// the number modulo 23.
pub(super) fn es_dni(number: &[u8], written: &[u8]) -> Form {
    let [first, rest @ .., letter] = number else {
        return Form::Other;
    };
    let first = match first {
        b'X'..=b'Z' => first - b'X',
        b'0'..=b'9' => first - b'0',
        _ => return Form::Other,
    };
    let digits = rest.iter().filter(|byte| byte.is_ascii_digit());
    let all = digits.fold(u32::from(first), |all, digit| all * 10 + value(*digit));
    let expected = b"TRWAGMYFPDXBNJZSQVHLCKE".get(all as usize % 23);
    sure(
        rest.len() == 7
            && rest.iter().all(u8::is_ascii_digit)
            && all > 0
            && expected == Some(letter)
            && written.len() <= 12,
    )
}

/// France's NIR: the sex, year and month of birth, the place (in Corsica with a letter) and an order,
/// and 97 minus the number modulo 97.
pub(super) fn fr_nir(number: &[u8], _: &[u8]) -> Form {
    let [b'1' | b'2', _, _, tens, ones, _, place, ..] = number else {
        return Form::Other;
    };
    let month = value(*tens) * 10 + value(*ones);
    let (mut all, mut lost) = (0_u64, 0);
    for (index, &byte) in number.iter().take(13).enumerate() {
        let digit = match (index, byte) {
            (6, b'A') => {
                lost = 1_000_000;
                0
            }
            (6, b'B') => {
                lost = 2_000_000;
                0
            }
            (_, b'0'..=b'9') => value(byte),
            _ => return Form::Other,
        };
        all = all * 10 + u64::from(digit);
    }
    let key = number.get(13..).unwrap_or_default();
    let key = key
        .iter()
        .fold(0, |key, digit| key * 10 + u64::from(value(*digit)));
    let is_month = (1..=12).contains(&month) || (20..=42).contains(&month) || month >= 50;
    let is_corsica = place.is_ascii_digit() || number.get(5) == Some(&b'2');
    sure(
        number.len() == 15
            && is_month
            && is_corsica
            && all >= lost
            && key == 97 - (all - lost) % 97,
    )
}

/// India's Aadhaar: twelve digits, of which the last is a check digit (Verhoeff).
pub(super) fn in_aadhaar(digits: &[u8], written: &[u8]) -> Form {
    const PERMUTED: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let mut check = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        let mut next = value(*digit);
        for _ in 0..place % 8 {
            next = PERMUTED.get(next as usize).copied().unwrap_or_default();
        }
        // The product in the group of the symmetries of a pentagon.
        check = match (check < 5, next < 5) {
            (true, true) => (check + next) % 5,
            (true, false) => (check + next) % 5 + 5,
            (false, true) => (check - next) % 5 + 5,
            (false, false) => (check + 5 - next) % 5,
        };
    }
    let is_valid = digits.len() == 12
        && digits.first().is_some_and(|digit| *digit >= b'2')
        && check == 0
        && !is_one_digit(digits);
    if is_like(written, b"0000 0000 0000") || is_like(written, b"0000-0000-0000") {
        return sure(is_valid);
    }
    labelled(is_valid)
}

/// The Netherlands' BSN: the weighted sum of nine digits, of which the last counts negative, is a
/// multiple of 11.
pub(super) fn nl_bsn(digits: &[u8], _: &[u8]) -> Form {
    let [begin @ .., last] = digits else {
        return Form::Other;
    };
    let sum = weighted(begin, 9);
    labelled(digits.len() == 9 && !is_one_digit(digits) && sum % 11 == value(*last) % 11)
}

/// Numbers of patients of the United Kingdom's NHS: the last of ten digits is 11 minus the weighted
/// sum modulo 11.
pub(super) fn uk_nhs(digits: &[u8], _: &[u8]) -> Form {
    let [begin @ .., last] = digits else {
        return Form::Other;
    };
    let check = (11 - weighted(begin, 10) % 11) % 11;
    labelled(digits.len() == 10 && !is_one_digit(digits) && check == value(*last))
}
