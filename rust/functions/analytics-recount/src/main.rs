//! Runs the nightly check on Lambda, with the tables that the environment names.

use std::env;
use std::process::ExitCode;
use std::time::SystemTime;

use analytics::{Moment, Sites, view_retention_days};
use analytics_recount::{NightlyCheck, Outcome};
use analytics_store::{Consistency, TableReader, VisitorSecrets};
use dynamo::Connection;
use lambda_runtime::{Diagnostic, LambdaEvent};
use serde_json::Value;
use settings::required;

async fn serve() -> Result<(), lambda_runtime::Error> {
    let variable = |name: &str| env::var(name).ok();
    let (views_table, totals_table) = (required(variable, "VIEWS_TABLE")?, required(variable, "TOTALS_TABLE")?);
    let state_table = required(variable, "STATE_TABLE")?;
    let client = dynamo::client(Connection::from_env(variable)?)?;
    let check = NightlyCheck {
        reader: Box::new(TableReader::new(client.clone(), views_table, totals_table, Consistency::Strong)),
        secrets: Box::new(VisitorSecrets::new(client, state_table)),
        sites: Sites::from_env(variable)?.all(),
        retention_days: view_retention_days(variable)?,
    };
    let check = &check;
    // The schedule sends no data: the clock determines the days.
    powertools::serve(async move |_: LambdaEvent<Value>| -> Result<Outcome, Diagnostic> {
        let now = Moment::try_from(SystemTime::now()).map_err(powertools::failure)?;
        check.run(now).await.map_err(powertools::failure)
    })
    .await
}

fn main() -> ExitCode {
    powertools::run(env!("CARGO_BIN_NAME"), serve())
}
