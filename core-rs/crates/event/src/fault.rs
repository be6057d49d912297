//! Why a line is not an event, for a person: a second, slow reading of lines that were rejected.

use std::borrow::Cow;

use super::EventKind;
use super::forms::{ALIASES, Field, IDENTITY, TEXT, TEXT_OR_NULL, fields_of};
use super::json::{Scanned, Scanner};
use super::parse::trim;
use crate::decision::Word;
use sentry_text::closest;

/// What to do with the formats that the command converts.
const CONVERT: &str = "convert it with `a3s-sentry convert`";
/// The formats of other tools: a member that their lines have, their name, and what to do.
const FOREIGN: &[(&str, &str, &str)] = &[
    ("process_exec", "Tetragon", CONVERT),
    ("process_kprobe", "Tetragon", CONVERT),
    ("process_exit", "Tetragon", CONVERT),
    ("output_fields", "Falco", CONVERT),
    (
        "hook_event_name",
        "an agent's hook",
        "`a3s-sentry hook` reads it",
    ),
    (
        "sessionId",
        "a coding agent's session",
        "`a3s-sentry replay` reads it",
    ),
    (
        "jsonrpc",
        "MCP",
        "`a3s-sentry mcp` judges it between the client and the server",
    ),
    ("log", "a container's log", "convert it first"),
];

/// Why a line is not an event, in one sentence without a full stop. For an event of a kind that is
/// not judged: the kind that was probably meant. `None` for an event, and for kinds that resemble
/// none.
///
/// The sentence shows numbers and words of JSON from the line, but no text, which may be a secret.
///
/// ```
/// use sentry_event::fault;
/// let line = br#"{"event":{"Egress":{"pid":1,"peer":"192.0.2.7","port":"80"}}}"#;
/// let why = fault(line).unwrap();
/// assert_eq!(why, "`Egress.port` must be a whole number from 0 to 65535, not `\"80\"`");
/// ```
pub fn fault(line: &[u8]) -> Option<String> {
    if line.starts_with(&[0x1f, 0x8b]) {
        return Some("this is gzip: decompress it first, for example with `zcat`".to_owned());
    }
    if line.trim_ascii().is_empty() {
        return Some("it is empty".to_owned());
    }
    // As they are judged: bytes that are not UTF-8 are U+FFFD.
    let replaced = String::from_utf8_lossy(line);
    let Some(text) = trim(replaced.as_bytes()) else {
        return Some(not_an_object(line.trim_ascii()));
    };
    let Ok(envelope) = members(text) else {
        return Some(not_json(text.trim_ascii()));
    };
    fault_of_envelope(&envelope)
}

fn not_an_object(line: &[u8]) -> String {
    if line.starts_with(b"type=") {
        return foreign("auditd", CONVERT);
    }
    if line.starts_with(b"[") {
        return "it is not a JSON object: write one event per line, for example with `jq -c '.[]'`"
            .to_owned();
    }
    if line.starts_with(b"\"") || matches!(line, [b'}' | b']', ..]) {
        return SEVERAL_LINES.to_owned();
    }
    "it is not a JSON object: it must begin with `{`".to_owned()
}

const SEVERAL_LINES: &str = "it is a part of JSON that is written over several lines: write one \
                             event per line, for example with `jq -c .`";

fn not_json(text: &[u8]) -> String {
    // The lines of pretty-printed JSON end where a value goes on.
    if matches!(text, [.., b'{' | b'[' | b',']) {
        return SEVERAL_LINES.to_owned();
    }
    "it is not valid JSON".to_owned()
}

fn foreign(name: &str, what_to_do: &str) -> String {
    format!("this is the format of {name}, not of an event: {what_to_do}")
}

