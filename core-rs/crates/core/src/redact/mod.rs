//! What in a text is secret: finds of all kinds, in one pass where nothing is there.
//!
//! A text is looked through once for the texts that patterns need, as events are. Only a pattern that has what it needs
//! is tried: an automaton finds where its matches end, one that runs backwards where they begin, and only where a group
//! of a match is asked for, a simulation looks inside of it ([`sentry_pattern::search`]). So cost is linear in the text.
//!
//! Most texts are JSON, often with JSON inside. So patterns see a text in which escapes are what they stand for, at the
//! same length ([`escapes`]).
//!
//! A text that comes in parts is looked through as far as nothing that follows can change what was found ([`HOLD`]).

mod allow;
mod builtin;
mod check;
mod detector;
mod escapes;
mod find;
mod lazy;
mod mask;

use allow::Allow;
use detector::Detector;
use find::{Found, merged, settled};

pub use find::{Find, Scan};
pub use lazy::LazyDetectors;

use sentry_pattern::Need;
use sentry_pattern::prefilter::{Branch, Filter, Found as TextsFound};
use sentry_pattern::search::HOLD;

use crate::policy::{Imported, Redact};

/// Bytes that all automata may take together. Beyond that all are dropped, and compiled anew as they are asked.
const MAX_MEMORY: usize = 64 << 20;
/// Bytes before a match in which the keywords of an imported rule, and the rest of its line, are looked for.
pub(crate) const LOOK_BACK: usize = 256;

/// All that is looked for by one policy.
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
    kinds: Vec<String>,
    /// The site's, the built-in ones, the imported ones, then placeholders: the order in which they name a find.
    all: Vec<Detector>,
    filter: Filter,
    /// Those that need nothing.
    unfiltered: Vec<u32>,
    /// What is no secret, whatever the imported rule.
    allow: Vec<Allow>,
    texts: TextsFound,
    candidates: Vec<Branch>,
}

/// Which part of a text is looked through.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Nothing before this byte is found. It is there for what must stand before a match: 256 bytes of it, or all.
    pub from: usize,
    /// Whether no text follows.
    pub is_last: bool,
    /// Whether text that looks like a placeholder is found too.
    pub placeholders: bool,
}

impl Part {
    /// A text from its beginning to its end.
    pub const WHOLE: Self = Self {
        from: 0,
        is_last: true,
        placeholders: false,
    };
}

impl Detectors {
    /// `None` where what the patterns look for takes more than 64 MiB.
    #[inline(never)]
    pub fn new(redact: &Redact, imported: Imported) -> Option<Self> {
        let mut kinds = Vec::new();
        let mut all = Vec::new();
        for pattern in &redact.patterns {
            all.push(Detector::custom(number(&mut kinds, &pattern.kind), pattern));
        }
        for (place, builtin) in builtin::ALL.iter().enumerate() {
            if !redact.off.contains(&place) {
                all.push(Detector::builtin(
                    number(&mut kinds, builtin.kind),
                    builtin,
                )?);
            }
        }
        for rule in imported.rules {
            let kind = number(&mut kinds, &rule.secret.kind);
            all.push(Detector::imported(kind, rule));
        }
        let placeholder = &builtin::PLACEHOLDER;
        all.push(Detector::builtin(
            number(&mut kinds, placeholder.kind),
            placeholder,
        )?);

        let mut needy = Vec::new();
        let mut unfiltered = Vec::new();
        for (rule, detector) in (0..).zip(&all) {
            if detector.needs().iter().any(Need::is_nothing) {
                unfiltered.push(rule);
            } else {
                let branches = (0..).map(|place| Branch { rule, place });
                needy.extend(branches.zip(detector.needs()));
            }
        }
        let filter = Filter::new(&needy).ok()?;
        Some(Self {
            kinds,
            all,
            filter,
            unfiltered,
            allow: Allow::all(&imported.allow),
            texts: TextsFound::default(),
            candidates: Vec::new(),
        })
    }

    /// The names of kinds, by their numbers.
    pub fn kinds(&self) -> &[String] {
        &self.kinds
    }

    /// What is found in a text of UTF-8, which is left with its escapes taken away.
    ///
    /// `None` where an automaton cannot be had: then nothing is known of the text.
    #[inline(never)]
    pub fn scan(&mut self, text: &mut [u8], part: Part) -> Option<Scan> {
        let (found, begins) = self.look(text, part)?;
        Some(Scan {
            finds: merged(&found),
            settled: settled(&found, begins),
        })
    }

    /// What each detector finds, and where the earliest match begins that text to come could make: the end where none follows.
    fn look(&mut self, text: &mut [u8], part: Part) -> Option<(Vec<Found>, usize)> {
        escapes::take_away(text);
        let found = self.find(text, part)?;
        let begins = if part.is_last {
            text.len()
        } else {
            self.begins(text, part)?
        };
        self.keep_small();
        Some((found, begins))
    }

    /// What each detector finds, in their order.
    fn find(&mut self, text: &[u8], part: Part) -> Option<Vec<Found>> {
        self.filter
            .look(text, &mut self.texts, &mut self.candidates);
        let mut wanted = vec![false; self.all.len()];
        let needy = self.candidates.iter().map(|branch| branch.rule);
        for number in needy.chain(self.unfiltered.iter().copied()) {
            if let Some(wanted) = wanted.get_mut(number as usize) {
                *wanted = true;
            }
        }
        if let Some(wanted) = wanted.last_mut().filter(|_| !part.placeholders) {
            *wanted = false;
        }
        let mut found = Vec::new();
        for (detector, wanted) in self.all.iter_mut().zip(wanted) {
            if wanted {
                found.push(detector.find(text, part.from, &mut self.allow)?);
            }
        }
        Some(found)
    }

    /// Where the earliest match begins that text to come could make, or make longer; at most [`HOLD`] bytes back.
    fn begins(&mut self, text: &[u8], part: Part) -> Option<usize> {
        let from = part.from.max(text.len().saturating_sub(HOLD));
        let skipped = usize::from(!part.placeholders);
        let asked = self.all.len().saturating_sub(skipped);
        let mut earliest = text.len();
        for detector in self.all.iter_mut().take(asked) {
            earliest = earliest.min(detector.begins(text, from)?);
        }
        Some(earliest)
    }

    fn keep_small(&mut self) {
        let memory: usize = self.all.iter().map(Detector::memory).sum();
        if memory > MAX_MEMORY {
            self.all.iter_mut().for_each(Detector::forget);
        }
    }
}

/// The number of a kind. Detectors that find the same kind share it.
fn number(kinds: &mut Vec<String>, kind: &str) -> u32 {
    let known = kinds.iter().position(|other| other == kind);
    let number = known.unwrap_or_else(|| {
        kinds.push(kind.to_owned());
        kinds.len() - 1
    });
    u32::try_from(number).unwrap_or(u32::MAX)
}
