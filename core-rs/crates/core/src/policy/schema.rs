//! The schema: the names that a document may set, and the type of each.

use std::collections::HashMap;

use super::fields::{self, Body, Field};
use super::lists::Text;
use super::packs::Named;
use super::value::Reader;
use super::{
    Agent, Deny, DenyLimits, Llm, Origin, Policy, Rule, Sae, UNRESOLVED, guard, lists, redact, rule,
};
use sentry_acl::{Document, Entry, Value, ValueKind};
use sentry_text::Span;
use sentry_text::diagnostic::{Code, Diagnostic};

const TOP_LEVEL: [&str; 19] = [
    "fail_closed",
    "dry_run",
    "speculate",
    "default",
    "llm",
    "agent",
    "sae",
    "deny",
    "guard",
    "ask",
    "redact",
    "packs",
    "rules",
    "rule",
    "lists",
    "list",
    "include",
    "test",
    "tests",
];

/// The longest time limit, in seconds: a day.
const MAX_TIMEOUT_S: f64 = 86_400.0;

/// The most lines that a policy can allow in a deny-file.
const MAX_DENY_LINES: f64 = 10_000_000.0;

/// The model of L2 if the policy names none.
const DEFAULT_MODEL: &str = "default";

/// Reads a document. The result is valid only if the reader has found no error.
pub(super) fn read(reader: &mut Reader<'_>, document: &Document, origin: Origin) -> Policy {
    let mut policy = Policy::of_rules(Vec::new());
    policy.packs = super::packs::defaults();
    lists::read_all(reader, fields::of_items(&document.items));
    let mut seen = HashMap::new();
    for field in fields::of_items(&document.items) {
        let name = field.name.text.as_str();
        if !matches!(name, "rule" | "list" | "include" | "test")
            && is_repeated(reader, &mut seen, field)
        {
            continue;
        }
        policy.keys.insert(name.to_owned());
        match name {
            "fail_closed" => {
                policy.fail_closed = boolean(reader, field);
            }
            "dry_run" => {
                policy.dry_run = boolean(reader, field);
            }
            "speculate" => {
                policy.speculate =
                    fields::value_of(reader, field).and_then(|value| reader.word(name, value));
            }
            "default" => {
                let word =
                    fields::value_of(reader, field).and_then(|value| reader.word(name, value));
                policy.default = word.unwrap_or(policy.default);
            }
            "llm" => policy.llm = llm(reader, field),
            "agent" => policy.agent = agent(reader, field),
            "sae" => policy.sae = sae(reader, field),
            "deny" => (policy.deny, policy.deny_limits) = deny(reader, field),
            "guard" => policy.guard = guard::read(reader, field),
            "ask" => policy.ask = guard::read_ask(reader, field),
            "packs" => policy.packs = packs(reader, field),
            "redact" => policy.redact = redact::read(reader, field),
            "rules" => policy.rules.extend(rules(reader, field, origin)),
            "rule" => policy.rules.extend(rule_block(reader, field, origin)),
            // The lists are read before, and the host reads the others: judging does not need them.
            "list" | "lists" | "include" | "test" | "tests" => {}
            _ => reader.unknown(
                Code::UnknownKey,
                field.name.span,
                format!("unknown setting `{name}`"),
                name,
                &TOP_LEVEL,
            ),
        }
    }
    policy.lists = std::mem::take(&mut reader.lists.named);
    policy
}

/// Whether a name was set before. The parser reports two attributes of one name; this reports two
/// blocks, or a block and an attribute.
#[inline(never)]
pub(super) fn is_repeated<'t>(
    reader: &mut Reader<'_>,
    seen: &mut HashMap<&'t str, Field<'t>>,
    field: Field<'t>,
) -> bool {
    let Some(first) = seen.get(field.name.text.as_str()) else {
        seen.insert(&field.name.text, field);
        return false;
    };
    if matches!(first.body, Body::Block(_)) || matches!(field.body, Body::Block(_)) {
        reader.report(
            Diagnostic::new(
                Code::DuplicateSection,
                field.name.span,
                format!("`{}` is written twice", field.name.text),
            )
            .related(first.name.span, "first here")
            .help("merge the two"),
        );
    }
    true
}

fn boolean(reader: &mut Reader<'_>, field: Field<'_>) -> bool {
    fields::value_of(reader, field).is_some_and(|value| boolean_of(reader, &field.name.text, value))
}

pub(super) fn boolean_of(reader: &mut Reader<'_>, name: &str, value: &Value) -> bool {
    reader.boolean(name, value).unwrap_or(false)
}

