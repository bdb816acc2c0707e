use std::collections::BTreeSet;

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
                Ok(Write::Lost(indexes)) => {
                    let lost = || indexes.iter().filter_map(|&index| actions.get(index));
                    let known = marked.len();
                    marked.extend(lost().filter_map(visitor).cloned());
                    let lost: BTreeSet<&Key> = lost().map(Action::key).collect();
                    let (gone, open): (Vec<_>, Vec<_>) =
                        taken.into_iter().partition(|one| lost.contains(&key(&one.what)));
                    folded.without_effect += gone.len();
                    if gone.is_empty() && marked.len() == known {
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
