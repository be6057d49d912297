//! Compact JSON with sorted keys: equal values have equal texts, whatever their spelling.
//!
//! A first pass finds the objects whose keys are not in order; most values have none. The second
//! one writes, and goes through the members of those objects in order. Each byte is written once.

use super::json::{Malformed, Scanned, Scanner, byte_at};
use super::raw::RawStr;
use super::scratch::Parts;

/// An object whose keys are not in order.
#[derive(Clone, Copy)]
struct Unordered {
    /// Where it begins.
    start: usize,
    /// The place behind it.
    end: usize,
    /// Its members in [`Order::keys`].
    first: usize,
    count: usize,
}

/// The objects of a value whose keys are not in order.
#[derive(Default)]
struct Order {
    /// By their places.
    objects: Vec<Unordered>,
    /// Where the keys of the objects begin, those of one object sorted.
    keys: Vec<usize>,
}

/// An object or array that is open.
enum Level {
    Array,
    /// Its members are written as they come.
    Object,
    /// Its members are written in order.
    Unordered {
        object: Unordered,
        written: usize,
    },
}

/// Appends a value, which is valid JSON, to `out`: without white space, the keys of each object
/// sorted by their UTF-8, equal keys in their order, and strings escaped only where they must be.
/// Numbers are not changed.
pub(super) fn write(value: &[u8], out: &mut Parts) -> Scanned<()> {
    let order = Order::of(value)?;
    let mut scanner = Scanner::new(value);
    let mut open: Vec<Level> = Vec::new();
    loop {
        let first = scanner.peek();
        match first {
            b'"' => write_string(scanner.string()?, out),
            b'{' | b'[' => {
                let unordered = order.object_at(scanner.at);
                scanner.at += 1;
                push(first, out);
                let close = if first == b'{' { b'}' } else { b']' };
                if scanner.eat(close) {
                    push(close, out);
                } else {
                    open.push(match unordered {
                        _ if first == b'[' => Level::Array,
                        None => Level::Object,
                        Some(object) => Level::Unordered { object, written: 0 },
                    });
                    if let Some(object) = unordered {
                        scanner.at = order.key(object, 0)?;
                    }
                    if first == b'{' {
                        write_key(&mut scanner, out)?;
                    }
                    continue;
                }
            }
            _ => out.push(scanner.skipped()?.ok_or(Malformed)?),
        }
        // The value is written: go on in what is open.
        loop {
            let Some(level) = open.last_mut() else {
                return Ok(());
            };
            match level {
                Level::Unordered { object, written } => {
                    *written += 1;
                    if *written < object.count {
                        scanner.at = order.key(*object, *written)?;
                        push(b',', out);
                        write_key(&mut scanner, out)?;
                        break;
                    }
                    scanner.at = object.end;
                    push(b'}', out);
                }
                Level::Array | Level::Object => {
                    let is_object = matches!(level, Level::Object);
                    if scanner.eat(b',') {
                        push(b',', out);
                        if is_object {
                            write_key(&mut scanner, out)?;
                        }
                        break;
                    }
                    let close = if is_object { b'}' } else { b']' };
                    scanner.expect(close)?;
                    push(close, out);
                }
            }
            open.pop();
        }
    }
}

impl Order {
    fn of(value: &[u8]) -> Scanned<Self> {
        let mut order = Self::default();
        let mut scanner = Scanner::new(value);
        // Of each open object: where it begins, and its first key in `keys`; of an array nothing.
        let mut open: Vec<Option<(usize, usize)>> = Vec::new();
        // The keys of all open objects.
        let mut keys: Vec<usize> = Vec::new();
        loop {
            let first = scanner.peek();
            match first {
                b'{' => {
                    let start = scanner.at;
                    scanner.at += 1;
                    if !scanner.eat(b'}') {
                        open.push(Some((start, keys.len())));
                        read_key(&mut scanner, &mut keys)?;
                        continue;
                    }
                }
                b'[' => {
                    scanner.at += 1;
                    if !scanner.eat(b']') {
                        open.push(None);
                        continue;
                    }
                }
                _ => scanner.skip()?,
            }
            loop {
                let Some(&level) = open.last() else {
                    unstable_by_start(&mut order.objects);
                    return Ok(order);
                };
                if scanner.eat(b',') {
                    if level.is_some() {
                        read_key(&mut scanner, &mut keys)?;
                    }
                    break;
                }
                scanner.at += 1;
                if let Some((start, first)) = level {
                    order.add(
                        value,
                        start..scanner.at,
                        keys.get(first..).unwrap_or_default(),
                    );
                    keys.truncate(first);
                }
                open.pop();
            }
        }
    }

