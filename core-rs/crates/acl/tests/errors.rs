//! The problems of a source: code, underlined text, message and help, in order.
#![allow(clippy::indexing_slicing, clippy::too_many_lines)]

use sentry_acl::{Document, Item, Value, ValueKind, parse};
use sentry_text::diagnostic::{Code, Level, MAX_DIAGNOSTICS};

/// A source and its problems: code without `acl/`, underlined text, message, help (empty if there
/// is none).
type Case = (
    &'static str,
    &'static [(&'static str, &'static str, &'static str, &'static str)],
);

const QUOTE: &str = "put text in quotes";
const TEXT: &str = "put text in quotes: `\"…\"`";
const NUMBER: &str = "a number looks like `30`, `-0.5` or `1e6`; put text in quotes: `\"…\"`";
const NOT_A_NUMBER: &str = "this is not a number";
const BARE: &str = "expected a value, found a bare word";
const ATTRIBUTE: &str = "an attribute is written `name = value`";
const BEFORE_VALUE: &str = "write `=` before the value";
const CLOSE_STRING: &str = "the string is not closed on its line: expected `\"`";
const LINES: &str = "use backticks or a heredoc for text of several lines";
const NO_CHARACTER: &str = "this escape does not stand for a character";
const UNICODE: &str = "write `\\u` and four hex digits, or `\\u{…}` with one to six, up to 10FFFF, no lone surrogates";
const HEREDOC: &str = "`<<` must be followed by a name and the end of the line";
const HEREDOC_HELP: &str = "write `<<TEXT`, the lines, and `TEXT` alone on a line";

