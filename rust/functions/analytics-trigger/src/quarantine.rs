use std::time::SystemTime;

use analytics::keys::{self, attribute};
use analytics::{AttributeValue, Item, Moment};

use crate::batch::Batch;
use crate::store::Failure;
use crate::{Folded, Folder};

/// Seconds for which a record is kept: a month to look into it.
const KEPT_SECONDS: u64 = 30 * 86_400;

/// Bytes of a record that are kept: an item holds 400 KB, with its keys and the reason.
const RECORD_BYTES: usize = 200_000;

/// Bytes of a reason that are kept and logged: a reason may quote the record.
const REASON_BYTES: usize = 1000;

/// Bytes of a name: a sort key holds 1,024.
const NAME_BYTES: usize = 500;

impl Folder<'_> {
    /// Put records that can never be folded aside, and log each: they must not hold up those after them.
    pub async fn quarantine(&self, batch: &Batch, unfit: Vec<(usize, String)>, request_id: &str) -> Folded {
        let mut folded = Folded::default();
        for (index, reason) in unfit {
            let sequence_number = batch
                .sequence_number(index)
                .map_or_else(|| format!("none, {index} of request {request_id}"), str::to_owned);
            let sequence_number = shortened(&sequence_number, NAME_BYTES);
            let reason = shortened(&reason, REASON_BYTES);
            match self.put_aside(sequence_number, batch.text(index), reason, index).await {
                Ok(()) => {
                    // The alarm's metric counts these lines.
                    tracing::error!(sequence_number, reason, "a record is quarantined");
                    folded.applied += 1;
                }
                Err(failure) => {
                    folded.failed.push(index);
                    folded.failure = Some(failure);
                }
            }
        }
        folded
    }

    async fn put_aside(&self, name: &str, record: &str, reason: &str, index: usize) -> Result<(), Failure> {
        let item = item(name, record, reason, Moment::try_from(SystemTime::now())?);
        self.deadline.call(u64::try_from(index)?, || self.store.quarantine(&item)).await
    }
}

fn shortened(text: &str, bytes: usize) -> &str {
    text.split_at(text.floor_char_boundary(bytes)).0
}

fn item(name: &str, record: &str, reason: &str, now: Moment) -> Item {
    let kept = shortened(record, RECORD_BYTES);
    let mut item = keys::quarantine(name).item();
    item.insert(attribute::REASON.to_owned(), AttributeValue::S(reason.to_owned()));
    item.insert(attribute::RECORD.to_owned(), AttributeValue::S(kept.to_owned()));
    let expires = now.seconds() + KEPT_SECONDS;
    item.insert(attribute::EXPIRES.to_owned(), AttributeValue::N(expires.to_string()));
    item
}
