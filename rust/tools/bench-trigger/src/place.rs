use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use analytics::keys::{Key, attribute};
use analytics::{Count, Counts, Item, View};
use analytics_store::{Action, CountViews, Memory, Outcome, StoreError, ViewCounter};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamo::conditional;
use dynamodb_test::{client_at, create_table};

use crate::traffic;

/// The tables, and the number of calls to them.
pub struct Place {
    tables: Tables,
    calls: Calls,
}

enum Tables {
    Memory(Memory),
    DynamoDb { client: Client, store: ViewCounter, views: String, totals: String },
}

/// Number of calls, and of their writes.
#[derive(Default)]
struct Calls {
    reads: AtomicUsize,
    writes: AtomicUsize,
    items: AtomicUsize,
    units: AtomicUsize,
}

fn add(to: &AtomicUsize, number: usize) {
    to.fetch_add(number, Ordering::Relaxed);
}

impl Place {
    /// Creates empty tables in memory, or in DynamoDB at an endpoint.
    ///
    /// # Errors
    /// DynamoDB rejects the tables.
    pub async fn new(endpoint: Option<&str>, name: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let Some(endpoint) = endpoint else {
            return Ok(Self { tables: Tables::Memory(Memory::default()), calls: Calls::default() });
        };
        let client = client_at(endpoint)?;
        let keys = [attribute::PATH, attribute::SECTION];
        let views = create_table(&client, &format!("bench-views-{name}"), &keys).await?;
        let totals = create_table(&client, &format!("bench-totals-{name}"), &keys).await?;
        let store = ViewCounter::new(client.clone(), views.clone(), totals.clone());
        Ok(Self { tables: Tables::DynamoDb { client, store, views, totals }, calls: Calls::default() })
    }

    fn store(&self) -> &dyn CountViews {
        match &self.tables {
            Tables::Memory(memory) => memory,
            Tables::DynamoDb { store, .. } => store,
        }
    }

    /// Stores a view, as the API does.
    ///
    /// # Errors
    /// The error of DynamoDB.
    pub async fn put(&self, view: &View) -> Result<(), StoreError> {
        let item = traffic::item(view);
        match &self.tables {
            Tables::Memory(memory) => {
                drop(memory.tables().views.insert(Key::from_item(&item).map_err(StoreError::new)?, item));
            }
            Tables::DynamoDb { client, views, .. } => {
                client.put_item().table_name(views).set_item(Some(item.into())).send().await?;
            }
        }
        Ok(())
    }

    /// Adds one to a count with an UpdateItem.
    ///
    /// # Errors
    /// The error of DynamoDB.
    pub async fn add_one(&self, total: Key, count: Count) -> Result<(), StoreError> {
        add(&self.calls.writes, 1);
        add(&self.calls.items, 1);
        add(&self.calls.units, 1);
        match &self.tables {
            Tables::Memory(memory) => {
                memory.transact(&[Action::Add { total, counts: Counts::from([(count, 1)]) }]).await?;
            }
            Tables::DynamoDb { client, totals, .. } => {
                let request = client.update_item().table_name(totals).set_key(Some(total.item().into()));
                let request = request.update_expression("ADD #count :one");
                let request = request.expression_attribute_names("#count", count.to_string());
                request.expression_attribute_values(":one", AttributeValue::N("1".to_owned())).send().await?;
            }
        }
        Ok(())
    }

    /// Marks a visitor with a PutItem, and returns whether there was no mark.
    ///
    /// # Errors
    /// The error of DynamoDB.
    pub async fn mark(&self, visitor: Key, view: &View) -> Result<bool, StoreError> {
        add(&self.calls.writes, 1);
        add(&self.calls.items, 1);
        add(&self.calls.units, 1);
        match &self.tables {
            Tables::Memory(memory) => {
                let mark = Action::MarkVisitor { visitor, expires: view.id.time };
                Ok(memory.transact(&[mark]).await? == Outcome::Done)
            }
            Tables::DynamoDb { client, totals, .. } => {
                let item: HashMap<String, AttributeValue> = visitor.item().into();
                let request = client.put_item().table_name(totals).set_item(Some(item));
                let request = request.condition_expression("attribute_not_exists(#path)");
                let request = request.expression_attribute_names("#path", attribute::PATH);
                Ok(conditional(request.send().await)?.is_ok())
            }
        }
    }

    /// Returns the cost of a number of views.
    pub fn cost(&self, views: usize, time: Duration) -> Cost {
        let views = per(views);
        let each = |number: &AtomicUsize| per(number.load(Ordering::Relaxed)) / views;
        let Calls { reads, writes, items, units } = &self.calls;
        Cost {
            views_per_second: views / time.as_secs_f64(),
            calls: each(reads) + each(writes),
            write_calls: each(writes),
            items: each(items),
            units: each(units),
        }
    }
}

fn per(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

#[async_trait]
impl CountViews for Place {
    async fn transact(&self, actions: &[Action]) -> Result<Outcome, StoreError> {
        add(&self.calls.writes, 1);
        add(&self.calls.items, actions.len());
        // A transaction costs two write units per write, to prepare and to commit.
        add(&self.calls.units, 2 * actions.len());
        self.store().transact(actions).await
    }

    async fn views(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        add(&self.calls.reads, keys.len().div_ceil(100));
        self.store().views(keys).await
    }

    async fn visitors(&self, keys: &[Key]) -> Result<BTreeSet<Key>, StoreError> {
        add(&self.calls.reads, keys.len().div_ceil(100));
        self.store().visitors(keys).await
    }

    async fn quarantine(&self, item: &Item) -> Result<(), StoreError> {
        add(&self.calls.writes, 1);
        self.store().quarantine(item).await
    }
}

/// The cost of a view.
pub struct Cost {
    views_per_second: f64,
    calls: f64,
    write_calls: f64,
    items: f64,
    units: f64,
}

impl Cost {
    /// Returns the ratio to another cost.
    pub fn ratio_to(&self, other: &Self) -> Self {
        Self {
            views_per_second: self.views_per_second / other.views_per_second,
            calls: self.calls / other.calls,
            write_calls: self.write_calls / other.write_calls,
            items: self.items / other.items,
            units: self.units / other.units,
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { views_per_second, calls, write_calls, items, units } = self;
        write!(formatter, "{views_per_second:>9.1} {calls:>7.3} {write_calls:>13.3} {items:>13.2} {units:>12.2}")
    }
}
