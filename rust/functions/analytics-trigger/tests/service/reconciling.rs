//! A recount while things happen, and over items that nobody expects.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use analytics::keys::{self, Key, Sections};
use analytics::{Bucket, Count, Counter, Counts, Granularity, TotalKey};
use analytics_trigger::reconcile::{Ledger, Page, Period, Report, Table, reconcile, repair};
use analytics_trigger::store::Answer;
use analytics_trigger::store::memory::Memory;
use analytics_trigger::{Deadline, Folder, Shards};
use serde_json::Value;

use crate::suite::world::{NOON, TIME, inserted, invoke, moment, site, view, view_item};

/// Tables in which a view is counted after each page that is read of them, until there are no more.
struct Busy {
    memory: Arc<Memory>,
    records: Vec<Value>,
    folded: AtomicUsize,
}

impl Ledger for Busy {
    fn page<'a>(&'a self, table: Table, sections: &'a Sections, after: Option<&'a Key>) -> Answer<'a, Page> {
        Box::pin(async move {
            let page = self.memory.page(table, sections, after).await?;
            if let Some(record) = self.records.get(self.folded.fetch_add(1, Ordering::Relaxed)) {
                let reported = invoke(&*self.memory, Shards::ONE, std::slice::from_ref(record), TIME).await;
                assert_eq!(reported, Ok(Vec::new()));
            }
            Ok(page)
        })
    }

    fn correct<'a>(&'a self, total: &'a Key, before: &'a Counts, after: &'a Counts) -> Answer<'a, bool> {
        self.memory.correct(total, before, after)
    }
}

/// So many stored views, of which none is counted.
fn busy(number: u8) -> Busy {
    let items: Vec<_> = (0..number).map(|index| view_item(&view(u64::from(index), index))).collect();
    let memory = Memory::default();
    memory.tables().views.extend(items.iter().map(|item| (Key::of(item).unwrap(), item.clone())));
    Busy { memory: Arc::new(memory), records: inserted(&items), folded: AtomicUsize::new(0) }
}

async fn report(ledger: &dyn Ledger) -> Report {
    let day = "2026-11-21".parse().unwrap();
    reconcile(ledger, &[site()], Period::new(Some(day), None, day, 400)).await.unwrap()
}

fn summary() -> TotalKey {
    TotalKey {
        site: site(),
        bucket: Bucket::of(Granularity::Day, "2026-11-21".parse().unwrap()),
        counter: Counter::Summary,
    }
}

fn views(number: i64) -> Counts {
    Counts::from([(Count::Views, number)])
}

#[tokio::test]
async fn views_that_are_counted_during_a_recount_are_no_drift() {
    for number in [1, 3, 10, 60, 250] {
        let busy = busy(number);
        assert_eq!(report(&busy).await.drifts, [], "{number}");
    }
}

#[tokio::test]
async fn drift_is_told_from_views_that_are_counted_meanwhile() {
    let busy = busy(10);
    let records = &busy.records[..1];
    invoke(&*busy.memory, Shards::ONE, records, TIME).await.unwrap();
    assert!(busy.ledger_set(1, 101).await);
    let report = report(&busy).await;
    let found: Vec<_> = report.drifts.iter().map(|drift| (&drift.total, drift.is - drift.should)).collect();
    assert_eq!(found, [(&summary(), 100)]);
}

impl Busy {
    /// Set the views of the day.
    async fn ledger_set(&self, before: i64, after: i64) -> bool {
        self.memory.correct(&keys::total(&summary(), 0), &views(before), &views(after)).await.unwrap()
    }
}

#[tokio::test]
async fn a_total_that_moves_all_the_time_is_not_repaired() {
    let busy = busy(250);
    invoke(&*busy.memory, Shards::ONE, &busy.records[..1], TIME).await.unwrap();
    assert!(busy.ledger_set(1, 1001).await);
    let found = report(&busy).await;
    assert!(found.moving > 0 && found.drifts.iter().all(|drift| drift.moving), "{:?}", found.drifts);
    let folder = Folder { store: &*busy.memory, shards: Shards::ONE, deadline: Deadline::after(TIME) };
    let repaired = repair(&busy, folder, found, moment(NOON)).await.unwrap();
    assert_eq!((repaired.corrected, repaired.left), (0, 1));
}

#[tokio::test]
async fn a_total_that_has_changed_since_it_was_read_is_not_repaired() {
    let busy = busy(0);
    assert!(busy.memory.correct(&keys::total(&summary(), 0), &Counts::new(), &views(5)).await.unwrap());
    let found = report(&*busy.memory).await;
    assert!(busy.ledger_set(5, 6).await);
    let folder = Folder { store: &*busy.memory, shards: Shards::ONE, deadline: Deadline::after(TIME) };
    let repaired = repair(&*busy.memory, folder, found, moment(NOON)).await.unwrap();
    assert_eq!((repaired.corrected, repaired.left), (0, 1));
    assert!(busy.ledger_set(6, 6).await);
}

/// "A row without `#` breaks a report for ever."
#[tokio::test]
async fn items_that_nobody_can_read_are_told_and_stop_nothing() {
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
