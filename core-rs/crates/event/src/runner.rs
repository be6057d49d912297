//! The names of programs: which of them run another program or a script, and which belong to one
//! program.
//!
//! A rule that matches what a shell, an interpreter or a wrapper was given to run does not mean that
//! program itself.

/// Whether a program, by its path or name, runs another program or a script: a shell, an interpreter
/// or a wrapper of the reader's tables.
pub(super) fn is_runner(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    sentry_command::runs_others(name)
}

/// Whether a program calls itself by its own name: `nc` and `/bin/nc` are names of
/// `/usr/bin/nc.openbsd`, and `-bash` of a shell at login.
pub(super) fn is_named(exe: &str, name: &str) -> bool {
    let base = |path: &'_ str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let (program, name) = (base(exe), base(name));
    let name = name.strip_prefix('-').unwrap_or(&name);
    let rest = program.strip_prefix(name).filter(|_| !name.is_empty());
    rest.is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_has_its_own_name_also_without_a_version() {
        for (exe, name) in [
            ("/usr/bin/nc", "nc"),
            ("/usr/bin/nc.openbsd", "/bin/nc"),
            ("/usr/bin/python3.12", "python3"),
            ("/bin/bash", "-bash"),
        ] {
            assert!(is_named(exe, name), "{exe} {name}");
        }
        for (exe, name) in [
            ("/usr/bin/sudo", "su"),
            ("/usr/bin/sudo", "nc"),
            ("/bin/bash", "/opt/deploy"),
            ("/bin/bash", ""),
            ("/bin/bash", "-"),
        ] {
            assert!(!is_named(exe, name), "{exe} {name}");
        }
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
