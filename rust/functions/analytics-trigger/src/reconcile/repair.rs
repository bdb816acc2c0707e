use std::collections::BTreeMap;
use std::time::Duration;

use analytics::{Count, Counts, Day, Moment, Site, TotalKey, keys};

use super::stored::FirstShard;
use super::{Correction, Doubt, Failure, Ledger, Report};
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
    /// Counters that are higher than the raw views, and are left so.
    pub kept: usize,
    /// Views and leaves that wait on days of which more is counted than the views say: they may be in the totals already,
    /// and are left.
    pub doubtful: usize,
    /// Views that have waited for more than a day.
    pub views: Folded,
    /// Leaves of views that are older than a day.
    pub leaves: Folded,
}

/// What a repair may do to counters that are higher than the raw views.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surplus {
    /// Leave them: totals outlive their views.
    Keep,
    /// Lower them, which a person has confirmed.
    Lower,
}

/// Counts of one update at most, so that its expression stays within DynamoDB's limits.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
const COUNTS: usize = 50;

/// Raises counters that a report found too low, lowers others where that is confirmed, and counts what has waited for
/// more than a day.
///
/// # Errors
/// What the ledger fails with. What was set right until then stays so, and a new report finds the rest.
pub async fn repair(
    ledger: &dyn Ledger,
    folder: Folder<'_>,
    report: Report,
    surplus: Surplus,
    now: Moment,
) -> Result<Repaired, Failure> {
    let mut repaired = Repaired::default();
    for (total, changes) in changes(&report, surplus, &mut repaired) {
        let stored = report.first_shards.get(&total).cloned().unwrap_or_default();
        let is_corrected = correct(ledger, &total, &stored, &changes).await?;
        *(if is_corrected { &mut repaired.corrected } else { &mut repaired.left }) += 1;
    }
    let overdue =
        |received: Moment| Duration::from_millis(now.milliseconds().saturating_sub(received.milliseconds())) > OVERDUE;
    let is_doubtful = |site: &Site, day: Day| match report.doubtful.get(&(site.clone(), day)) {
        None => false,
        Some(Doubt::Surplus) => surplus == Surplus::Keep,
        Some(Doubt::Unknown) => true,
    };
    let (doubtful, views): (Vec<_>, Vec<_>) = report
        .waiting
        .into_iter()
        .filter(|record| overdue(record.view.id.time))
        .partition(|record| is_doubtful(&record.view.site, record.view.id.time.day()));
    let (doubtful_leaves, leaves): (Vec<_>, Vec<_>) = report
        .waiting_leaves
        .into_iter()
        .filter(|leave| overdue(leave.view.time))
        .partition(|leave| is_doubtful(&leave.site, leave.view.time.day()));
    repaired.doubtful = doubtful.len() + doubtful_leaves.len();
    repaired.views = folder.views(pending(views.into_iter())).await;
    repaired.leaves = folder.leaves(pending(leaves.into_iter())).await;
    Ok(repaired)
}

/// Whether all changes of a total were made, by as few updates as the limits allow.
async fn correct(
    ledger: &dyn Ledger,
    total: &TotalKey,
    stored: &FirstShard,
    changes: &Counts,
) -> Result<bool, Failure> {
    let changes: Vec<_> = changes.iter().collect();
    for (revision, part) in (stored.revision..).zip(changes.chunks(COUNTS)) {
        let known = |count: &Count| stored.counts.get(count).copied();
        let before = part.iter().filter_map(|(count, _)| Some(((*count).clone(), known(count)?))).collect();
        let after = part.iter().map(|(count, change)| ((*count).clone(), known(count).unwrap_or_default() + **change));
        let after = after.collect();
        if !ledger.correct(&Correction { total: keys::total(total, 0), revision, before, after }).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// By how much each total is off, but for those that moved, of which that is not known, and those that are kept.
fn changes(report: &Report, surplus: Surplus, repaired: &mut Repaired) -> BTreeMap<TotalKey, Counts> {
    let mut changes: BTreeMap<TotalKey, Counts> = BTreeMap::new();
    for drift in &report.drifts {
        if drift.moving {
            repaired.left += 1;
        } else if drift.should < drift.is && surplus == Surplus::Keep {
            repaired.kept += 1;
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
