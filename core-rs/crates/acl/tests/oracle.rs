//! The `a3s-acl` crate, which parses the same language without spans, as an oracle: documents of
//! our schema that it accepts have the same values here. `docs/acl-differences.md` lists the
//! intended differences, with an example for each.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::too_many_lines)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sentry_acl::{Document, Item, Value, ValueKind, parse};
use sentry_testing::Random;
use support::{Shape, document};

/// A document in a form that both parsers share: attributes of a scope have no order, and a
/// top-level attribute is a block that contains only that attribute.
#[derive(Debug, Default, PartialEq)]
struct Scope {
    attributes: BTreeMap<String, Plain>,
    blocks: Vec<PlainBlock>,
}

/// Name, labels, content.
type PlainBlock = (String, Vec<String>, Scope);

/// A document, or the code of its first problem.
type Reading = Result<Vec<PlainBlock>, String>;

#[derive(Clone, Debug, PartialEq)]
enum Plain {
    Null,
    Bool(bool),
    Number(f64),
    String(String),
    List(Vec<Plain>),
    Object(BTreeMap<String, Plain>),
    Call(String, Vec<Plain>),
}

fn theirs(source: &str) -> Reading {
    let document = a3s_acl::parse(source).map_err(|error| error.code.to_string())?;
    Ok(document.blocks.into_iter().map(their_block).collect())
}

fn their_block(block: a3s_acl::Block) -> PlainBlock {
    let attributes = block
        .attributes
        .into_iter()
        .map(|(key, value)| (key, their_value(value)))
        .collect();
    let blocks = block.blocks.into_iter().map(their_block).collect();
    (block.name, block.labels, Scope { attributes, blocks })
}

fn their_value(value: a3s_acl::Value) -> Plain {
    let all = |values: Vec<a3s_acl::Value>| values.into_iter().map(their_value).collect();
    match value {
        a3s_acl::Value::Null => Plain::Null,
        a3s_acl::Value::Bool(value) => Plain::Bool(value),
        a3s_acl::Value::Number(value) => Plain::Number(value),
        a3s_acl::Value::String(text) => Plain::String(text),
        a3s_acl::Value::List(values) => Plain::List(all(values)),
        a3s_acl::Value::Object(pairs) => Plain::Object(
            pairs
                .into_iter()
                .map(|(key, value)| (key, their_value(value)))
                .collect(),
        ),
        a3s_acl::Value::Call(name, args) => Plain::Call(name, all(args)),
    }
}

/// The result of our parser, or the first code if there is a problem.
fn ours(source: &str) -> Reading {
    let parsed = parse(source);
    match parsed.diagnostics.first() {
        Some(problem) => Err(problem.code.as_str().to_owned()),
        None => Ok(our_document(&parsed.document)),
    }
}

fn our_document(document: &Document) -> Vec<PlainBlock> {
    let wrap = |item: &Item| match item {
        Item::Attribute(_) => {
            let scope = our_scope(std::slice::from_ref(item));
            (
                scope.attributes.keys().next().cloned().unwrap_or_default(),
                Vec::new(),
                scope,
            )
        }
        Item::Block(_) => our_scope(std::slice::from_ref(item)).blocks.remove(0),
    };
    document.items.iter().map(wrap).collect()
}

fn our_scope(items: &[Item]) -> Scope {
    let mut scope = Scope::default();
    for item in items {
        match item {
            Item::Attribute(attribute) => {
                scope
                    .attributes
                    .insert(attribute.name.text.clone(), our_value(&attribute.value));
            }
            Item::Block(block) => {
                let labels = block
                    .labels
                    .iter()
                    .map(|label| label.text.clone())
                    .collect();
                scope
                    .blocks
                    .push((block.name.text.clone(), labels, our_scope(&block.items)));
            }
        }
    }
    scope
}

fn our_value(value: &Value) -> Plain {
    match &value.kind {
        ValueKind::Null => Plain::Null,
        ValueKind::Bool(value) => Plain::Bool(*value),
        ValueKind::Number(value) => Plain::Number(*value),
        ValueKind::String(text) => Plain::String(text.clone()),
        ValueKind::List(values) => Plain::List(values.iter().map(our_value).collect()),
        ValueKind::Object(entries) => Plain::Object(
            entries
                .iter()
                .map(|entry| (entry.key.text.clone(), our_value(&entry.value)))
                .collect(),
        ),
        ValueKind::Call(call) => Plain::Call(
            call.name.text.clone(),
            call.args.iter().map(our_value).collect(),
        ),
        ValueKind::Invalid => panic!("invalid, but no problem"),
    }
}

