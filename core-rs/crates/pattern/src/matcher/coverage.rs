//! Counts which code paths of the matcher its tests took. Does nothing outside of tests.

/// A code path that some texts take and others do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodePath {
    /// The text contains nothing that a rule requires.
    NothingFound,
    /// A candidate was tried and matched.
    Confirmed,
    /// A candidate was tried and did not match.
    Refuted,
    /// A candidate was not tried, because an earlier rule had matched.
    Late,
    /// A candidate was not tried, because its match is known or makes no difference.
    Unwanted,
    /// A pattern without requirements matched before a candidate.
    Unfiltered,
    /// An automaton for ASCII texts was compiled.
    Ascii,
    /// An automaton for all texts was compiled.
    All,
    /// An automaton showed where a match is.
    Located,
    /// A match was confirmed by the characters themselves.
    Uncertain,
    /// An automaton made too many states and was split in two.
    Split,
    /// The states of all automata were dropped, because they took too much memory.
    StatesDropped,
    /// All automata were dropped, because they took too much memory without their states.
    Dropped,
}

#[cfg(test)]
impl CodePath {
    pub(super) const ALL: [Self; 13] = [
        Self::NothingFound,
        Self::Confirmed,
        Self::Refuted,
        Self::Late,
        Self::Unwanted,
        Self::Unfiltered,
        Self::Ascii,
        Self::All,
        Self::Located,
        Self::Uncertain,
        Self::Split,
        Self::StatesDropped,
        Self::Dropped,
    ];
}

#[cfg(test)]
thread_local! {
    static COUNTS: std::cell::RefCell<[u64; CodePath::ALL.len()]> = const { std::cell::RefCell::new([0; CodePath::ALL.len()]) };
}

/// Counts a code path. Does nothing outside of tests.
#[inline]
pub(super) fn record(path: CodePath) {
    #[cfg(test)]
    COUNTS.with_borrow_mut(|counts| counts[path as usize] += 1);
    #[cfg(not(test))]
    let _ = path;
}

/// How often a code path was taken on this thread.
#[cfg(test)]
pub(super) fn count(path: CodePath) -> u64 {
    COUNTS.with_borrow(|counts| counts[path as usize])
}
