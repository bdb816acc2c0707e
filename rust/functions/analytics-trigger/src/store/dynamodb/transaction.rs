//! Actions as DynamoDB takes them. Every name is an expression's place-holder: `Path` and others are reserved words.

use std::collections::HashMap;

use analytics::keys::{Key, attribute};
use analytics::{Counts, Measure, Moment};
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};

use super::Action;

/// What an action is in a transaction.
///
/// # Errors
/// None that an action of this crate's can cause: the builders ask for nothing else.
pub fn item(action: &Action, views: &str, totals: &str) -> Result<TransactWriteItem, BuildError> {
    let item = TransactWriteItem::builder();
    let item = match action {
        Action::MarkCounted { view } => item.update(mark_counted(of(views, view)).build()?),
        Action::MarkVisitor { visitor, expires } => item.put(mark_visitor(totals, visitor, *expires)?),
        Action::SetMeasure { view, before, after } => {
            item.update(set_measure(of(views, view), *before, *after).build()?)
        }
        Action::Add { total, counts } => item.update(add(of(totals, total), counts).build()?),
    };
    Ok(item.build())
}

fn of(table: &str, key: &Key) -> UpdateBuilder {
    // A failed condition then tells an item that is gone from one that has another state.
    let told = ReturnValuesOnConditionCheckFailure::AllOld;
    Update::builder().table_name(table).set_key(Some(key.item().into())).return_values_on_condition_check_failure(told)
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
            .condition_expression("attribute_exists(#path) AND #duration = :seen_duration AND #scroll = :seen_scroll")
            .expression_attribute_values(":seen_duration", number(duration_ms))
            .expression_attribute_values(":seen_scroll", number(scroll)),
    }
}

fn add(update: UpdateBuilder, counts: &Counts) -> UpdateBuilder {
    let additions: Vec<String> = (0..counts.len()).map(|index| format!("#{index} :{index}")).collect();
    let update = update.update_expression(format!("ADD {}", additions.join(", ")));
    counts.iter().enumerate().fold(update, |update, (index, (count, change))| {
        update
            .expression_attribute_names(format!("#{index}"), count.to_string())
            .expression_attribute_values(format!(":{index}"), AttributeValue::N(change.to_string()))
    })
}

fn number(number: impl Into<u64>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}
