use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_service::{App, Problem};
use reply::Error;
use tokio::time::timeout;

use crate::collect::Collector;
use crate::report::Reports;
use crate::session::Sessions;
use crate::{CloudFront, Html, collect, dashboard, report, session};

/// Timeout of a request: less than that of the function, 15 s.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(13);

/// Maximum length of a request's body in bytes: more than the longest URLs that browsers send, and than a form.
pub const BODY_LIMIT: usize = 16_384;

/// The parts of the service.
pub struct Parts {
    /// The distribution in front of the API.
    pub cloudfront: CloudFront,
    pub collector: Collector,
    pub sessions: Sessions,
    pub reports: Reports,
    pub html: Html,
}

pub fn app(Parts { cloudfront, collector, sessions, reports, html }: Parts) -> App {
    let (sessions, reports) = (Arc::new(sessions), Arc::new(reports));
    let routes = Router::new()
        .merge(collect::routes(Arc::new(collector)))
        .merge(session::routes(sessions.clone(), html.clone()))
        .merge(report::routes(reports.clone(), sessions.clone()))
        .merge(dashboard::routes(reports, sessions, html))
        .layer(axum::middleware::map_request_with_state(cloudfront, identify))
        .layer(axum::middleware::from_fn(with_timeout));
    App::new(routes, BODY_LIMIT)
}

/// Sets the client's address and country of a request from the distribution.
async fn identify(State(cloudfront): State<CloudFront>, mut request: Request) -> Request {
    cloudfront.identify(&mut request);
    request
}

/// Responds with 503 before Lambda times out, which would give a 500.
async fn with_timeout(request: Request, next: Next) -> Response {
    let late =
        |_| Problem::from(Error::unavailable(format!("a request took over {REQUEST_TIMEOUT:?}"))).into_response();
    timeout(REQUEST_TIMEOUT, next.run(request)).await.unwrap_or_else(late)
}
