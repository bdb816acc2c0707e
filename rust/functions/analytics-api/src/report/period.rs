use std::iter;

use analytics::{Bucket, Day, Granularity};

/// Maximum number of buckets in a period.
pub const MOST_BUCKETS: usize = 400;

/// A range of buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    from: Bucket,
    to: Bucket,
}

/// Why days do not form a period.
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
    pub fn covering(by: Granularity, from: Day, to: Day) -> Result<Self, NoPeriod> {
        if to < from {
            return Err(NoPeriod::Reversed);
        }
        let period = Self { from: Bucket::new(by, from), to: Bucket::new(by, to) };
        if period.buckets().take(MOST_BUCKETS + 1).count() > MOST_BUCKETS { Err(NoPeriod::TooLong) } else { Ok(period) }
    }

    /// Returns the previous period with the same number of buckets.
    #[must_use]
    pub fn before(self) -> Self {
        let previous = |bucket: Bucket| Bucket::new(bucket.granularity(), bucket.first().minus(1));
        Self { from: self.buckets().fold(self.from, |bucket, _| previous(bucket)), to: previous(self.from) }
    }

    /// Its buckets, the earliest first.
    pub fn buckets(self) -> impl Iterator<Item = Bucket> {
        iter::successors(Some(self.from), |bucket| bucket.next()).take_while(move |bucket| *bucket <= self.to)
    }

    /// Its days, the earliest first.
    pub fn days(self) -> impl Iterator<Item = Day> {
        self.first_day().through(self.last_day())
    }

    /// The granularity of its buckets.
    #[must_use]
    pub fn by(self) -> Granularity {
        self.from.granularity()
    }

    /// Its first bucket.
    #[must_use]
    pub fn from(self) -> Bucket {
        self.from
    }

    /// Its last bucket.
    #[must_use]
    pub fn to(self) -> Bucket {
        self.to
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> Day {
        self.from.first()
    }

    /// Its last day.
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
        Period::covering(by, from.parse().unwrap(), to.parse().unwrap())
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
            let period = Period::covering(by, from, from.plus(length)).unwrap();
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
