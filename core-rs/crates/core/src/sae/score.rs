//! Computes the score of an event from its features, and the decision from the score.

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

/// A dictionary and the thresholds for its scores.
///
/// ```
/// use sentry_core::decision::Verdict;
/// use sentry_core::event::Feature;
/// use sentry_core::sae::{ScoreBuffer, Dictionary, Tier};
/// let text = r#"{"8801": {"concept": "exploit code", "category": "cyber_offense", "weight": 0.9}}"#;
/// let tier = Tier::new(Dictionary::read(text).unwrap(), 0.3, 0.6);
/// let features = [Feature { id: 8801, activation: 0.95 }, Feature { id: 7, activation: 3.0 }];
/// let decision = tier.judge(&features, &mut ScoreBuffer::default());
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

/// A buffer for the contribution of each feature of a dictionary to an event. Reuse one for a
/// stream of events, so that its memory, sixteen bytes per feature, is allocated once.
#[derive(Debug, Default)]
pub struct ScoreBuffer {
    /// One per feature of the dictionary.
    contributions: Vec<Contribution>,
    /// The indices of those that are not 0.
    places: Vec<usize>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Contribution {
    millionths: u32,
    activation: f64,
}

/// The decision of the tier for an event.
#[derive(Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct SaeDecision<'a> {
    /// Determined by the thresholds of the policy.
    pub verdict: Verdict,
    /// Determined by the score alone.
    pub severity: Severity,
    /// The score, its categories and its largest driver, in words.
    pub reason: String,
    /// The score.
    pub explain: SaeScore<'a>,
}

/// How harmful a model's answer is, judged by its activations. All numbers except activations are
/// from 0 to 1, rounded to six decimals.
#[derive(Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct SaeScore<'a> {
    /// The evidence: the model's activations, not its words.
    #[cfg_attr(test, ts(type = "\"activation\""))]
    pub channel: &'static str,
    /// The score of the worst category.
    pub harmful: f64,
    /// 1 minus the score.
    pub safety: f64,
    /// The score of each category that is not 0, the largest first.
    #[cfg_attr(test, ts(type = "Record<string, number>"))]
    pub categories: Categories<'a>,
    /// The largest contributions, at most six, the largest first.
    pub drivers: Vec<SaeDriver<'a>>,
}

/// Categories with their scores. Serialized as an object.
#[derive(Debug, PartialEq)]
pub struct Categories<'a>(pub Vec<(&'a str, f64)>);

impl Serialize for Categories<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

/// One feature that contributes to the score.
#[derive(Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export_to = "wire.ts"))]
pub struct SaeDriver<'a> {
    /// What the feature stands for.
    pub concept: &'a str,
    /// The category that it contributes to.
    pub category: &'a str,
    /// The feature: `sae_feature:#8801`.
    pub source: String,
    /// How active it was.
    pub activation: f64,
    /// Its contribution to the category.
    pub contribution: f64,
}

impl Tier {
    /// A tier that escalates from one score and blocks from another. Both are from 0 to 1.
    pub fn new(dictionary: Dictionary, escalate_at: f64, block_at: f64) -> Self {
        Self {
            dictionary,
            escalate_at,
            block_at,
        }
    }

    /// Judges the features of an event. A repeated feature counts once, with its largest
    /// contribution. A feature that is not in the dictionary does not count.
    #[inline(never)]
    pub fn judge(&self, features: &[Feature], best: &mut ScoreBuffer) -> SaeDecision<'_> {
        best.collect(&self.dictionary, features);
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
        // A threshold that is not a number counts as reached.
        match (harmful < self.block_at, harmful < self.escalate_at) {
            (false, _) => Verdict::Block,
            (true, false) => Verdict::Escalate,
            (true, true) => Verdict::Allow,
        }
    }

    /// The score, and `harmful` in millionths.
    fn score(&self, best: &ScoreBuffer) -> (u32, SaeScore<'_>) {
        let mut sums = vec![0; self.dictionary.categories().len()];
        let mut largest: Vec<Candidate<'_>> = Vec::with_capacity(MAX_DRIVERS + 1);
        for &place in &best.places {
            let contribution = best.contributions.get(place).copied().unwrap_or_default();
            let Some((id, label)) = self.dictionary.at(place) else {
                debug_assert!(false, "`collect` takes indices from this dictionary");
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

impl ScoreBuffer {
    /// Collects the contributions of the features of an event.
    fn collect(&mut self, dictionary: &Dictionary, features: &[Feature]) {
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

    /// Resets the contributions.
    fn clear(&mut self) {
        for place in self.places.drain(..) {
            if let Some(contribution) = self.contributions.get_mut(place) {
                *contribution = Contribution::default();
            }
        }
    }
}

/// A candidate for the drivers.
struct Candidate<'a> {
    id: u32,
    label: &'a Label,
    contribution: Contribution,
}

impl Candidate<'_> {
    /// Sorts by contribution, largest first, then by severity of the concept, then by id.
    fn is_before(&self, other: &Self) -> bool {
        let rank = |it: &Self| (it.contribution.millionths, it.label.severity);
        rank(self) > rank(other) || (rank(self) == rank(other) && self.id < other.id)
    }
}

/// Inserts an item into a sorted list, which keeps at most `most` items.
fn insert<T>(list: &mut Vec<T>, item: T, most: usize, is_before: impl Fn(&T, &T) -> bool) {
    let place = list.iter().position(|other| is_before(&item, other));
    let place = place.unwrap_or(list.len());
    if place < most {
        list.insert(place, item);
        list.truncate(most);
    }
}

/// A product of two finite numbers, clamped to 0..=1, in millionths.
fn millionths(product: f64) -> u32 {
    let rounded = product.clamp(0.0, 1.0) * f64::from(ONE) + 0.5;
    // `rounded` is from 0.5 to ONE + 0.5.
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

/// Appends a score with two decimals, rounded half up.
fn push_hundredths(out: &mut String, fraction: f64) {
    let hundredths = (millionths(fraction) + 5_000) / 10_000;
    // Writing to a `String` cannot fail.
    let _ = write!(out, "{}.{:02}", hundredths / 100, hundredths % 100);
}
