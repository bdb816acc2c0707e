use analytics::{Counter, Moment, Site, TotalKey};
use analytics_store::{DeleteSecrets, ReadTables, StoreError};
use analytics_totals::reconcile::{Drift, Period, Report, reconcile};
use serde::Serialize;

/// Maximum number of counters to log.
const LOGGED: usize = 20;

/// The nightly check.
pub struct Night {
    pub reader: Box<dyn ReadTables>,
    pub secrets: Box<dyn DeleteSecrets>,
    pub sites: Vec<Site>,
    /// Number of days for which views are stored.
    pub retention_days: u16,
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The day that was recounted.
    pub day: String,
    /// Number of counters of the day that differ from the views.
    pub drift: usize,
    /// Number of views and leaves of the day that are not counted yet.
    pub waiting: usize,
    /// Number of items that cannot be decoded.
    pub unreadable: usize,
}

impl Night {
    /// Deletes the secrets of all days before yesterday, and recounts the views of yesterday. Changes no total.
    ///
    /// # Errors
    /// The error of the store. Lambda then retries the invocation.
    pub async fn run(&self, now: Moment) -> Result<Outcome, StoreError> {
        let today = now.day();
        let yesterday = today.minus(1);
        // Pages that were opened yesterday may be left today, which needs yesterday's secret.
        self.secrets.delete_before(yesterday).await?;
        let period = Period::new(Some(yesterday), Some(yesterday), today, self.retention_days);
        let report = reconcile(&*self.reader, &self.sites, period).await?;
        let Report { counted, waiting, waiting_leaves, unreadable, drifts, unknown, .. } = &report;
        for Drift { total: TotalKey { site, bucket, counter }, count, is, should, .. } in drifts.iter().take(LOGGED) {
            let value = match counter {
                Counter::Summary => String::new(),
                Counter::Value(dimension, value) => format!("{} {value}", dimension.name()),
            };
            tracing::error!(%site, %bucket, value, %count, is, should, "counter differs from the views");
        }
        let outcome = Outcome {
            day: yesterday.to_string(),
            drift: drifts.len(),
            waiting: waiting.len() + waiting_leaves.len(),
            unreadable: *unreadable,
        };
        powertools::record("day", outcome.day.as_str());
        for (name, value) in [
            ("counted", *counted),
            ("drift", outcome.drift),
            ("waiting", outcome.waiting),
            ("unknown", *unknown),
            ("unreadable", *unreadable),
        ] {
            powertools::record(name, value);
        }
        if outcome.drift > 0 {
            powertools::count("Drift", outcome.drift.try_into().unwrap_or(u64::MAX));
        }
        Ok(outcome)
    }
}
