//! The nightly check with tables in memory.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

use std::sync::{Arc, Mutex};

use analytics::keys::{self, Key};
use analytics::{Agent, AttributeValue, Day, DayTally, Device, Moment, Page, Record, Site, View, ViewId};
use analytics_recount::{Night, Outcome};
use analytics_store::{Batch, DeleteSecrets, Memory, ReadTables, StoreError, Table};
use async_trait::async_trait;

/// 2026-11-22, three hours after midnight.
const NOW: u64 = 1_795_262_400_000 + 15 * 3_600_000;
const YESTERDAY: u64 = 1_795_262_400_000;

/// The `day` arguments of `delete_before`.
#[derive(Default, Clone)]
struct Deleted(Arc<Mutex<Vec<Day>>>);

#[async_trait]
impl DeleteSecrets for Deleted {
    async fn delete_before(&self, day: Day) -> Result<(), StoreError> {
        self.0.lock().unwrap().push(day);
        Ok(())
    }
}

fn view(milliseconds: u64, random: u64) -> View {
    View {
        site: Site::parse("example.com").unwrap(),
        id: ViewId { time: Moment::from_milliseconds(milliseconds).unwrap(), random },
        page: Page::normalize("/about"),
        visitor: None,
        referrer: None,
        campaign: None,
        real_page: None,
        utm: None,
        agent: Agent {
            browser: "Firefox".to_owned(),
            version: String::new(),
            system: "Linux".to_owned(),
            device: Device::Desktop,
            bot: None,
        },
        country: None,
    }
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
    let sites = vec![Site::parse("example.com").unwrap()];
    let night = Night { reader: Box::new(reader), secrets: Box::new(secrets), sites, retention_days: 90 };
    night.run(Moment::from_milliseconds(NOW).unwrap()).await
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
async fn secrets_of_all_days_before_yesterday_are_deleted() {
    let deleted = Deleted::default();
    run(Memory::default(), deleted.clone()).await.unwrap();
    assert_eq!(*deleted.0.lock().unwrap(), ["2026-11-21".parse().unwrap()]);
}

#[tokio::test]
async fn secrets_are_deleted_even_if_the_recount_fails() {
    let deleted = Deleted::default();
    assert_eq!(run(Down, deleted.clone()).await, Err(StoreError::transient("throttled")));
    assert_eq!(deleted.0.lock().unwrap().len(), 1);
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
