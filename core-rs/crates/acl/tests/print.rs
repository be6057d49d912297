//! Printing and parsing are inverse, checked on generated documents with fixed seeds.
#![allow(clippy::indexing_slicing, clippy::panic)]

mod support;

use sentry_acl::{Document, Item, ValueKind, parse, print};
use sentry_testing::Random;
use support::{EVERYTHING, document, without_spans};

#[test]
fn printed_documents_parse_to_the_same_tree() {
    let mut random = Random(1);
    let (mut items, mut bytes) = (0, 0);
    for number in 0..30_000 {
        let made = document(&mut random, &EVERYTHING);
        let text = print(&made);
        let parsed = parse(&text);
        assert_eq!(parsed.diagnostics, [], "document {number}:\n{text}");
        let again = print(&parsed.document);
        assert_eq!(
            without_spans(parsed.document),
            made,
            "document {number}:\n{text}"
        );
        assert_eq!(again, text, "document {number}");
        items += made.items.len();
        bytes += text.len();
    }
    // The generator makes documents of some size.
    assert!(
        items > 40_000 && bytes > 3_000_000,
        "{items} items, {bytes} bytes"
    );
}

#[test]
fn numbers_survive_to_the_bit() {
    let mut random = Random(2);
    for _ in 0..50_000 {
        let number = f64::from_bits(random.next());
        if !number.is_finite() {
            continue;
        }
        let kind = value(&format!("a = {}", printed(number)));
        let ValueKind::Number(read) = kind else {
            panic!("{kind:?}")
        };
        assert_eq!(read.to_bits(), number.to_bits());
    }
    assert_eq!(printed(30.0), "30");
    assert_eq!(printed(0.3), "0.3");
    assert_eq!(printed(1e300), "1e300");
    assert_eq!(printed(-2.5e-9), "-2.5e-9");
}

fn printed(number: f64) -> String {
    let mut document = parse("a = 0").document;
    if let Some(Item::Attribute(attribute)) = document.items.first_mut() {
        attribute.value.kind = ValueKind::Number(number);
    }
    print(&document)
        .trim_start_matches("a = ")
        .trim()
        .to_owned()
}

fn value(source: &str) -> ValueKind {
    let parsed = parse(source);
    assert_eq!(parsed.diagnostics, [], "{source:?}");
    match parsed.document.items.into_iter().next() {
        Some(Item::Attribute(attribute)) => attribute.value.kind,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_canonical_form() {
    let source = r#"
      fail_closed : false, deny { egress="e.txt" exec = 'x' } # comment
      rules = [ { "name" = "n", match = "\\bnc\\b", "odd key": [1, 2.50, -1e30] }, {} ] empty "a" "b" {}
      t = "tab\t\r\n\0 quote\" \u{1F600} \u{202e}" c = concat(env("A", "b"), `\`, '`\d') l = []
    "#;
    let canonical = r#"fail_closed = false
deny {
  egress = "e.txt"
  exec = "x"
}
rules = [
  {
    name = "n"
    match = `\bnc\b`
    "odd key" = [1, 2.5, -1e30]
  },
  {},
]
empty "a" "b" {}
t = "tab\t\r\n\0 quote\" 😀 \u{202e}"
c = concat(env("A", "b"), `\`, "`\\d")
l = []
"#;
    let parsed = parse(source);
    assert_eq!(parsed.diagnostics, []);
    assert_eq!(print(&parsed.document), canonical);
    assert_eq!(print(&parse(canonical).document), canonical);
    assert_eq!(print(&Document::default()), "");
}

#[test]
fn values_that_cannot_be_written_are_printed_as_null() {
    assert_eq!(print(&parse("a = oops").document), "a = null\n");
    assert_eq!(printed(f64::NAN), "null");
}
