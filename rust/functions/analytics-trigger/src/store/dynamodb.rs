//! Views and totals in two DynamoDB tables, each with the partition key `Path` and the sort key `Section`.

use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::iter;
use std::time::Duration;

use analytics::Item;
use analytics::keys::Key;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::error::TransactionCanceledException;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use tokio::time::sleep;

use super::{Action, Answer, Failure, Lost, Store, Write};

mod transaction;

/// Keys of one BatchGetItem at most.
const KEYS: usize = 100;

/// Bytes of a failure that are told.
const TOLD_BYTES: usize = 500;

/// Views and totals in two tables.
#[derive(Debug, Clone)]
pub struct DynamoDb {
    client: Client,
    views: String,
    totals: String,
}

impl DynamoDb {
    /// The store in two tables.
    #[must_use]
    pub fn new(client: Client, views: String, totals: String) -> Self {
        Self { client, views, totals }
    }

    /// Do all actions or none. The client sends a token along, so that an attempt of its own is not done twice.
    async fn write(&self, actions: &[Action]) -> Result<Write, Failure> {
        let items = actions.iter().map(|action| transaction::item(action, &self.views, &self.totals));
        let request = self.client.transact_write_items().set_transact_items(Some(items.collect::<Result<_, _>>()?));
        let Err(error) = request.send().await else { return Ok(Write::Done) };
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => why(cancelled),
            Some(refused) if refused.code() == Some("ValidationException") => {
                Ok(Write::Refused(refused.message().unwrap_or("a ValidationException").to_owned()))
            }
            _ => Err(failure(&error)),
        }
    }

    /// The items of these keys that are there. Whoever waits for them sets an end to it: what DynamoDB has not come to
    /// is asked for again.
    async fn read(&self, table: &str, keys: &[Key]) -> Result<Vec<Item>, Failure> {
        let mut items = Vec::with_capacity(keys.len());
        for keys in keys.chunks(KEYS) {
            let keys = keys.iter().map(|key| key.item().into()).collect();
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build()?;
            let mut request = HashMap::from([(table.to_owned(), wanted)]);
            let mut pause = Duration::from_millis(20);
            loop {
                let answer = self.client.batch_get_item().set_request_items(Some(request)).send().await;
                let answer = answer.map_err(|error| failure(&error))?;
                let found = answer.responses.unwrap_or_default().into_values().flatten();
                items.extend(found.map(Item::from));
                match answer.unprocessed_keys {
                    Some(keys) if !keys.is_empty() => request = keys,
                    _ => break,
                }
                sleep(pause).await;
                pause *= 2;
            }
        }
        Ok(items)
    }

    async fn put_total(&self, item: &Item) -> Result<(), Failure> {
        let item: HashMap<String, AttributeValue> = item.clone().into();
        let request = self.client.put_item().table_name(&self.totals).set_item(Some(item));
        request.send().await.map(drop).map_err(|error| failure(&error))
    }
}

/// Why a transaction was cancelled, by the reason that each of its actions has.
fn why(cancelled: &TransactionCanceledException) -> Result<Write, Failure> {
    let reasons = || cancelled.cancellation_reasons().iter();
    let lost = reasons().enumerate().filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"));
    let lost: Vec<Lost> =
        lost.map(|(action, reason)| Lost { action, is_gone: reason.item().is_none_or(HashMap::is_empty) }).collect();
    if !lost.is_empty() {
        return Ok(Write::Lost(lost));
    }
    let invalid = |code| ["ItemCollectionSizeLimitExceeded", "ValidationError"].contains(&code);
    match reasons().find(|reason| reason.code().is_some_and(invalid)) {
        Some(reason) => Ok(Write::Refused(reason.message().unwrap_or("a ValidationError").to_owned())),
        // Conflicts with other transactions, and throttling.
        None => Err(cancelled.message().unwrap_or("the transaction was cancelled").into()),
    }
}

/// A failure that names its causes: clients of AWS say no more than "service error" unless asked, and then some of them
/// quote the whole request.
fn failure(error: &(dyn Error + 'static)) -> Failure {
    let causes = iter::successors(Some(error), |&error| error.source()).map(ToString::to_string);
    let told = causes.collect::<Vec<_>>().join(": ");
    told.split_at(told.floor_char_boundary(TOLD_BYTES)).0.into()
}

impl Store for DynamoDb {
    fn transact<'a>(&'a self, actions: &'a [Action]) -> Answer<'a, Write> {
        Box::pin(self.write(actions))
    }

    fn views<'a>(&'a self, keys: &'a [Key]) -> Answer<'a, Vec<Item>> {
        Box::pin(self.read(&self.views, keys))
    }

    fn visitors<'a>(&'a self, keys: &'a [Key]) -> Answer<'a, BTreeSet<Key>> {
        Box::pin(async {
            let items = self.read(&self.totals, keys).await?;
            Ok(items.iter().map(Key::of).collect::<Result<_, _>>()?)
        })
    }

    fn quarantine<'a>(&'a self, item: &'a Item) -> Answer<'a, ()> {
        Box::pin(self.put_total(item))
    }
}
