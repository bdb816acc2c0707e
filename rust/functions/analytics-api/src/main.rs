//! Runs site analytics on Lambda, with the DynamoDB tables that the environment names.

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use analytics::Sites;
use analytics_api::collect::{Collector, Limits};
use analytics_api::report::Reports;
use analytics_api::session::{Sessions, verify};
use analytics_api::{Clock, CloudFront, Parts, app, collect, session};
use analytics_store::{Consistency, TableReader};
use dynamo::Connection;
use settings::required;

/// The environment, read once.
struct Settings {
    views_table: String,
    totals_table: String,
    accounts_table: String,
    state_table: String,
    sites: Sites,
    limits: Limits,
    cloudfront: CloudFront,
    connection: Connection,
}

impl Settings {
    fn from_env() -> Result<Self, lambda_runtime::Error> {
        let variable = |name: &str| env::var(name).ok();
        Ok(Self {
            views_table: required(variable, "VIEWS_TABLE")?,
            totals_table: required(variable, "TOTALS_TABLE")?,
            accounts_table: required(variable, "ACCOUNTS_TABLE")?,
            state_table: required(variable, "STATE_TABLE")?,
            sites: Sites::from_env(variable)?,
            limits: Limits::from_env(variable)?,
            cloudfront: CloudFront::from_env(variable)?,
            connection: Connection::from_env(variable)?,
        })
    }
}

async fn serve() -> Result<(), lambda_runtime::Error> {
    let Settings { views_table, totals_table, accounts_table, state_table, sites, limits, cloudfront, connection } =
        Settings::from_env()?;
    let client = dynamo::client(connection)?;
    let clock = Clock::system();

    let accounts = session::store::dynamodb::DynamoDb::new(client.clone(), accounts_table, state_table.clone());
    let sessions = Arc::new(Sessions::new(Arc::new(accounts), Box::new(verify), clock.clone()));

    // Totals are some seconds behind the views anyway.
    let reader = TableReader::new(client.clone(), views_table.clone(), totals_table.clone(), Consistency::Eventual);
    let reports = Arc::new(Reports::new(Arc::new(reader), sites.all(), limits.retention_days, clock.clone()));

    let views = collect::store::dynamodb::DynamoDb::new(client, views_table, state_table, totals_table);
    let collector = Arc::new(Collector::new(Arc::new(views), sites, limits, clock));

    http_service::run(app(Parts { cloudfront, collector, sessions, reports })).await
}

fn main() -> ExitCode {
    powertools::run(env!("CARGO_BIN_NAME"), serve())
}