fn fault_of_envelope(envelope: &[Member<'_>]) -> Option<String> {
    for name in ["event", "identity", "provider"] {
        if let Some(twice) = repeated(envelope, name) {
            return Some(twice);
        }
    }
    let Some(event) = value_of(envelope, "event") else {
        return Some(without_event(envelope));
    };
    if let Some(why) = value_of(envelope, "identity").and_then(fault_of_identity) {
        return Some(why);
    }
    if let Some(why) = value_of(envelope, "provider").and_then(fault_of_provider) {
        return Some(why);
    }
    let Ok(variants) = members(event) else {
        return Some(wrong("event", "an object such as `{\"Dns\":{…}}`", event));
    };
    let [(kind, value)] = variants.as_slice() else {
        return Some("`event` must have exactly one member: the kind of event".to_owned());
    };
    let Some(kind) = EventKind::from_word(kind) else {
        return closest_kind(kind)
            .map(|meant| format!("unknown kind of event: did you mean `{meant}`?"));
    };
    fault_of_variant(kind, value)
}

fn without_event(envelope: &[Member<'_>]) -> String {
    for (name, _) in envelope {
        if let Some(kind) = EventKind::from_word(name) {
            let kind = kind.as_word();
            return format!(
                "`{kind}` must be nested under `event`: `{{\"event\":{{\"{kind}\":{{…}}}}}}`"
            );
        }
        let mut foreigners = FOREIGN.iter();
        if let Some((_, tool, what_to_do)) = foreigners.find(|(member, ..)| member == name) {
            return foreign(tool, what_to_do);
        }
    }
    let meant = envelope
        .iter()
        .any(|(name, _)| closest(name, &["event"]).is_some());
    let hint = if meant { ": is it misspelt?" } else { "" };
    format!("it has no `event`{hint}")
}

fn fault_of_identity(identity: &[u8]) -> Option<String> {
    if identity == b"null" {
        return None;
    }
    match members(identity) {
        Ok(found) => fault_of_fields("identity", IDENTITY, &found),
        Err(_) => Some(wrong("identity", "an object or `null`", identity)),
    }
}

fn fault_of_provider(provider: &[u8]) -> Option<String> {
    let expected = "a string, `{\"Other\": string}` or `null`";
    if TEXT_OR_NULL.1(provider) {
        return None;
    }
    let found = members(provider).ok();
    let is_other =
        matches!(found.as_deref(), Some([(name, value)]) if name == "Other" && TEXT.1(value));
    (!is_other).then(|| wrong("provider", expected, provider))
}

fn fault_of_variant(kind: EventKind, value: &[u8]) -> Option<String> {
    match members(value) {
        Ok(found) => fault_of_fields(kind.as_word(), fields_of(kind), &found),
        Err(_) => Some(wrong(kind.as_word(), "an object", value)),
    }
}

fn fault_of_fields(owner: &str, fields: &[Field], found: &[Member<'_>]) -> Option<String> {
    for field in fields {
        if repeated(found, field.name).is_some() {
            return Some(format!("`{owner}.{}` occurs twice", field.name));
        }
        match value_of(found, field.name) {
            Some(value) if !(field.accepts)(value) => {
                let path = format!("{owner}.{}", field.name);
                return Some(wrong(&path, field.expected, value));
            }
            None if field.required => return Some(missing(owner, field.name, fields, found)),
            _ => {}
        }
    }
    None
}

fn missing(owner: &str, name: &str, fields: &[Field], found: &[Member<'_>]) -> String {
    let known = |key: &str| fields.iter().any(|field| field.name == key);
    let is_meant = |key: &str| {
        ALIASES.contains(&(key, name)) || (!known(key) && closest(key, &[name]).is_some())
    };
    let hint = match found.iter().find(|(key, _)| is_meant(key)) {
        // A short key that resembles a field holds no secret.
        Some((key, _)) => format!(", not `{key}`"),
        None => String::new(),
    };
    format!("`{owner}` needs `{name}`{hint}")
}

/// The kind that a mistyped one was meant to be; also in another style, such as `tool_exec`.
fn closest_kind(typed: &str) -> Option<&'static str> {
    let letters: String = typed.chars().filter(|c| !matches!(c, '_' | '-')).collect();
    closest(&letters, &EventKind::words())
}

fn wrong(path: &str, expected: &str, value: &[u8]) -> String {
    format!("`{path}` must be {expected}, not {}", shown(value))
}

/// A value for a message: its text if it is short and cannot be a secret, otherwise its type.
fn shown(value: &[u8]) -> Cow<'static, str> {
    let is_number = |text: &[u8]| {
        text.iter()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'))
    };
    let is_plain = match value {
        [b'"', text @ .., b'"'] => is_number(text),
        [b'"' | b'{' | b'[', ..] => false,
        _ => true,
    };
    if is_plain && value.len() <= MAX_SHOWN {
        return format!("`{}`", String::from_utf8_lossy(value)).into();
    }
    match value.first() {
        Some(b'"') => "a string",
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        _ => "this number",
    }
    .into()
}

const MAX_SHOWN: usize = 24;

type Member<'a> = (Cow<'a, str>, &'a [u8]);

/// The members of an object, with their values as written.
fn members(text: &[u8]) -> Scanned<Vec<Member<'_>>> {
    let mut scanner = Scanner::new(text);
    // The whole value first, so that no part of a damaged one is explained.
    scanner.skip()?;
    scanner.end()?;
    let mut scanner = Scanner::new(text);
    let mut members = Vec::new();
    scanner.expect(b'{')?;
    while scanner.peek() == b'"' {
        let name = scanner.string()?.decode();
        scanner.expect(b':')?;
        scanner.peek();
        let start = scanner.at;
        scanner.skip()?;
        members.push((name, text.get(start..scanner.at).unwrap_or_default()));
        scanner.eat(b',');
    }
    Ok(members)
}

fn value_of<'a>(members: &[Member<'a>], name: &str) -> Option<&'a [u8]> {
    members
        .iter()
        .find(|(key, _)| key == name)
        .map(|&(_, value)| value)
}

