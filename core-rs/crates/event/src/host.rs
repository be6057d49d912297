//! What else a host is called: an address in its usual notation, a name in its usual spelling, and
//! the addresses in a name that a public service resolves to them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// Services whose names resolve to the addresses that are written in them, as
/// `10-0-0-1.nip.io`.
const SPELLED_ADDRESSES: [&str; 9] = [
    ".nip.io",
    ".sslip.io",
    ".xip.io",
    ".xip.name",
    ".traefik.me",
    ".backname.io",
    ".ip6.name",
    ".rbndr.us",
    ".1u.ms",
];

/// The most addresses that are taken from one name.
const MAX_SPELLED: usize = 8;

/// Texts in one buffer, which is used again for the next event.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: String,
    ends: Vec<usize>,
    /// How many of the texts are names of the peer, and not of the server that a client asked for.
    of_peer: usize,
    /// Of the text of a content, the ranges that are not as in the subject.
    changed: Vec<Range<usize>>,
}

impl Names {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.of_peer = 0;
        self.changed.clear();
    }

    /// Adds a host and the end of its text.
    fn push(&mut self, host: &str, end: &str) {
        self.text.push_str(host);
        self.text.push_str(end);
        self.ends.push(self.text.len());
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let mut from = 0;
        self.ends.iter().map(move |&end| {
            let text = self.text.get(from..end).unwrap_or_default();
            from = end;
            text
        })
    }

    /// The texts that a process cannot choose by asking for a name.
    pub(super) fn of_peer(&self) -> impl Iterator<Item = &str> {
        self.iter().take(self.of_peer)
    }

    /// The text of a content, and its changed ranges.
    pub(super) fn decoded(&self) -> Option<(&str, &[Range<usize>])> {
        let is_decoded = !self.changed.is_empty();
        is_decoded.then_some((&self.text, &self.changed))
    }

    pub(super) fn capacity(&self) -> usize {
        self.text.capacity()
            + self.ends.capacity() * size_of::<usize>()
            + self.changed.capacity() * size_of::<Range<usize>>()
    }

    /// Adds the other names of a peer, each followed by `end`.
    pub(super) fn add_peer(&mut self, peer: &str, end: &str) {
        if is_usual(peer) {
            return;
        }
        let name = usual(peer);
        if name != peer {
            self.push(&name, end);
        }
        self.add_spelled(&name, end);
        self.of_peer = self.ends.len();
    }

    /// Adds the name that a client asked a server for, and the addresses in it.
    pub(super) fn add_server_name(&mut self, server: &str, end: &str) {
        let name = usual(server);
        self.push(&name, end);
        self.add_spelled(&name, end);
    }

    /// Adds the other names of a queried name. Case and a final dot make no difference here, since
    /// most queries would have another name then.
    pub(super) fn add_query(&mut self, query: &str) {
        let bare = query.strip_suffix('.').unwrap_or(query);
        if is_usual(bare) {
            return;
        }
        let name = usual(query);
        if !name.eq_ignore_ascii_case(bare) {
            self.push(&name, "");
        }
        self.add_spelled(&name, "");
    }

    /// Adds what a content says behind its escapes.
    pub(super) fn add_decoded(&mut self, content: &str) {
        if let Some(decoded) = sentry_content::decoded(content) {
            self.push(&decoded.text, "");
            self.changed = decoded.changed;
        }
    }

    fn add_spelled(&mut self, name: &str, end: &str) {
        for address in spelled(name) {
            self.push(&shortest(address), end);
        }
    }
}

/// Whether a segment of a text may be a host in a notation that is not its usual one, but for its
/// case. IPv6 addresses are no segments.
pub fn may_be_disguised(text: &str) -> bool {
    match text.as_bytes() {
        [b'0'..=b'9', ..] => {
            (text.len() > 7 || text.contains(['.', 'x', 'X'])) && text.parse::<Ipv4Addr>().is_err()
        }
        _ => !text.is_ascii() || is_service(text),
    }
}

