//! Limits, and hostile sources: each gives few problems, without a panic, in linear time. With
//! quadratic time these tests would not end.
#![allow(clippy::indexing_slicing)]

mod support;

use sentry_acl::{Item, MAX_DOCUMENT, MAX_ITEMS, MAX_NESTING, MAX_TOKEN, ValueKind, parse};
use sentry_testing::Random;
use sentry_text::diagnostic::{MAX_DIAGNOSTICS, render};

/// The codes of the problems of a source. Also checks that their spans are in the source.
fn codes(source: &str) -> Vec<&'static str> {
    let parsed = parse(source);
    assert!(parsed.diagnostics.len() <= MAX_DIAGNOSTICS);
    for d in &parsed.diagnostics {
        let spans = d.related.iter().map(|related| related.span).chain([d.span]);
        for span in spans {
            assert!(source.get(span.range()).is_some(), "{d:?}");
        }
    }
    parsed.diagnostics.iter().map(|d| d.code.as_str()).collect()
}

/// The first problem of a source: code, message, underlined text.
fn first(source: &str) -> (&'static str, String, &str) {
    let d = parse(source).diagnostics.remove(0);
    (d.code.as_str(), d.message, d.span.of(source))
}

#[test]
fn a_document_has_at_most_one_mebibyte() {
    let fits = "#".repeat(MAX_DOCUMENT);
    assert_eq!(parse(&fits).diagnostics, []);
    let parsed = parse(&(fits + "\""));
    assert_eq!(parsed.document.items, []);
    assert_eq!(parsed.diagnostics.len(), 1);
    assert_eq!(parsed.diagnostics[0].code.as_str(), "acl/limit-document");
    assert_eq!(
        parsed.diagnostics[0].message,
        "the document is 1048577 bytes long, the limit is 1 MiB"
    );
}

