//! The promises over DynamoDB, at the endpoint that `ANALYTICS_TEST_ENDPOINT` names:
//! `ANALYTICS_TEST_ENDPOINT=http://127.0.0.1:4566 cargo test -p analytics-trigger --test dynamodb -- --ignored`.

// So that clippy takes the helpers for test code, too.
#![cfg(test)]

mod suite;

// What `make reconcile` reads the tables with.
#[path = "../examples/reconcile/tables.rs"]
mod tables;

use std::env;
use std::sync::Arc;

use analytics::keys::attribute;
use analytics_trigger::store::dynamodb::DynamoDb;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use dynamo::Connection;

use self::suite::bed::Bed;
use self::tables::Tables;

fn client() -> Client {
    let endpoint = env::var("ANALYTICS_TEST_ENDPOINT").expect("ANALYTICS_TEST_ENDPOINT names a DynamoDB to test on");
    let variable = |name: &str| match name {
        "AWS_REGION" => Some("eu-central-1".to_owned()),
        "AWS_ENDPOINT_URL" => Some(endpoint.clone()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        _ => None,
    };
    dynamo::client(Connection::from(variable).unwrap()).unwrap()
}

async fn create(client: &Client, table: &str) {
    let mut request = client.create_table().table_name(table).billing_mode(BillingMode::PayPerRequest);
    for (name, key_type) in [(attribute::PATH, KeyType::Hash), (attribute::SECTION, KeyType::Range)] {
        let key = KeySchemaElement::builder().attribute_name(name).key_type(key_type).build().unwrap();
        let text = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
        request = request.key_schema(key).attribute_definitions(text.build().unwrap());
    }
    request.send().await.unwrap();
}

/// Tables of its own.
async fn bed(promise: &str) -> Bed {
    let client = client();
    let table = |kind: &str| format!("{kind}-{promise}-{}", std::process::id());
    let (views, totals) = (table("views"), table("totals"));
    create(&client, &views).await;
    create(&client, &totals).await;
    let (putting, stored) = (client.clone(), views.clone());
    let put = move |item: analytics::Item| {
        let request = putting.put_item().table_name(&stored).set_item(Some(item.into()));
        Box::pin(async { drop(request.send().await.unwrap()) }) as _
    };
    Bed {
        store: Arc::new(DynamoDb::new(client.clone(), views.clone(), totals.clone())),
        ledger: Arc::new(Tables { client, views, totals }),
        put: Box::new(put),
    }
}

suite::keep_every_promise!(bed, #[ignore = "needs ANALYTICS_TEST_ENDPOINT"]);
