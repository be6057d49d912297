//! Anchors: what a command must have for a condition to hold, as hashes that are quick to look up.
//!
//! A condition is a conjunction of alternatives: one of these programs and one of these operands.
//! Each alternative that is a fixed text has an anchor. A condition is filed under the anchors of
//! one of its parts, the rarest, and looked at only for commands that have one of them. Two texts
//! with the same hash cost a comparison, and nothing else.

use std::ops::Range;

use sentry_command::EffectKind;

use super::index::count;
use super::pieces;
use super::shape::Shape;
use crate::policy::{
    CodeCondition, CommandCondition, EffectCondition, PathPattern, ProgramPattern,
};

/// What a text is to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// The base name of its program.
    Program,
    /// The beginning of that name.
    ProgramPrefix,
    /// A segment of a file that a redirection writes to.
    Redirect,
    /// One of [`facts`].
    Fact,
    /// The language of code that it is given.
    Language,
    /// A word that is no option.
    Word,
    /// A segment of an operand.
    Operand,
    /// The last segment of an operand.
    LastOfOperand,
    /// The last segment of a file that a redirection writes to.
    LastOfRedirect,
    /// A segment of a path, or labels of a host, in any text of the command, or of an event of
    /// another kind.
    Effect,
    /// The same, but in any command of the event: what one command reads, another one may send.
    Sent,
}

impl Role {
    pub(super) fn bit(self) -> u32 {
        1 << self as u32
    }

    pub(super) fn is_of_path(self) -> bool {
        matches!(
            self,
            Self::Operand | Self::LastOfOperand | Self::Redirect | Self::LastOfRedirect
        )
    }

    pub(super) fn is_of_effect(self) -> bool {
        matches!(self, Self::Effect | Self::Sent)
    }

    /// What it costs to look for anchors in this role: those of words and operands have to be looked
    /// for in every command, also in those that no shell reads.
    pub(super) fn cost(self) -> usize {
        match self {
            Self::Program | Self::ProgramPrefix => 1,
            Self::Redirect | Self::LastOfRedirect | Self::Fact | Self::Language => 2,
            Self::Word | Self::Operand | Self::LastOfOperand | Self::Effect => 16,
            Self::Sent => 32,
        }
    }
}

/// Facts that are anchors.
pub(super) mod facts {
    pub(in crate::condition) const REDIRECTS: &str = ">";
    pub(in crate::condition) const CODE: &str = "code";
    pub(in crate::condition) const CALLS_ITSELF: &str = "itself";
    pub(in crate::condition) const PIPED: &str = "|";
}

/// The hash of a text in a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hash {
    text: u32,
    role: Role,
}

impl Hash {
    pub(super) fn new(role: Role) -> Self {
        let text = 0x811C_9DC5;
        Self { text, role }
    }

    /// The hash of the text so far and one more byte.
    #[inline]
    pub(super) fn with(self, byte: u8) -> Self {
        let text = (self.text ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        Self { text, ..self }
    }

    pub(super) fn of(role: Role, text: &str) -> Self {
        text.bytes().fold(Self::new(role), Self::with)
    }

    #[inline]
    pub(super) fn role(self) -> Role {
        self.role
    }

    /// The hash of the same text in another role.
    #[inline]
    pub(super) fn as_role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// The same in every role.
    #[inline]
    pub(super) fn of_text(self) -> u32 {
        self.text
    }

    #[inline]
    pub(super) fn value(self) -> u32 {
        let mixed = self.text ^ (self.role as u32 + 1).wrapping_mul(0x9E37_79B1);
        mixed ^ mixed >> 15
    }
}

/// An anchor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Anchor {
    pub(super) hash: Hash,
    pub(super) shape: Shape,
    /// Another piece that an effect has beside this one, if there is one.
    pub(super) beside: Option<(Hash, Shape)>,
}

impl Anchor {
    fn of(role: Role, text: &str) -> Self {
        Self::of_hash(Hash::of(role, text), text.as_bytes())
    }

    /// The anchor of a text that has a hash.
    pub(super) fn of_hash(hash: Hash, text: &[u8]) -> Self {
        Self {
            hash,
            shape: Shape::of(text),
            beside: None,
        }
    }

