//! A plain implementation of the contract: `serde_json` parses the text, and the tree is checked.

use std::fmt;

use sentry_core::event::{Event, EventKind, Evidence, NotEvent};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// JSON with all members, including those with duplicate keys.
pub enum Tree {
    Null,
    Bool(bool),
    Unsigned(u64),
    Number(f64),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Tree;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Tree, E> {
                Ok(Tree::Null)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
                Ok(Tree::Bool(value))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
                Ok(Tree::Unsigned(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
                #[allow(clippy::cast_precision_loss)]
                Ok(Tree::Number(value as f64))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
                Ok(Tree::Number(value))
            }
            fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
                Ok(Tree::Text(value.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
                let mut list = Vec::new();
                while let Some(value) = seq.next_element()? {
                    list.push(value);
                }
                Ok(Tree::List(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Tree::Object(members))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// All fields of an event. `natural` is the target of a deny action, if it may be denied.
#[derive(Debug, PartialEq)]
pub struct Read {
    pub kind: EventKind,
    pub pid: u32,
    pub subject: String,
    pub evidence: Evidence,
    pub natural: Option<String>,
    pub agent: Option<String>,
    pub provider: Option<String>,
}

/// The fields of an event. Which peers are never denied, and the notation of those that are, have
/// tests of their own.
pub fn said(event: &Event<'_>) -> Read {
    let peer = || {
        event
            .subject
            .rsplit_once(':')
            .map(|(peer, _)| peer.to_owned())
    };
    let natural = match (event.kind, event.target()) {
        (EventKind::Egress, _) => peer().filter(|peer| !peer.trim().is_empty()),
        (_, target) => target,
    };
    let subject = match event.call() {
        Some(call) => {
            let tool = call.tool();
            let args = event.subject.strip_prefix(&*tool).unwrap();
            let args: Tree = serde_json::from_str(args.strip_prefix(' ').unwrap()).unwrap();
            format!("{tool} {}", written(&args))
        }
        None => event.subject.to_owned(),
    };
    Read {
        kind: event.kind,
        pid: event.pid,
        subject,
        evidence: event.evidence,
        natural,
        agent: event.agent(),
        provider: event.provider(),
    }
}

/// Reads an envelope according to the contract.
pub fn read(envelope: &Tree) -> Result<Read, NotEvent> {
    envelope_of(envelope).ok_or(NotEvent::Malformed)?
}

/// The object in a line, parsed by `serde_json`. It rejects bytes that are not UTF-8 and lone
/// surrogates, so they are replaced first, as the contract says.
pub fn tree_of(line: &[u8]) -> Option<Tree> {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let text = text
        .starts_with('{')
        .then(|| without_lone_surrogates(text))?;
    serde_json::from_slice(&text).ok()
}

/// The text with the escape of U+FFFD in place of each escape of a lone surrogate.
pub fn without_lone_surrogates(text: &str) -> Vec<u8> {
    let mut rest = text.as_bytes();
    let mut out = Vec::with_capacity(rest.len());
    while let [first, ..] = rest {
        let length = match (first, unit(rest), rest.get(6..).and_then(unit)) {
            (_, Some(0xD800..0xDC00), Some(0xDC00..0xE000)) => 12,
            (_, Some(0xD800..0xE000), _) => {
                out.extend(b"\\ufffd");
                rest = &rest[6..];
                continue;
            }
            (b'\\', None, _) => 2,
            _ => 1,
        };
        let (taken, after) = rest.split_at(length.min(rest.len()));
        out.extend(taken);
        rest = after;
    }
    out
}

/// The value of the `\u` escape at the beginning.
fn unit(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

type Members = [(String, Tree)];

/// `None` if the envelope is malformed.
fn envelope_of(envelope: &Tree) -> Option<Result<Read, NotEvent>> {
    let members = object(envelope)?;
    let (agent, provider) = who(members)?;
    let [(name, body)] = object(once(members, "event")??)? else {
        return None;
    };
    let kinds = EventKind::ALL.into_iter();
    let Some(kind) = kinds.into_iter().find(|kind| format!("{kind:?}") == *name) else {
        return Some(Err(NotEvent::Unmodelled));
    };
    let body = object(body)?;
    let pid = match (kind, once(body, "pid")?) {
        (EventKind::ToolCall, pid) => not_null(pid).map_or(Some(0), integer)?,
        (_, pid) => integer(pid?)?,
    };
    let pid = u32::try_from(pid).ok()?;
    let mut natural = None;
    let mut evidence = Evidence::Complete;
    let subject = match kind {
        EventKind::ToolExec => {
            for key in ["ppid", "uid"] {
                if let Some(value) = not_null(once(body, key)?) {
                    u32::try_from(integer(value)?).ok()?;
                }
            }
            text_or_null(once(body, "cwd")?)?;
            for key in ["argv_truncated", "argv_incomplete"] {
                match not_null(once(body, key)?) {
                    Some(Tree::Bool(true)) => evidence = Evidence::Partial,
                    None | Some(Tree::Bool(false)) => {}
                    Some(_) => return None,
                }
            }
            let argv = list(once(body, "argv")??)?.iter().map(text);
            let argv: Vec<String> = argv.collect::<Option<_>>()?;
            natural = Some(argv.first()?.clone());
            argv.join(" ")
        }
        EventKind::SslContent => {
            is_bool_or_absent(once(body, "is_read")?)?;
            text(once(body, "content")??)?
        }
        EventKind::SecurityAction => {
            let detail = not_null(once(body, "detail")?).map_or(Some(0), integer)?;
            format!("{} {detail}", non_empty(once(body, "kind")??)?)
        }
        EventKind::Egress => {
            text_or_null(once(body, "sni")?)?;
            let port = not_null(once(body, "port")?).map_or(Some(0), integer)?;
            let port = u16::try_from(port).ok()?;
            natural = Some(non_empty(once(body, "peer")??)?);
            format!("{}:{port}", natural.as_ref()?)
        }
        EventKind::Dns => non_empty(once(body, "query")??)?,
        EventKind::FileAccess | EventKind::FileDelete => {
            if kind == EventKind::FileAccess {
                is_bool_or_absent(once(body, "write")?)?;
            }
            natural = Some(non_empty(once(body, "path")??)?);
            natural.clone()?
        }
        EventKind::LlmActivations => {
            let layer = not_null(once(body, "layer")?).map_or(Some(0), integer)?;
            let layer = u32::try_from(layer).ok()?;
            let features = match once(body, "features")? {
                None => &[],
                Some(features) => list(features)?,
            };
            for feature in features {
                let [id, activation] = list(feature)? else {
                    return None;
                };
                u32::try_from(integer(id)?).ok()?;
                #[allow(clippy::cast_possible_truncation)]
                let single = number(activation)? as f32;
                if !single.is_finite() {
                    return None;
                }
            }
            format!("{} sae features @L{layer}", features.len())
        }
        EventKind::ToolCall => {
            text_or_null(once(body, "server")?)?;
            text_or_null(once(body, "cwd")?)?;
            let tool = non_empty(once(body, "tool")??)?;
            format!("{tool} {}", written(once(body, "args")??))
        }
    };
    Some(Ok(Read {
        kind,
        pid,
        subject,
        evidence,
        natural: natural.filter(|target| !target.trim().is_empty()),
        agent,
        provider,
    }))
}

/// A value as JSON with sorted keys, and numbers in one spelling.
fn written(tree: &Tree) -> String {
    match tree {
        Tree::Null => "null".to_owned(),
        Tree::Bool(value) => value.to_string(),
        Tree::Unsigned(value) => value.to_string(),
        Tree::Number(value) => format!("{value:e}"),
        Tree::Text(text) => serde_json::to_string(text).unwrap(),
        Tree::List(values) => {
            let values: Vec<String> = values.iter().map(written).collect();
            format!("[{}]", values.join(","))
        }
        Tree::Object(members) => {
            let mut members: Vec<&(String, Tree)> = members.iter().collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            let text = |key: &str| serde_json::to_string(key).unwrap();
            let members = members
                .iter()
                .map(|(key, value)| format!("{}:{}", text(key), written(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
    }
}

/// The agent and the provider.
fn who(members: &Members) -> Option<(Option<String>, Option<String>)> {
    let agent = match once(members, "identity")? {
        None | Some(Tree::Null) => None,
        Some(identity) => {
            let identity = object(identity)?;
            text_or_null(once(identity, "task")?)?;
            text_or_null(once(identity, "session")?)?;
            text_or_null(once(identity, "agent")?)?
        }
    };
    let provider = match once(members, "provider")? {
        Some(Tree::Object(other)) => match &other[..] {
            [(key, Tree::Text(name))] if key == "Other" => Some(name.clone()),
            _ => return None,
        },
        provider => text_or_null(provider)?,
    };
    Some((agent, provider))
}

/// The value of a key; the outer `None` if the key is duplicate.
#[allow(clippy::option_option)]
fn once<'t>(members: &'t Members, key: &str) -> Option<Option<&'t Tree>> {
    let mut found = members.iter().filter(|(name, _)| name == key);
    let first = found.next();
    found
        .next()
        .is_none()
        .then(|| first.map(|(_, value)| value))
}

fn not_null(value: Option<&Tree>) -> Option<&Tree> {
    value.filter(|value| !matches!(value, Tree::Null))
}

fn object(tree: &Tree) -> Option<&Members> {
    match tree {
        Tree::Object(members) => Some(members),
        _ => None,
    }
}

fn list(tree: &Tree) -> Option<&[Tree]> {
    match tree {
        Tree::List(values) => Some(values),
        _ => None,
    }
}

fn text(tree: &Tree) -> Option<String> {
    match tree {
        Tree::Text(text) => Some(text.clone()),
        _ => None,
    }
}

#[allow(clippy::option_option)]
fn text_or_null(tree: Option<&Tree>) -> Option<Option<String>> {
    not_null(tree).map_or(Some(None), |tree| text(tree).map(Some))
}

fn non_empty(tree: &Tree) -> Option<String> {
    text(tree).filter(|text| !text.is_empty())
}

fn is_bool_or_absent(tree: Option<&Tree>) -> Option<()> {
    matches!(tree, None | Some(Tree::Bool(_))).then_some(())
}

fn integer(tree: &Tree) -> Option<u64> {
    match tree {
        Tree::Unsigned(value) => Some(*value),
        _ => None,
    }
}

fn number(tree: &Tree) -> Option<f64> {
    match tree {
        #[allow(clippy::cast_precision_loss)]
        Tree::Unsigned(value) => Some(*value as f64),
        Tree::Number(value) => Some(*value),
        _ => None,
    }
}
