//! The stores of accounts and reports in DynamoDB.

use std::collections::HashMap;

use analytics::keys::{self, Sections, attribute, state};
use analytics::{Bucket, Dimension, Granularity, Item, Moment};
use analytics_api::session::store::Store;
use analytics_api::session::store::dynamodb::DynamoDb as Accounts;
use analytics_store::{Batches, Consistency, Memory, ReadTables, Table, TableReader};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamodb_test::{client, create_table};
use futures_util::future::join_all;

use super::views::{store, view, view_item};
use super::world::{KEY, NEW_KEY, World};

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// Tables of accounts and of state.
struct Tables {
    client: Client,
    accounts: String,
    state: String,
}

impl Tables {
    async fn new(test: &str) -> Self {
        let client = client().unwrap();
        let accounts = create_table(&client, &format!("{test}-accounts"), &[attribute::USER]).await.unwrap();
        let state = create_table(&client, &format!("{test}-state"), &[attribute::NAME]).await.unwrap();
        Self { client, accounts, state }
    }

    fn store(&self) -> Accounts {
        Accounts::new(self.client.clone(), self.accounts.clone(), self.state.clone())
    }

    async fn put_keys(&self, keys: AttributeValue) {
        let request = self.client.put_item().table_name(&self.state);
        request.item(attribute::NAME, text(state::SESSION_KEYS)).item(attribute::KEYS, keys).send().await.unwrap();
    }

    async fn put_account(&self, user: &str, hash: AttributeValue) {
        let request = self.client.put_item().table_name(&self.accounts).item(attribute::USER, text(user));
        request.item(attribute::PASSWORD_HASH, hash).send().await.unwrap();
    }

    /// Returns the second at which an item of the state table expires.
    async fn expires(&self, name: &str) -> Option<AttributeValue> {
        let request = self.client.get_item().table_name(&self.state).key(attribute::NAME, text(name));
        request.send().await.unwrap().item?.remove(attribute::EXPIRES)
    }
}

fn at(second: u64) -> Moment {
    Moment::from_milliseconds(second * 1000).unwrap()
}

#[tokio::test]
#[ignore = "needs DYNAMODB_TEST_ENDPOINT"]
async fn session_keys_keep_their_order() {
    let tables = Tables::new("session-keys").await;
    let store = tables.store();
    assert_eq!(store.session_keys().await.unwrap(), [""; 0]);
    tables.put_keys(AttributeValue::L([NEW_KEY, KEY].map(text).to_vec())).await;
    assert_eq!(store.session_keys().await.unwrap(), [NEW_KEY, KEY]);
    for broken in [text(KEY), AttributeValue::L(vec![text(KEY), AttributeValue::Bool(true)])] {
        tables.put_keys(broken).await;
        let error = store.session_keys().await.unwrap_err().to_string();
        assert!(error.contains("Keys") && !error.contains(KEY), "{error}");
    }
}

#[tokio::test]
#[ignore = "needs DYNAMODB_TEST_ENDPOINT"]
async fn an_account_is_found_by_its_exact_name() {
    let tables = Tables::new("accounts").await;
    let store = tables.store();
    tables.put_account("Zoë", text("hash")).await;
    assert_eq!(store.password_hash("Zoë").await.unwrap().unwrap(), "hash");
    for user in ["zoë", "Zoë ", "Zo"] {
        assert_eq!(store.password_hash(user).await.unwrap(), None);
    }
    tables.put_account("Zoë", AttributeValue::Bool(true)).await;
    assert!(store.password_hash("Zoë").await.unwrap_err().to_string().contains("PasswordHash"));
}

#[tokio::test]
#[ignore = "needs DYNAMODB_TEST_ENDPOINT"]
async fn an_ended_session_is_stored_until_it_expires() {
    let tables = Tables::new("ended").await;
    let store = tables.store();
    assert!(!store.is_ended("a1").await.unwrap());
    for _ in 0..2 {
        store.end_session("a1", at(1_795_231_140)).await.unwrap();
    }
    assert!(store.is_ended("a1").await.unwrap() && !store.is_ended("a2").await.unwrap());
    let expires = tables.expires(&state::ended_session("a1")).await;
    assert_eq!(expires, Some(AttributeValue::N("1795231140".to_owned())));
}

#[tokio::test]
#[ignore = "needs DYNAMODB_TEST_ENDPOINT"]
async fn concurrent_attempts_are_all_counted() {
    let tables = Tables::new("attempts").await;
    let store = tables.store();
    let attempts = join_all((0..20).map(|_| store.count_attempt("who", at(1_795_231_140)))).await;
    let mut counts: Vec<u64> = attempts.into_iter().map(Result::unwrap).collect();
    counts.sort_unstable();
    assert_eq!(counts, (1..=20).collect::<Vec<u64>>());
    assert_eq!(store.count_attempt("else", at(1_795_231_140)).await.unwrap(), 1);
    for _ in 0..21 {
        store.uncount_attempt("who", at(1_795_231_140)).await.unwrap();
    }
    assert_eq!(store.count_attempt("who", at(1_795_231_140)).await.unwrap(), 0);
    assert_eq!(store.count_attempt("who", at(1_795_231_140)).await.unwrap(), 1);
    let expires = tables.expires(&state::sign_in("who")).await;
    assert_eq!(expires, Some(AttributeValue::N("1795231140".to_owned())));
}

