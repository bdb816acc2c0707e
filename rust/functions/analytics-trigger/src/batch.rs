use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use analytics::{Leave, Record, keys};
use analytics_totals::Pending;
use serde_json::value::RawValue;

use crate::event::{Change, Event, StreamRecord};

/// The records of a batch as JSON, each with its sequence number.
#[derive(Debug)]
pub struct Batch(Vec<(Option<String>, Box<RawValue>)>);

/// The changes of a batch.
#[derive(Debug, Default)]
pub struct Changes {
    pub views: Vec<Pending<Record>>,
    /// Leaves, one per view, with the greatest duration and scroll depth.
    pub leaves: Vec<Pending<Leave>>,
    /// Indexes of records that cannot be decoded, and why.
    pub malformed: Vec<(usize, String)>,
    /// API Gateway's ids of the requests that stored them.
    pub request_ids: BTreeSet<String>,
}

impl Batch {
    /// Parses the records of an event.
    #[must_use]
    pub fn read(event: Event) -> (Self, Changes) {
        let (mut views, mut leaves, mut malformed) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let (mut records, mut request_ids) = (Vec::with_capacity(event.records.len()), BTreeSet::new());
        for (index, json) in event.records.into_iter().enumerate() {
            let StreamRecord { sequence_number, request_id, change } = StreamRecord::parse(&json);
            request_ids.extend(request_id);
            records.push((sequence_number, json));
            match change {
                Ok(Change::View(record)) => {
                    let key = keys::view(&record.view.site, record.view.id);
                    merge(views.entry(key), *record, index, |_, _| {});
                }
                Ok(Change::Leave(leave)) => {
                    let key = keys::view(&leave.site, leave.view);
                    merge(leaves.entry(key), leave, index, |merged, leave| {
                        merged.measure = merged.measure.max(leave.measure);
                    });
                }
                Ok(Change::Other) => {}
                Err(reason) => malformed.push((index, reason)),
            }
        }
        let (views, leaves) = (views.into_values().collect(), leaves.into_values().collect());
        (Self(records), Changes { views, leaves, malformed, request_ids })
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the sequence number of a record, if it has one.
    pub fn sequence_number(&self, index: usize) -> Option<&str> {
        self.0.get(index)?.0.as_deref()
    }

    /// Returns a record as JSON.
    pub fn text(&self, index: usize) -> &str {
        self.0.get(index).map_or("", |(_, json)| json.get())
    }
}

fn merge<T>(entry: Entry<'_, keys::Key, Pending<T>>, value: T, record: usize, add: impl FnOnce(&mut T, T)) {
    match entry {
        Entry::Vacant(vacant) => {
            vacant.insert(Pending { value, records: vec![record] });
        }
        Entry::Occupied(mut occupied) => {
            let pending = occupied.get_mut();
            pending.records.push(record);
            add(&mut pending.value, value);
        }
    }
}
