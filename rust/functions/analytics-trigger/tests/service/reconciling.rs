//! Recounts during concurrent changes, and with invalid items.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use analytics::keys::{self, Key, Sections};
use analytics::{AttributeValue, Bucket, Count, Counter, Counts, Granularity, Total, TotalKey};
use analytics_store::{Batch, Memory, ReadTables, StoreError, Table};
use analytics_totals::reconcile::{Period, Repaired, Report, Surplus, reconcile, repair};
use analytics_totals::{Counting, Deadline, Shards};
use async_trait::async_trait;
use serde_json::Value;

use crate::world::{NOON, TIME, inserted, invoke, moment, site, view, view_item};

/// Tables in which a view is counted after each batch that is read, until none is left.
struct Busy {
    memory: Arc<Memory>,
    records: Vec<Value>,
    counted: AtomicUsize,
}

#[async_trait]
impl ReadTables for Busy {
    async fn query(&self, table: Table, sections: &Sections, after: Option<&Key>) -> Result<Batch, StoreError> {
        let batch = self.memory.query(table, sections, after).await?;
        if let Some(record) = self.records.get(self.counted.fetch_add(1, Ordering::Relaxed)) {
            let reported = invoke(&*self.memory, Shards::ONE, std::slice::from_ref(record), TIME).await;
            assert_eq!(reported, Ok(Vec::new()));
        }
        Ok(batch)
    }
}

/// Returns tables with stored views, none of which is counted.
fn busy(number: u8) -> Busy {
    let items: Vec<_> = (0..number).map(|index| view_item(&view(u64::from(index), index))).collect();
    let memory = Memory::default();
    memory.tables().views.extend(items.iter().map(|item| (Key::from_item(item).unwrap(), item.clone())));
    Busy { memory: Arc::new(memory), records: inserted(&items), counted: AtomicUsize::new(0) }
}

async fn report(store: &dyn ReadTables) -> Report {
    let day = "2026-11-21".parse().unwrap();
    reconcile(store, &[site()], Period::new(Some(day), None, day, 400)).await.unwrap()
}

fn summary() -> TotalKey {
    TotalKey {
        site: site(),
        bucket: Bucket::new(Granularity::Day, "2026-11-21".parse().unwrap()),
        counter: Counter::Summary,
    }
}

fn views(number: i64) -> Counts {
    Counts::from([(Count::Views, number)])
}

#[tokio::test]
async fn views_counted_during_a_recount_are_not_drift() {
    for number in [1, 3, 10, 60, 250] {
        let busy = busy(number);
        assert_eq!(report(&busy).await.drifts, [], "{number}");
    }
}

#[tokio::test]
async fn drift_is_found_while_views_are_counted() {
    let busy = busy(10);
    let records = &busy.records[..1];
    invoke(&*busy.memory, Shards::ONE, records, TIME).await.unwrap();
    busy.set_views(101);
    let report = report(&busy).await;
    let found: Vec<_> = report.drifts.iter().map(|drift| (&drift.total, drift.stored - drift.expected)).collect();
    assert_eq!(found, [(&summary(), 100)]);
}

impl Busy {
    fn views_of_the_day(&self) -> i64 {
        let tables = self.memory.tables();
        let item = &tables.totals[&keys::total(&summary(), 0)];
        Total::decode(item).unwrap().counts[&Count::Views]
    }

    /// Sets the number of views of the day.
    fn set_views(&self, after: i64) {
        set(&self.memory, &summary(), views(after));
    }
}

#[tokio::test]
async fn a_constantly_changing_total_is_not_repaired() {
    let busy = busy(250);
    invoke(&*busy.memory, Shards::ONE, &busy.records[..1], TIME).await.unwrap();
    busy.set_views(1001);
    let found = report(&busy).await;
    assert!(found.moving > 0 && found.drifts.iter().all(|drift| drift.moving), "{:?}", found.drifts);
    let counting = Counting { store: &*busy.memory, shards: Shards::ONE, deadline: Deadline::after(TIME) };
    let repaired = repair(&*busy.memory, counting, found, Surplus::Lower, moment(NOON)).await.unwrap();
    assert_eq!((repaired.corrected, repaired.left), (0, 1));
}

#[tokio::test]
async fn a_total_changed_since_the_report_is_not_repaired() {
    let busy = busy(3);
    invoke(&*busy.memory, Shards::ONE, &busy.records, TIME).await.unwrap();
    busy.set_views(1);
    let found = report(&*busy.memory).await;
    busy.set_views(2);
    let repaired = repaired(&busy.memory, found, Surplus::Keep).await;
    assert_eq!((repaired.corrected, repaired.left), (0, 1));
    assert_eq!(busy.views_of_the_day(), 2);
}