/// The names of a host, each also with the port if there is one: the usual notation of an address,
/// lower case, no final dot, and the addresses that are written in a name.
///
/// ```
/// use sentry_event::host_names;
/// assert_eq!(host_names("0xa9fea9fe", Some("80")), ["169.254.169.254", "169.254.169.254:80"]);
/// assert_eq!(host_names("X.Test.", None), ["x.test"]);
/// ```
pub fn names(host: &str, port: Option<&str>) -> Vec<String> {
    let mut all = vec![usual(host)];
    let spelled = all.first().map_or_else(Vec::new, |name| spelled(name));
    all.extend(spelled.into_iter().map(shortest));
    if let Some(port) = port {
        for at in 0..all.len() {
            let name = all.get(at).map_or("", String::as_str);
            let with_port = [name, ":", port].concat();
            all.push(with_port);
        }
    }
    all
}

/// The address of a peer in the notation that guards read, if the peer is an IPv4 address in
/// another one.
pub(super) fn plain_ipv4(peer: &str) -> Option<String> {
    if is_usual(peer) {
        return None;
    }
    match address(&clean(peer))? {
        address @ IpAddr::V4(_) => Some(shortest(address)),
        IpAddr::V6(_) => None,
    }
}

/// Whether a host is this machine, or no machine at all: unspecified and loopback addresses in any
/// notation, and the names of `localhost`.
pub(super) fn is_self(host: &str) -> bool {
    let host = clean(host);
    let is_local = |address: IpAddr| address.is_unspecified() || address.is_loopback();
    if let Some(address) = address(&host) {
        return is_local(address);
    }
    let (rest, last) = host.rsplit_once('.').unwrap_or(("", &host));
    let (rest, last) = match last {
        "localdomain" | "localdomain4" | "localdomain6" => {
            rest.rsplit_once('.').unwrap_or(("", rest))
        }
        _ => (rest, last),
    };
    matches!(last, "localhost" | "localhost4" | "localhost6")
        || (rest.is_empty() && matches!(last, "ip6-localhost" | "ip6-loopback"))
        || spelled(&host).into_iter().any(is_local)
}

/// Whether a host has no other name, without allocating: a lower-case name of no service of
/// [`SPELLED_ADDRESSES`], or an IPv4 address in its usual notation.
fn is_usual(host: &str) -> bool {
    let bytes = host.as_bytes();
    let last = bytes.rsplit(|&byte| byte == b'.').next();
    match last.and_then(<[u8]>::first) {
        Some(b'a'..=b'z') => {
            bytes
                .iter()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_'))
                && !is_service(host)
        }
        Some(b'0'..=b'9') => host.parse::<Ipv4Addr>().is_ok(),
        _ => false,
    }
}

