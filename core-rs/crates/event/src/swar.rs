//! SWAR: processing text in words of eight bytes. The first byte is the lowest byte of a word.

/// The lowest bit of each byte.
const ONES: u64 = u64::MAX / 255;

/// The highest bit of each byte, which is set in bytes that are not ASCII.
const HIGH_BITS: u64 = ONES << 7;

/// The eight bytes of `text` at `at`. Bytes after the end are zeros.
#[inline]
pub(super) fn word_at(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    match rest.first_chunk::<8>() {
        Some(word) => u64::from_le_bytes(*word),
        None => last_word(rest),
    }
}

#[inline(never)]
fn last_word(rest: &[u8]) -> u64 {
    let bytes = rest.iter().rev();
    bytes.fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// A word whose lowest set bit marks the first byte that is not plain in a JSON string: a quote, a
/// backslash, a control character, or a byte that is not ASCII. 0 if all bytes are plain. The bits
/// above the lowest set bit are undefined. (The test for a byte below n is from "Bit Twiddling
/// Hacks", Sean Eron Anderson.)
#[inline]
pub(super) fn special(word: u64) -> u64 {
    let below = |word: u64, n: u8| word.wrapping_sub(ONES * u64::from(n));
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, b' ') | equal(b'"') | equal(b'\\') | word) & HIGH_BITS
}

/// The index, from 0 to 7, of the byte that contains the lowest set bit.
#[inline]
pub(super) fn first(bits: u64) -> usize {
    (bits.trailing_zeros() / 8) as usize
}

/// The end of the plain text of a JSON string that begins at `at`: the next quote, backslash,
/// control character or byte that is not ASCII, or the end of `text`.
#[inline]
pub(super) fn plain_end(text: &[u8], mut at: usize) -> usize {
    loop {
        let special = special(word_at(text, at));
        if special != 0 {
            return at + first(special);
        }
        at += 8;
    }
}

/// The end of the decimal digits that begin at `at`.
#[inline]
pub(super) fn digits_end(text: &[u8], mut at: usize) -> usize {
    loop {
        let word = word_at(text, at) ^ (ONES * u64::from(b'0'));
        let other = (((word & !HIGH_BITS) + ONES * (0x80 - 10)) | word) & HIGH_BITS;
        if other != 0 {
            return at + first(other);
        }
        at += 8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_is_not_plain_is_found_in_any_position() {
        for place in 0..8 {
            for byte in 0..=255 {
                for behind in [b' ', 0x1f, b'"', 0x80, 0xff] {
                    let mut bytes = [behind; 8];
                    bytes[..place].fill(b'a');
                    bytes[place] = byte;
                    let ends =
                        |byte: &u8| *byte < b' ' || *byte > 0x7f || *byte == b'"' || *byte == b'\\';
                    let expected = bytes.iter().position(ends);
                    let found = special(u64::from_le_bytes(bytes));
                    let found = (found != 0).then(|| first(found));
                    assert_eq!(found, expected, "{bytes:?}");
                }
            }
        }
    }

    #[test]
    fn a_word_at_the_end_is_padded_with_zeros() {
        let text = b"0123456789";
        assert_eq!(word_at(text, 0).to_le_bytes(), *b"01234567");
        assert_eq!(word_at(text, 2).to_le_bytes(), *b"23456789");
        assert_eq!(word_at(text, 3).to_le_bytes(), *b"3456789\0");
        assert_eq!(word_at(text, 9).to_le_bytes(), *b"9\0\0\0\0\0\0\0");
        assert_eq!([word_at(text, 10), word_at(text, 99)], [0, 0]);
    }
}