#[tokio::test]
async fn repeating_a_repair_changes_nothing() {
    let busy = busy(3);
    invoke(&*busy.memory, Shards::ONE, &busy.records, TIME).await.unwrap();
    busy.set_views(10);
    let (first, second) = (report(&*busy.memory).await, report(&*busy.memory).await);
    assert_eq!(repaired(&busy.memory, first, Surplus::Lower).await.corrected, 1);
    // The same value returns by seven new views.
    busy.set_views(10);
    let repaired = repaired(&busy.memory, second, Surplus::Lower).await;
    assert_eq!((repaired.corrected, repaired.left), (0, 1));
    assert_eq!(busy.views_of_the_day(), 10);
}

#[tokio::test]
async fn a_repair_lowers_totals_only_if_confirmed() {
    for (stored, after_keep, confirmed) in [(1, 3, 3), (10, 10, 3)] {
        for (surplus, expected) in [(Surplus::Keep, after_keep), (Surplus::Lower, confirmed)] {
            let busy = busy(3);
            invoke(&*busy.memory, Shards::ONE, &busy.records, TIME).await.unwrap();
            busy.set_views(stored);
            let found = report(&*busy.memory).await;
            assert_eq!(found.surplus(), (stored - 3).max(0));
            repaired(&busy.memory, found, surplus).await;
            assert_eq!(busy.views_of_the_day(), expected);
        }
    }
}

/// A longer retention, an emptied or restored table, and a wrong name look like this.
#[tokio::test]
async fn totals_of_days_without_views_are_not_changed() {
    let busy = busy(25);
    invoke(&*busy.memory, Shards::ONE, &busy.records, TIME).await.unwrap();
    busy.memory.tables().views.clear();
    let found = report(&*busy.memory).await;
    assert_eq!((found.drifts.len(), found.surplus()), (0, 0));
    assert!(found.unknown > 0);
    repaired(&busy.memory, found, Surplus::Lower).await;
    assert_eq!(busy.views_of_the_day(), 25);
}

#[tokio::test]
async fn a_day_after_one_without_views_is_unknown() {
    let busy = busy(5);
    invoke(&*busy.memory, Shards::ONE, &busy.records, TIME).await.unwrap();
    let previous = TotalKey { bucket: Bucket::new(Granularity::Day, "2026-11-20".parse().unwrap()), ..summary() };
    set(&busy.memory, &previous, views(7));
    busy.set_views(9);
    let days = (Some("2026-11-20".parse().unwrap()), "2026-11-21".parse().unwrap());
    let found = reconcile(&*busy.memory, &[site()], Period::new(days.0, None, days.1, 400)).await.unwrap();
    assert_eq!((found.drifts.len(), found.unknown), (0, 2));
}

#[tokio::test]
async fn hundreds_of_counts_are_repaired_by_several_updates() {
    let busy = busy(1);
    invoke(&*busy.memory, Shards::ONE, &busy.records, TIME).await.unwrap();
    let letters = || 'A'..='T';
    let countries = letters().flat_map(|first| letters().map(move |second| format!("country/{first}{second}")));
    let counts: Counts = countries.map(|name| (Count::parse(&name).unwrap(), 7)).collect();
    let surplus = i64::try_from(counts.len()).unwrap() * 7;
    set(&busy.memory, &summary(), counts);
    let found = report(&*busy.memory).await;
    let difference = found.surplus();
    assert!((surplus - 7..=surplus).contains(&difference), "{difference}");
    let repaired = repaired(&busy.memory, found, Surplus::Lower).await;
    assert_eq!((repaired.corrected, repaired.left), (1, 0));
    assert_eq!(report(&*busy.memory).await.drifts, []);
}

fn set(memory: &Memory, total: &TotalKey, counts: Counts) {
    let key = keys::total(total, 0);
    let mut tables = memory.tables();
    let item = tables.totals.entry(key.clone()).or_insert_with(|| key.item());
    item.extend(counts.into_iter().map(|(count, value)| (count.to_string(), AttributeValue::N(value.to_string()))));
}

async fn repaired(memory: &Memory, found: Report, surplus: Surplus) -> Repaired {
    let counting = Counting { store: memory, shards: Shards::ONE, deadline: Deadline::after(TIME) };
    repair(memory, counting, found, surplus, moment(NOON)).await.unwrap()
}

/// "A row without `#` breaks a report for ever."
#[tokio::test]
async fn unreadable_items_are_counted_and_skipped() {
    let busy = busy(3);
    invoke(&*busy.memory, Shards::ONE, &busy.records, TIME).await.unwrap();
    let total = keys::total(&summary(), 0);
    let view = keys::view(&site(), view(1, 1).id);
    let [odd_total, odd_view] =
        [&total, &view].map(|key| Key { section: format!("{}/odd", key.section), ..key.clone() });
    busy.memory.tables().totals.insert(odd_total.clone(), odd_total.item());
    busy.memory.tables().views.insert(odd_view.clone(), odd_view.item());
    let report = report(&*busy.memory).await;
    assert_eq!((report.drifts.len(), report.counted, report.unreadable), (0, 3, 2));
}
