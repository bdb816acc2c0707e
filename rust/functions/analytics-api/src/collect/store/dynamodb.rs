//! Views in the DynamoDB table of views, and what is known of a day in that of state.

use std::collections::{BTreeSet, HashMap};

use analytics::keys::{attribute, state};
use analytics::{Day, Leave, Moment, View};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};

use super::{Answer, Failure, KnownKey, Noted, Offer, Secret, Store, ValueHash};

mod item;

/// Views in a table, what is known of a day in another.
#[derive(Debug, Clone)]
pub struct DynamoDb {
    client: Client,
    views_table: String,
    state_table: String,
}

impl DynamoDb {
    /// The store in two tables.
    #[must_use]
    pub fn new(client: Client, views_table: String, state_table: String) -> Self {
        Self { client, views_table, state_table }
    }

    /// A view whose key is there has been stored by an earlier attempt: no other has its random number.
    async fn write_view(&self, view: &View, expires: Moment) -> Result<(), Failure> {
        let written = self
            .client
            .put_item()
            .table_name(&self.views_table)
            .set_item(Some(view.item(expires).into()))
            .condition_expression("attribute_not_exists(#path)")
            .expression_attribute_names("#path", attribute::PATH)
            .send()
            .await;
        match written {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn write_leave(&self, leave: &Leave, expires: Moment) -> Result<(), Failure> {
        let item = leave.item(expires).into();
        self.client.put_item().table_name(&self.views_table).set_item(Some(item)).send().await?;
        Ok(())
    }

    async fn read_secret(&self, day: Day) -> Result<Option<Secret>, Failure> {
        let request = self.client.get_item().table_name(&self.state_table);
        let request = request.set_key(Some(item::key(state::visitor_secret(day)))).consistent_read(true);
        match request.send().await?.item {
            Some(item) if item::is_of(&item, day) => item::secret(&item).map(Some),
            _ => Ok(None),
        }
    }

    /// A slot has the secret of one day: that of an earlier day is gone with the write.
    async fn write_secret(&self, day: Day, secret: Secret, expires: Moment) -> Result<Offer, Failure> {
        let written = self
            .client
            .put_item()
            .table_name(&self.state_table)
            .set_item(Some(item::of_secret(day, secret, expires)))
            .condition_expression("attribute_not_exists(#name) OR #day < :day")
            .expression_attribute_names("#name", attribute::NAME)
            .expression_attribute_names("#day", attribute::DAY)
            .expression_attribute_values(":day", AttributeValue::S(day.to_string()))
            .send()
            .await;
        match written {
            Ok(_) => Ok(Offer::Taken),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                Ok(Offer::Refused)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn remove_secrets_before(&self, day: Day) -> Result<(), Failure> {
        for slot in [state::visitor_secret(day), state::visitor_secret(day.plus(1))] {
            let removed = self
                .client
                .delete_item()
                .table_name(&self.state_table)
                .set_key(Some(item::key(slot)))
                .condition_expression("#day < :day")
                .expression_attribute_names("#day", attribute::DAY)
                .expression_attribute_values(":day", AttributeValue::S(day.to_string()))
                .send()
                .await;
            match removed {
                Err(error)
                    if !error
                        .as_service_error()
                        .is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
                {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn read_known(&self, KnownKey { site, day, dimension }: &KnownKey) -> Result<BTreeSet<ValueHash>, Failure> {
        let request = self.client.get_item().table_name(&self.state_table);
        let request = request.set_key(Some(item::key(state::known(site, *day, *dimension)))).consistent_read(true);
        request.send().await?.item.as_ref().map_or(Ok(BTreeSet::new()), item::values)
    }

    /// The client's own attempts may count twice, and never not at all.
    async fn add_source(
        &self,
        KnownKey { site, day, dimension }: &KnownKey,
        source: &str,
        expires: Moment,
    ) -> Result<u64, Failure> {
        let output = self
            .client
            .update_item()
            .table_name(&self.state_table)
            .set_key(Some(item::key(state::known_from(site, *day, *dimension, source))))
            .update_expression("ADD #count :one SET #expires = :expires")
            .expression_attribute_names("#count", attribute::COUNT)
            .expression_attribute_names("#expires", attribute::EXPIRES)
            .expression_attribute_values(":one", item::number(1_u8))
            .expression_attribute_values(":expires", item::number(expires.seconds()))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await?;
        match output.attributes.unwrap_or_default().remove(attribute::COUNT) {
            Some(AttributeValue::N(count)) => Ok(count.parse()?),
            _ => Err(format!("{} is no number", attribute::COUNT).into()),
        }
    }

    /// One call, whatever comes of it: where the condition fails, the failure has the item.
    async fn add_value(
        &self,
        KnownKey { site, day, dimension }: &KnownKey,
        value: ValueHash,
        most: u16,
        expires: Moment,
    ) -> Result<Noted, Failure> {
        let names = [("#values", attribute::VALUES), ("#expires", attribute::EXPIRES)];
        let values = [
            (":value", item::binary(value)),
            (":values", AttributeValue::Bs(vec![value.as_slice().into()])),
            (":most", item::number(most)),
            (":expires", item::number(expires.seconds())),
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
        match written {
            Ok(output) => noted(true, output.attributes),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => noted(false, failed.item.clone()),
                _ => Err(error.into()),
            },
        }
    }
}

fn noted(is_known: bool, item: Option<HashMap<String, AttributeValue>>) -> Result<Noted, Failure> {
    Ok(Noted { is_known, values: item::values(&item.unwrap_or_default())? })
}

impl Store for DynamoDb {
    fn put_view<'a>(&'a self, view: &'a View, expires: Moment) -> Answer<'a, ()> {
        Box::pin(self.write_view(view, expires))
    }

    fn put_leave<'a>(&'a self, leave: &'a Leave, expires: Moment) -> Answer<'a, ()> {
        Box::pin(self.write_leave(leave, expires))
    }

    fn secret(&self, day: Day) -> Answer<'_, Option<Secret>> {
        Box::pin(self.read_secret(day))
    }

    fn offer_secret(&self, day: Day, secret: Secret, expires: Moment) -> Answer<'_, Offer> {
        Box::pin(self.write_secret(day, secret, expires))
    }

    fn delete_secrets_before(&self, day: Day) -> Answer<'_, ()> {
        Box::pin(self.remove_secrets_before(day))
    }

    fn known<'a>(&'a self, key: &'a KnownKey) -> Answer<'a, BTreeSet<ValueHash>> {
        Box::pin(self.read_known(key))
    }

    fn count_source<'a>(&'a self, key: &'a KnownKey, source: &'a str, expires: Moment) -> Answer<'a, u64> {
        Box::pin(self.add_source(key, source, expires))
    }

    fn note<'a>(&'a self, key: &'a KnownKey, value: ValueHash, most: u16, expires: Moment) -> Answer<'a, Noted> {
        Box::pin(self.add_value(key, value, most, expires))
    }
}
