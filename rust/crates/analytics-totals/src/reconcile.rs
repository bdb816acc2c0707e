//! Recounts the stored views, and compares and repairs the totals.

use std::collections::{BTreeMap, BTreeSet};

use analytics::{Count, Counter, Day, Granularity, Leave, Record, Site, TotalKey};
use analytics_store::{ReadTables, StoreError};

mod period;
mod recount;
mod repair;
mod stored;

pub use period::Period;
pub use repair::{Repaired, Surplus, Waiting, count_waiting, repair};

use recount::Recount;
use stored::{FirstShard, Stored};

/// Maximum number of readings while counters change.
const READINGS: usize = 3;

/// The result of a recount.
#[derive(Debug, Default)]
pub struct Report {
    /// Number of views that are marked as counted.
    pub counted: usize,
    /// Views that are not counted yet.
    pub waiting: Vec<Record>,
    /// Leaves that exceed what is counted of their view.
    pub waiting_leaves: Vec<Leave>,
    /// Number of records in quarantine.
    pub quarantined: usize,
    /// Number of items that cannot be decoded. They are in no total.
    pub unreadable: usize,
    /// Number of counters that changed while they were read.
    pub moving: usize,
    /// Counters that differ from the views.
    pub drifts: Vec<Drift>,
    /// Number of counters that are higher than the views of days with deleted views. They may be right.
    pub unknown: usize,
    /// Days with more counts than stored views. Views waiting there may be in the totals already: a restored table of
    /// views has lost the marks of what was counted since.
    doubtful: BTreeMap<(Site, Day), Doubt>,
    first_shards: BTreeMap<TotalKey, FirstShard>,
}

impl Report {
    /// Returns by how much a repair would lower counters in all.
    #[must_use]
    pub fn surplus(&self) -> i64 {
        self.drifts.iter().map(|drift| (drift.stored - drift.expected).max(0)).sum()
    }
}

/// Reason why waiting views may be in the totals already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Doubt {
    /// The totals are too high. A confirmed repair lowers them first.
    Surplus,
    /// The totals are higher than the views, and may be right.
    Unknown,
}

/// A count that differs from the views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    pub total: TotalKey,
    pub count: Count,
    /// The stored number.
    pub stored: i64,
    /// The number that the views add up to.
    pub expected: i64,
    /// Whether the count changed while it was read, so that the difference may be greater.
    pub moving: bool,
}

/// Recounts the views of sites in a period, and compares the totals of all buckets that the period covers.
///
/// The trigger may count views meanwhile. Counters only grow: the right number is at least the one before the views are
/// read, and at most the one after that. If nothing happens meanwhile, all three are equal.
///
/// # Errors
/// The error of the store.
pub async fn reconcile(store: &dyn ReadTables, sites: &[Site], period: Period) -> Result<Report, StoreError> {
    let mut reading = Reading::new(store, sites, period).await?;
    let mut bounds = reading.bounds();
    for _ in 1..READINGS {
        if reading.moving() == 0 {
            break;
        }
        reading = Reading::new(store, sites, period).await?;
        for (key, (least, most)) in reading.bounds() {
            let bound = bounds.entry(key).or_insert((least, most));
            *bound = (bound.0.max(least), bound.1.min(most));
        }
    }
    Ok(reading.report(&bounds, stored::quarantined(store).await?))
}

/// Identifies a count of a total.
type CountKey = (TotalKey, Count);

/// Values by count.
type ByCount<T> = BTreeMap<CountKey, T>;

/// The totals, the views, and the totals again.
struct Reading {
    before: Stored,
    recount: Recount,
    expected: ByCount<i64>,
    after: Stored,
}

impl Reading {
    async fn new(store: &dyn ReadTables, sites: &[Site], period: Period) -> Result<Self, StoreError> {
        let before = Stored::read(store, sites, period).await?;
        let recount = Recount::read(store, sites, period).await?;
        let after = Stored::read(store, sites, period).await?;
        Ok(Self { expected: recount.counts(period), before, recount, after })
    }

    fn keys(&self) -> BTreeSet<&CountKey> {
        [&self.before.counts, &self.expected, &self.after.counts].into_iter().flat_map(BTreeMap::keys).collect()
    }

    fn is_moving(&self, key: &CountKey) -> bool {
        self.before.counts.get(key) != self.after.counts.get(key)
    }

    fn moving(&self) -> usize {
        self.keys().into_iter().filter(|key| self.is_moving(key)).count()
    }

    /// Returns the last day of each site on which views may be missing.
    ///
    /// Views expire from the oldest on, and a table can be emptied or restored. So if a day has counts and no view, the
    /// views are incomplete on this day, on the days before, and possibly on the next day with views.
    fn unknown_until(&self) -> BTreeMap<Site, Day> {
        let counted = self.after.counts.iter().filter(|((total, _), number)| {
            total.bucket.granularity() == Granularity::Day && total.counter == Counter::Summary && **number > 0
        });
        let mut until = BTreeMap::new();
        for ((total, _), _) in counted {
            let (site, day) = (&total.site, total.bucket.first());
            if !self.recount.days.contains(&(site.clone(), day)) {
                let next = self.recount.days.iter().find(|(other, later)| other == site && *later > day);
                let last = next.map_or(day, |(_, later)| *later);
                let day = until.entry(site.clone()).or_insert(last);
                *day = last.max(*day);
            }
        }
        until
    }

    /// Returns by how much each count is too low: at least, and at most.
    fn bounds(&self) -> ByCount<(i64, i64)> {
        let bounds = |key: &CountKey| {
            let number = |counts: &ByCount<i64>| counts.get(key).copied().unwrap_or_default();
            let expected = number(&self.expected);
            (expected - number(&self.after.counts), expected - number(&self.before.counts))
        };
        self.keys().into_iter().map(|key| (key.clone(), bounds(key))).collect()
    }

    fn report(self, bounds: &ByCount<(i64, i64)>, quarantined: usize) -> Report {
        let unknown_until = self.unknown_until();
        let (unknown, drifts): (Vec<_>, Vec<_>) = bounds
            .iter()
            .filter_map(|(key, (least, most))| {
                let by = if *least > 0 { *least } else { *most.min(&0) };
                let stored = self.after.counts.get(key).copied().unwrap_or_default();
                let (total, count) = key.clone();
                (by != 0).then(|| Drift { total, count, stored, expected: stored + by, moving: self.is_moving(key) })
            })
            .partition(|drift: &Drift| {
                let until = unknown_until.get(&drift.total.site);
                drift.expected < drift.stored && until.is_some_and(|until| drift.total.bucket.first() <= *until)
            });
        let is_surplus = |drift: &&Drift| {
            let TotalKey { bucket, counter, .. } = &drift.total;
            drift.expected < drift.stored && bucket.granularity() == Granularity::Day && *counter == Counter::Summary
        };
        let day = |drift: &Drift| (drift.total.site.clone(), drift.total.bucket.first());
        let surpluses = drifts.iter().filter(is_surplus).map(|drift| (day(drift), Doubt::Surplus));
        let unknowns = unknown.iter().filter(is_surplus).map(|drift| (day(drift), Doubt::Unknown));
        Report {
            doubtful: surpluses.chain(unknowns).collect(),
            drifts,
            unknown: unknown.len(),
            moving: self.moving(),
            counted: self.recount.counted,
            waiting: self.recount.waiting,
            waiting_leaves: self.recount.waiting_leaves,
            quarantined,
            unreadable: self.recount.unreadable + self.after.unreadable,
            first_shards: self.after.first_shards,
        }
    }
}
