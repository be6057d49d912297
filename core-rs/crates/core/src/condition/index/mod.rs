//! The conditions of all rules on commands, found by their anchors.

mod filing;
mod find;

use std::ops::Range;

use super::anchor::{Hash, Part, Role};
use super::shape::Shapes;
use crate::policy::{CommandCondition, PathPattern, Rule};

/// The conditions of a policy's rules. Pass the same rules to every method as to [`Index::new`].
#[derive(Debug, Default)]
pub(crate) struct Index {
    entries: Vec<Entry>,
    /// For each rule, where the expressions of its conditions begin.
    numbers: Vec<Numbers>,
    /// The anchors of entries, in the order of their values.
    anchors: Vec<Filed>,
    /// Two bits of a word for the text of each anchor, in whatever role: most texts lack one.
    bits: Vec<u64>,
    /// The shapes of the texts of anchors, but for those of effects.
    shapes: Shapes,
    /// The shapes of those of paths.
    shapes_of_paths: Shapes,
    /// The shapes of the texts of all anchors of effects, filed or not.
    shapes_of_effects: Shapes,
    /// Entries without an anchor, which are compared with every command.
    unanchored: Vec<u32>,
    /// Whether one of them asks for effects alone, which events of other kinds have too.
    has_unanchored_effects: bool,
    /// Bit n is set if anchors have role n.
    roles: u32,
    /// Bit n is set if an anchor is the first n bytes of a program's name.
    prefixes: u64,
    /// The parts of all entries, one entry after the other.
    parts: Vec<Part>,
}

/// A condition that a rule asks for, and the text of its first expression.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    rule: u32,
    alternative: Alternative,
    first: usize,
    is_builtin: bool,
    /// Where its parts begin.
    parts: u32,
}

/// An anchor under which an entry is filed.
#[derive(Clone, Copy, Debug)]
struct Filed {
    anchor: u32,
    /// An index into the entries.
    entry: u32,
    beside: Option<Hash>,
}

impl Entry {
    /// Its condition on commands, if it is one. `rules` are those of the index.
    pub(super) fn condition(self, rules: &[Rule]) -> Option<&CommandCondition> {
        match self.alternative {
            Alternative::Command(which) => {
                rules.get(self.rule as usize)?.conditions.command.get(which)
            }
            Alternative::Code(_) | Alternative::Effects => None,
        }
    }

    /// The texts of the expressions among the operands that its condition on commands asks for.
    pub(super) fn expressions_of_operands(&self, operands: &[PathPattern]) -> Range<usize> {
        self.first..self.first + count(operands)
    }
}

/// The index of a condition within its rule.
#[derive(Clone, Copy, Debug)]
enum Alternative {
    Command(usize),
    Code(usize),
    /// Effects alone.
    Effects,
}

/// The texts of the first expressions of the conditions in each part of a rule.
#[derive(Clone, Copy, Debug, Default)]
struct Numbers {
    command: usize,
    code: usize,
    unless: usize,
    effects: usize,
    args: usize,
}

impl Index {
    /// The word that has the bits for a text, and the bits.
    #[inline]
    fn place(&self, hash: Hash) -> (usize, u64) {
        let text = hash.of_text();
        let word = (text >> 12) as usize & self.bits.len().wrapping_sub(1);
        (word, 1 << (text & 63) | 1 << (text >> 6 & 63))
    }

    /// Whether an entry may be filed under a text, in whatever role.
    #[inline]
    pub(super) fn may_have(&self, hash: Hash) -> bool {
        let (word, bits) = self.place(hash);
        self.bits.get(word).is_some_and(|word| word & bits == bits)
    }

    /// Whether an entry may be filed under a text of this shape, or a beginning of it, in whatever
    /// role but that of an effect.
    #[inline]
    pub(super) fn may_have_shape(&self, text: &str) -> bool {
        self.shapes.may_have(text.as_bytes())
    }

    /// Whether an entry may be filed under a text or, if that is a program, under its beginning; in
    /// whatever role but that of an effect.
    #[inline]
    pub(super) fn may_have_text(&self, text: &[u8]) -> bool {
        self.shapes.may_have(text) && self.may_have_text_of_shape(text)
    }

