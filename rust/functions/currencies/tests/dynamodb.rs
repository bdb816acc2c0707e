//! Runs the promises with DynamoDB, at the endpoint in `DYNAMODB_TEST_ENDPOINT`:
//! `DYNAMODB_TEST_ENDPOINT=http://127.0.0.1:4566 cargo test -p currencies --test dynamodb -- --ignored`.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

mod suite;

use std::sync::Arc;

use currencies::store::Store;
use currencies::store::dynamodb::DynamoDb;
use dynamodb_test::{client, create_table};

/// Creates a store in a new table.
async fn store(promise: &str) -> Arc<dyn Store> {
    let client = client().unwrap();
    let table = create_table(&client, promise, &["pk", "code"]).await.unwrap();
    Arc::new(DynamoDb::new(client, table))
}

suite::keep_every_promise!(store, #[ignore = "needs DYNAMODB_TEST_ENDPOINT"]);