/// Reads the fields of a section. `read` is called for those that are known.
#[inline(never)]
pub(super) fn section<'t>(
    reader: &mut Reader<'_>,
    field: Field<'t>,
    known: &[&str],
    required: &[&str],
    read: &mut dyn FnMut(&mut Reader<'_>, &'t str, &'t Value),
) {
    let name = &field.name.text;
    let inner = fields::of_section(reader, field);
    let mut present: HashMap<&str, Field<'_>> = HashMap::new();
    for inner in inner {
        let key = inner.name.text.as_str();
        if is_repeated(reader, &mut present, inner) {
            continue;
        }
        if known.contains(&key) {
            if let Some(value) = fields::value_of(reader, inner) {
                read(reader, key, value);
            }
        } else {
            reader.unknown(
                Code::UnknownKey,
                inner.name.span,
                format!("unknown setting `{key}` in `{name}`"),
                key,
                known,
            );
        }
    }
    let readable = match field.body {
        Body::Block(_) => true,
        Body::Value(value) => matches!(value.kind, ValueKind::Object(_)),
    };
    for key in required {
        if readable && !present.contains_key(key) {
            missing(reader, field.name.span, name, key);
        }
    }
}

/// Reports that `owner` lacks `key`.
#[inline(never)]
pub(super) fn missing(reader: &mut Reader<'_>, span: Span, owner: &str, key: &str) {
    reader.report(
        Diagnostic::new(Code::MissingKey, span, format!("`{owner}` needs `{key}`"))
            .help(format!("add `{key} = …`")),
    );
}

fn llm(reader: &mut Reader<'_>, field: Field<'_>) -> Option<Llm> {
    let (mut url, mut model, mut key, mut key_file) = (None, None, None, None);
    let mut timeout_s = 30.0;
    section(
        reader,
        field,
        &["url", "model", "key", "timeout_s"],
        &["url"],
        &mut |reader, name, value| match name {
            "url" => url = http_url(reader, value),
            "model" => model = reader.text("model", value),
            "key" => (key, key_file) = llm_key(reader, value),
            _ => timeout_s = timeout(reader, value).unwrap_or(timeout_s),
        },
    );
    Some(Llm {
        url: url?,
        model: model.unwrap_or_else(|| DEFAULT_MODEL.to_owned()),
        key: key.filter(|key| !key.is_empty()),
        key_file,
        timeout_s,
    })
}

/// The key, or the path of the file that has it: `file("PATH")`, or `{ file = "PATH" }` in formats
/// without calls.
fn llm_key(reader: &mut Reader<'_>, value: &Value) -> (Option<String>, Option<String>) {
    let path = match &value.kind {
        ValueKind::Call(call) if call.name.text == "file" => {
            if let [path] = call.args.as_slice() {
                path
            } else {
                let diagnostic =
                    Diagnostic::new(Code::BadCall, call.name.span, "`file` takes one path");
                reader.report(diagnostic.help("write `file(\"PATH\")`"));
                return (None, None);
            }
        }
        ValueKind::Object(entries) => match entries.as_slice() {
            [Entry { key, value }] if key.text == "file" => value,
            _ => {
                reader.wrong_type("key", "a string, or `{ file = \"PATH\" }`", value);
                return (None, None);
            }
        },
        _ => return (reader.string("key", value), None),
    };
    (None, reader.text("the path of `file`", path))
}

fn http_url(reader: &mut Reader<'_>, value: &Value) -> Option<String> {
    let url = reader.text("url", value)?;
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"))
        .unwrap_or("");
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let problem = if authority.is_empty() {
        "must start with `http://` or `https://` and a host"
    } else if authority.contains('@') {
        "must not contain a user or a password: put the key into `key`"
    } else if rest.contains(['?', '#']) {
        "must not contain `?` or `#`: a path is appended to it"
    } else {
        return Some(url);
    };
    reader.bad_value("url", problem, value);
    None
}

fn timeout(reader: &mut Reader<'_>, value: &Value) -> Option<f64> {
    seconds(reader, "timeout_s", value)
}

/// A time limit.
pub(super) fn seconds(reader: &mut Reader<'_>, name: &str, value: &Value) -> Option<f64> {
    let seconds = reader.number(name, value)?;
    if seconds > 0.0 && seconds <= MAX_TIMEOUT_S {
        return Some(seconds);
    }
    reader.bad_value(name, "must be above 0 and at most 86400 seconds", value);
    None
}

fn agent(reader: &mut Reader<'_>, field: Field<'_>) -> Option<Agent> {
    let (mut bin, mut skills, mut user) = (None, None, None);
    let mut timeout_s = 120.0;
    section(
        reader,
        field,
        &["bin", "skills", "timeout_s", "user"],
        &["bin"],
        &mut |reader, name, value| match name {
            "bin" => bin = reader.text("bin", value),
            "skills" => skills = reader.text("skills", value),
            "user" => user = reader.text("user", value),
            _ => timeout_s = timeout(reader, value).unwrap_or(timeout_s),
        },
    );
    Some(Agent {
        bin: bin?,
        skills,
        timeout_s,
        user,
    })
}

