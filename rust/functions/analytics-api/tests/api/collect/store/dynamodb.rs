//! Runs the promises with DynamoDB.

use std::collections::HashMap;
use std::sync::Arc;

use super::promises::{bucket, later, leave, today, view};
use analytics::keys::{attribute, state};
use analytics::{Item, Leave, Page, Record, keys};
use analytics_api::collect::store::dynamodb::DynamoDb;
use analytics_api::collect::store::{Secret, Store};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamodb_test::{client, create_table};

/// Creates the tables of a test: views, state and totals.
async fn tables(client: &Client, promise: &str) -> [String; 3] {
    let [views, state, totals] = ["views", "state", "totals"].map(|table| format!("{promise}-{table}"));
    let keys = [attribute::PATH, attribute::SECTION];
    let views = create_table(client, &views, &keys).await.unwrap();
    let state = create_table(client, &state, &[attribute::NAME]).await.unwrap();
    let totals = create_table(client, &totals, &keys).await.unwrap();
    [views, state, totals]
}

async fn store(promise: &str) -> Arc<dyn Store> {
    let client = client().unwrap();
    let [views, state, totals] = tables(&client, promise).await;
    Arc::new(DynamoDb::new(client, views, state, totals))
}

async fn all_items(client: &Client, table: &str) -> Vec<HashMap<String, AttributeValue>> {
    client.scan().table_name(table).send().await.unwrap().items.unwrap()
}

super::promises::keep_every_promise!(store, #[ignore = "needs DYNAMODB_TEST_ENDPOINT"]);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs DYNAMODB_TEST_ENDPOINT"]
async fn views_and_leaves_have_the_shared_format() {
    let client = client().unwrap();
    let [views, state, totals] = tables(&client, "as_others_read_them").await;
    let store = DynamoDb::new(client.clone(), views.clone(), state, totals);
    store.put_view(&view(), later()).await.unwrap();
    let mut again = view();
    again.page = Page::normalize("/another");
    store.put_view(&again, later()).await.unwrap();
    store.put_leave(&leave(), later()).await.unwrap();

    let items: Vec<Item> = all_items(&client, &views).await.into_iter().map(Item::from).collect();
    assert_eq!(items.len(), 2);
    let expires = analytics::Moment::from_milliseconds(later().seconds() * 1000).unwrap();
    for item in &items {
        if keys::is_leave(item) {
            assert_eq!(Leave::decode(item).unwrap(), leave());
        } else {
            let expected = Record { view: view(), expires, counted: false, measure: None };
            assert_eq!(Record::decode(item).unwrap(), expected, "the first view with a key stays");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs DYNAMODB_TEST_ENDPOINT"]
async fn all_state_of_a_day_expires() {
    let client = client().unwrap();
    let [views, state, totals] = tables(&client, "all_state_expires").await;
    let store = DynamoDb::new(client.clone(), views, state.clone(), totals);
    let key = analytics_api::collect::store::KnownKey {
        site: view().site,
        day: today(),
        dimension: analytics::Dimension::Campaign,
    };
    store.offer_secret(&key.site, bucket(key.day), Secret([1; 32]), later()).await.unwrap();
    for value in 0..3 {
        store.add_value(&key, [value; 8], 2, later()).await.unwrap();
    }
    let mut names = Vec::new();
    for item in all_items(&client, &state).await {
        assert_eq!(item[attribute::EXPIRES], AttributeValue::N(later().seconds().to_string()));
        names.push(item[attribute::NAME].as_s().unwrap().clone());
    }
    names.sort();
    assert_eq!(
        names,
        [state::known(&key.site, key.day, key.dimension), state::visitor_secret(&key.site, bucket(key.day))]
    );
}
