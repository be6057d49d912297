//! A day, as rules name it in `expires`.

use std::fmt;

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
