//! The recovery with tables in memory.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use analytics::keys::{self, Key, Sections};
use analytics::samples::{plain_view, site};
use analytics::{
    AttributeValue, Bucket, Count, Counter, Counts, Granularity, Item, Leave, Measure, Moment, Offset, Total, TotalKey,
    View,
};
use analytics_redrive::{Message, Recovery, RecoveryError};
use analytics_store::{Action, Batch, CountViews, Memory, Outcome, ReadTables, StoreError, Table};
use analytics_totals::Shards;
use async_trait::async_trait;
use serde_json::{Value, json};

fn ago(time: Duration) -> Moment {
    Moment::try_from(SystemTime::now() - time).unwrap()
}

const HOUR: Duration = Duration::from_hours(1);

/// Tables in memory that count their queries.
#[derive(Clone, Default)]
struct Tables {
    memory: Arc<Memory>,
    queries: Arc<AtomicUsize>,
}

#[async_trait]
impl ReadTables for Tables {
    async fn query(&self, table: Table, sections: &Sections, after: Option<&Key>) -> Result<Batch, StoreError> {
        self.queries.fetch_add(1, Ordering::Relaxed);
        self.memory.query(table, sections, after).await
    }
}

#[async_trait]
impl CountViews for Tables {
    async fn transact(&self, actions: &[Action]) -> Result<Outcome, StoreError> {
        self.memory.transact(actions).await
    }

    async fn views(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        self.memory.views(keys).await
    }

    async fn visitors(&self, keys: &[Key]) -> Result<BTreeSet<Key>, StoreError> {
        self.memory.visitors(keys).await
    }

    async fn quarantine(&self, item: &Item) -> Result<(), StoreError> {
        self.memory.quarantine(item).await
    }
}

impl Tables {
    fn put(&self, item: Item) {
        self.memory.tables().views.insert(Key::from_item(&item).unwrap(), item);
    }

    fn with_views(views: &[View]) -> Self {
        let tables = Self::default();
        views.iter().for_each(|view| tables.put(view.item(ago(Duration::ZERO).plus(100 * 24 * HOUR))));
        tables
    }

    fn recovery(&self) -> Recovery {
        Recovery::new(Box::new(self.clone()), Box::new(self.clone()), Shards::ONE, vec![site()], 90)
    }

    /// Returns the counts of a view's day.
    fn counts(&self, view: &View) -> Counts {
        let bucket = Bucket::new(Granularity::Day, view.id.day());
        let key = keys::total(&TotalKey { site: site(), bucket, counter: Counter::Summary }, 0);
        self.memory.tables().totals.get(&key).map(|item| Total::decode(item).unwrap().counts).unwrap_or_default()
    }

    fn views_counted(&self, view: &View) -> i64 {
        self.counts(view).get(&Count::Views).copied().unwrap_or_default()
    }
}

