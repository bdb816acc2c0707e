//! Accounts and sessions in two DynamoDB tables.

use std::collections::HashMap;

use analytics::Moment;
use analytics::keys::{attribute, state};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use super::{Answer, Failure, Store};

type Item = HashMap<String, AttributeValue>;

/// Accounts and sessions in tables.
#[derive(Debug, Clone)]
pub struct DynamoDb {
    client: Client,
    accounts_table: String,
    state_table: String,
}

impl DynamoDb {
    /// The store in two tables.
    #[must_use]
    pub fn new(client: Client, accounts_table: String, state_table: String) -> Self {
        Self { client, accounts_table, state_table }
    }

    async fn read(&self, table: &str, key: &str, value: &str) -> Result<Option<Item>, Failure> {
        let request = self.client.get_item().table_name(table).key(key, text(value));
        Ok(request.consistent_read(true).send().await?.item)
    }

    async fn read_keys(&self) -> Result<Vec<String>, Failure> {
        let item = self.read(&self.state_table, attribute::NAME, state::SESSION_KEYS).await?;
        let Some(mut item) = item else { return Ok(Vec::new()) };
        let no_list = || format!("{} is no list of strings", attribute::KEYS);
        let Some(AttributeValue::L(keys)) = item.remove(attribute::KEYS) else { return Err(no_list().into()) };
        let key = |key| if let AttributeValue::S(key) = key { Ok(key) } else { Err(no_list().into()) };
        keys.into_iter().map(key).collect()
    }

    async fn read_account(&self, user: &str) -> Result<Option<String>, Failure> {
        let item = self.read(&self.accounts_table, attribute::USER, user).await?;
        let hash = |mut item: Item| match item.remove(attribute::PASSWORD_HASH) {
            Some(AttributeValue::S(hash)) => Ok(hash),
            _ => Err(format!("an account has no {}", attribute::PASSWORD_HASH).into()),
        };
        item.map(hash).transpose()
    }

    /// Writes an item that says no more than its name.
    async fn write_name(&self, name: String, expires: Moment) -> Result<(), Failure> {
        self.client
            .put_item()
            .table_name(&self.state_table)
            .item(attribute::NAME, text(name))
            .item(attribute::EXPIRES, number(expires.seconds()))
            .send()
            .await?;
        Ok(())
    }

    async fn has_name(&self, name: String) -> Result<bool, Failure> {
        Ok(self.read(&self.state_table, attribute::NAME, &name).await?.is_some())
    }

    /// Adds to a count of attempts, and returns it. The client's own attempts may add twice, and never not at all.
    async fn add_attempts(&self, who: &str, by: &str, expires: Moment) -> Result<i64, Failure> {
        let output = self
            .client
            .update_item()
            .table_name(&self.state_table)
            .key(attribute::NAME, text(state::sign_in(who)))
            .update_expression("ADD #attempts :by SET #expires = :expires")
            .expression_attribute_names("#attempts", attribute::ATTEMPTS)
            .expression_attribute_names("#expires", attribute::EXPIRES)
            .expression_attribute_values(":by", AttributeValue::N(by.to_owned()))
            .expression_attribute_values(":expires", number(expires.seconds()))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await?;
        match output.attributes.unwrap_or_default().remove(attribute::ATTEMPTS) {
            Some(AttributeValue::N(attempts)) => Ok(attempts.parse()?),
            _ => Err(format!("{} is no number", attribute::ATTEMPTS).into()),
        }
    }
}

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

impl Store for DynamoDb {
    fn session_keys(&self) -> Answer<'_, Vec<String>> {
        Box::pin(self.read_keys())
    }

    fn password_hash<'a>(&'a self, user: &'a str) -> Answer<'a, Option<String>> {
        Box::pin(self.read_account(user))
    }

    fn end_session<'a>(&'a self, id: &'a str, expires: Moment) -> Answer<'a, ()> {
        Box::pin(self.write_name(state::ended_session(id), expires))
    }

    fn is_ended<'a>(&'a self, id: &'a str) -> Answer<'a, bool> {
        Box::pin(self.has_name(state::ended_session(id)))
    }

    fn count_attempt<'a>(&'a self, who: &'a str, expires: Moment) -> Answer<'a, u64> {
        Box::pin(async move { Ok(self.add_attempts(who, "1", expires).await?.try_into().unwrap_or_default()) })
    }

    fn take_back_attempt<'a>(&'a self, who: &'a str, expires: Moment) -> Answer<'a, ()> {
        Box::pin(async move { self.add_attempts(who, "-1", expires).await.map(drop) })
    }

    fn remember<'a>(&'a self, who: &'a str, expires: Moment) -> Answer<'a, ()> {
        Box::pin(self.write_name(state::signed_in(who), expires))
    }

    fn is_remembered<'a>(&'a self, who: &'a str) -> Answer<'a, bool> {
        Box::pin(self.has_name(state::signed_in(who)))
    }
}
