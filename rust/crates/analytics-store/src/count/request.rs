//! Actions as items of a `TransactWriteItems` request. All names are placeholders: `Path` and others are reserved words.

use std::collections::HashMap;

use analytics::keys::{Key, attribute};
use analytics::{Counts, Measure, Moment};
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use dynamo::number;

use crate::Action;

/// Returns the item of an action.
///
/// # Errors
/// A required field is missing in a builder.
pub fn item(action: &Action, views: &str, totals: &str) -> Result<TransactWriteItem, BuildError> {
    let item = TransactWriteItem::builder();
    let item = match action {
        Action::MarkCounted { view } => item.update(mark_counted(update(views, view)).build()?),
        Action::MarkVisitor { visitor, expires } => item.put(mark_visitor(totals, visitor, *expires)?),
        Action::SetMeasure { view, before, after } => {
            item.update(set_measure(update(views, view), *before, *after).build()?)
        }
        Action::Add { total, counts } => item.update(add(update(totals, total), counts).build()?),
    };
    Ok(item.build())
}

fn update(table: &str, key: &Key) -> UpdateBuilder {
    // The reason of a failed condition then has the item, unless it is gone.
    let values = ReturnValuesOnConditionCheckFailure::AllOld;
    Update::builder()
        .table_name(table)
        .set_key(Some(key.item().into()))
        .return_values_on_condition_check_failure(values)
}

fn mark_counted(update: UpdateBuilder) -> UpdateBuilder {
    update
        .update_expression("SET #counted = :true")
        .condition_expression("attribute_exists(#path) AND attribute_not_exists(#counted)")
        .expression_attribute_names("#path", attribute::PATH)
        .expression_attribute_names("#counted", attribute::COUNTED)
        .expression_attribute_values(":true", AttributeValue::Bool(true))
}

fn mark_visitor(table: &str, visitor: &Key, expires: Moment) -> Result<Put, BuildError> {
    let mut item: HashMap<String, AttributeValue> = visitor.item().into();
    item.insert(attribute::EXPIRES.to_owned(), number(expires.seconds()));
    Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(#path)")
        .expression_attribute_names("#path", attribute::PATH)
        .build()
}

fn set_measure(update: UpdateBuilder, before: Option<Measure>, after: Measure) -> UpdateBuilder {
    let update = update
        .update_expression("SET #duration = :duration, #scroll = :scroll")
        .expression_attribute_names("#path", attribute::PATH)
        .expression_attribute_names("#duration", attribute::DURATION_MS)
        .expression_attribute_names("#scroll", attribute::SCROLL)
        .expression_attribute_values(":duration", number(after.duration_ms))
        .expression_attribute_values(":scroll", number(after.scroll));
    match before {
        None => update.condition_expression(
            "attribute_exists(#path) AND attribute_not_exists(#duration) AND attribute_not_exists(#scroll)",
        ),
        Some(Measure { duration_ms, scroll }) => update
            .condition_expression("attribute_exists(#path) AND #duration = :read_duration AND #scroll = :read_scroll")
            .expression_attribute_values(":read_duration", number(duration_ms))
            .expression_attribute_values(":read_scroll", number(scroll)),
    }
}

fn add(update: UpdateBuilder, counts: &Counts) -> UpdateBuilder {
    let additions: Vec<String> = (0..counts.len()).map(|index| format!("#{index} :{index}")).collect();
    let update = update.update_expression(format!("ADD {}", additions.join(", ")));
    counts.iter().enumerate().fold(update, |update, (index, (count, change))| {
        update
            .expression_attribute_names(format!("#{index}"), count.to_string())
            .expression_attribute_values(format!(":{index}"), number(*change))
    })
}
