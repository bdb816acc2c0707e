use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http_service::{App, Problem};
use reply::Error;
use tokio::time::timeout;

use crate::collect::Collector;
use crate::report::{Reports, SessionReports};
use crate::session::Sessions;
use crate::{CloudFront, collect, dashboard, report, session};

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
}

pub fn app(Parts { cloudfront, collector, sessions, reports }: Parts) -> App {
    let sessions = Arc::new(sessions);
    let session_reports = SessionReports { reports: Arc::new(reports), sessions: sessions.clone() };
    let routes = Router::new()
        .merge(collect::routes(Arc::new(collector)))
        .merge(session::routes(sessions))
        .merge(report::routes(session_reports.clone()))
        .merge(dashboard::routes(session_reports))
        .layer(from_fn_with_state(cloudfront, around_routes));
    App::new(routes, BODY_LIMIT)
}

/// Sets the client's address and country from the distribution, and responds with 503 before Lambda times out, which
/// would give a 500.
async fn around_routes(State(cloudfront): State<CloudFront>, mut request: Request, next: Next) -> Response {
    cloudfront.identify(&mut request);
    let late =
        |_| Problem::from(Error::unavailable(format!("a request took over {REQUEST_TIMEOUT:?}"))).into_response();
    timeout(REQUEST_TIMEOUT, next.run(request)).await.unwrap_or_else(late)
}
