//! Transactions that count views.

use analytics::keys::Key;
use analytics::{Counts, Measure, Moment};

/// Maximum number of actions in a transaction.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
pub const ACTIONS: usize = 100;

/// A write, and its condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Marks a view as counted, on the condition that it exists and is not marked.
    MarkCounted { view: Key },
    /// Marks a visitor of a day as counted, on the condition that the visitor is not marked.
    MarkVisitor {
        /// Key of the mark.
        visitor: Key,
        /// When the mark may be deleted.
        expires: Moment,
    },
    /// Sets the counted duration and scroll depth of a view, on the condition that it exists and has the values read.
    SetMeasure {
        view: Key,
        /// The values read.
        before: Option<Measure>,
        /// The values counted from now on.
        after: Measure,
    },
    /// Adds to the counts of a total, and creates it if needed.
    Add {
        total: Key,
        /// The numbers to add.
        counts: Counts,
    },
}

impl Action {
    /// Returns the key of the item that the action writes.
    #[must_use]
    pub fn key(&self) -> &Key {
        match self {
            Self::MarkCounted { view } | Self::SetMeasure { view, .. } => view,
            Self::MarkVisitor { visitor, .. } => visitor,
            Self::Add { total, .. } => total,
        }
    }
}

/// An action whose condition failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedCondition {
    pub action: usize,
    /// Whether the item does not exist.
    pub is_gone: bool,
}

/// The outcome of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// All actions are done.
    Done,
    /// No action is done, because conditions failed.
    ConditionsFailed(Vec<FailedCondition>),
    /// No action is done, and a retry will not change that: DynamoDB rejects the request.
    Rejected(String),
}