    #[inline(never)]
    fn may_have_text_of_shape(&self, text: &[u8]) -> bool {
        let mut hash = Hash::new(Role::Word);
        let mut prefixes = self.prefixes >> 1;
        text.iter().any(|byte| {
            hash = hash.with(*byte);
            let is_prefix = prefixes & 1 != 0 && self.may_have(hash);
            prefixes >>= 1;
            is_prefix
        }) || self.may_have(hash)
    }

    /// The entries that are filed under an anchor.
    #[inline]
    fn under(&self, hash: Hash) -> &[Filed] {
        if !self.may_have(hash) {
            return &[];
        }
        let anchor = hash.value();
        let from = self.anchors.partition_point(|other| other.anchor < anchor);
        let rest = self.anchors.get(from..).unwrap_or_default();
        let same = rest.iter().take_while(|other| other.anchor == anchor);
        let count = same.count();
        rest.get(..count).unwrap_or_default()
    }

    pub(super) fn has(&self, role: Role) -> bool {
        self.roles & role.bit() != 0
    }

    /// Whether no rule asks for a command.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether an entry that is filed under a hash is as `is` says of its parts and itself, and what
    /// it asks for beside the hash is there.
    #[inline]
    pub(super) fn any_entry(
        &self,
        hash: Hash,
        is_there: impl Fn(Hash) -> bool,
        is: impl Fn((&[Part], &Entry)) -> bool,
    ) -> bool {
        let mut entries = self.under(hash).iter();
        entries.any(|filed| {
            filed.beside.is_none_or(&is_there) && self.with_parts(filed.entry).is_some_and(&is)
        })
    }

    /// Whether an entry without an anchor is as `is` says of its parts and itself.
    pub(super) fn any_unanchored(&self, is: impl Fn((&[Part], &Entry)) -> bool) -> bool {
        let mut entries = self.unanchored.iter();
        entries.any(|entry| self.with_parts(*entry).is_some_and(&is))
    }

    fn with_parts(&self, entry: u32) -> Option<(&[Part], &Entry)> {
        let at = entry as usize;
        let entry = self.entries.get(at)?;
        let next = self.entries.get(at + 1);
        let to = next.map_or(self.parts.len(), |next| next.parts as usize);
        Some((self.parts.get(entry.parts as usize..to)?, entry))
    }

    pub(super) fn shapes_of_paths(&self) -> &Shapes {
        &self.shapes_of_paths
    }

    pub(super) fn shapes_of_effects(&self) -> &Shapes {
        &self.shapes_of_effects
    }

    pub(super) fn prefixes(&self) -> u64 {
        self.prefixes
    }

    /// Which of these roles anchors have, as bits.
    pub(super) fn roles_among(&self, roles: u32) -> u32 {
        self.roles & roles
    }
}

/// Whether a hash of a program's name is as `is` says, or of a beginning of it that has a bit in
/// `prefixes`.
pub(super) fn any_hash_of_program(
    prefixes: u64,
    name: &str,
    mut is: impl FnMut(Hash) -> bool,
) -> bool {
    if is(Hash::of(Role::Program, name)) {
        return true;
    }
    let mut hash = Hash::new(Role::ProgramPrefix);
    let longest = (prefixes | 1).ilog2();
    (1..=longest).zip(name.bytes()).any(|(length, byte)| {
        hash = hash.with(byte);
        prefixes >> length & 1 != 0 && is(hash)
    })
}

/// The number of expressions among patterns.
pub(super) fn count(patterns: &[PathPattern]) -> usize {
    count_all(patterns.iter())
}

pub(super) fn count_all<'p>(patterns: impl Iterator<Item = &'p PathPattern>) -> usize {
    patterns
        .filter(|one| matches!(one, PathPattern::Regex(_)))
        .count()
}

/// The number of expressions in a condition.
fn count_of(condition: &CommandCondition) -> usize {
    let code = condition.code.iter();
    count(&condition.operands)
        + count(&condition.redirects)
        + code.filter(|code| code.pattern.is_some()).count()
}
