//! Files and hosts in inline code: constants that calls open, write, delete or connect to.
//!
//! The languages are not parsed (see `calls`): a table has the names of calls, and a constant belongs
//! to the last such name before it in its statement.

use std::borrow::Cow;

use crate::calls::Lexer;
use crate::data;
use crate::effects::{Effect, EffectKind, host_of_address};
use crate::reading::Code;

/// The most effects that are taken from one code.
const AT_MOST: usize = 512;

/// The call that constants belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Callee {
    None,
    Effect(EffectKind),
    /// It prints.
    Text,
}

/// Adds the effects of code.
pub(crate) fn add(code: &Code, effects: &mut Vec<Effect<'_>>) {
    let mut lexer = Lexer::new(&code.text, code.language);
    let mut callee = Callee::None;
    // The first effect of the statement.
    let mut first = effects.len();
    let most = effects.len() + AT_MOST;
    while let Some(byte) = lexer.peek()
        && effects.len() < most
    {
        let before = lexer.before();
        if lexer.skip_comment() {
            continue;
        }
        match byte {
            b'\'' | b'"' | b'`' => {
                let Some(word) = lexer.literal() else {
                    continue;
                };
                let text = word.text.trim();
                if is_mode(text) {
                    let statement = effects.get_mut(first..).unwrap_or_default();
                    let read = statement.iter_mut();
                    read.filter(|one| one.kind == EffectKind::Reads)
                        .for_each(|one| one.kind = EffectKind::Writes);
                    if callee == Callee::Effect(EffectKind::Reads) {
                        callee = Callee::Effect(EffectKind::Writes);
                    }
                    continue;
                }
                let by_sign = match before {
                    Some(b'<') if code.language == "awk" => Some(EffectKind::Reads),
                    Some(b'>') if code.language == "awk" => Some(EffectKind::Writes),
                    _ => None,
                };
                let kind = by_sign.map_or(callee, Callee::Effect);
                effects.extend(effect(text, word.known, kind));
            }
            b';' | b'\n' => {
                callee = Callee::None;
                first = effects.len();
                lexer.skip_char();
            }
            _ if byte.is_ascii_alphabetic() || byte == b'_' => {
                let Some(named) = named(lexer.name()) else {
                    continue;
                };
                let last = effects.get_mut(first..).and_then(<[_]>::last_mut);
                match (last, named) {
                    // `Path("…").read_text()`
                    (Some(last), Callee::Effect(kind))
                        if before == Some(b'.') && last.kind == EffectKind::Mentions =>
                    {
                        last.kind = kind;
                    }
                    _ => callee = named,
                }
            }
            _ => lexer.skip_char(),
        }
    }
}

/// What a name calls.
fn named(name: &str) -> Option<Callee> {
    [
        (b'r', Callee::Effect(EffectKind::Reads)),
        (b'w', Callee::Effect(EffectKind::Writes)),
        (b'd', Callee::Effect(EffectKind::Deletes)),
        (b'c', Callee::Effect(EffectKind::Connects)),
        (b't', Callee::Text),
    ]
    .into_iter()
    .find(|(key, _)| data::calls().lists(*key, name))
    .map(|(_, callee)| callee)
}

/// Whether a constant is a mode in which a file is opened for writing.
fn is_mode(text: &str) -> bool {
    let is_letter = |byte: u8| b"rwaxbt+>".contains(&byte);
    text.len() <= 3
        && text.bytes().all(is_letter)
        && text.bytes().any(|byte| b"wax+>".contains(&byte))
}

/// The effect of a constant.
fn effect<'r>(text: &str, known: bool, callee: Callee) -> Option<Effect<'r>> {
    let owned = |kind, text: &str| Effect {
        kind,
        text: Cow::Owned(text.to_owned()),
        known,
    };
    if text.is_empty() || callee == Callee::Text || text.len() > 4096 || text.contains('\n') {
        return None;
    }
    let connects = callee == Callee::Effect(EffectKind::Connects);
    if text.contains("://") && !text.starts_with("file:") || connects {
        let host = host_of_address(text)?;
        let is_host = text.contains("://") || host.contains('.') || host == "localhost";
        return is_host.then(|| owned(EffectKind::Connects, &host));
    }
    let (text, kind) = match (callee, text.split_at_checked(1)) {
        // `open(F, ">/tmp/x")`
        (Callee::Effect(EffectKind::Reads), Some((">", path))) => {
            (path.trim_start_matches('>'), EffectKind::Writes)
        }
        (Callee::Effect(EffectKind::Reads), Some(("<", path))) => (path, EffectKind::Reads),
        (Callee::Effect(kind), _) => (text, kind),
        _ => (text, EffectKind::Mentions),
    };
    let text = text.trim();
    let is_path = text.contains('/')
        || text.starts_with('~')
        || kind != EffectKind::Mentions && text.contains('.');
    (is_path && !text.contains(char::is_whitespace) && !text.is_empty()).then(|| owned(kind, text))
}
