//! E-mail addresses. Accounts of hosts, packages, files and code look alike, and are none.

use std::ops::Range;

use super::find::{Find, Found};
use super::text::{Text, ends_folded, is_listed, is_word};

/// The most bytes before the `@`.
const MAX_USER: usize = 64;
/// The most bytes between two dots of a domain, and of its last part.
const MAX_LABEL: usize = 63;
const MAX_LAST: usize = 24;
/// The bytes before an address that are read.
const CONTEXT: usize = 60;

/// Endings of file names and of units that are no domains.
const NOT_DOMAINS: &str = "service socket timer target mount slice tgz gz bz2 xz js ts mjs cjs css map png jpg \
    jpeg gif svg webp ico json jsonc yaml yml toml tar whl exe dll lock html txt pdf";
/// Commands before an account of a host.
const CLIENTS: &str = "ssh scp sftp rsync ssh-copy-id mosh";
/// Users that are no persons: words of languages before the label that they jump to, and Git's.
const NOT_USERS: [&[u8]; 6] = [b"git", b"return", b"this", b"super", b"break", b"continue"];

/// Finds the addresses of a text, and adds them as `kind`. Returns where one may begin that more
/// text could complete.
pub(super) fn find(text: &Text<'_>, from: usize, kind: u32, found: &mut Found) -> usize {
    let mut partial = text.bytes.len();
    let mut last = from;
    let rest = text.bytes.get(from..).unwrap_or_default();
    for at in memchr::memchr2_iter(b'@', b'%', rest) {
        let place = from + at;
        let Some(begin) = separator_end(text, place).filter(|_| place > last) else {
            continue;
        };
        let user = text.part(place.saturating_sub(MAX_USER).max(last)..place);
        let start = place - user.iter().rev().take_while(|byte| is_user(**byte)).count();
        let dots = text.part(start..place).iter();
        let start = start + dots.take_while(|byte| **byte == b'.').count();
        if start == place {
            continue;
        }
        text.take_reached_end();
        let end = address_end(text, begin);
        let is_address = end.is_some_and(|end| is_of_person(text, start..end, begin));
        if text.take_reached_end() {
            partial = partial.min(start);
        }
        if let Some(end) = end {
            last = end;
            found.matches.push(start..end);
            if is_address {
                found.secrets.push(Find { start, end, kind });
            }
        }
    }
    partial
}

fn is_user(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'.' | b'%' | b'+' | b'-')
}

/// The end of the `@` at a place, which may be percent-encoded.
fn separator_end(text: &Text<'_>, place: usize) -> Option<usize> {
    match text.bytes.get(place)? {
        b'@' => Some(place + 1),
        _ => text.has(place, b"%40").then_some(place + 3),
    }
}

/// The end of the address whose domain begins at a place. What looks like one in the user of
/// another (`a%40b.example@c.example`) is a part of that.
fn address_end(text: &Text<'_>, from: usize) -> Option<usize> {
    let mut end = domain_end(text, from)?;
    while text.before(from) == Some(b'0')
        && let Some(further) = separator_end(text, end).and_then(|next| domain_end(text, next))
    {
        end = further;
    }
    Some(end)
}

/// The end of the longest domain at a place: parts of letters, digits and inner dashes, and a last one
/// of letters.
fn domain_end(text: &Text<'_>, from: usize) -> Option<usize> {
    let (mut at, mut found) = (from, None);
    loop {
        let letters = text.run(at, MAX_LAST + 1, |byte| byte.is_ascii_alphabetic());
        if at > from
            && (2..=MAX_LAST).contains(&(letters - at))
            && !text.at(letters).is_some_and(is_word)
        {
            found = Some(letters);
        }
        let is_in = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let end = text.run(letters, MAX_LABEL + 1, is_in);
        let label = text.part(at..end);
        if label.is_empty()
            || label.len() > MAX_LABEL
            || label.starts_with(b"-")
            || label.ends_with(b"-")
            || text.at(end) != Some(b'.')
        {
            return found;
        }
        at = end + 1;
    }
}