#[rustfmt::skip]
const CASES: &[Case] = &[
    // Invalid values.
    ("a = block", &[("bare-word", "block", BARE, QUOTE)]),
    ("a = True", &[("bare-word", "True", BARE, "write `true`, or put text in quotes")]),
    ("a = off", &[("bare-word", "off", BARE, "write `false`, or put text in quotes")]),
    ("a = None", &[("bare-word", "None", BARE, "write `null`, or put text in quotes")]),
    ("a = http://host/v1\nb = x", &[("bare-word", "http", BARE, QUOTE), ("bare-word", "x", BARE, QUOTE)]),
    ("a = sk-1/2+3== b = c", &[("bare-word", "sk-1", BARE, QUOTE), ("bare-word", "c", BARE, QUOTE)]),
    ("a = rule { x = y }\nb = [c, d]", &[("bare-word", "rule", BARE, QUOTE), ("bare-word", "c", BARE, QUOTE), ("bare-word", "d", BARE, QUOTE)]),
    ("a = b = 1", &[("bare-word", "b", BARE, QUOTE)]),
    ("a =", &[("expected-value", "=", "expected a value after `=`", "")]),
    ("a = \nb = 1", &[("expected-value", "=", "expected a value after `=`", "")]),
    ("x { a: }", &[("expected-value", ":", "expected a value after `:`", "")]),
    ("a = , b = 1", &[("expected-value", "=", "expected a value after `=`", "")]),
    ("a = = 1", &[("unexpected-token", "=", "expected a value, found `=`", "")]),
    ("a = (1)", &[("unexpected-token", "(", "expected a value, found `(`", "a call has a name before its `(`")]),
    ("a = [=]", &[("unexpected-token", "=", "expected a value, found `=`", "")]),
    // A missing or wrong `=`.
    ("fail_closed true", &[("expected-equals", "true", "expected `=` or `{` after `fail_closed`, found `true`", BEFORE_VALUE)]),
    ("key env(\"A\")", &[("expected-equals", "env", "expected `=` or `{` after `key`, found a word", BEFORE_VALUE)]),
    ("on Dns\nb = 1", &[("expected-equals", "Dns", "expected `=` or `{` after `on`, found a word", BEFORE_VALUE)]),
    ("n 30", &[("expected-equals", "30", "expected `=` or `{` after `n`, found a number", BEFORE_VALUE)]),
    ("rules [1]", &[("expected-equals", "[", "expected `=` or `{` after `rules`, found `[`", BEFORE_VALUE)]),
    ("x { match \"a\" }", &[("expected-equals", "\"a\"", "expected `=` between `match` and its value, or `{` after the label", "")]),
    ("a = { match \"b\" on [] }", &[
        ("expected-equals", "\"b\"", "expected `=` after `match`, found a string", BEFORE_VALUE),
        ("expected-equals", "[", "expected `=` after `on`, found `[`", BEFORE_VALUE)]),
    ("a = { b }", &[("expected-equals", "b", "expected `=` after `b`, found `}`", ATTRIBUTE)]),
    ("a", &[("expected-equals", "a", "expected `=` or `{` after `a`, found the end of the document", ATTRIBUTE)]),
    ("a\nb = 1", &[("expected-equals", "a", "expected `=` or `{` after `a`, found a word", ATTRIBUTE)]),
    ("a b = 1", &[("expected-equals", "a", "expected `=` or `{` after `a`, found a word", ATTRIBUTE)]),
    ("env(\"A\")", &[("expected-equals", "env", "expected `=` or `{` after `env`, found `(`", ATTRIBUTE)]),
    ("a := 1", &[("bad-operator", ":=", "unknown operator `:=`", "write `=`")]),
    ("a == 1\nb => 1", &[("bad-operator", "==", "unknown operator `==`", "write `=`"), ("bad-operator", "=>", "unknown operator `=>`", "write `=`")]),
    ("a = { b += 1 }", &[("bad-operator", "+=", "unknown operator `+=`", "write `=`")]),
    // Names.
    ("\"a\" = 1", &[("quoted-name", "\"a\"", "the name of an attribute must not be in quotes", "remove the quotes")]),
    ("rule foo { }", &[("bare-word", "foo", "a label must be in quotes", "write it as a string: `\"…\"`")]),
    ("rule \"x\" foo { }", &[("bare-word", "foo", "a label must be in quotes", "write it as a string: `\"…\"`")]),
    ("rule \"x\" \"y\"\nb = 1", &[("unexpected-token", "\"y\"", "expected `{` after the labels of `rule`, found a word", "")]),
    ("{ \"a\": 1 }\nb = c", &[
        ("unexpected-token", "{", "expected a name, found `{`", "a document has no braces around it; a block has a name before its `{`"),
        ("bare-word", "c", BARE, QUOTE)]),
    ("x { { a = 1 } }", &[("unexpected-token", "{", "expected a name, found `{`", "a block has a name before its `{`")]),
    ("a = 1 2 3\nb = c", &[("unexpected-token", "2", "expected a name, found a number", ""), ("bare-word", "c", BARE, QUOTE)]),
    ("\"a\"", &[("unexpected-token", "\"a\"", "expected a name, found a string", "")]),
    ("= 1", &[("unexpected-token", "=", "expected a name, found `=`", "")]),
    ("a = { 1 = 2, [3], b = 4 }", &[("unexpected-token", "1", "expected a key, found a number", ""), ("unexpected-token", "[", "expected a key, found `[`", "")]),
    ("a = { b { c = 1 } }", &[("expected-equals", "{", "expected `=` after `b`, found `{`", BEFORE_VALUE)]),
    // Duplicates.
    ("a = 1\nb = 2\na = 3 a = 4", &[("duplicate-attribute", "a", "`a` is set twice", "keep one of the two"), ("duplicate-attribute", "a", "`a` is set twice", "keep one of the two")]),
    ("x { a = 1, a: 2 }\nx { a = 3 }", &[("duplicate-attribute", "a", "`a` is set twice", "keep one of the two")]),
    ("o = { a = 1, \"a\" = 2, b = { a = 1 } }", &[("duplicate-key", "\"a\"", "`a` is set twice", "keep one of the two")]),
    // Strings.
    (r#"a = "evil\.test \d""#, &[
        ("unknown-escape", r"\.", r"unknown escape `\.`", r"double it: `\\.`, or use backticks, in which nothing is an escape"),
        ("unknown-escape", r"\d", r"unknown escape `\d`", r"double it: `\\d`, or use backticks, in which nothing is an escape")]),
    (r#"a = "\/ \'""#, &[
        ("unknown-escape", r"\/", r"unknown escape `\/`", "write `/` without the backslash"),
        ("unknown-escape", r"\'", r"unknown escape `\'`", "write `'` without the backslash")]),
    ("a = \"\\é \\\u{7}\"", &[
        ("unknown-escape", "\\é", "unknown escape `\\é`", "double the backslash, or use backticks, in which nothing is an escape"),
        ("unknown-escape", "\\\u{7}", "unknown escape: a backslash and U+0007", "double the backslash, or use backticks, in which nothing is an escape")]),
    (r#"a = "\u12 \u{} \u{110000} \u{1234567} \uD83D\u0041 \u{d800} \u{zz} \u""#, &[
        ("bad-unicode-escape", r"\u12", NO_CHARACTER, UNICODE),
        ("bad-unicode-escape", r"\u{}", NO_CHARACTER, UNICODE),
        ("bad-unicode-escape", r"\u{110000}", NO_CHARACTER, UNICODE),
        ("bad-unicode-escape", r"\u{1234567}", NO_CHARACTER, UNICODE),
        ("bad-unicode-escape", r"\uD83D", NO_CHARACTER, UNICODE),
        ("bad-unicode-escape", r"\u{d800}", NO_CHARACTER, UNICODE),
        ("bad-unicode-escape", r"\u{zz}", NO_CHARACTER, UNICODE),
        ("bad-unicode-escape", r"\u", NO_CHARACTER, UNICODE)]),
    ("a = \"open\r\nb = c", &[("unterminated-string", "\"open", CLOSE_STRING, LINES), ("bare-word", "c", BARE, QUOTE)]),
    ("a = \"open\\", &[("unterminated-string", "\"open\\", CLOSE_STRING, LINES)]),
    ("a = \"C:\\\\dir\\\"", &[("unterminated-string", "\"C:\\\\dir\\\"", CLOSE_STRING, LINES)]),
    ("a = 'open", &[("unterminated-string", "'open", "the string is not closed on its line: expected `'`", LINES)]),
    ("a = `open\nb = 1", &[("unterminated-string", "`", "the string is never closed: expected a backtick", "")]),
    // Each later backtick pairs with the wrong one: the error is where the first was opened.
    ("r = [\n  { a = `x\\.y, b = 1 },\n  { a = `z\\.w`, b = nope },\n]", &[("unterminated-string", "`", "the string is never closed: expected a backtick", "")]),
    ("a = `two\nlines`\nb = `open\nc = 1", &[("unterminated-string", "`", "the string is never closed: expected a backtick", "")]),
    ("x { a = <<END\nbody\nENDE\n}", &[("unterminated-heredoc", "<<END", "the heredoc is never closed: expected `END` alone on a line", "")]),
    ("a = <<-END\nbody\nEND\nb = c", &[("bad-heredoc", "<<-END", HEREDOC, HEREDOC_HELP), ("bare-word", "c", BARE, QUOTE)]),
    ("a = <<END x\nbody\nEND\nb = c", &[("bad-heredoc", "<<END x", HEREDOC, HEREDOC_HELP), ("bare-word", "c", BARE, QUOTE)]),
    // Bad and not closed: what follows is hidden, but never the reason.
    ("a = <<END x\nbody\nb = c", &[("bad-heredoc", "<<END x", HEREDOC, HEREDOC_HELP)]),
    ("a = << 5\nb = c", &[("bad-heredoc", "<<", HEREDOC, HEREDOC_HELP), ("bare-word", "c", BARE, QUOTE)]),
    // Numbers.
    ("a = 1.2.3", &[("bad-number", "1.2.3", NOT_A_NUMBER, NUMBER)]),
    ("a = --1 b = -", &[("bad-number", "--1", NOT_A_NUMBER, NUMBER), ("bad-number", "-", NOT_A_NUMBER, NUMBER)]),
    ("a = 30s\nb = +5\nc = 1_000\nd = 0x1F\ne = -inf\nf = 1e", &[
        ("bad-number", "30s", NOT_A_NUMBER, NUMBER), ("bad-number", "+5", NOT_A_NUMBER, NUMBER),
        ("bad-number", "1_000", NOT_A_NUMBER, NUMBER), ("bad-number", "0x1F", NOT_A_NUMBER, NUMBER),
        ("bad-number", "-inf", NOT_A_NUMBER, NUMBER), ("bad-number", "1e", NOT_A_NUMBER, NUMBER)]),
    ("a = 10.0.0.0/8", &[("bad-number", "10.0.0.0", NOT_A_NUMBER, NUMBER)]),
    ("a = [1e999, -1e999]", &[
        ("number-range", "1e999", "the number is too large for a 64-bit float", ""),
        ("number-range", "-1e999", "the number is too large for a 64-bit float", "")]),
    // Characters.
    ("a = $HOME/x y", &[("stray-character", "$HOME/x", "unexpected character `$`", TEXT)]),
    ("a = /etc/x\n% b", &[("stray-character", "/etc/x", "unexpected character `/`", TEXT), ("stray-character", "%", "unexpected character `%`", TEXT)]),
    ("a = “x”", &[("stray-character", "“x”", "unexpected character `“`", "use straight quotes: `\"…\"`")]),
    ("a = 1; b = 2;", &[
        ("stray-character", ";", "unexpected character `;`", "items are separated by new lines or commas"),
        ("stray-character", ";", "unexpected character `;`", "items are separated by new lines or commas")]),
    ("a = \u{0}\nb = \u{202e}x", &[("stray-character", "\u{0}", "unexpected character U+0000", "remove it"), ("stray-character", "\u{202e}x", "unexpected character U+202E", "remove it")]),
    ("a = { ~ = 1 }", &[("stray-character", "~", "unexpected character `~`", TEXT)]),
    // Brackets.
    ("x {", &[("unclosed", "", "expected `}`, found the end of the document", "close it with `}`")]),
    ("a = [1, { b = (", &[
        ("unexpected-token", "(", "expected a value, found `(`", "a call has a name before its `(`")]),
    ("a = [1, [2", &[("unclosed", "", "expected `]`, found the end of the document", "close it with `]`")]),
    ("a = [1\nb = 2", &[("unclosed", "b", "expected `]`, found a word", "close it with `]`")]),
    ("a = env(\"A\"\nb = 2", &[("unclosed", "b", "expected `)`, found a word", "close it with `)`")]),
    ("x { a = [1 }\nb = c", &[("unclosed", "}", "expected `]`, found `}`", "close it with `]`"), ("bare-word", "c", BARE, QUOTE)]),
    ("a = 1 }\nb = c", &[("unmatched-closer", "}", "`}` has no opening bracket", ""), ("bare-word", "c", BARE, QUOTE)]),
    ("x { a = 1 ) }", &[("unmatched-closer", ")", "`)` has no opening bracket", "")]),
    ("a = 1 /* open", &[("unterminated-comment", "/*", "a `/*` comment is never closed", "close it with `*/`")]),
    ("x { /*/ }", &[("unterminated-comment", "/*", "a `/*` comment is never closed", "close it with `*/`")]),
    // Calls.
    ("a = env(\"A\" \"B\")", &[("unexpected-token", "\"B\"", "expected `,` or `)`, found a string", "")]),
    ("a = env(\"A\"\n\"B\")", &[("unexpected-token", "\"B\"", "expected `,` or `)`, found a string", "")]),
    ("a = env(, \"B\")", &[("unexpected-token", ",", "expected a value, found `,`", "")]),
    ("a = env(HOME)", &[("bare-word", "HOME", BARE, QUOTE)]),
    ("a = env(HOME\n\"B\")", &[("bare-word", "HOME", BARE, QUOTE)]),
];

