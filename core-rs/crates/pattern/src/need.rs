//! What a pattern needs: texts, and runs of like characters, without which it matches no subject.
//!
//! The engine looks for the texts of all rules at once, and tries a pattern only where its own were
//! found. So a text may be too common, but never missing from a match.

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use crate::run::{self, ByteSet, Run};
use sentry_sort as sort;

/// A text as [`fold`] leaves it, so that neither case matters. Its first and its last byte may be an
/// edge instead, which [`fold`] never gives: [`WORD`], [`START`], [`END`].
pub type Text = Vec<u8>;

/// Where no letter, digit or underscore of ASCII may stand.
pub(crate) const WORD: u8 = 0;
/// The beginning of the subject.
pub(crate) const START: u8 = 1;
/// The end of the subject.
pub(crate) const END: u8 = 2;

/// What occurs in every subject that a branch of a pattern matches. Empty where nothing is known.
#[derive(Clone, Debug, Default)]
pub struct Need {
    /// Of each of these sets one text occurs; the most telling set is the first. No text is empty.
    pub texts: Vec<Vec<Text>>,
    /// This occurs, too.
    pub run: Option<Run>,
}

impl Need {
    /// Whether nothing is known.
    pub fn is_nothing(&self) -> bool {
        self.texts.is_empty() && self.run.is_none()
    }
}

/// Texts in one set at most. More say less, and cost more.
const MAX_TEXTS: usize = 64;
/// Bytes that are kept of a text.
const MAX_LEN: usize = 24;
/// Sets that are kept.
const MAX_SETS: usize = 3;
/// Characters of a class that are still told apart.
const MAX_CLASS: usize = 16;
/// Parts of a pattern that are looked at to tell how what comes next begins.
const MAX_AHEAD: usize = 16;
/// Copies of a counted repetition that are written out.
const MAX_COPIES: u32 = 4;

/// Maps the two cases of an ASCII letter to one byte. Other bytes may fall together as well, which
/// makes a text match a little more than it says, and is cheaper than telling them apart.
#[inline]
pub fn fold(byte: u8) -> u8 {
    byte | 0x20
}

/// What a branch needs.
pub(crate) fn of(branch: &Hir) -> Need {
    Need {
        texts: shape(branch).sets(),
        run: run::of(branch),
    }
}

/// Of each set one text occurs.
type Sets = Vec<Vec<Text>>;

/// What is known of everything that a part of a pattern matches.
enum Shape {
    /// It is one of these texts.
    Exactly(Vec<Text>),
    /// It begins with one of `prefix`, ends with one of `suffix`, and has what it needs `inside`.
    Somehow {
        prefix: Vec<Text>,
        suffix: Vec<Text>,
        inside: Sets,
    },
}

impl Shape {
    fn anything() -> Self {
        Self::Somehow {
            prefix: nothing(),
            suffix: nothing(),
            inside: Sets::new(),
        }
    }

