use crate::store::{Action, Failure, Store, Write};
use crate::{Deadline, Shards};

mod leaves;
mod views;

/// What is to be folded, and which records of the batch say so: the same may be in it several times.
#[derive(Debug, Clone)]
pub struct Pending<T> {
    /// A view or a leave.
    pub what: T,
    /// Indexes of the records.
    pub records: Vec<usize>,
}

/// What became of views or leaves.
#[derive(Debug, Default)]
pub struct Folded {
    /// How many are in the totals now.
    pub applied: usize,
    /// How many change nothing: they are in the totals already, or are leaves of a bot.
    pub without_effect: usize,
    /// The first record of each view or leave whose view is not in the table. Nobody can count it any more.
    pub gone: Vec<usize>,
    /// Records that can never be folded, and why.
    pub refused: Vec<(usize, String)>,
    /// Records that could not be folded now.
    pub failed: Vec<usize>,
    /// Why, if there are any.
    pub failure: Option<Failure>,
}

impl Folded {
    fn refuse<T>(&mut self, pending: &Pending<T>, reason: &str) {
        self.refused.extend(pending.records.iter().map(|&record| (record, reason.to_owned())));
    }

    fn fail<T>(&mut self, pending: &[Pending<T>], failure: Failure) {
        self.failed.extend(pending.iter().flat_map(|one| &one.records));
        self.failure = Some(failure);
    }
}

/// Folds views and leaves into the totals of a store.
#[derive(Clone, Copy)]
pub struct Folder<'a> {
    /// Where the totals are.
    pub store: &'a dyn Store,
    /// How many items hold each counter.
    pub shards: Shards,
    /// Until when.
    pub deadline: Deadline,
}

impl Folder<'_> {
    async fn transact(&self, random: u64, actions: &[Action]) -> Result<Write, Failure> {
        self.deadline.call(random, || self.store.transact(actions)).await
    }
}

/// Two halves, to find out in which of them the store refuses something.
fn halves<T>(mut whole: Vec<T>) -> [Vec<T>; 2] {
    let half = whole.split_off(whole.len() / 2);
    [half, whole]
}
