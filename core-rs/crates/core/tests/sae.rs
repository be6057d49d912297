//! The SAE tier: scores computed by hand, properties, a plain oracle, and the shared cases.
#![allow(clippy::unwrap_used, clippy::float_cmp)]

mod sae_support;

use std::collections::BTreeMap;
use std::fmt::Write;

use sae_support::{DICTIONARY, features, judged, tier};
use sentry_core::decision::{Severity, Verdict, Word};
use sentry_core::event::{NotEvent, Scratch, parse};
use sentry_core::sae::{Dictionary, MAX_CATEGORIES, ScoreBuffer, Tier};
use sentry_testing::Random;

/// A dictionary of one feature, 1, of weight 1.
fn plain(escalate_at: f64, block_at: f64) -> Tier {
    let text = r#"{"1": {"concept": "c", "category": "k", "weight": 1}}"#;
    Tier::new(Dictionary::read(text).unwrap(), escalate_at, block_at)
}

#[test]
fn the_score_is_the_one_computed_by_hand() {
    let tier = tier(DICTIONARY);
    let pairs = [(8801, 0.95), (12, 40.0), (221, 0.2), (8802, 0.1), (7, 3.0)];
    let mut best = ScoreBuffer::default();
    let decision = tier.judge(&features(&pairs), &mut best);
    // 0.9 * 0.95 + 0.5 * 0.1 = 0.905; 0.6 * 0.2 = 0.12; a refusal does not reduce the score.
    let score = &decision.explain;
    assert_eq!((score.harmful, score.safety), (0.905, 0.095));
    assert_eq!(score.channel, "activation");
    assert_eq!(
        score.categories.0,
        [("cyber_offense", 0.905), ("jailbreak", 0.12)]
    );
    let drivers = score.drivers.iter().map(|driver| {
        (
            driver.concept,
            driver.category,
            driver.source.as_str(),
            driver.activation,
            driver.contribution,
        )
    });
    assert_eq!(
        drivers.collect::<Vec<_>>(),
        [
            (
                "exploit-code-synthesis",
                "cyber_offense",
                "sae_feature:#8801",
                0.95,
                0.855
            ),
            (
                "jailbreak-compliance",
                "jailbreak",
                "sae_feature:#221",
                0.2,
                0.12
            ),
            (
                "port-scanning",
                "cyber_offense",
                "sae_feature:#8802",
                0.1,
                0.05
            ),
        ]
    );
    assert_eq!(
        (decision.verdict, decision.severity),
        (Verdict::Block, Severity::Critical)
    );
    assert_eq!(
        decision.reason,
        "SAE harmful=0.91 [cyber_offense=0.91, jailbreak=0.12]: exploit-code-synthesis (sae_feature:#8801)"
    );
    let json = serde_json::to_value(&decision).unwrap();
    assert_eq!(json["explain"]["categories"]["jailbreak"], 0.12);
    assert_eq!(json["explain"]["drivers"][0]["source"], "sae_feature:#8801");
    // Nothing of one event is left for the next.
    assert_eq!(
        tier.judge(&features(&[(8801, 0.1)]), &mut best)
            .explain
            .harmful,
        0.09
    );
}

#[test]
fn the_reason_has_the_form_of_the_contract() {
    let expected =
        "SAE harmful=0.86 [cyber_offense=0.86]: exploit-code-synthesis (sae_feature:#8801)";
    assert_eq!(
        judged(&tier(DICTIONARY), &[(8801, 0.95)]),
        (Verdict::Block, Severity::Critical, expected.to_owned())
    );
}

#[test]
fn features_that_are_not_in_the_dictionary_do_not_count() {
    let none = (
        Verdict::Allow,
        Severity::Info,
        "no safety features".to_owned(),
    );
    for pairs in [
        &[][..],
        &[(12, 40.0)],
        &[(8801, 0.0)],
        &[(8801, -5.0)],
        &[(7, 3.0)],
    ] {
        assert_eq!(judged(&tier(DICTIONARY), pairs), none, "{pairs:?}");
    }
    assert_eq!(judged(&tier("{}"), &[(8801, 1.0)]), none);
    let negative = judged(&tier(DICTIONARY), &[(7, -0.5)]);
    assert_eq!(
        (negative.0, negative.1),
        (Verdict::Escalate, Severity::Medium)
    );
}

