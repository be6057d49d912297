//! Sets of literals of which one must occur: which sets are worth keeping.

use super::extract::{MAX_LEN, MAX_LITERALS};
use super::{Literal, TEXT_END, TEXT_START, WORD_EDGE, commonness, is_word};

/// One literal of each set occurs.
pub(super) type Sets = Vec<Vec<Literal>>;

/// The sets that are kept.
pub(super) const MAX_SETS: usize = 3;

/// Adds a set if there is room for it, or if it is more selective than the last. Every text
/// contains the empty literal, so a set that holds it says nothing.
pub(super) fn add(sets: &mut Sets, set: &[Literal]) {
    let set: Vec<Literal> = set
        .iter()
        .map(|literal| with_outer_edges(literal))
        .collect();
    let is_empty = |literal: &Literal| literal.iter().all(|&byte| byte <= TEXT_END);
    if set.is_empty() || set.iter().any(is_empty) || set.len() > 4 * MAX_LITERALS {
        return;
    }
    let is_as_selective = |last: &Vec<Literal>| commonness(last) <= commonness(&set);
    if sets.get(MAX_SETS - 1).is_some_and(is_as_selective) {
        return;
    }
    let set = without_redundant(set);
    let is_known = sets.iter().any(|other| implies(other, &set));
    if is_known {
        return;
    }
    sets.retain(|other| !implies(&set, other));
    sets.push(set);
    sentry_sort::stable(sets, |a, b| commonness(a) < commonness(b));
    sets.truncate(MAX_SETS);
}

/// The literal without the edges inside it, and without word edges next to bytes that belong to no
/// word.
fn with_outer_edges(literal: &[u8]) -> Literal {
    let Some(start) = literal.iter().position(|&byte| byte > TEXT_END) else {
        return Literal::new();
    };
    let end = literal
        .iter()
        .rposition(|&byte| byte > TEXT_END)
        .map_or(start, |last| last + 1);
    let (before, rest) = literal.split_at(start);
    let (inside, after) = rest.split_at(end - start);
    let mut clean = Literal::with_capacity(literal.len());
    let touches_word = |byte: Option<&u8>| byte.is_some_and(|&byte| is_word(byte));
    if before.contains(&TEXT_START) {
        clean.push(TEXT_START);
    } else if before.contains(&WORD_EDGE) && touches_word(inside.first()) {
        clean.push(WORD_EDGE);
    }
    clean.extend(inside.iter().filter(|&&byte| byte > TEXT_END).take(MAX_LEN));
    let is_whole = inside.iter().filter(|&&byte| byte > TEXT_END).count() <= MAX_LEN;
    if is_whole && after.contains(&TEXT_END) {
        clean.push(TEXT_END);
    } else if is_whole && after.contains(&WORD_EDGE) && touches_word(inside.last()) {
        clean.push(WORD_EDGE);
    }
    clean
}

/// Whether every text that contains a literal of `set` contains one of `other`.
fn implies(set: &[Literal], other: &[Literal]) -> bool {
    set.iter()
        .all(|literal| other.iter().any(|part| contains(literal, part)))
}

fn contains(literal: &[u8], part: &[u8]) -> bool {
    literal.windows(part.len()).any(|window| window == part)
}

/// Drops the literals that contain another one: finding the shorter one is enough.
fn without_redundant(mut literals: Vec<Literal>) -> Vec<Literal> {
    sentry_sort::unstable(&mut literals, |a, b| (a.len(), a) < (b.len(), b));
    literals.dedup();
    let mut kept: Vec<Literal> = Vec::new();
    for literal in literals {
        let is_covered = kept.iter().any(|short| contains(&literal, short));
        if !is_covered {
            kept.push(literal);
        }
    }
    kept
}
