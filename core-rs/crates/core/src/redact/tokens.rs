//! The formats of tokens that vendors issue, from `data/tokens.txt`.

use std::ops::Range;

use super::text::Text;
use super::words;

/// The table: in each line the number of a kind, and a format.
const TABLE: &str = include_str!(concat!(env!("OUT_DIR"), "/tokens.txt"));

/// The most bytes before an anchor that belong to a token.
pub(super) const MAX_BEFORE: usize = 96;

/// A longer text that is no token after all is not read again.
const MAX_RETRIED: usize = 128;

/// A part of a format.
#[derive(Clone, Copy, Debug)]
enum Part {
    Text(&'static [u8]),
    Class {
        is_in: fn(u8) -> bool,
        least: usize,
        most: usize,
    },
}

/// The format of a token.
#[derive(Debug)]
pub(super) struct Format {
    pub(super) kind: usize,
    /// What is looked for in a text.
    pub(super) anchor: &'static [u8],
    /// The parts before it, the nearest first.
    before: Vec<Part>,
    after: Vec<Part>,
}

/// All formats, those with the longest anchors first.
pub(super) fn formats() -> Vec<Format> {
    let mut all: Vec<Format> = TABLE.lines().filter_map(format).collect();
    debug_assert_eq!(all.len(), TABLE.lines().count(), "all formats are valid");
    sentry_sort::stable(&mut all, |a, b| a.anchor.len() > b.anchor.len());
    all
}

fn format(line: &'static str) -> Option<Format> {
    let mut words = line.split(' ').filter(|word| !word.is_empty());
    let kind = words.next()?.parse().ok()?;
    let words: Vec<&'static str> = words.collect();
    let quoted = words.iter().position(|word| word.starts_with('"'));
    let longest = || {
        let texts = words.iter().enumerate();
        let texts = texts.filter(|(_, word)| !word.ends_with('}'));
        let mut longest: Option<(usize, usize)> = None;
        for (place, word) in texts {
            if longest.is_none_or(|(_, len)| word.len() > len) {
                longest = Some((place, word.len()));
            }
        }
        longest.map(|(place, _)| place)
    };
    // A format that begins with a text is looked for by that, so that it is found where it starts.
    let starts = words
        .first()
        .is_some_and(|word| !word.ends_with('}') && word.len() > 1);
    let at = quoted.or_else(|| starts.then_some(0)).or_else(longest)?;
    let parts = |words: &[&'static str]| words.iter().map(|word| part(word)).collect();
    let mut before: Vec<Part> = parts(words.get(..at)?);
    before.reverse();
    Some(Format {
        kind,
        anchor: words.get(at)?.trim_matches('"').as_bytes(),
        before,
        after: parts(words.get(at + 1..)?),
    })
}

fn part(word: &'static str) -> Part {
    let class = word
        .strip_suffix('}')
        .and_then(|word| word.split_once('{'))
        .and_then(|(class, count)| {
            let (least, most) = count.split_once(',').unwrap_or((count, count));
            let most = if most.is_empty() {
                usize::MAX
            } else {
                most.parse().ok()?
            };
            Some(Part::Class {
                is_in: class_of(class)?,
                least: least.parse().ok()?,
                most,
            })
        });
    class.unwrap_or(Part::Text(word.trim_matches('"').as_bytes()))
}

fn class_of(name: &str) -> Option<fn(u8) -> bool> {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    Some(match name {
        "digit" => |byte| byte.is_ascii_digit(),
        "hex" => |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        "HEX" => |byte| byte.is_ascii_hexdigit(),
        "lower" => |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z'),
        "upper" => |byte| matches!(byte, b'0'..=b'9' | b'A'..=b'Z'),
        "base32" => |byte| matches!(byte, b'2'..=b'7' | b'A'..=b'Z'),
        "letter" => |byte| byte.is_ascii_alphabetic(),
        "alnum" => |byte| byte.is_ascii_alphanumeric(),
        "word" => word,
        "slack" => |byte| byte.is_ascii_alphanumeric() || byte == b'-',
        "base64" => |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
        "base64url" => |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'='),
        "url" => |byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b'-' | b'=' | b'.' | b'~' | b'%' | b'+')
        },
        "azure" => |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~'),
        "path" => |byte| byte.is_ascii_alphanumeric() || b"_-/.~@".contains(&byte),
        _ => return None,
    })
}

