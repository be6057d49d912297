//! The literals of a pattern: what every match begins with, ends with and contains.

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use super::byte_run::ByteSet;
use super::sets::{Sets, add};
use super::{Literal, TEXT_END, TEXT_START, WORD_EDGE, fold, is_word};

/// The most literals in one set. Larger sets are less selective, and cost more.
pub(super) const MAX_LITERALS: usize = 64;
/// The bytes of a literal that are kept.
pub(super) const MAX_LEN: usize = 24;
/// The most members of a class that are distinguished.
const MAX_CLASS: usize = 16;
/// The most parts of a pattern that are looked at to determine how the next match begins.
const MAX_AHEAD: usize = 16;
/// The most copies of a counted repetition that are written out.
const MAX_COPIES: u32 = 4;

/// The most selective sets of literals that a branch requires.
pub(super) fn sets_of(branch: &Hir) -> Sets {
    shape(branch).sets()
}

/// What is known about everything that a part of a pattern matches.
enum Shape {
    /// A match is one of these literals.
    Exactly(Vec<Literal>),
    /// A match begins with one of `prefix`, ends with one of `suffix`, and contains one literal of
    /// each set `inside`.
    Partly {
        prefix: Vec<Literal>,
        suffix: Vec<Literal>,
        inside: Sets,
    },
}

impl Shape {
    fn unknown() -> Self {
        Self::Partly {
            prefix: empty(),
            suffix: empty(),
            inside: Sets::new(),
        }
    }

    fn sets(self) -> Sets {
        let mut sets = Sets::new();
        match self {
            Self::Exactly(literals) => add(&mut sets, &literals),
            Self::Partly {
                prefix,
                suffix,
                inside,
            } => {
                sets = inside;
                add(&mut sets, &prefix);
                add(&mut sets, &suffix);
            }
        }
        sets
    }
}

/// The set that holds only the empty literal.
fn empty() -> Vec<Literal> {
    vec![Literal::new()]
}

fn shape(hir: &Hir) -> Shape {
    match hir.kind() {
        HirKind::Look(Look::WordAscii | Look::WordUnicode) => Shape::Exactly(vec![vec![WORD_EDGE]]),
        HirKind::Look(Look::Start) => Shape::Exactly(vec![vec![TEXT_START]]),
        HirKind::Look(Look::End) => Shape::Exactly(vec![vec![TEXT_END]]),
        HirKind::Look(_) | HirKind::Empty => Shape::Exactly(empty()),
        HirKind::Literal(literal) => {
            folded(&literal.0).map_or_else(Shape::unknown, |literal| Shape::Exactly(vec![literal]))
        }
        HirKind::Class(class) => members(class).map_or_else(|| large_class(class), Shape::Exactly),
        HirKind::Capture(capture) => shape(&capture.sub),
        HirKind::Repetition(repetition) => repeated(repetition),
        HirKind::Concat(parts) => {
            let rest = (0..).map_while(|at| parts.get(at..));
            concatenated(
                parts
                    .iter()
                    .zip(rest)
                    .map(|(part, rest)| match shape(part) {
                        Shape::Partly {
                            prefix,
                            suffix,
                            inside,
                        } if prefix == empty() && begins_outside_words(rest) => Shape::Partly {
                            prefix: vec![vec![WORD_EDGE]],
                            suffix,
                            inside,
                        },
                        shape => shape,
                    }),
            )
        }
        HirKind::Alternation(branches) => alternatives(branches.iter().map(shape)),
    }
}

/// The bytes folded; `None` if one of them would be merged with a digit or an underscore: word
/// edges could no longer be determined.
fn folded(bytes: &[u8]) -> Option<Literal> {
    let is_clear = |byte: &u8| !matches!(byte, 0x10..=0x19 | 0x7f);
    let is_clear = bytes.iter().all(is_clear);
    is_clear.then(|| bytes.iter().copied().map(fold).collect())
}

/// The members of a class, folded; `None` if there are many.
fn members(class: &Class) -> Option<Vec<Literal>> {
    let mut literals: Vec<Literal> = Vec::new();
    let mut add = |bytes: &[u8]| {
        folded(bytes).is_some_and(|literal| {
            if !literals.contains(&literal) {
                literals.push(literal);
            }
            literals.len() <= MAX_CLASS
        })
    };
    let small = match class {
        Class::Unicode(class) => class.ranges().iter().all(|range| {
            range.len() <= 2 * MAX_CLASS
                && (range.start()..=range.end())
                    .all(|char| add(char.encode_utf8(&mut [0; 4]).as_bytes()))
        }),
        Class::Bytes(class) => class.ranges().iter().all(|range| {
            range.len() <= 2 * MAX_CLASS && (range.start()..=range.end()).all(|byte| add(&[byte]))
        }),
    };
    small.then_some(literals)
}

/// A class with many members. If none of them belongs to an ASCII word, there is a word edge before
/// and after it.
fn large_class(class: &Class) -> Shape {
    if !is_outside_words(class) {
        return Shape::unknown();
    }
    Shape::Partly {
        prefix: vec![vec![WORD_EDGE]],
        suffix: vec![vec![WORD_EDGE]],
        inside: Sets::new(),
    }
}

