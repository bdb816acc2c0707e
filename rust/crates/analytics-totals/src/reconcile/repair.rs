use std::collections::BTreeMap;
use std::time::Duration;

use analytics::{Count, Counts, Day, Moment, Site, TotalKey, keys};
use analytics_store::{CorrectTotals, Correction, StoreError};

use super::stored::FirstShard;
use super::{Doubt, Report};
use crate::{Counting, CountingResult, Pending};

/// Age after which the stream does not deliver a record any more.
const OVERDUE: Duration = Duration::from_hours(24);

/// The result of a repair.
#[derive(Debug, Default)]
pub struct Repaired {
    /// Number of totals that are right now.
    pub corrected: usize,
    /// Number of totals that changed while or after they were read. They are not corrected.
    pub left: usize,
    /// Number of counters that are higher than the views and are not lowered.
    pub not_lowered: usize,
    /// Views and leaves that have waited for more than a day.
    pub waiting: Waiting,
}

/// The result of counting views and leaves that waited.
#[derive(Debug, Default)]
pub struct Waiting {
    /// Number of views and leaves on days on which more is counted than the views add up to. They may be in the totals
    /// already, and are not counted.
    pub doubtful: usize,
    /// The views.
    pub views: CountingResult,
    /// The leaves.
    pub leaves: CountingResult,
}

/// How a repair treats counters that are higher than the views.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surplus {
    /// Keeps them: totals outlive their views.
    Keep,
    /// Lowers them, after an operator has confirmed it.
    Lower,
}

/// Maximum number of counts in one update, which keeps its expression within the limits of DynamoDB.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
const COUNTS: usize = 50;

/// Raises counters that a report found too low, lowers others if confirmed, and counts views and leaves that have
/// waited for more than a day.
///
/// # Errors
/// The error of the store. Corrections until then stay, and a new report finds the rest.
pub async fn repair(
    corrections: &dyn CorrectTotals,
    counting: Counting<'_>,
    report: Report,
    surplus: Surplus,
    now: Moment,
) -> Result<Repaired, StoreError> {
    let mut repaired = Repaired::default();
    for (total, changes) in changes(&report, surplus, &mut repaired) {
        let stored = report.first_shards.get(&total).cloned().unwrap_or_default();
        let is_corrected = correct(corrections, &total, &stored, &changes).await?;
        *(if is_corrected { &mut repaired.corrected } else { &mut repaired.left }) += 1;
    }
    repaired.waiting = count_due(counting, report, surplus, |received| now.since(received) > OVERDUE).await;
    Ok(repaired)
}

/// Counts all views and leaves of a report that wait. Lowers no total.
pub async fn count_waiting(counting: Counting<'_>, report: Report) -> Waiting {
    count_due(counting, report, Surplus::Keep, |_| true).await
}

/// Counts the views and leaves of a report that wait, if the view was received at a moment that is due.
async fn count_due(
    counting: Counting<'_>,
    report: Report,
    surplus: Surplus,
    is_due: impl Fn(Moment) -> bool,
) -> Waiting {
    let is_doubtful = |site: &Site, day: Day| match report.doubtful.get(&(site.clone(), day)) {
        None => false,
        Some(Doubt::Surplus) => surplus == Surplus::Keep,
        Some(Doubt::Unknown) => true,
    };
    let (doubtful_views, views): (Vec<_>, Vec<_>) = report
        .waiting
        .into_iter()
        .filter(|record| is_due(record.view.id.time))
        .partition(|record| is_doubtful(&record.view.site, record.view.id.day()));
    let (doubtful_leaves, leaves): (Vec<_>, Vec<_>) = report
        .waiting_leaves
        .into_iter()
        .filter(|leave| is_due(leave.view.time))
        .partition(|leave| is_doubtful(&leave.site, leave.view.day()));
    Waiting {
        doubtful: doubtful_views.len() + doubtful_leaves.len(),
        views: counting.views(pending(views)).await,
        leaves: counting.leaves(pending(leaves)).await,
    }
}

/// Changes a total with as few updates as the limits allow, and returns whether the total was unchanged since it was
/// read.
async fn correct(
    corrections: &dyn CorrectTotals,
    total: &TotalKey,
    stored: &FirstShard,
    changes: &Counts,
) -> Result<bool, StoreError> {
    let changes: Vec<_> = changes.iter().collect();
    for (revision, part) in (stored.revision..).zip(changes.chunks(COUNTS)) {
        let stored_count = |count: &Count| stored.counts.get(count).copied();
        let before = part.iter().filter_map(|(count, _)| Some(((*count).clone(), stored_count(count)?))).collect();
        let after =
            part.iter().map(|(count, change)| ((*count).clone(), stored_count(count).unwrap_or_default() + **change));
        let after = after.collect();
        let correction = Correction { total: keys::total(total, 0), revision, before, after };
        if !corrections.correct(&correction).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns the changes of totals, without those of moving counters and of counters that are not to be lowered.
fn changes(report: &Report, surplus: Surplus, repaired: &mut Repaired) -> BTreeMap<TotalKey, Counts> {
    let mut changes: BTreeMap<TotalKey, Counts> = BTreeMap::new();
    for drift in &report.drifts {
        if drift.moving {
            repaired.left += 1;
        } else if drift.expected < drift.stored && surplus == Surplus::Keep {
            repaired.not_lowered += 1;
        } else {
            let total = changes.entry(drift.total.clone()).or_default();
            total.insert(drift.count.clone(), drift.expected - drift.stored);
        }
    }
    changes
}

fn pending<T>(values: Vec<T>) -> Vec<Pending<T>> {
    values.into_iter().enumerate().map(|(index, value)| Pending { value, records: vec![index] }).collect()
}