impl Format {
    /// The token whose anchor is at `place`, and whether it is a secret. One that is not is returned
    /// only if it is long, so that it is not read again.
    pub(super) fn token(&self, text: &Text<'_>, place: usize) -> Option<(Range<usize>, bool)> {
        let start = self.start(text, place)?;
        let mut end = place + self.anchor.len();
        let body = end;
        let mut last: Option<fn(u8) -> bool> = None;
        for part in &self.after {
            match *part {
                Part::Text(expected) => {
                    if !text.has(end, expected) {
                        return None;
                    }
                    end += expected.len();
                    last = None;
                }
                Part::Class { is_in, least, most } => {
                    let from = end;
                    end = text.run(from, most, is_in);
                    if end - from < least {
                        return None;
                    }
                    last = Some(is_in);
                }
            }
        }
        // A dot or a comma at the end belongs to the sentence.
        while last.is_some() && end > body && text.before(end) == Some(b'.') {
            end -= 1;
        }
        // A longer run is something else.
        let goes_on = |byte| match last {
            Some(is_in) => is_in(byte) && byte != b'.',
            None => byte.is_ascii_alphanumeric(),
        };
        if text.at(end).is_some_and(goes_on) {
            return None;
        }
        // A masked text is seldom longer than this, and a check reads it again.
        let shown = text.part(start..end.min(start + words::MAX_CHECKED));
        let anchored = place - start + self.anchor.len();
        let is_open = self.after.iter().any(|part| {
            matches!(
                part,
                Part::Class {
                    most: usize::MAX,
                    ..
                }
            )
        });
        let is_secret = words::is_token(shown, anchored.min(shown.len()), is_open);
        (is_secret || end - start > MAX_RETRIED).then_some((start..end, is_secret))
    }

    fn start(&self, text: &Text<'_>, place: usize) -> Option<usize> {
        let mut start = place;
        let mut last: Option<fn(u8) -> bool> = None;
        for part in &self.before {
            match *part {
                Part::Text(expected) => {
                    if text.back(start, expected.len()) != expected {
                        return None;
                    }
                    start -= expected.len();
                    last = None;
                }
                Part::Class { is_in, least, most } => {
                    let behind = text.back(start, most).iter().rev();
                    let count = behind.take_while(|&&byte| is_in(byte)).count();
                    if count < least {
                        return None;
                    }
                    start -= count;
                    last = Some(is_in);
                }
            }
        }
        let is_inside = match (last, text.before(start)) {
            (_, None) => false,
            (Some(is_in), Some(byte)) => {
                is_in(byte) && byte.is_ascii_alphanumeric() && !is_encoded(text.back(start, 3))
            }
            // `box.ico-…` is a file.
            (None, Some(b'.')) => self.anchor.len() <= 4,
            (None, Some(byte)) => {
                byte.is_ascii_alphanumeric()
                    && self.anchor.first().is_some_and(u8::is_ascii_alphanumeric)
                    && !is_encoded(text.back(start, 3))
            }
        };
        (!is_inside).then_some(start)
    }
}

/// Whether three bytes are a percent-encoded character.
pub(super) fn is_encoded(three: &[u8]) -> bool {
    matches!(three, [b'%', first, second] if first.is_ascii_hexdigit() && second.is_ascii_hexdigit())
}

/// The JSON Web Token that begins at `place`: three parts of base64url, or five if it is encrypted.
/// `dotless` is a range without dots from an earlier call: a token cannot begin in it.
pub(super) fn jwt(
    text: &Text<'_>,
    place: usize,
    dotless: &mut Range<usize>,
) -> Option<Range<usize>> {
    let is_in = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let is_start = match text.before(place) {
        Some(before) => !before.is_ascii_alphanumeric() || is_encoded(text.back(place, 3)),
        None => true,
    };
    if !is_start || dotless.contains(&place) {
        return None;
    }
    let run = |from: usize| text.run(from, usize::MAX, is_in);
    let first = run(place);
    let dot = |place: usize| text.at(place) == Some(b'.');
    if !dot(first) {
        *dotless = place..first;
        return None;
    }
    let second = run(first + 1);
    if first - place < 11 || second - first < 3 || !dot(second) {
        *dotless = place..first;
        return None;
    }
    let third = run(second + 1);
    let mut end = third;
    if dot(third) {
        let fourth = run(third + 1);
        if fourth > third + 1 && dot(fourth) {
            let fifth = run(fourth + 1);
            if fifth > fourth + 1 {
                end = fifth;
            }
        }
    }
    // `…. Then more`: an empty third part belongs to a token without a signature alone.
    let is_filled = !words::is_filler(text.part(place..end.min(place + words::MAX_CHECKED)));
    is_filled.then_some(place..end)
}
