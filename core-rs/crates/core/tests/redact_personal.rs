//! Personal data that a policy switches on: each kind is found by its form, check digits or label,
//! and what only looks like one is not.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use sentry_core::policy::{Imported, OPTIONAL_KINDS, SECRET_KINDS, check};
use sentry_core::redact::{Detectors, Part};

fn detectors(on: &[&str]) -> Detectors {
    let policy = check(&format!("redact {{ on = {on:?} }}"), &|_| None).policy;
    Detectors::new(&policy.unwrap().redact, Imported::default()).unwrap()
}

fn found(detectors: &mut Detectors, text: &str) -> Vec<(String, String)> {
    let scan = detectors
        .scan(&mut text.as_bytes().to_vec(), Part::WHOLE)
        .unwrap();
    let finds = scan.finds.iter().map(|find| {
        let kind = detectors.kinds()[find.kind as usize].clone();
        (kind, text[find.start..find.end].to_owned())
    });
    finds.collect()
}

/// Numbers that are made up, or published as examples, between `«` and `»`.
const SAMPLES: [(&str, &[&str]); 8] = [
    (
        "phone",
        &[
            "call «+49 30 901820» or «+1 (212) 555-0143», please",
            r#"{"tel":"«+442079460958»","fax":"«+33 1 42 68 53 00»"}"#,
            "tel:«+86-138-0013-8000»; «+354 551 2345».",
            "(«+41.44.668.18.00»)",
        ],
    ),
    (
        "us_ssn",
        &[
            "her number is «536-22-8745», born 1970",
            "SSN: «536228745»",
            "Social Security Number «536 22 8745»",
            r#"{"ssn": «536228745»}"#,
        ],
    ),
    (
        "br_cpf",
        &[
            "«111.444.777-35»",
            "CPF «11144477735»",
            r#"{"cpf":"«52998224725»"}"#,
        ],
    ),
    (
        "es_dni",
        &[
            "DNI «12345678Z», NIE «X1234567L»",
            "«X-1234567-L»",
            "«12.345.678-Z»",
        ],
    ),
    (
        "fr_nir",
        &[
            "«2 55 08 14 168 025 38»",
            "no «184127645108946»,",
            "«1 85 05 2A 006 084 35» or «285052B00608412»",
        ],
    ),
    (
        "in_aadhaar",
        &[
            "«2341 2341 2346»",
            "Aadhaar: «541672110687»",
            "«6038-8542-1437»",
        ],
    ),
    (
        "nl_bsn",
        &["BSN «111222333»", "burgerservicenummer: «123456782»"],
    ),
    (
        "uk_nhs",
        &["NHS number «943 476 5919»", "nhs_no=«9434765919»"],
    ),
];

/// Texts without a number of any kind.
const NEGATIVES: [&str; 24] = [
    // Telephone numbers: no plus, no such country, too short, an expression, part of a number.
    "030 901820, 00491234, 212-555-0143",
    "+210 123 4567, +999 123 456 789, +1 112 555 0143, +1 212 055 0143",
    "+49 30 90, +0800, 1e+123456789012, a+491234567890, GMT+0100",
    "+49 30 000000000, version 1.2.3+4912345",
    // Social security numbers.
    "000-12-3456, 666-12-3456, 900-12-3456, 123-00-4567, 536-22-0000",
    "078-05-1120, 123-45-6789, 111-11-1111",
    "536228745, 536 22 8745, 1-536-22-8745, 536-22-8745-1, 536-22-87451",
    "part 0536-22-8745 a536-22-8745 536-22-8745b",
    // CPF.
    "111.444.777-36, 111.111.111-11, 11144477735",
    "ip 111.444.777.35",
    // DNI and NIE.
    "12345678A, X1234567A, 00000000T, 12345678z, ABCDEFGHZ, A12345678Z, 12345678Z9",
    // NIR.
    "2 55 08 14 168 025 39, 3 55 08 14 168 025 38, 2 55 13 14 168 025 38",
    "1234567890123456, 155081416802538",
    // Aadhaar.
    "2341 2341 2347, 1341 2341 2346, 541672110687, 2222 2222 2222",
    "9876 2341 2341 2346 and 2341 2341 2346 5555",
    "2341-2341-2346-1",
    // BSN and NHS, which need a label.
    "111222333, 123456782, BSN 111222334",
    "943 476 5919, nhs 943 476 5918, NHS 9434765910",
    // Dates, times, hashes, versions, addresses.
    "2024-05-12 10:11:12.123456, 20240512101112, 1715508672123",
    "10.0.0.1:8080, 192.168.100.200, v12.345.678, 3.14159265358979",
    "d41d8cd98f00b204e9800998ecf8427e 0x12345678 550e8400-e29b-41d4-a716-446655440000",
    "@@ -123,45 +678,90 @@ 12,345,678 1_000_000_000",
    "MM-DD-YYYY 05-12-2024, lines 100-200, ISBN 978-3-16-148410-0",
    "",
];

#[test]
fn each_kind_is_found_if_it_is_on() {
    let mut none = detectors(&[]);
    let mut all = detectors(&OPTIONAL_KINDS);
    for (kind, samples) in SAMPLES {
        let mut one = detectors(&[kind]);
        for marked in samples {
            let text = marked.replace(['«', '»'], "");
            let expected: Vec<(String, String)> = marked
                .split('«')
                .skip(1)
                .map(|rest| (kind.to_owned(), rest.split('»').next().unwrap().to_owned()))
                .collect();
            assert_eq!(found(&mut one, &text), expected, "{text}");
            assert_eq!(found(&mut all, &text), expected, "{text}, all kinds");
            assert_eq!(found(&mut none, &text), [], "{text}");
        }
    }
}

#[test]
fn what_looks_like_one_is_not_found() {
    let mut all = detectors(&OPTIONAL_KINDS);
    for text in NEGATIVES {
        assert_eq!(found(&mut all, text), [], "{text}");
    }
}

#[test]
fn a_changed_digit_is_noticed() {
    let checked = |kind: &&str| !matches!(*kind, "phone" | "us_ssn");
    let kinds: Vec<&str> = OPTIONAL_KINDS.into_iter().filter(checked).collect();
    let mut all = detectors(&kinds);
    for (kind, samples) in SAMPLES.iter().filter(|(kind, _)| checked(kind)) {
        let text = samples[0].replace(['«', '»'], "");
        let count = found(&mut all, &text).len();
        for (place, digit) in text.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
            let mut changed = text.clone();
            let other = if digit == '9' {
                '0'
            } else {
                (digit as u8 + 1) as char
            };
            changed.replace_range(place..=place, &other.to_string());
            assert!(found(&mut all, &changed).len() < count, "{kind}: {changed}");
        }
    }
}

#[test]
fn the_kinds_that_are_off_are_those_with_numbers() {
    let first = SECRET_KINDS
        .iter()
        .position(|kind| *kind == OPTIONAL_KINDS[0])
        .unwrap();
    assert_eq!(
        SECRET_KINDS[first..first + OPTIONAL_KINDS.len()],
        OPTIONAL_KINDS
    );
}