fn is_service(name: &str) -> bool {
    let name = name.trim_end_matches('.').as_bytes();
    SPELLED_ADDRESSES.iter().any(|service| {
        let tail = name.len().checked_sub(service.len());
        let tail = tail.and_then(|from| name.get(from..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(service.as_bytes()))
    })
}

/// A host in its usual notation, without brackets.
fn usual(host: &str) -> String {
    let host = clean(host);
    match address(&host) {
        Some(address) => shortest(address),
        None => host,
    }
}

/// A host in lower case, without white space, brackets, port, zone and final dots; with ASCII
/// characters in place of those that resolvers read as such.
fn clean(host: &str) -> String {
    let is_blank = |char: char| char.is_whitespace() || char.is_control();
    let text: String = host
        .trim_matches(is_blank)
        .chars()
        .filter(|char| {
            !matches!(
                char,
                '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'
            )
        })
        .map(ascii)
        .collect();
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => match text.split_once(':') {
            Some((bare, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => bare,
            _ => &text,
        },
    };
    let bare = bare.split('%').next().unwrap_or_default();
    bare.trim_end_matches('.').to_owned()
}

/// The character that resolvers read: other dots, full-width characters and digits in circles count
/// as their plain forms.
fn ascii(char: char) -> char {
    let code = u32::from(char);
    let plain = match code {
        0x3002 | 0xFF61 => '.'.into(),
        0xFF01..=0xFF5E => code - 0xFEE0,
        0x2460..=0x2468 => code - 0x2460 + u32::from('1'),
        0x24EA => '0'.into(),
        _ => code,
    };
    char::from_u32(plain).unwrap_or(char).to_ascii_lowercase()
}

/// The address that a host without brackets is. An IPv6 address that stands for an IPv4 address is
/// that one.
fn address(host: &str) -> Option<IpAddr> {
    if host.contains(':') {
        let address: Ipv6Addr = host.parse().ok()?;
        return Some(inner(address).map_or(IpAddr::V6(address), IpAddr::V4));
    }
    ipv4(host).map(IpAddr::V4)
}

/// An IPv4 address of one to four decimal, octal (`0…`) or hexadecimal (`0x…`) numbers, of which
/// the last fills the remaining bytes: what `inet_aton` reads.
fn ipv4(host: &str) -> Option<Ipv4Addr> {
    let (mut bits, mut shift) = (0, 32);
    let mut parts = host.split('.').peekable();
    while let Some(part) = parts.next() {
        let value = number(part)?;
        let is_last = parts.peek().is_none();
        let width: u32 = if is_last { shift } else { 8 };
        if shift == 0 || value >> width != 0 {
            return None;
        }
        shift -= width;
        bits |= value << shift;
    }
    u32::try_from(bits).ok().map(Ipv4Addr::from)
}

fn number(part: &str) -> Option<u64> {
    match part.strip_prefix("0x") {
        Some(digits) => digits_of(digits, 16),
        None if part.starts_with('0') => digits_of(part, 8),
        None => digits_of(part, 10),
    }
}

/// A number of up to 32 bits, without a sign.
fn digits_of(digits: &str, radix: u32) -> Option<u64> {
    let mut value = 0;
    for digit in digits.chars() {
        value = value * u64::from(radix) + u64::from(digit.to_digit(radix)?);
        if value > u32::MAX.into() {
            return None;
        }
    }
    (!digits.is_empty()).then_some(value)
}

/// An address in its shortest notation. The standard library's `Display` would add its padding and
/// alignment to the module.
fn shortest(address: IpAddr) -> String {
    let mut text = String::new();
    let segments = match address {
        IpAddr::V4(address) => {
            for (at, byte) in address.octets().into_iter().enumerate() {
                text.push_str(if at == 0 { "" } else { "." });
                push_number(&mut text, byte.into(), 10);
            }
            return text;
        }
        IpAddr::V6(address) => address.segments(),
    };
    let (from, zeros) = longest_zeros(&segments);
    for (at, &segment) in segments.iter().enumerate() {
        if at == from {
            text.push_str("::");
        } else if !(from..from + zeros).contains(&at) {
            text.push_str(if at == 0 || at == from + zeros {
                ""
            } else {
                ":"
            });
            push_number(&mut text, segment.into(), 16);
        }
    }
    text
}

/// Where the first of the longest runs of two zeros or more begins, and its length; nothing at the
/// end without one.
fn longest_zeros(segments: &[u16; 8]) -> (usize, usize) {
    let (mut best, mut run) = ((segments.len(), 0), 0);
    for (at, &segment) in segments.iter().enumerate() {
        run = if segment == 0 { run + 1 } else { 0 };
        if run > best.1.max(1) {
            best = (at + 1 - run, run);
        }
    }
    best
}

fn push_number(text: &mut String, value: u32, radix: u32) {
    let mut unit = 1;
    while value / unit >= radix {
        unit *= radix;
    }
    while unit > 0 {
        text.extend(char::from_digit(value / unit % radix, radix));
        unit /= radix;
    }
}

/// The IPv4 address in an IPv6 address: mapped, compatible and translated ones, NAT64, and 6to4.
fn inner(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Some(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, _] => None,
        [0, 0, 0, 0, 0, 0 | 0xFFFF, high, low]
        | [0, 0, 0, 0, 0xFFFF, 0, high, low]
        | [0x64, 0xFF9B, 0, 0, 0, 0, high, low]
        | [0x64, 0xFF9B, 1, _, _, _, high, low]
        | [0x2002, high, low, ..] => of(high, low),
        _ => None,
    }
}

/// The addresses in a name of one of [`SPELLED_ADDRESSES`]: four numbers or eight hexadecimal
/// digits between dots or dashes, or an IPv6 address with dashes.
fn spelled(name: &str) -> Vec<IpAddr> {
    let mut found = Vec::new();
    if !is_service(name) {
        return found;
    }
    let mut numbers: [Option<u8>; 4] = [None; 4];
    for part in name.split(['.', '-']) {
        numbers.rotate_left(1);
        let [.., last] = &mut numbers;
        *last = digits_of(part, 10).and_then(|value| u8::try_from(value).ok());
        if let [Some(a), Some(b), Some(c), Some(d)] = numbers {
            found.push(IpAddr::from([a, b, c, d]));
        }
        if part.len() == 8
            && let Some(bits) = digits_of(part, 16).and_then(|bits| u32::try_from(bits).ok())
        {
            found.push(Ipv4Addr::from(bits).into());
        }
        if found.len() >= MAX_SPELLED {
            return found;
        }
    }
    for label in name
        .split('.')
        .filter(|label| label.contains("--") || label.matches('-').count() == 7)
    {
        if found.len() < MAX_SPELLED {
            found.extend(address(&label.replace('-', ":")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(peer: &str) -> Vec<String> {
        let mut names = Names::default();
        names.add_peer(peer, "");
        names.iter().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn an_address_in_another_notation_has_its_usual_one_as_a_name() {
        for (peer, usual) in [
            ("3221226219", "192.0.2.235"),
            ("0xc00002eb", "192.0.2.235"),
            ("0XC0.0.0x2.0353", "192.0.2.235"),
            ("030000001353", "192.0.2.235"),
            ("192.0.747", "192.0.2.235"),
            ("192.747", "192.0.2.235"),
            ("192.0.2.235.", "192.0.2.235"),
            ("\t192.0.2.235 ", "192.0.2.235"),
            ("192.0.2.235:8080", "192.0.2.235"),
            ("192。0．2｡235", "192.0.2.235"),
            ("①⑨②.0.②.②③⑤", "192.0.2.235"),
            ("[::ffff:192.0.2.235]", "192.0.2.235"),
            ("::FFFF:C000:02EB", "192.0.2.235"),
            ("::192.0.2.235", "192.0.2.235"),
            ("::ffff:0:c000:2eb", "192.0.2.235"),
            ("64:ff9b::c000:2eb", "192.0.2.235"),
            ("64:ff9b:1::192.0.2.235", "192.0.2.235"),
            ("2002:c000:2eb::1", "192.0.2.235"),
            ("[2001:DB8:0:0::1%eth0]:443", "2001:db8::1"),
            ("Registry.Example.", "registry.example"),
        ] {
            assert_eq!(names(peer), [usual], "{peer:?}");
        }
    }

    #[test]
    fn what_is_in_its_usual_notation_or_no_address_has_no_other_name() {
        for peer in [
            "192.0.2.235",
            "2001:db8::1",
            "2001:db8:0:1:1:1:1:1",
            "2001:0:0:1::1",
            "2001:db8::1:0:0:1",
            "fd00::",
            "::1",
            "::",
            "1:2:3:4:5:6:7:8",
            "registry.example",
            "192.0.2.256",
            "192.0.2.0x",
            "192.0.65536",
            "4294967296",
            "1.2.3.4.5",
            "0189",
            "+1",
            "192.0.2.235.example",
            "nip.io",
            "",
        ] {
            assert_eq!(names(peer), [""; 0], "{peer:?}");
        }
    }

    #[test]
    fn addresses_in_names_of_services_that_resolve_to_them_are_names() {
        for (peer, spelled) in [
            ("192.0.2.235.nip.io", "192.0.2.235"),
            ("app-192-0-2-235.sslip.io", "192.0.2.235"),
            ("c00002eb.nip.io", "192.0.2.235"),
            ("a.c00002eb.rbndr.us", "192.0.2.235"),
            ("make-192-0-2-235-rr.1u.ms", "192.0.2.235"),
            ("2001-db8--1.sslip.io", "2001:db8::1"),
        ] {
            assert_eq!(names(peer), [spelled], "{peer:?}");
        }
        assert_eq!(
            names("192.0.2.1.NIP.io."),
            ["192.0.2.1.nip.io", "192.0.2.1"]
        );
        let many = "1.".repeat(1000) + "nip.io";
        assert_eq!(names(&many).len(), MAX_SPELLED);
    }
}
