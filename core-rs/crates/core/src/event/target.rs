//! Which targets of events may be denied.

use std::net::IpAddr;

use super::EventKind;

/// Whether `target` of an event of `kind` may become a deny action.
pub(super) fn deniable(kind: EventKind, target: &str) -> bool {
    let target = target.trim();
    !target.is_empty() && (kind != EventKind::Egress || !is_self(target))
}

/// Unspecified and loopback addresses, all names of `localhost`, and addresses in another notation
/// (`127.1`, `0x7f000001`), which could be one of those. The collector reports `0.0.0.0` for an
/// unknown peer; denying that, or this machine, would cut off more than an attacker.
fn is_self(peer: &str) -> bool {
    let bare = peer
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(peer);
    let bare = bare.strip_suffix('.').unwrap_or(bare).to_ascii_lowercase();
    if let Ok(address) = bare.parse::<IpAddr>() {
        let address = address.to_canonical();
        return address.is_unspecified() || address.is_loopback();
    }
    let (host, last) = bare.rsplit_once('.').unwrap_or(("", &bare));
    let (host, last) = match last {
        "localdomain" | "localdomain4" | "localdomain6" => {
            host.rsplit_once('.').unwrap_or(("", host))
        }
        _ => (host, last),
    };
    let is_name = matches!(last, "localhost" | "localhost4" | "localhost6")
        || (host.is_empty() && matches!(last, "ip6-localhost" | "ip6-loopback"));
    is_name || is_number(last)
}

/// Whether a host with this last label is an address in a notation that resolvers accept.
fn is_number(label: &str) -> bool {
    let decimal = !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit());
    let hex = label
        .strip_prefix("0x")
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    decimal || hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_unspecified_peers_are_never_denied() {
        for peer in [
            "",
            "  ",
            "0.0.0.0",
            "127.0.0.1",
            "127.9.9.9",
            "::",
            "[::]",
            "::1",
            "[::1]",
            "::ffff:127.0.0.1",
            "localhost",
            "LOCALHOST.",
            "db.localhost",
            "localhost6",
            "localhost.localdomain",
            "ip6-loopback",
            "127.0.0.1.",
            "127.1",
            "0x7f000001",
            "2130706433",
            "0177.0.0.1",
        ] {
            assert!(!deniable(EventKind::Egress, peer), "{peer:?}");
        }
        for peer in [
            "169.254.169.254",
            "[fd00:ec2::254]",
            "evil.test",
            "128.0.0.1",
            "localhost.evil.test",
            "localdomain.test",
            "1.2.3.4.example",
            "fd00::1",
        ] {
            assert!(deniable(EventKind::Egress, peer), "{peer:?}");
        }
    }

    #[test]
    fn programs_and_paths_are_denied_unless_they_are_empty() {
        assert!(deniable(EventKind::ToolExec, "localhost"));
        assert!(deniable(EventKind::FileAccess, "0.0.0.0"));
        assert!(!deniable(EventKind::FileDelete, ""));
    }
}
