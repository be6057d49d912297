//! Taking documents apart at their includes, and describing problems of the host.
#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use sentry_acl::parse;
use sentry_core::wire::{Diagnostic, SourceSpan};
use sentry_tools::{Other, Part, Place, Problem, describe, include_parts};

fn text(source: &str, span: &SourceSpan) -> String {
    source[span.byte_start as usize..span.byte_end as usize].to_owned()
}

/// The text with `<pattern …>` in the place of each include.
fn spliced(source: &str, place: Place) -> String {
    let read = include_parts("p", source, place);
    assert_eq!(read.diagnostics, [], "{source}");
    let parts = read.parts.iter().map(|part| match part {
        Part::Text { span } => text(source, span),
        Part::Insert { text } => text.clone(),
        Part::Include { files, .. } => {
            let patterns: Vec<_> = files.iter().map(|file| file.pattern.as_str()).collect();
            format!("<{}>", patterns.join(" "))
        }
    });
    parts.collect()
}

#[test]
fn includes_are_found_in_both_forms() {
    assert_eq!(
        spliced(
            "a = 1 include { files = [\"x\", \"é/*\"] } b = 2",
            Place::Policy
        ),
        "a = 1 <x é/*> b = 2"
    );
    assert_eq!(
        spliced("include = { files = [\"x\"] }", Place::Policy),
        "<x>"
    );
    assert_eq!(spliced("", Place::Policy), "");
    assert_eq!(
        spliced("r { include { files = [] } }", Place::Policy),
        "r { include { files = [] } }"
    );
}

#[test]
fn lists_of_an_included_file_become_blocks() {
    let source = "rules = [{ name = \"a\", \"on\": \"Dns\" }, { name = \"b\" }] # c\ntests = [{ name = \"t\" }]";
    let text = spliced(source, Place::Included);
    assert_eq!(
        text,
        "\nrule { name = \"a\", on: \"Dns\" }\nrule { name = \"b\" } # c\n\ntest { name = \"t\" }"
    );
    assert_eq!(parse(&text).diagnostics, []);
    assert_eq!(spliced(source, Place::Policy), source);
}

#[test]
fn each_mistake_has_a_problem_in_its_place() {
    for (source, place, code, marked) in [
        (
            "include \"x\" { files = [\"y\"] }",
            Place::Policy,
            "policy/unexpected-label",
            "\"x\"",
        ),
        ("include = 1", Place::Policy, "policy/wrong-type", "1"),
        (
            "include { }",
            Place::Policy,
            "policy/missing-key",
            "include",
        ),
        (
            "include { file = [\"x\"] }",
            Place::Policy,
            "policy/unknown-key",
            "file",
        ),
        (
            "include { files = \"x\" }",
            Place::Policy,
            "policy/wrong-type",
            "\"x\"",
        ),
        (
            "include { files = [env(\"X\")] }",
            Place::Policy,
            "policy/wrong-type",
            "env(\"X\")",
        ),
        (
            "include { files = [\" \"] }",
            Place::Policy,
            "policy/bad-value",
            "\" \"",
        ),
        (
            "fail_closed = false",
            Place::Included,
            "include/setting",
            "fail_closed",
        ),
        (
            "llm { url = \"http://x\" }",
            Place::Included,
            "include/setting",
            "llm",
        ),
        ("rules = 1", Place::Included, "policy/wrong-type", "1"),
        ("rules = [1]", Place::Included, "policy/wrong-type", "1"),
        ("rule \"x\" {", Place::Included, "acl/unclosed", ""),
    ] {
        let found = include_parts("p", source, place).diagnostics;
        let is_expected =
            |found: &Diagnostic| found.code == code && text(source, &found.span) == marked;
        assert!(found.iter().any(is_expected), "{source}: {found:?}");
    }
    assert_eq!(
        include_parts("p", "include {", Place::Policy).diagnostics,
        []
    );
}

#[test]
fn a_problem_of_the_host_gets_a_frame_without_secrets() {
    let source = "llm { key = \"secret\" }\ninclude { files = [\"x\"] }";
    let problem = Problem {
        code: "include/no-file".to_owned(),
        message: "no file matches `x`".to_owned(),
        help: Some("correct it".to_owned()),
        place: (42, 45),
        related: vec![Other {
            message: "here".to_owned(),
            place: (6, 9),
        }],
    };
    let found = describe("p", source, &[problem]);
    assert_eq!(
        found[0].frame,
        "error[include/no-file]: no file matches `x`
 --> p:2:20
  |
1 | llm { key = \"secret\" }
  |       --- here
2 | include { files = [\"x\"] }
  |                    ^^^
  = help: correct it
"
        .replace("\"secret\"", "********")
    );
}
