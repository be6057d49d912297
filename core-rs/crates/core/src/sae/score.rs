//! From the features of an event to a score, and from a score to a decision.

use std::fmt::Write;

use serde::{Serialize, Serializer};

use super::dictionary::{Dictionary, Label};
use crate::decision::{Severity, Verdict};
use crate::event::Feature;

/// One, in the unit of scores.
const ONE: u32 = 1_000_000;
/// The most drivers that a score names.
const MAX_DRIVERS: usize = 6;
/// The most categories that a reason names.
const MAX_NAMED: usize = 6;

/// A dictionary and the scores from which it acts.
///
/// ```
/// use sentry_core::decision::Verdict;
/// use sentry_core::event::Feature;
/// use sentry_core::sae::{Best, Dictionary, Tier};
/// let text = r#"{"8801": {"concept": "exploit code", "category": "cyber_offense", "weight": 0.9}}"#;
/// let tier = Tier::new(Dictionary::read(text).unwrap(), 0.3, 0.6);
/// let features = [Feature { id: 8801, activation: 0.95 }, Feature { id: 7, activation: 3.0 }];
/// let decision = tier.judge(&features, &mut Best::default());
/// assert_eq!(decision.verdict, Verdict::Block);
/// assert_eq!(decision.reason, "SAE harmful=0.86 [cyber_offense=0.86]: exploit code (sae_feature:#8801)");
/// assert_eq!(decision.explain.harmful, 0.855);
/// ```
#[derive(Debug)]
pub struct Tier {
    dictionary: Dictionary,
    escalate_at: f64,
    block_at: f64,
}

/// What each feature of a dictionary contributes to the event at hand. Reusing one over a stream of
/// events means that its memory, sixteen bytes a feature, is asked for once.
#[derive(Debug, Default)]
pub struct Best {
    /// One for each feature of the dictionary.
    contributions: Vec<Contribution>,
    /// The places of those that are not 0.
    places: Vec<usize>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Contribution {
    millionths: u32,
    activation: f64,
}

/// What the tier says of an event.
#[derive(Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct SaeDecision<'a> {
    /// Block and escalate by the policy's thresholds.
    pub verdict: Verdict,
    /// By the score alone.
    pub severity: Severity,
    /// The score, its categories and its largest driver in words.
    pub reason: String,
    /// The score.
    pub explain: SaeScore<'a>,
}

/// How harmful a model's answer looks from inside. All numbers but activations are from 0 to 1, rounded
/// to six decimals.
#[derive(Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct SaeScore<'a> {
    /// What was looked at: a model's activations, not its words.
    #[cfg_attr(test, ts(type = "\"activation\""))]
    pub channel: &'static str,
    /// The score of the worst category.
    pub harmful: f64,
    /// What is left to 1.
    pub safety: f64,
    /// The score of each category that is not 0, the largest first.
    #[cfg_attr(test, ts(type = "Record<string, number>"))]
    pub categories: Categories<'a>,
    /// The largest contributions, six at most, the largest first.
    pub drivers: Vec<SaeDriver<'a>>,
}

/// Categories with their scores; an object in JSON.
#[derive(Debug, PartialEq)]
pub struct Categories<'a>(pub Vec<(&'a str, f64)>);

impl Serialize for Categories<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

/// One feature that made the score what it is.
#[derive(Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct SaeDriver<'a> {
    /// What the feature stands for.
    pub concept: &'a str,
    /// The category that it counts for.
    pub category: &'a str,
    /// The feature: `sae_feature:#8801`.
    pub source: String,
    /// How active it was.
    pub activation: f64,
    /// What that adds to its category.
    pub contribution: f64,
}

impl Tier {
    /// A tier that escalates and blocks from two scores, each from 0 to 1.
    pub fn new(dictionary: Dictionary, escalate_at: f64, block_at: f64) -> Self {
        Self {
            dictionary,
            escalate_at,
            block_at,
        }
    }

