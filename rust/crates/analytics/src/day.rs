use std::fmt;
use std::iter;
use std::str::FromStr;

use thiserror::Error;
use time::{Date, Month};

/// A calendar day, from 1970 to 9999, written `2026-11-21`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// Returns the day some days later, at most 9999-12-31.
    #[must_use]
    pub fn plus(self, days: u16) -> Self {
        Self(self.0.saturating_add(time::Duration::days(i64::from(days))))
    }

    /// Returns the day some days earlier.
    #[must_use]
    pub fn minus(self, days: u16) -> Self {
        Self(self.0.saturating_sub(time::Duration::days(i64::from(days))))
    }

    /// Returns the number of days until a later day, or 0 if it is not later.
    #[must_use]
    pub fn days_until(self, later: Self) -> u64 {
        u64::try_from((later.0 - self.0).whole_days()).unwrap_or(0)
    }

    /// Returns all days from this one to another, both included.
    pub fn through(self, last: Self) -> impl Iterator<Item = Self> {
        iter::successors(Some(self), |day| Some(day.plus(1)).filter(|next| next > day))
            .take_while(move |day| *day <= last)
    }

    /// Returns the first day whose views are all stored today, if views are stored for some days.
    #[must_use]
    pub fn first_retained(self, retention_days: u16) -> Self {
        self.minus(retention_days.saturating_sub(1))
    }

    /// Returns the number of the day, which is one more than that of the day before.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0.to_julian_day().unsigned_abs().into()
    }

    /// Returns the first day of its month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        self.minus(u16::from(self.0.day()) - 1)
    }

    /// Returns the first day of its year.
    #[must_use]
    pub fn first_of_year(self) -> Self {
        self.minus(self.0.ordinal() - 1)
    }

    /// Returns the same date of the year before; February 28 instead of 29.
    #[must_use]
    pub fn year_before(self) -> Self {
        let (year, month) = (self.0.year() - 1, self.0.month());
        let date = Date::from_calendar_date(year, month, self.0.day().min(month.length(year)));
        Self(date.unwrap_or(self.0))
    }

    pub(crate) fn date(self) -> Date {
        self.0
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self(date)
    }
}

impl FromStr for Day {
    type Err = InvalidDay;

    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        let date = || {
            let (year, rest) = text.split_once('-')?;
            let (month, day) = rest.split_once('-')?;
            let month = Month::try_from(u8::try_from(digits::<2>(month)?).ok()?).ok()?;
            Date::from_calendar_date(i32::from(digits::<4>(year)?), month, u8::try_from(digits::<2>(day)?).ok()?).ok()
        };
        date().map(Self).ok_or(InvalidDay)
    }
}

/// Parses exactly `N` digits.
pub(crate) fn digits<const N: usize>(text: &str) -> Option<u16> {
    (text.len() == N && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

/// Text that is not a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a day is written as in 2026-11-21")]
pub struct InvalidDay;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_round_trip_as_text() {
        for text in ["1970-01-01", "2024-02-29", "2026-11-21", "9999-12-31"] {
            assert_eq!(text.parse::<Day>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_text_is_not_a_day() {
        for text in ["", "2026-11", "2026-11-31", "2026-02-29", "2026-1-21", "+026-11-21", "2026-11-21 ", "10000-01-01"]
        {
            assert_eq!(text.parse::<Day>(), Err(InvalidDay), "{text:?}");
        }
    }

    #[test]
    fn ranges_include_the_last_day() {
        let [first, last]: [Day; 2] = ["9999-12-30", "9999-12-31"].map(|day| day.parse().unwrap());
        assert_eq!(first.through(last).collect::<Vec<_>>(), [first, last]);
        assert_eq!(last.through(last).count(), 1);
        assert_eq!(last.through(first).count(), 0);
    }

    #[test]
    fn a_year_before_is_the_same_date() {
        for (day, before) in [
            ("2026-11-21", "2025-11-21"),
            ("2024-02-29", "2023-02-28"),
            ("2025-02-28", "2024-02-28"),
            ("2024-12-31", "2023-12-31"),
        ] {
            assert_eq!(day.parse::<Day>().unwrap().year_before().to_string(), before);
        }
    }

    #[test]
    fn months_and_years_begin_with_their_first_day() {
        for (day, month, year) in
            [("2024-12-31", "2024-12-01", "2024-01-01"), ("2026-01-01", "2026-01-01", "2026-01-01")]
        {
            let day: Day = day.parse().unwrap();
            assert_eq!([day.first_of_month(), day.first_of_year()].map(|day| day.to_string()), [month, year]);
        }
    }

    #[test]
    fn a_day_with_expired_views_is_not_retained() {
        let today: Day = "2026-11-21".parse().unwrap();
        let first = |days| today.first_retained(days).to_string();
        assert_eq!([first(0), first(1), first(7)], ["2026-11-21", "2026-11-21", "2026-11-15"]);
    }

    #[test]
    fn arithmetic_saturates_at_the_first_and_last_day() {
        let last: Day = "9999-12-31".parse().unwrap();
        assert_eq!(last.plus(7), last);
        assert_eq!(last.minus(1).days_until(last), 1);
        assert_eq!(last.days_until(last.minus(1)), 0);
    }
}
