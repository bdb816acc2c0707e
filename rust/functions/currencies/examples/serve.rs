//! The currencies service on a port of this machine: `cargo run -p currencies --example serve`.
//!
//! Currencies are kept in memory, or in the table that `CURRENCIES_TABLE` names. `PORT` is 8080 unless it is set. Nobody
//! has to sign in: that is API Gateway's part.

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

/// The sign-in that the environment names, or a place-holder, without which the page could not be shown.
fn oauth() -> Result<OAuth, Box<dyn Error>> {
    let place_holder = |name: &str| match name {
        "OAUTH_CLIENT_ID" => "none",
        _ => "http://127.0.0.1/oauth2/none",
    };
    Ok(OAuth::from(|name| variable(name).or_else(|| Some(place_holder(name).to_owned())))?)
}

fn store() -> Result<Arc<dyn Store>, Box<dyn Error>> {
    match required(variable, "CURRENCIES_TABLE") {
        Ok(table) => Ok(Arc::new(DynamoDb::new(dynamo::client(Connection::from_env(variable)?)?, table))),
        Err(_) => Ok(Arc::new(Memory::default())),
    }
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "whoever runs it reads where it is")]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = variable("PORT").unwrap_or_else(|| "8080".to_owned());
    let listener = TcpListener::bind(("127.0.0.1", port.parse()?)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let app = currencies::app(store()?, oauth()?, url);
    println!("Currencies  http://{0}/currencies   Swagger UI  http://{0}/docs", listener.local_addr()?);
    Ok(axum::serve(listener, ServiceExt::<Request>::into_make_service(app)).await?)
}
