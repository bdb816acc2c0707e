use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use analytics::{Leave, Record, keys};
use serde_json::value::RawValue;

use crate::event::{Change, Event, Said};
use crate::fold::Pending;

/// The records of a batch as they came.
#[derive(Debug)]
pub struct Batch(Vec<(Option<String>, Box<RawValue>)>);

/// What the records of a batch come to.
#[derive(Debug, Default)]
pub struct Waiting {
    /// Views, none of them twice.
    pub views: Vec<Pending<Record>>,
    /// Leaves, one of each view, with the most that is told of it.
    pub leaves: Vec<Pending<Leave>>,
    /// Indexes of records that cannot be read, and why.
    pub malformed: Vec<(usize, String)>,
}

impl Batch {
    /// Read every record of an event.
    #[must_use]
    pub fn read(event: Event) -> (Self, Waiting) {
        let (mut views, mut leaves, mut malformed) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let mut records = Vec::with_capacity(event.records.len());
        for (index, json) in event.records.into_iter().enumerate() {
            let Said { sequence_number, change } = Said::read(&json);
            records.push((sequence_number, json));
            match change {
                Ok(Change::View(record)) => {
                    let key = keys::view(&record.view.site, record.view.id);
                    merge(views.entry(key), *record, index, |_, _| {});
                }
                Ok(Change::Leave(leave)) => {
                    let key = keys::view(&leave.site, leave.view);
                    merge(leaves.entry(key), leave, index, |known, leave| {
                        known.measure = known.measure.max(leave.measure);
                    });
                }
                Ok(Change::Other) => {}
                Err(reason) => malformed.push((index, reason)),
            }
        }
        let (views, leaves) = (views.into_values().collect(), leaves.into_values().collect());
        (Self(records), Waiting { views, leaves, malformed })
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// What the mapping calls a record by, where that can be read.
    pub fn sequence_number(&self, index: usize) -> Option<&str> {
        self.0.get(index)?.0.as_deref()
    }

    /// A record as JSON.
    pub fn text(&self, index: usize) -> &str {
        self.0.get(index).map_or("", |(_, json)| json.get())
    }
}

fn merge<T>(entry: Entry<'_, keys::Key, Pending<T>>, what: T, record: usize, add: impl FnOnce(&mut T, T)) {
    match entry {
        Entry::Vacant(vacant) => {
            vacant.insert(Pending { what, records: vec![record] });
        }
        Entry::Occupied(mut occupied) => {
            let known = occupied.get_mut();
            known.records.push(record);
            add(&mut known.what, what);
        }
    }
}
