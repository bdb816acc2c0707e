use std::collections::BTreeSet;

use analytics::{Bucket, Counter, Day, Granularity, Moment, TotalKey, TrackedSite};
use analytics_store::{DeleteSecrets, ReadTables, StoreError};
use analytics_totals::reconcile::{Drift, Period, Report, reconcile};
use serde::Serialize;

/// Maximum number of counters of a site to log.
const LOGGED: usize = 20;

/// Compares the totals of yesterday with the views, and deletes secrets.
pub struct NightlyCheck {
    pub reader: Box<dyn ReadTables>,
    pub secrets: Box<dyn DeleteSecrets>,
    pub sites: Vec<TrackedSite>,
    /// Number of days for which views are stored.
    pub retention_days: u16,
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The day that was recounted; several with spaces between them, if sites have different ones.
    pub day: String,
    /// Number of counters of the day that differ from the views.
    pub drift: usize,
    /// Number of views and leaves of the day that are not counted yet.
    pub waiting: usize,
    /// Number of items that cannot be decoded.
    pub unreadable: usize,
}

impl NightlyCheck {
    /// Deletes the secrets of all days before yesterday and of all months before this one, and recounts the views of
    /// yesterday, by the days of each site. Changes no total.
    ///
    /// # Errors
    /// The error of the store. Lambda then retries the invocation.
    pub async fn run(&self, now: Moment) -> Result<Outcome, StoreError> {
        for TrackedSite { site, zone } in &self.sites {
            let today = zone.day(now);
            // Pages that were opened yesterday may be left today, which needs yesterday's secret.
            self.secrets.delete_before(site, Bucket::new(Granularity::Day, today.minus(1))).await?;
            self.secrets.delete_before(site, Bucket::new(Granularity::Month, today)).await?;
        }
        let (mut days, mut reports) = (BTreeSet::new(), Vec::new());
        for site in &self.sites {
            let today = site.zone.day(now);
            days.insert(today.minus(1).to_string());
            reports.push(self.recount(site, today).await?);
        }
        let sum = |number: fn(&Report) -> usize| reports.iter().map(number).sum::<usize>();
        let outcome = Outcome {
            day: days.into_iter().collect::<Vec<_>>().join(" "),
            drift: sum(|report| report.drifts.len()),
            waiting: sum(|report| report.waiting.len() + report.waiting_leaves.len()),
            unreadable: sum(|report| report.unreadable),
        };
        powertools::record("day", outcome.day.as_str());
        for (name, value) in [
            ("counted", sum(|report| report.counted)),
            ("drift", outcome.drift),
            ("waiting", outcome.waiting),
            ("unknown", sum(|report| report.unknown)),
            ("unreadable", outcome.unreadable),
        ] {
            powertools::record(name, value);
        }
        if outcome.drift > 0 {
            powertools::count("Drift", outcome.drift.try_into().unwrap_or(u64::MAX));
        }
        Ok(outcome)
    }

    /// Recounts the day before `today`, and logs what differs.
    async fn recount(&self, TrackedSite { site, .. }: &TrackedSite, today: Day) -> Result<Report, StoreError> {
        let yesterday = Some(today.minus(1));
        let period = Period::new(yesterday, yesterday, today, self.retention_days);
        let report = reconcile(&*self.reader, std::slice::from_ref(site), period).await?;
        for Drift { total: TotalKey { site, bucket, counter }, count, stored, expected, .. } in
            report.drifts.iter().take(LOGGED)
        {
            let value = match counter {
                Counter::Summary => String::new(),
                Counter::Value(dimension, value) => format!("{} {value}", dimension.name()),
            };
            tracing::error!(%site, %bucket, value, %count, stored, expected, "counter differs from the views");
        }
        Ok(report)
    }
}