#[tokio::test]
#[ignore = "needs DYNAMODB_TEST_ENDPOINT"]
async fn a_sign_in_is_recorded_until_the_last_expiry() {
    let tables = Tables::new("remembered").await;
    let store = tables.store();
    assert!(!store.has_signed_in("who").await.unwrap());
    for expires in [1_795_231_140, 1_795_231_150] {
        store.record_sign_in("who", at(expires)).await.unwrap();
    }
    assert!(store.has_signed_in("who").await.unwrap() && !store.has_signed_in("else").await.unwrap());
    let expires = tables.expires(&state::signed_in("who")).await;
    assert_eq!(expires, Some(AttributeValue::N("1795231150".to_owned())));
}

/// Creates tables of views and totals with the items of a store in memory.
async fn reports(test: &str, memory: &Memory) -> TableReader {
    let client = client().unwrap();
    let keys = [attribute::PATH, attribute::SECTION];
    let views = create_table(&client, &format!("{test}-views"), &keys).await.unwrap();
    let totals = create_table(&client, &format!("{test}-totals"), &keys).await.unwrap();
    let stored = memory.tables().clone();
    for (name, items) in [(&views, stored.views), (&totals, stored.totals)] {
        for item in items.into_values() {
            let item: HashMap<String, AttributeValue> = item.into();
            client.put_item().table_name(name).set_item(Some(item)).send().await.unwrap();
        }
    }
    TableReader::new(client, views, totals, Consistency::Strong)
}

/// Returns all items of the sections, and the number of batches.
async fn every_item(store: &dyn ReadTables, table: Table, sections: &Sections) -> (Vec<Item>, usize) {
    let mut batches = Batches::new(store, table, sections);
    let (mut items, mut count) = (Vec::new(), 0);
    while let Some(batch) = batches.next().await.unwrap() {
        items.extend(batch);
        count += 1;
    }
    (items, count)
}

#[tokio::test]
#[ignore = "needs DYNAMODB_TEST_ENDPOINT"]
async fn exactly_the_requested_sections_are_found() {
    let mut views = Vec::new();
    for (day, random) in ["2026-12-31", "2027-01-01", "2027-01-01", "2027-01-02", "2027-01-10"].into_iter().zip(1..) {
        views.push(view("example.com", day, random, "/a/b"));
        views.push(view("example.co", day, random, "/"));
    }
    let memory = store(&views);
    let dynamodb = reports("sections", &memory).await;
    let site = &views[0].view.site;
    let bucket = |day: &str| Bucket::new(Granularity::Day, day.parse().unwrap());
    let (from, to) = (bucket("2027-01-01"), bucket("2027-01-02"));
    let day = |day: &str| keys::views_of_day(site, day.parse().unwrap());
    for (table, sections, expected) in [
        (Table::Views, day("2027-01-01"), 2),
        (Table::Views, day("2027-01-03"), 0),
        (Table::Totals, keys::summaries(site, from, to), 3),
        (Table::Totals, keys::summaries(site, from, from), 2),
        (Table::Totals, keys::values(site, Dimension::Page, from, to), 3),
        (Table::Totals, keys::values(site, Dimension::Referrer, from, to), 0),
    ] {
        let found = every_item(&dynamodb, table, &sections).await.0;
        assert_eq!(found, every_item(&memory, table, &sections).await.0, "{sections:?}");
        assert_eq!(found.len(), expected, "{sections:?}");
    }
}

#[tokio::test]
#[ignore = "needs DYNAMODB_TEST_ENDPOINT"]
async fn a_filtered_comparison_reads_exactly_its_two_ranges() {
    let days = ["2026-10-31", "2026-11-01", "2026-11-02", "2026-12-15", "2027-01-18", "2027-01-19", "2027-01-20"];
    let views: Vec<_> = (1..).zip(days).map(|(random, day)| view("example.com", day, random, "/")).collect();
    let dynamodb = World::reporting(reports("ranges", &store(&views)).await, &["example.com"]);
    let memory = World::reporting(store(&views), &["example.com"]);
    let query = "from=2027-01-19&compareFrom=2026-11-01&compareTo=2026-11-02&browser=Firefox";
    let json = dynamodb.report(query).await.json;
    assert_eq!(json, memory.report(query).await.json);
    assert_eq!((&json["totals"]["views"], &json["previous"]["totals"]["views"]), (&2.into(), &2.into()));
}

#[tokio::test]
#[ignore = "needs DYNAMODB_TEST_ENDPOINT"]
async fn more_than_a_megabyte_is_read_completely() {
    let memory = Memory::default();
    for random in 0..30 {
        let seen = view("example.com", "2027-01-02", random, "/");
        let (key, item) = view_item(&seen.view, true, None);
        let mut item: HashMap<String, AttributeValue> = item.into();
        item.insert(attribute::UTM.to_owned(), text(&"u".repeat(100_000)));
        memory.tables().views.insert(key, item.into());
    }
    let dynamodb = reports("megabyte", &memory).await;
    let sections =
        keys::views_of_day(&view("example.com", "2027-01-02", 0, "/").view.site, "2027-01-02".parse().unwrap());
    let (items, batches) = every_item(&dynamodb, Table::Views, &sections).await;
    assert_eq!((items.len(), batches >= 3), (30, true), "{batches}");
    let world = World::reporting(dynamodb, &["example.com"]);
    assert_eq!(world.report("page=/").await.json["totals"]["views"], 30);
}
