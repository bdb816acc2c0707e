//! Recounts the raw views, and prints how far the totals are from them:
//! `cargo run -p analytics-trigger --example reconcile -- --views TABLE --totals TABLE --sites example.com
//! --retention-days 400`.
//!
//! Reads the previous month and this one, or the days from `--from` to `--to`. `--repair` raises totals that are
//! too low, and counts what has waited for more than a day. It lowers totals only with `--lower` and the surplus that the
//! report prints: they outlive the views that they were counted from. Region and credentials are the AWS CLI's variables.

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use analytics::Moment;
use analytics_trigger::reconcile::{Surplus, reconcile, repair};
use analytics_trigger::store::dynamodb::DynamoDb;
use analytics_trigger::{Deadline, Folder, Shards};
use dynamo::Connection;

use self::arguments::Arguments;
use self::tables::Tables;

mod arguments;
mod print;
mod tables;

/// How long counting what has waited may take.
const REPAIR: Duration = Duration::from_hours(1);

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stderr, reason = "whoever runs it reads what is wrong")]
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

/// Whether the totals are what they should be.
async fn run() -> Result<bool, Box<dyn Error + Send + Sync>> {
    let now = Moment::try_from(SystemTime::now())?;
    let Arguments { views, totals, sites, period, repairs, lower } = Arguments::parse(env::args().skip(1), now.day())?;
    let client = dynamo::client(Connection::from(|name| env::var(name).ok())?)?;
    let ledger = Tables { client: client.clone(), views: views.clone(), totals: totals.clone() };
    let mut report = reconcile(&ledger, &sites, period).await?;
    if repairs {
        print::report(&report);
        let surplus = report.surplus();
        if let Some(confirmed) = lower.filter(|confirmed| *confirmed != surplus) {
            return Err(format!(
                "The surplus is {surplus}, and {confirmed} was confirmed: nothing was changed. Read the report, and \
                 confirm what it says."
            )
            .into());
        }
        let lowers = if lower.is_some() { Surplus::Lower } else { Surplus::Keep };
        let store = DynamoDb::new(client, views, totals);
        let folder = Folder { store: &store, shards: Shards::ONE, deadline: Deadline::after(REPAIR) };
        let repaired = repair(&ledger, folder, report, lowers, now).await?;
        print::repaired(&repaired);
        report = reconcile(&ledger, &sites, period).await?;
    }
    print::report(&report);
    Ok(report.drifts.is_empty())
}