#[test]
fn each_problem_has_its_code_place_message_and_help() {
    for (source, expected) in CASES {
        let parsed = parse(source);
        let found: Vec<_> = parsed
            .diagnostics
            .iter()
            .map(|d| {
                let code = d.code.as_str().strip_prefix("acl/").unwrap();
                (
                    code,
                    d.span.of(source),
                    d.message.as_str(),
                    d.help.as_deref().unwrap_or_default(),
                )
            })
            .collect();
        assert_eq!(found, *expected, "in {source:?}");
        assert!(
            parsed
                .diagnostics
                .iter()
                .all(|d| d.level() == Level::Error && d.span.range().end <= source.len())
        );
    }
}

/// The messages of the related places of the first problem, and the text underlined there.
fn related(source: &str) -> Vec<(String, String, u32)> {
    let parsed = parse(source);
    let places = parsed.diagnostics[0].related.iter();
    places
        .map(|r| {
            (
                r.message.clone(),
                r.span.of(source).to_owned(),
                r.span.start,
            )
        })
        .collect()
}

#[test]
fn both_places_are_shown() {
    let first = |text: &str, at| vec![("first set here".to_owned(), text.to_owned(), at)];
    assert_eq!(related("a = 1\na = 2"), first("a", 0));
    assert_eq!(related("o = { \"k\": 1, k: 2 }"), first("\"k\"", 6));
    let place = |message: &str, text: &str, at| (message.to_owned(), text.to_owned(), at);
    assert_eq!(
        related("x {\n a = [1"),
        [
            place("`[` is opened here", "[", 9),
            place("`{` is opened here too", "{", 2)
        ]
    );
    // Only the innermost three are shown.
    assert_eq!(related("x { y { z { a = {").len(), 3);
    assert_eq!(
        related("x { a = [1 }"),
        [place("`[` is opened here", "[", 8)]
    );
    assert_eq!(
        related("x { a = 1 ) }"),
        [place("`{` is open here", "{", 2)]
    );
    // The third is a duplicate of the first too.
    assert_eq!(
        parse("a = 1 a = 2 a = 3").diagnostics[1].related[0]
            .span
            .start,
        0
    );
}

