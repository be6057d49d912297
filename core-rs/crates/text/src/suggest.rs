//! Finds the word that was probably meant.

/// The candidate closest to `word`, if at most a third of its letters are wrong. Letters are
/// compared without case.
///
/// ```
/// use sentry_text::closest;
/// assert_eq!(closest("fail_closd", &["deny", "fail_closed"]), Some("fail_closed"));
/// assert_eq!(closest("agents", &["deny", "fail_closed"]), None);
/// ```
pub fn closest<'c>(word: &str, candidates: &[&'c str]) -> Option<&'c str> {
    if word.len() > 64 {
        return None;
    }
    let word = word.to_ascii_lowercase();
    candidates
        .iter()
        .map(|&candidate| (distance(&word, &candidate.to_ascii_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The number of edits between two words: insertions, deletions, replacements and swaps of
/// neighbours (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut last_a = None;
    for (i, ca) in a.chars().enumerate() {
        let mut row = vec![i + 1];
        let mut last_b = None;
        for (j, &cb) in b.iter().enumerate() {
            let cost =
                |cells: &[usize], at: usize| cells.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut best = (cost(&above, j) + usize::from(ca != cb))
                .min(cost(&above, j + 1) + 1)
                .min(cost(&row, j) + 1);
            if last_a == Some(cb) && last_b == Some(ca) {
                best = best.min(cost(&before, j.wrapping_sub(1)) + 1);
            }
            row.push(best);
            last_b = Some(cb);
        }
        before = std::mem::replace(&mut above, row);
        last_a = Some(ca);
    }
    above.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_is_recognised_and_another_word_is_not() {
        let keys = ["fail_closed", "dry_run", "deny", "rules", "rule"];
        assert_eq!(closest("fail_close", &keys), Some("fail_closed"));
        assert_eq!(closest("failclosed", &keys), Some("fail_closed"));
        assert_eq!(closest("DRY_RUN", &keys), Some("dry_run"));
        assert_eq!(closest("dney", &keys), Some("deny"));
        assert_eq!(closest("rulse", &keys), Some("rules"));
        assert_eq!(closest("webhook", &keys), None);
        assert_eq!(distance("toolexec", "toolxeec"), 1);
    }
}
