use std::{fmt, iter};

use analytics::{Bucket, Day, Granularity};

/// Maximum number of buckets in a period.
pub const MOST_BUCKETS: usize = 400;

/// Maximum number of days in a period by hour.
pub const MOST_HOURLY_DAYS: usize = 2;

/// The granularity of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Hours, which are counted from stored views only.
    Hour,
    /// Buckets of the totals.
    Bucket(Granularity),
}

impl By {
    /// All granularities, the shortest first.
    pub const ALL: [Self; 4] =
        [Self::Hour, Self::Bucket(Granularity::Day), Self::Bucket(Granularity::Week), Self::Bucket(Granularity::Month)];

    /// Returns `hour`, `day`, `week` or `month`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Bucket(granularity) => granularity.name(),
        }
    }

    /// Returns the granularity with a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }

    fn granularity(self) -> Granularity {
        match self {
            Self::Hour => Granularity::Day,
            Self::Bucket(granularity) => granularity,
        }
    }

    fn most_buckets(self) -> usize {
        match self {
            Self::Hour => MOST_HOURLY_DAYS,
            Self::Bucket(_) => MOST_BUCKETS,
        }
    }
}

/// An hour of the site's day, written `2026-11-21T13:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hour {
    /// The day.
    pub day: Day,
    /// The hour, from 0 to 23.
    pub hour: u8,
}

impl fmt::Display for Hour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}T{:02}:00", self.day, self.hour)
    }
}

/// A range of buckets, each of which may be divided into hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    by: By,
    from: Bucket,
    to: Bucket,
}

/// Reason why days do not form a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPeriod {
    /// The last is before the first.
    Reversed,
    /// There are too many buckets.
    TooLong,
}

impl Period {
    /// Creates the period of the buckets from one day to another.
    ///
    /// # Errors
    /// See [`NoPeriod`].
    pub fn covering(by: By, from: Day, to: Day) -> Result<Self, NoPeriod> {
        if to < from {
            return Err(NoPeriod::Reversed);
        }
        let period = Self::of_days(by, from, to);
        let most = by.most_buckets();
        if period.buckets().take(most + 1).count() > most { Err(NoPeriod::TooLong) } else { Ok(period) }
    }

    fn of_days(by: By, from: Day, to: Day) -> Self {
        let bucket = |day| Bucket::new(by.granularity(), day);
        Self { by, from: bucket(from), to: bucket(to) }
    }

    /// Returns the previous period with the same number of buckets.
    #[must_use]
    pub fn before(self) -> Self {
        let previous = |bucket: Bucket| Bucket::new(bucket.granularity(), bucket.first().minus(1));
        let from = self.buckets().fold(self.from, |bucket, _| previous(bucket));
        Self { from, to: previous(self.from), ..self }
    }

    /// Returns the same period a year before: the same dates, or the weeks 52 weeks before.
    #[must_use]
    pub fn year_before(self) -> Self {
        let before = |day: Day| match self.by {
            By::Bucket(Granularity::Week) => day.minus(364),
            _ => day.year_before(),
        };
        Self::of_days(self.by, before(self.first_day()), before(self.last_day()))
    }

    /// Returns the buckets, the earliest first.
    pub fn buckets(self) -> impl Iterator<Item = Bucket> {
        iter::successors(Some(self.from), |bucket| bucket.next()).take_while(move |bucket| *bucket <= self.to)
    }

    /// Returns the days, the earliest first.
    pub fn days(self) -> impl Iterator<Item = Day> {
        self.first_day().through(self.last_day())
    }

    /// Returns the hours, the earliest first.
    pub fn hours(self) -> impl Iterator<Item = Hour> {
        self.days().flat_map(|day| (0..24).map(move |hour| Hour { day, hour }))
    }

    /// Returns the granularity of the series.
    #[must_use]
    pub fn by(self) -> By {
        self.by
    }

    /// Returns the granularity of the buckets.
    #[must_use]
    pub fn granularity(self) -> Granularity {
        self.from.granularity()
    }

    /// Returns the first bucket.
    #[must_use]
    pub fn from(self) -> Bucket {
        self.from
    }

    /// Returns the last bucket.
    #[must_use]
    pub fn to(self) -> Bucket {
        self.to
    }

    /// Returns the first day.
    #[must_use]
    pub fn first_day(self) -> Day {
        self.from.first()
    }

