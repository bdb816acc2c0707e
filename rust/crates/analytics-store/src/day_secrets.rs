//! Secrets of days, from which the identities of their visitors are derived.

use analytics::Day;
use analytics::keys::{attribute, state};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::StoreError;

/// Deletes secrets of days.
///
/// Once a secret is deleted, an address and a user agent cannot be linked to a visitor of that day any more.
#[async_trait]
pub trait DeleteSecrets: Send + Sync {
    /// Deletes the secrets of all days before a day.
    async fn delete_before(&self, day: Day) -> Result<(), StoreError>;
}

/// The secrets in a state table in DynamoDB.
#[derive(Debug, Clone)]
pub struct DaySecrets {
    client: Client,
    state_table: String,
}

impl DaySecrets {
    /// Creates the access to the secrets of a table.
    #[must_use]
    pub fn new(client: Client, state_table: String) -> Self {
        Self { client, state_table }
    }
}

#[async_trait]
impl DeleteSecrets for DaySecrets {
    async fn delete_before(&self, day: Day) -> Result<(), StoreError> {
        for name in [state::visitor_secret(day), state::visitor_secret(day.plus(1))] {
            let deleted = self
                .client
                .delete_item()
                .table_name(&self.state_table)
                .key(attribute::NAME, AttributeValue::S(name))
                .condition_expression("#day < :day")
                .expression_attribute_names("#day", attribute::DAY)
                .expression_attribute_values(":day", AttributeValue::S(day.to_string()))
                .send()
                .await;
            match deleted {
                Ok(_) => {}
                Err(error)
                    if error.as_service_error().is_some_and(DeleteItemError::is_conditional_check_failed_exception) => {
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
