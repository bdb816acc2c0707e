use std::collections::BTreeMap;

use analytics::keys::{self, Key};
use analytics::{Item, Leave, Record};

use super::{Folded, Folder, Pending, halves};
use crate::plan::{self, Chunk, Longer};
use crate::store::{Failure, Write};

impl Folder<'_> {
    /// Count how long views were looked at and how far down, as far as that is more than what is counted. No two of the
    /// leaves are of one view.
    pub async fn leaves(&self, leaves: Vec<Pending<Leave>>) -> Folded {
        let mut folded = Folded::default();
        let mut groups = vec![leaves];
        while let Some(group) = groups.pop() {
            let Some(first) = group.first() else { continue };
            let random = first.what.view.random;
            let items = match self.read(&group).await {
                Ok(items) => items,
                Err(failure) => {
                    folded.fail(&group, failure);
                    continue;
                }
            };
            let mut longer = folded.longer(group, &items);
            while !longer.is_empty() {
                let Chunk { taken, actions, rest } = plan::measures(longer, self.shards);
                match self.transact(random, &actions).await {
                    Ok(Write::Done) => folded.applied += taken.len(),
                    // Somebody else has counted more of one of them: what is counted is to be read again.
                    Ok(Write::Lost(_)) => groups.push(taken.into_iter().map(leave).collect()),
                    Ok(Write::Refused(reason)) => match taken.as_slice() {
                        [one] => folded.refuse(one, &reason),
                        _ => groups.extend(halves(taken.into_iter().map(leave).collect())),
                    },
                    Err(failure) => folded.fail(&taken, failure),
                }
                longer = rest;
            }
        }
        folded
    }

    async fn read(&self, leaves: &[Pending<Leave>]) -> Result<BTreeMap<Key, Item>, Failure> {
        let keys: Vec<Key> = leaves.iter().map(|one| view(&one.what)).collect();
        let random = leaves.first().map_or(0, |first| first.what.view.random);
        let items = self.deadline.call(random, || self.store.views(&keys)).await?;
        Ok(items.into_iter().filter_map(|item| Some((Key::of(&item).ok()?, item))).collect())
    }
}

impl Folded {
    /// The views of which more is told than is counted.
    fn longer(&mut self, leaves: Vec<Pending<Leave>>, items: &BTreeMap<Key, Item>) -> Vec<Pending<Longer>> {
        let mut longer = Vec::new();
        for leave in leaves {
            let Some(item) = items.get(&view(&leave.what)) else {
                self.gone.extend(leave.records.first());
                continue;
            };
            match Record::decode(item) {
                Err(error) => self.refuse(&leave, &format!("the view of the leave is malformed: {error}")),
                Ok(record) => {
                    let after = record.measure.unwrap_or_default().max(leave.what.measure);
                    if record.view.agent.bot.is_some() || record.measure == Some(after) {
                        self.without_effect += 1;
                    } else {
                        longer.push(Pending { what: Longer { record, after }, records: leave.records });
                    }
                }
            }
        }
        longer
    }
}

fn view(leave: &Leave) -> Key {
    keys::view(&leave.site, leave.view)
}

fn leave(longer: Pending<Longer>) -> Pending<Leave> {
    let Pending { what: Longer { record: Record { view, .. }, after }, records } = longer;
    Pending { what: Leave { site: view.site, view: view.id, measure: after }, records }
}
