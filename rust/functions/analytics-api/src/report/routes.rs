use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::Reports;
use super::reports::RenderedReport;
use crate::session::{Claim, Refusal, Sessions};

/// `GET /analytics/report`.
pub async fn report(
    State(reports): State<Arc<Reports>>,
    State(sessions): State<Arc<Sessions>>,
    Claim(session): Claim,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let answer = reports.answer(query.as_deref().unwrap_or_default());
    let RenderedReport { headers, body } = sessions.guard(&session, answer).await?;
    let mut response = Response::new(Body::from(body));
    *response.headers_mut() = headers;
    Ok(response)
}
