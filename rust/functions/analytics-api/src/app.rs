use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_service::{App, Problem};
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
pub fn app(Parts { collector, sessions, reports, html }: Parts) -> App {
    let (sessions, reports) = (Arc::new(sessions), Arc::new(reports));
    let routes = Router::new()
        .merge(collect::routes(Arc::new(collector)))
        .merge(session::routes(sessions.clone(), html.clone()))
        .merge(report::routes(reports.clone(), sessions.clone()))
        .merge(dashboard::routes(reports, sessions, html))
        .layer(axum::middleware::from_fn(in_time));
    App::new(routes, BODY_LIMIT)
}

/// Answers 503 before Lambda ends the invocation, which would answer 500.
async fn in_time(request: Request, next: Next) -> Response {
    let late = |_| Problem::from(Error::unavailable(format!("a request took over {LONGEST:?}"))).into_response();
    timeout(LONGEST, next.run(request)).await.unwrap_or_else(late)
}
