use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, FromRequestParts, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderValue, StatusCode};
use http_event::SourceIp;
use serde_json::json;

use super::body::{BODY_LIMIT, Credentials};
use super::token::{LIFETIME, Session};
use super::{Refusal, Sessions};

/// `POST /analytics/sign-in` and `POST /analytics/sign-out`.
pub fn routes(sessions: Arc<Sessions>) -> Router {
    Router::new()
        .route("/analytics/sign-in", post(sign_in).layer(DefaultBodyLimit::max(BODY_LIMIT)))
        .route("/analytics/sign-out", post(sign_out))
        .with_state(sessions)
}

async fn sign_in(
    State(sessions): State<Arc<Sessions>>,
    mut extensions: Extensions,
    credentials: Credentials,
) -> Result<Response, Refusal> {
    let source_ip = extensions.remove::<SourceIp>();
    // Without an address, as on no HTTP API, all attempts are from the same place.
    let token = sessions.sign_in(credentials, source_ip.as_ref().map_or("", SourceIp::as_str)).await?;
    let body = json!({"token": token, "expiresInSeconds": LIFETIME}).to_string();
    let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok((StatusCode::OK, [json, (CACHE_CONTROL, HeaderValue::from_static("no-store"))], body).into_response())
}

async fn sign_out(
    State(sessions): State<Arc<Sessions>>,
    Claim(session): Claim,
) -> Result<(StatusCode, [(http::HeaderName, HeaderValue); 1]), Refusal> {
    sessions.sign_out(&session).await?;
    Ok((StatusCode::NO_CONTENT, [(CACHE_CONTROL, HeaderValue::from_static("no-store"))]))
}

/// The session that a request claims to belong to: its token is one of ours, and not too old. What is done for it goes
/// through [`Sessions::guard`].
pub struct Claim(pub Session);

impl<S: Send + Sync> FromRequestParts<S> for Claim
where
    Arc<Sessions>: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let token = token(&parts.headers).ok_or(Refusal::InvalidSession)?;
        Ok(Self(Arc::<Sessions>::from_ref(state).open(token).await?))
    }
}

/// The one place where a request's token is looked for.
fn token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
