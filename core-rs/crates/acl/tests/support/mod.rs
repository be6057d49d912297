//! Helpers of the ACL tests: a deterministic generator of documents, and trees without their spans.
#![allow(dead_code)]

use sentry_acl::{Attribute, Block, Call, Document, Entry, Item, Name, Value, ValueKind};
use sentry_testing::Random;
use sentry_text::Span;

/// The parts that generated documents consist of.
pub struct Shape {
    /// Names of attributes, blocks, keys and functions.
    pub names: &'static [&'static str],
    /// Keys of objects that are not names.
    pub odd_keys: &'static [&'static str],
    /// Pieces of strings.
    pub pieces: &'static [&'static str],
}

/// Every part of the language.
pub const EVERYTHING: Shape = Shape {
    names: &[
        "a",
        "fail_closed",
        "no-netcat",
        "_",
        "x-",
        "été",
        "漢字",
        "true",
        "null",
        "env",
        "b1",
        "Ab",
    ],
    odd_keys: &["", " ", "a b", "1", "\"", "\\", "\n", "-x", "é.b", "😀"],
    pieces: &[
        "a",
        "\\",
        "\\b",
        "\"",
        "'",
        "`",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\0",
        "\u{1b}[2J",
        "\u{7f}",
        "\u{85}",
        "\u{202e}",
        "\u{200b}",
        "\u{feff}",
        "é",
        "漢",
        "😀",
        "e\u{301}",
        "{",
        "}",
        "[",
        "]",
        "#",
        "//",
        "/*",
        "*/",
        "=",
        ",",
        "<<E",
        "$",
        "\\u0041",
        "(?i)\\bnc\\b",
        "\u{2028}",
        "\u{e0041}",
        " ",
    ],
};

/// A document with unique names in each scope.
pub fn document(random: &mut Random, shape: &Shape) -> Document {
    Document {
        items: items(random, shape, 0),
    }
}

fn name(text: &str) -> Name {
    Name {
        text: text.to_owned(),
        span: Span::default(),
    }
}

fn items(random: &mut Random, shape: &Shape, depth: usize) -> Vec<Item> {
    let mut names = shape.names.to_vec();
    let mut items = Vec::new();
    for _ in 0..random.below(5) {
        if depth < 4 && random.below(3) == 0 {
            let labels = (0..random.below(3))
                .map(|_| name(&text(random, shape)))
                .collect();
            let block = name(random.pick(shape.names));
            let items_inside = self::items(random, shape, depth + 1);
            items.push(Item::Block(Block {
                name: block,
                labels,
                items: items_inside,
                span: Span::default(),
            }));
        } else if !names.is_empty() {
            let key = names.swap_remove(random.below(names.len()));
            items.push(Item::Attribute(Attribute {
                name: name(key),
                value: value(random, shape, depth + 1),
            }));
        }
    }
    items
}

pub fn text(random: &mut Random, shape: &Shape) -> String {
    (0..random.below(5))
        .map(|_| random.pick(shape.pieces))
        .collect()
}

fn value(random: &mut Random, shape: &Shape, depth: usize) -> Value {
    let kind = match random.below(if depth < 6 { 9 } else { 5 }) {
        0 => ValueKind::Null,
        1 => ValueKind::Bool(random.below(2) == 0),
        2 => ValueKind::Number(number(random)),
        3 | 4 => ValueKind::String(text(random, shape)),
        5 | 6 => ValueKind::List(
            (0..random.below(4))
                .map(|_| value(random, shape, depth + 1))
                .collect(),
        ),
        7 => {
            let mut keys: Vec<&str> = shape.names.iter().chain(shape.odd_keys).copied().collect();
            let count = random.below(4);
            let mut entry = || {
                let key = keys.swap_remove(random.below(keys.len()));
                Entry {
                    key: name(key),
                    value: value(random, shape, depth + 1),
                }
            };
            ValueKind::Object((0..count).map(|_| entry()).collect())
        }
        _ => {
            let args = (0..random.below(3))
                .map(|_| value(random, shape, depth + 1))
                .collect();
            ValueKind::Call(Call {
                name: name(random.pick(shape.names)),
                args,
            })
        }
    };
    Value {
        span: Span::default(),
        kind,
    }
}

/// A finite number of any size.
fn number(random: &mut Random) -> f64 {
    let fixed = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        30.0,
        1e21,
        1e-7,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        1e20,
        123_456.789,
    ];
    match random.below(3) {
        0 => Some(f64::from_bits(random.next()))
            .filter(|number| number.is_finite())
            .unwrap_or(7.0),
        _ => random.pick(&fixed),
    }
}

/// A document with all spans zero, for comparison.
pub fn without_spans(mut document: Document) -> Document {
    document.items.iter_mut().for_each(item_without_spans);
    document
}

fn item_without_spans(item: &mut Item) {
    match item {
        Item::Attribute(attribute) => {
            attribute.name.span = Span::default();
            value_without_spans(&mut attribute.value);
        }
        Item::Block(block) => {
            block.span = Span::default();
            block.name.span = Span::default();
            block
                .labels
                .iter_mut()
                .for_each(|label| label.span = Span::default());
            block.items.iter_mut().for_each(item_without_spans);
        }
    }
}

fn value_without_spans(value: &mut Value) {
    value.span = Span::default();
    match &mut value.kind {
        ValueKind::List(values) => values.iter_mut().for_each(value_without_spans),
        ValueKind::Object(entries) => {
            for entry in entries {
                entry.key.span = Span::default();
                value_without_spans(&mut entry.value);
            }
        }
        ValueKind::Call(call) => {
            call.name.span = Span::default();
            call.args.iter_mut().for_each(value_without_spans);
        }
        _ => {}
    }
}
