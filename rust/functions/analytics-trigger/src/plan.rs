//! Which views go into one transaction, and what it does. Every action costs the same, so a chunk is filled with as many
//! views as its actions take: those of one page come together, since they move the same counters.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use analytics::keys::{self, Key};
use analytics::{Counts, Measure, Moment, Record, Tally, TotalKey, View, ViewId};

use crate::Shards;
use crate::fold::Pending;
use crate::store::{ACTIONS, Action};

/// Attributes that one action changes at most: twice as many fit into an expression of 4 KB and its 300 operators.
const ATTRIBUTES: usize = 150;

/// Views in a row that do not fit before the chunk counts as full.
const MISFITS: usize = 100;

/// Milliseconds that a visitor's mark outlives the view for which it is made: by then all views of that day are gone.
const DAY_MS: u64 = 86_400_000;

/// What goes into one transaction, and what is left.
#[derive(Debug)]
pub struct Chunk<T> {
    /// What is in it.
    pub taken: Vec<Pending<T>>,
    /// What it does.
    pub actions: Vec<Action>,
    /// What did not fit.
    pub rest: Vec<Pending<T>>,
}

/// A view of which more is known than is counted.
#[derive(Debug, Clone)]
pub struct Longer {
    /// The view, with what is counted.
    pub record: Record,
    /// What is known.
    pub after: Measure,
}

/// The order in which views are packed.
pub fn order(a: &Record, b: &Record) -> Ordering {
    fn rank(record: &Record) -> impl Ord {
        let View { site, id, page, referrer, campaign, .. } = &record.view;
        (site, id.time.day(), page, referrer, campaign, id)
    }
    rank(a).cmp(&rank(b))
}

/// Where it is marked that the visitor of a view is counted. Bots are no visitors.
pub fn visitor(view: &View) -> Option<Key> {
    let visitor = view.visitor.filter(|_| view.agent.bot.is_none())?;
    Some(keys::visitor(&view.site, view.id.time.day(), visitor))
}

/// Pack views, of whose visitors some are marked already.
pub fn views(pending: Vec<Pending<Record>>, marked: &BTreeSet<Key>, shards: Shards) -> Chunk<Record> {
    pack(pending, shards, |Record { view, expires, .. }, room| {
        let new = visitor(view).filter(|visitor| !marked.contains(visitor) && !room.visitors.contains(visitor));
        let mut tally = Tally::default();
        tally.view(view, new.is_some());
        let mark = Action::MarkCounted { view: keys::view(&view.site, view.id) };
        Change { id: view.id, mark, visitor: new.map(|visitor| (visitor, *expires)), tally }
    })
}

/// Pack measures.
pub fn measures(pending: Vec<Pending<Longer>>, shards: Shards) -> Chunk<Longer> {
    pack(pending, shards, |Longer { record: Record { view, measure: before, .. }, after }, _| {
        let mut tally = Tally::default();
        tally.measure(view, *before, *after);
        let mark = Action::SetMeasure { view: keys::view(&view.site, view.id), before: *before, after: *after };
        Change { id: view.id, mark, visitor: None, tally }
    })
}

fn pack<T>(pending: Vec<Pending<T>>, shards: Shards, change: impl Fn(&T, &Room) -> Change) -> Chunk<T> {
    let mut room = Room::default();
    let (mut taken, mut rest) = (Vec::new(), Vec::new());
    let mut misfits = 0;
    for one in pending {
        if misfits < MISFITS && room.take(change(&one.what, &room)) {
            misfits = 0;
            taken.push(one);
        } else {
            misfits += 1;
            rest.push(one);
        }
    }
    Chunk { taken, actions: room.actions(shards), rest }
}

/// What one view adds to a transaction.
struct Change {
    id: ViewId,
    mark: Action,
    visitor: Option<(Key, Moment)>,
    tally: Tally,
}

/// A transaction that is being filled.
#[derive(Default)]
struct Room {
    first: Option<ViewId>,
    marks: Vec<Action>,
    visitors: BTreeSet<Key>,
    totals: BTreeMap<TotalKey, Counts>,
}

impl Room {
    /// Make a change part of it, if it fits.
    fn take(&mut self, change: Change) -> bool {
        if !self.fits(&change) {
            return false;
        }
        let Change { id, mark, visitor, tally } = change;
        self.first.get_or_insert(id);
        self.marks.push(mark);
        if let Some((visitor, expires)) = visitor {
            self.visitors.insert(visitor.clone());
            self.marks.push(Action::MarkVisitor { visitor, expires: a_day_after(expires) });
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
        let shard = self.first.map_or(0, |first| shards.of(first));
        let totals =
            self.totals.into_iter().map(|(key, counts)| Action::Add { total: keys::total(&key, shard), counts });
        self.marks.into_iter().chain(totals).collect()
    }
}

fn a_day_after(moment: Moment) -> Moment {
    Moment::from_milliseconds(moment.milliseconds() + DAY_MS).unwrap_or(moment)
}

#[cfg(test)]
mod tests;
