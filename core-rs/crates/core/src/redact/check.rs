//! Further checks for the matches of built-in patterns, so that code and commands are not masked.

use std::ops::Range;

use super::text::{Text, contains_folded};

/// The check for a match.
#[derive(Clone, Copy, Debug)]
pub(super) enum Check {
    Nothing,
    Email,
}

impl Check {
    /// Whether a match in `text` is a secret.
    pub(super) fn holds(self, text: &[u8], matched: Range<usize>) -> bool {
        match self {
            Self::Nothing => true,
            Self::Email => is_address(&Text::new(text), matched),
        }
    }
}

/// Endings of file names and of units that are no domains.
const NOT_DOMAINS: &str = " service socket timer target mount slice tgz gz bz2 xz js ts mjs cjs css map png jpg \
    jpeg gif svg webp ico json jsonc yaml yml toml tar whl exe dll lock html txt pdf ";
/// Commands before an account of a host.
const CLIENTS: [&str; 6] = ["ssh ", "scp ", "sftp ", "rsync ", "ssh-copy-id ", "mosh "];
/// Words of languages before the label that they jump to.
const JUMPS: [&[u8]; 5] = [b"return", b"this", b"super", b"break", b"continue"];

/// Whether an address belongs to a person: not the account of a host (`ssh deploy@web1.example.org`,
/// `git@host.example:a/b`), a package with its version, a unit, a file, or code.
fn is_address(text: &Text<'_>, matched: Range<usize>) -> bool {
    let address = text.part(matched.clone());
    let (user, host) = match memchr::memchr(b'@', address) {
        Some(at) => address.split_at(at),
        None => (address, &b""[..]),
    };
    let host = host.strip_prefix(b"@").unwrap_or(host);
    let last = host.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    let last = format!(" {} ", String::from_utf8_lossy(last).to_ascii_lowercase());
    let is_version = host.first().is_some_and(u8::is_ascii_digit)
        && host
            .split(|&byte| byte == b'.')
            .nth(1)
            .is_some_and(|second| second.iter().all(u8::is_ascii_digit));
    let is_picture = matches!(host, [b'1'..=b'9', b'x', b'.', kind @ ..] if kind.len() <= 4);
    let is_account = match (text.at(matched.end), text.at(matched.end + 1)) {
        (Some(b'('), _) => true,
        (Some(b':'), Some(next)) => {
            !next.is_ascii_digit() && (next.is_ascii_alphanumeric() || b"/~._".contains(&next))
        }
        _ => false,
    };
    let before = text.back(matched.start, 60);
    let line = memchr::memrchr(b'\n', before)
        .map_or(before, |end| before.get(end + 1..).unwrap_or_default());
    let is_host = CLIENTS
        .iter()
        .any(|client| contains_folded(line, client.as_bytes()));
    // The user and the password of a URL.
    let is_in_url = memchr::memmem::rfind(before, b"://").is_some_and(|scheme| {
        let part = before.get(scheme + 3..).unwrap_or_default();
        !part
            .iter()
            .any(|byte| byte.is_ascii_whitespace() || b"/?#\"'<>".contains(byte))
    });
    !(user == b"git"
        || JUMPS.contains(&user)
        || is_version
        || is_picture
        || is_account
        || is_host
        || is_in_url
        || NOT_DOMAINS.contains(&last))
}