fn attributes(document: &Document) -> Vec<(&str, &Value)> {
    let attribute = |item: &'_ Item| matches!(item, Item::Attribute(_));
    let items = document.items.iter().filter(|item| attribute(item));
    items
        .filter_map(|item| match item {
            Item::Attribute(a) => Some((a.name.text.as_str(), &a.value)),
            Item::Block(_) => None,
        })
        .collect()
}

#[test]
fn valid_parts_stay_in_the_tree() {
    let source = "a = 1\nb = block c = 2\nd \"x\"\ne := 3\nf = \"\\.\" g = [4, oops, 5]\n\"h\" = 6\ni = 1.2.3\nj 7";
    let parsed = parse(source);
    let kinds: Vec<_> = attributes(&parsed.document)
        .into_iter()
        .map(|(n, v)| (n, v.kind.clone()))
        .collect();
    let number = |n: f64| ValueKind::Number(n);
    assert_eq!(
        kinds.iter().map(|(n, _)| *n).collect::<String>(),
        "abcdefghij"
    );
    for (name, kind) in kinds {
        match name {
            "a" => assert_eq!(kind, number(1.0)),
            "c" => assert_eq!(kind, number(2.0)),
            "e" => assert_eq!(kind, number(3.0)),
            "g" => {
                let ValueKind::List(values) = kind else {
                    panic!("{kind:?}")
                };
                let kinds: Vec<_> = values.into_iter().map(|v| v.kind).collect();
                assert_eq!(kinds, [number(4.0), ValueKind::Invalid, number(5.0)]);
            }
            "h" => assert_eq!(kind, number(6.0)),
            "j" => assert_eq!(kind, number(7.0)),
            _ => assert_eq!(kind, ValueKind::Invalid, "{name}"),
        }
    }
}

