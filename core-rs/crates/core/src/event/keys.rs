//! The keys of an object that are judged, as an enum, and reading them fast.

use super::json::Scanner;

/// The keys that are known in some object.
pub(super) trait Key: Copy {
    /// The key of a name; the enum's `Other` where that is not known.
    fn of_name(name: &[u8]) -> Self;

    /// The key that is next, with its colon, where that is a known one in its usual form.
    fn usual(scanner: &Scanner<'_>) -> Option<(Self, usize)>;
}

/// Declares an enum of keys: `keys! { enum Dns { Pid = "pid", Query = "query" } }`. It has one more
/// value, `Other`.
macro_rules! keys {
    ($(#[$doc:meta])* enum $name:ident { $($key:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        enum $name {
            $($key,)+
            Other,
        }

        impl $crate::event::keys::Key for $name {
            fn of_name(name: &[u8]) -> Self {
                $(if name == $text.as_bytes() {
                    return Self::$key;
                })+
                Self::Other
            }

            #[inline]
            fn usual(scanner: &$crate::event::json::Scanner<'_>) -> Option<(Self, usize)> {
                let word = scanner.word();
                $({
                    const USUAL: $crate::event::keys::Usual =
                        $crate::event::keys::Usual::new(concat!("\"", $text, "\":"));
                    if USUAL.is_next(word, scanner) {
                        return Some((Self::$key, USUAL.text.len()));
                    }
                })+
                None
            }
        }
    };
}
pub(super) use keys;

/// A key in its usual form: no escape in it, and the colon right behind it.
pub(super) struct Usual {
    pub(super) text: &'static str,
    /// The first eight bytes, or all.
    word: u64,
    mask: u64,
}

impl Usual {
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

    /// Whether this is next, where the next eight bytes are `word`.
    #[inline]
    pub(super) fn is_next(&self, word: u64, scanner: &Scanner<'_>) -> bool {
        word & self.mask == self.word && (self.text.len() <= 8 || scanner.starts_with(self.text))
    }
}
