//! Queries of views and totals.

use analytics::Item;
use analytics::keys::{Key, KeyCondition, Sections};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;

use crate::StoreError;

/// A table that can be queried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Views and leaves.
    Views,
    /// Counters, visitors and quarantine.
    Totals,
}

/// The part of a query's items that one response has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Batch {
    /// The items, in the order of their sections.
    pub items: Vec<Item>,
    /// The key after which the query continues; none after the last batch. A batch that is not the last may be empty.
    pub next: Option<Key>,
}

/// Reads the tables of views and totals.
#[async_trait]
pub trait ReadTables: Send + Sync {
    /// Returns the first batch of some sections, or the one after a key.
    async fn query(&self, table: Table, sections: &Sections, after: Option<&Key>) -> Result<Batch, StoreError>;
}

/// All batches of a query, one after another.
pub struct Batches<'a> {
    store: &'a dyn ReadTables,
    table: Table,
    sections: &'a Sections,
    position: Position,
}

enum Position {
    Start,
    After(Key),
    End,
}

impl<'a> Batches<'a> {
    /// Starts a query.
    pub fn new(store: &'a dyn ReadTables, table: Table, sections: &'a Sections) -> Self {
        Self { store, table, sections, position: Position::Start }
    }

    /// Returns the items of the next batch, or none after the last one.
    ///
    /// # Errors
    /// The error of the store.
    pub async fn next(&mut self) -> Result<Option<Vec<Item>>, StoreError> {
        let after = match &self.position {
            Position::Start => None,
            Position::After(key) => Some(key),
            Position::End => return Ok(None),
        };
        let Batch { items, next } = self.store.query(self.table, self.sections, after).await?;
        self.position = next.map_or(Position::End, Position::After);
        Ok(Some(items))
    }
}

/// The consistency of reads.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// Reads may miss the last writes, at half the price.
    Eventual,
    /// Reads see all writes before them.
    Strong,
}

/// Queries two tables in DynamoDB.
#[derive(Debug, Clone)]
pub struct TableReader {
    client: Client,
    views_table: String,
    totals_table: String,
    consistency: Consistency,
}

impl TableReader {
    /// Creates a reader of two tables.
    #[must_use]
    pub fn new(client: Client, views_table: String, totals_table: String, consistency: Consistency) -> Self {
        Self { client, views_table, totals_table, consistency }
    }
}

#[async_trait]
impl ReadTables for TableReader {
    async fn query(&self, table: Table, sections: &Sections, after: Option<&Key>) -> Result<Batch, StoreError> {
        let table = match table {
            Table::Views => &self.views_table,
            Table::Totals => &self.totals_table,
        };
        let KeyCondition { expression, names, values } = sections.condition();
        let request = self
            .client
            .query()
            .table_name(table)
            .consistent_read(self.consistency == Consistency::Strong)
            .key_condition_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values.into()))
            .set_exclusive_start_key(after.map(|key| key.item().into()));
        let output = request.send().await?;
        let next = output.last_evaluated_key.map(|key| Key::from_item(&Item::from(key))).transpose();
        let items = output.items.unwrap_or_default().into_iter().map(Item::from).collect();
        Ok(Batch { items, next: next.map_err(StoreError::new)? })
    }
}
