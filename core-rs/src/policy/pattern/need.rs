//! What a pattern needs: texts of which one occurs in every subject that it matches.
//!
//! The engine looks for the texts of all rules at once, and tries a pattern only where one of its own
//! was found. So a text may be too common, but never missing from a match.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// A text as [`fold`] leaves it, so that neither case matters.
pub(crate) type Text = Vec<u8>;

/// What one branch of a pattern needs of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// One of these texts, none empty.
    OneOf(Vec<Text>),
    /// Nothing that could be looked for.
    Nothing,
}

/// Texts in one set at most. More say less, and cost more.
const MAX_TEXTS: usize = 64;
/// Bytes that are kept of a text.
const MAX_LEN: usize = 24;
/// Characters of a class that are still told apart.
const MAX_CLASS: usize = 16;
/// Copies of a counted repetition that are written out.
const MAX_COPIES: u32 = 4;

/// Maps the two cases of an ASCII letter to one byte. Other bytes may fall together as well, which
/// makes a text match a little more than it says, and is cheaper than telling them apart.
pub(crate) fn fold(byte: u8) -> u8 {
    byte | 0x20
}

/// What a branch needs.
pub(super) fn of(branch: &Hir) -> Need {
    match shape(branch).best() {
        Some(texts) => Need::OneOf(texts),
        None => Need::Nothing,
    }
}

/// What is known of everything that a part of a pattern matches.
enum Shape {
    /// It is one of these texts.
    Exactly(Vec<Text>),
    /// It begins with one of `prefix`, ends with one of `suffix`, and has one of `inside` in it.
    Somehow {
        prefix: Vec<Text>,
        suffix: Vec<Text>,
        inside: Option<Vec<Text>>,
    },
}

impl Shape {
    fn anything() -> Self {
        Self::Somehow {
            prefix: nothing(),
            suffix: nothing(),
            inside: None,
        }
    }

    /// The most telling set of texts.
    fn best(self) -> Option<Vec<Text>> {
        match self {
            Self::Exactly(texts) => better(None, texts),
            Self::Somehow {
                prefix,
                suffix,
                inside,
            } => better(better(inside, prefix), suffix),
        }
    }
}

/// The set of the empty text.
fn nothing() -> Vec<Text> {
    vec![Text::new()]
}

fn shape(hir: &Hir) -> Shape {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Shape::Exactly(nothing()),
        HirKind::Literal(literal) => Shape::Exactly(vec![folded(&literal.0)]),
        HirKind::Class(class) => members(class).map_or_else(Shape::anything, Shape::Exactly),
        HirKind::Capture(capture) => shape(&capture.sub),
        HirKind::Repetition(repetition) => repeated(repetition),
        HirKind::Concat(parts) => joined(parts.iter().map(shape)),
        HirKind::Alternation(branches) => either(branches.iter().map(shape)),
    }
}

fn folded(bytes: &[u8]) -> Text {
    bytes.iter().copied().map(fold).collect()
}

