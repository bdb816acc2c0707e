use std::collections::BTreeSet;

use lambda_runtime::{Diagnostic, LambdaEvent};
use reply::{Error, Received};

use crate::batch::Batch;
use crate::response::{BatchItemFailure, Response};
use crate::store::Store;
use crate::{Deadline, Event, Folder, Shards};

/// Fold a batch of a stream's records into the totals.
///
/// # Errors
/// `NotAStreamEvent` when anything but a stream's mapping invokes it. Records that cannot be folded now are a response.
pub async fn handle(
    event: LambdaEvent<Received<Event>>,
    store: &dyn Store,
    shards: Shards,
) -> Result<Response, Diagnostic> {
    let LambdaEvent { payload: Received(received), context } = event;
    let event = received.map_err(|reason| not_a_stream_event(&reason))?;
    if let Some(source) = event.foreign_source() {
        return Err(not_a_stream_event(&format!("the records are from {source}")));
    }
    let (batch, waiting) = Batch::read(event);
    let folder = Folder { store, shards, deadline: Deadline::at(context.deadline()) };
    let views = folder.views(waiting.views).await;
    let leaves = folder.leaves(waiting.leaves).await;
    let unfit = [waiting.malformed, views.refused, leaves.refused].concat();
    let quarantine = folder.quarantine(&batch, unfit, &context.request_id).await;

    let failed: BTreeSet<usize> = [views.failed, leaves.failed, quarantine.failed].concat().into_iter().collect();
    tracing::info!(
        records = batch.len(),
        views_counted = views.applied,
        views_without_effect = views.without_effect,
        views_gone = views.gone.len(),
        leaves_counted = leaves.applied,
        leaves_without_effect = leaves.without_effect,
        leaves_without_view = leaves.gone.len(),
        quarantined = quarantine.applied,
        failed = failed.len(),
        "a batch is folded"
    );
    let gone = [views.gone, leaves.gone].concat();
    if let Some(&first) = gone.first() {
        // The alarm's metric adds up the records of these lines.
        tracing::error!(records = gone.len(), sequence_number = batch.sequence_number(first), "views are gone");
    }
    if let Some(failure) = views.failure.or(leaves.failure).or(quarantine.failure) {
        tracing::warn!(failure, "records are left to another invocation");
    }
    let again =
        |index| BatchItemFailure { item_identifier: batch.sequence_number(index).unwrap_or_default().to_owned() };
    Ok(Response { batch_item_failures: failed.into_iter().map(again).collect() })
}

fn not_a_stream_event(reason: &str) -> Diagnostic {
    let told =
        format!("This function takes batches of a DynamoDB stream ({reason}). Let the stream's mapping invoke it.");
    Error::bad_request("NotAStreamEvent", told).into_diagnostic()
}
