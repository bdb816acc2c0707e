use lambda_runtime::Error;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The identifier of a record, and its source's ordering.
pub(crate) struct Header {
    identifier: Option<String>,
    /// Effect of a failure on the later records.
    pub(crate) order: Order,
}

/// Ordering of a source's records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Standard queue: records are independent.
    Any,
    /// FIFO queue: a failure ends the batch; later records are reported as failed, or SQS would delete them.
    Fifo,
    /// Shard: a failure ends the batch, and Lambda resumes from it.
    Shard,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Fields {
    event_source: Option<String>,
    #[serde(rename = "eventSourceARN")]
    event_source_arn: Option<String>,
    message_id: Option<String>,
    kinesis: Option<Position>,
    dynamodb: Option<Position>,
}

#[derive(Deserialize)]
struct Position {
    #[serde(rename = "sequenceNumber", alias = "SequenceNumber")]
    sequence_number: Option<String>,
}

impl Header {
    /// Reads the header of a record.
    ///
    /// # Errors
    /// The record's source does not support partial batch responses.
    pub(crate) fn read(record: &RawValue) -> Result<Self, Error> {
        let fields: Fields = serde_json::from_str(record.get()).unwrap_or_default();
        let sequence_number = |position: Option<Position>| position.and_then(|position| position.sequence_number);
        let is_fifo = fields.event_source_arn.is_some_and(|arn| arn.ends_with(".fifo"));
        match fields.event_source.as_deref() {
            Some("aws:sqs") => {
                Ok(Self { identifier: fields.message_id, order: if is_fifo { Order::Fifo } else { Order::Any } })
            }
            Some("aws:kinesis") => Ok(Self { identifier: sequence_number(fields.kinesis), order: Order::Shard }),
            Some("aws:dynamodb") => Ok(Self { identifier: sequence_number(fields.dynamodb), order: Order::Shard }),
            other => Err(format!(
                "this function handles batches of SQS, Kinesis and DynamoDB streams, not of {}: invoke it by an event \
                 source mapping",
                other.unwrap_or("an unknown source")
            )
            .into()),
        }
    }

    /// Returns the record's identifier for the response.
    ///
    /// # Errors
    /// The identifier is missing. An empty one would fail the batch too, but without a reason.
    pub(crate) fn identifier(&self) -> Result<&str, Error> {
        self.identifier
            .as_deref()
            .filter(|text| !text.is_empty())
            .ok_or_else(|| "a record failed that has no identifier, so the whole batch fails".into())
    }
}
