//! Site analytics on Lambda, over the DynamoDB tables that the environment names.

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use analytics_api::collect::{Collector, Edge, Limits};
use analytics_api::report::Reports;
use analytics_api::session::{Sessions, verify};
use analytics_api::{Clock, Html, Sites, collect, dashboard, report, session};
use dynamo::Connection;
use settings::required;

/// What the environment says, all of it read here.
struct Settings {
    views_table: String,
    totals_table: String,
    accounts_table: String,
    state_table: String,
    sites: Sites,
    limits: Limits,
    edge: Edge,
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
            sites: Sites::from(variable)?,
            limits: Limits::from(variable)?,
            edge: Edge::from(variable)?,
            connection: Connection::from(variable)?,
        })
    }
}

async fn serve() -> Result<(), lambda_runtime::Error> {
    let Settings { views_table, totals_table, accounts_table, state_table, sites, limits, edge, connection } =
        Settings::from_env()?;
    let client = dynamo::client(connection)?;
    let clock = Clock::system();

    let accounts = session::store::dynamodb::DynamoDb::new(client.clone(), accounts_table, state_table.clone());
    let sessions = Arc::new(Sessions::new(Arc::new(accounts), Box::new(verify), clock.clone()));

    let counted = report::store::dynamodb::DynamoDb::new(client.clone(), views_table.clone(), totals_table);
    let reports = Arc::new(Reports::new(Arc::new(counted), sites.all(), limits.retention_days, clock.clone()));

    let views = collect::store::dynamodb::DynamoDb::new(client, views_table, state_table);
    let collector = Collector::new(Arc::new(views), sites, limits, edge, clock);

    let html = Html::new()?;
    let app = analytics_api::app([
        collect::routes(Arc::new(collector)),
        session::routes(sessions.clone(), html.clone()),
        report::routes(reports.clone(), sessions.clone()),
        dashboard::routes(reports, sessions, html),
    ]);
    http_service::run(app).await
}

fn main() -> ExitCode {
    powertools::run(env!("CARGO_BIN_NAME"), serve())
}
