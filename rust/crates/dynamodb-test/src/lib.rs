//! Tests of stores, a DynamoDB endpoint for them and for benchmarks, and replies of DynamoDB to play back.

use std::error::Error;
use std::{env, process};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use dynamo::Connection;

mod replay;

pub use replay::{Reply, Requests, error, replay, respond};

/// A missing variable, or an error of DynamoDB.
pub type Failure = Box<dyn Error + Send + Sync>;

const ENDPOINT: &str = "DYNAMODB_TEST_ENDPOINT";

/// Returns a client of the endpoint in `DYNAMODB_TEST_ENDPOINT`, such as `http://127.0.0.1:4566`.
///
/// # Errors
/// The variable is not set, or the client cannot be created.
pub fn client() -> Result<Client, Failure> {
    client_at(&env::var(ENDPOINT).map_err(|error| format!("{ENDPOINT}: {error}"))?)
}

/// Returns a client of an endpoint, with dummy credentials.
///
/// # Errors
/// The client cannot be created.
pub fn client_at(endpoint: &str) -> Result<Client, Failure> {
    let variable = |name: &str| match name {
        "AWS_REGION" => Some("eu-central-1".to_owned()),
        "AWS_ENDPOINT_URL" => Some(endpoint.to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        _ => None,
    };
    Ok(dynamo::client(Connection::from_env(variable)?)?)
}

/// Creates a table that only this process uses, with a partition key and, if there is a second name, a sort key, both
/// strings. Returns the table's name.
///
/// # Errors
/// DynamoDB rejects the request.
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

/// Defines a test for each function of a module. A test calls its function with the result of `$new`, an async function
/// that gets the test's name.
///
/// ```ignore
/// dynamodb_test::define_tests! {
///     store, [promises], [#[tokio::test]],
///     a_view_is_counted_once,
///     a_bot_is_not_counted,
/// }
/// ```
#[macro_export]
macro_rules! define_tests {
    ($new:path, [$($module:tt)*], [$($attributes:tt)*], $name:ident, $($rest:tt)*) => {
        $($attributes)*
        async fn $name() {
            $($module)*::$name($new(stringify!($name)).await).await;
        }
        $crate::define_tests! { $new, [$($module)*], [$($attributes)*], $($rest)* }
    };
    ($new:path, [$($module:tt)*], [$($attributes:tt)*],) => {};
}
