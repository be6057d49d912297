//! Tells random text from words: names in code, placeholders and prose are not secrets.

use super::text::ends_folded;

/// The most bytes of a value that are looked at.
pub(super) const MAX_CHECKED: usize = 512;

/// Parts of placeholders that begin with a letter, which is in lower case.
fn placeholders(first: u8) -> &'static [&'static str] {
    match first {
        b'y' => &[
            "your-",
            "your_",
            "yourtoken",
            "yourkey",
            "yourapi",
            "yoursecret",
            "yourpass",
        ],
        b'e' => &["example"],
        b'p' => &["placeholder"],
        b'c' => &["changeme", "change_me", "change-me"],
        b'r' => &["replace-", "replace_", "replaceme", "redacted"],
        b'i' => &["insert_", "insert-"],
        b'd' => &["dummy"],
        b'x' => &["xxxxx"],
        b'*' => &["*****"],
        b't' => &["todo", "tokenhere"],
        _ => &[],
    }
}

/// Whether a text says that it stands for a secret: `your_token_here`, `CHANGE_ME`, `hf_xxxxxxxx`.
pub(super) fn is_placeholder(text: &[u8]) -> bool {
    is_filler(text) || names_placeholder(text)
}

fn names_placeholder(text: &[u8]) -> bool {
    if ends_folded(text, b"_here") || ends_folded(text, b"-here") {
        return true;
    }
    text.iter().enumerate().any(|(place, byte)| {
        let parts = placeholders(byte.to_ascii_lowercase());
        let rest = text.get(place..).unwrap_or_default();
        parts.iter().any(|part| {
            rest.get(..part.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(part.as_bytes()))
        })
    })
}

/// Whether a text is made of a few characters alone, as in `xxxx-xxxx` and `0000000000`.
pub(super) fn is_filler(text: &[u8]) -> bool {
    is_blanked(text) || text.iter().all(|byte| text.first() == Some(byte))
}

/// Whether most of a text is `x`, `*` and the like.
fn is_blanked(text: &[u8]) -> bool {
    let is_x = |byte: &&u8| matches!(byte, b'x' | b'X' | b'*' | b'.' | b'-' | b'_' | b'#' | b'?');
    let fillers = text.iter().filter(is_x).count();
    fillers * 10 >= text.len() * 7
}

/// Whether the token in `text`, whose body begins at `body`, is not a placeholder. `is_open` says
/// that its length is not fixed, so that it may be a name in code.
pub(super) fn is_token(text: &[u8], body: usize, is_open: bool) -> bool {
    let body = text.get(body..).unwrap_or_default();
    let body = if body.len() < 6 { text } else { body };
    !(is_blanked(body) || names_placeholder(body) || is_open && is_identifier(body))
}

/// Whether a text consists of words with few digits at their ends: a name in code, a path, prose.
/// Random letters change their case more often than words do, and have fewer vowels.
pub(super) fn is_identifier(text: &[u8]) -> bool {
    let is_joint = |byte: &u8| !byte.is_ascii_alphanumeric() && byte.is_ascii();
    text.split(is_joint).all(is_name)
}

/// Whether a text is a word or several in camel case, with up to four digits at the end.
fn is_name(text: &[u8]) -> bool {
    let letters = text.iter().rposition(|byte| !byte.is_ascii_digit());
    let (letters, digits) = text.split_at(letters.map_or(0, |last| last + 1));
    if digits.len() > 4 || letters.iter().any(u8::is_ascii_digit) {
        return false;
    }
    let mut humps = 1;
    for pair in letters.windows(2) {
        if let [before, after] = pair {
            humps += usize::from(!before.is_ascii_uppercase() && after.is_ascii_uppercase());
        }
    }
    let vowels = letters
        .iter()
        .filter(|byte| b"aeiouyAEIOUY".contains(byte) || !byte.is_ascii());
    letters.len() <= 5 || letters.len() >= humps * 3 && vowels.count() * 6 >= letters.len()
}

/// Whether a text has the variety of a random one: at least `least` bytes, and not words alone.
pub(super) fn is_random(text: &[u8], least: usize) -> bool {
    if text.len() < least || is_placeholder(text) || is_identifier(text) {
        return false;
    }
    let mut seen = [false; 256];
    for &byte in text {
        if let Some(seen) = seen.get_mut(usize::from(byte)) {
            *seen = true;
        }
    }
    seen.iter().filter(|&&seen| seen).count() >= 6.min(least)
}
