use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, RawQuery, State};
use axum::response::Response;
use axum::routing::get;

use super::Reports;
use super::reports::RenderedReport;
use crate::session::{Claim, Refusal, Sessions};

/// The state of the route.
#[derive(Clone)]
struct Service {
    reports: Arc<Reports>,
    sessions: Arc<Sessions>,
}

impl FromRef<Service> for Arc<Sessions> {
    fn from_ref(service: &Service) -> Self {
        service.sessions.clone()
    }
}

/// `GET /analytics/report`.
pub fn routes(reports: Arc<Reports>, sessions: Arc<Sessions>) -> Router {
    Router::new().route("/analytics/report", get(report)).with_state(Service { reports, sessions })
}

async fn report(
    State(service): State<Service>,
    Claim(session): Claim,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let answer = service.reports.answer(query.as_deref().unwrap_or_default());
    let RenderedReport { headers, body } = service.sessions.guard(&session, answer).await?;
    let mut response = Response::new(Body::from(body));
    *response.headers_mut() = headers;
    Ok(response)
}