/// Typical policies, one for each way of writing.
const POLICIES: &[&str] = &[
    "",
    "# nothing\n// at all\n",
    "fail_closed = false",
    "fail_closed = true\ndry_run = false\nspeculate = \"high\"\n",
    "fail_closed: true\r\ndry_run: false\r\nspeculate: 'critical'\r\n",
    "fail_closed = true dry_run = true",
    "fail_closed=true\n\n\n   dry_run\t=\ttrue # why\n",
    "speculate =\n  \"low\"",
    "deny { egress = \"egress.txt\" file = \"file.txt\" exec = \"exec.txt\" }",
    "deny { egress = \"egress.txt\", file = \"file.txt\", exec = \"exec.txt\", }",
    "deny {\n  egress = \"egress.txt\"\n  file = \"file.txt\" // guard\n  exec = \"exec.txt\"\n}",
    "deny\n{\n  exec = \"exec.txt\"\n}",
    "deny = { exec = \"exec.txt\" }",
    "deny: { exec: \"exec.txt\", file: \"./f.txt\" }",
    "deny { }",
    "llm { url = \"http://host/v1\" model = \"m\" key = env(\"LLM_KEY\") timeout_s = 30 }",
    "llm { url = \"http://host/v1\", key = env(\"LLM_KEY\", \"none\"), timeout_s = 2.5 }",
    "llm {\n url = concat(\"http://\", env(\"HOST\", \"localhost\"), \":8080/v1\")\n timeout_s = 1e1\n}",
    "llm { url = concat(\n  'http://' ,\n  env( \"HOST\" ) # host\n) }",
    "llm { key = null }",
    "agent { bin = \"a3s-code\" skills = \"./skills\" timeout_s = 120 }",
    "agent { bin = '/opt/it\\'s here/a3s code' skills = 'C:\\skills' }",
    "sae { dict = \"features.json\" escalate_at = 0.3 block_at = 0.6 }",
    "sae { dict = \"f.json\" escalate_at = .3 block_at = 1. }",
    "sae { dict = \"f.json\" escalate_at = -0.3 block_at = 6E-1 }",
    "rules = []",
    "rules = [ ]\nfail_closed = true",
    "rules = [ { name = \"no-netcat\", on = \"ToolExec\", match = \"(?i)\\\\bnetcat\\\\b\", verdict = \"block\",\n            severity = \"medium\", reason = \"netcat\", action = \"deny-exec\" } ]",
    "rules = [\n  { name = \"block-evil-dns\", on = \"Dns\", match = \"evil\\\\.test\",\n    verdict = \"block\", severity = \"high\", reason = \"known-bad domain\" },\n]",
    "rules = [\n  {\n    name = \"a\"\n    on = [\"ToolExec\", \"Dns\"]\n    match = \"x\"\n    verdict = \"allow\"\n    severity = \"info\"\n    reason = \"r\"\n  }\n  {\n    name: 'b', on: '*', match: '\\d+\\.\\d+', verdict: 'escalate', severity: 'low', reason: 'r'\n  }\n]",
    "rules = [{name=\"a\" on=\"Dns\"}, {name=\"b\" on=\"Dns\"},]",
    "rules = [\n  # first\n  { name = \"a\" }, // second\n  { name = \"b\" } # third\n]",
    "rules = [ , { name = \"a\" } ,, { name = \"b\" } ]",
    "rule \"no-netcat\" {\n  on = [\"ToolExec\"]\n  match = \"\\\\bnetcat\\\\b\"\n  verdict = \"block\"\n  severity = \"medium\"\n  reason = \"netcat\"\n  action = \"deny-exec\"\n  risk = \"command_danger\"\n}",
    "rule 'a' { on = ['ToolExec' 'Dns'] match = 'nc -e' verdict = 'block' }\nrule 'b' { on = '*' match = '' verdict = 'allow' }",
    "rule \"a\" {}\nrule \"a\" \"b\" {}\nrule {}",
    "rule \"quotes\" { match = \"\\\"quoted\\\" \\\\ \\t \\n \\r\" reason = \"— ünïcode 漢字 😀\" }",
    "rule \"a\" { match = \"# no comment // here\" } # but here // and here",
    "rule \"a\"\n\n{\n\n  on = \"Dns\"\n\n}\n",
    "fail_closed = false\n\ndeny  { egress = \"egress.txt\" file = \"file.txt\" exec = \"exec.txt\" }\n\nrules = [\n  { name = \"x\", on = \"Dns\", match = \"evil\\\\.test\", verdict = \"block\", severity = \"high\", reason = \"bad\" },\n]\n",
    "\u{feff}fail_closed = true",
    "été = 1\n漢字 { ключ = \"значение\" }",
];

#[test]
fn typical_policies_have_the_same_values() {
    for source in POLICIES {
        let theirs = theirs(source);
        assert!(theirs.is_ok(), "the oracle rejects {source:?}: {theirs:?}");
        assert_eq!(ours(source), theirs, "{source}");
    }
}

