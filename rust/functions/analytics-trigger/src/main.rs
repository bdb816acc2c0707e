//! Runs the trigger on Lambda, with the tables that the environment names.

use std::env;
use std::process::ExitCode;

use analytics_store::ViewCounter;
use analytics_totals::Shards;
use analytics_trigger::handle;
use dynamo::Connection;
use settings::required;

async fn serve() -> Result<(), lambda_runtime::Error> {
    let variable = |name: &str| env::var(name).ok();
    let (views_table, totals_table) = (required(variable, "VIEWS_TABLE")?, required(variable, "TOTALS_TABLE")?);
    let shards = Shards::from_env(variable)?;
    let store = ViewCounter::new(dynamo::client(Connection::from_env(variable)?)?, views_table, totals_table);
    powertools::serve(|event| handle(event, &store, shards)).await
}

fn main() -> ExitCode {
    powertools::run(env!("CARGO_BIN_NAME"), serve())
}
