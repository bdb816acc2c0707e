//! Currencies in a DynamoDB table with the partition key `pk` and the sort key `code`, both strings.
//!
//! All currencies are in the partition `pk` = `CURRENCY`, so that a Query lists them in order: there are a few hundred,
//! and a partition supports 3,000 reads of up to 4 KB per second.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use dynamo::{ConditionFailed, conditional, number, text};

use super::{Store, StoreError, Write};
use crate::{Code, Currency};

mod item;

const PARTITION: &str = "CURRENCY";

#[derive(Debug, Clone)]
pub struct DynamoDb {
    client: Client,
    table: String,
}

impl DynamoDb {
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }
}

const IS_VERSION: &str = "#version = :seen";

fn version_name() -> HashMap<String, String> {
    HashMap::from([("#version".to_owned(), item::VERSION.to_owned())])
}

#[async_trait]
impl Store for DynamoDb {
    async fn get(&self, code: &Code) -> Result<Option<Currency>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(item::key(code)));
        let output = request.consistent_read(true).send().await?;
        output.item.map(item::decode).transpose()
    }

    /// A Query returns at most 1 MB, so a page may need several.
    async fn list(&self, after: Option<&Code>, limit: usize) -> Result<Vec<Currency>, StoreError> {
        let mut page = Vec::with_capacity(limit);
        let mut start = after.map(item::key);
        while page.len() < limit {
            let output = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", text(PARTITION))
                .set_exclusive_start_key(start)
                .limit(i32::try_from(limit - page.len()).map_err(StoreError::new)?)
                .consistent_read(true)
                .send()
                .await?;
            for item in output.items.unwrap_or_default() {
                page.push(item::decode(item)?);
            }
            match output.last_evaluated_key {
                Some(key) => start = Some(key),
                None => break,
            }
        }
        Ok(page)
    }

    async fn put(&self, currency: &Currency, over: Option<u64>) -> Result<Write, StoreError> {
        let write = getrandom::u64().map_err(StoreError::new)?;
        let request = self.client.put_item().table_name(&self.table).set_item(Some(item::encode(currency, write)));
        let request = match over {
            None => request.condition_expression("attribute_not_exists(pk)"),
            Some(version) => request
                .condition_expression(IS_VERSION)
                .set_expression_attribute_names(Some(version_name()))
                .expression_attribute_values(":seen", number(version)),
        };
        let request = request.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let is_stored = match conditional(request.send().await)? {
            Ok(_) => true,
            Err(ConditionFailed { item }) => item.is_some_and(|item| item.get(item::WRITE) == Some(&number(write))),
        };
        Ok(if is_stored { Write::Done } else { Write::Lost })
    }

    async fn delete(&self, code: &Code, version: u64) -> Result<Write, StoreError> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(item::key(code)))
            .condition_expression(IS_VERSION)
            .set_expression_attribute_names(Some(version_name()))
            .expression_attribute_values(":seen", number(version));
        Ok(if conditional(request.send().await)?.is_ok() { Write::Done } else { Write::Lost })
    }
}
