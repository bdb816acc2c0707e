//! A recount of the raw views: how far the totals are from what they should be, and how to set them right.

use std::collections::{BTreeMap, BTreeSet};

use analytics::keys::{Key, Sections};
use analytics::{Count, Counter, Counts, Day, Granularity, Item, Leave, Record, Site, TotalKey};

use crate::store::{Answer, Failure};

mod period;
mod recount;
mod repair;
mod stored;

pub use period::Period;
pub use repair::{Repaired, Surplus, repair};

use recount::Recount;
use stored::{FirstShard, Stored};

/// Readings at most while counters move.
const READINGS: usize = 3;

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Views and leaves.
    Views,
    /// Counters, visitors and quarantine.
    Totals,
}

/// Items that a query finds, as far as they fit into one answer.
#[derive(Debug, Default)]
pub struct Page {
    /// The items, in the order of their sections.
    pub items: Vec<Item>,
    /// The key after which the query goes on, if it does.
    pub next: Option<Key>,
}

/// Tables to be read as a whole.
pub trait Ledger: Send + Sync {
    /// A page of a query, as the last writes left it, that goes on after a key or begins.
    fn page<'a>(&'a self, table: Table, sections: &'a Sections, after: Option<&'a Key>) -> Answer<'a, Page>;

    /// Sets counts of a total if nothing changed since it was read; else returns `false`.
    fn correct<'a>(&'a self, correction: &'a Correction) -> Answer<'a, bool>;
}

/// New values of some counts of a stored total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Key of the total.
    pub total: Key,
    /// Revision that was read: a second repair from the same reading finds another one. Zero where there is none.
    pub revision: i64,
    /// Counts that were read; those that were not there are left out.
    pub before: Counts,
    /// Counts as they should be.
    pub after: Counts,
}

/// The attribute that counts the corrections of a total.
pub const REVISION: &str = "Revision";

/// What a recount has found.
#[derive(Debug, Default)]
pub struct Report {
    /// Views that are marked as counted.
    pub counted: usize,
    /// Views that are not counted yet.
    pub waiting: Vec<Record>,
    /// Leaves that say more of a view than is counted.
    pub waiting_leaves: Vec<Leave>,
    /// Records in quarantine.
    pub quarantined: usize,
    /// Items that nobody can read, which are in no total.
    pub unreadable: usize,
    /// Counters that moved while they were read.
    pub moving: usize,
    /// Counters that are not what they should be.
    pub drifts: Vec<Drift>,
    /// Counters that are higher than the raw views of days of which raw views are gone: these may be right.
    pub unknown: usize,
    /// Days of which more is counted than their views say, and whether that is unknown. What waits there may be in the
    /// totals already: a table of views that was restored has lost the marks of what was counted since.
    doubtful: BTreeMap<(Site, Day), Doubt>,
    first_shards: BTreeMap<TotalKey, FirstShard>,
}

impl Report {
    /// By how much a repair would lower counters, in all.
    #[must_use]
    pub fn surplus(&self) -> i64 {
        self.drifts.iter().map(|drift| (drift.is - drift.should).max(0)).sum()
    }
}

/// Why it is doubtful that what waits is in no total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Doubt {
    /// The totals are higher, and a repair that is confirmed lowers them first.
    Surplus,
    /// The totals are higher, and may be right.
    Unknown,
}

/// A counter that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// Of what.
    pub total: TotalKey,
    /// Which of its counts.
    pub count: Count,
    /// What it is.
    pub is: i64,
    /// What it should be.
    pub should: i64,
    /// Whether it moved while it was read, so that it may be off by more than this.
    pub moving: bool,
}

/// Recount the views of sites in a period, and compare the totals of all buckets that it covers.
///
/// The trigger may be at work meanwhile. Counters only grow: what one should be by the views is at least what it was
/// before they were read, and at most what it is after. Where nothing happens, all three are the same.
///
/// # Errors
/// What the ledger fails with.
pub async fn reconcile(ledger: &dyn Ledger, sites: &[Site], period: Period) -> Result<Report, Failure> {
    let mut reading = Reading::new(ledger, sites, period).await?;
    let mut bounds = reading.off_by();
    for _ in 1..READINGS {
        if reading.moving() == 0 {
            break;
        }
        reading = Reading::new(ledger, sites, period).await?;
        for (key, (least, most)) in reading.off_by() {
            let known = bounds.entry(key).or_insert((least, most));
            *known = (known.0.max(least), known.1.min(most));
        }
    }
    Ok(reading.report(&bounds, stored::quarantined(ledger).await?))
}

