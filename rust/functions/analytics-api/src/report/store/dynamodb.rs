//! Views and totals in two DynamoDB tables.

use analytics::Item;
use analytics::keys::{Key, KeyCondition, Sections};
use aws_sdk_dynamodb::Client;

use super::{Answer, Failure, Page, Store, Table};

/// Views and totals in tables.
#[derive(Debug, Clone)]
pub struct DynamoDb {
    client: Client,
    views_table: String,
    totals_table: String,
}

impl DynamoDb {
    /// The store in two tables.
    #[must_use]
    pub fn new(client: Client, views_table: String, totals_table: String) -> Self {
        Self { client, views_table, totals_table }
    }

    /// Reads are eventually consistent, at half the price: totals follow the views by seconds anyway.
    async fn query(&self, table: Table, sections: &Sections, after: Option<Key>) -> Result<Page, Failure> {
        let table = match table {
            Table::Views => &self.views_table,
            Table::Totals => &self.totals_table,
        };
        let KeyCondition { expression, names, values } = sections.condition();
        let request = self
            .client
            .query()
            .table_name(table)
            .key_condition_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values.into()))
            .set_exclusive_start_key(after.map(|key| key.item().into()));
        let output = request.send().await?;
        let next = output.last_evaluated_key.map(|key| Key::of(&Item::from(key))).transpose()?;
        Ok(Page { items: output.items.unwrap_or_default().into_iter().map(Item::from).collect(), next })
    }
}

impl Store for DynamoDb {
    fn page<'a>(&'a self, table: Table, sections: &'a Sections, after: Option<Key>) -> Answer<'a, Page> {
        Box::pin(self.query(table, sections, after))
    }
}
