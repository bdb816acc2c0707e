use std::collections::{BTreeMap, BTreeSet};

use analytics::{Day, Leave, Measure, Record, Site, Tally, ViewId, Visitor, keys};

use super::{By, Failure, Ledger, Period, Table, each};

/// What the raw views come to.
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
    pub async fn read(ledger: &dyn Ledger, sites: &[Site], period: Period) -> Result<Self, Failure> {
        let mut recount = Self::default();
        for site in sites {
            for day in period.days() {
                recount.day(ledger, site, day).await?;
            }
        }
        Ok(recount)
    }

    /// What the counters should be that a period covers.
    pub fn counts(&self, period: Period) -> By<i64> {
        let covered = self.tally.iter().filter(|(key, _)| period.covers(key.bucket));
        covered
            .flat_map(|(key, counts)| counts.iter().map(|(count, number)| ((key.clone(), count.clone()), *number)))
            .collect()
    }

    /// Leaves are read before the views: one that is folded in between is in both, and not taken for one that waits.
    async fn day(&mut self, ledger: &dyn Ledger, site: &Site, day: Day) -> Result<(), Failure> {
        let mut told: BTreeMap<ViewId, Measure> = BTreeMap::new();
        each(ledger, Table::Views, &keys::leaves_of_day(site, day), |item| match Leave::decode(&item) {
            Ok(Leave { view, measure, .. }) => {
                let known = told.entry(view).or_default();
                *known = (*known).max(measure);
            }
            Err(_) => self.unreadable += 1,
        })
        .await?;
        let mut visitors = BTreeSet::new();
        each(ledger, Table::Views, &keys::views_of_day(site, day), |item| match Record::decode(&item) {
            Ok(record) => {
                self.days.insert((site.clone(), day));
                self.leave(&record, told.get(&record.view.id).copied());
                self.record(record, &mut visitors);
            }
            Err(_) => self.unreadable += 1,
        })
        .await
    }

    fn record(&mut self, record: Record, visitors: &mut BTreeSet<Visitor>) {
        let Record { view, counted, measure, .. } = &record;
        if let Some(measure) = measure {
            self.tally.measure(view, None, *measure);
        }
        if *counted {
            let visitor = view.visitor.filter(|_| view.agent.bot.is_none());
            self.tally.view(view, visitor.is_some_and(|visitor| visitors.insert(visitor)));
            self.counted += 1;
        } else {
            self.waiting.push(record);
        }
    }

    fn leave(&mut self, Record { view, measure: counted, .. }: &Record, told: Option<Measure>) {
        let Some(told) = told.filter(|_| view.agent.bot.is_none()) else { return };
        if *counted != Some(counted.unwrap_or_default().max(told)) {
            self.waiting_leaves.push(Leave { site: view.site.clone(), view: view.id, measure: told });
        }
    }
}