    /// Files an object if its keys are not in order.
    fn add(&mut self, value: &[u8], place: std::ops::Range<usize>, keys: &[usize]) {
        let is_before = |a: usize, b: usize| {
            let (one, other) = (key_at(value, a), key_at(value, b));
            match (one, other) {
                (Some(one), Some(other)) if one.decode() != other.decode() => {
                    one.decode() < other.decode()
                }
                _ => a < b,
            }
        };
        if keys.is_sorted_by(|&a, &b| is_before(a, b)) {
            return;
        }
        let first = self.keys.len();
        self.keys.extend_from_slice(keys);
        if let Some(own) = self.keys.get_mut(first..) {
            sentry_sort::unstable(own, |&a, &b| is_before(a, b));
        }
        self.objects.push(Unordered {
            start: place.start,
            end: place.end,
            first,
            count: keys.len(),
        });
    }

    fn object_at(&self, start: usize) -> Option<Unordered> {
        let at = self.objects.partition_point(|object| object.start < start);
        self.objects
            .get(at)
            .copied()
            .filter(|object| object.start == start)
    }

    /// Where a key of an object begins.
    fn key(&self, object: Unordered, at: usize) -> Scanned<usize> {
        self.keys.get(object.first + at).copied().ok_or(Malformed)
    }
}

fn unstable_by_start(objects: &mut [Unordered]) {
    sentry_sort::unstable(objects, |a, b| a.start < b.start);
}

/// Notes where a key begins, and goes behind its colon.
fn read_key(scanner: &mut Scanner<'_>, keys: &mut Vec<usize>) -> Scanned<()> {
    scanner.peek();
    keys.push(scanner.at);
    scanner.skip_string()?;
    scanner.expect(b':')
}

fn key_at(value: &[u8], at: usize) -> Option<RawStr<'_>> {
    let mut scanner = Scanner::new(value);
    scanner.at = at;
    scanner.string().ok()
}

fn write_key(scanner: &mut Scanner<'_>, out: &mut Parts) -> Scanned<()> {
    scanner.peek();
    write_string(scanner.string()?, out);
    scanner.expect(b':')?;
    push(b':', out);
    Ok(())
}

fn write_string(text: RawStr<'_>, out: &mut Parts) {
    push(b'"', out);
    if has_shortest_escapes(text.text) {
        out.push(text.text);
    } else {
        write_escaped(text.decode().as_bytes(), out);
    }
    push(b'"', out);
}

/// Whether a valid string is escaped as [`write_escaped`] escapes it: where it must be, by a letter.
fn has_shortest_escapes(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        if !matches!(
            rest.get(at + 1),
            Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't')
        ) {
            return false;
        }
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    true
}