/// Whether every match of these consecutive parts begins with a character that belongs to no ASCII
/// word.
fn begins_outside_words(parts: &[Hir]) -> bool {
    for part in parts.iter().take(MAX_AHEAD) {
        let hir = match part.kind() {
            HirKind::Repetition(repetition) => &repetition.sub,
            _ => part,
        };
        let is_outside = match hir.kind() {
            HirKind::Literal(literal) => {
                literal.0.first().is_some_and(|&byte| !is_word(fold(byte)))
            }
            HirKind::Class(class) => is_outside_words(class),
            HirKind::Alternation(branches) => {
                let mut branches = branches.iter().map(std::slice::from_ref);
                branches.all(begins_outside_words)
            }
            HirKind::Concat(parts) => begins_outside_words(parts),
            _ => false,
        };
        if !is_outside {
            return false;
        }
        if part
            .properties()
            .minimum_len()
            .is_some_and(|least| least > 0)
        {
            return true;
        }
    }
    false
}

fn is_outside_words(class: &Class) -> bool {
    let set = ByteSet::of(class);
    !(0..0x80).any(|byte| is_word(fold(byte)) && set.has(byte))
}

fn repeated(repetition: &Repetition) -> Shape {
    let once = shape(&repetition.sub);
    match (repetition.min, repetition.max, once) {
        (0, Some(1), Shape::Exactly(mut literals)) if literals.len() < MAX_LITERALS => {
            literals.push(Literal::new());
            Shape::Exactly(literals)
        }
        (0, ..) => Shape::unknown(),
        (min, max, Shape::Exactly(literals)) => {
            let copies = min.min(MAX_COPIES);
            let copy = || Shape::Exactly(literals.clone());
            if Some(copies) == max {
                concatenated((0..copies).map(|_| copy()))
            } else {
                // The copies, then anything, then one more copy at the end.
                let rest = [Shape::unknown(), copy()];
                concatenated((0..copies).map(|_| copy()).chain(rest))
            }
        }
        (_, _, partly @ Shape::Partly { .. }) => partly,
    }
}

/// The shape of consecutive parts.
fn concatenated(parts: impl Iterator<Item = Shape>) -> Shape {
    let mut first = None;
    let mut run = empty();
    let mut inside = Sets::new();
    for part in parts {
        let (literals, next) = match part {
            Shape::Exactly(literals) => (literals, None),
            Shape::Partly {
                prefix,
                suffix,
                inside: within,
            } => {
                for set in within {
                    add(&mut inside, &set);
                }
                (prefix, Some(suffix))
            }
        };
        let longer = product(&run, &literals);
        match (longer, next) {
            (Some(longer), None) => run = longer,
            (longer, next) => {
                let (ended, pending) = match longer {
                    Some(longer) => (longer, empty()),
                    None => (run, literals),
                };
                add(&mut inside, &ended);
                first.get_or_insert(ended);
                run = match next {
                    Some(suffix) => {
                        add(&mut inside, &pending);
                        suffix
                    }
                    None => pending,
                };
            }
        }
    }
    match first {
        None => Shape::Exactly(run),
        Some(prefix) => Shape::Partly {
            prefix,
            suffix: run,
            inside,
        },
    }
}

/// Every literal of `before` followed by every literal of `after`; `None` if there are too many or
/// they are too long.
fn product(before: &[Literal], after: &[Literal]) -> Option<Vec<Literal>> {
    if before.len() * after.len() > MAX_LITERALS {
        return None;
    }
    let mut literals = Vec::with_capacity(before.len() * after.len());
    for head in before {
        for tail in after {
            if head.len() + tail.len() > MAX_LEN && !head.is_empty() {
                return None;
            }
            literals.push([head.as_slice(), tail].concat());
        }
    }
    Some(literals)
}

/// The shape of alternatives.
fn alternatives(branches: impl Iterator<Item = Shape>) -> Shape {
    let mut exact = true;
    let (mut prefix, mut suffix, mut inside) = (Vec::new(), Vec::new(), Some(Vec::new()));
    for branch in branches {
        let (begins, ends) = match &branch {
            Shape::Exactly(literals) => (literals, literals),
            Shape::Partly { prefix, suffix, .. } => {
                exact = false;
                (prefix, suffix)
            }
        };
        // More than the maximum is too many, however many more there are.
        if prefix.len().max(suffix.len()) <= MAX_LITERALS {
            prefix.extend_from_slice(begins);
            suffix.extend_from_slice(ends);
        }
        // One literal of the best set of each branch: together these are one set.
        let best = branch.sets().into_iter().next();
        inside = inside
            .filter(|all| all.len() <= 4 * MAX_LITERALS)
            .zip(best)
            .map(|(all, best)| [all, best].concat());
    }
    let few = prefix.len() <= MAX_LITERALS && suffix.len() <= MAX_LITERALS;
    if exact && few {
        return Shape::Exactly(prefix);
    }
    let mut sets = Sets::new();
    if let Some(literals) = inside {
        add(&mut sets, &literals);
    }
    Shape::Partly {
        inside: sets,
        prefix: if few { prefix } else { empty() },
        suffix: if few { suffix } else { empty() },
    }
}