/// Which count of which counter.
type CountKey = (TotalKey, Count);

/// Counts, or by how much each is off.
type By<T> = BTreeMap<CountKey, T>;

/// The totals, the views, and the totals again.
struct Reading {
    before: Stored,
    recount: Recount,
    should: By<i64>,
    after: Stored,
}

impl Reading {
    async fn new(ledger: &dyn Ledger, sites: &[Site], period: Period) -> Result<Self, Failure> {
        let before = Stored::read(ledger, sites, period).await?;
        let recount = Recount::read(ledger, sites, period).await?;
        let after = Stored::read(ledger, sites, period).await?;
        Ok(Self { should: recount.counts(period), before, recount, after })
    }

    fn keys(&self) -> BTreeSet<&CountKey> {
        [&self.before.counts, &self.should, &self.after.counts].into_iter().flat_map(BTreeMap::keys).collect()
    }

    fn moves(&self, key: &CountKey) -> bool {
        self.before.counts.get(key) != self.after.counts.get(key)
    }

    fn moving(&self) -> usize {
        self.keys().into_iter().filter(|key| self.moves(key)).count()
    }

    /// For each site the last day of which raw views may be gone.
    ///
    /// Views expire from the oldest on, and a table can be emptied or restored. So a day that was counted and has no
    /// view says nothing of itself nor of what came before, nor of the next day with views, which may have lost some.
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
                let known = until.entry(site.clone()).or_insert(last);
                *known = last.max(*known);
            }
        }
        until
    }

    /// By how much each count is off: at least, and at most.
    fn off_by(&self) -> By<(i64, i64)> {
        let bounds = |key: &CountKey| {
            let of = |counts: &By<i64>| counts.get(key).copied().unwrap_or_default();
            let should = of(&self.should);
            (should - of(&self.after.counts), should - of(&self.before.counts))
        };
        self.keys().into_iter().map(|key| (key.clone(), bounds(key))).collect()
    }

    fn report(self, bounds: &By<(i64, i64)>, quarantined: usize) -> Report {
        let unknown_until = self.unknown_until();
        let (unknown, drifts): (Vec<_>, Vec<_>) = bounds
            .iter()
            .filter_map(|(key, (least, most))| {
                let by = if *least > 0 { *least } else { *most.min(&0) };
                let is = self.after.counts.get(key).copied().unwrap_or_default();
                let (total, count) = key.clone();
                (by != 0).then(|| Drift { total, count, is, should: is + by, moving: self.moves(key) })
            })
            .partition(|drift: &Drift| {
                let until = unknown_until.get(&drift.total.site);
                drift.should < drift.is && until.is_some_and(|until| drift.total.bucket.first() <= *until)
            });
        let surplus = |drift: &&Drift| {
            let TotalKey { bucket, counter, .. } = &drift.total;
            drift.should < drift.is && bucket.granularity() == Granularity::Day && *counter == Counter::Summary
        };
        let day = |drift: &Drift| (drift.total.site.clone(), drift.total.bucket.first());
        let surpluses = drifts.iter().filter(surplus).map(|drift| (day(drift), Doubt::Surplus));
        let unknowns = unknown.iter().filter(surplus).map(|drift| (day(drift), Doubt::Unknown));
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

/// Do something with each item of a query, whatever number of pages it has.
async fn each(
    ledger: &dyn Ledger,
    table: Table,
    sections: &Sections,
    mut see: impl FnMut(Item),
) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let Page { items, next } = ledger.page(table, sections, after.as_ref()).await?;
        items.into_iter().for_each(&mut see);
        match next {
            Some(key) => after = Some(key),
            None => return Ok(()),
        }
    }
}
