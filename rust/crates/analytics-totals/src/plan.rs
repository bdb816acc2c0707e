//! Packs views into transactions. Every action costs the same, so a transaction takes as many views as its actions allow:
//! views of one page are packed together, since they change the same counters.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use analytics::keys::{self, Key};
use analytics::{Counts, Measure, Moment, Record, Tally, TotalKey, View, ViewId};
use analytics_store::{ACTIONS, Action};

use crate::{Pending, Shards};

/// Maximum number of attributes that one action changes: half of what an expression of 4 KB and 300 operators takes.
const ATTRIBUTES: usize = 150;

/// Number of views in a row that do not fit, after which a chunk counts as full.
const MISFITS: usize = 100;

/// Time for which the mark of a visitor outlives its first view, and so all views of that day. A day has 50 hours if its
/// site moves from one end of the time zones to the other.
const AFTER_FIRST_VIEW: Duration = Duration::from_hours(72);

/// A transaction, and the views that do not fit into it.
#[derive(Debug)]
pub struct Chunk<T> {
    /// The views in the transaction.
    pub taken: Vec<Pending<T>>,
    /// The actions of the transaction.
    pub actions: Vec<Action>,
    /// The views that did not fit.
    pub rest: Vec<Pending<T>>,
}

/// A view whose leaves exceed what is counted of it.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The view, with the counted measure.
    pub record: Record,
    /// The measure of its leaves.
    pub after: Measure,
}

/// Compares views by the order in which they are packed.
pub fn order(a: &Record, b: &Record) -> Ordering {
    fn rank(record: &Record) -> impl Ord {
        let View { site, id, page, referrer, campaign, .. } = &record.view;
        (site, id.day(), page, referrer, campaign, id)
    }
    rank(a).cmp(&rank(b))
}

/// Returns the key of the marker of a view's visitor. Bots are not visitors.
pub fn visitor(view: &View) -> Option<Key> {
    let visitor = view.visitor.filter(|_| view.agent.bot.is_none())?;
    Some(keys::visitor(&view.site, view.id.day(), visitor))
}

/// Packs views. Some of their visitors are marked already.
pub fn views(pending: Vec<Pending<Record>>, marked: &BTreeSet<Key>, shards: Shards) -> Chunk<Record> {
    pack(pending, shards, |Record { view, expires, .. }, transaction| {
        let new = visitor(view).filter(|visitor| !marked.contains(visitor) && !transaction.visitors.contains(visitor));
        let mut tally = Tally::default();
        tally.view(view, new.is_some());
        let mark = Action::MarkCounted { view: keys::view(&view.site, view.id) };
        Change { id: view.id, mark, visitor: new.map(|visitor| (visitor, *expires)), tally }
    })
}

/// Packs measures.
pub fn measures(pending: Vec<Pending<Measured>>, shards: Shards) -> Chunk<Measured> {
    pack(pending, shards, |Measured { record: Record { view, measure: before, .. }, after }, _| {
        let mut tally = Tally::default();
        tally.measure(view, *before, *after);
        let mark = Action::SetMeasure { view: keys::view(&view.site, view.id), before: *before, after: *after };
        Change { id: view.id, mark, visitor: None, tally }
    })
}

fn pack<T>(pending: Vec<Pending<T>>, shards: Shards, change: impl Fn(&T, &Transaction) -> Change) -> Chunk<T> {
    let mut transaction = Transaction::default();
    let (mut taken, mut rest) = (Vec::new(), Vec::new());
    let mut misfits = 0;
    for one in pending {
        if misfits < MISFITS && transaction.try_add(change(&one.value, &transaction)) {
            misfits = 0;
            taken.push(one);
        } else {
            misfits += 1;
            rest.push(one);
        }
    }
    Chunk { taken, actions: transaction.actions(shards), rest }
}

/// The part of a transaction that one view needs.
struct Change {
    id: ViewId,
    mark: Action,
    visitor: Option<(Key, Moment)>,
    tally: Tally,
}

/// A transaction that is being packed.
#[derive(Default)]
struct Transaction {
    first: Option<ViewId>,
    marks: Vec<Action>,
    visitors: BTreeSet<Key>,
    totals: BTreeMap<TotalKey, Counts>,
}

impl Transaction {
    /// Adds a change if it fits, and returns whether it did.
    fn try_add(&mut self, change: Change) -> bool {
        if !self.fits(&change) {
            return false;
        }
        let Change { id, mark, visitor, tally } = change;
        self.first.get_or_insert(id);
        self.marks.push(mark);
        if let Some((visitor, expires)) = visitor {
            self.visitors.insert(visitor.clone());
            self.marks.push(Action::MarkVisitor { visitor, expires: expires.plus(AFTER_FIRST_VIEW) });
        }
        for (key, counts) in tally.iter() {
            let total = self.totals.entry(key.clone()).or_default();
            for (count, number) in counts {
                *total.entry(count.clone()).or_default() += number;
            }
        }
        true
    }

    fn fits(&self, change: &Change) -> bool {
        let new = change.tally.iter().filter(|(key, _)| !self.totals.contains_key(key)).count();
        let marks = 1 + usize::from(change.visitor.is_some());
        self.marks.len() + self.totals.len() + marks + new <= ACTIONS
            && change.tally.iter().all(|(key, counts)| {
                self.totals.get(key).is_none_or(|total| {
                    total.len() + counts.keys().filter(|count| !total.contains_key(count)).count() <= ATTRIBUTES
                })
            })
    }

    fn actions(self, shards: Shards) -> Vec<Action> {
        let shard = self.first.map_or(0, |first| shards.shard_of(first));
        let totals =
            self.totals.into_iter().map(|(key, counts)| Action::Add { total: keys::total(&key, shard), counts });
        self.marks.into_iter().chain(totals).collect()
    }
}

#[cfg(test)]
mod tests;
