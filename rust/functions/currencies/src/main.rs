//! The currencies service on Lambda, over the DynamoDB table that the environment names.

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use axum::body::Body;
use currencies::store::dynamodb::DynamoDb;
use currencies::{BODY_LIMIT, OAuth};
use dynamo::Connection;
use lambda_runtime::service_fn;
use settings::required;

/// What the environment says, all of it read here.
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
            oauth: OAuth::from(variable)?,
            api_url: required(variable, "API_URL")?,
            connection: Connection::from_env(variable)?,
        })
    }
}

async fn serve() -> Result<(), lambda_runtime::Error> {
    let Settings { table, oauth, api_url, connection } = Settings::from_env()?;
    let store = DynamoDb::new(dynamo::client(connection)?, table);
    let router = currencies::router(Arc::new(store), oauth, api_url);
    lambda_runtime::run(service_fn(move |event| http_service::respond::<_, Body, _>(event, router.clone(), BODY_LIMIT)))
        .await
}

fn main() -> ExitCode {
    startup::run(serve())
}
