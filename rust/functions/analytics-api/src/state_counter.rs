use analytics::Moment;
use analytics::keys::attribute;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use dynamo::{StoreError, number, text};

/// Adds to a counter in the table of state, and returns it. The counter is an attribute of an item that expires. The
/// client's own retries may add twice, but never zero times.
///
/// # Errors
/// The error of DynamoDB.
pub async fn add(
    client: &Client,
    state_table: &str,
    name: String,
    counter: &str,
    change: i64,
    expires: Moment,
) -> Result<i64, StoreError> {
    let output = client
        .update_item()
        .table_name(state_table)
        .key(attribute::NAME, text(name))
        .update_expression("ADD #counter :change SET #expires = :expires")
        .expression_attribute_names("#counter", counter)
        .expression_attribute_names("#expires", attribute::EXPIRES)
        .expression_attribute_values(":change", number(change))
        .expression_attribute_values(":expires", number(expires.seconds()))
        .return_values(ReturnValue::UpdatedNew)
        .send()
        .await?;
    match output.attributes.unwrap_or_default().remove(counter) {
        Some(AttributeValue::N(sum)) => sum.parse().map_err(StoreError::new),
        _ => Err(StoreError::new(format!("{counter} is not a number"))),
    }
}
