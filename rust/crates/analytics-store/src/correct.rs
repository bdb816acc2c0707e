//! Corrections of totals, which only operators make.

use std::collections::HashMap;

use analytics::keys::Key;
use analytics::{Count, Counts};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamo::{conditional, number};

use crate::StoreError;

/// The attribute that counts the corrections of a total.
pub const REVISION: &str = "Revision";

/// New values of some counts of a stored total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub total: Key,
    /// The revision read; zero where there is none. A second repair from the same report finds another one.
    pub revision: i64,
    /// The counts read, without those that do not exist.
    pub before: Counts,
    pub after: Counts,
}

/// Corrects totals.
#[async_trait]
pub trait CorrectTotals: Send + Sync {
    /// Sets counts of a total and returns `true`, or returns `false` if the total has changed since it was read.
    async fn correct(&self, correction: &Correction) -> Result<bool, StoreError>;
}

/// Corrects totals in a table in DynamoDB.
#[derive(Debug, Clone)]
pub struct TotalCorrector {
    client: Client,
    totals_table: String,
}

impl TotalCorrector {
    /// Creates a corrector of a table.
    #[must_use]
    pub fn new(client: Client, totals_table: String) -> Self {
        Self { client, totals_table }
    }
}

#[async_trait]
impl CorrectTotals for TotalCorrector {
    async fn correct(&self, correction: &Correction) -> Result<bool, StoreError> {
        let Correction { total, revision, before, after } = correction;
        let mut names: HashMap<String, String> =
            numbered(after).map(|(index, (count, _))| (format!("#{index}"), count.to_string())).collect();
        names.insert("#revision".to_owned(), REVISION.to_owned());
        let mut values: HashMap<String, AttributeValue> =
            numbered(after).map(|(index, (_, value))| (format!(":{index}"), number(*value))).collect();
        let read = numbered(after).filter_map(|(index, (count, _))| Some((index, before.get(count)?)));
        values.extend(read.map(|(index, value)| (format!(":read{index}"), number(*value))));
        values.insert(":next".to_owned(), number(revision + 1));
        if *revision > 0 {
            values.insert(":revision".to_owned(), number(*revision));
        }
        let is_revision = if *revision > 0 { "#revision = :revision" } else { "attribute_not_exists(#revision)" };
        let sets: Vec<String> = numbered(after).map(|(index, _)| format!("#{index} = :{index}")).collect();
        let conditions: Vec<String> = numbered(after)
            .map(|(index, (count, _))| match before.get(count) {
                Some(_) => format!("#{index} = :read{index}"),
                None => format!("attribute_not_exists(#{index})"),
            })
            .chain([is_revision.to_owned()])
            .collect();
        let request = self.client.update_item().table_name(&self.totals_table).set_key(Some(total.item().into()));
        let request = request
            .update_expression(format!("SET {}, #revision = :next", sets.join(", ")))
            .condition_expression(conditions.join(" AND "))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        Ok(conditional(request.send().await)?.is_ok())
    }
}

fn numbered(counts: &Counts) -> impl Iterator<Item = (usize, (&Count, &i64))> {
    counts.iter().enumerate()
}
