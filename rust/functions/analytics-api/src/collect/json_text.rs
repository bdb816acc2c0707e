use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::{HeaderMap, StatusCode};
use http_service::{Problem, media_type, text_bytes};
use reply::Error;

use crate::BODY_LIMIT;

/// The bytes of a body that is JSON, also where it is said to be plain text: for that, a browser asks no permission first.
pub struct JsonText(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonText {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json_or_text(request.headers()) {
            let detail = "Content-Type must be text/plain or application/json, and the body JSON.";
            return Err(Error::client(StatusCode::UNSUPPORTED_MEDIA_TYPE, "NotJson", detail).into());
        }
        Ok(Self(text_bytes(request, state, BODY_LIMIT).await?))
    }
}

fn is_json_or_text(headers: &HeaderMap) -> bool {
    let media_type = media_type(headers);
    ["application/json", "text/plain"].iter().any(|taken| media_type.eq_ignore_ascii_case(taken))
}