/// The common part of both languages: no names with `-`, no keywords as names, no quoted keys.
const COMMON: Shape = Shape {
    names: &[
        "a",
        "fail_closed",
        "_x",
        "rules",
        "été",
        "漢字",
        "env",
        "b1",
        "Ab",
        "match",
        "deny",
    ],
    odd_keys: &[],
    pieces: &[
        "a", "\\", "\"", "'", "`", "\n", "\r", "\t", "\u{1b}", "é", "漢", "😀", "{", "}", "[", "]",
        "#", "//", "/*", "=", ",", "<<E", "$", "\\\\.", " ",
    ],
};

/// Writes a document in a random layout that both parsers accept.
struct Writer<'a> {
    out: String,
    random: &'a mut Random,
}

impl Writer<'_> {
    fn add(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn any(&mut self, of: &[&str]) {
        let text = self.random.pick(of);
        self.add(text);
    }

    fn items(&mut self, items: &[Item], separators: &[&str], nested: bool) {
        for item in items {
            match item {
                Item::Attribute(attribute) => self.entry(&attribute.name.text, &attribute.value),
                Item::Block(block) => {
                    self.add(&block.name.text);
                    for label in &block.labels {
                        self.any(&["", " ", "  "]);
                        self.string(&label.text);
                    }
                    // `a3s-acl` reads a nested block without labels only if its brace is on the
                    // same line.
                    let bare = nested && block.labels.is_empty();
                    self.any(if bare {
                        &["", " "]
                    } else {
                        &["", " ", "\n", "# c {\n"]
                    });
                    self.add("{");
                    self.any(&["", " ", "\n", "// }\n"]);
                    self.items(
                        &block.items,
                        &[" ", "\n", ",", ", ", " # c\n", ",\r\n"],
                        true,
                    );
                    self.add("}");
                }
            }
            self.any(separators);
        }
    }

    fn entry(&mut self, name: &str, value: &Value) {
        self.add(name);
        self.any(&["=", ":", " = ", "= ", " :\n ", " = # c\n"]);
        self.value(value);
    }

    fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::String(text) => self.string(text),
            ValueKind::Number(number) => {
                let text = if self.random.below(2) == 0 {
                    format!("{number}")
                } else {
                    format!("{number:E}")
                };
                self.add(&text);
            }
            ValueKind::List(values) => {
                self.add("[");
                for value in values {
                    self.value(value);
                    self.any(&[",", ", ", " ", "\n", ",\n", " ,# c\n"]);
                }
                self.add("]");
            }
            ValueKind::Object(entries) => {
                self.add("{");
                for entry in entries {
                    self.entry(&entry.key.text, &entry.value);
                    self.any(&[",", ", ", " ", "\n", ",\n", " ,// c\n"]);
                }
                self.add("}");
            }
            ValueKind::Call(call) => {
                self.add(&call.name.text);
                self.any(&["(", " (", "( \n"]);
                for (number, value) in call.args.iter().enumerate() {
                    if number > 0 {
                        self.any(&[",", ", ", " ,\n"]);
                    }
                    self.value(value);
                }
                self.add(")");
            }
            ValueKind::Bool(value) => self.add(if *value { "true" } else { "false" }),
            ValueKind::Null | ValueKind::Invalid => self.add("null"),
        }
    }

    fn string(&mut self, text: &str) {
        let single = !text.contains(['\\', '\n', '\r']) && self.random.below(2) == 0;
        if single {
            let _ = write!(self.out, "'{}'", text.replace('\'', "\\'"));
            return;
        }
        let text = text
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
            .replace('\r', "\\r");
        let _ = write!(
            self.out,
            "\"{}\"",
            text.replace('\t', self.random.pick(&["\\t", "\t"]))
        );
    }
}

#[test]
fn generated_documents_have_the_same_values() {
    let mut random = Random(4);
    let mut bytes = 0;
    for number in 0..20_000 {
        let made = document(&mut random, &COMMON);
        let mut writer = Writer {
            out: String::new(),
            random: &mut random,
        };
        writer.items(
            &made.items,
            &["\n", " ", "\r\n", " # c\n", "\n\n// c\n"],
            false,
        );
        let source = writer.out;
        let expected = Ok(our_document(&made));
        assert_eq!(
            theirs(&source),
            expected,
            "the oracle, document {number}:\n{source}"
        );
        assert_eq!(ours(&source), expected, "document {number}:\n{source}");
        bytes += source.len();
    }
    assert!(bytes > 1_000_000, "{bytes}");
}

