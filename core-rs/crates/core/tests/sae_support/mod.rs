//! What the tests of the SAE tier share: a dictionary, and judging features by it.
#![allow(clippy::unwrap_used)]

use sentry_core::decision::{Severity, Verdict};
use sentry_core::event::Feature;
use sentry_core::sae::{Dictionary, ScoreBuffer, Tier};

pub const DICTIONARY: &str = r#"{
  "8801": {"concept": "exploit-code-synthesis", "category": "cyber_offense", "weight": 0.9, "severity": "high"},
  "8802": {"concept": "port-scanning", "category": "cyber_offense", "weight": 0.5},
  "221": {"concept": "jailbreak-compliance", "category": "jailbreak", "weight": 0.6, "severity": "medium"},
  "7": {"concept": "refusal", "category": "jailbreak", "weight": -1}
}"#;

pub fn tier(dictionary: &str) -> Tier {
    Tier::new(Dictionary::read(dictionary).unwrap(), 0.3, 0.6)
}

pub fn features(pairs: &[(u32, f64)]) -> Vec<Feature> {
    let feature = |&(id, activation): &(u32, f64)| Feature { id, activation };
    pairs.iter().map(feature).collect()
}

/// The verdict, the severity and the reason.
pub fn judged(tier: &Tier, pairs: &[(u32, f64)]) -> (Verdict, Severity, String) {
    let decision = tier.judge(&features(pairs), &mut ScoreBuffer::default());
    (decision.verdict, decision.severity, decision.reason)
}