    /// Judges the features of an event. A feature that comes more than once counts once, by its largest
    /// contribution; one that the dictionary does not have counts nothing.
    #[inline(never)]
    pub fn judge(&self, features: &[Feature], best: &mut Best) -> SaeDecision<'_> {
        best.take(&self.dictionary, features);
        let (harmful, explain) = self.score(best);
        best.clear();
        SaeDecision {
            verdict: self.verdict(explain.harmful),
            severity: severity(harmful),
            reason: reason(&explain),
            explain,
        }
    }

    fn verdict(&self, harmful: f64) -> Verdict {
        // Nothing is below a threshold that is no number.
        match (harmful < self.block_at, harmful < self.escalate_at) {
            (false, _) => Verdict::Block,
            (true, false) => Verdict::Escalate,
            (true, true) => Verdict::Allow,
        }
    }

    /// The score, and `harmful` in millionths.
    fn score(&self, best: &Best) -> (u32, SaeScore<'_>) {
        let mut sums = vec![0; self.dictionary.categories().len()];
        let mut largest: Vec<Candidate<'_>> = Vec::with_capacity(MAX_DRIVERS + 1);
        for &place in &best.places {
            let contribution = best.contributions.get(place).copied().unwrap_or_default();
            let Some((id, label)) = self.dictionary.at(place) else {
                continue;
            };
            if let Some(sum) = sums.get_mut(label.category) {
                *sum = ONE.min(*sum + contribution.millionths);
            }
            let candidate = Candidate {
                id,
                label,
                contribution,
            };
            insert(&mut largest, candidate, MAX_DRIVERS, Candidate::is_before);
        }
        let mut categories = Vec::new();
        let named = self.dictionary.categories().iter().map(String::as_str);
        for category in named.zip(sums).filter(|(_, sum)| *sum > 0) {
            insert(
                &mut categories,
                category,
                usize::MAX,
                |(name, sum), (other_name, other)| (other, name) < (sum, other_name),
            );
        }
        let harmful = categories.first().map_or(0, |(_, sum)| *sum);
        let name = |category| self.dictionary.categories().get(category);
        let score = SaeScore {
            channel: "activation",
            harmful: fraction(harmful),
            safety: fraction(ONE - harmful),
            categories: Categories(
                categories
                    .into_iter()
                    .map(|(name, sum)| (name, fraction(sum)))
                    .collect(),
            ),
            drivers: largest
                .into_iter()
                .map(|candidate| SaeDriver {
                    concept: &candidate.label.concept,
                    category: name(candidate.label.category).map_or("", String::as_str),
                    source: format!("sae_feature:#{}", candidate.id),
                    activation: candidate.contribution.activation,
                    contribution: fraction(candidate.contribution.millionths),
                })
                .collect(),
        };
        (harmful, score)
    }
}

impl Best {
    /// Notes what each feature of an event contributes.
    fn take(&mut self, dictionary: &Dictionary, features: &[Feature]) {
        self.contributions
            .resize(dictionary.len(), Contribution::default());
        for &Feature { id, activation } in features {
            let Some(place) = dictionary.place(id) else {
                continue;
            };
            let weight = dictionary.at(place).map_or(0.0, |(_, label)| label.weight);
            let millionths = millionths(weight * activation);
            let Some(known) = self.contributions.get_mut(place).filter(|_| millionths > 0) else {
                continue;
            };
            if known.millionths == 0 {
                self.places.push(place);
            }
            if (millionths, activation) > (known.millionths, known.activation) {
                *known = Contribution {
                    millionths,
                    activation,
                };
            }
        }
    }

    /// Forgets the event.
    fn clear(&mut self) {
        for place in self.places.drain(..) {
            if let Some(contribution) = self.contributions.get_mut(place) {
                *contribution = Contribution::default();
            }
        }
    }
}

/// A feature that may be one of the drivers.
struct Candidate<'a> {
    id: u32,
    label: &'a Label,
    contribution: Contribution,
}

impl Candidate<'_> {
    /// The larger contribution comes first; of equal ones that of the graver concept, then the lower id.
    fn is_before(&self, other: &Self) -> bool {
        let rank = |it: &Self| (it.contribution.millionths, it.label.severity);
        rank(self) > rank(other) || (rank(self) == rank(other) && self.id < other.id)
    }
}

/// Puts an item into a list that is in order, which keeps at most `most`.
fn insert<T>(list: &mut Vec<T>, item: T, most: usize, is_before: impl Fn(&T, &T) -> bool) {
    let place = list.iter().position(|other| is_before(&item, other));
    let place = place.unwrap_or(list.len());
    if place < most {
        list.insert(place, item);
        list.truncate(most);
    }
}

/// A product of two finite numbers, cut to 0..=1, in millionths. One that is out of range counts as its end.
fn millionths(product: f64) -> u32 {
    let rounded = product.clamp(0.0, 1.0) * f64::from(ONE) + 0.5;
    // Between 0.5 and ONE + 0.5.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = rounded as u32;
    whole
}

fn fraction(millionths: u32) -> f64 {
    f64::from(millionths) / f64::from(ONE)
}

fn severity(harmful: u32) -> Severity {
    match harmful {
        850_000.. => Severity::Critical,
        600_000.. => Severity::High,
        300_000.. => Severity::Medium,
        100_000.. => Severity::Low,
        _ => Severity::Info,
    }
}

/// The score in words: its worst categories and its largest driver.
fn reason(score: &SaeScore<'_>) -> String {
    let Some(driver) = score.drivers.first() else {
        return "no safety features".to_owned();
    };
    let mut out = String::from("SAE harmful=");
    push_hundredths(&mut out, score.harmful);
    for (at, (name, sum)) in score.categories.0.iter().take(MAX_NAMED).enumerate() {
        out.push_str(if at == 0 { " [" } else { ", " });
        out.push_str(name);
        out.push('=');
        push_hundredths(&mut out, *sum);
    }
    if score.categories.0.len() > MAX_NAMED {
        out.push_str(", …");
    }
    out.push_str("]: ");
    out.push_str(driver.concept);
    out.push_str(" (");
    out.push_str(&driver.source);
    out.push(')');
    out
}

/// Appends a score with two decimals, halves rounded up.
fn push_hundredths(out: &mut String, fraction: f64) {
    let hundredths = (millionths(fraction) + 5_000) / 10_000;
    // A `String` takes whatever is written to it.
    let _ = write!(out, "{}.{:02}", hundredths / 100, hundredths % 100);
}