fn rfc3339(moment: Moment) -> String {
    let seconds = moment.seconds() % 86_400;
    format!("{}T{:02}:{:02}:{:02}Z", Offset::UTC.day(moment), seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn message(first: Moment, last: Moment) -> Message {
    let body = json!({
        "requestContext": {"condition": "RetryAttemptsExhausted"},
        "DDBStreamBatchInfo": {
            "shardId": "shardId-00000001795262400000-864758bb",
            "approximateArrivalOfFirstRecord": rfc3339(first),
            "approximateArrivalOfLastRecord": rfc3339(last),
            "batchSize": 2,
        },
    });
    serde_json::from_value(json!({"messageId": "1", "eventSource": "aws:sqs", "body": body.to_string()})).unwrap()
}

#[tokio::test]
async fn views_of_a_failed_batch_are_counted_once() {
    let received = ago(7 * HOUR);
    let tables = Tables::with_views(&[plain_view(received, 1), plain_view(received, 2)]);
    for _ in 0..3 {
        tables.recovery().handle(&message(received, received)).await.unwrap();
        assert_eq!(tables.views_counted(&plain_view(received, 1)), 2);
    }
}

#[tokio::test]
async fn views_are_found_in_the_days_of_any_zone() {
    let received = ago(7 * HOUR);
    for offset in ["+1400", "-1200", "+0545"] {
        let mut lost = plain_view(received, 1);
        lost.id.offset = Offset::parse(offset).unwrap();
        let tables = Tables::with_views(std::slice::from_ref(&lost));
        tables.recovery().handle(&message(received, received)).await.unwrap();
        assert_eq!(tables.views_counted(&lost), 1, "{offset}");
    }
}

#[tokio::test]
async fn a_leave_a_day_after_its_view_is_counted() {
    let old = plain_view(ago(30 * HOUR), 1);
    let tables = Tables::with_views(std::slice::from_ref(&old));
    let leave = Leave { site: site(), view: old.id, measure: Measure { duration_ms: 5000, scroll: 40 } };
    tables.put(leave.item(ago(Duration::ZERO).plus(100 * 24 * HOUR)));
    let arrived = ago(7 * HOUR);
    tables.recovery().handle(&message(arrived, arrived)).await.unwrap();
    assert_eq!(tables.counts(&old)[&Count::DurationMs], 5000);
}

#[tokio::test]
async fn messages_about_the_same_days_read_the_tables_once() {
    let lost = plain_view(ago(7 * HOUR), 1);
    let tables = Tables::with_views(std::slice::from_ref(&lost));
    let recovery = tables.recovery();
    recovery.handle(&message(lost.id.time, lost.id.time)).await.unwrap();
    let queries = tables.queries.load(Ordering::Relaxed);
    for _ in 0..10 {
        recovery.handle(&message(lost.id.time, lost.id.time)).await.unwrap();
    }
    assert_eq!(tables.queries.load(Ordering::Relaxed), queries);
}

/// A restored table of views has lost the marks of what was counted since the backup.
#[tokio::test]
async fn views_that_may_be_counted_already_are_not_counted() {
    let received = ago(7 * HOUR);
    let tables = Tables::with_views(&[plain_view(received, 1), plain_view(received, 2)]);
    tables.recovery().handle(&message(received, received)).await.unwrap();
    let before = tables.memory.tables().totals.clone();
    for item in tables.memory.tables().views.values_mut().take(1) {
        item.remove(keys::attribute::COUNTED);
    }
    let error = tables.recovery().handle(&message(received, received)).await.unwrap_err();
    assert!(matches!(error, RecoveryError::Unresolved { failed: 0, doubtful: 1, .. }), "{error}");
    assert_eq!(tables.memory.tables().totals, before);
}

#[tokio::test]
async fn a_total_that_is_too_high_is_never_lowered() {
    let lost = plain_view(ago(7 * HOUR), 1);
    let tables = Tables::with_views(std::slice::from_ref(&lost));
    tables.recovery().handle(&message(lost.id.time, lost.id.time)).await.unwrap();
    for item in tables.memory.tables().totals.values_mut() {
        item.insert("Views".to_owned(), AttributeValue::N("9".to_owned()));
    }
    tables.recovery().handle(&message(lost.id.time, lost.id.time)).await.unwrap();
    assert_eq!(tables.views_counted(&lost), 9);
}

#[tokio::test]
async fn other_messages_are_rejected_by_name() {
    let tables = Tables::default();
    let dates = json!({"DDBStreamBatchInfo": {
        "approximateArrivalOfFirstRecord": "yesterday", "approximateArrivalOfLastRecord": "today",
    }});
    for body in ["", "{}", "order", &dates.to_string()] {
        let message = serde_json::from_value(json!({"body": body})).unwrap();
        let error = tables.recovery().handle(&message).await.unwrap_err();
        assert!(error.to_string().starts_with("the message does not report a batch"), "{error}");
    }
    assert_eq!(tables.queries.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn the_sample_event_is_a_report() {
    let event: Value = serde_json::from_str(include_str!("../events/queue.json")).unwrap();
    let batch = serde_json::from_value(event).unwrap();
    let recovery = Tables::default().recovery();
    let response = partial_batch::respond(batch, &async |message: Message| recovery.handle(&message).await).await;
    assert!(response.unwrap().batch_item_failures.is_empty());
}
