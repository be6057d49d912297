//! Diagnostics as text: exact frames.
#![allow(clippy::panic, clippy::indexing_slicing)]

use sentry_acl::parse;
use sentry_text::Span;
use sentry_text::diagnostic::{Code, Diagnostic, render};

/// The span of the first occurrence of `text` in `source`.
fn span(source: &str, text: &str) -> Span {
    let start = source.find(text).unwrap_or_else(|| panic!("no {text:?}"));
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(start), offset(start + text.len()))
}

fn problem(source: &str, text: &str) -> Diagnostic {
    Diagnostic::new(Code::BareWord, span(source, text), "message")
}

/// The lines of the frame of a source's only problem.
fn frame(source: &str) -> String {
    let parsed = parse(source);
    assert_eq!(parsed.diagnostics.len(), 1, "{:?}", parsed.diagnostics);
    render("p.acl", source, &parsed.diagnostics[0], &[])
}

#[test]
fn one_place() {
    assert_eq!(
        frame("a = 1\nb = \"x\\.y\"\n"),
        r#"error[acl/unknown-escape]: unknown escape `\.`
 --> p.acl:2:7
  |
2 | b = "x\.y"
  |       ^^
  = help: double it: `\\.`, or use backticks, in which nothing is an escape
"#
    );
}

