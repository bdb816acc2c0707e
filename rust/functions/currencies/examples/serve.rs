//! Serves the currencies service on a local port: `cargo run -p currencies --example serve`.
//!
//! Currencies are stored in memory, or in the table that `CURRENCIES_TABLE` names. The default `PORT` is 8080. Requests
//! need no token: API Gateway validates those.

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::ServiceExt;
use axum::extract::Request;
use currencies::OAuth;
use currencies::store::Store;
use currencies::store::dynamodb::DynamoDb;
use currencies::store::memory::Memory;
use dynamo::Connection;
use settings::required;
use tokio::net::TcpListener;

fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// Returns the OAuth settings of the environment, or placeholders, so that the documentation works without them.
fn oauth() -> Result<OAuth, Box<dyn Error>> {
    let placeholder = |name: &str| match name {
        "OAUTH_CLIENT_ID" => "none",
        _ => "http://127.0.0.1/oauth2/none",
    };
    Ok(OAuth::from_env(|name| variable(name).or_else(|| Some(placeholder(name).to_owned())))?)
}

fn store() -> Result<Arc<dyn Store>, Box<dyn Error>> {
    match required(variable, "CURRENCIES_TABLE") {
        Ok(table) => Ok(Arc::new(DynamoDb::new(dynamo::client(Connection::from_env(variable)?)?, table))),
        Err(_) => Ok(Arc::new(Memory::default())),
    }
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "prints the URL for the developer")]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = variable("PORT").unwrap_or_else(|| "8080".to_owned());
    let listener = TcpListener::bind(("127.0.0.1", port.parse()?)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let app = currencies::app(store()?, oauth()?, url);
    println!("Currencies  http://{0}/currencies   Swagger UI  http://{0}/docs", listener.local_addr()?);
    Ok(axum::serve(listener, ServiceExt::<Request>::into_make_service(app)).await?)
}