    /// The same with another piece that an effect must have.
    pub(super) fn beside(self, other: Option<Self>) -> Self {
        Self {
            beside: other.map(|other| (other.hash, other.shape)),
            ..self
        }
    }

    fn as_role(self, role: Role) -> Self {
        let hash = self.hash.as_role(role);
        Self { hash, ..self }
    }
}

/// The hashes of what a command has.
#[derive(Debug, Default)]
pub(super) struct Seen {
    values: Vec<u32>,
    /// The bits of the last six bits of each.
    bits: u64,
}

impl Seen {
    pub(super) fn add(&mut self, hash: Hash) {
        let value = hash.value();
        self.bits |= 1 << (value & 63);
        self.values.push(value);
    }

    pub(super) fn has(&self, hash: Hash) -> bool {
        let value = hash.value();
        self.bits & 1 << (value & 63) != 0 && self.values.contains(&value)
    }
}

/// The anchors of one part of a condition, of which a command must have one, or else match one of
/// the part's expressions.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) role: Role,
    pub(super) anchors: Vec<Anchor>,
    /// Bit n is set if an anchor has role n.
    pub(super) roles: u32,
    /// Bit n is set if one of the anchors is the first n bytes of a program's name.
    pub(super) prefixes: u64,
    /// The texts of alternatives that are expressions, which have no anchor.
    pub(super) expressions: Range<usize>,
}

impl Part {
    fn new(role: Role) -> Self {
        Self {
            role,
            anchors: Vec::new(),
            roles: 0,
            prefixes: 0,
            expressions: 0..0,
        }
    }

    fn add(&mut self, anchor: Anchor) {
        self.anchors.push(anchor);
        self.roles |= anchor.hash.role.bit();
    }

    /// The part of these alternatives; `None` if there are no alternatives, or if one of them has no
    /// anchor.
    fn of<T>(role: Role, all: &[T], anchor: impl Fn(&T) -> Option<Anchor>) -> Option<Self> {
        let mut part = Self::new(role);
        for one in all {
            part.add(anchor(one)?);
        }
        (!all.is_empty()).then_some(part)
    }

    fn of_text(role: Role, text: &str) -> Self {
        let mut part = Self::new(role);
        part.add(Anchor::of(role, text));
        part
    }

    /// The part of patterns of paths. `first` is the text of the first expression among them.
    fn of_paths([role, last]: [Role; 2], all: &[PathPattern], first: usize) -> Option<Self> {
        let mut part = Self::new(role);
        for one in all {
            if let PathPattern::Path(glob) = one {
                part.add(segment(role, last, glob.as_str())?);
            }
        }
        part.expressions = first..first + count(all);
        (!all.is_empty()).then_some(part)
    }

    /// Whether one of the anchors has this hash.
    pub(super) fn has(&self, hash: Hash) -> bool {
        self.anchors.iter().any(|anchor| anchor.hash == hash)
    }

    /// Whether a command of which these pieces are seen may have one of the anchors, or match an
    /// expression.
    pub(super) fn is_among(&self, seen: &Seen) -> bool {
        let is_seen = |one: &Anchor| {
            seen.has(one.hash) && one.beside.is_none_or(|(beside, _)| seen.has(beside))
        };
        !self.is_anchored() || self.anchors.iter().any(is_seen)
    }

    /// Whether each alternative has an anchor.
    pub(super) fn is_anchored(&self) -> bool {
        self.expressions.is_empty()
    }
}