#[test]
fn sources_that_both_accept_have_the_same_values() {
    let parts = [
        "a", "b", "x ", "rule ", "true", "null ", "\"s\"", "'q'", "\"\\\\\"", "1", "-2.5", "=",
        " = ", ":", ",", "\n", " ", "{", "}", "{ ", " }", "[", "]", "(", ")", "# c\n", "// c\n",
        "f(1, ", "c = 1\n", "d = [", "e = {", "\r\n", "é",
    ];
    let mut random = Random(5);
    let mut both = 0;
    for _ in 0..100_000 {
        let chosen: Vec<&str> = (0..random.below(14)).map(|_| random.pick(&parts)).collect();
        let source = chosen.concat();
        if let (Ok(ours), Ok(theirs)) = (ours(&source), theirs(&source))
            && !differs_on_purpose(&chosen)
        {
            assert_eq!(ours, theirs, "{source:?}");
            both += 1;
        }
    }
    assert!(both > 1_500, "{both}");
}

/// Whether there is a quoted key, or a name with `=` or `{` on another line.
fn differs_on_purpose(parts: &[&str]) -> bool {
    let (mut name, mut string, mut broken) = (false, false, false);
    for part in parts {
        let text = part.trim_start_matches([' ', '\r', '\n']);
        broken |= part.contains('\n');
        if text.is_empty() || text.starts_with(['#', '/']) {
            continue;
        }
        let assigns = text.starts_with(['=', ':']);
        if (string && assigns) || (name && broken && (assigns || text.starts_with('{'))) {
            return true;
        }
        let last = text.trim_end();
        string = last.ends_with(['"', '\'']);
        name = last.ends_with(char::is_alphabetic);
        broken = part.ends_with('\n');
    }
    false
}

/// A result on one line: `name "label" {…}`, attributes in the order of their names.
fn shown(reading: &Reading) -> String {
    match reading {
        Err(code) => format!("error {code}"),
        Ok(blocks) => blocks
            .iter()
            .map(shown_block)
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn shown_block((name, labels, scope): &PlainBlock) -> String {
    let mut inside: Vec<_> = scope
        .attributes
        .iter()
        .map(|(key, value)| format!("{key} = {}", shown_value(value)))
        .collect();
    inside.extend(scope.blocks.iter().map(shown_block));
    let alone = labels.is_empty() && scope.blocks.is_empty() && scope.attributes.len() == 1;
    if alone && scope.attributes.contains_key(name) {
        return inside.remove(0);
    }
    let labels = labels
        .iter()
        .fold(String::new(), |all, label| format!("{all}{label:?} "));
    format!("{name} {labels}{{{}}}", inside.join(", "))
}

fn shown_value(value: &Plain) -> String {
    let all = |values: &[Plain]| {
        values
            .iter()
            .map(shown_value)
            .collect::<Vec<_>>()
            .join(", ")
    };
    match value {
        Plain::Null => "null".to_owned(),
        Plain::Bool(value) => value.to_string(),
        Plain::Number(value) => value.to_string(),
        Plain::String(text) => format!("{text:?}"),
        Plain::List(values) => format!("[{}]", all(values)),
        Plain::Object(pairs) => {
            let pairs: Vec<_> = pairs
                .iter()
                .map(|(key, value)| format!("{key} = {}", shown_value(value)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Plain::Call(name, args) => format!("{name}({})", all(args)),
    }
}

const DIFFERENCES: &str = include_str!("../../../../docs/acl-differences.md");

/// Each example of the page: a fence with a source, then a line with the result of `a3s-acl`, then
/// a line with ours.
#[test]
fn differences_are_as_documented() {
    let mut examples = 0;
    for part in DIFFERENCES.split("```acl\n").skip(1) {
        let (source, after) = part.split_once("\n```\n").expect("a fence ends");
        let mut lines = after.lines().filter(|line| !line.is_empty());
        let theirs_line = format!("- a3s-acl: `{}`", shown(&theirs(source)));
        let ours_line = format!("- here: `{}`", shown(&ours(source)));
        assert_ne!(theirs(source), ours(source), "no difference: {source}");
        assert_eq!(lines.next(), Some(theirs_line.as_str()), "{source}");
        assert_eq!(lines.next(), Some(ours_line.as_str()), "{source}");
        examples += 1;
    }
    assert!(examples >= 30, "{examples} examples");
}

#[test]
fn differences_too_large_to_print() {
    let list = |items: usize| format!("a = [{}]", "1,".repeat(items));
    assert_eq!(theirs(&list(10_000)), ours(&list(10_000)));
    assert_eq!(
        shown(&theirs(&list(10_001))),
        "error acl.limit.collection_items"
    );
    assert!(ours(&list(100_000)).is_ok());
    let comment = format!("#{}\na = 1", "x".repeat(256 * 1024));
    assert_eq!(shown(&theirs(&comment)), "error acl.limit.token_bytes");
    assert_eq!(shown(&ours(&comment)), "a = 1");
}
