//! What a rule asks for beside its pattern: conditions on commands, code, the agent and the date.

use std::fmt;
use std::ops::BitOr;

use sentry_pattern::Pattern;

/// The conditions of a rule beside its pattern. All that are given must hold.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// The command must fit one of these; without any, each does.
    pub command: Vec<CommandCondition>,
    /// The command must be given code that fits one of these; without any, none is asked for.
    pub code: Vec<CodeCondition>,
    /// A command that fits one of these, and is understood whole, does not fit the rule.
    pub unless: Vec<CommandCondition>,
    /// Names of agents; without any, each fits.
    pub agents: Vec<Glob>,
    /// The last day of the rule.
    pub expires: Option<Date>,
}

impl Conditions {
    /// Whether the rule is about commands: it can fit only a `ToolExec` event.
    pub fn asks_for_command(&self) -> bool {
        !self.command.is_empty() || !self.code.is_empty()
    }
}

/// One command that has all of this. A list that is empty asks for nothing; of any other one
/// element must fit, but for `words`, of which all must.
#[derive(Clone, Debug, Default)]
pub struct CommandCondition {
    /// The program.
    pub program: Vec<ProgramPattern>,
    /// Words in this order among those that are neither options nor their values, behind the
    /// program's global options.
    pub words: Vec<Glob>,
    /// Options, with their dashes. `*` is a wildcard.
    pub flags: Vec<Glob>,
    /// Words that are no option, and values of options.
    pub operands: Vec<PathPattern>,
    /// Files that a redirection of the command writes to.
    pub redirects: Vec<PathPattern>,
    /// A program before the command in its pipe.
    pub from: Vec<ProgramPattern>,
    /// A program behind the command in its pipe.
    pub to: Vec<ProgramPattern>,
    /// The sources of the code that the command runs.
    pub code_from: CodeSources,
    /// Whether it is a function that calls itself in a pipe or in the background.
    pub calls_itself: bool,
}

/// Code that a command gives to an interpreter.
#[derive(Clone, Debug, Default)]
pub struct CodeCondition {
    /// The languages, in lower case; without any, each fits.
    pub language: Vec<String>,
    /// What the text of the code must match.
    pub pattern: Option<Pattern>,
}

/// A text in which `*` stands for any characters, also none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// A glob as it is written.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A program: a base name, or a path if it has a `/`. `*` stays within a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramPattern {
    /// Fits the last segment of the program's path.
    Name(Glob),
    /// Fits the whole path.
    Path(Glob),
}

/// A pattern of paths.
#[derive(Clone, Debug)]
pub enum PathPattern {
    /// Fits a normalised path. `~` is the home folder of any user; `*` stays within a segment, `**`
    /// crosses segments.
    Path(Glob),
    /// Fits the text of a word as it is.
    Regex(Pattern),
}

/// Where the code comes from that a command runs: any of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodeSources(pub u8);

impl CodeSources {
    /// What a downloader fetched.
    pub const DOWNLOAD: Self = Self(1);
    /// A pipe or a file whose content is not known.
    pub const INPUT: Self = Self(2);
    /// Text that was encoded.
    pub const DECODED: Self = Self(4);
    /// A text or a program that is not known.
    pub const UNKNOWN: Self = Self(8);

    /// The names of the sources in a policy.
    pub const NAMES: [(&str, Self); 4] = [
        ("download", Self::DOWNLOAD),
        ("input", Self::INPUT),
        ("decoded", Self::DECODED),
        ("unknown", Self::UNKNOWN),
    ];

    /// Whether no source is asked for.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the two have a source in common.
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for CodeSources {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A day in UTC, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(u32);

impl Date {
    /// The day with this number, counted from 1970-01-01.
    pub fn from_days(days: u32) -> Self {
        Self(days)
    }

    /// The number of days since 1970-01-01.
    pub fn days(self) -> u32 {
        self.0
    }

    /// Reads `YYYY-MM-DD`: a day of the Gregorian calendar from 1970 on.
    ///
    /// ```
    /// use sentry_core::policy::Date;
    /// assert_eq!(Date::parse("1970-01-02").unwrap().days(), 1);
    /// assert_eq!(Date::parse("2028-02-29").unwrap().to_string(), "2028-02-29");
    /// assert!(Date::parse("2027-02-29").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let part = |from: usize, to: usize| {
            let digits = text.get(from..to)?;
            let all = digits.bytes().all(|byte| byte.is_ascii_digit());
            all.then(|| digits.parse::<u32>().ok())?
        };
        let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
        let dashes = text.get(4..5)? == "-" && text.get(7..8)? == "-";
        let within = year >= 1970 && (1..=12).contains(&month);
        if text.len() != 10 || !dashes || !within || day == 0 {
            return None;
        }
        let date = Self(days_before(year, month) + day - 1);
        // A day that the month does not have is one of the next month.
        (date.parts().1 == month).then_some(date)
    }

    /// Year, month and day.
    fn parts(self) -> (u32, u32, u32) {
        let mut year = 1970 + self.0 / 366;
        while days_before(year + 1, 1) <= self.0 {
            year += 1;
        }
        let mut month = 12;
        while days_before(year, month) > self.0 {
            month -= 1;
        }
        (year, month, self.0 - days_before(year, month) + 1)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// The days from 1970-01-01 to the first of a month.
fn days_before(year: u32, month: u32) -> u32 {
    const BEFORE: [u32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let last = year - 1;
    // 477 leap days come before 1970.
    let leap_days = last / 4 - last / 100 + last / 400 - 477;
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let months = BEFORE.get(month as usize - 1).copied().unwrap_or(0);
    (year - 1970) * 365 + leap_days + months + u32::from(is_leap && month > 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let known = [
            ("1970-01-01", 0),
            ("2000-03-01", 11017),
            ("2026-11-29", 20786),
        ];
        for (text, days) in known {
            assert_eq!(Date::parse(text).unwrap().days(), days, "{text}");
        }
        for days in (0..2_932_897).step_by(7) {
            let date = Date::from_days(days);
            assert_eq!(Date::parse(&date.to_string()), Some(date));
        }
        for bad in [
            "2027-2-3",
            "2027-13-01",
            "2027-04-31",
            "1969-12-31",
            "2027-04-01 ",
            "+027-04-01",
            "é27-04-01",
        ] {
            assert_eq!(Date::parse(bad), None, "{bad}");
        }
    }
}
