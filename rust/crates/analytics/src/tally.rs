use std::collections::{BTreeMap, BTreeSet};

use crate::{Bucket, Count, Counter, Day, Dimension, Granularity, Measure, Record, Site, View, Visitor};

/// Identifies a total: a counter of a site in a bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TotalKey {
    pub site: Site,
    pub bucket: Bucket,
    pub counter: Counter,
}

/// Counts, or changes of counts.
pub type Counts = BTreeMap<Count, i64>;

/// Changes of counters by views.
///
/// This is the only place that defines what is counted: the trigger, reports with filters and the recount use it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(BTreeMap<TotalKey, Counts>);

impl Tally {
    /// Counts a view. `new_visitor` says that no other view of its visitor is counted that day.
    pub fn view(&mut self, view: &View, new_visitor: bool) {
        let day = view.id.day();
        if let Some(bot) = &view.agent.bot {
            return self.summary(&view.site, day, &[(Count::Bots, 1), (Count::Of(Dimension::Bot, bot.clone()), 1)]);
        }
        let (open, closed): (Vec<_>, Vec<_>) = Dimension::ALL
            .into_iter()
            .filter_map(|dimension| Some((dimension, view.value(dimension)?.to_owned())))
            .partition(|(dimension, _)| dimension.is_open());
        let mut counts = vec![(Count::Views, 1)];
        counts.extend(closed.into_iter().map(|(dimension, value)| (Count::Of(dimension, value), 1)));
        counts.extend((new_visitor && view.visitor.is_some()).then_some((Count::Visitors, 1)));
        self.summary(&view.site, day, &counts);
        for (dimension, value) in open {
            self.add(&view.site, day, &Counter::Value(dimension, value), &[(Count::Views, 1)]);
        }
    }

    /// Counts by how much the measure of a view exceeds the one counted `before`.
    pub fn measure(&mut self, view: &View, before: Option<Measure>, after: Measure) {
        if view.agent.bot.is_some() {
            return;
        }
        let Measure { duration_ms, scroll } = before.unwrap_or_default();
        let longer = i64::try_from(after.duration_ms.saturating_sub(duration_ms)).unwrap_or(i64::MAX);
        let deeper = i64::from(after.scroll.saturating_sub(scroll));
        let counts =
            vec![(Count::Measured, i64::from(before.is_none())), (Count::DurationMs, longer), (Count::Scroll, deeper)];
        self.summary(&view.site, view.id.day(), &counts);
    }

    /// Returns the counters that change, and their changes.
    pub fn iter(&self) -> impl Iterator<Item = (&TotalKey, &Counts)> {
        self.0.iter()
    }

    /// Returns the number of counters that change.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no counter changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds counts to a counter, such as those of one of its shards.
    pub fn add_counts(&mut self, key: TotalKey, counts: impl IntoIterator<Item = (Count, i64)>) {
        let mut total = self.0.remove(&key).unwrap_or_default();
        for (count, number) in counts {
            let sum = total.entry(count).or_default();
            *sum = sum.saturating_add(number);
        }
        total.retain(|_, number| *number != 0);
        if !total.is_empty() {
            self.0.insert(key, total);
        }
    }

    fn summary(&mut self, site: &Site, day: Day, counts: &[(Count, i64)]) {
        self.add(site, day, &Counter::Summary, counts);
    }

    fn add(&mut self, site: &Site, day: Day, counter: &Counter, counts: &[(Count, i64)]) {
        for granularity in Granularity::ALL {
            let bucket = Bucket::new(granularity, day);
            let key = TotalKey { site: site.clone(), bucket, counter: counter.clone() };
            self.add_counts(key, counts.iter().cloned());
        }
    }
}

/// The tally of the views of one site and one day, in which each visitor counts once.
#[derive(Debug, Clone, Default)]
pub struct DayTally {
    tally: Tally,
    visitors: BTreeSet<Visitor>,
}

impl DayTally {
    /// Adds what the totals have of a stored view.
    pub fn add(&mut self, Record { view, counted, measure, .. }: &Record) {
        if let Some(measure) = measure {
            self.tally.measure(view, None, *measure);
        }
        if *counted {
            let visitor = view.visitor.filter(|_| view.agent.bot.is_none());
            let is_new = visitor.is_some_and(|visitor| self.visitors.insert(visitor));
            self.tally.view(view, is_new);
        }
    }

    /// Returns the counters that change, and their changes.
    pub fn into_totals(self) -> impl Iterator<Item = (TotalKey, Counts)> {
        self.tally.0.into_iter()
    }
}

#[cfg(test)]
mod tests;