    /// Returns the last day.
    #[must_use]
    pub fn last_day(self) -> Day {
        self.to.last()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn period(by: Granularity, from: &str, to: &str) -> Result<Period, NoPeriod> {
        Period::covering(By::Bucket(by), from.parse().unwrap(), to.parse().unwrap())
    }

    /// First and last day.
    fn days(period: Period) -> [String; 2] {
        [period.first_day().to_string(), period.last_day().to_string()]
    }

    #[test]
    fn a_period_is_of_whole_buckets() {
        for (by, expected) in [
            (Granularity::Day, ["2024-12-31", "2025-01-02"]),
            (Granularity::Week, ["2024-12-30", "2025-01-05"]),
            (Granularity::Month, ["2024-12-01", "2025-01-31"]),
        ] {
            assert_eq!(days(period(by, "2024-12-31", "2025-01-02").unwrap()), expected);
        }
    }

    #[test]
    fn the_period_before_ends_where_it_begins() {
        for (by, expected) in [
            (Granularity::Day, ["2024-12-28", "2024-12-30"]),
            (Granularity::Week, ["2024-12-23", "2024-12-29"]),
            (Granularity::Month, ["2024-10-01", "2024-11-30"]),
        ] {
            assert_eq!(days(period(by, "2024-12-31", "2025-01-02").unwrap().before()), expected);
        }
    }

    #[test]
    fn a_year_earlier_has_the_same_dates_or_weekdays() {
        for (by, expected) in [
            (Granularity::Day, ["2023-12-31", "2024-01-02"]),
            (Granularity::Week, ["2024-01-01", "2024-01-07"]),
            (Granularity::Month, ["2023-12-01", "2024-01-31"]),
        ] {
            assert_eq!(days(period(by, "2024-12-31", "2025-01-02").unwrap().year_before()), expected);
        }
        assert_eq!(
            days(period(Granularity::Month, "2024-02-10", "2024-02-10").unwrap().year_before())[1],
            "2023-02-28"
        );
    }

    #[test]
    fn at_most_two_days_have_hours() {
        let covering = |to: &str| Period::covering(By::Hour, "2026-11-20".parse().unwrap(), to.parse().unwrap());
        let hours: Vec<String> = covering("2026-11-21").unwrap().hours().map(|hour| hour.to_string()).collect();
        assert_eq!((hours.len(), hours[0].as_str(), hours[47].as_str()), (48, "2026-11-20T00:00", "2026-11-21T23:00"));
        assert_eq!(covering("2026-11-22"), Err(NoPeriod::TooLong));
    }

    #[test]
    fn a_period_may_reach_to_the_end_of_time() {
        for by in Granularity::ALL {
            let period = period(by, "9999-12-31", "9999-12-31").unwrap();
            assert_eq!((period.buckets().count(), period.before().buckets().count()), (1, 1));
            assert_eq!(days(period)[1], "9999-12-31");
            assert_eq!(period.days().last().unwrap().to_string(), "9999-12-31");
        }
    }

    #[test]
    fn at_most_four_hundred_buckets_are_reported() {
        assert_eq!(period(Granularity::Day, "2026-01-01", "2027-02-04").unwrap().buckets().count(), 400);
        assert_eq!(period(Granularity::Day, "2026-01-01", "2027-02-05"), Err(NoPeriod::TooLong));
        assert_eq!(period(Granularity::Week, "1970-01-01", "9999-12-31"), Err(NoPeriod::TooLong));
        assert_eq!(period(Granularity::Day, "2026-01-02", "2026-01-01"), Err(NoPeriod::Reversed));
    }

    proptest! {
        #[test]
        fn every_day_of_a_period_is_in_one_of_its_buckets(start in 400_u16..20_000, length in 0_u16..400, by in 0_usize..3) {
            let by = Granularity::ALL[by];
            let from = "1970-01-01".parse::<Day>().unwrap().plus(start);
            let period = Period::covering(By::Bucket(by), from, from.plus(length)).unwrap();
            let days: Vec<Day> = period.days().collect();
            let buckets: Vec<Bucket> = period.buckets().collect();
            prop_assert!(days.contains(&from) && days.contains(&from.plus(length)));
            for day in &days {
                prop_assert!(buckets.contains(&Bucket::new(by, *day)));
            }
            let before = period.before();
            prop_assert_eq!(before.buckets().count(), buckets.len());
            prop_assert_eq!(before.last_day().plus(1), period.first_day());
        }
    }
}