/// The parts of a condition on a command that have anchors.
/// `first` is the text of the condition's first expression.
pub(super) fn of_command(condition: &CommandCondition, first: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Some(mut programs) = Part::of(Role::Program, &condition.program, program) {
        let prefixes = condition.program.iter().map(prefix_length);
        programs.prefixes = prefixes.fold(0, |all, length| all | length.map_or(0, |at| 1 << at));
        parts.push(programs);
    }
    parts.extend(condition.words.iter().filter_map(|word| {
        let only = std::slice::from_ref(word);
        Part::of(Role::Word, only, |word| {
            let text = word.as_str();
            (!text.contains('*')).then(|| Anchor::of(Role::Word, text))
        })
    }));
    let (operands, redirects) = (&condition.operands, &condition.redirects);
    let behind_operands = first + count(operands);
    let (of_operands, of_redirects) = (
        [Role::Operand, Role::LastOfOperand],
        [Role::Redirect, Role::LastOfRedirect],
    );
    parts.extend(Part::of_paths(of_operands, operands, first));
    parts.extend(Part::of_paths(of_redirects, redirects, behind_operands));
    if !condition.redirects.is_empty() {
        parts.push(Part::of_text(Role::Fact, facts::REDIRECTS));
    }
    let names: Vec<&str> = condition.code_from.names().collect();
    parts.extend(Part::of(Role::Fact, &names, |name| {
        Some(Anchor::of(Role::Fact, name))
    }));
    if condition.calls_itself {
        parts.push(Part::of_text(Role::Fact, facts::CALLS_ITSELF));
    }
    if !(condition.from.is_empty() && condition.to.is_empty()) {
        parts.push(Part::of_text(Role::Fact, facts::PIPED));
    }
    if !condition.code.is_empty() {
        parts.push(of_code(&condition.code));
    }
    parts
}

/// The parts of a condition on effects that have anchors.
pub(super) fn of_effects(condition: &EffectCondition) -> Vec<Part> {
    let kinds = condition.of.iter();
    let mut parts: Vec<Part> = kinds
        .filter_map(|(kind, patterns)| {
            let is_sent = *kind == EffectKind::Sends;
            let role = if is_sent { Role::Sent } else { Role::Effect };
            Part::of(role, patterns, |pattern| {
                Some(pieces::anchor(*kind, pattern)?.as_role(role))
            })
        })
        .collect();
    if condition.runs_download {
        parts.push(Part::of_text(Role::Fact, "download"));
    }
    parts
}

/// The part of conditions on code, of which one must hold.
pub(super) fn of_code(conditions: &[CodeCondition]) -> Part {
    let is_any = conditions.iter().any(|one| one.language.is_empty());
    let names: Vec<&String> = conditions.iter().flat_map(|one| &one.language).collect();
    let language = |name: &&String| Some(Anchor::of(Role::Language, name));
    Part::of(Role::Language, &names, language)
        .filter(|_| !is_any)
        .unwrap_or_else(|| Part::of_text(Role::Fact, facts::CODE))
}

/// The anchor of a program: its base name, or what that begins with.
fn program(pattern: &ProgramPattern) -> Option<Anchor> {
    let name = base_name(pattern);
    let (role, text) = match prefix_length(pattern) {
        None => (Role::Program, name),
        Some(0) => return None,
        Some(length) => (Role::ProgramPrefix, name.get(..length)?),
    };
    Some(Anchor::of(role, text))
}

/// How many bytes of a program's name are fixed, if not all are; at most 63.
fn prefix_length(pattern: &ProgramPattern) -> Option<usize> {
    let name = base_name(pattern);
    let mut length = name.find('*')?.min(63);
    while !name.is_char_boundary(length) {
        length -= 1;
    }
    Some(length)
}

fn base_name(pattern: &ProgramPattern) -> &str {
    let (ProgramPattern::Name(glob) | ProgramPattern::Path(glob)) = pattern;
    glob.as_str().rsplit('/').next().unwrap_or_default()
}

/// The anchor of a pattern of paths: its last segment, or if that is not fixed its longest one.
fn segment(any: Role, last: Role, path: &str) -> Option<Anchor> {
    let segments = path.split('/').filter(|segment| is_fixed(segment));
    let (role, text) = match path.rsplit('/').next().filter(|segment| is_fixed(segment)) {
        Some(segment) => (last, segment),
        None if matches!(path, "/" | "~") => (last, path),
        None => (any, segments.max_by_key(|segment| segment.len())?),
    };
    Some(Anchor::of(role, text))
}

/// Whether a segment of a pattern occurs in each path that fits.
fn is_fixed(segment: &str) -> bool {
    !segment.is_empty() && segment != "~" && !segment.contains('*')
}
