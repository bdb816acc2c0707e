use std::collections::BTreeSet;

use analytics_store::CountViews;
use analytics_totals::{Counting, Deadline, Shards};
use lambda_runtime::{Diagnostic, LambdaEvent};
use partial_batch::{BatchItemFailure, Response};
use powertools::Outcome;
use reply::{Error, Received};

use crate::Event;
use crate::batch::Batch;
use crate::quarantine::quarantine;

/// Counts a batch of stream records into the totals.
///
/// # Errors
/// `NotAStreamEvent` for any other event. Records that cannot be counted now are in the response.
pub async fn handle(
    event: LambdaEvent<Received<Event>>,
    store: &dyn CountViews,
    shards: Shards,
) -> Result<Response, Diagnostic> {
    let LambdaEvent { payload: Received(received), context } = event;
    let event = received.map_err(|reason| not_a_stream_event(&reason))?;
    if let Some(source) = event.foreign_source() {
        return Err(not_a_stream_event(&format!("the records are from {source}")));
    }
    let (batch, changes) = Batch::read(event);
    let counting = Counting { store, shards, deadline: Deadline::at(context.deadline()) };
    let views = counting.views(changes.views).await;
    let leaves = counting.leaves(changes.leaves).await;
    let rejected = [changes.malformed, views.rejected, leaves.rejected].concat();
    let quarantine = quarantine(counting, &batch, rejected, &context.request_id).await;

    let failed: BTreeSet<usize> = [views.failed, leaves.failed, quarantine.failed].concat().into_iter().collect();
    let gone = [views.gone, leaves.gone].concat();
    let (counted, unchanged) = (views.counted + leaves.counted, views.unchanged + leaves.unchanged);
    for (name, value) in [
        ("records", batch.len()),
        ("views_counted", views.counted),
        ("leaves_counted", leaves.counted),
        ("unchanged", unchanged),
        ("gone", gone.len()),
        ("quarantined", quarantine.counted),
        ("failed", failed.len()),
    ] {
        powertools::record(name, value);
    }
    powertools::record("correlation_ids", changes.request_ids.into_iter().collect::<Vec<_>>());
    for (metric, amount) in [
        ("CountedRecords", counted),
        ("DuplicateRecords", unchanged),
        ("QuarantinedRecords", quarantine.counted),
        ("GoneViews", gone.len()),
    ] {
        if amount > 0 {
            powertools::count(metric, amount.try_into().unwrap_or(u64::MAX));
        }
    }
    if let Some(&first) = gone.first() {
        tracing::error!(sequence_number = batch.sequence_number(first), "views were deleted before they were counted");
    }
    if !failed.is_empty() {
        powertools::record("outcome", Outcome::Partial);
    }
    if let Some(error) = views.error.or(leaves.error).or(quarantine.error) {
        tracing::warn!(%error, "records failed, the mapping retries them");
    }
    let retry = |index| {
        // An empty identifier makes the mapping retry the whole batch.
        let item_identifier = batch.sequence_number(index).unwrap_or_default().to_owned();
        BatchItemFailure { item_identifier }
    };
    Ok(Response { batch_item_failures: failed.into_iter().map(retry).collect() })
}

fn not_a_stream_event(reason: &str) -> Diagnostic {
    let detail = format!(
        "This function expects a batch of a DynamoDB stream ({reason}). Invoke it by the stream's event source mapping."
    );
    powertools::record("outcome", Outcome::ClientError);
    Error::bad_request("NotAStreamEvent", detail).into_diagnostic()
}
