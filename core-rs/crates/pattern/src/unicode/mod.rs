//! The classes of `\p{…}`, and what case means. In `regex-syntax` their tables would be a quarter of the wasm module; here
//! they take 30 kB.
//!
//! A class is stored as the characters at which membership changes, without those that an earlier
//! class has as well: `classes.bin` holds, for each class, the length of its record in bytes, how
//! many classes before it the other one is (0: there is none), and the differences between the
//! characters. All numbers are in LEB128.

use regex_syntax::ast::ClassUnicodeKind;

mod folds;
#[cfg(test)]
mod pack;

static NAMES: &str = include_str!("../../data/classes.txt");
static CLASSES: &[u8] = include_bytes!("../../data/classes.bin");

/// The first and last character of each range of a class, in order; `None` if no class has the name.
pub(crate) fn ranges(class: &ClassUnicodeKind) -> Option<Vec<(char, char)>> {
    let number = match class {
        ClassUnicodeKind::OneLetter(letter) => by_name(&letter.to_string()),
        ClassUnicodeKind::Named(name) => by_name(name),
        ClassUnicodeKind::NamedValue { name, value, .. } => by_value(name, value),
    };
    number.map(unpacked)
}

/// The ranges with the letters that differ from theirs in case alone, in order.
pub(crate) fn folded(ranges: &[(char, char)]) -> Vec<(char, char)> {
    let numbers = ranges
        .iter()
        .map(|&(first, last)| (u32::from(first), u32::from(last)));
    let mut numbers = numbers.collect();
    folds::add(&mut numbers);
    let pairs = numbers.into_iter();
    pairs
        .filter_map(|(first, last)| Some((char::from_u32(first)?, char::from_u32(last)?)))
        .collect()
}

fn by_name(name: &str) -> Option<usize> {
    let name = normalised(name);
    let mut properties = ["binary", "gc", "sc"].into_iter();
    properties.find_map(|one| find(one, &name))
}

fn by_value(property: &str, value: &str) -> Option<usize> {
    let value = normalised(value);
    match normalised(property).as_str() {
        "binary" => None,
        "scx" | "scriptextensions" => {
            let first = names().position(|(property, _)| has(property, "sc"))?;
            Some(names().count() + find("sc", &value)? - first)
        }
        property => find(property, &value),
    }
}

/// The number of the class that this value of a property has.
fn find(property: &str, value: &str) -> Option<usize> {
    names().position(|(properties, values)| has(properties, property) && has(values, value))
}

/// For each class, the names of its property and its own.
fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut property = "";
    let lines = NAMES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(move |line| match line.strip_prefix('[') {
        Some(header) => {
            property = header.trim_end_matches(']');
            None
        }
        None => Some((property, line)),
    })
}

fn has(names: &str, name: &str) -> bool {
    names.split(' ').any(|one| one == name)
}

/// A name as the Unicode standard compares it (UAX44-LM3).
fn normalised(name: &str) -> String {
    let is = name
        .get(..2)
        .is_some_and(|start| start.eq_ignore_ascii_case("is"));
    let rest = if is {
        name.get(2..).unwrap_or_default()
    } else {
        name
    };
    let kept = rest
        .chars()
        .filter(|&one| one.is_ascii() && !" _-".contains(one));
    let kept: String = kept.map(|one| one.to_ascii_lowercase()).collect();
    // `isc` is the name of a property, and no other name of the class `c`.
    if is && kept == "c" {
        "isc".to_owned()
    } else {
        kept
    }
}

fn unpacked(number: usize) -> Vec<(char, char)> {
    let mut changes = Vec::new();
    let mut next = Some(number);
    while let Some(number) = next {
        let mut record = record(number).unwrap_or_default();
        let back = leb(&mut record).unwrap_or_default() as usize;
        next = number.checked_sub(back).filter(|_| back > 0);
        let mut at = 0;
        while let Some(step) = leb(&mut record) {
            at += step;
            changes.push(at);
        }
    }
    sentry_sort::unstable(&mut changes, |a, b| a < b);
    // What two records have is in both classes, or in neither.
    let mut kept: Vec<u32> = Vec::with_capacity(changes.len());
    for change in changes {
        if kept.last() == Some(&change) {
            kept.pop();
        } else {
            kept.push(change);
        }
    }
    let pairs = kept.chunks_exact(2).filter_map(|pair| match pair {
        [start, end] => Some((
            char::from_u32(*start)?,
            char::from_u32(end.checked_sub(1)?)?,
        )),
        _ => None,
    });
    pairs.collect()
}

/// The bytes of a class after its length.
fn record(number: usize) -> Option<&'static [u8]> {
    let mut rest = CLASSES;
    for left in (0..=number).rev() {
        let length = leb(&mut rest)? as usize;
        let (record, after) = rest.split_at_checked(length)?;
        if left == 0 {
            return Some(record);
        }
        rest = after;
    }
    None
}

/// Takes a number off the beginning.
fn leb(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0;
    for shift in [0, 7, 14] {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    Some(value)
}
