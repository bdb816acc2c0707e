use std::collections::BTreeMap;

use analytics::{Bucket, Count, Counter, Counts, Day, DayTally, Dimension, Granularity, TotalKey};
use serde::Serialize;

use super::column::{Column, labelled};
use super::details::{DayDetails, Details};
use super::period::{By, Hour, Period};

/// The sums of the counters in a period and the previous one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    period: Period,
    buckets: BTreeMap<Bucket, Counts>,
    hours: BTreeMap<Hour, Counts>,
    values: BTreeMap<Dimension, BTreeMap<String, i64>>,
    /// Figures from the stored views of the period; none if there are too many to read for a report without filters.
    pub details: Option<Details>,
    /// Number of items that cannot be decoded.
    pub unreadable: u64,
}

impl Figures {
    /// Creates empty sums.
    pub fn new(period: Period) -> Self {
        Self {
            period,
            buckets: BTreeMap::new(),
            hours: BTreeMap::new(),
            values: BTreeMap::new(),
            details: None,
            unreadable: 0,
        }
    }

    /// Adds a counter, or one of its shards.
    pub fn add(&mut self, TotalKey { bucket, counter, .. }: TotalKey, counts: &Counts) {
        if bucket.granularity() != self.period.granularity() {
            return;
        }
        match counter {
            Counter::Summary => add_counts(self.buckets.entry(bucket).or_default(), counts),
            Counter::Value(dimension, value) if self.is_current(bucket) => {
                let views = counts.get(&Count::Views).copied().unwrap_or_default();
                increase(self.values.entry(dimension).or_default().entry(value).or_default(), views);
            }
            Counter::Value(..) => {}
        }
    }

    /// Adds the views of a day.
    pub fn add_day(&mut self, views: DayTally) {
        views.into_totals().for_each(|(key, counts)| self.add(key, &counts));
    }

    /// Adds the views of an hour, in which each visitor counts once.
    pub fn add_hour(&mut self, hour: Hour, views: DayTally) {
        let is_summary =
            |key: &TotalKey| key.counter == Counter::Summary && key.bucket.granularity() == Granularity::Day;
        let summary = views.into_totals().find(|(key, _)| is_summary(key));
        self.hours.extend(summary.map(|(_, counts)| (hour, counts)));
    }

    /// Adds the details of a day of the period.
    pub fn add_details(&mut self, views: DayDetails) {
        self.details.get_or_insert_default().add_day(views);
    }

    /// Adds other sums of the same period.
    pub fn merge(&mut self, other: Self) {
        for (bucket, counts) in &other.buckets {
            add_counts(self.buckets.entry(*bucket).or_default(), counts);
        }
        self.hours.extend(other.hours);
        for (dimension, values) in other.values {
            let total = self.values.entry(dimension).or_default();
            for (value, views) in values {
                increase(total.entry(value).or_default(), views);
            }
        }
        if let Some(details) = other.details {
            self.details.get_or_insert_default().merge(details);
        }
        self.unreadable += other.unreadable;
    }

    /// The period.
    pub fn period(&self) -> Period {
        self.period
    }

    /// Returns the counts of a bucket.
    pub fn bucket(&self, bucket: Bucket) -> Option<&Counts> {
        self.buckets.get(&bucket)
    }

    /// Returns the name and the counts of every bucket or hour of a period.
    pub fn series(&self, period: Period) -> Vec<(String, Option<&Counts>)> {
        match period.by() {
            By::Hour => period.hours().map(|hour| (hour.to_string(), self.hours.get(&hour))).collect(),
            By::Bucket(_) => period.buckets().map(|bucket| (bucket.to_string(), self.bucket(bucket))).collect(),
        }
    }

    /// Returns the rows of a column, ordered by views and then by value; none if they need stored views that were not read.
    pub fn rows(&self, column: Column) -> Option<Vec<Row<'_>>> {
        let mut rows: Vec<Row<'_>> = match column {
            Column::Counted(dimension) => {
                let details = self.all_details().filter(|_| dimension != Dimension::Bot);
                let visitors = |value: &str| details.map(|details| details.visitors(column, value));
                let row = |(value, views)| Row { value, views, visitors: visitors(value) };
                self.values(dimension).into_iter().map(row).collect()
            }
            Column::Detail(_) => {
                let values = self.details.as_ref()?.values(column).into_iter().flatten();
                values.map(|(value, rank)| Row { value, views: rank.views, visitors: Some(rank.visitors) }).collect()
            }
        };
        rows.sort_by_key(|row| (-row.views, row.value));
        Some(rows)
    }

    /// Returns the visitors from a source; none if not all views are stored.
    pub fn visitors_from(&self, source: &str) -> Option<i64> {
        Some(self.all_details()?.visitors_from(source))
    }

    /// Returns the details if they are of all views of the period.
    fn all_details(&self) -> Option<&Details> {
        let views = self.current().filter_map(|(_, counts)| counts.get(&Count::Views)).sum();
        self.details.as_ref().filter(|details| details.views >= views)
    }

    /// Returns the number of views by people and by bots in the buckets of the period that end on a day or later.
    pub fn views_since(&self, day: Day) -> i64 {
        let counts = self.current().filter(|(bucket, _)| bucket.last() >= day).flat_map(|(_, counts)| counts);
        counts.filter(|(count, _)| matches!(count, Count::Views | Count::Bots)).map(|(_, number)| number).sum()
    }

    fn current(&self) -> impl Iterator<Item = (Bucket, &Counts)> {
        self.buckets.range(self.period.from()..=self.period.to()).map(|(bucket, counts)| (*bucket, counts))
    }

    /// Returns the values of a dimension in the period with their views.
    fn values(&self, dimension: Dimension) -> BTreeMap<&str, i64> {
        let mut values: BTreeMap<&str, i64> = BTreeMap::new();
        for (count, views) in self.current().flat_map(|(_, counts)| counts) {
            match count {
                Count::Of(of, value) if *of == dimension => {
                    increase(values.entry(labelled(dimension, value)).or_default(), *views);
                }
                _ => {}
            }
        }
        for (value, views) in self.values.get(&dimension).into_iter().flatten() {
            increase(values.entry(value).or_default(), *views);
        }
        values
    }

    fn is_current(&self, bucket: Bucket) -> bool {
        (self.period.from()..=self.period.to()).contains(&bucket)
    }
}

/// A value and its views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Row<'a> {
    /// The value.
    pub value: &'a str,
    /// Views by people, or by bots.
    pub views: i64,
    /// Visitors, each once a day; null if not all views of the period are stored, and for bots.
    pub visitors: Option<i64>,
}

fn add_counts(total: &mut Counts, counts: &Counts) {
    for (count, number) in counts {
        increase(total.entry(count.clone()).or_default(), *number);
    }
}

fn increase(total: &mut i64, number: i64) {
    *total = total.saturating_add(number);
}
