//! The nightly check with tables in memory.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

use std::sync::{Arc, Mutex};

use analytics::keys::{self, Key};
use analytics::samples::{plain_view, site};
use analytics::{AttributeValue, Bucket, DayTally, Moment, Offset, Record, Site, TrackedSite, View, Zone};
use analytics_recount::{NightlyCheck, Outcome};
use analytics_store::{Batch, DeleteSecrets, Memory, ReadTables, StoreError, Table};
use async_trait::async_trait;

/// 2026-11-22, three hours after midnight.
const NOW: u64 = 1_795_262_400_000 + 15 * 3_600_000;
const YESTERDAY: u64 = 1_795_262_400_000;

/// The arguments of `delete_before`.
#[derive(Default, Clone)]
struct Deleted(Arc<Mutex<Vec<(Site, Bucket)>>>);

impl Deleted {
    fn before(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|(site, bucket)| format!("{site} {bucket}")).collect()
    }
}

#[async_trait]
impl DeleteSecrets for Deleted {
    async fn delete_before(&self, site: &Site, bucket: Bucket) -> Result<(), StoreError> {
        self.0.lock().unwrap().push((site.clone(), bucket));
        Ok(())
    }
}

fn view(milliseconds: u64, random: u64) -> View {
    plain_view(Moment::from_milliseconds(milliseconds).unwrap(), random)
}

/// Returns tables with views that are counted or waiting.
fn tables(views: &[(View, bool)]) -> Memory {
    let memory = Memory::default();
    let mut tally = DayTally::default();
    for (view, counted) in views {
        let mut item = view.item(Moment::from_milliseconds(NOW).unwrap());
        if *counted {
            item.insert(keys::attribute::COUNTED.to_owned(), AttributeValue::Bool(true));
        }
        tally.add(&Record::decode(&item).unwrap());
        memory.tables().views.insert(Key::from_item(&item).unwrap(), item);
    }
    for (total, counts) in tally.into_totals() {
        let key = keys::total(&total, 0);
        let mut item = key.item();
        item.extend(counts.iter().map(|(count, number)| (count.to_string(), AttributeValue::N(number.to_string()))));
        memory.tables().totals.insert(key, item);
    }
    memory
}

async fn run(reader: impl ReadTables + 'static, secrets: Deleted) -> Result<Outcome, StoreError> {
    run_for(vec![TrackedSite { site: site(), zone: Zone::utc() }], reader, secrets).await
}

async fn run_for(
    sites: Vec<TrackedSite>,
    reader: impl ReadTables + 'static,
    secrets: Deleted,
) -> Result<Outcome, StoreError> {
    let check = NightlyCheck { reader: Box::new(reader), secrets: Box::new(secrets), sites, retention_days: 90 };
    check.run(Moment::from_milliseconds(NOW).unwrap()).await
}

fn outcome(drift: usize, waiting: usize) -> Outcome {
    Outcome { day: "2026-11-21".to_owned(), drift, waiting, unreadable: 0 }
}

#[tokio::test]
async fn a_correct_day_has_no_drift() {
    let views = [(view(YESTERDAY, 1), true), (view(YESTERDAY, 2), true), (view(YESTERDAY, 3), false)];
    assert_eq!(run(tables(&views), Deleted::default()).await, Ok(outcome(0, 1)));
}

#[tokio::test]
async fn a_wrong_total_is_reported_but_not_changed() {
    let memory = Arc::new(tables(&[(view(YESTERDAY, 1), true)]));
    for item in memory.tables().totals.values_mut().filter(|item| item.contains_key("browser/Firefox")) {
        item.insert("Views".to_owned(), AttributeValue::N("7".to_owned()));
    }
    let before = memory.tables().clone();
    assert_eq!(run(Shared(memory.clone()), Deleted::default()).await, Ok(outcome(1, 0)));
    assert_eq!(*memory.tables(), before);
}

#[tokio::test]
async fn only_views_of_yesterday_are_recounted() {
    let memory = tables(&[(view(YESTERDAY, 1), true)]);
    for other in [view(YESTERDAY - 86_400_000, 2), view(NOW, 3)] {
        let mut item = other.item(Moment::from_milliseconds(NOW).unwrap());
        item.insert(keys::attribute::COUNTED.to_owned(), AttributeValue::Bool(true));
        memory.tables().views.insert(Key::from_item(&item).unwrap(), item);
    }
    assert_eq!(run(memory, Deleted::default()).await, Ok(outcome(0, 0)));
}

#[tokio::test]
async fn secrets_of_ended_days_and_months_are_deleted() {
    let deleted = Deleted::default();
    run(Memory::default(), deleted.clone()).await.unwrap();
    assert_eq!(deleted.before(), ["example.com 2026-11-21", "example.com 2026-11"]);
}

#[tokio::test]
async fn secrets_are_deleted_even_if_the_recount_fails() {
    let deleted = Deleted::default();
    assert_eq!(run(Down, deleted.clone()).await, Err(StoreError::transient("throttled")));
    assert_eq!(deleted.before(), ["example.com 2026-11-21", "example.com 2026-11"]);
}

#[tokio::test]
async fn each_site_has_its_own_yesterday() {
    let zones = [("east.example", "<+14>-14"), ("west.example", "<-12>12"), ("utc.example", "UTC0")];
    let sites = zones.map(|(site, rule)| {
        let site = Site::parse(site).unwrap();
        TrackedSite { site, zone: Zone::new("somewhere", rule).unwrap() }
    });
    // It is 2026-11-22, 03:00 in UTC and 17:00 in the east; in the west it is 2026-11-21, 15:00.
    let mut views = Vec::new();
    for (site, hours, offset) in [(0, 18, "+1400"), (1, 16, "-1200"), (2, 4, "")] {
        let mut view = view(NOW - hours * 3_600_000, hours);
        view.site = sites[site].site.clone();
        view.id.offset = Offset::parse(offset).unwrap_or_default();
        views.push((view, true));
    }
    let memory = Arc::new(tables(&views));
    memory.tables().totals.clear();
    let deleted = Deleted::default();
    let outcome = run_for(sites.to_vec(), Shared(memory), deleted.clone()).await.unwrap();
    assert_eq!(outcome.day, "2026-11-20 2026-11-21");
    let before = ["east.example 2026-11-21", "west.example 2026-11-20", "utc.example 2026-11-21"];
    let days: Vec<String> = deleted.before().into_iter().step_by(2).collect();
    assert_eq!(days, before);
    let counters_of_a_view = 5;
    assert_eq!(outcome.drift, 3 * counters_of_a_view, "the views of all three days are found");
}

/// Shares a table with the test.
struct Shared(Arc<Memory>);

#[async_trait]
impl ReadTables for Shared {
    async fn query(&self, table: Table, sections: &keys::Sections, after: Option<&Key>) -> Result<Batch, StoreError> {
        self.0.query(table, sections, after).await
    }
}

/// A store that throttles.
struct Down;

#[async_trait]
impl ReadTables for Down {
    async fn query(&self, _: Table, _: &keys::Sections, _: Option<&Key>) -> Result<Batch, StoreError> {
        Err(StoreError::transient("throttled"))
    }
}
