use std::fmt;

use time::{Date, Month, Weekday};

use crate::Day;
use crate::day::digits;

/// The length of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Granularity {
    /// A day of the site's time zone.
    Day,
    /// A week of ISO 8601: from Monday, in the year that has its Thursday.
    Week,
    /// A calendar month.
    Month,
}

impl Granularity {
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// Returns `day`, `week` or `month`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// Returns the granularity with a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|granularity| granularity.name() == name)
    }
}

/// A day, week or month for which views are counted, written `2026-11-21`, `2026-W47` or `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket {
    granularity: Granularity,
    first: Day,
}

impl Bucket {
    /// Returns the bucket of a day.
    #[must_use]
    pub fn new(granularity: Granularity, day: Day) -> Self {
        let first = match granularity {
            Granularity::Day => day,
            Granularity::Week => day.minus(u16::from(day.date().weekday().number_days_from_monday())),
            Granularity::Month => day.minus(u16::from(day.date().day()) - 1),
        };
        Self { granularity, first }
    }

    #[must_use]
    pub fn parse(granularity: Granularity, text: &str) -> Option<Self> {
        let first = match granularity {
            Granularity::Day => text.parse().ok()?,
            Granularity::Week => {
                let (year, week) = text.split_once("-W")?;
                let week = u8::try_from(digits::<2>(week)?).ok()?;
                Date::from_iso_week_date(i32::from(digits::<4>(year)?), week, Weekday::Monday).ok()?.into()
            }
            Granularity::Month => {
                let (year, month) = text.split_once('-')?;
                let month = Month::try_from(u8::try_from(digits::<2>(month)?).ok()?).ok()?;
                Date::from_calendar_date(i32::from(digits::<4>(year)?), month, 1).ok()?.into()
            }
        };
        Some(Self { granularity, first })
    }

    #[must_use]
    pub fn granularity(self) -> Granularity {
        self.granularity
    }

    #[must_use]
    pub fn first(self) -> Day {
        self.first
    }

    #[must_use]
    pub fn last(self) -> Day {
        match self.granularity {
            Granularity::Day => self.first,
            Granularity::Week => self.first.plus(6),
            Granularity::Month => {
                self.first.plus(u16::from(self.first.date().month().length(self.first.date().year())) - 1)
            }
        }
    }

    /// Returns the number of the bucket, which is one more than that of the bucket before.
    #[must_use]
    pub fn number(self) -> u64 {
        match self.granularity {
            Granularity::Day => self.first.number(),
            Granularity::Week => self.first.number() / 7,
            Granularity::Month => {
                let (year, month) = (self.first.date().year(), self.first.date().month());
                u64::from(year.unsigned_abs()) * 12 + u64::from(u8::from(month))
            }
        }
    }

    /// Returns the next bucket, or none at the end of the year 9999.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        let next = Self::new(self.granularity, self.last().plus(1));
        (next > self).then_some(next)
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.first.date();
        match self.granularity {
            Granularity::Day => self.first.fmt(formatter),
            Granularity::Week => {
                let (year, week, _) = date.to_iso_week_date();
                write!(formatter, "{year:04}-W{week:02}")
            }
            Granularity::Month => write!(formatter, "{:04}-{:02}", date.year(), u8::from(date.month())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(day: &str) -> [String; 3] {
        Granularity::ALL.map(|granularity| Bucket::new(granularity, day.parse().unwrap()).to_string())
    }

    #[test]
    fn a_week_has_the_year_of_its_thursday() {
        assert_eq!(texts("2026-11-21"), ["2026-11-21", "2026-W47", "2026-11"]);
        assert_eq!(texts("2027-01-03"), ["2027-01-03", "2026-W53", "2027-01"]);
        assert_eq!(texts("2024-12-30"), ["2024-12-30", "2025-W01", "2024-12"]);
        assert_eq!(texts("9999-12-31"), ["9999-12-31", "9999-W52", "9999-12"]);
    }

    #[test]
    fn buckets_contain_their_days_and_round_trip_as_text() {
        let mut day: Day = "2023-12-20".parse().unwrap();
        for _ in 0..800 {
            for granularity in Granularity::ALL {
                let bucket = Bucket::new(granularity, day);
                assert!((bucket.first()..=bucket.last()).contains(&day), "{bucket} {day}");
                assert_eq!(Bucket::parse(granularity, &bucket.to_string()), Some(bucket));
                let next = bucket.next().unwrap();
                assert_eq!((next.first(), next.number()), (bucket.last().plus(1), bucket.number() + 1));
            }
            day = day.plus(1);
        }
    }

    #[test]
    fn the_text_of_buckets_sorts_in_their_order() {
        for granularity in Granularity::ALL {
            let mut bucket = Bucket::new(granularity, "2023-12-20".parse().unwrap());
            for _ in 0..200 {
                let next = bucket.next().unwrap();
                assert!(bucket < next && bucket.to_string() < next.to_string(), "{bucket} {next}");
                bucket = next;
            }
        }
    }

    #[test]
    fn the_last_bucket_is_in_the_year_9999() {
        for granularity in Granularity::ALL {
            assert_eq!(Bucket::new(granularity, "9999-12-31".parse().unwrap()).next(), None);
        }
    }

    #[test]
    fn invalid_buckets_are_rejected() {
        for (granularity, text) in [
            (Granularity::Day, "2026-11"),
            (Granularity::Week, "2026-W54"),
            (Granularity::Week, "2026-W00"),
            (Granularity::Week, "2026-47"),
            (Granularity::Month, "2026-13"),
            (Granularity::Month, "2026-11-21"),
        ] {
            assert_eq!(Bucket::parse(granularity, text), None, "{text}");
        }
    }
}
