//! One pattern of secrets, and the checks that make a match a find.

use std::ops::Range;

use sentry_pattern::search::{Search, ValueGroup};
use sentry_pattern::{Pattern, Requirements, fold};

use super::LOOK_BACK;
use super::allow::{Allow, Matched};
use super::find::{Find, Found};
use crate::policy::{ImportedRule, SecretPattern};

/// A pattern, its checks and its automata.
#[derive(Debug)]
pub(super) struct Detector {
    kind: u32,
    pattern: Pattern,
    value: ValueGroup,
    requirements: Vec<Requirements>,
    test: Test,
    /// Compiled on demand.
    search: Option<Box<Search>>,
}

/// The checks for a match.
#[derive(Debug)]
enum Test {
    Nothing,
    Imported {
        keywords: Vec<String>,
        entropy: f64,
        allow: Vec<Allow>,
    },
}

impl Detector {
    #[inline(never)]
    fn new(kind: u32, pattern: Pattern, value: ValueGroup, test: Test) -> Self {
        Self {
            kind,
            requirements: pattern.requirements().to_vec(),
            pattern,
            value,
            test,
            search: None,
        }
    }

    pub(super) fn custom(kind: u32, secret: &SecretPattern) -> Self {
        Self::new(kind, secret.pattern.clone(), secret.value, Test::Nothing)
    }

    pub(super) fn imported(kind: u32, rule: ImportedRule) -> Self {
        let keywords: Vec<Vec<u8>> = rule.keywords.iter().map(|word| folded(word)).collect();
        let test = Test::Imported {
            keywords: rule.keywords,
            entropy: rule.entropy,
            allow: Allow::all(&rule.allow),
        };
        let SecretPattern { pattern, value, .. } = rule.secret;
        let mut detector = Self::new(kind, pattern, value, test);
        if !keywords.is_empty() {
            for required in &mut detector.requirements {
                required.literals.push(keywords.clone());
            }
        }
        detector
    }

    /// What a text must contain for each branch of the pattern to match.
    pub(super) fn requirements(&self) -> &[Requirements] {
        &self.requirements
    }

    pub(super) fn memory(&self) -> usize {
        self.search.as_ref().map_or(0, |search| search.memory())
    }

    pub(super) fn clear(&mut self) {
        self.search = None;
    }

    /// All matches at or after `from`, and the secrets in them.
    #[inline(never)]
    pub(super) fn find(&mut self, text: &[u8], from: usize, allow: &mut [Allow]) -> Option<Found> {
        ready(&mut self.search, &self.pattern)?;
        let search = self.search.as_mut()?;
        let (kind, group) = (self.kind, self.value);
        let mut found = Found::default();
        search.for_each_match(text, from, |search, matched| {
            let value = search.value(text, matched.clone(), group)?;
            let is_secret = match &mut self.test {
                Test::Nothing => true,
                Test::Imported {
                    keywords,
                    entropy,
                    allow: own,
                } => {
                    let matched = Matched::new(text, &matched, &value);
                    has_one(keywords, matched.around)
                        && (*entropy == 0.0 || entropy_of(matched.secret) > *entropy)
                        && !is_allowed(allow, &matched)?
                        && !is_allowed(own, &matched)?
                }
            };
            found.matches.push(matched);
            if is_secret {
                let Range { start, end } = value;
                found.secrets.push(Find { start, end, kind });
            }
            Some(())
        })?;
        Some(found)
    }

    /// The start of the earliest match at or after `from` that more text could complete or make
    /// longer.
    pub(super) fn partial_match(&mut self, text: &[u8], from: usize) -> Option<usize> {
        ready(&mut self.search, &self.pattern)?;
        self.search.as_mut()?.partial_match(text, from)
    }
}

fn ready(search: &mut Option<Box<Search>>, pattern: &Pattern) -> Option<()> {
    if search.is_none() {
        *search = Some(Box::new(Search::new(pattern)?));
    }
    Some(())
}

fn is_allowed(allow: &mut [Allow], matched: &Matched<'_>) -> Option<bool> {
    for allow in allow {
        if allow.allows(matched)? {
            return Some(true);
        }
    }
    Some(false)
}

fn folded(word: &str) -> Vec<u8> {
    word.bytes().map(fold).collect()
}

/// Whether `text` contains one of `words`, which are in lower case, or there are no words.
fn has_one(words: &[String], text: &[u8]) -> bool {
    let is_there = |word: &String| {
        let mut windows = text.windows(word.len());
        windows.any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
    };
    words.is_empty() || words.iter().any(is_there)
}

/// The Shannon entropy of `text`, in bits per byte.
fn entropy_of(text: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for &byte in text {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let all = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let shares = counts.iter().filter(|&&count| count > 0);
    let bits = shares.map(|&count| f64::from(count) / all);
    bits.map(|share| -share * share.log2()).sum()
}

impl<'t> Matched<'t> {
    fn new(text: &'t [u8], matched: &Range<usize>, value: &Range<usize>) -> Self {
        let from = matched.start.saturating_sub(LOOK_BACK);
        let around = text.get(from..matched.end).unwrap_or_default();
        let before = matched.start - from;
        let line = around.get(..before).unwrap_or_default();
        let line = memchr::memrchr(b'\n', line).map_or(0, |newline| newline + 1);
        Self {
            secret: text.get(value.clone()).unwrap_or_default(),
            whole: around.get(before..).unwrap_or_default(),
            line: around.get(line..).unwrap_or_default(),
            around,
        }
    }
}
