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
        Pack {
            name: $name,
            is_default: true,
            source: include_str!(concat!(env!("OUT_DIR"), "/", $name, ".acl")),
        }
    };
}

/// All packs, in the order of their rules.
pub static PACKS: [Pack; 9] = [
    pack!("credentials"),
    pack!("persistence"),
    pack!("privilege"),
    pack!("defences"),
    pack!("traces"),
    pack!("escapes"),
    pack!("containers"),
    pack!("exfiltration"),
    pack!("mining"),
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

/// Reads the names of packs in `on` or `off`.
pub(super) fn read(reader: &mut Reader<'_>, key: &str, value: &Value) -> Vec<&'static str> {
    let mut named = Vec::new();
    for text in reader.list(key, value, true).unwrap_or_default() {
        if let Some(pack) = PACKS.iter().find(|pack| pack.name == text.text) {
            named.push(pack.name);
            continue;
        }
        let message = format!("no pack is named `{}`", text.text);
        reader.unknown(Code::UnknownWord, text.span, message, &text.text, &names());
    }
    named
}
