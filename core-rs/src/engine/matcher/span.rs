//! Where a pattern matches, which only explaining asks.

use regex_automata::hybrid::regex::Regex;
use regex_automata::nfa::thompson::pikevm::PikeVM;

use crate::policy::Pattern;

/// The first match of `pattern` in `subject`, in bytes, with the meaning of the `regex` crate.
pub(in crate::engine) fn find(pattern: &Pattern, subject: &str) -> Option<(usize, usize)> {
    let fast = Regex::new(pattern.as_str()).ok();
    let found = fast.and_then(|regex| {
        let input = regex_automata::Input::new(subject);
        regex.try_search(&mut regex.create_cache(), &input).ok()
    });
    // The edge of a Unicode word is beyond the fast one.
    let found = found.unwrap_or_else(|| {
        let vm = PikeVM::new(pattern.as_str()).ok()?;
        vm.find(&mut vm.create_cache(), subject)
    })?;
    Some((found.start(), found.end()))
}
