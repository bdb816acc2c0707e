use std::collections::BTreeMap;

use crate::{Bucket, Count, Counter, Day, Dimension, Granularity, Measure, Site, View};

/// Which counter: of a site, in a bucket, of all views or of those with a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TotalKey {
    /// The site.
    pub site: Site,
    /// The day, week or month.
    pub bucket: Bucket,
    /// All views or those with a value.
    pub counter: Counter,
}

/// Counts, or by how much they change.
pub type Counts = BTreeMap<Count, i64>;

/// What views come to: by how much they move which counters.
///
/// The one place where it is said what is counted: the trigger, the report of raw views and the recount all use it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(BTreeMap<TotalKey, Counts>);

impl Tally {
    /// Count a view; `new_visitor` when its visitor has no other view counted that day.
    pub fn view(&mut self, view: &View, new_visitor: bool) {
        let day = view.id.time.day();
        if let Some(bot) = &view.agent.bot {
            return self.summary(&view.site, day, &[(Count::Bots, 1), (Count::Of(Dimension::Bot, bot.clone()), 1)]);
        }
        let mut counts = vec![
            (Count::Views, 1),
            (Count::Of(Dimension::Browser, view.agent.browser.clone()), 1),
            (Count::Of(Dimension::System, view.agent.system.clone()), 1),
            (Count::Of(Dimension::Device, view.agent.device.name().to_owned()), 1),
        ];
        counts.extend(view.country.iter().map(|country| (Count::Of(Dimension::Country, country.clone()), 1)));
        counts.extend((new_visitor && view.visitor.is_some()).then_some((Count::Visitors, 1)));
        self.summary(&view.site, day, &counts);
        for (dimension, value) in open_values(view) {
            self.add(&view.site, day, &Counter::Value(dimension, value.to_owned()), &[(Count::Views, 1)]);
        }
    }

    /// Count that more is known of the duration and scroll depth of a view than was counted `before`.
    pub fn measure(&mut self, view: &View, before: Option<Measure>, after: Measure) {
        if view.agent.bot.is_some() {
            return;
        }
        let Measure { duration_ms, scroll } = before.unwrap_or_default();
        let longer = i64::try_from(after.duration_ms.saturating_sub(duration_ms)).unwrap_or(i64::MAX);
        let deeper = i64::from(after.scroll.saturating_sub(scroll));
        let counts =
            vec![(Count::Measured, i64::from(before.is_none())), (Count::DurationMs, longer), (Count::Scroll, deeper)];
        self.summary(&view.site, view.id.time.day(), &counts);
    }

    /// The counters that change, each by something.
    pub fn iter(&self) -> impl Iterator<Item = (&TotalKey, &Counts)> {
        self.0.iter()
    }

    /// How many counters change.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Add what is stored of a counter, or of one of its shards.
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
            let bucket = Bucket::of(granularity, day);
            let key = TotalKey { site: site.clone(), bucket, counter: counter.clone() };
            self.add_counts(key, counts.iter().cloned());
        }
    }
}

/// The values that a view has in open dimensions.
fn open_values(view: &View) -> impl Iterator<Item = (Dimension, &str)> {
    [
        (Dimension::Page, Some(view.page.as_str())),
        (Dimension::Referrer, view.referrer.as_ref().map(crate::Referrer::as_str)),
        (Dimension::Campaign, view.campaign.as_ref().map(crate::Campaign::as_str)),
    ]
    .into_iter()
    .filter_map(|(dimension, value)| Some((dimension, value?)))
}

#[cfg(test)]
mod tests;
