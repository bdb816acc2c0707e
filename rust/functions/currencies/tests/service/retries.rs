//! Writes that succeed, and whose response is lost: the client of DynamoDB writes again, and the condition fails.

use currencies::store::dynamodb::DynamoDb;
use currencies::store::{Store as _, Write};
use dynamodb_test::{error, replay};
use serde_json::{Value, json};

use crate::promises::euro;

fn item(name: &str, version: u64) -> Value {
    json!({
        "pk": {"S": "CURRENCY"}, "code": {"S": "EUR"}, "name": {"S": name}, "symbol": {"S": "€"},
        "minorUnits": {"N": "2"}, "version": {"N": version.to_string()},
    })
}

/// Returns a store that loses the first response, and responds to the retry that the condition failed.
async fn store(stored: Option<Value>) -> DynamoDb {
    let more = stored.map_or(json!({}), |item| json!({"Item": item}));
    let (client, _) = replay(vec![None, error("ConditionalCheckFailedException", &more)]).await.unwrap();
    DynamoDb::new(client, "currencies".to_owned())
}

#[tokio::test]
async fn a_retried_creation_or_replacement_is_done() {
    for over in [None, Some(6)] {
        let store = store(Some(item("Euro", 7))).await;
        assert_eq!(store.put(&euro(7), over).await.unwrap(), Write::Done);
    }
}

#[tokio::test]
async fn a_retry_after_another_writer_is_lost() {
    for stored in [Some(item("Other", 7)), Some(item("Euro", 8)), Some(json!({"pk": {"S": "CURRENCY"}})), None] {
        let store = store(stored.clone()).await;
        assert_eq!(store.put(&euro(7), None).await.unwrap(), Write::Lost, "{stored:?}");
    }
}

#[tokio::test]
async fn a_retried_deletion_is_done() {
    assert_eq!(store(None).await.delete(&euro(7).code, 7).await.unwrap(), Write::Done);
    assert_eq!(store(Some(item("Other", 8))).await.delete(&euro(7).code, 7).await.unwrap(), Write::Lost);
}
