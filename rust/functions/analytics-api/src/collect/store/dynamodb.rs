//! Views in the DynamoDB table of views, secrets and known values in the table of state, and sketches in that of totals.

use std::collections::{BTreeSet, HashMap};

use analytics::keys::{self, attribute, state};
use analytics::{Bucket, Day, Item, Leave, Mark, Moment, Site, Sketch, View};
use analytics_store::{DeleteSecrets as _, VisitorSecrets};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use dynamo::{conditional, number, text};

use super::{AddedValue, KnownKey, Offer, Secret, Store, StoreError, ValueHash};
use crate::state_counter;

mod item;

#[derive(Debug, Clone)]
pub struct DynamoDb {
    client: Client,
    views_table: String,
    state_table: String,
    totals_table: String,
}

/// Adds the request's id, which links log lines of the trigger to those of this function.
fn with_request(mut item: Item) -> Item {
    if let Some(id) = powertools::correlation_id() {
        item.insert(attribute::REQUEST.to_owned(), analytics::AttributeValue::S(id));
    }
    item
}

impl DynamoDb {
    #[must_use]
    pub fn new(client: Client, views_table: String, state_table: String, totals_table: String) -> Self {
        Self { client, views_table, state_table, totals_table }
    }
}

#[async_trait]
impl Store for DynamoDb {
    /// An existing key is from an earlier attempt, because ids are random.
    async fn put_view(&self, view: &View, expires: Moment) -> Result<(), StoreError> {
        let written = self
            .client
            .put_item()
            .table_name(&self.views_table)
            .set_item(Some(with_request(view.item(expires)).into()))
            .condition_expression("attribute_not_exists(#path)")
            .expression_attribute_names("#path", attribute::PATH)
            .send()
            .await;
        conditional(written).map(drop)
    }

    async fn put_leave(&self, leave: &Leave, expires: Moment) -> Result<(), StoreError> {
        let item = with_request(leave.item(expires)).into();
        self.client.put_item().table_name(&self.views_table).set_item(Some(item)).send().await?;
        Ok(())
    }

    async fn secret(&self, site: &Site, bucket: Bucket) -> Result<Option<Secret>, StoreError> {
        let request = self.client.get_item().table_name(&self.state_table);
        let request = request.set_key(Some(item::key(state::visitor_secret(site, bucket)))).consistent_read(true);
        match request.send().await?.item {
            Some(item) if item::is_of(&item, bucket) => item::secret(&item).map(Some),
            _ => Ok(None),
        }
    }

    /// Each item holds the secret of one bucket; the write replaces that of an earlier one.
    async fn offer_secret(
        &self,
        site: &Site,
        bucket: Bucket,
        secret: Secret,
        expires: Moment,
    ) -> Result<Offer, StoreError> {
        let written = self
            .client
            .put_item()
            .table_name(&self.state_table)
            .set_item(Some(item::secret_item(site, bucket, secret, expires)))
            .condition_expression("attribute_not_exists(#name) OR #bucket < :bucket")
            .expression_attribute_names("#name", attribute::NAME)
            .expression_attribute_names("#bucket", attribute::BUCKET)
            .expression_attribute_values(":bucket", text(bucket.to_string()))
            .send()
            .await;
        Ok(if conditional(written)?.is_ok() { Offer::Stored } else { Offer::Exists })
    }

    async fn delete_secrets_before(&self, site: &Site, bucket: Bucket) -> Result<(), StoreError> {
        VisitorSecrets::new(self.client.clone(), self.state_table.clone()).delete_before(site, bucket).await
    }

    async fn known_values(
        &self,
        KnownKey { site, day, dimension }: &KnownKey,
    ) -> Result<BTreeSet<ValueHash>, StoreError> {
        let request = self.client.get_item().table_name(&self.state_table);
        let request = request.set_key(Some(item::key(state::known(site, *day, *dimension)))).consistent_read(true);
        request.send().await?.item.as_ref().map_or(Ok(BTreeSet::new()), item::values)
    }

    async fn count_source(
        &self,
        KnownKey { site, day, dimension }: &KnownKey,
        source: &str,
        expires: Moment,
    ) -> Result<u64, StoreError> {
        let name = state::known_from(site, *day, *dimension, source);
        let count = state_counter::add(&self.client, &self.state_table, name, attribute::COUNT, 1, expires).await?;
        count.try_into().map_err(StoreError::new)
    }

    /// Needs one call in every case: a failed condition returns the item.
    async fn add_value(
        &self,
        KnownKey { site, day, dimension }: &KnownKey,
        value: ValueHash,
        most: u16,
        expires: Moment,
    ) -> Result<AddedValue, StoreError> {
        let names = [("#values", attribute::VALUES), ("#expires", attribute::EXPIRES)];
        let values = [
            (":value", item::binary(value)),
            (":values", AttributeValue::Bs(vec![value.as_slice().into()])),
            (":most", number(most)),
            (":expires", number(expires.seconds())),
        ];
        let written = self
            .client
            .update_item()
            .table_name(&self.state_table)
            .set_key(Some(item::key(state::known(site, *day, *dimension))))
            .update_expression("ADD #values :values SET #expires = :expires")
            .condition_expression("attribute_not_exists(#values) OR size(#values) < :most OR contains(#values, :value)")
            .set_expression_attribute_names(Some(names.map(|(to, name)| (to.to_owned(), name.to_owned())).into()))
            .set_expression_attribute_values(Some(values.map(|(to, value)| (to.to_owned(), value)).into()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match conditional(written)? {
            Ok(output) => added_value(true, output.attributes),
            Err(failed) => added_value(false, failed.item),
        }
    }

    /// Needs one call in every case: a failed condition returns the item.
    async fn raise_register(&self, site: &Site, bucket: Bucket, mark: Mark, day: Day) -> Result<Sketch, StoreError> {
        let names = [("#register", mark.attribute()), ("#since", attribute::SINCE.to_owned())];
        let values = [(":rank", number(mark.rank())), (":day", text(day.to_string()))];
        let written = self
            .client
            .update_item()
            .table_name(&self.totals_table)
            .set_key(Some(keys::sketch(site, bucket).item().into()))
            .update_expression("SET #register = :rank, #since = if_not_exists(#since, :day)")
            .condition_expression("attribute_not_exists(#register) OR #register < :rank")
            .set_expression_attribute_names(Some(names.map(|(to, name)| (to.to_owned(), name)).into()))
            .set_expression_attribute_values(Some(values.map(|(to, value)| (to.to_owned(), value)).into()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let item = match conditional(written)? {
            Ok(output) => output.attributes,
            Err(failed) => failed.item,
        };
        Sketch::decode(&Item::from(item.unwrap_or_default())).map_err(StoreError::new)
    }
}

fn added_value(is_known: bool, item: Option<HashMap<String, AttributeValue>>) -> Result<AddedValue, StoreError> {
    Ok(AddedValue { is_known, values: item::values(&item.unwrap_or_default())? })
}