#[test]
fn thresholds_and_severities_include_their_limits() {
    let cases = [
        (0.099_999, Verdict::Allow, Severity::Info),
        (0.1, Verdict::Allow, Severity::Low),
        (0.299_999, Verdict::Allow, Severity::Low),
        (0.3, Verdict::Escalate, Severity::Medium),
        (0.599_999, Verdict::Escalate, Severity::Medium),
        (0.6, Verdict::Block, Severity::High),
        (0.849_999, Verdict::Block, Severity::High),
        (0.85, Verdict::Block, Severity::Critical),
        (1.0, Verdict::Block, Severity::Critical),
        (f64::from(f32::MAX), Verdict::Block, Severity::Critical),
    ];
    for (activation, verdict, severity) in cases {
        let found = judged(&plain(0.3, 0.6), &[(1, activation)]);
        assert_eq!((found.0, found.1), (verdict, severity), "{activation}");
    }
    // As a 32-bit float, 0.7 lies below 0.7, and 0.6 above 0.6.
    for activation in [0.7, f64::from(0.7_f32)] {
        assert_eq!(
            judged(&plain(0.3, 0.7), &[(1, activation)]).0,
            Verdict::Block
        );
    }
    for activation in [0.6, f64::from(0.6_f32)] {
        assert_eq!(
            judged(&plain(0.3, 0.600_001), &[(1, activation)]).0,
            Verdict::Escalate
        );
    }
    // In binary fractions, ten times 0.06 is less than 0.6, and 0.1 + 0.2 more than 0.3.
    let ten: String = (0..10).fold(String::new(), |mut text, id| {
        let comma = if id == 0 { "" } else { "," };
        let _ = write!(
            text,
            r#"{comma}"{id}":{{"concept":"c","category":"k","weight":0.06}}"#
        );
        text
    });
    let ten = tier(&format!("{{{ten}}}"));
    let pairs: Vec<(u32, f64)> = (0..10).map(|id| (id, 1.0)).collect();
    assert_eq!(judged(&ten, &pairs).0, Verdict::Block);
    assert_eq!(judged(&ten, &pairs[..5]).0, Verdict::Escalate);
    assert_eq!(judged(&ten, &pairs[..4]).0, Verdict::Allow);
}

#[test]
fn thresholds_of_0_and_1_hold() {
    assert_eq!(judged(&plain(0.0, 1.0), &[]).0, Verdict::Escalate);
    assert_eq!(judged(&plain(0.0, 0.0), &[]).0, Verdict::Block);
    assert_eq!(
        judged(&plain(1.0, 1.0), &[(1, 0.999_999)]).0,
        Verdict::Allow
    );
    assert_eq!(judged(&plain(1.0, 1.0), &[(1, 1.0)]).0, Verdict::Block);
    assert_eq!(judged(&plain(0.5, 0.5), &[(1, 0.5)]).0, Verdict::Block);
    // A threshold that is no number lets nothing pass.
    assert_eq!(judged(&plain(0.3, f64::NAN), &[]).0, Verdict::Block);
    assert_eq!(judged(&plain(f64::NAN, 0.6), &[]).0, Verdict::Escalate);
}

#[test]
fn equal_drivers_are_sorted_by_severity_and_then_by_id() {
    let text: String = (0..9).rev().fold(String::from("{"), |mut text, id| {
        let severity = match id {
            5 => r#", "severity": "critical""#,
            7 => r#", "severity": "info""#,
            _ => "",
        };
        let _ = write!(
            text,
            r#""{id}": {{"concept": "c{id}", "category": "k", "weight": 1{severity}}},"#
        );
        text
    });
    let tier = tier(&(text.trim_end_matches(',').to_owned() + "}"));
    let names = |pairs: &[(u32, f64)]| -> Vec<String> {
        let decision = tier.judge(&features(pairs), &mut ScoreBuffer::default());
        decision
            .explain
            .drivers
            .iter()
            .map(|driver| driver.concept.to_owned())
            .collect()
    };
    let mut pairs: Vec<(u32, f64)> = (0..9).map(|id| (id, 1.0 + f64::from(id))).collect();
    let expected = ["c5", "c7", "c0", "c1", "c2", "c3"];
    assert_eq!(names(&pairs), expected);
    pairs.reverse();
    assert_eq!(names(&pairs), expected);
    pairs[0].1 = 0.5;
    assert_eq!(names(&pairs), expected);
}

#[test]
fn a_repeated_feature_counts_once_with_its_largest_contribution() {
    let tier = tier(DICTIONARY);
    for pairs in [
        &[(8802, 0.4), (8802, 0.8), (8802, 0.2)][..],
        &[(8802, 0.8), (8802, -9.0), (8802, 0.4)],
        &[(8802, 0.0), (8802, 0.8), (8802, 0.8)],
    ] {
        let decision = tier.judge(&features(pairs), &mut ScoreBuffer::default());
        assert_eq!(decision.explain.harmful, 0.4);
        assert_eq!(decision.explain.drivers.len(), 1);
        assert_eq!(decision.explain.drivers[0].activation, 0.8);
    }
}

