//! Recounts the stored views, and prints how far the totals differ from them:
//! `cargo run -p reconcile -- --views TABLE --totals TABLE --sites example.com --retention-days 400`.
//!
//! Reads the previous month and this one, or the days from `--from` to `--to`. `--repair` raises totals that are
//! too low, and counts views that have waited for more than a day. It lowers totals only with `--lower` and the surplus
//! that the report prints: totals outlive their views. Region and credentials are the variables of the AWS CLI.

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use analytics::Moment;
use analytics_store::{Consistency, TableReader, TotalCorrector, ViewCounter};
use analytics_totals::reconcile::{Surplus, reconcile, repair};
use analytics_totals::{Counting, Deadline, Shards};
use dynamo::Connection;

use self::arguments::Arguments;

mod arguments;
mod print;

/// Timeout of counting the waiting views.
const REPAIR: Duration = Duration::from_hours(1);

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stderr, reason = "the operator reads the error")]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Returns whether the totals are right.
async fn run() -> Result<bool, Box<dyn Error + Send + Sync>> {
    let now = Moment::try_from(SystemTime::now())?;
    // The last day that any site may have.
    let (_, today) = now.local_days();
    let Arguments { views, totals, sites, period, repairs, lower } = Arguments::parse(env::args().skip(1), today)?;
    let client = dynamo::client(Connection::from_env(|name| env::var(name).ok())?)?;
    let reader = TableReader::new(client.clone(), views.clone(), totals.clone(), Consistency::Strong);
    let mut report = reconcile(&reader, &sites, period).await?;
    if repairs {
        print::report(&report);
        let surplus = report.surplus();
        if let Some(confirmed) = lower.filter(|confirmed| *confirmed != surplus) {
            return Err(format!(
                "The surplus is {surplus}, and {confirmed} was confirmed: nothing was changed. Read the report, and \
                 confirm its surplus."
            )
            .into());
        }
        let surplus = if lower.is_some() { Surplus::Lower } else { Surplus::Keep };
        let corrector = TotalCorrector::new(client.clone(), totals.clone());
        let store = ViewCounter::new(client, views, totals);
        let counting = Counting { store: &store, shards: Shards::ONE, deadline: Deadline::after(REPAIR) };
        let repaired = repair(&corrector, counting, report, surplus, now).await?;
        print::repaired(&repaired);
        report = reconcile(&reader, &sites, period).await?;
    }
    print::report(&report);
    Ok(report.drifts.is_empty())
}
