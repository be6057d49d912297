//! A JSON object as a document: the way in for policies given as a JavaScript object or as TOML.

use serde_json::{Map, Value as Json};

use super::lexer::is_name;
use super::print::print;
use super::tree::{Attribute, Document, Entry, Item, Name, Value, ValueKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::{Span, offset};

/// A JSON object as ACL text: each key an attribute, objects as objects, in the order of the source, printed as
/// [`print`] does. Of a key given twice the last counts.
///
/// # Errors
/// `acl/bad-json` where `json` is not a JSON object (or nested deeper than 127), `acl/bad-name` where one of its own
/// keys is no name. The span lies in `json`.
///
/// ```
/// use sentry_core::acl::json_to_acl;
/// assert_eq!(json_to_acl(r#"{"dry_run": true, "deny": {"exec": "x.txt"}}"#)?,
///     "dry_run = true\ndeny = {\n  exec = \"x.txt\"\n}\n");
/// # Ok::<(), sentry_core::diagnostic::Diagnostic>(())
/// ```
pub fn json_to_acl(json: &str) -> Result<String, Diagnostic> {
    let whole = Span::new(0, offset(json.len()));
    let object = match serde_json::from_str(json) {
        Ok(Json::Object(object)) => object,
        Ok(_) => {
            let problem = Diagnostic::new(Code::BadJson, whole, "a policy must be an object");
            return Err(problem.help("give an object such as `{ \"rules\": [] }`"));
        }
        Err(error) => return Err(syntax_error(json, &error)),
    };
    let mut items = Vec::with_capacity(object.len());
    for (key, value) in object {
        if !is_name(&key) {
            let message = format!("{key:?} cannot be the name of a setting");
            let problem = Diagnostic::new(Code::BadName, whole, message);
            return Err(
                problem.help("a name is a letter or `_`, then letters, digits, `_` and `-`")
            );
        }
        items.push(Item::Attribute(Attribute {
            name: name(key),
            value: convert(value),
        }));
    }
    Ok(print(&Document { items }))
}

fn syntax_error(json: &str, error: &serde_json::Error) -> Diagnostic {
    let line = error.line().saturating_sub(1);
    let line_start: usize = json.split_inclusive('\n').take(line).map(str::len).sum();
    let at = offset(line_start + error.column().saturating_sub(1));
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or_default();
    Diagnostic::new(
        Code::BadJson,
        Span::new(at, at),
        format!("not valid JSON: {reason}"),
    )
}

fn name(text: String) -> Name {
    Name {
        text,
        span: Span::default(),
    }
}

fn convert(json: Json) -> Value {
    let kind = match json {
        Json::Null => ValueKind::Null,
        Json::Bool(value) => ValueKind::Bool(value),
        Json::Number(number) => number.as_f64().map_or(ValueKind::Null, ValueKind::Number),
        Json::String(text) => ValueKind::String(text),
        Json::Array(values) => ValueKind::List(values.into_iter().map(convert).collect()),
        Json::Object(object) => ValueKind::Object(entries(object)),
    };
    Value {
        span: Span::default(),
        kind,
    }
}

fn entries(object: Map<String, Json>) -> Vec<Entry> {
    object
        .into_iter()
        .map(|(key, value)| Entry {
            key: name(key),
            value: convert(value),
        })
        .collect()
}
