//! What is logged: the lines that a metric and a person look for, in the form of the crate `startup`.

// So that clippy takes the helpers for test code, too.
#![cfg(test)]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::sync::Once;
use std::time::{Duration, SystemTime};

use analytics::Item;
use analytics::keys::Key;
use analytics_store::{Action, CountViews, Memory, Outcome, StoreError};
use analytics_totals::Shards;
use analytics_trigger::{Event, handle};
use async_trait::async_trait;
use lambda_runtime::{Context, LambdaEvent};
use reply::Received;
use serde_json::{Value, json};
use tracing_subscriber::layer::SubscriberExt as _;

thread_local! {
    /// What this test has logged.
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes to the lines of the test.
struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A store that has too much to do.
struct Busy;

fn busy<T>() -> Result<T, StoreError> {
    Err(StoreError::transient("throttled"))
}

#[async_trait]
impl CountViews for Busy {
    async fn transact(&self, _: &[Action]) -> Result<Outcome, StoreError> {
        busy()
    }

    async fn views(&self, _: &[Key]) -> Result<Vec<Item>, StoreError> {
        busy()
    }

    async fn visitors(&self, _: &[Key]) -> Result<BTreeSet<Key>, StoreError> {
        busy()
    }

    async fn quarantine(&self, _: &Item) -> Result<(), StoreError> {
        busy()
    }
}

/// What an invocation logs, without times.
async fn logged(store: &dyn CountViews, event: &str) -> Vec<Value> {
    static SUBSCRIBER: Once = Once::new();
    SUBSCRIBER.call_once(|| {
        let layer = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false);
        let subscriber = tracing_subscriber::registry().with(layer.with_writer(|| Lines));
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    let payload: Received<Event> = serde_json::from_str(event).unwrap();
    let mut context = Context::default();
    let deadline = SystemTime::now() + Duration::from_secs(30);
    context.deadline = u64::try_from(deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis()).unwrap();
    handle(LambdaEvent::new(payload, context), store, Shards::ONE).await.unwrap();
    let text = String::from_utf8(LINES.take()).unwrap();
    let line = |line: &str| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        assert!(line.as_object_mut().unwrap().remove("timestamp").is_some());
        line
    };
    text.lines().filter(|line| line.contains("analytics_trigger")).map(line).collect()
}

fn counts(counts: [(&str, u64); 9]) -> Value {
    let mut line = json!({"level": "INFO", "target": "analytics_trigger::handler", "message": "batch processed"});
    line.as_object_mut().unwrap().extend(counts.map(|(name, count)| (name.to_owned(), json!(count))));
    line
}

#[tokio::test]
async fn a_quarantined_record_is_a_line_that_a_metric_counts() {
    let quarantined = json!({
        "level": "ERROR", "target": "analytics_trigger::quarantine", "message": "record quarantined",
        "sequence_number": "000000000000000000001", "reason": "the attribute Page is missing",
    });
    let processed = counts([
        ("records", 1),
        ("views_counted", 0),
        ("views_unchanged", 0),
        ("views_gone", 0),
        ("leaves_counted", 0),
        ("leaves_unchanged", 0),
        ("leaves_without_view", 0),
        ("quarantined", 1),
        ("failed", 0),
    ]);
    let event = include_str!("../events/stream-malformed.json");
    assert_eq!(logged(&Memory::default(), event).await, [quarantined, processed]);
}

#[tokio::test]
async fn records_whose_views_are_gone_are_a_line_that_a_metric_counts() {
    let gone = json!({
        "level": "ERROR", "target": "analytics_trigger::handler", "message": "views gone",
        "records": 2, "sequence_number": "000000000000000000001",
    });
    let processed = counts([
        ("records", 2),
        ("views_counted", 0),
        ("views_unchanged", 0),
        ("views_gone", 1),
        ("leaves_counted", 0),
        ("leaves_unchanged", 0),
        ("leaves_without_view", 1),
        ("quarantined", 0),
        ("failed", 0),
    ]);
    assert_eq!(logged(&Memory::default(), include_str!("../events/stream.json")).await, [processed, gone]);
}

#[tokio::test(start_paused = true)]
async fn records_that_are_left_are_a_warning_with_the_reason() {
    let processed = counts([
        ("records", 2),
        ("views_counted", 0),
        ("views_unchanged", 0),
        ("views_gone", 0),
        ("leaves_counted", 0),
        ("leaves_unchanged", 0),
        ("leaves_without_view", 0),
        ("quarantined", 0),
        ("failed", 2),
    ]);
    let left = json!({
        "level": "WARN", "target": "analytics_trigger::handler",
        "message": "records failed, the mapping retries them", "error": "throttled",
    });
    assert_eq!(logged(&Busy, include_str!("../events/stream.json")).await, [processed, left]);
}
