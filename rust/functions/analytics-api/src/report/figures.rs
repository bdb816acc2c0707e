use std::collections::BTreeMap;

use analytics::{Bucket, Count, Counter, Counts, DayTally, Dimension, TotalKey, label};

use super::period::Period;

/// The sums of the counters in a period and the previous one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    period: Period,
    buckets: BTreeMap<Bucket, Counts>,
    values: BTreeMap<Dimension, BTreeMap<String, i64>>,
    /// Number of items that cannot be decoded.
    pub unreadable: u64,
}

impl Figures {
    /// Creates empty sums.
    pub fn new(period: Period) -> Self {
        Self { period, buckets: BTreeMap::new(), values: BTreeMap::new(), unreadable: 0 }
    }

    /// Adds a counter, or one of its shards.
    pub fn add(&mut self, TotalKey { bucket, counter, .. }: TotalKey, counts: &Counts) {
        if bucket.granularity() != self.period.by() {
            return;
        }
        match counter {
            Counter::Summary => {
                let total = self.buckets.entry(bucket).or_default();
                for (count, number) in counts {
                    increase(total.entry(count.clone()).or_default(), *number);
                }
            }
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

    /// Adds other sums of the same period.
    pub fn merge(&mut self, other: Self) {
        for (bucket, counts) in other.buckets {
            let total = self.buckets.entry(bucket).or_default();
            for (count, number) in counts {
                increase(total.entry(count).or_default(), number);
            }
        }
        for (dimension, values) in other.values {
            let total = self.values.entry(dimension).or_default();
            for (value, views) in values {
                increase(total.entry(value).or_default(), views);
            }
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

    /// Returns the values of a dimension in the period with their views, ordered by views and then by value.
    pub fn values(&self, dimension: Dimension) -> Vec<(&str, i64)> {
        let mut values: BTreeMap<&str, i64> = BTreeMap::new();
        let in_summaries = self.buckets.iter().filter(|(bucket, _)| self.is_current(**bucket));
        for (count, views) in in_summaries.flat_map(|(_, counts)| counts) {
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
        let mut values: Vec<(&str, i64)> = values.into_iter().collect();
        values.sort_by_key(|&(value, views)| (-views, value));
        values
    }

    fn is_current(&self, bucket: Bucket) -> bool {
        (self.period.from()..=self.period.to()).contains(&bucket)
    }
}

/// Returns the current name of a value.
pub fn labelled(dimension: Dimension, value: &str) -> &str {
    match dimension {
        Dimension::System => label::system(value),
        Dimension::Browser => label::browser(value),
        _ => value,
    }
}

fn increase(total: &mut i64, number: i64) {
    *total = total.saturating_add(number);
}
