//! The printer: converts a tree into canonical text.

use super::lexer::is_name;
use super::tree::{Document, Entry, Item, Value, ValueKind};
use sentry_text::is_visible;

/// The canonical text of a document: each attribute, entry and composite list element has its own
/// line, indented by two spaces for each level.
///
/// If [`parse`](super::parse) returns the document `d` without diagnostics, `parse(&print(d))`
/// returns `d` again, apart from spans. Values that cannot be written (an invalid value, a number
/// that is not finite) are printed as `null`. Names are printed as they are, so the names of a tree
/// made by hand must be valid.
///
/// ```
/// use sentry_acl::{parse, print};
/// let parsed = parse(r#"rule "a" { on: ["Dns", "Egress"], match = "\\bx\\b" }"#);
/// assert_eq!(
///     print(&parsed.document),
///     "rule \"a\" {\n  on = [\"Dns\", \"Egress\"]\n  match = `\\bx\\b`\n}\n"
/// );
/// ```
pub fn print(document: &Document) -> String {
    let mut out = String::new();
    for item in &document.items {
        print_item(&mut out, item, 0);
    }
    out
}

fn print_item(out: &mut String, item: &Item, level: usize) {
    indent(out, level);
    match item {
        Item::Attribute(attribute) => {
            out.push_str(&attribute.name.text);
            out.push_str(" = ");
            print_value(out, &attribute.value, level);
        }
        Item::Block(block) => {
            out.push_str(&block.name.text);
            for label in &block.labels {
                out.push(' ');
                print_string(out, &label.text);
            }
            out.push_str(" {");
            if !block.items.is_empty() {
                out.push('\n');
                for item in &block.items {
                    print_item(out, item, level + 1);
                }
                indent(out, level);
            }
            out.push('}');
        }
    }
    out.push('\n');
}

fn print_value(out: &mut String, value: &Value, level: usize) {
    match &value.kind {
        ValueKind::String(text) => print_string(out, text),
        ValueKind::Number(number) => print_number(out, *number),
        ValueKind::Bool(true) => out.push_str("true"),
        ValueKind::Bool(false) => out.push_str("false"),
        ValueKind::Null | ValueKind::Invalid => out.push_str("null"),
        ValueKind::List(values) => print_list(out, values, level),
        ValueKind::Object(entries) => print_object(out, entries, level),
        ValueKind::Call(call) => {
            out.push_str(&call.name.text);
            out.push('(');
            print_row(out, &call.args, level);
            out.push(')');
        }
    }
}

fn print_row(out: &mut String, values: &[Value], level: usize) {
    for (number, value) in values.iter().enumerate() {
        if number > 0 {
            out.push_str(", ");
        }
        print_value(out, value, level);
    }
}

fn print_list(out: &mut String, values: &[Value], level: usize) {
    out.push('[');
    if values
        .iter()
        .any(|value| matches!(value.kind, ValueKind::List(_) | ValueKind::Object(_)))
    {
        out.push('\n');
        for value in values {
            indent(out, level + 1);
            print_value(out, value, level + 1);
            out.push_str(",\n");
        }
        indent(out, level);
    } else {
        print_row(out, values, level);
    }
    out.push(']');
}

fn print_object(out: &mut String, entries: &[Entry], level: usize) {
    out.push('{');
    if !entries.is_empty() {
        out.push('\n');
        for entry in entries {
            indent(out, level + 1);
            if is_name(&entry.key.text) {
                out.push_str(&entry.key.text);
            } else {
                print_string(out, &entry.key.text);
            }
            out.push_str(" = ");
            print_value(out, &entry.value, level + 1);
            out.push('\n');
        }
        indent(out, level);
    }
    out.push('}');
}

/// Uses backticks if they save escapes, otherwise double quotes. Always one line.
fn print_string(out: &mut String, text: &str) {
    if text.contains('\\') && !text.contains('`') && text.chars().all(is_visible) {
        out.push('`');
        out.push_str(text);
        out.push('`');
        return;
    }
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            c if is_visible(c) => out.push(c),
            c => out.extend(c.escape_unicode()),
        }
    }
    out.push('"');
}

fn print_number(out: &mut String, number: f64) {
    let size = number.abs();
    let text = if !number.is_finite() {
        "null".to_owned()
    } else if size == 0.0 || (1e-7..1e21).contains(&size) {
        number.to_string()
    } else {
        format!("{number:e}")
    };
    out.push_str(&text);
}

fn indent(out: &mut String, level: usize) {
    for _ in 0..level {
        out.push_str("  ");
    }
}