#[test]
fn the_length_of_a_reason_is_bounded() {
    let (concept, many) = ("ö".repeat(128), MAX_CATEGORIES);
    let text: String = (0..many).fold(String::from("{"), |mut text, id| {
        let category = format!("{id:064}");
        let _ = write!(
            text,
            r#""{id}":{{"concept":"{concept}","category":"{category}","weight":1}},"#
        );
        text
    });
    let tier = tier(&(text.trim_end_matches(',').to_owned() + "}"));
    let pairs: Vec<(u32, f64)> = (0..100).map(|id| (id, 1.0)).collect();
    let decision = tier.judge(&features(&pairs), &mut ScoreBuffer::default());
    assert_eq!(decision.explain.categories.0.len(), 100);
    assert!(decision.reason.len() < 800, "{}", decision.reason.len());
    assert!(
        decision.reason.contains("=1.00, …]: öö"),
        "{}",
        decision.reason
    );
}

/// A number from -1 to 2 with at most five decimals.
fn number(random: &mut Random) -> f64 {
    let numerator = i32::try_from(random.below(300_001)).unwrap() - 100_000;
    f64::from(numerator) / 100_000.0
}

struct Label {
    category: usize,
    weight: f64,
}

/// A plain implementation of the contract.
fn oracle(labels: &BTreeMap<u32, Label>, pairs: &[(u32, f64)]) -> (f64, BTreeMap<usize, f64>) {
    let mut largest: BTreeMap<u32, f64> = BTreeMap::new();
    for (id, activation) in pairs {
        let Some(label) = labels.get(id) else {
            continue;
        };
        let contribution = (label.weight * activation).clamp(0.0, 1.0);
        let known = largest.entry(*id).or_default();
        *known = known.max(contribution);
    }
    let mut categories: BTreeMap<usize, f64> = BTreeMap::new();
    for (id, contribution) in largest {
        *categories.entry(labels[&id].category).or_default() += contribution;
    }
    for sum in categories.values_mut() {
        *sum = sum.min(1.0);
    }
    let harmful = categories.values().copied().fold(0.0, f64::max);
    (harmful, categories)
}

