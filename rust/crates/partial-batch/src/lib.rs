#![doc = include_str!("../README.md")]

use std::fmt::Display;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

mod header;

use header::{Header, Order};

/// The event of an event source mapping. Records are parsed separately, so that a malformed one fails alone.
#[derive(Debug, Deserialize)]
pub struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Box<RawValue>>,
}

/// The records that Lambda must retry.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The failed records; for a stream, only the first one, from which Lambda resumes.
    pub batch_item_failures: Vec<BatchItemFailure>,
}

/// A record that Lambda must retry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    /// The message id of SQS, or the sequence number of a stream record.
    pub item_identifier: String,
}

/// Runs until Lambda ends the environment, calling `handler` for each record.
///
/// # Errors
/// The Runtime API cannot be reached.
pub async fn run<R: DeserializeOwned, E: Display>(handler: impl AsyncFn(R) -> Result<(), E>) -> Result<(), Error> {
    let handler = &handler;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Batch>| respond(event.payload, handler).await)).await
}

/// Calls `handler` for each record of a batch, and returns the failures.
///
/// # Errors
/// The source is not supported, or a failed record has no identifier.
pub async fn respond<R: DeserializeOwned, E: Display>(
    batch: Batch,
    handler: &impl AsyncFn(R) -> Result<(), E>,
) -> Result<Response, Error> {
    let headers = batch.records.iter().map(|record| Header::read(record)).collect::<Result<Vec<_>, _>>()?;
    let mut failures = Vec::new();
    let mut records = batch.records.iter().zip(&headers);
    while let Some((record, header)) = records.next() {
        let Err(reason) = handle(record, handler).await else { continue };
        let identifier = header.identifier()?;
        tracing::warn!(record = identifier, reason, "a record failed and will be delivered again");
        failures.push(identifier);
        match header.order {
            Order::Any => {}
            Order::Fifo => {
                for (_, header) in records.by_ref() {
                    failures.push(header.identifier()?);
                }
            }
            Order::Shard => break,
        }
    }
    let failure = |identifier: &str| BatchItemFailure { item_identifier: identifier.to_owned() };
    Ok(Response { batch_item_failures: failures.into_iter().map(failure).collect() })
}

async fn handle<R: DeserializeOwned, E: Display>(
    record: &RawValue,
    handler: &impl AsyncFn(R) -> Result<(), E>,
) -> Result<(), String> {
    let record = serde_json::from_str(record.get()).map_err(|error| format!("the record cannot be read: {error}"))?;
    match AssertUnwindSafe(handler(record)).catch_unwind().await {
        // `{:#}` includes the causes of types such as `anyhow::Error`.
        Ok(result) => result.map_err(|error| format!("{error:#}")),
        Err(_) => Err("the handler panicked".to_owned()),
    }
}

#[cfg(test)]
mod tests;
