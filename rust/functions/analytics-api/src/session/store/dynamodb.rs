//! Accounts and sessions in two DynamoDB tables.

use std::collections::HashMap;

use analytics::Moment;
use analytics::keys::{attribute, state};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamo::{number, text};

use super::{Store, StoreError};
use crate::state_counter;

type Item = HashMap<String, AttributeValue>;

#[derive(Debug, Clone)]
pub struct DynamoDb {
    client: Client,
    accounts_table: String,
    state_table: String,
}

impl DynamoDb {
    #[must_use]
    pub fn new(client: Client, accounts_table: String, state_table: String) -> Self {
        Self { client, accounts_table, state_table }
    }

    async fn read(&self, table: &str, key: &str, value: &str) -> Result<Option<Item>, StoreError> {
        let request = self.client.get_item().table_name(table).key(key, text(value));
        Ok(request.consistent_read(true).send().await?.item)
    }

    /// Writes an item that has only a name.
    async fn put_name(&self, name: String, expires: Moment) -> Result<(), StoreError> {
        self.client
            .put_item()
            .table_name(&self.state_table)
            .item(attribute::NAME, text(name))
            .item(attribute::EXPIRES, number(expires.seconds()))
            .send()
            .await?;
        Ok(())
    }

    async fn has_name(&self, name: String) -> Result<bool, StoreError> {
        Ok(self.read(&self.state_table, attribute::NAME, &name).await?.is_some())
    }

    async fn add_attempts(&self, who: &str, change: i64, expires: Moment) -> Result<i64, StoreError> {
        let name = state::sign_in(who);
        state_counter::add(&self.client, &self.state_table, name, attribute::ATTEMPTS, change, expires).await
    }
}

#[async_trait]
impl Store for DynamoDb {
    async fn session_keys(&self) -> Result<Vec<String>, StoreError> {
        let item = self.read(&self.state_table, attribute::NAME, state::SESSION_KEYS).await?;
        let Some(mut item) = item else { return Ok(Vec::new()) };
        let no_list = || StoreError::new(format!("{} is not a list of strings", attribute::KEYS));
        let Some(AttributeValue::L(keys)) = item.remove(attribute::KEYS) else { return Err(no_list()) };
        let key = |key| if let AttributeValue::S(key) = key { Ok(key) } else { Err(no_list()) };
        keys.into_iter().map(key).collect()
    }

    async fn password_hash(&self, user: &str) -> Result<Option<String>, StoreError> {
        let item = self.read(&self.accounts_table, attribute::USER, user).await?;
        let hash = |mut item: Item| match item.remove(attribute::PASSWORD_HASH) {
            Some(AttributeValue::S(hash)) => Ok(hash),
            _ => Err(StoreError::new(format!("an account has no {}", attribute::PASSWORD_HASH))),
        };
        item.map(hash).transpose()
    }

    async fn end_session(&self, id: &str, expires: Moment) -> Result<(), StoreError> {
        self.put_name(state::ended_session(id), expires).await
    }

    async fn is_ended(&self, id: &str) -> Result<bool, StoreError> {
        self.has_name(state::ended_session(id)).await
    }

    async fn count_attempt(&self, who: &str, expires: Moment) -> Result<u64, StoreError> {
        Ok(self.add_attempts(who, 1, expires).await?.try_into().unwrap_or_default())
    }

    async fn uncount_attempt(&self, who: &str, expires: Moment) -> Result<(), StoreError> {
        self.add_attempts(who, -1, expires).await.map(drop)
    }

    async fn record_sign_in(&self, who: &str, expires: Moment) -> Result<(), StoreError> {
        self.put_name(state::signed_in(who), expires).await
    }

    async fn has_signed_in(&self, who: &str) -> Result<bool, StoreError> {
        self.has_name(state::signed_in(who)).await
    }
}
