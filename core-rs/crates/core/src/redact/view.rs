//! A text with its letters and digits decoded: `\u0070assword`, `%70assword`, `contrase\u00f1a`. Other
//! escapes are replaced at the same length ([`super::escapes`]).

use super::find::Found;

/// A decoded text, and where its parts were.
#[derive(Debug)]
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    /// Places in the decoded text, in order, each with its place in the original. Up to the next,
    /// both count alike.
    places: Vec<(usize, usize)>,
}

impl View {
    /// `None` if nothing has to be decoded.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let mut view = Self {
            bytes: Vec::new(),
            places: vec![(0, 0)],
        };
        let mut kept = 0;
        for at in memchr::memchr2_iter(b'%', b'\\', text) {
            let escape = text.get(at..).and_then(encoded);
            let Some((letter, len)) = escape.filter(|_| at >= kept) else {
                continue;
            };
            view.bytes.extend(text.get(kept..at).unwrap_or_default());
            // Backslashes before it, in JSON inside JSON, belong to it.
            let before = view.bytes.iter().rev();
            let slashes = before.take_while(|&&byte| byte == b'\\').count();
            if len > 3 && slashes > 0 {
                view.bytes.truncate(view.bytes.len() - slashes);
                view.places.push((view.bytes.len(), at - slashes));
            }
            view.bytes
                .extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            kept = at + len;
            view.places.push((view.bytes.len(), kept));
        }
        if kept == 0 {
            return None;
        }
        view.bytes.extend(text.get(kept..).unwrap_or_default());
        Some(view)
    }

    /// The place in the original of a place in the decoded text.
    pub(super) fn original(&self, place: usize) -> usize {
        let next = self
            .places
            .partition_point(|&(decoded, _)| decoded <= place);
        let last = self.places.get(next.saturating_sub(1)).copied();
        let (decoded, original) = last.unwrap_or_default();
        original + (place - decoded)
    }

    /// The place in the decoded text of a place in the original; inside an escape, of its start.
    pub(super) fn decoded(&self, place: usize) -> usize {
        let next = self
            .places
            .partition_point(|&(_, original)| original <= place);
        let last = self.places.get(next.saturating_sub(1)).copied();
        let (decoded, original) = last.unwrap_or_default();
        let after = self.places.get(next);
        let limit = after.map_or(usize::MAX, |&(decoded, _)| decoded.saturating_sub(1));
        (decoded + (place - original)).min(limit.max(decoded))
    }

    /// Converts finds in the decoded text to finds in the original.
    pub(super) fn convert(&self, found: &mut Found) {
        for matched in &mut found.matches {
            *matched = self.original(matched.start)..self.original(matched.end);
        }
        for find in &mut found.secrets {
            find.start = self.original(find.start);
            find.end = self.original(find.end);
        }
    }
}

/// The letter or digit that the escape at the start of a text stands for, and the escape's length.
/// Outside ASCII, any character that has one escape.
fn encoded(text: &[u8]) -> Option<(char, usize)> {
    let (digits, len) = match text {
        [b'%', digits @ ..] => (digits.get(..2)?, 3),
        [b'\\', b'u', digits @ ..] => (digits.get(..4)?, 6),
        _ => return None,
    };
    let code = digits.iter().try_fold(0, |code, &digit| {
        Some(code * 16 + char::from(digit).to_digit(16)?)
    })?;
    let letter = char::from_u32(code)?;
    let is_letter = letter.is_ascii_alphanumeric() || len > 3 && !letter.is_ascii();
    is_letter.then_some((letter, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_converted_both_ways() {
        for (text, decoded) in [
            (r"a\u0070b", Some("apb")),
            (r"a\\u0070\u0041", Some("apA")),
            ("%70ass%77ord%3D1", Some("password%3D1")),
            (r"\n%2F\u002f%e9", None),
        ] {
            let view = View::of(text.as_bytes());
            let bytes = view.as_ref().map(|view| view.bytes.as_slice());
            assert_eq!(bytes, decoded.map(str::as_bytes), "{text}");
            let Some(view) = view else {
                continue;
            };
            assert_eq!(view.original(view.bytes.len()), text.len());
            for place in 0..view.bytes.len() {
                let original = view.original(place);
                assert_eq!(view.decoded(original), place, "{text} {place}");
            }
        }
    }
}
