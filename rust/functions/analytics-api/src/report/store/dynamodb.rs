//! Views and totals in two DynamoDB tables.

use analytics::Item;
use analytics::keys::{Key, SectionRange, Sections, attribute};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

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
        let request = self
            .client
            .query()
            .table_name(table)
            .expression_attribute_names("#path", attribute::PATH)
            .expression_attribute_names("#section", attribute::SECTION)
            .expression_attribute_values(":path", text(&sections.path))
            .set_exclusive_start_key(after.map(|key| key.item().into()));
        let request = match &sections.range {
            SectionRange::BeginsWith(start) => request
                .key_condition_expression("#path = :path AND begins_with(#section, :start)")
                .expression_attribute_values(":start", text(start)),
            SectionRange::Between(start, end) => request
                .key_condition_expression("#path = :path AND #section BETWEEN :start AND :end")
                .expression_attribute_values(":start", text(start))
                .expression_attribute_values(":end", text(end)),
        };
        let output = request.send().await?;
        let next = output.last_evaluated_key.map(|key| Key::of(&Item::from(key))).transpose()?;
        Ok(Page { items: output.items.unwrap_or_default().into_iter().map(Item::from).collect(), next })
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

impl Store for DynamoDb {
    fn page<'a>(&'a self, table: Table, sections: &'a Sections, after: Option<Key>) -> Answer<'a, Page> {
        Box::pin(self.query(table, sections, after))
    }
}
