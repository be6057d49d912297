//! Compares with the standard library.

use sentry_testing::Random;

use super::parse;

fn digits(random: &mut Random, most: usize) -> String {
    let count = 1 + random.below(most);
    let digit = |_| random.pick(&['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    (0..count).map(digit).collect()
}

fn exponent(random: &mut Random, most: usize) -> i64 {
    let both = i64::try_from(random.below(2 * most)).unwrap();
    both - i64::try_from(most).unwrap()
}

fn same(text: &str) {
    let wanted: f64 = text.parse().unwrap();
    let found = parse(text.as_bytes()).map(f64::to_bits);
    assert_eq!(found, Some(wanted.to_bits()), "{text}");
}

#[test]
fn numbers_are_those_of_the_standard_library() {
    for text in [
        "0",
        "-0",
        "0.0",
        "-0.0e5",
        "1",
        "007",
        "1.",
        ".1",
        "5e-324",
        "2e-324",
        "3e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1e308",
        "1e309",
        "1e-400",
        "0e999999",
        "9007199254740993",
        "9007199254740992.5",
        "9007199254740993.00000000000000000000001",
        "2.2250738585072014e-308",
        "2.2250738585072011e-308",
        "0.30000000000000004",
        "1e22",
        "1e23",
        "123456789012345678e-5",
        "18446744073709551615",
        "18446744073709551616",
        "1e99999999999999999999999",
        "1E-99999999999999999999999",
        "4.35e+0",
        "0.000000000000001e15",
    ] {
        same(text);
    }
    let zeros = "0".repeat(5000);
    for text in [
        format!("1{zeros}e-5000"),
        format!("0.{zeros}1e5001"),
        format!("{zeros}.5"),
        format!("9007199254740993{zeros}1e-5001"),
        format!("0.5{zeros}1"),
    ] {
        same(&text);
    }
    let mut random = Random(7);
    for _ in 0..50_000 {
        let float = f64::from_bits(random.next());
        if float.is_finite() {
            same(&format!("{float:e}"));
            same(&format!("{:.*e}", random.below(25), float));
        }
        let (whole, fraction) = (digits(&mut random, 25), digits(&mut random, 25));
        same(&format!("{whole}.{fraction}e{}", exponent(&mut random, 40)));
        same(&format!(
            "{}e{}",
            digits(&mut random, 4),
            exponent(&mut random, 350)
        ));
    }
}

#[test]
fn numbers_between_two_floats_are_rounded_to_even() {
    let mut random = Random(11);
    for _ in 0..10_000 {
        // A float with few digits, and the middle between it and the next: exact in decimal.
        let bits = ((1023 - random.next() % 60) << 52) | (random.next() >> 12);
        let (low, high) = (f64::from_bits(bits), f64::from_bits(bits + 1));
        let step = high - low;
        let low = format!("{low:.130}");
        let half = format!("{:.130}", step / 2.0);
        let middle = sum(&low, &half);
        same(&middle);
        same(&format!("{middle}1"));
    }
}

/// The sum of two decimal numbers below 1 with as many digits.
fn sum(a: &str, b: &str) -> String {
    let mut carry = 0;
    let mut digits: Vec<char> = Vec::new();
    for (a, b) in a.bytes().rev().zip(b.bytes().rev()) {
        if a == b'.' {
            digits.push('.');
            continue;
        }
        let digit = a - b'0' + b - b'0' + carry;
        carry = digit / 10;
        digits.push(char::from(b'0' + digit % 10));
    }
    digits.iter().rev().collect()
}

#[test]
fn other_texts_are_not_numbers() {
    for text in [
        "", "-", ".", "-.", "e5", "1e", "1e+", "1e5.", "+1", "--1", "1_0", "inf", "nan", "1 ",
        "0x1", "1e 5",
    ] {
        assert_eq!(parse(text.as_bytes()), None, "{text}");
    }
}
