//! Log lines and metrics.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use analytics::Item;
use analytics::keys::Key;
use analytics_store::{Action, CountViews, Memory, Outcome, StoreError};
use analytics_totals::Shards;
use analytics_trigger::{Event, handle};
use async_trait::async_trait;
use lambda_runtime::{Context, LambdaEvent};
use powertools::{captured, observe};
use reply::Received;
use serde_json::{Value, json};

/// A store that throttles.
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

/// Returns the handler's log lines of an invocation, and its closing line.
async fn logged(store: &dyn CountViews, event: &str) -> (Vec<Value>, Value) {
    let payload: Received<Event> = serde_json::from_str(event).unwrap();
    let mut context = Context::default();
    let deadline = SystemTime::now() + Duration::from_secs(30);
    context.deadline = u64::try_from(deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let handled = handle(LambdaEvent::new(payload, context.clone()), store, Shards::ONE);
    let (handled, mut lines) = captured(observe(context, handled)).await.unwrap();
    handled.unwrap();
    let closing = lines.pop().unwrap();
    (lines, closing)
}

fn figures(closing: &Value) -> [u64; 7] {
    let names = ["records", "views_counted", "leaves_counted", "unchanged", "gone", "quarantined", "failed"];
    names.map(|name| closing[name].as_u64().unwrap_or_else(|| panic!("{name} is missing in {closing}")))
}

#[tokio::test]
async fn a_quarantined_record_is_an_error_and_a_metric() {
    let (lines, closing) = logged(&Memory::default(), include_str!("../events/stream-malformed.json")).await;
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&line["level"], &line["reason"]), (&json!("ERROR"), &json!("the attribute Page is missing")));
    assert_eq!(line["sequence_number"], "000000000000000000001");
    assert_eq!(figures(&closing), [1, 0, 0, 0, 0, 1, 0]);
    assert_eq!(closing["QuarantinedRecords"], 1);
}

#[tokio::test]
async fn records_of_deleted_views_are_an_error_and_metric() {
    let (lines, closing) = logged(&Memory::default(), include_str!("../events/stream.json")).await;
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&line["level"], &line["sequence_number"]), (&json!("ERROR"), &json!("000000000000000000001")));
    assert_eq!(figures(&closing), [2, 0, 0, 0, 2, 0, 0]);
    assert_eq!(closing["GoneViews"], 2);
    let directive = &closing["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Dimensions"], json!([["function_name"]]));
    assert_eq!(directive["Metrics"], json!([{"Name": "GoneViews", "Unit": "Count"}]));
}

#[tokio::test(start_paused = true)]
async fn records_that_fail_are_a_warning_with_the_reason() {
    let (lines, closing) = logged(&Busy, include_str!("../events/stream.json")).await;
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&line["level"], &line["error"]), (&json!("WARN"), &json!("throttled")));
    assert_eq!((figures(&closing), &closing["outcome"]), ([2, 0, 0, 0, 0, 0, 2], &json!("partial")));
}

#[tokio::test]
async fn a_line_has_the_request_ids_of_its_records() {
    let event = include_str!("../events/stream.json").replacen(
        r#""NewImage": {"#,
        r#""NewImage": {"Request": {"S": "JKJaXmPLvHcESHA="}, "#,
        1,
    );
    let (_, closing) = logged(&Memory::default(), &event).await;
    assert_eq!(closing["correlation_ids"], json!(["JKJaXmPLvHcESHA="]));
}