/// Whether an address, whose domain begins at `domain`, belongs to a person: not the account of a
/// host (`ssh deploy@web1.example.org`, `git@host.example:a/b`), a package with its version, a
/// unit, a file, or code.
fn is_of_person(text: &Text<'_>, address: Range<usize>, domain: usize) -> bool {
    let user = text.part(address.start..domain);
    let user = user.strip_suffix(b"@").or(user.strip_suffix(b"%40"));
    let host = text.part(domain..address.end);
    let mut parts = host.split(|&byte| byte == b'.');
    let is_version = host.first().is_some_and(u8::is_ascii_digit)
        && (parts.nth(1)).is_some_and(|second| second.iter().all(u8::is_ascii_digit));
    let last = host.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    let is_picture = matches!(host, [b'1'..=b'9', b'x', b'.', kind @ ..] if kind.len() <= 4);
    let is_account = match (text.at(address.end), text.at(address.end + 1)) {
        (Some(b'('), _) => true,
        (Some(b':'), Some(next)) => {
            !next.is_ascii_digit() && (next.is_ascii_alphanumeric() || b"/~._".contains(&next))
        }
        _ => false,
    };
    !(is_version
        || is_picture
        || is_account
        || user.is_some_and(|user| NOT_USERS.contains(&user))
        || is_listed(NOT_DOMAINS, last)
        || is_operand(text.back(address.start, CONTEXT)))
}

/// Whether an address behind a text is what a client connects to, or the user of a URL.
fn is_operand(before: &[u8]) -> bool {
    let line = memchr::memrchr(b'\n', before)
        .map_or(before, |end| before.get(end + 1..).unwrap_or_default());
    // All clients have an `s`.
    let may_connect = memchr::memchr2(b's', b'S', line).is_some();
    let follows_client = may_connect
        && memchr::memchr_iter(b' ', line).any(|blank| {
            let word = line.get(..blank).unwrap_or_default();
            let mut clients = CLIENTS.split(' ');
            clients.any(|client| ends_folded(word, client.as_bytes()))
        });
    let mut colons = memchr::memrchr_iter(b':', before).filter_map(|at| before.get(at + 1..));
    let url = colons.find_map(|rest| rest.strip_prefix(b"//"));
    let ends_url = |byte: &u8| byte.is_ascii_whitespace() || b"/?#\"'<>".contains(byte);
    follows_client || url.is_some_and(|part| !part.iter().any(ends_url))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sentry_pattern::Pattern;
    use sentry_pattern::search::Search;
    use sentry_testing::Random;

    /// What an address looks like, and nothing else.
    const PATTERN: &str = r"(?x)
        [0-9A-Za-z_%+-] [0-9A-Za-z._%+-]{0,63} (?: @ | %40 )
        (?: [0-9A-Za-z] (?: [0-9A-Za-z-]{0,61} [0-9A-Za-z] )? \. )+ [A-Za-z]{2,24} (?-u:\b)";

    fn found(text: &str, from: usize) -> Found {
        let mut found = Found::default();
        find(&Text::new(text.as_bytes()), from, 0, &mut found);
        found
    }

    #[test]
    fn addresses_are_found_as_by_a_pattern() {
        let mut search = Search::new(&Pattern::parse(PATTERN).unwrap()).unwrap();
        let mut random = Random(40);
        let parts = [
            "a",
            "b.c",
            "example",
            ".org",
            ".",
            "@",
            "@",
            "%40",
            "-",
            "_",
            "+",
            " ",
            "é",
            "7",
            "@x.yz",
            "b@",
            "\n",
            "%",
            "abcdefghijklmnopqrstuvwxyz",
            ":",
        ];
        let (mut count, mut with_two) = (0, 0);
        for _ in 0..50_000 {
            let text: String = (0..random.below(14)).map(|_| random.pick(&parts)).collect();
            let from = random.below(4).min(text.len());
            let mut expected = Vec::new();
            search
                .for_each_match(text.as_bytes(), from, |_, matched| {
                    expected.push(matched);
                    Some(())
                })
                .unwrap();
            let found = found(&text, from).matches;
            // Of several that go on in each other, the pattern takes as much as it can.
            if text.contains("%40") && text.matches(['@', '%']).count() > 1 {
                with_two += 1;
                assert_eq!(found.is_empty(), expected.is_empty(), "{text:?}");
            } else {
                count += expected.len();
                assert_eq!(found, expected, "{text:?} from {from}");
            }
        }
        assert!(count > 3000 && with_two > 1000, "{count} {with_two}");
    }

    #[test]
    fn an_address_in_the_user_of_another_is_found_with_it() {
        for text in ["a%40b.example@c.example", "a%40b.example%40c.example"] {
            let found = found(text, 0).matches;
            assert_eq!(found.first(), Some(&(0..text.len())), "{text}");
        }
    }
}
