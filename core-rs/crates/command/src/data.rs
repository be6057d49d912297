//! The tables of shells and wrappers, made from `data/` when the crate is built.

/// How a program passes on what it runs. The fields are the keys of `data/wrappers.txt`.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // Each is a key of the table.
pub(crate) struct Wrapper {
    pub values: &'static [&'static str],
    pub not_with: &'static [&'static str],
    pub operands: usize,
    pub takes_assignments: bool,
    pub text_options: &'static [&'static str],
    pub rest_is_text: bool,
    pub options_anywhere: bool,
    pub subcommands: &'static [&'static str],
    pub groups: &'static [&'static str],
    pub commands_behind: &'static [&'static str],
    pub is_itself: bool,
}

include!(concat!(env!("OUT_DIR"), "/tables.rs"));

/// Whether the program reads shell text.
pub(crate) fn is_shell(name: &str) -> bool {
    SHELLS.binary_search(&name).is_ok()
}

/// How the program passes on, if it does.
pub(crate) fn wrapper(name: &str) -> Option<&'static Wrapper> {
    let at = WRAPPERS
        .binary_search_by(|(other, _)| (*other).cmp(name))
        .ok()?;
    WRAPPERS.get(at).map(|(_, wrapper)| wrapper)
}
