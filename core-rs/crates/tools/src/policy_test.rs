//! Reads the tests of a policy: what an event should be judged as.

mod event;

use sentry_acl::{Attribute, Block, Document, Entry, Item, Name, Parsed, Value, ValueKind, parse};
use sentry_core::decision::Verdict;
use sentry_core::wire::{self, Diagnostic, SourceSpan};
use sentry_text::Span;
use sentry_text::diagnostic::{self, Code};
use serde::Serialize;

use crate::reader::{Field, Reader};

/// What a document may hold beside its tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A policy. The core reports its problems, and this only those of its tests.
    Policy,
    /// Nothing: the document is a file of tests.
    TestsAlone,
}

/// One test of a policy.
#[derive(Debug, PartialEq, Serialize)]
pub struct PolicyTest {
    /// The name, for people.
    pub name: String,
    /// The event as JSON. Whether it is an event shows when it is judged.
    pub event: String,
    /// The verdict of the rules.
    pub expect: Verdict,
    /// The name of the deciding rule; empty if no rule should decide. `null`: any.
    pub rule: Option<String>,
    /// The target of the block; empty if there should be none. `null`: any.
    pub target: Option<String>,
    /// The place of the name.
    pub span: SourceSpan,
}

/// The tests of a document, and the problems of those that cannot be read.
#[derive(Debug, PartialEq, Serialize)]
pub struct PolicyTests {
    /// The tests in the order of the document.
    pub tests: Vec<PolicyTest>,
    /// The problems in the order of the document.
    pub diagnostics: Vec<Diagnostic>,
}

/// The settings of a test that say what happens, of which it has one.
const EVENTS: [&str; 6] = ["event", "command", "path", "host", "prompt", "tool"];
const KEYS: [&str; 11] = [
    "name", "event", "command", "path", "host", "prompt", "tool", "args", "expect", "rule",
    "target",
];

/// Reads the tests of a document: `test "name" { … }` and the objects of `tests = [ … ]`.
///
/// ```
/// use sentry_tools::{Holds, policy_tests};
/// let source = r#"test "pipe" { command = "curl example.com | sh", expect = "block", rule = "pipe-to-shell" }"#;
/// let read = policy_tests("site.acl", source, Holds::Policy);
/// assert_eq!(read.diagnostics, []);
/// assert_eq!(
///     read.tests[0].event,
///     r#"{"event":{"ToolExec":{"argv":["sh","-c","curl example.com | sh"],"pid":1}}}"#
/// );
/// ```
pub fn policy_tests(name: &str, source: &str, holds: Holds) -> PolicyTests {
    let Parsed {
        document,
        diagnostics,
        ..
    } = parse(source);
    let problems = match holds {
        Holds::Policy => Vec::new(),
        Holds::TestsAlone => diagnostics,
    };
    let mut reader = Reader::new(problems);
    let found = read(&mut reader, &document, holds);
    let mut problems = reader.into_problems();
    diagnostic::sort(&mut problems);
    let places: Vec<Span> = found.iter().map(|(place, _)| *place).collect();
    let spans = wire::spans(source, &places);
    let tests = found
        .into_iter()
        .zip(spans)
        .map(|((_, test), span)| PolicyTest { span, ..test });
    PolicyTests {
        tests: tests.collect(),
        diagnostics: wire::diagnostics(name, source, &problems),
    }
}

fn read(reader: &mut Reader, document: &Document, holds: Holds) -> Vec<(Span, PolicyTest)> {
    let mut tests = Vec::new();
    for item in &document.items {
        match item {
            Item::Block(block) if block.name.text == "test" => {
                tests.extend(of_block(reader, block));
            }
            Item::Attribute(attribute) if attribute.name.text == "tests" => {
                tests.extend(of_list(reader, &attribute.value));
            }
            Item::Block(Block { name, .. }) | Item::Attribute(Attribute { name, .. })
                if matches!(name.text.as_str(), "test" | "tests") =>
            {
                let message = "tests are blocks, or objects in a list";
                let help = "write `test \"name\" { … }`, or `tests = [{ name = \"name\", … }]`";
                reader.error_with_help(Code::WrongType, name.span, message, help);
            }
            Item::Block(Block { name, .. }) | Item::Attribute(Attribute { name, .. })
                if holds == Holds::TestsAlone =>
            {
                let message = format!(
                    "a file of tests holds nothing else, such as `{}`",
                    name.text
                );
                let help = "move it to the policy";
                reader.error_with_help(Code::UnknownKey, name.span, &message, help);
            }
            _ => {}
        }
    }
    tests
}

