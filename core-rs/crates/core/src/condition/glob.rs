//! Patterns of paths: `*` stands for characters of one segment, `**` for any characters, and `**/`
//! at the beginning of a segment for any number of whole segments.

/// A place to go on from if the rest does not fit: the star takes one more character.
#[derive(Clone, Copy)]
struct Retry {
    /// The rest of the glob, behind the star.
    glob: usize,
    /// How far the text is taken.
    text: usize,
}

/// Whether a path fits a pattern. The time is linear in the path.
pub(super) fn fits(glob: &str, text: &str) -> bool {
    let (glob, text) = (glob.as_bytes(), text.as_bytes());
    let (mut at, mut taken) = (0, 0);
    // The last star within a segment, and the last one that crosses segments.
    let (mut inner, mut outer): (Option<Retry>, Option<(Retry, bool)>) = (None, None);
    loop {
        let next = glob.get(at);
        if next == Some(&b'*') {
            let run = glob.iter().skip(at).take_while(|&&byte| byte == b'*');
            let end = at + run.count();
            let starts_segment = taken == 0 || text.get(taken - 1) == Some(&b'/');
            if end == at + 1 {
                inner = Some(Retry {
                    glob: end,
                    text: taken,
                });
                at = end;
            } else {
                let is_whole = starts_segment && glob.get(end) == Some(&b'/');
                at = end + usize::from(is_whole);
                let retry = Retry {
                    glob: at,
                    text: taken,
                };
                outer = Some((retry, is_whole));
                inner = None;
            }
            continue;
        }
        match (next, text.get(taken)) {
            (None, None) => return true,
            (Some(wanted), Some(byte)) if wanted == byte => {
                at += 1;
                taken += 1;
                continue;
            }
            _ => {}
        }
        let within = inner.filter(|retry| !matches!(text.get(retry.text), None | Some(b'/')));
        if let Some(retry) = &mut inner
            && within.is_some()
        {
            retry.text += 1;
            (at, taken) = (retry.glob, retry.text);
            continue;
        }
        let Some((retry, is_whole)) = &mut outer else {
            return false;
        };
        // No place in this segment is one for the inner star, so the outer one goes on behind it,
        // but for what stands between the two stars.
        let skipped = inner.map_or(0, |inner| inner.text.saturating_sub(glob.len()));
        let from = retry.text.max(skipped);
        let rest = text.get(from..).unwrap_or_default();
        if rest.is_empty() {
            return false;
        }
        let step = if *is_whole {
            match memchr::memchr(b'/', rest) {
                Some(slash) => slash + 1,
                None => return false,
            }
        } else {
            1
        };
        retry.text = from + step;
        (at, taken) = (retry.glob, retry.text);
        inner = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sentry_testing::Random;

    /// The meaning of a glob as a regular expression.
    fn expression(glob: &str) -> regex::Regex {
        let mut out = "(?s)^".to_owned();
        let mut rest = glob;
        let mut starts_segment = true;
        while let Some(first) = rest.chars().next() {
            let run = rest.chars().take_while(|&c| c == '*').count();
            if run == 0 {
                out.push_str(&regex::escape(&first.to_string()));
                rest = &rest[first.len_utf8()..];
                starts_segment = first == '/';
                continue;
            }
            rest = &rest[run..];
            if run == 1 {
                out.push_str("[^/]*");
            } else if starts_segment && rest.starts_with('/') {
                out.push_str("(?:.*/)?");
                rest = &rest[1..];
                continue;
            } else {
                out.push_str(".*");
            }
            starts_segment = false;
        }
        regex::Regex::new(&format!("{out}$")).unwrap()
    }

    #[test]
    fn globs_mean_what_their_regular_expressions_mean() {
        let mut random = Random(0x610B);
        let mut fitting = 0;
        for _ in 0..200_000 {
            let mut pick = |of: &[&'static str], most: usize| {
                let parts = (0..random.below(most)).map(|_| random.pick(of));
                parts.collect::<Vec<_>>().concat()
            };
            let glob = pick(&["a", "b", "/", "*", "**", "**/", "/**/"], 7);
            let text = pick(&["a", "b", "/", "ab", "é"], 8);
            let expected = expression(&glob).is_match(&text);
            assert_eq!(fits(&glob, &text), expected, "{glob} {text}");
            fitting += usize::from(expected);
        }
        assert!(fitting > 20_000, "{fitting}");
    }

    #[test]
    fn a_glob_takes_time_linear_in_the_text() {
        for glob in ["**a*b", "**a*b/c", "*a*b", "**/a*b*/c", "**a**b"] {
            for unit in ["a", "ab", "a/", "ab/"] {
                let text = unit.repeat(1 << 20) + "/x";
                assert!(!fits(glob, &text), "{glob}");
            }
        }
    }
}
