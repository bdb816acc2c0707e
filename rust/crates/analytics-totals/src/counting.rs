use analytics_store::{Action, CountViews, Outcome, StoreError};

use crate::{Deadline, Shards};

mod leaves;
mod views;

/// A view or a leave to count.
#[derive(Debug, Clone)]
pub struct Pending<T> {
    pub value: T,
    /// Indexes of its records: a batch may have the same view several times.
    pub records: Vec<usize>,
}

/// The result of counting views or leaves.
#[derive(Debug, Default)]
pub struct CountingResult {
    /// Number that is in the totals now.
    pub counted: usize,
    /// Number that changes nothing: it was in the totals already, or is a leave of a bot.
    pub unchanged: usize,
    /// First record of each view or leave whose view was deleted before it could be counted.
    pub gone: Vec<usize>,
    /// Records that can never be counted, and why.
    pub rejected: Vec<(usize, String)>,
    /// Records that could not be counted now.
    pub failed: Vec<usize>,
    /// The last error, if there are such records.
    pub error: Option<StoreError>,
}

impl CountingResult {
    fn reject<T>(&mut self, pending: &Pending<T>, reason: &str) {
        self.rejected.extend(pending.records.iter().map(|&record| (record, reason.to_owned())));
    }

    fn fail<T>(&mut self, pending: &[Pending<T>], error: StoreError) {
        self.failed.extend(pending.iter().flat_map(|one| &one.records));
        self.error = Some(error);
    }
}

/// Counts views and leaves into the totals of a store.
#[derive(Clone, Copy)]
pub struct Counting<'a> {
    pub store: &'a dyn CountViews,
    /// Number of items per counter.
    pub shards: Shards,
    /// When the invocation ends.
    pub deadline: Deadline,
}

impl Counting<'_> {
    async fn transact(&self, random: u64, actions: &[Action]) -> Result<Outcome, StoreError> {
        self.deadline.call(random, || self.store.transact(actions)).await
    }
}

/// Splits a chunk, to find the half in which the store rejects something.
fn halves<T>(mut whole: Vec<T>) -> [Vec<T>; 2] {
    let half = whole.split_off(whole.len() / 2);
    [half, whole]
}
