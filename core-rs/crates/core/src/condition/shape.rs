//! Shapes of texts: their first two bytes and their length. Most texts have a shape that no anchor
//! has, and to see that costs less than to hash them.

use super::anchor::{Anchor, Role};

/// The bits of a byte that count.
const BITS: u32 = 5;
const MASK: u8 = (1 << BITS) - 1;

/// The shape of one text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Its first two bytes; 0 where it has none.
    start: [u8; 2],
    /// Its length in bytes.
    length: usize,
}

impl Shape {
    #[inline]
    pub(super) fn of(text: &[u8]) -> Self {
        let start = match text {
            [first, second, ..] => [*first, *second],
            [first] => [*first, 0],
            [] => [0, 0],
        };
        Self {
            start,
            length: text.len(),
        }
    }
}

/// The shapes of anchors: for each pair of first bytes, bit n is set if one is n bytes long. The
/// last bit is also that of all longer ones.
#[derive(Debug, Default)]
pub(super) struct Shapes(Vec<u64>);

impl Shapes {
    pub(super) fn of<'a>(anchors: impl Iterator<Item = &'a Anchor>) -> Self {
        let mut shapes = Self(vec![0; 1 << (2 * BITS)]);
        for anchor in anchors {
            shapes.add(anchor.hash.role(), anchor.shape);
            if let Some((beside, shape)) = anchor.beside {
                shapes.add(beside.role(), shape);
            }
        }
        shapes
    }

    fn add(&mut self, role: Role, Shape { start, length }: Shape) {
        let (pair, length) = (pair(start), bit(length));
        let is_prefix = role == Role::ProgramPrefix;
        let lengths = if is_prefix { !(length - 1) } else { length };
        // The byte behind a prefix of one byte may be any.
        let pairs = if is_prefix && length == bit(1) {
            pair..pair + 1 + usize::from(MASK)
        } else {
            pair..pair + 1
        };
        for slot in self.0.get_mut(pairs).unwrap_or_default() {
            *slot |= lengths;
        }
    }

    /// Whether an anchor has the shape of a text, or begins a text of its shape.
    #[inline]
    pub(super) fn may_have(&self, text: &[u8]) -> bool {
        let lengths = self.0.get(pair(Shape::of(text).start));
        lengths.is_some_and(|lengths| lengths & bit(text.len()) != 0)
    }
}

#[inline]
fn pair([first, second]: [u8; 2]) -> usize {
    usize::from(first & MASK) << BITS | usize::from(second & MASK)
}

#[inline]
fn bit(length: usize) -> u64 {
    1 << length.min(63)
}
