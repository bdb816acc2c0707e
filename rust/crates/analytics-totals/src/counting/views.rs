use std::collections::{BTreeMap, BTreeSet};

use analytics::Record;
use analytics::keys::{self, Key};
use analytics_store::{Action, Outcome, StoreError};

use super::{Counting, CountingResult, Pending, halves};
use crate::plan::{self, Chunk};

impl Counting<'_> {
    /// Counts views. No two of them are the same.
    pub async fn views(&self, mut views: Vec<Pending<Record>>) -> CountingResult {
        let mut result = CountingResult::default();
        let mut marked = match self.marked(&views).await {
            Ok(marked) => marked,
            Err(error) => {
                result.fail(&views, error);
                return result;
            }
        };
        views.sort_by(|a, b| plan::order(&a.value, &b.value));
        let mut groups = vec![views];
        while let Some(group) = groups.pop() {
            let Some(first) = group.first() else { continue };
            let random = first.value.view.id.random;
            let Chunk { taken, actions, mut rest } = plan::views(group, &marked, self.shards);
            match self.transact(random, &actions).await {
                Ok(Outcome::Done) => {
                    result.counted += taken.len();
                    marked.extend(actions.iter().filter_map(visitor).cloned());
                }
                Ok(Outcome::ConditionsFailed(failed)) => {
                    let failed = || failed.iter().filter_map(|one| Some((actions.get(one.action)?, one.is_gone)));
                    let before = marked.len();
                    marked.extend(failed().filter_map(|(action, _)| visitor(action)).cloned());
                    let failed: BTreeMap<&Key, bool> =
                        failed().map(|(action, is_gone)| (action.key(), is_gone)).collect();
                    let mut open = Vec::new();
                    let pending = taken.len();
                    for one in taken {
                        match failed.get(&key(&one.value)) {
                            Some(true) => result.gone.extend(one.records.first()),
                            Some(false) => result.unchanged += 1,
                            None => open.push(one),
                        }
                    }
                    if open.len() == pending && marked.len() == before {
                        result.fail(&open, StoreError::new("a condition failed for an action that has none"));
                    } else {
                        rest.splice(0..0, open);
                    }
                }
                Ok(Outcome::Rejected(reason)) => match taken.as_slice() {
                    [one] => result.reject(one, &reason),
                    _ => groups.extend(halves(taken)),
                },
                Err(error) => result.fail(&taken, error),
            }
            groups.push(rest);
        }
        result
    }

    /// Returns the visitors of the views who are marked already. The write has a condition for those marked since.
    async fn marked(&self, views: &[Pending<Record>]) -> Result<BTreeSet<Key>, StoreError> {
        let visitors: BTreeSet<Key> = views.iter().filter_map(|one| plan::visitor(&one.value.view)).collect();
        if visitors.is_empty() {
            return Ok(visitors);
        }
        let visitors: Vec<Key> = visitors.into_iter().collect();
        let random = views.first().map_or(0, |first| first.value.view.id.random);
        self.deadline.call(random, || self.store.visitors(&visitors)).await
    }
}

fn key(record: &Record) -> Key {
    keys::view(&record.view.site, record.view.id)
}

fn visitor(action: &Action) -> Option<&Key> {
    if let Action::MarkVisitor { visitor, .. } = action { Some(visitor) } else { None }
}
