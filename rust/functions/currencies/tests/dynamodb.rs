//! The promises over DynamoDB, at the endpoint that `CURRENCIES_TEST_ENDPOINT` names:
//! `CURRENCIES_TEST_ENDPOINT=http://127.0.0.1:4566 cargo test -p currencies --test dynamodb -- --ignored`.

// So that clippy takes the helpers for test code, too.
#![cfg(test)]

mod suite;

use std::env;
use std::sync::Arc;

use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use currencies::store::Store;
use currencies::store::dynamodb::DynamoDb;
use dynamo::Connection;

/// A store in a table of its own.
async fn store(promise: &str) -> Arc<dyn Store> {
    let endpoint = env::var("CURRENCIES_TEST_ENDPOINT").expect("CURRENCIES_TEST_ENDPOINT names a DynamoDB to test on");
    let variable = |name: &str| match name {
        "AWS_REGION" => Some("eu-central-1".to_owned()),
        "AWS_ENDPOINT_URL" => Some(endpoint.clone()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        _ => None,
    };
    let client = dynamo::client(Connection::from(variable).unwrap()).unwrap();
    let table = format!("{promise}-{}", std::process::id());
    let mut request = client.create_table().table_name(&table).billing_mode(BillingMode::PayPerRequest);
    for (name, key_type) in [("pk", KeyType::Hash), ("code", KeyType::Range)] {
        let key = KeySchemaElement::builder().attribute_name(name).key_type(key_type).build().unwrap();
        let text = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
        request = request.key_schema(key).attribute_definitions(text.build().unwrap());
    }
    request.send().await.unwrap();
    Arc::new(DynamoDb::new(client, table))
}

suite::keep_every_promise!(store, #[ignore = "needs CURRENCIES_TEST_ENDPOINT"]);