    fn sets(self) -> Sets {
        let mut sets = Sets::new();
        match self {
            Self::Exactly(texts) => add(&mut sets, &texts),
            Self::Somehow {
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

/// The set of the empty text.
fn nothing() -> Vec<Text> {
    vec![Text::new()]
}

fn shape(hir: &Hir) -> Shape {
    match hir.kind() {
        HirKind::Look(Look::WordAscii | Look::WordUnicode) => Shape::Exactly(vec![vec![WORD]]),
        HirKind::Look(Look::Start) => Shape::Exactly(vec![vec![START]]),
        HirKind::Look(Look::End) => Shape::Exactly(vec![vec![END]]),
        HirKind::Look(_) | HirKind::Empty => Shape::Exactly(nothing()),
        HirKind::Literal(literal) => {
            folded(&literal.0).map_or_else(Shape::anything, |text| Shape::Exactly(vec![text]))
        }
        HirKind::Class(class) => members(class).map_or_else(|| large(class), Shape::Exactly),
        HirKind::Capture(capture) => shape(&capture.sub),
        HirKind::Repetition(repetition) => repeated(repetition),
        HirKind::Concat(parts) => {
            let behind = (0..).map_while(|at| parts.get(at..));
            joined(
                parts
                    .iter()
                    .zip(behind)
                    .map(|(part, rest)| match shape(part) {
                        Shape::Somehow {
                            prefix,
                            suffix,
                            inside,
                        } if prefix == nothing() && begins_outside_words(rest) => Shape::Somehow {
                            prefix: vec![vec![WORD]],
                            suffix,
                            inside,
                        },
                        shape => shape,
                    }),
            )
        }
        HirKind::Alternation(branches) => either(branches.iter().map(shape)),
    }
}

/// `None` for characters that would fall together with a digit or an underscore, of which edges could
/// not be told any more.
fn folded(bytes: &[u8]) -> Option<Text> {
    let is_clear = |byte: &u8| !matches!(byte, 0x10..=0x19 | 0x7f);
    let is_clear = bytes.iter().all(is_clear);
    is_clear.then(|| bytes.iter().copied().map(fold).collect())
}

fn is_word(folded: u8) -> bool {
    matches!(folded, b'a'..=b'z' | b'0'..=b'9') || folded == fold(b'_')
}

/// The members of a small class.
fn members(class: &Class) -> Option<Vec<Text>> {
    let mut texts: Vec<Text> = Vec::new();
    let mut add = |bytes: &[u8]| {
        folded(bytes).is_some_and(|text| {
            if !texts.contains(&text) {
                texts.push(text);
            }
            texts.len() <= MAX_CLASS
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
    small.then_some(texts)
}

/// One of many characters. If none of them belongs to a word of ASCII, a word ends before it, and
/// another may begin behind it.
fn large(class: &Class) -> Shape {
    if !is_outside_words(class) {
        return Shape::anything();
    }
    Shape::Somehow {
        prefix: vec![vec![WORD]],
        suffix: vec![vec![WORD]],
        inside: Sets::new(),
    }
}

/// Whether what the parts match, one behind the other, always begins with a character that belongs to
/// no word of ASCII.
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
    let mut inside = Sets::new();
    for part in parts {
        let (texts, next) = match part {
            Shape::Exactly(texts) => (texts, None),
            Shape::Somehow {
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
        let longer = product(&run, &texts);
        match (longer, next) {
            (Some(longer), None) => run = longer,
            (longer, next) => {
                let (ended, behind) = match longer {
                    Some(longer) => (longer, nothing()),
                    None => (run, texts),
                };
                add(&mut inside, &ended);
                first.get_or_insert(ended);
                run = match next {
                    Some(suffix) => {
                        add(&mut inside, &behind);
                        suffix
                    }
                    None => behind,
                };
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
        let (begins, ends) = match &branch {
            Shape::Exactly(texts) => (texts, texts),
            Shape::Somehow { prefix, suffix, .. } => {
                exact = false;
                (prefix, suffix)
            }
        };
        // Beyond so many it is too many anyway, however many more there are.
        if prefix.len().max(suffix.len()) <= MAX_TEXTS {
            prefix.extend_from_slice(begins);
            suffix.extend_from_slice(ends);
        }
        // Of several sets, each of which one branch needs, only one can be kept.
        let best = branch.sets().into_iter().next();
        inside = inside
            .filter(|all| all.len() <= 4 * MAX_TEXTS)
            .zip(best)
            .map(|(all, best)| [all, best].concat());
    }
    let few = prefix.len() <= MAX_TEXTS && suffix.len() <= MAX_TEXTS;
    if exact && few {
        return Shape::Exactly(prefix);
    }
    let mut sets = Sets::new();
    if let Some(texts) = inside {
        add(&mut sets, &texts);
    }
    Shape::Somehow {
        inside: sets,
        prefix: if few { prefix } else { nothing() },
        suffix: if few { suffix } else { nothing() },
    }
}

/// Adds a set to others if there is room for it, or if it is more telling than the last. The
/// empty text is in every subject, so a set with it says nothing.
fn add(sets: &mut Sets, set: &[Text]) {
    let set: Vec<Text> = set.iter().map(|text| with_edges_outside(text)).collect();
    let is_empty = |text: &Text| text.iter().all(|&byte| byte <= END);
    if set.is_empty() || set.iter().any(is_empty) || set.len() > 4 * MAX_TEXTS {
        return;
    }
    let is_worse = |last: &Vec<Text>| commonness(last) <= commonness(&set);
    if sets.get(MAX_SETS - 1).is_some_and(is_worse) {
        return;
    }
    let set = without_longer(set);
    let is_known = sets.iter().any(|other| implies(other, &set));
    if is_known {
        return;
    }
    sets.retain(|other| !implies(&set, other));
    sets.push(set);
    sort::stable(sets, |a, b| commonness(a) < commonness(b));
    sets.truncate(MAX_SETS);
}

/// The text without what stands for edges inside of it, and without edges of words where no word is.
fn with_edges_outside(text: &[u8]) -> Text {
    let Some(start) = text.iter().position(|&byte| byte > END) else {
        return Text::new();
    };
    let end = text
        .iter()
        .rposition(|&byte| byte > END)
        .map_or(start, |last| last + 1);
    let (before, rest) = text.split_at(start);
    let (inside, behind) = rest.split_at(end - start);
    let mut clean = Text::with_capacity(text.len());
    let touches_word = |byte: Option<&u8>| byte.is_some_and(|&byte| is_word(byte));
    if before.contains(&START) {
        clean.push(START);
    } else if before.contains(&WORD) && touches_word(inside.first()) {
        clean.push(WORD);
    }
    clean.extend(inside.iter().filter(|&&byte| byte > END).take(MAX_LEN));
    let is_whole = inside.iter().filter(|&&byte| byte > END).count() <= MAX_LEN;
    if is_whole && behind.contains(&END) {
        clean.push(END);
    } else if is_whole && behind.contains(&WORD) && touches_word(inside.last()) {
        clean.push(WORD);
    }
    clean
}

/// The text between its edges.
pub(crate) fn without_edges(text: &[u8]) -> &[u8] {
    let text = match text {
        [..=END, text @ ..] => text,
        _ => text,
    };
    match text {
        [text @ .., ..=END] => text,
        _ => text,
    }
}

/// Whether every subject with one of `set` has one of `other`.
fn implies(set: &[Text], other: &[Text]) -> bool {
    set.iter()
        .all(|text| other.iter().any(|part| contains(text, part)))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Leaves out the texts that have another one in them, whose finding says as much.
fn without_longer(mut texts: Vec<Text>) -> Vec<Text> {
    sort::unstable(&mut texts, |a, b| (a.len(), a) < (b.len(), b));
    texts.dedup();
    let mut kept: Vec<Text> = Vec::new();
    for text in texts {
        let is_covered = kept.iter().any(|short| contains(&text, short));
        if !is_covered {
            kept.push(text);
        }
    }
    kept
}

/// How often a place of an ordinary subject has one of these texts, roughly.
pub(crate) fn commonness(texts: &[Text]) -> f32 {
    texts
        .iter()
        .map(|text| text.iter().copied().map(frequency).product::<f32>())
        .sum()
}

/// How often a byte is this one in command lines, paths, names and JSON, roughly.
pub(crate) fn frequency(folded: u8) -> f32 {
    match folded {
        WORD => 0.3,
        START | END => 0.1,
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b'l' | b'c' => 0.06,
        b' ' | b'/' => 0.05,
        b'd' | b'p' | b'm' | b'u' | b'h' | b'b' | b'.' | b'-' | b'"' => 0.03,
        b'a'..=b'z' | b'0'..=b'9' | b':' | b',' | b'_' => 0.015,
        b'|' | b'<' | b'>' | b'`' => 0.0015,
        _ => 0.004,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a pattern needs, with edges as `<` (a word's), `^` and `$`.
    fn needs(pattern: &str) -> Vec<Vec<String>> {
        let visible = |&byte: &u8| match byte {
            WORD => '<',
            START => '^',
            END => '$',
            byte => char::from(byte),
        };
        let written = |text: &Text| text.iter().map(visible).collect::<String>();
        let need = of(&regex_syntax::parse(pattern).unwrap());
        let sets = need.texts.iter();
        sets.map(|set| set.iter().map(written).collect()).collect()
    }

    #[test]
    fn what_a_pattern_needs_is_told_with_the_most_telling_first() {
        assert_eq!(needs("curl"), [["curl"]]);
        assert_eq!(needs("(?i)CuRl"), [["curl"]]);
        assert_eq!(needs(r"\bnc\b.*-e"), [["<nc<"], ["-e"]]);
        assert_eq!(
            needs("^/etc/(?:shadow|passwd)$"),
            [["^/etc/passwd$", "^/etc/shadow$"]]
        );
        assert_eq!(needs(r"(?:ba|z|da)?sh\s"), [["sh<"]]);
        assert_eq!(needs(r"token\s*="), [["token<"], ["="]]);
        assert_eq!(
            needs("x[ab]{2,}y"),
            [vec!["xaa", "xab", "xba", "xbb"], vec!["ay", "by"]]
        );
        assert_eq!(needs("ab[^x]+cd{2}"), [["cdd"], ["ab"]]);
        assert_eq!(needs(r"\w+|x"), Vec::<Vec<String>>::new().as_slice());
        assert_eq!(needs("abc|.*xyz"), [["abc", "xyz"]]);
        assert_eq!(needs("x?y*"), Vec::<Vec<String>>::new().as_slice());
    }

    #[test]
    fn what_alternatives_begin_with_is_not_copied_without_end() {
        let texts: Vec<String> = (0..4000).map(|number| format!("{number:03x}")).collect();
        let pattern = format!("{}(?:{})", r"\b".repeat(8000), texts.join("|"));
        let hir = regex_syntax::parse(&pattern).unwrap();
        assert_eq!(crate::pattern::branches(&hir).len(), 1);
    }

    #[test]
    fn patterns_as_large_as_a_document_may_hold_are_read_in_no_time() {
        for (part, between) in [
            (r"\s?", ""),
            ("[0-9]x", ""),
            ("ab", "|"),
            (".ab", "|"),
            ("(?:a|b)+", ""),
        ] {
            let pattern = vec![part; 20_000].join(between);
            let hir = regex_syntax::parse(&pattern).unwrap();
            assert!(of(&hir).texts.len() <= MAX_SETS);
        }
    }
}
