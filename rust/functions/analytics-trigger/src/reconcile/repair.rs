use std::collections::BTreeMap;
use std::time::Duration;

use analytics::{Counts, Moment, TotalKey, keys};

use super::{Failure, Ledger, Report};
use crate::{Folded, Folder, Pending};

/// How long the trigger may take to count a view: after that nobody delivers its record any more.
const OVERDUE: Duration = Duration::from_hours(24);

/// What a repair has done.
#[derive(Debug, Default)]
pub struct Repaired {
    /// Totals that are what they should be now.
    pub corrected: usize,
    /// Totals that have changed since they were read, or were changing then, and are left as they are.
    pub left: usize,
    /// Views that have waited for more than a day.
    pub views: Folded,
    /// Leaves of views that are older than a day.
    pub leaves: Folded,
}

/// Set right what a report has found, and count what has waited for more than a day.
///
/// # Errors
/// What the ledger fails with. What was set right until then stays so.
pub async fn repair(ledger: &dyn Ledger, folder: Folder<'_>, report: Report, now: Moment) -> Result<Repaired, Failure> {
    let mut repaired = Repaired::default();
    for (total, changes) in changes(&report, &mut repaired) {
        let stored = report.first_shards.get(&total);
        let before: Counts = changes.keys().filter_map(|count| Some((count.clone(), *stored?.get(count)?))).collect();
        let after = changes.into_iter().map(|(count, change)| {
            let sum = before.get(&count).copied().unwrap_or_default() + change;
            (count, sum)
        });
        let after = after.collect();
        if ledger.correct(&keys::total(&total, 0), &before, &after).await? {
            repaired.corrected += 1;
        } else {
            repaired.left += 1;
        }
    }
    let overdue =
        |received: Moment| Duration::from_millis(now.milliseconds().saturating_sub(received.milliseconds())) > OVERDUE;
    let views = report.waiting.into_iter().filter(|record| overdue(record.view.id.time));
    repaired.views = folder.views(pending(views)).await;
    let leaves = report.waiting_leaves.into_iter().filter(|leave| overdue(leave.view.time));
    repaired.leaves = folder.leaves(pending(leaves)).await;
    Ok(repaired)
}

/// By how much each total is off, but for those that moved: by how much these are off is not known.
fn changes(report: &Report, repaired: &mut Repaired) -> BTreeMap<TotalKey, Counts> {
    let mut changes: BTreeMap<TotalKey, Counts> = BTreeMap::new();
    for drift in &report.drifts {
        if drift.moving {
            repaired.left += 1;
        } else {
            let total = changes.entry(drift.total.clone()).or_default();
            total.insert(drift.count.clone(), drift.should - drift.is);
        }
    }
    changes
}

fn pending<T>(all: impl Iterator<Item = T>) -> Vec<Pending<T>> {
    all.enumerate().map(|(index, what)| Pending { what, records: vec![index] }).collect()
}
