//! The currencies service on a port of this machine: `cargo run -p currencies --example serve`.
//!
//! Currencies are kept in memory, or in the table that `CURRENCIES_TABLE` names. `PORT` is 8080 unless it is set. Nobody
//! has to sign in: that is API Gateway's part.

use std::env;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use currencies::OAuth;
use currencies::store::Store;
use currencies::store::dynamodb::DynamoDb;
use currencies::store::memory::Memory;
use dynamo::Connection;
use http::HeaderValue;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
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

/// Tell errors as `http-service` does on Lambda.
async fn told(mut response: Response) -> Response {
    static REQUESTS: AtomicU64 = AtomicU64::new(1);
    let Some(error) = http_service::take_failure(&mut response) else { return response };
    let (status, problem) = error.into_problem(&format!("local-{}", REQUESTS.fetch_add(1, Ordering::Relaxed)));
    *response.status_mut() = status;
    *response.body_mut() = Body::from(problem);
    response.headers_mut().remove(CONTENT_LENGTH);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response.into_response()
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "whoever runs it reads where it is")]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = variable("PORT").unwrap_or_else(|| "8080".to_owned());
    let listener = TcpListener::bind(("127.0.0.1", port.parse()?)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let router: Router = currencies::router(store()?, oauth()?, url).layer(axum::middleware::map_response(told));
    println!("Currencies  http://{0}/currencies   Swagger UI  http://{0}/docs", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}
