//! Payment cards and bank accounts, by their check digits.

use std::ops::Range;

use super::text::Text;

/// The numbers of payment cards: 13 to 19 digits, in groups or not, of a known issuer, with a valid
/// last digit (Luhn).
pub(super) fn cards(text: &Text<'_>, from: usize) -> Vec<Range<usize>> {
    groups(
        text,
        from,
        |byte| byte.is_ascii_digit(),
        19,
        |digits| {
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
            is_issued && is_long && is_luhn(digits)
        },
    )
}

/// The international numbers of bank accounts: a country, two check digits (modulo 97), and 11 to
/// 30 letters and digits, in groups or not.
pub(super) fn ibans(text: &Text<'_>, from: usize) -> Vec<Range<usize>> {
    groups(
        text,
        from,
        |byte| byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        34,
        |number| {
            let begins = matches!(
                number,
                [b'A'..=b'Z', b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9', ..]
            );
            begins && number.len() >= 15 && is_mod_97(number)
        },
    )
}

/// Runs of characters, in groups that a single blank or `-` joins, that pass a test. A run begins
/// and ends at the borders of a word.
fn groups(
    text: &Text<'_>,
    from: usize,
    is_in: fn(u8) -> bool,
    most: usize,
    is_valid: impl Fn(&[u8]) -> bool,
) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = from;
    while at < text.bytes.len() {
        let is_start = text.bytes.get(at).copied().is_some_and(is_in)
            && text
                .before(at)
                .is_none_or(|byte| !byte.is_ascii_alphanumeric());
        if !is_start {
            at += 1;
            continue;
        }
        let (end, matched) = longest(text, at, is_in, most, &is_valid);
        match matched {
            Some(end) => {
                found.push(at..end);
                at = end;
            }
            None => at = end.max(at + 1),
        }
    }
    found
}

/// The end of the first group at a place, and that of the longest valid run of groups.
fn longest(
    text: &Text<'_>,
    start: usize,
    is_in: fn(u8) -> bool,
    most: usize,
    is_valid: &impl Fn(&[u8]) -> bool,
) -> (usize, Option<usize>) {
    let (mut at, mut first, mut matched) = (start, None, None);
    let mut all = Vec::new();
    while let Some(byte) = text.bytes.get(at).copied() {
        if is_in(byte) && all.len() < most {
            all.push(byte);
            at += 1;
            continue;
        }
        let end = at;
        first = first.or(Some(end));
        if !byte.is_ascii_alphanumeric() && byte != b'_' && is_valid(&all) {
            matched = Some(end);
        }
        let joins =
            matches!(byte, b' ' | b'-') && text.bytes.get(at + 1).copied().is_some_and(is_in);
        if !joins {
            break;
        }
        at += 1;
    }
    if at == text.bytes.len() && is_valid(&all) {
        matched = Some(at);
    }
    (first.unwrap_or(at), matched)
}

/// Whether the last digit is that of Luhn's formula.
fn is_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit - b'0') << (place & 1);
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| Some(digit) != digits.first())
}

/// Whether a number is 1 modulo 97, with its first four characters at the end and letters as two
/// digits (ISO 13616).
fn is_mod_97(number: &[u8]) -> bool {
    let (begin, rest) = number.split_at(4);
    let rest = rest
        .iter()
        .chain(begin)
        .fold(0_u32, |rest, &byte| match byte {
            b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
            _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        });
    rest == 1
}
