//! Which ways through the matcher were taken, counted by its tests and nowhere else.

/// A way that some subjects take and others do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Path {
    /// No text that a rule needs occurs.
    NothingFound,
    /// A candidate was tried and matched.
    Confirmed,
    /// A candidate was tried and did not match.
    Refuted,
    /// A candidate was not tried, since an earlier rule had matched.
    Late,
    /// A pattern that needs nothing matched, and no candidate did before it.
    Unfiltered,
    /// An automaton for subjects of ASCII was compiled.
    Ascii,
    /// An automaton for all subjects was compiled.
    Unicode,
    /// The edge of a Unicode word was asked for in a subject that is not ASCII.
    UnicodeWords,
    /// An automaton made too many states and was split in two.
    Split,
    /// All automata were dropped, because they took too much memory.
    Dropped,
}

#[cfg(test)]
impl Path {
    pub(super) const ALL: [Self; 10] = [
        Self::NothingFound,
        Self::Confirmed,
        Self::Refuted,
        Self::Late,
        Self::Unfiltered,
        Self::Ascii,
        Self::Unicode,
        Self::UnicodeWords,
        Self::Split,
        Self::Dropped,
    ];
}

#[cfg(test)]
thread_local! {
    static COUNTS: std::cell::RefCell<[u64; Path::ALL.len()]> = const { std::cell::RefCell::new([0; Path::ALL.len()]) };
}

/// Counts one way taken. Does nothing outside of tests.
#[inline]
pub(super) fn took(path: Path) {
    #[cfg(test)]
    COUNTS.with_borrow_mut(|counts| counts[path as usize] += 1);
    #[cfg(not(test))]
    let _ = path;
}

/// How often a way was taken on this thread.
#[cfg(test)]
pub(super) fn count(path: Path) -> u64 {
    COUNTS.with_borrow(|counts| counts[path as usize])
}
