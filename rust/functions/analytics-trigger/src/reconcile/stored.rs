use std::collections::BTreeMap;

use analytics::keys::{self, Key, Sections};
use analytics::{AttributeValue, Counts, Dimension, Granularity, Item, Site, Total, TotalKey};

use super::{By, Failure, Ledger, Period, REVISION, Table, each};

/// What the totals say.
#[derive(Debug, Default)]
pub struct Stored {
    /// All shards added up.
    pub counts: By<i64>,
    /// The first shards, which a repair sets right.
    pub first_shards: BTreeMap<TotalKey, FirstShard>,
    /// Items that are no totals.
    pub unreadable: usize,
}

impl Stored {
    pub async fn read(ledger: &dyn Ledger, sites: &[Site], period: Period) -> Result<Self, Failure> {
        let mut stored = Self::default();
        for site in sites {
            for granularity in Granularity::ALL {
                let Some((first, last)) = period.covered(granularity) else { continue };
                let values = Dimension::OPEN.map(|dimension| keys::values(site, dimension, first, last));
                for sections in values.into_iter().chain([keys::summaries(site, first, last)]) {
                    stored.sections(ledger, &sections).await?;
                }
            }
        }
        Ok(stored)
    }

    async fn sections(&mut self, ledger: &dyn Ledger, sections: &Sections) -> Result<(), Failure> {
        each(ledger, Table::Totals, sections, |item| self.item(&item)).await
    }

    fn item(&mut self, item: &Item) {
        let (Ok(Total { key, counts }), Ok(place)) = (Total::decode(item), Key::of(item)) else {
            self.unreadable += 1;
            return;
        };
        for (count, number) in &counts {
            *self.counts.entry((key.clone(), count.clone())).or_default() += number;
        }
        if place == keys::total(&key, 0) {
            self.first_shards.insert(key, FirstShard { counts, revision: revision(item) });
        }
    }
}

/// The first shard of a total as it is stored.
#[derive(Debug, Default, Clone)]
pub struct FirstShard {
    pub counts: Counts,
    /// Corrections until now.
    pub revision: i64,
}

fn revision(item: &Item) -> i64 {
    match item.get(REVISION) {
        Some(AttributeValue::N(number)) => number.parse().unwrap_or_default(),
        _ => 0,
    }
}

/// How many records are in quarantine.
pub async fn quarantined(ledger: &dyn Ledger) -> Result<usize, Failure> {
    let mut records = 0;
    each(ledger, Table::Totals, &keys::quarantined(), |_| records += 1).await?;
    Ok(records)
}