fn write_escaped(text: &[u8], out: &mut Parts) {
    let mut from = 0;
    for (at, &byte) in text.iter().enumerate() {
        let letter = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            8 => b'b',
            12 => b'f',
            0..0x20 => b'u',
            _ => continue,
        };
        out.push(text.get(from..at).unwrap_or_default());
        out.push(&[b'\\', letter]);
        if letter == b'u' {
            let digit = |value: u8| byte_at(b"0123456789abcdef", value.into());
            out.push(&[b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
        }
        from = at + 1;
    }
    out.push(text.get(from..).unwrap_or_default());
}

fn push(byte: u8, out: &mut Parts) {
    out.push_word(byte.into(), 1);
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use sentry_testing::Random;

    use super::*;

    fn sorted(value: &str) -> String {
        let mut out = Parts::default();
        write(value.as_bytes(), &mut out).unwrap();
        out.text().unwrap().to_owned()
    }

    #[test]
    fn keys_are_sorted_and_white_space_is_left_out() {
        for (value, expected) in [
            (
                r#" { "b" : [ 1 , { "d":0, "c" : -1.50e3 } ], "a" : {} } "#,
                r#"{"a":{},"b":[1,{"c":-1.50e3,"d":0}]}"#,
            ),
            (r#"{"a":1,"a":2,"A":3}"#, r#"{"A":3,"a":1,"a":2}"#),
            (
                r#""a\u0041\/\u000a\u001f\ud800é\"""#,
                "\"aA/\\n\\u001f\u{fffd}é\\\"\"",
            ),
            (r#"{"\u0062":1,"a":2}"#, r#"{"a":2,"b":1}"#),
            ("[]", "[]"),
            ("null", "null"),
            ("[[],[{}],true]", "[[],[{}],true]"),
        ] {
            assert_eq!(sorted(value), expected);
        }
    }

    /// A value whose keys are all different.
    fn value(random: &mut Random, depth: usize, out: &mut String) {
        let space = |random: &mut Random| random.pick(&["", " ", "\n\t"]);
        match random.below(if depth > 4 { 3 } else { 6 }) {
            0 => out.push_str(random.pick(&["1", "-0.5e9", "true", "null"])),
            1 | 2 => out.push_str(random.pick(&[r#""a""#, r#""\u00e9\n""#, r#""é \" {}[]:,""#])),
            3 => {
                out.push('[');
                for at in 0..random.below(4) {
                    out.push_str(if at > 0 { "," } else { "" });
                    out.push_str(space(random));
                    value(random, depth + 1, out);
                }
                out.push(']');
            }
            _ => {
                out.push('{');
                let mut keys = vec!["b", "a", "\\u0061b", "é", "B", "\\\"", "z"];
                for at in 0..random.below(6) {
                    let key = keys.swap_remove(random.below(keys.len()));
                    out.push_str(if at > 0 { "," } else { "" });
                    out.extend(["\"", key, "\"", space(random), ":"]);
                    value(random, depth + 1, out);
                    out.push_str(space(random));
                }
                out.push('}');
            }
        }
    }

    #[test]
    fn the_text_is_that_of_a_tree_with_sorted_maps() {
        let mut random = Random(0x501D);
        let mut unordered = 0;
        for _ in 0..20_000 {
            let mut text = String::new();
            value(&mut random, 0, &mut text);
            // Its maps are sorted by their keys.
            let tree: serde_json::Value = serde_json::from_str(&text).unwrap();
            let own: serde_json::Value = serde_json::from_str(&sorted(&text)).unwrap();
            assert_eq!(own, tree, "{text}");
            assert_eq!(sorted(&sorted(&text)), sorted(&text));
            assert_eq!(
                sorted(&tree.to_string()),
                sorted(&text).replace("-0.5e9", &tree_number())
            );
            unordered += usize::from(!Order::of(text.as_bytes()).unwrap().objects.is_empty());
        }
        assert!(unordered > 2_000, "{unordered}");
    }

    /// How the tree writes the only number that it spells in another way.
    fn tree_number() -> String {
        serde_json::from_str::<serde_json::Value>("-0.5e9")
            .unwrap()
            .to_string()
    }

    #[test]
    fn deep_and_long_values_take_linear_time() {
        for unit in [r#"{"b":0,"a":"#, r#"[{"b":[],"a":"#] {
            let levels = 60;
            let close = if unit.starts_with('[') { "}]" } else { "}" };
            let text = format!("{}1{}", unit.repeat(levels), close.repeat(levels));
            assert!(
                sorted(&text).starts_with(unit.trim_end_matches(r#""b":0,"a":"#).get(..1).unwrap())
            );
        }
        let mut many = String::new();
        for at in (0..200_000).rev() {
            let _ = write!(many, "\"{at}\":{{\"b\":1,\"a\":2}},");
        }
        let text = format!("{{{many}\"\":0}}");
        assert!(sorted(&text).starts_with(r#"{"":0,"0":{"a":2,"b":1}"#));
    }
}
