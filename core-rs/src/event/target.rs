//! Which natural targets may be denied at all.

use std::net::IpAddr;

use super::EventKind;

/// Whether `target` of an event of `kind` may become a deny action.
pub(super) fn deniable(kind: EventKind, target: &str) -> bool {
    let target = target.trim();
    !target.is_empty() && (kind != EventKind::Egress || !is_self(target))
}

/// Unspecified and loopback addresses and `localhost`. The collector reports `0.0.0.0` where it does
/// not know the peer; denying it, or this machine, would cut off more than an attacker.
fn is_self(peer: &str) -> bool {
    let bare = peer
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(peer);
    if let Ok(address) = bare.parse::<IpAddr>() {
        let address = address.to_canonical();
        return address.is_unspecified() || address.is_loopback();
    }
    let name = bare.strip_suffix('.').unwrap_or(bare).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_is_this_machine_or_nobody_is_never_denied() {
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
        ] {
            assert!(!deniable(EventKind::Egress, peer), "{peer:?}");
        }
        for peer in [
            "169.254.169.254",
            "[fd00:ec2::254]",
            "evil.test",
            "128.0.0.1",
            "localhost.evil.test",
        ] {
            assert!(deniable(EventKind::Egress, peer), "{peer:?}");
        }
    }

    #[test]
    fn programs_and_paths_are_denied_by_any_name_but_none() {
        assert!(deniable(EventKind::ToolExec, "localhost"));
        assert!(deniable(EventKind::FileAccess, "0.0.0.0"));
        assert!(!deniable(EventKind::FileDelete, ""));
    }
}
