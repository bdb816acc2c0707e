use std::collections::HashMap;
use std::error::Error;

use analytics::keys::{Key, KeyCondition, Sections};
use analytics::{Count, Counts, Item};
use analytics_trigger::reconcile::{Correction, Ledger, Page, REVISION, Table};
use analytics_trigger::store::{Answer, Failure};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;

/// The tables in DynamoDB. The trigger may not query them, so this is no part of it.
pub struct Tables {
    /// The client.
    pub client: Client,
    /// Table of views.
    pub views: String,
    /// Table of totals.
    pub totals: String,
}

impl Tables {
    async fn query(&self, table: Table, sections: &Sections, after: Option<&Key>) -> Result<Page, Failure> {
        let table = match table {
            Table::Views => &self.views,
            Table::Totals => &self.totals,
        };
        let KeyCondition { expression, names, values } = sections.condition();
        let request = self
            .client
            .query()
            .table_name(table)
            .consistent_read(true)
            .key_condition_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values.into()))
            .set_exclusive_start_key(after.map(|key| key.item().into()));
        let output = request.send().await.map_err(|error| failure(&error))?;
        let next = output.last_evaluated_key.map(|key| Key::of(&Item::from(key))).transpose()?;
        Ok(Page { items: output.items.unwrap_or_default().into_iter().map(Item::from).collect(), next })
    }

    async fn update(&self, correction: &Correction) -> Result<bool, Failure> {
        let Correction { total, revision, before, after } = correction;
        let mut names: HashMap<String, String> =
            numbered(after).map(|(index, (count, _))| (format!("#{index}"), count.to_string())).collect();
        names.insert("#revision".to_owned(), REVISION.to_owned());
        let number = |number: &i64| AttributeValue::N(number.to_string());
        let mut values: HashMap<String, AttributeValue> =
            numbered(after).map(|(index, (_, value))| (format!(":{index}"), number(value))).collect();
        let seen = numbered(after).filter_map(|(index, (count, _))| Some((index, before.get(count)?)));
        values.extend(seen.map(|(index, value)| (format!(":seen{index}"), number(value))));
        values.insert(":next".to_owned(), number(&(revision + 1)));
        if *revision > 0 {
            values.insert(":revision".to_owned(), number(revision));
        }
        let unrevised = if *revision > 0 { "#revision = :revision" } else { "attribute_not_exists(#revision)" };
        let sets: Vec<String> = numbered(after).map(|(index, _)| format!("#{index} = :{index}")).collect();
        let conditions: Vec<String> = numbered(after)
            .map(|(index, (count, _))| match before.get(count) {
                Some(_) => format!("#{index} = :seen{index}"),
                None => format!("attribute_not_exists(#{index})"),
            })
            .chain([unrevised.to_owned()])
            .collect();
        let request = self.client.update_item().table_name(&self.totals).set_key(Some(total.item().into()));
        let request = request
            .update_expression(format!("SET {}, #revision = :next", sets.join(", ")))
            .condition_expression(conditions.join(" AND "))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(failure(&error)),
        }
    }
}

fn numbered(counts: &Counts) -> impl Iterator<Item = (usize, (&Count, &i64))> {
    counts.iter().enumerate()
}

fn failure(error: &impl Error) -> Failure {
    DisplayErrorContext(error).to_string().into()
}

impl Ledger for Tables {
    fn page<'a>(&'a self, table: Table, sections: &'a Sections, after: Option<&'a Key>) -> Answer<'a, Page> {
        Box::pin(self.query(table, sections, after))
    }

    fn correct<'a>(&'a self, correction: &'a Correction) -> Answer<'a, bool> {
        Box::pin(self.update(correction))
    }
}
