//! What reports need of the tables of views and totals.

use analytics::Item;
use analytics::keys::{Key, Sections};

pub mod dynamodb;
pub mod memory;

pub use dynamo::{Answer, Failure};

/// Which table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// That of views and leaves.
    Views,
    /// That of totals.
    Totals,
}

/// Some of the items that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The items, in the order of their sections.
    pub items: Vec<Item>,
    /// After which key there are more; none on the last page. A page that is not the last may be empty.
    pub next: Option<Key>,
}

/// A store of views and totals, which gives them page by page.
pub trait Store: Send + Sync {
    /// The first items of some sections, or those after a key.
    fn page<'a>(&'a self, table: Table, sections: &'a Sections, after: Option<Key>) -> Answer<'a, Page>;
}
