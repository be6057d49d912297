//! Private keys in PEM or `OpenPGP` armour, however the lines around their base64 look: numbered,
//! quoted, coloured, escaped, in a log, or cut.

use std::ops::Range;

use super::text::Text;

/// The most bytes between two runs of base64: the end of a line and what is in front of the next.
const MAX_GAP: usize = 160;
/// A run of base64 of this length is a part of a key, if it does not look like a name.
const MIN_RUN: usize = 16;
/// A longer run always is.
const LONG_RUN: usize = 40;
/// The most bytes of the line that begins a key.
const MAX_LABEL: usize = 90;

/// The key whose first line begins at `place`, with the anchor `-----begin`.
pub(super) fn armoured(text: &Text<'_>, place: usize) -> Option<Range<usize>> {
    let label = place + 10;
    let is_label = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'+' | b'%');
    let end = text.run(label, MAX_LABEL, is_label);
    if !is_private(text.part(label..end)) || !text.has(end, b"-----") {
        return None;
    }
    let end = body(text, end + 5, false)?;
    Some(place..end)
}

/// The key without its first line whose base64 begins at `place`.
pub(super) fn bare(text: &Text<'_>, place: usize) -> Option<Range<usize>> {
    if text.before(place).is_some_and(is_base64) {
        return None;
    }
    let end = text.run(place, 48, is_base64);
    // A shorter run is a piece of code that looks for keys.
    (end - place >= 32 && is_key_data(text.part(place..end))).then_some(())?;
    let end = body(text, place, true)?;
    (end - place >= 60).then_some(place..end)
}

/// Whether base64 begins as the DER of a private key, or an `OpenSSH` key.
fn is_key_data(base64: &[u8]) -> bool {
    let at =
        |place: usize, expected: &[u8]| base64.get(place..place + expected.len()) == Some(expected);
    at(0, b"b3BlbnNzaC1rZXktdjEA")
        || at(0, b"MHcCAQEE")
        || at(0, b"MHQCAQEE")
        || at(0, b"MIGkAgEBBD")
        || at(0, b"MIHcAgEBBE")
        || at(0, b"MC4CAQAwBQYDK2Vw")
        || at(0, b"MIGHAgEAMBMGByqGSM49")
        || at(0, b"MIG2AgEAMBAGByqGSM49")
        || at(0, b"MII") && (at(6, b"IBADANBgkqhkiG9w0BAQ") || at(6, b"IBAAK"))
}

fn is_private(label: &[u8]) -> bool {
    let label = String::from_utf8_lossy(label)
        .replace("%20", " ")
        .replace('+', " ");
    let label = label.strip_suffix(" BLOCK").unwrap_or(&label);
    label.ends_with(" PRIVATE KEY")
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// The end of a key whose base64 follows at `from`: after its last line, or, if that is missing,
/// after the last base64. `None` if there is no base64.
fn body(text: &Text<'_>, from: usize, is_bare: bool) -> Option<usize> {
    let mut known = if is_bare { Some(from) } else { None };
    let mut at = from;
    let mut tail = None;
    loop {
        let (mut gap_end, limit) = (at, at + MAX_GAP);
        let mut lines = 0;
        loop {
            match text.at(gap_end) {
                Some(b'-') if text.has(gap_end, b"-----END") => {
                    return known.map(|_| end_line(text, gap_end));
                }
                // Another key begins.
                Some(b'-') if text.has(gap_end, b"-----BEGIN") => return known,
                Some(byte) if is_base64(byte) => {
                    let end = run_end(text, gap_end);
                    let run = text.part(gap_end..end);
                    let is_line = lines == 1 && is_whole_line(text, gap_end, end);
                    if is_part(run, known.is_some()) || is_line && run.len() >= 8 && known.is_none()
                    {
                        known = Some(end);
                        tail = None;
                        at = end;
                        break;
                    }
                    // The last line of base64 may be short.
                    if tail.is_none()
                        && known.is_some()
                        && lines >= 1
                        && is_whole_line(text, gap_end, end)
                    {
                        tail = Some(end);
                    }
                    gap_end = end;
                }
                Some(byte) => {
                    lines += usize::from(byte == b'\n');
                    gap_end += 1;
                }
                None => return known.map(|known| tail.unwrap_or(known)),
            }
            if gap_end > limit {
                return known.map(|known| tail.unwrap_or(known));
            }
        }
    }
}

/// The end of a run of base64; `%2B`, `%2F` and `%3D` are part of it.
fn run_end(text: &Text<'_>, from: usize) -> usize {
    let mut end = from;
    loop {
        end = text.run(end, usize::MAX, is_base64);
        let is_encoded = text.at(end) == Some(b'%')
            && [b"%2b", b"%2f", b"%3d"]
                .iter()
                .any(|one| text.has_folded(end, *one));
        if !is_encoded {
            return end;
        }
        end += 3;
    }
}

/// Whether a run of base64 is a part of a key. Before the first, only one that is hardly a name is.
fn is_part(run: &[u8], is_inside: bool) -> bool {
    let has = |is_in: fn(&u8) -> bool| run.iter().take(LONG_RUN).any(is_in);
    let is_mixed =
        has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    run.len() >= LONG_RUN || run.len() >= MIN_RUN && (is_mixed || is_inside && run.len() >= 24)
}

fn is_whole_line(text: &Text<'_>, start: usize, end: usize) -> bool {
    let before = text.before(start);
    let is_before = before.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let ends = |byte: u8| matches!(byte, b'\n' | b'\r' | b'"' | b'\'' | b'\\' | 0x1b);
    // An escape of JSON has blanks before it.
    let blanks = text.run(end, 8, |byte| byte == b' ');
    is_before && text.at(blanks).is_none_or(ends)
}

/// The end of the last line, which begins at `place`.
fn end_line(text: &Text<'_>, place: usize) -> usize {
    let is_label = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'+' | b'%');
    let end = text.run(place + 8, MAX_LABEL, is_label);
    text.run(end, 5, |byte| byte == b'-')
}
