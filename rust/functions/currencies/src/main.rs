//! The currencies service on Lambda, with the DynamoDB table that the environment names.

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use currencies::OAuth;
use currencies::store::dynamodb::DynamoDb;
use dynamo::Connection;
use settings::required;

/// All environment variables of the service.
struct Settings {
    table: String,
    oauth: OAuth,
    api_url: String,
    connection: Connection,
}

impl Settings {
    fn from_env() -> Result<Self, lambda_runtime::Error> {
        let variable = |name: &str| env::var(name).ok();
        Ok(Self {
            table: required(variable, "CURRENCIES_TABLE")?,
            oauth: OAuth::from_env(variable)?,
            api_url: required(variable, "API_URL")?,
            connection: Connection::from_env(variable)?,
        })
    }
}

async fn serve() -> Result<(), lambda_runtime::Error> {
    let Settings { table, oauth, api_url, connection } = Settings::from_env()?;
    let store = DynamoDb::new(dynamo::client(connection)?, table);
    http_service::run(currencies::app(Arc::new(store), oauth, api_url)).await
}

fn main() -> ExitCode {
    powertools::run(env!("CARGO_BIN_NAME"), serve())
}