#[test]
fn nesting_of_64_and_no_more() {
    let list = |depth: usize| format!("a = {}{}\nb = c", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(codes(&list(MAX_NESTING)), ["acl/bare-word"]);
    assert_eq!(
        codes(&list(MAX_NESTING + 1)),
        ["acl/limit-nesting", "acl/bare-word"]
    );
    assert_eq!(
        codes(&list(100_000)),
        ["acl/limit-nesting", "acl/bare-word"]
    );
    let blocks = |depth: usize| "x { ".repeat(depth) + &"}".repeat(depth);
    assert_eq!(codes(&blocks(MAX_NESTING)), [""; 0]);
    assert_eq!(codes(&blocks(MAX_NESTING + 1)), ["acl/limit-nesting"]);
    let mixed = |depth: usize| {
        "x { a = [{ k = f(".to_owned() + &"[".repeat(depth - 4) + &"]".repeat(depth - 4) + ")}]}"
    };
    assert_eq!(codes(&mixed(MAX_NESTING)), [""; 0]);
    let source = mixed(MAX_NESTING + 1);
    let d = &parse(&source).diagnostics[0];
    assert_eq!(
        (d.message.as_str(), d.span.of(&source)),
        ("nested more than 64 deep", "[")
    );
    assert_eq!(d.span.start as usize, "x { a = [{ k = f(".len() + 60);
}

#[test]
fn a_collection_has_at_most_a_hundred_thousand_items() {
    let message = "more than 100,000 items in one collection".to_owned();
    for (open, item, close) in [
        ("a = [", "1,", "] b = c"),
        ("a = f(", "1,", ") b = c"),
        ("x { ", "y{}", "} b = c"),
        ("x ", "''", "{} b = c"),
        ("", "y{}", "b = c"),
    ] {
        let fits = open.to_owned() + &item.repeat(MAX_ITEMS - 1) + item + close;
        let expected: &[&str] = if open.is_empty() {
            &["acl/limit-items", "acl/bare-word"]
        } else {
            &["acl/bare-word"]
        };
        assert_eq!(codes(&fits), expected, "{open}");
        let over = open.to_owned() + &item.repeat(MAX_ITEMS + 500) + close;
        assert_eq!(codes(&over), ["acl/limit-items", "acl/bare-word"], "{open}");
        let item = item.trim_end_matches(',').trim_end_matches("{}");
        assert_eq!(first(&over), ("acl/limit-items", message.clone(), item));
    }
    // Entries of an object need distinct names.
    let entries = |count: usize| {
        (0..count).fold("a = {".to_owned(), |all, n| all + &format!("k{n}=1 ")) + "}"
    };
    assert_eq!(codes(&entries(80_000)), [""; 0]);
    let source = "a = [".to_owned() + &"1,".repeat(MAX_ITEMS + 500) + "]";
    let Item::Attribute(attribute) = &parse(&source).document.items[0] else {
        panic!()
    };
    let ValueKind::List(values) = &attribute.value.kind else {
        panic!()
    };
    assert_eq!(values.len(), MAX_ITEMS);
}

#[test]
fn a_token_of_256_kib_and_no_more() {
    let message = "a name, number or string is longer than 256 KiB".to_owned();
    let fill = |length: usize| "x".repeat(length);
    for (open, close) in [("\"", "\""), ("'", "'"), ("`", "`"), ("<<E\n", "\nE")] {
        let fixed = open.len() + close.len();
        let value = |length: usize| format!("a = {open}{}{close}\nb = c", fill(length - fixed));
        assert_eq!(codes(&value(MAX_TOKEN)), ["acl/bare-word"], "{open}");
        let over = value(MAX_TOKEN + 1);
        assert_eq!(codes(&over), ["acl/limit-token", "acl/bare-word"], "{open}");
        assert_eq!(
            first(&over),
            ("acl/limit-token", message.clone(), &over[4..over.len() - 6])
        );
    }
    assert_eq!(codes(&format!("{} = 1", fill(MAX_TOKEN))), [""; 0]);
    assert_eq!(
        codes(&format!("{} = 1\nb = c", fill(MAX_TOKEN + 1))),
        ["acl/limit-token", "acl/bare-word"]
    );
    assert_eq!(
        codes(&format!("a = 1{}", "0".repeat(MAX_TOKEN))),
        ["acl/limit-token"]
    );
    // A comment is no token.
    assert_eq!(
        codes(&format!(
            "# {}\na = 1 /* {} */",
            fill(MAX_TOKEN),
            fill(MAX_TOKEN)
        )),
        [""; 0]
    );
}

#[test]
fn hostile_sources_take_linear_time() {
    let parts = [
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "\"",
        "'",
        "`",
        ",",
        "=",
        ":",
        "\\",
        "<",
        "#",
        "/",
        "*",
        "-",
        "+",
        ".",
        "0",
        "a",
        " ",
        "\n",
        "\r",
        "\t",
        "\0",
        "é",
        "😀",
        "\u{feff}",
        "\u{202e}",
        "<<A\n",
        "<<A ",
        "<<-A\n",
        "/*",
        "/**/",
        "//",
        "a=",
        "a={",
        "a=[",
        "a=(",
        "a(",
        "a=f(",
        "a \"b\" ",
        "a{",
        "a b ",
        "a b{",
        "\"\\",
        "\"\\u",
        "\"\\u{",
        "\"\n",
        "'\\",
        "1e",
        "1e9",
        "[1 ",
        "{a ",
        "a=[}",
        "a={]",
        "x=\n",
        "=[",
        "`\n",
        "a=b\n",
        "a=\"\\.\"\n",
        "; ",
        "a\n",
    ];
    for part in parts {
        for size in [1, 7, 50_000] {
            let source = part.repeat((size / part.len()).max(1));
            codes(&source);
            codes(&format!("rules = [{source}"));
            codes(&format!("a = \"{source}"));
        }
    }
}

#[test]
fn unclosed_and_unfinished_sources_are_reported_once() {
    let repeat = |part: &str| part.repeat(100_000 / part.len());
    assert_eq!(
        codes(&("a = ".to_owned() + &repeat("["))),
        ["acl/limit-nesting"]
    );
    assert_eq!(codes(&repeat("[")), ["acl/unexpected-token"]);
    assert_eq!(codes(&repeat("{")), ["acl/unexpected-token"]);
    assert_eq!(codes(&repeat("\"")), ["acl/unexpected-token"]);
    assert_eq!(
        codes(&("a = ".to_owned() + &repeat("<<A\n"))),
        ["acl/unterminated-heredoc"]
    );
    assert_eq!(codes(&",".repeat(MAX_DOCUMENT)), [""; 0]);
    assert_eq!(
        codes(&repeat("]")),
        ["acl/unmatched-closer"; MAX_DIAGNOSTICS]
    );
}

#[test]
fn no_sequence_of_tokens_makes_the_parser_panic() {
    let parts = [
        "a",
        "b ",
        "rule ",
        "true",
        "null ",
        "\"s\"",
        "\"\\.\"",
        "'q'",
        "`r`",
        "<<E\nx\nE\n",
        "<<E",
        "1",
        "1.2.3",
        "-",
        "=",
        "= ",
        ":",
        ":=",
        ",",
        "\n",
        " ",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "# c\n",
        "/* c */",
        "/*",
        "\"",
        "'",
        "`",
        "$",
        ";",
        "é",
        "😀",
        "\u{1b}",
        "\r\n",
        "\\",
        "env(",
        "f(1, ",
    ];
    let mut random = Random(3);
    for _ in 0..20_000 {
        let source: String = (0..random.below(24)).map(|_| random.pick(&parts)).collect();
        let parsed = parse(&source);
        for d in &parsed.diagnostics {
            assert!(source.get(d.span.range()).is_some(), "{source:?} {d:?}");
            assert!(!d.message.is_empty() && !render("x", &source, d, &[]).is_empty());
        }
        assert!(
            parsed.diagnostics.is_sorted_by_key(|d| d.span.start),
            "{source:?}"
        );
    }
}
