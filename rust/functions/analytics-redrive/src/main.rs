//! Runs the recovery on Lambda, with the tables that the environment names.

use std::env;
use std::process::ExitCode;

use analytics::{Sites, view_retention_days};
use analytics_redrive::{Message, Recovery};
use analytics_store::{Consistency, TableReader, ViewCounter};
use analytics_totals::Shards;
use dynamo::Connection;
use lambda_runtime::{Diagnostic, LambdaEvent};
use partial_batch::Batch;
use powertools::Outcome;
use settings::required;

async fn serve() -> Result<(), lambda_runtime::Error> {
    let variable = |name: &str| env::var(name).ok();
    let (views, totals) = (required(variable, "VIEWS_TABLE")?, required(variable, "TOTALS_TABLE")?);
    let client = dynamo::client(Connection::from_env(variable)?)?;
    let recovery = Recovery::new(
        Box::new(TableReader::new(client.clone(), views.clone(), totals.clone(), Consistency::Strong)),
        Box::new(ViewCounter::new(client, views, totals)),
        Shards::from_env(variable)?,
        Sites::from_env(variable)?.all().into_iter().map(|tracked| tracked.site).collect(),
        view_retention_days(variable)?,
    );
    let recovery = &recovery;
    let handle = &async |message: Message| recovery.handle(&message).await;
    powertools::serve(async |event: LambdaEvent<Batch>| {
        let response = partial_batch::respond(event.payload, handle).await.map_err(powertools::failure)?;
        powertools::record("failed", response.batch_item_failures.len());
        if !response.batch_item_failures.is_empty() {
            powertools::record("outcome", Outcome::Partial);
        }
        Ok::<_, Diagnostic>(response)
    })
    .await
}

fn main() -> ExitCode {
    powertools::run(env!("CARGO_BIN_NAME"), serve())
}
