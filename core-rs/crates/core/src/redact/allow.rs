//! The allowlists of a gitleaks configuration: matches that are not secrets.

use std::collections::HashMap;

use sentry_pattern::prefilter::{Hits, LiteralSet};
use sentry_pattern::search::Search;
use sentry_pattern::{Pattern, fold};

use crate::policy::{AllowTarget, Allowed};

/// A match of an imported rule, and the texts that allowlists are checked against.
pub(super) struct Matched<'t> {
    pub(super) secret: &'t [u8],
    /// The whole match.
    pub(super) whole: &'t [u8],
    /// The match, and the text before it on its line.
    pub(super) line: &'t [u8],
    /// The match, and some text before it.
    pub(super) around: &'t [u8],
}

/// One allowlist.
#[derive(Debug)]
pub(super) struct Allow {
    target: AllowTarget,
    all: bool,
    patterns: Vec<(Pattern, Option<Search>)>,
    /// `None` if the allowlist has no words.
    words: Option<Box<Words>>,
}

#[derive(Debug)]
struct Words {
    literals: LiteralSet,
    count: usize,
    hits: Hits,
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

    /// Whether the allowlist allows a match. `None` if an automaton failed.
    #[inline(never)]
    pub(super) fn allows(&mut self, matched: &Matched<'_>) -> Option<bool> {
        let text = match self.target {
            AllowTarget::Secret => matched.secret,
            AllowTarget::Match => matched.whole,
            AllowTarget::Line => matched.line,
        };
        let word = self
            .words
            .as_mut()
            .map(|words| words.occur_in(matched.secret));
        let mut pattern = (!self.patterns.is_empty()).then_some(false);
        for (written, search) in &mut self.patterns {
            if search.is_none() {
                *search = Some(Search::new(written)?);
            }
            if search.as_mut()?.is_match(text, 0)? {
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
    /// Words are folded by [`fold`], so that case does not matter.
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
                literals: LiteralSet::new(&texts),
                count: texts.len(),
                hits: Hits::default(),
            })
        })
    }

    fn occur_in(&mut self, text: &[u8]) -> bool {
        self.hits.start(self.count, 0);
        self.literals.search(text, &mut self.hits);
        !self.hits.found().is_empty()
    }
}
