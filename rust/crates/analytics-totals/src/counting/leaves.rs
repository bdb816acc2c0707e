use std::collections::BTreeMap;

use analytics::keys::{self, Key};
use analytics::{Item, Leave, Record};
use analytics_store::{Outcome, StoreError};

use super::{Counting, CountingResult, Pending, halves};
use crate::plan::{self, Chunk, Measured};

impl Counting<'_> {
    /// Counts the durations and scroll depths of leaves as far as they exceed the counted ones. No two of the leaves are of
    /// one view.
    pub async fn leaves(&self, leaves: Vec<Pending<Leave>>) -> CountingResult {
        let mut result = CountingResult::default();
        let mut groups = vec![leaves];
        while let Some(group) = groups.pop() {
            let Some(first) = group.first() else { continue };
            let random = first.value.view.random;
            let items = match self.read(&group).await {
                Ok(items) => items,
                Err(error) => {
                    result.fail(&group, error);
                    continue;
                }
            };
            let mut measured = result.measured(group, &items);
            while !measured.is_empty() {
                let Chunk { taken, actions, rest } = plan::measures(measured, self.shards);
                match self.transact(random, &actions).await {
                    Ok(Outcome::Done) => result.counted += taken.len(),
                    // Another invocation has counted more of one of them since it was read.
                    Ok(Outcome::ConditionsFailed(_)) => groups.push(taken.into_iter().map(leave).collect()),
                    Ok(Outcome::Rejected(reason)) => match taken.as_slice() {
                        [one] => result.reject(one, &reason),
                        _ => groups.extend(halves(taken.into_iter().map(leave).collect())),
                    },
                    Err(error) => result.fail(&taken, error),
                }
                measured = rest;
            }
        }
        result
    }

    async fn read(&self, leaves: &[Pending<Leave>]) -> Result<BTreeMap<Key, Item>, StoreError> {
        let keys: Vec<Key> = leaves.iter().map(|one| view(&one.value)).collect();
        let random = leaves.first().map_or(0, |first| first.value.view.random);
        let items = self.deadline.call(random, || self.store.views(&keys)).await?;
        Ok(items.into_iter().filter_map(|item| Some((Key::from_item(&item).ok()?, item))).collect())
    }
}

impl CountingResult {
    /// Returns the views whose leaves exceed what is counted.
    fn measured(&mut self, leaves: Vec<Pending<Leave>>, items: &BTreeMap<Key, Item>) -> Vec<Pending<Measured>> {
        let mut measured = Vec::new();
        for leave in leaves {
            let Some(item) = items.get(&view(&leave.value)) else {
                self.gone.extend(leave.records.first());
                continue;
            };
            match Record::decode(item) {
                Err(error) => self.reject(&leave, &format!("the view of the leave is malformed: {error}")),
                Ok(record) => {
                    let after = record.measure.unwrap_or_default().max(leave.value.measure);
                    if record.view.agent.bot.is_some() || record.measure == Some(after) {
                        self.unchanged += 1;
                    } else {
                        measured.push(Pending { value: Measured { record, after }, records: leave.records });
                    }
                }
            }
        }
        measured
    }
}

fn view(leave: &Leave) -> Key {
    keys::view(&leave.site, leave.view)
}

fn leave(measured: Pending<Measured>) -> Pending<Leave> {
    let Pending { value: Measured { record: Record { view, .. }, after }, records } = measured;
    Pending { value: Leave { site: view.site, view: view.id, measure: after }, records }
}
