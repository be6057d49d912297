//! The known keys of an object as an enum, and a fast path that recognises them.

use super::json::Scanner;

/// The known keys of an object.
pub(super) trait Key: Copy {
    /// The key with a name; the enum's `Other` if the name is unknown.
    fn of_name(name: &[u8]) -> Self;

    /// The next key and its length with the colon, if it is a known key in canonical form.
    fn canonical(scanner: &Scanner<'_>) -> Option<(Self, usize)>;
}

/// Declares an enum of keys: `keys! { enum Dns { Pid = "pid", Query = "query" } }`. It has one more
/// variant, `Other`.
macro_rules! keys {
    ($(#[$doc:meta])* enum $name:ident { $($key:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        enum $name {
            $($key,)+
            Other,
        }

        impl $crate::keys::Key for $name {
            fn of_name(name: &[u8]) -> Self {
                $(if name == $text.as_bytes() {
                    return Self::$key;
                })+
                Self::Other
            }

            #[inline]
            fn canonical(scanner: &$crate::json::Scanner<'_>) -> Option<(Self, usize)> {
                let word = scanner.word();
                $({
                    const KEY: $crate::keys::CanonicalKey =
                        $crate::keys::CanonicalKey::new(concat!("\"", $text, "\":"));
                    if KEY.is_next(word, scanner) {
                        return Some((Self::$key, KEY.text.len()));
                    }
                })+
                None
            }
        }
    };
}
pub(super) use keys;

/// A key in canonical form: without escapes, and directly followed by the colon.
pub(super) struct CanonicalKey {
    pub(super) text: &'static str,
    /// The first eight bytes, or all of them if there are fewer.
    word: u64,
    mask: u64,
}

impl CanonicalKey {
    pub(super) const fn new(text: &'static str) -> Self {
        let mut rest = text.as_bytes();
        let (mut word, mut bits) = (0, 0);
        while bits < 64
            && let [first, after @ ..] = rest
        {
            word |= (*first as u64) << bits;
            bits += 8;
            rest = after;
        }
        let mask = u64::MAX >> (64 - bits);
        Self { text, word, mask }
    }

    /// Whether the scanner is at this key. `word` is the next eight bytes.
    #[inline]
    pub(super) fn is_next(&self, word: u64, scanner: &Scanner<'_>) -> bool {
        word & self.mask == self.word && (self.text.len() <= 8 || scanner.starts_with(self.text))
    }
}
