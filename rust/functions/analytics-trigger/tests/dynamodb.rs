//! The promises over DynamoDB, at the endpoint that `DYNAMODB_TEST_ENDPOINT` names:
//! `DYNAMODB_TEST_ENDPOINT=http://127.0.0.1:4566 cargo test -p analytics-trigger --test dynamodb -- --ignored`.

// So that clippy takes the helpers for test code, too.
#![cfg(test)]

mod suite;

// What `make reconcile` reads the tables with.
#[path = "../examples/reconcile/tables.rs"]
mod tables;

use std::sync::Arc;

use analytics::keys::attribute;
use analytics_trigger::store::dynamodb::DynamoDb;
use dynamodb_test::{client, create_table};

use self::suite::bed::Bed;
use self::tables::Tables;

/// Tables of its own.
async fn bed(promise: &str) -> Bed {
    let client = client().unwrap();
    let keys = [attribute::PATH, attribute::SECTION];
    let views = create_table(&client, &format!("views-{promise}"), &keys).await.unwrap();
    let totals = create_table(&client, &format!("totals-{promise}"), &keys).await.unwrap();
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

suite::keep_every_promise!(bed, #[ignore = "needs DYNAMODB_TEST_ENDPOINT"]);
