use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::{STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use reply::Error;
use tokio::time::timeout;

use crate::collect::Collector;
use crate::report::Reports;
use crate::session::Sessions;
use crate::{Html, collect, dashboard, report, session};

/// Timeout of a request: less than that of the function, 15 s.
const LONGEST: Duration = Duration::from_secs(13);

/// Maximum length of a request's body in bytes: more than the longest URLs that browsers send.
pub const BODY_LIMIT: usize = 8192;

/// The parts of the service.
pub struct Parts {
    /// Collects views.
    pub collector: Collector,
    /// Signs users in and out, and checks sessions.
    pub sessions: Sessions,
    /// Reads reports.
    pub reports: Reports,
    /// Renders pages.
    pub html: Html,
}

/// Returns the service.
pub fn app(Parts { collector, sessions, reports, html }: Parts) -> Router {
    let (sessions, reports) = (Arc::new(sessions), Arc::new(reports));
    Router::new()
        .merge(collect::routes(Arc::new(collector)))
        .merge(session::routes(sessions.clone(), html.clone()))
        .merge(report::routes(reports.clone(), sessions.clone()))
        .merge(dashboard::routes(reports, sessions, html))
        .fallback(http_service::no_route)
        .method_not_allowed_fallback(http_service::no_method)
        .layer(axum::middleware::from_fn(in_time))
        .layer(axum::middleware::map_response(with_security_headers))
}

/// Answers 503 before Lambda ends the invocation, which would answer 500.
async fn in_time(request: Request, next: Next) -> Response {
    let late = |_| http_service::failure(Error::unavailable(format!("a request took over {LONGEST:?}")));
    timeout(LONGEST, next.run(request)).await.unwrap_or_else(late)
}

/// Prevents browsers from guessing content types, and from using plain HTTP.
async fn with_security_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(STRICT_TRANSPORT_SECURITY, page::HTTPS_FOR_A_YEAR);
    response
}