fn repeated(members: &[Member<'_>], name: &str) -> Option<String> {
    let count = members.iter().filter(|(key, _)| key == name).count();
    (count > 1).then(|| format!("`{name}` occurs twice"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(line: &str) -> String {
        fault(line.as_bytes()).unwrap_or_default()
    }

    fn event(event: &str) -> String {
        why(&format!(r#"{{"event":{event}}}"#))
    }

    #[test]
    fn fields_are_named_with_what_was_expected_and_found() {
        let cases = [
            (
                r#"{"Egress":{"pid":1,"peer":"a","port":"80"}}"#,
                "`Egress.port` must be a whole number from 0 to 65535, not `\"80\"`",
            ),
            (
                r#"{"Egress":{"pid":1,"peer":"a","port":65536}}"#,
                "`Egress.port` must be a whole number from 0 to 65535, not `65536`",
            ),
            (
                r#"{"ToolExec":{"pid":1,"argv":"rm -rf /"}}"#,
                "`ToolExec.argv` must be a list of one string or more, not a string",
            ),
            (
                r#"{"ToolExec":{"pid":1,"argv":[1]}}"#,
                "`ToolExec.argv` must be a list of one string or more, not a list",
            ),
            (
                r#"{"ToolExec":{"pid":1,"command":"rm -rf /"}}"#,
                "`ToolExec` needs `argv`, not `command`",
            ),
            (
                r#"{"SslContent":{"pid":1,"text":"x"}}"#,
                "`SslContent` needs `content`, not `text`",
            ),
            (
                r#"{"Dns":{"pid":1,"query":""}}"#,
                "`Dns.query` must be a string that is not empty, not `\"\"`",
            ),
            (
                r#"{"ToolExec":{"pid":-1}}"#,
                "`ToolExec.pid` must be a whole number from 0 to 4294967295, not `-1`",
            ),
            (
                r#"{"Dns":{"pid":null,"query":"a"}}"#,
                "`Dns.pid` must be a whole number from 0 to 4294967295, not `null`",
            ),
            (r#"{"Dns":{"pid":1}}"#, "`Dns` needs `query`"),
            (
                r#"{"Dns":{"pid":1,"quer":"a"}}"#,
                "`Dns` needs `query`, not `quer`",
            ),
            (
                r#"{"FileAccess":{"pid":1,"filename":"a"}}"#,
                "`FileAccess` needs `path`, not `filename`",
            ),
            (
                r#"{"Dns":{"pid":1,"pid":1,"query":"a"}}"#,
                "`Dns.pid` occurs twice",
            ),
            (r#"{"Dns":[]}"#, "`Dns` must be an object, not a list"),
            (
                r#"{"LlmActivations":{"pid":1,"features":[[1]]}}"#,
                "`LlmActivations.features` must be a list of `[id, activation]`, not a list",
            ),
            (
                r#"{"Dnss":{}}"#,
                "unknown kind of event: did you mean `Dns`?",
            ),
            (
                r#"{"tool_exec":{}}"#,
                "unknown kind of event: did you mean `ToolExec`?",
            ),
            (
                "{}",
                "`event` must have exactly one member: the kind of event",
            ),
            (
                r#""Dns""#,
                "`event` must be an object such as `{\"Dns\":{…}}`, not a string",
            ),
            (r#"{"ProcessExit":{}}"#, ""),
            (r#"{"Dns":{"pid":1,"query":"a"}}"#, ""),
        ];
        for (given, expected) in cases {
            assert_eq!(event(given), expected, "{given}");
        }
    }

    #[test]
    fn the_envelope_and_other_formats_are_explained() {
        let dns = r#""event":{"Dns":{"pid":1,"query":"a"}}"#;
        let cases = [
            (" ".to_owned(), "it is empty"),
            (
                "ls".to_owned(),
                "it is not a JSON object: it must begin with `{`",
            ),
            ("{\"a\":}".to_owned(), "it is not valid JSON"),
            ("{".to_owned(), SEVERAL_LINES),
            ("  \"event\": {".to_owned(), SEVERAL_LINES),
            ("}".to_owned(), SEVERAL_LINES),
            (
                format!(r#"{{"identity":{{"agent":7}},{dns}}}"#),
                "`identity.agent` must be a string or `null`, not `7`",
            ),
            (
                format!(r#"{{"identity":[],{dns}}}"#),
                "`identity` must be an object or `null`, not a list",
            ),
            (
                format!(r#"{{"provider":{{"X":"y"}},{dns}}}"#),
                "`provider` must be a string, `{\"Other\": string}` or `null`, not an object",
            ),
            (format!("{{{dns},{dns}}}"), "`event` occurs twice"),
            (
                r#"{"Dns":{}}"#.to_owned(),
                "`Dns` must be nested under `event`: `{\"event\":{\"Dns\":{…}}}`",
            ),
            (
                r#"{"evnt":{}}"#.to_owned(),
                "it has no `event`: is it misspelt?",
            ),
            ("{\"x\":1}".to_owned(), "it has no `event`"),
            (
                r#"{"process_exec":{},"time":"x"}"#.to_owned(),
                "this is the format of Tetragon, not of an event: convert it with `a3s-sentry convert`",
            ),
            (
                "type=EXECVE msg=audit(1.1:1)".to_owned(),
                "this is the format of auditd, not of an event: convert it with `a3s-sentry convert`",
            ),
            (
                r#"{"type":"user","sessionId":"a","message":{"content":"hi"}}"#.to_owned(),
                "this is the format of a coding agent's session, not of an event: `a3s-sentry replay` reads it",
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#.to_owned(),
                "this is the format of MCP, not of an event: `a3s-sentry mcp` judges it between the client and the server",
            ),
        ];
        for (given, expected) in cases {
            assert_eq!(why(&given), expected, "{given}");
        }
        assert!(fault(&[0x1f, 0x8b, 8]).unwrap().contains("gzip"));
    }

    #[test]
    fn no_text_of_the_line_is_shown() {
        for line in [
            r#"{"event":{"Dns":{"pid":"hunter2","query":"a"}}}"#,
            r#"{"event":{"hunter2":{}}}"#,
            r#"{"hunter2":1}"#,
            r#"{"event":"hunter2"}"#,
        ] {
            assert!(!why(line).contains("hunter2"), "{line}");
        }
    }
}
