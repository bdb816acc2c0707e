//! Views and totals in memory: for tests.

use std::collections::BTreeMap;
use std::future::ready;
use std::ops::Bound;

use analytics::Item;
use analytics::keys::{Key, Sections};

use super::{Answer, Page, Store, Table};

/// Items that are gone when the process ends, and come on pages of a few.
#[derive(Debug, Clone)]
pub struct Memory {
    views: BTreeMap<Key, Item>,
    totals: BTreeMap<Key, Item>,
    page: usize,
}

impl Memory {
    /// An empty store, with some items on a page.
    #[must_use]
    pub fn new(page: usize) -> Self {
        Self { views: BTreeMap::new(), totals: BTreeMap::new(), page }
    }

    /// All items of a table, in the order of their keys.
    pub fn all(&self, table: Table) -> impl Iterator<Item = &Item> {
        self.table(table).values()
    }

    fn table(&self, table: Table) -> &BTreeMap<Key, Item> {
        match table {
            Table::Views => &self.views,
            Table::Totals => &self.totals,
        }
    }

    /// Store an item at a key.
    pub fn put(&mut self, table: Table, key: Key, item: Item) {
        match table {
            Table::Views => self.views.insert(key, item),
            Table::Totals => self.totals.insert(key, item),
        };
    }
}

impl Store for Memory {
    fn page<'a>(&'a self, table: Table, sections: &'a Sections, after: Option<Key>) -> Answer<'a, Page> {
        let start = after.map_or_else(|| Bound::Included(sections.first()), Bound::Excluded);
        let mut rest =
            self.table(table).range((start, Bound::Unbounded)).take_while(|(key, _)| sections.has(key)).peekable();
        let mut page = Page { items: Vec::new(), next: None };
        for (key, item) in rest.by_ref().take(self.page) {
            page.items.push(item.clone());
            page.next = Some(key.clone());
        }
        page.next = page.next.filter(|_| rest.peek().is_some());
        Box::pin(ready(Ok(page)))
    }
}
