//! Which targets of events may be denied.

use super::EventKind;
use super::host;

/// Whether `target` of an event of `kind` may become a deny action. The collector reports `0.0.0.0`
/// for an unknown peer; denying that, or this machine, would cut off more than an attacker.
pub(super) fn deniable(kind: EventKind, target: &str) -> bool {
    let target = target.trim();
    !target.is_empty() && (kind != EventKind::Egress || !host::is_self(target))
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
            "0",
            "::ffff:7f00:1",
            "64:ff9b::127.0.0.1",
            "127.0.0.1 ",
            "app.127.0.0.1.nip.io",
            "7f000001.nip.io",
            "--1.sslip.io",
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
            "2852039166",
            "10-0-0-1.nip.io",
            "127.0.0.1.nip.io.example",
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
