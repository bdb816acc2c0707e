//! Secrets of days and months, from which the identities of their visitors are derived.

use analytics::keys::{attribute, state};
use analytics::{Bucket, Site};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use dynamo::{conditional, text};

use crate::StoreError;

/// Deletes secrets.
///
/// Once a secret is deleted, an address and a user agent cannot be linked to a visitor of that day or
/// month any more.
#[async_trait]
pub trait DeleteSecrets: Send + Sync {
    /// Deletes a site's secrets of all earlier buckets of the same granularity.
    async fn delete_before(&self, site: &Site, bucket: Bucket) -> Result<(), StoreError>;
}

/// The secrets in a state table in DynamoDB.
#[derive(Debug, Clone)]
pub struct VisitorSecrets {
    client: Client,
    state_table: String,
}

impl VisitorSecrets {
    /// Creates a client of the secrets in a table.
    #[must_use]
    pub fn new(client: Client, state_table: String) -> Self {
        Self { client, state_table }
    }
}

#[async_trait]
impl DeleteSecrets for VisitorSecrets {
    async fn delete_before(&self, site: &Site, bucket: Bucket) -> Result<(), StoreError> {
        for name in state::visitor_secrets(site, bucket.granularity()) {
            let deleted = self
                .client
                .delete_item()
                .table_name(&self.state_table)
                .key(attribute::NAME, text(name))
                .condition_expression("#bucket < :bucket")
                .expression_attribute_names("#bucket", attribute::BUCKET)
                .expression_attribute_values(":bucket", text(bucket.to_string()))
                .send()
                .await;
            conditional(deleted).map(drop)?;
        }
        Ok(())
    }
}
