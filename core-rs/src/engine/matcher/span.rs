//! Where a pattern matches, which only explaining asks.

use regex_automata::nfa::thompson::pikevm::PikeVM;

use crate::policy::Pattern;

/// The first match of `pattern` in `subject`, in bytes, with the meaning of the `regex` crate.
pub(in crate::engine) fn find(pattern: &Pattern, subject: &str) -> Option<(usize, usize)> {
    let vm = PikeVM::new(pattern.as_str()).ok()?;
    let found = vm.find(&mut vm.create_cache(), subject)?;
    Some((found.start(), found.end()))
}
