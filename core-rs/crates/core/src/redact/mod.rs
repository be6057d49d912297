//! Finds secrets in a text, in one pass if there are none.
//!
//! As for events, a prefilter searches the text once for the literals that the patterns require.
//! Only patterns whose literals were found are tried: one automaton finds the ends of the matches,
//! one that runs backwards finds their starts, and a simulation finds the captures of a match, if
//! they are needed ([`sentry_pattern::search`]). The cost is linear in the length of the text.
//!
//! Most texts are JSON, often with JSON inside. So escapes are replaced by the characters that they
//! represent, at the same length, before the patterns are tried ([`escapes`]).
//!
//! For a text that comes in parts, a scan also determines up to where more text cannot change the
//! result ([`Scan::stable_until`]).

mod allow;
mod anchors;
mod detector;
mod email;
mod escapes;
mod find;
mod keys;
mod labels;
mod lazy;
mod mask;
mod numbers;
mod personal;
mod recognizer;
mod tables;
mod text;
mod tokens;
mod value;
mod view;
mod web;
mod words;

use allow::Allow;
use detector::Detector;
use find::{Found, merged, stable_until};
use recognizer::{Recognized, Recognizer};
use view::View;

pub use find::{Find, Scan};
pub use lazy::{LazyDetectors, prepare};

use sentry_pattern::Requirements;
use sentry_pattern::prefilter::{Branch, Hits, Prefilter};
use sentry_pattern::search::MAX_PARTIAL_MATCH;

use crate::policy::{Imported, Redact, SECRET_KINDS};

/// The most bytes that all automata take together. If they take more, all are dropped and compiled
/// again on demand.
const MAX_MEMORY: usize = 64 << 20;
/// The bytes before a match that are searched for the keywords of an imported rule and for the
/// start of the line.
pub(crate) const LOOK_BACK: usize = 256;

/// The detectors of one policy.
///
/// ```
/// use sentry_core::policy::{Imported, check};
/// use sentry_core::redact::{Detectors, Part};
/// let policy = check("", &|_| None).policy.unwrap();
/// let mut detectors = Detectors::new(&policy.redact, Imported::default()).unwrap();
/// let mut text = b"write to bob@example.com".to_vec();
/// let found = detectors.scan(&mut text, Part::WHOLE).unwrap();
/// assert_eq!(detectors.kinds()[found.finds[0].kind as usize], "email");
/// assert_eq!((found.finds[0].start, found.finds[0].end), (9, 24));
/// ```
#[derive(Debug)]
pub struct Detectors {
    /// The built-in kinds, then the site's, the imported ones and placeholders.
    kinds: Vec<String>,
    /// The site's detectors, then the imported ones. Where finds overlap, an earlier detector names
    /// the find.
    all: Vec<Detector>,
    /// How many of them are the site's.
    own: usize,
    /// The built-in kinds, which come after the site's detectors, and placeholders, which come last.
    recognizer: Recognizer,
    prefilter: Prefilter,
    /// The indices of the detectors without requirements.
    unfiltered: Vec<u32>,
    /// The allowlists that apply to all imported rules.
    allow: Vec<Allow>,
    hits: Hits,
    candidates: Vec<Branch>,
}

/// Which part of a text is scanned.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Finds start at or after this byte. The text before it is context: at most 256 bytes are
    /// needed.
    pub from: usize,
    /// Whether no more text follows.
    pub is_last: bool,
    /// Whether text that looks like a placeholder is found too.
    pub placeholders: bool,
}

impl Part {
    /// A whole text.
    pub const WHOLE: Self = Self {
        from: 0,
        is_last: true,
        placeholders: false,
    };
}

impl Detectors {
    /// Builds the detectors. `None` if the requirements of the patterns take more than 64 MiB.
    #[inline(never)]
    pub fn new(redact: &Redact, imported: Imported) -> Option<Self> {
        let mut kinds = SECRET_KINDS.iter().map(|kind| (*kind).to_owned()).collect();
        let mut all = Vec::new();
        for pattern in &redact.patterns {
            all.push(Detector::custom(number(&mut kinds, &pattern.kind), pattern));
        }
        let own = all.len();
        for rule in imported.rules {
            let kind = number(&mut kinds, &rule.secret.kind);
            all.push(Detector::imported(kind, rule));
        }
        let placeholder = number(&mut kinds, "placeholder");

        let mut filtered = Vec::new();
        let mut unfiltered = Vec::new();
        for (rule, detector) in (0..).zip(&all) {
            if detector.requirements().iter().any(Requirements::is_empty) {
                unfiltered.push(rule);
            } else {
                let branches = (0..).map(|index| Branch { rule, index });
                filtered.extend(branches.zip(detector.requirements()));
            }
        }
        let prefilter = Prefilter::new(&filtered).ok()?;
        Some(Self {
            kinds,
            all,
            own,
            recognizer: Recognizer::new(redact, placeholder),
            prefilter,
            unfiltered,
            allow: Allow::all(&imported.allow),
            hits: Hits::default(),
            candidates: Vec::new(),
        })
    }

