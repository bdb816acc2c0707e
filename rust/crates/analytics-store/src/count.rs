//! The writes that count views, and the reads they depend on.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use analytics::Item;
use analytics::keys::Key;
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::error::TransactionCanceledException;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use tokio::time::sleep;

use crate::{Action, FailedCondition, Outcome, StoreError};

mod request;

/// Maximum number of keys in one `BatchGetItem`.
const KEYS: usize = 100;

/// Counts views.
#[async_trait]
pub trait CountViews: Send + Sync {
    /// Runs all actions or none. Each is on a different item.
    async fn transact(&self, actions: &[Action]) -> Result<Outcome, StoreError>;

    /// Returns the views that exist, as of the last write.
    async fn views(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError>;

    /// Returns the visitors that are marked as counted.
    async fn visitors(&self, keys: &[Key]) -> Result<BTreeSet<Key>, StoreError>;

    /// Stores a record that cannot be counted.
    async fn quarantine(&self, item: &Item) -> Result<(), StoreError>;
}

/// Counts views in two tables in DynamoDB.
#[derive(Debug, Clone)]
pub struct ViewCounter {
    client: Client,
    views_table: String,
    totals_table: String,
}

impl ViewCounter {
    /// Creates a counter over two tables.
    #[must_use]
    pub fn new(client: Client, views_table: String, totals_table: String) -> Self {
        Self { client, views_table, totals_table }
    }

    /// Returns the items of the keys that exist. Retries the keys that DynamoDB has not processed without a limit: the
    /// caller sets a timeout.
    async fn read(&self, table: &str, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::with_capacity(keys.len());
        for keys in keys.chunks(KEYS) {
            let keys = keys.iter().map(|key| key.item().into()).collect();
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
            let mut request = HashMap::from([(table.to_owned(), wanted.map_err(StoreError::new)?)]);
            let mut pause = Duration::from_millis(20);
            loop {
                let output = self.client.batch_get_item().set_request_items(Some(request)).send().await?;
                let found = output.responses.unwrap_or_default().into_values().flatten();
                items.extend(found.map(Item::from));
                match output.unprocessed_keys {
                    Some(keys) if !keys.is_empty() => request = keys,
                    _ => break,
                }
                sleep(pause).await;
                pause *= 2;
            }
        }
        Ok(items)
    }
}

#[async_trait]
impl CountViews for ViewCounter {
    /// The client sends a token that makes its own retries idempotent.
    async fn transact(&self, actions: &[Action]) -> Result<Outcome, StoreError> {
        let items = actions.iter().map(|action| request::item(action, &self.views_table, &self.totals_table));
        let items = items.collect::<Result<_, _>>().map_err(StoreError::new)?;
        let request = self.client.transact_write_items().set_transact_items(Some(items));
        let Err(error) = request.send().await else { return Ok(Outcome::Done) };
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => outcome(canceled),
            Some(rejected) if rejected.code() == Some("ValidationException") => {
                Ok(Outcome::Rejected(rejected.message().unwrap_or("a ValidationException").to_owned()))
            }
            _ => Err(error.into()),
        }
    }

    async fn views(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        self.read(&self.views_table, keys).await
    }

    async fn visitors(&self, keys: &[Key]) -> Result<BTreeSet<Key>, StoreError> {
        let items = self.read(&self.totals_table, keys).await?;
        items.iter().map(Key::from_item).collect::<Result<_, _>>().map_err(StoreError::new)
    }

    async fn quarantine(&self, item: &Item) -> Result<(), StoreError> {
        let item: HashMap<String, AttributeValue> = item.clone().into();
        self.client.put_item().table_name(&self.totals_table).set_item(Some(item)).send().await?;
        Ok(())
    }
}

/// Returns the outcome of a canceled transaction by the reasons of its actions.
fn outcome(canceled: &TransactionCanceledException) -> Result<Outcome, StoreError> {
    let reasons = || canceled.cancellation_reasons().iter();
    let failed = reasons().enumerate().filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"));
    let failed: Vec<FailedCondition> = failed
        .map(|(action, reason)| FailedCondition { action, is_gone: reason.item().is_none_or(HashMap::is_empty) })
        .collect();
    if !failed.is_empty() {
        return Ok(Outcome::ConditionsFailed(failed));
    }
    let is_invalid = |code| ["ItemCollectionSizeLimitExceeded", "ValidationError"].contains(&code);
    match reasons().find(|reason| reason.code().is_some_and(is_invalid)) {
        Some(reason) => Ok(Outcome::Rejected(reason.message().unwrap_or("a ValidationError").to_owned())),
        // Conflicts with other transactions, and throttling.
        None => Err(StoreError::transient(canceled.message().unwrap_or("the transaction was canceled"))),
    }
}
