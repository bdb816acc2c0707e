//! DynamoDB to test and measure on.

use std::error::Error;
use std::{env, process};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use dynamo::Connection;

/// What is missing, or what DynamoDB says.
pub type Failure = Box<dyn Error + Send + Sync>;

const ENDPOINT: &str = "DYNAMODB_TEST_ENDPOINT";

/// A client of what `DYNAMODB_TEST_ENDPOINT` names, such as `http://127.0.0.1:4566`.
///
/// # Errors
/// The variable is not set, and no client can be made.
pub fn client() -> Result<Client, Failure> {
    client_at(&env::var(ENDPOINT).map_err(|error| format!("{ENDPOINT}: {error}"))?)
}

/// A client of an endpoint, with nobody's credentials.
///
/// # Errors
/// No client can be made.
pub fn client_at(endpoint: &str) -> Result<Client, Failure> {
    let variable = |name: &str| match name {
        "AWS_REGION" => Some("eu-central-1".to_owned()),
        "AWS_ENDPOINT_URL" => Some(endpoint.to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        _ => None,
    };
    Ok(dynamo::client(Connection::from_env(variable)?)?)
}

/// Create a table of this process's own, with a partition key and, when there is a second name, a sort key, both text;
/// return what it is called.
///
/// # Errors
/// DynamoDB does not create it.
pub async fn create_table(client: &Client, name: &str, keys: &[&str]) -> Result<String, Failure> {
    let table = format!("{name}-{}", process::id());
    let mut request = client.create_table().table_name(&table).billing_mode(BillingMode::PayPerRequest);
    for (name, key_type) in keys.iter().zip([KeyType::Hash, KeyType::Range]) {
        let key = KeySchemaElement::builder().attribute_name(*name).key_type(key_type);
        let text = AttributeDefinition::builder().attribute_name(*name).attribute_type(ScalarAttributeType::S);
        request = request.key_schema(key.build()?).attribute_definitions(text.build()?);
    }
    request.send().await?;
    Ok(table)
}
