//! Replies of DynamoDB, including those that no emulator sends.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

use analytics::keys::Key;
use analytics::{Count, Counts, Moment};
use analytics_store::{Action, CountViews as _, FailedCondition, Outcome, StoreError, ViewCounter};
use dynamodb_test::{Failure, Reply, error, replay};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// Creates a store whose requests get these replies in order; the task returns the requests.
async fn store(replies: Vec<Reply>) -> (ViewCounter, JoinHandle<Result<Vec<Value>, Failure>>) {
    let (client, requests) = replay(replies).await.unwrap();
    (ViewCounter::new(client, "views".to_owned(), "totals".to_owned()), requests)
}

/// Returns a canceled transaction, with a reason for each of its actions.
fn canceled(codes: &[&str]) -> Reply {
    let reasons = codes.iter().map(|code| json!({"Code": code, "Message": format!("{code}!")}));
    error("TransactionCanceledException", &json!({"CancellationReasons": reasons.collect::<Vec<_>>()}))
}

fn key(section: &str) -> Key {
    Key { path: "view/example.com".to_owned(), section: section.to_owned() }
}

fn actions() -> [Action; 3] {
    [
        Action::MarkCounted { view: key("a") },
        Action::MarkVisitor { visitor: key("b"), expires: Moment::from_milliseconds(0).unwrap() },
        Action::Add { total: key("c"), counts: Counts::from([(Count::Views, 1)]) },
    ]
}

async fn written(reply: Reply) -> Result<Outcome, StoreError> {
    let (store, _) = store(vec![reply]).await;
    store.transact(&actions()).await
}

#[tokio::test]
async fn failed_conditions_are_reported_by_action() {
    for (codes, failed) in [
        (["ConditionalCheckFailed", "None", "None"], vec![0]),
        (["ConditionalCheckFailed", "ConditionalCheckFailed", "None"], vec![0, 1]),
        (["None", "ConditionalCheckFailed", "TransactionConflict"], vec![1]),
        (["None", "ConditionalCheckFailed", "ValidationError"], vec![1]),
    ] {
        let failed = failed.into_iter().map(|action| FailedCondition { action, is_gone: true }).collect();
        assert_eq!(written(canceled(&codes)).await.unwrap(), Outcome::ConditionsFailed(failed), "{codes:?}");
    }
}

#[tokio::test]
async fn a_failed_condition_reports_whether_the_item_is_gone() {
    let reasons = json!([
        {"Code": "ConditionalCheckFailed", "Message": "!", "Item": {"Path": {"S": "view/example.com"}}},
        {"Code": "ConditionalCheckFailed", "Message": "!"},
        {"Code": "None"},
    ]);
    let reply = error("TransactionCanceledException", &json!({"CancellationReasons": reasons}));
    let failed = vec![FailedCondition { action: 0, is_gone: false }, FailedCondition { action: 1, is_gone: true }];
    assert_eq!(written(reply).await.unwrap(), Outcome::ConditionsFailed(failed));
}

#[tokio::test]
async fn conflicts_and_throttling_are_errors() {
    for code in ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "Unheard"] {
        assert_eq!(written(canceled(&["None", "None", code])).await.unwrap_err().to_string(), "the reason", "{code}");
    }
}

#[tokio::test]
async fn invalid_transactions_are_rejected() {
    for code in ["ValidationError", "ItemCollectionSizeLimitExceeded"] {
        let rejected = written(canceled(&["None", "None", code])).await.unwrap();
        assert_eq!(rejected, Outcome::Rejected(format!("{code}!")));
    }
    let rejected = written(error("ValidationException", &json!({}))).await.unwrap();
    assert_eq!(rejected, Outcome::Rejected("the reason".to_owned()));
}

#[tokio::test]
async fn a_missing_table_is_an_error_not_a_rejection() {
    for name in ["ResourceNotFoundException", "AccessDeniedException", "TransactionInProgressException"] {
        let (store, _) = store(vec![error(name, &json!({})); 3]).await;
        let failure = store.transact(&actions()).await.unwrap_err().to_string();
        assert!(failure.contains(name) || failure.contains("the reason"), "{failure}");
    }
}

#[tokio::test]
async fn retries_of_the_client_are_one_transaction() {
    let busy = error("ThrottlingException", &json!({}));
    let (store, requests) = store(vec![None, busy, Some((200, json!({})))]).await;
    assert_eq!(store.transact(&actions()).await.unwrap(), Outcome::Done);
    let requests = requests.await.unwrap().unwrap();
    let token = requests[0]["ClientRequestToken"].as_str().unwrap();
    assert!(requests.iter().all(|request| request["ClientRequestToken"] == token), "{requests:?}");
}

#[tokio::test]
async fn unprocessed_keys_are_requested_again() {
    let item = |section: &str| json!({"Path": {"S": "view/example.com"}, "Section": {"S": section}});
    let left = json!({"views": {"Keys": [item("b"), item("c")], "ConsistentRead": true}});
    let replies = [
        json!({"Responses": {"views": [item("a")]}, "UnprocessedKeys": left}),
        json!({"Responses": {"views": []}, "UnprocessedKeys": left}),
        json!({"Responses": {"views": [item("c")]}, "UnprocessedKeys": {}}),
    ];
    let (store, requests) = store(replies.map(|reply| Some((200, reply))).into()).await;
    let items = store.views(&["a", "b", "c"].map(key)).await.unwrap();
    assert_eq!(items.iter().map(|item| Key::from_item(item).unwrap()).collect::<Vec<_>>(), ["a", "c"].map(key));
    let counts = requests
        .await
        .unwrap()
        .unwrap()
        .iter()
        .map(|request| request["RequestItems"]["views"]["Keys"].as_array().unwrap().len())
        .collect::<Vec<_>>();
    assert_eq!(counts, [3, 2, 2]);
}

#[tokio::test]
async fn many_keys_are_read_in_several_calls() {
    let empty = Some((200, json!({"Responses": {}, "UnprocessedKeys": {}})));
    let (store, requests) = store(vec![empty; 3]).await;
    let keys: Vec<Key> = (0..201).map(|index| key(&index.to_string())).collect();
    assert!(store.visitors(&keys).await.unwrap().is_empty());
    assert_eq!(requests.await.unwrap().unwrap().len(), 3);
}
