//! The style of the formatter, and that it keeps generated documents as they are.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "../../acl/tests/support/mod.rs"]
mod support;

use sentry_acl::{parse, print};
use sentry_testing::Random;
use sentry_tools::{FormatError, Formatted, format};
use support::{EVERYTHING, document, without_spans};

/// Checks the formatted text, and that it stays as it is.
fn check(source: &str, formatted: &str) {
    assert_eq!(format(source).as_deref(), Ok(formatted), "of {source:?}");
    assert_eq!(format(formatted).as_deref(), Ok(formatted), "again");
}

#[test]
fn items_have_lines_of_their_own() {
    check(
        "a=1,b=2 c : 3;".trim_end_matches(';'),
        "a = 1\nb = 2\nc = 3\n",
    );
    check("", "");
    check("\n\n# a\n\n\n", "# a\n");
    check("\u{feff}a = 1\r\n\r\n\r\n\r\nb = 2\r\n", "a = 1\n\nb = 2\n");
}

#[test]
fn the_assignments_of_neighbours_are_aligned() {
    check(
        "a = 1\nbcd = 2\n\nefghi = 3\n# c\nj = 4",
        "a   = 1\nbcd = 2\n\nefghi = 3\n# c\nj = 4\n",
    );
    check(
        "a = `x\ny`\nbcd = 2 # z\nef = 3",
        "a   = `x\ny`\nbcd = 2  # z\nef  = 3\n",
    );
}

#[test]
fn a_block_stays_on_its_line_if_it_fits() {
    check(
        r#"llm { url = "u"  model="m" }"#,
        "llm { url = \"u\", model = \"m\" }\n",
    );
    check("llm {\nurl = 1 }", "llm {\n  url = 1\n}\n");
    check("llm\n{ url = 1 }", "llm {\n  url = 1\n}\n");
    check("llm { # c\n}", "llm {  # c\n}\n");
    check(
        "a { b { } c = 1 }",
        "a {\n  b {}\n\n  c = 1\n}\n"
            .replace("{}\n\n", "{}\n")
            .as_str(),
    );
    let long = "x".repeat(90);
    check(
        &format!("a {{ b = \"{long}\", c = 1 }}"),
        &format!("a {{\n  b = \"{long}\"\n  c = 1\n}}\n"),
    );
}

#[test]
fn a_block_of_several_lines_has_empty_lines_around_it() {
    check(
        "a = 1\nr {\nb = 1\n}\nr {\nb = 1\n} # end\n# about c\n# more\nc = 1\n# about r\nr {\nb = 1\n}",
        "a = 1\n\nr {\n  b = 1\n}\n\nr {\n  b = 1\n}  # end\n\n# about c\n# more\nc = 1\n\n# about r\nr {\n  b = 1\n}\n",
    );
    check(
        "rules { a = 1 }\nrules { a = 2 }",
        "rules { a = 1 }\nrules { a = 2 }\n",
    );
}

#[test]
fn lists_and_objects_break_if_the_source_does() {
    check("a = [1,2 , ]", "a = [1, 2]\n");
    check("a = [\n1,2]", "a = [\n  1,\n  2,\n]\n");
    check("a = [1,\n2]", "a = [1, 2]\n");
    check("a = {b:1 c=2}", "a = { b = 1, c = 2 }\n");
    check("a = {\nb:1, ccc=2}", "a = {\n  b   = 1\n  ccc = 2\n}\n");
    check("a = [{ b = 1\nc = 2 }]", "a = [{ b = 1, c = 2 }]\n");
    check("a = [{\nb = 1 }]", "a = [\n  {\n    b = 1\n  },\n]\n");
    check("a = env( \"A\" , \"B\")", "a = env(\"A\", \"B\")\n");
    check(
        "a = env( # c\n\"A\", \"B\")",
        "a = env(  # c\n  \"A\",\n  \"B\"\n)\n",
    );
    let word = format!("\"{}\"", "x".repeat(60));
    check(
        &format!("a = [{word}, {word}]"),
        &format!("a = [\n  {word},\n  {word},\n]\n"),
    );
}

#[test]
fn a_line_may_have_a_hundred_columns() {
    for (length, lines) in [(92, 1), (93, 3)] {
        let text = format(&format!("a = [\"{}\"]", "é".repeat(length))).unwrap();
        assert_eq!(text.lines().count(), lines, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 100));
    }
}

#[test]
fn strings_and_numbers_stay_as_they_are_written() {
    check(
        "a = 'x'\nb = 1e3\nc = \"\\u0041\"\nd = `\\b`",
        "a = 'x'\nb = 1e3\nc = \"\\u0041\"\nd = `\\b`\n",
    );
    check("a = <<E\r\n  x\r\nE\r\nb = 1", "a = <<E\n  x\nE\nb = 1\n");
    check("a = [<<E\nx\nE\n]", "a = [\n  <<E\nx\nE\n]\n");
}

#[test]
fn comments_in_odd_places_move_to_the_next_possible_one() {
    check("a /* 1 */ = /* 2 */ 1", "/* 1 */\n/* 2 */\na = 1\n");
    check(
        "r /* 1 */ \"x\" # 2\n{ a = 1 }",
        "/* 1 */\nr \"x\" {  # 2\n  a = 1\n}\n",
    );
    check("a = [1 # 1\n, 2]", "a = [\n  1,  # 1\n  2,\n]\n");
    check("a = 1 # x  \t\nb = 2", "a = 1  # x\nb = 2\n");
}

#[test]
fn a_source_with_a_syntax_error_is_not_formatted() {
    let formatted = Formatted::of("site.acl", "a = b\nkey = \"secret\"");
    assert_eq!(formatted.text, None);
    assert_eq!(formatted.diagnostics[0].code, "acl/bare-word");
    assert!(formatted.diagnostics[0].frame.contains("--> site.acl:1:5"));
    assert!(matches!(format("a = \"${}"), Err(FormatError::Invalid(_))));
}

#[test]
fn generated_documents_keep_their_trees() {
    let mut random = Random(1);
    for number in 0..10_000 {
        let source = print(&document(&mut random, &EVERYTHING));
        let text =
            format(&source).unwrap_or_else(|why| panic!("document {number}: {why:?}\n{source}"));
        assert_eq!(format(&text).as_ref(), Ok(&text), "document {number}");
        assert_eq!(
            without_spans(parse(&text).document),
            without_spans(parse(&source).document),
        );
    }
}

#[test]
fn time_is_linear_in_deep_and_long_documents() {
    let deep = format!("a = {}1{}", "[".repeat(40), "]".repeat(40));
    check(&deep, &format!("{deep}\n"));
    let long = format!(
        "a = {}{}{}",
        "[".repeat(63),
        "1,".repeat(6_000),
        "]".repeat(63)
    );
    assert!(format(&long).unwrap().len() > 6_000 * 128);
    let larger = format!(
        "a = {}{}{}",
        "[".repeat(63),
        "1,".repeat(90_000),
        "]".repeat(63)
    );
    assert!(matches!(format(&larger), Err(FormatError::Invalid(_))));
    let names: Vec<String> = (0..50_000).map(|n| format!("n{n} = 1 # c\n")).collect();
    assert_eq!(format(&names.concat()).unwrap().lines().count(), 50_000);
}
