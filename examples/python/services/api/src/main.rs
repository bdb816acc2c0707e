//! Answers every request with a greeting: `GET /hello?name=Ada` with `Hello, Ada!`.

use lambda_http::{Error, Request, RequestExt as _, run, service_fn, tracing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    run(service_fn(hello)).await
}

async fn hello(request: Request) -> Result<String, Error> {
    let query = request.query_string_parameters();
    Ok(format!(
        "Hello, {}!",
        query.first("name").unwrap_or("world")
    ))
}