fn sae(reader: &mut Reader<'_>, field: Field<'_>) -> Option<Sae> {
    let mut dict = None;
    let (mut escalate_at, mut block_at) = (0.3, 0.6);
    section(
        reader,
        field,
        &["dict", "escalate_at", "block_at"],
        &["dict"],
        &mut |reader, name, value| match name {
            "dict" => dict = reader.text("dict", value),
            "escalate_at" => escalate_at = score(reader, name, value).unwrap_or(escalate_at),
            _ => block_at = score(reader, name, value).unwrap_or(block_at),
        },
    );
    if escalate_at > block_at {
        reader.report(
            Diagnostic::new(
                Code::BadValue,
                field.name.span,
                "`escalate_at` is above `block_at`, so no event would ever escalate",
            )
            .help("lower it, or raise `block_at`; the defaults are 0.3 and 0.6"),
        );
    }
    Some(Sae {
        dict: dict?,
        escalate_at,
        block_at,
    })
}

fn score(reader: &mut Reader<'_>, name: &str, value: &Value) -> Option<f64> {
    let score = reader.number(name, value)?;
    if (0.0..=1.0).contains(&score) {
        return Some(score);
    }
    reader.bad_value(name, "must be from 0 to 1", value);
    None
}

fn deny(reader: &mut Reader<'_>, field: Field<'_>) -> (Deny, DenyLimits) {
    let (mut deny, mut limits) = (Deny::default(), DenyLimits::default());
    section(
        reader,
        field,
        &["egress", "file", "exec", "never", "max_lines"],
        &[],
        &mut |reader, name, value| match name {
            "egress" => deny.egress = deny_path(reader, name, value),
            "file" => deny.file = deny_path(reader, name, value),
            "exec" => deny.exec = deny_path(reader, name, value),
            "never" => limits.never = never(reader, value),
            _ => limits.max_lines = max_lines(reader, value).unwrap_or(limits.max_lines),
        },
    );
    (deny, limits)
}

/// A list of patterns of paths and hosts.
fn never(reader: &mut Reader<'_>, value: &Value) -> Vec<String> {
    let mut patterns = Vec::new();
    for Text {
        text: pattern,
        span,
    } in reader.list("never", value, false).unwrap_or_default()
    {
        let is_path = pattern.starts_with('/') || pattern.starts_with("~/");
        if is_path || !pattern.contains(|c: char| c == '/' || c == '~' || c.is_whitespace()) {
            patterns.push(pattern);
        } else {
            let problem = "`never` must have absolute paths, paths in `~/`, or hosts";
            reader.report(Diagnostic::new(Code::BadValue, span, problem));
        }
    }
    patterns
}

fn max_lines(reader: &mut Reader<'_>, value: &Value) -> Option<u32> {
    let lines = reader.number("max_lines", value)?;
    if (1.0..=MAX_DENY_LINES).contains(&lines) && lines.fract() == 0.0 {
        // In range, as just checked.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        return Some(lines as u32);
    }
    reader.bad_value(
        "max_lines",
        "must be a whole number from 1 to 10000000",
        value,
    );
    None
}

/// A path, or `None` for the empty text: nothing is written.
fn deny_path(reader: &mut Reader<'_>, name: &str, value: &Value) -> Option<String> {
    // A path that is not looked up is one nevertheless.
    let path = reader
        .string(name, value)
        .or_else(|| matches!(value.kind, ValueKind::Call(_)).then(|| UNRESOLVED.to_owned()))
        .filter(|path| !path.is_empty())?;
    if path.trim().is_empty() {
        reader.bad_value(name, "must not be blank: use `\"\"` for no file", value);
        return None;
    }
    Some(path)
}

/// The packs that are on, in their order.
fn packs(reader: &mut Reader<'_>, field: Field<'_>) -> Vec<&'static str> {
    let (mut on, mut off) = (Named::default(), Named::default());
    let keys = ["on", "off"];
    section(reader, field, &keys, &[], &mut |reader, name, value| {
        let named = super::packs::read(reader, name, value);
        *if name == "on" { &mut on } else { &mut off } = named;
    });
    let all = (on.all && off.all).then_some(&"*");
    let both = on.names.iter().find(|name| off.names.contains(name));
    if let Some(both) = both.or(all) {
        let problem = format!("`{both}` is both in `on` and in `off`");
        reader.report(Diagnostic::new(Code::BadValue, field.name.span, problem));
    }
    super::packs::switched(&on, &off)
}

fn rules(reader: &mut Reader<'_>, field: Field<'_>, origin: Origin) -> Vec<Rule> {
    let mut read = Vec::new();
    for (place, inner) in fields::objects(reader, field) {
        read.extend(rule::read(reader, None, place, inner, origin));
    }
    read
}

fn rule_block(reader: &mut Reader<'_>, field: Field<'_>, origin: Origin) -> Option<Rule> {
    let block = fields::labelled(reader, field, "rules")?;
    let inner = fields::of_items(&block.items).collect();
    rule::read(reader, block.labels.first(), block.name.span, inner, origin)
}
