use analytics::{Bucket, Day, Granularity};

/// The days of a recount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// The current day of the site whose local time is furthest ahead. No later day has views.
    pub today: Day,
}

impl Period {
    /// Creates the period from `from` to `to`. By default, it starts on the Monday of the week in which the previous month
    /// begins, and ends today. It never starts before the first day whose views are all stored, because a recount of a day
    /// with expired views is too low.
    #[must_use]
    pub fn new(from: Option<Day>, to: Option<Day>, today: Day, retention_days: u16) -> Self {
        let month = Bucket::new(Granularity::Month, today).first();
        let previous_month = Bucket::new(Granularity::Month, month.minus(1)).first();
        let from = from.unwrap_or_else(|| Bucket::new(Granularity::Week, previous_month).first());
        Self { from: from.max(today.first_retained(retention_days)), to: to.unwrap_or(today).min(today), today }
    }

    /// Returns its days, the earliest first.
    pub fn days(self) -> impl Iterator<Item = Day> {
        self.from.through(self.to)
    }

    /// Whether all views of a bucket are of these days.
    #[must_use]
    pub fn covers(self, bucket: Bucket) -> bool {
        self.from <= bucket.first() && bucket.first() <= self.to && bucket.last().min(self.today) <= self.to
    }

    /// Returns the first and the last bucket that it covers.
    #[must_use]
    pub fn covered(self, granularity: Granularity) -> Option<(Bucket, Bucket)> {
        let mut buckets = self.days().map(|day| Bucket::new(granularity, day)).filter(|bucket| self.covers(*bucket));
        let first = buckets.next()?;
        Some((first, buckets.last().unwrap_or(first)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn covered(period: Period) -> [Option<String>; 3] {
        Granularity::ALL
            .map(|granularity| period.covered(granularity).map(|(first, last)| format!("{first} to {last}")))
    }

    #[test]
    fn the_default_starts_on_the_monday_before_last_month() {
        let period = Period::new(None, None, day("2026-11-21"), 400);
        assert_eq!((period.from, period.to), (day("2026-09-28"), day("2026-11-21")));
        let all = ["2026-09-28 to 2026-11-21", "2026-W40 to 2026-W47", "2026-10 to 2026-11"];
        assert_eq!(covered(period), all.map(|text| Some(text.to_owned())));
    }

    #[test]
    fn only_buckets_inside_the_period_are_compared() {
        let period = Period::new(Some(day("2026-11-03")), Some(day("2026-11-14")), day("2026-11-21"), 400);
        assert_eq!(covered(period), [Some("2026-11-03 to 2026-11-14".to_owned()), None, None]);
    }

    #[test]
    fn days_with_expired_views_are_excluded() {
        let period = Period::new(None, None, day("2026-11-21"), 7);
        assert_eq!((period.from, period.days().count()), (day("2026-11-15"), 7));
        assert_eq!(Period::new(None, None, day("2026-11-21"), 1).days().count(), 1);
    }

    #[test]
    fn a_period_that_ends_before_it_begins_has_no_days() {
        let period = Period::new(Some(day("2026-11-20")), Some(day("2026-11-14")), day("2026-11-21"), 400);
        assert_eq!(period.days().count(), 0);
        assert_eq!(covered(period), [None, None, None]);
    }

    #[test]
    fn the_last_day_of_9999_is_in_a_period() {
        let last = day("9999-12-31");
        assert_eq!(Period::new(Some(last.minus(1)), None, last, 400).days().count(), 2);
    }
}
