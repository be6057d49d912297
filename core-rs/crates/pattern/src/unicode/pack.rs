//! Makes `classes.bin` and `folds.bin` from `regex-syntax`, and checks them against it.

use std::path::Path;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

use super::folds::{Run, runs};
use super::{CLASSES, folded, has, names};

/// The class of `regex-syntax`; `None` if it knows none of this name.
fn original(pattern: &str) -> Option<Vec<(char, char)>> {
    let hir = regex_syntax::parse(pattern).ok()?;
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges().iter();
            Some(ranges.map(|range| (range.start(), range.end())).collect())
        }
        // A class of one character.
        HirKind::Literal(literal) => {
            let only = std::str::from_utf8(&literal.0).ok()?.chars().next()?;
            Some(vec![(only, only)])
        }
        _ => None,
    }
}

/// Every class with all its spellings, in the order of the file.
fn spellings() -> Vec<Vec<String>> {
    let spelt = |properties: &str, values: &str| -> Vec<String> {
        let of = |property: &str, value: &str| match property {
            "binary" => format!(r"\p{{{value}}}"),
            _ => format!(r"\p{{{property}={value}}}"),
        };
        let all = values.split(' ');
        all.flat_map(|value| {
            properties
                .split(' ')
                .map(move |property| of(property, value))
        })
        .collect()
    };
    let mut all: Vec<_> = names()
        .map(|(properties, values)| spelt(properties, values))
        .collect();
    let scripts = names().filter(|(properties, _)| has(properties, "sc"));
    all.extend(scripts.map(|(_, values)| spelt("scx scriptextensions", values)));
    all
}

fn changes(ranges: &[(char, char)]) -> Vec<u32> {
    ranges
        .iter()
        .flat_map(|&(start, end)| [u32::from(start), u32::from(end) + 1])
        .collect()
}

/// What only one of two ordered lists has.
fn difference(mut a: &[u32], mut b: &[u32]) -> Vec<u32> {
    let mut only = Vec::new();
    while let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_first(), b.split_first()) {
        if x != y {
            only.push(*x.min(y));
        }
        (a, b) = (
            if x <= y { rest_a } else { a },
            if y <= x { rest_b } else { b },
        );
    }
    only.extend_from_slice(a);
    only.extend_from_slice(b);
    only
}

fn push_leb(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(0x80 | u8::try_from(value & 0x7f).unwrap());
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
}

fn record(back: usize, changes: &[u32]) -> Vec<u8> {
    let mut record = Vec::new();
    push_leb(&mut record, u32::try_from(back).unwrap());
    let mut at = 0;
    for &change in changes {
        push_leb(&mut record, change - at);
        at = change;
    }
    record
}

#[test]
fn classes_are_those_of_regex_syntax() {
    let all: Vec<Vec<u32>> = spellings()
        .iter()
        .map(|names| changes(&original(&names[0]).expect(&names[0])))
        .collect();
    let mut packed = Vec::new();
    for (number, class) in all.iter().enumerate() {
        let others = (1..=number).map(|back| record(back, &difference(class, &all[number - back])));
        let shortest = std::iter::once(record(0, class))
            .chain(others)
            .min_by_key(Vec::len)
            .unwrap();
        push_leb(&mut packed, u32::try_from(shortest.len()).unwrap());
        packed.extend(shortest);
    }
    if packed != CLASSES {
        write("classes.bin", &packed);
    }
}

fn write(name: &str, packed: &[u8]) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data")
        .join(name);
    std::fs::write(file, packed).unwrap();
    panic!("data/{name} was outdated and is written anew: run this again");
}

/// The characters that equal this one if case does not matter, itself among them.
fn equal(one: char) -> Vec<(char, char)> {
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(one, one)]);
    class.case_fold_simple();
    class
        .ranges()
        .iter()
        .map(|range| (range.start(), range.end()))
        .collect()
}

/// Pairs of equal characters: their distance, and the first one.
fn pairs() -> Vec<(u32, u32)> {
    let mut pairs = Vec::new();
    for first in '\0'..=char::MAX {
        let others = equal(first)
            .into_iter()
            .flat_map(|(start, end)| start..=end);
        let later = others.filter(|&other| other > first);
        pairs.extend(later.map(|other| (u32::from(other) - u32::from(first), u32::from(first))));
    }
    pairs.sort_unstable();
    pairs
}

#[test]
fn folds_are_those_of_regex_syntax() {
    let mut wanted: Vec<Run> = Vec::new();
    for (distance, first) in pairs() {
        match wanted.last_mut() {
            Some(run) if run.distance == distance && run.pairs == 1 && first - run.first <= 2 => {
                run.step = first - run.first;
                run.pairs = 2;
            }
            Some(run) if run.distance == distance && run.first + run.pairs * run.step == first => {
                run.pairs += 1;
            }
            _ => wanted.push(Run {
                distance,
                first,
                pairs: 1,
                step: 1,
            }),
        }
    }
    if runs().collect::<Vec<_>>() != wanted {
        let mut packed = Vec::new();
        for run in wanted {
            push_leb(&mut packed, run.distance);
            push_leb(&mut packed, run.first);
            push_leb(&mut packed, 2 * (run.pairs - 1) + run.step - 1);
        }
        write("folds.bin", &packed);
    }
}

#[test]
fn each_character_has_its_folds() {
    for one in '\0'..='\u{1ffff}' {
        let wanted = equal(one);
        assert_eq!(folded(&[(one, one)]), wanted, "{one:?}");
        // What is not a letter is not looked for.
        assert!(one.is_alphabetic() || wanted.len() == 1, "{one:?}");
    }
}

#[test]
fn each_name_finds_its_class() {
    for (number, names) in spellings().iter().enumerate() {
        for name in names {
            assert_eq!(Some(super::unpacked(number)), original(name), "{name}");
        }
    }
}
