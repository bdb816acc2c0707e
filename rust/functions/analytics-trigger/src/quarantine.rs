use std::time::SystemTime;

use analytics::keys::{self, attribute};
use analytics::{AttributeValue, Item, Moment};
use analytics_store::StoreError;
use analytics_totals::{Counting, CountingResult};

use crate::batch::Batch;

/// Retention of a record in seconds: 30 days.
const RETENTION_SECONDS: u64 = 30 * 86_400;

/// Maximum length of a stored record in bytes: an item has at most 400 KB, including its keys and the reason.
const RECORD_BYTES: usize = 200_000;

/// Maximum length of a reason in bytes: it may quote the record.
const REASON_BYTES: usize = 1000;

/// Maximum length of a name in bytes: a sort key has at most 1,024.
const NAME_BYTES: usize = 500;

/// Quarantines records that can never be counted, and logs each, so that they do not block the records after them.
pub async fn quarantine(
    counting: Counting<'_>,
    batch: &Batch,
    rejected: Vec<(usize, String)>,
    request_id: &str,
) -> CountingResult {
    let mut result = CountingResult::default();
    for (index, reason) in rejected {
        let sequence_number = batch
            .sequence_number(index)
            .map_or_else(|| format!("none, {index} of request {request_id}"), str::to_owned);
        let sequence_number = shortened(&sequence_number, NAME_BYTES);
        let reason = shortened(&reason, REASON_BYTES);
        match store(counting, sequence_number, batch.text(index), reason, index).await {
            Ok(()) => {
                tracing::error!(sequence_number, reason, "record quarantined");
                result.counted += 1;
            }
            Err(error) => {
                result.failed.push(index);
                result.error = Some(error);
            }
        }
    }
    result
}

async fn store(counting: Counting<'_>, name: &str, record: &str, reason: &str, index: usize) -> Result<(), StoreError> {
    let now = Moment::try_from(SystemTime::now()).map_err(StoreError::new)?;
    let item = item(name, record, reason, now);
    let random = u64::try_from(index).unwrap_or_default();
    counting.deadline.call(random, || counting.store.quarantine(&item)).await
}

fn shortened(text: &str, bytes: usize) -> &str {
    text.split_at(text.floor_char_boundary(bytes)).0
}

fn item(name: &str, record: &str, reason: &str, now: Moment) -> Item {
    let mut item = keys::quarantine(name).item();
    item.insert(attribute::REASON.to_owned(), AttributeValue::S(reason.to_owned()));
    item.insert(attribute::RECORD.to_owned(), AttributeValue::S(shortened(record, RECORD_BYTES).to_owned()));
    let expires = now.seconds() + RETENTION_SECONDS;
    item.insert(attribute::EXPIRES.to_owned(), AttributeValue::N(expires.to_string()));
    item
}