    /// The names of the kinds of secret. The number of a kind is its index.
    pub fn kinds(&self) -> &[String] {
        &self.kinds
    }

    /// Scans a UTF-8 text, and replaces the escapes in it.
    ///
    /// `None` if an automaton cannot be built: then nothing is known of the text.
    #[inline(never)]
    pub fn scan(&mut self, text: &mut [u8], part: Part) -> Option<Scan> {
        let (found, partial) = self.search(text, part)?;
        Some(Scan {
            finds: merged(&found),
            stable_until: stable_until(&found, partial),
        })
    }

    /// What each detector finds, and the start of the earliest partial match, which more text could
    /// complete; the end of the text if none follows.
    fn search(&mut self, text: &mut [u8], part: Part) -> Option<(Vec<Found>, usize)> {
        escapes::replace(text);
        let Some(view) = View::of(text) else {
            return self.search_view(text, part);
        };
        let from = view.decoded(part.from);
        let (mut found, partial) = self.search_view(&view.bytes, Part { from, ..part })?;
        for found in &mut found {
            view.convert(found);
        }
        Some((found, view.original(partial)))
    }

    /// As [`Detectors::search`], in a text without escapes.
    fn search_view(&mut self, text: &[u8], part: Part) -> Option<(Vec<Found>, usize)> {
        let (mut found, own) = self.find(text, part)?;
        let Recognized {
            found: builtin,
            placeholders,
            partial,
        } = self.recognizer.search(text, part);
        let own = own.min(found.len());
        found.splice(own..own, builtin);
        found.push(placeholders);
        let partial = if part.is_last {
            text.len()
        } else {
            partial.min(self.partial_match(text, part)?)
        };
        self.limit_memory();
        Some((found, partial))
    }

    /// What each detector finds, in the order of the detectors, and how many of the finds are from
    /// the site's.
    fn find(&mut self, text: &[u8], part: Part) -> Option<(Vec<Found>, usize)> {
        if self.all.is_empty() {
            return Some((Vec::new(), 0));
        }
        self.prefilter
            .find_candidates(text, &mut self.hits, &mut self.candidates);
        let mut wanted = vec![false; self.all.len()];
        let candidates = self.candidates.iter().map(|branch| branch.rule);
        for number in candidates.chain(self.unfiltered.iter().copied()) {
            if let Some(wanted) = wanted.get_mut(number as usize) {
                *wanted = true;
            }
        }
        let (mut found, mut own) = (Vec::new(), 0);
        for (place, (detector, wanted)) in self.all.iter_mut().zip(wanted).enumerate() {
            if wanted {
                found.push(detector.find(text, part.from, &mut self.allow)?);
                own += usize::from(place < self.own);
            }
        }
        Some((found, own))
    }

    /// The start of the earliest match that more text could complete or make longer, at most
    /// [`MAX_PARTIAL_MATCH`] bytes before the end.
    fn partial_match(&mut self, text: &[u8], part: Part) -> Option<usize> {
        let from = part.from.max(text.len().saturating_sub(MAX_PARTIAL_MATCH));
        let mut earliest = text.len();
        for detector in &mut self.all {
            earliest = earliest.min(detector.partial_match(text, from)?);
        }
        Some(earliest)
    }

    fn limit_memory(&mut self) {
        let memory: usize = self.all.iter().map(Detector::memory).sum();
        if memory > MAX_MEMORY {
            self.all.iter_mut().for_each(Detector::clear);
        }
    }
}

/// The number of a kind. Detectors of the same kind share it.
fn number(kinds: &mut Vec<String>, kind: &str) -> u32 {
    let known = kinds.iter().position(|other| other == kind);
    let number = known.unwrap_or_else(|| {
        kinds.push(kind.to_owned());
        kinds.len() - 1
    });
    u32::try_from(number).unwrap_or(u32::MAX)
}