#[test]
fn places_on_one_line_on_the_next_and_far_away() {
    assert_eq!(
        frame("a = 1, a = 2"),
        "error[acl/duplicate-attribute]: `a` is set twice
 --> p.acl:1:8
  |
1 | a = 1, a = 2
  | - first set here
  |        ^
  = help: keep one of the two
"
    );
    assert_eq!(
        frame("abc = 1\nabc = 2"),
        "error[acl/duplicate-attribute]: `abc` is set twice
 --> p.acl:2:1
  |
1 | abc = 1
  | --- first set here
2 | abc = 2
  | ^^^
  = help: keep one of the two
"
    );
    let source = "\n\n\n\n\n\n\nx {\n\n\n";
    assert_eq!(
        frame(source),
        "error[acl/unclosed]: expected `}`, found the end of the document
  --> p.acl:11:1
   |
 8 | x {
   |   - `{` is opened here
...
11 |
   | ^
   = help: close it with `}`
"
    );
}

#[test]
fn the_end_and_an_empty_source() {
    assert_eq!(
        frame("a = [1"),
        "error[acl/unclosed]: expected `]`, found the end of the document
 --> p.acl:1:7
  |
1 | a = [1
  |     - `[` is opened here
  |       ^
  = help: close it with `]`
"
    );
    let d = Diagnostic::new(Code::UnreachableRule, Span::default(), "nothing here");
    let expected =
        "warning[lint/unreachable-rule]: nothing here\n --> p.acl:1:1\n  |\n1 |\n  | ^\n";
    assert_eq!(render("p.acl", "", &d, &[]), expected);
    // A span outside the source.
    let d = Diagnostic::new(Code::UnreachableRule, Span::new(70, 900), "nothing here");
    assert_eq!(render("p.acl", "", &d, &[]), expected);
}

#[test]
fn marks_align_under_wide_characters_and_tabs_while_columns_count_utf16() {
    let source = "\té漢😀e\u{301} = oops # 漢\r\n";
    assert_eq!(
        render("p.acl", source, &problem(source, "oops"), &[]),
        format!(
            "error[acl/bare-word]: message
 --> p.acl:1:11
  |
1 |     é漢😀e\u{301} = oops # 漢
  |              ^^^^
"
        )
    );
    let source = "x = 漢字 漢";
    assert_eq!(
        render("p.acl", source, &problem(source, "漢字"), &[]),
        "error[acl/bare-word]: message
 --> p.acl:1:5
  |
1 | x = 漢字 漢
  |     ^^^^
"
    );
}

#[test]
fn a_place_of_several_lines_shows_its_first_line() {
    let source = "a = [\n  1\n] # end";
    assert_eq!(
        render("p.acl", source, &problem(source, "[\n  1\n]"), &[]),
        "error[acl/bare-word]: message\n --> p.acl:1:5\n  |\n1 | a = [\n  |     ^\n"
    );
}

#[test]
fn hostile_characters_do_not_reach_the_terminal() {
    let source = "a = \u{1b}[2J\u{7}\u{9b}x\u{202e}y\u{200b}\rz\u{7f} oops";
    let d = problem(source, "oops")
        .help("\u{1b}]0;h\u{7}")
        .related(span(source, "a"), "r\u{1b}c\nd");
    let d = Diagnostic {
        message: "m\u{1b}\u{9b}2J".to_owned(),
        ..d
    };
    let text = render("\u{1b}[31m\n.acl", source, &d, &[]);
    assert_eq!(
        text,
        r"error[acl/bare-word]: m␛\u{9b}2J
 --> ␛[31m␊.acl:1:19
  |
1 | a = ␛[2J␇\u{9b}x\u{202e}y\u{200b}␍z␡ oops
  | - r␛c␊d
  |                                      ^^^^
  = help: ␛]0;h␇
"
    );
    for code in (0..0x20)
        .chain(0x7f..0xa0)
        .chain(0x2028..0x202f)
        .chain(0x2066..0x206a)
    {
        let c = char::from_u32(code).unwrap_or('x');
        let source = format!("a{c}b = oops");
        let text = render("p", &source, &problem(&source, "oops"), &[]);
        assert!(c == '\n' || !text.contains(c), "U+{code:04X}");
    }
}

#[test]
fn secrets_are_masked_wherever_they_are_shown() {
    let source = "key = \"sk-é漢-live\" oops";
    let secret = span(source, "\"sk-é漢-live\"");
    let text = render("p.acl", source, &problem(source, "oops"), &[secret]);
    assert_eq!(
        text,
        "error[acl/bare-word]: message
 --> p.acl:1:20
  |
1 | key = ************ oops
  |                    ^^^^
"
    );
    let text = render(
        "p.acl",
        source,
        &problem(source, "\"sk-é漢-live\""),
        &[secret],
    );
    assert!(
        text.ends_with("1 | key = ************ oops\n  |       ^^^^^^^^^^^^\n"),
        "{text}"
    );
    // Only a part of the value.
    let text = render(
        "p.acl",
        source,
        &problem(source, "oops"),
        &[span(source, "live"), span(source, "sk")],
    );
    assert!(text.contains("1 | key = \"**-é漢-****\" oops\n"), "{text}");
}

/// The source line of a frame and the marked part of it.
fn window(source: &str, marked: &str) -> (String, String) {
    let text = render("p", source, &problem(source, marked), &[]);
    let mut lines = text.lines().skip(3);
    let (Some(line), Some(marks)) = (lines.next(), lines.next()) else {
        panic!("{text}")
    };
    let chars = |line: &str| line.chars().skip(4).collect::<Vec<_>>();
    let (line, marks) = (chars(line), chars(marks));
    let marked = line
        .iter()
        .zip(&marks)
        .filter(|(_, mark)| **mark == '^')
        .map(|(c, _)| c)
        .collect();
    (line.into_iter().collect(), marked)
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let long = "0123456789".repeat(30);
    let source = format!("{long}oops{long}");
    let (line, marked) = window(&source, "oops");
    assert_eq!(marked, "oops");
    assert_eq!(line.chars().count(), 161);
    let before = &long[long.len() - 60..];
    assert_eq!(line, format!("…{before}oops{}…", &long[..95]));
    // At the start and at the end of a line.
    let (line, marked) = window(&format!("oops{long}"), "oops");
    assert_eq!(
        (line, marked.as_str()),
        (format!("oops{}…", &long[..156]), "oops")
    );
    let (line, marked) = window(&format!("{long}oops"), "oops");
    assert_eq!((line, marked.as_str()), (format!("…{before}oops"), "oops"));
    // A place that is longer than the window.
    let (line, marked) = window(&format!("ab {long}"), &long);
    assert_eq!((line.chars().count(), marked.chars().count()), (161, 157));
    // 160 columns fit. Few characters can be too wide.
    let full = format!("{}oops{}", &long[..100], &long[..56]);
    assert_eq!(window(&full, "oops"), (full.clone(), "oops".to_owned()));
    let hidden = format!("{}oops", "\u{200b}".repeat(50));
    let (line, marked) = window(&hidden, "oops");
    assert_eq!(
        (line, marked.as_str()),
        (format!("…{}oops", "\\u{200b}".repeat(7)), "oops")
    );
    // Two places that are far apart on one long line are shown separately.
    let source = format!("x = 1 {long} x = 2");
    let d = problem(&source, "x = 2").related(span(&source, "x = 1"), "here");
    let text = render("p", &source, &d, &[]);
    assert_eq!(text.matches("1 | ").count(), 2, "{text}");
    assert!(
        text.contains("x = 2\n  | ") && text.contains("----- here\n"),
        "{text}"
    );
}

#[test]
fn a_line_of_a_megabyte_gives_a_small_frame() {
    let source = "é".repeat(500_000) + " oops " + &"漢".repeat(300_000);
    let text = render("p", &source, &problem(&source, "oops"), &[]);
    assert!(text.contains(" --> p:1:500002\n"));
    assert!(text.len() < 1000, "{}", text.len());
}
