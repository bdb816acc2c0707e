//! Runs the promises with DynamoDB, and a restore.

use std::collections::HashMap;
use std::sync::Arc;

use analytics::View;
use analytics::keys::attribute;
use analytics_store::{Consistency, TableReader, TotalCorrector, ViewCounter};
use analytics_totals::reconcile::{Period, Repaired, Surplus, reconcile, repair};
use analytics_totals::{Counting, Deadline, Shards};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamodb_test::{client, create_table};

use crate::bed::{Bed, day};
use crate::world::{NOON, TIME, moment, site, view};

/// Tables of views and totals.
struct Tables {
    client: Client,
    views: String,
    totals: String,
}

impl Tables {
    async fn new(client: &Client, name: &str) -> Self {
        let keys = [attribute::PATH, attribute::SECTION];
        let views = create_table(client, &format!("views-{name}"), &keys).await.unwrap();
        let totals = create_table(client, &format!("totals-{name}"), &keys).await.unwrap();
        Self { client: client.clone(), views, totals }
    }

    fn counter(&self) -> ViewCounter {
        ViewCounter::new(self.client.clone(), self.views.clone(), self.totals.clone())
    }

    fn reader(&self) -> TableReader {
        TableReader::new(self.client.clone(), self.views.clone(), self.totals.clone(), Consistency::Strong)
    }

    fn corrector(&self) -> TotalCorrector {
        TotalCorrector::new(self.client.clone(), self.totals.clone())
    }

    fn bed(&self) -> Bed {
        let (client, views) = (self.client.clone(), self.views.clone());
        let put = move |item: analytics::Item| {
            let request = client.put_item().table_name(&views).set_item(Some(item.into()));
            Box::pin(async { drop(request.send().await.unwrap()) }) as _
        };
        Bed {
            store: Arc::new(self.counter()),
            reader: Arc::new(self.reader()),
            corrector: Arc::new(self.corrector()),
            put: Box::new(put),
        }
    }
}

/// Creates new tables.
async fn bed(promise: &str) -> Bed {
    Tables::new(&client().unwrap(), promise).await.bed()
}

type Items = Vec<HashMap<String, AttributeValue>>;

async fn all_items(client: &Client, table: &str) -> Items {
    let mut pages = client.scan().table_name(table).into_paginator().items().send();
    let mut items = Items::new();
    while let Some(item) = pages.next().await {
        items.push(item.unwrap());
    }
    items
}

/// A snapshot of views and totals.
#[derive(Clone)]
struct Snapshot {
    views: Items,
    totals: Items,
}

impl Snapshot {
    async fn now(client: &Client, views: &str, totals: &str) -> Self {
        Self { views: all_items(client, views).await, totals: all_items(client, totals).await }
    }

    /// Creates tables with the items of the snapshot, as a restore does.
    async fn restored(self, client: &Client, name: &str) -> Tables {
        let tables = Tables::new(client, name).await;
        for (table, items) in [(&tables.views, self.views), (&tables.totals, self.totals)] {
            for item in items {
                client.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
            }
        }
        tables
    }
}

/// Returns the drift of the totals, the surplus, and the number of waiting views.
async fn found(tables: &Tables) -> (usize, i64, usize) {
    let report =
        reconcile(&tables.reader(), &[site()], Period::new(Some(day().minus(5)), None, day(), 400)).await.unwrap();
    (report.drifts.len(), report.surplus(), report.waiting.len())
}

/// Repairs the totals two days later.
async fn repaired(tables: &Tables) -> Repaired {
    let store = tables.counter();
    let counting = Counting { store: &store, shards: Shards::ONE, deadline: Deadline::after(TIME) };
    let report =
        reconcile(&tables.reader(), &[site()], Period::new(Some(day().minus(5)), None, day(), 400)).await.unwrap();
    repair(&tables.corrector(), counting, report, Surplus::Keep, moment(NOON + 2 * 86_400_000)).await.unwrap()
}

/// Returns the views of the day in the totals.
async fn views_counted(tables: &Tables) -> i64 {
    let text = |item: &HashMap<String, AttributeValue>, name: &str| item[name].as_s().unwrap().clone();
    let items = all_items(&tables.client, &tables.totals).await.into_iter().filter(|item| {
        text(item, attribute::PATH) == "total/example.com/day" && text(item, attribute::SECTION).starts_with("summary/")
    });
    items.map(|item| item["Views"].as_n().unwrap().parse::<i64>().unwrap()).sum()
}

/// The snapshot is taken when 30 views are counted and 10 wait; then these are counted, and 5 more arrive.
#[tokio::test]
#[ignore = "needs DYNAMODB_TEST_ENDPOINT"]
async fn restored_tables_are_repaired_without_counting_twice() {
    let client = client().unwrap();
    let tables = Snapshot { views: Items::new(), totals: Items::new() }.restored(&client, "drill").await;
    let Tables { views, totals, .. } = &tables;
    let bed = tables.bed();
    let all: Vec<View> = (0..45).map(|number| view(number, u8::try_from(number % 7).unwrap())).collect();
    let records = bed.store_views(&all[..40]).await;
    bed.process(&records[..30]).await;
    let earlier = Snapshot::now(&client, views, totals).await;
    bed.process(&records[30..]).await;
    let more = bed.store_views(&all[40..]).await;
    bed.process(&more).await;
    let lost = Snapshot::now(&client, views, totals).await;
    assert_eq!(found(&tables).await, (0, 0, 0));

    let both = earlier.clone().restored(&client, "drill-both").await;
    assert_eq!(found(&both).await, (0, 0, 10), "both tables are restored");
    assert_eq!(repaired(&both).await.waiting.views.counted, 10);
    assert_eq!(found(&both).await, (0, 0, 0));
    assert_eq!(views_counted(&both).await, 40, "all restored views");

    let totals_only = Snapshot { totals: earlier.totals.clone(), ..lost.clone() };
    let totals_only = totals_only.restored(&client, "drill-totals").await;
    assert!(found(&totals_only).await.0 > 0);
    repaired(&totals_only).await;
    assert_eq!(found(&totals_only).await, (0, 0, 0));
    assert_eq!(views_counted(&totals_only).await, 45);

    let views_only = Snapshot { views: earlier.views, ..lost }.restored(&client, "drill-views").await;
    let before = found(&views_only).await;
    assert!(before.1 > 0 && before.2 == 10, "the marks of ten are lost: {before:?}");
    let done = repaired(&views_only).await;
    assert_eq!((done.waiting.views.counted, done.waiting.doubtful, done.corrected), (0, 10, 0));
    assert_eq!(found(&views_only).await, before);
    assert_eq!(views_counted(&views_only).await, 45, "every view once");
}

crate::promises::keep_every_promise!(bed, #[ignore = "needs DYNAMODB_TEST_ENDPOINT"]);
