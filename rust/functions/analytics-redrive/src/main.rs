//! Runs the recovery on Lambda, over the tables that the environment names.

use std::env;
use std::process::ExitCode;

use analytics::Sites;
use analytics_redrive::{Message, Recovery};
use analytics_store::{Consistency, TableReader, ViewCounter};
use analytics_totals::Shards;
use dynamo::Connection;
use settings::{required, whole_number};

async fn serve() -> Result<(), lambda_runtime::Error> {
    let variable = |name: &str| env::var(name).ok();
    let (views, totals) = (required(variable, "VIEWS_TABLE")?, required(variable, "TOTALS_TABLE")?);
    let client = dynamo::client(Connection::from_env(variable)?)?;
    let recovery = Recovery::new(
        Box::new(TableReader::new(client.clone(), views.clone(), totals.clone(), Consistency::Strong)),
        Box::new(ViewCounter::new(client, views, totals)),
        Shards::from_env(variable)?,
        Sites::from_env(variable)?.all(),
        whole_number(variable, "VIEW_RETENTION_DAYS", 1..=3650)?,
    );
    let recovery = &recovery;
    partial_batch::run(async |message: Message| recovery.handle(&message).await).await
}

fn main() -> ExitCode {
    startup::run(serve())
}
