use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http_service::{App, Problem, with_body_limit};
use reply::Error;
use tokio::time::timeout;

use crate::collect::Collector;
use crate::report::Reports;
use crate::session::Sessions;
use crate::{CloudFront, collect, dashboard, report, session};

/// Timeout of a request: less than that of the function, 15 s.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(13);

/// Maximum length of a request's body in bytes: more than the longest URLs that browsers send, and than a form.
pub const BODY_LIMIT: usize = 16_384;

/// The parts of the service, which are the state of its routes.
#[derive(Clone)]
pub struct Parts {
    /// The distribution in front of the API.
    pub cloudfront: CloudFront,
    pub collector: Arc<Collector>,
    pub sessions: Arc<Sessions>,
    pub reports: Arc<Reports>,
}

impl FromRef<Parts> for Arc<Collector> {
    fn from_ref(parts: &Parts) -> Self {
        parts.collector.clone()
    }
}

impl FromRef<Parts> for Arc<Sessions> {
    fn from_ref(parts: &Parts) -> Self {
        parts.sessions.clone()
    }
}

impl FromRef<Parts> for Arc<Reports> {
    fn from_ref(parts: &Parts) -> Self {
        parts.reports.clone()
    }
}

pub fn app(parts: Parts) -> App {
    let cloudfront = parts.cloudfront;
    let routes = Router::new()
        .route("/analytics/collect", post(collect::collect))
        .route("/analytics/append", post(collect::append))
        .route("/analytics/pv.gif", get(collect::pixel))
        .route("/analytics/a.js", get(collect::script))
        .route("/analytics/sign-in", with_body_limit(post(session::sign_in), session::BODY_LIMIT))
        .route("/analytics/sign-out", with_body_limit(post(session::sign_out), session::BODY_LIMIT))
        .route("/analytics/report", get(report::report))
        .route("/analytics", get(dashboard::page))
        .with_state(parts)
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
