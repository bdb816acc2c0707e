//! Runs the promises with DynamoDB.

use std::sync::Arc;

use currencies::store::dynamodb::DynamoDb;
use dynamodb_test::{client, create_table};

use crate::api::Api;

/// Creates the service with a new table.
async fn api(promise: &str) -> Api {
    let client = client().unwrap();
    let table = create_table(&client, promise, &["pk", "code"]).await.unwrap();
    Api::over(Arc::new(DynamoDb::new(client, table)))
}

crate::promises::keep_every_promise!(api, #[ignore = "needs DYNAMODB_TEST_ENDPOINT"]);
