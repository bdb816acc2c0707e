use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use analytics::{Moment, Site};
use analytics_store::{CountViews, ReadTables, StoreError};
use analytics_totals::reconcile::{Period, Waiting, count_waiting, reconcile};
use analytics_totals::{Counting, Deadline, Shards};
use thiserror::Error;

use crate::Message;

/// Time before the first record from which views may be affected: a page may be left up to a day after its view.
const BEFORE: Duration = Duration::from_hours(25);

/// Time after the last record: arrival times are approximate.
const AFTER: Duration = Duration::from_mins(5);

/// Timeout of a message, which is less than that of the function.
const TIMEOUT: Duration = Duration::from_secs(240);

/// Recovers batches that the trigger gave up on.
pub struct Recovery {
    reader: Box<dyn ReadTables>,
    store: Box<dyn CountViews>,
    shards: Shards,
    sites: Vec<Site>,
    retention_days: u16,
    last: Mutex<Option<Done>>,
}

/// A recovery after which nothing waits. After an outage, many messages are about the same days.
#[derive(Debug, Clone, Copy)]
struct Done {
    period: Period,
    at: Moment,
}

impl Done {
    fn covers(self, from: Moment, to: Moment) -> bool {
        self.period.from <= from.local_days().0 && to.local_days().1 <= self.period.to && to <= self.at
    }
}

/// Reason why the queue must deliver a message again.
#[derive(Debug, Error)]
pub enum RecoveryError {
    /// The message does not report a batch.
    #[error("the message does not report a batch of a DynamoDB stream: {0}")]
    NotAReport(String),
    /// The tables could not be read.
    #[error("the tables cannot be read: {0}")]
    Store(#[from] StoreError),
    /// Some views or leaves are still not counted.
    #[error("{failed} views or leaves could not be counted ({cause}), and {doubtful} may be in the totals already")]
    Unresolved {
        /// Number of views and leaves that could not be counted.
        failed: usize,
        /// Number of views and leaves on days on which more is counted than the views add up to.
        doubtful: usize,
        /// The last error, which may be empty.
        cause: String,
    },
}

impl Recovery {
    /// Creates the recovery of some sites, whose views are stored for some days.
    #[must_use]
    pub fn new(
        reader: Box<dyn ReadTables>,
        store: Box<dyn CountViews>,
        shards: Shards,
        sites: Vec<Site>,
        retention_days: u16,
    ) -> Self {
        Self { reader, store, shards, sites, retention_days, last: Mutex::default() }
    }

    /// Counts all views and leaves that wait on the days of a reported batch.
    ///
    /// # Errors
    /// See [`RecoveryError`]. The queue then delivers the message again.
    pub async fn handle(&self, message: &Message) -> Result<(), RecoveryError> {
        let (first, last) = message.arrivals().map_err(RecoveryError::NotAReport)?;
        let (from, to) = (first.minus(BEFORE), last.plus(AFTER));
        if self.last().is_some_and(|done| done.covers(from, to)) {
            return Ok(());
        }
        let now = Moment::try_from(SystemTime::now()).map_err(StoreError::new)?;
        let deadline = Deadline::after(TIMEOUT);
        // The views have the days of the time zones that their sites had.
        let ((first, _), (_, last), (_, today)) = (from.local_days(), to.local_days(), now.local_days());
        let period = Period::new(Some(first), Some(last), today, self.retention_days);
        let report = reconcile(&*self.reader, &self.sites, period).await?;
        let unreadable = report.unreadable;
        let counting = Counting { store: &*self.store, shards: self.shards, deadline };
        let Waiting { doubtful, views, leaves } = count_waiting(counting, report).await;
        tracing::info!(
            from = %period.from,
            to = %period.to,
            views_counted = views.counted,
            leaves_counted = leaves.counted,
            doubtful,
            unreadable,
            "failed batch recovered"
        );
        let failed = [&views, &leaves].map(|result| result.failed.len() + result.rejected.len()).iter().sum();
        if failed + doubtful > 0 {
            let cause = views.error.or(leaves.error).map_or_else(String::new, |error| error.to_string());
            return Err(RecoveryError::Unresolved { failed, doubtful, cause });
        }
        *self.last() = Some(Done { period, at: now });
        Ok(())
    }

    /// No code that can panic holds the lock, so the content of a poisoned lock is valid.
    fn last(&self) -> MutexGuard<'_, Option<Done>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
