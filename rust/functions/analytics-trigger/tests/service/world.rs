//! Views, leaves and their stream records.

use std::time::{Duration, SystemTime};

use analytics::keys;
pub use analytics::samples::{NOON, site};
use analytics::{Item, Leave, Measure, Moment, View, ViewId, Visitor, samples};
use analytics_store::CountViews;
use analytics_totals::Shards;
use analytics_trigger::{Event, handle};
use lambda_runtime::{Context, LambdaEvent};
use reply::Received;
use serde_json::{Value, json};

/// An expiry after the end of every test.
pub const EXPIRES: u64 = NOON + 100 * 86_400_000;

pub fn moment(milliseconds: u64) -> Moment {
    Moment::from_milliseconds(milliseconds).unwrap()
}

/// Returns a view with every optional field. Views differ in their visitors and random numbers.
pub fn view(random: u64, visitor: u8) -> View {
    let view = samples::view("/about");
    View { id: ViewId { random, ..view.id }, visitor: Some(Visitor::from_bytes([visitor; 16])), ..view }
}

pub fn leave(view: &View, duration_ms: u64, scroll: u8) -> Leave {
    Leave { site: view.site.clone(), view: view.id, measure: Measure { duration_ms, scroll } }
}

pub fn view_item(view: &View) -> Item {
    view.item(moment(EXPIRES))
}

pub fn leave_item(leave: &Leave) -> Item {
    leave.item(moment(EXPIRES))
}

/// Returns a stream record in AWS's format.
pub fn record(sequence_number: u64, event_name: &str, item: &Item) -> Value {
    json!({
        "eventID": format!("{sequence_number:032x}"),
        "eventName": event_name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_262_400,
            "Keys": keys::Key::from_item(item).map(|key| key.item()).ok(),
            "NewImage": item,
            "SequenceNumber": format!("{sequence_number:021}"),
            "SizeBytes": 321,
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": "arn:aws:dynamodb:eu-central-1:123456789012:table/views/stream/2026-11-21T00:00:00.000",
    })
}

/// Returns the records of stored views, numbered from 1.
pub fn inserted<'a>(items: impl IntoIterator<Item = &'a Item>) -> Vec<Value> {
    (1..).zip(items).map(|(number, item)| record(number, "INSERT", item)).collect()
}

/// Invokes the handler as Lambda does, with a timeout, and returns the reported failures or its error type.
pub async fn invoke(
    store: &dyn CountViews,
    shards: Shards,
    records: &[impl ToString],
    time: Duration,
) -> Result<Vec<String>, String> {
    let records: Vec<String> = records.iter().map(ToString::to_string).collect();
    let payload = format!(r#"{{"Records": [{}]}}"#, records.join(","));
    let payload: Received<Event> = serde_json::from_str(&payload).unwrap();
    let mut context = Context::default();
    "request-1".clone_into(&mut context.request_id);
    let deadline = (SystemTime::now() + time).duration_since(SystemTime::UNIX_EPOCH).unwrap();
    context.deadline = u64::try_from(deadline.as_millis()).unwrap();
    let response = handle(LambdaEvent::new(payload, context), store, shards).await.map_err(|error| error.error_type)?;
    let response = serde_json::to_value(response).unwrap();
    let failures = response["batchItemFailures"].as_array().unwrap();
    Ok(failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect())
}

/// The timeout of an invocation in tests.
pub const TIME: Duration = Duration::from_secs(30);
