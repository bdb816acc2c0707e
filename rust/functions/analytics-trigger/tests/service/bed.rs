use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use analytics::keys::{self, Sections};
use analytics::{Bucket, Counter, Day, Dimension, Granularity, Item, Leave, Tally, Total, TotalKey, View};
use analytics_store::{Batches, CorrectTotals, CountViews, ReadTables, Table};
use analytics_totals::Shards;
use analytics_totals::reconcile::{Period, Report, reconcile};
use serde_json::Value;

use super::world::{TIME, inserted, invoke, leave_item, site, view_item};

/// Stores an item, as the API does.
pub type Put = Box<dyn Fn(Item) -> Pin<Box<dyn Future<Output = ()>>>>;

/// Two empty tables.
pub struct Bed {
    pub store: Arc<dyn CountViews>,
    pub reader: Arc<dyn ReadTables>,
    pub corrector: Arc<dyn CorrectTotals>,
    pub put: Put,
}

/// The day of the views of all promises.
pub fn day() -> Day {
    "2026-11-21".parse().unwrap()
}

impl Bed {
    /// Stores views, and returns their stream records.
    pub async fn store_views<'a>(&self, views: impl IntoIterator<Item = &'a View>) -> Vec<Value> {
        self.store(views.into_iter().map(view_item).collect()).await
    }

    /// Stores leaves, and returns their stream records.
    pub async fn store_leaves<'a>(&self, leaves: impl IntoIterator<Item = &'a Leave>) -> Vec<Value> {
        self.store(leaves.into_iter().map(leave_item).collect()).await
    }

    async fn store(&self, items: Vec<Item>) -> Vec<Value> {
        let records = inserted(&items);
        for item in items {
            (self.put)(item).await;
        }
        records
    }

    /// Processes records, which must all succeed.
    pub async fn process(&self, records: &[Value]) {
        self.process_into(Shards::ONE, records).await;
    }

    pub async fn process_into(&self, shards: Shards, records: &[Value]) {
        assert_eq!(invoke(&*self.store, shards, records, TIME).await, Ok(Vec::new()));
    }

    pub async fn report(&self) -> Report {
        let period = Period::new(Some(day().minus(5)), None, day(), 400);
        reconcile(&*self.reader, &[site()], period).await.unwrap()
    }

    /// Returns all items of a query.
    pub async fn items(&self, table: Table, sections: &Sections) -> Vec<Item> {
        let mut batches = Batches::new(&*self.reader, table, sections);
        let mut items = Vec::new();
        while let Some(batch) = batches.next().await.unwrap() {
            items.extend(batch);
        }
        items
    }

    /// Returns the counts of a bucket, by dimension and value, and checks that there is no drift.
    pub async fn totals(&self, granularity: Granularity) -> BTreeMap<String, i64> {
        let report = self.report().await;
        assert_eq!(report.drifts, []);
        let bucket = Bucket::new(granularity, day());
        let values = Dimension::OPEN.map(|dimension| keys::values(&site(), dimension, bucket, bucket));
        let mut tally = Tally::default();
        for sections in values.into_iter().chain([keys::summaries(&site(), bucket, bucket)]) {
            for item in self.items(Table::Totals, &sections).await {
                let Total { key, counts } = Total::decode(&item).unwrap();
                tally.add_counts(key, counts);
            }
        }
        let named = |TotalKey { counter, .. }: &TotalKey| match counter {
            Counter::Summary => String::new(),
            Counter::Value(dimension, value) => format!("{} {value} ", dimension.name()),
        };
        tally
            .iter()
            .flat_map(|(key, counts)| {
                counts.iter().map(move |(count, number)| (format!("{}{count}", named(key)), *number))
            })
            .collect()
    }

    /// Returns one count of the day, 0 if it does not exist.
    pub async fn total(&self, name: &str) -> i64 {
        self.totals(Granularity::Day).await.get(name).copied().unwrap_or_default()
    }
}
