use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_service::{App, Problem};
use reply::Error;
use tokio::time::timeout;

/// How long a request may take: less than the timeout of the function, 15 s.
const LONGEST: Duration = Duration::from_secs(13);

/// Bytes of a request's body that are taken: more than the longest addresses that browsers send.
pub const BODY_LIMIT: usize = 8192;

/// Returns the service of the routes of its parts.
pub fn app(parts: impl IntoIterator<Item = Router>) -> App {
    let routes = parts.into_iter().fold(Router::new(), Router::merge).layer(axum::middleware::from_fn(in_time));
    App::new(routes, BODY_LIMIT)
}

/// Answers 503 when a request takes so long that Lambda would soon end the function, which would answer 500.
async fn in_time(request: Request, next: Next) -> Response {
    let late = |_| Problem::from(Error::unavailable(format!("a request took over {LONGEST:?}"))).into_response();
    timeout(LONGEST, next.run(request)).await.unwrap_or_else(late)
}
