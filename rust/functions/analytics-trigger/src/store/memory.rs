//! Views and totals in memory: for tests, and to see what folding costs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::ready;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use analytics::keys::{Key, Sections, attribute};
use analytics::{AttributeValue, Item, Measure};

use super::{Action, Answer, Lost, Store, Write};
use crate::reconcile::{Correction, Ledger, Page, REVISION, Table};

/// Items of a page: few, so that whoever reads all of a query needs more than one.
const PAGE: usize = 5;

/// Two tables that are gone when the process ends.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Tables>);

/// Items by their keys.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables {
    /// Views and leaves.
    pub views: BTreeMap<Key, Item>,
    /// Counters, visitors and quarantine.
    pub totals: BTreeMap<Key, Item>,
}

impl Memory {
    /// The tables. No lock is held over anything that can panic, so what a poisoned one guards is whole.
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

    fn transact(&mut self, actions: &[Action]) -> Write {
        let lost = actions.iter().enumerate().filter(|(_, action)| !self.holds(action));
        let lost: Vec<Lost> = lost.map(|(index, action)| Lost { action: index, is_gone: !self.has(action) }).collect();
        if lost.is_empty() {
            actions.iter().for_each(|action| self.apply(action));
            Write::Done
        } else {
            Write::Lost(lost)
        }
    }
}

fn number(number: impl fmt::Display) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

impl Store for Memory {
    fn transact<'a>(&'a self, actions: &'a [Action]) -> Answer<'a, Write> {
        let items: BTreeSet<&Key> = actions.iter().map(Action::key).collect();
        let valid = (1..=super::ACTIONS).contains(&actions.len()) && items.len() == actions.len();
        let write = if valid {
            self.tables().transact(actions)
        } else {
            Write::Refused("a transaction has from 1 to 100 actions, each on an item of its own".to_owned())
        };
        Box::pin(ready(Ok(write)))
    }

    fn views<'a>(&'a self, keys: &'a [Key]) -> Answer<'a, Vec<Item>> {
        let tables = self.tables();
        let found = keys.iter().filter_map(|key| tables.views.get(key).cloned()).collect();
        Box::pin(ready(Ok(found)))
    }

    fn visitors<'a>(&'a self, keys: &'a [Key]) -> Answer<'a, BTreeSet<Key>> {
        let tables = self.tables();
        let found = keys.iter().filter(|key| tables.totals.contains_key(key)).cloned().collect();
        Box::pin(ready(Ok(found)))
    }

    fn quarantine<'a>(&'a self, item: &'a Item) -> Answer<'a, ()> {
        let kept = Key::of(item).map(|key| drop(self.tables().totals.insert(key, item.clone())));
        Box::pin(ready(kept.map_err(Into::into)))
    }
}

impl Ledger for Memory {
    fn page<'a>(&'a self, table: Table, sections: &'a Sections, after: Option<&'a Key>) -> Answer<'a, Page> {
        let tables = self.tables();
        let items = match table {
            Table::Views => &tables.views,
            Table::Totals => &tables.totals,
        };
        let first = sections.first();
        let start = after.map_or(Bound::Included(&first), Bound::Excluded);
        let mut found = items.range((start, Bound::Unbounded)).take_while(|(key, _)| sections.has(key));
        let page: Vec<_> = found.by_ref().take(PAGE).collect();
        // Like DynamoDB, which does not look whether anything comes after a full page.
        let next = page.last().filter(|_| page.len() == PAGE).map(|(key, _)| (*key).clone());
        let items = page.into_iter().map(|(_, item)| item.clone()).collect();
        Box::pin(ready(Ok(Page { items, next })))
    }

    fn correct<'a>(&'a self, correction: &'a Correction) -> Answer<'a, bool> {
        let Correction { total, revision, before, after } = correction;
        let mut tables = self.tables();
        let stored = |name: &str| tables.totals.get(total)?.get(name).cloned();
        let unchanged = after.keys().all(|count| stored(&count.to_string()) == before.get(count).copied().map(number))
            && stored(REVISION) == (*revision > 0).then(|| number(*revision));
        if unchanged {
            let item = tables.totals.entry(total.clone()).or_insert_with(|| total.item());
            item.extend(after.iter().map(|(count, value)| (count.to_string(), number(*value))));
            item.insert(REVISION.to_owned(), number(revision + 1));
        }
        Box::pin(ready(Ok(unchanged)))
    }
}
