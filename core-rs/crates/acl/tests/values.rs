//! The values of sources: separators, comments, strings, numbers, and the spans of all nodes.
#![allow(clippy::indexing_slicing, clippy::panic)]

mod support;

use sentry_acl::{Attribute, Block, Document, Item, ValueKind, parse};
use support::without_spans;

fn document(source: &str) -> Document {
    let parsed = parse(source);
    assert_eq!(parsed.diagnostics, [], "{source:?}");
    parsed.document
}

fn attribute(item: &Item) -> &Attribute {
    match item {
        Item::Attribute(attribute) => attribute,
        Item::Block(block) => panic!("{block:?}"),
    }
}

fn block(item: &Item) -> &Block {
    match item {
        Item::Block(block) => block,
        Item::Attribute(attribute) => panic!("{attribute:?}"),
    }
}

fn value(source: &str) -> ValueKind {
    let source = format!("a = {source}\nb = null");
    let document = document(&source);
    assert_eq!(
        attribute(&document.items[1]).value.kind,
        ValueKind::Null,
        "{source:?}"
    );
    attribute(&document.items[0]).value.kind.clone()
}

#[test]
fn strings() {
    let cases = [
        (r#""""#, ""),
        (r#""a b""#, "a b"),
        (r#""\\ \" \n \r \t \0""#, "\\ \" \n \r \t \0"),
        (r#""\u0041\u{1F600}\u{0}\uD83D\uDE00\u00e9""#, "A😀\0😀é"),
        ("\"# // /* ' ` { 漢😀\t\"", "# // /* ' ` { 漢😀\t"),
        ("''", ""),
        (r"'a\'b \\ \n \. '", r"a'b \\ \n \. "),
        ("'\"'", "\""),
        ("``", ""),
        (r"`(?i)\bnc\b\`", r"(?i)\bnc\b\"),
        ("`one\n two\r\n\r`", "one\n two\n\r"),
        ("<<E\nE", ""),
        ("<<E\n\nE", ""),
        ("<<E\none\nE", "one"),
        (
            "<<EOF_1-x\n  one\n\n\ttwo \\. \"`# \n   EOF_1-x  ",
            "  one\n\n\ttwo \\. \"`# ",
        ),
        ("<<E  \r\none\r\ntwo\r\nE\r", "one\ntwo"),
        ("<<E\nEE\nE E\nxE\nE", "EE\nE E\nxE"),
        ("<<é\n<<é\né", "<<é"),
    ];
    for (source, text) in cases {
        assert_eq!(
            value(source),
            ValueKind::String(text.to_owned()),
            "{source:?}"
        );
    }
}

#[test]
fn numbers_and_words() {
    for (source, number) in [
        ("0", 0.0),
        ("-0.5", -0.5),
        ("007", 7.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("1e3", 1e3),
        ("1E+3", 1e3),
        ("2.5e-3", 2.5e-3),
        ("1e-999", 0.0),
        ("9007199254740993", 9_007_199_254_740_992.0),
    ] {
        assert_eq!(value(source), ValueKind::Number(number), "{source}");
    }
    assert_eq!(value("true"), ValueKind::Bool(true));
    assert_eq!(value("false"), ValueKind::Bool(false));
    assert_eq!(value("null"), ValueKind::Null);
}

#[test]
fn separators_and_comments_in_any_mix() {
    let plain =
        r#"deny { egress = "e" file = "f" } x = [1, { a = 1 b = [2] }] y = f(1, "t") rule "q" { }"#;
    let expected = without_spans(document(plain));
    let others = [
        r#"deny { egress = "e", file = "f", }, x = [1, { a = 1, b = [2] }], y = f(1, "t"), rule "q" { },"#,
        "deny {\n egress = \"e\"\n file = \"f\"\n}\nx = [\n 1\n {\n a = 1\n b = [2,]\n },\n]\ny = f(1,\n \"t\",\n)\nrule \"q\" {\n}",
        ",,deny{,,egress=\"e\",\n,file='f'}x=[,1,,{a:1,b:[2]}]y:f(1,`t`)rule`q`{}",
        "deny\n{ egress\n=\n\"e\" file\u{a0}=\u{3000}\"f\" } x = [1 { \"a\" = 1 'b': [2] }] y = f\n(1, \"t\") rule\n\"q\"\n{ }",
        "# c\ndeny { // {\n egress /* } */ = /**/ \"e\" # \"\n file /***/ = \"f\" }/* /* */x = [1, # ]\n { a = 1 b = [2] }] y = f(/*)*/1, \"t\") rule /*\n*/ \"q\" { } // end",
    ];
    for source in others {
        assert_eq!(without_spans(document(source)), expected, "{source}");
        assert_eq!(
            without_spans(document(&source.replace('\n', "\r\n"))),
            expected,
            "{source} with CRLF"
        );
        assert_eq!(
            without_spans(document(&format!("\u{feff}{source}"))),
            expected,
            "{source} with a BOM"
        );
    }
    for empty in ["", " ", "\n\r\n", ",", "#", "//", "/**/", "\u{feff}"] {
        assert_eq!(document(empty).items, [], "{empty:?}");
    }
}

#[test]
fn names_of_all_kinds() {
    let source = "_ = 1 no-netcat- = 1 été1 = 1 漢 = 1 true = 1 null { false = 1 } env = 1";
    let names: Vec<_> = document(source)
        .items
        .iter()
        .map(|item| match item {
            Item::Attribute(attribute) => attribute.name.text.clone(),
            Item::Block(block) => block.name.text.clone(),
        })
        .collect();
    assert_eq!(
        names,
        ["_", "no-netcat-", "été1", "漢", "true", "null", "env"]
    );
}

#[test]
fn every_node_has_its_span() {
    let source = "é = 1\nrule \"a\\n\" 'b' {\n  x: [ f(\"漢\") , { 'k' = `v` } ]\n} # end";
    let document = document(source);
    let of = |span: sentry_text::Span| span.of(source);
    assert_eq!(of(attribute(&document.items[0]).name.span), "é");
    let rule = block(&document.items[1]);
    assert_eq!(of(rule.span), source[7..].trim_end_matches(" # end"));
    assert_eq!(of(rule.name.span), "rule");
    assert_eq!(
        (rule.labels[0].text.as_str(), of(rule.labels[0].span)),
        ("a\n", "\"a\\n\"")
    );
    assert_eq!(
        (rule.labels[1].text.as_str(), of(rule.labels[1].span)),
        ("b", "'b'")
    );
    let x = attribute(&rule.items[0]);
    assert_eq!(of(x.value.span), "[ f(\"漢\") , { 'k' = `v` } ]");
    let ValueKind::List(values) = &x.value.kind else {
        panic!()
    };
    assert_eq!(of(values[0].span), "f(\"漢\")");
    let ValueKind::Call(call) = &values[0].kind else {
        panic!()
    };
    assert_eq!((of(call.name.span), of(call.args[0].span)), ("f", "\"漢\""));
    assert_eq!(of(values[1].span), "{ 'k' = `v` }");
    let ValueKind::Object(entries) = &values[1].kind else {
        panic!()
    };
    assert_eq!(
        (entries[0].key.text.as_str(), of(entries[0].key.span)),
        ("k", "'k'")
    );
    assert_eq!(of(entries[0].value.span), "`v`");
}
