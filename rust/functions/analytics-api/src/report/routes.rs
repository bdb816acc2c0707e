use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, RawQuery, State};
use axum::response::Response;
use axum::routing::get;

use super::Reports;
use super::reports::RenderedReport;
use crate::session::{Claim, Refusal, Sessions};

/// Reports for signed-in users: the state of the API's route and of the dashboard.
#[derive(Clone)]
pub(crate) struct SessionReports {
    pub(crate) reports: Arc<Reports>,
    pub(crate) sessions: Arc<Sessions>,
}

impl FromRef<SessionReports> for Arc<Sessions> {
    fn from_ref(service: &SessionReports) -> Self {
        service.sessions.clone()
    }
}

/// `GET /analytics/report`.
pub(crate) fn routes(service: SessionReports) -> Router {
    Router::new().route("/analytics/report", get(report)).with_state(service)
}

async fn report(
    State(service): State<SessionReports>,
    Claim(session): Claim,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let answer = service.reports.answer(query.as_deref().unwrap_or_default());
    let RenderedReport { headers, body } = service.sessions.guard(&session, answer).await?;
    let mut response = Response::new(Body::from(body));
    *response.headers_mut() = headers;
    Ok(response)
}