/// The members of a small class.
fn members(class: &Class) -> Option<Vec<Text>> {
    let mut texts: Vec<Text> = Vec::new();
    let mut add = |bytes: &[u8]| {
        let text = folded(bytes);
        if !texts.contains(&text) {
            texts.push(text);
        }
        texts.len() <= MAX_CLASS
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
    small.then_some(texts)
}

fn repeated(repetition: &Repetition) -> Shape {
    let once = shape(&repetition.sub);
    match (repetition.min, repetition.max, once) {
        (0, Some(1), Shape::Exactly(mut texts)) if texts.len() < MAX_TEXTS => {
            texts.push(Text::new());
            Shape::Exactly(texts)
        }
        (0, ..) => Shape::anything(),
        (min, max, Shape::Exactly(texts)) => {
            let copies = min.min(MAX_COPIES);
            let copy = || Shape::Exactly(texts.clone());
            if Some(copies) == max {
                joined((0..copies).map(|_| copy()))
            } else {
                // So many copies, then anything, then at least one that ends it.
                let rest = [Shape::anything(), copy()];
                joined((0..copies).map(|_| copy()).chain(rest))
            }
        }
        (_, _, somehow @ Shape::Somehow { .. }) => somehow,
    }
}

/// One part after the other.
fn joined(parts: impl Iterator<Item = Shape>) -> Shape {
    let mut first = None;
    let mut run = nothing();
    let mut inside = None;
    for part in parts {
        match part {
            Shape::Exactly(texts) => {
                if let Some(longer) = product(&run, &texts) {
                    run = longer;
                } else {
                    let ended = std::mem::replace(&mut run, texts);
                    inside = better(inside, ended.clone());
                    first.get_or_insert(ended);
                }
            }
            Shape::Somehow {
                prefix,
                suffix,
                inside: within,
            } => {
                let ended = product(&run, &prefix).unwrap_or_else(|| {
                    inside = better(inside.take(), prefix);
                    std::mem::take(&mut run)
                });
                inside = better(inside, ended.clone());
                first.get_or_insert(ended);
                if let Some(within) = within {
                    inside = better(inside, within);
                }
                run = suffix;
            }
        }
    }
    match first {
        None => Shape::Exactly(run),
        Some(prefix) => Shape::Somehow {
            prefix,
            suffix: run,
            inside,
        },
    }
}

/// Every text of `before` followed by every text of `after`; `None` where that is too much.
fn product(before: &[Text], after: &[Text]) -> Option<Vec<Text>> {
    if before.len() * after.len() > MAX_TEXTS {
        return None;
    }
    let mut texts = Vec::with_capacity(before.len() * after.len());
    for head in before {
        for tail in after {
            if head.len() + tail.len() > MAX_LEN && !head.is_empty() {
                return None;
            }
            texts.push([head.as_slice(), tail].concat());
        }
    }
    Some(texts)
}

/// One of several.
fn either(branches: impl Iterator<Item = Shape>) -> Shape {
    let mut exact = true;
    let (mut prefix, mut suffix, mut inside) = (Vec::new(), Vec::new(), Some(Vec::new()));
    for branch in branches {
        match branch {
            Shape::Exactly(texts) => {
                if let Some(inside) = &mut inside {
                    inside.extend_from_slice(&texts);
                }
                suffix.extend_from_slice(&texts);
                prefix.extend(texts);
            }
            Shape::Somehow {
                prefix: begins,
                suffix: ends,
                inside: within,
            } => {
                exact = false;
                prefix.extend_from_slice(&begins);
                suffix.extend_from_slice(&ends);
                let best = better(better(within, begins), ends);
                inside = inside.zip(best).map(|(mut all, best)| {
                    all.extend(best);
                    all
                });
            }
        }
    }
    let few = prefix.len() <= MAX_TEXTS && suffix.len() <= MAX_TEXTS;
    if exact && few {
        return Shape::Exactly(prefix);
    }
    Shape::Somehow {
        inside: inside.and_then(|texts| better(None, texts)),
        prefix: if few { prefix } else { nothing() },
        suffix: if few { suffix } else { nothing() },
    }
}

/// The more telling of two sets. The empty text is in every subject, so a set with it says nothing.
fn better(a: Option<Vec<Text>>, b: Vec<Text>) -> Option<Vec<Text>> {
    if b.iter().any(Text::is_empty) || b.len() > 4 * MAX_TEXTS {
        return a;
    }
    let b = without_longer(b);
    match a {
        Some(a) if commonness(&a) <= commonness(&b) => Some(a),
        _ => Some(b),
    }
}

/// Leaves out the texts that have another one in them, whose finding says as much, and cuts off what
/// a text has beyond [`MAX_LEN`].
fn without_longer(mut texts: Vec<Text>) -> Vec<Text> {
    for text in &mut texts {
        text.truncate(MAX_LEN);
    }
    texts.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    texts.dedup();
    let mut kept: Vec<Text> = Vec::new();
    for text in texts {
        let covered = kept
            .iter()
            .any(|short| text.windows(short.len()).any(|part| part == short));
        if !covered {
            kept.push(text);
        }
    }
    kept
}

/// How often a place of an ordinary subject has one of these texts, roughly.
fn commonness(texts: &[Text]) -> f32 {
    texts
        .iter()
        .map(|text| text.iter().copied().map(frequency).product::<f32>())
        .sum()
}

/// How often a byte is this one in command lines, paths, names and JSON, roughly.
pub(crate) fn frequency(folded: u8) -> f32 {
    match folded {
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b'l' | b'c' => 0.06,
        b' ' | b'/' => 0.05,
        b'd' | b'p' | b'm' | b'u' | b'h' | b'b' | b'.' | b'-' | b'"' => 0.03,
        b'a'..=b'z' | b'0'..=b'9' | b':' | b',' | b'_' => 0.015,
        _ => 0.004,
    }
}
