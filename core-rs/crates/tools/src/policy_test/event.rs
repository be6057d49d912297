//! The event of a test: as it is given, or made from a short form.

use std::net::IpAddr;

use sentry_acl::{Entry, Value, ValueKind};
use sentry_core::decision::Word;
use sentry_core::event::EventKind;
use sentry_text::diagnostic::Code;
use serde_json::{Map, Number, Value as Json, json};

use super::entry;
use crate::reader::Reader;

/// The process of an event that names none. No rule reads it.
const PID: u32 = 1;

/// The largest whole number that every program reads exactly.
const MAX_EXACT: f64 = 9_007_199_254_740_991.0;

/// What only a shell reads. A text without it is a list of words.
const SHELL_SYNTAX: &str = "\"'`$\\|&;<>(){}*?[]~#!\n=";

/// An event as an object: the kind with its fields, or the whole envelope. A text is the line of a
/// stream.
pub(super) fn given(reader: &mut Reader, value: &Value) -> Option<String> {
    let entries = match &value.kind {
        ValueKind::String(line) => return Some(line.clone()),
        ValueKind::Object(entries) => entries,
        _ => {
            reader.wrong_type("event", "an object or the JSON text of an event", value);
            return None;
        }
    };
    let Some(Entry { value: inner, .. }) = entry(entries, "event") else {
        return Some(json!({ "event": kind(reader, value, entries)? }).to_string());
    };
    let ValueKind::Object(fields) = &inner.kind else {
        reader.wrong_type("event", "an object", inner);
        return None;
    };
    let mut envelope = object(reader, entries)?;
    envelope.insert("event".to_owned(), kind(reader, inner, fields)?);
    Some(Json::Object(envelope).to_string())
}

/// `{ <Kind> = { … } }`, with a pid if there is none.
fn kind(reader: &mut Reader, value: &Value, entries: &[Entry]) -> Option<Json> {
    let kinds = EventKind::words();
    let example = "write `event = { <Kind> = { … } }`";
    let [Entry { key, value: fields }] = entries else {
        reader.error_with_help(
            Code::BadValue,
            value.span,
            "`event` must have one kind",
            example,
        );
        return None;
    };
    if !kinds.contains(&key.text.as_str()) {
        let message = format!("unknown kind of event `{}`", key.text);
        reader.unknown(Code::UnknownWord, key.span, &message, &key.text, &kinds);
        return None;
    }
    let ValueKind::Object(fields) = &fields.kind else {
        reader.wrong_type(&key.text, "an object", fields);
        return None;
    };
    let mut fields = object(reader, fields)?;
    fields.entry("pid").or_insert_with(|| PID.into());
    Some(json!({ &key.text: fields }))
}

fn object(reader: &mut Reader, entries: &[Entry]) -> Option<Map<String, Json>> {
    let mut map = Some(Map::new());
    for Entry { key, value } in entries {
        let value = json_of(reader, value);
        if let (Some(map), Some(value)) = (&mut map, value) {
            map.insert(key.text.clone(), value);
        } else {
            map = None;
        }
    }
    map
}

/// A value as JSON. The parser bounds the depth.
fn json_of(reader: &mut Reader, value: &Value) -> Option<Json> {
    Some(match &value.kind {
        ValueKind::String(text) => text.as_str().into(),
        ValueKind::Number(number) => number_of(*number)?.into(),
        ValueKind::Bool(boolean) => (*boolean).into(),
        ValueKind::Null => Json::Null,
        ValueKind::List(values) => {
            let values: Vec<_> = values.iter().map(|value| json_of(reader, value)).collect();
            values.into_iter().collect::<Option<Vec<_>>>()?.into()
        }
        ValueKind::Object(entries) => object(reader, entries)?.into(),
        ValueKind::Call(call) => {
            let message = "the event of a test must not have calls";
            reader.error_with_help(
                Code::BadCall,
                call.name.span,
                message,
                "write the value itself",
            );
            return None;
        }
        ValueKind::Invalid => return None,
    })
}

fn number_of(number: f64) -> Option<Number> {
    // A whole number in this range is exact in both types.
    #[allow(clippy::cast_possible_truncation)]
    if number.fract() == 0.0 && number.abs() <= MAX_EXACT {
        return Some((number as i64).into());
    }
    Number::from_f64(number)
}

/// A command as a list of words, or as it is typed. What only a shell reads goes to one, as it does
/// in `a3s-sentry explain`.
pub(super) fn command(reader: &mut Reader, value: &Value) -> Option<Json> {
    let argv = match &value.kind {
        ValueKind::List(words) if !words.is_empty() => {
            let words: Vec<_> = words
                .iter()
                .map(|word| reader.text("command", word))
                .collect();
            words.into_iter().collect::<Option<Vec<_>>>()?
        }
        ValueKind::String(text) if text.contains(|c| SHELL_SYNTAX.contains(c)) => {
            vec!["sh".to_owned(), "-c".to_owned(), text.clone()]
        }
        ValueKind::String(text) if !text.trim().is_empty() => {
            text.split_whitespace().map(str::to_owned).collect()
        }
        _ => {
            reader.wrong_type("command", "a command, or a list of its words", value);
            return None;
        }
    };
    Some(json!({ "event": { "ToolExec": { "pid": PID, "argv": argv } } }))
}

/// A file that is opened for reading.
pub(super) fn path(path: &str) -> Json {
    json!({ "event": { "FileAccess": { "pid": PID, "path": path, "write": false } } })
}

/// A connection if the text is an address or has a port, otherwise the query for a name.
pub(super) fn host(host: &str) -> Json {
    let (peer, port) = match host.rsplit_once(':') {
        Some((peer, port)) if !is_address(host) => match port.parse::<u16>() {
            Ok(port) => (peer, Some(port)),
            Err(_) => (host, None),
        },
        _ => (host, None),
    };
    if port.is_none() && !is_address(host) {
        return json!({ "event": { "Dns": { "pid": PID, "query": host } } });
    }
    json!({ "event": { "Egress": { "pid": PID, "peer": peer, "port": port.unwrap_or(0) } } })
}

fn is_address(text: &str) -> bool {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    bare.unwrap_or(text).parse::<IpAddr>().is_ok()
}

/// Text that is sent to a model.
pub(super) fn prompt(content: &str) -> Json {
    json!({ "event": { "SslContent": { "pid": PID, "content": content, "is_read": false } } })
}

/// The call of a tool; one without arguments has an empty object of them.
pub(super) fn call(reader: &mut Reader, tool: &str, args: Option<&Value>) -> Option<Json> {
    let args = match args {
        Some(args) if matches!(args.kind, ValueKind::Object(_) | ValueKind::Invalid) => {
            json_of(reader, args)?
        }
        Some(other) => {
            reader.wrong_type("args", "an object", other);
            return None;
        }
        None => json!({}),
    };
    Some(json!({ "event": { "ToolCall": { "tool": tool, "args": args } } }))
}
