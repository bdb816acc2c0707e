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

#[tokio::test]
#[ignore = "needs DYNAMODB_TEST_ENDPOINT"]
async fn a_write_whose_result_is_stored_is_done() {
    let client = client().unwrap();
    let table = create_table(&client, "a_write_whose_result_is_stored", &["pk", "code"]).await.unwrap();
    crate::promises::a_write_whose_result_is_stored_is_done(&DynamoDb::new(client, table)).await;
}
