//! The event of a DynamoDB stream's event source mapping.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>

use analytics::keys::{self, attribute};
use analytics::{AttributeValue, Item, Leave, Record};
use http_event::Invocation;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A batch of records. Each is decoded separately, so that a malformed one fails alone.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Box<RawValue>")]
pub struct Event {
    pub(crate) records: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Box<RawValue>>,
}

/// A warm-up event is a batch without records.
impl TryFrom<Box<RawValue>> for Event {
    type Error = serde_json::Error;

    fn try_from(event: Box<RawValue>) -> Result<Self, Self::Error> {
        match serde_json::from_str::<Batch>(event.get()) {
            Ok(Batch { records }) => Ok(Self { records }),
            Err(error) => match serde_json::from_str(event.get()) {
                Ok(Invocation::WarmUp) => Ok(Self { records: Vec::new() }),
                _ => Err(error),
            },
        }
    }
}

impl Event {
    /// Returns the service of a record that is not from DynamoDB.
    ///
    /// An SQS queue connected by mistake would delete its messages after a success.
    #[must_use]
    pub fn foreign_source(&self) -> Option<String> {
        let sources = self.records.iter().filter_map(|record| serde_json::from_str::<Source>(record.get()).ok());
        sources.filter_map(|source| source.event_source).find(|source| source != "aws:dynamodb")
    }
}

#[derive(Deserialize)]
struct Source {
    #[serde(rename = "eventSource", alias = "EventSource")]
    event_source: Option<String>,
}

/// A record of the stream.
#[derive(Debug)]
pub struct StreamRecord {
    /// The sequence number, if it is valid.
    pub sequence_number: Option<String>,
    /// API Gateway's id of the request that stored the item.
    pub request_id: Option<String>,
    /// The change, or why it cannot be decoded.
    pub change: Result<Change, String>,
}

/// A change of the views table.
#[derive(Debug)]
pub enum Change {
    /// A view was stored.
    View(Box<Record>),
    /// A page was left.
    Leave(Leave),
    /// An item was changed, was deleted, or has expired.
    Other,
}

#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(rename = "eventName")]
    event_name: Option<String>,
    #[serde(borrow)]
    dynamodb: Option<Inner<'a>>,
}

#[derive(Deserialize)]
struct Inner<'a> {
    #[serde(rename = "SequenceNumber")]
    sequence_number: Option<String>,
    #[serde(rename = "NewImage", borrow)]
    new_image: Option<&'a RawValue>,
}

impl StreamRecord {
    /// Parses a record.
    #[must_use]
    pub fn parse(record: &RawValue) -> Self {
        let Outer { event_name, dynamodb } = match serde_json::from_str(record.get()) {
            Ok(outer) => outer,
            Err(error) => return Self { sequence_number: None, request_id: None, change: Err(error.to_string()) },
        };
        let (sequence_number, image) = dynamodb.map_or((None, None), |inner| (inner.sequence_number, inner.new_image));
        let item = image.map(|image| serde_json::from_str::<Item>(image.get()).map_err(|error| error.to_string()));
        let request_id = match item.as_ref().and_then(|item| item.as_ref().ok()?.get(attribute::REQUEST)) {
            Some(AttributeValue::S(id)) => Some(id.clone()),
            _ => None,
        };
        Self {
            sequence_number: sequence_number.filter(|text| is_number(text)),
            request_id,
            change: change(event_name.as_deref(), item),
        }
    }
}

/// Other text is not a sequence number, and may not fit into a sort key.
fn is_number(text: &str) -> bool {
    (1..=100).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn change(event_name: Option<&str>, item: Option<Result<Item, String>>) -> Result<Change, String> {
    match event_name {
        Some("INSERT") => {}
        Some(_) => return Ok(Change::Other),
        None => return Err("the record has no eventName".to_owned()),
    }
    let item = item.ok_or("the record has no NewImage")??;
    let decoded = if keys::is_leave(&item) {
        Leave::decode(&item).map(Change::Leave)
    } else {
        Record::decode(&item).map(|record| Change::View(Box::new(record)))
    };
    decoded.map_err(|error| error.to_string())
}
