use std::collections::{BTreeMap, BTreeSet};

use analytics::{Day, DayTally, Leave, Measure, Record, Site, Tally, ViewId, keys};
use analytics_store::{Batches, ReadTables, StoreError, Table};

use super::{ByCount, Period};

/// The counts that the stored views add up to.
#[derive(Debug, Default)]
pub struct Recount {
    tally: Tally,
    /// The days that have views.
    pub days: BTreeSet<(Site, Day)>,
    pub counted: usize,
    pub waiting: Vec<Record>,
    pub waiting_leaves: Vec<Leave>,
    pub unreadable: usize,
}

impl Recount {
    pub async fn read(store: &dyn ReadTables, sites: &[Site], period: Period) -> Result<Self, StoreError> {
        let mut recount = Self::default();
        for site in sites {
            for day in period.days() {
                recount.add_day(store, site, day).await?;
            }
        }
        Ok(recount)
    }

    /// Returns the right numbers of the counters that a period covers.
    pub fn counts(&self, period: Period) -> ByCount<i64> {
        let covered = self.tally.iter().filter(|(key, _)| period.covers(key.bucket));
        covered
            .flat_map(|(key, counts)| counts.iter().map(|(count, number)| ((key.clone(), count.clone()), *number)))
            .collect()
    }

    /// Reads leaves before views: a leave that is counted in between is in both, and does not seem to wait.
    async fn add_day(&mut self, store: &dyn ReadTables, site: &Site, day: Day) -> Result<(), StoreError> {
        let mut measures: BTreeMap<ViewId, Measure> = BTreeMap::new();
        let sections = keys::leaves_of_day(site, day);
        let mut batches = Batches::new(store, Table::Views, &sections);
        while let Some(items) = batches.next().await? {
            for item in items {
                match Leave::decode(&item) {
                    Ok(Leave { view, measure, .. }) => {
                        let longest = measures.entry(view).or_default();
                        *longest = (*longest).max(measure);
                    }
                    Err(_) => self.unreadable += 1,
                }
            }
        }
        let mut tally = DayTally::default();
        let sections = keys::views_of_day(site, day);
        let mut batches = Batches::new(store, Table::Views, &sections);
        while let Some(items) = batches.next().await? {
            for item in items {
                match Record::decode(&item) {
                    Ok(record) => {
                        self.days.insert((site.clone(), day));
                        tally.add(&record);
                        self.add_leave(&record, measures.get(&record.view.id).copied());
                        self.add_view(record);
                    }
                    Err(_) => self.unreadable += 1,
                }
            }
        }
        tally.into_totals().for_each(|(key, counts)| self.tally.add_counts(key, counts));
        Ok(())
    }

    fn add_view(&mut self, record: Record) {
        if record.counted {
            self.counted += 1;
        } else {
            self.waiting.push(record);
        }
    }

    fn add_leave(&mut self, Record { view, measure: counted, .. }: &Record, measure: Option<Measure>) {
        let Some(measure) = measure.filter(|_| view.agent.bot.is_none()) else { return };
        if *counted != Some(counted.unwrap_or_default().max(measure)) {
            self.waiting_leaves.push(Leave { site: view.site.clone(), view: view.id, measure });
        }
    }
}
