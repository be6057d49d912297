//! Programs that run another program or a script: shells, interpreters and wrappers.
//!
//! A rule that matches what such a program was given to run does not mean the program itself.

/// By base name, without a version: `python` is also `python3.12`.
const RUNNERS: [&str; 62] = [
    "ash",
    "awk",
    "bash",
    "bun",
    "busybox",
    "bwrap",
    "chroot",
    "chrt",
    "csh",
    "dash",
    "deno",
    "doas",
    "docker",
    "env",
    "expect",
    "find",
    "firejail",
    "fish",
    "flock",
    "gawk",
    "ionice",
    "java",
    "ksh",
    "kubectl",
    "ltrace",
    "lua",
    "mawk",
    "mksh",
    "nerdctl",
    "nice",
    "node",
    "nodejs",
    "nohup",
    "nsenter",
    "osascript",
    "parallel",
    "perl",
    "php",
    "podman",
    "pwsh",
    "python",
    "python2",
    "rbash",
    "ruby",
    "runuser",
    "script",
    "setsid",
    "sh",
    "ssh",
    "stdbuf",
    "strace",
    "su",
    "sudo",
    "systemd-run",
    "tclsh",
    "time",
    "timeout",
    "toybox",
    "unshare",
    "watch",
    "xargs",
    "zsh",
];

/// Whether a program, by its path or name, runs another program or a script.
pub(super) fn is_runner(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    RUNNERS.binary_search(&name).is_ok() || RUNNERS.binary_search(&bare).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_in_order() {
        assert!(RUNNERS.is_sorted());
    }

    #[test]
    fn runners_are_found_by_base_name_without_a_version() {
        for program in [
            "bash",
            "/usr/bin/sudo",
            "/opt/py/bin/python3.12",
            "perl5.36",
            "lua5.4",
        ] {
            assert!(is_runner(program), "{program}");
        }
        for program in [
            "nc",
            "/usr/bin/git",
            "/usr/bin/bash/nc",
            "",
            "shred",
            "envsubst",
        ] {
            assert!(!is_runner(program), "{program}");
        }
    }
}
