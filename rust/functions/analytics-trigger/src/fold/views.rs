use std::collections::{BTreeMap, BTreeSet};

use analytics::Record;
use analytics::keys::{self, Key};

use super::{Folded, Folder, Pending, halves};
use crate::plan::{self, Chunk};
use crate::store::{Action, Failure, Write};

impl Folder<'_> {
    /// Count views, of which no two are the same.
    pub async fn views(&self, mut views: Vec<Pending<Record>>) -> Folded {
        let mut folded = Folded::default();
        let mut marked = match self.marked(&views).await {
            Ok(marked) => marked,
            Err(failure) => {
                folded.fail(&views, failure);
                return folded;
            }
        };
        views.sort_by(|a, b| plan::order(&a.what, &b.what));
        let mut groups = vec![views];
        while let Some(group) = groups.pop() {
            let Some(first) = group.first() else { continue };
            let random = first.what.view.id.random;
            let Chunk { taken, actions, mut rest } = plan::views(group, &marked, self.shards);
            match self.transact(random, &actions).await {
                Ok(Write::Done) => {
                    folded.applied += taken.len();
                    marked.extend(actions.iter().filter_map(visitor).cloned());
                }
                Ok(Write::Lost(lost)) => {
                    let lost = || lost.iter().filter_map(|lost| Some((actions.get(lost.action)?, lost.is_gone)));
                    let known = marked.len();
                    marked.extend(lost().filter_map(|(action, _)| visitor(action)).cloned());
                    let lost: BTreeMap<&Key, bool> = lost().map(|(action, is_gone)| (action.key(), is_gone)).collect();
                    let mut open = Vec::new();
                    let pending = taken.len();
                    for one in taken {
                        match lost.get(&key(&one.what)) {
                            Some(true) => folded.gone.extend(one.records.first()),
                            Some(false) => folded.without_effect += 1,
                            None => open.push(one),
                        }
                    }
                    if open.len() == pending && marked.len() == known {
                        folded.fail(&open, "the store lost a write without a condition".into());
                    } else {
                        rest.splice(0..0, open);
                    }
                }
                Ok(Write::Refused(reason)) => match taken.as_slice() {
                    [one] => folded.refuse(one, &reason),
                    _ => groups.extend(halves(taken)),
                },
                Err(failure) => folded.fail(&taken, failure),
            }
            groups.push(rest);
        }
        folded
    }

    /// Those of the views' visitors who are counted already. Some may be by the time of the write: it has a condition.
    async fn marked(&self, views: &[Pending<Record>]) -> Result<BTreeSet<Key>, Failure> {
        let visitors: BTreeSet<Key> = views.iter().filter_map(|one| plan::visitor(&one.what.view)).collect();
        if visitors.is_empty() {
            return Ok(visitors);
        }
        let visitors: Vec<Key> = visitors.into_iter().collect();
        let random = views.first().map_or(0, |first| first.what.view.id.random);
        self.deadline.call(random, || self.store.visitors(&visitors)).await
    }
}

fn key(record: &Record) -> Key {
    keys::view(&record.view.site, record.view.id)
}

fn visitor(action: &Action) -> Option<&Key> {
    if let Action::MarkVisitor { visitor, .. } = action { Some(visitor) } else { None }
}