#[test]
fn random_dictionaries_agree_with_the_plain_implementation_and_have_the_properties_of_a_score() {
    let mut random = Random(7);
    let mut best = ScoreBuffer::default();
    for round in 0..300 {
        let mut labels = BTreeMap::new();
        for _ in 0..random.below(40) {
            let id = u32::try_from(random.below(60)).unwrap();
            let category = random.below(4);
            let weight = number(&mut random);
            labels.insert(id, Label { category, weight });
        }
        let members: Vec<String> = labels
            .iter()
            .map(|(id, Label { category, weight })| {
                format!(r#""{id}":{{"concept":"c","category":"k{category}","weight":{weight}}}"#)
            })
            .collect();
        let tier = tier(&format!("{{{}}}", members.join(",")));
        for _ in 0..20 {
            let mut pairs: Vec<(u32, f64)> = (0..random.below(50))
                .map(|_| {
                    (
                        u32::try_from(random.below(70)).unwrap(),
                        number(&mut random),
                    )
                })
                .collect();
            let decision = tier.judge(&features(&pairs), &mut best);
            let score = &decision.explain;
            let (harmful, categories) = oracle(&labels, &pairs);
            // Each contribution is rounded by half a millionth at most.
            let close = |a: f64, b: f64| (a - b).abs() < 1e-6 * 0.51 * 40.0;
            assert!(
                close(score.harmful, harmful),
                "{round}: {} {harmful}",
                score.harmful
            );
            for (category, sum) in categories {
                let name = format!("k{category}");
                let found = score.categories.0.iter().find(|(found, _)| *found == name);
                assert!(close(found.map_or(0.0, |(_, sum)| *sum), sum));
            }
            assert!((0.0..=1.0).contains(&score.harmful));
            assert!((score.harmful + score.safety - 1.0).abs() < 1e-12);
            assert!(score.drivers.len() <= 6);
            assert!(
                score
                    .drivers
                    .is_sorted_by(|a, b| a.contribution >= b.contribution)
            );
            assert!(score.categories.0.is_sorted_by(|a, b| a.1 >= b.1));
            let before = decision.explain.harmful;
            let same = tier.judge(&features(&pairs), &mut ScoreBuffer::default());
            assert_eq!(decision, same, "what was judged before makes no difference");
            for at in (1..pairs.len()).rev() {
                let other = random.below(at + 1);
                pairs.swap(at, other);
            }
            let shuffled = tier.judge(&features(&pairs), &mut best);
            assert_eq!(shuffled, same, "nor does the order");
            for (id, activation) in &mut pairs {
                if labels.get(id).is_none_or(|label| label.weight >= 0.0) {
                    *activation += number(&mut random).abs();
                }
            }
            let more = tier.judge(&features(&pairs), &mut best);
            assert!(
                more.explain.harmful >= before,
                "more activation, no less harm"
            );
        }
    }
}

#[test]
fn an_event_has_its_features_unchanged() {
    let mut scratch = Scratch::default();
    let line = br#"{"event":{"LlmActivations":{"pid":1,"features":[[8801,0.95],[0,-1e-3],[4294967295,3]]}}}"#;
    let event = parse(line, &mut scratch).unwrap();
    assert_eq!(
        event.features,
        features(&[(8801, 0.95), (0, -0.001), (u32::MAX, 3.0)])
    );
    // Those of one event are not those of the next.
    for other in [
        &br#"{"event":{"LlmActivations":{"pid":1}}}"#[..],
        br#"{"event":{"Dns":{"pid":1,"query":"a"}}}"#,
    ] {
        assert_eq!(parse(line, &mut scratch).unwrap().features.len(), 3);
        assert_eq!(parse(other, &mut scratch).unwrap().features, []);
    }
}

#[test]
fn an_event_with_an_infinite_activation_is_malformed() {
    let mut scratch = Scratch::default();
    let mut read = |activation: &str| {
        let line = format!(
            r#"{{"event":{{"LlmActivations":{{"pid":1,"features":[[8801,{activation}]]}}}}}}"#
        );
        parse(line.as_bytes(), &mut scratch).map(|event| event.features[0].activation)
    };
    for activation in [
        "1e999",
        "-1e999",
        "1e39",
        "-1e39",
        "3.4028236e38",
        "NaN",
        "Infinity",
        "null",
        "\"1\"",
    ] {
        assert_eq!(read(activation), Err(NotEvent::Malformed), "{activation}");
    }
    // Exactly what a 32-bit float can hold, by rounding, as `Math.fround` does.
    for activation in [3.402_823_466_385_288_6e38, 3.402_823_56e38, 1e-300, -0.0] {
        assert_eq!(read(&format!("{activation:e}")), Ok(activation));
    }
}

/// The shared cases, `test/corpus/sae/scores.toml`.
#[derive(serde::Deserialize)]
struct Cases {
    dictionary: String,
    case: Vec<Case>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    features: String,
    escalate_at: Option<f64>,
    block_at: Option<f64>,
    #[serde(default)]
    not_event: bool,
    verdict: Option<String>,
    severity: Option<String>,
    harmful: Option<f64>,
    reason: Option<String>,
    drivers: Option<Vec<u32>>,
}

#[test]
fn the_shared_cases_have_their_expected_scores() {
    let text = include_str!("../../../../test/corpus/sae/scores.toml");
    let Cases { dictionary, case } = toml::from_str(text).unwrap();
    for one in case {
        let line = format!(
            r#"{{"event":{{"LlmActivations":{{"pid":7,"layer":20,"features":{}}}}}}}"#,
            one.features
        );
        let mut scratch = Scratch::default();
        let event = parse(line.as_bytes(), &mut scratch);
        if one.not_event {
            assert_eq!(event.err(), Some(NotEvent::Malformed), "{}", one.name);
            continue;
        }
        let tier = Tier::new(
            Dictionary::read(&dictionary).unwrap(),
            one.escalate_at.unwrap_or(0.3),
            one.block_at.unwrap_or(0.6),
        );
        let decision = tier.judge(event.unwrap().features, &mut ScoreBuffer::default());
        let score = &decision.explain;
        assert_eq!(
            Some(decision.verdict.as_word()),
            one.verdict.as_deref(),
            "{}",
            one.name
        );
        assert_eq!(
            Some(decision.severity.as_word()),
            one.severity.as_deref(),
            "{}",
            one.name
        );
        assert_eq!(Some(score.harmful), one.harmful, "{}", one.name);
        if let Some(reason) = one.reason {
            assert_eq!(decision.reason, reason, "{}", one.name);
        }
        if let Some(ids) = one.drivers {
            let expected: Vec<String> = ids.iter().map(|id| format!("sae_feature:#{id}")).collect();
            let found: Vec<&str> = score
                .drivers
                .iter()
                .map(|driver| driver.source.as_str())
                .collect();
            assert_eq!(found, expected, "{}", one.name);
        }
    }
}
