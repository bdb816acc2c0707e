//! Where views and totals are kept. A store does what it is told, whole or not at all; what to do is decided elsewhere.

use std::collections::BTreeSet;
use std::pin::Pin;

use analytics::keys::Key;
use analytics::{Counts, Item, Measure, Moment};

pub mod dynamodb;
pub mod memory;

/// Actions of a transaction at most.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
pub const ACTIONS: usize = 100;

/// Why a store does not answer now: it is busy, or cannot be reached. The same call may succeed later, and what it asked
/// for may have happened all the same.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A store's answer, when it is there.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// A write, and the condition for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Mark a view as counted, if it is there and is not.
    MarkCounted {
        /// Where it is.
        view: Key,
    },
    /// Mark a visitor of a day as counted, if it is not.
    MarkVisitor {
        /// Where the mark is.
        visitor: Key,
        /// When the mark may be deleted.
        expires: Moment,
    },
    /// Set what of a view's duration and scroll depth is counted, if it is there and has what was read.
    SetMeasure {
        /// Where it is.
        view: Key,
        /// What was read.
        before: Option<Measure>,
        /// What is counted now.
        after: Measure,
    },
    /// Add to a counter, which is made where there is none.
    Add {
        /// Where it is.
        total: Key,
        /// By how much it changes.
        counts: Counts,
    },
}

impl Action {
    /// The item that it writes.
    #[must_use]
    pub fn key(&self) -> &Key {
        match self {
            Self::MarkCounted { view } | Self::SetMeasure { view, .. } => view,
            Self::MarkVisitor { visitor, .. } => visitor,
            Self::Add { total, .. } => total,
        }
    }
}

/// An action whose condition does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// Index of the action.
    pub action: usize,
    /// Whether the item of the action is not there at all.
    pub is_gone: bool,
}

/// What became of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// All of it is done.
    Done,
    /// Nothing is done, since the conditions of some actions do not hold.
    Lost(Vec<Lost>),
    /// Nothing is done nor ever will be: the store does not take such writes.
    Refused(String),
}

/// Views and totals.
pub trait Store: Send + Sync {
    /// Do all actions, of which no two are on one item, or none.
    fn transact<'a>(&'a self, actions: &'a [Action]) -> Answer<'a, Write>;

    /// The views that are there, as the last write left them.
    fn views<'a>(&'a self, keys: &'a [Key]) -> Answer<'a, Vec<Item>>;

    /// Those of these visitors who are marked as counted.
    fn visitors<'a>(&'a self, keys: &'a [Key]) -> Answer<'a, BTreeSet<Key>>;

    /// Keep a record that cannot be counted.
    fn quarantine<'a>(&'a self, item: &'a Item) -> Answer<'a, ()>;
}
