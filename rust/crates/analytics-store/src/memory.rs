//! Views and totals in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use analytics::keys::{Key, Sections, attribute};
use analytics::{AttributeValue, Item, Measure};
use async_trait::async_trait;

use crate::{
    ACTIONS, Action, Batch, CorrectTotals, Correction, CountViews, FailedCondition, Outcome, REVISION, ReadTables,
    StoreError, Table,
};

/// Number of items in a batch: few, so that most queries need several batches.
const BATCH: usize = 3;

/// Two tables in memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Tables>);

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables {
    /// Views and leaves.
    pub views: BTreeMap<Key, Item>,
    /// Counters, visitors and quarantine.
    pub totals: BTreeMap<Key, Item>,
}

impl Memory {
    /// Returns the tables. No code that can panic holds the lock, so the content of a poisoned lock is valid.
    pub fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    fn holds(&self, action: &Action) -> bool {
        match action {
            Action::MarkCounted { view } => {
                self.views.get(view).is_some_and(|item| !item.contains_key(attribute::COUNTED))
            }
            Action::MarkVisitor { visitor, .. } => !self.totals.contains_key(visitor),
            Action::SetMeasure { view, before, .. } => {
                let numbers = |measure: Measure| [measure.duration_ms, u64::from(measure.scroll)].map(number);
                let [duration_ms, scroll] = before.map_or([None, None], |before| numbers(before).map(Some));
                self.views.get(view).is_some_and(|item| {
                    item.get(attribute::DURATION_MS) == duration_ms.as_ref()
                        && item.get(attribute::SCROLL) == scroll.as_ref()
                })
            }
            Action::Add { .. } => true,
        }
    }

    fn has(&self, action: &Action) -> bool {
        match action {
            Action::MarkCounted { view } | Action::SetMeasure { view, .. } => self.views.contains_key(view),
            Action::MarkVisitor { visitor: total, .. } | Action::Add { total, .. } => self.totals.contains_key(total),
        }
    }

    fn apply(&mut self, action: &Action) {
        match action {
            Action::MarkCounted { view } => {
                let item = self.views.entry(view.clone()).or_default();
                item.insert(attribute::COUNTED.to_owned(), AttributeValue::Bool(true));
            }
            Action::MarkVisitor { visitor, expires } => {
                let mut item = visitor.item();
                item.insert(attribute::EXPIRES.to_owned(), number(expires.seconds()));
                self.totals.insert(visitor.clone(), item);
            }
            Action::SetMeasure { view, after, .. } => {
                let item = self.views.entry(view.clone()).or_default();
                item.insert(attribute::DURATION_MS.to_owned(), number(after.duration_ms));
                item.insert(attribute::SCROLL.to_owned(), number(u64::from(after.scroll)));
            }
            Action::Add { total, counts } => {
                let item = self.totals.entry(total.clone()).or_insert_with(|| total.item());
                for (count, change) in counts {
                    let value = item.entry(count.to_string()).or_insert_with(|| number(0));
                    if let AttributeValue::N(digits) = value {
                        *digits = (digits.parse().unwrap_or(0_i64) + change).to_string();
                    }
                }
            }
        }
    }

    fn transact(&mut self, actions: &[Action]) -> Outcome {
        let failed = actions.iter().enumerate().filter(|(_, action)| !self.holds(action));
        let failed: Vec<FailedCondition> =
            failed.map(|(index, action)| FailedCondition { action: index, is_gone: !self.has(action) }).collect();
        if failed.is_empty() {
            actions.iter().for_each(|action| self.apply(action));
            Outcome::Done
        } else {
            Outcome::ConditionsFailed(failed)
        }
    }
}

fn number(number: impl fmt::Display) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

#[async_trait]
impl CountViews for Memory {
    async fn transact(&self, actions: &[Action]) -> Result<Outcome, StoreError> {
        let items: BTreeSet<&Key> = actions.iter().map(Action::key).collect();
        let is_valid = (1..=ACTIONS).contains(&actions.len()) && items.len() == actions.len();
        Ok(if is_valid {
            self.tables().transact(actions)
        } else {
            Outcome::Rejected("a transaction has from 1 to 100 actions, each on a different item".to_owned())
        })
    }

    async fn views(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        let tables = self.tables();
        Ok(keys.iter().filter_map(|key| tables.views.get(key).cloned()).collect())
    }

    async fn visitors(&self, keys: &[Key]) -> Result<BTreeSet<Key>, StoreError> {
        let tables = self.tables();
        Ok(keys.iter().filter(|key| tables.totals.contains_key(key)).cloned().collect())
    }

    async fn quarantine(&self, item: &Item) -> Result<(), StoreError> {
        let key = Key::from_item(item).map_err(StoreError::new)?;
        self.tables().totals.insert(key, item.clone());
        Ok(())
    }
}

#[async_trait]
impl ReadTables for Memory {
    async fn query(&self, table: Table, sections: &Sections, after: Option<&Key>) -> Result<Batch, StoreError> {
        let tables = self.tables();
        let items = match table {
            Table::Views => &tables.views,
            Table::Totals => &tables.totals,
        };
        let first = sections.first();
        let start = after.map_or(Bound::Included(&first), Bound::Excluded);
        let found = items.range((start, Bound::Unbounded)).take_while(|(key, _)| sections.has(key));
        let batch: Vec<_> = found.take(BATCH).collect();
        // As in DynamoDB, a full batch may be the last one.
        let next = batch.last().filter(|_| batch.len() == BATCH).map(|(key, _)| (*key).clone());
        Ok(Batch { items: batch.into_iter().map(|(_, item)| item.clone()).collect(), next })
    }
}

#[async_trait]
impl CorrectTotals for Memory {
    async fn correct(&self, correction: &Correction) -> Result<bool, StoreError> {
        let Correction { total, revision, before, after } = correction;
        let mut tables = self.tables();
        let stored = |name: &str| tables.totals.get(total)?.get(name).cloned();
        let is_unchanged =
            after.keys().all(|count| stored(&count.to_string()) == before.get(count).copied().map(number))
                && stored(REVISION) == (*revision > 0).then(|| number(*revision));
        if is_unchanged {
            let item = tables.totals.entry(total.clone()).or_insert_with(|| total.item());
            item.extend(after.iter().map(|(count, value)| (count.to_string(), number(*value))));
            item.insert(REVISION.to_owned(), number(revision + 1));
        }
        Ok(is_unchanged)
    }
}
