//! What a site's gitleaks configuration says is no secret.

use std::collections::HashMap;

use sentry_pattern::prefilter::{Found, Texts};
use sentry_pattern::search::Search;
use sentry_pattern::{Pattern, fold};

use crate::policy::{AllowTarget, Allowed};

/// A match of an imported rule, and the texts that are asked of it.
pub(super) struct Matched<'t> {
    pub(super) secret: &'t [u8],
    /// All of it.
    pub(super) whole: &'t [u8],
    /// The match, and what is before it in its line.
    pub(super) line: &'t [u8],
    /// The match, and what is before it.
    pub(super) around: &'t [u8],
}

/// One allowlist.
#[derive(Debug)]
pub(super) struct Allow {
    target: AllowTarget,
    all: bool,
    patterns: Vec<(Pattern, Option<Search>)>,
    /// Nothing where there are no words.
    words: Option<Box<Words>>,
}

#[derive(Debug)]
struct Words {
    texts: Texts,
    count: usize,
    found: Found,
}

impl Allow {
    #[inline(never)]
    pub(super) fn all(allowed: &[Allowed]) -> Vec<Self> {
        let mut all = Vec::new();
        for allowed in allowed {
            let patterns = allowed.patterns.iter();
            all.push(Self {
                target: allowed.target,
                all: allowed.all,
                patterns: patterns.map(|pattern| (pattern.clone(), None)).collect(),
                words: Words::new(&allowed.words),
            });
        }
        all
    }

    /// Whether a match is no secret. `None` where that cannot be said.
    #[inline(never)]
    pub(super) fn holds(&mut self, matched: &Matched<'_>) -> Option<bool> {
        let text = match self.target {
            AllowTarget::Secret => matched.secret,
            AllowTarget::Match => matched.whole,
            AllowTarget::Line => matched.line,
        };
        let word = self
            .words
            .as_mut()
            .map(|words| words.are_in(matched.secret));
        let mut pattern = (!self.patterns.is_empty()).then_some(false);
        for (written, search) in &mut self.patterns {
            if search.is_none() {
                *search = Some(Search::new(written)?);
            }
            if search.as_mut()?.any(text, 0)? {
                pattern = Some(true);
                break;
            }
        }
        Some(match (word, pattern) {
            (Some(word), Some(pattern)) if self.all => word && pattern,
            (word, pattern) => word.unwrap_or(false) || pattern.unwrap_or(false),
        })
    }
}

impl Words {
    /// Words are compared as [`fold`] leaves them, so neither case matters.
    fn new(words: &[String]) -> Option<Box<Self>> {
        let words: Vec<Vec<u8>> = words
            .iter()
            .map(|word| word.bytes().map(fold).collect())
            .collect();
        let mut known: HashMap<&[u8], u32> = HashMap::new();
        let texts = words.iter().map(Vec::as_slice);
        let texts: Vec<&[u8]> = texts
            .filter(|&word| known.insert(word, 0).is_none())
            .collect();
        (!texts.is_empty()).then(|| {
            Box::new(Self {
                texts: Texts::new(&texts),
                count: texts.len(),
                found: Found::default(),
            })
        })
    }

    fn are_in(&mut self, text: &[u8]) -> bool {
        self.found.begin(self.count, 0);
        self.texts.look(text, &mut self.found);
        !self.found.texts().is_empty()
    }
}
