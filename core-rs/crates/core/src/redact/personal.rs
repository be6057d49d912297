//! Personal data: numbers that are known by their form, their check digits, or a label before them.

use std::ops::Range;

use super::find::{Find, Found};
use super::numbers::{self, Form};
use super::text::{Text, contains_folded};

/// The bytes before a number that may have its label.
const MAX_LABEL: usize = 40;
/// The most characters of a number.
const MAX_LENGTH: usize = 34;
/// The most groups of one character in a number: no country writes more.
const MAX_SINGLE: usize = 3;

/// A kind of number.
#[derive(Debug)]
struct Number {
    is_in: fn(u8) -> bool,
    /// The fewest characters, and the most: at most [`MAX_LENGTH`].
    least: usize,
    most: usize,
    /// What may join groups of them.
    joints: &'static [u8],
    /// Whether a part of a longer row of groups may be a number.
    is_loose: bool,
    /// Words before a number that needs one, in lower case, separated by blanks.
    labels: &'static str,
    /// What the characters are, and the text that they are written in.
    form: fn(&[u8], &[u8]) -> Form,
}

const fn number(
    is_in: fn(u8) -> bool,
    least: usize,
    most: usize,
    labels: &'static str,
    form: fn(&[u8], &[u8]) -> Form,
) -> Number {
    Number {
        is_in,
        least,
        most,
        joints: b" -.",
        is_loose: false,
        labels,
        form,
    }
}

const fn loose(
    is_in: fn(u8) -> bool,
    least: usize,
    most: usize,
    joints: &'static [u8],
    form: fn(&[u8], &[u8]) -> Form,
) -> Number {
    Number {
        joints,
        is_loose: true,
        ..number(is_in, least, most, "", form)
    }
}

/// The kinds, in the order of [`OPTIONAL_KINDS`](crate::policy::OPTIONAL_KINDS).
static NUMBERS: [Number; 10] = [
    loose(is_digit, 12, 19, b" -", numbers::card),
    loose(is_capital, 15, 34, b" -", numbers::iban),
    loose(is_digit, 7, 15, b" -.()", numbers::phone),
    number(is_digit, 9, 9, "ssn social", numbers::us_ssn),
    number(is_digit, 11, 11, "cpf", numbers::br_cpf),
    number(is_capital, 9, 9, "", numbers::es_dni),
    number(is_capital, 15, 15, "", numbers::fr_nir),
    number(is_digit, 12, 12, "aadhaar aadhar", numbers::in_aadhaar),
    number(is_digit, 9, 9, "bsn burgerservice", numbers::nl_bsn),
    number(is_digit, 10, 10, "nhs", numbers::uk_nhs),
];

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

fn is_capital(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase()
}

/// Adds what it finds of each kind that is on. `kind_of` gives the number of the kind at a place in
/// [`NUMBERS`]. Returns where a number may begin that more text could complete.
pub(super) fn find(
    text: &Text<'_>,
    from: usize,
    kind_of: &dyn Fn(usize) -> Option<u32>,
    all: &mut Vec<Found>,
) -> usize {
    let mut partial = text.bytes.len();
    for (place, number) in NUMBERS.iter().enumerate() {
        if let Some(kind) = kind_of(place) {
            let mut found = Found::default();
            partial = partial.min(number.search(text, from, kind, &mut found));
            all.push(found);
        }
    }
    partial
}

impl Number {
    /// Finds the numbers in a text. A number begins and ends at the borders of a word.
    fn search(&self, text: &Text<'_>, from: usize, kind: u32, found: &mut Found) -> usize {
        let is_phone = self.joints.contains(&b'(');
        let mut partial = text.bytes.len();
        let mut at = from;
        while let Some(byte) = text.bytes.get(at).copied() {
            let before = text.before(at);
            if !(self.is_in)(byte)
                || before.is_some_and(|byte| byte.is_ascii_alphanumeric())
                || is_phone && before != Some(b'+')
            {
                at += 1;
                continue;
            }
            let start = at - usize::from(is_phone);
            text.take_reached_end();
            let (end, matched) = self.longest(text, at);
            if text.take_reached_end() {
                partial = partial.min(start);
            }
            if let Some(end) = matched {
                found.matches.push(start..end);
                found.secrets.push(Find { start, end, kind });
            }
            at = matched.unwrap_or(end).max(at + 1);
        }
        partial
    }

    /// The end of the first group at a place, and that of the longest row of groups that is a number.
    fn longest(&self, text: &Text<'_>, start: usize) -> (usize, Option<usize>) {
        let (mut at, mut first, mut matched) = (start, None, None);
        let (mut all, mut count) = ([0_u8; MAX_LENGTH], 0);
        let (mut group, mut single) = (start, 0);
        loop {
            let next = text.at(at);
            if let Some(byte) = next.filter(|byte| (self.is_in)(*byte))
                && let Some(place) = all.get_mut(count).filter(|_| count < self.most)
            {
                *place = byte;
                count += 1;
                at += 1;
                continue;
            }
            first = first.or(Some(at));
            let is_word = next.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            let written = all.get(..count).unwrap_or_default();
            if !is_word && count >= self.least && self.accepts(text, start..at, written) {
                matched = Some(at);
            }
            single += usize::from(at - group == 1);
            let most = if self.joints.contains(&b'(') { 2 } else { 1 };
            let joined = text.run(at, most, |byte| self.joints.contains(&byte));
            if joined == at || single > MAX_SINGLE || !text.at(joined).is_some_and(self.is_in) {
                break;
            }
            at = joined;
            group = joined;
        }
        (first.unwrap_or(at), matched)
    }

    fn accepts(&self, text: &Text<'_>, place: Range<usize>, characters: &[u8]) -> bool {
        // The `+` of a telephone number, if it does not add to something.
        let is_signed = matches!(text.back(place.start, 2), [b'+'] | [.., b'+'])
            && !matches!(text.back(place.start, 2), [byte, _] if byte.is_ascii_alphanumeric());
        let written = text.part(place.start - usize::from(is_signed)..place.end);
        match (self.form)(characters, written) {
            Form::Other => false,
            Form::Sure => self.is_loose || !self.goes_on(text, &place),
            Form::Labelled => {
                let before = text.back(place.start, MAX_LABEL);
                let mut labels = self.labels.split(' ');
                labels.any(|label| contains_folded(before, label.as_bytes()))
            }
        }
    }

    /// Whether groups of the same form are before or after a number.
    fn goes_on(&self, text: &Text<'_>, place: &Range<usize>) -> bool {
        let is_joint = |byte: Option<u8>| byte.is_some_and(|byte| self.joints.contains(&byte));
        let mut written = text.part(place.clone()).iter().rev();
        let Some(&joint) = written.find(|byte| self.joints.contains(byte)) else {
            let before = text.before(place.start);
            return is_joint(before.filter(|byte| *byte != b' '));
        };
        let is_after =
            text.at(place.end) == Some(joint) && text.at(place.end + 1).is_some_and(self.is_in);
        let before = text.back(place.start, 2);
        is_after || matches!(before, &[byte, mark] if mark == joint && (self.is_in)(byte))
    }
}
