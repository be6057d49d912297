//! Packs: built-in rules of one subject each, which a policy switches on and off as a whole.
//!
//! A pack is a file in `packs/`: a comment that says what it stops and what it leaves alone, lists,
//! and rules in ACL. It never asks for `match` on a `ToolExec`, and each of its conditions has a fixed
//! program, segment of a path, or two labels of a host, by which it is found. `NAME.test.acl` beside
//! it has at least one event that each rule fits, and one like it that no rule does.

use super::value::Reader;
use sentry_acl::Value;
use sentry_text::diagnostic::Code;

/// A pack.
pub struct Pack {
    /// The name, by which `packs` refers to it.
    pub name: &'static str,
    /// Whether it is on unless a policy switches it off.
    pub is_default: bool,
    /// Its rules, in ACL.
    pub source: &'static str,
}

macro_rules! pack {
    ($name:literal) => {
        pack!($name, true)
    };
    ($name:literal, $is_default:literal) => {
        Pack {
            name: $name,
            is_default: $is_default,
            source: include_str!(concat!(env!("OUT_DIR"), "/", $name, ".acl")),
        }
    };
}

/// All packs, in the order of their rules.
pub static PACKS: [Pack; 15] = [
    pack!("credentials"),
    pack!("persistence"),
    pack!("privilege"),
    pack!("defences"),
    pack!("traces"),
    pack!("escapes"),
    pack!("containers"),
    pack!("exfiltration"),
    pack!("mining"),
    pack!("prompts"),
    pack!("self"),
    pack!("git-history", false),
    pack!("databases", false),
    pack!("cloud", false),
    pack!("publishing", false),
];

/// The names of all packs.
pub fn names() -> Vec<&'static str> {
    PACKS.iter().map(|pack| pack.name).collect()
}

/// The packs that are on if a policy says nothing.
pub(super) fn defaults() -> Vec<&'static str> {
    let on = PACKS.iter().filter(|pack| pack.is_default);
    on.map(|pack| pack.name).collect()
}

/// The packs that `on` or `off` names.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Whether it names all of them, with `*`.
    pub(super) all: bool,
    /// Those that it names one by one.
    pub(super) names: Vec<&'static str>,
}

/// Reads `on` or `off`.
pub(super) fn read(reader: &mut Reader<'_>, key: &str, value: &Value) -> Named {
    let mut named = Named::default();
    for text in reader.list(key, value, true).unwrap_or_default() {
        if text.text == "*" {
            named.all = true;
        } else if let Some(pack) = PACKS.iter().find(|pack| pack.name == text.text) {
            named.names.push(pack.name);
        } else {
            let message = format!("no pack is named `{}`", text.text);
            reader.unknown(Code::UnknownWord, text.span, message, &text.text, &names());
        }
    }
    named
}

/// The packs that are on, in their order. A name goes before `*`, and `*` before the default.
pub(super) fn switched(on: &Named, off: &Named) -> Vec<&'static str> {
    let is_on = |pack: &&Pack| {
        on.names.contains(&pack.name)
            || !off.names.contains(&pack.name) && (on.all || !off.all && pack.is_default)
    };
    PACKS.iter().filter(is_on).map(|pack| pack.name).collect()
}
