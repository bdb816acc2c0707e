use std::collections::BTreeMap;

use analytics::keys::{self, Key, Sections};
use analytics::{AttributeValue, Counts, Dimension, Granularity, Item, Site, Total, TotalKey};
use analytics_store::{Batches, REVISION, ReadTables, StoreError, Table};

use super::{ByCount, Period};

/// The stored totals.
#[derive(Debug, Default)]
pub struct Stored {
    /// The sums of all shards.
    pub counts: ByCount<i64>,
    /// The first shards, which a repair corrects.
    pub first_shards: BTreeMap<TotalKey, FirstShard>,
    /// Number of items that are not totals.
    pub unreadable: usize,
}

impl Stored {
    pub async fn read(store: &dyn ReadTables, sites: &[Site], period: Period) -> Result<Self, StoreError> {
        let mut stored = Self::default();
        for site in sites {
            for granularity in Granularity::ALL {
                let Some((first, last)) = period.covered(granularity) else { continue };
                let values = Dimension::OPEN.map(|dimension| keys::values(site, dimension, first, last));
                for sections in values.into_iter().chain([keys::summaries(site, first, last)]) {
                    stored.add_sections(store, &sections).await?;
                }
            }
        }
        Ok(stored)
    }

    async fn add_sections(&mut self, store: &dyn ReadTables, sections: &Sections) -> Result<(), StoreError> {
        let mut batches = Batches::new(store, Table::Totals, sections);
        while let Some(items) = batches.next().await? {
            items.iter().for_each(|item| self.add(item));
        }
        Ok(())
    }

    fn add(&mut self, item: &Item) {
        let (Ok(Total { key, counts }), Ok(item_key)) = (Total::decode(item), Key::from_item(item)) else {
            self.unreadable += 1;
            return;
        };
        for (count, number) in &counts {
            *self.counts.entry((key.clone(), count.clone())).or_default() += number;
        }
        if item_key == keys::total(&key, 0) {
            self.first_shards.insert(key, FirstShard { counts, revision: revision(item) });
        }
    }
}

/// The first shard of a total.
#[derive(Debug, Default, Clone)]
pub struct FirstShard {
    pub counts: Counts,
    pub revision: i64,
}

fn revision(item: &Item) -> i64 {
    match item.get(REVISION) {
        Some(AttributeValue::N(number)) => number.parse().unwrap_or_default(),
        _ => 0,
    }
}

/// Returns the number of records in quarantine.
pub async fn quarantined(store: &dyn ReadTables) -> Result<usize, StoreError> {
    let sections = keys::quarantined();
    let mut batches = Batches::new(store, Table::Totals, &sections);
    let mut records = 0;
    while let Some(items) = batches.next().await? {
        records += items.len();
    }
    Ok(records)
}