#[test]
fn an_invalid_value_covers_all_that_was_skipped_so_that_a_secret_can_be_masked() {
    let source = "key = sk-live/abc+def==\nkey2 = $ecret/x y\nkey3 \"s3cret\" z\nkey4 = \"open secret\nkey5 = 1a!b c";
    let parsed = parse(source);
    let spans: Vec<_> = attributes(&parsed.document)
        .iter()
        .map(|(_, value)| value.span.of(source))
        .collect();
    assert_eq!(
        spans,
        [
            "sk-live/abc+def==",
            "$ecret/x y",
            "\"s3cret\" z",
            "\"open secret",
            "1a!b c"
        ]
    );
    for problem in &parsed.diagnostics {
        let text = format!("{} {:?}", problem.message, problem.help);
        assert!(
            !["live", "ecret", "1a"]
                .iter()
                .any(|secret| text.contains(secret)),
            "{text}"
        );
    }
}

#[test]
fn at_most_a_hundred_problems_and_in_the_order_of_the_source() {
    let source = "x = {\n".to_owned() + &"a = b\n".repeat(500);
    let parsed = parse(&source);
    assert_eq!(parsed.diagnostics.len(), MAX_DIAGNOSTICS);
    assert!(parsed.diagnostics.is_sorted_by_key(|d| d.span.start));
    // The first hundred: each line has a bare word and, except for the first line, a duplicate.
    assert_eq!(parsed.diagnostics[99].code.as_str(), "acl/bare-word");
}

#[test]
fn codes_have_unique_names_and_a_group() {
    let mut names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let good = |name: &str| {
        let groups = ["acl/", "policy/", "include/", "sae/", "lint/"];
        let rest = groups.iter().find_map(|group| name.strip_prefix(group));
        rest.is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
    };
    assert!(names.iter().all(|name| good(name)), "{names:?}");
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Code::ALL.len());
    assert!(Code::ALL.iter().all(|code| code.meaning().ends_with('.')));
}
