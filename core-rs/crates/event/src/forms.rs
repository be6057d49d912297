//! The forms of events, for messages: the fields of each kind and what they may hold, and the kinds
//! that carry no action to judge.

use super::EventKind;
use super::fields::is_feature_list;
use super::json::{Scanned, Scanner};

/// A field of a variant, or a part of the envelope.
pub(super) struct Field {
    pub name: &'static str,
    /// Completes "must be …".
    pub expected: &'static str,
    pub accepts: fn(&[u8]) -> bool,
    pub required: bool,
}

const fn required(name: &'static str, (expected, accepts): Type) -> Field {
    Field {
        name,
        expected,
        accepts,
        required: true,
    }
}

const fn optional(name: &'static str, (expected, accepts): Type) -> Field {
    Field {
        name,
        expected,
        accepts,
        required: false,
    }
}

pub(super) type Type = (&'static str, fn(&[u8]) -> bool);

const U16: Type = ("a whole number from 0 to 65535", |value| {
    reads(value, Scanner::unsigned::<u16>)
});
const U32: Type = ("a whole number from 0 to 4294967295", |value| {
    reads(value, Scanner::unsigned::<u32>)
});
const U64: Type = ("a whole number from 0 to 18446744073709551615", |value| {
    reads(value, Scanner::unsigned::<u64>)
});
const BOOLEAN: Type = ("`true` or `false`", |value| reads(value, Scanner::boolean));
pub(super) const TEXT: Type = ("a string", |value| reads(value, Scanner::string));
const NON_EMPTY: Type = ("a string that is not empty", |value| {
    value != b"\"\"" && TEXT.1(value)
});
const TEXTS: Type = ("a list of one string or more", |value| {
    let mut count = 0;
    let is_list = reads(value, |scanner| {
        scanner.array(|scanner| {
            count += 1;
            scanner.string().map(drop)
        })
    });
    is_list && count > 0
});
const ANY: Type = ("a JSON value", |_| true);
const FEATURES: Type = ("a list of `[id, activation]`", |value| {
    reads(value, is_feature_list)
});
const U16_OR_NULL: Type = (U16.0, |value| value == b"null" || U16.1(value));
const U32_OR_NULL: Type = (U32.0, |value| value == b"null" || U32.1(value));
const U64_OR_NULL: Type = (U64.0, |value| value == b"null" || U64.1(value));
pub(super) const TEXT_OR_NULL: Type = ("a string or `null`", |value| {
    value == b"null" || TEXT.1(value)
});
const BOOLEAN_OR_NULL: Type = (BOOLEAN.0, |value| value == b"null" || BOOLEAN.1(value));

const TOOL_EXEC: &[Field] = &[
    required("pid", U32),
    required("argv", TEXTS),
    optional("ppid", U32_OR_NULL),
    optional("uid", U32_OR_NULL),
    optional("cwd", TEXT_OR_NULL),
    optional("argv_truncated", BOOLEAN_OR_NULL),
    optional("argv_incomplete", BOOLEAN_OR_NULL),
];
const SSL_CONTENT: &[Field] = &[
    required("pid", U32),
    required("content", TEXT),
    optional("is_read", BOOLEAN),
];
const SECURITY_ACTION: &[Field] = &[
    required("pid", U32),
    required("kind", NON_EMPTY),
    optional("detail", U64_OR_NULL),
];
const EGRESS: &[Field] = &[
    required("pid", U32),
    required("peer", NON_EMPTY),
    optional("port", U16_OR_NULL),
    optional("sni", TEXT_OR_NULL),
];
const DNS: &[Field] = &[required("pid", U32), required("query", NON_EMPTY)];
const FILE_ACCESS: &[Field] = &[
    required("pid", U32),
    required("path", NON_EMPTY),
    optional("write", BOOLEAN),
];
const FILE_DELETE: &[Field] = &[required("pid", U32), required("path", NON_EMPTY)];
const ACTIVATIONS: &[Field] = &[
    required("pid", U32),
    optional("layer", U32_OR_NULL),
    optional("features", FEATURES),
];
const TOOL_CALL: &[Field] = &[
    required("tool", NON_EMPTY),
    required("args", ANY),
    optional("server", TEXT_OR_NULL),
    optional("cwd", TEXT_OR_NULL),
    optional("pid", U32_OR_NULL),
];
pub(super) const IDENTITY: &[Field] = &[
    optional("agent", TEXT_OR_NULL),
    optional("task", TEXT_OR_NULL),
    optional("session", TEXT_OR_NULL),
];

/// Other names that producers use for a field: `(name, field)`.
pub(super) const ALIASES: &[(&str, &str)] = &[
    ("args", "argv"),
    ("command", "argv"),
    ("cmd", "argv"),
    ("text", "content"),
    ("body", "content"),
    ("file", "path"),
    ("filename", "path"),
    ("host", "peer"),
    ("address", "peer"),
    ("ip", "peer"),
    ("domain", "query"),
    ("name", "query"),
    ("process_id", "pid"),
    ("tool_name", "tool"),
    ("name", "tool"),
    ("arguments", "args"),
    ("input", "args"),
    ("tool_input", "args"),
];

pub(super) fn fields_of(kind: EventKind) -> &'static [Field] {
    match kind {
        EventKind::ToolExec => TOOL_EXEC,
        EventKind::SslContent => SSL_CONTENT,
        EventKind::SecurityAction => SECURITY_ACTION,
        EventKind::Egress => EGRESS,
        EventKind::Dns => DNS,
        EventKind::FileAccess => FILE_ACCESS,
        EventKind::FileDelete => FILE_DELETE,
        EventKind::LlmActivations => ACTIVATIONS,
        EventKind::ToolCall => TOOL_CALL,
    }
}

/// Whether a value can be read in a way.
fn reads<'a, T>(value: &'a [u8], read: impl FnOnce(&mut Scanner<'a>) -> Scanned<T>) -> bool {
    let mut scanner = Scanner::new(value);
    read(&mut scanner).and_then(|_| scanner.end()).is_ok()
}

/// Kinds of the observer that carry no action to judge.
const WITHOUT_ACTION: [&[u8]; 4] = [
    b"\"ProcessExit\"",
    b"\"LlmCall\"",
    b"\"LlmApi\"",
    b"\"CollectorHeartbeat\"",
];

/// Whether the line names one of [`WITHOUT_ACTION`]: to find a mistyped kind takes much longer.
pub fn has_kind_without_action(line: &[u8]) -> bool {
    WITHOUT_ACTION
        .iter()
        .any(|kind| memchr::memmem::find(line, kind).is_some())
}