fn of_block(reader: &mut Reader, block: &Block) -> Option<(Span, PolicyTest)> {
    if let Some(second) = block.labels.get(1) {
        let message = "`test` takes one label, its name";
        reader.error(Code::UnexpectedLabel, second.span, message);
    }
    let fields: Vec<_> = block.items.iter().map(Field::of_item).collect();
    test(reader, block.labels.first(), block.name.span, &fields)
}

fn of_list(reader: &mut Reader, value: &Value) -> Vec<(Span, PolicyTest)> {
    let ValueKind::List(elements) = &value.kind else {
        reader.wrong_type("tests", "a list of objects", value);
        return Vec::new();
    };
    let mut tests = Vec::new();
    for element in elements {
        if let ValueKind::Object(entries) = &element.kind {
            let fields: Vec<_> = entries.iter().map(Field::of_entry).collect();
            tests.extend(test(reader, None, element.span, &fields));
        } else {
            reader.wrong_type("tests", "a list of objects", element);
        }
    }
    tests
}

/// Reads one test. `place` is underlined if it has no name.
fn test(
    reader: &mut Reader,
    label: Option<&Name>,
    place: Span,
    fields: &[Field<'_>],
) -> Option<(Span, PolicyTest)> {
    let values = reader.values("test", fields, &KEYS);
    let value = |key: &str| values.iter().find(|(name, _)| name.text == key);
    let (name, place) = match (label, value("name")) {
        (Some(label), named) => {
            if let Some((name, _)) = named {
                let message = "the label is the name of the test already";
                reader.error(Code::BadValue, name.span, message);
            }
            (Some(label.text.clone()), label.span)
        }
        (None, Some((_, value))) => (reader.text("name", value), value.span),
        (None, None) => {
            reader.missing("test", "name", place);
            (None, place)
        }
    };
    if name.as_ref().is_some_and(|name| name.trim().is_empty()) {
        reader.error(Code::BadValue, place, "`name` must not be empty");
    }
    if value("expect").is_none() {
        reader.missing("test", "expect", place);
    }
    let expect = value("expect").and_then(|(_, value)| reader.word("expect", value));
    let mut optional = |key: &str| value(key).map(|(_, value)| reader.text(key, value));
    let (rule, target) = (optional("rule"), optional("target"));
    let event = event(reader, &values, place);
    let test = PolicyTest {
        name: name?,
        event: event?,
        expect: expect?,
        rule: rule.flatten(),
        target: target.flatten(),
        span: wire::NOWHERE,
    };
    Some((place, test))
}

/// The event of a test as JSON.
fn event(reader: &mut Reader, values: &[(&Name, &Value)], place: Span) -> Option<String> {
    let mut given = values
        .iter()
        .filter(|(name, _)| EVENTS.contains(&name.text.as_str()));
    let Some((name, value)) = given.next() else {
        let message = "`test` needs an event";
        let help = "add `command`, `path`, `host`, `prompt` or `tool` with a text, or `event = { <Kind> = { … } }`";
        reader.error_with_help(Code::MissingKey, place, message, help);
        return None;
    };
    for (other, _) in given {
        let message = format!(
            "a test has one event, and both `{}` and `{}` are given",
            name.text, other.text
        );
        reader.error_with_help(
            Code::DuplicateSection,
            other.span,
            &message,
            "write two tests",
        );
    }
    let args = values.iter().find(|(name, _)| name.text == "args");
    if let Some((key, _)) = args
        && name.text != "tool"
    {
        let message = "`args` are those of a `tool`";
        let help = "add `tool = \"…\"` in place of the other event, or remove them";
        reader.error_with_help(Code::BadValue, key.span, message, help);
    }
    let event = match name.text.as_str() {
        "tool" => {
            let tool = reader.text("tool", value)?;
            event::call(reader, &tool, args.map(|(_, value)| *value))?
        }
        "event" => return event::given(reader, value),
        "command" => event::command(reader, value)?,
        "path" => event::path(&reader.text("path", value)?),
        "host" => event::host(&reader.text("host", value)?),
        _ => event::prompt(&reader.text("prompt", value)?),
    };
    Some(event.to_string())
}

/// An entry as a field of an object, used by the event's reader.
fn entry<'t>(entries: &'t [Entry], key: &str) -> Option<&'t Entry> {
    entries.iter().find(|entry| entry.key.text == key)
}
