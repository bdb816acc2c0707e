use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::{STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use reply::Error;
use tokio::time::timeout;

/// How long a request may take: less than the timeout of the function, 15 s.
const LONGEST: Duration = Duration::from_secs(13);

/// Bytes of a request's body that are taken: more than the longest addresses that browsers send.
pub const BODY_LIMIT: usize = 8192;

/// The service of the routes of its parts. What it answers with an error is told by `http-service`.
pub fn router(parts: impl IntoIterator<Item = Router>) -> Router {
    parts
        .into_iter()
        .fold(Router::new(), Router::merge)
        .fallback(http_service::no_route)
        .method_not_allowed_fallback(http_service::no_method)
        .layer(axum::middleware::from_fn(in_time))
        .layer(axum::middleware::map_response(with_security_headers))
}

/// Answers 503 when a request takes so long that Lambda would soon end the function, which would answer 500.
async fn in_time(request: Request, next: Next) -> Response {
    let late = |_| http_service::failure(Error::unavailable(format!("a request took over {LONGEST:?}")));
    timeout(LONGEST, next.run(request)).await.unwrap_or_else(late)
}

/// No response may be taken for another type than it says, or be asked for over HTTP the next time.
async fn with_security_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(STRICT_TRANSPORT_SECURITY, page::HTTPS_FOR_A_YEAR);
    response
}
