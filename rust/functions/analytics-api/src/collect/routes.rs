//! The routes: they parse requests, call the collector and build responses.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use http_service::{Problem, json_bytes};
use reply::Error;
use serde_json::json;

use super::client::Client;
use super::{Collector, body};

/// Media types of JSON bodies. Browsers send plain text to another origin without a preflight.
const MEDIA_TYPES: &[&str] = &["text/plain", "application/json"];

/// `POST /analytics/collect`: a view.
pub async fn collect(
    State(collector): State<Arc<Collector>>,
    headers: HeaderMap,
    client: Client,
    request: Request,
) -> Result<Response, Problem> {
    let view = async {
        let json = json_bytes(request, MEDIA_TYPES).await?;
        let site = collector.site(&headers)?;
        collector.view(site, body::visit(&json, &site.site, collector.sites())?, client).await
    };
    let view = view.await.inspect_err(count_refused)?;
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    Ok((StatusCode::ACCEPTED, headers, json!({"view": view.to_string()}).to_string()).into_response())
}

/// Counts a rejected view by its error type; server errors have metrics already.
pub(crate) fn count_refused(error: &Error) {
    if error.status().is_client_error() {
        powertools::count_by("ViewsRefused", error.error_type());
    }
}

/// `POST /analytics/append`: a leave.
pub async fn append(
    State(collector): State<Arc<Collector>>,
    headers: HeaderMap,
    request: Request,
) -> Result<StatusCode, Problem> {
    let json = json_bytes(request, MEDIA_TYPES).await?;
    let site = collector.site(&headers)?;
    collector.leave(site, body::left(&json)?).await?;
    Ok(StatusCode::ACCEPTED)
}
